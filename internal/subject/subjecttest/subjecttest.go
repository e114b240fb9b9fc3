// Package subjecttest plays acts of three invented parties on one matter: cedar on the eastern side, birch and willow on the western one. Only tests import it.
package subjecttest

import (
	"errors"
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
		Entry: entry.Entry{Type: body.EntryType(), Matter: p.matter, Body: b, At: p.now.AddDate(0, 0, len(p.acts)), Actor: entry.Actor{Member: string(party) + "-sec", Role: "secretary"}}}
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
	a := p.act(party, body, knows)
	if err := p.fold(p.known(a)).Check(p.Charter, a); err != nil {
		p.t.Fatalf("%s, %s: %v", party, body.EntryType(), err)
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
	}
}
