package markup_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/akn"
	"entente.example/internal/charter"
	"entente.example/internal/filing"
	"entente.example/internal/markup"
	"entente.example/internal/markup/markuptest"
	"entente.example/internal/subject/subjecttest"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// What is written into a line is read back, and nothing that stands in wording is taken for a bracket.
func TestLinesAreReadAsTheyWereWritten(t *testing.T) {
	for _, s := range []string{"[a / b]", `\[a / b]`, "[a {x} / b | cedar: place]", "[[a / b]]", "a [b", "a / b | c", `end\`, "[ / ]", "[]"} {
		if got, brackets := markup.Read(markup.Write(s, nil, "en"), "en"); got != s || len(brackets) != 0 {
			t.Errorf("%q became %q with %v", s, got, brackets)
		}
	}
	b := markup.Bracket{By: "cedar", Where: "main verb", Options: []text.BracketOption{{Text: lang.Text{"en": "will"}, By: []string{"cedar", "linden"}}, {Text: lang.Text{"en": "should / may"}, By: []string{"juniper"}}}}
	line := markup.Write("Both sides will talk.", []markup.Bracket{b}, "en")
	if want := `Both sides [will {cedar, linden} / should \/ may {juniper} | cedar: main verb] talk.`; line != want {
		t.Errorf("written %s", line)
	}
	// Where the option stands twice, a guess would misquote somebody.
	if line := markup.Write("They will and will.", []markup.Bracket{b}, "en"); !strings.HasPrefix(line, "They will and will.\n[[will") {
		t.Errorf("written %s", line)
	}
	for line, want := range map[string]string{"keep [this] as it is": "keep [this] as it is", "[a / b] c": "a c", "[a / b | x: y] c": "a c", "[a {x} / {y}]": "a", "[a / b": "[a / b", "[a | b]": "[a | b]", "[ / b]": "[ / b]"} {
		if got, _ := markup.Read(line, "en"); got != want {
			t.Errorf("%q read as %q", line, got)
		}
	}
}

// The JSON form holds the whole sheet.
func TestJSONRoundTrip(t *testing.T) {
	for seed := range uint64(200) {
		s := markuptest.Sheet(rand.New(rand.NewPCG(seed, 3)))
		f, err := filing.Write(s, filing.JSON, "", akn.About{})
		if err != nil {
			t.Fatal(err)
		}
		again, err := filing.Read(f.Body)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Tidy(); err != nil {
			t.Fatal(err)
		}
		if a, b := dump(t, s), dump(t, again); a != b {
			t.Fatalf("seed %d\n%s\n%s", seed, a, b)
		}
	}
}

func dump(t *testing.T, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// table plays a text with an alternative, a bracket, and a paragraph without Chinese.
func table(t *testing.T) *subjecttest.Play {
	p := subjecttest.New(t, "text/js", func() subjecttest.State { return &text.State{ID: "js"} })
	p.Does("cedar", text.Table{Title: lang.Text{"en": "Statement", "zh-Hans": "声明"}, Languages: []lang.Tag{"en", "zh-Hans"}, Drafting: "en", Parts: 1, Paragraphs: []text.Paragraph{
		{ID: "p1", Kind: text.Preambular, Label: "1", Text: lang.Text{"en": "Meeting in spring,", "zh-Hans": "春季会面，"}},
		{ID: "p2", Kind: text.Operative, Label: "2", Text: lang.Text{"en": "Both sides will talk.", "zh-Hans": "双方将对话。"}},
		{ID: "p3", Kind: text.Operative, Label: "3", Text: lang.Text{"en": "They meet again."}},
	}})
	p.Does("birch", text.Propose{Paragraph: "p2", Label: "2 bis", Text: lang.Text{"en": "Both sides should talk.", "zh-Hans": "双方应对话。"}})
	p.Does("willow", text.Bracket{Paragraph: "p1", Wording: "cedar-0", Where: "season", Options: []text.BracketOption{
		{Text: lang.Text{"en": "spring", "zh-Hans": "春季"}, By: []string{"cedar"}}, {Text: lang.Text{"en": "autumn", "zh-Hans": "秋季"}, By: []string{"willow"}}}})
	return p
}

func of(p *subjecttest.Play) (*text.State, *markup.Sheet) {
	s := p.State().(*text.State)
	return s, markup.Of(p.Charter, s)
}

// through is a sheet as it comes back from a file of a format.
func through(t *testing.T, sheet *markup.Sheet, format string) *markup.Sheet {
	t.Helper()
	f, err := filing.Write(sheet, format, "", akn.About{})
	if err != nil {
		t.Fatal(err)
	}
	again, err := filing.Read(f.Body)
	if err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return again
}

// A file that nobody changed proposes nothing, in any format; so what a comparison lists is what somebody did.
func TestAFileThatNobodyChangedProposesNothing(t *testing.T) {
	p := table(t)
	s, sheet := of(p)
	if len(sheet.Paragraphs[1].Wordings) != 2 || sheet.Paragraphs[1].Wordings[1].By != "birch" || len(sheet.Paragraphs[0].Wordings[0].Brackets) != 1 {
		t.Fatalf("%+v", sheet.Paragraphs)
	}
	for _, format := range filing.Readable {
		again := through(t, sheet, format)
		if got := markup.Compare(p.Charter, s, again); len(got.Changes)+len(got.Absent)+len(got.Comments)+len(got.Doubts) != 0 {
			t.Errorf("%s: %s", format, dump(t, got))
		}
	}
}

// A paragraph that an edited file adds or lacks comes back as a proposal, in any format; all of it can be one proposal, agreed whole or not at all. A file that has less than half of the text is an excerpt: it proposes to leave nothing out.
func TestAFileAddsAndLeavesOutParagraphs(t *testing.T) {
	p := table(t)
	p.Does("birch", text.Revise{Items: []text.Revision{{Paragraph: "p3", Label: "3 bis", Omit: true}}})
	s, sheet := of(p)
	sheet.Paragraphs = append(sheet.Paragraphs[:1], markup.Paragraph{ID: "9", Kind: text.Operative, Label: "9", Wordings: []markup.Wording{{Label: "9", Text: lang.Text{"en": "More.", "zh-Hans": "更多。"}}}}, sheet.Paragraphs[2])
	for _, format := range filing.Readable {
		again := through(t, sheet, format)
		got := markup.Compare(p.Charter, s, again)
		if len(got.Changes) != 2 || got.Changes[0].Kind != markup.Added || got.Changes[0].Place.After != "p1" || got.Changes[1].Kind != markup.Omitted || got.Changes[1].Paragraph != "p2" || len(got.Absent) > 0 {
			t.Fatalf("%s: %s", format, dump(t, got))
		}
		bodies, _ := markup.Bodies(got.Changes, true)
		if len(bodies) != 1 {
			t.Fatalf("%s: %d acts", format, len(bodies))
		}
		b := s.Complete(p.Charter, "willow", bodies[0].(text.Revise), new(text.Taken))
		if !b.Whole || b.Items[0].Paragraph != "willow.1" || b.Items[0].Label != "1 bis" || b.Items[1].Label != "2 ter" {
			t.Errorf("%s: %+v", format, b)
		}
		if format == filing.JSON {
			p.Does("willow", b)
		}
	}
	sheet.Paragraphs = sheet.Paragraphs[:1]
	if got := markup.Compare(p.Charter, s, sheet); len(got.Changes) != 0 || strings.Join(got.Absent, " ") != "2 3" {
		t.Errorf("an excerpt: %s", dump(t, got))
	}
}

// What a paragraph rests on is part of a file and comes back as a proposal, by itself or with other words of the same paragraph; a file that cites nothing says nothing of it.
func TestWhatAParagraphRestsOnComesBack(t *testing.T) {
	p := table(t)
	s, sheet := of(p)
	for i := range sheet.Paragraphs {
		sheet.Paragraphs[i].Cites = nil
	}
	if got := markup.Compare(p.Charter, s, sheet); len(got.Changes) != 0 {
		t.Errorf("a file that cites nothing proposes %s", dump(t, got))
	}
	sheet.Paragraphs[1].Cites = []string{"cn-jp-1998", "text/js-8#5"}
	sheet.Paragraphs[2].Cites = []string{"cn-jp-2008"}
	sheet.Paragraphs[2].Wordings[0].Text["en"] = "They meet once more."
	for _, format := range filing.Readable {
		again := through(t, sheet, format)
		got := markup.Compare(p.Charter, s, again)
		if len(got.Changes) != 2 || got.Changes[0].Kind != markup.Recited || got.Changes[0].Paragraph != "p2" || got.Changes[1].Kind != markup.Reworded || got.Changes[1].Cites == nil {
			t.Fatalf("%s: %s", format, dump(t, got))
		}
		if bodies, _ := markup.Bodies(got.Changes, true); len(bodies) != 1 || len(bodies[0].(text.Revise).Items) != 2 {
			t.Errorf("%s: as one proposal %+v", format, bodies)
		}
		bodies, _ := markup.Bodies(got.Changes, false)
		for _, b := range bodies {
			b := s.Complete(p.Charter, "willow", b.(text.Revise), new(text.Taken))
			if r := b.Items[0]; r.Cites == nil || len(r.Text) == 0 {
				t.Errorf("%s: %+v", format, r)
			}
			if format == filing.JSON {
				p.Does("willow", b)
			}
		}
	}
	s, _ = of(p)
	for name, cites := range map[string][]string{"what it rested on when the file was written": s.Paragraphs[1].Cites, "what was proposed by the same file": {"text/js-8#5", "cn-jp-1998"}} {
		_, older := of(p)
		older.Paragraphs[1].Cites = cites
		if got := markup.Compare(p.Charter, s, older); slices.ContainsFunc(got.Changes, func(c markup.Change) bool { return c.Paragraph == "p2" }) {
			t.Errorf("%s, %v, is proposed again: %s", name, cites, dump(t, got))
		}
	}
	last := s.Para("p3").Wordings[len(s.Para("p3").Wordings)-1]
	if got := s.Para("p3").CitesOf(last); len(got) != 1 || got[0] != "cn-jp-2008" {
		t.Errorf("the proposal rests on %v", got)
	}
}

// A proposal that changes only what a paragraph rests on travels with the files, also one by which it would rest on nothing; what a file changes of that comes back as a proposal, and nothing comes back that is on the table.
func TestWhatAnAlternativeWouldRestOnTravels(t *testing.T) {
	p := table(t)
	s, _ := of(p)
	for id, cites := range map[text.ParaID][]string{"p2": {"text/js-8#5", "cn-jp-1998"}, "p3": {"cn-jp-1972"}} {
		p.Does("willow", s.Complete(p.Charter, "willow", text.Revise{Items: []text.Revision{{Paragraph: id, Cites: &cites}}}, new(text.Taken)))
	}
	s, _ = of(p)
	for _, party := range []charter.PartyID{"cedar", "birch", "willow"} { // so the words that rest on nothing are the alternative
		p.Does(party, text.Support{Items: []text.Item{{Paragraph: "p3", Wording: s.Para("p3").Wordings[1].ID}}})
	}
	s, sheet := of(p)
	if cited, uncited := sheet.Paragraphs[1].Wordings[2].Cites, sheet.Paragraphs[2].Wordings[1].Cites; cited == nil || len(*cited) != 2 || uncited == nil || len(*uncited) != 0 {
		t.Fatalf("the alternatives rest on %v and %v", cited, uncited)
	}
	for _, format := range filing.Readable {
		if got := markup.Compare(p.Charter, s, through(t, sheet, format)); len(got.Changes) != 0 {
			t.Errorf("%s: what is on the table comes back: %s", format, dump(t, got))
		}
		edited := through(t, sheet, format)
		at := &edited.Paragraphs[1]
		last := at.Wordings[len(at.Wordings)-1]
		at.Wordings = append(at.Wordings, markup.Wording{Label: "2 alt", By: "birch", Text: last.Text, Cites: &[]string{"cn-jp-2008"}}, markup.Wording{Label: "2 alt 2", Text: lang.Text{"en": "Other words."}, Cites: &[]string{"cn-jp-1972"}})
		got := markup.Compare(p.Charter, s, through(t, edited, format))
		if len(got.Changes) != 2 || got.Changes[0].Kind != markup.Recited || got.Changes[0].Label != "2 alt" || !slices.Equal(*got.Changes[0].Cites, []string{"cn-jp-2008"}) || got.Changes[1].Kind != markup.Alternative || !got.Changes[1].Rests() {
			t.Fatalf("%s: %s", format, dump(t, got))
		}
		bodies, _ := markup.Bodies(got.Changes, false)
		for i, b := range bodies {
			item := s.Complete(p.Charter, "willow", b.(text.Revise), new(text.Taken)).Items[0]
			if item.Cites == nil || !slices.Equal(*item.Cites, [][]string{{"cn-jp-2008"}, {"cn-jp-1972"}}[i]) {
				t.Errorf("%s: %+v", format, item)
			}
		}
		edited = through(t, sheet, format)
		for i := range edited.Paragraphs[1].Wordings {
			if w := &edited.Paragraphs[1].Wordings[i]; w.Cites != nil {
				w.Text["en"] += " Now."
			}
		}
		changes := markup.Compare(p.Charter, s, through(t, edited, format)).Changes
		if len(changes) != 1 {
			t.Errorf("%s: %s", format, dump(t, changes))
		}
		for _, ch := range changes {
			if ch.Kind != markup.Reworded || ch.Cites == nil || ch.Rests() {
				t.Errorf("%s: other words of an alternative rest on something else: %s", format, dump(t, ch))
			}
		}
	}
}

// A paragraph that stands elsewhere in a file is proposed to move there, once, with its sub-paragraphs and with the other words that the file has for it; an order that is another altogether moves nothing.
func TestWhatStandsElsewhereMoves(t *testing.T) {
	p := subjecttest.New(t, "text/js", func() subjecttest.State { return &text.State{ID: "js"} })
	draft := text.Table{Title: lang.Text{"en": "Statement"}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1}
	for _, label := range []string{"1", "2", "2 (a)", "2 (b)", "3", "4", "5", "6"} {
		kind := text.Operative
		if strings.Contains(label, "(") {
			kind = text.Point
		}
		draft.Paragraphs = append(draft.Paragraphs, text.Paragraph{ID: markup.ID(label), Kind: kind, Label: label, Text: lang.Text{"en": "Words of " + label + "."}})
	}
	p.Does("cedar", draft)
	for name, c := range map[string]struct {
		order string
		want  string
	}{
		"forward":             {"1,2,2-a,2-b,3,5,6,4", "moved 4 behind 6"},
		"back, to the front":  {"5,1,2,2-a,2-b,3,4,6", "moved_first 5 behind "},
		"with what is below":  {"1,3,4,5,6,2,2-a,2-b", "moved 2 behind 6"},
		"a sub-paragraph":     {"1,2,2-b,2-a,3,4,5,6", "moved 2-b behind 2"},
		"two":                 {"4,1,2,2-a,2-b,5,6,3", "moved_first 4 behind , moved 3 behind 6"},
		"nothing":             {"1,2,2-a,2-b,3,4,5,6", ""},
		"all turned about":    {"6,5,4,3,2-b,2-a,2,1", ""},
		"some are not there":  {"1,2,2-a,2-b,3,4,6", "omitted 5 behind "},
		"moved, one left out": {"1,2,2-a,2-b,5,3,6", "moved 5 behind 2 (b), omitted 4 behind "},
	} {
		s, sheet := of(p)
		var in []markup.Paragraph
		for _, id := range strings.Split(c.order, ",") {
			in = append(in, sheet.Paragraphs[slices.IndexFunc(sheet.Paragraphs, func(q markup.Paragraph) bool { return string(q.ID) == id })])
		}
		sheet.Paragraphs = in
		for _, format := range filing.Readable {
			var got []string
			for _, ch := range markup.Compare(p.Charter, s, through(t, sheet, format)).Changes {
				got = append(got, fmt.Sprintf("%s %s behind %s", ch.Kind, ch.Paragraph, ch.Behind))
			}
			if list := strings.Join(got, ", "); list != c.want {
				t.Errorf("%s, %s: %q, not %q", name, format, list, c.want)
			}
		}
	}
	s, sheet := of(p)
	sheet.Paragraphs = append(sheet.Paragraphs[1:], sheet.Paragraphs[0])
	sheet.Paragraphs[7].Wordings[0].Text["en"] = "Other words."
	got := markup.Compare(p.Charter, s, sheet).Changes
	if len(got) != 2 || got[0].Kind != markup.Reworded || got[0].Weighs() || !got[1].Weighs() {
		t.Fatalf("moved and reworded: %s", dump(t, got))
	}
	if words, _ := markup.Bodies(got[:1], false); len(words) != 1 || words[0].(text.Propose).Text["en"] != "Other words." {
		t.Errorf("the words alone are proposed as %+v", words)
	}
	bodies, _ := markup.Bodies(got, false)
	if len(bodies) != 1 {
		t.Fatalf("%+v", bodies)
	}
	b := s.Complete(p.Charter, "willow", bodies[0].(text.Revise), new(text.Taken))
	if r := b.Items[0]; r.Place == nil || r.Place.After != "6" || r.Text["en"] != "Other words." {
		t.Errorf("it is proposed as %+v", r)
	}
	p.Does("willow", b)
	s, _ = of(p)
	if got := markup.Compare(p.Charter, s, sheet); len(got.Changes) != 0 {
		t.Errorf("what was taken in is proposed again: %s", dump(t, got))
	}
}

// Whatever order a file has, the moves that are listed lead to it once all are agreed, or it is said that they do not; and each that is offered can be proposed.
func TestMovesLeadToTheOrderOfTheFile(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	reached := 0
	for round := range 300 {
		p := subjecttest.New(t, "text/js", func() subjecttest.State { return &text.State{ID: "js"} })
		draft := text.Table{Title: lang.Text{"en": "Statement"}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1}
		for _, label := range []string{"1", "2", "2 (a)", "2 (a) (i)", "2 (b)", "3", "4", "5", "I", "I.1", "I.2", "II", "II.1", "II.2"} {
			kind := []string{text.Operative, text.Point, text.Subpoint}[strings.Count(label, "(")]
			if !strings.ContainsAny(label, "123456789") {
				kind = text.Heading
			}
			draft.Paragraphs = append(draft.Paragraphs, text.Paragraph{ID: markup.ID(label), Kind: kind, Label: label, Text: lang.Text{"en": "Words of " + label + "."}})
		}
		p.Does("cedar", draft)
		s, sheet := of(p)
		for range 1 + r.IntN(3) {
			from := r.IntN(len(sheet.Paragraphs))
			one := sheet.Paragraphs[from]
			sheet.Paragraphs = slices.Delete(sheet.Paragraphs, from, from+1)
			sheet.Paragraphs = slices.Insert(sheet.Paragraphs, r.IntN(len(sheet.Paragraphs)+1), one)
		}
		got := markup.Compare(p.Charter, s, sheet)
		if slices.Contains(got.Ignored, "file.order") {
			continue
		}
		refused := slices.ContainsFunc(got.Changes, func(ch markup.Change) bool { return ch.Problem != nil })
		bodies, _ := markup.Bodies(got.Changes, false)
		for _, b := range bodies {
			b := s.Complete(p.Charter, "willow", b.(text.Revise), new(text.Taken))
			id := p.Does("willow", b)
			for _, party := range []charter.PartyID{"cedar", "birch", "willow"} {
				p.Does(party, text.Support{Items: []text.Item{{Paragraph: b.Items[0].Paragraph, Wording: text.WordingID(id)}}})
			}
			s, _ = of(p)
		}
		if refused {
			continue
		}
		reached++
		var file, now []text.ParaID
		for _, q := range sheet.Paragraphs {
			file = append(file, q.ID)
		}
		for _, q := range s.Stands(p.Charter) {
			now = append(now, q.ID)
		}
		if !slices.Equal(file, now) {
			t.Fatalf("round %d: the file has %v, and the text then %v, by %s", round, file, now, dump(t, got))
		}
	}
	if reached < 100 {
		t.Errorf("only %d files were followed to their order", reached)
	}
}

// What a file has beside what was taken in already comes up, whatever was left out the first time; what was left out or refused is no longer on the table and may be proposed anew.
func TestWhatIsLeftIsStillThere(t *testing.T) {
	p := table(t)
	s, sheet := of(p)
	sheet.Paragraphs[2].Wordings[0] = markup.Wording{Label: "3", Text: lang.Text{"en": "They may meet."}, Brackets: []markup.Bracket{{Options: []text.BracketOption{{Text: lang.Text{"en": "may"}}, {Text: lang.Text{"en": "can"}}}}}}
	sheet.Covers = []lang.Tag{"en"}
	sheet.Paragraphs[0].Wordings = append(sheet.Paragraphs[0].Wordings, markup.Wording{Label: "1 gone", Omit: true, Text: lang.Text{}})
	kinds := func(s *text.State) (out []string) {
		for _, ch := range markup.Compare(p.Charter, s, sheet).Changes {
			out = append(out, ch.Kind+" "+string(ch.Paragraph))
		}
		return out
	}
	if got := strings.Join(kinds(s), ", "); got != "omitted p1, reworded p3, opened p3" {
		t.Fatal(got)
	}
	bodies, _ := markup.Bodies(markup.Compare(p.Charter, s, sheet).Changes, false) // the second step, the bracket, is not taken
	for _, b := range bodies {
		if r, ok := b.(text.Revise); ok {
			p.Does("birch", s.Complete(p.Charter, "birch", r, new(text.Taken)))
		} else {
			p.Does("birch", b)
		}
	}
	s, _ = of(p)
	if got := strings.Join(kinds(s), ", "); got != "opened p3" {
		t.Fatal(got)
	}
	before := s.Para("p3").Wordings[0].ID
	for _, party := range []charter.PartyID{"cedar", "birch", "willow"} { // all agree to the words as they were
		p.Does(party, text.Accept{Items: []text.Item{{Paragraph: "p3", Wording: before}}})
	}
	s, _ = of(p)
	if got := strings.Join(kinds(s), ", "); got != "reworded p3, opened p3" {
		t.Error(got)
	}
}

// Each kind of difference becomes the act that a member would make by hand, and those acts are valid.
func TestDifferencesBecomeProposals(t *testing.T) {
	p := table(t)
	s, sheet := of(p)
	sheet.Paragraphs[0].Wordings[0].Text = lang.Text{"en": "Meeting in autumn,", "zh-Hans": "春季会面，"}
	sheet.Paragraphs[0].Wordings[0].Brackets = nil
	sheet.Paragraphs[0].Wordings[0].Before = lang.Text{"en": "Meeting in summer,"}
	sheet.Paragraphs[0].Wordings[0].Editors = []string{"Li Wei"}
	sheet.Paragraphs[1].Wordings = append(sheet.Paragraphs[1].Wordings, markup.Wording{Label: "2 bis bis", By: "willow", Text: lang.Text{"en": "Both sides may talk."},
		Brackets: []markup.Bracket{{Options: []text.BracketOption{{Text: lang.Text{"en": "may"}}, {Text: lang.Text{"en": "can"}}}}}})
	sheet.Paragraphs[1].Wordings[1].Text["en"] = "Both sides could talk."
	sheet.Paragraphs[2].Wordings[0].Text = lang.Text{"en": "They meet again.", "zh-Hans": "再次会面。"}
	sheet.Paragraphs = append(sheet.Paragraphs, markup.Paragraph{ID: "p9", Label: "9", Wordings: []markup.Wording{{Label: "9", Text: lang.Text{"en": "More."}}}})
	got := markup.Compare(p.Charter, s, sheet)
	var kinds []string
	for _, c := range got.Changes {
		kinds = append(kinds, c.Kind+" "+c.Label)
	}
	if want := "reworded 1 bis, reworded 2 ter, alternative 2 bis bis, opened 2 bis bis, version 3, added 9"; strings.Join(kinds, ", ") != want {
		t.Fatalf("%s\n%s", strings.Join(kinds, ", "), dump(t, got))
	}
	first := got.Changes[0]
	if !first.Stale || first.From[0] != "Li Wei" || first.Before["en"] != "Meeting in spring," || len(first.After) != 1 {
		t.Errorf("%+v", first)
	}
	if c := got.Changes[5]; c.Problem != nil || c.Place.After != "p3" {
		t.Errorf("%+v", c)
	}
	bodies, then := markup.Bodies(got.Changes, false)
	bodies[4] = s.Complete(p.Charter, "birch", bodies[4].(text.Revise), new(text.Taken))
	var ids []string
	for _, b := range bodies {
		ids = append(ids, p.Does("birch", b))
	}
	brackets := then(ids)
	if len(brackets) != 1 || string(brackets[0].(text.Bracket).Wording) != ids[2] {
		t.Fatalf("%+v", brackets)
	}
	p.Does("birch", brackets[0])
	if _, ok := bodies[3].(text.Translate); !ok {
		t.Errorf("%T", bodies[3])
	}
	s, _ = of(p)
	if w := s.Para("p1").Wordings; len(w) != 2 || w[1].Note != "Li Wei" || w[0].Versions[0].Text != "Meeting in spring," {
		t.Error("the wording that stood is changed, or the proposal is not there")
	}
	if got := markup.Compare(p.Charter, s, sheet); len(got.Changes) != 0 { // they are on the table: the same file proposes nothing twice
		t.Errorf("%s", dump(t, got))
	}
}

// Wording that no act may hold is listed with why, and never proposed.
func TestWhatNoActMayHoldIsNotProposed(t *testing.T) {
	p := table(t)
	s, sheet := of(p)
	sheet.Paragraphs[1].Wordings[0].Text["en"] = "Both sides\u200b will talk."
	sheet.Paragraphs[2].Wordings[0].Text["en"] = strings.Repeat("x", text.MaxWording+1)
	got := markup.Compare(p.Charter, s, sheet)
	if len(got.Changes) != 2 || got.Changes[0].Problem == nil || got.Changes[0].Problem.Key != "text.bad_character" || got.Changes[1].Problem == nil || got.Changes[1].Problem.Key != "text.long_wording" {
		t.Fatalf("%s", dump(t, got))
	}
	if bodies, then := markup.Bodies(got.Changes, false); len(bodies)+len(then(nil)) != 0 {
		t.Errorf("%v", bodies)
	}
}

// A file whose languages were mixed up is questioned, not refused.
func TestMixedUpLanguagesAreQuestioned(t *testing.T) {
	p := table(t)
	s, sheet := of(p)
	for i := range sheet.Paragraphs {
		for _, w := range sheet.Paragraphs[i].Wordings {
			w.Text["zh-Hans"] = "両国は対話を続ける。それがよい。"
		}
	}
	got := markup.Compare(p.Charter, s, sheet)
	if len(got.Doubts) != 1 || got.Doubts[0] != (markup.Doubt{Language: "zh-Hans", Looks: "ja"}) {
		t.Errorf("%+v", got.Doubts)
	}
}

// What was agreed stands alone in a file: brackets and alternatives go then.
func TestAgreedParagraphsAreClean(t *testing.T) {
	p := table(t)
	s, _ := of(p)
	var bis text.Item
	for _, w := range s.Para("p2").Wordings[1:] {
		bis = text.Item{Paragraph: "p2", Wording: w.ID}
	}
	for _, party := range []string{"cedar", "birch", "willow"} {
		p.Does(subjecttest.ID(party), text.Accept{Items: []text.Item{bis}})
	}
	_, sheet := of(p)
	if w := sheet.Paragraphs[1].Wordings; len(w) != 1 || w[0].Label != "2 bis" || w[0].Text["en"] != "Both sides should talk." {
		t.Errorf("%+v", w)
	}
	if d, err := sheet.Draft(); err != nil || d.Paragraphs[1].Label != "2" || d.Paragraphs[1].Text["en"] != "Both sides should talk." {
		t.Errorf("%v %+v", err, d.Paragraphs)
	}
}

// Files of several languages are of one text, and no language comes twice.
func TestFilesThatDoNotBelongTogether(t *testing.T) {
	en := "---\ntext: a\nlanguage: en\n---\n## 1\nwords\n"
	for want, files := range map[string][2]string{"file.language_twice": {en, en}, "file.other_text": {en, "---\ntext: b\nlanguage: fr\n---\n## 1\nmots\n"}} {
		if _, err := filing.Read([]byte(files[0]), []byte(files[1])); refusal.As(err) == nil || refusal.As(err).Key != want {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, err := filing.Read(); refusal.As(err) == nil || refusal.As(err).Key != "file.none" {
		t.Errorf("%v", err)
	}
}

const small = `{"title": {"en": "T"}, "languages": ["en", "zh-hans"], "paragraphs": [{"id": "p1", "kind": "preambular", "text": {"en": "Meeting,  ", "zh-hans": "开会，"}}]}`

// A draft in JSON that no text can begin with is refused, with what is wrong and where.
func TestDraftsInJSON(t *testing.T) {
	d, err := drafted(small)
	if err != nil {
		t.Fatal(err)
	}
	if d.Languages[1] != "zh-Hans" || d.Drafting != "en" || d.Paragraphs[0].Text["en"] != "Meeting," || d.Paragraphs[0].Text["zh-Hans"] == "" {
		t.Errorf("%+v", d)
	}
	for want, change := range map[string][2]string{
		"text.bad_file": {`"title"`, `"titel"`}, "lang.bad_tag": {`"zh-hans"]`, `"zh_CN"]`}, "text.no_paragraphs": {`[{"id": "p1", "kind": "preambular", "text": {"en": "Meeting,  ", "zh-hans": "开会，"}}]`, `[]`},
		"text.bad_kind": {`preambular`, `other`}, "text.bad_paragraph_id": {`"p1"`, `"p 1"`}, "text.empty_wording": {`"Meeting,  "`, `" "`}, "text.bad_character": {`Meeting,  `, "Meet\u200bing"},
		"text.other_language": {`{"en": "Meeting,  "`, `{"fr": "x", "en": "Meeting"`}, "text.long_wording": {`Meeting,  `, strings.Repeat("x", text.MaxWording+1)},
		"text.no_languages": {`["en", "zh-hans"]`, `[]`}, "text.no_wording": {`{"en": "Meeting,  ", "zh-hans": "开会，"}`, `{}`},
	} {
		changed := strings.Replace(small, change[0], change[1], 1)
		if changed == small {
			t.Fatalf("%s is not in the sample", change[0])
		}
		if _, err := drafted(changed); refusal.As(err) == nil || refusal.As(err).Key != want {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func drafted(file string) (text.Draft, error) {
	s, err := filing.Read([]byte(file))
	if err != nil {
		return text.Draft{}, err
	}
	return s.Draft()
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("[a {cedar} / b {birch} | cedar: place] c"))
	f.Add([]byte("[[a / b]]"))
	f.Add([]byte(`\[a \/ b\`))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, brackets := markup.Read(string(b), "en")
		again, more := markup.Read(markup.Write(s, brackets, "en"), "en")
		if again != s || len(more) != len(brackets) {
			t.Fatalf("%q became %q, %d brackets became %d", s, again, len(brackets), len(more))
		}
	})
}

func FuzzJSON(f *testing.F) {
	for seed := range uint64(3) {
		b, err := markuptest.Sheet(rand.New(rand.NewPCG(seed, 4))).MarshalJSON()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := markup.ReadJSON(b)
		if err != nil {
			return
		}
		d, err := s.Draft()
		if err != nil {
			return
		}
		for _, a := range d.Acts() {
			if _, err := entry.Canonical(a); err != nil {
				t.Fatalf("an accepted draft cannot be written down: %v", err)
			}
		}
	})
}
