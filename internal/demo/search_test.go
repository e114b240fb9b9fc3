package demo

import (
	"slices"
	"strings"
	"testing"

	"entente.example/internal/chancery"
	"entente.example/internal/node"
	"entente.example/internal/search"
	"entente.example/internal/termfile"
	"entente.example/internal/view"
)

// found searches on one node.
func found(t *testing.T, s *Stage, a *Actor, scope search.Scope, words string) []chancery.FoundHit {
	t.Helper()
	f, err := a.Search(t.Context(), s.Mech, chancery.SearchQuery{Scope: string(scope), Words: words, Limit: 100})
	if err != nil {
		t.Fatalf("%q at %s: %v", words, a.Party, err)
	}
	if f.Loose {
		return nil
	}
	return f.Hits
}

// searches checks on one node what can be found after the whole play, scenarios a11 and a18 among it.
func searches(t *testing.T, s *Stage, a *Actor) {
	t.Helper()
	for _, words := range []string{"third meeting", "第三次会议", "第3回会合", "３rd Meeting"} { // a11
		var names []string
		for _, h := range found(t, s, a, search.Record, words) {
			names = append(names, h.Source.Names[0].Full)
		}
		if len(names) != 2 || names[0] == names[1] {
			t.Errorf("a11: %q at %s finds %q", words, a.Party, names)
		}
	}
	for _, x := range s.Example.Topics { // a18
		for tag, words := range x.Title {
			hits := found(t, s, a, search.Record, words)
			if len(x.RaisedBy) == 1 && (len(hits) == 0 || slices.ContainsFunc(hits, func(h chancery.FoundHit) bool { return h.Matter == "topic/"+x.ID && !h.Source.OneSided })) {
				t.Errorf("a18: %q (%s) at %s is not found as raised by one side", words, tag, a.Party)
			}
			if hits := found(t, s, a, search.Agreed, words); len(x.RaisedBy) == 1 && (x.ID == "t-beef" || x.ID == "t-supply") && len(hits) > 0 {
				t.Errorf("a18: %q at %s is found in the agreed language: %v", words, a.Party, hits[0].Passage)
			}
		}
	}
	if hits := found(t, s, a, search.Record, "shares the assessment"); len(hits) != 1 || len(hits[0].Disputes) != 1 || hits[0].Disputes[0].Party != s.Actors[1].Party { // a16
		t.Errorf("a16: the disputed sentence is found at %s as %+v", a.Party, hits)
	}
	undisputed := found(t, s, a, search.Record, "four founding documents")
	if len(undisputed) == 0 {
		t.Errorf("a16: what nobody disputes is not found at %s", a.Party)
	}
	for _, h := range undisputed {
		if len(h.Disputes) > 0 {
			t.Errorf("a16: %s is disputed at %s: %+v", h.Passage.Place, a.Party, h.Disputes)
		}
	}
	agreed(t, s, a)
	words(t, s, a)
}

