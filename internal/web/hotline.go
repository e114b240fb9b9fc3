package web

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/line"
	"entente.example/internal/locale"
	"entente.example/internal/situation"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

type hotLinePage struct {
	Frame frame
	L     view.HotLine
	Back  http.Header // fields of a form that was refused, as they were filled in
	Rows  []line.Run  // of the part of the history that is shown
	Cut   view.Cut
}

func (p *hotLinePage) template() string { return "hotline" }
func (p *hotLinePage) frame() *frame    { return &p.Frame }

// Field is what stood in a field of the form that came back.
func (p *hotLinePage) Field(name string) string { return p.Back.Get(name) }

// Chart is the picture of the line's history.
func (p *hotLinePage) Chart() chart { return newChart(p.L) }

// States are the kinds of outcome, for the legend.
func (p *hotLinePage) States() []string { return line.States }

func (s *Site) hotLine(v *visit) (page, error) { return s.hotLineWith(v, nil, nil) }

func (s *Site) hotLineWith(v *visit, form http.Header, refused error) (page, error) {
	l, err := s.o.Source.HotLine(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PathValue("line"))
	if err != nil {
		return nil, err
	}
	p := &hotLinePage{Frame: v.inside(&l.Chrome, line.Matter(l.ID)), L: l, Back: form}
	p.Rows, p.Cut = view.PartFrom(line.Runs(l.Rows), v.at().List, view.CallsShown)
	p.Frame.Title = locale.Message(v.lang, "web.line_checks", nil)
	p.Frame.refused(v, refused)
	return p, nil
}

// lineAct takes the forms of a line's page.
func (s *Site) lineAct(v *visit) (page, error) {
	if err := v.r.ParseForm(); err != nil {
		return nil, refusal.New(refusal.Invalid, "web.bad_form").Because(err)
	}
	form, ctx, member, mech, id := v.r.PostForm, v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PathValue("line")
	note := lang.Text{}
	if words := lang.Normalise(strings.TrimSpace(form.Get("note"))); words != "" {
		note[v.lang] = words
	}
	act := form.Get("act")
	var err error
	switch act {
	case "check":
		err = s.o.Source.CallLine(ctx, member, mech, id, nil)
	case "answer":
		if err = v.asked(note); err == nil {
			err = s.o.Source.AnswerLine(ctx, member, mech, id, form.Get("check"), note)
		}
	default:
		var body entry.Body
		if body, err = lineBody(act, v.lang, form, note); err == nil {
			err = v.asked(body)
		}
		if err == nil {
			err = s.o.Source.Act(ctx, member, mech, line.Matter(id), body)
		}
	}
	if err != nil {
		if noForm(err) {
			return nil, err
		}
		back := http.Header{}
		for name := range form {
			back.Set(name, form.Get(name))
		}
		return s.hotLineWith(v, back, err)
	}
	v.back("/m/"+mech+"/line/"+id, "line", "")
	return nil, nil
}

// lineBody makes the act that a form of a line's page asks for.
func lineBody(act string, tag lang.Tag, form url.Values, note lang.Text) (entry.Body, error) {
	get := form.Get
	switch act {
	case "agree":
		return line.Agree{Proposal: get("proposal")}, nil
	case "resume":
		return line.Resume{Notice: get("notice")}, nil
	case "propose":
		return proposed(tag, form)
	}
	from, err := local(get("from"), get("zone"))
	if err != nil {
		return nil, err
	}
	to, err := local(get("to"), get("zone"))
	if err != nil {
		return nil, err
	}
	switch act {
	case "suspend":
		return line.Suspend{From: from, To: to, Note: note}, nil
	case "desk":
		return line.Desk{From: from, To: to, Manned: get("manned") != "", Note: note}, nil
	}
	return nil, refusal.New(refusal.Invalid, "web.unknown_act", "act", act)
}

// proposed reads the form of a schedule: times stand one a line, as "mon 09:00 +08:00", days without calls as "2025-01-28..2025-02-04 Spring Festival", and phrases by language.
func proposed(tag lang.Tag, form url.Values) (entry.Body, error) {
	b := line.Propose{From: form.Get("from_day")}
	b.Minutes, _ = strconv.Atoi(form.Get("minutes")) // what is no number is refused with the schedule
	for _, c := range form["caller"] {
		b.Callers = append(b.Callers, charter.PartyID(c))
	}
	for _, l := range linesOf(form.Get("times")) {
		t, err := line.ParseTime(l)
		if err != nil {
			return nil, err
		}
		b.Times = append(b.Times, t)
	}
	for _, l := range linesOf(form.Get("holidays")) {
		b.Holidays = append(b.Holidays, line.ParseHoliday(l, tag))
	}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if in, ok := strings.CutPrefix(name, "pool:"); ok {
			for _, l := range linesOf(form.Get(name)) {
				b.Pool = append(b.Pool, line.Phrase{Lang: lang.Tag(in), Text: lang.Normalise(l)})
			}
		}
	}
	return b, nil
}

