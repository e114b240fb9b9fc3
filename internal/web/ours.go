package web

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"entente.example/internal/locale"
	"entente.example/internal/staff"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// oursPage is what our side says to itself in a mechanism.
type oursPage struct {
	Frame frame
	O     view.Ours
	Form  url.Values // one that came back
}

func (p *oursPage) template() string { return "ours" }
func (p *oursPage) frame() *frame    { return &p.Frame }

// Opened reports whether a form came back, or is what the reader came for.
func (p *oursPage) Opened(do string) bool { return p.Form.Get("do") == do }

// Value is what was filled into it.
func (p *oursPage) Value(do, field string) string {
	if !p.Opened(do) {
		return ""
	}
	return p.Form.Get(field)
}

// ours shows the page; who comes from a paragraph or a matter finds the form for a note about it.
func (s *Site) ours(v *visit) (page, error) {
	q := v.r.URL.Query()
	if q.Get("matter") == "" {
		return s.oursWith(v, nil, nil)
	}
	return s.oursWith(v, url.Values{"do": {"note"}, "matter": q["matter"], "place": q["place"]}, nil)
}

func (s *Site) oursWith(v *visit, form url.Values, refused error) (page, error) {
	o, err := s.o.Source.Ours(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.at())
	if err != nil {
		return nil, err
	}
	p := &oursPage{O: o, Form: form}
	p.Frame = v.inside(&p.O.Chrome, "")
	p.Frame.Live, p.Frame.Title = "", locale.Message(v.lang, "ours.title", nil)
	p.Frame.refused(v, refused)
	return p, nil
}

// onOurs takes the forms of our own page, and those that stand beside a paragraph or a matter.
func (s *Site) onOurs(v *visit) (page, error) {
	return s.oursAct(v, func(form url.Values, err error) (page, error) { return s.oursWith(v, form, err) }, func(a view.OursAct, id string) string {
		switch {
		case a.Do == "circulate", a.Do == "take_back" && id != "":
			return "/ours/clearances/" + id
		case a.Do == "take_back":
			return "/ours#clearances"
		case a.Path() != "":
			return a.Path()
		}
		return "/ours"
	})
}

type clearancePage struct {
	Frame frame
	C     view.ClearancePage
	Form  url.Values // one that came back
}

func (p *clearancePage) template() string { return "clearance" }
func (p *clearancePage) frame() *frame    { return &p.Frame }

func (s *Site) clearance(v *visit) (page, error) { return s.clearanceWith(v, nil, nil) }