// words checks on one node that the words of the glossary stand beside the paragraphs in which they are used, and what translators take away.
func words(t *testing.T, s *Stage, a *Actor) {
	t.Helper()
	var shown view.Text
	err := a.Node().Snapshot(t.Context(), s.Mech, func(sn *node.Snapshot) (err error) {
		shown, err = view.From{Snapshot: sn, Now: s.clock.Now()}.Text(s.Example.TextID(), string(a.Party)+"-draft", s.clock.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, p := range shown.Paragraphs {
		for _, h := range p.Terms {
			seen[h.Path] = true
			if h.Path == "/glossary/concern" && (!h.Agreed || p.Label != "6" || len(h.Missing) > 0) {
				t.Errorf("at %s, paragraph %s: %+v", a.Party, p.Label, h)
			}
			if h.Path != "/glossary/concern" && h.Agreed {
				t.Errorf("at %s %s is agreed", a.Party, h.Path)
			}
		}
	}
	for _, path := range []string{"/glossary/concern", "/glossary/channel", "/glossary/mechanism"} {
		if !seen[path] {
			t.Errorf("%s stands beside no paragraph at %s", path, a.Party)
		}
	}
	for format, want := range map[string]string{"tbx": "<term>交流協議会</term>", "csv": ",交流机制,", "tmx": "<seg>"} {
		b, err := a.GlossaryFile(t.Context(), s.Mech, format)
		if err != nil || !strings.Contains(string(b), want) {
			t.Errorf("%s at %s: %v\n%s", format, a.Party, err, b)
		}
		if format == "tmx" {
			continue
		}
		back, err := a.CompareTerms(t.Context(), s.Mech, b)
		if err != nil || back.Of(termfile.Same)+back.Of(termfile.Concurs) != len(back.Rows) || len(back.Rows) < 3 || len(back.Passed)+len(back.Languages) > 0 {
			t.Errorf("what %s took away as %s comes back as %+v: %v", a.Party, format, back, err)
		}
	}
}

// agreed checks that two characters out of the middle of any paragraph of the adopted text find it, in every language, beside its other languages and with the seals of all parties.
func agreed(t *testing.T, s *Stage, a *Actor) {
	t.Helper()
	v, err := a.Text(t.Context(), s.Mech, s.Example.TextID())
	if err != nil {
		t.Fatal(err)
	}
	c := 0
	for _, p := range v.State.Paragraphs {
		for _, ver := range p.Wordings[0].Versions {
			runes := search.Fold(ver.Text)
			hits := found(t, s, a, search.Agreed, string(runes[len(runes)/2-1:len(runes)/2+1]))
			for _, h := range hits {
				if h.Matter != "text/"+s.Example.TextID() || len(h.Source.Seals) != len(s.Actors) || len(h.Passage.Text) < 3 {
					t.Errorf("%s at %s: %+v", ver.Lang, a.Party, h)
				}
			}
			if slices.ContainsFunc(hits, func(h chancery.FoundHit) bool {
				return h.Passage.Place == "p/"+string(p.ID) && h.Passage.Text[ver.Lang] == ver.Text
			}) {
				c++
			}
		}
	}
	if n := len(v.State.Paragraphs); c < n { // some paragraphs were adopted in another wording than the one tabled
		t.Errorf("of %d paragraphs in three languages only %d are found at %s", n, c, a.Party)
	}
	for _, p := range v.State.Paragraphs { // what is on the table resembles what was agreed, in whatever matter but its own
		words, err := a.WordsOf(t.Context(), s.Mech, s.Example.TextID(), p.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		anywhere, err := a.Precedents(t.Context(), s.Mech, words, "")
		if err != nil || len(anywhere.Hits) == 0 || anywhere.Hits[0].Passage.Place != "p/"+string(p.ID) || anywhere.Hits[0].Share != 1 {
			t.Errorf("%s at %s: %+v %v", p.ID, a.Party, anywhere.Hits, err)
		}
		elsewhere, err := a.Precedents(t.Context(), s.Mech, words, "text/"+s.Example.TextID())
		if err != nil || slices.ContainsFunc(elsewhere.Hits, func(h chancery.PrecedentHit) bool { return h.Matter == "text/"+s.Example.TextID() }) {
			t.Errorf("%s at %s resembles itself: %v", p.ID, a.Party, err)
		}
	}
	for _, q := range []struct {
		scope search.Scope
		words string
	}{{search.Agreed, "no such words anywhere"}, {search.Record, "龘"}} {
		if hits := found(t, s, a, q.scope, q.words); len(hits) > 0 {
			t.Errorf("%q at %s: %+v", q.words, a.Party, hits[0].Passage)
		}
	}
	if _, err := a.Search(t.Context(), s.Mech, chancery.SearchQuery{Words: " \u3000"}); err == nil {
		t.Error("nothing is searched for")
	}
}
