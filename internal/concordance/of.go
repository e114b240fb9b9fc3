package concordance

import (
	"slices"

	"entente.example/internal/charter"
	"entente.example/internal/document"
	"entente.example/internal/text"
	"entente.example/lang"
)

// Names are what a mechanism calls by names in several languages: its parties as everybody calls them and called them, itself, and the founding documents.
func Names(c *charter.State, docs []*document.State) []Name {
	var out []Name
	for _, p := range c.Document().Parties {
		n := Name{map[lang.Tag][]string{}}
		for _, x := range append(slices.Clone(p.Names), c.NamesOn(p.ID, "9999-12-31")...) {
			n.add(x.Lang, x.Full, x.Short)
		}
		out = append(out, n)
	}
	self := Name{map[lang.Tag][]string{}}
	for _, x := range c.Document().Names {
		self.add(x.Lang, x.Full, x.Short)
	}
	out = append(out, self)
	for _, d := range docs {
		n := Name{map[lang.Tag][]string{}}
		for _, x := range d.Titles() {
			n.add(x.Lang, x.Full, x.Short)
		}
		out = append(out, n)
	}
	return out
}

func (n Name) add(tag lang.Tag, forms ...string) {
	for _, f := range forms {
		if f != "" && !slices.Contains(n.Forms[tag], f) {
			n.Forms[tag] = append(n.Forms[tag], f)
		}
	}
}

// Asked are the questions to one paragraph of a text, in the wording that stands.
type Asked struct {
	Paragraph text.ParaID `json:"paragraph"`
	Label     string      `json:"label"`
	Questions []Question  `json:"questions"`
}

// Wording is what stands in a paragraph in its authentic languages.
func Wording(c *charter.State, t *text.State, p *text.Para) lang.Text {
	words := lang.Text{}
	w := p.Current(c)
	for _, tag := range t.Tabled.Languages {
		if s, ok := w.Text(c, tag); ok {
			words[tag] = s
		}
	}
	return words
}

// Of lists the paragraphs of a text that raise questions; more are what somebody else asks of the same wording, as a glossary does.
func Of(c *charter.State, t *text.State, docs []*document.State, more func(lang.Text) []Question) []Asked {
	out := []Asked{}
	if t.Tabled == nil {
		return out
	}
	names := Names(c, docs)
	for _, p := range t.Stands(c) {
		words := Wording(c, t, p)
		if qs := slices.Concat(languageQuestions(words), Questions(words, names), more(words)); len(qs) > 0 {
			out = append(out, Asked{p.ID, p.Label, qs})
		}
	}
	return out
}

// languageQuestions asks of wording that looks like another language than its tag says.
func languageQuestions(words lang.Text) (out []Question) {
	for _, tag := range words.Tags() {
		if tag.Doubts(words[tag]) {
			out = append(out, Question{Kind: Language, Words: words[tag], In: tag})
		}
	}
	return out
}
