package chancery

import (
	"context"

	"entente.example/internal/index"
	"entente.example/internal/node"
	"entente.example/internal/search"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// Precedents is agreed language that resembles a wording on the table.
type Precedents struct {
	Text   lang.Text      `json:"text" doc:"The wording that was compared"`
	Behind int64          `json:"behind" doc:"Entries that are not indexed yet"`
	Hits   []PrecedentHit `json:"hits" doc:"The likest first"`
}

// PrecedentHit is one agreed passage.
type PrecedentHit struct {
	Matter  string         `json:"matter"`
	Source  search.Source  `json:"source"`
	Passage search.Passage `json:"passage"`
	Share   float64        `json:"share" doc:"Of both wordings together, what is the same in the language in which it is most: from 0 to 1"`
}

// maxPrecedents is how many are shown: who wants more looks for words.
const maxPrecedents = 10

// WordsOf are the words of a paragraph of a text, in its languages: of the wording that the parties look at first, or of one that is named.
func (c *Chancery) WordsOf(ctx context.Context, mech, id string, paragraph text.ParaID, wording text.WordingID) (words lang.Text, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		t, err := s.Tabled(id)
		if err != nil {
			return err
		}
		p, err := t.Find(paragraph)
		if err != nil {
			return err
		}
		w := p.Current(s.Charter())
		if wording != "" {
			w = p.Wording(wording)
		}
		if w == nil {
			return refusal.New(refusal.Missing, "text.unknown_wording", "paragraph", string(paragraph), "wording", string(wording))
		}
		words = lang.Text{}
		for _, tag := range t.Tabled.Languages {
			if s, ok := w.Text(s.Charter(), tag); ok {
				words[tag] = s
			}
		}
		return nil
	})
	return words, err
}

// Precedents finds agreed passages of a mechanism that resemble some words, outside a matter: the one that the words are from, if it is of the same mechanism.
func (c *Chancery) Precedents(ctx context.Context, mech string, words lang.Text, not string) (Precedents, error) {
	out := Precedents{Text: words, Hits: []PrecedentHit{}}
	var err error
	if out.Behind, err = c.library.fresh(ctx, mech); err != nil {
		return out, err
	}
	x, err := c.library.index(ctx)
	if err != nil {
		return out, err
	}
	found, err := x.Alike(ctx, mech, index.Like{Text: words, Not: not, Limit: maxPrecedents})
	if err != nil {
		c.library.mu.Lock()
		defer c.library.mu.Unlock()
		return out, c.library.mend(ctx, x, err)
	}
	for _, a := range found {
		out.Hits = append(out.Hits, PrecedentHit{Matter: a.Key, Source: a.Source, Passage: a.Passage, Share: a.Likeness.Share})
	}
	return out, nil
}
