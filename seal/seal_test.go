package seal

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"entente.example/refusal"
)

func statement() Statement {
	return Statement{Mechanism: strings.Repeat("7f", 32), Epoch: 1, Parties: []string{"ldp", "cpc"}, Instrument: "text/js-9", Symbol: "RPEM/9/JS", Round: 2, Manifest: [32]byte{1}, ManifestSz: 77,
		Texts: []Language{{Tag: "ja", Size: 9, Status: "authentic"}, {Tag: "en", Size: 8, Status: "reference"}}}
}

// SPEC statement-form.
func TestStatementHasOneSpelling(t *testing.T) {
	b := statement().Format()
	want := "entente seal v1\nmechanism " + strings.Repeat("7f", 32) + "\ncharter-epoch 1\nparties cpc ldp\ninstrument text/js-9\nsymbol RPEM/9/JS\nround 2\nmanifest sha256:01" + strings.Repeat("00", 31) +
		" 77\ntext en sha256:" + strings.Repeat("00", 32) + " 8 reference\ntext ja sha256:" + strings.Repeat("00", 32) + " 9 authentic\nsupersedes -\n"
	if string(b) != want {
		t.Fatalf("%s", b)
	}
	s, err := ParseStatement(b)
	if err != nil || string(s.Format()) != want {
		t.Fatal(s, err)
	}
	for _, bad := range []string{strings.TrimSuffix(want, "\n"), want + "\n", strings.Replace(want, "cpc ldp", "ldp cpc", 1), strings.Replace(want, "round 2", "round 02", 1), strings.Replace(want, "\n", "\r\n", 1),
		strings.Replace(want, "text en", "text ja", 1), strings.Replace(want, "seal v1", "seal v2", 1), ""} {
		if _, err := ParseStatement([]byte(bad)); err == nil {
			t.Errorf("%q passes", bad)
		}
	}
}

func signer(t testing.TB, kind string) ssh.Signer {
	t.Helper()
	var key any
	var err error
	if kind == "ecdsa" {
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	} else {
		_, key, err = ed25519.GenerateKey(rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func line(s ssh.Signer) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(s.PublicKey())))
}

// What we sign, plain ssh-keygen accepts, and the other way round.
func TestInteroperatesWithSSHKeygen(t *testing.T) {
	tool, err := exec.LookPath("ssh-keygen")
	if err != nil {
		t.Fatal("ssh-keygen is needed: apt-get install openssh-client")
	}
	dir := t.TempDir()
	message := statement().Format()
	write := func(name string, b []byte) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, kind := range []string{"ed25519", "ecdsa"} {
		s := signer(t, kind)
		armor, err := Sign(s, NamespaceSeal, message)
		if err != nil {
			t.Fatal(err)
		}
		allowed := write("allowed", AllowedSigners([]Signer{{Principals: []string{"cpc", "cpc.2"}, Key: line(s)}}))
		verify := func(message []byte) error {
			c := exec.Command(tool, "-Y", "verify", "-f", allowed, "-I", "cpc", "-n", NamespaceSeal, "-s", write("sig", []byte(armor)))
			c.Stdin = strings.NewReader(string(message))
			return c.Run()
		}
		if err := verify(message); err != nil {
			t.Errorf("%s: ssh-keygen refuses our seal: %v", kind, err)
		}
		if verify(append(message, 'x')) == nil {
			t.Errorf("%s: ssh-keygen accepts another statement", kind)
		}
		if err := Verify(armor, line(s), NamespaceSeal, message, Policy{}); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	key, msg := filepath.Join(dir, "id"), write("message", message)
	for _, args := range [][]string{{"-q", "-t", "ed25519", "-N", "", "-f", key}, {"-Y", "sign", "-f", key, "-n", NamespaceSeal, msg}} {
		if out, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s", out)
		}
	}
	armor, err := os.ReadFile(msg + ".sig")
	if err != nil {
		t.Fatal(err)
	}
	public, err := os.ReadFile(key + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	_, clean, err := ParseKey(string(public))
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(string(armor), clean, NamespaceSeal, message, Policy{}); err != nil {
		t.Errorf("we refuse what ssh-keygen signed: %v", err)
	}
}

// hardware imitates a FIDO2 key with chosen flags.
type hardware struct {
	public  ssh.PublicKey
	private ed25519.PrivateKey
	flags   byte
	mute    bool // it tells neither flags nor counter
	broken  bool
}

var errHardware = errors.New("the key was pulled out")

func newHardware(t testing.TB, flags byte) *hardware {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.ParsePublicKey(ssh.Marshal(struct {
		Name string
		Key  []byte
		App  string
	}{ssh.KeyAlgoSKED25519, public, "ssh:"}))
	if err != nil {
		t.Fatal(err)
	}
	return &hardware{public: key, private: private, flags: flags}
}

func (h *hardware) PublicKey() ssh.PublicKey { return h.public }
func (h *hardware) Sign(_ io.Reader, data []byte) (*ssh.Signature, error) {
	app, sum := sha256.Sum256([]byte("ssh:")), sha256.Sum256(data)
	if h.broken {
		return nil, errHardware
	}
	rest := binary.BigEndian.AppendUint32([]byte{h.flags}, 9)
	if h.mute {
		rest = nil
	}
	m := append(append(app[:], h.flags, 0, 0, 0, 9), sum[:]...)
	return &ssh.Signature{Format: ssh.KeyAlgoSKED25519, Blob: ed25519.Sign(h.private, m), Rest: rest}, nil
}

// SPEC seal-keys.
func TestWhatSSHKeygenLeavesUnchecked(t *testing.T) {
	message := statement().Format()
	for _, c := range []struct {
		flags byte
		pin   bool
		ok    bool
	}{{0, false, false}, {flagTouch, false, true}, {flagTouch, true, false}, {flagTouch | flagPIN, true, true}, {flagPIN, false, false}} {
		h := newHardware(t, c.flags)
		armor, err := Sign(h, NamespaceSeal, message)
		if err != nil {
			t.Fatal(err)
		}
		if err := Verify(armor, line(h), NamespaceSeal, message, Policy{RequirePIN: c.pin}); (err == nil) != c.ok {
			t.Errorf("flags %x, PIN asked %v: %v", c.flags, c.pin, err)
		}
	}
	s := signer(t, "ed25519")
	armor, err := Sign(s, NamespaceMandate, message)
	if err != nil {
		t.Fatal(err)
	}
	if Verify(armor, line(s), NamespaceSeal, message, Policy{}) == nil {
		t.Error("a signature of another namespace passes")
	}
	good, err := Sign(s, NamespaceSeal, message)
	if err != nil {
		t.Fatal(err)
	}
	if Verify("junk\n"+good, line(s), NamespaceSeal, message, Policy{}) == nil || Verify(good+"junk", line(s), NamespaceSeal, message, Policy{}) == nil {
		t.Error("junk around the armor passes")
	}
	if _, _, err := ParseKey("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC5"); err == nil {
		t.Error("an RSA key may seal")
	}
}

// SPEC seal-threshold.
func TestThresholdNeedsDistinctKeys(t *testing.T) {
	message := statement().Format()
	a, b := signer(t, "ed25519"), signer(t, "ed25519")
	sign := func(s ssh.Signer) string {
		armor, err := Sign(s, NamespaceSeal, message)
		if err != nil {
			t.Fatal(err)
		}
		return armor
	}
	lines := []string{line(a), line(b)}
	if _, err := Signers([]string{sign(a), sign(b)}, lines, 2, NamespaceSeal, message, Policy{}); err != nil {
		t.Error(err)
	}
	if _, err := Signers([]string{sign(a)}, lines, 2, NamespaceSeal, message, Policy{}); refusal.As(err).Key != "seal.too_few" {
		t.Errorf("one of two: %v", err)
	}
	if _, err := Signers([]string{sign(a), sign(a)}, lines, 2, NamespaceSeal, message, Policy{}); err == nil {
		t.Error("the same key twice passes")
	}
	if by, err := Signers([]string{sign(b)}, append(lines, line(b)), 1, NamespaceSeal, message, Policy{}); err != nil || len(by) != 1 || by[0] != 1 {
		t.Errorf("the first line with the key is number 1, not %v: %v", by, err)
	}
	if _, err := Signers(nil, lines, 0, NamespaceSeal, message, Policy{}); err == nil {
		t.Error("no signature passes")
	}
}

func FuzzStatement(f *testing.F) {
	f.Add(statement().Format())
	alone := statement()
	alone.Side, alone.Pair = "east", "bay"
	f.Add(alone.Format())
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := ParseStatement(b); err == nil && string(s.Format()) != string(b) {
			t.Fatalf("%q is spelled %q", b, s.Format())
		}
	})
}

