// Package akn owns a joint text as Akoma Ntoso 1.0 (OASIS, 29 August 2018), named as AKN4UN names documents.
//
// It promises one well-formed document for each language, whose paragraphs keep their ids. What the standard has no element for stands in named inlines: brackets,
// and alternatives with whose they are.
package akn

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"entente.example/internal/markup"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/proof"
)

type (
	akomaNtoso struct {
		XMLName   xml.Name  `xml:"http://docs.oasis-open.org/legaldocml/ns/akn/3.0 akomaNtoso"`
		Statement statement `xml:"statement"`
	}
	statement struct {
		Name        string       `xml:"name,attr"`
		Contains    string       `xml:"contains,attr"`
		Meta        meta         `xml:"meta"`
		Preface     *block       `xml:"preface"`
		Preamble    *preamble    `xml:"preamble"`
		Body        body         `xml:"mainBody"`
		Attachments *attachments `xml:"attachments"`
	}
	meta struct {
		Identification names        `xml:"identification"`
		References     references   `xml:"references"`
		Notes          *notes       `xml:"notes"`
		Proprietary    *proprietary `xml:"proprietary"`
	}
	names struct {
		Source        string `xml:"source,attr"`
		Work          frbr   `xml:"FRBRWork"`
		Expression    frbr   `xml:"FRBRExpression"`
		Manifestation frbr   `xml:"FRBRManifestation"`
	}
	// proprietary says what the standard has no element for: which language decides if the languages come to differ, and that a text is one side's own.
	proprietary struct {
		Source   string    `xml:"source,attr"`
		Prevails *language `xml:"urn:entente:text prevails"`
		OneSide  string    `xml:"urn:entente:text oneSide,omitempty"`
	}
	// notes are what parties said beside the text: each says what it is, whose, and of which paragraph.
	notes struct {
		Source string `xml:"source,attr"`
		List   []note `xml:"note"`
	}
	note struct {
		ID    string   `xml:"eId,attr"`
		Class string   `xml:"class,attr"`
		P     []inline `xml:"p"`
	}
	references struct {
		Source string         `xml:"source,attr"`
		List   []organisation `xml:"TLCOrganization"`
	}
	organisation struct {
		ID     string `xml:"eId,attr"`
		Href   string `xml:"href,attr"`
		ShowAs string `xml:"showAs,attr"`
	}
	frbr struct {
		This     value     `xml:"FRBRthis"`
		URI      value     `xml:"FRBRuri"`
		Date     date      `xml:"FRBRdate"`
		Author   href      `xml:"FRBRauthor"`
		Country  *value    `xml:"FRBRcountry"`
		Subtype  *value    `xml:"FRBRsubtype"`
		Number   *value    `xml:"FRBRnumber"`
		Name     *value    `xml:"FRBRname"`
		Language *language `xml:"FRBRlanguage"`
		Format   *value    `xml:"FRBRformat"`
	}
	value struct {
		Value string `xml:"value,attr"`
	}
	href struct {
		Href string `xml:"href,attr"`
	}
	date struct {
		Date string `xml:"date,attr"`
		Name string `xml:"name,attr"`
	}
	language struct {
		Language string `xml:"language,attr"`
	}
	block struct {
		ID string   `xml:"eId,attr,omitempty"`
		P  []inline `xml:"p"`
	}
	preamble struct {
		Recitals recitals `xml:"recitals"`
	}
	recitals struct {
		ID   string    `xml:"eId,attr"`
		List []recital `xml:"recital"`
	}
	body struct {
		Paragraphs []paragraph `xml:"paragraph"`
	}
	recital struct {
		ID   string     `xml:"eId,attr"`
		Num  string     `xml:"num"`
		P    []inline   `xml:"p"`
		List *blockList `xml:"blockList"`
	}
	// paragraph has content, or a list that its words begin.
	paragraph struct {
		ID      string   `xml:"eId,attr"`
		Num     string   `xml:"num"`
		Content *words   `xml:"content"`
		List    *subList `xml:"list"`
	}
	words struct {
		P []inline `xml:"p"`
	}
	subList struct {
		ID     string      `xml:"eId,attr"`
		Intro  *words      `xml:"intro"`
		Points []paragraph `xml:"point"`
	}
	// blockList is a list within a recital, which holds no points.
	blockList struct {
		ID    string    `xml:"eId,attr"`
		Items []recital `xml:"item"`
	}
	attachments struct {
		List []attachment `xml:"attachment"`
	}
	attachment struct {
		ID      string   `xml:"eId,attr"`
		Heading string   `xml:"heading,omitempty"`
		Doc     annexDoc `xml:"doc"`
	}
	annexDoc struct {
		Name string    `xml:"name,attr"`
		Meta meta      `xml:"meta"`
		Body annexBody `xml:"mainBody"`
	}
	annexBody struct {
		P          []inline    `xml:"p"`
		Paragraphs []paragraph `xml:"paragraph"`
	}
	// inline is words with named inlines between them.
	inline struct {
		Parts []any
	}
	remark struct {
		XMLName xml.Name `xml:"inline"`
		Name    string   `xml:"name,attr"`
		Words   string   `xml:",chardata"`
	}
)

