package glance

import "entente.example/internal/text"

// Resting is a paragraph that cites a founding document or one principle of it, or an adopted text or one paragraph of it, and the commitments that come from the citing paragraph.
type Resting struct {
	Document    string      `json:"document,omitzero"`
	Principle   int         `json:"principle,omitzero"` // 0: the whole document
	Earlier     string      `json:"earlier,omitzero"`   // id of the adopted text
	Place       text.ParaID `json:"place,omitzero"`     // its paragraph; "": the whole text
	Text        string      `json:"text"`
	Paragraph   text.ParaID `json:"paragraph"`
	Label       string      `json:"label"`
	Commitments []string    `json:"commitments"`
}

// Rests lists what rests on a founding document, in the order of the texts and their paragraphs. Paragraphs that were left out of their text are not among them.
func (g *Glance) Rests(document string) []Resting {
	return g.resting(func(r Resting) bool { return r.Earlier == "" && r.Document == document })
}

// RestsOnText lists what rests on an adopted text, in the same order.
func (g *Glance) RestsOnText(id string) []Resting {
	return g.resting(func(r Resting) bool { return r.Earlier == id })
}

func (g *Glance) resting(on func(Resting) bool) []Resting {
	out := []Resting{}
	for _, t := range g.texts {
		for _, r := range t.Cites {
			if !on(r) {
				continue
			}
			from := r.Text + "#" + string(r.Paragraph)
			for _, m := range g.Kind("commitment") {
				if m.From == from {
					r.Commitments = append(r.Commitments[:len(r.Commitments):len(r.Commitments)], m.ID)
				}
			}
			out = append(out, r)
		}
	}
	return out
}
