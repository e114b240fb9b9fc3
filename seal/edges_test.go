package seal

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"entente.example/refusal"
)

// A hardware key that nobody touched is refused, and so is one that did not ask for a PIN; what signs for a threshold is said, key by key. SPEC seal-keys, seal-threshold.
func TestWhyAHardwareKeyIsRefused(t *testing.T) {
	message := statement().Format()
	for _, c := range []struct {
		flags byte
		key   string
	}{{0, "seal.no_touch"}, {flagPIN, "seal.no_touch"}, {flagTouch, "seal.no_pin"}} {
		h := newHardware(t, c.flags)
		armor, err := Sign(h, NamespaceSeal, message)
		if err != nil {
			t.Fatal(err)
		}
		if err := Verify(armor, line(h), NamespaceSeal, message, Policy{RequirePIN: true}); refusal.As(err) == nil || refusal.As(err).Key != c.key {
			t.Errorf("flags %x: %v, not %s", c.flags, err, c.key)
		}
		if err := Verify(armor, line(newHardware(t, flagTouch)), NamespaceSeal, message, Policy{RequirePIN: true}); refusal.As(err) == nil || refusal.As(err).Key != "seal.bad_signature" {
			t.Errorf("flags %x, by another hardware key: %v", c.flags, err)
		}
		if err := Verify(armor, line(h), NamespaceSeal, append(message, 'x'), Policy{}); (refusal.As(err).Key == "seal.bad_signature") != (c.flags&flagTouch != 0) {
			t.Errorf("flags %x, over other bytes: %v", c.flags, err)
		}
	}
	bare := newHardware(t, flagTouch)
	bare.mute = true
	if armor, err := Sign(bare, NamespaceSeal, message); err != nil {
		t.Error(err)
	} else if err := Verify(armor, line(bare), NamespaceSeal, message, Policy{}); refusal.As(err) == nil || refusal.As(err).Key != "seal.bad_signature" {
		t.Errorf("a hardware key that says nothing of itself: %v", err)
	}
	bare.broken = true
	if armor, err := Sign(bare, NamespaceSeal, message); !errors.Is(err, errHardware) || armor != "" {
		t.Errorf("a key that cannot sign: %q, %v", armor, err)
	}
	a, b := signer(t, "ed25519"), signer(t, "ecdsa")
	var armors []string
	for _, s := range []ssh.Signer{b, a} {
		armor, err := Sign(s, NamespaceSeal, message)
		if err != nil {
			t.Fatal(err)
		}
		armors = append(armors, armor)
	}
	lines := []string{line(a), line(b), line(signer(t, "ed25519"))}
	if by, err := Signers(armors, lines, 2, NamespaceSeal, message, Policy{}); err != nil || !slices.Equal(by, []int{1, 0}) {
		t.Errorf("signed by %v, %v", by, err)
	}
	if _, err := Signers([]string{armors[0]}, lines[:1], 1, NamespaceSeal, message, Policy{}); refusal.As(err) == nil || refusal.As(err).Key != "seal.bad_signature" {
		t.Errorf("by a key that is not asked for: %v", err)
	}
}

// What is read is bounded, to the byte. SPEC statement-form.
func TestTheEdgesOfWhatIsRead(t *testing.T) {
	s := signer(t, "ed25519")
	message := []byte("message")
	armor, err := Sign(s, NamespaceSeal, message)
	if err != nil {
		t.Fatal(err)
	}
	for n, ok := range map[int]bool{maxArmor: true, maxArmor + 1: false} {
		long := armor + strings.Repeat("\n", n-len(armor))
		if err := Verify(long, line(s), NamespaceSeal, message, Policy{}); (err == nil) != ok || (SignedBy(long) != "") != ok {
			t.Errorf("a signature of %d bytes: %v", n, err)
		}
	}
	for n, ok := range map[int]bool{maxStatement: true, maxStatement + 1: false} {
		m := Manifest{FileOf("", nil)}
		m[0].Path = strings.Repeat("a", n-len(m.Format()))
		if _, err := ParseManifest(m.Format()); (err == nil) != ok {
			t.Errorf("a manifest of %d bytes: %v", n, err)
		}
		st := statement()
		st.Symbol = "a"
		st.Symbol = strings.Repeat("a", n-len(st.Format())+1)
		if _, err := ParseStatement(st.Format()); (err == nil) != ok {
			t.Errorf("a statement of %d bytes: %v", n, err)
		}
	}
	st := statement()
	st.Symbol, st.Supersedes = "", ""
	if back, err := ParseStatement(st.Format()); err != nil || back.Symbol != "" || back.Supersedes != "" {
		t.Errorf("%+v, %v", back, err)
	}
}
