package akn

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"entente.example/internal/markup"
	"entente.example/internal/markup/markuptest"
	"entente.example/internal/text"
	"entente.example/lang"
)

var grove = About{Mechanism: "grove", Day: "2025-01-14", Parties: []string{"cedar", "birch"}, Stage: "draft"}

// children are the elements that we write, and which may stand in each in this order, as the standard's schema has them. A child ends in ? (at most one), * (any) or + (one or more).
var children = map[string][]string{
	"akomaNtoso": {"statement"}, "statement": {"meta", "preface?", "preamble?", "mainBody", "attachments?"}, "meta": {"identification", "references", "notes?", "proprietary?"}, "notes": {"note+"}, "note": {"p+"}, "proprietary": {"prevails?", "oneSide?"}, "prevails": {}, "oneSide": {},
	"identification": {"FRBRWork", "FRBRExpression", "FRBRManifestation"}, "references": {"TLCOrganization+"},
	"FRBRWork":       {"FRBRthis", "FRBRuri", "FRBRdate", "FRBRauthor", "FRBRcountry", "FRBRsubtype?", "FRBRnumber*", "FRBRname*"},
	"FRBRExpression": {"FRBRthis", "FRBRuri", "FRBRdate", "FRBRauthor", "FRBRlanguage"}, "FRBRManifestation": {"FRBRthis", "FRBRuri", "FRBRdate", "FRBRauthor", "FRBRformat"},
	"preface": {"p+"}, "preamble": {"recitals"}, "recitals": {"recital+"}, "recital": {"num?", "p+", "blockList?"}, "blockList": {"item+"}, "item": {"num?", "p+", "blockList?"}, "mainBody": {"p*", "paragraph*"}, "paragraph": {"num?", "content?", "list?"}, "point": {"num?", "content?", "list?"}, "list": {"intro?", "point+"}, "intro": {"p+"}, "content": {"p+"},
	"attachments": {"attachment+"}, "attachment": {"heading?", "doc"}, "doc": {"meta", "mainBody"}, "p": {"inline*"}, "inline": {}, "num": {}, "heading": {},
	"FRBRthis": {}, "FRBRuri": {}, "FRBRdate": {}, "FRBRauthor": {}, "FRBRcountry": {}, "FRBRsubtype": {}, "FRBRnumber": {}, "FRBRlanguage": {}, "FRBRformat": {}, "TLCOrganization": {},
}

// valid goes through a document and says where it leaves the standard. It returns the words in reading order.
func valid(t *testing.T, b []byte) string {
	t.Helper()
	type level struct {
		name string
		seen []string
	}
	var open []level
	var words strings.Builder
	ids := map[string]bool{}
	for d := xml.NewDecoder(bytes.NewReader(b)); ; {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return words.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			ours := e.Name.Space == "urn:entente:text" && len(open) > 0 && open[len(open)-1].name == "proprietary"
			if e.Name.Space != "http://docs.oasis-open.org/legaldocml/ns/akn/3.0" && !ours || children[e.Name.Local] == nil {
				t.Fatalf("%v is no element of the standard", e.Name)
			}
			for _, a := range e.Attr {
				if a.Name.Local == "eId" {
					if ids[a.Value] {
						t.Errorf("the id %s stands twice", a.Value)
					}
					ids[a.Value] = true
				}
			}
			if len(open) > 0 {
				open[len(open)-1].seen = append(open[len(open)-1].seen, e.Name.Local)
			}
			open = append(open, level{name: e.Name.Local})
		case xml.EndElement:
			last := open[len(open)-1]
			open = open[:len(open)-1]
			rest := last.seen
			for _, c := range children[last.name] {
				name := strings.TrimRight(c, "?*+")
				n := 0
				for n < len(rest) && rest[n] == name {
					n++
				}
				if n == 0 && !strings.ContainsAny(c, "?*") || n > 1 && !strings.ContainsAny(c, "*+") {
					t.Errorf("%s has %d of %s: %v", last.name, n, name, last.seen)
				}
				rest = rest[n:]
			}
			if len(rest) > 0 {
				t.Errorf("%s: %v out of place in %v", last.name, rest, last.seen)
			}
		case xml.CharData:
			if len(open) > 0 && slices.Contains([]string{"p", "inline", "num", "heading"}, open[len(open)-1].name) {
				words.Write(e)
			}
		}
	}
}

