// Package record owns the fold: how the entries of all parties' logs become the state of the mechanism.
//
// It promises that the same logs give the same verdicts and the same states, byte for byte, in whatever order entries arrived (docs/protocol.md 2,
// "Validity" and "Order"). It reads what is stored through Source, never writes, and knows no clock; what it changed it hands over with Dirty.
package record

import (
	"bytes"
	"fmt"
	"iter"
	"slices"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/party"
	"entente.example/refusal"
)

// Subject is the folded state of one matter. Check judges an act against the state at the act's past; Apply folds a valid act, in the total order.
type Subject interface {
	Check(c *charter.State, a *charter.Act) error
	Apply(c *charter.State, a *charter.Act)
}

// Position is where an applied entry stands in the causal order.
type Position struct {
	Lam  int64
	Past charter.Past
}

// Stored is a matter as it was last handed over by Dirty.
type Stored struct {
	Key   string
	State []byte       // JSON of the subject
	Tops  charter.Past // per log: 1 + index of its last entry in this matter
	Last  Place        // of the last entry in the total order
	Acts  int64        // entries folded, void ones included
	// Owes is whether somebody may have to do something about it: see owes. It may say yes too often, never no. Only Dirty says it.
	Owes bool
}

// Place is an entry's key in the total order.
type Place struct {
	Lam   int64 `json:"lam"`
	Party int   `json:"party"`
	Gen   int   `json:"gen"`
	Index int64 `json:"index"`
}

// Before reports whether p comes before q.
func (p Place) Before(q Place) bool {
	switch {
	case p.Lam != q.Lam:
		return p.Lam < q.Lam
	case p.Party != q.Party:
		return p.Party < q.Party
	case p.Gen != q.Gen:
		return p.Gen < q.Gen
	}
	return p.Index < q.Index
}

// Past is an applied entry of a matter's history.
type Past struct {
	Input
	Position
	Void bool
}

// Source is what the fold reads of what is stored, the entries of the running transaction included.
type Source interface {
	// Position of an applied entry of the log with this slot (charter.Slot). It is asked only for entries that were folded.
	Position(slot int, index int64) (Position, error)
	// Size is how many entries of a log are stored, folded or not.
	Size(slot int) int64
	// Leaf is a stored entry, folded or not, and its leaf hash.
	Leaf(slot int, index int64) (leaf []byte, hash [32]byte, err error)
	// Root of a log at a size that is stored.
	Root(slot int, size int64) ([32]byte, error)
	// Matter returns ok false for one that does not exist yet.
	Matter(key string) (m Stored, ok bool, err error)
	// History yields the applied entries of a matter in no particular order.
	History(key string) iter.Seq2[Past, error]
}

// Input is one verified entry in its place.
type Input struct {
	Party int // ordinal in the charter
	Gen   int
	Index int64
	Leaf  []byte
	Hash  [32]byte // leaf hash
}

// Outcome is what folding an entry came to.
type Outcome struct {
	Position
	Matter string
	Type   string
	Void   *refusal.Error // nil if valid
}

// Unreadable is the matter of entries whose bytes name none.
const Unreadable = "unreadable"

// known is the version of entry bodies this build understands, and the critical features.
const known = 1

// heads is what the fold remembers of one log.
type heads struct {
	origin  string // "" if there is no such log yet
	applied int64
	last    Position // of entry applied-1
	at      int64    // unix seconds of the last readable entry
	closed  *closing // set once the next generation is folded
	vouched int64    // how much counts beyond a stated end, because another party vouches for it
	// contested: its party shows two histories. Only the first limit entries count, which all others have confirmed.
	contested bool
	limit     int64
}

// advance takes up the next entry of the log, where it stands.
func (h *heads) advance(a *charter.Act, pos Position) {
	h.applied, h.last = h.applied+1, pos
	if !a.Entry.At.IsZero() {
		h.at = max(h.at, a.Entry.At.Unix())
	}
}

// Record folds one mechanism.
type Record struct {
	mech    string
	charter *charter.State
	parties int
	slots   map[string]int // by origin
	heads   []heads        // by slot
	cuts    map[[2]int]cut // by log and closed log: what the one attests of the other; see cutOf
	cache   map[string]*matter
	used    int64 // ticks the cache's clock hand
	changed map[string]bool
	stirred bool
	lent    bool
	trial   *trial                          // where entries stand that wait for a word; nil until there is one
	relied  []want                          // what the last call of past has found folded
	sighted map[string]map[int]charter.Past // by origin of a generation that is not here, by log that waits for it: what its author had seen; see replaced
	decoder entry.Decoder
	acting  charter.Act               // the act that is being folded; nobody keeps it
	acts    map[[32]byte]*charter.Act // that may be asked for again, by leaf hash; see act
	leaves  int                       // how many bytes their entries have
	spelled bytes.Buffer              // where Dirty spells states
	founded charter.Past              // once set: positions that imply the charter is in force; see inForce
}

