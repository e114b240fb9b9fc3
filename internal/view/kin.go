package view

import (
	"slices"

	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/internal/membership"
	"entente.example/internal/node"
	"entente.example/lang"
)

// Kin is a mechanism that this one continues, or that continues it. Ref is "" where the reader has no mandate in it: then there is nothing of it to show but its id.
type Kin struct {
	Mech    string
	Ref     string
	Names   []charter.Name
	InForce bool
}

// Membership is what the page of parties shows beside each party.
type Membership struct {
	Succeeds *charter.Succession // nil: this mechanism continues none
	Checked  bool                // our own record shows what the charter says of the one that it continues
	Changes  []MemberChange
	Closed   bool // every party has said that it goes on elsewhere or leaves
	Some     bool // some have
	Silent   []Party
}

// MemberChange is one sentence of what changed: Key is a message, Party and Of are named in it.
type MemberChange struct {
	Key   string
	Party Party
	Of    []Party
}

func kinOf(s *node.Snapshot) (Kin, error) {
	in, err := s.InForce()
	doc := s.Charter().Document()
	return Kin{Mech: s.ID, Ref: doc.ID, Names: doc.Names, InForce: in}, err
}

// kin names what comes before and after the mechanism.
func (f From) kin(c *Chrome) error {
	if from := f.Charter().Document().Succeeds; from != nil {
		c.Before = &Kin{Mech: from.Mechanism}
		if len(f.Elders) > 0 {
			k, err := kinOf(f.Elders[0])
			if err != nil {
				return err
			}
			c.Before = &k
		}
	}
	for _, h := range f.Heirs {
		k, err := kinOf(h)
		if err != nil {
			return err
		}
		c.After = append(c.After, k)
	}
	return nil
}

// Party is a party as it is called today.
func (f From) Party(id charter.PartyID) Party { return f.party(id) }

func (f From) party(id charter.PartyID) Party {
	return Party{ID: id, Side: f.Charter().SideOf(id), Names: f.Charter().NamesOn(id, f.today())}
}

// partyOn is a party as it was called on a day, with what it is called today if that is something else.
func (f From) partyOn(id charter.PartyID, day string) Party {
	p := f.party(id)
	if then := f.Charter().NamesOn(id, day); !slices.Equal(then, p.Names) && day < f.today() {
		p.Names, p.Now = then, p.Names
	}
	return p
}

// elder is a party of the mechanism that this one continues, by its names there if the reader knows that mechanism.
func (f From) elder(id charter.PartyID) Party {
	if _, here := f.Charter().Document().Party(id); here {
		return f.party(id)
	}
	if len(f.Elders) > 0 {
		return Party{ID: id, Side: f.Elders[0].Charter().SideOf(id), Names: f.Elders[0].Charter().NamesOn(id, f.today())}
	}
	return Party{ID: id, Names: []charter.Name{{Full: string(id)}}}
}

// place lists every party, whether anything was said of it or not, with what changed.
func (f From) place(out *Matters) (err error) {
	group := Group{}
	for p := range f.ordered(f.Charter().Document().Parties) {
		m, err := f.Snapshot.Membership(p.ID)
		if err != nil {
			return err
		}
		group.Rows = append(group.Rows, f.membershipRow(m))
	}
	out.Groups, out.Next = []Group{group}, f.Self
	out.Place, err = f.membershipOf()
	return err
}

func (f From) membershipRow(m *membership.State) MatterRow {
	id := charter.PartyID(m.ID)
	r := MatterRow{ID: m.ID, Title: wordingOf(f.Charter().NamesOn(id, f.today())), By: f.sidesOf([]string{f.Charter().SideOf(id)})}
	if w := m.Said(); w != nil {
		r.Status = w.Status
	}
	return r
}

// membershipOf says what changed against the mechanism before, and who goes on.
func (f From) membershipOf() (*Membership, error) {
	doc := f.Charter().Document()
	old, err := f.Predecessor()
	if err != nil {
		return nil, err
	}
	out := &Membership{Succeeds: doc.Succeeds, Checked: old != nil}
	for _, c := range doc.Changes() {
		m := MemberChange{Key: "membership.change_" + c.Kind, Party: f.elder(c.Party)}
		for _, id := range c.Of {
			m.Of = append(m.Of, f.elder(id))
		}
		switch {
		case c.Kind != charter.Stays:
		case f.moved(c.Party):
			m.Key = "membership.change_moved"
		case f.renamed(c.Party):
			m.Key, m.Of = "membership.change_renamed", []Party{{ID: c.Party, Names: f.Elders[0].Charter().NamesOn(c.Party, "")}}
		}
		out.Changes = append(out.Changes, m)
	}
	closed, silent, err := f.Closed()
	out.Closed, out.Some = closed, len(silent) < len(doc.Parties)
	for _, id := range silent {
		out.Silent = append(out.Silent, f.party(id))
	}
	return out, err
}

