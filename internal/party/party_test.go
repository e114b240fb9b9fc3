package party

import (
	"crypto/ed25519"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/refusal"
	"entente.example/seal"
)

func signer(t testing.TB, n byte) (ssh.Signer, string) {
	t.Helper()
	s, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(append([]byte{n}, make([]byte, 31)...)))
	if err != nil {
		t.Fatal(err)
	}
	return s, strings.TrimSpace(string(ssh.MarshalAuthorizedKey(s.PublicKey())))
}

func sign(t testing.TB, s ssh.Signer, namespace string, message []byte) string {
	t.Helper()
	armor, err := seal.Sign(s, namespace, message)
	if err != nil {
		t.Fatal(err)
	}
	return armor
}

// house is a charter with one party whose seal key is number 1, and the state of what that party changed.
func house(t testing.TB) (*charter.State, *State) {
	t.Helper()
	_, line := signer(t, 1)
	raw := func(n int) string { return base64.StdEncoding.EncodeToString(make([]byte, n)) }
	doc := &charter.Document{Parties: []charter.Party{{ID: "a", Keys: charter.Keys{LogEd25519: raw(32), Seal: []string{line}, Threshold: 1}}}}
	return charter.NewAs(strings.Repeat("ab", 32), doc), new(State)
}

// act puts a body before a state as the fold would, and settles it.
func act(t testing.TB, c *charter.State, s *State, index int64, body entry.Body) error {
	t.Helper()
	b, err := entry.Canonical(body)
	if err != nil {
		t.Fatal(err)
	}
	a := &charter.Act{Party: "a", Gen: 1, Past: charter.Past{index}, Held: charter.Past{index}, Entry: entry.Entry{Body: b, Index: index, Matter: Matter("a"), Mech: c.Mechanism(), Type: body.EntryType(), At: time.Unix(0, 0), V: 1}}
	if err := s.Check(c, a); err != nil {
		return err
	}
	s.Apply(c, a)
	s.Settle(c, "a")
	return nil
}

// A party's seal keys name their successors: the keys in force sign, and the new ones too. A repeated or foreign succession, or one by keys that were replaced, changes nothing.
// Scenario a10 at the level of acts; the story keys-break.txtar plays it. SPEC succession-sealed, validity-by-position.
func TestA10ASuccessionIsSealedByTheKeysInForce(t *testing.T) {
	c, s := house(t)
	first, _ := signer(t, 1)
	second, line2 := signer(t, 2)
	third, line3 := signer(t, 3)
	succession := func(number int, line string, by, to ssh.Signer) Succeed {
		m, err := SuccessionMessage(c.Mechanism(), "a", number, charter.SealKeys{Keys: []string{line}, Threshold: 1})
		if err != nil {
			t.Fatal(err)
		}
		return Succeed{Number: number, Seal: []string{line}, Threshold: 1, Signatures: []string{sign(t, by, seal.NamespaceKeys, m)}, Successors: []string{sign(t, to, seal.NamespaceKeys, m)}}
	}
	list := []charter.Mandate{{Member: "m", Roles: []charter.Role{"head"}}}
	mandate := func(by ssh.Signer) Mandates {
		m, err := Message(c.Mechanism(), "a", list)
		if err != nil {
			t.Fatal(err)
		}
		return Mandates{Mandates: list, Signatures: []string{sign(t, by, seal.NamespaceMandate, m)}}
	}
	good := succession(1, line2, first, second)
	for name, b := range map[string]struct {
		body Succeed
		want string
	}{"sealed by nobody in force": {succession(1, line2, third, second), "seal.bad_signature"}, "a successor that nobody has": {succession(1, line2, first, third), "seal.bad_signature"},
		"the wrong number": {succession(2, line2, first, second), "party.succession_number"}} {
		if err := act(t, c, s, 1, b.body); refusal.As(err).Key != b.want {
			t.Errorf("%s: %v, want %s", name, err, b.want)
		}
	}
	if err := act(t, c, s, 1, mandate(first)); err != nil {
		t.Fatalf("before the succession the first key is in force: %v", err)
	}
	if err := act(t, c, s, 2, good); err != nil {
		t.Fatal(err)
	}
	if err := act(t, c, s, 3, good); refusal.As(err).Key != "party.succession_number" {
		t.Errorf("a repeated succession: %v", err)
	}
	if err := act(t, c, s, 3, mandate(first)); refusal.As(err).Key != "seal.bad_signature" {
		t.Errorf("a replaced key still seals: %v", err)
	}
	if err := act(t, c, s, 3, mandate(second)); err != nil {
		t.Errorf("the successor does not seal: %v", err)
	}
	if err := act(t, c, s, 4, succession(2, line3, second, third)); err != nil {
		t.Error(err)
	}
	if len(s.Changes) != 4 || s.Changes[1].Seal.Keys[0] != line2 || s.Changes[3].Seal.Keys[0] != line3 {
		t.Errorf("what was valid when: %+v", s.Changes)
	}
}

// A signature for one purpose never passes for another.
func TestOneKeyOneNamespace(t *testing.T) {
	c, s := house(t)
	first, _ := signer(t, 1)
	second, line2 := signer(t, 2)
	m, err := SuccessionMessage(c.Mechanism(), "a", 1, charter.SealKeys{Keys: []string{line2}, Threshold: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, ns := range []string{seal.NamespaceSeal, seal.NamespaceMandate, seal.NamespaceInvite, seal.NamespaceCard} {
		b := Succeed{Number: 1, Seal: []string{line2}, Threshold: 1, Signatures: []string{sign(t, first, ns, m)}, Successors: []string{sign(t, second, seal.NamespaceKeys, m)}}
		if err := act(t, c, s, 1, b); refusal.As(err).Key != "seal.bad_signature" {
			t.Errorf("a signature in namespace %s passes for a succession: %v", ns, err)
		}
	}
}
