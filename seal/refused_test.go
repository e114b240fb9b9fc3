package seal

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"

	"entente.example/refusal"
)

// Keys of kinds that may not seal are refused by their kind, and what is no line of one key is no key.
func TestKeysThatMayNotSeal(t *testing.T) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := ParseKey(line(other)); refusal.As(err).Key != "seal.key_type" {
		t.Errorf("an RSA key: %v", err)
	}
	good := line(signer(t, "ed25519"))
	for name, bad := range map[string]string{"nothing": "", "half a key": good[:30], "two keys": good + "\n" + good, "a key with an option": `command="true" ` + good} {
		if _, _, err := ParseKey(bad); refusal.As(err).Key != "seal.bad_key" {
			t.Errorf("%s: %v", name, err)
		}
		if f := Fingerprint(bad); f != "" {
			t.Errorf("%s has the fingerprint %s", name, f)
		}
		if err := Verify("", bad, NamespaceSeal, nil, Policy{}); refusal.As(err).Key != "seal.bad_key" {
			t.Errorf("%s verifies: %v", name, err)
		}
	}
	if _, plain, err := ParseKey("\n" + good + " somebody@example \n"); err != nil || plain != good {
		t.Errorf("a comment stays: %q, %v", plain, err)
	}
}

// A signature says who made it before anybody verifies it, and nothing if it is none.
func TestWhoseSignatureItIs(t *testing.T) {
	s := signer(t, "ecdsa")
	message := []byte("message")
	armor, err := Sign(s, NamespaceSeal, message)
	if err != nil {
		t.Fatal(err)
	}
	if by := SignedBy(armor); by == "" || by != Fingerprint(line(s)) {
		t.Errorf("signed by %q, not %q", by, Fingerprint(line(s)))
	}
	inside := strings.Index(armor, "\n") + 20
	for name, bad := range map[string]string{"nothing": "", "no armor": "armor", "longer than any": armor + strings.Repeat("\n", maxArmor), "a letter that is none": armor[:inside] + "!" + armor[inside+1:]} {
		if by := SignedBy(bad); by != "" {
			t.Errorf("%s is signed by %s", name, by)
		}
		if err := Verify(bad, line(s), NamespaceSeal, message, Policy{}); refusal.As(err).Key != "seal.bad_signature" {
			t.Errorf("%s verifies: %v", name, err)
		}
	}
	weak, err := sshsig.Sign(bytes.NewReader(message), s, sshsig.HashSHA256, NamespaceSeal)
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(string(sshsig.Armor(weak)), line(s), NamespaceSeal, message, Policy{}); refusal.As(err).Key != "seal.hash" {
		t.Errorf("over SHA-256: %v", err)
	}
	if _, err := Signers([]string{armor, armor}, []string{line(s)}, 1, NamespaceSeal, message, Policy{}); refusal.As(err).Key != "seal.same_key" {
		t.Errorf("one key twice: %v", err)
	}
}

// What is signed for one purpose is nothing for any other: invariant K2.
func TestASignatureServesOnePurpose(t *testing.T) {
	s, message := signer(t, "ecdsa"), []byte("message")
	purposes := []string{NamespaceSeal, NamespaceMandate, NamespaceInvite, NamespaceCard, NamespaceKeys}
	for _, signed := range purposes {
		armor, err := Sign(s, signed, message)
		if err != nil {
			t.Fatal(err)
		}
		for _, asked := range purposes {
			if err := Verify(armor, line(s), asked, message, Policy{}); (err == nil) != (signed == asked) {
				t.Errorf("signed for %s, asked for %s: %v", signed, asked, err)
			}
		}
	}
}

// A manifest has one spelling, and each path once.
func TestManifestHasOneSpelling(t *testing.T) {
	m := Manifest{FileOf("b/text with spaces.txt", []byte("bb")), FileOf("a.txt", nil)}
	b := m.Format()
	if got, err := ParseManifest(b); err != nil || len(got) != 2 || got[0] != m[1] || got[1] != m[0] || got.Digest() != m.Digest() || got[1].Hex() != hexDigest([]byte("bb")) {
		t.Fatal(got, err)
	}
	first, second, _ := strings.Cut(string(b), "\n")
	for name, bad := range map[string]string{
		"out of order":       second + first + "\n",
		"a path twice":       first + "\n" + first + "\n",
		"no path":            strings.Replace(string(b), " a.txt", "", 1),
		"another digest":     strings.Replace(string(b), "sha256:", "sha512:", 1),
		"a short digest":     strings.Replace(string(b), "sha256:e3", "sha256:", 1),
		"capitals":           strings.Replace(string(b), "sha256:e3b0", "sha256:E3B0", 1),
		"a size in words":    strings.Replace(string(b), " 2 b", " two b", 1),
		"another spelling":   strings.Replace(string(b), " 2 b", " 02 b", 1),
		"no line end":        strings.TrimSuffix(string(b), "\n"),
		"an empty line":      string(b) + "\n",
		"longer than it may": strings.Repeat(string(b), maxStatement/len(b)+1),
	} {
		if got, err := ParseManifest([]byte(bad)); err == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
	if sum := sha256.Sum256(b); m.Digest() != (File{Digest: sum}).Hex() {
		t.Error("the digest is of something else than what is spelled")
	}
}

// Each line of a statement is what it should be; none is passed over.
func TestStatementsWithABadLine(t *testing.T) {
	good := string(statement().Format())
	lines := strings.SplitAfter(strings.TrimSuffix(good, "\n"), "\n")
	for i := range lines {
		without := strings.Join(append(append([]string{}, lines[:i]...), lines[i+1:]...), "")
		if i != 8 && i != 9 { // one language less is another statement
			if _, err := ParseStatement([]byte(without)); err == nil {
				t.Errorf("without line %d it passes:\n%s", i, without)
			}
		}
	}
	for _, c := range [][2]string{{"charter-epoch 1", "charter-epoch one"}, {"round 2", "round"}, {"manifest sha256:01", "manifest sha256:1"}, {" 77\n", " \n"}, {" 9 authentic", " nine authentic"}, {" 9 authentic", " 9"},
		{"text ja", "words ja"}, {"text ja sha256:00", "text ja sha256:0"}, {"parties cpc ldp", "parties cpc cpc"}, {"supersedes -", "supersedes"}} {
		bad := strings.Replace(good, c[0], c[1], 1)
		if bad == good {
			t.Fatalf("%q is not in the statement", c[0])
		}
		if _, err := ParseStatement([]byte(bad)); err == nil {
			t.Errorf("%q instead of %q passes", c[1], c[0])
		}
	}
	if s := statement(); s.Digest() != hexDigest([]byte(good)) {
		t.Error("the digest is of something else than what is sealed")
	}
}
