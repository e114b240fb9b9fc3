// Package silence owns silence procedures: something is circulated, a person of every party confirms receipt, and it is decided if nobody breaks silence in the charter's time after the last receipt.
//
// It promises that silence never counts while a receipt is missing, that no clock decides, and that two parties never come to different ends: each party's own log says first either that it broke
// silence or that it did not, and nothing is decided before every party's has. docs/protocol.md 13.
package silence

import (
	"cmp"
	"slices"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/subject"
	"entente.example/lang"
	"entente.example/refusal"
)

type (
	// Circulate puts a decision before all parties. Who circulates it has received it.
	Circulate struct {
		Title lang.Text `json:"title" form:"wording,required"`
		Text  lang.Text `json:"text" form:"wording,required"` // what is decided
		About string    `json:"about,omitzero" form:"ref=text"`
	}
	// Receive is receipt by a person. The last one starts the clock.
	Receive struct {
		Note string `json:"note,omitzero" form:"remark"`
	}
	// Break ends the procedure. It needs no reason.
	Break struct {
		Note lang.Text `json:"note,omitempty" form:"wording"`
	}
	// Unbroken is written by a party's node when the time is over by its own clock: nobody of its party broke silence.
	Unbroken struct{}
	// Declare is how a party understands what is circulated, or why it keeps silence all the same. It blocks nothing, stands with the decision wherever that is shown, and is not taken back.
	Declare struct {
		Text lang.Text `json:"text" form:"wording,required"`
	}
	// Announce gives a decision its symbol, which it has none of before it is one, and says at which meeting its adoption is announced. Whoever circulated it writes it, once.
	Announce struct {
		Symbol  string `json:"symbol" form:"line,required"`
		Meeting string `json:"meeting,omitzero" form:"ref=session"` // matter, as in meeting/main/10
	}
)

// EntryType implements entry.Body.
func (Circulate) EntryType() string { return "silence.circulate" }
func (Receive) EntryType() string   { return "silence.receive" }
func (Break) EntryType() string     { return "silence.break" }
func (Unbroken) EntryType() string  { return "silence.unbroken" }
func (Declare) EntryType() string   { return "silence.declare" }
func (Announce) EntryType() string  { return "silence.announce" }

// Statuses of a procedure. No clock is in them.
const (
	Circulated = "circulated" // some party has not confirmed receipt: the time does not run
	Running    = "running"    // every receipt is there; not every party has said that it kept silence
	Broken     = "broken"
	Decided    = "decided"
	Elapsed    = "elapsed" // Running, and a reader's clock is past the end: only for display
)

// State is one procedure.
type State struct {
	ID         string                   `json:"id"`
	Circulated *Paper                   `json:"circulated,omitempty"`
	Clash      []string                 `json:"clash,omitempty"` // further Circulate acts that did not know of the first
	Receipts   []Note                   `json:"receipts,omitempty"`
	Said       map[charter.PartyID]Word `json:"said,omitempty"`
	Declared   []Declaration            `json:"declared,omitempty"`
	Announced  *Announcement            `json:"announced,omitempty"`
	// What follows of the above, for whoever reads the state without this package. Instants in UTC.
	Stands string `json:"status"`
	Begins string `json:"begins,omitzero"`
	Ends   string `json:"ends,omitzero"`
}

// Paper is what was circulated.
type Paper struct {
	charter.By
	Title lang.Text `json:"title"`
	Text  lang.Text `json:"text"`
	About string    `json:"about,omitzero"` // text
	Days  int       `json:"days"`
}

// Note is a person's receipt.
type Note struct {
	charter.By
	Note string `json:"note,omitzero"`
}

// Word is a party's only word: its first.
type Word struct {
	charter.By
	Breaks bool      `json:"breaks"`
	Note   lang.Text `json:"note,omitempty"`
}

// Declaration is a party's statement on what was circulated.
type Declaration struct {
	charter.By
	Text lang.Text `json:"text"`
}

// Announcement is what a decision is called.
type Announcement struct {
	charter.By
	Symbol  string `json:"symbol"`
	Meeting string `json:"meeting,omitzero"`
}

var acts = subject.Of(
	func() subject.Act[State] { return new(Circulate) }, func() subject.Act[State] { return new(Receive) },
	func() subject.Act[State] { return new(Break) }, func() subject.Act[State] { return new(Unbroken) },
	func() subject.Act[State] { return new(Declare) }, func() subject.Act[State] { return new(Announce) })

