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
	State string     // of the replies that are shown; "" for all
	Count map[string]int
	all   []view.PressReply
}

// Answered is the reply that one answers; nil if it was erased.
func (p *pressPage) Answered(id string) *view.PressReply {
	if i := slices.IndexFunc(p.all, func(r view.PressReply) bool { return r.ID == id }); i >= 0 {
		return &p.all[i]
	}
	return nil
}

// states are those of replies, in the order in which a press officer looks for them.
var states = []string{"held", "shown", "declined"}

// States are the same for the page.
func (p *pressPage) States() []string { return states }

// sift leaves the replies of one state, and counts those of each.
func (p *pressPage) sift(state string) {
	all := p.P.Replies
	p.all = all
	if slices.Contains(states, state) {
		p.State, p.P.Replies = state, nil
	}
	p.Count = map[string]int{"": len(all)}
	for _, r := range all {
		if p.Count[r.State]++; r.State == p.State {
			p.P.Replies = append(p.P.Replies, r)
		}
	}
}

func (p *pressPage) template() string { return "press" }
func (p *pressPage) frame() *frame    { return &p.Frame }

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
	d, err := s.o.Source.Press(v.r.Context(), v.session.Member, v.r.PathValue("mech"))
	if err != nil {
		return nil, err
	}
	p := &pressPage{P: d, Form: form}
	p.sift(v.r.URL.Query().Get("state"))
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
	to, anchor := "/m/"+mech+"/press", ""
	if state := v.r.URL.Query().Get("state"); slices.Contains(states, state) {
		to += "?state=" + state
	}
	if slices.Contains([]string{"approve", "decline", "erase"}, do) {
		anchor = "replies" // the next one waits there
	}
	v.back(to, "press_"+do, anchor)
	return nil, nil
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
		return s.o.Source.Act(v.r.Context(), v.session.Member, mech, "text/"+act.Text, text.Release{NotBefore: at.Format("2006-01-02T15:04:05Z"), Front: front(form)})
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
