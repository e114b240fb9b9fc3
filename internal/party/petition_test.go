package party

import (
	"strings"
	"testing"

	"entente.example/internal/charter"
	"entente.example/refusal"
	"entente.example/seal"
)

// three is a charter with parties a, b and c, whose seal keys are the numbers 1, 2 and 3.
func three(t testing.TB) (*charter.State, *State) {
	t.Helper()
	c, _ := house(t)
	doc := *c.Document()
	for i, id := range []charter.PartyID{"b", "c"} {
		_, line := signer(t, byte(i+2))
		doc.Parties = append(doc.Parties, charter.Party{ID: id, Keys: charter.Keys{LogEd25519: doc.Parties[0].Keys.LogEd25519, Seal: []string{line}, Threshold: 1}})
	}
	return charter.NewAs(c.Mechanism(), &doc), new(State)
}

func petition(t testing.TB, mech string, number int, to byte) Petition {
	t.Helper()
	key, line := signer(t, to)
	p := Petition{Lost: "the safe burned", Mechanism: mech, Number: number, Party: "a", Seal: []string{line}, Threshold: 1}
	text, err := p.Message()
	if err != nil {
		t.Fatal(err)
	}
	p.Successors = []string{sign(t, key, seal.NamespaceKeys, text)}
	return p
}

func consent(t testing.TB, p Petition, by charter.PartyID, key byte) Consent {
	t.Helper()
	s, _ := signer(t, key)
	text, err := p.Message()
	if err != nil {
		t.Fatal(err)
	}
	digest, err := p.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return Consent{Party: by, Signatures: []string{sign(t, s, seal.NamespaceKeys, text)}, Text: digest}
}

