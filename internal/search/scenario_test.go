package search

import (
	"slices"
	"strings"
	"testing"

	"entente.example/internal/charter"
	"entente.example/internal/meeting"
	"entente.example/internal/record"
	"entente.example/internal/topic"
	"entente.example/internal/worked"
	"entente.example/lang"
)

func example(t *testing.T) (*worked.Example, *charter.State) {
	t.Helper()
	ex, err := worked.Load(worked.Report)
	if err != nil {
		t.Fatal(err)
	}
	doc := &charter.Document{Names: ex.Names(), Sides: ex.SideList(), Languages: ex.Mechanism.Languages}
	for _, p := range ex.Parties {
		doc.Parties = append(doc.Parties, charter.Party{ID: p.ID, Side: p.Side, Language: p.Language})
	}
	return ex, charter.NewAs("m", doc)
}

func query(t *testing.T, words string) Query {
	t.Helper()
	q, err := Parse(words)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// Scenario a11: the third meeting is two meetings, in whatever language and spelling it is looked for, and each is found with the name of its series.
func TestA11TheThirdMeetingIsFoundTwice(t *testing.T) {
	ex, c := example(t)
	script, err := ex.Script()
	if err != nil {
		t.Fatal(err)
	}
	var matters []Matter
	for _, step := range script {
		for _, m := range step.Moves {
			if m.Seal || len(m.Matter) < 8 || m.Matter[:8] != "meeting/" {
				continue
			}
			bodies, err := m.Bodies(nil, c)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range bodies {
				if e, ok := b.(meeting.Enter); ok {
					matters = append(matters, Of(c, nil, m.Matter, &meeting.State{Meeting: &e, By: string(m.Party)}))
				}
			}
		}
	}
	if len(matters) < 10 {
		t.Fatalf("only %d meetings in the example", len(matters))
	}
	for _, words := range []string{"third meeting", "Third  Meeting", "3rd meeting", "meeting 3", "第三次会议", "第3次会议", "第3回会合", "第３回会合", "第三回会合"} {
		var names []string
		for _, m := range matters {
			for _, p := range m.Passages {
				if p.Finds(query(t, words), false) {
					names = append(names, m.Source.Names[0].Full)
				}
			}
		}
		if len(names) != 2 || names[0] == names[1] {
			t.Errorf("%q finds %q", words, names)
		}
	}
}

// Scenario a18: an issue that one side alone raised is found on the record, says so, and is nowhere in the agreed language; when the other side takes it up it no longer says so.
func TestA18WhatOneSideRaisedIsNotAgreed(t *testing.T) {
	ex, c := example(t)
	alone := 0
	for _, x := range ex.Topics {
		s := &topic.State{ID: x.ID}
		for _, side := range x.RaisedBy {
			for _, p := range ex.Parties {
				if p.Side == side {
					s.Raised = append(s.Raised, topic.Raised{By: charter.By{Party: p.ID, Act: string(p.ID) + "-1"}, Title: x.Title})
					break
				}
			}
		}
		m := Of(c, nil, "topic/"+x.ID, s)
		if m.Source.OneSided != (len(x.RaisedBy) == 1) {
			t.Errorf("%s: one side only: %v", x.ID, m.Source.OneSided)
		}
		for _, p := range m.Passages {
			if p.Scope != Record {
				t.Errorf("%s: %+v", x.ID, p)
			}
			if !p.Finds(query(t, x.Title[lang.Japanese]), false) {
				t.Errorf("%s is not found by its Japanese title", x.ID)
			}
		}
		if len(x.RaisedBy) == 1 {
			alone++
		}
	}
	if alone < 2 {
		t.Fatalf("only %d issues of one side in the example", alone)
	}
}

// A meeting that moved is found where and when it is to be, and shown there; and also by where and when it was to be before.
func TestAMeetingThatMovedIsFound(t *testing.T) {
	_, c := example(t)
	e := meeting.Enter{Series: "main", Number: 12, Start: "2026-05-05", End: "2026-05-06", Venues: []meeting.Venue{{City: lang.Text{"en": "Suzhou", "zh-Hans": "苏州", "ja": "蘇州"}}}, Status: "planned"}
	moved := meeting.Offered{By: charter.By{Party: c.Document().Parties[0].ID}, Offer: meeting.Offer{From: "2026-06-09", Until: "2026-06-10", Places: lang.Text{"en": "Matsue", "zh-Hans": "松江", "ja": "松江"}}}
	for _, p := range c.Document().Parties {
		moved.Answered = append(moved.Answered, meeting.Answer{By: charter.By{Party: p.ID}, Accepts: true})
	}
	m := Of(c, nil, "meeting/main/12", &meeting.State{Meeting: &e, Offered: []meeting.Offered{moved}})
	if len(m.Passages) != 1 || m.Source.Day != "2026-06-09" {
		t.Fatalf("%+v", m)
	}
	for _, words := range []string{"Matsue", "松江", "2026-06-09", "2026-06-10", "Suzhou", "蘇州", "2026-05-05"} {
		if !m.Passages[0].Finds(query(t, words), false) {
			t.Errorf("not found by %q", words)
		}
	}
	if s := m.Passages[0].Text["en"]; !strings.Contains(s, "Matsue") || strings.Contains(s, "Suzhou") {
		t.Errorf("shown as %q", s)
	}
}

// Whatever kind of matter it is, and also a kind that a newer version brings, an empty state has nothing to find and stops nothing.
func TestEmptyMattersHaveNoPassages(t *testing.T) {
	_, c := example(t)
	for _, kind := range []string{"charter", "text", "meeting", "document", "party", "attachment", "topic", "concern", "commitment", "programme", "paper", "thread", "silence", "readout", "minutes", "line", "situation", "later"} {
		st, err := record.State(kind+"/x", []byte("{}"))
		if err != nil {
			continue // a kind of which nothing is kept
		}
		if m := Of(c, nil, kind+"/x", st); len(m.Passages) > 0 || m.Undecided {
			t.Errorf("%s: %+v", kind, m)
		}
	}
}

// A meeting that is put off has no day, and is found by those that were agreed before.
func TestAMeetingThatIsPutOffIsFoundByItsDays(t *testing.T) {
	_, c := example(t)
	s := &meeting.State{Meeting: &meeting.Enter{Series: meeting.MainSeries, Number: 7, Status: "planned"},
		Postponed: &meeting.Postponed{Days: meeting.Offer{From: "2031-07-01", Until: "2031-07-02"}}}
	m := Of(c, nil, "meeting/main/7", s)
	if m.Source.Day != "" {
		t.Errorf("it has the day %s", m.Source.Day)
	}
	for _, day := range []string{"2031-07-01", "2031-07-02"} {
		if !slices.Contains(m.Passages[0].Also, day) {
			t.Errorf("it is not found by %s", day)
		}
	}
}
