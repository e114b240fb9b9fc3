package web

import (
	"context"
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/line"
	"entente.example/internal/situation"
	"entente.example/internal/view"
	"entente.example/lang"
)

func (s *source) HotLine(_ context.Context, member, ref, id string) (view.HotLine, error) {
	h := s.g.hotLine()
	if h.ID = id; s.lineRests {
		h.Turn.Next = nil
	}
	return h, s.knows(member, ref)
}

func (s *source) CallLine(ctx context.Context, member, ref, _ string, to []charter.PartyID) error {
	return s.Act(ctx, member, ref, "", line.Check{To: to})
}

func (s *source) AnswerLine(ctx context.Context, member, ref, _, check string, note lang.Text) error {
	return s.Act(ctx, member, ref, "", line.Answer{Check: check, Note: note})
}

func (s *source) Board(_ context.Context, member, ref string) (view.Board, error) {
	if s.boardBreaks {
		panic("the hotline broke")
	}
	return s.g.board(), s.knows(member, ref)
}

// hotLine is a line on which everything has happened once.
func (g *gallery) hotLine() view.HotLine {
	may := map[string]bool{}
	for _, act := range []string{"line.propose", "line.agree", "line.desk", "line.suspend", "line.resume", "line.check", "line.answer"} {
		may[act] = true
	}
	terms := line.Propose{Callers: []charter.PartyID{"cedar", "millstone"}, From: "2025-01-06", Times: []line.Time{{Days: []string{"mon"}, At: "09:00", Zone: "+08:00"}}, Minutes: 15,
		Holidays: []line.Holiday{{From: "2025-01-28", To: "2025-02-04", Note: lang.Text{"zh-Hans": "春节"}}}, Pool: []line.Phrase{{Lang: "en", Text: "A phrase of <our own>"}}}
	p := line.Proposal{ID: "cedar-50", Party: "cedar", At: line.Stamp(galleryNow), Terms: terms, Agreed: map[charter.PartyID]string{"cedar": "x"}}
	h := view.HotLine{Chrome: g.chrome(), ID: "main", Others: []string{"night"}, Parties: g.parties, Languages: []lang.Tag{"zh-Hans", "ja", "en"}, InForce: &p, May: may,
		Notices: []line.Notice{{ID: "cedar-60", Party: "cedar", Terms: line.Suspend{From: line.Stamp(galleryNow), Note: lang.Text{"en": "works on the building"}}},
			{ID: "millstone-61", Party: "millstone", Terms: line.Suspend{From: line.Stamp(galleryNow), To: line.Stamp(galleryNow.Add(time.Hour))}}}}
	next := line.Slot{At: galleryNow.Add(time.Hour), Caller: "millstone"}
	h.Turn = line.Turn{Next: &next, Call: &line.Slot{At: galleryNow.Add(-time.Minute), Caller: "cedar"}, Agree: []line.Proposal{p}}
	for i, state := range line.States {
		r := line.Row{At: line.Stamp(galleryNow.Add(-time.Duration(i) * 24 * time.Hour)), Caller: "cedar", Callee: "millstone", State: state, Check: "cedar-70", Route: "direct", Notice: "cedar-60", Unmanned: true, Late: true,
			Sent: line.Payload{Lang: "en", Text: "A thing of <beauty>"}}
		switch state {
		case line.Answered:
			r.Answered, r.Seconds, r.By = r.At, 70, "millstone-duty"
		case line.NotCalled, line.Suspended:
			r.Callee, r.Check, r.Route = "", "", ""
		case line.MachineAcknowledged:
			r.Received, r.Caller, r.Callee = r.At, "millstone", "cedar"
			h.Turn.Answers = append(h.Turn.Answers, r)
		}
		h.Rows = append(h.Rows, r)
	}
	h.Statistics = line.Counts(h.Rows)
	h.Lines[0].Heard, h.Lines[0].Silent, h.Lines[0].UpTo = galleryNow.AddDate(-6, -3, 0), view.Length{Years: 6, Months: 3}, "cedar-35"
	h.Lines[1].Back = &view.Back{From: galleryNow.AddDate(-6, -3, 0), Until: galleryNow, Length: view.Length{Days: 9}, Route: "relay", CameIn: 3, WentOut: 4, Awaits: 1}
	return h
}

