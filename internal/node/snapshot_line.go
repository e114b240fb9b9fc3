package node

import (
	"errors"
	"slices"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/line"
	"entente.example/internal/link"
	"entente.example/internal/situation"
	"entente.example/internal/store"
)

// LineIDs lists the lines that anything was written about, and the main one in any case, by id.
func (s *Snapshot) LineIDs() ([]string, error) {
	out := []string{line.Main}
	for m, err := range s.r.Matters(s.ID, "line/") {
		if err != nil {
			return nil, err
		}
		if id, in, ok := line.Split(m.Key); ok && in == "" && id != line.Main {
			out = append(out, id)
		}
	}
	return out, nil
}

// Line is what a line's history is computed from at a time. A line that nobody has written about is empty.
func (s *Snapshot) Line(id string, now time.Time) (line.View, error) {
	v := line.View{Line: &line.State{ID: id}, Now: now, Stored: s.stored}
	st, err := s.state(line.Matter(id))
	switch {
	case err == nil:
		v.Line = st.(*line.State)
	case !errors.Is(err, store.ErrMissing):
		return v, err
	}
	v.Months, err = list[*line.Month](s, line.Matter(id)+"/")
	return v, err
}

// stored says when a party gave a receipt that covers a call. Only the newest receipt is kept: the time is at the latest.
func (s *Snapshot) stored(holder charter.PartyID, c *line.Call) (time.Time, bool) {
	rc, ok := s.Receipt(holder, c.Party, c.Gen)
	return time.Unix(rc.Time, 0), ok && rc.Size > c.Index
}

// Situations are what the parties declared, in the charter's order; a party that declared nothing has an empty state.
func (s *Snapshot) Situations() ([]*situation.State, error) {
	declared, err := list[*situation.State](s, "situation/")
	var out []*situation.State
	for _, p := range s.charter.Document().Parties {
		st := &situation.State{Party: p.ID}
		for _, d := range declared {
			if d.Party == p.ID {
				st = d
			}
		}
		out = append(out, st)
	}
	return out, err
}

// LineAwait is something that a line asks of our side. What is a message key.
type LineAwait struct {
	Matter string
	What   string
	Params map[string]string
}

// LineAwaits lists what all lines ask of our side at a time.
func (s *Snapshot) LineAwaits(now time.Time) ([]LineAwait, error) {
	ids, err := s.LineIDs()
	if err != nil {
		return nil, err
	}
	var out []LineAwait
	for _, id := range ids {
		v, err := s.Line(id, now)
		if err != nil {
			return nil, err
		}
		t := v.Turn(charter.PartyID(s.Self))
		if t.Call != nil {
			out = append(out, LineAwait{line.Matter(id), "awaits.line_call", map[string]string{"at": line.Stamp(t.Call.At)}})
		}
		for _, r := range t.Answers {
			out = append(out, LineAwait{line.Matter(id), "awaits.line_answer", map[string]string{"party": string(r.Caller), "at": r.At}})
		}
		for _, p := range t.Agree {
			out = append(out, LineAwait{line.Matter(id), "awaits.line_agree", map[string]string{"party": string(p.Party), "proposal": p.ID}})
		}
		untested, err := s.pouchesToTest(v)
		if err != nil {
			return nil, err
		}
		for _, p := range untested {
			out = append(out, LineAwait{line.Matter(id), "awaits.line_pouch", map[string]string{"party": string(p)}})
		}
	}
	return out, nil
}

// pouchesToTest are the parties of the schedule in force that no pouch has come from for a quarter. The node tests its other routes by itself; this one takes a person who carries it.
func (s *Snapshot) pouchesToTest(v line.View) ([]charter.PartyID, error) {
	p := v.Line.InForce(v.Now)
	if p == nil || !slices.Contains(p.Terms.Callers, charter.PartyID(s.Self)) {
		return nil, nil
	}
	known, err := loadContacts(s.r, s.ID)
	if err != nil {
		return nil, err
	}
	var out []charter.PartyID
	for _, other := range p.Terms.Callers {
		last := p.Since()
		if k := known[string(other)]; k != nil && k.Routes[link.Pouch].After(last) {
			last = k.Routes[link.Pouch]
		}
		if string(other) != s.Self && v.Now.Sub(last) > quarter {
			out = append(out, other)
		}
	}
	return out, nil
}

// quarter is how often a pouch is to be tested.
const quarter = 92 * 24 * time.Hour
