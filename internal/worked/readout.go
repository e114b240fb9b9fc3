package worked

import (
	"fmt"
	"strings"

	"entente.example/internal/charter"
	"entente.example/internal/meeting"
	"entente.example/internal/readout"
	"entente.example/lang"
)

// Readout is a readout, or a statement of disagreement with a sentence of one.
type Readout struct {
	ID         string          `json:"id"`
	By         charter.PartyID `json:"by"`
	Points     []string        `json:"points"`
	Attributed []struct {
		To        string    `json:"to"`
		Statement lang.Text `json:"statement"`
	} `json:"attributes_to_other"`
	About string    `json:"about"` // r-cn#attributes_to_other/0
	Text  lang.Text `json:"text"`
}

// ReadoutID is a readout's id on the record: by whose it is, since the file's own names a country.
func (r Readout) ReadoutID() string { return "r-" + string(r.By) }

// attributed is the id of a sentence that reports words of the other side.
func attributed(n string) string { return "other-" + n }

// readouts are published one after the other, without a comparison; then what is disputed.
func (ex *Example) readouts() Step {
	s := Step{At: day("2025-01-14", 13), Say: ex.sentence("readouts")}
	side := func(p charter.PartyID) string {
		for _, x := range ex.Parties {
			if x.ID == p {
				return x.Side
			}
		}
		return ""
	}
	theme := lang.Text{lang.English: "The ninth meeting", lang.Chinese: "第九次会议", lang.Japanese: "第9回会合"}
	for _, r := range ex.Readouts {
		if r.About != "" {
			of, n, _ := strings.Cut(r.About, "#attributes_to_other/")
			for _, o := range ex.Readouts {
				if o.ID == of {
					s.Moves = append(s.Moves, ex.by(side(r.By), "sec", "readout/"+o.ReadoutID(), readout.Dispute{Sentence: attributed(n), Kind: "not_said", Text: r.Text}))
				}
			}
			continue
		}
		put := readout.Put{Title: theme, Of: meeting.Matter(mainSeries, 9)}
		for i, p := range r.Points {
			put.Sentences = append(put.Sentences, readout.Sentence{ID: fmt.Sprint("point-", i+1), Text: lang.Text{lang.English: p}})
		}
		for i, a := range r.Attributed {
			put.Sentences = append(put.Sentences, readout.Sentence{ID: attributed(fmt.Sprint(i)), Text: a.Statement, To: a.To})
		}
		s.Moves = append(s.Moves, ex.by(side(r.By), "sec", "readout/"+r.ReadoutID(), put, readout.Publish{}))
	}
	return s
}
