package record

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/crypto/ssh"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/internal/founding"
	"entente.example/lang"
	"entente.example/ledger"
	"entente.example/seal"
)

// universe is a mechanism of some parties without nodes: logs as lists, and any number of replicas that fold them in whatever order they like.
type universe struct {
	t     testing.TB
	doc   *charter.Document
	bytes []byte
	mech  string
	keys  []ssh.Signer
	at    time.Time
	logs  [][][]byte // by slot: first the parties' first generations
	trees []*ledger.Builder
	roots [][][32]byte       // by slot: root at each size
	hash  map[*byte][32]byte // of leaves that replicas have read, by where they lie
}

// branch is a second history of a log.
type branch struct {
	slot  int
	logs  [][]byte
	tree  *ledger.Builder
	roots [][32]byte
}

// newUniverse is one of three parties.
func newUniverse(t testing.TB) *universe {
	t.Helper()
	return newUniverseOf(t, 3)
}

// newUniverseOf is one of up to five.
func newUniverseOf(t testing.TB, parties int) *universe {
	t.Helper()
	u := &universe{t: t, at: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), logs: make([][][]byte, parties), hash: map[*byte][32]byte{}}
	u.doc = &charter.Document{Format: charter.Format, ID: "test", Languages: []lang.Tag{"en", "ja"}, Drafting: "en", Names: []charter.Name{{Lang: "en", Full: "Test"}},
		Sides: []charter.Side{{ID: "east", Label: lang.Text{"en": "East"}, Parties: []charter.PartyID{"a"}}, {ID: "west", Label: lang.Text{"en": "West"}, Parties: []charter.PartyID{"b", "c", "d", "e"}[:parties-1]}},
		Rules: charter.Rules{Adoption: "all-parties", HostRotation: "none", Concordance: "flags", Rectification: 15}}
	for i, id := range []charter.PartyID{"a", "b", "c", "d", "e"}[:parties] {
		u.doc.Parties = append(u.doc.Parties, u.party(i, id))
		u.trees = append(u.trees, ledger.NewBuilder())
		u.roots = append(u.roots, [][32]byte{ledger.EmptyRoot})
	}
	u.charter()
	return u
}

// charter fixes the bytes of the charter as it is written by then.
func (u *universe) charter() {
	u.t.Helper()
	var err error
	if u.bytes, err = u.doc.Canonical(); err != nil {
		u.t.Fatal(err)
	}
	if _, err := charter.Parse(u.bytes); err != nil {
		u.t.Fatal(err)
	}
	u.mech = charter.Digest(u.bytes)
}

func (u *universe) party(i int, id charter.PartyID) charter.Party {
	raw := func(purpose, n int) string {
		return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{byte(10*purpose + i)}, n))
	}
	var seed [32]byte
	seed[0] = byte(i + 1)
	signer, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(seed[:]))
	if err != nil {
		u.t.Fatal(err)
	}
	u.keys = append(u.keys, signer)
	side := "west"
	if i == 0 {
		side = "east"
	}
	p := charter.Party{ID: id, Side: side, Names: []charter.Name{{Lang: "en", Full: "Party " + string(id)}}, Language: "en", Addresses: []string{},
		Keys: charter.Keys{LogEd25519: raw(0, 32), LogMLDSA44: raw(0, 1312), WitnessEd25519: raw(1, 32), WitnessMLDSA44: raw(1, 1312), TLS: fmt.Sprintf("%064x", i), Pouch: raw(0, 1216), Threshold: 1,
			Seal: []string{strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey())))}}}
	all := charter.Roles()
	p.Mandates = []charter.Mandate{{Member: string(id) + "-all", Roles: all}, {Member: string(id) + "-idle", Roles: []charter.Role{"duty"}}}
	return p
}

