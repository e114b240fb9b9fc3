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

// signOffPage is where translators read a whole text in one language beside the drafting language, and sign off for their side what says the same.
type signOffPage struct {
	Frame    frame
	T        view.Text
	Language lang.Tag
	Shown    []lang.Tag // the drafting language first
	Rows     []signOffRow
	Form     *actForm // one that came back
}

// signOffRow is a paragraph in the two languages.
type signOffRow struct {
	P      *view.Paragraph
	Item   string // as a form carries it
	Offer  bool   // it can be signed off for our side
	Ours   bool   // that is done
	Ticked bool
	Asked  []view.Asked   // what the machine asks about this language
	Terms  []view.TermHit // words of the glossary
	Astray bool           // of one of them, another word stands in this language
}

func (p *signOffPage) template() string { return "signoff" }
func (p *signOffPage) frame() *frame    { return &p.Frame }

// Read is which versions the page shows.
func (p *signOffPage) Read() string {
	var items []text.Item
	for _, r := range p.Rows {
		items = append(items, text.Item{Paragraph: r.P.ID, Wording: r.P.Main.ID})
	}
	return reading(&p.T, items...)
}

// Offers reports whether there is anything to sign off.
func (p *signOffPage) Offers() bool {
	return slices.ContainsFunc(p.Rows, func(r signOffRow) bool { return r.Offer })
}

// signsOff reports whether a form is of that page, and not of one paragraph.
func (f *actForm) signsOff() bool { return f.Act == "concord" && f.Paragraph == "" }

func (s *Site) signOff(v *visit) (page, error) { return s.signOffWith(v, nil, nil) }

// signOffWith draws the page, with a form that was refused: what was ticked stays so, unless it is another wording by this time.
func (s *Site) signOffWith(v *visit, form *actForm, refused error) (page, error) {
	t, err := s.o.Source.Text(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PathValue("text"))
	if err != nil {
		return nil, err
	}
	p := &signOffPage{Frame: v.inside(&t.Chrome, "text/"+t.ID), T: t, Form: form, Language: lang.Tag(v.r.URL.Query().Get("language"))}
	if form != nil {
		p.Language = form.Language
	}
	beside := t.Beside()
	if len(beside) > 0 && p.Language == "" {
		p.Language = beside[0]
	}
	if !slices.Contains(beside, p.Language) {
		return nil, refusal.New(refusal.Missing, "web.no_page")
	}
	p.Frame.Live = "" // nothing moves under somebody who reads to sign
	_, title := t.Title.Pick(v.lang, t.Drafting)
	p.Frame.Title = locale.Message(v.lang, "web.sign_off_title", refusal.Params{"language": string(p.Language), "title": title})
	p.Frame.refused(v, refused)
	p.Shown = []lang.Tag{t.Drafting, p.Language}
	for i := range p.T.Paragraphs {
		if row, ok := p.row(&p.T.Paragraphs[i]); ok {
			p.Rows = append(p.Rows, row)
		}
	}
	return p, nil
}

// row is a paragraph of the page; ok is false for one that has no words. What somebody or the machine has a question about is not ticked beforehand: whoever signs it off has looked.
func (p *signOffPage) row(para *view.Paragraph) (row signOffRow, ok bool) {
	if para.Status == view.Withdrawn || para.Main.Omit {
		return row, false
	}
	item, v := text.Item{Paragraph: para.ID, Wording: para.Main.ID}, para.Main.Version(p.Language)
	row = signOffRow{P: para, Item: written([]text.Item{item}), Ours: view.ByParty(v.SignedOff, p.T.Self.ID) >= 0}
	row.Offer = p.T.SignsOff() && len(v.Parts) > 0 && !row.Ours
	row.Terms = para.Terms
	row.Astray = slices.ContainsFunc(para.Terms, func(h view.TermHit) bool { return slices.Contains(h.Missing, p.Language) })
	for _, q := range para.Asked {
		if q.In == p.Language || slices.Contains(q.Missing, p.Language) {
			row.Asked = append(row.Asked, q)
		}
	}
	doubted := v.Contested || row.Astray || len(row.Asked) > 0 || v.Doubted() || slices.ContainsFunc(para.Flags, func(f view.Flag) bool {
		return f.Language == p.Language && f.Wording == para.Main.ID && !f.Resolved
	})
	row.Ticked = row.Offer && !doubted
	if p.Form != nil {
		changed := slices.ContainsFunc(strings.Fields(reading(&p.T, item)), func(act string) bool { return !slices.Contains(p.Form.Read, act) })
		row.Ticked = row.Offer && slices.Contains(p.Form.Items, item) && !changed
	}
	return row, true
}

// signOffPath is the page of a language, under the address of a text.
func signOffPath(l lang.Tag) string { return "/sign-off?language=" + url.QueryEscape(string(l)) }
