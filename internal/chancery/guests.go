package chancery

import (
	"context"
	"strings"
	"time"

	"entente.example/internal/assent"
	"entente.example/internal/charter"
	"entente.example/internal/guest"
	"entente.example/internal/node"
	"entente.example/internal/readers"
	"entente.example/internal/readout"
	"entente.example/internal/showing"
	"entente.example/internal/staff"
	"entente.example/refusal"
)

// Readers says who can read a matter of the record.
func (c *Chancery) Readers(ctx context.Context, mech, matter string) (out readers.Readers, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		if err := stands(s, matter); err != nil {
			return err
		}
		admissions, err := s.Guests()
		if err != nil {
			return err
		}
		public := ""
		switch kind, id, _ := strings.Cut(matter, "/"); kind {
		case "readout":
			x, err := s.Subject(matter)
			if err != nil {
				return err
			}
			if r, ok := x.(*readout.State); ok {
				public = r.PublicSince()
			}
		case "text":
			t, err := s.Text(id)
			if err != nil {
				return err
			}
			if at, ok := t.PublicAt(s.Charter(), s.Held); ok && !at.After(c.now()) {
				public = t.PublicSince(at).UTC().Format(time.RFC3339)
			}
		}
		out = readers.OnRecord(s.Charter(), matter, c.today(), public, admissions)
		out.Marking = c.Marking(out.What, public != "")
		return nil
	})
	return out, err
}

func (c *Chancery) today() string { return c.now().UTC().Format(time.DateOnly) }

// admission finds a proposal that is in force today, and that our node shows.
func (c *Chancery) admission(s *node.Snapshot, id, proposal string) (*guest.Admission, error) {
	st, err := s.Subject("guest/" + id)
	if err != nil {
		return nil, err
	}
	a := st.(*guest.State).Proposal(proposal)
	switch {
	case a == nil:
		return nil, assent.None(proposal)
	case a.House != s.Self:
		return nil, refusal.New(refusal.Denied, "guest.other_house", "party", a.House)
	case !a.InForce(s.Charter(), c.today()):
		return nil, refusal.New(refusal.Denied, "guest.not_in_force")
	}
	return a, nil
}

// mayHost asks leave for a member to give guests access: who may propose them.
func (c *Chancery) mayHost(s *node.Snapshot, member string) error {
	_, err := s.Charter().RoleFor(charter.PartyID(s.Self), member, guest.Propose{}.EntryType(), c.now())
	return err
}

// MakePass makes the address of a one-time link for a guest who is admitted today. For whom it is stays in our private store.
func (c *Chancery) MakePass(ctx context.Context, mech, member, id, proposal, person string) (address string, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		if err := c.mayHost(s, member); err != nil {
			return err
		}
		_, err := c.admission(s, id, proposal)
		return err
	})
	if err != nil {
		return "", err
	}
	secret, err := c.staff.InviteGuest(ctx, staff.Pass{Mech: mech, Guest: id, Proposal: proposal, Person: person, By: member})
	if err != nil {
		return "", err
	}
	return c.SiteURL() + "/guest/enter/" + secret, nil
}

// Passes lists the links and sessions of a guest.
func (c *Chancery) Passes(ctx context.Context, mech, member, id string) (out []staff.Pass, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error { return c.mayHost(s, member) })
	if err != nil {
		return nil, err
	}
	return c.staff.Passes(ctx, mech, id)
}

// EndPass ends a guest's link, or session, and forgets for whom it was.
func (c *Chancery) EndPass(ctx context.Context, mech, member, id string, pass int64) error {
	if err := c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error { return c.mayHost(s, member) }); err != nil {
		return err
	}
	return c.staff.EndPass(ctx, mech, id, pass)
}

// Show is what a guest is shown: one matter, made from its state alone, as long as the admission is in force on our node.
func (c *Chancery) Show(ctx context.Context, p staff.Pass) (out showing.Sheet, err error) {
	err = c.node.Snapshot(ctx, p.Mech, func(s *node.Snapshot) error {
		a, err := c.admission(s, p.Guest, p.Proposal)
		if err != nil {
			return refusal.New(refusal.Denied, "guest.over").Because(err)
		}
		st, err := s.Subject(a.Shown)
		if err != nil {
			return err
		}
		admissions, err := s.Guests()
		if err != nil {
			return err
		}
		out, err = showing.Of(s.Charter(), st, s.Held, a, readers.OnRecord(s.Charter(), a.Shown, c.today(), "", admissions))
		return err
	})
	return out, err
}
