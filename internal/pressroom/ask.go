package pressroom

import (
	"net/http"
	"strings"

	"entente.example/internal/locale"
	"entente.example/internal/press"
	"entente.example/refusal"
)

// askPage is "is this statement on the record?".
type askPage struct {
	frame
	Quote   string
	Finding *press.Finding
}

func (*askPage) template() string { return "ask" }

func (v *visit) asking() *askPage {
	f := v.frame(locale.Message(v.ui, "press.ask", nil))
	f.Rest = "on-record/"
	return &askPage{frame: f}
}

func (s *Site) askPage(v *visit) (*sheet, error) {
	if err := v.spoken(nil); err != nil {
		return nil, err
	}
	return v.sheetOf(v.asking())
}

// ask looks a quotation up. What was asked is kept nowhere, which is why it does not stand in the address.
func (s *Site) ask(v *visit, w http.ResponseWriter) error {
	if err := v.spoken(nil); err != nil {
		return err
	}
	if !s.limits.take(perQuote, client(v.r)) || !s.limits.take(allQuote, "") {
		return refusal.New(refusal.Unavailable, "press.too_often")
	}
	if err := v.r.ParseForm(); err != nil {
		return refusal.New(refusal.Invalid, "press.bad_form").Because(err)
	}
	p := v.asking()
	p.Quote = strings.ToValidUTF8(v.r.PostForm.Get("quote"), "")
	if len(p.Quote) > press.MaxQuote {
		return refusal.New(refusal.Invalid, "press.long_quote", "limit", "16,000")
	}
	found := v.index.Find(p.Quote)
	p.Finding = &found
	s.send(w, v, http.StatusOK, p)
	return nil
}

// searchPage is the archive, searched.
type searchPage struct {
	frame
	Query string
	Hits  []press.Place
}

func (*searchPage) template() string { return "search" }

func (s *Site) search(v *visit, w http.ResponseWriter) error {
	if err := v.spoken(nil); err != nil {
		return err
	}
	f := v.frame(locale.Message(v.ui, "press.search", nil))
	f.Rest = "search/"
	p := &searchPage{frame: f, Query: strings.ToValidUTF8(v.r.URL.Query().Get("q"), "")}
	if p.Query != "" && (!s.limits.take(perQuote, client(v.r)) || !s.limits.take(allQuote, "")) { // the bare form costs nothing
		return refusal.New(refusal.Unavailable, "press.too_often")
	}
	if len(p.Query) > 500 {
		return refusal.New(refusal.Invalid, "press.long_quote", "limit", "500")
	}
	p.Hits = v.index.Search(p.Query, v.ui)
	s.send(w, v, http.StatusOK, p)
	return nil
}
