package chancery

import (
	"context"
	"strconv"

	"entente.example/internal/calendar"
	"entente.example/internal/meeting"
	"entente.example/internal/node"
	"entente.example/refusal"
)

// Request is what our side asked people to come to: a meeting, on its days, as far as they were known.
type Request struct {
	Matter   string
	Sequence int64
	From     string
	Until    string
}

// Came is what became of an answer that a calendar program gave.
type Came struct {
	Matter string `json:"matter"`
	Name   string `json:"name,omitempty"`
	Mail   string `json:"mail"`
	Says   string `json:"says" enum:"accepted,declined,tentative,delegated,counter"`

	Delegate string             `json:"delegate,omitempty" doc:"Who goes in their place"`
	For      string             `json:"for,omitempty" doc:"In whose place they go"`
	Proposed *calendar.Proposal `json:"proposed,omitempty" doc:"Days that are proposed instead, which is nobody's offer"`

	Kept    bool   `json:"kept" doc:"False: a newer answer of theirs is here already"`
	Old     bool   `json:"old" doc:"It answers an earlier request than our newest"`
	From    string `json:"from,omitempty" doc:"First day of the request that it answers, if that is known here"`
	Until   string `json:"until,omitempty" doc:"Last day of it"`
	Unasked bool   `json:"unasked" doc:"Nobody of ours asked this address, as far as this node knows"`
	Sender  string `json:"sender,omitempty" doc:"Address that the mail came from, if it is another one"`
}

// Ask keeps on our own side whom it asks to a meeting, so that answers find them.
func (c *Chancery) Ask(ctx context.Context, mech, member, matter string, attendees []string) error {
	var who []calendar.Address
	for _, s := range attendees {
		a, err := address(s)
		if err != nil {
			return err
		}
		who = append(who, a)
	}
	if len(who) == 0 {
		return refusal.New(refusal.Invalid, "dialogue.words_needed", "field", "attendee")
	}
	if c.backroom == nil {
		return refusal.New(refusal.Unavailable, "ours.closed")
	}
	r := Request{Matter: matter}
	err := c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		m, err := meetingIn(s, matter)
		if err != nil {
			return err
		}
		r.From, r.Until = m.Days(s.Charter())
		r.Sequence, err = acts(s, matter)
		return err
	})
	if err != nil {
		return err
	}
	return c.backroom.Ask(ctx, mech, member, r, who)
}

// Replies takes in what calendar programs answered: a file, or a whole mail. Each answer is kept on our own side, with its meeting. All are of this mechanism, or none is kept.
func (c *Chancery) Replies(ctx context.Context, mech, member string, file []byte) ([]Came, error) {
	all, err := calendar.ParseReplies(file)
	if err != nil {
		return nil, err
	}
	if c.backroom == nil {
		return nil, refusal.New(refusal.Unavailable, "ours.closed")
	}
	matters := make([]string, len(all))
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		for i, r := range all {
			if matters[i], err = answered(s, r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := []Came{}
	for i, r := range all {
		came, err := c.backroom.Answered(ctx, mech, member, matters[i], r)
		if err != nil {
			return out, err
		}
		out = append(out, came)
	}
	return out, nil
}

// answered finds the meeting that an answer is about.
func answered(s *node.Snapshot, r calendar.Reply) (string, error) {
	states, err := s.Meetings()
	if err != nil {
		return "", err
	}
	for _, st := range states {
		if st.Meeting == nil {
			continue
		}
		matter := meeting.Matter(st.Meeting.Series, st.Meeting.Number)
		if uid(s, matter, "") != r.UID {
			continue
		}
		now, err := acts(s, matter)
		if err != nil {
			return "", err
		}
		if r.Sequence > now {
			return "", refusal.New(refusal.Invalid, "calendar.reply_ahead", "sequence", strconv.FormatInt(r.Sequence, 10), "newest", strconv.FormatInt(now, 10))
		}
		return matter, nil
	}
	return "", refusal.New(refusal.Missing, "calendar.reply_unknown", "mechanism", s.Charter().Document().ID)
}
