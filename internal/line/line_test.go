package line

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func agreed(id string, p Propose) Proposal {
	x := Proposal{ID: id, Party: p.Callers[0], Terms: p, Agreed: map[charter.PartyID]string{}}
	for _, c := range p.Callers {
		x.Agreed[c] = "2025-01-01T00:00:00Z"
	}
	return x
}

func due(slots []Slot) (out []string) {
	for _, s := range slots {
		out = append(out, Stamp(s.At)+" "+string(s.Caller))
	}
	return out
}

// Callers take turns from the first day on, in the zone of the schedule, whoever asks and from when; holidays take no turn; a later schedule takes over on its first day. A count that began
// where somebody looks would give the turn to the wrong party.
func TestTurns(t *testing.T) {
	weekly := Propose{Callers: []charter.PartyID{"a", "b"}, From: "2025-02-03", Times: []Time{{Days: []string{"mon"}, At: "09:00", Zone: "+08:00"}}, Minutes: 15, Holidays: []Holiday{{From: "2025-02-10", To: "2025-02-12"}}}
	daily := Propose{Callers: []charter.PartyID{"b", "a", "c"}, From: "2025-03-01", Times: []Time{{At: "17:00", Zone: "+09:00"}, {At: "00:30", Zone: "+09:00"}}, Minutes: 5}
	s := &State{Proposals: []Proposal{agreed("a-1", weekly), agreed("a-2", daily)}}
	want := []string{"2025-02-03T01:00:00Z a", "2025-02-17T01:00:00Z b", "2025-02-24T01:00:00Z a", "2025-02-28T15:30:00Z b", "2025-03-01T08:00:00Z a", "2025-03-01T15:30:00Z c"}
	all := s.Slots(at("2025-01-01T00:00:00Z"), at("2025-03-02T00:00:00Z"))
	if got := due(all); !slices.Equal(got, want) {
		t.Fatalf("got  %q\nwant %q", got, want)
	}
	for i := range all {
		if got := due(s.Slots(all[i].At, at("2025-03-02T00:00:00Z"))); !slices.Equal(got, want[i:]) {
			t.Errorf("from the %d-th on: %q", i, got)
		}
	}
	if p := s.InForce(at("2025-02-28T12:00:00Z")); p == nil || p.ID != "a-1" {
		t.Errorf("in force: %+v", p)
	}
	s.Proposals[0].Agreed["b"] = "2025-02-20T00:00:00Z"
	if got := due(s.Slots(all[0].At, at("2025-02-28T00:00:00Z"))); !slices.Equal(got, want[2:3]) {
		t.Errorf("agreed to in the middle of it: %q", got)
	}
	delete(s.Proposals[1].Agreed, "c")
	if got := due(s.Slots(at("2025-03-01T00:00:00Z"), at("2025-03-11T00:00:00Z"))); !slices.Equal(got, []string{"2025-03-03T01:00:00Z b", "2025-03-10T01:00:00Z a"}) {
		t.Errorf("a schedule that not all have agreed to took over: %q", got)
	}
}

func TestTimesAsPeopleWriteThem(t *testing.T) {
	for in, want := range map[string]string{"mon,thu 09:00 +08:00": "mon,thu 09:00 +08:00", "Daily 17:00Z": "daily 17:00 Z", "fri 23:59 -03:30": "fri 23:59 -03:30"} {
		if got, err := ParseTime(in); err != nil || got.String() != want {
			t.Errorf("%q: %q %v", in, got, err)
		}
	}
	for _, in := range []string{"", "09:00", "mon 9:00 Z", "mon 24:00 Z", "moon 09:00 Z", "mon,mon 09:00 Z", "mon 09:00", "mon 09:00 Asia/Tokyo", "daily 09:00 +25:00"} {
		if _, err := ParseTime(in); refusal.As(err).Key != "line.bad_time" {
			t.Errorf("%q: %v", in, err)
		}
	}
}

