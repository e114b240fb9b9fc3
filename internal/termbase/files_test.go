package termbase

import (
	"bytes"
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"testing"

	"entente.example/internal/search"
	"entente.example/lang"
)

// element is one kind of element of a format: its attributes, and its children in the order in which they may stand. A child ends in ? (at most one), * (any) or + (one or more).
type element struct {
	attrs    []string // all required
	children []string // nil: text
	values   map[string][]string
}

// The parts of ISO 30042:2019 (TBX-Basic in its DCA style) and of TMX 1.4b that we write, as their schemas have them.
var (
	tbxCore = map[string]element{
		"tbx":          {attrs: []string{"style", "type", "lang"}, children: []string{"tbxHeader", "text"}, values: map[string][]string{"style": {"dca"}, "type": {"TBX-Basic"}}},
		"tbxHeader":    {children: []string{"fileDesc"}},
		"fileDesc":     {children: []string{"titleStmt?", "sourceDesc+"}},
		"titleStmt":    {children: []string{"title"}},
		"title":        {},
		"sourceDesc":   {children: []string{"p+"}},
		"p":            {},
		"text":         {children: []string{"body"}},
		"body":         {children: []string{"conceptEntry+"}},
		"conceptEntry": {attrs: []string{"id"}, children: []string{"note?", "langSec+"}},
		"langSec":      {attrs: []string{"lang"}, children: []string{"descrip?", "termSec+"}},
		"descrip":      {attrs: []string{"type"}, values: map[string][]string{"type": {"definition", "context"}}},
		"termSec":      {children: []string{"term", "termNote*", "admin*", "note?"}},
		"term":         {},
		"termNote":     {attrs: []string{"type"}, values: map[string][]string{"type": {"administrativeStatus"}}},
		"admin":        {attrs: []string{"type"}, values: map[string][]string{"type": {"customerSubset", "source", "projectSubset"}}},
		"note":         {},
	}
	tmxDTD = map[string]element{
		"tmx": {attrs: []string{"version"}, children: []string{"header", "body"}, values: map[string][]string{"version": {"1.4"}}},
		"header": {attrs: []string{"creationtool", "creationtoolversion", "segtype", "o-tmf", "adminlang", "srclang", "datatype"}, children: []string{"note*"},
			values: map[string][]string{"segtype": {"block", "paragraph", "sentence", "phrase"}, "datatype": {"plaintext"}}},
		"body": {children: []string{"tu*"}},
		"tu":   {attrs: []string{"tuid"}, children: []string{"prop*", "tuv+"}},
		"prop": {attrs: []string{"type"}},
		"tuv":  {attrs: []string{"lang"}, children: []string{"seg"}},
		"seg":  {},
	}
)

// node is an element as it was read.
type node struct {
	name     string
	space    string
	attrs    map[string]string
	children []*node
	text     string
}

func read(t *testing.T, b []byte) *node {
	t.Helper()
	root := &node{}
	stack := []*node{root}
	d := xml.NewDecoder(bytes.NewReader(b))
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("not well formed: %v\n%s", err, b)
		}
		top := stack[len(stack)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			n := &node{name: tok.Name.Local, space: tok.Name.Space, attrs: map[string]string{}}
			for _, a := range tok.Attr {
				if a.Name.Local != "xmlns" {
					n.attrs[a.Name.Local] = a.Value
				}
				if a.Name.Local == "lang" && a.Name.Space != "http://www.w3.org/XML/1998/namespace" && a.Name.Space != "xml" {
					t.Errorf("%s has a lang that is not xml:lang", n.name)
				}
			}
			top.children = append(top.children, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.text += string(tok)
		}
	}
	return root.children[0]
}

// fits holds an element against its format.
func fits(t *testing.T, format map[string]element, n *node) {
	t.Helper()
	e, ok := format[n.name]
	if !ok {
		t.Fatalf("the format has no %s", n.name)
	}
	for _, a := range e.attrs {
		v, ok := n.attrs[a]
		if !ok || v == "" {
			t.Errorf("%s lacks %s", n.name, a)
		}
		if allowed := e.values[a]; allowed != nil && !slices.Contains(allowed, v) {
			t.Errorf("%s has %s=%q", n.name, a, v)
		}
	}
	if len(n.attrs) != len(e.attrs) {
		t.Errorf("%s has the attributes %v", n.name, n.attrs)
	}
	if e.children == nil && len(n.children) > 0 || e.children != nil && strings.TrimSpace(n.text) != "" {
		t.Errorf("%s mixes text and elements", n.name)
	}
	rest := n.children
	for _, c := range e.children {
		name := strings.TrimRight(c, "?*+")
		count := 0
		for len(rest) > 0 && rest[0].name == name {
			rest, count = rest[1:], count+1
		}
		one := strings.HasSuffix(c, "?") || name == c
		if one && count > 1 || count == 0 && (name == c || strings.HasSuffix(c, "+")) {
			t.Errorf("%s has %d times %s", n.name, count, c)
		}
	}
	if len(rest) > 0 {
		t.Errorf("%s: %s stands where it may not", n.name, rest[0].name)
	}
	for _, c := range n.children {
		fits(t, format, c)
	}
}

