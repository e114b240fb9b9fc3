package keys

import (
	"bytes"
	"cmp"
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"entente.example/internal/durable"
	"entente.example/refusal"
	"entente.example/seal"
)

// Sealer signs statements with one seal key.
type Sealer struct {
	signer ssh.Signer
	Line   string // authorized_keys line of the public key
	close  func() error
}

// Sign makes an armored signature.
func (s *Sealer) Sign(namespace string, message []byte) (string, error) {
	return seal.Sign(s.signer, namespace, message)
}

// Close ends the connection to an agent, if there is one.
func (s *Sealer) Close() error {
	if s.close != nil {
		return s.close()
	}
	return nil
}

// MinPassphrase is how many bytes a passphrase of a new seal key has at least.
const MinPassphrase = 8

// Encrypt puts a new seal key into OpenSSH's format under its passphrase, at a cost that makes guessing slow. Only tests, whose keys guard nothing, put a cheaper one in its place.
var Encrypt = ssh.MarshalPrivateKeyWithPassphrase

// CreateSeal makes a new Ed25519 seal key in OpenSSH's format, encrypted with a passphrase, and its .pub file. It returns the public line.
func CreateSeal(path, comment string, passphrase []byte, rand io.Reader) (string, error) {
	if len(passphrase) < MinPassphrase {
		return "", refusal.New(refusal.Invalid, "keys.short_passphrase", "limit", fmt.Sprint(MinPassphrase))
	}
	public, private, err := ed25519.GenerateKey(rand)
	if err != nil {
		return "", fmt.Errorf("chance for a seal key: %w", err)
	}
	block, err := Encrypt(private, comment, passphrase)
	if err != nil {
		return "", fmt.Errorf("seal key: %w", err)
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		return "", err
	}
	line := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
	if err := create(path, pem.EncodeToMemory(block)); err != nil { // pem.Encode is silent about writes that fail at its end
		return "", keyError("seal key", err)
	}
	if err := writePublic(path+".pub", line+" "+comment+"\n"); err != nil {
		_ = os.Remove(path) // or the same words would find a key in their way
		return "", keyError("seal key", err)
	}
	return line, nil
}

// writePublic writes the file beside a key that says in public which it is, and is asked for it as long as there is the key: so it outlives a power cut as that does.
func writePublic(path, line string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(line)
	return cmp.Or(err, f.Sync(), f.Close(), durable.Folder(filepath.Dir(path)))
}

// LoadSeal opens a private key file: one of ours, or any SSH key of a kind that may seal.
func LoadSeal(path string, passphrase []byte) (*Sealer, error) {
	b, err := readSecret(path)
	if err != nil {
		return nil, err
	}
	var missing *ssh.PassphraseMissingError
	signer, err := ssh.ParsePrivateKey(b)
	if errors.As(err, &missing) {
		if len(passphrase) == 0 {
			return nil, refusal.New(refusal.Denied, "keys.passphrase_needed", "file", path)
		}
		signer, err = ssh.ParsePrivateKeyWithPassphrase(b, passphrase)
	}
	if err != nil {
		return nil, refusal.New(refusal.Denied, "keys.wrong_passphrase", "file", path)
	}
	return newSealer(signer, nil)
}

// AgentSeal finds the key with a SHA256:… fingerprint in the agent that listens on a socket.
func AgentSeal(socket, fingerprint string) (*Sealer, error) {
	c, err := net.Dial("unix", socket)
	if err != nil {
		return nil, refusal.New(refusal.Unavailable, "keys.no_agent").Because(err)
	}
	signers, err := agent.NewClient(c).Signers()
	if err != nil {
		return nil, errors.Join(refusal.New(refusal.Unavailable, "keys.no_agent").Because(err), c.Close())
	}
	for _, s := range signers {
		if ssh.FingerprintSHA256(s.PublicKey()) == fingerprint {
			found, err := newSealer(s, c.Close)
			if err != nil {
				return nil, errors.Join(err, c.Close())
			}
			return found, nil
		}
	}
	return nil, errors.Join(refusal.New(refusal.Missing, "keys.not_in_agent", "fingerprint", fingerprint), c.Close())
}

func newSealer(s ssh.Signer, close func() error) (*Sealer, error) {
	_, line, err := seal.ParseKey(string(ssh.MarshalAuthorizedKey(s.PublicKey())))
	if err != nil {
		return nil, err
	}
	return &Sealer{signer: s, Line: line, close: close}, nil
}

// SealLine is the public line of a private key file, also of one whose passphrase is not known, if its key may seal.
func SealLine(path string) (string, error) {
	if strings.HasSuffix(path, ".pub") { // before anybody is told that others can read it
		return "", refusal.New(refusal.Invalid, "keys.no_private_key", "file", path)
	}
	b, err := readSecret(path)
	if err != nil {
		return "", err
	}
	if standsForHardware(b) {
		return "", refusal.New(refusal.Invalid, "keys.in_hardware", "file", path)
	}
	key, err := ssh.ParsePrivateKey(b)
	var missing *ssh.PassphraseMissingError
	switch {
	case err == nil:
		s, err := newSealer(key, nil)
		if err != nil {
			return "", err
		}
		return s.Line, nil
	case errors.As(err, &missing) && missing.PublicKey != nil:
		_, line, err := seal.ParseKey(string(ssh.MarshalAuthorizedKey(missing.PublicKey)))
		return line, err
	case errors.As(err, &missing):
		return PublicLine(path)
	}
	return "", refusal.New(refusal.Invalid, "keys.no_private_key", "file", path).Because(err)
}

// standsForHardware reports whether a private key file only says which key of a security key is meant: nobody but an agent can use that.
func standsForHardware(file []byte) bool {
	block, _ := pem.Decode(file)
	if block == nil {
		return false
	}
	rest, openSSH := bytes.CutPrefix(block.Bytes, []byte("openssh-key-v1\x00"))
	var w struct {
		Cipher, KDF, Options string
		Keys                 uint32
		Public               []byte
		Rest                 []byte `ssh:"rest"`
	}
	if !openSSH || ssh.Unmarshal(rest, &w) != nil {
		return false
	}
	key, err := ssh.ParsePublicKey(w.Public)
	return err == nil && strings.HasPrefix(key.Type(), "sk-")
}

// PublicLine reads the public line of a key file without its passphrase: from the .pub file beside it.
func PublicLine(path string) (string, error) {
	b, err := os.ReadFile(path + ".pub")
	if errors.Is(err, fs.ErrNotExist) {
		return "", refusal.New(refusal.Missing, "keys.no_file", "file", path+".pub")
	}
	if err != nil {
		return "", fmt.Errorf("public key: %w", err)
	}
	_, line, err := seal.ParseKey(string(b))
	return line, err
}
