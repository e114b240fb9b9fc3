package chancery

import (
	"context"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/link"
	"entente.example/internal/node"
	"entente.example/internal/text"
)

// Status says who we are, which mechanisms we are in, who holds what of whose log, and what awaits us.
type Status struct {
	Party      string            `json:"party"`
	Names      map[string]string `json:"names"`
	Dir        string            `json:"dir"`
	Mechanisms []MechanismStatus `json:"mechanisms"`
}

// MechanismStatus is one mechanism as we stand in it.
type MechanismStatus struct {
	Mech        string         `json:"mech"`
	Name        string         `json:"name"` // short name
	Title       charter.Name   `json:"title"`
	Self        string         `json:"self"`
	State       string         `json:"state"` // "founding" or "in force"
	Fingerprint string         `json:"fingerprint"`
	Digest      string         `json:"digest"` // record digest, 64 hex
	Logs        []LogStatus    `json:"logs"`
	Lines       []LineStatus   `json:"lines"`
	Awaiting    []AwaitingItem `json:"awaiting"`
}

// LogStatus is one party's log as this node holds it, and how far each other party confirmed it.
type LogStatus struct {
	Party     string           `json:"party"`
	Origin    string           `json:"origin"`
	Size      int64            `json:"size"`
	Applied   int64            `json:"applied"`
	Confirmed map[string]int64 `json:"confirmed"` // by party: entries covered by its newest receipt
}

// LineStatus is the health of the line to one party.
type LineStatus struct {
	Party     string           `json:"party"`
	Connected bool             `json:"connected"`
	Holds     map[string]int64 `json:"holds"` // by party: entries of its log that the counterpart says it has
}

// AwaitingItem is one thing that waits for our side.
type AwaitingItem struct {
	Matter string            `json:"matter"`
	What   string            `json:"what"` // message key, as in "awaits.seal"
	Params map[string]string `json:"params,omitempty"`
}

// Status looks at everything.
func (c *Chancery) Status(ctx context.Context) (Status, error) {
	all, err := c.Mechanisms(ctx)
	return Status{Party: c.cfg.Party, Names: c.cfg.Names, Dir: c.dir, Mechanisms: all}, err
}

// Mechanisms lists the mechanisms this node takes part in.
func (c *Chancery) Mechanisms(ctx context.Context) ([]MechanismStatus, error) {
	ids, err := c.node.Mechanisms(ctx)
	if err != nil {
		return nil, err
	}
	lines := c.lineStatus(ctx)
	out := make([]MechanismStatus, 0, len(ids))
	for _, id := range ids {
		err := c.node.Snapshot(ctx, id, func(s *node.Snapshot) error {
			m, err := mechanismStatus(s)
			m.Lines = lines[id]
			out = append(out, m)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func mechanismStatus(s *node.Snapshot) (MechanismStatus, error) {
	doc := s.Charter().Document()
	m := MechanismStatus{Mech: s.ID, Name: doc.ID, Self: s.Self, State: "founding", Fingerprint: charter.Fingerprint(s.ID)}
	m.Title = doc.NameFor(s.Charter().SideOf(charter.PartyID(s.Self)))
	for i, l := range s.Logs {
		ls := LogStatus{Party: l.Party, Origin: l.Origin, Size: l.Size, Applied: l.Applied, Confirmed: map[string]int64{}}
		for j, p := range doc.Parties {
			if j != i {
				ls.Confirmed[string(p.ID)] = s.Held(p.ID, charter.PartyID(l.Party))
			}
		}
		m.Logs = append(m.Logs, ls)
	}
	var err error
	if m.Digest, err = s.Digest(); err != nil {
		return m, err
	}
	f, err := s.Founding()
	if err != nil {
		return m, err
	}
	if f.InForce() {
		m.State = "in force"
	}
	m.Awaiting, err = awaiting(s)
	return m, err
}

// awaiting lists what waits for our side: our seal under the charter, and in each text what only we can do next.
func awaiting(s *node.Snapshot) ([]AwaitingItem, error) {
	me := charter.PartyID(s.Self)
	out := []AwaitingItem{}
	f, err := s.Founding()
	if err != nil {
		return nil, err
	}
	if !f.InForce() && f.Rounds.Awaits(s.Charter(), me) {
		out = append(out, AwaitingItem{Matter: "charter", What: "awaits.charter_seal"})
	}
	texts, err := s.Texts()
	if err != nil {
		return nil, err
	}
	for _, t := range texts {
		for _, w := range t.Awaits(s.Charter(), me) {
			out = append(out, AwaitingItem{Matter: "text/" + t.ID, What: w.What, Params: w.Params})
		}
	}
	return out, nil
}

// lineStatus asks the core about its lines.
func (c *Chancery) lineStatus(ctx context.Context) map[string][]LineStatus {
	out := map[string][]LineStatus{}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_ = c.node.Inspect(ctx, func(core *node.Core) { // a node that does not run has no lines to tell of
		for mech, status := range core.Lines() {
			for _, p := range status {
				out[mech] = append(out[mech], lineOf(p))
			}
		}
	})
	return out
}

func lineOf(p link.PartyStatus) LineStatus {
	l := LineStatus{Party: p.Party, Connected: p.Connected, Holds: map[string]int64{}}
	for _, h := range p.Holds {
		l.Holds[h.Origin] = h.Size
	}
	return l
}

var _ text.Status // what a text's Awaits is computed from
