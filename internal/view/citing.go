package view

import (
	"slices"
	"strings"

	"entente.example/internal/adoption"
	"entente.example/internal/document"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/proof"
	"entente.example/refusal"
)

// Citable is what a new paragraph may rest on, as a form offers it.
type Citable struct {
	Documents []CitableDocument
	Texts     []CitableText // adopted, the newest first; CitedShown of them at most
	More      bool          // there are older ones, which are cited by their id
}

// CitableDocument is a founding document with its principles, each as it is worded first.
type CitableDocument struct {
	Document
	Principles []lang.Text
}

// CitableText is an adopted text with its paragraphs. Of a text that has more than CitedParagraphs, none is listed: they are cited by their ids.
type CitableText struct {
	ID         string
	Title      lang.Text
	Symbol     string
	Paragraphs []CitableParagraph
}

// CitableParagraph is a paragraph with how its wording begins.
type CitableParagraph struct {
	ID, Label string
	Begins    lang.Text
}

// CitedShown is how many adopted texts a form offers, CitedParagraphs how many paragraphs of one, cited how many characters of each.
const (
	CitedShown      = 12
	CitedParagraphs = 40
	cited           = 60
)

// cite resolves what a paragraph cites; ok is false for a document that nobody has deposited and for a text that is not here.
func (f From) cite(mark string, docs []Document) (c Cite, ok bool, err error) {
	id, place, ok := proof.CitedText(mark)
	if !ok {
		id, principle := document.Cited(mark)
		i := slices.IndexFunc(docs, func(d Document) bool { return d.ID == id })
		if i < 0 {
			return Cite{}, false, nil
		}
		return Cite{Document: docs[i], Principle: principle}, true, nil
	}
	t, err := f.Snapshot.Tabled(id)
	if err != nil && refusal.As(err).Kind == refusal.Missing {
		return Cite{}, false, nil
	}
	if err != nil {
		return Cite{}, false, err
	}
	return Cite{Text: id, Title: t.Heading(), Place: place, Label: f.labelled(t, text.ParaID(place))}, true, nil
}

// labelled is what a paragraph of a text is called: as it was frozen, if it was. One that the text does not have keeps its id.
func (f From) labelled(t *text.State, id text.ParaID) string {
	p := t.Para(id)
	if p == nil {
		return string(id)
	}
	if n := t.FinalLabels(f.Charter())[id]; n != "" {
		return n
	}
	return p.Label
}

// restsOnText lists the paragraphs of other texts that cite this one.
func (f From) restsOnText(t *text.State, out *Text) error {
	g, err := f.glance()
	if err != nil {
		return err
	}
	for _, r := range g.RestsOnText(t.ID) {
		rest, err := f.rest(g, r)
		if err != nil {
			return err
		}
		if rest.Of != "" {
			rest.OfLabel = f.labelled(t, rest.Of)
		}
		out.Rests = append(out.Rests, rest)
	}
	return nil
}

// Citable is what a new paragraph of a text may rest on: every founding document, and the adopted texts beside it.
func (f From) Citable(id string) (out Citable, err error) {
	states, err := f.Documents()
	if err != nil {
		return out, err
	}
	for _, s := range states {
		if s.First() == nil {
			continue
		}
		d := CitableDocument{Document: f.documentOf(s)}
		for n := range s.Principles() {
			words := lang.Text{}
			if said := s.Principle(n + 1); len(said) > 0 {
				words = begins(said[0].Text)
			}
			d.Principles = append(d.Principles, words)
		}
		out.Documents = append(out.Documents, d)
	}
	slices.SortStableFunc(out.Documents, func(a, b CitableDocument) int { return strings.Compare(a.Date, b.Date) })
	g, err := f.glance()
	if err != nil {
		return out, err
	}
	for _, k := range g.Lately() {
		if !k.Frozen || k.Own != nil || k.ID == id {
			continue
		}
		t, err := f.Snapshot.Tabled(k.ID)
		if err != nil {
			return out, err
		}
		if t.Outcome(f.Charter(), f.Held) != adoption.Adopted {
			continue
		}
		if out.More = len(out.Texts) == CitedShown; out.More {
			break
		}
		out.Texts = append(out.Texts, f.citableText(t))
	}
	return out, nil
}

func (f From) citableText(t *text.State) CitableText {
	out := CitableText{ID: t.ID, Title: t.Heading()}
	out.Symbol, _ = t.Symbol(f.Charter())
	stands := t.Stands(f.Charter())
	if len(stands) > CitedParagraphs {
		return out
	}
	for _, p := range stands {
		words := lang.Text{}
		for _, tag := range t.Tabled.Languages {
			if w, ok := p.Current(f.Charter()).Text(f.Charter(), tag); ok {
				words[tag] = w
			}
		}
		out.Paragraphs = append(out.Paragraphs, CitableParagraph{string(p.ID), f.labelled(t, p.ID), begins(words)})
	}
	return out
}

// begins is how words begin, cut between characters.
func begins(t lang.Text) lang.Text {
	out := lang.Text{}
	for tag, words := range t {
		if r := []rune(words); len(r) > cited {
			words = string(r[:cited]) + "…"
		}
		out[tag] = words
	}
	return out
}
