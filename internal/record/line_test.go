package record

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/line"
	"entente.example/lang"
)

// lineCheck is one line of the worked example's list.
type lineCheck struct {
	At    string `json:"at"`
	From  string `json:"from"`
	State string `json:"state"`
	After int64  `json:"after_seconds"`
	Route string `json:"route"`
}

func workedLineChecks(t *testing.T) []lineCheck {
	t.Helper()
	b, err := os.ReadFile("../worked/worked_example.json")
	if err != nil {
		t.Fatal(err)
	}
	var ex struct {
		Checks struct {
			Entries []lineCheck `json:"entries"`
		} `json:"line_checks"`
	}
	if err := json.Unmarshal(b, &ex); err != nil {
		t.Fatal(err)
	}
	if len(ex.Checks.Entries) != 11 {
		t.Fatalf("the example has %d line checks", len(ex.Checks.Entries))
	}
	return ex.Checks.Entries
}

// clock is set so that the next entry claims this instant.
func (u *universe) clock(at time.Time) { u.at = at.Add(-time.Second) }

// receives lets a replica have everything of the others, and its node say so, by a route.
func (r *replica) receives(t *testing.T, month, route string) {
	t.Helper()
	for p := range r.logs {
		r.receive(p, 1<<30)
	}
	m, ok := r.fold.Cached(month).(*line.Month)
	if !ok {
		return
	}
	for _, body := range m.Owed(r.doc.Parties[r.me].ID) {
		body.Route = route
		must(t, r.write("node", month, body))
	}
}

// Scenario a20: unreachable, unanswered, machine-acknowledged and suspended are four different states in the list, and in the export; the eleven lines of the worked example come out as they
// stand there, alike on every replica. The picture has them apart in internal/web.
// Calls and answers are a person's, also on the machine's side of it. SPEC line-person.
func TestA20TheFourStatesOfALineAreKeptApart(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	sides := map[string]*replica{"side-cn": rs[0], "side-jp": rs[1]}
	u.clock(time.Date(2025, 1, 27, 0, 0, 0, 0, time.UTC))
	must(t, rs[0].write("a-all", "line/main", line.Propose{Callers: []charter.PartyID{"a", "b"}, From: "2025-02-03", Minutes: 15, Times: []line.Time{{Days: []string{"mon"}, At: "09:00", Zone: "+08:00"}}}))
	settle(rs)
	proposal := rs[1].fold.Cached("line/main").(*line.State).Proposals[0].ID
	must(t, rs[1].write("b-all", "line/main", line.Agree{Proposal: proposal}))
	must(t, rs[1].write("b-idle", "line/main", line.Desk{From: "2025-02-17T00:00:00Z", To: "2025-02-18T00:00:00Z", Note: lang.Text{"en": "holiday"}}))
	settle(rs)

	for i, c := range workedLineChecks(t) {
		at, err := time.Parse(time.RFC3339, c.At)
		must(t, err)
		caller, callee := sides[c.From], sides["side-jp"]
		if caller == callee {
			callee = sides["side-cn"]
		}
		me, other := caller.doc.Parties[caller.me].ID, caller.doc.Parties[callee.me].ID
		month := line.MonthMatter("main", at)
		u.clock(at)
		if c.State == "suspended by notice" {
			must(t, caller.write(caller.all(), "line/main", line.Suspend{From: line.Stamp(at)}))
			continue
		}
		check := line.Check{To: []charter.PartyID{other}, Schedule: proposal, Due: line.Stamp(at), Payload: line.Draw(nil, int64(i), "en")}
		must(t, caller.write(string(me)+"-idle", month, check)) // the duty officer calls
		if c.State == "unreachable" {
			continue
		}
		route, delay := "direct", 2*time.Second
		if strings.HasPrefix(c.Route, "relay") {
			route = "relay"
		}
		if c.Route == "pouch" {
			route, delay = "pouch", 9*24*time.Hour
		}
		u.clock(at.Add(delay))
		callee.receives(t, month, route)
		if c.State == "answered" {
			u.clock(at.Add(time.Duration(c.After) * time.Second).Add(max(delay+3*time.Second-time.Duration(c.After)*time.Second, 0)))
			call := callee.fold.Cached(month).(*line.Month)
			must(t, callee.write(string(other)+"-idle", month, line.Answer{Check: call.Calls[len(call.Calls)-1].ID, Payload: line.Draw(nil, 1, "ja"), Route: route}))
		}
		if err := callee.write("node", month, line.Answer{Check: "a-1"}); key(err) != "charter.node_may_not" {
			t.Fatalf("a node answered for a person: %v", err)
		}
	}
	settle(rs)

	want := map[string]string{"answered": line.Answered, "machine-acknowledged": line.MachineAcknowledged, "unanswered": line.Unanswered, "unreachable": line.Unreachable, "suspended by notice": line.Suspended,
		"received": line.MachineAcknowledged} // by hand, before the answer
	var first string
	for _, r := range rs {
		v := line.View{Line: r.fold.Cached("line/main").(*line.State), Now: time.Date(2025, 6, 3, 0, 0, 0, 0, time.UTC)}
		for key := range r.states() {
			if m, ok := r.fold.Cached(key).(*line.Month); ok {
				v.Months = append(v.Months, m)
			}
		}
		rows := v.History()
		for _, c := range workedLineChecks(t) {
			i := slices.IndexFunc(rows, func(row line.Row) bool {
				return row.At == c.At && (row.Check != "") == (c.State != "suspended by notice")
			})
			if i < 0 || rows[i].State != want[c.State] {
				t.Errorf("replica %d, %s: %+v, want %s", r.me, c.At, rows[max(i, 0)], c.State)
				continue
			}
			if c.After > 0 && (rows[i].Seconds != c.After || rows[i].Late) {
				t.Errorf("%s: answered after %d seconds, want %d", c.At, rows[i].Seconds, c.After)
			}
			if c.State == "unreachable" && rows[i].Received == "" {
				t.Errorf("%s: it came later, and nothing says when", c.At)
			}
		}
		if first == "" {
			first = string(line.CSV(rows))
		}
		if got := string(line.CSV(rows)); got != first {
			t.Errorf("replica %d exports\n%s\nnot\n%s", r.me, got, first)
		}
	}
}
