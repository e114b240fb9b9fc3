package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"entente.example/internal/locale"
	"entente.example/lang"
	"entente.example/proof"
	"entente.example/refusal"
)

var day = time.Date(2031, 3, 4, 5, 6, 7, 0, time.UTC)

// usual are the fonts that Debian's packages bring.
func usual(t testing.TB) Fonts {
	t.Helper()
	out := Fonts{}
	for tag, paths := range Usual {
		for _, p := range paths {
			b, err := os.ReadFile(p)
			if errors.Is(err, os.ErrNotExist) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			f, err := ReadFace(p, b)
			if err != nil {
				t.Fatal(err)
			}
			out[tag] = append(out[tag], f)
		}
		if len(out[tag]) == 0 {
			t.Fatalf("a font is needed: apt-get install %s", Package(tag))
		}
	}
	return out
}

// sample is a text of enough paragraphs for several pages.
func sample() Sealed {
	c := &proof.Content{Format: proof.ContentFormat, Mechanism: strings.Repeat("ab", 32), Instrument: "text/js-9", Symbol: "JS/9", Illustration: true,
		Names:     []proof.Name{{Lang: "zh-Hans", UsedBy: "east", Full: "两党交流机制"}, {Lang: "ja", UsedBy: "west", Full: "両党協議会"}, {Lang: "en", Full: "Two Party Mechanism"}},
		Title:     lang.Text{"zh-Hans": "共同声明", "ja": "共同声明", "en": "Joint Statement"},
		Languages: []proof.Language{{Tag: "zh-Hans", Status: "authentic"}, {Tag: "ja", Status: "authentic"}, {Tag: "en", Status: "reference"}},
		Sides: []proof.Side{{ID: "east", Label: lang.Text{"zh-Hans": "东方", "ja": "東側", "en": "Eastern Side"}, Parties: []string{"cedar"}},
			{ID: "west", Label: lang.Text{"zh-Hans": "西方", "ja": "西側", "en": "Western Side"}, Parties: []string{"birch", "linden"}}},
		Parties: []proof.Party{{ID: "cedar", Names: lang.Text{"zh-Hans": "雪松党", "ja": "杉党", "en": "Cedar Party"}}, {ID: "birch", Names: lang.Text{"zh-Hans": "白桦党", "ja": "白樺党", "en": "Birch Party"}},
			{ID: "linden", Names: lang.Text{"zh-Hans": "椴树党", "ja": "菩提樹党", "en": "Linden Party"}}},
		Annexes: []proof.Annex{{ID: "annex-1", Title: lang.Text{"en": "Visits", "zh-Hans": "访问", "ja": "訪問"}, Items: []lang.Text{{"en": "Spring", "zh-Hans": "春季", "ja": "春"}}}},
		Pairs:   []proof.Pair{{Paragraph: "1", Lang: "zh-Hans", Neutral: "东西双方", ForSide: map[string]string{"west": "西东双方"}}},
	}
	for i := 1; i <= 24; i++ {
		c.Paragraphs = append(c.Paragraphs, proof.Paragraph{ID: fmt.Sprint(i), Kind: "operative", Label: fmt.Sprint(i), Text: lang.Text{
			"zh-Hans": "东西双方同意，无论两国关系面临何种局面，都应保持密切的对话和沟通。直角骨。“遵守四个政治文件”（一九七二年）。\n第二行。",
			"ja":      "双方は、両国関係がいかなる状況にあっても、緊密な対話とコミュニケーションを維持することで一致した。直角骨「四つの政治文書」、協。",
			"en":      "Both sides will maintain close dialogue and communication regardless of the situation facing relations, and “adhere to the four political documents” (1972). Каждый год — 中日."}})
	}
	return Sealed{Content: c, Round: 1, At: day, Language: map[string]lang.Tag{"cedar": "zh-Hans", "birch": "ja", "linden": "ja"}}
}

// poppler runs one of poppler's programs on a file.
func poppler(t *testing.T, b []byte, program string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	for i, a := range args {
		if a == "FILE" {
			args[i] = path
		}
	}
	out, err := exec.Command(program, args...).CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		t.Fatalf("%s is needed: apt-get install poppler-utils", program)
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
	return string(out)
}

