// Package keystest encrypts the seal keys of tests at the least cost that their format knows; tests only.
package keystest

import (
	"crypto"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"golang.org/x/crypto/ssh"
)

// Cheaply takes the place of keys.Encrypt in a TestMain: one round where a person's key has sixteen, written by ssh-keygen. Whoever opens such a key goes the same way as with any other.
// A whole node's test makes and opens dozens of them: at their full cost that was two thirds of the time of such tests.
func Cheaply(key crypto.PrivateKey, comment string, passphrase []byte) (*pem.Block, error) {
	dir, err := os.MkdirTemp("", "entente-key-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	plain, err := ssh.MarshalPrivateKey(key, comment)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "key")
	if err := os.WriteFile(path, pem.EncodeToMemory(plain), 0o600); err != nil {
		return nil, err
	}
	if out, err := exec.Command("ssh-keygen", "-q", "-p", "-a", "1", "-P", "", "-N", string(passphrase), "-f", path).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("ssh-keygen: %w: %s", err, out)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(b)
	return block, nil
}
