package demo

import (
	"slices"
	"strings"
	"testing"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/node"
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
		page, err := (view.From{Snapshot: sn, Now: time.Date(2125, 1, 1, 0, 0, 0, 0, time.UTC)}).Matter("silence", p.ID, string(a.Party)+"-hod")
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
	page, err := view.From{Snapshot: sn}.Matter("readout", cn.ReadoutID(), string(a.Party)+"-hod")
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
}
