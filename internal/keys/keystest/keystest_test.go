package keystest

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"testing"

	"golang.org/x/crypto/ssh"
)

// A cheap key is a key: it needs its passphrase, takes no other, and is the one that was encrypted.
func TestACheapKeyIsAKey(t *testing.T) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := Cheaply(private, "cheap", []byte("eight or more"))
	if err != nil {
		t.Fatal(err)
	}
	b := pem.EncodeToMemory(block)
	var missing *ssh.PassphraseMissingError
	if _, err := ssh.ParsePrivateKey(b); !errors.As(err, &missing) {
		t.Errorf("without its passphrase: %v", err)
	}
	if _, err := ssh.ParsePrivateKeyWithPassphrase(b, []byte("another one")); err == nil {
		t.Error("another passphrase opens it")
	}
	got, err := ssh.ParseRawPrivateKeyWithPassphrase(b, []byte("eight or more"))
	if err != nil {
		t.Fatal(err)
	}
	if key, ok := got.(*ed25519.PrivateKey); !ok || !public.Equal(key.Public()) {
		t.Error("it is another key")
	}
}
