package view

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/text"
	"entente.example/lang"
)

func TestLineStage(t *testing.T) {
	once := time.Unix(1, 0)
	for _, c := range []struct {
		line Line
		want string
	}{
		{Line{Connected: true, Ours: 3, Receipt: 3, ReceiptAt: once}, LineOpen},
		{Line{Connected: true, Ours: 3, Holds: 3, Receipt: 2, ReceiptAt: once}, LineBusy}, // what the other says it holds is no receipt
		{Line{Ours: 3, Receipt: 3, ReceiptAt: once}, LineCut},
		{Line{Ours: 3, Receipt: 2, ReceiptAt: once}, LineOwing},
		{Line{Ours: 3}, LineSilence},
		{Line{Ours: 3, Theirs: 1}, LineOwing}, // heard of, through a third
	} {
		if got := c.line.Stage(); got != c.want {
			t.Errorf("%+v is %s, want %s", c.line, got, c.want)
		}
	}
}

func TestNextLabel(t *testing.T) {
	p := Paragraph{Label: "7", Main: Wording{Label: "7"}}
	for _, want := range []string{"7 bis", "7 ter", "7 quater", "7 quinquies", "7 sexies", "7 septies", "7 octies", "7 novies", "7 decies", "7 alt. 11", "7 alt. 12"} {
		got := p.NextLabel()
		if got != want {
			t.Fatalf("after %d alternatives: %q, want %q", len(p.Alternatives), got, want)
		}
		p.Alternatives = append(p.Alternatives, Wording{Label: got})
	}
	// The bis was accepted and is the main wording; the original stands among the others.
	p = Paragraph{Label: "7", Main: Wording{Label: "7 bis"}, Alternatives: []Wording{{Label: "7"}}}
	if got := p.NextLabel(); got != "7 ter" {
		t.Errorf("%q: a label is never given twice", got)
	}
}

func TestCut(t *testing.T) {
	named := func(ids []string) []Party {
		var out []Party
		for _, id := range ids {
			out = append(out, Party{ID: charter.PartyID(id)})
		}
		return out
	}
	option := func(en, by string) text.BracketOption {
		return text.BracketOption{Text: lang.Text{"en": en}, By: []string{by}}
	}
	verb := text.Bracketed{Wording: "w", Options: []text.BracketOption{option("encourage", "cpc"), option("call upon", "ldp")}}
	noun := text.Bracketed{Wording: "w", Options: []text.BracketOption{option("both", "cpc"), option("the two", "ldp")}}
	for _, c := range []struct {
		name string
		s    string
		open []text.Bracketed
		want string // options between brackets
	}{
		{"inside", "They encourage both sides", []text.Bracketed{verb}, "They [encourage/call upon] both sides"},
		{"two", "They encourage both sides", []text.Bracketed{verb, noun}, "They [encourage/call upon] [both/the two] sides"},
		{"two, the later first", "They encourage both sides", []text.Bracketed{noun, verb}, "They [encourage/call upon] [both/the two] sides"},
		{"not there", "They agree", []text.Bracketed{verb}, "They agree"},
		{"twice there: which is meant is not known", "encourage and encourage", []text.Bracketed{verb}, "encourage and encourage"},
		{"of another wording", "They encourage", []text.Bracketed{{Wording: "v", Options: verb.Options}}, "They encourage"},
		{"no options", "They encourage", []text.Bracketed{{Wording: "w"}}, "They encourage"},
	} {
		var b strings.Builder
		for _, p := range cut(c.s, "en", "w", c.open, named) {
			b.WriteString(p.Text)
			for i, o := range p.Options {
				b.WriteString([]string{"[", "/"}[min(i, 1)] + o.Text)
			}
			if len(p.Options) > 0 {
				b.WriteString("]")
			}
		}
		if b.String() != c.want {
			t.Errorf("%s: %q, want %q", c.name, b.String(), c.want)
		}
	}
	w := Wording{Versions: []Version{{Lang: "en", Parts: cut("They encourage both", "en", "w", []text.Bracketed{verb}, named)}}}
	if got := w.Plain("en"); got != "They encourage both" {
		t.Errorf("plain: %q", got)
	}
}