func (s *Site) clearanceWith(v *visit, form url.Values, refused error) (page, error) {
	c, err := s.o.Source.Clearance(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	p := &clearancePage{C: c, Form: form}
	p.Frame = v.inside(&p.C.Chrome, "")
	p.Frame.Live, p.Frame.Title = "", c.Title
	p.Frame.refused(v, refused)
	return p, nil
}

func (s *Site) onClearance(v *visit) (page, error) {
	return s.oursAct(v, func(form url.Values, err error) (page, error) { return s.clearanceWith(v, form, err) },
		func(a view.OursAct, id string) string {
			if a.Do == "take_back" && id == "" { // nothing is left of it
				return "/ours#clearances"
			}
			return "/ours/clearances/" + a.ID
		})
}

type heldPage struct {
	Frame frame
	H     view.HeldPage
	Form  url.Values // one that came back
}

func (p *heldPage) template() string { return "heldact" }
func (p *heldPage) frame() *frame    { return &p.Frame }

func (s *Site) heldAct(v *visit) (page, error) { return s.heldWith(v, nil, nil) }

func (s *Site) heldWith(v *visit, form url.Values, refused error) (page, error) {
	h, err := s.o.Source.HeldAct(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	p := &heldPage{H: h, Form: form}
	p.Frame = v.inside(&p.H.Chrome, "")
	p.Frame.Live, p.Frame.Title = "", locale.Message(v.lang, "ours.act", refusal.Params{"id": h.ID})
	p.Frame.refused(v, refused)
	return p, nil
}

func (s *Site) onHeldAct(v *visit) (page, error) {
	return s.oursAct(v, func(form url.Values, err error) (page, error) { return s.heldWith(v, form, err) },
		func(a view.OursAct, _ string) string { return "/ours/acts/" + a.ID })
}

// oursAct does what a form asks for and goes on to where it was done; again draws the page once more with what was wrong.
func (s *Site) oursAct(v *visit, again func(url.Values, error) (page, error), to func(view.OursAct, string) string) (page, error) {
	if err := v.r.ParseForm(); err != nil {
		return nil, refusal.New(refusal.Invalid, "web.bad_form").Because(err)
	}
	act, err := readOurs(v.r.PostForm)
	if id := v.r.PathValue("id"); id != "" {
		act.ID = id
	}
	id := ""
	if err == nil {
		id, err = s.o.Source.OnOurs(v.r.Context(), v.session.Member, v.r.PathValue("mech"), act)
	}
	if err != nil {
		if refusal.As(err).Kind == refusal.Internal {
			return nil, err
		}
		return again(v.r.PostForm, err)
	}
	known := act.ID
	if known == "" {
		known = id
	}
	v.offerUndo("ours_"+act.Do, undo{To: "/m/" + v.r.PathValue("mech") + "/ours", ID: known, Matter: act.Matter, Place: act.Place})
	path, anchor, _ := strings.Cut(to(act, id), "#")
	v.back("/m/"+v.r.PathValue("mech")+path, "ours_"+act.Do, anchor)
	return nil, nil
}

// readOurs reads a form. Offices stand one a line, with who answers for them: "Treaty office: cedar-legal, cedar-sec".
func readOurs(form url.Values) (a view.OursAct, err error) {
	get := func(name string) string {
		return lang.Normalise(strings.TrimSpace(strings.ReplaceAll(form.Get(name), "\r\n", "\n")))
	}
	a = view.OursAct{Do: get("do"), ID: get("id"), OurPlace: view.OurPlace{Matter: get("matter"), Place: get("place")}, Kind: get("kind"), Office: get("office"), Words: get("words"), Title: get("title"),
		For: get("for"), Verdict: get("verdict"), Outcome: get("outcome"), Lang: lang.Tag(get("lang"))}
	a.Draft, _ = strconv.Atoi(get("draft"))
	if due := get("due"); due != "" {
		for _, layout := range []string{formInstant, time.DateOnly} {
			if a.Due, err = time.ParseInLocation(layout, due, time.UTC); err == nil {
				break
			}
		}
		if err != nil {
			return a, refusal.New(refusal.Invalid, "ours.bad_day", "day", due)
		}
	}
	for line := range strings.Lines(get("offices")) {
		name, members, _ := strings.Cut(strings.ReplaceAll(line, "：", ":"), ":")
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		a.Offices = append(a.Offices, view.OurOffice{Name: name, Members: strings.FieldsFunc(members, func(r rune) bool { return strings.ContainsRune(",，、 \n\t", r) })})
	}
	return a, nil
}

// tracePage is everything that was done about a matter.
type tracePage struct {
	Frame frame
	T     view.Trace
}

// Part is the address of a part of the trace, without where it ends.
func (p *tracePage) Part() string {
	return "/m/" + p.T.Ref + "/trace?" + url.Values{"matter": {p.T.Matter}, "place": {p.T.Place}}.Encode() + "&track="
}

func (p *tracePage) template() string { return "trace" }
func (p *tracePage) frame() *frame    { return &p.Frame }

func (s *Site) trace(v *visit) (page, error) {
	q := v.r.URL.Query()
	t, err := s.o.Source.Trace(v.r.Context(), v.session.Member, v.r.PathValue("mech"), q.Get("matter"), q.Get("place"), v.at())
	if err != nil {
		return nil, err
	}
	p := &tracePage{T: t}
	p.Frame = v.inside(&p.T.Chrome, t.Matter)
	p.Frame.Title = locale.Message(v.lang, "trace.title", nil) + " · " + t.Matter
	return p, nil
}

// handover gives one file of the pack for a successor, to be kept where it belongs.
func (s *Site) handover(v *visit) (page, error) {
	files, err := s.o.Source.Handover(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.lang)
	if err != nil {
		return nil, err
	}
	name := v.r.PathValue("file")
	b, ok := files[name]
	if !ok {
		return nil, refusal.New(refusal.Missing, "web.no_page")
	}
	if err := s.o.Staff.Note(v.r.Context(), v.session.Member, staff.HandedOver, v.r.PathValue("mech")+" "+name); err != nil {
		return nil, err
	}
	v.attach(name, b)
	return nil, nil
}
