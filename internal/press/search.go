package press

import (
	"slices"
	"strings"

	"entente.example/lang"
)

// maxHits bounds what a search shows.
const maxHits = 100

// Search finds paragraphs that hold every word of a query, those in the reader's language first.
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
	for i := range x.sheets {
		s := &x.sheets[i]
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
