package party

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/refusal"
	"entente.example/seal"
)

// Reason is why a party opens a new generation of its log.
type Reason string

const (
	Rotation Reason = "rotation" // a new key in good time; announced under the old one
	Loss     Reason = "loss"     // the old key is gone
	Theft    Reason = "theft"    // somebody else has the old key
	Restore  Reason = "restore"  // entries are gone and nobody could be asked
	Fork     Reason = "fork"     // two histories of the old generation: all parties sealed which head stands
)

// Reasons lists them all.
func Reasons() []Reason { return []Reason{Rotation, Loss, Theft, Restore, Fork} }

// Head is where a generation of a log ends. Root is hex.
type Head struct {
	Root string `json:"root"`
	Size int64  `json:"size"`
}

// Count spells the size.
func (h Head) Count() string { return strconv.FormatInt(h.Size, 10) }

// Statement opens a generation: one log under one set of node keys. Head is the end of the generation before, as far as the party knows it; what others hold of it beyond is not lost,
// unless the parties have sealed that it does not stand (Fork).
type Statement struct {
	Generation int              `json:"generation"`
	Head       Head             `json:"head"`
	Keys       charter.NodeKeys `json:"keys"`
	Lost       string           `json:"lost"` // what was lost, in the party's words; may be empty
	Mechanism  string           `json:"mechanism"`
	Party      charter.PartyID  `json:"party"`
	Reason     Reason           `json:"reason"`
	Statement  string           `json:"statement"` // "entente generation v1"
}

const statementForm = "entente generation v1"

// NewStatement fills in what is the same in all.
func NewStatement(mech string, p charter.PartyID, gen int, reason Reason, keys charter.NodeKeys, head Head, lost string) Statement {
	return Statement{gen, head, keys, lost, mech, p, reason, statementForm}
}

// Message is what seal keys sign, in namespace keys-v1@entente.
func (s Statement) Message() ([]byte, error) { return entry.Canonical(s) }

// Generation is entry 0 of every generation but the first. Agreed are the other parties' signatures over the same statement, which only the settlement of a fork needs.
type Generation struct {
	Agreed     map[charter.PartyID][]string `json:"agreed,omitempty"`
	Signatures []string                     `json:"signatures"`
	Statement  Statement                    `json:"statement"`
}

// EntryType implements entry.Body.
func (Generation) EntryType() string { return "party.generation" }

// Announce says in the old generation which keys the next one will have: a rotation is vouched for by both.
type Announce struct {
	Generation int              `json:"generation"`
	Keys       charter.NodeKeys `json:"keys"`
}

// EntryType implements entry.Body.
func (Announce) EntryType() string { return "party.announce" }

// Confirm is what every other party's node writes by rule when it takes a new generation up. How much it held of the one before is what the entry has seen of it.
type Confirm struct {
	Generation int `json:"generation"`
}

// EntryType implements entry.Body.
func (Confirm) EntryType() string { return "party.confirm" }

// maxLost bounds the words about what was lost, in characters.
const maxLost = 2000

// Opened is a generation that a party has opened.
type Opened struct {
	Statement
	Act       string                           `json:"act"`
	At        string                           `json:"at"`
	Confirmed map[charter.PartyID]Confirmation `json:"confirmed,omitempty"`
}

// Confirmation says how much of the generation before a party held when it took the new one up.
type Confirmation struct {
	Act  string `json:"act"`
	At   string `json:"at"`
	Size int64  `json:"size"`
}

// MaxGenerations bounds how often a party may begin anew.
const MaxGenerations = 1000

// Check refuses a statement that cannot be right by itself.
func (s Statement) Check() error {
	root, err := hex.DecodeString(s.Head.Root)
	switch {
	case s.Statement != statementForm || s.Generation < 2 || s.Generation > MaxGenerations || !slices.Contains(Reasons(), s.Reason):
		return refusal.New(refusal.Invalid, "party.bad_generation")
	case err != nil || len(root) != 32 || s.Head.Size < 0 || utf8.RuneCountInString(s.Lost) > maxLost:
		return refusal.New(refusal.Invalid, "party.bad_generation")
	}
	return s.Keys.Validate("parties." + string(s.Party))
}

// checkGeneration judges entry 0 of a new generation. SPEC generation-sealed.
func (s *State) checkGeneration(c *charter.State, a *charter.Act) error {
	var b Generation
	if err := entry.DecodeBody(&a.Entry, &b); err != nil {
		return err
	}
	st := b.Statement
	if err := st.Check(); err != nil {
		return err
	}
	if a.Entry.Index != 0 || st.Generation != a.Gen || st.Party != a.Party || st.Mechanism != a.Entry.Mech {
		return refusal.New(refusal.Invalid, "party.bad_generation")
	}
	if err := statesHead(c, a, st); err != nil {
		return err
	}
	if st.Reason == Rotation && (s.Announced == nil || s.Announced.Generation != st.Generation || s.Announced.Keys != st.Keys) {
		return refusal.New(refusal.Unverified, "party.not_announced")
	}
	return b.Signed(c)
}