// MarshalXML writes words and what stands between them in turn.
func (i inline) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	if err := e.EncodeToken(start); err != nil {
		return err
	}
	for _, p := range i.Parts {
		var err error
		if s, ok := p.(string); ok {
			err = e.EncodeToken(xml.CharData(s))
		} else {
			err = e.Encode(p)
		}
		if err != nil {
			return err
		}
	}
	return e.EncodeToken(start.End())
}

// About is what the record knows of a text and its sheet does not.
type About struct {
	Mechanism string // short name
	Day       string // on which the text was tabled, as in 2025-01-14
	Parties   []string
	Stage     string // "draft", "adopted"
	// Called is what a party, or the mechanism, is called in a language; nil or "": no name is known.
	Called func(id string, tag lang.Tag) string
}

// Name is what a party is called in a language, and its id where no name is known.
func (a About) Name(id string, tag lang.Tag) string {
	if a.Called != nil {
		if name := a.Called(id, tag); name != "" {
			return name
		}
	}
	return id
}

// author names a party before what is its own: by its name, and by its id, by which a program finds it among the references.
func (a About) author(id string, tag lang.Tag) string {
	if name := a.Name(id, tag); name != id {
		return name + " (" + id + ")"
	}
	return id
}

// Write writes one language. Every name begins with the mechanism, as AKN4UN has the body that adopts: /akn/un would be the United Nations'.
func Write(s *markup.Sheet, tag lang.Tag, about About) ([]byte, error) {
	work := "/akn/" + about.Mechanism + "/statement/" + about.Day + "/" + s.ID
	out := akomaNtoso{Statement: statement{Name: name(s.Kind), Contains: "singleVersion", Meta: identification(s, tag, about, work, "main")}}
	st := &out.Statement
	if t := s.Title[tag]; t != "" {
		st.Preface = &block{P: lines(t)}
	}
	for _, p := range s.Paragraphs {
		id := string(p.ID)
		switch {
		case p.Kind == text.Heading:
			st.attach(s, about, work, tag).head(p, tag, about)
		case st.Attachments != nil:
			st.Attachments.last().paragraph(p, tag, about)
		case text.Deep(p.Kind) > 0 && len(st.Body.Paragraphs) == 0 && st.Preamble != nil:
			list := st.Preamble.Recitals.List
			list[len(list)-1].add(text.Deep(p.Kind), p, tag, about)
		case p.Kind == text.Preambular:
			if st.Preamble == nil {
				st.Preamble = &preamble{Recitals: recitals{ID: "recitals"}}
			}
			list := &st.Preamble.Recitals.List
			*list = append(*list, recital{ID: "recital_" + id, Num: p.Label, P: content(p, tag, about)})
		default:
			st.Body.Paragraphs = add(st.Body.Paragraphs, "", p, tag, about)
		}
	}
	for _, a := range s.Annexes {
		to := st.attach(s, about, work, tag)
		to.Heading = a.Title[tag]
		for _, item := range a.Items {
			to.Doc.Body.P = append(to.Doc.Body.P, lines(item.Text[tag])...)
		}
	}
	st.Attachments.fill()
	b, err := xml.Marshal(out) // not indented: space between words and inlines would be words
	return append([]byte(xml.Header), append(b, '\n')...), err
}

