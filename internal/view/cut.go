package view

import (
	"cmp"
	"slices"
	"strings"

	"entente.example/internal/search"
	"entente.example/internal/text"
)

// A list that may be long is shown in parts: however large the record is, a page stays as small as what a reader looks at.
const (
	textsShown   = 12
	awaitsShown  = 40
	mattersShown = 40
	trackShown   = StepsShown

	mechanismsShown = 12
	changesShown    = 40
)

// StepsShown is how much of what happened to one matter is shown at a time.
const StepsShown = 50

// Parts of lists that are no matters of the dialogue.
const (
	PapersShown  = 20 // attachments, papers off the record
	OursShown    = 20 // of each kind of what is our side's only
	RepliesShown = 20
	PouchesShown = 40
	CallsShown   = 60
)

// RefsShown is how many matters a form offers to point at.
const RefsShown = 40

// At says from where on the long lists of a page are shown.
type At struct {
	Texts   int
	Awaits  int
	List    int    // of a kind, or of mechanisms
	Find    string // words in the names of mechanisms; "": all
	Show    string // id of one that has to be in the part of the list; "" for none in particular
	Notes   int    // of what is our side's only: before which place, and from where on the others
	Tasks   int
	Rounds  int
	Acts    int
	Replies int    // to the press room
	Only    string // group of that list, as in "web.we_owe"; "" for all
	Track   int    // before which place of a matter's history; 0: its newest part
	Whole   bool   // nothing is cut
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

// Later is where the part after ends, in a list that is read from its end.
func (c Cut) Later() int { return min(c.To+c.Most, c.All) }

// Within is a place in the part of a list that holds the one at i; a negative i is none.
func Within(i, place, most int) int {
	if i < 0 {
		return place
	}
	return i - i%most
}

// WithinBefore is Within for a list that is read from its end.
func WithinBefore(i, place, most, all int) int {
	if i < 0 {
		return place
	}
	return all - (all-1-i)/most*most
}

// PartBefore takes the part of a list that ends before a place; 0 and a place behind its end are its end.
func PartBefore[T any](all []T, before, most int) ([]T, Cut) {
	if before <= 0 || before > len(all) {
		before = len(all)
	}
	c := Cut{From: max(before-most, 0), To: before, All: len(all), Most: most}
	return all[c.From:c.To], c
}

// newest puts the first n of a list, the newest as a rule, into their order, in which no two are alike. The rest is left in none.
func newest[T any](all []T, n int, compare func(a, b T) int) []T {
	all = slices.Clone(all)
	if n >= len(all)/8 {
		slices.SortStableFunc(all, compare)
		return all
	}
	for i := range n { // the best n stand first, sorted
		at, _ := slices.BinarySearchFunc(all[:i], all[i], compare)
		moved := all[i]
		copy(all[at+1:i+1], all[at:i])
		all[at] = moved
	}
	for i := n; i < len(all); i++ {
		if compare(all[i], all[n-1]) >= 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(all[:n], all[i], compare)
		last := all[n-1]
		copy(all[at+1:n], all[at:n-1])
		all[at], all[i] = all[i], last
	}
	return all
}

// begin is where a part begins; a place that is not there is the beginning.
func begin(from, all int) int {
	if from < 0 || from >= all {
		return 0
	}
	return from
}

// PartFrom takes the part of a list that begins at a place; a place behind its end is its beginning.
func PartFrom[T any](all []T, from, most int) ([]T, Cut) {
	c := CutAt(from, len(all), most)
	return all[c.From:c.To], c
}

// CutAt is that part of so many.
func CutAt(from, all, most int) Cut {
	from = begin(from, all)
	return Cut{From: from, To: min(from+most, all), All: all, Most: most}
}

// CutAwaits takes the part of what awaits that begins at a place. Of more than a page holds, what the reader may do comes first.
func CutAwaits(all []Await, from int) ([]Await, Cut) {
	if yours := func(a, b Await) int { return cmp.Compare(others(a), others(b)) }; len(all) > awaitsShown && !slices.IsSortedFunc(all, yours) {
		all = slices.Clone(all)
		slices.SortStableFunc(all, yours)
	}
	return PartFrom(all, from, awaitsShown)
}

// others is 1 for what is for others of our side.
func others(a Await) int {
	if a.Yours {
		return 0
	}
	return 1
}

// fewestTexts is how many texts home shows of each mechanism, however many it shows.
const fewestTexts = 3

// TextsOfEach is how many texts home shows of each of so many mechanisms: a page with twelve of twelve would be a gross to read, and to decode.
func TextsOfEach(mechanisms int) int { return max(fewestTexts, textsShown/max(mechanisms, 1)) }

// cards are the texts of the part that begins at a place, by id, so many at most. Of more than that, those come first in which something was done last.
func (f From) cards(from, most int) ([]TextCard, Cut, error) {
	g, err := f.glance()
	if err != nil {
		return nil, Cut{}, err
	}
	known := g.Texts()
	if len(known) > most {
		known = g.Lately()
	}
	known, shown := PartFrom(known, from, most)
	var out []TextCard
	for _, k := range known {
		t, err := f.textOf(g, k.ID)
		if err != nil {
			return nil, shown, err
		}
		out = append(out, f.textCard(t))
	}
	setAside(out)
	return out, shown, nil
}

// setAside puts texts that nobody works on any more, and that were not adopted or have given place to another, behind the others.
func setAside(cards []TextCard) {
	aside := func(c TextCard) int {
		if c.Over || slices.Contains([]string{text.EndRefused, text.EndWithdrawn, text.EndLapsed, text.EndSuperseded}, c.Stage) {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(cards, func(a, b TextCard) int { return cmp.Compare(aside(a), aside(b)) })
}

// CutMechanisms takes the part of the mechanisms that a home page shows, by short name: of all, or of those in whose names every word that was looked for occurs.
func CutMechanisms(all []*Listed, at At) ([]*Listed, Cut) {
	words := strings.Fields(string(search.Fold(at.Find)))
	found := make([]*Listed, 0, len(all))
	for _, m := range all {
		if m.called(words) {
			found = append(found, m)
		}
	}
	byRef := func(a, b *Listed) int { return cmp.Or(strings.Compare(a.Ref, b.Ref), strings.Compare(a.Mech, b.Mech)) }
	if to := begin(at.List, len(found)) + mechanismsShown; to < len(found) {
		found = newest(found, to, byRef) // what stands behind the part is not sorted
	} else {
		slices.SortFunc(found, byRef)
	}
	return PartFrom(found, at.List, mechanismsShown)
}

// called reports whether each word occurs in the short name or in one of the names, in whatever language.
func (m *Listed) called(words []string) bool {
	if len(words) == 0 { // folding the names of a thousand takes longer than all the rest of the page
		return true
	}
	names := []string{string(search.Fold(m.Ref))}
	for _, n := range m.Names {
		names = append(names, string(search.Fold(n.Full)), string(search.Fold(n.Short)))
	}
	for _, w := range words {
		if !slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, w) }) {
			return false
		}
	}
	return true
}

// CutChanges takes the newest of what changed in each of several mechanisms. Within what one page shows, each mechanism's stay together. Only what is shown is copied: in a thousand mechanisms, most of what
// changed since somebody's last visit is not.
func CutChanges(each [][]Change) []Change {
	all := 0
	for _, of := range each {
		all += len(of)
	}
	if all <= changesShown {
		return slices.Concat(each...)
	}
	shown := make([]*Change, 0, changesShown+1)
	for _, of := range each {
		for i := range of {
			c := &of[i]
			if len(shown) == changesShown && !c.Row.At.After(shown[changesShown-1].Row.At) {
				continue
			}
			at := slices.IndexFunc(shown, func(s *Change) bool { return s.Row.At.Before(c.Row.At) })
			if at < 0 {
				at = len(shown)
			}
			shown = slices.Insert(shown, at, c)
			shown = shown[:min(len(shown), changesShown)]
		}
	}
	out := make([]Change, len(shown))
	for i, c := range shown {
		out[i] = *c
	}
	return out
}
