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
	Past []int64 // per party (place in Document.Parties): how many entries of its current log the author had stored; its own: Entry.Index
}

// ID names the act shortly within its mechanism: "cpc-41", or "cpc.2-41" in a later generation.
func (a *Act) ID() string { return ActID(a.Party, a.Gen, a.Entry.Index) }
