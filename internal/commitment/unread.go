package commitment

import (
	"slices"

	"entente.example/internal/charter"
	"entente.example/internal/subject"
	"entente.example/lang"
	"entente.example/refusal"
)

// Check implements subject.Act.
func (b *Acknowledge) Check(s *State, c *charter.State, a *charter.Act) error {
	j := s.judgment(b.Judgment)
	switch {
	case len(s.Entered) == 0:
		return subject.Unknown(a)
	case j == nil:
		return subject.NoAct(a, b.Judgment)
	case c.SideOf(j.Party) == c.SideOf(a.Party):
		return refusal.New(refusal.Denied, "commitment.own_words")
	case s.noted(j, a.Party):
		return refusal.New(refusal.Conflict, "commitment.noted_already")
	}
	return subject.Remark(b.Note, "note", false)
}

// Apply implements subject.Act.
func (b *Acknowledge) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.Noted = append(s.Noted, Noted{a.By(), b.Judgment, b.Note})
}

// judgment finds a report or an assessment by its act, nil if there is none. What is said in a review session is said to everybody there and needs no note.
func (s *State) judgment(act string) *Judgment {
	for _, all := range [][]Judgment{s.Reports, s.Views} {
		if i := slices.IndexFunc(all, func(j Judgment) bool { return j.Act == act }); i >= 0 {
			return &all[i]
		}
	}
	return nil
}

func (s *State) noted(j *Judgment, p charter.PartyID) bool {
	return slices.ContainsFunc(s.Noted, func(n Noted) bool { return n.Judgment == j.Act && n.Party == p })
}

// Unread lists what other sides have said to a party of late and nobody of it has answered: how they assess its side, until the side reports again or a person takes note, and what owners
// report on themselves, until the side assesses it or a person takes note. Only an answer that knew of it is one; a review session about the same side is one too.
func (s *State) Unread(c *charter.State, p charter.PartyID) (out []Judgment) {
	side := c.SideOf(p)
	answered := func(j *Judgment, by []Judgment) bool {
		return slices.ContainsFunc(by, func(x Judgment) bool {
			return c.SideOf(x.Party) == side && x.Side == j.Side && c.Covers(x.Past, j.By)
		})
	}
	for i := range s.Views {
		j := &s.Views[i]
		newer := slices.ContainsFunc(s.Views[i+1:], func(x Judgment) bool { return x.Party == j.Party && x.Side == j.Side })
		if j.Side == side && !newer && !s.noted(j, p) && !answered(j, s.Reports) && !answered(j, s.Reviews) {
			out = append(out, *j)
		}
	}
	for i := range s.Reports {
		j := &s.Reports[i]
		newer := slices.ContainsFunc(s.Reports[i+1:], func(x Judgment) bool { return x.Side == j.Side && x.Milestone == j.Milestone })
		if j.Side != side && !newer && !s.noted(j, p) && !answered(j, s.Views) && !answered(j, s.Reviews) {
			out = append(out, *j)
		}
	}
	return out
}

// Step is the title of a milestone as the commitment stands, else as it was last called; its id where no version has it.
func (s *State) Step(c *charter.State, id string) lang.Text {
	versions := s.Entered
	if now, _ := s.Standing(c); now != nil {
		versions = append(slices.Clone(versions), *now)
	}
	for _, e := range slices.Backward(versions) {
		for _, m := range e.Milestones {
			if m.ID == id {
				return m.Title
			}
		}
	}
	return lang.Text{lang.English: id}
}
