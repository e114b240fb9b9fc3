package markup

import (
	"slices"

	"entente.example/internal/charter"
	"entente.example/internal/text"
	"entente.example/refusal"
)

// moves finds the paragraphs that stand elsewhere in the file than in the text: as few as lead from one order to the other once all are agreed. order is the text's paragraphs as the file has them; those in fresh stand there behind
// one that is new. What moves with its annex or with the paragraph that it belongs to is not among them, nor what is on the table. Of a file in another order altogether, an older one or one that somebody sorted, nothing
// follows, nor of an order that no moves lead to; that is said.
func (out *Comparison) moves(c *charter.State, s *text.State, order []text.ParaID, fresh map[text.ParaID]bool) {
	stands := s.Stands(c)
	place := map[text.ParaID]int{}
	for i, p := range stands {
		place[p.ID] = i
	}
	order = slices.DeleteFunc(order, func(id text.ParaID) bool { _, ok := place[id]; return !ok })
	stay := longest(order, func(id text.ParaID) int { return place[id] })
	if len(stay) == len(order) {
		return
	}
	steps, reached := []step(nil), false
	if len(stay)*2 > len(order) {
		if steps, reached = lead(stands, order, stay); !reached { // a paragraph takes what belongs to it along, so the fewest are not always enough
			steps, reached = lead(stands, order, nil)
		}
	}
	if !reached {
		out.Ignored = append(out.Ignored, "file.order")
		return
	}
	for _, m := range steps {
		to := text.Place{}
		if m.behind != nil {
			to.After = m.behind.ID
		}
		if !slices.ContainsFunc(m.p.Wordings, func(w *text.Wording) bool { return w.Place != nil && *w.Place == to && m.p.OnTheTable(c, w) }) {
			out.move(c, m, to, fresh[m.p.ID])
		}
	}
}

// step is a paragraph that moves behind another, nil for before all.
type step struct{ p, behind *text.Para }

// lead goes through a file's order and puts each paragraph that does not follow its predecessor behind it, but for those that stay. It reports whether the text is then in that order.
func lead(stands []*text.Para, order []text.ParaID, stay map[text.ParaID]bool) (out []step, reached bool) {
	list, paragraphs := stands, map[text.ParaID]*text.Para{} // those that the file has
	for _, p := range stands {
		if slices.Contains(order, p.ID) {
			paragraphs[p.ID] = p
		}
	}
	known := func() (ids []text.ParaID) {
		for _, p := range list {
			if paragraphs[p.ID] != nil {
				ids = append(ids, p.ID)
			}
		}
		return ids
	}
	after := text.ParaID("")
	for _, id := range order {
		now := known()
		if next := slices.Index(now, after) + 1; !stay[id] && (next == len(now) || now[next] != id) {
			if moved := text.Moved(list, paragraphs[id], after); !slices.Equal(moved, list) {
				out, list = append(out, step{paragraphs[id], paragraphs[after]}), moved
			}
		}
		after = id
	}
	return out, slices.Equal(known(), order)
}

// move lists a paragraph that moves.
func (out *Comparison) move(c *charter.State, m step, to text.Place, fresh bool) {
	w := m.p.Current(c)
	k := comparing{c: c, p: m.p, taken: map[string]bool{}}
	for _, ch := range out.Changes {
		if ch.Paragraph == m.p.ID {
			k.taken[ch.Label] = true
		}
	}
	ch := Change{Kind: MovedFirst, Paragraph: m.p.ID, Of: w.Label, Label: k.free(""), Wording: w.ID, Place: &to}
	if m.behind != nil {
		ch.Kind, ch.Behind = Moved, m.behind.Label
	}
	if fresh {
		ch.Problem = refusal.New(refusal.Conflict, "file.behind_new", "paragraph", m.p.Label)
	} else if err := m.p.CheckPlace(m.behind); err != nil {
		ch.Problem = refusal.As(err)
	}
	out.Changes = append(out.Changes, ch)
}

// together are changes as proposals: a paragraph that moves takes along the other words that the file has for it, and in one proposal of everything also what it would rest on, since of two wordings only one can be agreed.
func together(changes []Change, whole bool) []Change {
	goes := func(m, ch Change) bool {
		return ch.Problem == nil && ch.Paragraph == m.Paragraph && ch.Wording == m.Wording && (ch.Kind == Reworded || whole && ch.Kind == Recited)
	}
	moves := func(ch Change) bool { return (ch.Kind == Moved || ch.Kind == MovedFirst) && ch.Problem == nil }
	var out []Change
	for _, ch := range changes {
		if slices.ContainsFunc(changes, func(m Change) bool { return moves(m) && goes(m, ch) }) {
			continue
		}
		for _, with := range changes {
			if moves(ch) && goes(ch, with) {
				ch.Label, ch.After, ch.Cites, ch.From = with.Label, with.After, with.Cites, with.From
			}
		}
		out = append(out, ch)
	}
	return out
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
