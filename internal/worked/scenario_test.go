package worked

import (
	"slices"
	"testing"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/commitment"
	"entente.example/internal/concern"
	"entente.example/internal/meeting"
	"entente.example/internal/record"
	"entente.example/lang"
)

func example(t *testing.T) *Example {
	t.Helper()
	ex, err := Load(Report)
	if err != nil {
		t.Fatal(err)
	}
	return ex
}

// Scenario a11, as far as the record goes: the third meeting is two meetings, told apart by their series, each of which has a name.
func TestA11TheThirdMeetingIsTwo(t *testing.T) {
	var found []string
	for _, m := range example(t).history() {
		if m.Number == 3 {
			found = append(found, m.Series)
			if len(m.SeriesName) == 0 {
				t.Errorf("%s has no name", m.Series)
			}
		}
	}
	if len(found) != 2 || found[0] == found[1] {
		t.Errorf("found in %q", found)
	}
}

// Scenario a12: the eighth meeting moved; both places are there, each with its days.
func TestA12BothPlacesOfTheEighthMeeting(t *testing.T) {
	for _, m := range example(t).history() {
		if m.Series != mainSeries || m.Number != 8 {
			continue
		}
		if len(m.Venues) != 2 || !slices.Equal(m.Venues[0].Days, []string{"2018-10-10"}) || !slices.Equal(m.Venues[1].Days, []string{"2018-10-11", "2018-10-12"}) {
			t.Errorf("%+v", m.Venues)
		}
		return
	}
	t.Error("there is no eighth meeting")
}

// Scenario a13: the declaration of 1998 has its date, and the other one that a source gives is listed with the source.
func TestA13TheConflictingDateIsListed(t *testing.T) {
	d := example(t).deposits()["fd-1998"]
	if d.Date != "1998-11-26" || len(d.OtherDates) != 1 || d.OtherDates[0].Date == d.Date || d.OtherDates[0].Source == "" {
		t.Errorf("%s, others %+v", d.Date, d.OtherDates)
	}
}

// Scenario a14: a reader of Japanese on one side reads the title that this side uses in Japanese, not the other side's; all others are kept beside it.
func TestA14EachSideReadsItsOwnTitle(t *testing.T) {
	d := example(t).deposits()["fd-2008"]
	cn, jp := d.TitleFor(lang.Japanese, "side-cn"), d.TitleFor(lang.Japanese, "side-jp")
	if cn.Lang != lang.Japanese || cn.UsedBy != "side-cn" || jp.UsedBy == "side-cn" || cn.Full == jp.Full {
		t.Errorf("side-cn reads %+v, side-jp %+v", cn, jp)
	}
	if len(d.Titles) < 4 {
		t.Errorf("only %d titles are kept", len(d.Titles))
	}
}

// The two silences of the example are counted as the sources report them.
func TestBreaksAreCountedAsReported(t *testing.T) {
	var states []*meeting.State
	for _, m := range example(t).history() {
		states = append(states, &meeting.State{Meeting: &m})
	}
	var got [][2]int
	for _, i := range meeting.Timeline(states, mainSeries) {
		if i.Break != nil {
			got = append(got, [2]int{i.Break.Years, i.Break.Months})
		}
	}
	if !slices.Equal(got, [][2]int{{6, 10}, {6, 3}}) {
		t.Errorf("breaks of %v years and months", got)
	}
}

// fold is a matter of the example after everything that its parties wrote on it, without their answers to each other's acts.
func fold(t *testing.T, ex *Example, matter string, s record.Subject) *charter.State {
	t.Helper()
	doc := &charter.Document{Rules: charter.Rules{ReplyDays: 60}}
	for _, x := range ex.Sides {
		doc.Sides = append(doc.Sides, charter.Side{ID: x.ID, Parties: x.Parties})
		for _, p := range x.Parties {
			doc.Parties = append(doc.Parties, charter.Party{ID: p, Side: x.ID})
		}
	}
	c, n := charter.NewAs("m", doc), map[charter.PartyID]int64{}
	for _, step := range ex.After() {
		for _, m := range step.Moves {
			if m.Matter != matter || m.Bodies == nil {
				continue
			}
			bodies, err := m.Bodies(nil, c)
			if err != nil {
				t.Fatal(err)
			}
			for _, body := range bodies {
				b, err := entry.Canonical(body)
				if err != nil {
					t.Fatal(err)
				}
				a := &charter.Act{Party: m.Party, Gen: 1, Past: make(charter.Past, len(doc.Parties)), Entry: entry.Entry{Type: body.EntryType(), Matter: matter, Body: b, At: step.At, Index: n[m.Party], Actor: entry.Actor{Member: m.Member}}}
				n[m.Party]++
				for i, p := range doc.Parties {
					a.Past[i] = n[p.ID]
				}
				if err := s.Check(c, a); err != nil {
					t.Fatalf("%s by %s: %v", body.EntryType(), m.Party, err)
				}
				s.Apply(c, a)
			}
		}
	}
	return c
}

// Scenario a17: each side's own report and the other's assessment stand side by side, and nothing sums them up.
func TestA17BothAssessmentsStandThere(t *testing.T) {
	for _, id := range []string{"k-1", "k-3", "k-4"} {
		s := &commitment.State{ID: id}
		c := fold(t, example(t), "commitment/"+id, s)
		matrix, differ := s.Matrix(c), false
		for _, cell := range matrix {
			if cell.Report == nil || len(cell.Assessed) != 1 || cell.Assessed[0].Party == cell.Report.Party {
				t.Fatalf("%s: %+v", id, cell)
			}
			differ = differ || cell.Report.Status != cell.Assessed[0].Status
		}
		if len(matrix) != 2 || !differ {
			t.Errorf("%s: %+v", id, matrix)
		}
	}
}

// Scenario a19: the concern without an answer is overdue after the day in the example and not on it; whoever counts, counts alike.
func TestA19OverdueFromTheNextDayOn(t *testing.T) {
	s := &concern.State{ID: "c-2"}
	c := fold(t, example(t), "concern/c-2", s)
	if s.Due(c) != "2025-03-15" || s.Overdue(c, "2025-03-15") || !s.Overdue(c, "2025-03-16") {
		t.Errorf("due %s, overdue on the day %v, on the next %v", s.Due(c), s.Overdue(c, "2025-03-15"), s.Overdue(c, "2025-03-16"))
	}
	answered := &concern.State{ID: "c-1"}
	if c := fold(t, example(t), "concern/c-1", answered); answered.Overdue(c, "2026-01-01") {
		t.Error("the one that was answered is overdue")
	}
}
