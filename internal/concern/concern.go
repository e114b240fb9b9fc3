// Package concern owns concerns: what one side asks the other to address, its receipt by a person, the answers, and whether whoever raised it calls it settled.
//
// It promises that only who raised a concern settles it, and that its due date is counted the same way on every node: from the day on which it was raised, as its entry says, by the
// charter's days for a written reply. Whether it is overdue depends on a day that the reader names; nothing valid does.
package concern

import (
	"slices"

	"entente.example/internal/charter"
	"entente.example/internal/subject"
	"entente.example/lang"
	"entente.example/refusal"
)

type (
	// Raise puts a concern to other sides; to all others if none is named.
	Raise struct {
		Text  lang.Text `json:"text" form:"wording,required"`
		Topic string    `json:"topic,omitzero" form:"ref=topic"` // id
		To    []string  `json:"to,omitempty" form:"sides"`
		Due   string    `json:"due,omitzero" form:"day"` // later or earlier than the charter's days; "" for those
	}
	// Acknowledge is receipt by a person of a side to which the concern is put.
	Acknowledge struct {
		Note string `json:"note,omitzero" form:"remark"`
	}
	// Answer addresses the concern.
	Answer struct {
		Text lang.Text `json:"text" form:"wording,required"`
	}
	// Settle says that whoever raised the concern finds it addressed.
	Settle struct {
		Note lang.Text `json:"note,omitempty" form:"wording"`
	}
	// Reopen takes a settled concern up again, or asks for another answer.
	Reopen struct {
		Reason lang.Text `json:"reason" form:"wording,required"`
		Due    string    `json:"due,omitzero" form:"day"`
	}
	// Withdraw gives the concern up without calling it settled.
	Withdraw struct {
		Reason lang.Text `json:"reason,omitempty" form:"wording"`
	}
)

// EntryType implements entry.Body.
func (Raise) EntryType() string       { return "concern.raise" }
func (Acknowledge) EntryType() string { return "concern.acknowledge" }
func (Answer) EntryType() string      { return "concern.answer" }
func (Settle) EntryType() string      { return "concern.settle" }
func (Reopen) EntryType() string      { return "concern.reopen" }
func (Withdraw) EntryType() string    { return "concern.withdraw" }

// Statuses of a concern.
const (
	Raised       = "raised"
	Acknowledged = "acknowledged"
	Answered     = "answered"
	Settled      = "settled"
	Reopened     = "reopened"
	Withdrawn    = "withdrawn"
)

// State is one concern.
type State struct {
	ID       string   `json:"id"`
	Raised   *Put     `json:"raised,omitempty"`
	Clash    []string `json:"clash,omitempty"` // further Raise acts that did not know of the first
	Receipts []Note   `json:"receipts,omitempty"`
	Answers  []Said   `json:"answers,omitempty"`
	Turns    []Turn   `json:"turns,omitempty"` // of who raised it, in its own log's order
}

// Put is the concern as it was raised.
type Put struct {
	charter.By
	Side  string    `json:"side"`
	Text  lang.Text `json:"text"`
	Topic string    `json:"topic,omitzero"`
	To    []string  `json:"to"`
	Due   string    `json:"due"`
}

// Note is a person's receipt.
type Note struct {
	charter.By
	Note string `json:"note,omitzero"`
}

// Said is an answer.
type Said struct {
	charter.By
	Text lang.Text `json:"text"`
}

// Turn is what who raised the concern made of it since.
type Turn struct {
	charter.By
	Status string       `json:"status"` // Settled, Reopened or Withdrawn
	Text   lang.Text    `json:"text,omitempty"`
	Due    string       `json:"due,omitzero"`
	Past   charter.Past `json:"past"` // which answers it knew of
}

var acts = subject.Of(
	func() subject.Act[State] { return new(Raise) }, func() subject.Act[State] { return new(Acknowledge) }, func() subject.Act[State] { return new(Answer) },
	func() subject.Act[State] { return new(Settle) }, func() subject.Act[State] { return new(Reopen) }, func() subject.Act[State] { return new(Withdraw) })

// Check judges an act.
func (s *State) Check(c *charter.State, a *charter.Act) error { return acts.Check(s, c, a) }

// Apply folds a valid act.
func (s *State) Apply(c *charter.State, a *charter.Act) { acts.Apply(s, c, a) }

// Check implements subject.Act.
func (b *Raise) Check(s *State, c *charter.State, a *charter.Act) error {
	if s.Raised != nil {
		return subject.Taken(a)
	}
	if err := subject.Words(b.Text, "text"); err != nil {
		return err
	}
	if slices.Contains(b.To, c.SideOf(a.Party)) {
		return refusal.New(refusal.Invalid, "concern.to_oneself")
	}
	if err := subject.Sides(c, b.To, "to", false); err != nil {
		return err
	}
	return subject.DueDay(b.Due, a)
}

// Apply implements subject.Act.
func (b *Raise) Apply(s *State, c *charter.State, a *charter.Act) {
	if s.Raised != nil { // two parties chose one id without knowing of each other
		s.Clash = append(s.Clash, a.ID())
		return
	}
	p := &Put{By: a.By(), Side: c.SideOf(a.Party), Text: b.Text, Topic: b.Topic, To: b.To, Due: b.Due}
	if len(p.To) == 0 {
		for _, side := range c.Document().Sides {
			if side.ID != p.Side {
				p.To = append(p.To, side.ID)
			}
		}
	}
	if p.Due == "" {
		p.Due = subject.After(p.Day(), c.Document().Rules.ReplyDays)
	}
	s.Raised = p
}

// addressed refuses who is not of a side to which the concern is put.
func (s *State) addressed(c *charter.State, a *charter.Act) error {
	if s.Raised == nil {
		return subject.Unknown(a)
	}
	if !slices.Contains(s.Raised.To, c.SideOf(a.Party)) {
		return subject.NotYours(a, string(s.Raised.Party))
	}
	return nil
}

