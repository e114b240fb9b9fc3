package demo

import (
	"slices"
	"testing"

	"entente.example/internal/awaiting"
	"entente.example/internal/chancery"
	"entente.example/internal/meeting"
	"entente.example/internal/node"
	"entente.example/internal/view"
)

// meets checks on one node what the meetings' pages show after the play: scenario a12, the days of the tenth meeting, its agenda, and whose turn it is to be host.
func meets(t *testing.T, s *Stage, a *Actor) {
	t.Helper()
	err := a.Node().Snapshot(t.Context(), s.Mech, func(sn *node.Snapshot) error {
		f := view.From{Snapshot: sn, Now: s.clock.Now()}
		page := func(id string) view.Matter {
			m, err := f.Matter("meeting", id, string(a.Party)+"-hod", view.At{})
			if err != nil {
				t.Fatalf("%s at %s: %v", id, a.Party, err)
			}
			return m
		}
		var places, days []string
		for _, fact := range page("main.8").Facts { // a12
			if fact.Key == "field.places" {
				places, days = append(places, fact.Text["en"]), append(days, fact.Day+" "+fact.Until)
			}
		}
		if len(places) != 2 || places[0] == places[1] || !slices.Equal(days, []string{"2018-10-10 2018-10-10", "2018-10-11 2018-10-12"}) {
			t.Errorf("a12: at %s the eighth meeting is at %q on %q", a.Party, places, days)
		}
		tenth := page("main.10")
		if !slices.Contains(tenth.Notes, "web.agenda_adopted") || slices.Contains(tenth.Notes, "web.days_not_agreed") || len(tenth.Items) != 2 {
			t.Errorf("the tenth meeting at %s: %q, %d items", a.Party, tenth.Notes, len(tenth.Items))
		}
		i := slices.IndexFunc(tenth.Facts, func(f view.Fact) bool { return f.Key == "web.when" })
		if i < 0 || tenth.Facts[i].Day != "2025-11-04" || tenth.Facts[i].Until != "2025-11-06" {
			t.Errorf("the tenth meeting at %s: %+v", a.Party, tenth.Facts)
		}
		m, err := f.Mechanism(string(a.Party)+"-hod", view.At{})
		if err != nil {
			return err
		}
		for _, series := range m.Series {
			for _, mt := range series.Meetings {
				if series.Main && mt.Number == 10 && mt.Start != "2025-11-04" {
					t.Errorf("on the timeline at %s the tenth meeting is on %s", a.Party, mt.Start)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	waits(t, s, a)
	assembles(t, s, a)
	all, err := a.Meetings(t.Context(), s.Mech)
	if n, err := a.Workdays(t.Context(), s.Mech, "2025-09-26", 4); err != nil || n.Due != "2025-10-07" || len(n.Skipped) != 7 || len(n.Undeclared) != 1 {
		t.Errorf("four working days of all from 26 September, counted at %s: %+v, %v", a.Party, n, err)
	}
	if err != nil || !slices.ContainsFunc(all, func(m *meeting.State) bool { return m.ID() == "main.10" && len(m.Offered) == 2 }) {
		t.Errorf("by API at %s: %v", a.Party, err)
	}
}

// waits checks that pages and API list the same things that wait for a party, what is due first, and that they are the reader's only if the reader may do them.
func waits(t *testing.T, s *Stage, a *Actor) {
	t.Helper()
	st, err := a.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var byAPI, byPage []string
	for _, i := range st.Mechanisms[0].Awaiting {
		byAPI = append(byAPI, i.Matter+" "+i.What+" "+i.Due)
	}
	err = a.Node().Snapshot(t.Context(), s.Mech, func(sn *node.Snapshot) error {
		list, err := view.From{Snapshot: sn, Now: s.clock.Now()}.Awaits(string(a.Party) + "-ops")
		for _, i := range list {
			byPage = append(byPage, i.Matter+" "+i.What+" "+i.Due)
			if i.Yours {
				t.Errorf("the operator of %s is asked for %s", a.Party, i.What)
			}
		}
		return err
	})
	if err != nil || len(byAPI) == 0 || !slices.Equal(byAPI, byPage) {
		t.Errorf("at %s, %v\nby API %q\nby page %q", a.Party, err, byAPI, byPage)
	}
	if !slices.IsSortedFunc(st.Mechanisms[0].Awaiting, func(x, y chancery.AwaitingItem) int { return awaiting.Soonest(x.What, x.Due, y.What, y.Due) }) {
		t.Errorf("at %s: %q", a.Party, byAPI)
	}
}

// assembles checks on one node who comes to the tenth meeting, as the house shows it: names in protocol order with their readings, the newest version of each side, the papers by their symbols.
func assembles(t *testing.T, s *Stage, a *Actor) {
	t.Helper()
	var lists []chancery.Delegation
	s.eventually(t, func() bool {
		var err error
		if lists, err = a.Delegations(t.Context(), s.Mech, "meeting/main/10"); err != nil {
			t.Fatal(err)
		}
		return len(lists) == 2 && lists[0].Where == chancery.Here && lists[1].Where == chancery.Here
	})
	east, west := lists[0], lists[1]
	if !east.Final || east.Version != 2 || len(east.Delegates) != 2 || west.Delegates[0].Reading != "わたせ きし" || len(west.Delegates[0].Capacities) != 2 {
		t.Errorf("at %s: %+v", a.Party, lists)
	}
	err := a.Node().Snapshot(t.Context(), s.Mech, func(sn *node.Snapshot) error {
		m, err := view.From{Snapshot: sn, Now: s.clock.Now()}.Matter("meeting", "main.10", string(a.Party)+"-hod", view.At{})
		if err != nil {
			return err
		}
		if x := m.Assembly; len(x.Days) != 2 || len(x.Days[0].Slots) != 2 || len(x.Dossier) != 2 || x.Dossier[1].Symbol != x.Dossier[0].Symbol+"/Corr.1" || x.Dossier[0].Old || x.Dossier[0].Link != "/commitments/k-1" {
			t.Errorf("at %s: %+v", a.Party, x)
		}
		if f := m.Items[0].Facts; len(f) == 0 || f[0].Choice != "interpreted_consecutive" {
			t.Errorf("the first item at %s: %+v", a.Party, f)
		}
		if !slices.Contains(m.Notes, "web.agenda_adopted") {
			t.Errorf("how an item is interpreted changes what was adopted: %q", m.Notes)
		}
		ninth, err := view.From{Snapshot: sn, Now: s.clock.Now()}.Matter("meeting", "main.9", string(a.Party)+"-hod", view.At{})
		if err == nil && (len(ninth.Items[1].Track) != 2 || ninth.Items[1].Track[0].Side == nil) {
			t.Errorf("the ninth meeting at %s: %+v", a.Party, ninth.Items[1])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
