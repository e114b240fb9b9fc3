package redline

import (
	"slices"
	"strings"
	"testing"

	"entente.example/internal/text"
	"entente.example/lang"
)

// marked writes pieces as a person would by hand.
func marked(list []Piece) string {
	var out strings.Builder
	for _, p := range list {
		switch p.Kind {
		case Out:
			out.WriteString("[-" + p.Text + "-]")
		case In:
			out.WriteString("{+" + p.Text + "+}")
		default:
			out.WriteString(p.Text)
		}
	}
	return out.String()
}

// Words are marked whole where there are spaces, character by character where there are none; no character is cut from its marks, and where hardly anything is left the whole is replaced.
func TestWordsAreMarkedAsTheirScriptHasThem(t *testing.T) {
	for _, c := range [][3]string{
		{"Both sides will talk.", "Both sides should talk.", "Both sides [-will-]{+should+} talk."},
		{"双方应保持密切对话与沟通。", "双方应保持密切的对话和沟通。", "双方应保持密切{+的+}对话[-与-]{+和+}沟通。"},
		{"対話を維持することで一致した。", "対話を継続することで一致した。", "対話を[-維持-]{+継続+}することで一致した。"},
		{"the old main verb here stands", "the new first verb here stands", "the [-old main-]{+new first+} verb here stands"},
		{"漢字葛\U000E0100城市街地区", "漢字葛城市街地区", "漢字[-葛\U000E0100-]{+葛+}城市街地区"},
		{"Entirely other words stood.", "对话。", "[-Entirely other words stood.-]{+对话。+}"},
		{"", "New.", "{+New.+}"}, {"Old.", "", "[-Old.-]"}, {"Same.", "Same.", "Same."}, {"", "", ""},
	} {
		if got := marked(Words(c[0], c[1])); got != c[2] {
			t.Errorf("%q to %q: %s, not %s", c[0], c[1], got, c[2])
		}
	}
}

// What is kept and what is marked give back both wordings, whatever they are.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"Both sides will talk.", "双方应保持密切对话。", "  a  b ", "👨‍👩‍👧と葛\U000E0100城", "\xff", "", "الحوار مستمر", "a\n\nb"} {
		f.Add(s, "Both sides  should 对话 talk.")
		f.Add("x"+s, s+" y")
	}
	f.Fuzz(func(t *testing.T, was, is string) {
		var a, b strings.Builder
		last := ""
		for _, p := range slices.Concat(Words(was, is), []Piece{{Text: "\x00"}}, Letters(was, is)) {
			if p.Kind == "" { // the other way of marking begins
				if a.String() != was || b.String() != is {
					t.Errorf("%q to %q: by word gives back %q and %q", was, is, a.String(), b.String())
				}
				a.Reset()
				b.Reset()
				last = ""
				continue
			}
			if p.Kind != In {
				a.WriteString(p.Text)
			}
			if p.Kind != Out {
				b.WriteString(p.Text)
			}
			if p.Text == "" || p.Kind == last {
				t.Errorf("%q to %q: a piece is empty, or two of a kind stand side by side", was, is)
			}
			last = p.Kind
		}
		if a.String() != was || b.String() != is {
			t.Errorf("%q to %q: gives back %q and %q", was, is, a.String(), b.String())
		}
	})
}

// Paragraphs are known by their ids: one that only changes its number or its place is not shown as taken out and put in.
func TestParagraphsAreKnownByTheirIds(t *testing.T) {
	read := func(id, label, words string) text.Read {
		return text.Read{ID: text.ParaID(id), Label: label, Text: lang.Text{"en": words}}
	}
	was := text.Reading{Paragraphs: []text.Read{read("a", "1", "One."), read("b", "2", "Two."), read("c", "3", "Three."), read("d", "4", "Four.")}}
	is := text.Reading{Paragraphs: []text.Read{read("d", "1", "Four."), read("a", "2", "One."), read("x", "3", "New."), read("c", "4", "Three more.")}}
	got := Compare(was, is, []lang.Tag{"en"}, Words)
	var rows []string
	for _, p := range got.Paragraphs {
		row := string(p.ID) + " " + p.Kind + " " + p.Was + ">" + p.Label
		if p.Moved {
			row += " moved"
		}
		rows = append(rows, row)
	}
	if s := strings.Join(rows, ", "); s != "d kept 4>1 moved, a kept 1>2, b removed >2, x added >3, c changed 3>4" && s != "d kept 4>1 moved, a kept 1>2, x added >3, b removed >2, c changed 3>4" {
		t.Error(s)
	}
	if got.Changed != 4 {
		t.Errorf("%d have changed", got.Changed)
	}
}

// By character a mended spelling is one letter; no letter is cut from its marks, and what is kept and changed is the wording to the byte in every script.
func TestLetters(t *testing.T) {
	for _, x := range []struct {
		was, is string
		want    []Piece
	}{
		{"on intenational law", "on international law", []Piece{{Same, "on inte"}, {In, "r"}, {Same, "national law"}}},
		{"維持する。", "維持した。", []Piece{{Same, "維持"}, {Out, "する"}, {In, "した"}, {Same, "。"}}},
		{"мир и дружба", "мир и дружбы", []Piece{{Same, "мир и дружб"}, {Out, "а"}, {In, "ы"}}},
		{"ele\u0301ve", "elève", []Piece{{Same, "el"}, {Out, "e\u0301"}, {In, "è"}, {Same, "ve"}}},
		{"", "x", []Piece{{In, "x"}}},
		{"السلام", "سلام", []Piece{{Out, "ال"}, {Same, "سلام"}}},
	} {
		if got := Letters(x.was, x.is); !slices.Equal(got, x.want) {
			t.Errorf("%q to %q: %q", x.was, x.is, got)
		}
	}
	// Sentences that have nothing to do with each other share letters, and characters; what is left of two versions of one sentence stays.
	for _, x := range []struct {
		mark          func(was, is string) []Piece
		was, is, want string
	}{
		{Letters, "Both sides will continue regular dialogue.", "The parties welcome a visit next spring.", "[-Both sides will continue regular dialogue.-]{+The parties welcome a visit next spring.+}"},
		{Words, "双方は対話を維持することで一致した。", "両党は来年春の若手政治家の訪問を歓迎した。", "[-双方は対話を維持することで一致した。-]{+両党は来年春の若手政治家の訪問を歓迎した。+}"},
		{Words, "双方同意在春季举行第十次会议。", "双方同意于秋季在赤柏湾召开第十次会议。", "双方同意[-在春季举行-]{+于秋季在赤柏湾召开+}第十次会议。"},
		{Letters, "The harbour and the colour.", "The harbor and the color.", "The harbo[-u-]r and the colo[-u-]r."},
		{Words, "They welcome regular meetings.", "They support regular contacts.", "They [-welcome-]{+support+} regular [-meetings-]{+contacts+}."},
	} {
		if got := marked(x.mark(x.was, x.is)); got != x.want {
			t.Errorf("%q to %q: %s", x.was, x.is, got)
		}
	}
	if got := Words("an order resting on intenational law", "an order resting on international law"); len(got) != 4 {
		t.Errorf("by word the word is another: %q", got)
	}
}
