package press

import (
	"slices"
	"strconv"
	"strings"

	"entente.example/lang"
)

// maxHits bounds what a search shows.
const maxHits = 100

// Told adds published readouts to what is searched.
func (x *Index) Told(all []*Account) *Index {
	for _, a := range all {
		for _, tag := range a.Languages {
			s := sheet{by: a, tag: tag}
			s.add("", "", a.Title[tag])
			for _, said := range a.Sentences {
				s.add(said.ID, strconv.Itoa(said.Position), said.Text[tag])
			}
			x.accounts = append(x.accounts, s)
		}
	}
	return x
}

// Search finds paragraphs, and sentences of readouts, that hold every word of a query: those in the reader's language first, and joint texts before what one party says.
func (x *Index) Search(query string, first lang.Tag) (out []Place) {
	var words []string
	for _, w := range strings.Fields(query) {
		if f, _ := fold(w); f != "" && len(words) < 12 {
			words = append(words, f)
		}
	}
	if len(words) == 0 {
		return nil
	}
	for i := range len(x.sheets) + len(x.accounts) {
		s := x.sheet(i)
		for _, p := range s.parts {
			folded := s.folded[p.from:p.to]
			if slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(folded, w) }) {
				continue
			}
			at := p.from + strings.Index(folded, words[0])
			out = append(out, s.place(at, at+len(words[0])))
		}
	}
	slices.SortStableFunc(out, func(a, b Place) int {
		switch {
		case a.Lang == b.Lang:
			return 0
		case a.Lang == first:
			return -1
		case b.Lang == first:
			return 1
		}
		return 0
	})
	return out[:min(len(out), maxHits)]
}

// Against is what others say of the sentence of a readout that a place is, and that its own party gave it up: it is never shown without.
func (p Place) Against() []Dispute {
	out := p.sentence().Disputes
	if p.By != nil && p.By.Retracted != nil {
		out = append(slices.Clone(out), Dispute{By: p.By.By, Kind: "retracted", Text: p.By.Retracted.Reason, At: p.By.Retracted.At})
	}
	return out
}

// To is the side whose words the sentence reports.
func (p Place) To() lang.Text { return p.sentence().To }

// sentence is that of a readout that a place is; of anything else it is empty.
func (p Place) sentence() (s Sentence) {
	if p.By == nil {
		return s
	}
	if i := slices.IndexFunc(p.By.Sentences, func(s Sentence) bool { return s.ID == p.Paragraph }); i >= 0 {
		s = p.By.Sentences[i]
	}
	return s
}

func (x *Index) sheet(i int) *sheet {
	if i < len(x.sheets) {
		return &x.sheets[i]
	}
	return &x.accounts[i-len(x.sheets)]
}