// What we write is in the standard's own order of elements, whatever the sheet holds, and holds every word.
func TestDocumentsFollowTheStandard(t *testing.T) {
	for seed := range uint64(100) {
		s := markuptest.Sheet(rand.New(rand.NewPCG(seed, 8)))
		for _, tag := range s.Languages {
			b, err := Write(s, tag, grove)
			if err != nil {
				t.Fatal(err)
			}
			words := valid(t, b)
			for _, p := range s.Paragraphs {
				for _, w := range p.Wordings {
					for _, l := range strings.Split(w.Text[tag], "\n") {
						if !strings.Contains(words, l) {
							t.Fatalf("seed %d: %q is lost", seed, l)
						}
					}
				}
			}
		}
	}
}

// Names are those of AKN4UN: the work knows no language, the expression does.
func TestNames(t *testing.T) {
	s := &markup.Sheet{ID: "js-9", Kind: "joint statement", Symbol: "RPEM/9/JS", Title: lang.Text{"zh-Hans": "联合声明"}, Languages: []lang.Tag{"zh-Hans"}, Paragraphs: []markup.Paragraph{
		{ID: "p1", Label: "1", Kind: text.Preambular, Wordings: []markup.Wording{{Label: "1", By: "cedar", Text: lang.Text{"zh-Hans": "春季会面，"}}}},
		{ID: "p2", Label: "2", Kind: text.Operative, Wordings: []markup.Wording{{Label: "2", By: "cedar", Text: lang.Text{"zh-Hans": "双方将对话。"}}, {Label: "2 bis", By: "birch", Text: lang.Text{"zh-Hans": "双方应对话。"}}}}}}
	b, err := Write(s, "zh-Hans", grove)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<FRBRuri value="/akn/grove/statement/2025-01-14/js-9">`, `<FRBRuri value="/akn/grove/statement/2025-01-14/js-9/zho@draft">`, `<FRBRlanguage language="zho">`, `name="jointStatement"`, `<FRBRnumber value="RPEM/9/JS">`,
		`eId="para_p2"`, `<inline name="alternative">[2 bis · birch] </inline>双方应对话。`, `<recital eId="recital_p1">`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("without %s:\n%s", want, b)
		}
	}
	valid(t, b)
}

// Parties are called by their names in the document's language, beside the ids by which a program finds them; where no name is known, the id stands alone.
func TestPartiesHaveTheirNames(t *testing.T) {
	s := &markup.Sheet{ID: "js-9", Title: lang.Text{"ja": "声明"}, Languages: []lang.Tag{"ja"}, Paragraphs: []markup.Paragraph{{ID: "p2", Label: "2", Kind: text.Operative,
		Wordings: []markup.Wording{{Label: "2", By: "cedar", Text: lang.Text{"ja": "対話する。"}}, {Label: "2 bis", By: "birch", Text: lang.Text{"ja": "協議する。"}}}}},
		Statements: []markup.Statement{{Kind: markup.Interpretative, By: "birch", Text: lang.Text{"ja": "拘束しない。"}}}}
	named := grove
	named.Called = func(id string, tag lang.Tag) string {
		return map[string]string{"birch/ja": "白樺党", "grove/ja": "森の対話"}[id+"/"+string(tag)]
	}
	b, err := Write(s, "ja", named)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`eId="org_birch" href="/akn/ontology/organization/grove/birch" showAs="白樺党"`, `eId="org_cedar" href="/akn/ontology/organization/grove/cedar" showAs="cedar"`, `showAs="森の対話"`,
		`[2 · cedar] `, `[2 bis · 白樺党 (birch)] `, `[白樺党 (birch)] `} {
		if !strings.Contains(string(b), want) {
			t.Errorf("without %s:\n%s", want, b)
		}
	}
	valid(t, b)
}

// An annex that was negotiated is an attachment with its title and its own paragraphs, and the text's own stay where they are.
func TestAnnexesAreAttachments(t *testing.T) {
	one := func(id, kind, label, words string) markup.Paragraph {
		return markup.Paragraph{ID: text.ParaID(id), Label: label, Kind: kind, Wordings: []markup.Wording{{Label: label, Text: lang.Text{"en": words}}}}
	}
	s := &markup.Sheet{ID: "js-9", Prevails: "zh-Hans", Title: lang.Text{"en": "Statement"}, Languages: []lang.Tag{"en", "zh-Hans"}, Paragraphs: []markup.Paragraph{one("p1", text.Operative, "1", "Decide;"),
		one("h1", text.Heading, "I", "Visits"), one("p2", text.Operative, "I.1", "In spring."), one("h2", text.Heading, "II", "Addresses")}}
	b, err := Write(s, "en", grove)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<attachment eId="att_1"><heading>I Visits</heading>`, `<paragraph eId="att_1__para_p2"><num>I.1</num><content><p>In spring.</p></content></paragraph>`, `<heading>II Addresses</heading>`, `<prevails xmlns="urn:entente:text" language="zho">`,
		`<mainBody><paragraph eId="para_p1"><num>1</num><content><p>Decide;</p></content></paragraph></mainBody>`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("without %s:\n%s", want, b)
		}
	}
	valid(t, b)
}