func (g *gallery) board() view.Board {
	said := situation.Declaration{ID: "cedar-80", At: line.Stamp(galleryNow), Said: situation.Declare{Level: "calm", From: "2025-01-08", Text: lang.Text{"zh-Hans": "平稳 <b>"}}}
	before := said
	before.Until, before.Said.Level = line.Stamp(galleryNow), "our own word"
	return view.Board{Chrome: g.chrome(), Levels: []charter.Level{{ID: "calm", Label: lang.Text{"en": "Calm", "ja": "平穏", "zh-Hans": "平稳"}}}, Own: "zh-Hans", Ours: "cedar-80", Today: "2025-01-09",
		May: map[string]bool{"situation.declare": true}, Columns: []view.Declared{{Party: g.parties[0], Stands: &said, Before: []situation.Declaration{before}}, {Party: g.parties[1]}}}
}

// Each form of a line's page is the act that it says, and a form that is refused comes back as it was filled in.
func TestFormsOfALine(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	for _, c := range []struct {
		form url.Values
		want func(any) bool
	}{
		{url.Values{"act": {"check"}}, func(a any) bool { _, ok := a.(line.Check); return ok }},
		{url.Values{"act": {"answer"}, "check": {"millstone-7"}, "note": {"heard"}}, func(a any) bool {
			x, ok := a.(line.Answer)
			return ok && x.Check == "millstone-7" && x.Note["en"] == "heard"
		}},
		{url.Values{"act": {"agree"}, "proposal": {"cedar-50"}}, func(a any) bool { return a == line.Agree{Proposal: "cedar-50"} }},
		{url.Values{"act": {"resume"}, "notice": {"cedar-60"}}, func(a any) bool { return a == line.Resume{Notice: "cedar-60"} }},
		{url.Values{"act": {"suspend"}, "from": {"2025-03-11T08:00"}, "zone": {"+08:00"}}, func(a any) bool {
			x, ok := a.(line.Suspend)
			return ok && x.From == "2025-03-11T00:00:00Z" && x.To == ""
		}},
		{url.Values{"act": {"desk"}, "from": {"2025-03-11T08:00"}, "to": {"2025-03-12T08:00"}, "zone": {"Z"}, "manned": {"yes"}}, func(a any) bool {
			x, ok := a.(line.Desk)
			return ok && x.Manned && x.To == "2025-03-12T08:00:00Z"
		}},
		{url.Values{"act": {"propose"}, "caller": {"cedar", "millstone"}, "from_day": {"2025-02-03"}, "minutes": {"15"}, "times": {"mon 09:00 +08:00\n\ndaily 17:00 Z"}}, func(a any) bool {
			x, ok := a.(line.Propose)
			return ok && len(x.Callers) == 2 && len(x.Times) == 2 && x.Times[1].String() == "daily 17:00 Z" && x.Minutes == 15 && len(x.Holidays) == 0 && len(x.Pool) == 0
		}},
		{url.Values{"act": {"propose"}, "caller": {"cedar", "millstone"}, "from_day": {"2025-02-03"}, "minutes": {"15"}, "holidays": {"2025-01-28..2025-02-04 Spring Festival\r\n\r\n2025-05-01"},
			"pool:ja": {"古池や"}, "pool:en": {"The quick brown fox\nSphinx of black quartz\n"}, "pool:zh-Hans": {""}}, func(a any) bool {
			x, ok := a.(line.Propose)
			return ok && len(x.Holidays) == 2 && x.Holidays[0].To == "2025-02-04" && x.Holidays[0].Note["en"] == "Spring Festival" && x.Holidays[1].From == "2025-05-01" && x.Holidays[1].To == "2025-05-01" &&
				slices.Equal(x.Pool, []line.Phrase{{Lang: "en", Text: "The quick brown fox"}, {Lang: "en", Text: "Sphinx of black quartz"}, {Lang: "ja", Text: "古池や"}})
		}},
	} {
		src.acts = nil
		if res := b.do(http.MethodPost, "/m/valley/line/main/acts", c.form, nil); res.StatusCode != http.StatusSeeOther {
			t.Errorf("%v: %d", c.form, res.StatusCode)
			continue
		}
		if len(src.acts) != 1 || !c.want(src.acts[0]) {
			t.Errorf("%v became %+v", c.form, src.acts)
		}
	}
	res := b.do(http.MethodPost, "/m/valley/line/main/acts", url.Values{"act": {"propose"}, "times": {"someday"}, "from_day": {"2025-02-03"}, "holidays": {"2025-01-28..2025-02-04"}, "pool:ja": {"古池や"}}, nil)
	for _, want := range []string{"someday", `value="2025-02-03"`, ">2025-01-28..2025-02-04<", ">古池や<"} {
		if res.StatusCode != http.StatusBadRequest || !strings.Contains(res.body, want) {
			t.Errorf("a refused form: %d, without %q", res.StatusCode, want)
		}
	}
}

