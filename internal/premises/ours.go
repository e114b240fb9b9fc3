package premises

import (
	"context"
	"path/filepath"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"entente.example/internal/awaiting"
	"entente.example/internal/backroom"
	"entente.example/internal/calendar"
	"entente.example/internal/chancery"
)

// openBackroom opens what our side says to itself, and lets acts wait there. It is called before the node runs.
func openBackroom(ctx context.Context, c *chancery.Chancery, now func() time.Time) (*backroom.Store, error) {
	s, err := backroom.Open(ctx, backroom.Options{Path: filepath.Join(filepath.Dir(c.Socket()), chancery.OursFile), Now: now, Members: c.Colleagues, Stands: c.Holds, Before: c.BeforeUpgrade(ctx, chancery.OursFile)})
	if err == nil {
		c.UseBackroom(shelf{s})
	}
	return s, err
}

// shelf is the backroom as the chancery knows it.
type shelf struct{ s *backroom.Store }

var _ chancery.Backroom = shelf{}

// Hold implements chancery.Backroom.
func (b shelf) Hold(ctx context.Context, mech string, o chancery.Outgoing) (string, error) {
	h := backroom.Held{Matter: o.Matter, Member: o.Member, Read: o.Read}
	for _, a := range o.Acts {
		h.Acts = append(h.Acts, backroom.HeldAct{Type: a.Type, Body: []byte(a.Body)})
	}
	h, err := b.s.Hold(ctx, mech, h)
	return h.ID, err
}

func outgoing(h backroom.Held) chancery.Outgoing {
	o := chancery.Outgoing{Matter: h.Matter, Member: h.Member, Read: h.Read}
	for _, a := range h.Acts {
		o.Acts = append(o.Acts, chancery.OutgoingAct{Type: a.Type, Body: jsontext.Value(a.Body)})
	}
	return o
}

// Waits implements chancery.Backroom.
func (b shelf) Waits(ctx context.Context, mech, id string) (chancery.Outgoing, error) {
	h, err := b.s.HeldAct(ctx, mech, id)
	return outgoing(h), err
}

// Claim implements chancery.Backroom.
func (b shelf) Claim(ctx context.Context, mech, member, id string) (chancery.Outgoing, error) {
	h, err := b.s.Claim(ctx, mech, member, id)
	return outgoing(h), err
}

// Settle implements chancery.Backroom.
func (b shelf) Settle(ctx context.Context, mech, id string, posted []string) error {
	return b.s.Settle(ctx, mech, id, posted)
}

// Doubt implements chancery.Backroom.
func (b shelf) Doubt(ctx context.Context, mech, id string) error { return b.s.Doubt(ctx, mech, id) }

// Awaits implements chancery.Backroom.
func (b shelf) Awaits(ctx context.Context, mech string) ([]awaiting.Item, error) {
	all, err := b.s.Awaits(ctx, mech)
	var out []awaiting.Item
	for _, a := range all {
		out = append(out, awaiting.Item{Matter: "ours/" + a.ID, What: a.What, Params: map[string]string{"title": a.Title}, Due: a.Due, Members: a.For, Not: a.Not, Acts: a.Acts})
	}
	return out, err
}

// Ask implements chancery.Backroom.
func (b shelf) Ask(ctx context.Context, mech, member string, r chancery.Request, who []calendar.Address) error {
	var all []backroom.Asked
	for _, a := range who {
		all = append(all, backroom.Asked{Name: a.Name, Mail: a.Mail})
	}
	return b.s.Ask(ctx, mech, r.Matter, all, backroom.Ask{Sequence: r.Sequence, From: r.From, Until: r.Until, Member: member})
}

// Answered implements chancery.Backroom.
func (b shelf) Answered(ctx context.Context, mech, member, matter string, r calendar.Reply) (chancery.Came, error) {
	var proposed *calendar.Proposal
	if r.Says == calendar.Countered {
		proposed = &r.Proposed
	}
	now, taken, err := b.s.Answered(ctx, mech, matter, backroom.Asked{Name: r.Attendee.Name, Mail: r.Attendee.Mail},
		backroom.Reply{Says: r.Says, Comment: r.Comment, Sender: r.From, Sequence: r.Sequence, Stamp: r.Stamp, Member: member, Delegate: r.Delegate, For: r.For, Proposed: proposed})
	now.Reply = &backroom.Reply{Sequence: r.Sequence} // the one that came, whether it was taken or not
	came := chancery.Came{Matter: matter, Name: r.Attendee.Name, Mail: r.Attendee.Mail, Says: r.Says, Kept: taken, Old: now.Old(), Unasked: now.Ask == nil, Sender: r.From, Delegate: r.Delegate, For: r.For, Proposed: proposed}
	if ask := now.Answers(); ask != nil {
		came.From, came.Until = ask.From, ask.Until
	}
	return came, err
}

// Petition implements chancery.Backroom.
func (b shelf) Petition(ctx context.Context, mech, member, matter string, k chancery.KeptPetition, over []string) error {
	return b.s.Petition(ctx, mech, backroom.Petition{About: backroom.About{Matter: matter}, Block: string(k.Block), Text: k.Text, Member: member}, over)
}

// Consented implements chancery.Backroom.
func (b shelf) Consented(ctx context.Context, mech, member, text string, answer []byte) error {
	return b.s.Consented(ctx, mech, member, text, string(answer))
}

// Petitions implements chancery.Backroom.
func (b shelf) Petitions(ctx context.Context, mech string) (out []chancery.KeptPetition, err error) {
	all, err := b.s.Petitions(ctx, mech)
	for _, p := range all {
		out = append(out, chancery.KeptPetition{Block: []byte(p.Block), Text: p.Text, Member: p.Member, At: p.At, Answer: []byte(p.Answer), SealedBy: p.SealedBy, Sealed: p.Sealed})
	}
	return out, err
}

// Unanswer implements chancery.Backroom.
func (b shelf) Unanswer(ctx context.Context, mech, text string, answer []byte) error {
	return b.s.Unanswer(ctx, mech, text, string(answer))
}

// DropPetition implements chancery.Backroom.
func (b shelf) DropPetition(ctx context.Context, mech, text string) error {
	return b.s.DropPetition(ctx, mech, text)
}
