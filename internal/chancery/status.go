package chancery

import (
	"context"
	"time"

	"entente.example/internal/awaiting"
	"entente.example/internal/charter"
	"entente.example/internal/link"
	"entente.example/internal/node"
	"entente.example/internal/text"
	"entente.example/lang"
)

// Status says who we are, which mechanisms we are in, who holds what of whose log, and what awaits us.
type Status struct {
	Party      string            `json:"party"`
	Names      map[string]string `json:"names"`
	Dir        string            `json:"dir"`
	Mechanisms []MechanismStatus `json:"mechanisms"`
	Process    *Process          `json:"process,omitempty"`    // which process holds the node; absent if none serves
	Rebuilding *Rebuilding       `json:"rebuilding,omitempty"` // how far making state and search index anew is; absent if nobody is at it
}

// Process is the one that holds a node, and those that would follow it.
type Process struct {
	Process string     `json:"process"`      // machine and number
	Since   string     `json:"since"`        // RFC 3339
	Pen     int64      `json:"pen,omitzero"` // how often the pen of the database has been taken up, this time included; absent for a record in a file
	StandBy []StandsBy `json:"stand_by"`
}

// StandsBy is a process that stands by.
type StandsBy struct {
	Process string `json:"process"`
	Door    string `json:"door"`  // where its members come in
	Since   string `json:"since"` // RFC 3339
}

// Serves tells the chancery which process it is in; before Run.
func (c *Chancery) Serves(process func() Process) { c.process = process }

// held is which process holds the node, nil if none serves.
func (c *Chancery) held() *Process {
	if c.process == nil {
		return nil
	}
	p := c.process()
	if db, ok := c.record.(*database); ok {
		p.Pen = db.Epoch()
	}
	return &p
}

// MechanismStatus is one mechanism as we stand in it.
type MechanismStatus struct {
	Mech        string          `json:"mech"`
	Name        string          `json:"name"` // short name
	Title       charter.Name    `json:"title"`
	Self        string          `json:"self"`
	State       string          `json:"state"` // "founding" or "in force"
	Fingerprint string          `json:"fingerprint"`
	Digest      string          `json:"digest"` // record digest, 64 hex
	Logs        []LogStatus     `json:"logs"`
	Lines       []LineStatus    `json:"lines"`
	Awaiting    []AwaitingItem  `json:"awaiting"`
	Evidence    []Evidence      `json:"evidence"`              // of two histories of one log
	ClockBehind int64           `json:"clock_behind,omitzero"` // seconds by which this machine's clock is behind the time of our own newest entry, if that is far
	Pen         Pen             `json:"pen"`                   // whether our node writes in its own log
	Witnesses   []WitnessStatus `json:"witnesses,omitempty"`   // outside the mechanism
	Continues   string          `json:"continues,omitempty"`   // the mechanism that this one continues: its short name, or the beginning of its id if we were not in it
	Successors  []Successor     `json:"successors,omitempty"`  // those that continue this one
	Closed      bool            `json:"closed,omitzero"`       // every party has said that it goes on there, or leaves
}

// Pen says whether our node writes in its own log.
type Pen struct {
	State  string            `json:"state"`         // "writes"; "asks", for some seconds after a start; or "rests"
	Why    string            `json:"why,omitempty"` // message key
	Params map[string]string `json:"params,omitempty"`
}

// penOf tells of the pen in words. A node that does not run writes nothing.
func penOf(p node.Pen, ok bool) Pen {
	switch {
	case p.Why != nil:
		return Pen{"rests", p.Why.Key, p.Why.Params}
	case p.Asking:
		return Pen{State: "asks", Why: "node.asking"}
	case p.Unasked:
		return Pen{State: "writes", Why: "node.nobody_asked"}
	case !ok:
		return Pen{State: "rests"}
	}
	return Pen{State: "writes"}
}

// LogStatus is one generation of a party's log as this node holds it, and how far each other party confirmed it.
type LogStatus struct {
	Party      string           `json:"party"`
	Origin     string           `json:"origin"`
	Generation int              `json:"generation"`
	Size       int64            `json:"size"`
	Applied    int64            `json:"applied"`
	Confirmed  map[string]int64 `json:"confirmed"`          // by party: entries covered by its newest receipt
	Contested  bool             `json:"contested,omitzero"` // it has two histories, and only the first Common entries count
	Common     int64            `json:"common,omitzero"`
}

