package model

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/internal/founding"
	"entente.example/internal/party"
	"entente.example/internal/record"
	"entente.example/lang"
	"entente.example/ledger"
	"entente.example/seal"
)

// notary writes what happens in the model of generations as real entries of real logs. The instrument is the charter itself; each log begins with its party's joining, which the model knows nothing of.
type notary struct {
	t       *testing.T
	w       Lives
	doc     *charter.Document
	mech    string
	keys    []ssh.Signer
	at      time.Time
	leaves  [slots][][]byte
	trees   [slots]*ledger.Builder
	roots   [slots][]ledger.Hash
	last    [slots]charter.Past // of each log's last entry
	readers [Parties]*reader
	tally   map[string]int
}

// zeros is a key that nobody has: nothing is signed with node keys here.
func zeros(n int) string { return base64.StdEncoding.EncodeToString(make([]byte, n)) }

func newNotary(t *testing.T, w Lives) *notary {
	t.Helper()
	n := &notary{t: t, w: w, at: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), tally: map[string]int{}}
	n.doc = &charter.Document{Format: charter.Format, ID: "model", Languages: []lang.Tag{"en"}, Drafting: "en", Names: []charter.Name{{Lang: "en", Full: "Model"}},
		Rules: charter.Rules{Adoption: "all-parties", HostRotation: "none", Concordance: "flags"}}
	for p := range w.Count {
		key, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(name(p)), 32))))
		if err != nil {
			t.Fatal(err)
		}
		id := charter.PartyID(strings.ToLower(string(name(p))))
		n.keys = append(n.keys, key)
		n.doc.Sides = append(n.doc.Sides, charter.Side{ID: string(id), Label: lang.Text{"en": string(id)}, Parties: []charter.PartyID{id}})
		n.doc.Parties = append(n.doc.Parties, charter.Party{ID: id, Side: string(id), Names: []charter.Name{{Lang: "en", Full: string(id)}}, Language: "en", Addresses: []string{},
			Keys: charter.Keys{LogEd25519: zeros(32), LogMLDSA44: zeros(1312), WitnessEd25519: zeros(32), WitnessMLDSA44: zeros(1312), TLS: strings.Repeat("00", 32), Pouch: zeros(1216), Threshold: 1,
				Seal: []string{strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key.PublicKey())))}},
			Mandates: []charter.Mandate{{Member: "m", Roles: charter.Roles()}}})
	}
	b, err := n.doc.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	n.mech = charter.Digest(b)
	for slot := range slots {
		n.trees[slot], n.roots[slot], n.last[slot] = ledger.NewBuilder(), []ledger.Hash{ledger.EmptyRoot}, make(charter.Past, w.Count)
	}
	for p := range w.Count {
		n.post(p, n.envelope(p, founding.Matter, entry.Node.Member, founding.Join{Charter: b}, charter.Past{}))
	}
	for p := range w.Count {
		n.readers[p] = n.reader(vector{})
	}
	return n
}

// slot is a log's place in a real past.
func (n *notary) slot(slot int) int {
	if slot == newA {
		return n.w.Count
	}
	return slot
}

// real is a past of the model with the joinings.
func (n *notary) real(v vector) charter.Past {
	out := make(charter.Past, n.w.Count)
	for slot := range slots {
		if !n.w.has(slot) || slot == newA && v[slot] == 0 {
			continue
		}
		size := int64(v[slot])
		if slot != newA {
			size++
		}
		out = out.With(n.w.Count, n.slot(slot), size)
	}
	return out
}

func (n *notary) origin(slot int) string {
	return entry.Origin(n.mech, string(n.doc.Parties[owner(slot)].ID), 1+slot/newA)
}

// envelope is an entry at the end of a log, whose author had this past.
func (n *notary) envelope(slot int, matter, member string, body entry.Body, past charter.Past) []byte {
	n.t.Helper()
	n.at = n.at.Add(time.Second)
	b, err := entry.Canonical(body)
	if err != nil {
		n.t.Fatal(err)
	}
	e := entry.Entry{Actor: entry.Actor{Member: member, Role: "x"}, At: n.at, Body: b, Index: n.trees[slot].Size(), Log: n.origin(slot), Matter: matter, Mech: n.mech, Type: body.EntryType(), V: 1}
	for k := range slots {
		if size := past.At(n.slot(k)); k != slot && n.w.has(k) && size > n.last[slot].At(n.slot(k)) {
			e.Seen = append(e.Seen, entry.Seen{Origin: n.origin(k), Size: size, Root: n.roots[k][size]})
		}
	}
	slices.SortFunc(e.Seen, func(a, b entry.Seen) int { return strings.Compare(a.Origin, b.Origin) })
	leaf, err := e.Encode()
	if err != nil {
		n.t.Fatal(err)
	}
	return leaf
}

