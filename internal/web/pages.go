package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"entente.example/internal/locale"
	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

type errorPage struct {
	Frame    frame
	Kind     string
	Sentence string
	ID       string // of an internal error
	SignIn   bool   // it ends by signing in
	Back     string // page with the form that was sent, "" if there was none
}

func (p *errorPage) template() string { return "error" }
func (p *errorPage) frame() *frame    { return &p.Frame }

func (s *Site) notFound(v *visit) (page, error) {
	if v.r.Method == http.MethodGet {
		if to := s.pageOf(v.r); to != "" {
			v.back(to, "", "")
			return nil, nil
		}
	}
	return nil, refusal.New(refusal.Missing, "web.no_page")
}

// crossOrigin answers a form that another site sent.
func (s *Site) crossOrigin(w http.ResponseWriter, r *http.Request) {
	s.open(func(*visit) (page, error) { return nil, refusal.New(refusal.Denied, "web.cross_origin") }).ServeHTTP(w, r)
}

type homePage struct {
	Frame frame
	Home  view.Home
	Steps []firstStep
}

func (p *homePage) template() string { return "home" }
func (p *homePage) frame() *frame    { return &p.Frame }

// Part is the address of another part of the mechanisms, up to where it begins.
func (p *homePage) Part() string {
	if p.Home.Find == "" {
		return "/?list="
	}
	return "/?find=" + url.QueryEscape(p.Home.Find) + "&list="
}

func (s *Site) home(v *visit) (page, error) {
	h, err := s.o.Source.Mechanisms(v.r.Context(), v.session.Member, v.at())
	if err != nil {
		return nil, err
	}
	p := &homePage{Frame: frame{Title: locale.Message(v.lang, "web.home", nil)}, Home: h}
	for _, m := range h.Mechanisms {
		p.Frame.Illustration = p.Frame.Illustration || m.Illustration
	}
	p.Steps, err = s.firstSteps(v, h)
	return p, err
}

type mechanismPage struct {
	Frame    frame
	M        view.Mechanism
	Timeline view.Timeline
}

func (p *mechanismPage) template() string { return "mechanism" }
func (p *mechanismPage) frame() *frame    { return &p.Frame }

// SideLabel is the label of the side that uses a title, nil for a title that everybody uses.
func (p *mechanismPage) SideLabel(id string) lang.Text {
	for _, s := range p.M.Sides {
		if s.ID == id {
			return s.Label
		}
	}
	return nil
}

func (s *Site) mechanism(v *visit) (page, error) { return s.mechanismWith(v, nil) }

// mechanismWith draws the page of a mechanism, with why a form was refused.
func (s *Site) mechanismWith(v *visit, refused error) (page, error) {
	m, err := s.o.Source.Mechanism(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.at())
	if err != nil {
		return nil, err
	}
	f := v.inside(&m.Chrome, "")
	f.Title = printer{v.lang, f.side()}.name(m.Names).Full
	f.refused(v, refused)
	return &mechanismPage{Frame: f, M: m, Timeline: view.NewTimeline(m.Series, m.Sides)}, nil
}

// at is from where on the reader wants long lists.
func (v *visit) at() view.At {
	from := func(list string) int {
		n, err := strconv.Atoi(v.r.URL.Query().Get(list))
		if err != nil {
			return 0
		}
		return n
	}
	only := v.r.URL.Query().Get("only")
	if only != "" {
		only = "web." + only
	}
	return view.At{Texts: from("texts"), Awaits: from("awaits"), List: from("list"), Find: v.r.URL.Query().Get("find"), Only: only, Show: v.r.URL.Query().Get("show"), Track: from("track"),
		Notes: from("notes"), Tasks: from("tasks"), Rounds: from("rounds"), Acts: from("acts"), Replies: from("replies")}
}

// inside begins the frame of a page within a mechanism.
func (v *visit) inside(c *view.Chrome, matter string) frame {
	return frame{Chrome: c, Matter: matter, Live: "/m/" + c.Ref + "/events?since=" + strconv.FormatInt(v.told, 10)}
}

