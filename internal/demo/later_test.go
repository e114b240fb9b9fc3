package demo

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/minutes"
	"entente.example/internal/node"
	"entente.example/internal/press"
	"entente.example/internal/readout"
	"entente.example/internal/silence"
	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/internal/worked"
	"entente.example/lang"
)

// later checks on one node what became of the text after its adoption: scenario a08.
func later(t *testing.T, s *Stage, a *Actor) {
	t.Helper()
	err := a.Node().Snapshot(t.Context(), s.Mech, func(sn *node.Snapshot) error {
		st, err := sn.Text(s.Example.TextID())
		if err != nil {
			return err
		}
		c, e := sn.Charter(), s.Example.Errata
		for _, p := range s.Example.Statement.Paragraphs {
			for _, tag := range s.Example.Mechanism.Languages {
				now, sealed := st.StandsAs(c, text.ParaID(p.N), tag)
				concerned := p.N == e.Paragraph && tag == e.Language
				if now != p.Text[tag] || (now != sealed) != concerned {
					t.Errorf("a08: at %s, paragraph %s in %s stands as %q, sealed as %q", a.Party, p.N, tag, now, sealed)
				}
			}
		}
		page, err := view.From{Snapshot: sn}.Text(st.ID, string(a.Party)+"-hod", time.Now())
		if err != nil {
			return err
		}
		p, _ := page.Paragraph(text.ParaID(e.Paragraph))
		if v := p.Main.Version(e.Language); v.Corrected == nil || !strings.Contains(v.Corrected.Sealed, e.Defective) || !strings.Contains(p.Main.Plain(e.Language), e.Corrected) || v.Corrected.By[0].Symbol != e.Symbol {
			t.Errorf("a08: the page at %s shows %+v", a.Party, v)
		}
		if r := page.Rectifications; len(r) != 1 || r[0].Status != text.RectificationMade || r[0].Attests || r[0].Objects || len(r[0].Said) != len(page.Parties) {
			t.Errorf("a08: the page at %s lists %+v", a.Party, r)
		}
		frozen := st.ContentOf(c, st.Frozen(c))
		for _, p := range frozen.Paragraphs {
			if p.ID == e.Paragraph && !strings.Contains(p.Text[lang.English], e.Defective) {
				t.Errorf("a08: at %s the sealed content no longer has the error", a.Party)
			}
		}
		silences(t, s, a, sn)
		readouts(t, s, a, sn)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	accounted(t, s, a)
}

// silences checks the procedures of the example: scenarios a06 and a07.
func silences(t *testing.T, s *Stage, a *Actor, sn *node.Snapshot) {
	t.Helper()
	for _, p := range s.Example.Silences {
		st, err := sn.Subject("silence/" + p.ID)
		if err != nil {
			t.Fatal(err)
		}
		got := st.(*silence.State)
		if got.Begins != p.Starts || got.Ends != p.Expires {
			t.Errorf("a07: at %s %s begins %q and ends %q, not %q and %q", a.Party, p.ID, got.Begins, got.Ends, p.Starts, p.Expires)
		}
		want := silence.Broken
		if p.Broken == nil {
			want = silence.Circulated
		}
		if status := got.StatusAt(sn.Charter(), time.Date(2125, 1, 1, 0, 0, 0, 0, time.UTC)); status != want {
			t.Errorf("a06: at %s %s is %s", a.Party, p.ID, status)
		}
		page, err := (view.From{Snapshot: sn, Now: time.Date(2125, 1, 1, 0, 0, 0, 0, time.UTC)}).Matter("silence", p.ID, string(a.Party)+"-hod", view.At{})
		if err != nil {
			t.Fatal(err)
		}
		ends := slices.ContainsFunc(page.Facts, func(f view.Fact) bool { return f.Key == "web.silence_ends" && f.At.Format(time.RFC3339) == p.Expires })
		if page.Status != want || ends != (p.Expires != "") {
			t.Errorf("a07: the page of %s says %s, %+v", p.ID, page.Status, page.Facts)
		}
	}
}

// kept plays a procedure in which nobody breaks silence: at its end every party's node says so by itself, and before it none does.
func kept(t *testing.T, s *Stage) {
	t.Helper()
	p := worked.Silence{ID: "sp-3", Subject: lang.Text{"en": "Venue"}, Circulated: "2025-12-02T09:00:00Z", Receipts: map[charter.PartyID]string{}}
	for _, a := range s.Actors {
		p.Receipts[a.Party] = "2025-12-02T10:00:00Z"
	}
	for _, step := range s.Example.Procedure(p) {
		if err := s.Do(t.Context(), step); err != nil {
			t.Fatal(err)
		}
	}
	status := func(want string) {
		t.Helper()
		err := s.await(t.Context(), "the procedure is "+want, func(a *Actor) (bool, string, error) {
			st, err := a.Subject(t.Context(), s.Mech, "silence/sp-3")
			if err != nil {
				return false, err.Error(), nil
			}
			return st.(*silence.State).Stands == want, st.(*silence.State).Stands, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	minuted(t, s)
	status(silence.Running)
	s.clock.set(time.Date(2025, 12, 12, 10, 0, 0, 0, time.UTC))
	status(silence.Decided)
}

// readouts checks scenario a16 on one node: in the state, on the page and in an excerpt the disagreement is part of the sentence.
func readouts(t *testing.T, s *Stage, a *Actor, sn *node.Snapshot) {
	t.Helper()
	cn, note := s.Example.Readouts[0], s.Example.Readouts[2]
	st, err := sn.Subject("readout/" + cn.ReadoutID())
	if err != nil {
		t.Fatal(err)
	}
	e, err := st.(*readout.State).Excerpt("other-0")
	if err != nil {
		t.Fatal(err)
	}
	page, err := view.From{Snapshot: sn}.Matter("readout", cn.ReadoutID(), string(a.Party)+"-hod", view.At{})
	if err != nil {
		t.Fatal(err)
	}
	last := page.Passages[len(page.Passages)-1]
	if e.As != readout.Unilateral || len(e.Left) != len(cn.Points) || len(e.Shown[0].Disputes) != 1 || e.Shown[0].Disputes[0].Text["ja"] != note.Text["ja"] || e.Shown[0].Text["en"] != cn.Attributed[0].Statement["en"] {
		t.Errorf("a16: the excerpt at %s: %+v", a.Party, e)
	}
	if last.ID != "other-0" || len(last.Disputes) != 1 || last.Disputes[0].Text["en"] != note.Text["en"] {
		t.Errorf("a16: the page at %s: %+v", a.Party, last)
	}
	whose(t, s, a, sn, page)
}

// accounted checks that a readout is public though no text carries it, with what is disputed in it.
func accounted(t *testing.T, s *Stage, a *Actor) {
	t.Helper()
	public, err := a.Publications(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	e := press.Edition{Accounts: public.Accounts}
	x, ok := e.Account(s.Example.Mechanism.ID + "~" + s.Example.Readouts[0].ReadoutID())
	if said := s.Example.Readouts[2].Text["en"]; !ok || x.Meeting["en"] != "Ninth meeting" || x.Sentences[len(x.Sentences)-1].Disputes[0].Text["en"] != said {
		t.Errorf("a16: in public at %s without a text: %+v", a.Party, x)
	}
}

// whose checks that a readout is its party's and not its side's, that its meeting's page and the list name it with what is disputed, and that each node names its own side first.
func whose(t *testing.T, s *Stage, a *Actor, sn *node.Snapshot, page view.Matter) {
	t.Helper()
	author, other := s.Actors[0].Party, s.Actors[1].Party
	fact := func(key string) view.Fact {
		i := slices.IndexFunc(page.Facts, func(f view.Fact) bool { return f.Key == key })
		return page.Facts[max(i, 0)]
	}
	if by := fact("web.readout_by").Parties; len(by) != 1 || by[0].ID != author {
		t.Errorf("at %s the readout is published by %+v", a.Party, by)
	}
	if of := fact("field.of"); of.Text["ja"] != "第9回会合" || of.Link != "/meetings/main.9" {
		t.Errorf("at %s the readout is of %+v", a.Party, of)
	}
	f := view.From{Snapshot: sn}
	meeting, err := f.Matter("meeting", "main.9", string(a.Party)+"-hod", view.At{})
	if err != nil {
		t.Fatal(err)
	}
	var came []string
	for _, o := range meeting.Outcomes {
		came = append(came, fmt.Sprint(o.Path, " ", o.Party.ID, " ", o.Disputed))
	}
	slices.Sort(came)
	want := []string{fmt.Sprintf("/agreed-minutes/m-9 %s 0", author), fmt.Sprintf("/readouts/r-%s %[1]s 1", author), fmt.Sprintf("/readouts/r-%s %[1]s 0", other), fmt.Sprintf("/texts/js-9 %s 0", author)}
	if slices.Sort(want); !slices.Equal(came, want) {
		t.Errorf("at %s what came of the meeting is %q", a.Party, came)
	}
	list, err := f.Matters("readout", string(a.Party)+"-hod", view.At{})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(list.Groups[0].Rows); n != 2 {
		t.Errorf("at %s the list has %d readouts", a.Party, n)
	}
	for _, row := range list.Groups[0].Rows {
		if "r-"+string(row.Party.ID) != row.ID || (row.Disputed == 1) != (row.Party.ID == author) {
			t.Errorf("at %s the list has %+v", a.Party, row)
		}
	}
	own := sn.Charter().SideOf(charter.PartyID(sn.Self))
	if first := list.Sides[0].ID; first != own || page.Readers.Parties[0].Side != own {
		t.Errorf("at %s the first side is %s, the first reader %s", a.Party, first, page.Readers.Parties[0].ID)
	}
}

// minuted plays minutes of which one paragraph is not agreed, and looks at their page on every node.
func minuted(t *testing.T, s *Stage) {
	t.Helper()
	words := func(w string) lang.Text { return lang.Text{"en": w} }
	steps := []struct {
		actor int
		body  entry.Body
	}{{0, minutes.Circulate{Title: words("Ninth meeting"), Of: "meeting/main/9", Paragraphs: []minutes.Paragraph{{ID: "1", Text: words("It opened at nine.")}, {ID: "2", Text: words("Both sides agreed.")}}}},
		{1, minutes.Accept{}}, {2, minutes.Correct{Paragraph: "2", Text: words("Both sides took note.")}}, {2, minutes.Accept{}}, {0, minutes.Lock{}}, {1, minutes.Lock{}}, {2, minutes.Lock{}}}
	for _, x := range steps {
		a := s.Actors[x.actor]
		err := s.Do(t.Context(), worked.Step{At: time.Date(2025, 12, 3, 9, 0, 0, 0, time.UTC), Moves: []worked.Move{{Party: a.Party, Member: string(a.Party) + "-hod", Matter: "minutes/m-9",
			Bodies: func(*text.State, *charter.State) ([]entry.Body, error) { return []entry.Body{x.body}, nil }}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	err := s.await(t.Context(), "the minutes are locked", func(a *Actor) (ok bool, have string, err error) {
		err = a.Node().Snapshot(t.Context(), s.Mech, func(sn *node.Snapshot) error {
			page, err := view.From{Snapshot: sn}.Matter("minutes", "m-9", string(a.Party)+"-hod", view.At{})
			if err != nil {
				have = err.Error()
				return nil
			}
			p := page.Passages
			have = fmt.Sprintf("%s %+v", page.Status, p)
			ok = page.Status == minutes.Locked && p[0].Agreed && p[0].Text["en"] == "It opened at nine." && !p[1].Agreed && len(p[1].Rivals) == 2 && len(p[1].Rivals[0].Behind) == 2 && len(p[1].Rivals[1].Behind) == 1
			return nil
		})
		return ok, have, err
	})
	if err != nil {
		t.Fatal(err)
	}
}
