package web

import (
	"net/url"
	"strconv"

	"entente.example/internal/dialogue"
	"entente.example/internal/locale"
	"entente.example/internal/search"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

type searchPage struct {
	Frame frame
	Words string
	Scope search.Scope
	Kind  string       // of matter; "" for all
	To    string       // address of the search
	Found []view.Found // by mechanism; nil: nothing was asked

	Turned bool // what is shown does not begin at the newest
}

func (p *searchPage) template() string { return "search" }
func (p *searchPage) frame() *frame    { return &p.Frame }

// Asked reports whether somebody looked for something.
func (p *searchPage) Asked() bool { return p.Words != "" && p.Frame.Problem == "" }

// Scopes are where one can look.
func (p *searchPage) Scopes() []search.Scope { return []search.Scope{search.Agreed, search.Record} }

// Other is the address of the same search in the other scope.
func (p *searchPage) Other() string {
	other := search.Record
	if p.Scope == search.Record {
		other = search.Agreed
	}
	return p.To + "?" + url.Values{"q": {p.Words}, "in": {string(other)}}.Encode()
}

// query are the fields of the same search among matters of a kind, before a place.
func (p *searchPage) query(kind string, before int64) string {
	q := url.Values{"q": {p.Words}, "in": {string(p.Scope)}}
	if kind != "" {
		q.Set("kind", kind)
	}
	if before > 0 {
		q.Set("before", strconv.FormatInt(before, 10))
	}
	return q.Encode()
}

// In is the address of the same search among matters of a kind, "" for all.
func (p *searchPage) In(f view.Found, kind string) string {
	return "/m/" + f.Ref + "/search?" + p.query(kind, 0)
}

// All is how many passages were counted.
func (p *searchPage) All(f view.Found) (n int) {
	for _, c := range f.Counts {
		n += c.All
	}
	return n
}

// kindNames are the words for kinds of matter that are none of the dialogue.
var kindNames = map[string]string{"text": "web.texts", "attachment": "web.attachments", "situation": "web.situation"}

// KindName is the message that names a kind of matter, "" for one that has no name.
func (p *searchPage) KindName(kind string) string {
	if _, ok := dialogue.Find(kind); ok {
		return "kind." + kind
	}
	return kindNames[kind]
}

// Older is the address of what was found before what is shown of a mechanism.
func (p *searchPage) Older(f view.Found) string {
	return "/m/" + f.Ref + "/search?" + p.query(p.Kind, f.Next)
}

// OwnFirst puts the reader's own language first.
func (p *searchPage) OwnFirst(list []view.HitVersion) []view.HitVersion {
	return ownVersionFirst(list, p.Frame.Lang)
}

func ownVersionFirst(list []view.HitVersion, own lang.Tag) []view.HitVersion {
	var tags []lang.Tag
	by := map[lang.Tag]view.HitVersion{}
	for _, v := range list {
		tags = append(tags, v.Lang)
		by[v.Lang] = v
	}
	out := make([]view.HitVersion, 0, len(list))
	for _, tag := range ownFirst(tags, own) {
		out = append(out, by[tag])
	}
	return out
}

// readSearch reads what somebody looks for. A scope that there is none of is a refusal for the page to show.
func (v *visit) readSearch(to string) (p *searchPage, ask view.Ask, err error) {
	q := v.r.URL.Query()
	p = &searchPage{Words: q.Get("q"), To: to, Kind: q.Get("kind")}
	p.Frame.Title = locale.Message(v.lang, "search.title", nil)
	if p.Scope, err = search.ParseScope(q.Get("in")); err != nil {
		return p, ask, err
	}
	before, _ := strconv.ParseInt(q.Get("before"), 10, 64)
	p.Frame.Title = locale.Message(v.lang, "search."+string(p.Scope), nil)
	p.Turned = before > 0
	return p, view.Ask{Words: p.Words, Scope: p.Scope, Kind: p.Kind, Before: max(before, 0)}, nil
}

// search looks for words in one mechanism.
func (s *Site) search(v *visit) (page, error) {
	ref := v.r.PathValue("mech")
	p, ask, err := v.readSearch("/m/" + ref + "/search")
	if err != nil {
		return nil, err
	}
	var refused error
	if p.Words != "" {
		found, err := s.o.Source.Search(v.r.Context(), v.session.Member, ref, ask)
		if err != nil && refusal.As(err).Kind != refusal.Invalid {
			return nil, err
		}
		p.Found, refused = []view.Found{found}, err
	}
	if p.Words == "" || refused != nil { // the page is still the mechanism's
		m, err := s.o.Source.Mechanism(v.r.Context(), v.session.Member, ref, view.At{})
		if err != nil {
			return nil, err
		}
		p.Found = []view.Found{{Chrome: m.Chrome}}
	}
	title := p.Frame.Title
	p.Frame = v.inside(&p.Found[0].Chrome, "")
	p.Frame.Title, p.Frame.Live = title, ""
	p.Frame.refused(v, refused)
	return p, nil
}

// searchAll looks for words in every mechanism that the member has a mandate in.
func (s *Site) searchAll(v *visit) (page, error) {
	p, ask, err := v.readSearch("/search")
	if err != nil {
		return nil, err
	}
	if p.Words == "" {
		return p, nil
	}
	p.Found, err = s.o.Source.SearchAll(v.r.Context(), v.session.Member, ask)
	if err != nil && refusal.As(err).Kind != refusal.Invalid {
		return nil, err
	}
	for _, f := range p.Found {
		p.Frame.Illustration = p.Frame.Illustration || f.Illustration
	}
	p.Frame.refused(v, err)
	return p, nil
}

// glossaryFile sends the glossary or the adopted texts as a file for translators' tools or spreadsheet programs.
func (s *Site) glossaryFile(format, kind string) handler {
	return func(v *visit) (page, error) {
		ref := v.r.PathValue("mech")
		b, err := s.o.Source.GlossaryFile(v.r.Context(), v.session.Member, ref, format)
		if err != nil {
			return nil, err
		}
		v.w.Header().Set("Content-Type", kind)
		v.w.Header().Set("Content-Disposition", `attachment; filename="`+ref+`.`+format+`"`)
		_, _ = v.w.Write(b)
		return nil, nil
	}
}
