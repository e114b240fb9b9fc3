package view

import (
	"slices"

	"entente.example/internal/text"
)

// Below are the sub-paragraphs of a paragraph, of all depths, in order.
func (t *Text) Below(id text.ParaID) []*Paragraph {
	i := slices.IndexFunc(t.Paragraphs, func(p Paragraph) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	var out []*Paragraph
	for j := i + 1; j < len(t.Paragraphs) && text.Deep(t.Paragraphs[j].Kind) > text.Deep(t.Paragraphs[i].Kind); j++ {
		out = append(out, &t.Paragraphs[j])
	}
	return out
}