// Signed checks the signatures under the seal keys in force in c: the party's own, and after a fork everybody's. SPEC fork-settled.
func (b Generation) Signed(c *charter.State) error {
	st := b.Statement
	message, err := st.Message()
	if err != nil {
		return err
	}
	policy := seal.Policy{RequirePIN: c.Document().Rules.RequirePIN}
	for _, p := range c.Document().Parties {
		signatures := b.Signatures
		if p.ID != st.Party {
			if signatures = b.Agreed[p.ID]; st.Reason != Fork {
				continue
			}
		}
		lines, threshold := c.SealKeys(p.ID)
		if _, err := seal.Signers(signatures, lines, threshold, seal.NamespaceKeys, message, policy); err != nil {
			return err
		}
	}
	return nil
}

// statesHead checks that the head in the statement is the one that the entry has seen. The fold has compared that with the log itself.
func statesHead(c *charter.State, a *charter.Act, st Statement) error {
	before := entry.Origin(a.Entry.Mech, string(a.Party), a.Gen-1)
	i := slices.IndexFunc(a.Entry.Seen, func(s entry.Seen) bool { return s.Origin == before })
	switch {
	case i < 0 && st.Head.Size == 0:
		return nil
	case i >= 0 && a.Entry.Seen[i].Size == st.Head.Size && hex.EncodeToString(a.Entry.Seen[i].Root[:]) == st.Head.Root:
		return nil
	}
	return refusal.New(refusal.Invalid, "party.other_head", "party", string(a.Party), "size", fmt.Sprint(st.Head.Size))
}

// checkConfirm judges another party's confirmation.
func (s *State) checkConfirm(a *charter.Act, of charter.PartyID) error {
	var b Confirm
	if err := entry.DecodeBody(&a.Entry, &b); err != nil {
		return err
	}
	if i := s.opened(b.Generation); i < 0 || of == a.Party {
		return refusal.New(refusal.Conflict, "party.no_generation", "generation", fmt.Sprint(b.Generation))
	} else if c, ok := s.Generations[i].Confirmed[a.Party]; ok && c.generation() >= a.Gen {
		return refusal.New(refusal.Conflict, "party.confirmed_already", "generation", fmt.Sprint(b.Generation))
	}
	return nil
}

// opened finds a later generation by its number.
func (s *State) opened(gen int) int {
	return slices.IndexFunc(s.Generations, func(o Opened) bool { return o.Generation == gen })
}

// open folds entry 0 of a generation.
func (s *State) open(a *charter.Act) {
	var b Generation
	_ = entry.DecodeBody(&a.Entry, &b) // Check has read it
	s.Generations = append(s.Generations, Opened{Statement: b.Statement, Act: a.ID(), At: stamp(a)})
	slices.SortFunc(s.Generations, func(x, y Opened) int { return x.Generation - y.Generation })
}

// confirm folds a confirmation.
func (s *State) confirm(c *charter.State, a *charter.Act, of charter.PartyID) {
	var b Confirm
	_ = entry.DecodeBody(&a.Entry, &b) // Check has read it
	o := &s.Generations[s.opened(b.Generation)]
	if o.Confirmed == nil {
		o.Confirmed = map[charter.PartyID]Confirmation{}
	}
	slot := charter.Slot(len(c.Document().Parties), c.Ordinal(of), b.Generation-1)
	o.Confirmed[a.Party] = Confirmation{Act: a.ID(), At: stamp(a), Size: a.Held.At(slot)}
}

// generation is the one of its party's log in which a confirmation stands. A party whose log went on without it confirms once more, so that the log as it goes on has its cut.
func (c Confirmation) generation() int {
	_, gen, _, _ := charter.ParseActID(c.Act)
	return gen
}

// Confirmed is how much of the generation before a party said that it had when it took one up.
func (s *State) Confirmed(by charter.PartyID, gen int) (int64, bool) {
	if i := s.opened(gen); i >= 0 {
		c, ok := s.Generations[i].Confirmed[by]
		return c.Size, ok
	}
	return 0, false
}

// Number spells the generation.
func (s Statement) Number() string { return strconv.Itoa(s.Generation) }

// Unconfirmed is the oldest generation of this party that another party has not confirmed, or has confirmed only where its log as it goes on has not seen it; 0 if there is none.
func (s *State) Unconfirmed(by charter.PartyID, sees func(gen int) bool) int {
	for _, o := range s.Generations {
		if _, ok := o.Confirmed[by]; !ok || !sees(o.Generation) {
			return o.Generation
		}
	}
	return 0
}

func stamp(a *charter.Act) string { return a.Entry.At.UTC().Format("2006-01-02T15:04:05Z") }
