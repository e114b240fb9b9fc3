package backroom

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"entente.example/lang"
	"entente.example/refusal"
)

// States of an act that waits for a second member.
const (
	Waiting = "waiting"
	Going   = "going"   // it is being written now
	Unclear = "unclear" // the node stopped while it was being written: the record says whether it was
	Written = "written"
	Refused = "refused"
	Taken   = "taken" // back, by its author
)

// Held is what a member wants to put on the record, and what leaves once a second member consents: these bodies, and nothing else.
type Held struct {
	ID      string    `json:"id"`
	Matter  string    `json:"matter"`
	Member  string    `json:"member" doc:"In whose name it is written"`
	At      time.Time `json:"at"`
	Acts    []HeldAct `json:"acts" doc:"Exactly what will be written, all or none"`
	Read    []string  `json:"read,omitempty" doc:"What stood of a text when it was written, if the acts are of versions: once others stand, it is not written"`
	State   string    `json:"state" enum:"waiting,going,unclear,written,refused,taken"`
	Second  string    `json:"second,omitempty" doc:"Who consented or refused"`
	Decided time.Time `json:"decided,omitzero"`
	Reason  string    `json:"reason,omitempty"`
	Posted  []string  `json:"posted,omitempty" doc:"The entries that it came to"`
}

// HeldAct is one entry that is to be written.
type HeldAct struct {
	Type string          `json:"type"`
	Body json.RawMessage `json:"body" doc:"As it will stand in the entry"`
}

func (h *Held) decidable() bool { return h.State == Waiting || h.State == Unclear }

var heldActs = kept[Held]{"act", func(h *Held) *string { return &h.ID }, func(h *Held) About { return About{Matter: h.Matter} }, func(h *Held) bool { return h.decidable() || h.State == Going }}

// Hold keeps acts of a member until a second one decides.
func (s *Store) Hold(ctx context.Context, mech string, h Held) (Held, error) {
	h.At, h.State = s.o.Now().UTC(), Waiting
	return h, heldActs.add(ctx, s, mech, &h)
}

// HeldActs lists what waits, or everything that ever did, oldest first.
func (s *Store) HeldActs(ctx context.Context, mech string, open bool) ([]Held, error) {
	return heldActs.list(ctx, s, mech, open)
}

// HeldAct is one of them.
func (s *Store) HeldAct(ctx context.Context, mech, id string) (Held, error) {
	return heldActs.one(ctx, s, mech, id)
}

// second refuses whoever is no second member, and what is decided already.
func (h *Held) second(member string) error {
	switch {
	case !h.decidable():
		return refusal.New(refusal.Conflict, "ours.decided")
	case h.Member == member:
		return refusal.New(refusal.Denied, "ours.same_member")
	}
	return nil
}

// Claim says that a second member consents, and that the act is being written now. Of two who come at once, one wins.
func (s *Store) Claim(ctx context.Context, mech, member, id string) (Held, error) {
	return heldActs.change(ctx, s, mech, id, func(h *Held) error {
		if err := h.second(member); err != nil {
			return err
		}
		h.State, h.Second, h.Decided = Going, member, s.o.Now().UTC()
		return nil
	})
}

// Settle says what became of an act that was claimed: its entries, or that it waits again because it was refused by the record.
func (s *Store) Settle(ctx context.Context, mech, id string, posted []string) error {
	_, err := heldActs.change(ctx, s, mech, id, func(h *Held) error {
		if len(posted) > 0 {
			h.State, h.Posted = Written, posted
			return nil
		}
		h.State, h.Second, h.Decided = Waiting, "", time.Time{}
		return nil
	})
	return err
}

// Doubt says that nobody knows whether an act that was claimed was written. Whoever looks at the record may decide again.
func (s *Store) Doubt(ctx context.Context, mech, id string) error {
	_, err := heldActs.change(ctx, s, mech, id, func(h *Held) error {
		h.State = Unclear
		return nil
	})
	return err
}

// Refuse says that a second member does not consent, and why.
func (s *Store) Refuse(ctx context.Context, mech, member, id, reason string) (Held, error) {
	reason = lang.Normalise(reason)
	if reason == "" {
		return Held{}, refusal.New(refusal.Invalid, "ours.reason_needed")
	}
	if err := checkWords(reason); err != nil {
		return Held{}, err
	}
	return heldActs.change(ctx, s, mech, id, func(h *Held) error {
		if err := h.second(member); err != nil {
			return err
		}
		h.State, h.Second, h.Decided, h.Reason = Refused, member, s.o.Now().UTC(), reason
		return nil
	})
}

// TakeBack is an author's word that an act shall not be written after all.
func (s *Store) TakeBack(ctx context.Context, mech, member, id string) (Held, error) {
	return heldActs.change(ctx, s, mech, id, func(h *Held) error {
		if err := own(h.Member, member); err != nil {
			return err
		}
		if !h.decidable() {
			return refusal.New(refusal.Conflict, "ours.decided")
		}
		h.State, h.Decided = Taken, s.o.Now().UTC()
		return nil
	})
}

// unclear marks what was being written when the node stopped.
func (s *Store) unclear(ctx context.Context) error {
	_, err := s.db.ExecContext(ctx, "UPDATE item SET doc = json_set(doc, '$.state', 'unclear') WHERE kind = 'act' AND open = 1 AND json_extract(doc, '$.state') = 'going'")
	return err
}

// Awaits is something that waits for members of ours.
type Awaits struct {
	ID    string
	What  string // message key
	Title string
	For   []string // members; nil: anybody who may
	Not   string   // who may not, because it is theirs
	Due   string   // day
	Acts  []string // types of acts that wait
}

// Awaits lists what waits for members of ours in a mechanism.
func (s *Store) Awaits(ctx context.Context, mech string) ([]Awaits, error) {
	out := []Awaits{}
	todo, err := s.Tasks(ctx, mech, About{}, true)
	if err != nil {
		return nil, err
	}
	for _, t := range todo {
		a := Awaits{ID: t.ID, What: "ours.awaits_task", Title: t.Words, Due: t.Due}
		if t.For != "" {
			a.For = []string{t.For}
		}
		out = append(out, a)
	}
	rounds, err := s.Clearances(ctx, mech, About{}, true)
	if err != nil {
		return nil, err
	}
	for _, c := range rounds {
		a := Awaits{ID: c.ID, What: "ours.awaits_clearance", Title: c.Title}
		if !c.Due.IsZero() {
			a.Due = c.Due.UTC().Format(dayLayout)
		}
		for _, o := range c.Awaiting() {
			a.For = append(a.For, o.Members...)
		}
		if len(a.For) == 0 {
			a.What, a.For = "ours.awaits_author", []string{c.Member}
		}
		slices.Sort(a.For)
		a.For = slices.Compact(a.For)
		out = append(out, a)
	}
	waiting, err := s.HeldActs(ctx, mech, true)
	if err != nil {
		return nil, err
	}
	for _, h := range waiting {
		a := Awaits{ID: h.ID, What: "ours.awaits_second", Title: h.Matter, Not: h.Member}
		for _, act := range h.Acts {
			a.Acts = append(a.Acts, act.Type)
		}
		out = append(out, a)
	}
	return out, nil
}
