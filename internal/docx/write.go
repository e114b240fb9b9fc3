// Package docx owns a joint text as a document of an office program (ECMA-376): one table, a column for each language, a row for each wording.
//
// It promises that a document that it writes is read back as it was, also after an office program saved it; that changes which such a program tracked are told apart by what was
// before, what is now and who made them; and that reading runs, fetches and follows nothing.
package docx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"

	"entente.example/internal/markup"
	"entente.example/internal/text"
	"entente.example/lang"
)

const (
	declaration = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`
	types       = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/settings.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml"/></Types>`
	rootRels    = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`
	rels        = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/settings" Target="settings.xml"/></Relationships>`
	// The program that opens the document tracks what is changed from the first key on.
	settings    = `<w:settings xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:trackRevisions/></w:settings>`
	wide        = 15000 // of the table, in twentieths of a point
	first       = 1800  // of its first column
	legendClass = "party"
)

// Write writes a sheet in some of its languages. named gives what each calls itself, called what a party is called in each: its id if that is all that is known.
func Write(s *markup.Sheet, languages []lang.Tag, named func(lang.Tag) string, called func(party string, tag lang.Tag) string) ([]byte, error) {
	d := document{s: s, tags: languages, called: called}
	d.out.WriteString(declaration + `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>`)
	for _, side := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
		fmt.Fprintf(&d.out, `<w:%s w:val="single" w:sz="4" w:space="0" w:color="999999"/>`, side)
	}
	fmt.Fprintf(&d.out, `</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid><w:gridCol w:w="%d"/>`, first)
	for range languages {
		fmt.Fprintf(&d.out, `<w:gridCol w:w="%d"/>`, d.column())
	}
	d.out.WriteString(`</w:tblGrid>`)
	d.row(true, cell{}, func(tag lang.Tag) string { return named(tag) + " (" + string(tag) + ")" })
	d.rows()
	d.out.WriteString(`</w:tbl><w:p/><w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="900" w:right="900" w:bottom="900" w:left="900" w:header="400" w:footer="400" w:gutter="0"/></w:sectPr></w:body></w:document>`)
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, part := range [][2]string{{"[Content_Types].xml", declaration + types}, {"_rels/.rels", declaration + rootRels}, {"word/_rels/document.xml.rels", declaration + rels},
		{"word/settings.xml", declaration + settings}, {"word/document.xml", d.out.String()}} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: part[0], Method: zip.Deflate}) // without a time: the same bytes each time
		if err == nil {
			_, err = w.Write([]byte(part[1]))
		}
		if err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// document is one as it is written.
type document struct {
	s    *markup.Sheet
	tags []lang.Tag
	// called is what a party is called in a language.
	called func(party string, tag lang.Tag) string
	out    strings.Builder
	// indent is how deep the words of the next row stand below their paragraph.
	indent int
}

// cell is the first cell of a row: what it is.
type cell struct {
	label, by  string
	attributes markup.Attributes
}

func (d *document) column() int { return (wide - first) / max(1, len(d.tags)) }

func (d *document) rows() {
	d.row(true, cell{attributes: meta(d.s)}, func(tag lang.Tag) string { return markup.Escape(d.s.Title[tag]) })
	for _, p := range d.s.Paragraphs {
		for i, w := range p.Wordings {
			c := cell{label: w.Label, by: d.author(w.By)}
			if i == 0 {
				c.attributes = markup.AttributesOf(p)
				c.attributes.ID = string(p.ID)
				if w.Label != p.Label {
					c.attributes.Set("label", p.Label)
				}
			} else {
				c.attributes = markup.AlternativeOf(w)
				c.attributes.Set("of", string(p.ID))
			}
			d.indent = text.Deep(p.Kind)
			d.row(false, c, func(tag lang.Tag) string {
				if w.Text[tag] == "" {
					return ""
				}
				return markup.Write(w.Text[tag], w.Brackets, tag)
			})
		}
	}
	d.indent = 0
	for _, a := range d.s.Annexes {
		c := cell{}
		c.attributes.Class("annex")
		c.attributes.ID = a.ID
		c.attributes.Set("attachment", a.Attachment)
		d.row(true, c, func(tag lang.Tag) string { return markup.Escape(a.Title[tag]) })
		for _, item := range a.Items {
			c := cell{}
			c.attributes.Class("item")
			c.attributes.Set("id", item.ID)
			d.row(false, c, func(tag lang.Tag) string { return markup.Escape(item.Text[tag]) })
		}
	}
	for _, p := range d.s.Pairs {
		d.row(false, pair(p), func(lang.Tag) string { return "" })
	}
	for _, k := range d.s.Statements {
		c := cell{label: d.about(k), by: d.author(k.By), attributes: markup.StatementAttributes(k)}
		c.attributes.Class(markup.StatementClass)
		d.row(false, c, func(tag lang.Tag) string {
			if k.Kind == markup.Reservation && tag != d.tags[0] { // its note is in no language in particular
				return ""
			}
			return markup.Escape(k.Said(tag))
		})
	}
	d.legend()
}

