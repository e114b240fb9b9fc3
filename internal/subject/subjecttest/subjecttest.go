// Package subjecttest plays acts of three invented parties on one matter: cedar on the eastern side, birch and willow on the western one. Only tests import it.
package subjecttest

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// State is a subject's state.
type State interface {
	Check(c *charter.State, a *charter.Act) error
	Apply(c *charter.State, a *charter.Act)
}

// Play is one matter and who acts on it.
type Play struct {
	t       testing.TB
	later   time.Duration
	Charter *charter.State
	matter  string
	fresh   func() State
	acts    []*charter.Act
	now     time.Time
}

// New begins a play on a matter. Every act is a day after the one before, from 14 January 2025 on; a written reply is due within sixty days.
func New(t testing.TB, matter string, fresh func() State) *Play {
	doc := &charter.Document{Languages: []lang.Tag{"en"}, Rules: charter.Rules{ReplyDays: 60},
		Sides:   []charter.Side{{ID: "east", Parties: []charter.PartyID{"cedar"}}, {ID: "west", Parties: []charter.PartyID{"birch", "willow"}}},
		Parties: []charter.Party{{ID: "cedar", Side: "east"}, {ID: "birch", Side: "west"}, {ID: "willow", Side: "west"}}}
	return &Play{t: t, Charter: charter.NewAs("m", doc), matter: matter, fresh: fresh, now: time.Date(2025, 1, 14, 9, 0, 0, 0, time.UTC)}
}

// State is the matter after everything that happened.
func (p *Play) State() State { return p.fold(p.acts) }

func (p *Play) fold(acts []*charter.Act) State {
	s := p.fresh()
	for _, a := range acts {
		s.Apply(p.Charter, a)
	}
	return s
}

// act is the next act of a party that knows of the first knows acts.
func (p *Play) act(party charter.PartyID, body entry.Body, knows int) *charter.Act {
	p.t.Helper()
	b, err := entry.Canonical(body)
	if err != nil {
		p.t.Fatal(err)
	}
	a := &charter.Act{Party: party, Gen: 1, Lam: int64(len(p.acts) + 1), Past: make(charter.Past, len(p.Charter.Document().Parties)),
		Entry: entry.Entry{Type: body.EntryType(), Matter: p.matter, Body: b, At: p.now.AddDate(0, 0, len(p.acts)).Add(p.later), Actor: entry.Actor{Member: string(party) + "-sec", Role: "secretary"}}}
	for i, q := range p.Charter.Document().Parties {
		for n, other := range p.acts {
			if other.Party == q.ID && (n < knows || q.ID == party) {
				a.Past[i]++
			}
		}
		if q.ID == party {
			a.Entry.Index = a.Past[i]
		}
	}
	return a
}

// Does takes an act of a party that knows of everything before. It must be valid.
func (p *Play) Does(party charter.PartyID, body entry.Body) string {
	p.t.Helper()
	return p.Unaware(party, body, len(p.acts))
}

// Unaware takes an act of a party that knows of the first knows acts only, and of its own. It must be valid.
func (p *Play) Unaware(party charter.PartyID, body entry.Body, knows int) string {
	p.t.Helper()
	return p.take(p.act(party, body, knows))
}

// Only takes an act of a party that knows of its own acts and of one other party's. It must be valid.
func (p *Play) Only(party charter.PartyID, body entry.Body, of charter.PartyID) string {
	p.t.Helper()
	a := p.act(party, body, len(p.acts))
	for i, q := range p.Charter.Document().Parties {
		if q.ID != party && q.ID != of {
			a.Past[i] = 0
		}
	}
	return p.take(a)
}

func (p *Play) take(a *charter.Act) string {
	p.t.Helper()
	if err := p.fold(p.known(a)).Check(p.Charter, a); err != nil {
		p.t.Fatalf("%s, %s: %v", a.Party, a.Entry.Type, err)
	}
	p.acts = append(p.acts, a)
	return a.ID()
}

// known are the acts in an act's past.
func (p *Play) known(a *charter.Act) []*charter.Act {
	return slices.DeleteFunc(slices.Clone(p.acts), func(o *charter.Act) bool { return !p.Charter.Covers(a.Past, o.By()) })
}

// Refuses expects an act to be refused with a sentence.
func (p *Play) Refuses(key string, party charter.PartyID, body entry.Body) {
	p.t.Helper()
	a := p.act(party, body, len(p.acts))
	err := p.State().Check(p.Charter, a)
	var r *refusal.Error
	if !errors.As(err, &r) || r.Key != key {
		p.t.Errorf("%s, %s: %v, not %s", party, body.EntryType(), err, key)
		return
	}
	for range 8 { // the reason is part of the record: whoever judges it anywhere finds the same one
		if again := p.State().Check(p.Charter, a); again == nil || again.Error() != err.Error() {
			p.t.Fatalf("%s, %s: refused with %v, and then with %v", party, body.EntryType(), err, again)
		}
	}
}

// Later lets time pass before the next act.
func (p *Play) Later(d time.Duration) { p.later += d }

// Random takes n acts of parties drawn from a seed, each of which knows of as much as is drawn; those that would be void are left out. A party knows no less than it did before, and more only as far as causality allows.
func (p *Play) Random(seed uint64, n int, body func(pick func(int) int) Body) {
	rng := rand.New(rand.NewPCG(seed, 1))
	knows := map[charter.PartyID]int{}
	for range n {
		party := p.Charter.Document().Parties[rng.IntN(len(p.Charter.Document().Parties))].ID
		knows[party] += rng.IntN(len(p.acts) - knows[party] + 1)
		a := p.act(party, body(rng.IntN), knows[party])
		if p.fold(p.known(a)).Check(p.Charter, a) == nil {
			p.acts = append(p.acts, a)
		}
	}
}

// Orders folds everything that happened in other orders that causality allows, and demands that each comes to what the order of the play does.
func (p *Play) Orders(t testing.TB, outcome func(State) string) {
	t.Helper()
	want := outcome(p.State())
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 2))
		var order []*charter.Act
		left := slices.Clone(p.acts)
		for len(left) > 0 {
			i := rng.IntN(len(left))
			for slices.ContainsFunc(left, func(o *charter.Act) bool { return o != left[i] && p.Charter.Covers(left[i].Past, o.By()) }) {
				i = (i + 1) % len(left)
			}
			order, left = append(order, left[i]), slices.Delete(left, i, i+1)
		}
		if got := outcome(p.fold(order)); got != want {
			t.Fatalf("in another order of what nobody knew of each other it comes to %s, not %s", got, want)
		}
	}
}

// ID is a party by name.
func ID(s string) charter.PartyID { return charter.PartyID(s) }

// Body is an act's body.
type Body = entry.Body
