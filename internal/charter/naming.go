package charter

import (
	"slices"

	"entente.example/lang"
)

// Naming is a change of a party's names after the founding. Side is whose usage it is: "" for the party's own names, which everybody uses who has none of its own.
type Naming struct {
	By
	Side  string
	From  string // first day
	Names []Name
}

// SetNamings says which changes of names there were, by party, in the order of the record.
func (s *State) SetNamings(p PartyID, all []Naming) {
	if s.namings == nil {
		s.namings = map[PartyID][]Naming{}
	}
	s.namings[p] = all
}

// NamesOn are a party's names on a day: those of the charter, and in their place what took effect since. What others call it in their own usage is theirs to change. The list is not the caller's to change.
func (s *State) NamesOn(p PartyID, day string) []Name {
	party, ok := s.doc.Party(p)
	if !ok {
		return []Name{{Full: string(p)}}
	}
	names := namesAt(party.Names, day)
	for _, n := range s.inForce(p, day) {
		kept := slices.DeleteFunc(slices.Clone(names), func(o Name) bool {
			return n.replaces(o, party.Side) && slices.ContainsFunc(n.Names, func(x Name) bool { return x.Lang == o.Lang })
		})
		names = append(slices.Clone(n.Names), kept...)
	}
	return names
}

// replaces reports whether a name is of whose usage a change is, for a party of a side.
func (n Naming) replaces(o Name, side string) bool {
	if n.Side != "" {
		return o.UsedBy == n.Side
	}
	return o.UsedBy == "" || o.UsedBy == side
}

// NameOn is the name that a party has on a day in a language, as everybody writes it.
func (s *State) NameOn(p PartyID, tag lang.Tag, day string) Name {
	return PickName(s.NamesOn(p, day), tag, "")
}

// namesAt leaves out names that were not in use on a day, where the same user had another one in the same language.
func namesAt(all []Name, day string) []Name {
	used := func(n Name) bool { return n.From <= day && (n.To == "" || day < n.To) }
	if !slices.ContainsFunc(all, func(n Name) bool { return !used(n) || n.To != "" }) {
		return slices.Clip(all)
	}
	var out []Name
	for _, n := range all {
		rival := func(o Name) bool { return o.Lang == n.Lang && o.UsedBy == n.UsedBy && used(o) }
		switch {
		case used(n):
			n.To = ""
			out = append(out, n)
		case !slices.ContainsFunc(all, rival):
			out = append(out, n)
		}
	}
	return out
}

// inForce are the changes that have taken effect by a day, by that day, then in the order of the record.
func (s *State) inForce(p PartyID, day string) []Naming {
	var out []Naming
	for _, n := range s.namings[p] {
		if n.From <= day {
			out = append(out, n)
		}
	}
	slices.SortStableFunc(out, func(a, b Naming) int {
		switch {
		case a.From < b.From:
			return -1
		case a.From > b.From:
			return 1
		}
		return 0
	})
	return out
}
