package charter

import (
	"entente.example/entry"
)

// Act is one entry as the fold hands it to the subject it belongs to.
type Act struct {
	Entry entry.Entry
	Party PartyID  // whose log it stands in
	Gen   int      // generation of that log
	Leaf  [32]byte // leaf hash
	Lam   int64    // place in the total order, with the party's ordinal, Gen and Entry.Index
	// Body is the entry's body as the subject decoded it, so that judging and folding read it once; nil before.
	Body entry.Body
	Past Past // how much of each log the author had stored; of its own: Entry.Index
	Held Past // how much of each log the author attests by this act; less than Past only where a log was closed before: see Past
	by   By   // once By was asked
}

// ID names the act shortly within its mechanism: "cpc-41", or "cpc.2-41" in a later generation.
func (a *Act) ID() string { return ActID(a.Party, a.Gen, a.Entry.Index) }
