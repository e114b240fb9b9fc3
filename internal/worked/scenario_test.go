package worked

import (
	"slices"
	"testing"

	"entente.example/internal/meeting"
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
