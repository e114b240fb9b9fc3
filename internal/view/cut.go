package view

import (
	"cmp"
	"slices"

	"entente.example/internal/glance"
)

// A list that may be long is shown in parts: however large the record is, a page stays as small as what a reader looks at.
const (
	textsShown  = 12
	awaitsShown = 40
)

// At says from where on the long lists of a page are shown.
type At struct {
	Texts  int
	Awaits int
}

// Cut says which part of a list a page shows.
type Cut struct {
	From int // how many come before it
	To   int // how many come before what follows it
	All  int
	Most int // in one part
}

// Whole reports whether everything is shown.
func (c Cut) Whole() bool { return c.From == 0 && c.To == c.All }

// More reports whether there is a part after this one.
func (c Cut) More() bool { return c.To < c.All }

// First is the number of the first that is shown, counted from one.
func (c Cut) First() int { return min(c.From+1, c.To) }

// Before is where the part before begins.
func (c Cut) Before() int { return max(c.From-c.Most, 0) }

// part takes the part of a list that begins at a place; a place behind its end is its beginning.
func part[T any](all []T, from, most int) ([]T, Cut) {
	if from < 0 || from >= len(all) {
		from = 0
	}
	c := Cut{From: from, To: min(from+most, len(all)), All: len(all), Most: most}
	return all[c.From:c.To], c
}

// CutAwaits takes the part of what awaits that begins at a place. Of more than a page holds, what the reader may do comes first.
func CutAwaits(all []Await, from int) ([]Await, Cut) {
	if len(all) > awaitsShown {
		all = slices.Clone(all)
		slices.SortStableFunc(all, func(a, b Await) int { return cmp.Compare(others(a), others(b)) })
	}
	return part(all, from, awaitsShown)
}

// others is 1 for what is for others of our side.
func others(a Await) int {
	if a.Yours {
		return 0
	}
	return 1
}

// cards are the texts of the part that begins at a place, by id. Of more than a page holds, those come first in which something was done last.
func (f From) cards(from int) ([]TextCard, Cut, error) {
	g, err := f.glance()
	if err != nil {
		return nil, Cut{}, err
	}
	known := g.Texts()
	if len(known) > textsShown {
		slices.SortStableFunc(known, func(a, b *glance.Text) int { return cmp.Compare(b.Last, a.Last) })
	}
	known, shown := part(known, from, textsShown)
	var out []TextCard
	for _, k := range known {
		t, err := f.Snapshot.Text(k.ID)
		if err != nil {
			return nil, shown, err
		}
		out = append(out, f.textCard(t))
	}
	return out, shown, nil
}
