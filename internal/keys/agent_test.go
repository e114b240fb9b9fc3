package keys

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"entente.example/internal/keys/keystest"
	"entente.example/refusal"
	"entente.example/seal"
)

// A key that never leaves an agent seals as one in a file does. Which one is meant is said by its fingerprint; one that is not there, or cannot seal, is refused, and no connection to the agent is left open.
func TestAnAgentSeals(t *testing.T) {
	ring := agent.NewKeyring()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cannot, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(ring.Add(agent.AddedKey{PrivateKey: private}), ring.Add(agent.AddedKey{PrivateKey: cannot})); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(t.TempDir(), "agent")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	ended := make(chan error)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				_ = agent.ServeAgent(ring, c)
				ended <- c.Close()
			}()
		}
	}()
	mark := func(k any) string {
		s, err := ssh.NewSignerFromKey(k)
		if err != nil {
			t.Fatal(err)
		}
		return ssh.FingerprintSHA256(s.PublicKey())
	}
	s, err := AgentSeal(socket, mark(private))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := s.Sign("seal-v1@entente", []byte("a statement"))
	if err != nil {
		t.Fatal(err)
	}
	if err := seal.Verify(signed, s.Line, "seal-v1@entente", []byte("a statement"), seal.Policy{}); err != nil {
		t.Error(err)
	}
	if err := seal.Verify(signed, s.Line, "seal-v1@entente", []byte("another one"), seal.Policy{}); err == nil {
		t.Error("it seals anything")
	}
	if err := errors.Join(s.Close(), <-ended); err != nil {
		t.Error(err)
	}
	for fingerprint, key := range map[string]string{"SHA256:nothing": "keys.not_in_agent", mark(cannot): "seal.key_type"} {
		if _, err := AgentSeal(socket, fingerprint); err == nil || refusal.As(err).Key != key {
			t.Errorf("%v, want %s", err, key)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	if _, err := AgentSeal(filepath.Join(t.TempDir(), "none"), mark(private)); err == nil || refusal.As(err).Key != "keys.no_agent" {
		t.Error(err)
	}
}

// A new seal key replaces nothing, is made under a passphrase that is long enough, and leaves nothing behind where it cannot be made.
func TestASealKeyThatCannotBeMade(t *testing.T) {
	dear := Encrypt
	Encrypt = keystest.Cheaply
	t.Cleanup(func() { Encrypt = dear })
	dir := t.TempDir()
	path := filepath.Join(dir, "seal1")
	pass := []byte("long enough words")
	if _, err := CreateSeal(path, "cedar", []byte("short"), rand.Reader); err == nil || refusal.As(err).Key != "keys.short_passphrase" {
		t.Error(err)
	}
	if err := os.Mkdir(path+".pub", 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := CreateSeal(path, "cedar", pass, rand.Reader); err == nil {
		t.Error("a key without its public half")
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("half a key is left: %v", err)
	}
	if err := os.Remove(path + ".pub"); err != nil {
		t.Fatal(err)
	}
	line, err := CreateSeal(path, "cedar", pass, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := CreateSeal(path, "cedar", pass, rand.Reader); err == nil || refusal.As(err).Key != "keys.exists" {
		t.Error(err)
	}
	if got, err := SealLine(path); err != nil || got != line {
		t.Errorf("%q, %v", got, err)
	}
	for words, key := range map[string]string{"": "keys.passphrase_needed", "other words": "keys.wrong_passphrase"} {
		if _, err := LoadSeal(path, []byte(words)); err == nil || refusal.As(err).Key != key {
			t.Errorf("%v, want %s", err, key)
		}
	}
	if _, err := LoadSeal(filepath.Join(dir, "seal2"), pass); err == nil || refusal.As(err).Key != "keys.no_file" {
		t.Error(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadSeal(path, pass); err == nil || refusal.As(err).Key != "keys.open_mode" {
		t.Error(err)
	}
}
