package view

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"entente.example/internal/charter"
	"entente.example/internal/commitment"
	"entente.example/internal/concern"
	"entente.example/internal/dialogue"
	"entente.example/internal/glance"
	"entente.example/internal/membership"
	"entente.example/refusal"
)

// Matters builds the list of a kind, from a place on. Only the states of what it shows are read.
func (f From) Matters(kind, member string, at At) (Matters, error) {
	k, ok := dialogue.Find(kind)
	if !ok {
		return Matters{}, refusal.New(refusal.Missing, "dialogue.no_kind", "kind", kind)
	}
	chrome, err := f.ChromeOf("")
	if err != nil {
		return Matters{}, err
	}
	out := Matters{Chrome: chrome, Kind: kind}
	if out.Desk, err = f.desk(k, member); err != nil {
		return out, err
	}
	if kind == membership.Kind {
		return out, f.place(&out)
	}
	g, err := f.glance()
	if err != nil {
		return out, err
	}
	all := g.Kind(kind)
	out.Next = f.next(k, g, all)
	groups := map[string][]*glance.Matter{}
	for _, m := range all {
		key := f.group(m)
		groups[key] = append(groups[key], m)
	}
	var listed []*glance.Matter
	for _, key := range groupKeys {
		if n := len(groups[key]); n > 0 {
			out.Counts = append(out.Counts, Count{key, n})
		}
		if at.Only == "" || at.Only == key {
			listed = append(listed, groups[key]...)
		}
	}
	if listed == nil { // a group that is empty, or that there is not
		listed = all
	} else {
		out.Only = at.Only
	}
	switch {
	case k.ID == "meeting":
		listed = inOrder(listed)
	case len(listed) > mattersShown && !at.Whole:
		listed = newest(listed, begin(at.List, len(listed))+mattersShown, f.lately)
	}
	if !at.Whole {
		listed, out.Cut = PartFrom(listed, at.List, mattersShown)
	}
	var dues []DueRow
	for _, m := range listed {
		st, err := g.State(f.Snapshot, m.Key)
		if err != nil {
			return out, err
		}
		key := f.group(m)
		if n := len(out.Groups); n == 0 || out.Groups[n-1].Key != key {
			out.Groups = append(out.Groups, Group{Key: key})
		}
		last := &out.Groups[len(out.Groups)-1]
		last.Rows = append(last.Rows, f.matterRow(st))
		if s, ok := st.(*commitment.State); ok {
			dues = append(dues, f.dueRows(s)...)
		}
	}
	out.Dues = newDues(dues, f.today())
	return out, nil
}

// groupKeys are the groups of a list in their order; "" is that of kinds that have none.
var groupKeys = []string{"", "web.we_owe", "web.they_owe", "web.ours_answered", "web.closed"}

// group sorts concerns by who has the next word.
func (f From) group(m *glance.Matter) string {
	if m.Turn == nil {
		return ""
	}
	switch status := m.Turn.Status; {
	case status == concern.Settled || status == concern.Withdrawn:
		return "web.closed"
	case status == concern.Answered:
		return "web.ours_answered"
	case slices.Contains(m.Turn.Owes, charter.PartyID(f.Self)):
		return "web.we_owe"
	}
	return "web.they_owe"
}

// lately is the order of a list that does not fit on a page: by group, and in it what was done last comes first.
func (f From) lately(a, b *glance.Matter) int {
	return cmp.Or(slices.Index(groupKeys, f.group(a))-slices.Index(groupKeys, f.group(b)), cmp.Compare(b.Lam, a.Lam), strings.Compare(a.Key, b.Key))
}

// inOrder sorts meetings by series and number, the newest first.
func inOrder(all []*glance.Matter) []*glance.Matter {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b *glance.Matter) int {
		x, i := serial(a)
		y, j := serial(b)
		return cmp.Or(cmp.Compare(minor(x), minor(y)), strings.Compare(x, y), j-i)
	})
	return all
}

// serial is a meeting's series and number.
func serial(m *glance.Matter) (series string, number int) {
	series, last, _ := strings.Cut(strings.TrimPrefix(m.Key, "meeting/"), "/")
	number, _ = strconv.Atoi(last) // a key that a meeting has been entered under ends so
	return series, number
}

// minor is 1 for a series that is not the mechanism's own.
func minor(series string) int {
	if series == mainSeries {
		return 0
	}
	return 1
}

// next is an id that nobody has used yet.
func (f From) next(k dialogue.Kind, g *glance.Glance, all []*glance.Matter) string {
	free := func(id string) bool { return g.Matter(k.Matter(id)) == nil }
	switch k.ID {
	case "meeting":
		last := f.Charter().Document().Next(mainSeries) - 1
		for _, m := range all {
			if series, n := serial(m); series == mainSeries {
				last = max(last, n)
			}
		}
		return mainSeries + "." + strconv.Itoa(last+1)
	case "holidays":
		return f.nextYear(free)
	}
	for n := len(all) + 1; ; n++ {
		if id := fmt.Sprintf("%s-%d", f.Self, n); free(id) {
			return id
		}
	}
}

// textRefs are texts that a form can point at. Of many, one more than RefsShown is listed: those in which something was done last.
func (f From) textRefs(prefix string) ([]Ref, error) {
	g, err := f.glance()
	if err != nil {
		return nil, err
	}
	all, out := g.Texts(), []Ref{}
	if len(all) > RefsShown {
		all = g.Lately()[:RefsShown+1]
	}
	for _, t := range all {
		out = append(out, Ref{prefix + t.ID, t.Title()})
	}
	return out, nil
}

// matterRefs are the same of a kind of matter. With a prefix, the reference is the matter's key.
func (f From) matterRefs(kind, prefix string) ([]Ref, error) {
	out := []Ref{}
	k, ok := dialogue.Find(kind)
	if !ok {
		return out, nil
	}
	g, err := f.glance()
	if err != nil {
		return nil, err
	}
	all := g.Kind(kind)
	if len(all) > RefsShown {
		all = newest(all, RefsShown, f.lately)[:RefsShown+1]
	}
	for _, m := range all {
		st, err := g.State(f.Snapshot, m.Key)
		if err != nil {
			return nil, err
		}
		row := f.matterRow(st)
		if row.ID == "" {
			continue
		}
		if prefix != "" {
			row.ID = k.Matter(row.ID)
		}
		out = append(out, Ref{row.ID, row.Title})
	}
	return out, nil
}
