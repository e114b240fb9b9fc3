package web

import (
	"slices"
	"strings"

	"entente.example/entry"
	"entente.example/internal/locale"
	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// revisions are the forms that change the paragraphs themselves.
var revisions = []string{"insert", "omit", "move", "split", "merge", "cite", "several", "reword"}

func (f *actForm) revises() bool { return slices.Contains(revisions, f.Act) }

func (f *actForm) many(id text.ParaID, tag lang.Tag, words string) {
	if f.Many[id] == nil {
		f.Many[id] = lang.Text{}
	}
	f.Many[id][tag] = words
}

// revise makes the act that changes paragraphs. What the form leaves out, ids and labels, the node fills in.
func (f *actForm) revise(t *view.Text) (entry.Body, error) {
	p, ok := t.Paragraph(f.Paragraph)
	if !ok && f.Act != "several" {
		return nil, refusal.New(refusal.Missing, "web.no_paragraph", "paragraph", string(f.Paragraph))
	}
	behind := func(id text.ParaID) *text.Place { return &text.Place{After: id} }
	b := text.Revise{Note: f.Note}
	switch f.Act {
	case "insert":
		b.Items = []text.Revision{{Text: f.Text, Place: behind(f.Place), New: &text.NewParagraph{Kind: f.Kind, Cites: f.cites()}}}
	case "omit":
		b.Items = []text.Revision{{Paragraph: f.Paragraph, Omit: true}}
	case "move":
		b.Items = []text.Revision{{Paragraph: f.Paragraph, Of: f.Wording, Place: behind(f.Place)}}
	case "split":
		b.Whole = true
		b.Items = []text.Revision{{Paragraph: f.Paragraph, Of: f.Wording, Text: f.Text},
			{Text: f.Rest, Place: behind(f.Paragraph), New: &text.NewParagraph{Kind: p.Kind, From: []text.ParaID{f.Paragraph}, Topics: p.Topics, Cites: f.cites()}}}
	case "merge":
		b.Whole = true
		b.Items = []text.Revision{{Paragraph: f.Paragraph, Of: f.Wording, Text: f.Text}, {Paragraph: f.With, Omit: true, Into: f.Paragraph}}
	case "cite":
		cites := f.cites()
		if text.SameCites(cites, marks(p)) {
			return nil, refusal.New(refusal.Invalid, "web.rests_already", "paragraph", p.Label)
		}
		b.Items = []text.Revision{{Paragraph: f.Paragraph, Of: f.Wording, Cites: &cites}}
	case "reword":
		of := p.Wording(f.Wording)
		if !slices.ContainsFunc(t.Languages, func(tag lang.Tag) bool { return f.Text[tag] != lang.Normalise(of.Plain(tag)) }) {
			return nil, refusal.New(refusal.Invalid, "web.nothing_revised")
		}
		b.Items = []text.Revision{{Paragraph: f.Paragraph, Of: f.Wording, Text: f.Text}}
	case "several":
		b.Whole, b.Items = f.Whole, f.severally(t)
		if len(b.Items) == 0 {
			return nil, refusal.New(refusal.Invalid, "web.nothing_revised")
		}
	}
	return b, nil
}

// marks are what a paragraph rests on, as acts spell it.
func marks(p *view.Paragraph) (out []string) {
	for _, c := range p.Cites {
		out = append(out, c.Mark())
	}
	return out
}

// cites are what a paragraph is to rest on, each once.
func (f *actForm) cites() []string {
	out := []string{}
	for _, mark := range append(slices.Clone(f.Cites), strings.Fields(f.Cited)...) {
		if mark != "" && !slices.Contains(out, mark) {
			out = append(out, mark)
		}
	}
	return out
}

// severally is what was changed of several paragraphs.
func (f *actForm) severally(t *view.Text) (out []text.Revision) {
	for _, p := range t.Paragraphs {
		if slices.Contains(f.Omitted, p.ID) {
			out = append(out, text.Revision{Paragraph: p.ID, Omit: true})
			continue
		}
		words := f.Many[p.ID]
		if slices.ContainsFunc(words.Tags(), func(tag lang.Tag) bool { return words[tag] != lang.Normalise(p.Main.Plain(tag)) }) {
			out = append(out, text.Revision{Paragraph: p.ID, Of: p.Main.ID, Text: words})
		}
	}
	return out
}

// revisePage is where the paragraphs themselves are changed: one of them, or several at once.
type revisePage struct {
	Frame  frame
	T      view.Text
	Chosen []*view.Paragraph
	Form   *actForm // one that came back
	Can    view.Citable
	Of     view.Wording // alternative that is to be amended; none if it has no id
}

// keeps reports whether a form begins with what the paragraph rests on.
func keeps(act string) bool { return act == "split" || act == "cite" }

// Cites reports whether something is ticked in a form: as it came back, else what a paragraph that is to be split or to rest on something else rests on.
func (p *revisePage) Cites(act string, of *view.Paragraph, mark string) bool {
	if p.Form != nil && p.Form.Act == act {
		return slices.Contains(p.Form.Cites, mark)
	}
	return keeps(act) && slices.ContainsFunc(of.Cites, func(c view.Cite) bool { return c.Mark() == mark })
}

// Written is what stands in the field for what is not offered: as it came back, else what the paragraph rests on beside.
func (p *revisePage) Written(act string, of *view.Paragraph) string {
	if p.Form != nil && p.Form.Act == act {
		return p.Form.Cited
	}
	var out []string
	for _, c := range of.Cites {
		if keeps(act) && !slices.Contains(p.offered(), c.Mark()) {
			out = append(out, c.Mark())
		}
	}
	return strings.Join(out, "\n")
}

// offered is everything that can be ticked.
func (p *revisePage) offered() (out []string) {
	for _, d := range p.Can.Documents {
		out = append(out, d.ID)
		for i := range d.Principles {
			out = append(out, view.Cite{Document: d.Document, Principle: i + 1}.Mark())
		}
	}
	for _, t := range p.Can.Texts {
		out = append(out, view.Cite{Text: t.ID}.Mark())
		for _, q := range t.Paragraphs {
			out = append(out, view.Cite{Text: t.ID, Place: q.ID}.Mark())
		}
	}
	return out
}

func (p *revisePage) template() string { return "revise" }
func (p *revisePage) frame() *frame    { return &p.Frame }

// One is the paragraph, if only one was chosen.
func (p *revisePage) One() *view.Paragraph {
	if len(p.Chosen) == 1 {
		return p.Chosen[0]
	}
	return nil
}

// Next is the paragraph behind the chosen one, or the one before the last.
func (p *revisePage) Next() *view.Paragraph {
	i := slices.IndexFunc(p.T.Paragraphs, func(q view.Paragraph) bool { return q.ID == p.Chosen[0].ID })
	switch {
	case i >= 0 && i+1 < len(p.T.Paragraphs):
		return &p.T.Paragraphs[i+1]
	case i > 0:
		return &p.T.Paragraphs[i-1]
	}
	return nil
}

// Back is a form as it came back, empty if it did not.
func (p *revisePage) Back(act string) *actForm {
	if p.Form != nil && p.Form.Act == act {
		return p.Form
	}
	return &actForm{}
}

// Is reports whether a paragraph is chosen.
func (p *revisePage) Is(id text.ParaID) bool {
	return slices.ContainsFunc(p.Chosen, func(q *view.Paragraph) bool { return q.ID == id })
}

// Left reports whether a paragraph was to be left out in a form that came back.
func (p *revisePage) Left(id text.ParaID) bool {
	return p.Form != nil && slices.Contains(p.Form.Omitted, id)
}

// Text is what stands in a field: what was written, else the wording as it is.
func (p *revisePage) Text(act string, of *view.Paragraph, tag lang.Tag) string {
	switch {
	case p.Form != nil && p.Form.Act == "several" && act == "several":
		return p.Form.Many[of.ID][tag]
	case p.Form != nil && p.Form.Act == act:
		return p.Form.Text[tag]
	case act == "reword":
		return p.Of.Plain(tag)
	case act == "merge":
		if next := p.Next(); next != nil && next.Main.Plain(tag) != "" {
			return joint(tag, of.Main.Plain(tag), next.Main.Plain(tag))
		}
	}
	return of.Main.Plain(tag)
}

// joint puts two wordings behind each other as a language writes them.
func joint(tag lang.Tag, a, b string) string {
	if tag == lang.Japanese || tag == lang.Chinese || tag == "zh-Hant" {
		return a + b
	}
	return a + " " + b
}

func (s *Site) revise(v *visit) (page, error) { return s.reviseWith(v, nil, nil) }

// reviseWith draws the forms, with one that was refused kept as it was filled in.
func (s *Site) reviseWith(v *visit, form *actForm, refused error) (page, error) {
	t, err := s.o.Source.Text(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PathValue("text"))
	if err != nil {
		return nil, err
	}
	p := &revisePage{Frame: v.inside(&t.Chrome, "text/"+t.ID), T: t, Form: form}
	p.Frame.Live = "" // nothing moves under somebody who writes
	_, title := t.Title.Pick(v.lang, t.Drafting)
	p.Frame.Title = locale.Message(v.lang, "revise.title", refusal.Params{"title": title})
	p.Frame.refused(v, refused)
	wanted := func(id text.ParaID) bool {
		if form == nil {
			return slices.Contains(v.r.URL.Query()["paragraphs"], string(id))
		}
		return id == form.Paragraph || form.Many[id] != nil
	}
	for i := range p.T.Paragraphs {
		if wanted(p.T.Paragraphs[i].ID) {
			p.Chosen = append(p.Chosen, &p.T.Paragraphs[i])
		}
	}
	if one := p.One(); one != nil {
		of := text.WordingID(v.r.URL.Query().Get("of"))
		if form != nil && form.Act == "reword" {
			of = form.Wording
		}
		if of != one.Main.ID {
			p.Of = one.Wording(of)
		}
		p.Can, err = s.o.Source.Citable(v.r.Context(), v.session.Member, t.Ref, t.ID)
	}
	return p, err
}
