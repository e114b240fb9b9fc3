package worked

import (
	"slices"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/silence"
	"entente.example/internal/text"
	"entente.example/lang"
)

// Silence is a silence procedure as it went.
type Silence struct {
	ID         string                     `json:"id"`
	Subject    lang.Text                  `json:"subject"`
	Circulated string                     `json:"circulated"`
	Receipts   map[charter.PartyID]string `json:"receipt_confirmed"` // "" for none
	Starts     string                     `json:"clock_starts"`      // "" if it never does
	Expires    string                     `json:"expires"`
	Broken     *struct {
		By charter.PartyID `json:"by"`
		At string          `json:"at"`
	} `json:"broken"`
}

// Procedure is one procedure: circulated by the first party, received by the others when they did, broken if it was. Each is a step at its own instant, because the instants are what counts.
func (ex *Example) Procedure(p Silence) []Step {
	matter := "silence/" + p.ID
	by := ex.Parties[0].ID
	step := func(at, sentence string, party charter.PartyID, body entry.Body) Step {
		say := lang.Text{}
		for tag, title := range p.Subject {
			say[tag] = ex.sentence(sentence, "party", string(party), "title", title)[tag]
		}
		return Step{At: instant(at), Say: say, Moves: []Move{{Party: party, Member: ex.member(party, "hod"), Matter: matter,
			Bodies: func(*text.State, *charter.State) ([]entry.Body, error) { return []entry.Body{body}, nil }}}}
	}
	out := []Step{step(p.Circulated, "circulate", by, silence.Circulate{Title: p.Subject, Text: p.Subject})}
	for _, party := range ex.Parties {
		if at := p.Receipts[party.ID]; at != "" && party.ID != by {
			out = append(out, step(at, "received", party.ID, silence.Receive{}))
		}
	}
	if p.Broken != nil {
		out = append(out, step(p.Broken.At, "broken", p.Broken.By, silence.Break{}))
	}
	slices.SortStableFunc(out, func(a, b Step) int { return a.At.Compare(b.At) })
	return out
}