// attach opens another annex.
func (st *statement) attach(s *markup.Sheet, about About, work string, tag lang.Tag) *attachment {
	if st.Attachments == nil {
		st.Attachments = &attachments{}
	}
	n := len(st.Attachments.List) + 1
	st.Attachments.List = append(st.Attachments.List, attachment{ID: fmt.Sprintf("att_%d", n), Doc: annexDoc{Name: "annex", Meta: identification(s, tag, about, work, fmt.Sprintf("annex_%d", n))}})
	return st.Attachments.last()
}

func (a *attachments) last() *attachment { return &a.List[len(a.List)-1] }

// head gives an annex its title: the wording that stands, on one line. Everything that is held against it stands below.
func (a *attachment) head(p markup.Paragraph, tag lang.Tag, about About) {
	a.Heading = p.Label
	if title := p.Wordings[0].Text[tag]; title != "" {
		a.Heading += " " + strings.ReplaceAll(title, "\n", " ")
	}
	if len(p.Wordings) > 1 || len(p.Wordings[0].Brackets) > 0 {
		a.Doc.Body.P = content(p, tag, about)
	}
}

// fill gives an annex that is only a title words of its own: the standard wants some.
func (a *attachments) fill() {
	if a == nil {
		return
	}
	for i := range a.List {
		if body := &a.List[i].Doc.Body; len(body.P)+len(body.Paragraphs) == 0 {
			body.P = lines(a.List[i].Heading)
		}
	}
}

func (a *attachment) paragraph(p markup.Paragraph, tag lang.Tag, about About) {
	a.Doc.Body.Paragraphs = add(a.Doc.Body.Paragraphs, a.ID+"__", p, tag, about)
}

// add puts a paragraph behind others, or into the list of the last one if it is a sub-paragraph of that. Ids begin with that of the annex.
func add(list []paragraph, annex string, p markup.Paragraph, tag lang.Tag, about About) []paragraph {
	to := paragraph{Num: p.Label, Content: &words{content(p, tag, about)}}
	if deep := text.Deep(p.Kind); deep > 0 && len(list) > 0 {
		to.ID = annex + "point_" + string(p.ID)
		list[len(list)-1].under(deep, to)
		return list
	}
	to.ID = annex + "para_" + string(p.ID)
	return append(list, to)
}

// under puts a sub-paragraph so many levels below, or as far as there are levels. The number of a point is its own, as (a).
func (p *paragraph) under(deep int, to paragraph) {
	if deep > 1 && p.List != nil {
		p.List.Points[len(p.List.Points)-1].under(deep-1, to)
		return
	}
	if p.List == nil {
		p.List, p.Content = &subList{ID: p.ID + "__list_1", Intro: p.Content}, nil
	}
	to.Num = own(to.Num)
	p.List.Points = append(p.List.Points, to)
}

// add puts a sub-paragraph below a recital.
func (r *recital) add(deep int, p markup.Paragraph, tag lang.Tag, about About) {
	if deep > 1 && r.List != nil {
		r.List.Items[len(r.List.Items)-1].add(deep-1, p, tag, about)
		return
	}
	if r.List == nil {
		r.List = &blockList{ID: r.ID + "__list_1"}
	}
	r.List.Items = append(r.List.Items, recital{ID: "item_" + string(p.ID), Num: own(p.Label), P: content(p, tag, about)})
}

// own is what the label of a sub-paragraph adds to that of its paragraph: "7 (a)" is (a) of 7.
func own(label string) string {
	if at := strings.LastIndex(label, "("); at > 0 {
		return label[at:]
	}
	return label
}

// name is a kind of text in one word.
func name(kind string) string {
	if kind == "" {
		return "statement"
	}
	words := strings.Fields(kind)
	for i := 1; i < len(words); i++ {
		words[i] = strings.ToUpper(words[i][:1]) + words[i][1:]
	}
	return strings.Join(words, "")
}