// Days without calls are read with the words that are said of them, by command and in a form; a day that does not exist is refused with the schedule.
func TestHolidaysAsPeopleWriteThem(t *testing.T) {
	for in, want := range map[string]Holiday{
		"2025-01-28..2025-02-04=Spring Festival":   {From: "2025-01-28", To: "2025-02-04", Note: lang.Text{"en": "Spring Festival"}},
		" 2025-01-28..2025-02-04  Spring Festival": {From: "2025-01-28", To: "2025-02-04", Note: lang.Text{"en": "Spring Festival"}},
		"2025-05-01\u3000メーデー":                     {From: "2025-05-01", To: "2025-05-01", Note: lang.Text{"en": "メーデー"}},
		"2025-01-28 .. 2025-02-04 Spring Festival": {From: "2025-01-28", To: "2025-02-04", Note: lang.Text{"en": "Spring Festival"}},
		"2025-05-01 May Day .. and its eve":        {From: "2025-05-01", To: "2025-05-01", Note: lang.Text{"en": "May Day .. and its eve"}},
		"2025-05-01":                               {From: "2025-05-01", To: "2025-05-01"},
		"the first":                                {From: "the", To: "the", Note: lang.Text{"en": "first"}},
	} {
		if got := ParseHoliday(in, "en"); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v", in, got)
		}
	}
}

// Every phrase can be sent, in three languages of as many; a phrase that was changed is refused; and an agreed pool is drawn from where there is one. SPEC line-pool.
func TestPool(t *testing.T) {
	for _, tag := range []lang.Tag{lang.English, lang.Chinese, lang.Japanese} {
		if len(builtIn[tag]) != 10 {
			t.Errorf("%s has %d phrases", tag, len(builtIn[tag]))
		}
		for i := range builtIn[tag] {
			p := Draw(nil, int64(i)+10, tag)
			if err := p.check(); err != nil || p.N != i || p.Lang != tag {
				t.Errorf("%+v: %v", p, err)
			}
		}
	}
	p := Draw(nil, 3, "fr", lang.Japanese)
	if p.Lang != lang.Japanese {
		t.Errorf("drawn in %s", p.Lang)
	}
	p.Text += "。"
	if err := p.check(); refusal.As(err).Key != "line.not_in_pool" {
		t.Errorf("an altered phrase: %v", err)
	}
	own := agreed("a-9", Propose{Callers: []charter.PartyID{"a", "b"}, Pool: []Phrase{{"fr", "Portez ce vieux whisky au juge blond qui fume."}}})
	if p := Draw(&own, 5, "fr", "en"); p.Pool != "a-9" || p.Lang != "fr" || p.check() != nil {
		t.Errorf("%+v", p)
	}
	if p := Draw(&own, 5, "ja"); p.Pool != BuiltIn || p.Lang != lang.Japanese {
		t.Errorf("%+v", p)
	}
}

