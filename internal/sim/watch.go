package sim

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/internal/link"
	core "entente.example/internal/node"
	"entente.example/internal/store"
	"entente.example/ledger"
)

// witness remembers what has been said, stored and shown in a story, and notices after each step when it is contradicted.
type witness struct {
	w       *world
	heads   map[string]map[int64]string // origin → size → root in base64, as signed on the wire
	logs    map[string]*history         // origin → what stands in it, whoever stored it first
	sealing map[string]bool             // texts that have come to a round
	verdict map[string]string           // text and round → outcome that some node has shown
	// receipted is, by log, how many entries a node has given a receipt for that left it.
	receipted map[string]int64
	given     map[string]bool             // by party, log and size: a receipt that has left its party
	said      map[string]map[string]int64 // by party and log: how much of it the party has said that it holds, in its entries or by a receipt
	acks      map[string][]ack            // by text, round and statement
	decoder   entry.Decoder
}

// ack is where an acknowledgement stands.
type ack struct {
	party, origin string
	index         int64
}

// history is a log as the story knows it.
type history struct {
	roots []ledger.Hash // by size, from 1
	at    int64         // time of the last entry
	seen  map[string]int64
	sees  [][]sighting // by index: what each entry has seen
	lams  []int64      // by index, as far as they were asked for: see witness.lam
}

func newWitness(w *world) *witness {
	return &witness{w: w, heads: map[string]map[int64]string{}, logs: map[string]*history{}, sealing: map[string]bool{}, verdict: map[string]string{}, receipted: map[string]int64{}, given: map[string]bool{},
		said: map[string]map[string]int64{}, acks: map[string][]ack{}}
}

func (s *witness) clone(w *world) *witness {
	out := newWitness(w)
	out.receipted, out.given = maps.Clone(s.receipted), maps.Clone(s.given)
	for party, of := range s.said {
		out.said[party] = maps.Clone(of)
	}
	for origin, of := range s.heads {
		out.heads[origin] = maps.Clone(of)
	}
	for origin, h := range s.logs {
		out.logs[origin] = &history{append([]ledger.Hash(nil), h.roots...), h.at, maps.Clone(h.seen), slices.Clone(h.sees), slices.Clone(h.lams)}
	}
	return out
}

// watched is a store that notes what its transactions have written since the witness looked last.
type watched struct {
	store.Record
	record   bool // entries, or what they come to
	receipts bool
	evidence [][]byte
}

// Update implements store.Record. What did not come to be may have come to be all the same.
func (s *watched) Update(ctx context.Context, f func(store.Tx) error) error {
	return s.Record.Update(ctx, func(tx store.Tx) error { return f(writes{tx, tx, s}) })
}

// writes is a transaction of theirs. It has no method that it does not name: whoever adds a way to write says here whether the witness has to look.
type writes struct {
	store.Reader
	tx store.Tx
	*watched
}

func (t writes) PutMechanism(m store.Mechanism) error {
	t.record = true
	return t.tx.PutMechanism(m)
}

func (t writes) AddLog(l store.Log) (store.LogID, error) {
	t.record = true
	return t.tx.AddLog(l)
}

func (t writes) Append(log store.LogID, from int64, entries []store.Entry, root store.Hash, tiles []store.Tile) error {
	t.record = true
	return t.tx.Append(log, from, entries, root, tiles)
}

func (t writes) SetApplied(entries []store.Entry) error {
	t.record = true
	return t.tx.SetApplied(entries)
}

func (t writes) SetAppliedSize(log store.LogID, applied int64) error {
	t.record = true
	return t.tx.SetAppliedSize(log, applied)
}

func (t writes) PutMatter(mech string, m store.Matter) error {
	t.record = true
	return t.tx.PutMatter(mech, m)
}

func (t writes) Unfold(mech string) error {
	t.record = true
	return t.tx.Unfold(mech)
}

func (t writes) AddEvidence(mech string, evidence []byte) error {
	t.record, t.evidence = true, append(t.evidence, bytes.Clone(evidence))
	return t.tx.AddEvidence(mech, evidence)
}

func (t writes) PutReceipt(r store.Receipt) error {
	t.receipts = true
	return t.tx.PutReceipt(r)
}