// Check judges an act.
func (s *State) Check(c *charter.State, a *charter.Act) error { return acts.Check(s, c, a) }

// Apply folds a valid act.
func (s *State) Apply(c *charter.State, a *charter.Act) {
	acts.Apply(s, c, a)
	s.Stands, s.Begins, s.Ends = s.Status(c), "", ""
	if end, ok := s.Expires(c); ok {
		begin, _ := s.Starts(c)
		s.Begins, s.Ends = stamp(begin), stamp(end)
	}
}

// Check implements subject.Act.
func (b *Circulate) Check(s *State, c *charter.State, a *charter.Act) error {
	if !c.Document().Rules.Silence {
		return refusal.New(refusal.Denied, "silence.not_allowed")
	}
	if s.Circulated != nil {
		return subject.Taken(a)
	}
	return cmp.Or(subject.Words(b.Title, "title"), subject.Words(b.Text, "text"), subject.Line(b.About, "about", false))
}

// Apply implements subject.Act.
func (b *Circulate) Apply(s *State, c *charter.State, a *charter.Act) {
	if s.Circulated != nil {
		s.Clash = append(s.Clash, a.ID())
		return
	}
	s.Circulated = &Paper{By: a.By(), Title: b.Title, Text: b.Text, About: b.About, Days: c.Document().Rules.SilenceDays}
	s.Receipts = append(s.Receipts, Note{By: a.By()})
}

// received reports whether a party has confirmed receipt.
func (s *State) received(p charter.PartyID) bool {
	return slices.ContainsFunc(s.Receipts, func(n Note) bool { return n.Party == p })
}

// Check implements subject.Act.
func (b *Receive) Check(s *State, _ *charter.State, a *charter.Act) error {
	switch {
	case s.Circulated == nil:
		return subject.Unknown(a)
	case s.received(a.Party):
		return refusal.New(refusal.Conflict, "silence.received_already")
	}
	return subject.Remark(b.Note, "note", false)
}

// Apply implements subject.Act.
func (b *Receive) Apply(s *State, c *charter.State, a *charter.Act) {
	if !s.received(a.Party) && c.Covers(a.Past, s.Circulated.By) { // else it is of another paper that was circulated under the same id
		s.Receipts = append(s.Receipts, Note{a.By(), b.Note})
	}
}

// Check implements subject.Act.
func (b *Break) Check(s *State, c *charter.State, a *charter.Act) error {
	if s.Circulated == nil {
		return subject.Unknown(a)
	}
	if _, said := s.Said[a.Party]; said {
		return refusal.New(refusal.Conflict, "silence.said_already")
	}
	if end, ok := s.Expires(c); ok && !a.Entry.At.Before(end) {
		return refusal.New(refusal.Conflict, "silence.over", "end", stamp(end))
	}
	return b.Note.Check()
}

// Apply implements subject.Act.
func (b *Break) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.say(a.Party, Word{a.By(), true, b.Note})
}

// Check implements subject.Act.
func (b *Unbroken) Check(s *State, c *charter.State, a *charter.Act) error {
	if s.Circulated == nil {
		return subject.Unknown(a)
	}
	if _, said := s.Said[a.Party]; said {
		return refusal.New(refusal.Conflict, "silence.said_already")
	}
	end, ok := s.Expires(c)
	switch {
	case !ok:
		return refusal.New(refusal.Conflict, "silence.not_received")
	case a.Entry.At.Before(end):
		return refusal.New(refusal.Conflict, "silence.not_over", "end", stamp(end))
	}
	return nil
}

// Apply implements subject.Act.
func (b *Unbroken) Apply(s *State, c *charter.State, a *charter.Act) {
	if c.Covers(a.Past, s.Circulated.By) {
		s.say(a.Party, Word{By: a.By()})
	}
}

// Check implements subject.Act.
func (b *Declare) Check(s *State, c *charter.State, a *charter.Act) error {
	switch {
	case s.Circulated == nil:
		return subject.Unknown(a)
	case s.Status(c) == Broken:
		return refusal.New(refusal.Conflict, "silence.nothing_decided")
	}
	return subject.Words(b.Text, "text")
}

// Apply implements subject.Act.
func (b *Declare) Apply(s *State, c *charter.State, a *charter.Act) {
	if c.Covers(a.Past, s.Circulated.By) { // else it is on another paper that was circulated under the same id
		s.Declared = append(s.Declared, Declaration{a.By(), b.Text})
	}
}