// post puts an entry at the end of a log.
func (n *notary) post(slot int, leaf []byte) {
	n.leaves[slot] = append(n.leaves[slot], leaf)
	n.trees[slot].Append(ledger.LeafHash(leaf))
	n.roots[slot] = append(n.roots[slot], n.trees[slot].Root())
}

// spell is an entry of the model as real bytes.
func (n *notary) spell(s *Lines, slot int, kind uint8, v vector) []byte {
	n.t.Helper()
	st, err := founding.Statement(n.doc)
	if err != nil {
		n.t.Fatal(err)
	}
	text, past := st.Format(), n.real(v)
	digest := seal.FileOf("", text).Hex()
	sign := func(namespace string, message []byte) []string {
		armor, err := seal.Sign(n.keys[owner(slot)], namespace, message)
		if err != nil {
			n.t.Fatal(err)
		}
		return []string{armor}
	}
	matter, member := founding.Matter, "m"
	var body entry.Body
	switch kind {
	case eSeal1:
		body = adoption.Affix{Round: 1, Statement: digest, Signatures: sign(seal.NamespaceSeal, text)}
	case eDecline:
		body = adoption.Decline{Round: 1, Reason: "no"}
	case eWithdraw:
		body = adoption.Withdraw{Round: 1, Reason: "no"}
	case eAck1:
		ack := adoption.Acknowledge{Round: 1, Statement: digest, Seals: []string{}}
		for p := range n.w.Count {
			if all, m := n.w.choices(s, &v, p); p != owner(slot) && m > 0 {
				index := int64(all[0].index)
				if all[0].slot != newA {
					index++
				}
				ack.Seals = append(ack.Seals, charter.ActID(n.doc.Parties[p].ID, 1+all[0].slot/newA, index))
			}
		}
		body, member = ack, entry.Node.Member
	case eConfirm:
		body, matter, member = party.Confirm{Generation: 2}, party.Matter("a"), entry.Node.Member
	case eOpen:
		size := past.At(0)
		st := party.NewStatement(n.mech, "a", 2, party.Loss, n.doc.Parties[0].Keys.Node(), party.Head{Root: hex.EncodeToString(n.roots[oldA][size][:]), Size: size}, "")
		message, err := st.Message()
		if err != nil {
			n.t.Fatal(err)
		}
		body, matter, member = party.Generation{Signatures: sign(seal.NamespaceKeys, message), Statement: st}, party.Matter("a"), entry.Node.Member
	}
	return n.envelope(slot, matter, member, body, past)
}

// reader is one party's record: the real fold of what it has stored.
type reader struct {
	*notary
	fold    *record.Record
	have    [slots]int64
	rows    [slots][]record.Past
	matters [slots][]string
}

// reader folds what somebody has who has this much.
func (n *notary) reader(v vector) *reader {
	r := &reader{notary: n}
	var heads []record.Head
	for p := range n.w.Count {
		heads = append(heads, record.Head{Party: p, Gen: 1})
	}
	r.fold = record.New(n.mech, n.doc, heads)
	if v[newA] > 0 {
		r.fold.AddLog(record.Head{Party: 0, Gen: 2})
		e, err := entry.Decode(n.leaves[newA][0])
		var b party.Generation
		if err == nil {
			err = entry.DecodeBody(&e, &b)
		}
		if err != nil {
			n.t.Fatal(err)
		}
		r.fold.Close(0, b.Statement)
	}
	for slot := range slots {
		r.have[slot] = n.real(v).At(n.slot(slot))
	}
	if n.w.Count == 2 {
		r.have[logC] = 0
	}
	if v[newA] == 0 {
		r.have[newA] = 0
	}
	r.catchUp()
	return r
}

func (r *reader) model(slot int) int {
	if slot == r.w.Count {
		return newA
	}
	return slot
}

func (r *reader) Position(slot int, index int64) (record.Position, error) {
	return r.rows[r.model(slot)][index].Position, nil
}
func (r *reader) Size(slot int) int64 { return r.have[r.model(slot)] }
func (r *reader) Leaf(slot int, index int64) ([]byte, [32]byte, error) {
	leaf := r.leaves[r.model(slot)][index]
	return leaf, ledger.LeafHash(leaf), nil
}
func (r *reader) Root(slot int, size int64) ([32]byte, error) {
	return r.roots[r.model(slot)][size], nil
}
func (r *reader) Matter(string) (record.Stored, bool, error) { return record.Stored{}, false, nil }
func (r *reader) History(key string) iter.Seq2[record.Past, error] {
	return func(yield func(record.Past, error) bool) {
		for slot, rows := range r.rows {
			for i, row := range rows {
				if r.matters[slot][i] == key && !yield(row, nil) {
					return
				}
			}
		}
	}
}

