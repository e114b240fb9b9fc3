package view

import (
	"slices"

	"entente.example/internal/charter"
	"entente.example/internal/membership"
)

// Called is a name of a party: in which language, who uses it, since when. Nobody's name is chosen for anybody else.
type Called struct {
	charter.Name
	By     *Side  // that uses it; nil: everybody who has none of its own
	Since  string // day, "" for the founding
	Former bool
}

// called are all names that a party has and had, by language as the mechanism has them, the newest first.
func (f From) called(s *membership.State) (out []Called) {
	c, id := f.Charter(), charter.PartyID(s.ID)
	party, ok := c.Document().Party(id)
	if !ok {
		return nil
	}
	all := slices.Clone(party.Names)
	for _, n := range s.Namings() {
		all = append(all, n.Names...)
	}
	today := c.NamesOn(id, f.today())
	for _, n := range slices.Backward(all) {
		x := Called{Name: n, Since: n.From}
		x.Former = n.From <= f.today() && !slices.ContainsFunc(today, func(o charter.Name) bool {
			return o.Lang == n.Lang && o.UsedBy == n.UsedBy && o.Full == n.Full && o.From == n.From
		})
		for _, side := range f.sidesOf([]string{n.UsedBy}) {
			x.By = &side
		}
		out = append(out, x)
	}
	rank := func(x Called) int { return slices.Index(c.Document().Languages, x.Lang) }
	slices.SortStableFunc(out, func(a, b Called) int { return rank(a) - rank(b) })
	return out
}