func TestTimeline(t *testing.T) {
	sides := []Side{{ID: "east"}, {ID: "west"}}
	main := Series{ID: "main", Main: true, Breaks: []Break{{After: 2, Before: 3, Years: 6, Months: 10}}, Meetings: []Meeting{
		{Number: 1, Start: "2006-02-21", Host: "east"}, {Number: 2, Start: "2009-02", Host: "west"}, {Number: 3, Start: "2015-12-03", Host: "east"}, {Number: 4, Host: "west"}}}
	other := Series{ID: "other", Meetings: []Meeting{{Number: 1, Start: "2007", Host: ""}}}
	tl := NewTimeline([]Series{other, main}, sides)
	if len(tl.Lanes) != 2 || tl.Lanes[0].Series.ID != "main" || tl.Lanes[1].Y <= tl.Lanes[0].Y || tl.Height <= tl.Lanes[1].Y {
		t.Fatalf("lanes: %+v", tl)
	}
	p := tl.Lanes[0].Points
	for i := range p[1:] {
		if p[i].X >= p[i+1].X || p[i+1].X >= tl.Width {
			t.Errorf("meeting %d at %d, the next at %d of %d", p[i].Number, p[i].X, p[i+1].X, tl.Width)
		}
	}
	if !p[0].Up || p[1].Up || !p[3].Planned || p[2].Planned {
		t.Errorf("points: %+v", p)
	}
	if g := tl.Lanes[0].Gaps; len(g) != 1 || g[0].X1 != p[1].X || g[0].X2 != p[2].X {
		t.Errorf("gaps: %+v", g)
	}
	for _, nothing := range [][]Series{nil, {{ID: "main", Main: true, Meetings: []Meeting{{Number: 1}}}}} {
		if got := NewTimeline(nothing, sides); !reflect.DeepEqual(got, Timeline{}) {
			t.Errorf("without a date there is no picture: %+v", got)
		}
	}
}

func TestReasonOfAVoidEntry(t *testing.T) {
	r := reason([]byte(`{"Kind":"conflict","Key":"text.frozen","Params":{"text":"js-9"},"Cause":{"anything":1}}`))
	if r.Key != "text.frozen" || r.Params["text"] != "js-9" || r.Cause != nil {
		t.Errorf("%+v", r)
	}
	if r := reason([]byte("no JSON")); r.Key != "internal" {
		t.Errorf("%+v", r)
	}
}

func TestAwaitPath(t *testing.T) {
	for matter, want := range map[string]string{"text/js-9": "/texts/js-9", "charter": "", "": ""} {
		if got := (Await{Matter: matter}).Path(); got != want {
			t.Errorf("%q: %q", matter, got)
		}
	}
}

// What is open in a text stands beside its paragraphs, in the order of the text, whatever order the status has it in; a reservation that was lifted, and what is nowhere, is not there.
func TestWhatIsOpenIsNamedByParagraph(t *testing.T) {
	cells := []Cell{{ID: "1", Label: "1"}, {ID: "x2", Label: "1 bis"}, {ID: "3", Label: "2"}}
	got := open(cells, text.Status{Bracketed: []string{"3", "1"}, ConcordanceOpen: []string{"x2"}}, &text.State{Reservations: []text.Reservation{{Paragraph: "3"}, {Paragraph: "1", Lifted: "cedar-9"}}},
		[]text.LanguageWork{{Paragraph: "3", Language: "ja", What: text.Unsigned}, {Paragraph: "1", Language: "ja", What: text.Missing}, {Paragraph: "1", Language: "zh", What: text.Missing}, {Paragraph: "x2", Language: "ja", What: text.Objected}})
	want := "[{web.status_bracketed [{1 1 } {3 2 }]} {web.reservations_open [{3 2 }]} {web.concordance_open [{x2 1 bis }]} {web.languages_missing [{1 1 }]} {web.languages_unsigned [{3 2 }]}]"
	if fmt.Sprint(got) != want {
		t.Errorf("%v", got)
	}
}

// Beside what the others have stands a text as it reads today, in each language that was corrected, and the last word of several.
func TestATwinIsShownAsItStands(t *testing.T) {
	twin := Twin{Paragraphs: []TwinParagraph{{ID: "1", Text: lang.Text{"en": "We fish.", "ja": "漁をする。"}}, {ID: "2", Text: lang.Text{"en": "We sail."}}}}
	twin.correct([]text.Correction{
		{Changes: []text.Change{{Paragraph: "2", Language: "en", Before: "We sail.", After: "We sailed."}, {Paragraph: "gone", Language: "en", After: "no"}}},
		{Changes: []text.Change{{Paragraph: "2", Language: "en", Before: "We sailed.", After: "We row."}, {Paragraph: "1", Language: "ja", Before: "漁をする。", After: "漁はしない。"}}},
	})
	if got := twin.Paragraphs; got[0].Text["en"] != "We fish." || got[0].Text["ja"] != "漁はしない。" || got[1].Text["en"] != "We row." {
		t.Errorf("%+v", got)
	}
}
