package web

import (
	"net/url"
	"slices"
	"strings"

	"entente.example/internal/locale"
	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// precedentsPage shows agreed language that resembles a wording on the table.
type precedentsPage struct {
	Frame      frame
	T          view.Text
	P          *view.Paragraph
	W          *view.Wording
	Shown      []lang.Tag
	Everywhere bool // in every mechanism of the member
	Found      []view.Precedents
	Takes      *action // what proposes a passage in the paragraph's place; nil: nobody may now
}

func (p *precedentsPage) template() string { return "precedents" }
func (p *precedentsPage) frame() *frame    { return &p.Frame }

// Any reports whether anything was found.
func (p *precedentsPage) Any() bool {
	return slices.ContainsFunc(p.Found, func(f view.Precedents) bool { return len(f.Hits) > 0 })
}

// To is the address of the same page here or everywhere.
func (p *precedentsPage) To(everywhere bool) string {
	q := url.Values{"paragraph": {string(p.P.ID)}}
	if p.W.ID != p.P.Main.ID {
		q.Set("wording", string(p.W.ID))
	}
	if everywhere {
		q.Set("in", "all")
	}
	return "/m/" + p.T.Ref + "/texts/" + p.T.ID + "/precedents?" + q.Encode()
}

// AsAbove puts the languages of a passage in the order in which those of the wording stand, so that one is read beneath the other.
func (p *precedentsPage) AsAbove(list []view.HitVersion) []view.HitVersion {
	place := func(v view.HitVersion) int {
		if i := slices.Index(p.Shown, v.Lang); i >= 0 {
			return i
		}
		return len(p.Shown)
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b view.HitVersion) int { return place(a) - place(b) })
	return list
}

// Has reports whether a passage has words in a language of the text, which is when it can be proposed.
func (p *precedentsPage) Has(h view.Precedent) bool {
	return slices.ContainsFunc(p.T.Languages, func(tag lang.Tag) bool { return h.Text[tag] != "" })
}

// Note says in a proposal where its words are from.
func (p *precedentsPage) Note(h view.Precedent) string {
	return strings.TrimSpace(h.Symbol + " " + h.Label)
}

// precedents looks for agreed language that resembles a wording of a text.
func (s *Site) precedents(v *visit) (page, error) {
	mech, id, q := v.r.PathValue("mech"), v.r.PathValue("text"), v.r.URL.Query()
	t, err := s.o.Source.Text(v.r.Context(), v.session.Member, mech, id)
	if err != nil {
		return nil, err
	}
	p := &precedentsPage{Frame: v.inside(&t.Chrome, "text/"+t.ID), T: t, Shown: ownFirst(t.Languages, v.lang), Everywhere: q.Get("in") == "all"}
	p.Frame.Live = ""
	para, ok := t.Paragraph(text.ParaID(q.Get("paragraph")))
	if !ok {
		return nil, refusal.New(refusal.Missing, "web.no_paragraph", "paragraph", q.Get("paragraph"))
	}
	p.P, p.W = para, &para.Main
	item := text.Item{Paragraph: para.ID, Wording: text.WordingID(q.Get("wording"))}
	for i := range para.Alternatives {
		if para.Alternatives[i].ID == item.Wording {
			p.W = &para.Alternatives[i]
		}
	}
	p.Frame.Title = locale.Message(v.lang, "precedents.title", refusal.Params{"label": p.label()})
	if p.Found, err = s.o.Source.Precedents(v.r.Context(), v.session.Member, mech, id, item, p.Everywhere); err != nil {
		return nil, err
	}
	for _, a := range (&textPage{T: t}).acts(para) {
		if a.Act == "propose" {
			p.Takes = &a
		}
	}
	return p, nil
}

// label is that of the wording.
func (p *precedentsPage) label() string {
	if p.W.Label != "" {
		return p.W.Label
	}
	return p.P.Label
}