// moved reports whether a party that stays stands on another side than before.
func (f From) moved(id charter.PartyID) bool {
	return len(f.Elders) > 0 && f.Elders[0].Charter().SideOf(id) != f.Charter().SideOf(id)
}

// renamed reports whether a party that stays has another name in this charter than in the one before.
func (f From) renamed(id charter.PartyID) bool {
	if len(f.Elders) == 0 {
		return false
	}
	old, ok := f.Elders[0].Charter().Document().Party(id)
	now, here := f.Charter().Document().Party(id)
	return ok && here && !slices.EqualFunc(old.Names, now.Names, func(a, b charter.Name) bool { return a.Lang == b.Lang && a.Full == b.Full })
}

// membership is the page of one party.
func (f From) membership(m *Matter, s *membership.State) error {
	id := charter.PartyID(s.ID)
	m.Called = f.called(s)
	m.Facts = append(m.Facts, Fact{Key: "field.side", Sides: f.sidesOf([]string{f.Charter().SideOf(id)})})
	if p, ok := f.Charter().Document().Party(id); ok && len(p.From) > 0 {
		fact := Fact{Key: "web.comes_from"}
		for _, o := range p.From {
			fact.Parties = append(fact.Parties, f.elder(o))
		}
		m.Facts = append(m.Facts, fact)
	}
	for _, r := range s.Renames {
		v := f.said(r.By, "act.membership.rename", r.Reason)
		v.Day = r.From
		if sides := f.sidesOf([]string{r.Side}); len(sides) > 0 {
			v.Side = sides[0].Label
		}
		for _, n := range r.Names {
			v.Line += n.Full + "\n"
		}
		v.Past = r.From > f.today()
		m.Track = append(m.Track, v)
		m.rests(r.Text)
	}
	for i, w := range s.Words {
		v := f.said(w.By, map[string]string{membership.Continues: "act.membership.continue", membership.Left: "act.membership.leave"}[w.Status], w.Note)
		v.Day, v.Past = w.From, i > 0
		m.Track = append(m.Track, v)
		m.rests(w.Text)
	}
	for _, h := range f.Heirs {
		in, err := h.InForce()
		if err != nil {
			return err
		}
		if !in {
			continue
		}
		m.Refs["successor"] = append(m.Refs["successor"], Ref{h.ID, wordingOf(h.Charter().Document().Names)})
	}
	if err := f.adoptedOnly(m); err != nil {
		return err
	}
	if len(m.Refs["successor"]) == 0 {
		m.Offers = slices.DeleteFunc(m.Offers, func(o string) bool { return o == membership.Continue{}.EntryType() })
	}
	return nil
}

// adoptedOnly leaves of the texts on which a word may rest those that all parties adopted, and without one no notice of leaving: nobody is to leave by a draft that stood first in a list.
func (f From) adoptedOnly(m *Matter) error {
	g, err := f.glance()
	if err != nil {
		return err
	}
	refs := []Ref{}
	for _, r := range m.Refs["text"] {
		if known := g.Text("text/" + r.ID); known == nil || !known.Frozen || known.Own != nil {
			continue
		}
		t, err := f.textOf(g, r.ID)
		if err != nil {
			return err
		}
		if t.Outcome(f.Charter(), f.Held) == adoption.Adopted {
			refs = append(refs, r)
		}
	}
	m.Refs["text"] = refs
	if len(refs) == 0 {
		m.Offers = slices.DeleteFunc(m.Offers, func(o string) bool { return o == membership.Leave{}.EntryType() })
	}
	return nil
}

// rests names the text that a word rests on.
func (m *Matter) rests(text string) {
	if text != "" {
		m.Facts = append(m.Facts, pointsAt("field.decided_by", "text/"+text))
	}
}

// wordingOf is one name for each language, as wording.
func wordingOf(all []charter.Name) lang.Text {
	out := lang.Text{}
	for _, n := range all {
		if out[n.Lang] == "" && n.To == "" {
			out[n.Lang] = n.Full
		}
	}
	return out
}
