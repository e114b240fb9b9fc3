package pressroom

import (
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"slices"

	"entente.example/internal/locale"
	"entente.example/internal/press"
	"entente.example/lang"
	"entente.example/proof"
	"entente.example/refusal"
)

// readoutPage is one party's readout of the meeting, whole or in part.
type readoutPage struct {
	frame
	C     *press.Communique // whose meeting it is of; nil if it stands by itself
	R     *press.Readout
	Home  string           // address of its page in a language, without it
	Of    lang.Text        // the meeting's name, if it stands by itself
	Other []*press.Account // other readouts of that meeting
	Shown []press.Sentence
	Left  []press.Sentence
	Query template.URL // of an excerpt; "" for the whole
}

func (*readoutPage) template() string { return "readout" }

// At is the address of the whole.
func (p *readoutPage) At() string { return "/" + string(p.Tag) + "/" + p.Home }

func (v *visit) readout() (*readoutPage, error) {
	if name := v.r.PathValue("account"); name != "" {
		return v.account(name)
	}
	c, err := v.about()
	if err == nil {
		err = v.spoken(c)
	}
	if err != nil {
		return nil, err
	}
	r, ok := c.Readout(v.r.PathValue("id"))
	if !ok {
		return nil, refusal.New(refusal.Missing, "press.no_page")
	}
	return v.readoutOf(c, r), nil
}

func (v *visit) readoutOf(c *press.Communique, r *press.Readout) *readoutPage {
	f := v.frame(locale.Message(v.ui, "press.readout_by", refusal.Params{"party": pick(r.By, v.ui).Text}))
	f.Tag, f.Rest, f.Alternates, f.Invented = v.tag, c.Key.String()+"/readouts/"+r.ID+"/", languages(c), c.Content.Illustration
	return &readoutPage{frame: f, C: c, R: r, Home: f.Rest, Shown: r.Sentences}
}

// account is a readout by itself. Its address stays when a text of its meeting becomes public; the page says then that it is the one below that text.
func (v *visit) account(name string) (*readoutPage, error) {
	a, ok := v.Account(name)
	if !ok {
		return nil, refusal.New(refusal.Missing, "press.no_page")
	}
	offered := spokenIn(a.Languages)
	if !slices.Contains(offered, v.tag) {
		return nil, refusal.New(refusal.Missing, "press.no_page")
	}
	for _, c := range v.Under(a) {
		if r, ok := c.Readout(a.ID); ok {
			p := v.readoutOf(c, r)
			if !slices.Contains(p.Alternates, v.tag) { // the text has no version in it
				p.Alternates = offered
			}
			return p, nil
		}
	}
	f := v.frame(locale.Message(v.ui, "press.readout_by", refusal.Params{"party": pick(a.By, v.ui).Text}))
	f.Tag, f.Rest, f.Alternates, f.Invented, f.Standing = v.tag, "readouts/"+a.Name()+"/", offered, a.Illustration, a.Home()
	return &readoutPage{frame: f, R: &a.Readout, Home: f.Rest, Of: a.Meeting, Other: v.Others(a), Shown: a.Sentences}, nil
}

func (s *Site) readout(v *visit) (*sheet, error) {
	p, err := v.readout()
	if err != nil {
		return nil, err
	}
	return v.sheetOf(p)
}

// readoutExcerpt leaves the sentences that an address names.
func (v *visit) readoutExcerpt() (*readoutPage, error) {
	p, err := v.readout()
	if err != nil {
		return nil, err
	}
	ids := v.r.URL.Query()["s"]
	shown, left, ok := p.R.Excerpt(ids[:min(len(ids), len(p.R.Sentences)+1)])
	if !ok || len(ids) > len(p.R.Sentences) {
		return nil, refusal.New(refusal.Missing, "press.no_excerpt")
	}
	query := url.Values{}
	for _, x := range shown {
		query.Add("s", x.ID)
	}
	p.Shown, p.Left, p.Query, p.Alternates = shown, left, template.URL(query.Encode()), nil
	return p, nil
}

func (s *Site) readoutPart(v *visit, w http.ResponseWriter) error {
	p, err := v.readoutExcerpt()
	if err == nil {
		s.send(w, v, http.StatusOK, p)
	}
	return err
}

