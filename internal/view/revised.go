package view

import (
	"entente.example/internal/conflict"
	"entente.example/internal/text"
)

func labelsOf(t *text.State, ids []text.ParaID) []string {
	var out []string
	for _, id := range ids {
		if p := t.Para(id); p != nil {
			out = append(out, p.Label)
		}
	}
	return out
}

// number gives a paragraph the label that it has once the text is frozen, or says which it will have.
func (p *Paragraph) number(final string, frozen bool) {
	switch {
	case final == "" || final == p.Label:
	case frozen:
		p.Label = final
	default:
		p.Final = final
	}
}

// revised says what a wording changes beside the words: whether the paragraph is there, where it stands, and what is proposed with it.
func (f From) revised(t *text.State, p *text.Para, w *text.Wording, out *Wording) {
	one := func(id text.ParaID) string {
		if q := t.Para(id); q != nil {
			return q.Label
		}
		return ""
	}
	out.Omit, out.Into = w.Omit, one(w.Into)
	if w.Place != nil {
		out.Placed, out.Behind = true, one(w.Place.After)
	}
	if of := p.Wording(w.Of); of != nil {
		out.Of, out.Orphan = of.Label, p.Orphan(w)
	}
	k := t.Proposal(w.ID)
	if k == nil {
		return
	}
	out.Whole = k.Whole
	for _, id := range k.Paragraphs {
		if id != p.ID {
			out.With = append(out.With, one(id))
		}
	}
}

// marked says of each proposal of a paragraph what has become of its ground, and which others cannot be taken together with it. That the wording which one starts from was withdrawn stands beside its label already.
func marked(on *conflict.Table, p *text.Para, out *Paragraph) {
	all := on.Paragraph(p)
	marks := func(w *Wording) {
		for _, m := range all[w.ID] {
			if m.Kind == conflict.BaseWithdrawn {
				continue
			}
			w.Marks = append(w.Marks, Mark{Key: "conflict." + m.Kind, Labels: m.Labels, Languages: m.Languages})
		}
	}
	marks(&out.Main)
	for i := range out.Alternatives {
		marks(&out.Alternatives[i])
	}
}