// raiser refuses who did not raise the concern.
func (s *State) raiser(a *charter.Act) error {
	if s.Raised == nil {
		return subject.Unknown(a)
	}
	if s.Raised.Party != a.Party {
		return subject.NotYours(a, string(s.Raised.Party))
	}
	return nil
}

// Check implements subject.Act.
func (b *Acknowledge) Check(s *State, c *charter.State, a *charter.Act) error {
	if err := s.addressed(c, a); err != nil {
		return err
	}
	if slices.ContainsFunc(s.Receipts, func(n Note) bool { return n.Party == a.Party }) {
		return refusal.New(refusal.Conflict, "concern.acknowledged_already")
	}
	return subject.Remark(b.Note, "note", false)
}

// Apply implements subject.Act.
func (b *Acknowledge) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.Receipts = append(s.Receipts, Note{a.By(), b.Note})
}

// Check implements subject.Act.
func (b *Answer) Check(s *State, c *charter.State, a *charter.Act) error {
	if err := s.addressed(c, a); err != nil {
		return err
	}
	return subject.Words(b.Text, "text")
}

// Apply implements subject.Act.
func (b *Answer) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.Answers = append(s.Answers, Said{a.By(), b.Text})
}

func (s *State) turn(a *charter.Act, status string, text lang.Text, due string) {
	s.Turns = append(s.Turns, Turn{By: a.By(), Status: status, Text: text, Due: due, Past: slices.Clone(a.Past)})
}

// last is the newest turn of who raised it, nil if there is none.
func (s *State) last() *Turn {
	if len(s.Turns) == 0 {
		return nil
	}
	return &s.Turns[len(s.Turns)-1]
}

// open refuses what has been settled or withdrawn.
func (s *State) open() error {
	if t := s.last(); t != nil && t.Status != Reopened {
		return refusal.New(refusal.Conflict, "concern.closed")
	}
	return nil
}

// Check implements subject.Act.
func (b *Settle) Check(s *State, _ *charter.State, a *charter.Act) error {
	if err := s.raiser(a); err != nil {
		return err
	}
	if err := s.open(); err != nil {
		return err
	}
	return b.Note.Check()
}

// Apply implements subject.Act.
func (b *Settle) Apply(s *State, _ *charter.State, a *charter.Act) { s.turn(a, Settled, b.Note, "") }

// Check implements subject.Act.
func (b *Reopen) Check(s *State, c *charter.State, a *charter.Act) error {
	if err := s.raiser(a); err != nil {
		return err
	}
	if st := s.Status(c); st == Raised || st == Acknowledged || st == Reopened {
		return refusal.New(refusal.Conflict, "concern.still_open")
	}
	if err := subject.Words(b.Reason, "reason"); err != nil {
		return err
	}
	return subject.DueDay(b.Due, a)
}

// Apply implements subject.Act.
func (b *Reopen) Apply(s *State, c *charter.State, a *charter.Act) {
	due := b.Due
	if due == "" {
		due = subject.After(a.By().Day(), c.Document().Rules.ReplyDays)
	}
	s.turn(a, Reopened, b.Reason, due)
}

// Check implements subject.Act.
func (b *Withdraw) Check(s *State, _ *charter.State, a *charter.Act) error {
	if err := s.raiser(a); err != nil {
		return err
	}
	if err := s.open(); err != nil {
		return err
	}
	return b.Reason.Check()
}

// Apply implements subject.Act.
func (b *Withdraw) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.turn(a, Withdrawn, b.Reason, "")
}

// Status is where the concern stands. An answer that who raised it knew of when asking again is none to the new question.
func (s *State) Status(c *charter.State) string {
	last := s.last()
	switch {
	case last != nil && last.Status != Reopened:
		return last.Status
	case slices.ContainsFunc(s.Answers, func(x Said) bool { return last == nil || !c.Covers(last.Past, x.By) }):
		return Answered
	case last != nil:
		return Reopened
	case len(s.Receipts) > 0:
		return Acknowledged
	}
	return Raised
}

// Due is the day by which an answer is due; "" if none is owed.
func (s *State) Due(c *charter.State) string {
	switch st := s.Status(c); {
	case s.Raised == nil || st == Answered || st == Settled || st == Withdrawn:
		return ""
	case st == Reopened:
		return s.last().Due
	}
	return s.Raised.Due
}

// Overdue reports whether an answer is owed since before a day.
func (s *State) Overdue(c *charter.State, today string) bool {
	due := s.Due(c)
	return due != "" && today > due
}

// Owes reports whether a party's side owes an answer.
func (s *State) Owes(c *charter.State, p charter.PartyID) bool {
	return s.Due(c) != "" && slices.Contains(s.Raised.To, c.SideOf(p))
}

// Offers lists the acts that make sense for a party now, what it most likely came for first.
func (s *State) Offers(c *charter.State, me charter.PartyID) []string {
	if s.Raised == nil {
		return nil
	}
	st := s.Status(c)
	closed := st == Settled || st == Withdrawn
	switch {
	case s.Raised.Party == me && closed:
		return []string{"concern.reopen"}
	case s.Raised.Party == me && st == Answered:
		return []string{"concern.settle", "concern.reopen", "concern.withdraw"}
	case s.Raised.Party == me:
		return []string{"concern.settle", "concern.withdraw"}
	case closed || !slices.Contains(s.Raised.To, c.SideOf(me)):
		return nil
	case slices.ContainsFunc(s.Receipts, func(n Note) bool { return n.Party == me }):
		return []string{"concern.answer"}
	}
	return []string{"concern.acknowledge", "concern.answer"}
}