func identification(s *markup.Sheet, tag lang.Tag, about About, work, component string) meta {
	expression := work + "/" + iso(tag) + "@" + about.Stage
	day := date{about.Day, about.Stage}
	prefix := "" // ids within an annex begin with the annex's own
	if component != "main" {
		prefix = strings.Replace(component, "annex", "att", 1) + "__"
	}
	own := "#" + prefix + organisationID(about.Mechanism)
	m := names{Source: own, Work: frbr{This: value{work + "/!" + component}, URI: value{work}, Date: day, Author: href{own}, Country: &value{about.Mechanism}, Subtype: &value{"deliberation"}},
		Expression:    frbr{This: value{expression + "/!" + component}, URI: value{expression}, Date: day, Author: href{own}, Language: &language{iso(tag)}},
		Manifestation: frbr{This: value{expression + "/!" + component + ".xml"}, URI: value{expression + ".xml"}, Date: day, Author: href{own}, Format: &value{"xml"}}}
	if number := s.Symbol; number != "" {
		m.Work.Number = &value{number}
	}
	refs := references{Source: own}
	for _, o := range append([]string{about.Mechanism}, about.Parties...) {
		refs.List = append(refs.List, organisation{prefix + organisationID(o), "/akn/ontology/organization/" + about.Mechanism + "/" + o, about.Name(o, tag)})
	}
	out := meta{Identification: m, References: refs}
	if component == "main" {
		out.Notes = said(s, tag, own, about)
	}
	if s.Prevails != "" || s.Parallel {
		out.Proprietary = &proprietary{Source: own}
	}
	if s.Prevails != "" {
		out.Proprietary.Prevails = &language{iso(s.Prevails)}
	}
	if s.Parallel {
		out.Proprietary.OneSide = proof.OneSide
	}
	return out
}

// said are the statements that have words in a language.
func said(s *markup.Sheet, tag lang.Tag, own string, about About) *notes {
	out := &notes{Source: own}
	for i, k := range s.Statements {
		words := k.Said(tag)
		if words == "" && k.Kind != markup.Reservation {
			continue
		}
		head := about.author(k.By, tag)
		if label := s.About(k); label != "" {
			head = label + " · " + head
		}
		ps := lines(words)
		ps[0].Parts = slices.Insert(ps[0].Parts, 0, any(remark{Name: k.Kind, Words: "[" + head + "] "}))
		out.List = append(out.List, note{fmt.Sprintf("note_%d", i+1), k.Kind, ps})
	}
	if len(out.List) == 0 {
		return nil
	}
	return out
}

func organisationID(id string) string { return "org_" + id }

// iso is the language as FRBR names it, by its three letters; Chinese keeps which writing it is in.
func iso(tag lang.Tag) string {
	base, _, _ := strings.Cut(string(tag), "-")
	if three, ok := map[string]string{"en": "eng", "zh": "zho", "ja": "jpn", "fr": "fra", "ar": "ara", "ru": "rus", "es": "spa", "ko": "kor"}[base]; ok && tag == lang.Tag(base) {
		return three
	}
	if tag == lang.Chinese {
		return "zho"
	}
	return string(tag)
}

// content is a paragraph's wording, its brackets and alternatives.
func content(p markup.Paragraph, tag lang.Tag, about About) []inline {
	var out []inline
	for i, w := range p.Wordings {
		ps := lines(w.Text[tag])
		if i > 0 || len(p.Wordings) > 1 {
			ps[0].Parts = slices.Insert(ps[0].Parts, 0, any(remark{Name: "alternative", Words: "[" + w.Label + " · " + about.author(w.By, tag) + "] "}))
		}
		for _, b := range w.Brackets {
			last := &ps[len(ps)-1]
			last.Parts = append(last.Parts, remark{Name: "bracket", Words: " " + strings.TrimSpace(markup.Write("", []markup.Bracket{b}, tag))})
		}
		out = append(out, ps...)
	}
	if len(out) == 0 {
		out = []inline{{}}
	}
	return out
}

func lines(s string) []inline {
	var out []inline
	for _, l := range strings.Split(s, "\n") {
		out = append(out, inline{Parts: []any{l}})
	}
	return out
}
