package chancery

import (
	"bytes"
	"context"
	"io"

	"entente.example/entry"
	"entente.example/internal/attachment"
	"entente.example/internal/charter"
	"entente.example/internal/delegation"
	"entente.example/internal/meeting"
	"entente.example/internal/node"
)

// Delegation is a party's list for a meeting, as this node has it.
type Delegation struct {
	Party   charter.PartyID `json:"party"`
	Version int             `json:"version"`
	Where   string          `json:"where"` // of its file, as of attachments; "unreadable" if it is no list
	meeting.Delegated
	Delegates []delegation.Delegate `json:"delegates,omitempty"` // in protocol order
}

// unreadable is where a file is that is here and no list.
const unreadable = "unreadable"

// delegate attaches a list of names to its meeting and makes the act that names it. What the record would refuse is refused before anything is attached.
func (c *Chancery) delegate(ctx context.Context, mech, member, matter string, d *delegation.Draft) (entry.Body, error) {
	file, err := d.Encode()
	if err != nil {
		return nil, err
	}
	body := &meeting.Delegation{List: "-", Count: len(d.Delegates), Capacities: d.Head(), Final: d.Final}
	if _, err := c.actor(ctx, mech, member, []entry.Body{body}); err != nil {
		return nil, err
	}
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		st, err := s.Subject(matter)
		if err != nil {
			return err
		}
		a := &charter.Act{Party: charter.PartyID(s.Self)}
		a.Entry.Matter = matter
		return body.Check(st.(*meeting.State), s.Charter(), a)
	})
	if err != nil {
		return nil, err
	}
	p, err := c.Attach(ctx, mech, member, NewAttachment{Of: matter, Name: "delegation.json", Media: delegation.Media}, bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	body.List = p.Matter[len(attachment.Prefix):]
	return body, nil
}

// Delegations are the parties' lists for a meeting, in the charter's order of parties.
func (c *Chancery) Delegations(ctx context.Context, mech, matter string) (out []Delegation, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) (err error) {
		out, err = c.DelegationsIn(ctx, s, matter)
		return err
	})
	return out, err
}

// DelegationsIn are those of a snapshot.
func (c *Chancery) DelegationsIn(ctx context.Context, s *node.Snapshot, matter string) (out []Delegation, err error) {
	st, err := s.Subject(matter)
	if err != nil {
		return nil, err
	}
	m := st.(*meeting.State)
	if len(m.Delegations) == 0 {
		return nil, nil
	}
	all, err := s.Attachments()
	if err != nil {
		return nil, err
	}
	burnt := erasedHere(charter.PartyID(s.Self), all)
	for _, p := range s.Charter().Document().Parties {
		if d := m.DelegationOf(p.ID); d != nil {
			out = append(out, c.delegation(ctx, s, Delegation{Party: p.ID, Version: len(m.Delegations[p.ID]), Delegated: *d}, burnt))
		}
	}
	return out, nil
}

// delegation reads the names from the file, as far as that is here.
func (c *Chancery) delegation(ctx context.Context, s *node.Snapshot, d Delegation, burnt map[string]bool) Delegation {
	d.Where = unreadable
	st, err := s.Attachment(d.List)
	if err != nil || st.Attach == nil || st.Attach.Body.Media != delegation.Media || st.Attach.Body.Size > delegation.MaxBytes || st.By != d.Party {
		return d
	}
	a, err := c.attachment(ctx, s, st, burnt)
	if err != nil {
		return d
	}
	if a.Where != Here {
		d.Where = a.Where
		return d
	}
	f, err := c.room.Open(ctx, s.ID, st.Attach.Body)
	if err != nil {
		return d
	}
	b, err := io.ReadAll(io.LimitReader(f, delegation.MaxBytes))
	if err != nil {
		return d
	}
	if d.Delegates, err = delegation.Parse(b); err == nil {
		d.Where = Here
	}
	return d
}
