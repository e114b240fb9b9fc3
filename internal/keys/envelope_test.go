package keys

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"testing"

	"entente.example/refusal"
)

func sealed(t testing.TB, content string, to ...*NodeKey) []byte {
	t.Helper()
	var raw [][]byte
	for _, k := range to {
		b, err := base64.StdEncoding.DecodeString(k.Public().Pouch)
		if err != nil {
			t.Fatal(err)
		}
		raw = append(raw, b)
	}
	var b bytes.Buffer
	w, err := Seal(&b, raw...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Only whom it was sealed to reads it; a head with more recipients than there may be is not even tried.
func TestSealed(t *testing.T) {
	us, other := FromSeed([32]byte{1}), FromSeed([32]byte{2})
	b := sealed(t, "the record", us)
	r, err := us.OpenSealed(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != "the record" {
		t.Errorf("%q %v", got, err)
	}
	if _, err := other.OpenSealed(bytes.NewReader(b)); refusal.As(err).Key != "pouch.not_for_us" {
		t.Errorf("another opens it: %v", err)
	}
	if n, err := Recipients(bytes.NewReader(b)); err != nil || n != 1 {
		t.Errorf("%d recipients, %v", n, err)
	}
	many := make([]*NodeKey, 30)
	for i := range many {
		many[i] = us
	}
	if _, err := us.OpenSealed(bytes.NewReader(sealed(t, "x", many...))); refusal.As(err).Key != "pouch.not_a_pouch" {
		t.Errorf("thirty recipients: %v", err)
	}
	if _, err := Seal(io.Discard, []byte("no key")); refusal.As(err).Key != "charter.bad_key" {
		t.Errorf("to no key: %v", err)
	}
}

func FuzzSealed(f *testing.F) {
	us := FromSeed([32]byte{1})
	b := sealed(f, strings.Repeat("the record ", 20), us)
	for _, at := range []int{0, 30, 1000, len(b) - 1} {
		f.Add(b, at, byte(1))
	}
	f.Add(b[:len(b)-5], -1, byte(0))
	f.Add([]byte("age-encryption.org/v1\n-> mlkem768x25519 x\n\n--- x\n"), -1, byte(0))
	f.Fuzz(func(t *testing.T, b []byte, at int, with byte) {
		if at >= 0 && at < len(b) {
			b = bytes.Clone(b)
			b[at] ^= with
		}
		r, err := us.OpenSealed(bytes.NewReader(b))
		if err != nil {
			if refusal.As(err).Kind == refusal.Internal {
				t.Errorf("refused with %v", err)
			}
			return
		}
		if out, err := io.ReadAll(r); err == nil && len(out) > len(b) || errors.Is(err, io.EOF) {
			t.Errorf("%d bytes came out of %d, %v", len(out), len(b), err)
		}
	})
}
