package line

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"entente.example/internal/charter"
	"entente.example/lang"
)

// What became of a call, or of a time at which one was due. No two of these are ever shown, counted or exported as one.
const (
	Answered            = "answered"             // by a person
	MachineAcknowledged = "machine-acknowledged" // the other node has stored it; a person may still answer in time, or nobody was expected at the desk
	Unanswered          = "unanswered"           // machine-acknowledged, and no person within the agreed minutes
	Unreachable         = "unreachable"          // the other node had not stored it within the agreed minutes
	Suspended           = "suspended-by-notice"
	Calling             = "calling"    // just made
	NotCalled           = "not-called" // it was due and nobody called
)

// States lists them in the order in which they are told.
var States = []string{Answered, MachineAcknowledged, Unanswered, Unreachable, Suspended, Calling, NotCalled}

// StateKey is the message that names a state.
func StateKey(state string) string { return "line.state_" + strings.ReplaceAll(state, "-", "_") }

// DefaultMinutes is within how many minutes a person answers where nothing is agreed.
const DefaultMinutes = 30

// pouch is the route on which no minutes run: it travels by hand.
const pouch = "pouch"

// Row is one line of the history: a call at one party, a time at which nobody called, or a notice.
type Row struct {
	At       string          `json:"at"`            // when the call was made, or was due; by the clocks of who wrote
	Due      string          `json:"due,omitempty"` // the time of the schedule that it was made for
	Caller   charter.PartyID `json:"caller"`
	Callee   charter.PartyID `json:"callee,omitempty"`
	State    string          `json:"state"`
	Late     bool            `json:"late,omitempty"`     // a person answered, after the agreed minutes
	Seconds  int64           `json:"seconds,omitempty"`  // from call to answer
	Minutes  int             `json:"minutes,omitempty"`  // within which an answer was agreed
	Received string          `json:"received,omitempty"` // when the other node had stored it
	Answered string          `json:"answered,omitempty"`
	Route    string          `json:"route,omitempty"`    // by which the call came, as the other node saw it
	Back     string          `json:"back,omitempty"`     // by which the answer went, as that node saw it
	Unmanned bool            `json:"unmanned,omitempty"` // it had been announced that nobody would be at the desk
	Notice   string          `json:"notice,omitempty"`   // a suspension that was running, or that this row is
	Until    string          `json:"until,omitempty"`    // of a notice
	Check    string          `json:"check,omitempty"`    // act id of the call
	Answer   string          `json:"answer,omitempty"`   // act id of the answer
	By       string          `json:"by,omitempty"`       // the member who answered
	Sent     Payload         `json:"sent,omitzero"`
	Replied  Payload         `json:"replied,omitzero"`
	Note     lang.Text       `json:"note,omitempty"`
	index    int64           // of the call in its caller's log: of two within one second the later one
}

// View is what a history is computed from.
type View struct {
	Line   *State
	Months []*Month
	Now    time.Time
	// Stored says when a party confirmed by a receipt that it holds an entry of another's log; ok is false if it did not. Nil: no receipts are at hand.
	Stored func(holder charter.PartyID, call *Call) (at time.Time, ok bool)
}

// History lists everything that happened on the line, the newest first.
func (v View) History() []Row {
	var out []Row
	called := map[string]bool{}
	for _, m := range v.Months {
		for i := range m.Calls {
			c := &m.Calls[i]
			called[string(c.Party)+c.Check.Due] = c.Check.Due != ""
			for _, p := range c.Check.To {
				out = append(out, v.row(c, p))
			}
		}
	}
	out = append(out, v.missed(called)...)
	for _, n := range v.Line.Notices {
		r := Row{At: max(n.Terms.From, n.At), Caller: n.Party, State: Suspended, Notice: n.ID, Until: n.Terms.To, Note: n.Terms.Note}
		if n.Ended != "" {
			r.Until = n.Ended
		}
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b Row) int {
		if c := strings.Compare(b.At, a.At); c != 0 {
			return c
		}
		if c := cmp.Or(cmp.Compare(b.index, a.index), strings.Compare(a.Check, b.Check)); c != 0 {
			return c
		}
		return strings.Compare(string(a.Callee), string(b.Callee))
	})
	return out
}

// Run is a row of a history, or as many times at which nobody called as share one; First is the oldest of them.
type Run struct {
	Row
	Times int
	First string
}

// manyCalls is how many times without a call share a row.
const manyCalls = 4

// Runs sums a history up for people: times at which nobody called, if there are many on end, share a row, and so do those within one suspension.
func Runs(rows []Row) (out []Run) {
	for len(rows) > 0 {
		n := slices.IndexFunc(rows, func(r Row) bool {
			return r.Check != "" || r.Due == "" || r.State != rows[0].State || r.Notice != rows[0].Notice
		})
		if n < 0 {
			n = len(rows)
		}
		if n < manyCalls {
			n = 1
		}
		out = append(out, Run{Row: rows[0], Times: n, First: rows[n-1].At})
		rows = rows[n:]
	}
	return out
}