var pageNumber = regexp.MustCompile(`^\s*\d+ ?/ ?\d+\s*$`)

// dense leaves out white space, and the line below each page.
func dense(s, footMark string) string {
	var b strings.Builder
	for l := range strings.Lines(s) {
		if footMark != "" && strings.Contains(l, footMark) || pageNumber.MatchString(l) {
			continue
		}
		for _, r := range l {
			if !unicode.IsSpace(r) {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}

// Each side's copy has its own languages first and names it first, and what another program reads out of the file are the sealed words, every one, in their order.
func TestSigningCopyNamesItsSideFirst(t *testing.T) {
	s, fonts := sample(), usual(t)
	files, err := s.Content.Files()
	if err != nil {
		t.Fatal(err)
	}
	st, err := s.Content.Statement(1, 1)
	if err != nil {
		t.Fatal(err)
	}
	for side, order := range map[string][]lang.Tag{"east": {"zh-Hans", "ja", "en"}, "west": {"ja", "zh-Hans", "en"}} {
		b, err := Signing(s, side, fonts)
		if err != nil {
			t.Fatal(err)
		}
		read := dense(poppler(t, b, "pdftotext", "FILE", "-"), st.Digest()[:16])
		for _, tag := range order {
			for _, l := range strings.Split(string(files["rendering/"+string(tag)+"/"+side+".txt"]), "\n") {
				if strings.HasPrefix(l, "[") {
					_, l, _ = strings.Cut(l, "\t")
				}
				want := dense(l, "")
				_, after, found := strings.Cut(read, want)
				if !found {
					t.Fatalf("%s's copy in %s: %q is not where it should be", side, tag, want)
				}
				read = after
			}
			if _, after, found := strings.Cut(read, st.Digest()); !found {
				t.Errorf("%s's copy in %s: the digest does not follow", side, tag)
			} else {
				read = after
			}
		}
	}
	if _, err := Signing(s, "north", fonts); refusal.As(err) == nil || refusal.As(err).Key != "pdf.no_side" {
		t.Errorf("a copy for a side that is none: %v", err)
	}
}

// The archive copy holds the proof byte for byte, says who sealed when and with which key, and marks an invented text on the first page of each language.
func TestArchiveCopyHoldsTheProof(t *testing.T) {
	s, bundle := sample(), bytes.Repeat([]byte("proof"), 1000)
	seals := []Seal{{"cedar", day, []string{"SHA256:cedarkey"}, nil}, {"birch", day.Add(time.Hour), []string{"SHA256:birchkey"}, &Paper{Day: "2031-03-09", Place: lang.Text{"en": "Harbour", "ja": "港"}, Office: lang.Text{"ja": "幹事長"}}}, {"linden", day, []string{"SHA256:lindenkey"}, nil}}
	b, err := Archive(s, seals, bundle, usual(t))
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "proof")
	poppler(t, b, "pdfdetach", "-save", "1", "-o", out, "FILE")
	if got, err := os.ReadFile(out); err != nil || !bytes.Equal(got, bundle) {
		t.Errorf("%d bytes came out of %d: %v", len(got), len(bundle), err)
	}
	outline := poppler(t, b, "pdftohtml", "-xml", "-i", "-stdout", "FILE")
	for _, name := range []string{"简体中文", "日本語", "English"} {
		if !strings.Contains(outline, ">"+name+"</item>") {
			t.Errorf("the list of contents does not name %s", name)
		}
	}
	read := dense(poppler(t, b, "pdftotext", "FILE", "-"), "")
	for _, want := range []string{"作准文本", "Translationforreference", "正文", "SHA256:birchkey", "2031年3月4日06:06UTC押印", "js-9.proof.zip", "紙に署名したとする日：2031年3月9日·港·幹事長", "Saysthatitsignedonpaper:9March2031·Harbour", "東側·西側", "Illustration.", "访问"} {
		if !strings.Contains(read, want) {
			t.Errorf("without %q", want)
		}
	}
}

// The same text, fonts and proof are the same bytes, whenever it is written.
// What one side says for itself goes on paper, too, in a form that nobody takes for what all have agreed: it has the parties of that side alone.
func TestOneSidesOwnText(t *testing.T) {
	s := sample()
	s.Content.Parallel = &proof.Parallel{Pair: "t-gate", Side: "west"}
	s.Content.Sides, s.Content.Parties, s.Content.Pairs = s.Content.Sides[1:], s.Content.Parties[1:], nil
	s.Content.Symbol = ""
	fonts := usual(t)
	archive, err := Archive(s, []Seal{{Party: "birch", At: day}, {Party: "linden", At: day}}, []byte("PK proof"), fonts)
	if err != nil {
		t.Fatal(err)
	}
	signing, err := Signing(s, "west", fonts)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range [][]byte{archive, signing} {
		words := poppler(t, b, "pdftotext", "-layout", "FILE", "-")
		if !strings.Contains(words, "Birch Party") || strings.Contains(words, "Cedar Party") || !strings.Contains(words, locale.Message("en", "parallel.mark", nil)) {
			t.Errorf("one side's own text on paper:\n%s", words)
		}
	}
}

func TestSameBytes(t *testing.T) {
	one, err := Archive(sample(), nil, []byte("proof"), usual(t))
	if err != nil {
		t.Fatal(err)
	}
	two, err := Archive(sample(), nil, []byte("proof"), usual(t))
	if err != nil || !bytes.Equal(one, two) {
		t.Errorf("two files of %d and %d bytes differ: %v", len(one), len(two), err)
	}
	if len(one) > 400_000 {
		t.Errorf("%d bytes: fonts are not cut down to what is used", len(one))
	}
}

// Han signs are drawn as their region writes them: 直 in a Chinese text is not the sign of a Japanese one.
func TestEachRegionItsOwnSigns(t *testing.T) {
	fonts := usual(t)
	for tag, s := range map[lang.Tag]string{"zh-Hans": "直角骨", "ja": "直角骨。"} {
		got, err := fonts.lines(tag, s, 30)
		if err != nil || len(got) != 1 || len(got[0]) != 1 || got[0][0].face != fonts[tag][0] {
			t.Errorf("%s: %v, %v", tag, got, err)
		}
	}
	delete(fonts, "ja")
	_, err := fonts.lines("ja", "直", 30)
	if ref := refusal.As(err); ref == nil || ref.Key != "pdf.no_font" || ref.Params["package"] != "fonts-ipaexfont-gothic" {
		t.Errorf("Japanese with no font but a Chinese one: %v", err)
	}
	if _, err := (Fonts{}).lines("ru", "да", 30); refusal.As(err) == nil || refusal.As(err).Params["package"] != "fonts-dejavu-core" {
		t.Errorf("no font at all: %v", err)
	}
}

// What no font has is refused by name: a letter, and a form of one that was asked for.
func TestWhatCannotBeSetIsRefused(t *testing.T) {
	fonts := usual(t)
	for _, s := range []string{"नमस्ते", "\u0e01", "\U00013000", "𒀀 and more", "葛\U000E01EF"} {
		_, err := fonts.lines("en", s, 30)
		if ref := refusal.As(err); ref == nil || ref.Key != "pdf.no_letter" || ref.Params["character"] == "" {
			t.Errorf("%q: %v", s, err)
		}
	}
	if got, err := fonts.lines("ru", "Обе стороны — да.", 100); err != nil || len(got) != 1 {
		t.Errorf("Cyrillic: %v, %v", got, err)
	}
	s := sample()
	s.Content.Paragraphs[3].Text["ja"] += "नमस्ते"
	if _, err := Signing(s, "east", fonts); refusal.As(err) == nil || refusal.As(err).Key != "pdf.no_letter" {
		t.Errorf("a copy with a letter in one place that no font has: %v", err)
	}
}

// No word is lost where lines are broken, no line is too wide, and none begins with a sign that ends something.
func TestLines(t *testing.T) {
	fonts := usual(t)
	signs := []rune("东西同意は、で。」）（「“”维持対話ーっ，；：！？a b-c 12%—…・")
	chance := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		letters := make([]rune, 1+chance.IntN(120))
		for i := range letters {
			letters[i] = signs[chance.IntN(len(signs))]
		}
		s, em := strings.Trim(string(letters), " "), 3+chance.Float64()*30
		got, err := fonts.lines([]lang.Tag{"zh-Hans", "ja", "en"}[chance.IntN(3)], s, em)
		if err != nil {
			t.Fatal(err)
		}
		var all strings.Builder
		for _, l := range got {
			for _, r := range l {
				all.WriteString(r.text)
			}
			if l.em() > em {
				t.Errorf("%q in lines of %.2f: one is %.2f wide", s, em, l.em())
			}
		}
		if strings.ReplaceAll(all.String(), " ", "") != strings.ReplaceAll(s, " ", "") {
			t.Errorf("%q became %q", s, all.String())
		}
	}
	got, err := fonts.lines("zh-Hans", strings.Repeat("双方同意保持对话。", 40), 27)
	if err != nil || len(got) < 10 {
		t.Fatalf("%d lines, %v", len(got), err)
	}
	for _, l := range got {
		if strings.HasPrefix(l[0].text, "。") {
			t.Error("a line begins with 。")
		}
	}
}

func FuzzReadFace(f *testing.F) {
	f.Add([]byte("OTTO"))
	f.Add([]byte("\x00\x01\x00\x00\x00\x01\x00\x10\x00\x00\x00\x00OS/2\x00\x00\x00\x00\x00\x00\x00\x0c\x00\x00\x00\x60"))
	f.Add([]byte("ttcf\x00\x01\x00\x00\x00\x00\x00\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		face, err := ReadFace("x", b)
		if (face == nil) == (err == nil) {
			t.Fatalf("%v, %v", face, err)
		}
		if err != nil && refusal.As(err).Key != "pdf.bad_font" {
			t.Fatal(err)
		}
	})
}

// A font that is no TrueType font is refused with its name, before anything is drawn with it.
func TestFontsThatCannotBeEmbedded(t *testing.T) {
	good, err := os.ReadFile(Usual[Other][0])
	if err != nil {
		t.Fatalf("a font is needed: apt-get install %s", Package(Other))
	}
	closed := bytes.Clone(good)
	at := bytes.Index(closed[:1000], []byte("OS/2"))
	where := int(closed[at+8])<<24 | int(closed[at+9])<<16 | int(closed[at+10])<<8 | int(closed[at+11])
	closed[where+8], closed[where+9] = 0, 2
	for name, b := range map[string][]byte{"empty": nil, "short": good[:5000], "CFF": append([]byte("OTTO"), good[4:]...), "collection": append([]byte("ttcf"), good[4:]...), "forbidden": closed} {
		if _, err := ReadFace("some.ttf", b); refusal.As(err) == nil || refusal.As(err).Params["file"] != "some.ttf" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Sub-paragraphs stand below their paragraph, with every line of theirs: (a) further in, (i) further still.
func TestSubParagraphsStandFurtherIn(t *testing.T) {
	in := sample()
	in.Content.Paragraphs = in.Content.Paragraphs[:2]
	for _, p := range []struct{ id, kind, label string }{{"2-a", "point", "2 (a)"}, {"2-a-i", "subpoint", "2 (a) (i)"}, {"3", "operative", "3"}} {
		in.Content.Paragraphs = append(in.Content.Paragraphs, proof.Paragraph{ID: p.id, Kind: p.kind, Label: p.label, Text: lang.Text{"en": "One line.\nAnother line.", "zh-Hans": "一行。\n又一行。", "ja": "一行。\nもう一行。"}})
	}
	l := in.Content.Languages[2]
	sh := newSheet(l.Tag, in.Content.Sheet(l))
	sh.shape(in.Content)
	got := ""
	for _, r := range sh.blocks[0] {
		got += fmt.Sprint(r.deep)
	}
	if len(got) < 5 || strings.Trim(strings.ReplaceAll(got, "0", ""), "12") != "" || !strings.Contains(got, "1") || !strings.Contains(got, "2") || got[0] != '0' || got[len(got)-1] != '0' {
		t.Errorf("the rows stand %s in", got)
	}
	for _, r := range sh.blocks[0] {
		want := map[string]int{"2 (a)": 1, "2 (a) (i)": 2}[r.label]
		if r.label != "" && r.deep != want {
			t.Errorf("%s stands %d in", r.label, r.deep)
		}
	}
}