// linesOf are the lines of a field in which there is anything.
func linesOf(field string) (out []string) {
	for l := range strings.Lines(field) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// local reads what a browser's field for a day and a time gives, in a zone that stands beside it.
func local(s, zone string) (string, error) {
	if s == "" {
		return "", nil
	}
	if zone == "" {
		zone = "Z"
	}
	t, err := time.Parse("2006-01-02T15:04Z07:00", s+zone)
	if err != nil {
		return "", refusal.New(refusal.Invalid, "line.no_such_instant", "at", s+zone)
	}
	return line.Stamp(t), nil
}

// lineExport hands the history out as a file.
func (s *Site) lineExport(v *visit) (page, error) {
	l, err := s.o.Source.HotLine(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PathValue("line"))
	if err != nil {
		return nil, err
	}
	b, kind := line.CSV(l.Rows), "text/csv; charset=utf-8"
	if v.r.PathValue("file") == "history.json" {
		kind = "application/json"
		if b, err = json.MarshalIndent(map[string]any{"rows": l.Rows, "statistics": l.Statistics}, "", "  "); err != nil {
			return nil, err
		}
	} else if v.r.PathValue("file") != "history.csv" {
		return s.notFound(v)
	}
	v.w.Header().Set("Content-Type", kind)
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+v.r.PathValue("file")+`"`)
	_, _ = v.w.Write(b)
	return nil, nil
}

// chart is the picture of a line's history: a lane for each direction, a sign for each call, the newest at the right.
type chart struct {
	Width, Height int
	Lanes         []lane
}

type lane struct {
	From, To view.Party
	Y        int
	Marks    []chartMark
}

type chartMark struct {
	X     int
	State string
	Late  bool
	At    string
}

// Measures of the picture.
const (
	chartCalls = 48
	chartStep  = 18
	chartLane  = 34
	chartHead  = 200
)

func newChart(h view.HotLine) chart {
	var times []string
	for _, r := range h.Rows {
		if r.Callee != "" && !slices.Contains(times, r.At) && len(times) < chartCalls {
			times = append(times, r.At)
		}
	}
	slices.Sort(times)
	c := chart{Width: chartHead + chartStep*max(len(times), 1) + chartStep}
	for _, r := range slices.Backward(h.Rows) {
		at, ok := slices.BinarySearch(times, r.At)
		if r.Callee == "" || !ok {
			continue
		}
		i := slices.IndexFunc(c.Lanes, func(l lane) bool { return l.From.ID == r.Caller && l.To.ID == r.Callee })
		if i < 0 {
			i = len(c.Lanes)
			c.Lanes = append(c.Lanes, lane{From: h.Party(r.Caller), To: h.Party(r.Callee), Y: chartLane*i + chartLane/2})
		}
		c.Lanes[i].Marks = append(c.Lanes[i].Marks, chartMark{X: chartHead + chartStep*at + chartStep/2, State: r.State, Late: r.Late, At: r.At})
	}
	c.Height = chartLane * max(len(c.Lanes), 1)
	return c
}

type boardPage struct {
	Frame frame
	B     view.Board
	Words string // of a form that was refused
	Level string
}

func (p *boardPage) template() string { return "board" }
func (p *boardPage) frame() *frame    { return &p.Frame }

func (s *Site) board(v *visit) (page, error) { return s.boardWith(v, "", "", nil) }

func (s *Site) boardWith(v *visit, words, level string, refused error) (page, error) {
	b, err := s.o.Source.Board(v.r.Context(), v.session.Member, v.r.PathValue("mech"))
	if err != nil {
		return nil, err
	}
	p := &boardPage{Frame: v.inside(&b.Chrome, situation.Matter(b.Self.ID)), B: b, Words: words, Level: level}
	p.Frame.Title = locale.Message(v.lang, "web.situation", nil)
	p.Frame.refused(v, refused)
	return p, nil
}

// declare takes the forms of the situation board.
func (s *Site) declare(v *visit) (page, error) {
	if err := v.r.ParseForm(); err != nil {
		return nil, refusal.New(refusal.Invalid, "web.bad_form").Because(err)
	}
	form, mech := v.r.PostForm, v.r.PathValue("mech")
	words, level := lang.Normalise(strings.TrimSpace(form.Get("words"))), lang.Normalise(strings.TrimSpace(form.Get("level")))
	b, err := s.o.Source.Board(v.r.Context(), v.session.Member, mech)
	if err != nil {
		return nil, err
	}
	var body entry.Body
	switch act := form.Get("act"); act {
	case "declare":
		body = situation.Declare{Level: level, Text: lang.Text{b.Own: words}, From: form.Get("from")}
	case "withdraw":
		body = situation.Withdraw{Declaration: form.Get("declaration")}
	default:
		return nil, refusal.New(refusal.Invalid, "web.unknown_act", "act", act)
	}
	if err = v.asked(body); err == nil {
		err = s.o.Source.Act(v.r.Context(), v.session.Member, mech, situation.Matter(b.Self.ID), body)
	}
	if err != nil {
		if noForm(err) {
			return nil, err
		}
		return s.boardWith(v, words, level, err)
	}
	v.back("/m/"+mech+"/situation", "situation", "")
	return nil, nil
}
