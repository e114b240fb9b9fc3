package markup

import (
	"slices"

	"entente.example/internal/charter"
	"entente.example/internal/text"
)

// moves finds the paragraphs that stand elsewhere in the file than in the text: the fewest that have to move. order is the text's paragraphs as the file has them. What would move with its annex or with the paragraph
// that it belongs to is not among them, nor what is on the table. A file in another order altogether moves nothing: an older one, or one that somebody sorted.
func (out *Comparison) moves(c *charter.State, s *text.State, order []text.ParaID) {
	stands := s.Stands(c)
	place := map[text.ParaID]int{}
	for i, p := range stands {
		place[p.ID] = i
	}
	order = slices.DeleteFunc(slices.Clone(order), func(id text.ParaID) bool { _, ok := place[id]; return !ok })
	stay := longest(order, func(id text.ParaID) int { return place[id] })
	if len(stay)*2 <= len(order) {
		return
	}
	goes := func(id text.ParaID) bool { return slices.Contains(order, id) && !stay[id] }
	annexed, carried := s.Annexed(c), map[text.ParaID]bool{}
	for id, below := range s.Below(c) {
		for _, q := range below {
			carried[q] = carried[q] || goes(id)
		}
	}
	for i, id := range order {
		p := stands[place[id]]
		if !goes(id) || carried[id] || goes(annexed[id]) || i == 0 && (p.Kind == text.Heading || text.Deep(p.Kind) > 0) {
			continue
		}
		to := text.Place{}
		behind := ""
		if i > 0 {
			to.After, behind = order[i-1], stands[place[order[i-1]]].Label
		}
		if slices.ContainsFunc(p.Wordings, func(w *text.Wording) bool { return w.Dropped == "" && w.Place != nil && *w.Place == to }) {
			continue
		}
		out.move(c, p, to, behind)
	}
}

// move lists a paragraph that moves; other words that the file has for it go with it, as one proposal.
func (out *Comparison) move(c *charter.State, p *text.Para, to text.Place, behind string) {
	kind, w := Moved, p.Current(c)
	if to.After == "" {
		kind = MovedFirst
	}
	for i := range out.Changes {
		if ch := &out.Changes[i]; ch.Paragraph == p.ID && (ch.Kind == Reworded || ch.Kind == Recited) && ch.Of == w.Label {
			ch.Kind, ch.Of, ch.Place = kind, behind, &to
			return
		}
	}
	k := comparing{c: c, p: p, taken: map[string]bool{}}
	for _, ch := range out.Changes {
		if ch.Paragraph == p.ID {
			k.taken[ch.Label] = true
		}
	}
	out.Changes = append(out.Changes, Change{Kind: kind, Paragraph: p.ID, Of: behind, Label: k.free(""), Wording: w.ID, Place: &to})
}

// longest is a longest run of ids whose places rise; the others are those that moved.
func longest(order []text.ParaID, place func(text.ParaID) int) map[text.ParaID]bool {
	var tails []int // by length less one: where the run that ends lowest ends, in order
	before := make([]int, len(order))
	for i, id := range order {
		n, _ := slices.BinarySearchFunc(tails, place(id), func(at, want int) int { return place(order[at]) - want })
		before[i] = -1
		if n > 0 {
			before[i] = tails[n-1]
		}
		if n == len(tails) {
			tails = append(tails, i)
		} else {
			tails[n] = i
		}
	}
	out := map[text.ParaID]bool{}
	if len(tails) > 0 {
		for i := tails[len(tails)-1]; i >= 0; i = before[i] {
			out[order[i]] = true
		}
	}
	return out
}