// What is beside the record nobody looks at; checkpoints are looked at when they leave.

func (t writes) SetCheckpoint(log store.LogID, note, tail []byte) error {
	return t.tx.SetCheckpoint(log, note, tail)
}

func (t writes) PutWitnessed(r store.Receipt) error { return t.tx.PutWitnessed(r) }
func (t writes) PutParcel(p store.Parcel) error     { return t.tx.PutParcel(p) }
func (t writes) PutContact(mech, party string, contact []byte) error {
	return t.tx.PutContact(mech, party, contact)
}
func (t writes) PutWord(mech, party string, word []byte) error {
	return t.tx.PutWord(mech, party, word)
}

// stepped looks at a node after each step, if what it looks at may have changed in its store.
func (s *witness) stepped(n *node) error {
	if s.w.looksAway {
		return nil
	}
	if s.w.heard != "" {
		return s.w.broken("L3", "%s asks its marks to go back: %s", n.party, s.w.heard)
	}
	record, receipts := n.ground.record, n.ground.receipts
	if !record && (!receipts || len(s.sealing) == 0) || n.disk.Dark() {
		return nil
	}
	evidence := n.ground.evidence
	n.ground.record, n.ground.receipts, n.ground.evidence = false, false, nil
	for _, raw := range evidence {
		if f, err := ledger.VerifyFork(raw); err == nil {
			return s.w.broken("W6", "%s holds evidence against %s, and nobody cheats", n.party, f.By[0].Name)
		}
	}
	if record {
		err := s.only(n, n.db.View(context.Background(), func(r store.Reader) error {
			logs, err := r.Logs(s.w.mech)
			if err != nil {
				return err
			}
			if err := s.stored(n, logs, r); err != nil {
				return err
			}
			return s.inOrder(n, r, logs)
		}))
		if err != nil {
			return err
		}
	}
	if len(s.sealing) == 0 { // nobody shows a round
		return nil
	}
	return s.shown(n)
}

// only lets a violation through: a disk that fails right now shows nothing.
func (s *witness) only(n *node, err error) error {
	var v *Violation
	if err == nil || errors.As(err, &v) || n.disk.Dark() {
		return err
	}
	return nil
}

// stored compares what a node has on its disk with what anybody ever had: L1, L2, L5.
func (s *witness) stored(n *node, logs []store.Log, r store.Reader) error {
	for _, l := range logs {
		t := n.trees[l.Origin]
		if t == nil {
			t = ledger.NewBuilder()
			n.trees[l.Origin] = t
		}
		if had := max(t.Size(), n.had[l.Origin]); l.Size < had {
			return s.w.broken("L5", "%s had %d entries of %s's log and has %d", n.party, had, l.Party, l.Size)
		}
		if l.Size == t.Size() {
			continue
		}
		for leaf, err := range r.Leaves(l.ID, t.Size(), l.Size) {
			if err != nil {
				return s.w.broken("L2", "%s says that it has %d entries of %s's log: after %d: %v", n.party, l.Size, l.Party, t.Size(), err)
			}
			t.Append(ledger.LeafHash(leaf))
			if err := s.stands(n, l, t, leaf); err != nil {
				return err
			}
		}
		if t.Root() != l.Root {
			return s.w.broken("L2", "the %d entries of %s's log at %s do not hash to the root that is stored with them", l.Size, l.Party, n.party)
		}
	}
	return nil
}