// author is a party by its name in the first language, and by its id, by which it is read back. A name that begins as attributes do would be read as those.
func (d *document) author(party string) string {
	if name := d.called(party, d.tags[0]); name != party && !strings.HasPrefix(strings.TrimSpace(name), "{") {
		return name + " (" + party + ")"
	}
	return party
}

// legend has what each party is called in each language: brackets name them by their ids. Who reads the document back leaves it aside.
func (d *document) legend() {
	for _, party := range d.s.Parties() {
		if d.author(party) == party {
			continue
		}
		c := cell{label: party}
		c.attributes.Class(legendClass)
		d.row(false, c, func(tag lang.Tag) string { return markup.Escape(d.called(party, tag)) })
	}
}

// about is what a statement is called in the first column: its own label, or the paragraph that it is about.
func (d *document) about(k markup.Statement) string {
	if label := d.s.About(k); label != "" && k.Label == "" {
		return "¶ " + label
	}
	return k.Label
}

func pair(p text.Pair) cell {
	c := cell{attributes: markup.PairAttributes(p)}
	c.attributes.Class("alternat")
	c.attributes.Set("neutral", p.Neutral)
	return c
}

// meta is what concerns the text as a whole.
func meta(s *markup.Sheet) markup.Attributes {
	var a markup.Attributes
	a.Class("title")
	a.Set("text", s.ID)
	for _, tag := range s.Languages {
		a.Set("language", string(tag))
	}
	a.Set("drafting", string(s.Drafting))
	a.Set("prevails", string(s.Prevails))
	if s.Parallel {
		a.Set("parallel", "yes")
	}
	a.Set("kind", s.Kind)
	a.Set("symbol", s.Symbol)
	a.Set("document", s.Document)
	a.Set("meeting", s.Meeting)
	return a
}

func (d *document) row(bold bool, c cell, words func(lang.Tag) string) {
	d.out.WriteString(`<w:tr>`)
	fmt.Fprintf(&d.out, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/></w:tcPr>`, first)
	n := 0
	for i, line := range []string{c.label, c.by, c.attributes.String()} {
		if line != "" {
			d.paragraph(line, "", []string{`<w:b/><w:sz w:val="22"/>`, `<w:sz w:val="18"/>`, `<w:color w:val="767676"/><w:sz w:val="12"/>`}[i])
			n++
		}
	}
	if n == 0 {
		d.out.WriteString(`<w:p/>`)
	}
	d.out.WriteString(`</w:tc>`)
	style := `<w:sz w:val="22"/>`
	if bold {
		style = `<w:b/>` + style
	}
	for _, tag := range d.tags {
		fmt.Fprintf(&d.out, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/></w:tcPr>`, d.column())
		for _, line := range strings.Split(words(tag), "\n") {
			d.paragraph(line, tag, style)
		}
		d.out.WriteString(`</w:tc>`)
	}
	d.out.WriteString(`</w:tr>`)
}

func (d *document) paragraph(line string, tag lang.Tag, style string) {
	d.out.WriteString(`<w:p>`)
	properties := ""
	if rightToLeft(tag) {
		properties = `<w:bidi/>`
	}
	if d.indent > 0 && tag != "" {
		properties += fmt.Sprintf(`<w:ind w:left="%d"/>`, 360*d.indent)
	}
	if properties != "" {
		d.out.WriteString(`<w:pPr>` + properties + `</w:pPr>`)
	}
	if line != "" {
		d.out.WriteString(`<w:r><w:rPr>` + fonts(tag) + style + language(tag) + `</w:rPr><w:t xml:space="preserve">` + escaped(line) + `</w:t></w:r>`)
	}
	d.out.WriteString(`</w:p>`)
}

// fonts are the usual ones of each country's offices: the same sign is drawn differently in each.
func fonts(tag lang.Tag) string {
	east := map[string]string{"zh-Hans": "SimSun", "zh-Hant": "PMingLiU", "ja": "MS Mincho", "ko": "Batang"}[string(tag)]
	if east == "" {
		return ""
	}
	return `<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="` + east + `" w:hint="eastAsia"/>`
}

func language(tag lang.Tag) string {
	office := map[string]string{"zh-Hans": "zh-CN", "zh-Hant": "zh-TW", "ja": "ja-JP", "ko": "ko-KR"}[string(tag)]
	switch {
	case tag == "":
		return `<w:lang w:val="en-GB"/>`
	case office != "":
		return `<w:lang w:val="en-GB" w:eastAsia="` + office + `"/>`
	case rightToLeft(tag):
		return `<w:rtl/><w:lang w:bidi="` + string(tag) + `"/>`
	}
	return `<w:lang w:val="` + string(tag) + `"/>`
}

func rightToLeft(tag lang.Tag) bool {
	base, _, _ := strings.Cut(string(tag), "-")
	return base == "ar" || base == "fa" || base == "he" || base == "ur"
}

func escaped(s string) string {
	var out strings.Builder
	if err := xml.EscapeText(&out, []byte(s)); err != nil {
		return ""
	}
	return out.String()
}
