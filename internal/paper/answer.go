package paper

import (
	"slices"
	"strings"

	"entente.example/internal/charter"
)

// What a paper asks of a party that it is put to.
const (
	AsksReply     = "reply"     // some party of the side it is put to answers
	AsksAgreement = "agreement" // every party it is put to repeats the note, or answers otherwise
)

// Asks says which answer the paper asks of a party, whether or not it has come: AsksReply, AsksAgreement, or "" for none.
func (s *State) Asks(c *charter.State, p charter.PartyID) string {
	switch {
	case s.Sent == nil || s.Withdrawn != nil || s.Sent.Party == p || !slices.Contains(s.Sent.To, c.SideOf(p)) || s.Sent.Agrees != "":
		return ""
	case s.Sent.Kind == "exchange_of_notes":
		return AsksAgreement
	case s.Sent.Purpose == "reply_expected" || s.Sent.Purpose == "agreement":
		return AsksReply
	}
	return ""
}

// Answers reports whether what is asked of a party is answered by a paper that another party, or the same, sent in reply.
func Answers(c *charter.State, asked string, p, by charter.PartyID) bool {
	return by == p || asked == AsksReply && c.SideOf(by) == c.SideOf(p)
}

// Due is the day of the deadline by UTC, so that every node has the same; "" if there is none.
func (s *State) Due() string {
	if s.Sent == nil {
		return ""
	}
	day, _, _ := strings.Cut(s.Sent.Deadline, "T")
	return day
}

// Reply is how a party begins the paper that answers this one: in the same form, to whoever sent it and to everybody else it went to. With agree it repeats the note word for word and names its digest,
// as the reply in an exchange of notes does.
func (s *State) Reply(c *charter.State, me charter.PartyID, agree bool) Send {
	b := Send{Kind: s.Sent.Kind, To: []string{s.Sent.Side}, Title: s.Sent.Title, ReplyTo: s.ID}
	if b.Kind == "demarche" { // which is made by word of mouth
		b.Kind = "note_verbale"
	}
	for _, side := range s.Sent.To {
		if side != s.Sent.Side && side != c.SideOf(me) {
			b.To = append(b.To, side)
		}
	}
	if agree {
		b.Text, b.Purpose, b.Agrees = s.Sent.Text, "agreement", s.Sent.Digest
	}
	return b
}

// Exchange is how far the answers to a paper have come.
type Exchange struct {
	Agreement bool       `json:"agreement"` // an exchange of notes that has become an agreement
	Due       string     `json:"due,omitzero"`
	Replies   []Answered `json:"replies"`
	Awaited   []Awaited  `json:"awaited"` // parties whose answer is missing
}

// Answered is a paper in reply.
type Answered struct {
	ID        string          `json:"id"`
	Party     charter.PartyID `json:"party"`
	At        string          `json:"at"`
	Agrees    bool            `json:"agrees"` // it repeats exactly this note
	Withdrawn bool            `json:"withdrawn"`
}

// Awaited is a party whose answer is asked for.
type Awaited struct {
	Party charter.PartyID `json:"party"`
	Asked string          `json:"asked"` // AsksReply or AsksAgreement
}

// Exchange says which answers came, and which are missing. replies are the papers that answer this one.
func (s *State) Exchange(c *charter.State, replies []*State) Exchange {
	out := Exchange{Agreement: s.Constituted(c, replies), Due: s.Due(), Replies: []Answered{}, Awaited: []Awaited{}}
	for _, r := range replies {
		if r.Sent != nil && r.Sent.ReplyTo == s.ID {
			out.Replies = append(out.Replies, Answered{r.ID, r.Sent.Party, r.Sent.At, s.Sent != nil && r.Sent.Agrees == s.Sent.Digest, r.Withdrawn != nil})
		}
	}
	for _, p := range c.Document().Parties {
		asked := s.Asks(c, p.ID)
		if asked != "" && !slices.ContainsFunc(out.Replies, func(r Answered) bool { return !r.Withdrawn && Answers(c, asked, p.ID, r.Party) }) {
			out.Awaited = append(out.Awaited, Awaited{p.ID, asked})
		}
	}
	return out
}