// Sub-paragraphs are the points of a list that their paragraph's words begin, each with its own number, also below a recital and in an annex.
func TestSubparagraphsArePoints(t *testing.T) {
	one := func(id, kind, label, words string) markup.Paragraph {
		return markup.Paragraph{ID: text.ParaID(id), Label: label, Kind: kind, Wordings: []markup.Wording{{Label: label, Text: lang.Text{"en": words}}}}
	}
	s := &markup.Sheet{ID: "js-9", Title: lang.Text{"en": "Statement"}, Languages: []lang.Tag{"en"}, Paragraphs: []markup.Paragraph{
		one("r1", text.Preambular, "P1", "Recalling"), one("r1a", text.Point, "P1 (a)", "the sea;"),
		one("p1", text.Operative, "1", "Will meet:"), one("p1a", text.Point, "1 (a)", "in spring:"), one("x", text.Subpoint, "1 (a) (i)", "in March;"), one("p1b", text.Point, "1 (b)", "in autumn;"), one("p2", text.Operative, "2", "End.")}}
	b, err := Write(s, "en", grove)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<recital eId="recital_r1"><num>P1</num><p>Recalling</p><blockList eId="recital_r1__list_1"><item eId="item_r1a"><num>(a)</num><p>the sea;</p></item></blockList></recital>`,
		`<paragraph eId="para_p1"><num>1</num><list eId="para_p1__list_1"><intro><p>Will meet:</p></intro><point eId="point_p1a"><num>(a)</num><list eId="point_p1a__list_1"><intro><p>in spring:</p></intro><point eId="point_x"><num>(i)</num><content><p>in March;</p></content></point></list></point><point eId="point_p1b"><num>(b)</num>`,
		`<paragraph eId="para_p2"><num>2</num><content>`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("without %s:\n%s", want, b)
		}
	}
	valid(t, b)
}

// A document is well-formed XML whatever its wording is, and has as many paragraphs as the text.
func FuzzWrite(f *testing.F) {
	for seed, s := range []string{"They met.", "]]> & <p>", "\x00\n\n", "[a / b]", "\ufffe\xff"} {
		f.Add(uint64(seed), s)
	}
	f.Fuzz(func(t *testing.T, seed uint64, s string) {
		sheet := markuptest.Sheet(rand.New(rand.NewPCG(seed, 2)))
		tag := sheet.Languages[0]
		sheet.Title[tag], sheet.Kind, sheet.Symbol = s, s, s
		sheet.Paragraphs[0].Wordings[0].Text[tag] = s
		b, err := Write(sheet, tag, grove)
		if err != nil {
			t.Fatal(err)
		}
		d, n := xml.NewDecoder(bytes.NewReader(b)), 0
		for {
			x, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%q: %v\n%s", s, err, b)
			}
			if e, ok := x.(xml.StartElement); ok && slices.Contains([]string{"paragraph", "recital", "point", "item"}, e.Name.Local) {
				n++
			}
		}
		want := len(slices.DeleteFunc(sheet.Paragraphs, func(p markup.Paragraph) bool { return p.Kind == text.Heading }))
		if n != want {
			t.Errorf("%d paragraphs of %d", n, want)
		}
	})
}