func FuzzManifest(f *testing.F) {
	f.Add(Manifest{FileOf("text/en.txt", []byte("x"))}.Format())
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := ParseManifest(b); err == nil && string(m.Format()) != string(b) {
			t.Fatalf("%q is spelled %q", b, m.Format())
		}
	})
}

func FuzzArmor(f *testing.F) {
	s := signer(f, "ed25519")
	good, err := Sign(s, NamespaceSeal, []byte("x"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Fuzz(func(t *testing.T, armor string) {
		if Verify(armor, line(s), NamespaceSeal, []byte("y"), Policy{}) == nil {
			t.Fatalf("%q verifies over another message", armor)
		}
	})
}

// A signature has one spelling, whatever lies in its armor: nothing but the very bytes that a key made verifies over a message, none verifies over another, and no key passes that was not touched.
func FuzzSignature(f *testing.F) {
	const message = "x"
	var keys, blobs []string
	for _, s := range []ssh.Signer{signer(f, "ed25519"), newHardware(f, flagTouch|flagPIN), newHardware(f, flagPIN)} {
		armor, err := Sign(s, NamespaceSeal, []byte(message))
		if err != nil {
			f.Fatal(err)
		}
		blob := string(unarmor(armor).Marshal())
		keys, blobs = append(keys, line(s)), append(blobs, blob)
		f.Add([]byte(blob), -1, byte(0))
		for at := 0; at < len(blob); at += 5 {
			f.Add([]byte(blob), at, byte(1))
		}
		f.Add([]byte(blob[:len(blob)-1]), -1, byte(0))
		f.Add([]byte(blob+"\x00"), -1, byte(0))
	}
	f.Fuzz(func(t *testing.T, blob []byte, at int, with byte) {
		if at >= 0 && at < len(blob) {
			blob[at] ^= with
		}
		armor := "-----BEGIN SSH SIGNATURE-----\n" + base64.StdEncoding.EncodeToString(blob) + "\n-----END SSH SIGNATURE-----\n"
		for i, key := range keys {
			err := Verify(armor, key, NamespaceSeal, []byte(message), Policy{RequirePIN: true})
			if good := string(blob) == blobs[i] && i != 2; (err == nil) != good { // the last one's was not touched
				t.Fatalf("key %d, %x: %v", i, blob, err)
			}
			if Verify(armor, key, NamespaceSeal, []byte("y"), Policy{}) == nil || Verify(armor, key, NamespaceKeys, []byte(message), Policy{}) == nil {
				t.Fatalf("key %d: %x verifies over what it did not sign", i, blob)
			}
		}
	})
}
