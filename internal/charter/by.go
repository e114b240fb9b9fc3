package charter

import "time"

// By says whose act something was. Gen and Index are its place in that party's log; Gen is 0 in the first generation.
type By struct {
	Act    string  `json:"act"`
	Party  PartyID `json:"party"`
	Gen    int     `json:"gen,omitzero"`
	Index  int64   `json:"index"`
	Member string  `json:"member"`
	At     string  `json:"at"` // as claimed, UTC, whole seconds
}

// By says whose act this is.
func (a *Act) By() By {
	if a.by.Act == "" { // it is asked for again with each item of an act, and whenever the act is applied anew
		a.by = By{Act: a.ID(), Gen: a.Gen, Party: a.Party, Index: a.Entry.Index, Member: a.Entry.Actor.Member, At: a.Entry.At.UTC().Format(time.RFC3339)}
		if a.Gen == 1 {
			a.by.Gen = 0
		}
	}
	return a.by
}

// Turn is the act's number among its party's own.
func (b By) Turn() int64 { return Turn(max(b.Gen, 1), b.Index) }

// Day is the day of the act in UTC, as in "2025-01-14".
func (b By) Day() string { return b.At[:min(len(b.At), 10)] }

// Covers reports whether an act lies in a past.
func (s *State) Covers(past Past, of By) bool { return s.Has(past, of.Party, max(of.Gen, 1), of.Index) }
