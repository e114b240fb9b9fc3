package readout

import (
	"slices"

	"entente.example/internal/charter"
	"entente.example/internal/subject"
	"entente.example/lang"
	"entente.example/refusal"
)

// Reply is what the side of a readout says to a dispute: in words, or, with none, that it has read it. The sentence and the dispute stay as they are.
type Reply struct {
	Dispute string    `json:"dispute" form:"ref=dispute,required"` // act
	Text    lang.Text `json:"text,omitempty" form:"wording"`
}

// EntryType implements entry.Body.
func (Reply) EntryType() string { return "readout.reply" }

// Replied is what the readout's side said to a dispute. No words: it took note.
type Replied struct {
	charter.By
	Text lang.Text `json:"text,omitempty"`
}

// What a reply is.
const (
	Replies  = "replies"
	TookNote = "took_note"
)

// Kind is what a reply is: Replies or TookNote.
func (r Replied) Kind() string {
	if len(r.Text) == 0 {
		return TookNote
	}
	return Replies
}

// disputed finds a dispute by its act, nil if there is none.
func (s *State) disputed(act string) *Disputed {
	v := s.Now()
	if v == nil {
		return nil
	}
	for i := range v.Sentences {
		all := v.Sentences[i].Disputes
		if n := slices.IndexFunc(all, func(d Disputed) bool { return d.Act == act }); n >= 0 {
			return &all[n]
		}
	}
	return nil
}

// Disputing is the sentence that an act disputes, or at which it answers a dispute; nil for any other act.
func (s *State) Disputing(act string) lang.Text {
	v := s.Now()
	if v == nil {
		return nil
	}
	for _, x := range v.Sentences {
		for _, d := range x.Disputes {
			if d.Act == act || slices.ContainsFunc(d.Replies, func(r Replied) bool { return r.Act == act }) {
				return x.Text
			}
		}
	}
	return nil
}

// Check implements subject.Act.
func (b *Reply) Check(s *State, c *charter.State, a *charter.Act) error {
	d := (*Disputed)(nil)
	switch {
	case s.Put == nil:
		return subject.Unknown(a)
	case c.SideOf(a.Party) != s.Put.Side:
		return refusal.New(refusal.Denied, "readout.not_our_side")
	}
	if d = s.disputed(b.Dispute); d == nil {
		return subject.NoAct(a, b.Dispute)
	}
	if len(b.Text) == 0 {
		if slices.ContainsFunc(d.Replies, func(r Replied) bool { return r.Party == a.Party }) {
			return refusal.New(refusal.Conflict, "readout.noted_already")
		}
		return nil
	}
	return subject.Words(b.Text, "text")
}

// Apply implements subject.Act.
func (b *Reply) Apply(s *State, _ *charter.State, a *charter.Act) {
	if d := s.disputed(b.Dispute); d != nil {
		d.Replies = append(d.Replies, Replied{a.By(), b.Text})
	}
}

// Unanswered lists the disputes to which nobody of a party's side has said anything, if the readout is that side's. Giving the readout up answers all of them.
func (s *State) Unanswered(c *charter.State, me charter.PartyID) (out []Disputed) {
	if s.Put == nil || s.Published == nil || s.Withdrawn != nil || c.SideOf(me) != s.Put.Side {
		return nil
	}
	for _, x := range s.Now().Sentences {
		for _, d := range x.Disputes {
			if len(d.Replies) == 0 && c.SideOf(d.Party) != s.Put.Side {
				out = append(out, d)
			}
		}
	}
	return out
}
