package markdown

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"entente.example/internal/markup"
	"entente.example/internal/markup/markuptest"
	"entente.example/lang"
	"entente.example/refusal"
)

// What one file per language holds is the whole sheet, whatever signs stand in its wording.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(400) {
		want := markuptest.Sheet(rand.New(rand.NewPCG(seed, 9)))
		var sheets []*markup.Sheet
		for _, tag := range want.Languages {
			s, err := Read(Write(want, tag))
			if err != nil {
				t.Fatalf("seed %d, %s: %v\n%s", seed, tag, err, Write(want, tag))
			}
			sheets = append(sheets, s)
		}
		got, err := markup.Merge(sheets)
		if err != nil {
			t.Fatal(err)
		}
		if len(want.Pairs) > 0 {
			got.Pairs = got.Pairs[:len(want.Pairs)]
		}
		if err := want.Tidy(); err != nil {
			t.Fatal(err)
		}
		if a, b := dump(t, got), dump(t, want); a != b {
			t.Fatalf("seed %d\ngot  %s\nwant %s\n%s", seed, a, b, Write(want, want.Languages[0]))
		}
	}
}

func dump(t *testing.T, s *markup.Sheet) string {
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A draft written by hand needs its language, a title and numbers; an editor's line breaks are not the wording's.
func TestByHand(t *testing.T) {
	s, err := Read([]byte("---\nlanguage: zh-hans\n---\n# 联合声明\n\n## 1 {.preambular}\n双方\n同意，\n*继续*\n\n## 7 (a)\n\n双方[鼓励 {cedar} / 敦促 | 主动词]对话。\\\n第二行\n\n### 7 (a) bis {by=juniper}\n双方应对话。\n"))
	if err != nil {
		t.Fatal(err)
	}
	p := s.Paragraphs
	if s.Languages[0] != lang.Chinese || s.Drafting != lang.Chinese || s.Title["zh-Hans"] != "联合声明" || len(p) != 2 || p[0].Kind != "preambular" || p[0].ID != "1" || p[1].ID != "7-a" {
		t.Fatalf("%+v", s)
	}
	if got := p[0].Wordings[0].Text["zh-Hans"]; got != "双方同意， *继续*" {
		t.Errorf("%q", got)
	}
	w := p[1].Wordings
	if w[0].Text["zh-Hans"] != "双方鼓励对话。\n第二行" || len(w[0].Brackets) != 1 || w[0].Brackets[0].Where != "主动词" || !reflect.DeepEqual(w[0].Brackets[0].Options[0].By, []string{"cedar"}) || w[0].Brackets[0].Options[1].Text["zh-Hans"] != "敦促" {
		t.Errorf("%+v", w[0])
	}
	if w[1].Label != "7 (a) bis" || w[1].By != "juniper" {
		t.Errorf("%+v", w[1])
	}
	// The alternatives of other languages find their wording by its label.
	en, err := Read([]byte("---\nlanguage: en\nlanguages: en, zh-Hans\n---\n## 1\nThe two sides\nagreed\n## 7 (a)\n### 7 (a) bis\nShould talk.\n"))
	if err != nil {
		t.Fatal(err)
	}
	both, err := markup.Merge([]*markup.Sheet{s, en})
	if err != nil || both.Paragraphs[1].Wordings[1].Text["en"] != "Should talk." || both.Paragraphs[0].Wordings[0].Text["en"] != "The two sides agreed" || len(both.Paragraphs[1].Wordings) != 2 {
		t.Errorf("%v %+v", err, both)
	}
}

// What is no draft is refused with the line that is wrong: half a file is never taken for a whole.
func TestRefusals(t *testing.T) {
	for want, file := range map[string]string{
		"file.no_language":   "# Title\n\n## 1\nwords\n",
		"file.bad_line":      "---\nlanguage: en\n---\nwords of no paragraph\n",
		"lang.bad_tag":       "---\nlanguage: zh_CN\n---\n## 1\nwords",
		"lang.not_utf8":      "---\nlanguage: en\n---\n## 1\n\xff",
		"text.no_paragraphs": "---\nlanguage: en\n---\n# Title\n",
	} {
		if _, err := Read([]byte(file)); refusal.As(err) == nil || refusal.As(err).Key != want {
			t.Errorf("%s: %v", want, err)
		}
	}
	for _, l := range []string{"## 1 {#a", "## 1 {what}", "### bis of nothing", "## {.preambular}", "oops: ", `kind: "\x80"`, `## 1 {#a label="\x80"}`} {
		file := "---\nlanguage: en\n---\n" + l + "\n"
		if strings.HasPrefix(l, "oops") || strings.HasPrefix(l, "kind") {
			file = "---\nlanguage: en\n" + l + "\n---\n"
		}
		if _, err := Read([]byte(file)); refusal.As(err) == nil || refusal.As(err).Key != "file.bad_line" || refusal.As(err).Params["line"] == "" {
			t.Errorf("%q: %v", l, err)
		}
	}
	// Invisible characters are read, so that the refusal can say where they stand.
	s, err := Read([]byte("---\nlanguage: en\n---\n# T\n## 1\nMeet\u200bing\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Draft(); refusal.As(err) == nil || refusal.As(err).Key != "text.bad_character" {
		t.Errorf("%v", err)
	}
}

func FuzzRead(f *testing.F) {
	for seed := range uint64(4) {
		s := markuptest.Sheet(rand.New(rand.NewPCG(seed, 1)))
		f.Add(Write(s, s.Languages[0]))
	}
	f.Add([]byte("---\nlanguage: en\n---\n## 1 {#p}\n[a / b | c]\\\n### 1 bis\n## {#I .annex}\n1. x {id=\"a\"}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Read(b)
		if err != nil {
			return
		}
		again, err := Read(Write(s, s.Covers[0]))
		if err != nil {
			return // ids and labels that no text may have
		}
		if len(again.Paragraphs) != len(s.Paragraphs) {
			t.Fatalf("%d paragraphs became %d", len(s.Paragraphs), len(again.Paragraphs))
		}
	})
}

// A reader of Markdown finds no HTML in a wording, whatever was typed: every < stands behind a backslash.
func FuzzWrite(f *testing.F) {
	for seed, s := range []string{"They met.", "<script>alert(1)</script>", "&lt;b&gt;", "\\<b>", "\\\\<b>", "a\n<!-- b", "[x](javascript:y)", "[<i> / b]"} {
		f.Add(uint64(seed), s)
	}
	f.Fuzz(func(t *testing.T, seed uint64, s string) {
		sheet := markuptest.Sheet(rand.New(rand.NewPCG(seed, 3)))
		tag := sheet.Languages[0]
		if s = strings.TrimSpace(s); s == "" || lang.CheckText(s) != nil {
			return
		}
		sheet.Title[tag] = s
		sheet.Paragraphs[0].Wordings[0].Text[tag] = s
		_, body, _ := strings.Cut(strings.TrimPrefix(string(Write(sheet, tag)), "---\n"), "\n---\n")
		escaped := false
		for i, r := range body {
			if !escaped && r == '<' {
				t.Fatalf("%q: a bare < at %d of\n%s", s, i, body)
			}
			escaped = r == '\\' && !escaped
		}
	})
}
