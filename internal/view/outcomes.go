package view

import (
	"entente.example/internal/charter"
	"entente.example/internal/minutes"
	"entente.example/internal/readout"
	"entente.example/internal/text"
	"entente.example/lang"
)

// Outcome is something that came of a meeting and has a page of its own: a text that was tabled for it, its minutes, or what a party published of it.
type Outcome struct {
	Kind     string // message key, as in "web.a_readout"
	Path     string // within the mechanism
	Title    lang.Text
	Symbol   string
	Status   string // message key, "" if there is none
	Party    Party  // whose it is, or who put it there
	Disputed int    // sentences that somebody disagrees with
	Over     bool   // a text that another has taken the place of
	Alone    *Side  // whose own text it is, nil for what is no side's own
}

// outcomes are what came of a meeting: texts, then minutes, then readouts, each beside the others'. Which of them a reader looks at is the reader's to choose.
func (f From) outcomes(meeting string) (out []Outcome, err error) {
	g, err := f.glance()
	if err != nil {
		return nil, err
	}
	for _, kind := range []string{"text", "minutes", "readout"} {
		for _, m := range g.Pointing(kind, meeting) {
			st, err := g.State(f.Snapshot, m.Key)
			if err != nil {
				return nil, err
			}
			o := Outcome{Kind: "web.a_" + kind, Path: pageOf(m.Key)}
			switch s := st.(type) {
			case *text.State:
				card := f.textCard(s)
				o.Title, o.Symbol, o.Status, o.Over, o.Party, o.Alone = card.Title, card.Symbol, "web.stage_"+card.Named(card.Stage), card.Over, f.party(s.Tabled.Party), card.Alone
			case *minutes.State:
				o.Title, o.Status, o.Party = s.Circulated.Title, "choice."+s.Status(f.Charter()), f.partyOn(s.Circulated.Party, s.Circulated.Day())
			case *readout.State:
				o.Title, o.Status, o.Party, o.Disputed = s.Put.Title, "choice."+s.Status(), f.partyOn(s.Put.Party, s.Put.Day()), s.Disputed()
			}
			out = append(out, o)
		}
	}
	return out, nil
}

// pointsAt is a fact that names a matter; what that is called is filled in for all facts of a page at once.
func pointsAt(key, matter string) Fact {
	return Fact{Key: key, Matter: matter, Line: matter, Link: pageOf(matter)}
}

// name says of each fact that points at a matter what that is called. A readout may be of a meeting that nobody has put on the record: it keeps its reference.
func (f From) name(facts []Fact) error {
	for i := range facts {
		if facts[i].Matter == "" {
			continue
		}
		g, err := f.glance()
		if err != nil {
			return err
		}
		m := g.Matter(facts[i].Matter)
		switch {
		case m == nil:
		case m.Text != nil:
			facts[i].Text = m.Text.Title()
		default:
			st, err := g.State(f.Snapshot, m.Key)
			if err != nil {
				return err
			}
			facts[i].Text = f.matterRow(st).Title
		}
	}
	return nil
}

// by is the party that put a matter there, as it was called then: where one party speaks for itself, its side does not.
func (f From) by(b charter.By) *Party {
	p := f.partyOn(b.Party, b.Day())
	return &p
}
