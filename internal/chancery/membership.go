package chancery

import (
	"context"

	"entente.example/internal/charter"
	"entente.example/internal/membership"
	"entente.example/internal/node"
	"entente.example/internal/subject"
)

// Membership is who the parties of a mechanism are, how they came to be, and where it goes on.
type Membership struct {
	Succeeds   *charter.Succession `json:"succeeds,omitempty"`
	Checked    bool                `json:"checked"`           // our own record of the mechanism that is continued shows what the charter says of it
	Changes    []charter.Change    `json:"changes,omitempty"` // against that mechanism
	Parties    []Member            `json:"parties"`
	Successors []Successor         `json:"successors,omitempty"` // on this node
	Closed     bool                `json:"closed"`               // every party has said that it goes on elsewhere or leaves
}

// Member is one party.
type Member struct {
	Party charter.PartyID   `json:"party"`
	Side  string            `json:"side"`
	Names []charter.Name    `json:"names"` // today
	From  []charter.PartyID `json:"from,omitempty"`
	Said  *membership.Word  `json:"said,omitempty"` // that it goes on or leaves
}

// Successor is a mechanism of this node that continues another.
type Successor struct {
	Mech    string `json:"mech"`
	Name    string `json:"name"` // short name
	InForce bool   `json:"in_force"`
}

// Membership tells it for a mechanism.
func (c *Chancery) Membership(ctx context.Context, mech string) (out Membership, err error) {
	today := c.now().UTC().Format(subject.DayLayout)
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) (err error) {
		out, err = membershipIn(s, today)
		return err
	})
	return out, err
}

func membershipIn(s *node.Snapshot, today string) (out Membership, err error) {
	doc := s.Charter().Document()
	out = Membership{Succeeds: doc.Succeeds, Changes: doc.Changes()}
	old, err := s.Predecessor()
	if err != nil {
		return out, err
	}
	out.Checked = old != nil && grounded(old, doc, s.ID) == nil
	for _, p := range doc.Parties {
		m, err := s.Membership(p.ID)
		if err != nil {
			return out, err
		}
		out.Parties = append(out.Parties, Member{Party: p.ID, Side: p.Side, Names: s.Charter().NamesOn(p.ID, today), From: p.From, Said: m.Said()})
	}
	if out.Closed, _, err = s.Closed(); err != nil {
		return out, err
	}
	out.Successors, err = successorsIn(s)
	return out, err
}

func successorsIn(s *node.Snapshot) (out []Successor, err error) {
	all, err := s.Successors()
	for _, next := range all {
		in, err := next.InForce()
		if err != nil {
			return nil, err
		}
		out = append(out, Successor{next.ID, next.Charter().Document().ID, in})
	}
	return out, err
}

// succession says what a mechanism continues, and what continues it.
func (m *MechanismStatus) succession(s *node.Snapshot) error {
	old, err := s.Predecessor()
	if err != nil {
		return err
	}
	if from := s.Charter().Document().Succeeds; from != nil {
		m.Continues = from.Mechanism[:16]
	}
	if old != nil {
		m.Continues = old.Charter().Document().ID
	}
	if m.Closed, _, err = s.Closed(); err != nil {
		return err
	}
	m.Successors, err = successorsIn(s)
	return err
}