func (r *reader) input(slot int, index int64, leaf []byte) record.Input {
	return record.Input{Party: owner(slot), Gen: 1 + slot/newA, Index: index, Leaf: leaf, Hash: ledger.LeafHash(leaf)}
}

// catchUp folds whatever can be folded, as a node does.
func (r *reader) catchUp() {
	r.t.Helper()
	for moved := true; moved; {
		moved = false
		for slot := range slots {
			for int64(len(r.rows[slot])) < r.have[slot] {
				i := int64(len(r.rows[slot]))
				in := r.input(slot, i, r.leaves[slot][i])
				out, ready, err := r.fold.Fold(r, in)
				if err != nil {
					r.t.Fatal(err)
				}
				if !ready {
					break
				}
				if out.Void != nil {
					r.t.Fatalf("entry %d of %s is void: %v", i, r.origin(slot), out.Void)
				}
				r.keep(slot, in, out)
				moved = true
			}
		}
		moved = r.fold.Stirred() || moved
	}
}

func (r *reader) keep(slot int, in record.Input, out record.Outcome) {
	r.rows[slot] = append(r.rows[slot], record.Past{Input: in, Position: out.Position})
	r.matters[slot] = append(r.matters[slot], out.Matter)
}

// write folds an own entry that is written just now.
func (r *reader) write(slot int, leaf []byte) {
	r.t.Helper()
	in := r.input(slot, int64(len(r.rows[slot])), leaf)
	out, err := r.fold.FoldOwn(r, in)
	if err != nil {
		r.t.Fatalf("what the model writes in %s is refused: %v", r.origin(slot), err)
	}
	r.have[slot]++
	r.keep(slot, in, out)
	r.catchUp()
}

// begin takes the new generation's log up, if the fold admits its first entry.
func (r *reader) begin(leaf []byte) (ready bool) {
	_, ready, err := r.fold.Admit(r, r.input(newA, 0, leaf), 0)
	if err != nil {
		r.t.Fatalf("the new generation is refused: %v", err)
	}
	return ready
}

func (r *reader) taken() {
	r.fold.AddLog(record.Head{Party: 0, Gen: 2})
	r.have[newA] = 1
	r.catchUp()
}

// play makes what has just happened in the model happen in the real logs.
func (n *notary) play(s *Lines, d Deed, t *Lines) {
	n.t.Helper()
	for slot := range slots {
		if t.size[slot] == s.size[slot] {
			continue
		}
		e := t.logs[slot][s.size[slot]]
		leaf := n.spell(s, slot, e.kind, e.past)
		n.last[slot] = n.real(e.past)
		n.post(slot, leaf)
		switch {
		case e.kind == eOpen:
			if d.kind == dLose {
				n.readers[oldA] = n.reader(d.at)
			}
			if !n.readers[oldA].begin(leaf) {
				n.t.Fatal("A's own new generation is not admitted")
			}
			n.readers[oldA].taken()
		case e.kind == eConfirm:
			n.readers[d.x].taken()
			n.readers[d.x].write(slot, leaf)
		case d.kind < dHear:
			n.readers[d.x].write(slot, leaf)
		}
	}
	if d.kind == dHear && !(d.slot == newA && s.nodes[d.x].have[newA] == 0) {
		n.readers[d.x].have[d.slot]++
		n.readers[d.x].catchUp()
	}
}

// compare asks the real rules what the model has just answered: how much counts, what is shown, what may be written, what the node writes by itself, and whether a new generation is taken up.
func (n *notary) compare(s *Lines, x int) {
	n.t.Helper()
	r, w := n.readers[x], n.w
	done := w.fold(s, s.nodes[x].have)
	if got, want := r.fold.Applied(), n.real(done); !same(got, want) {
		n.t.Fatalf("%c: of each log %v entries count in the code, %v in the model\n%+v", name(x), got, want, s)
	}
	c, round := r.fold.Charter(), r.fold.Cached(founding.Matter).(*founding.State).Rounds.Last()
	of, _ := r.fold.Cached(party.Matter("a")).(*party.State)
	gives := func(y, slot int, n uint8) int64 {
		if slot == newA || n == 0 && slot == logC && w.Count == 2 {
			return int64(n)
		}
		return int64(n) + 1
	}
	held := func(y, p charter.PartyID, gen int) int64 { // as node.Snapshot.Held
		yo, slot := c.Ordinal(y), c.Ordinal(p)+(gen-1)*newA
		if slot >= slots {
			return 0
		}
		size := gives(yo, slot, w.receipts(s, yo, slot))
		if p != "a" || s.size[newA] == 0 || of == nil {
			return size
		}
		if _, taken := of.Confirmed(y, gen); gen > 1 && !taken {
			return 0
		}
		cut, _ := of.Confirmed(y, gen+1)
		return max(size, cut)
	}
	real, model := round.Verdict(c, held), w.Verdict(s, &done)
	n.tally[string(real.Outcome)]++
	if bit := map[adoption.Outcome]uint8{adoption.Failed: Failed, adoption.Adopted: Adopted1}[real.Outcome]; bit != model {
		n.t.Fatalf("%c: the code says %s, the model %03b\n%+v", name(x), real.Outcome, model, s)
	}
	if alone := round.Verdict(c, nil); alone.Outcome != adoption.Pending && alone.Outcome != real.Outcome {
		n.t.Fatalf("%c: by entries alone %s, with receipts %s\n%+v", name(x), alone.Outcome, real.Outcome, s)
	}
	n.acts(s, x, &done, func(p charter.PartyID, gen int) int64 {
		slot := c.Ordinal(p) + (gen-1)*newA
		return gives(x, slot, w.gives(s, x, slot))
	})
}