// row says what became of a call at one party. Facts stay as they are while a suspension is announced: a caller who keeps calling is recorded, and so is what came of it.
func (v View) row(c *Call, p charter.PartyID) Row {
	r := Row{At: c.At, Due: c.Check.Due, Caller: c.Party, Callee: p, Check: c.ID, index: c.Index, Sent: c.Check.Payload, Minutes: DefaultMinutes}
	if s := v.Line.Proposal(c.Check.Schedule); s != nil && s.AgreedByAll() {
		r.Minutes = s.Terms.Minutes
	}
	made := read(c.At)
	if n := v.Line.Suspended(made, c.Party, p); n != nil {
		r.Notice = n.ID
	}
	if d := v.Line.Unmanned(made, p); d != nil {
		r.Unmanned, r.Note = true, d.Note
	}
	deadline := made.Add(time.Duration(r.Minutes) * time.Minute)
	leg := c.Legs[p]
	if leg == nil {
		leg = new(Leg)
	}
	r.Received, r.Route = leg.Received, leg.Route
	if r.Received == "" && v.Stored != nil {
		if at, ok := v.Stored(p, c); ok {
			r.Received = Stamp(at)
		}
	}
	byHand := r.Route == pouch
	intime := r.Received != "" && (byHand || !read(r.Received).After(deadline))
	switch {
	case leg.Answered != "":
		r.State, r.Answered, r.Answer, r.By, r.Back, r.Replied = Answered, leg.Answered, leg.AnswerID, leg.Member, leg.Answer.Route, leg.Answer.Payload
		if len(leg.Answer.Note) > 0 {
			r.Note = leg.Answer.Note
		}
		r.Seconds = max(int64(read(leg.Answered).Sub(made)/time.Second), 0)
		r.Late = !byHand && read(leg.Answered).After(deadline)
	case intime && (byHand || r.Unmanned || !v.Now.After(deadline)):
		r.State = MachineAcknowledged
	case intime:
		r.State = Unanswered
	case v.Now.After(deadline):
		r.State = Unreachable
	default:
		r.State = Calling
	}
	return r
}

// maxMissed is how far back times without a call are looked for.
const maxMissed = 366 * 24 * time.Hour

// missed lists the times at which a call was due, the time for it is over, and nobody made it.
func (v View) missed(called map[string]bool) []Row {
	var out []Row
	for _, s := range v.Line.Slots(v.Now.Add(-maxMissed), v.Now) {
		at := Stamp(s.At)
		if called[string(s.Caller)+at] || !v.Now.After(s.At.Add(time.Duration(s.Minutes)*time.Minute)) {
			continue
		}
		r := Row{At: at, Due: at, Caller: s.Caller, State: NotCalled, Minutes: s.Minutes}
		if n := v.Line.Suspended(s.At, append(s.Callees, s.Caller)...); n != nil {
			r.State, r.Notice = Suspended, n.ID
		}
		out = append(out, r)
	}
	return out
}

func read(s string) time.Time {
	t, _ := instant(s) // Check has read it, or Stamp wrote it
	return t
}

// Turn is what the line asks of a party now.
type Turn struct {
	Call    *Slot // it is our turn to call, and nobody has; nil if not
	Answers []Row // calls to us that no person has answered
	Agree   []Proposal
	Next    *Slot // the next call that is due, whoever makes it; none that a suspension by notice takes away
}

// stillAsked is how long a call that was due, or that nobody answered, waits among what awaits a party.
const stillAsked = 24 * time.Hour

// Turn computes what the line asks of a party.
func (v View) Turn(me charter.PartyID) Turn {
	t := Turn{Agree: v.Line.Open(me)}
	rows := v.History()
	for _, s := range v.Line.Slots(v.Now.Add(-stillAsked), v.Now.Add(maxMissed)) {
		rests := v.Line.rests(s)
		if s.At.After(v.Now) {
			if rests {
				continue
			}
			t.Next = &s
			break
		}
		t.Call = nil
		made := slices.ContainsFunc(rows, func(r Row) bool { return r.Check != "" && r.Caller == me && r.Due == Stamp(s.At) })
		if s.Caller == me && !made && !rests {
			t.Call = &s
		}
	}
	newest := map[charter.PartyID]bool{}
	for _, r := range rows {
		if r.Callee != me || r.Check == "" {
			continue
		}
		if !newest[r.Caller] && r.State != Answered && (v.Now.Sub(read(r.At)) < stillAsked || r.Route == pouch) {
			t.Answers = append(t.Answers, r)
		}
		newest[r.Caller] = true
	}
	return t
}

// Find returns a call by its act id, with the month it stands in.
func (v View) Find(id string) (*Call, bool) {
	for _, m := range v.Months {
		if i := m.index(id); i >= 0 {
			return &m.Calls[i], true
		}
	}
	return nil, false
}