// stands notes an entry that nobody had before, or checks that it is the one that others have: L1, L7, L8, O1.
func (s *witness) stands(n *node, l store.Log, t *ledger.Builder, leaf []byte) error {
	h := s.logs[l.Origin]
	if h == nil {
		h = &history{seen: map[string]int64{}}
		s.logs[l.Origin] = h
	}
	size := t.Size()
	if size <= int64(len(h.roots)) {
		if t.Root() != h.roots[size-1] {
			return s.w.broken("L1", "entry %d of %s's log is not at %s what it was elsewhere, or before", size-1, l.Party, n.party)
		}
		return nil
	}
	h.roots = append(h.roots, t.Root())
	e, err := s.decoder.Decode(leaf)
	h.saw(e.Seen)
	if err != nil || e.Index != size-1 || e.Log != l.Origin {
		return s.w.broken("L7", "%s wrote entry %d that is none: %v", l.Party, size-1, err)
	}
	if s.w.byThief(l.Origin, e.Index, ledger.LeafHash(leaf)) {
		return nil // a thief's clock is nobody's
	}
	if e.At.Unix() < h.at {
		return s.w.broken("L8", "the time of %s's entry %d lies before that of the one before it", l.Party, size-1)
	}
	h.at = e.At.Unix()
	for _, seen := range e.Seen {
		if seen.Size <= h.seen[seen.Origin] {
			return s.w.broken("O1", "%s's entry %d has seen %d entries of %s; an earlier one had seen %d", l.Party, size-1, seen.Size, seen.Origin, h.seen[seen.Origin])
		}
		h.seen[seen.Origin] = seen.Size
		s.says(l.Party, seen.Origin, seen.Size)
	}
	switch e.Type {
	case "text.freeze":
		s.sealing[strings.TrimPrefix(e.Matter, "text/")] = true
	case "seal.acknowledge":
		var b adoption.Acknowledge
		if err := entry.DecodeBody(&e, &b); err == nil {
			key := fmt.Sprintf("%s round %d %s", strings.TrimPrefix(e.Matter, "text/"), b.Round, b.Statement)
			s.acks[key] = append(s.acks[key], ack{l.Party, l.Origin, e.Index})
		}
	}
	return nil
}

// says notes how much of a log a party says that it holds.
func (s *witness) says(party, origin string, size int64) {
	if s.said[party] == nil {
		s.said[party] = map[string]int64{}
	}
	s.said[party][origin] = max(s.said[party][origin], size)
}

// frame looks at what leaves a node: two signed heads of one log at one size must be the same, and nothing leaves before its marks hold it. L3, L4, W1.
func (s *witness) frame(from *node, f link.Send) error {
	if s.w.looksAway || f.Kind != link.KindEntries && f.Kind != link.KindReceipt {
		return nil
	}
	begin := []byte("entente/" + s.w.mech[:16] + "/")
	for b := f.Payload; ; b = b[1:] {
		i := bytes.Index(b, begin)
		if i < 0 {
			return nil
		}
		b = b[i:]
		lines := bytes.SplitN(b[:min(len(b), 400)], []byte("\n"), 4)
		if len(lines) < 4 || bytes.Contains(lines[0], []byte(`"`)) { // the head of a chunk, which names the log, too
			continue
		}
		origin, at := string(lines[0]), string(lines[2])
		size, err := strconv.ParseInt(string(lines[1]), 10, 64)
		if root, err64 := base64.StdEncoding.DecodeString(at); err != nil || err64 != nil || len(root) != 32 {
			continue
		}
		of := s.heads[origin]
		if of == nil {
			of = map[int64]string{}
			s.heads[origin] = of
		}
		was, ok := of[size]
		if err := errors.Join(s.durable(from, origin, size, b), s.marked(from, origin, size, ok)); err != nil {
			return err
		}
		if ok && was != at {
			return s.w.broken("L3", "%s sends a second head of %s at %d", from.party, origin, size)
		}
		of[size] = at
	}
}

// marked checks that the marks of whoever sends a head of its own log hold it. A node whose marks were lost, or went back to before this generation, has none before it signs again, and
// passes on what it signed once and still has or was given back.
func (s *witness) marked(from *node, origin string, size int64, known bool) error {
	_, party, gen, err := entry.ParseOrigin(origin)
	if _, closed := from.marks.Own(entry.Origin(s.w.mech, party, gen+1)); err != nil || party != from.party || closed || s.w.isForged(origin) {
		return nil // of a closed log others may have more than its party ever signed
	}
	if m, ok := from.marks.Own(origin); m.Size < size && (ok || !known && !from.markless) {
		return s.w.broken("L4", "%s sends the head of its log at %d; its marks say %d", from.party, size, m.Size)
	}
	return nil
}