// same compares pasts however long they are written.
func same(a, b charter.Past) bool {
	for slot := range max(len(a), len(b)) {
		if a.At(slot) != b.At(slot) {
			return false
		}
	}
	return true
}

func (n *notary) acts(s *Lines, x int, done *vector, cosigned adoption.Cosigned) {
	n.t.Helper()
	r, slot, may := n.readers[x], s.pen(x), n.w.mayWrite(s, x, done)
	due, acks := r.fold.Cached(founding.Matter).(*founding.State).Due(r.fold.Charter(), n.doc.Parties[x].ID, cosigned), false
	if len(due) == 1 {
		_, acks = due[0].(adoption.Acknowledge)
	}
	if n.tally["acts"]++; acks != (may>>eAck1&1 == 1) {
		n.t.Fatalf("%c acknowledges: the code %t, the model %t\n%+v", name(x), acks, !acks, s)
	}
	for _, kind := range []uint8{eSeal1, eDecline, eWithdraw} {
		if n.tally["acts"]++; may>>kind&1 == 1 {
			continue // if it is written, the code must take it
		}
		leaf := n.spell(s, slot, kind, *done)
		if _, err := r.fold.FoldOwn(r, r.input(slot, int64(len(r.rows[slot])), leaf)); err == nil {
			n.t.Fatalf("%c %s: the code lets it, the model does not\n%+v", name(x), kindNames[kind], s)
		}
	}
	if x != oldA && s.size[newA] > 0 && s.nodes[x].have[newA] == 0 {
		ready := true
		for k, m := range s.logs[newA][0].past {
			ready = ready && (k == newA || m <= done[k])
		}
		if n.tally["openings"]++; r.begin(n.leaves[newA][0]) != ready {
			n.t.Fatalf("%c takes the new generation up: the model %t, the code not\n%+v", name(x), ready, s)
		}
	}
}

// Ways through the model at random, written down as real entries and folded by the real code: it says the same in every state. Who folds everything anew comes to the same, too.
func TestTheFoldIsTheModel(t *testing.T) {
	for _, w := range []Lives{{Count: 2, Texts: 1}, {Count: 2, Texts: 1, Thief: true}, {Count: 3, Texts: 1}, {Count: 3, Texts: 1, Thief: true}} {
		ways := 100
		if testing.Short() || underRace {
			ways = 15
		}
		rng := rand.New(rand.NewPCG(2, uint64(w.Count)))
		all := map[string]int{}
		for range ways {
			n, s := newNotary(t, w), w.Begin()
			willing := rng.IntN(4) > 0
			for range 40 {
				type step struct {
					d Deed
					t Lines
				}
				var next []step
				w.Next(&s, func(d Deed, u *Lines) {
					if rare := d.kind == dLose || d.kind == dSteal; (!rare || rng.IntN(12) == 0) && (!willing || d.kind != eDecline && d.kind != eWithdraw) {
						next = append(next, step{d, *u})
					}
				})
				if len(next) == 0 {
					continue
				}
				to := next[rng.IntN(len(next))]
				n.play(&s, to.d, &to.t)
				s = to.t
				for x := range w.Count {
					n.compare(&s, x)
				}
			}
			for x := range w.Count {
				if got, want := n.reader(s.nodes[x].have).fold.Applied(), n.readers[x].fold.Applied(); !same(got, want) {
					t.Fatalf("%c folds anew, and of each log %v entries count, not %v\n%+v", name(x), got, want, s)
				}
			}
			for k, v := range n.tally {
				all[k] += v
			}
		}
		t.Logf("%+v: judged alike: %v", w, all)
		if all[string(adoption.Adopted)] == 0 || all[string(adoption.Failed)] == 0 || all["openings"] == 0 {
			t.Errorf("%+v: no way came to an adoption, or to a failure, or to a new generation: %v", w, all)
		}
	}
}