func all(n *node, name string) (out []*node) {
	if n.name == name {
		out = append(out, n)
	}
	for _, c := range n.children {
		out = append(out, all(c, name)...)
	}
	return out
}

func TestTBX(t *testing.T) {
	b, err := TBX("Cedar & Birch <Consultation>", lang.English, concepts())
	if err != nil {
		t.Fatal(err)
	}
	root := read(t, b)
	fits(t, tbxCore, root)
	if root.space != "urn:iso:std:iso:30042:ed-2" {
		t.Errorf("namespace %q", root.space)
	}
	if got := all(root, "title")[0].text; got != "Cedar & Birch <Consultation>" {
		t.Error(got)
	}
	entries := all(root, "conceptEntry")
	if len(entries) != 3 || entries[2].attrs["id"] != "topic-weir" {
		t.Fatalf("%d entries", len(entries))
	}
	status := func(e *node) (out []string) {
		for _, s := range all(e, "termSec") {
			who := ""
			if a := all(s, "admin"); len(a) > 0 {
				who = a[0].text
			}
			out = append(out, all(s, "term")[0].text+" "+all(s, "termNote")[0].text[:4]+" "+who)
		}
		return out
	}
	for i, want := range [][]string{{"mutual trust pref ", "相互信頼 pref ", "互信 pref "}, {"law admi ", "rule admi cedar", "法 admi "}, {"締切工事 admi cedar", "河口整備 admi birch"}} {
		if got := status(entries[i]); !slices.Equal(got, want) {
			t.Errorf("%d: %q", i, got)
		}
	}
	if d := all(entries[0], "descrip"); len(d) != 1 || d[0].text != "reliance on <each other's> word" {
		t.Errorf("definition %v", d)
	}
}

func TestTMX(t *testing.T) {
	text := lang.Text{"en": "Deepen trust & exchange;", "zh-Hans": "增进互信", "ja": ""}
	b, err := TMX([]search.Matter{{Key: "text/js-9", Source: search.Source{Symbol: "JS/9"}, Passages: []search.Passage{
		{Scope: search.Agreed, Place: "p/1", Text: text}, {Scope: search.Record, Place: "p/2/x", Text: lang.Text{"en": "not agreed"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	root := read(t, b)
	fits(t, tmxDTD, root)
	units := all(root, "tu")
	if len(units) != 1 || units[0].attrs["tuid"] != "text/js-9/p/1" || all(root, "header")[0].attrs["srclang"] != "*all*" {
		t.Fatalf("%s", b)
	}
	segs := all(units[0], "seg")
	if len(segs) != 2 || segs[0].text != "Deepen trust & exchange;" || segs[1].text != "增进互信" {
		t.Errorf("%s", b)
	}
	if strings.Contains(string(b), "not agreed") {
		t.Error("what is not agreed is in the memory")
	}
	if b, err = TMX(nil); err != nil {
		t.Fatal(err)
	}
	fits(t, tmxDTD, read(t, b))
}

// Files for translators are well-formed whatever stands in a word, and have it and nothing else.
func FuzzFiles(f *testing.F) {
	for _, s := range []string{"信頼", "]]> & <term>", "\x00\x01\r\n", "\ufffe\xff", "\"/><!--"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tbx, err := TBX(s, "en", []Concept{{Matter: "term/x", Title: lang.Text{"en": s}, Term: lang.Text{"en": s, "ja": "x"}, Definition: lang.Text{"en": s}, Own: []Own{{Party: "cedar", Language: "en", Term: s, Note: s}}}})
		if err != nil {
			t.Fatal(err)
		}
		tmx, err := TMX([]search.Matter{{Key: "text/x", Source: search.Source{Symbol: s}, Passages: []search.Passage{{Scope: search.Agreed, Place: "1", Text: lang.Text{"en": s + "x", "ja": "y"}}}}})
		if err != nil {
			t.Fatal(err)
		}
		for what, want := range map[string]struct {
			file   []byte
			counts map[string]int
		}{
			"TBX": {tbx, map[string]int{"conceptEntry": 1, "langSec": 2, "term": 2}},
			"TMX": {tmx, map[string]int{"tu": 1, "tuv": 2, "seg": 2}},
		} {
			got := map[string]int{}
			d := xml.NewDecoder(bytes.NewReader(want.file))
			for {
				x, err := d.Token()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatalf("%s of %q: %v\n%s", what, s, err, want.file)
				}
				if e, ok := x.(xml.StartElement); ok {
					got[e.Name.Local]++
				}
			}
			for name, n := range want.counts {
				if got[name] < n || got[name] > n+1 {
					t.Errorf("%s of %q has %d %s\n%s", what, s, got[name], name, want.file)
				}
			}
		}
	})
}