// Lost seal keys are replaced by a text that every other party seals, and by nothing less. SPEC seal-keys-agreed
func TestLostSealKeysAreReplacedByAllOthers(t *testing.T) {
	c, s := three(t)
	p := petition(t, c.Mechanism(), 1, 9)
	grant := func(p Petition, consents ...Consent) Succeed {
		b, err := p.Succession(consents)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	both := []Consent{consent(t, p, "b", 2), consent(t, p, "c", 3)}
	other := petition(t, strings.Repeat("cd", 32), 1, 9)
	foreign := p
	foreign.Party = "b"
	stolen := grant(p, both...)
	_, line := signer(t, 8)
	stolen.Seal = []string{line}
	mixed := grant(p, both...)
	mixed.Signatures = []string{"x"}
	unproved := grant(p, both...)
	unproved.Successors = nil
	reworded := grant(p, both...)
	reworded.Lost = "nothing"
	for name, b := range map[string]struct {
		body Succeed
		want string
	}{
		"one party is missing":         {grant(p, both[0]), "party.bad_replacement"},
		"one party twice":              {grant(p, both[0], consent(t, p, "b", 2)), "party.bad_replacement"},
		"itself in another's place":    {grant(p, both[0], consent(t, p, "a", 1)), "party.not_agreed"},
		"by a key of another":          {grant(p, both[0], consent(t, p, "c", 2)), "party.not_agreed"},
		"for another mechanism":        {grant(other, consent(t, other, "b", 2), consent(t, other, "c", 3)), "party.not_agreed"},
		"for another party":            {grant(foreign, consent(t, foreign, "b", 2), consent(t, foreign, "c", 3)), "party.not_agreed"},
		"other keys in the place":      {stolen, "party.not_agreed"},
		"other words":                  {reworded, "party.not_agreed"},
		"signed in two ways":           {mixed, "party.bad_replacement"},
		"the new keys are nobody's":    {unproved, "seal.too_few"},
		"another number than the next": {grant(petition(t, c.Mechanism(), 2, 9), everybody(t, c.Mechanism(), 2)...), "party.succession_number"},
		"the words of a loss alone":    {Succeed{Lost: "x", Number: 1, Seal: p.Seal, Threshold: 1, Signatures: []string{}, Successors: p.Successors}, "party.bad_replacement"},
	} {
		if err := act(t, c, s, 1, b.body); refusal.As(err).Key != b.want {
			t.Errorf("%s: %v, want %s", name, err, b.want)
		}
	}
	if err := act(t, c, s, 1, grant(petition(t, c.Mechanism(), 1, 9), everybody(t, c.Mechanism(), 1)...)); err != nil {
		t.Fatal(err)
	}
	if lines, _ := c.SealKeys("a"); lines[0] != p.Seal[0] {
		t.Errorf("the new keys are not in force: %v", lines)
	}
	if ch := s.Changes[0]; !ch.Agreed || ch.Lost != "the safe burned" {
		t.Errorf("what is told of it: %+v", ch)
	}
	if err := act(t, c, s, 2, grant(petition(t, c.Mechanism(), 1, 9), everybody(t, c.Mechanism(), 1)...)); refusal.As(err).Key != "party.succession_number" {
		t.Errorf("the same consent again: %v", err)
	}
}

// everybody are the consents of b and c.
func everybody(t testing.TB, mech string, number int) []Consent {
	p := petition(t, mech, number, 9)
	return []Consent{consent(t, p, "b", 2), consent(t, p, "c", 3)}
}

// A consent is to one text, and a petition that nobody could grant is refused before anybody seals it.
func TestPetition(t *testing.T) {
	c, _ := three(t)
	p := petition(t, c.Mechanism(), 1, 9)
	b, err := p.Format()
	if err != nil {
		t.Fatal(err)
	}
	back, err := ParsePetition([]byte("> " + strings.ReplaceAll(string(b), "\n", "\n> ")))
	if err != nil || back.Check(c, 0) != nil {
		t.Fatalf("quoted in a mail: %v %v", err, back.Check(c, 0))
	}
	if _, err := petition(t, c.Mechanism(), 1, 8).Succession([]Consent{consent(t, p, "b", 2)}); refusal.As(err).Key != "party.not_agreed" {
		t.Errorf("a consent to another petition: %v", err)
	}
	stranger := p
	stranger.Party = "x"
	unsigned := p
	unsigned.Lost = "something else"
	for name, q := range map[string]struct {
		p    Petition
		want string
	}{"another mechanism": {petition(t, strings.Repeat("cd", 32), 1, 9), "party.other_petition"}, "of nobody": {stranger, "party.other_petition"}, "altered": {unsigned, "seal.bad_signature"},
		"an old one": {petition(t, c.Mechanism(), 3, 9), "party.succession_number"}} {
		if err := q.p.Check(c, 0); refusal.As(err).Key != q.want {
			t.Errorf("%s: %v, want %s", name, err, q.want)
		}
	}
}

func FuzzPetition(f *testing.F) {
	c, _ := three(f)
	p := petition(f, c.Mechanism(), 1, 9)
	b, _ := p.Format()
	f.Add(b)
	q, _ := consent(f, p, "b", 2).Format()
	f.Add(q)
	f.Add(charter.Wrap(petitionKind, []byte(`{"lost":"","mechanism":"","number":1,"party":"a","seal":[],"successors":[],"threshold":1}`)))
	f.Add(charter.Wrap(settlementKind, []byte(`{"signatures":[],"statement":{"generation":2,"reason":"fork"}}`)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := ParsePetition(b); err == nil {
			again, err := p.Format()
			if back, err2 := ParsePetition(again); err != nil || err2 != nil || back.Check(c, 0) == nil && p.Check(c, 0) != nil {
				t.Fatalf("%v %v", err, err2)
			}
		}
		if g, err := ParseSettlement(b); err == nil {
			again, err := g.FormatSettlement()
			if _, err2 := ParseSettlement(again); err != nil || err2 != nil {
				t.Fatalf("%v %v", err, err2)
			}
		}
		if k, err := ParseConsent(b); err == nil && p.Party != k.Party {
			if _, err := p.Succession([]Consent{k}); err != nil && refusal.As(err).Key != "party.not_agreed" {
				t.Fatal(err)
			}
		}
	})
}