// replica is one party's view: how much of each log it has, folded.
type replica struct {
	*universe
	me     int
	own    int // the slot of the log that it writes
	fold   *Record
	have   []int64 // entries that have arrived, by slot
	state  map[string]Stored
	rows   [][]Past // folded entries, by slot
	voids  map[string]string
	matter [][]string
	shown  *branch // the history of a log that has two, if this replica was shown the second
	blind  bool    // it never says what it has seen
}

// log is what there is of a log for this replica.
func (r *replica) log(slot int) [][]byte {
	if r.shown != nil && r.shown.slot == slot {
		return r.shown.logs
	}
	return r.logs[slot]
}

func (r *replica) root(slot int, size int64) [32]byte {
	if r.shown != nil && r.shown.slot == slot {
		return r.shown.roots[size]
	}
	return r.roots[slot][size]
}

func (u *universe) replica(me int) *replica {
	n := len(u.doc.Parties)
	r := &replica{universe: u, me: me, own: me, have: make([]int64, n), state: map[string]Stored{}, rows: make([][]Past, n), voids: map[string]string{}, matter: make([][]string, n)}
	var heads []Head
	for p := range n {
		heads = append(heads, Head{Party: p, Gen: 1})
	}
	r.fold = New(u.mech, u.doc, heads)
	if err := r.fold.Load(r); err != nil {
		u.t.Fatal(err)
	}
	return r
}

func (r *replica) Position(slot int, index int64) (Position, error) {
	return r.rows[slot][index].Position, nil
}
func (r *replica) Size(slot int) int64 { return r.have[slot] }
func (r *replica) Leaf(slot int, index int64) ([]byte, [32]byte, error) {
	leaf := r.log(slot)[index]
	return leaf, ledger.LeafHash(leaf), nil
}
func (r *replica) Root(slot int, size int64) ([32]byte, error) {
	if size > r.have[slot] {
		return [32]byte{}, fmt.Errorf("of log %d there are %d entries here, not %d", slot, r.have[slot], size)
	}
	return r.root(slot, size), nil
}
func (r *replica) Matter(key string) (Stored, bool, error) {
	m, ok := r.state[key]
	return m, ok, nil
}
func (r *replica) History(key string) iter.Seq2[Past, error] {
	return func(yield func(Past, error) bool) {
		for p, rows := range r.rows {
			for i, row := range rows {
				if r.matter[p][i] == key && !yield(row, nil) {
					return
				}
			}
		}
	}
}

// receive takes n more entries of a log and folds whatever can be folded.
func (r *replica) receive(slot int, n int64) {
	r.have[slot] = min(r.have[slot]+n, int64(len(r.log(slot))))
	r.foldAll()
}

// foldAll begins a generation only when nothing else can be folded, as a node does. A word that lets nothing be folded must not be taken again and again.
func (r *replica) foldAll() {
	for moved, turns, had := true, 0, int64(-1); moved; turns++ {
		if now := r.extent(); now != had {
			had, turns = now, 0
		}
		if turns > 1000 {
			r.t.Fatalf("replica %d takes words for ever that let nothing be folded", r.me)
		}
		moved = false
		for slot := range r.have {
			moved = r.foldLog(slot, false) || moved
		}
		moved = r.fold.Stirred() || moved
		for slot := len(r.doc.Parties); slot < len(r.have) && !moved; slot++ {
			moved = r.foldLog(slot, true)
		}
		moved = r.fold.Stirred() || moved
	}
}

// foldLog folds a log as far as it can be, which it may have to begin.
func (r *replica) foldLog(slot int, begin bool) (moved bool) {
	for r.applied(slot) < r.have[slot] {
		in := r.input(slot, r.applied(slot))
		if !r.known(slot) && !(begin && r.begun(in)) {
			return moved
		}
		out, ready, err := r.fold.Fold(r, in)
		if err != nil {
			r.t.Fatal(err)
		}
		if !ready {
			return moved
		}
		r.keep(in, out)
		moved = true
	}
	return moved
}

// applied is how much of a log is folded, and known whether it has begun here, without the copies that others need.
func (r *replica) applied(slot int) int64 {
	if slot >= len(r.fold.heads) {
		return 0
	}
	return r.fold.heads[slot].applied
}