type textPage struct {
	Frame  frame
	T      view.Text
	Shown  []lang.Tag  // the languages in columns
	Chosen bool        // the reader chose them
	Form   *actForm    // a form that came back
	Open   text.ParaID // whose forms are shown in a long text
	// Instead is set where a statement is to take the place of a reservation.
	Instead bool
}

func (p *textPage) template() string { return "text" }
func (p *textPage) frame() *frame    { return &p.Frame }

func (s *Site) text(v *visit) (page, error) { return s.textWith(v, nil, nil) }

// textWith draws the table, with a form that was refused kept as it was filled in.
func (s *Site) textWith(v *visit, form *actForm, refused error) (page, error) {
	t, err := s.o.Source.Text(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PathValue("text"))
	if err != nil {
		return nil, err
	}
	p := &textPage{Frame: v.inside(&t.Chrome, "text/"+t.ID), T: t, Form: form, Open: text.ParaID(v.r.URL.Query().Get("open"))}
	_, p.Frame.Title = t.Title.Pick(v.lang, t.Drafting)
	p.Frame.refused(v, refused)
	if q := v.r.URL.Query(); form == nil && q.Has("declare") {
		p.Form, p.Instead = &actForm{Act: "declare", Paragraph: text.ParaID(q.Get("declare"))}, true
	}
	if v.keepable(&p.Frame) {
		p.T.May, p.T.Ours = nil, view.OursOn{}
	}
	for _, l := range t.Languages {
		if slices.Contains(v.r.URL.Query()["lang"], string(l)) {
			p.Shown, p.Chosen = append(p.Shown, l), true
		}
	}
	if !p.Chosen {
		p.Shown = ownFirst(t.Languages, v.lang)
	}
	return p, nil
}

// ownFirst puts the reader's own language in the first column.
func ownFirst(all []lang.Tag, own lang.Tag) []lang.Tag {
	out := slices.Clone(all)
	slices.SortStableFunc(out, func(a, b lang.Tag) int {
		switch {
		case a == own && b != own:
			return -1
		case b == own && a != own:
			return 1
		}
		return 0
	})
	return out
}

type recordPage struct {
	Frame frame
	R     view.Record
}

func (p *recordPage) template() string { return "record" }
func (p *recordPage) frame() *frame    { return &p.Frame }

func (s *Site) record(v *visit) (page, error) {
	before, _ := strconv.ParseInt(v.r.URL.Query().Get("before"), 10, 64)
	r, err := s.o.Source.Record(v.r.Context(), v.session.Member, v.r.PathValue("mech"), max(before, 0))
	if err != nil {
		return nil, err
	}
	f := v.inside(&r.Chrome, "")
	f.Title = locale.Message(v.lang, "web.record", nil)
	return &recordPage{Frame: f, R: r}, nil
}

type entryPage struct {
	Frame frame
	E     view.Entry
}

// Since is where what has changed in a text since this entry is shown, "" of another matter.
func (p *entryPage) Since() string {
	id, ok := strings.CutPrefix(p.E.Matter, "text/")
	if !ok || p.E.Void != nil || p.E.Waiting {
		return ""
	}
	return "/m/" + p.E.Ref + "/texts/" + id + "/compare?from=" + url.QueryEscape(p.E.ID)
}

func (p *entryPage) template() string { return "entry" }
func (p *entryPage) frame() *frame    { return &p.Frame }

func (s *Site) entry(v *visit) (page, error) {
	e, err := s.o.Source.Entry(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PathValue("entry"))
	if err != nil {
		return nil, err
	}
	f := v.inside(&e.Chrome, "")
	f.Live, f.Title, f.Status = "", locale.Message(v.lang, "web.entry", refusal.Params{"id": e.ID}), http.StatusOK
	return &entryPage{Frame: f, E: e}, nil
}