// matter is a cached state.
type matter struct {
	Stored
	state Subject
	used  int64
}

// Head is where the fold of one log stands, kept by the store.
type Head struct {
	Party   int // ordinal in the charter
	Gen     int
	Applied int64
	Last    Position
	At      int64
}

// New starts the fold of a mechanism where the store left it.
func New(mech string, doc *charter.Document, logs []Head) *Record {
	r := &Record{mech: mech, charter: charter.NewAs(mech, doc), parties: len(doc.Parties), slots: map[string]int{}, cuts: map[[2]int]cut{},
		cache: map[string]*matter{}, changed: map[string]bool{}, acts: map[[32]byte]*charter.Act{}, sighted: map[string]map[int]charter.Past{}}
	for _, h := range logs {
		r.AddLog(h)
	}
	return r
}

// AddLog begins the fold of a log.
func (r *Record) AddLog(h Head) {
	slot := r.Slot(h.Party, h.Gen)
	for len(r.heads) <= slot {
		r.heads = append(r.heads, heads{last: Position{Past: make(charter.Past, r.parties)}})
	}
	l := &r.heads[slot]
	l.origin, l.applied, l.at = entry.Origin(r.mech, string(r.charter.Document().Parties[h.Party].ID), h.Gen), h.Applied, h.At
	if h.Applied > 0 {
		l.last = h.Last
	}
	r.slots[l.origin] = slot
}

// Slot is a log's place in a past.
func (r *Record) Slot(party, gen int) int { return charter.Slot(r.parties, party, gen) }

// Charter is the charter with the mandates as folded so far.
func (r *Record) Charter() *charter.State { return r.charter }

// Applied says how many entries of each log are folded, by slot.
func (r *Record) Applied() charter.Past {
	out := make(charter.Past, len(r.heads))
	for i, h := range r.heads {
		out[i] = h.applied
	}
	return out
}

// Contest says that a log has two histories, of which its first limit entries are common. What stands behind them is not folded, and what others have seen of it counts as if
// they had seen the common part: nobody's branch is chosen. It is called before the first Fold; who learns of it later folds anew.
func (r *Record) Contest(slot int, limit int64) {
	r.heads[slot].contested, r.heads[slot].limit = true, limit
}

// Contested tells what Contest was called with.
func (r *Record) Contested(slot int) (limit int64, ok bool) {
	return r.heads[slot].limit, r.heads[slot].contested
}

// Standing is how much counts of a contested log of which so much is common. A settlement says it once and for all, and what turns out to be common afterwards changes nothing. SPEC fork-settled.
func (r *Record) Standing(slot int, common int64) int64 {
	if h := &r.heads[slot]; h.closed != nil && h.closed.settled {
		return min(common, h.closed.stated)
	}
	return common
}

// clip is how much of a log counts for whoever has seen so much of it: no more than stands of a contested one.
func (r *Record) clip(slot int, size int64) (counts int64, clipped bool) {
	if h := &r.heads[slot]; h.contested {
		counts = min(size, r.Standing(slot, h.limit))
		return counts, counts < size
	}
	return size, false
}

// Overshot reports whether more of a log was folded than all parties have sealed to stand since: whoever did so folds anew.
func (r *Record) Overshot() bool {
	return slices.ContainsFunc(r.heads, func(h heads) bool { return h.closed != nil && h.closed.settled && h.applied > h.closed.stated })
}

// LastPast is the past of the last entry of a log: what its next entry need not repeat as seen.
func (r *Record) LastPast(slot int) charter.Past { return r.heads[slot].last.Past }

// LastAt is the unix time that the last readable entry of a log claims.
func (r *Record) LastAt(slot int) int64 { return r.heads[slot].at }

// Fold takes the next entry of a party's log. ready is false if it must wait for entries it has seen; nothing is changed then. The caller offers
// entries of one log strictly in order.
func (r *Record) Fold(src Source, in Input) (out Outcome, ready bool, err error) {
	return r.fold(src, in, nil)
}

// FoldOwn folds an entry that is not written yet: one that would be void is refused with its reason and leaves no trace.
func (r *Record) FoldOwn(src Source, in Input) (Outcome, error) {
	var own judgement
	out, ready, err := r.fold(src, in, &own)
	switch {
	case err != nil:
		return Outcome{}, err
	case own.void != nil:
		return Outcome{}, own.void
	case !ready:
		return Outcome{}, refusal.New(refusal.Stale, "entry.past_missing")
	}
	return out, nil
}