// LineStatus is the health of the line to one party, and what is known of the time when it was silent.
type LineStatus struct {
	Party       string            `json:"party"`
	Connected   bool              `json:"connected"`
	Route       string            `json:"route,omitempty"`        // by which we are connected: direct, relay
	Newer       bool              `json:"newer,omitzero"`         // its program is newer than ours: what we cannot read waits for our upgrade
	Older       bool              `json:"older,omitzero"`         // its program is older than ours: its record may have another digest until it is upgraded
	Over        string            `json:"over,omitempty"`         // until when we take no more of its entries, which are over the day's measure and wait at its side
	Full        string            `json:"full,omitempty"`         // until when it takes no more of ours
	OverAll     bool              `json:"over_all,omitzero"`      // it has written as much as we take of a counterpart in all
	FullAll     bool              `json:"full_all,omitzero"`      // so have we, of what it takes
	Holds       map[string]int64  `json:"holds"`                  // by log: entries that the counterpart says it has
	Confirmed   int64             `json:"confirmed"`              // entries of our log that its newest receipt covers: it holds our record up to there
	ConfirmedTo string            `json:"confirmed_to,omitempty"` // the last of them, as in cpc-41
	ConfirmedAt string            `json:"confirmed_at,omitempty"` // and as of when
	Heard       string            `json:"heard,omitempty"`        // its last sign of life, by any route, over restarts of this node
	Routes      map[string]string `json:"routes,omitempty"`       // the last sign of life by each route
	Silent      *Length           `json:"silent,omitempty"`       // how long we have not heard from it; absent while connected
	Resumed     *Resumed          `json:"resumed,omitempty"`      // a long silence that is over since not long ago
	Use         Standing          `json:"use"`                    // the route in use
	Ways        []RouteStatus     `json:"ways"`                   // each route and how it is
}

// Length is a length of time as people tell it.
type Length struct {
	Years  int `json:"years"`
	Months int `json:"months"`
	Days   int `json:"days"`
}

// Resumed is what the end of a long silence came to.
type Resumed struct {
	From    string `json:"from"`
	Until   string `json:"until"`
	Length  Length `json:"length"`
	Route   string `json:"route"`
	CameIn  int64  `json:"came_in"`  // entries that the other had for us
	WentOut int64  `json:"went_out"` // entries that we had for it
	Awaits  int    `json:"awaits"`   // what waits for our side now
}

// AwaitingItem is one thing that waits for our side.
type AwaitingItem struct {
	Matter  string               `json:"matter"`
	What    string               `json:"what"` // message key, as in "awaits.seal"
	Params  map[string]string    `json:"params,omitempty"`
	Named   map[string]lang.Text `json:"named,omitempty"`   // parameters that are words in several languages
	Title   lang.Text            `json:"title,omitempty"`   // of the matter, if it has one
	Act     string               `json:"act,omitempty"`     // type of the act that answers it
	Members []string             `json:"members,omitempty"` // who may, if that is known by name
	Due     string               `json:"due,omitempty"`     // day
	Held    string               `json:"held,omitempty"`    // the act of ours that answers it, or some of it, and waits for a second member
}

// Status looks at everything.
func (c *Chancery) Status(ctx context.Context) (Status, error) {
	all, err := c.Mechanisms(ctx)
	st := Status{Party: c.cfg.Party, Names: c.cfg.Names, Dir: c.dir, Mechanisms: all, Process: c.held()}
	if now := c.Rebuilding(); now.All > 0 {
		st.Rebuilding = &now
	}
	return st, err
}

