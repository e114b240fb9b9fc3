package web

import (
	"slices"

	"entente.example/internal/locale"
	"entente.example/internal/redline"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// comparePage shows what has changed in a text between two moments.
type comparePage struct {
	Frame    frame
	T        view.Text
	From, To string
	All      bool // paragraphs that are as they were, too
	Letters  bool // characters are marked, not words
	Shown    []lang.Tag
	Found    *redline.Comparison // nil: a moment is not known
}

func (p *comparePage) template() string { return "compare" }
func (p *comparePage) frame() *frame    { return &p.Frame }

// IsShown reports whether a language has a column.
func (p *comparePage) IsShown(l lang.Tag) bool { return slices.Contains(p.Shown, l) }

// Rows are the paragraphs that the reader asked for.
func (p *comparePage) Rows() []redline.Paragraph {
	var out []redline.Paragraph
	for _, r := range p.Found.Paragraphs {
		if p.All || r.Kind != redline.Kept || r.Moved {
			out = append(out, r)
		}
	}
	return out
}

// compare shows two moments of a text beside each other.
func (s *Site) compare(v *visit) (page, error) {
	mech, id, q := v.r.PathValue("mech"), v.r.PathValue("text"), v.r.URL.Query()
	t, err := s.o.Source.Text(v.r.Context(), v.session.Member, mech, id)
	if err != nil {
		return nil, err
	}
	p := &comparePage{Frame: v.inside(&t.Chrome, "text/"+t.ID), T: t, From: q.Get("from"), To: q.Get("to"), All: q.Get("all") != "", Letters: q.Get("characters") != ""}
	p.Frame.Live = ""
	_, title := t.Title.Pick(v.lang, t.Drafting)
	p.Frame.Title = locale.Message(v.lang, "compare.title", refusal.Params{"title": title})
	for _, l := range t.Languages {
		if slices.Contains(q["lang"], string(l)) {
			p.Shown = append(p.Shown, l)
		}
	}
	if len(p.Shown) == 0 {
		p.Shown = ownFirst(t.Languages, v.lang)
	}
	p.Found, err = s.o.Source.CompareText(v.r.Context(), v.session.Member, mech, id, p.From, p.To, p.Shown, p.Letters)
	if err != nil {
		if noForm(err) {
			return nil, err
		}
		p.Frame.refused(v, err)
	}
	return p, nil
}
