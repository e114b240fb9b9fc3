package worked

import (
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/text"
	"entente.example/lang"
)

// Rectification is the error that is found after adoption, and its correction.
type Rectification struct {
	Language  lang.Tag        `json:"language"`
	Paragraph string          `json:"paragraph"`
	Defective string          `json:"defective_as_adopted"`
	Corrected string          `json:"corrected"`
	By        charter.PartyID `json:"proposed_by"`
	Proposed  string          `json:"proposed"`
	Made      string          `json:"proces_verbal"`
	Symbol    string          `json:"symbol"`
}

func instant(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic("worked: " + err.Error()) // the example is embedded and tested
	}
	return t
}

// rectify proposes to correct the slip.
func (ex *Example) rectify() Step {
	r := ex.Errata
	return Step{At: instant(r.Proposed), Say: ex.sentence("rectify", "party", string(r.By)), Moves: []Move{{Party: r.By, Member: ex.member(r.By, "trans"), Matter: "text/" + ex.TextID(),
		Bodies: fixed(text.Rectify{Symbol: r.Symbol, Items: []text.Erratum{{Paragraph: text.ParaID(r.Paragraph), Language: r.Language, Defective: r.Defective, Corrected: r.Corrected}}})}}}
}

// attest is every party's attestation, when the time for objection is over.
func (ex *Example) attest() Step {
	s := Step{At: instant(ex.Errata.Made), Say: ex.sentence("attest", "symbol", ex.Errata.Symbol)}
	for _, p := range ex.Parties {
		s.Moves = append(s.Moves, Move{Party: p.ID, Member: ex.member(p.ID, "hod"), Matter: "text/" + ex.TextID(), Bodies: one(func(st *text.State, _ *charter.State) (entry.Body, error) {
			return text.Attest{Rectification: st.Rectifications[0].Act}, nil
		})})
	}
	return s
}
