package seal

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
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
	st.Supersedes = "text/js-8"
	if back, err := ParseStatement(st.Format()); err != nil || back.Supersedes != "text/js-8" {
		t.Errorf("%+v, %v", back, err)
	}
}

// What OpenSSH refuses is refused here: a signature of an ordinary key has nothing behind it, whatever a charter asks of hardware keys, of which an ordinary one is none. SPEC seal-armor
func TestNothingStandsBehindASignature(t *testing.T) {
	message := statement().Format()
	tool, err := exec.LookPath("ssh-keygen")
	if err != nil {
		t.Fatal("ssh-keygen is needed: apt-get install openssh-client")
	}
	for _, kind := range []string{"ed25519", "ecdsa"} {
		s := signer(t, kind)
		for _, behind := range [][]byte{nil, {0}, {flagTouch | flagPIN, 0, 0, 0, 9}} {
			armor, err := Sign(trailing{s, behind}, NamespaceSeal, message)
			if err != nil {
				t.Fatal(err)
			}
			ours := Verify(armor, line(s), NamespaceSeal, message, Policy{RequirePIN: true})
			if (ours == nil) != (behind == nil) || ours != nil && refusal.As(ours).Key != "seal.bad_signature" {
				t.Errorf("%s with %x behind: %v", kind, behind, ours)
			}
			dir := t.TempDir()
			allowed, sig := filepath.Join(dir, "allowed"), filepath.Join(dir, "sig")
			if err := errors.Join(os.WriteFile(allowed, AllowedSigners([]Signer{{Principals: []string{"cpc"}, Key: line(s)}}), 0o600), os.WriteFile(sig, []byte(armor), 0o600)); err != nil {
				t.Fatal(err)
			}
			c := exec.Command(tool, "-Y", "verify", "-f", allowed, "-I", "cpc", "-n", NamespaceSeal, "-s", sig)
			c.Stdin = bytes.NewReader(message)
			if theirs := c.Run(); (theirs == nil) != (ours == nil) {
				t.Errorf("%s with %x behind: ssh-keygen says %v, we say %v", kind, behind, theirs, ours)
			}
		}
	}
}

// trailing signs like an ordinary key and puts something behind the signature.
type trailing struct {
	ssh.Signer
	behind []byte
}

func (s trailing) Sign(r io.Reader, data []byte) (*ssh.Signature, error) {
	sig, err := s.Signer.Sign(r, data)
	if err == nil {
		sig.Rest = s.behind
	}
	return sig, err
}

// A signature in armor is its two lines and base64 between them, in one spelling: what the library would pass over, and others refuse, is no signature. SPEC seal-armor
func TestArmorHidesNothing(t *testing.T) {
	s := signer(t, "ed25519")
	message := []byte("message")
	armor, err := Sign(s, NamespaceSeal, message)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "-----BEGIN SSH SIGNATURE-----\n", "-----END SSH SIGNATURE-----\n"
	body := strings.TrimSuffix(strings.TrimPrefix(armor, begin), end)
	raw, err := base64.StdEncoding.DecodeString(body)
	if err != nil {
		t.Fatal(err)
	}
	reserved := bytes.Replace(raw, append([]byte(NamespaceSeal), 0, 0, 0, 0), append([]byte(NamespaceSeal), 0, 0, 0, 1, 'x'), 1)
	if len(reserved) != len(raw)+1 {
		t.Fatal("the field that is reserved is elsewhere")
	}
	one := base64.StdEncoding.EncodeToString(raw) + "\n"
	for name, same := range map[string]string{"in one line": begin + one + end, "with line ends behind it": armor + "\n\n", "without one": strings.TrimSuffix(armor, "\n")} {
		if err := Verify(same, line(s), NamespaceSeal, message, Policy{}); err != nil || SignedBy(same) != Fingerprint(line(s)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, bad := range map[string]string{
		"a header":              begin + "Comment: read me\n\n" + body + end,
		"words before it":       begin + "words\n" + armor,
		"a space in it":         begin + body[:9] + " " + body[9:] + end,
		"another line end":      strings.ReplaceAll(armor, "=\n", "=\r\n"),
		"a carriage return":     begin + body[:9] + "\r" + body[9:] + end,
		"bytes behind it":       begin + base64.StdEncoding.EncodeToString(append(bytes.Clone(raw), 0)) + "\n" + end,
		"something reserved":    begin + base64.StdEncoding.EncodeToString(reserved) + "\n" + end,
		"no first line":         body + end,
		"no last line":          begin + body,
		"no line end before it": strings.Replace(armor, "\n"+end, end, 1),
		"lines without it":      begin + end,
		"of something else":     strings.ReplaceAll(armor, "SSH SIGNATURE", "SSH SIGNATORY"),
	} {
		if err := Verify(bad, line(s), NamespaceSeal, message, Policy{}); refusal.As(err) == nil || refusal.As(err).Key != "seal.bad_signature" || SignedBy(bad) != "" {
			t.Errorf("%s: %v, signed by %q", name, err, SignedBy(bad))
		}
	}
}