// Mechanisms lists the mechanisms this node takes part in.
func (c *Chancery) Mechanisms(ctx context.Context) ([]MechanismStatus, error) {
	ids, err := c.node.Mechanisms(ctx)
	if err != nil {
		return nil, err
	}
	peers, err := c.Peers()
	if err != nil {
		return nil, err
	}
	lines := c.lineStatus(ctx)
	out := make([]MechanismStatus, 0, len(ids))
	for _, id := range ids {
		err := c.node.Snapshot(ctx, id, func(s *node.Snapshot) error {
			m, err := c.mechanismStatus(ctx, s)
			m.lines(s, lines[id], c.now())
			if now := c.Rebuilding(); now.Folding() {
				why := now.Why()
				m.Pen = Pen{State: "asks", Why: why.Key, Params: why.Params}
			}
			if err == nil {
				m.Witnesses, err = c.witnessStatus(s, peers)
			}
			if m.Pen.State == "rests" && m.Pen.Why != "" {
				m.Awaiting = append(m.Awaiting, AwaitingItem{Matter: "party/" + s.Self, What: m.Pen.Why, Params: m.Pen.Params})
			}
			for i, l := range m.Lines {
				m.Lines[i].Ways, m.Lines[i].Use = c.LineOf(ctx, s, l.Party)
			}
			out = append(out, m)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c *Chancery) mechanismStatus(ctx context.Context, s *node.Snapshot) (MechanismStatus, error) {
	now := c.now()
	doc := s.Charter().Document()
	m := MechanismStatus{Mech: s.ID, Name: doc.ID, Self: s.Self, State: "founding", Fingerprint: charter.Fingerprint(s.ID)}
	m.Title = doc.NameFor(s.Charter().SideOf(charter.PartyID(s.Self)))
	contested, err := s.Contested()
	if err != nil {
		return m, err
	}
	for _, l := range s.All {
		ls := LogStatus{Party: l.Party, Origin: l.Origin, Generation: l.Gen, Size: l.Size, Applied: l.Applied, Confirmed: map[string]int64{}}
		ls.Common, ls.Contested = contested[s.Slot(l)]
		for _, p := range doc.Parties {
			if string(p.ID) != l.Party {
				rc, _ := s.Receipt(p.ID, charter.PartyID(l.Party), l.Gen)
				ls.Confirmed[string(p.ID)] = rc.Size
			}
		}
		m.Logs = append(m.Logs, ls)
	}
	behind, err := s.ClockBehind(now)
	if err != nil {
		return m, err
	}
	m.ClockBehind = int64(behind / time.Second)
	if m.Evidence, err = evidenceIn(s); err != nil {
		return m, err
	}
	if m.Digest, err = c.glances.Digest(s); err != nil {
		return m, err
	}
	f, err := s.Founding()
	if err != nil {
		return m, err
	}
	if f.InForce() {
		m.State = "in force"
	}
	if err := m.succession(s); err != nil {
		return m, err
	}
	m.Awaiting, err = c.awaits(ctx, s)
	return m, err
}

// awaits lists what waits for our side, on the record and beside it.
func (c *Chancery) awaits(ctx context.Context, s *node.Snapshot) ([]AwaitingItem, error) {
	ours, err := c.Ours(ctx, s)
	if err != nil {
		return nil, err
	}
	items, err := awaiting.List(s, c.Glances(), c.now(), ours...)
	out := []AwaitingItem{}
	for _, i := range items {
		out = append(out, AwaitingItem{Matter: i.Matter, What: i.What, Params: i.Params, Named: i.Named, Title: i.Title, Act: i.Act, Members: i.Members, Due: i.Due, Held: i.Held})
	}
	return out, err
}

// known is what the core knows of a mechanism's counterparts.
type known struct {
	lines    []link.PartyStatus
	contacts map[string]node.Contact
	pen      node.Pen
	runs     bool
}

// lineStatus asks the core about its lines.
func (c *Chancery) lineStatus(ctx context.Context) map[string]known {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	out, _ := node.Look(ctx, c.node, func(core *node.Core) map[string]known { // a node that does not run has no lines to tell of
		out, contacts, pens := map[string]known{}, core.Contacts(), core.Pens()
		for mech, status := range core.Lines() {
			out[mech] = known{status, contacts[mech], pens[mech], true}
		}
		return out
	})
	return out
}

// lines tells of each counterpart what its conversation, its receipts and our memory of it say.
func (m *MechanismStatus) lines(s *node.Snapshot, k known, now time.Time) {
	m.Pen = penOf(k.pen, k.runs)
	for _, p := range k.lines {
		l := LineStatus{Party: p.Party, Connected: p.Connected, Route: p.Route, Newer: p.Newer, Older: p.Older, Holds: holdings(p.Holds)}
		l.Over, l.Full, l.OverAll, l.FullAll = untilStamp(p.Over), untilStamp(p.Full), p.Over == link.NoEnd, p.Full == link.NoEnd
		if rc, ok := s.Receipt(charter.PartyID(p.Party), charter.PartyID(s.Self), s.Newest(charter.PartyID(s.Self)).Gen); ok {
			own := s.Logs[s.Charter().Ordinal(charter.PartyID(s.Self))]
			l.Confirmed, l.ConfirmedAt = rc.Size, stamp(time.Unix(rc.Time, 0))
			l.ConfirmedTo = charter.ActID(charter.PartyID(s.Self), own.Gen, rc.Size-1)
		}
		if contact := k.contacts[p.Party]; !contact.Heard.IsZero() {
			l.remember(contact, now, len(m.Awaiting))
		}
		m.Lines = append(m.Lines, l)
	}
}

// holdings are heads by log.
func holdings(heads []link.Head) map[string]int64 {
	out := map[string]int64{}
	for _, h := range heads {
		out[h.Origin] = h.Size
	}
	return out
}

// ResumedShown is how long the end of a long silence is told.
const ResumedShown = 30 * 24 * time.Hour

func (l *LineStatus) remember(k node.Contact, now time.Time, awaits int) {
	l.Heard, l.Routes = stamp(k.Heard), map[string]string{}
	for route, at := range k.Routes {
		l.Routes[route] = stamp(at)
	}
	if !l.Connected {
		l.Silent = length(k.Heard, now)
	}
	if s := k.Silence; s != nil && now.Sub(s.Until) < ResumedShown {
		l.Resumed = &Resumed{From: stamp(s.From), Until: stamp(s.Until), Length: *length(s.From, s.Until), Route: s.Route, CameIn: s.CameIn(), WentOut: s.WentOut(), Awaits: awaits}
	}
}

func length(from, to time.Time) *Length {
	y, m, d := node.Elapsed(from, to)
	return &Length{y, m, d}
}

// untilStamp is a time in Unix seconds, "" for zero.
func untilStamp(seconds int64) string {
	if seconds == 0 {
		return ""
	}
	return stamp(time.Unix(seconds, 0))
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

var _ text.Status // what a text's Awaits is computed from