func (r *replica) known(slot int) bool {
	return slot < len(r.fold.heads) && r.fold.heads[slot].origin != ""
}

// input is an entry of the log with a slot.
func (r *replica) input(slot int, index int64) Input {
	leaf := r.log(slot)[index]
	return Input{Party: slot % len(r.doc.Parties), Gen: 1 + slot/len(r.doc.Parties), Index: index, Leaf: leaf, Hash: r.leafHash(leaf)}
}

// leafHash hashes a leaf once for all replicas.
func (u *universe) leafHash(leaf []byte) [32]byte {
	at := unsafe.SliceData(leaf)
	if h, ok := u.hash[at]; ok && len(leaf) > 0 {
		return h
	}
	h := ledger.LeafHash(leaf)
	u.hash[at] = h
	return h
}

// begun reports whether the fold has the log of an entry, which it begins with the first entry of a later generation if that is admitted.
func (r *replica) begun(in Input) bool {
	if r.known(r.fold.Slot(in.Party, in.Gen)) {
		return true
	}
	_, ready, err := r.fold.Admit(r, in, 0)
	if err == nil && ready {
		r.fold.AddLog(Head{Party: in.Party, Gen: in.Gen})
	}
	return err == nil && ready
}

func (r *replica) keep(in Input, out Outcome) {
	slot := r.fold.Slot(in.Party, in.Gen)
	r.rows[slot] = append(r.rows[slot], Past{Input: in, Position: out.Position, Void: out.Void != nil})
	r.matter[slot] = append(r.matter[slot], out.Matter)
	if out.Void != nil {
		r.voids[fmt.Sprintf("%d-%d", slot, in.Index)] = out.Void.Key
	}
}

// write appends one of our own acts if the fold lets it.
func (r *replica) write(member, matter string, body entry.Body) error {
	e := r.envelope(member, matter, body)
	leaf, err := e.Encode()
	if err != nil {
		return err
	}
	in := Input{Party: r.me, Gen: 1 + r.own/len(r.doc.Parties), Index: e.Index, Leaf: leaf, Hash: ledger.LeafHash(leaf)}
	out, err := r.fold.FoldOwn(r, in)
	if err != nil {
		return err
	}
	r.post(leaf)
	r.have[r.own] = e.Index + 1
	r.keep(in, out)
	return nil
}

// envelope composes an entry with what this replica has seen.
func (r *replica) envelope(member, matter string, body entry.Body) entry.Entry {
	b, err := entry.Canonical(body)
	if err != nil {
		r.t.Fatal(err)
	}
	r.at = r.at.Add(time.Second)
	e := entry.Entry{Actor: entry.Actor{Member: member, Role: "x"}, At: r.at, Body: b, Index: int64(len(r.log(r.own))), Matter: matter,
		Log: r.origin(r.own), Mech: r.mech, Type: body.EntryType(), V: 1}
	for slot, n := range r.fold.Applied() {
		if slot != r.own && !r.blind && n > r.fold.LastPast(r.own).At(slot) {
			e.Seen = append(e.Seen, entry.Seen{Origin: r.origin(slot), Size: n, Root: r.root(slot, n)})
		}
	}
	return e
}

func (u *universe) origin(slot int) string {
	return entry.Origin(u.mech, string(u.doc.Parties[slot%len(u.doc.Parties)].ID), 1+slot/len(u.doc.Parties))
}

// post puts bytes at the end of this party's log, whatever they are.
func (r *replica) post(leaf []byte) {
	if b := r.shown; b != nil && b.slot == r.own {
		b.logs = append(b.logs, leaf)
		b.tree.Append(ledger.LeafHash(leaf))
		b.roots = append(b.roots, b.tree.Root())
		return
	}
	r.logs[r.own] = append(r.logs[r.own], leaf)
	r.trees[r.own].Append(ledger.LeafHash(leaf))
	r.roots[r.own] = append(r.roots[r.own], r.trees[r.own].Root())
}