// JudgeOwn says why FoldOwn would refuse an entry, and folds nothing.
func (r *Record) JudgeOwn(src Source, in Input) error {
	own := judgement{only: true}
	_, _, err := r.fold(src, in, &own)
	switch {
	case err != nil:
		return err
	case own.void != nil:
		return own.void
	case !own.passed:
		return refusal.New(refusal.Stale, "entry.past_missing")
	}
	return nil
}

// judgement is what becomes of an entry that is not written yet.
type judgement struct {
	only   bool           // it is not to be folded
	passed bool           // it would be
	void   *refusal.Error // why it would not
}

func (r *Record) fold(src Source, in Input, own *judgement) (Outcome, bool, error) {
	h := &r.heads[r.Slot(in.Party, in.Gen)]
	if in.Index != h.applied {
		return Outcome{}, false, fmt.Errorf("entry %d of %s is folded where entry %d is due", in.Index, h.origin, h.applied)
	}
	if h.contested && in.Index >= h.limit || in.Index >= h.ends() {
		return Outcome{}, false, nil
	}
	a := &r.acting
	defer func() { *a = charter.Act{} }() // it holds on to what the entry came in
	void, ready, err := r.stand(src, a, in)
	if err == nil && !ready {
		err = r.vouch(src, a, in, 0, nil)
	}
	if err != nil || !ready {
		return Outcome{}, false, err
	}
	pos := Position{a.Lam, a.Past}
	key := Unreadable
	if a.Entry.Matter != "" {
		key = a.Entry.Matter
	}
	m, err := r.matter(src, key)
	if err != nil {
		return Outcome{}, false, err
	}
	if void == nil {
		if void, err = r.judge(src, m, a); err != nil {
			return Outcome{}, false, err
		}
	}
	if own != nil && (void != nil || own.only) {
		own.void, own.passed = void, void == nil
		return Outcome{}, false, nil
	}
	if err := r.apply(src, m, a, in, void == nil); err != nil {
		return Outcome{}, false, err
	}
	h.advance(a, pos)
	if void == nil && a.Entry.Type == "party.generation" {
		var b party.Generation
		_ = entry.DecodeBody(&a.Entry, &b) // its subject has read it
		r.Close(in.Party, b.Statement)
	}
	return Outcome{Position: pos, Matter: key, Type: a.Entry.Type, Void: void}, true, nil
}

// stand reads an entry into a and finds its place in the causal order. ready is false if something it has seen is not folded here yet.
func (r *Record) stand(src Source, a *charter.Act, in Input) (void *refusal.Error, ready bool, err error) {
	pos, void, waits, err := r.locate(src, a, in)
	if err != nil || waits != nil {
		return nil, false, err
	}
	a.Lam, a.Past = pos.Lam, pos.Past
	a.Held, err = r.held(src, r.Slot(in.Party, in.Gen), in.Index, a.Past)
	return void, true, err
}

// readEnvelope decodes the entry and checks that it stands where it says it stands.
func (r *Record) readEnvelope(a *charter.Act, in Input) *refusal.Error {
	e, err := r.decoder.Decode(in.Leaf)
	if err != nil {
		return refusal.New(refusal.Invalid, "entry.not_canonical").Because(err)
	}
	switch {
	case e.Mech != r.mech:
		return refusal.New(refusal.Invalid, "entry.wrong_mechanism")
	case e.Log != r.heads[r.Slot(in.Party, in.Gen)].origin:
		return refusal.New(refusal.Invalid, "entry.wrong_log", "log", e.Log)
	case e.Index != in.Index:
		return refusal.New(refusal.Invalid, "entry.wrong_index")
	}
	a.Entry = e
	if e.At.Unix() < r.heads[r.Slot(in.Party, in.Gen)].at {
		return refusal.New(refusal.Invalid, "entry.time_went_back")
	}
	return nil
}

// Load takes what parties have changed about themselves since the founding from the store. It is called once, before the first Fold.
func (r *Record) Load(src Source) error {
	for i, p := range r.charter.Document().Parties {
		key := "party/" + string(p.ID)
		m, err := r.matter(src, key)
		if err != nil {
			return err
		}
		s := m.state.(*party.State)
		s.Settle(r.charter, p.ID)
		for _, o := range s.Generations {
			r.heads[r.Slot(i, o.Generation-1)].closed = closed(o.Head, o.Reason)
		}
	}
	return nil
}
