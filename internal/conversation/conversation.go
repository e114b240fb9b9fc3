// Package conversation owns threads: talk on any matter, each in its writer's language, with receipts by people.
//
// It promises that what was said is never changed, and that "read" is said by a person, not by a machine. It decides nothing: whatever binds is a text.
package conversation

import (
	"slices"
	"strings"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/subject"
	"entente.example/lang"
	"entente.example/refusal"
)

type (
	// Open begins a thread.
	Open struct {
		Title     lang.Text `json:"title" form:"wording,required"`
		About     string    `json:"about,omitzero" form:"ref=matter"` // matter, as in text/js-9
		Paragraph string    `json:"paragraph,omitzero" form:"line"`   // of that text
	}
	// Say adds a message.
	Say struct {
		Text    lang.Text `json:"text" form:"wording,required"`
		ReplyTo string    `json:"reply_to,omitzero" form:"ref=message"`
	}
	// Read says that a member has read up to a message.
	Read struct {
		UpTo string `json:"up_to" form:"ref=message,required"`
	}
)

// EntryType implements entry.Body.
func (Open) EntryType() string { return "thread.open" }
func (Say) EntryType() string  { return "thread.say" }
func (Read) EntryType() string { return "thread.read" }

// State is one thread.
type State struct {
	ID       string    `json:"id"`
	Opened   *Opened   `json:"opened,omitempty"`
	Clash    []string  `json:"clash,omitempty"`
	Messages []Message `json:"messages,omitempty"` // in the order of the record
	Reads    []Readers `json:"reads,omitempty"`    // by member, the last counts
}

// Opened is the thread's beginning.
type Opened struct {
	charter.By
	Open
}

// Message is something said.
type Message struct {
	charter.By
	Text    lang.Text `json:"text"`
	ReplyTo string    `json:"reply_to,omitzero"`
}

// Readers is up to where a member has read.
type Readers struct {
	charter.By
	UpTo string `json:"up_to"`
}

var acts = subject.Of(func() subject.Act[State] { return new(Open) }, func() subject.Act[State] { return new(Say) }, func() subject.Act[State] { return new(Read) })

// Check judges an act.
func (s *State) Check(c *charter.State, a *charter.Act) error { return acts.Check(s, c, a) }

// Apply folds a valid act.
func (s *State) Apply(c *charter.State, a *charter.Act) { acts.Apply(s, c, a) }

// Check implements subject.Act.
func (b *Open) Check(s *State, _ *charter.State, a *charter.Act) error {
	if s.Opened != nil {
		return subject.Taken(a)
	}
	if b.About != "" && !entry.ValidMatter(b.About) {
		return refusal.New(refusal.Invalid, "thread.about", "matter", b.About)
	}
	if text, _ := b.Place(); b.Paragraph != "" && text == "" {
		return refusal.New(refusal.Invalid, "thread.no_text", "paragraph", b.Paragraph, "matter", b.About)
	}
	return subject.Words(b.Title, "title")
}

// Place is the text and the paragraph that the thread is about; both are empty if it is about no paragraph. That there is such a paragraph is for the record to judge.
func (b *Open) Place() (text, paragraph string) {
	id, ok := strings.CutPrefix(b.About, "text/")
	if !ok || strings.Contains(id, "/") || b.Paragraph == "" {
		return "", ""
	}
	return id, b.Paragraph
}

// Apply implements subject.Act.
func (b *Open) Apply(s *State, _ *charter.State, a *charter.Act) {
	if s.Opened != nil {
		s.Clash = append(s.Clash, a.ID())
		return
	}
	s.Opened = &Opened{a.By(), *b}
}

// Check implements subject.Act.
func (b *Say) Check(s *State, _ *charter.State, a *charter.Act) error {
	if s.Opened == nil {
		return subject.Unknown(a)
	}
	if b.ReplyTo != "" && s.message(b.ReplyTo) < 0 {
		return refusal.New(refusal.Missing, "thread.no_message", "message", b.ReplyTo)
	}
	return subject.Words(b.Text, "text")
}

// Apply implements subject.Act.
func (b *Say) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.Messages = append(s.Messages, Message{a.By(), b.Text, b.ReplyTo})
}

// Check implements subject.Act.
func (b *Read) Check(s *State, _ *charter.State, a *charter.Act) error {
	if s.message(b.UpTo) < 0 {
		return refusal.New(refusal.Missing, "thread.no_message", "message", b.UpTo)
	}
	return nil
}

// Apply implements subject.Act.
func (b *Read) Apply(s *State, _ *charter.State, a *charter.Act) {
	by := a.By()
	s.Reads = slices.DeleteFunc(s.Reads, func(r Readers) bool { return r.Party == by.Party && r.Member == by.Member })
	s.Reads = append(s.Reads, Readers{by, b.UpTo})
}

func (s *State) message(act string) int {
	return slices.IndexFunc(s.Messages, func(m Message) bool { return m.Act == act })
}

// Unread counts the messages that no member of a party has said to have read, its own left out.
func (s *State) Unread(p charter.PartyID) int {
	read := -1
	for _, r := range s.Reads {
		if r.Party == p {
			read = max(read, s.message(r.UpTo))
		}
	}
	n := 0
	for i, m := range s.Messages {
		if i > read && m.Party != p {
			n++
		}
	}
	return n
}

// Offers lists the acts that make sense for a party now, what it most likely came for first.
func (s *State) Offers(_ *charter.State, me charter.PartyID) []string {
	switch {
	case s.Opened == nil:
		return nil
	case s.Unread(me) > 0:
		return []string{"thread.say", "thread.read"}
	}
	return []string{"thread.say"}
}