func (r *replica) all() string { return string(r.doc.Parties[r.me].ID) + "-all" }

// seal signs a statement with the party's key.
func (r *replica) seal(matter string, round int, statement []byte) error {
	return r.write(r.all(), matter, adoption.Affix{Round: round, Statement: seal.FileOf("", statement).Hex(), Signatures: r.signs(r.keys[r.me], seal.NamespaceSeal, statement)})
}

// signs makes a signature, once.
func (u *universe) signs(by ssh.Signer, namespace string, message []byte) []string {
	key := string(by.PublicKey().Marshal()) + namespace + string(message)
	signed.Lock()
	defer signed.Unlock()
	if signed.made[key] == "" {
		armor, err := seal.Sign(by, namespace, message)
		if err != nil {
			u.t.Fatal(err)
		}
		if len(signed.made) == 1<<12 {
			clear(signed.made)
		}
		signed.made[key] = armor
	}
	return []string{signed.made[key]}
}

// signed are signatures, by key and message: making one again would give the same.
var signed = struct {
	sync.Mutex
	made map[string]string
}{made: map[string]string{}}

// react writes what the party's node owes by rule. Everything that arrived counts as cosigned.
func (r *replica) react(matter string) {
	s, ok := r.fold.Cached(matter).(interface {
		Due(*charter.State, charter.PartyID, adoption.Cosigned) []entry.Body
	})
	if !ok {
		return
	}
	for {
		due := s.Due(r.fold.Charter(), r.doc.Parties[r.me].ID, func(p charter.PartyID, _ int) int64 { return r.have[r.fold.Charter().Ordinal(p)] })
		if len(due) == 0 {
			return
		}
		for _, b := range due {
			if err := r.write(entry.Node.Member, matter, b); err != nil {
				r.t.Fatal(err)
			}
		}
	}
}

// found brings the charter into force on all replicas.
func (u *universe) found() []*replica {
	var rs []*replica
	for i := range u.doc.Parties {
		rs = append(rs, u.replica(i))
	}
	st, err := founding.Statement(u.doc)
	if err != nil {
		u.t.Fatal(err)
	}
	for _, r := range rs {
		if err := r.write(entry.Node.Member, founding.Matter, founding.Join{Charter: u.bytes}); err != nil {
			u.t.Fatal(err)
		}
		if err := r.seal(founding.Matter, 1, st.Format()); err != nil {
			u.t.Fatal(err)
		}
	}
	settle(rs, founding.Matter)
	for _, r := range rs {
		if s := r.fold.Cached(founding.Matter).(*founding.State); !s.InForce() {
			u.t.Fatalf("replica %d: the charter is not in force: %+v", r.me, s)
		}
	}
	return rs
}

// settle lets everything arrive everywhere and every node react until nothing moves.
func settle(rs []*replica, matters ...string) {
	for range 8 {
		for _, r := range rs {
			for p := range r.logs {
				r.receive(p, 1<<30)
			}
			for _, m := range matters {
				r.react(m)
			}
		}
	}
}

// states are all states of a replica, as they would be stored.
func (r *replica) states() map[string]string {
	for d, err := range r.fold.Dirty() {
		if err != nil {
			r.t.Fatal(err)
		}
		d.State = bytes.Clone(d.State)
		r.state[d.Key] = d
	}
	out := map[string]string{}
	for k, s := range r.state {
		out[k] = string(s.State)
	}
	return out
}

// replay folds everything again on a new replica, in an order of arrival drawn by rng.
func (u *universe) replay(me int, rng *rand.Rand) *replica {
	r := u.replica(me)
	r.hear(rng)
	return r
}

// hear lets everything arrive that there is, in an order drawn by rng.
func (r *replica) hear(rng *rand.Rand) {
	for slot := range r.have {
		for r.have[slot] < int64(len(r.log(slot))) {
			r.receive(rng.IntN(len(r.have)), rng.Int64N(6))
		}
	}
}
