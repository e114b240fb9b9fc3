package chancery

import (
	"context"

	"entente.example/enclosure"
	"entente.example/internal/charter"
	"entente.example/internal/courier"
	"entente.example/internal/node"
)

// Pouches is what went and came without a line, and what would go now.
type Pouches struct {
	Parcels []PouchStatus `json:"parcels"` // the newest first
	Next    []NextPouch   `json:"next"`    // for each other party
}

// PouchStatus is a parcel of the history as it stands now.
type PouchStatus struct {
	Parcel
	// State is "acknowledged" or "on_the_way" for what we made, "taken" or "unfinished" for what we opened.
	State string `json:"state"`
	// Missing are parts that were packed as one with it and have not come; for what we opened only.
	Missing []int64 `json:"missing,omitempty"`
}

// NextPouch is what a pouch to a party would hold now.
type NextPouch struct {
	Party   string `json:"party"`
	Entries int64  `json:"entries"`
	Logs    []Run  `json:"logs"`
	Carried int64  `json:"carried"` // of these, in pouches that are on their way
	// Attachments it would carry, whole or in part, and about how many bytes of them.
	Attachments int   `json:"attachments"`
	BodyBytes   int64 `json:"body_bytes"`
}

// Pouches lists the history of a mechanism's pouches.
func (c *Chancery) Pouches(ctx context.Context, mech string) (out Pouches, err error) {
	lines := c.lineStatus(ctx)[mech]
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		rows, err := courier.Remembered(s)
		if err != nil {
			return err
		}
		out = Pouches{Parcels: []PouchStatus{}, Next: []NextPouch{}}
		acked, owed := map[string]map[string]int64{}, map[string][]courier.Body{}
		for _, party := range others(s) {
			acked[party] = courier.Acknowledged(s, rows, party, lines.said(party))
			next, err := nextPouch(s, party, acked[party], courier.OnTheWay(rows, party))
			if err == nil {
				owed[party], err = c.owed(s, party, false)
			}
			if err == nil {
				err = c.addBodies(ctx, s.ID, &next, owed[party])
			}
			if err != nil {
				return err
			}
			out.Next = append(out.Next, next)
		}
		for _, r := range rows {
			if r.Via == ByPouch {
				out.Parcels = append(out.Parcels, pouchStatus(r, rows, acked[r.Party], owed[r.Party]))
			}
		}
		return nil
	})
	return out, err
}

func nextPouch(s *node.Snapshot, party string, acked, carried map[string]int64) (NextPouch, error) {
	next := NextPouch{Party: party, Logs: []Run{}}
	for i, l := range s.All {
		st, err := s.Stretch(i)
		if err != nil {
			return next, err
		}
		from := acked[l.Origin]
		if n := st.Size() - from; n > 0 {
			next.Entries += n
			next.Logs = append(next.Logs, Run{Party: l.Party, Origin: l.Origin, From: from, To: st.Size()})
			next.Carried += max(0, min(carried[l.Origin], st.Size())-from)
		}
	}
	return next, nil
}

// addBodies counts what a pouch would carry of attachments.
func (c *Chancery) addBodies(ctx context.Context, mech string, next *NextPouch, owed []courier.Body) error {
	runs, err := c.spare(ctx, mech, owed)
	last := ""
	for _, run := range runs {
		if run.Of.Commit != last { // pieces of one stand together
			next.Attachments++
			last = run.Of.Commit
		}
		next.BodyBytes += min(run.Of.Size, (run.Span.To-run.Span.From)*enclosure.PieceBytes)
	}
	return err
}

func pouchStatus(p Parcel, rows []Parcel, acked map[string]int64, owed []courier.Body) PouchStatus {
	st := PouchStatus{Parcel: p, State: "taken"}
	if p.Out {
		st.State = "acknowledged"
		if still(p.Bodies, owed) {
			st.State = "on_the_way"
		}
		for _, run := range p.Logs {
			if acked[run.Origin] < run.To {
				st.State = "on_the_way"
			}
		}
		return st
	}
	if !p.Whole {
		st.State = "unfinished"
	}
	came := map[int64]bool{}
	for _, r := range rows {
		if !r.Out && r.Party == p.Party {
			came[r.Sequence] = true
		}
	}
	for n := p.First; n <= p.Last && n-p.First < 1000; n++ {
		if !came[n] {
			st.Missing = append(st.Missing, n-p.First+1)
		}
	}
	return st
}

// Carries refuses a member who may not carry pouches in a mechanism.
func (c *Chancery) Carries(ctx context.Context, mech, member string) error {
	return c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		return s.Charter().OnDuty(charter.PartyID(s.Self), member, c.now())
	})
}