// One call at one party, as it looks at every moment of what may become of it.
func TestWhatBecameOfACall(t *testing.T) {
	const made = "2025-02-03T01:00:00Z"
	leg := func(l Leg) map[charter.PartyID]*Leg { return map[charter.PartyID]*Leg{"b": &l} }
	line := &State{Proposals: []Proposal{agreed("a-1", Propose{Callers: []charter.PartyID{"a", "b"}, From: "2025-02-01", Minutes: 15})}}
	away := &State{Proposals: line.Proposals, Desks: []OurDesk{{Party: "b", Desk: Desk{From: "2025-02-03T00:00:00Z", To: "2025-02-04T00:00:00Z"}}}}
	notice := &State{Proposals: line.Proposals, Notices: []Notice{{ID: "b-5", Party: "b", Terms: Suspend{From: "2025-02-01T00:00:00Z"}}}}
	for name, c := range map[string]struct {
		line *State
		leg  Leg
		now  string
		want string
		late bool
	}{
		"just made":                               {line, Leg{}, "2025-02-03T01:05:00Z", Calling, false},
		"nothing heard":                           {line, Leg{}, "2025-02-03T01:15:01Z", Unreachable, false},
		"stored, in time":                         {line, Leg{Received: "2025-02-03T01:00:02Z"}, "2025-02-03T01:05:00Z", MachineAcknowledged, false},
		"stored, nobody came":                     {line, Leg{Received: "2025-02-03T01:00:02Z"}, "2025-02-03T01:15:01Z", Unanswered, false},
		"stored, nobody was expected":             {away, Leg{Received: "2025-02-03T01:00:02Z"}, "2025-02-09T00:00:00Z", MachineAcknowledged, false},
		"stored too late":                         {line, Leg{Received: "2025-02-03T03:00:00Z"}, "2025-02-03T03:00:01Z", Unreachable, false},
		"years later":                             {line, Leg{Received: "2031-05-03T03:00:00Z"}, "2031-05-03T03:00:01Z", Unreachable, false},
		"answered":                                {line, Leg{Received: "2025-02-03T01:00:02Z", Answered: "2025-02-03T01:01:10Z"}, "2025-02-04T00:00:00Z", Answered, false},
		"answered too late":                       {line, Leg{Received: "2025-02-03T01:00:02Z", Answered: "2025-02-03T01:20:00Z"}, "2025-02-04T00:00:00Z", Answered, true},
		"by hand":                                 {line, Leg{Received: "2025-03-03T01:00:00Z", Route: pouch}, "2025-03-04T00:00:00Z", MachineAcknowledged, false},
		"answered by hand":                        {line, Leg{Received: "2025-03-03T01:00:00Z", Route: pouch, Answered: "2025-03-03T02:00:00Z"}, "2025-04-04T00:00:00Z", Answered, false},
		"during a notice: facts stay facts":       {notice, Leg{Received: "2025-02-03T01:00:02Z"}, "2025-02-03T01:15:01Z", Unanswered, false},
		"during a notice, nothing heard":          {notice, Leg{}, "2025-02-03T01:15:01Z", Unreachable, false},
		"the answer's clock is behind the call's": {line, Leg{Received: made, Answered: "2025-02-03T00:59:00Z"}, "2025-02-04T00:00:00Z", Answered, false},
	} {
		call := Call{ID: "a-3", Party: "a", At: made, Check: Check{To: []charter.PartyID{"b"}, Schedule: "a-1"}, Legs: leg(c.leg)}
		v := View{Line: c.line, Months: []*Month{{Calls: []Call{call}}}, Now: at(c.now)}
		rows := v.History()
		r := rows[slices.IndexFunc(rows, func(r Row) bool { return r.Check != "" })]
		if r.State != c.want || r.Late != c.late || r.Seconds < 0 {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// A receipt of the other party is its node's word that it holds the call, also before the node says so on the record.
func TestAReceiptAcknowledges(t *testing.T) {
	v := View{Line: &State{}, Now: at("2025-02-03T01:10:00Z"), Months: []*Month{{Calls: []Call{{ID: "a-3", Party: "a", Index: 3, At: "2025-02-03T01:00:00Z", Check: Check{To: []charter.PartyID{"b", "c"}}}}}},
		Stored: func(holder charter.PartyID, c *Call) (time.Time, bool) {
			return at("2025-02-03T01:00:05Z"), holder == "b" && c.Index == 3
		}}
	rows := v.History()
	if rows[0].Callee != "b" || rows[0].State != MachineAcknowledged || rows[1].State != Calling {
		t.Errorf("%+v", rows)
	}
}

// Times at which nobody called are told, those under a notice as suspended; what is our turn is asked for until it is done; and the counts are of the rows.
func TestWhatWasDueAndWhatItComesTo(t *testing.T) {
	s := &State{Proposals: []Proposal{agreed("a-1", Propose{Callers: []charter.PartyID{"a", "b"}, From: "2025-02-03", Times: []Time{{At: "01:00", Zone: "Z"}}, Minutes: 10})},
		Notices: []Notice{{ID: "b-2", Party: "b", At: "2025-02-05T00:00:00Z", Terms: Suspend{From: "2025-02-05T00:00:00Z", To: "2025-02-06T00:00:00Z"}}}}
	m := &Month{Calls: []Call{{ID: "a-3", Party: "a", At: "2025-02-03T01:02:00Z", Check: Check{To: []charter.PartyID{"b"}, Due: "2025-02-03T01:00:00Z", Schedule: "a-1"},
		Legs: map[charter.PartyID]*Leg{"b": {Received: "2025-02-03T01:02:01Z", Answered: "2025-02-03T01:04:00Z", Route: "direct"}}}}}
	v := View{Line: s, Months: []*Month{m}, Now: at("2025-02-07T01:05:00Z")}
	var got []string
	for _, r := range v.History() {
		got = append(got, r.At[5:10]+" "+r.State)
	}
	want := []string{"02-06 " + NotCalled, "02-05 " + Suspended, "02-05 " + Suspended, "02-04 " + NotCalled, "02-03 " + Answered}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if turn := v.Turn("a"); turn.Call == nil || Stamp(turn.Call.At) != "2025-02-07T01:00:00Z" || turn.Next == nil || turn.Next.Caller != "b" {
		t.Errorf("%+v", turn)
	}
	if turn := v.Turn("b"); turn.Call != nil {
		t.Errorf("it is not b's turn: %+v", turn.Call)
	}
	m.Calls = append(m.Calls, Call{ID: "a-4", Party: "a", At: "2025-02-07T01:03:00Z", Check: Check{To: []charter.PartyID{"b"}, Due: "2025-02-07T01:00:00Z", Schedule: "a-1"}})
	if turn := v.Turn("a"); turn.Call != nil {
		t.Errorf("we have called: %+v", turn.Call)
	}
	if turn := v.Turn("b"); len(turn.Answers) != 1 || turn.Answers[0].Check != "a-4" {
		t.Errorf("a call waits for b: %+v", turn.Answers)
	}
	m.Calls = append(m.Calls, Call{ID: "a-10", Index: 10, Party: "a", At: "2025-02-07T01:03:00Z", Check: Check{To: []charter.PartyID{"b"}}}) // within the same second
	if turn := v.Turn("b"); len(turn.Answers) != 1 || turn.Answers[0].Check != "a-10" {
		t.Errorf("the newest call waits for b: %+v", turn.Answers)
	}
	m.Calls = m.Calls[:2]
	c := Counts(v.History())
	if c.All.Calls != 2 || c.All.InTime != 1 || c.All.Median != 2 || c.All.States[NotCalled] != 2 || c.All.States[Suspended] != 2 || len(c.Months) != 1 || c.Months[0].Of != "2025-02" {
		t.Errorf("%+v", c)
	}
	if i := slices.IndexFunc(c.Routes, func(c Count) bool { return c.Of == "direct" }); i < 0 || c.Routes[i].InTime != 1 {
		t.Errorf("%+v", c.Routes)
	}
	if lines := bytes.Count(CSV(v.History()), []byte("\n")); lines != len(v.History())+1 {
		t.Errorf("%d lines", lines)
	}
}

// The next call is one that somebody makes and somebody is to answer: what a suspension by notice takes away is neither asked for nor announced, and nothing is due where all of it is.
func TestTheNextCallIsAfterASuspension(t *testing.T) {
	callers := []charter.PartyID{"a", "b", "c"}
	suspend := func(id string, p charter.PartyID, from, to string) Notice {
		return Notice{ID: id, Party: p, Terms: Suspend{From: from, To: to}}
	}
	first, second := "2025-02-05T00:00:00Z", "2025-02-08T00:00:00Z"
	for name, c := range map[string]struct {
		of      int // how many of the callers
		notices []Notice
		next    string
		asked   bool // a is asked to call on 5 February
	}{
		"nobody":                 {2, nil, "2025-02-06T01:00:00Z", true},
		"the other party":        {2, []Notice{suspend("b-1", "b", first, second)}, "2025-02-08T01:00:00Z", false},
		"one of two others":      {3, []Notice{suspend("b-1", "b", first, second)}, "2025-02-07T01:00:00Z", true}, // on the 6th it is b's turn
		"both others":            {3, []Notice{suspend("b-1", "b", first, second), suspend("c-1", "c", first, "")}, "2025-02-08T01:00:00Z", false},
		"everybody, for good":    {2, []Notice{suspend("a-1", "a", first, ""), suspend("b-1", "b", first, second)}, "", false},
		"a notice of next month": {2, []Notice{suspend("b-1", "b", "2025-03-05T00:00:00Z", "")}, "2025-02-06T01:00:00Z", true},
	} {
		s := &State{Notices: c.notices, Proposals: []Proposal{agreed("a-1", Propose{Callers: callers[:c.of], From: "2025-02-05", Times: []Time{{At: "01:00", Zone: "Z"}}, Minutes: 10})}}
		turn := View{Line: s, Now: at("2025-02-05T01:05:00Z")}.Turn("a")
		next := ""
		if turn.Next != nil {
			next = Stamp(turn.Next.At)
		}
		if next != c.next || (turn.Call != nil) != c.asked {
			t.Errorf("%s: next %q, asked %v", name, next, turn.Call)
		}
	}
}

// Notices stand until they are over or taken back, also before they begin.
func TestWhichNoticesStand(t *testing.T) {
	s := &State{Notices: []Notice{{ID: "later", Terms: Suspend{From: "2025-03-01T00:00:00Z"}}, {ID: "over", Terms: Suspend{From: "2025-02-01T00:00:00Z", To: "2025-02-05T00:00:00Z"}},
		{ID: "ended", Terms: Suspend{From: "2025-02-01T00:00:00Z"}, Ended: "2025-02-02T00:00:00Z"}, {ID: "running", Terms: Suspend{From: "2025-02-01T00:00:00Z", To: "2025-02-05T00:00:01Z"}}}}
	var got []string
	for _, n := range s.Standing(at("2025-02-05T00:00:00Z")) {
		got = append(got, n.ID+" "+n.Key())
	}
	if want := []string{"running line.suspended_until", "later line.suspended_by"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestMatters(t *testing.T) {
	for matter, want := range map[string]string{"line/main": "main ", "line/night-2/2025-02": "night-2 2025-02", Matter("x"): "x ", MonthMatter("x", at("2025-02-28T23:30:00-01:00")): "x 2025-03"} {
		if id, in, ok := Split(matter); !ok || id+" "+in != want {
			t.Errorf("%s: %q %q %v", matter, id, in, ok)
		}
	}
	for _, matter := range []string{"line/", "line/Main", "line/main/", "line/main/2025-13", "line/main/2025-02/x", "text/main"} {
		if _, _, ok := Split(matter); ok {
			t.Errorf("%s is taken", matter)
		}
	}
}

// A person's line is read, or refused; what is read is written back as it is read.
func FuzzParseTime(f *testing.F) {
	for _, s := range []string{"mon,thu 09:00 +08:00", "daily 17:00 Z", "daily 17:00Z", "fri 23:59 -03:30", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseTime(s)
		if err != nil {
			return
		}
		again, err := ParseTime(got.String())
		a, _ := json.Marshal(got)
		b, _ := json.Marshal(again)
		if err != nil || !bytes.Equal(a, b) {
			t.Errorf("%q became %q, then %q: %v", s, a, b, err)
		}
	})
}

// A table says what its rows say, cell by cell, and no cell is a formula to a spreadsheet: members and routes are words of others. Attack 38.
func FuzzCSV(f *testing.F) {
	f.Add("a-all", "direct")
	f.Add("=HYPERLINK(\"http://x\")", "+1\r\n@SUM(A1)")
	f.Add("a,b\n\"c\"", "'-1")
	f.Fuzz(func(t *testing.T, by, route string) {
		b := CSV([]Row{{At: "2025-02-03T09:00:00Z", State: "answered", By: by, Route: route}})
		rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
		if err != nil || len(rows) != 2 || len(rows[1]) != len(columns) {
			t.Fatalf("%q: %v %v", b, rows, err)
		}
		for i, want := range []string{route, by} {
			got := rows[1][map[int]int{0: 10, 1: 17}[i]]
			want = strings.ReplaceAll(want, "\r\n", "\n") // as a table's lines end
			if got != want && got != "'"+want || got != "" && strings.ContainsRune("=+-@\t\r\n", rune(got[0])) {
				t.Errorf("%q stands as %q", want, got)
			}
		}
	})
}

// A year in which nobody called is one row, and so is one suspension; two missed calls are two, and no call that was made and no notice disappears among them.
func TestMissedCallsShareARow(t *testing.T) {
	var rows []Row
	for _, run := range []struct {
		state, notice string
		n             int
	}{{NotCalled, "", 50}, {Answered, "", 2}, {NotCalled, "", 2}, {Unreachable, "", 1}, {NotCalled, "", 4}, {Suspended, "n-1", 5}, {Suspended, "n-2", 5}} {
		for range run.n {
			r := Row{State: run.state, Notice: run.notice, At: fmt.Sprint(len(rows))}
			if run.state == NotCalled || run.state == Suspended {
				r.Due = r.At
			} else {
				r.Check = "check-" + r.At
			}
			rows = append(rows, r)
		}
	}
	rows = append(rows, Row{State: Suspended, Notice: "n-2", At: fmt.Sprint(len(rows))})
	var got []string
	for _, r := range Runs(rows) {
		got = append(got, fmt.Sprintf("%s %s-%s %d", r.State, r.At, r.First, r.Times))
	}
	want := []string{"not-called 0-49 50", "answered 50-50 1", "answered 51-51 1", "not-called 52-52 1", "not-called 53-53 1", "unreachable 54-54 1", "not-called 55-58 4",
		"suspended-by-notice 59-63 5", "suspended-by-notice 64-68 5", "suspended-by-notice 69-69 1"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
