package chancery

import (
	"entente.example/internal/charter"
	"entente.example/internal/text"
)

// ParagraphNow is what a paragraph has come to: what its state holds as acts, computed.
type ParagraphNow struct {
	Status    string                     `json:"status" enum:"proposed,bracketed,ad_ref,agreed,omitted,withdrawn"`
	Wordings  map[text.WordingID]string  `json:"wordings" doc:"What each has come to: tabled, settled, alternative, not_taken, withdrawn"`
	Standings map[charter.PartyID]Stance `json:"standings,omitempty" doc:"Where each party stands that has said something which still counts"`
}

// Stance is where a party stands on a paragraph, as it counts.
type Stance struct {
	Level     string         `json:"level" enum:"support,bracket,ad_ref,confirmed,reopened"`
	Wording   text.WordingID `json:"wording"`
	Overtaken bool           `json:"overtaken,omitzero" doc:"It agreed, and the wording changed in the drafting language since: it counts as support"`
}

// paragraphsNow are the paragraphs of a text as its pages show them.
func paragraphsNow(c *charter.State, t *text.State, sum text.Status) map[text.ParaID]ParagraphNow {
	statuses := map[string]string{}
	for status, ids := range map[string][]string{text.InBracket: sum.Bracketed, text.AdRef: sum.AdRef, text.Agreed: sum.Agreed, text.Omitted: sum.Omitted, text.Withdrawn: sum.Withdrawn} {
		for _, id := range ids {
			statuses[id] = status
		}
	}
	out := map[text.ParaID]ParagraphNow{}
	for _, p := range t.Paragraphs {
		now := ParagraphNow{Status: statuses[string(p.ID)], Wordings: map[text.WordingID]string{}, Standings: map[charter.PartyID]Stance{}}
		if now.Status == "" {
			now.Status = text.Proposed
		}
		for _, w := range p.Wordings {
			now.Wordings[w.ID] = p.Fate(c, w, now.Status)
		}
		for _, party := range t.Sealers(c).Document().Parties {
			st, ok := t.Standing(c, p, party.ID)
			if w := p.Wording(st.Wording); !ok || st.Level == text.LevelSupport && (w == nil || w.Dropped != "") {
				continue // support of wording that was taken back has lapsed
			}
			now.Standings[party.ID] = Stance{Level: st.Level, Wording: st.Wording, Overtaken: st.Overtaken}
		}
		out[p.ID] = now
	}
	return out
}
