package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/crypto/ssh"

	"entente.example/refusal"
)

// Which key may seal is known from its file before anybody types a passphrase: ed25519 and P-256 may, every other kind is refused by name.
func TestAKeyThatCannotSealIsRefusedUnopened(t *testing.T) {
	must := func(k crypto.PrivateKey, err error) crypto.PrivateKey {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	p256 := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	p384 := must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	big := must(rsa.GenerateKey(rand.Reader, 2048))
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, k := range map[string]struct {
		key  crypto.PrivateKey
		want string
	}{"ed25519": {edwards, ""}, "p256": {p256, ""}, "p384": {p384, "seal.key_type"}, "rsa": {big, "seal.key_type"}} {
		for _, pass := range []string{"", "a passphrase"} {
			block, err := ssh.MarshalPrivateKey(k.key, name)
			if pass != "" {
				block, err = ssh.MarshalPrivateKeyWithPassphrase(k.key, name, []byte(pass))
			}
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
				t.Fatal(err)
			}
			line, err := SealLine(path)
			got := ""
			if r := refusal.As(err); r != nil {
				got = r.Key
			}
			if got != k.want || (line != "") != (k.want == "") {
				t.Errorf("%s, passphrase %q: %q %v", name, pass, line, err)
			}
		}
	}
	for cipher, kdf := range map[string]string{"none": "none", "aes256-ctr": "bcrypt"} {
		public := ssh.Marshal(struct {
			Type        string
			Key         []byte
			Application string
		}{"sk-ssh-ed25519@openssh.com", edwards.Public().(ed25519.PublicKey), "ssh:"})
		file := append([]byte("openssh-key-v1\x00"), ssh.Marshal(struct {
			Cipher, KDF, Options string
			Keys                 uint32
			Public, Private      []byte
		}{cipher, kdf, "", 1, public, make([]byte, 64)})...)
		path := filepath.Join(t.TempDir(), "id_ed25519_sk")
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "OPENSSH PRIVATE KEY", Bytes: file}), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := SealLine(path); refusal.As(err) == nil || refusal.As(err).Key != "keys.in_hardware" {
			t.Errorf("a key inside a security key, cipher %s: %v", cipher, err)
		}
	}
	path := filepath.Join(t.TempDir(), "words")
	if err := os.WriteFile(path, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := SealLine(path); refusal.As(err) == nil || refusal.As(err).Key != "keys.no_private_key" {
		t.Errorf("a file of words: %v", err)
	}
	path = filepath.Join(t.TempDir(), "seal.pub")
	if err := os.WriteFile(path, []byte("ssh-ed25519 AAAA"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := SealLine(path); refusal.As(err) == nil || refusal.As(err).Key != "keys.no_private_key" {
		t.Errorf("the public half: %v", err)
	}
}
