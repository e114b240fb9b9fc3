package web

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"entente.example/entry"
	"entente.example/internal/dialogue"
	"entente.example/internal/locale"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// deed is a form for one act of the dialogue's table.
type deed struct {
	Act    dialogue.Act
	Chrome view.Chrome
	Desk   *view.Desk
	To     string
	ID     string          // of a matter that is to begin
	Open   bool            // it came back refused, or it is what the reader came for
	First  bool            // drawn as the main button
	Values dialogue.Values // as filled in
	label  string          // instead of the act's own
}

// Label is what the button says, a message key.
func (d deed) Label() string {
	if d.label != "" {
		return d.label
	}
	return "do." + d.Act.Type
}

// Name tells the forms of a page apart.
func (d deed) Name() string { return d.Act.Type + strings.TrimPrefix(d.label, "kind") }

// Value is what was entered in a field.
func (d deed) Value(name string) string {
	if v := d.Values[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Said is what was entered in a language.
func (d deed) Said(name string, tag lang.Tag) string { return d.Value(name + ":" + string(tag)) }

// Has reports whether a choice was made.
func (d deed) Has(name, choice string) bool { return slices.Contains(d.Values[name], choice) }

// Refs are what a field can point at.
func (d deed) Refs(to string) []view.Ref { return d.Desk.Refs[to] }

// Many reports whether a field can point at more than its form offers.
func (d deed) Many(to string) bool { return len(d.Desk.Refs[to]) > view.RefsShown }

// Typed reports whether what a field points at can be typed as well as chosen: there is more than its form offers, or what it holds is not among that.
func (d deed) Typed(f dialogue.Field) bool {
	now := d.Value(f.Name)
	return d.Many(f.To) || f.To == "matter" || now != "" && !slices.ContainsFunc(d.Refs(f.To), func(r view.Ref) bool { return r.ID == now })
}

// Final reports whether an act without words is opened before it can be done: what cannot be taken back.
func (d deed) Final() bool {
	return slices.Contains([]string{"publish", "lock"}, d.Act.Verb())
}

// Hint says before an act what its button does not: who reads a published readout and what becomes of one that is withdrawn, and what a reply without words is. It is a message key, "" if there is nothing to say.
func (d deed) Hint() string {
	switch d.Act.Type {
	case "readout.publish":
		return "web.readout_publishes"
	case "readout.withdraw":
		return "web.readout_withdraws"
	case "readout.reply":
		return "web.readout_notes"
	}
	return ""
}

// Plain reports whether there is nothing to fill in.
func (d deed) Plain() bool { return len(d.Act.Fields) == 0 }

type mattersPage struct {
	Frame   frame
	M       view.Matters
	Opening *deed          // nil if the reader may not begin one
	Feed    string         // address of the reader's calendar, just made
	Counted *view.Workdays // as asked for
}

// Part is the address of a part of the list, without where it begins.
func (p *mattersPage) Part() string {
	return p.Group(p.M.Only) + map[bool]string{true: "?", false: "&"}[p.M.Only == ""] + "list="
}

// Group is the address of the list of a group, "" for all.
func (p *mattersPage) Group(key string) string {
	k, _ := dialogue.Find(p.M.Kind)
	path := "/m/" + p.M.Ref + "/" + k.Plural
	if key != "" {
		path += "?only=" + strings.TrimPrefix(key, "web.")
	}
	return path
}

// Grouped reports whether the list has several groups to choose from.
func (p *mattersPage) Grouped() bool { return len(p.M.Counts) > 1 }

// All is how many matters there are.
func (p *mattersPage) All() (n int) {
	for _, c := range p.M.Counts {
		n += c.All
	}
	return n
}

func (p *mattersPage) template() string { return "matters" }
func (p *mattersPage) frame() *frame    { return &p.Frame }

func (s *Site) matters(k dialogue.Kind) handler {
	return func(v *visit) (page, error) { return s.mattersWith(v, k, nil, nil) }
}

func (s *Site) mattersWith(v *visit, k dialogue.Kind, form dialogue.Values, refused error) (page, error) {
	m, err := s.o.Source.Matters(v.r.Context(), v.session.Member, v.r.PathValue("mech"), k.ID, v.at())
	if err != nil {
		return nil, err
	}
	p := &mattersPage{Frame: v.inside(&m.Chrome, k.ID), M: m}
	p.Frame.Title = locale.Message(v.lang, "kind."+k.ID, nil)
	if m.May[k.Opening().Type] {
		p.Opening = &deed{Act: k.Opening(), Chrome: m.Chrome, Desk: &p.M.Desk, To: "/m/" + m.Ref + "/" + k.Plural, ID: m.Next, Open: form != nil || len(m.Groups) == 0, First: true, Values: form,
			label: "kind." + k.ID + "_new"}
		if form != nil && len(form["matter_id"]) > 0 {
			p.Opening.ID = form["matter_id"][0]
		}
	}
	if q := v.r.URL.Query(); k.ID == "holidays" && q.Get("days") != "" && refused == nil {
		refused = s.count(v, p, q.Get("from"), q.Get("days"))
		if refused != nil && refusal.As(refused).Kind == refusal.Internal {
			return nil, refused
		}
	}
	p.Frame.refused(v, refused)
	return p, nil
}

// count answers in how many working days a day is.
func (s *Site) count(v *visit, p *mattersPage, from, days string) error {
	n, err := strconv.Atoi(days)
	if err != nil {
		n = 0 // which is refused with how many may be asked for
	}
	w, err := s.o.Source.Workdays(v.r.Context(), v.session.Member, v.r.PathValue("mech"), from, n)
	if err == nil {
		p.Counted = &w
	}
	return err
}

// begin opens a new matter.
func (s *Site) begin(k dialogue.Kind) handler {
	return func(v *visit) (page, error) {
		form, body, err := readDeed(v, k.Opening())
		id := v.r.PostForm.Get("matter_id")
		if err == nil && !entry.ValidID(id) {
			err = refusal.New(refusal.Invalid, "dialogue.bad_id", "id", id)
		}
		return s.deed(v, k, id, body, err, func(err error) (page, error) { return s.mattersWith(v, k, form, err) })
	}
}

type matterPage struct {
	Frame frame
	M     view.Matter
	Deeds []deed
	Zone  string // in which the reader sees instants beside UTC
}

// Timed reports whether the page shows an instant that matters to the second.
func (p *matterPage) Timed() bool {
	return slices.ContainsFunc(p.M.Facts, func(f view.Fact) bool { return !f.At.IsZero() })
}

func (p *matterPage) template() string { return "matter" }
func (p *matterPage) frame() *frame    { return &p.Frame }

func (s *Site) matter(k dialogue.Kind) handler {
	return func(v *visit) (page, error) { return s.matterWith(v, k, "", nil, nil) }
}

func (s *Site) matterWith(v *visit, k dialogue.Kind, act string, form dialogue.Values, refused error) (page, error) {
	id := v.r.PathValue("id")
	m, err := s.o.Source.Matter(v.r.Context(), v.session.Member, v.r.PathValue("mech"), k.ID, id, v.at())
	if err != nil {
		return nil, err
	}
	if only := v.r.URL.Query()["only"]; len(only) > 0 && k.ID == "readout" {
		if err := m.Only(only); err != nil {
			return nil, err
		}
	}
	p := &matterPage{Frame: v.inside(&m.Chrome, k.Matter(id)), M: m, Zone: s.zone(v)}
	if _, p.Frame.Title = m.Title.Pick(v.lang, lang.English); p.Frame.Title == "" {
		p.Frame.Title = id
	}
	for i, typ := range m.Offers {
		a, ok := k.Act(typ)
		if !ok {
			continue
		}
		d := deed{Act: a, Chrome: m.Chrome, Desk: &p.M.Desk, To: "/m/" + m.Ref + "/" + k.Plural + "/" + id, First: i == 0, Open: typ == act}
		if d.Values = m.Again[typ]; d.Open && form != nil {
			d.Values = form
		}
		p.Deeds = append(p.Deeds, d)
	}
	for _, b := range m.Begins {
		p.Deeds = append(p.Deeds, deed{Act: k.Opening(), Chrome: m.Chrome, Desk: &p.M.Desk, To: "/m/" + m.Ref + "/" + k.Plural, ID: m.Next, Values: b.Values, label: b.Key})
	}
	if k.ID == "meeting" && v.keepable(&p.Frame) {
		p.Deeds, p.M.Ours, p.M.May = nil, view.OursOn{}, nil
	}
	p.Frame.refused(v, refused)
	return p, nil
}

// pass makes a guest's link, which is shown once, or ends a guest's link or session.
func (s *Site) pass(v *visit) (page, error) {
	if err := v.r.ParseForm(); err != nil {
		return nil, refusal.New(refusal.Invalid, "web.bad_form").Because(err)
	}
	k, _ := dialogue.Find("guest")
	mech, id := v.r.PathValue("mech"), v.r.PathValue("id")
	if v.r.PostForm.Get("do") == "end" {
		n, _ := strconv.ParseInt(v.r.PostForm.Get("pass"), 10, 64) // there is no pass 0
		if err := s.o.Source.EndPass(v.r.Context(), v.session.Member, mech, id, n); err != nil {
			return s.matterWith(v, k, "", nil, err)
		}
		v.back("/m/"+mech+"/"+k.Plural+"/"+id, "pass_end", "passes")
		return nil, nil
	}
	address, err := s.o.Source.MakePass(v.r.Context(), v.session.Member, mech, id, v.r.PostForm.Get("proposal"), v.r.PostForm.Get("person"))
	if err != nil && noForm(err) {
		return nil, err
	}
	p, failed := s.matterWith(v, k, "", nil, err)
	if m, ok := p.(*matterPage); ok && m.M.Passes != nil {
		m.M.Passes.Made = address
	}
	return p, failed
}

// onMatter takes an act on a matter that there is.
func (s *Site) onMatter(k dialogue.Kind) handler {
	return func(v *visit) (page, error) {
		if err := v.r.ParseForm(); err != nil {
			return nil, refusal.New(refusal.Invalid, "web.bad_form").Because(err)
		}
		typ := v.r.PostForm.Get("act")
		a, ok := k.Act(typ)
		if !ok {
			return nil, refusal.New(refusal.Invalid, "web.unknown_act", "act", typ)
		}
		form, body, err := readDeed(v, a)
		return s.deed(v, k, v.r.PathValue("id"), body, err, func(err error) (page, error) { return s.matterWith(v, k, typ, form, err) })
	}
}

// readDeed reads a form. Its values come back with the page if the act is refused, so that no word is lost.
func readDeed(v *visit, a dialogue.Act) (dialogue.Values, entry.Body, error) {
	if err := v.r.ParseForm(); err != nil {
		return nil, nil, refusal.New(refusal.Invalid, "web.bad_form").Because(err)
	}
	form := dialogue.Values(v.r.PostForm)
	filled := maps.Clone(form)
	if n := form["due:workdays"]; len(n) == 1 && n[0] != "" && (len(form["due"]) == 0 || form["due"][0] == "") {
		filled["due"] = []string{n[0] + dialogue.Workdays}
	}
	body, err := a.Fill(filled)
	return form, body, err
}

// deed puts an act on the record, and goes to the matter's page; again draws the form once more with what was wrong.
func (s *Site) deed(v *visit, k dialogue.Kind, id string, body entry.Body, err error, again func(error) (page, error)) (page, error) {
	mech := v.r.PathValue("mech")
	if p, ok := body.(dialogue.Placed); ok {
		p.Place(id)
	}
	if err == nil {
		err = v.asked(body)
	}
	if err == nil {
		err = s.o.Source.Act(v.r.Context(), v.session.Member, mech, k.Matter(id), body)
	}
	switch {
	case err != nil && noForm(err):
		return nil, err
	case err != nil:
		return again(err)
	}
	v.back("/m/"+mech+"/"+k.Plural+"/"+id, "act", "")
	return nil, nil
}
