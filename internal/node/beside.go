package node

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"entente.example/internal/charter"
	"entente.example/internal/membership"
	"entente.example/internal/party"
	"entente.example/internal/store"
	"entente.example/refusal"
)

// Beside is another mechanism that this node is in, as of the same moment. It is read through the same connection: nobody waits for a second one.
func (s *Snapshot) Beside(mech string) (*Snapshot, error) {
	return newSnapshot(s.r, mech, s.states, s.folds)
}

// Predecessor is the mechanism that this one continues, nil if it continues none or if this node was not in it.
func (s *Snapshot) Predecessor() (*Snapshot, error) {
	from := s.charter.Document().Succeeds
	if from == nil {
		return nil, nil
	}
	old, err := s.Beside(from.Mechanism)
	if err != nil && refusal.As(err).Key == "node.no_mechanism" {
		return nil, nil
	}
	return old, err
}

// Successors are the mechanisms of this node whose charters say that they continue this one, in the order in which it joined them.
func (s *Snapshot) Successors() (out []*Snapshot, err error) {
	ids := heirsOf(s.ID) // a core has read the charters of all its mechanisms before anybody takes a snapshot
	if len(ids) > 1 {
		joined, err := s.r.Mechanisms()
		if err != nil {
			return nil, err
		}
		slices.SortFunc(ids, func(a, b string) int { return cmp.Compare(slices.Index(joined, a), slices.Index(joined, b)) })
	}
	for _, id := range ids {
		next, err := s.Beside(id)
		switch {
		case err == nil:
			out = append(out, next)
		case refusal.As(err).Key != "node.no_mechanism":
			return nil, err
		}
	}
	return out, nil
}

// InForce reports whether the charter is in force.
func (s *Snapshot) InForce() (bool, error) {
	f, err := s.Founding()
	if errors.Is(err, store.ErrMissing) {
		return false, nil
	}
	return err == nil && f.InForce(), err
}

// Membership is what was said of a party's place in the mechanism; empty if nothing was.
func (s *Snapshot) Membership(p charter.PartyID) (*membership.State, error) {
	st, err := s.state(membership.Matter(p))
	if errors.Is(err, store.ErrMissing) {
		return &membership.State{ID: string(p)}, nil
	}
	if err != nil {
		return nil, err
	}
	return st.(*membership.State), nil
}

// GoesOn is a successor in force that our party has not spoken of here, nil if there is none or it has spoken.
func (s *Snapshot) GoesOn() (*Snapshot, error) {
	m, err := s.Membership(charter.PartyID(s.Self))
	if err != nil || m.Said() != nil {
		return nil, err
	}
	all, err := s.Successors()
	for _, next := range all {
		if in, err := next.InForce(); err != nil || in {
			return next, err
		}
	}
	return nil, err
}

// settleParties gives the charter's state the mandates and seal keys that parties changed since.
func (s *Snapshot) settleParties() error {
	for m, err := range s.r.Matters(s.ID, party.Matter("")) {
		if err != nil {
			return err
		}
		id := charter.PartyID(strings.TrimPrefix(m.Key, party.Matter("")))
		if s.charter.Ordinal(id) < 0 {
			continue
		}
		st, err := s.states.decode(s.ID, m)
		if err != nil {
			return err
		}
		s.parties[id] = st.(*party.State)
		s.parties[id].Settle(s.charter, id)
	}
	return nil
}

// settleNames gives the charter's state the names that parties took since.
func (s *Snapshot) settleNames() error {
	all, err := list[*membership.State](s, membership.Kind+"/")
	for _, m := range all {
		s.charter.SetNamings(charter.PartyID(m.ID), m.Namings())
	}
	return err
}

// Closed reports whether every party has said that it goes on elsewhere or leaves, and which have not.
func (s *Snapshot) Closed() (closed bool, silent []charter.PartyID, err error) {
	for _, p := range s.charter.Document().Parties {
		m, err := s.Membership(p.ID)
		if err != nil {
			return false, nil, err
		}
		if m.Said() == nil {
			silent = append(silent, p.ID)
		}
	}
	return len(silent) == 0, silent, nil
}
