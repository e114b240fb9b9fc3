package view

import (
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/text"
)

// Ending is what the parties say of the end of a text, and what the reader's party may say.
type Ending struct {
	Kind  string // "refused", "withdrawn", "lapsed", "superseded"; "" if it is none of these
	Other *Ref   // the text in its place or favour
	Words []Parting
	// Acts are what the reader's party may say now, as acts end: "refuse".
	Acts   []string
	Others []Ref // texts that could be named
}

// Parting is a party's word on the end of a text.
type Parting struct {
	Party  Party
	Kind   string // "refuse", "withdraw", "lapse", "resume", "supersede"
	Other  *Ref
	Reason string
	At     time.Time
	Entry  string
	Stands bool // it is the party's last word
}

// ending fills what is said of the end of the text.
func (f From) ending(t *text.State, out *Text, member string, now time.Time) error {
	c := f.Charter()
	end := t.Ended(c, f.Held)
	out.Ending.Kind = end.Kind
	if err := f.others(t, out, end, member, now); err != nil {
		return err
	}
	named := func(id string) *Ref {
		for _, o := range out.Ending.Others {
			if o.ID == id {
				return &o
			}
		}
		if id == "" {
			return nil
		}
		return &Ref{ID: id}
	}
	out.Ending.Other = named(end.Text)
	for p := range f.ordered(c.Document().Parties) {
		last := t.LastParting(p.ID)
		for _, w := range t.Partings[p.ID] {
			out.Ending.Words = append(out.Ending.Words, Parting{Party: f.party(p.ID), Kind: w.Kind, Other: named(w.Text), Reason: w.Reason, At: when(w.At), Entry: w.Act,
				Stands: w.Kind == "supersede" || last != nil && last.Act == w.Act})
		}
	}
	return nil
}

// others lists what the reader's party may say, and of which other texts if it may.
func (f From) others(t *text.State, out *Text, end text.End, member string, now time.Time) error {
	c, me := f.Charter(), charter.PartyID(f.Self)
	if !t.Takes(c, me) {
		return nil
	}
	for _, act := range out.partable(t.LastParting(me), t.Tabled.Party == me) {
		if c.May(me, member, "text."+act, now) == nil {
			out.Ending.Acts = append(out.Ending.Acts, act)
		}
	}
	if end.Text == "" && len(t.Partings) == 0 && len(out.Ending.Acts) == 0 {
		return nil
	}
	g, err := f.glance()
	if err != nil {
		return err
	}
	for _, o := range g.Texts() {
		if o.ID != t.ID {
			out.Ending.Others = append(out.Ending.Others, Ref{o.ID, o.Title()})
		}
	}
	return nil
}

// partable are the words that make sense at a stage, after the last word of the reader's party.
func (t *Text) partable(last *text.Parting, mine bool) []string {
	switch {
	case t.Adopted():
		return []string{"supersede"}
	case t.Stage == "frozen" || t.Stage == "sealing":
		return nil
	case last != nil && last.Kind == "lapse":
		return []string{"resume", "lapse"}
	case last != nil:
		return []string{"resume"}
	case mine:
		return []string{"lapse", "refuse", "withdraw"}
	}
	return []string{"lapse", "refuse"}
}
