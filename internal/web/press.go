package web

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"entente.example/internal/locale"
	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// pressPage is the desk of a press officer.
type pressPage struct {
	Frame frame
	P     view.Press
	Form  url.Values // one that came back
}

func (p *pressPage) template() string { return "press" }
func (p *pressPage) frame() *frame    { return &p.Frame }

// States is the address of the replies in a state, "" for all.
func (p *pressPage) States(key string) string {
	if key == "" {
		return "/m/" + p.P.Ref + "/press#replies"
	}
	return "/m/" + p.P.Ref + "/press?" + url.Values{"only": {strings.TrimPrefix(key, "web.")}}.Encode() + "#replies"
}

// Replies is the address of a part of the replies that are listed, without where it begins.
func (p *pressPage) Replies() string {
	if p.P.Only == "" {
		return "/m/" + p.P.Ref + "/press?replies="
	}
	return "/m/" + p.P.Ref + "/press?" + url.Values{"only": {strings.TrimPrefix(p.P.Only, "web.")}}.Encode() + "&replies="
}

// All is how many replies there are in all states.
func (p *pressPage) All() (n int) {
	for _, c := range p.P.Counts {
		n += c.All
	}
	return n
}

// Value is what stands in a field of a form about a text: what was filled in, else what is known.
func (p *pressPage) Value(do, id, field, known string) string {
	if p.Form.Get("do") == do && p.Form.Get("text") == id {
		return p.Form.Get(field)
	}
	return known
}

// formInstant is how browsers write an instant; the page says that it is UTC.
const formInstant = "2006-01-02T15:04"

// At writes an instant for a field.
func (p *pressPage) At(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(formInstant)
}

func (s *Site) pressDesk(v *visit) (page, error) { return s.pressWith(v, nil, nil) }

func (s *Site) pressWith(v *visit, form url.Values, refused error) (page, error) {
	d, err := s.o.Source.Press(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.at())
	if err != nil {
		return nil, err
	}
	p := &pressPage{P: d, Form: form}
	p.Frame = v.inside(&p.P.Chrome, "")
	p.Frame.Live, p.Frame.Title = "", locale.Message(v.lang, "web.press", nil)
	p.Frame.refused(v, refused)
	return p, nil
}

// onPress does what a form of the desk asks for. A release is an act on the record; everything else stays on this node.
func (s *Site) onPress(v *visit) (page, error) {
	if err := v.r.ParseForm(); err != nil {
		return nil, refusal.New(refusal.Invalid, "web.bad_form").Because(err)
	}
	form := v.r.PostForm
	do, mech := form.Get("do"), v.r.PathValue("mech")
	err := s.pressAct(v, do, mech, form)
	if err != nil {
		if noForm(err) {
			return nil, err
		}
		return s.pressWith(v, form, err)
	}
	path, anchor := "/m/"+mech+"/press", ""
	if taken := (undo{To: path, ID: form.Get("id")}); do == "decline" && form.Get("was") == "held" { // what was shown has been read
		v.offerUndo("press_"+do, taken)
	} else {
		v.offerUndo("", taken)
	}
	if slices.Contains([]string{"approve", "decline", "hold", "erase"}, do) { // on to the next of those that were looked at
		path, anchor = path+kept(v.r.URL.Query(), "only", "replies"), "replies"
	}
	v.back(path, "press_"+do, anchor)
	return nil, nil
}

// kept is a query with some of the fields of another one.
func kept(q url.Values, fields ...string) string {
	out := url.Values{}
	for _, f := range fields {
		if q.Has(f) {
			out.Set(f, q.Get(f))
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "?" + out.Encode()
}

func (s *Site) pressAct(v *visit, do, mech string, form url.Values) error {
	get := func(name string) string { return lang.Normalise(strings.TrimSpace(form.Get(name))) }
	instant := func() (time.Time, error) {
		t, err := time.ParseInLocation(formInstant, get("at"), time.UTC)
		if err != nil {
			return t, refusal.New(refusal.Invalid, "text.bad_instant", "write", formInstant)
		}
		return t, nil
	}
	act := view.PressAct{Do: do, ID: get("id"), Text: get("text"), Reason: get("reason"), Outlet: get("outlet"), Day: get("day"), Link: get("link"), Headline: get("headline"), Lang: lang.Tag(get("language")), Email: get("email")}
	switch do {
	case "release":
		at, err := instant()
		if err != nil {
			return err
		}
		release := text.Release{NotBefore: at.Format("2006-01-02T15:04:05Z"), Front: front(form)}
		if err := v.asked(release); err != nil {
			return err
		}
		return s.o.Source.Act(v.r.Context(), v.session.Member, mech, "text/"+act.Text, release)
	case "close":
		at, err := instant()
		if err != nil {
			return err
		}
		act.Until = at
	}
	return s.o.Source.OnPress(v.r.Context(), v.session.Member, mech, act)
}

// pressPreview shows a text as the public will see it, in the press room's own pages.
func (s *Site) pressPreview(v *visit) (page, error) {
	text, query := v.r.PathValue("text"), v.r.URL.Query()
	p := view.PressPreview{Text: text, Under: "/m/" + v.r.PathValue("mech") + "/press/" + text + "/preview", Path: "/" + v.r.PathValue("path"), Front: front(query)}
	if at, err := time.ParseInLocation(formInstant, query.Get("at"), time.UTC); err == nil {
		p.At = at
	}
	if p.Front != nil || !p.At.IsZero() {
		p.Query = query.Encode()
	}
	a, err := s.o.Source.PressPreview(v.r.Context(), v.session.Member, v.r.PathValue("mech"), p)
	if err != nil {
		return nil, err
	}
	h := v.w.Header()
	for name, value := range map[string]string{"Content-Type": a.Media, "Content-Language": a.Language, "Location": a.Location} {
		if value != "" {
			h.Set(name, value)
		}
	}
	v.w.WriteHeader(a.Status)
	_, _ = v.w.Write(a.Body)
	return nil, nil
}

// front is what a form puts above a text; nil if it is empty.
func front(form url.Values) *text.Front {
	f := &text.Front{Category: lang.Text{}, Headline: lang.Text{}, Lead: lang.Text{}}
	n := 0
	for name := range form {
		field, tag, ok := strings.Cut(name, ":")
		words := lang.Normalise(strings.TrimSpace(form.Get(name)))
		if !ok || words == "" {
			continue
		}
		if into := map[string]lang.Text{"category": f.Category, "headline": f.Headline, "lead": f.Lead}[field]; into != nil {
			into[lang.Tag(tag)] = words
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return f
}
