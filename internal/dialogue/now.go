package dialogue

import (
	"slices"
	"strings"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/commitment"
	"entente.example/internal/concern"
	"entente.example/internal/glossary"
	"entente.example/internal/guest"
	"entente.example/internal/meeting"
	"entente.example/internal/minutes"
	"entente.example/internal/outsider"
	"entente.example/internal/paper"
	"entente.example/internal/readout"
	"entente.example/internal/silence"
	"entente.example/internal/topic"
	"entente.example/lang"
)

// Now is where a matter stands: what follows from everything that was said and is written in no act alone. What means nothing for the kind of matter is left out.
type Now struct {
	Status   string      `json:"status,omitzero" doc:"As docs/dialogue.md has it for kinds with a table there. Of an issue one_sided, shared or rests; of a meeting planned, postponed, held or convened_twice; of a commitment or a word proposed or agreed"`
	Title    lang.Text   `json:"title,omitempty" doc:"Of an issue, a commitment or a word, as it stands"`
	Agreed   bool        `json:"agreed,omitzero" doc:"Everybody who has to stands behind that title"`
	Sides    []string    `json:"sides,omitempty" doc:"Whose parties have raised the issue"`
	Due      string      `json:"due,omitzero" doc:"Day by which something is due on it; that of a paper or a commitment stands when it is done, too"`
	Overdue  bool        `json:"overdue,omitzero"`
	From     string      `json:"from,omitzero" doc:"First day of a meeting: as agreed, else as entered"`
	Until    string      `json:"until,omitzero" doc:"Its last day"`
	Places   []lang.Text `json:"places,omitempty" doc:"Where a meeting is to be: as agreed with its days, else as entered"`
	Agenda   string      `json:"agenda,omitzero" doc:"Digest of the items of a meeting's agenda: what meeting.adopt names"`
	Turn     string      `json:"turn,omitzero" doc:"Side whose turn it is to be host"`
	Begins   string      `json:"begins,omitzero" doc:"Instant from which the time of a silence procedure runs; none while a receipt is missing"`
	Ends     string      `json:"ends,omitzero" doc:"Instant at which it is over"`
	Open     []string    `json:"open,omitempty" doc:"Paragraphs of minutes that have no wording behind which every party stands"`
	Disputed int         `json:"disputed,omitzero" doc:"How many sentences of a readout somebody disputes"`

	Break   *meeting.Break        `json:"break,omitempty" doc:"The break before a meeting, if it was a long one"`
	Matrix  []commitment.Cell     `json:"matrix,omitempty" doc:"Each owner's own newest report on a commitment beside the newest assessments by the others; nothing makes an average of them"`
	Reviews []commitment.Reviewed `json:"reviews,omitempty" doc:"What each review session came to about a side: agreed if every party gave the same step, else each party's"`
	Awaits  []Waiting             `json:"awaits,omitempty" doc:"What waits for which party"`
	Offers  []string              `json:"offers,omitempty" doc:"Acts that make sense for our party"`
}

// Waiting is one thing that waits for a party.
type Waiting struct {
	Party charter.PartyID `json:"party"`
	For   string          `json:"for" doc:"As in concern_answer"`
	Due   string          `json:"due,omitzero" doc:"Day"`
}

// Stands says where a matter stands, as a party's reader sees it at a time.
func Stands(c *charter.State, me charter.PartyID, state any, at time.Time) Now {
	n := standing(c, state, at)
	for _, p := range c.Document().Parties {
		for _, a := range Awaits(c, p.ID, state) {
			if !Over(a.Until, at) {
				n.Awaits = append(n.Awaits, Waiting{p.ID, strings.TrimPrefix(a.What, "awaits."), a.Due})
			}
		}
	}
	if o, ok := state.(Offering); ok {
		n.Offers = o.Offers(c, me)
	}
	return n
}

func standing(c *charter.State, state any, at time.Time) (n Now) {
	today := at.UTC().Format(time.DateOnly)
	switch s := state.(type) {
	case *meeting.State:
		return ofMeeting(c, s)
	case *topic.State:
		n.Title, n.Agreed = s.Neutral(c)
		n.Status, n.Sides = s.Status(c), s.RaisedBy(c)
	case *concern.State:
		n.Status, n.Due, n.Overdue = s.Status(c), s.Due(c), s.Overdue(c, today)
	case *commitment.State:
		return ofCommitmentNow(c, s, today)
	case *paper.State:
		n.Status, n.Due = s.Status(c), s.Due()
	case *silence.State:
		return ofSilence(c, s, at)
	case *readout.State:
		n.Status, n.Disputed = s.Status(), s.Disputed()
	case *minutes.State:
		n.Status = s.Status(c)
		for _, p := range s.Paragraphs {
			if p.Agreed(c) == nil {
				n.Open = append(n.Open, p.ID)
			}
		}
	case *glossary.State:
		if now, agreed := s.Standing(c); now != nil {
			n.Title, n.Agreed, n.Status = now.Term, agreed, settled(agreed)
		}
	case *guest.State:
		if now := s.Now(c); now != nil {
			n.Status = now.Status(c)
		}
	case *outsider.State:
		if now := s.Now(c); now != nil {
			n.Status = now.Status(c)
		}
	}
	return n
}

func settled(agreed bool) string {
	if agreed {
		return "agreed"
	}
	return "proposed"
}

func ofMeeting(c *charter.State, s *meeting.State) (n Now) {
	if s.Meeting == nil {
		return n
	}
	n.From, n.Until = s.Days(c)
	n.Agenda = s.Agenda.Digest()
	for _, v := range s.Where(c) {
		n.Places = append(n.Places, v.City)
	}
	switch {
	case s.Twice():
		n.Status = "convened_twice"
	case s.PutOff(c) != nil:
		n.Status = "postponed"
	default:
		n.Status = s.Meeting.Status
	}
	return n
}

func ofCommitmentNow(c *charter.State, s *commitment.State, today string) (n Now) {
	now, agreed := s.Standing(c)
	if now == nil {
		return n
	}
	return Now{Status: settled(agreed), Title: now.Title, Agreed: agreed, Due: now.Due, Overdue: s.Overdue(c, today), Matrix: s.Matrix(c), Reviews: s.Sessions(c)}
}

func ofSilence(c *charter.State, s *silence.State, at time.Time) (n Now) {
	if s.Circulated == nil {
		return n
	}
	n.Status = s.StatusAt(c, at)
	if begins, ok := s.Starts(c); ok {
		ends, _ := s.Expires(c)
		n.Begins, n.Ends = begins.UTC().Format(time.RFC3339), ends.UTC().Format(time.RFC3339)
	}
	return n
}

// InSeries adds to where a meeting stands what the others of its series say of it: whose turn it is to be host, and how long there was none before it.
func (n *Now) InSeries(c *charter.State, all []*meeting.State, m *meeting.Enter) {
	n.Turn = meeting.Turn(c.Document(), all, m)
	line := meeting.Timeline(all, m.Series)
	if i := slices.IndexFunc(line, func(i meeting.Item) bool { return i.Break != nil && i.Break.Before == m.Number }); i >= 0 {
		n.Break = line[i].Break
	}
}
