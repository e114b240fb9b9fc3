package termbase

import (
	"encoding/xml"
	"slices"
	"strings"

	"entente.example/internal/search"
	"entente.example/lang"
)

// Formats of files.
const (
	TBXFormat = "tbx" // ISO 30042:2019, TBX-Basic: the glossary
	TMXFormat = "tmx" // TMX 1.4b: the adopted texts, paragraph beside paragraph
)

// Source is who a TBX file of ours says that it comes from.
const Source = "Entente"

type tbx struct {
	XMLName xml.Name   `xml:"urn:iso:std:iso:30042:ed-2 tbx"`
	Style   string     `xml:"style,attr"`
	Type    string     `xml:"type,attr"`
	Lang    string     `xml:"xml:lang,attr"`
	Title   string     `xml:"tbxHeader>fileDesc>titleStmt>title"`
	Source  []string   `xml:"tbxHeader>fileDesc>sourceDesc>p"`
	Entries []tbxEntry `xml:"text>body>conceptEntry"`
}

type tbxEntry struct {
	ID    string    `xml:"id,attr"`
	Note  string    `xml:"note,omitempty"`
	Langs []tbxLang `xml:"langSec"`
}

type tbxLang struct {
	Lang       string     `xml:"xml:lang,attr"`
	Definition *tbxTyped  `xml:"descrip"`
	Terms      []tbxTerms `xml:"termSec"`
}

type tbxTerms struct {
	Term   string    `xml:"term"`
	Status tbxTyped  `xml:"termNote"`
	Subset *tbxTyped `xml:"admin"`
	Note   string    `xml:"note,omitempty"`
}

type tbxTyped struct {
	Type  string `xml:"type,attr"`
	Value string `xml:",chardata"`
}

// TBX writes a glossary. A common word that all parties stand behind is the preferred term, one that is proposed is admitted; a party's own word is admitted, too, and names the party as the
// subset that uses it.
func TBX(title string, working lang.Tag, concepts []Concept) ([]byte, error) {
	out := tbx{Style: "dca", Type: "TBX-Basic", Lang: string(working), Title: title, Source: []string{Source}}
	for _, k := range concepts {
		e := tbxEntry{ID: strings.ReplaceAll(k.Matter, "/", "-")}
		if _, t := k.Title.Pick(working); t != "" {
			e.Note = t
		}
		for _, tag := range k.languages() {
			l := tbxLang{Lang: string(tag)}
			if d := k.Definition[tag]; d != "" {
				l.Definition = &tbxTyped{"definition", d}
			}
			if t := k.Term[tag]; t != "" {
				status := "admittedTerm-admn-sts"
				if k.Agreed {
					status = "preferredTerm-admn-sts"
				}
				l.Terms = append(l.Terms, tbxTerms{Term: t, Status: tbxTyped{"administrativeStatus", status}})
			}
			for _, o := range k.Own {
				if o.Language == tag {
					l.Terms = append(l.Terms, tbxTerms{Term: o.Term, Status: tbxTyped{"administrativeStatus", "admittedTerm-admn-sts"}, Subset: &tbxTyped{"customerSubset", string(o.Party)}, Note: o.Note})
				}
			}
			e.Langs = append(e.Langs, l)
		}
		out.Entries = append(out.Entries, e)
	}
	return document("", out)
}

// languages are those that have a word, sorted. A definition in a language without a word has no place in the format.
func (k Concept) languages() []lang.Tag {
	var out []lang.Tag
	for _, tag := range k.Term.Tags() {
		if k.Term[tag] != "" {
			out = append(out, tag)
		}
	}
	for _, o := range k.Own {
		if !slices.Contains(out, o.Language) {
			out = append(out, o.Language)
		}
	}
	slices.Sort(out)
	return out
}

type tmx struct {
	XMLName xml.Name  `xml:"tmx"`
	Version string    `xml:"version,attr"`
	Header  tmxHeader `xml:"header"`
	Units   []tmxUnit `xml:"body>tu"`
}

type tmxHeader struct {
	Tool        string `xml:"creationtool,attr"`
	ToolVersion string `xml:"creationtoolversion,attr"`
	Segments    string `xml:"segtype,attr"`
	Format      string `xml:"o-tmf,attr"`
	Admin       string `xml:"adminlang,attr"`
	Source      string `xml:"srclang,attr"`
	Data        string `xml:"datatype,attr"`
}

type tmxUnit struct {
	ID       string     `xml:"tuid,attr"`
	Props    []tmxTyped `xml:"prop"`
	Versions []tmxText  `xml:"tuv"`
}

type tmxTyped struct {
	Type  string `xml:"type,attr"`
	Value string `xml:",chardata"`
}

type tmxText struct {
	Lang string `xml:"xml:lang,attr"`
	Seg  string `xml:"seg"`
}

// TMX writes the agreed passages of matters. No language is the source of another: all are equally authentic.
func TMX(matters []search.Matter) ([]byte, error) {
	out := tmx{Version: "1.4", Header: tmxHeader{Tool: "Entente", ToolVersion: "1", Segments: "paragraph", Format: "entente-text/1", Admin: "en", Source: "*all*", Data: "plaintext"}}
	for _, m := range matters {
		for _, p := range m.Passages {
			if p.Scope != search.Agreed {
				continue
			}
			u := tmxUnit{ID: m.Key + "/" + p.Place}
			if m.Source.Symbol != "" {
				u.Props = append(u.Props, tmxTyped{"x-symbol", m.Source.Symbol})
			}
			for _, tag := range p.Text.Tags() {
				if p.Text[tag] != "" {
					u.Versions = append(u.Versions, tmxText{string(tag), p.Text[tag]})
				}
			}
			out.Units = append(out.Units, u)
		}
	}
	return document("<!DOCTYPE tmx SYSTEM \"tmx14.dtd\">\n", out)
}

func document(head string, v any) ([]byte, error) {
	b, err := xml.MarshalIndent(v, "", " ")
	if err != nil {
		return nil, err
	}
	return []byte(xml.Header + head + string(b) + "\n"), nil
}