// Check implements subject.Act.
func (b *Announce) Check(s *State, c *charter.State, a *charter.Act) error {
	switch {
	case s.Circulated == nil:
		return subject.Unknown(a)
	case s.Circulated.Party != a.Party:
		return refusal.New(refusal.Denied, "silence.not_your_decision", "party", string(s.Circulated.Party))
	case s.Announced != nil:
		return refusal.New(refusal.Conflict, "silence.announced_already", "symbol", s.Announced.Symbol)
	case s.Status(c) != Decided:
		return refusal.New(refusal.Conflict, "silence.not_decided")
	}
	if err := subject.Line(b.Symbol, "symbol", true); err != nil {
		return err
	}
	return subject.Line(b.Meeting, "meeting", false)
}

// Apply implements subject.Act.
func (b *Announce) Apply(s *State, _ *charter.State, a *charter.Act) {
	if s.Circulated.Party == a.Party && s.Announced == nil { // else it is of another paper that was circulated under the same id
		s.Announced = &Announcement{a.By(), b.Symbol, b.Meeting}
	}
}

// say keeps a party's first word.
func (s *State) say(p charter.PartyID, w Word) {
	if s.Said == nil {
		s.Said = map[charter.PartyID]Word{}
	}
	if _, before := s.Said[p]; !before {
		s.Said[p] = w
	}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Missing are the parties that have not confirmed receipt.
func (s *State) Missing(c *charter.State) []charter.PartyID {
	var out []charter.PartyID
	for _, p := range c.Document().Parties {
		if !s.received(p.ID) {
			out = append(out, p.ID)
		}
	}
	return out
}

// Starts is the instant of the last receipt, once every party has confirmed. Later ones of a party that had confirmed change nothing.
func (s *State) Starts(c *charter.State) (time.Time, bool) {
	if s.Circulated == nil || len(s.Missing(c)) > 0 {
		return time.Time{}, false
	}
	last := s.Receipts[0].At
	for _, r := range s.Receipts {
		last = max(last, r.At) // both are RFC 3339 in UTC, whole seconds
	}
	t, err := time.Parse(time.RFC3339, last)
	return t, err == nil
}

// Expires is the instant at which the time is over: as many days of 24 hours after the last receipt as the charter says; ok is false while a receipt is missing.
func (s *State) Expires(c *charter.State) (time.Time, bool) {
	t, ok := s.Starts(c)
	if !ok {
		return t, false
	}
	return t.Add(time.Duration(s.Circulated.Days) * 24 * time.Hour), true
}

// BrokenBy is who broke silence, nil if nobody did.
func (s *State) BrokenBy(c *charter.State) *Word {
	for _, p := range c.Document().Parties {
		if w, ok := s.Said[p.ID]; ok && w.Breaks {
			return &w
		}
	}
	return nil
}

// Status is where the procedure stands by the entries alone.
func (s *State) Status(c *charter.State) string {
	switch {
	case s.BrokenBy(c) != nil:
		return Broken
	case len(s.Missing(c)) > 0:
		return Circulated
	case len(s.Awaiting(c)) == 0:
		return Decided
	}
	return Running
}

// StatusAt is the status as a reader sees it at a time.
func (s *State) StatusAt(c *charter.State, now time.Time) string {
	st := s.Status(c)
	if end, ok := s.Expires(c); ok && st == Running && !now.Before(end) {
		return Elapsed
	}
	return st
}

// Awaiting are the parties whose word is missing.
func (s *State) Awaiting(c *charter.State) []charter.PartyID {
	var out []charter.PartyID
	for _, p := range c.Document().Parties {
		if _, said := s.Said[p.ID]; !said {
			out = append(out, p.ID)
		}
	}
	return out
}

// Owes reports whether a party's node has to say now that silence was kept.
func (s *State) Owes(c *charter.State, me charter.PartyID, now time.Time) bool {
	_, said := s.Said[me]
	return !said && s.StatusAt(c, now) == Elapsed
}

// Offers lists the acts that make sense for a party now, what it most likely came for first.
func (s *State) Offers(c *charter.State, me charter.PartyID) []string {
	if s.Circulated == nil {
		return nil
	}
	var out []string
	if !s.received(me) {
		out = append(out, "silence.receive")
	}
	if _, said := s.Said[me]; !said && s.Status(c) != Broken {
		out = append(out, "silence.break")
	}
	if s.Status(c) == Decided && s.Announced == nil && s.Circulated.Party == me {
		out = append(out, "silence.announce")
	}
	if s.Status(c) != Broken {
		out = append(out, "silence.declare")
	}
	return out
}