// readoutProof is the same excerpt with what anybody needs to compute the digest of the whole.
func (s *Site) readoutProof(v *visit, w http.ResponseWriter) error {
	p, err := v.readoutExcerpt()
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(p.R.Proof(p.Shown, p.Left), "", " ")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	_, _ = w.Write(append(b, '\n')) // the reader has gone if this fails
	return nil
}

// excerptPage is some paragraphs of a communiqué and what is left out between them, to be quoted elsewhere.
type excerptPage struct {
	*articlePage
	Pieces []piece
	Of     int
	Link   string // under which anybody finds the excerpt again and checks it
	Embed  string // HTML for other people's pages, without script or frame
}

// piece is a paragraph that is shown, or those that are left out in a row.
type piece struct {
	Para *proof.Paragraph
	Left []proof.Paragraph
}

func (*excerptPage) template() string { return "excerpt" }

// CitedBy is nothing: the documents stand on the page of the whole.
func (*excerptPage) CitedBy(string) []press.Document { return nil }

// Earlier is nothing, likewise.
func (*excerptPage) Earlier(proof.Paragraph) []press.Earlier { return nil }

// Takes reports whether a paragraph is in the excerpt.
func (p *excerptPage) Takes(id string) bool {
	return slices.ContainsFunc(p.Pieces, func(x piece) bool { return x.Para != nil && x.Para.ID == id })
}

// cut divides paragraphs into what is shown and what is left out. shown are the ids that name one.
func cut(all []proof.Paragraph, ids []string) (out []piece, shown []string) {
	for i, para := range all {
		switch n := len(out); {
		case slices.Contains(ids, para.ID):
			out, shown = append(out, piece{Para: &all[i]}), append(shown, para.ID)
		case n > 0 && out[n-1].Para == nil:
			out[n-1].Left = append(out[n-1].Left, para)
		default:
			out = append(out, piece{Left: []proof.Paragraph{para}})
		}
	}
	return out, shown
}

func (s *Site) excerpt(v *visit, w http.ResponseWriter) error {
	a, err := v.article()
	if err != nil {
		return err
	}
	p := &excerptPage{articlePage: a, Of: len(a.C.Content.Paragraphs)}
	p.Rest += "excerpt/"
	p.frame.Standing, p.frame.Article = "", nil
	p.Title = locale.Message(v.ui, "press.excerpt", nil) + " · " + p.Title
	ids := v.r.URL.Query()["p"]
	if len(ids) == 0 {
		s.send(w, v, http.StatusOK, p)
		return nil
	}
	if len(ids) > p.Of {
		return refusal.New(refusal.Missing, "press.no_excerpt")
	}
	pieces, shown := cut(a.C.Content.Paragraphs, ids)
	if slices.ContainsFunc(ids, func(id string) bool { return !slices.Contains(shown, id) }) {
		return refusal.New(refusal.Missing, "press.no_excerpt")
	}
	p.Pieces, p.Alternates = pieces, nil
	p.Link = s.o.URL + a.C.Path(v.tag) + "excerpt/?" + url.Values{"p": shown}.Encode()
	if p.Said, err = data(v.said(a.C)); err != nil {
		return err
	}
	b, err := s.look.render(v.ui, &snippet{p})
	if err != nil {
		return err
	}
	p.Embed = string(b)
	s.send(w, v, http.StatusOK, p)
	return nil
}

// snippet is the excerpt as others put it into their pages.
type snippet struct{ *excerptPage }

func (*snippet) template() string { return "embed" }

// Sealers are the parties in the language of the excerpt.
func (p *snippet) Sealers() []string {
	var out []string
	for _, s := range p.C.Seals {
		out = append(out, pick(s.Names, p.Shown).Text)
	}
	return out
}

// Words are one paragraph as it is quoted: as it reads today, and as it was sealed if that differs.
func (p *snippet) Words(x *proof.Paragraph) (out []string) {
	if now := p.Current(x.ID); now != "" {
		out = append(out, now)
	}
	return append(out, x.Text[p.Shown])
}

// Taken are the labels of what is shown.
func (p *snippet) Taken() (out []string) {
	for _, x := range p.Pieces {
		if x.Para != nil {
			out = append(out, x.Para.Label)
		}
	}
	return out
}

// Omitted are the labels of what is not.
func (p *snippet) Omitted() (out []string) {
	for _, x := range p.Pieces {
		for _, left := range x.Left {
			out = append(out, left.Label)
		}
	}
	return out
}
