package chancery

import (
	"context"
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/line"
	"entente.example/internal/node"
	"entente.example/internal/situation"
	"entente.example/lang"
	"entente.example/refusal"
)

// HotLine is a line as it stands: its schedules, what is announced, and what it asks of our side.
type HotLine struct {
	ID      string          `json:"id"`
	State   *line.State     `json:"state"`
	InForce *line.Proposal  `json:"in_force,omitempty"` // the schedule that holds now
	Notices []line.Notice   `json:"notices,omitempty" doc:"Suspensions by notice that are running or are to come"`
	Next    *CallDue        `json:"next,omitempty" doc:"The next call that is due, whoever makes it; none that a suspension takes away"`
	Call    *CallDue        `json:"call,omitempty"` // it is our turn to call
	Answers []line.Row      `json:"answers"`        // calls to us that no person has answered
	Agree   []line.Proposal `json:"agree"`          // schedules that we have not agreed to
}

// CallDue is a call that is due.
type CallDue struct {
	At      string            `json:"at"`
	Caller  charter.PartyID   `json:"caller"`
	Callees []charter.PartyID `json:"callees"`
	Minutes int               `json:"minutes"`
}

// LineHistory is everything that happened on a line, the newest first, and what it comes to.
type LineHistory struct {
	Rows       []line.Row      `json:"rows"`
	Statistics line.Statistics `json:"statistics"`
}

// LineIDs lists the lines of a mechanism.
func (c *Chancery) LineIDs(ctx context.Context, mech string) (out []string, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		out, err = s.LineIDs()
		return err
	})
	return out, err
}

// HotLine returns one line.
func (c *Chancery) HotLine(ctx context.Context, mech, id string) (out HotLine, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		v, err := s.Line(id, c.now())
		if err != nil {
			return err
		}
		out = HotLine{ID: id, State: v.Line, InForce: v.Line.InForce(v.Now), Answers: []line.Row{}, Agree: []line.Proposal{}}
		out.Notices = v.Line.Standing(v.Now)
		turn := v.Turn(charter.PartyID(s.Self))
		out.Next, out.Call = callDue(turn.Next), callDue(turn.Call)
		out.Answers, out.Agree = append(out.Answers, turn.Answers...), append(out.Agree, turn.Agree...)
		return nil
	})
	return out, err
}

func callDue(s *line.Slot) *CallDue {
	if s == nil {
		return nil
	}
	return &CallDue{At: line.Stamp(s.At), Caller: s.Caller, Callees: s.Callees, Minutes: s.Minutes}
}

func partyIDs(s *node.Snapshot) []charter.PartyID {
	var out []charter.PartyID
	for _, p := range s.Charter().Document().Parties {
		out = append(out, p.ID)
	}
	return out
}

// LineHistory lists what happened on a line.
func (c *Chancery) LineHistory(ctx context.Context, mech, id string) (out LineHistory, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		v, err := s.Line(id, c.now())
		if err == nil {
			rows := v.History()
			out = LineHistory{Rows: append([]line.Row{}, rows...), Statistics: line.Counts(rows)}
		}
		return err
	})
	return out, err
}

// CallLine makes a call for a member: for the time that is due if it is our turn, to those whose turn it is to answer, or to those named. What is sent is drawn from the agreed pool.
func (c *Chancery) CallLine(ctx context.Context, mech, member, id string, to []charter.PartyID) ([]node.Posted, error) {
	if _, err := c.actor(ctx, mech, member, []entry.Body{line.Check{}}); err != nil {
		return nil, err
	}
	known := c.lineStatus(ctx)[mech]
	now := c.now()
	var body line.Check
	err := c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		v, err := s.Line(id, now)
		if err != nil {
			return err
		}
		me := charter.PartyID(s.Self)
		schedule := v.Line.InForce(now)
		body = line.Check{To: to, Payload: line.Draw(schedule, s.Logs[s.Charter().Ordinal(me)].Size, spoken(s.Charter(), me)...)}
		if schedule != nil {
			body.Schedule = schedule.ID
		}
		if turn := v.Turn(me); turn.Call != nil {
			body.Due = line.Stamp(turn.Call.At)
			if len(to) == 0 {
				body.To = turn.Call.Callees
			}
		}
		if len(body.To) == 0 {
			body.To = callees(s, me, schedule)
		}
		body.Routes = c.callRoutes(ctx, s, known, body.To)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return c.Act(ctx, mech, member, line.MonthMatter(id, now), body)
}

// spoken are the languages in which a party sends: its own, then the mechanism's drafting language.
func spoken(c *charter.State, p charter.PartyID) []lang.Tag {
	party, _ := c.Document().Party(p)
	return []lang.Tag{party.Language, c.Document().Drafting}
}

// callees are all the others of the schedule, or of the mechanism where none is agreed.
func callees(s *node.Snapshot, me charter.PartyID, schedule *line.Proposal) []charter.PartyID {
	all := partyIDs(s)
	if schedule != nil {
		all = schedule.Terms.Callers
	}
	var out []charter.PartyID
	for _, p := range all {
		if p != me {
			out = append(out, p)
		}
	}
	return out
}

// callRoutes says how each route to some parties stands: whether it is open, and when it last worked or was heard by.
func (c *Chancery) callRoutes(ctx context.Context, s *node.Snapshot, k known, to []charter.PartyID) []line.Route {
	var out []line.Route
	for _, p := range to {
		ways, _ := c.LineOf(ctx, s, string(p))
		for _, w := range ways {
			tested := k.contacts[string(p)].Routes[w.Route]
			for _, at := range []time.Time{w.Worked, w.Heard} {
				if at.After(tested) {
					tested = at
				}
			}
			r := line.Route{Party: p, Route: w.Route, Open: w.Open}
			if !tested.IsZero() {
				r.Tested = line.Stamp(tested)
			}
			if r.Open || r.Tested != "" {
				out = append(out, r)
			}
		}
	}
	return out
}

// AnswerLine answers a call for a member; without an id, the newest that no person has answered.
func (c *Chancery) AnswerLine(ctx context.Context, mech, member, id, check string, note lang.Text) ([]node.Posted, error) {
	if _, err := c.actor(ctx, mech, member, []entry.Body{line.Answer{}}); err != nil {
		return nil, err
	}
	body := line.Answer{Check: check, Note: note}
	var at time.Time
	err := c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		me := charter.PartyID(s.Self)
		v, err := s.Line(id, c.now())
		if err != nil {
			return err
		}
		if waiting := v.Turn(me).Answers; check == "" && len(waiting) > 0 {
			body.Check = waiting[0].Check
		}
		call, ok := v.Find(body.Check)
		switch {
		case !ok && check == "":
			return refusal.New(refusal.Missing, "line.nothing_to_answer")
		case !ok:
			return refusal.New(refusal.Missing, "line.no_check", "check", check)
		}
		at, _ = time.Parse(time.RFC3339, call.At)
		body.Payload = line.Draw(v.Line.Proposal(call.Check.Schedule), s.Logs[s.Charter().Ordinal(me)].Size, spoken(s.Charter(), me)...)
		if _, use := c.LineOf(ctx, s, string(call.Party)); use.Route != RouteNone {
			body.Route = use.Route
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return c.Act(ctx, mech, member, line.MonthMatter(id, at), body)
}

// Situation is the situation board: what each party declared, side by side in the charter's order.
func (c *Chancery) Situation(ctx context.Context, mech string) (out []*situation.State, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		out, err = s.Situations()
		return err
	})
	return out, err
}