// Each suspension that is running or to come is told with its end, and whoever gave notice of one can end it, also where another party has suspended the line since. A line without a call to come says why.
func TestSuspensionsAreTold(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	page := b.get("/m/valley/line/main").body
	for _, want := range []string{"until further notice (cedar-60)", " until 9 January 2025 ", "(millstone-61)", "Next call"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if n := strings.Count(page, `value="resume"`); n != 1 || !strings.Contains(page, `name="notice" value="cedar-60"`) {
		t.Errorf("%d suspensions can be ended", n)
	}
	src.lineRests = true
	if page := b.get("/m/valley/line/main").body; strings.Contains(page, "Next call") || !strings.Contains(page, "No call is due before") {
		t.Error("a line on which nothing is due does not say why")
	}
}

// The export has every line of the history, and keeps the states apart by name. Scenario a20, in the export.
func TestHistoryIsExported(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	rows, err := csv.NewReader(strings.NewReader(b.get("/m/valley/line/main/history.csv").body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.Index(rows[0], "state")
	var states []string
	for _, r := range rows[1:] {
		states = append(states, r[at])
	}
	if !slices.Equal(states, line.States) {
		t.Errorf("exported %q", states)
	}
	if page := b.get("/m/valley/line/main/history.json"); page.Header.Get("Content-Type") != "application/json" || !strings.Contains(page.body, `"machine-acknowledged"`) {
		t.Errorf("%s", page.body)
	}
	if page := b.get("/m/valley/line/main/history.xls"); page.StatusCode != http.StatusNotFound {
		t.Errorf("got %d", page.StatusCode)
	}
}

// A declaration is made in our own language, on our own part of the board.
func TestFormsOfTheBoard(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	if res := b.do(http.MethodPost, "/m/valley/situation", url.Values{"act": {"declare"}, "level": {"calm"}, "words": {"平稳"}, "from": {"2025-01-08"}}, nil); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d", res.StatusCode)
	}
	if x, ok := src.acts[0].(situation.Declare); !ok || x.Text["zh-Hans"] != "平稳" || x.Level != "calm" {
		t.Errorf("%+v", src.acts)
	}
	if res := b.do(http.MethodPost, "/m/valley/situation", url.Values{"act": {"withdraw"}, "declaration": {"cedar-80"}}, nil); res.StatusCode != http.StatusSeeOther || src.acts[1] != (situation.Withdraw{Declaration: "cedar-80"}) {
		t.Errorf("%d %+v", res.StatusCode, src.acts)
	}
}
