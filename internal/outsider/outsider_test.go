package outsider

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"slices"
	"strings"
	"testing"

	"entente.example/internal/assent"
	"entente.example/internal/subject/subjecttest"
	"entente.example/lang"
	"entente.example/ledger"
)

func play(t *testing.T) *subjecttest.Play {
	return subjecttest.New(t, "witness/w-1", func() subjecttest.State { return &State{ID: "w-1"} })
}

func vkeys(t *testing.T, name string, seed byte) []string {
	t.Helper()
	ml, err := ledger.NewMLDSAKey([32]byte{seed})
	if err != nil {
		t.Fatal(err)
	}
	w, err := ledger.NewWitnessSigner(name, ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, 32)), ml)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := w.VKeys()
	if err != nil {
		t.Fatal(err)
	}
	return keys[:]
}

func river(t *testing.T) Propose {
	return Propose{Operator: lang.Text{"en": "River Institute"}, URL: "https://witness.example/w1", Keys: vkeys(t, "witness.example/w1", 1)}
}

func (s *State) named(p *subjecttest.Play) string {
	var out []string
	for _, n := range s.Named(p.Charter) {
		out = append(out, n.Act)
	}
	return strings.Join(out, " ")
}

// A witness is named by the last party that agrees, to exactly one proposal, and until any party withdraws it. SPEC witness-agreed, witness-ended.
func TestAWitnessIsNamedByEveryPartyAndEndedByAny(t *testing.T) {
	p := play(t)
	p.Refuses("dialogue.unknown", "birch", Agree{Proposal: "cedar-0"})
	id := p.Does("cedar", river(t))
	other := river(t)
	other.URL = "https://elsewhere.example"
	second := p.Unaware("birch", other, 0)
	p.Refuses("dialogue.taken", "birch", river(t))
	p.Refuses("assent.no_proposal", "birch", Agree{Proposal: "cedar-9"})
	p.Refuses("assent.agrees_already", "cedar", Agree{Proposal: id})
	p.Refuses("assent.agreed_before", "cedar", Decline{Proposal: id})
	p.Does("birch", Agree{Proposal: id})
	p.Does("willow", Decline{Proposal: id, Reason: lang.Text{"en": "We know nothing of it."}})
	p.Refuses("assent.declines_already", "willow", Decline{Proposal: id})
	s := p.State().(*State)
	if s.named(p) != "" || len(s.Awaits(p.Charter, "willow")) != 1 || s.Awaits(p.Charter, "willow")[0].Act != second {
		t.Errorf("%+v", s)
	}
	p.Does("willow", Agree{Proposal: id})
	if s = p.State().(*State); s.named(p) != id || s.Now(p.Charter).Name() != "witness.example/w1" || s.Now(p.Charter).Status(p.Charter) != assent.Agreed {
		t.Errorf("%+v", s)
	}
	p.Does("birch", Withdraw{Proposal: id})
	p.Refuses("assent.withdrawn_already", "cedar", Agree{Proposal: id})
	p.Refuses("assent.withdrawn_already", "cedar", Withdraw{Proposal: id})
	if s = p.State().(*State); s.named(p) != "" || slices.Contains(s.Offers(p.Charter, "willow"), "witness.withdraw") {
		t.Errorf("%+v", s)
	}
	// An agreement that crossed with the withdrawal brings nobody back.
	q := play(t)
	id = q.Does("cedar", river(t))
	q.Does("birch", Agree{Proposal: id})
	q.Does("cedar", Withdraw{Proposal: id})
	q.Unaware("willow", Agree{Proposal: id}, 2)
	if s := q.State().(*State); s.named(q) != "" {
		t.Errorf("%+v", s)
	}
}

// What cannot be asked, or signs under a party's name, is never proposed; what an address is does not hang on a library. SPEC witness-proposal.
func TestWhatCannotBeProposed(t *testing.T) {
	p := play(t)
	for key, changes := range map[string][]func(*Propose){
		"witness.no_key": {func(b *Propose) { b.Keys = nil }, func(b *Propose) {
			b.Keys = slices.Concat(b.Keys, vkeys(t, "witness.example/w1", 2), vkeys(t, "witness.example/w1", 3))
		}},
		"witness.bad_key": {func(b *Propose) { b.Keys = append(b.Keys, vkeys(t, "witness.example/w2", 2)[0]) }, func(b *Propose) { b.Keys = []string{b.Keys[0], b.Keys[0]} },
			func(b *Propose) { b.Keys = vkeys(t, "entente/0123456789abcdef/birch/witness", 2) }},
		"ledger.bad_key":        {func(b *Propose) { b.Keys[0] += "A" }, func(b *Propose) { b.Keys[1] = "w" }},
		"dialogue.words_needed": {func(b *Propose) { b.Operator = nil }},
		"lang.bidi":             {func(b *Propose) { b.Operator = lang.Text{"en": "a\u202eb"} }},
	} {
		for _, change := range changes {
			b := river(t)
			change(&b)
			p.Refuses(key, "cedar", b)
		}
	}
	for _, url := range []string{"", "witness.example", "ftp://witness.example", "https://witness.example/", "https://a@witness.example", "https://witness.example?x", "https://witness.example/a//b", "https://Witness.example", "https://witness.example:0",
		"https://witness.example/ü", "https://[::1]", "https://w.example/\n", "https://" + strings.Repeat("a", 200)} {
		b := river(t)
		b.URL = url
		p.Refuses("witness.bad_url", "cedar", b)
	}
	b := river(t)
	b.URL = "http://127.0.0.1:7445"
	p.Does("cedar", b)
}

// Whatever meets in whatever order comes to the same.
func TestNamingsFoldAlikeInAnyOrder(t *testing.T) {
	named, b := 0, river(t)
	for seed := range uint64(60) {
		p := play(t)
		p.Random(seed, 16, func(pick func(int) int) subjecttest.Body {
			id := []string{"cedar-0", "birch-0", "willow-0"}[pick(3)]
			return []subjecttest.Body{b, Agree{Proposal: id}, Agree{Proposal: id}, Agree{Proposal: id}, Decline{Proposal: id}, Withdraw{Proposal: id}}[pick(5+pick(2))]
		})
		p.Orders(t, func(st subjecttest.State) string {
			s := st.(*State)
			named += len(s.Named(p.Charter))
			all := strings.Split(s.named(p), " ")
			slices.Sort(all)
			return fmt.Sprint(all, len(s.Awaits(p.Charter, "cedar")), len(s.Awaits(p.Charter, "willow")), s.Offers(p.Charter, "birch"))
		})
	}
	if named == 0 {
		t.Error("nobody was named: this test looks at nothing")
	}
}