// durable checks that whoever gives a receipt has what it is for, and has it in its marks: W2, L4. note begins with the checkpoint.
func (s *witness) durable(from *node, origin string, size int64, note []byte) error {
	if !bytes.Contains(note[:min(len(note), ledger.MaxNote)], []byte("/"+from.party+"/witness ")) {
		return nil
	}
	receipt := fmt.Sprint(from.party, " ", origin, " ", size)
	again := s.given[receipt]
	s.given[receipt] = true
	s.receipted[origin] = max(s.receipted[origin], size)
	s.says(from.party, origin, size)
	if t := from.trees[origin]; t == nil || t.Size() < size { // stepped has read it from the store
		return s.w.broken("W2", "%s gives a receipt for %d entries of %s and does not have them", from.party, size, origin)
	}
	if m, ok := from.marks.Cosigned(origin); m.Size < size && !again && (ok || !from.markless) { // what it gave once, others may have given back
		return s.w.broken("L4", "%s gives a receipt for %d entries of %s; its marks say %d", from.party, size, origin, m.Size)
	}
	return nil
}

// shown compares what a node shows of every round with what anybody has ever shown: A1, A2, A4.
func (s *witness) shown(n *node) error {
	return s.only(n, n.look(func(v *core.Snapshot) error { return s.rounds(n, v) }))
}

func (s *witness) rounds(n *node, v *core.Snapshot) error {
	for _, id := range sorted(s.sealing) {
		t, err := v.Text(id)
		if err != nil {
			continue // this node has not heard of it
		}
		for i := range t.Rounds.List {
			if p, gen, ok := choseTwice(&t.Rounds.List[i]); ok {
				return s.w.broken("A2", "%s counts two choices of %s in generation %d of its log, in round %d of %s", n.party, p, gen, i+1, id)
			}
			if err := s.outcome(n, fmt.Sprintf("%s round %d", id, i+1), t.Rounds.List[i].Verdict(v.Charter(), v.Held)); err != nil {
				return err
			}
		}
	}
	return nil
}

// choseTwice finds a party that has chosen twice in a round though it knew of its first choice: both stand in one generation of its log.
func choseTwice(r *adoption.Round) (p charter.PartyID, gen int, ok bool) {
	for p, later := range r.Later {
		gens := map[int]bool{}
		for _, ch := range append([]adoption.Choice{r.Choices[p]}, later...) {
			gen, _ := ch.Place()
			if gens[gen] {
				return p, gen, true
			}
			gens[gen] = true
		}
	}
	return "", 0, false
}

func (s *witness) outcome(n *node, key string, out adoption.Verdict) error {
	now, was := string(out.Outcome)+" "+out.Statement, s.verdict[key]
	switch {
	case out.Outcome == adoption.Pending && was != "" && n.saw[key] && !n.restored:
		return s.w.broken("A4", "%s showed %s as %s, and now as pending", n.party, key, was)
	case out.Outcome == adoption.Pending:
		return nil
	case out.Outcome == adoption.Adopted && !n.saw[key] && !s.acknowledged(n, key+" "+out.Statement):
		return s.w.broken("A1", "%s shows %s as adopted, and not every party has said that it holds every other's acknowledgement", n.party, key)
	case was != "" && was != now:
		return s.w.broken("A1", "%s shows %s as %s; it was shown as %s", n.party, key, now, was)
	case was == "":
		s.verdict[key] = now
		s.w.say("%s is %s at %s", key, out.Outcome, n.party)
		if out.Outcome == adoption.Adopted {
			s.w.Adopted++
		} else {
			s.w.Failed++
		}
	}
	n.saw[key] = true
	return nil
}

// acknowledged reports whether every party has an acknowledgement that every other has said it holds, by what has left their machines: A1, without a word of package adoption. What a node holds itself
// it need not have said to anybody.
func (s *witness) acknowledged(n *node, key string) bool {
	final := map[string]bool{}
	for _, a := range s.acks[key] {
		heard := true
		for _, y := range s.w.nodes {
			own := y == n && n.trees[a.origin] != nil && n.trees[a.origin].Size() > a.index
			heard = heard && (y.party == a.party || own || s.said[y.party][a.origin] > a.index)
		}
		final[a.party] = final[a.party] || heard
	}
	return len(final) == parties && !slices.Contains(slices.Collect(maps.Values(final)), false)
}
