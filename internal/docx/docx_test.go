package docx

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"entente.example/internal/markup"
	"entente.example/internal/markup/markuptest"
	"entente.example/internal/text"
	"entente.example/internal/zipped"
	"entente.example/lang"
	"entente.example/refusal"
)

func write(t testing.TB, s *markup.Sheet) []byte {
	t.Helper()
	b, err := Write(s, s.Languages, func(tag lang.Tag) string { return "Name of " + string(tag) }, func(party string, tag lang.Tag) string { return party + " (the party, " + string(tag) + ")" })
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func read(b []byte) (*markup.Sheet, error) {
	a, err := zipped.Open(b)
	if err != nil {
		return nil, err
	}
	return Read(a)
}

func dump(t *testing.T, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestRoundTrip(t *testing.T) {
	for seed := range uint64(300) {
		want := markuptest.Sheet(rand.New(rand.NewPCG(seed, 5)))
		got, err := read(write(t, want))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if err := want.Tidy(); err != nil {
			t.Fatal(err)
		}
		if a, b := dump(t, got), dump(t, want); a != b {
			t.Fatalf("seed %d\ngot  %s\nwant %s", seed, a, b)
		}
	}
}

// Beside its id, by which it is read back, stands what a party is called; a row for each party at the end says it in every language, and is no wording.
func TestPartiesHaveTheirNames(t *testing.T) {
	s := &markup.Sheet{ID: "js-9", Title: lang.Text{"en": "Statement"}, Languages: []lang.Tag{"en", "ja"}, Covers: []lang.Tag{"en", "ja"}, Drafting: "en", Paragraphs: []markup.Paragraph{{ID: "p1", Label: "1", Kind: text.Operative,
		Wordings: []markup.Wording{{Label: "1", By: "cedar", Text: lang.Text{"en": "Decide to meet;"}}}}}}
	b, err := Write(s, s.Languages, func(tag lang.Tag) string { return string(tag) }, func(party string, tag lang.Tag) string {
		return map[lang.Tag]string{"en": "Cedar Party (East)", "ja": "杉の党"}[tag]
	})
	if err != nil {
		t.Fatal(err)
	}
	change(t, b, map[string]func(string) string{"word/document.xml": func(doc string) string {
		for _, want := range []string{"Cedar Party (East) (cedar)<", ">杉の党<", ">cedar<"} {
			if !strings.Contains(doc, want) {
				t.Errorf("without %s", want)
			}
		}
		return doc
	}})
	got, err := read(b)
	if err != nil {
		t.Fatal(err)
	}
	if dump(t, got) != dump(t, s) {
		t.Errorf("got  %s\nwant %s", dump(t, got), dump(t, s))
	}
	b, err = Write(s, s.Languages, func(tag lang.Tag) string { return string(tag) }, func(string, lang.Tag) string { return "{.annex}" })
	if err != nil {
		t.Fatal(err)
	}
	if got, err := read(b); err != nil || dump(t, got) != dump(t, s) {
		t.Errorf("with a name in braces: %v", err)
	}
}

// change rewrites parts of a document; a part that is not there is added.
func change(t testing.TB, b []byte, parts map[string]func(string) string) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	put := func(name, s string) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, s); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		s, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		seen[f.Name] = true
		if c := parts[f.Name]; c != nil {
			s = []byte(c(string(s)))
		}
		put(f.Name, string(s))
	}
	for name, c := range parts {
		if !seen[name] {
			put(name, c(""))
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func small() *markup.Sheet {
	return &markup.Sheet{ID: "js", Title: lang.Text{"en": "Statement", "ja": "声明"}, Languages: []lang.Tag{"en", "ja"}, Drafting: "en", Covers: []lang.Tag{"en", "ja"}, Paragraphs: []markup.Paragraph{
		{ID: "p1", Kind: text.Operative, Label: "1", Wordings: []markup.Wording{{Label: "1", By: "cedar", Text: lang.Text{"en": "Both sides shall talk.", "ja": "双方は対話する。"}}}},
		{ID: "p2", Kind: text.Operative, Label: "2", Wordings: []markup.Wording{{Label: "2", By: "cedar", Text: lang.Text{"en": "First.\nSecond.", "ja": "第一。"}}}}}}
}

func run(s string) string { return `<w:r><w:t xml:space="preserve">` + s + `</w:t></w:r>` }
func gone(s string) string {
	return `<w:r><w:delText xml:space="preserve">` + s + `</w:delText></w:r>`
}

// tracked is a document in which two people tracked changes, and one commented.
func tracked(t testing.TB) []byte {
	const who = ` w:id="1" w:date="2026-11-25T10:00:00Z" w:author="`
	return change(t, write(t, small()), map[string]func(string) string{
		"word/document.xml": func(s string) string {
			at := func(words, with string) {
				i := strings.Index(s, words)
				from, to := strings.LastIndex(s[:i], "<w:r>"), i+strings.Index(s[i:], "</w:r>")+len("</w:r>")
				s = s[:from] + with + s[to:]
			}
			at("Both sides shall talk.", run("Both sides ")+`<w:del`+who+`Li Wei">`+gone("shall")+`</w:del><w:ins`+who+`Li Wei">`+run("will")+`<w:del`+who+`Mori">`+gone(" soon")+`</w:del></w:ins>`+
				`<w:commentRangeStart w:id="7"/>`+run(" talk.")+`<w:commentRangeEnd w:id="7"/><w:r><w:commentReference w:id="7"/></w:r>`)
			at("双方は対話する。", run("双方は")+`<w:moveTo`+who+`Mori">`+run("毎年")+`</w:moveTo>`+run("対話する。")+`<w:moveFrom`+who+`Mori">`+run("毎年")+`</w:moveFrom>`)
			// The end of a line was taken away: two lines become one.
			i := strings.Index(s, "First.")
			p := strings.LastIndex(s[:i], "<w:p>") + len("<w:p>")
			return s[:p] + `<w:pPr><w:rPr><w:del` + who + `Mori"/></w:rPr></w:pPr>` + s[p:]
		},
		"word/_rels/document.xml.rels": func(s string) string {
			return strings.Replace(s, "</Relationships>", `<Relationship Id="r9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments" Target="comments.xml"/></Relationships>`, 1)
		},
		"[Content_Types].xml": func(s string) string {
			return strings.Replace(s, "</Types>", `<Override PartName="/word/comments.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"/></Types>`, 1)
		},
		"word/comments.xml": func(string) string {
			return declaration + `<w:comments xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:comment w:id="7" w:author="Mori" w:date="2026-11-25T10:00:00Z"><w:p><w:r><w:t>Is this binding?</w:t></w:r></w:p></w:comment></w:comments>`
		},
	})
}

// expectTracked says what came of the changes: a reader that took deleted words for words that stand, or lost who changed them, would propose what nobody wrote.
func expectTracked(t *testing.T, s *markup.Sheet) {
	t.Helper()
	w := s.Paragraphs[0].Wordings[0]
	if w.Text["en"] != "Both sides will talk." || w.Before["en"] != "Both sides shall talk." || w.Text["ja"] != "双方は毎年対話する。" || w.Before["ja"] != "双方は対話する。毎年" {
		t.Errorf("%+v", w)
	}
	if strings.Join(w.Editors, ", ") != "Li Wei, Mori" {
		t.Errorf("editors %q", w.Editors)
	}
	if w := s.Paragraphs[1].Wordings[0]; w.Text["en"] != "First.Second." || w.Before["en"] != "First.\nSecond." || w.Before["ja"] != "" {
		t.Errorf("%+v", w)
	}
	if len(s.Comments) != 1 || s.Comments[0] != (markup.Comment{Paragraph: "p1", Language: "en", Author: "Mori", Text: "Is this binding?"}) {
		t.Errorf("%+v", s.Comments)
	}
}

func TestTrackedChangesAndComments(t *testing.T) {
	s, err := read(tracked(t))
	if err != nil {
		t.Fatal(err)
	}
	expectTracked(t, s)
}

// A draft made by hand in an office program needs a row of languages, and numbers.
func TestByHand(t *testing.T) {
	c := func(s string) string { return `<w:tc><w:p>` + run(s) + `</w:p></w:tc>` }
	s, err := read(change(t, write(t, small()), map[string]func(string) string{"word/document.xml": func(string) string {
		return declaration + `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p>` + run("To be read first") + `</w:p><w:tbl><w:tr>` + c("No.") + c("English (en)") + c("日本語（ja）") + `</w:tr><w:tr>` +
			c("7 (a)") + c("Both sides [will / should] talk.") + c("双方は対話する。") + `</w:tr><w:tr>` + c("7 (a) bis") + c("None.") + c("") + `</w:tr></w:tbl></w:body></w:document>`
	}}))
	if err != nil {
		t.Fatal(err)
	}
	p := s.Paragraphs
	if len(p) != 1 || p[0].ID != "7-a" || len(p[0].Wordings) != 2 || p[0].Wordings[1].Label != "7 (a) bis" || len(p[0].Wordings[0].Brackets) != 1 || s.Languages[1] != "ja" || s.Drafting != "en" {
		t.Errorf("%s", dump(t, s))
	}
	if len(s.Ignored) != 1 || s.Ignored[0] != "file.outside" {
		t.Errorf("%v", s.Ignored)
	}
}

// An alternative whose paragraph's own row was deleted in an office program still belongs to that paragraph: it is no new one.
func TestAnAlternativeWithoutItsParagraph(t *testing.T) {
	s := small()
	s.Paragraphs[1].Wordings = append(s.Paragraphs[1].Wordings, markup.Wording{Label: "2 bis", By: "juniper", Text: lang.Text{"en": "Third."}})
	got, err := read(change(t, write(t, s), map[string]func(string) string{"word/document.xml": func(s string) string {
		i := strings.Index(s, "{#p2}")
		return s[:strings.LastIndex(s[:i], "<w:tr>")] + s[i+strings.Index(s[i:], "</w:tr>")+len("</w:tr>"):]
	}}))
	if err != nil {
		t.Fatal(err)
	}
	if p := got.Paragraphs; len(p) != 2 || p[1].ID != "p2" || len(p[1].Wordings) != 1 || p[1].Wordings[0].Label != "2 bis" {
		t.Errorf("%s", dump(t, got))
	}
}

// What a document must not bring is refused, and what is left aside is said.
func TestHostileDocuments(t *testing.T) {
	b := write(t, small())
	replace := func(old, with string) func(string) string {
		return func(s string) string { return strings.ReplaceAll(s, old, with) }
	}
	relation := func(kind, target string) func(string) string {
		return replace("</Relationships>", `<Relationship Id="x" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/`+kind+`" Target="`+target+`" TargetMode="External"/></Relationships>`)
	}
	for name, c := range map[string]struct {
		parts map[string]func(string) string
		want  string
	}{
		"macros by type": {map[string]func(string) string{"[Content_Types].xml": replace("wordprocessingml.document.main", "ms-word.document.macroEnabled.main")}, "file.macros"},
		"macros by file": {map[string]func(string) string{"word/vbaProject.bin": func(string) string { return "x" }}, "file.macros"},
		"not XML":        {map[string]func(string) string{"word/document.xml": func(string) string { return "<w:document><w:body>" }}, "file.bad_archive"},
		"an entity": {map[string]func(string) string{"word/document.xml": func(s string) string {
			return `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>` + strings.Replace(s, "Statement", "&e;", 1)
		}}, "file.bad_archive"},
		"too deep":          {map[string]func(string) string{"word/document.xml": func(string) string { return strings.Repeat("<a>", maxDepth+1) }}, "file.bad_archive"},
		"a bomb":            {map[string]func(string) string{"word/document.xml": func(s string) string { return s + strings.Repeat(" ", zipped.MaxUnpacked) }}, "file.bomb"},
		"no table":          {map[string]func(string) string{"word/document.xml": func(string) string { return "<w:document/>" }}, "file.no_columns"},
		"broken attributes": {map[string]func(string) string{"word/document.xml": replace("{#p1}", "{#p1")}, "file.bad_row"},
		"no number":         {map[string]func(string) string{"word/document.xml": replace("{#p1}", ""), "x": replace("", "")}, ""},
	} {
		s, err := read(change(t, b, c.parts))
		if c.want == "" {
			if err != nil || s.Paragraphs[0].ID != "1" {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if refusal.As(err) == nil || refusal.As(err).Key != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A comment on a row that was taken away is one on its paragraph; where nothing is read, that there is one is said, and so are a picture and words in a box.
	s, err := read(change(t, tracked(t), map[string]func(string) string{"word/document.xml": func(s string) string {
		i := strings.Index(s, "{#p1}")
		at := strings.LastIndex(s[:i], "<w:tr>") + len("<w:tr>")
		return strings.ReplaceAll(s[:at]+`<w:trPr><w:del w:author="Mori"/></w:trPr>`+s[at:], ">{#p1}<", "><w:delText>{#p1}</w:delText><")
	}}))
	if err != nil || len(s.Comments) != 1 || s.Comments[0].Text != "Is this binding?" || len(s.Paragraphs) != 1 {
		t.Errorf("a comment on a row that was taken away: %+v, %v", s, err)
	}
	s, err = read(change(t, tracked(t), map[string]func(string) string{
		"word/document.xml": func(s string) string {
			return strings.Replace(strings.Replace(s, `<w:r><w:commentReference w:id="7"/></w:r>`, "", 1), "<w:p/>", `<w:p><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>in a box</w:t><w:commentReference w:id="7"/></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>`, 1)
		},
		"word/_rels/document.xml.rels": replace("</Relationships>", `<Relationship Id="r9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments" Target="comments.xml"/><Relationship Id="x" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="media/a.png"/></Relationships>`),
	}))
	if err != nil || len(s.Comments) != 0 || !slices.Equal(s.Ignored, []string{"file.pictures", "file.outside", "file.comments"}) {
		t.Errorf("what is not read: %v, %v", s.Ignored, err)
	}
	for kind, want := range map[string]string{"hyperlink": "file.links", "attachedTemplate": "file.external", "image": "file.external", "oleObject": "file.external"} {
		s, err := read(change(t, b, map[string]func(string) string{"word/_rels/document.xml.rels": relation(kind, "http://203.0.113.1/x")}))
		if err != nil || len(s.Ignored) != 1 || s.Ignored[0] != want {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for seed := range uint64(2) {
		f.Add(string(part(f, write(f, markuptest.Sheet(rand.New(rand.NewPCG(seed, 6)))))))
	}
	f.Add(string(part(f, tracked(f))))
	f.Add(`<w:tbl><w:tr><w:tc/><w:tc><w:p><w:t>en</w:t></w:p></w:tc></w:tr><w:tr><w:tc><w:p><w:t>1</w:t></w:p></w:tc><w:tc><w:ins/><w:del><w:p><w:r><w:t>x</w:t><w:br/></w:r></w:p></w:del></w:tc></w:tr></w:tbl>`)
	whole := write(f, small())
	f.Fuzz(func(t *testing.T, body string) {
		s, err := read(change(t, whole, map[string]func(string) string{"word/document.xml": func(string) string { return body }}))
		if err != nil {
			if refusal.As(err).Kind == refusal.Internal {
				t.Fatalf("a file from outside is no fault of ours: %v", err)
			}
			return
		}
		if _, err := s.Draft(); err == nil && len(s.Paragraphs) == 0 {
			t.Fatal("a draft without paragraphs")
		}
	})
}

func part(t testing.TB, b []byte) []byte {
	a, err := zipped.Open(b)
	if err != nil {
		t.Fatal(err)
	}
	s, err := a.Read("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	return s
}
