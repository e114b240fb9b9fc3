package sim

import (
	"bytes"
	"maps"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"entente.example/entry"
	"entente.example/internal/courier"
	"entente.example/internal/credential"
	"entente.example/internal/keys"
	"entente.example/internal/mailbox"
	core "entente.example/internal/node"
	"entente.example/internal/party"
	"entente.example/internal/store"
	"entente.example/proof"
	"entente.example/refusal"
)

// alone leaves a quiet world without lines, and with something to tell.
func alone(t *testing.T) *world {
	t.Helper()
	w := quietly(t)
	must(t, w.openRoads())
	w.roads.dark = true
	for len(w.conns) > 0 {
		w.cut(w.conns[0])
	}
	must(t, w.run())
	for _, n := range w.nodes {
		for _, matter := range []string{"text/one-", "text/two-"} {
			must(t, n.do(matter+n.party, n.draft(), func(r core.Reply) error { n.keep(r); return r.Err }))
		}
	}
	if digests := w.digests(t); digests[0] == digests[1] {
		t.Fatal("there is nothing to carry")
	}
	return w
}

// same demands that all hold the same record and everybody's receipts, without a line.
func (w *world) same(t *testing.T) {
	t.Helper()
	if digests := w.digests(t); digests[0] != digests[1] || digests[1] != digests[2] {
		t.Errorf("they come to three records: %s", w.sizes())
	}
	for _, n := range w.nodes {
		must(t, n.db.View(t.Context(), func(r store.Reader) error { return w.receipted(r, n) }))
	}
	if len(w.conns) > 0 {
		t.Error("somebody had a line")
	}
}

// Nothing but pouches goes, each opened twice and the last one first: whoever was heard is answered, and in the end all hold the same and everybody's receipts, without a line for a moment.
func TestPouchesAloneCarryEverything(t *testing.T) {
	w := alone(t)
	for range 4 {
		for _, p := range pairs {
			must(t, w.pack(w.nodes[p[0]], p[1]))
			must(t, w.pack(w.nodes[p[1]], p[0]))
		}
		all := w.roads.pouches
		w.roads.pouches = nil
		for i := range all {
			x := all[len(all)-1-i]
			for range 2 {
				_, _, err := w.open(w.nodes[x.to], x.from, byPouch, x.sealed, false)
				must(t, err)
			}
		}
	}
	w.same(t)
}

// Nothing but good offices go, which lose, spoil, repeat and reorder what they are given, lose their power and now and then are full: couriers that only follow their own rule of when to send
// again bring everything to everybody. Nobody tells them what was lost.
func TestOfficesAloneCarryEverything(t *testing.T) {
	for seed := range uint64(3) {
		w := alone(t)
		w.rng = rand.New(rand.NewPCG(seed, 1))
		each := func(do func(*node, int) error) {
			for _, p := range pairs {
				must(t, do(w.nodes[p[0]], p[1]))
				must(t, do(w.nodes[p[1]], p[0]))
			}
			w.turns = 0
		}
		for range 4 { // whatever is given to them is lost
			each(w.send)
			for id, in := range w.roads.office.lies {
				for _, l := range in {
					must(t, w.roads.office.lose(id, l.message))
				}
			}
			must(t, w.roads.office.fall())
			each(w.collect)
		}
		rounds := 0
		for ; rounds < 40 && !w.agree(t); rounds++ {
			w.now = w.now.Add(lastly)
			each(w.send)
			each(w.collect)
		}
		if rounds == 0 {
			t.Error("nothing was lost")
		}
		w.same(t)
		must(t, w.roads.office.check())
	}
}

// Two parties that nothing but good offices joins change their keys, for whatever reason, both at once and twice, while everything else is lost: each hears of the other's keys, and all goes on.
// SPEC mail-renewed
func TestOfficesAloneCarryChangesOfKeys(t *testing.T) {
	for _, reason := range []party.Reason{party.Rotation, party.Theft, party.Loss} {
		w := alone(t)
		w.rng = rand.New(uneventful{})
		a, b := w.nodes[0], w.nodes[1]
		exchange := func() {
			for _, p := range [][2]*node{{a, b}, {b, a}} {
				must(t, w.send(p[0], p[1].i))
				must(t, w.collect(p[1], p[0].i))
			}
			w.turns = 0
		}
		exchange()
		must(t, a.renew(reason))
		must(t, a.renew(reason))
		exchange()
		must(t, b.renew(reason)) // a's word that it holds this is lost below
		must(t, w.send(b, a.i))
		must(t, w.collect(a, b.i))
		must(t, w.send(a, b.i))
		for id, in := range w.roads.office.lies {
			for name := range in {
				must(t, w.roads.office.remove(id, name))
			}
		}
		for _, n := range []*node{a, b} {
			must(t, n.write(t, "text/three-"+n.party))
		}
		for range 6 {
			w.now = w.now.Add(lastly)
			exchange()
		}
		for _, n := range []*node{a, b} {
			for log, size := range map[string]int64{"a.3-0": 2, "b.2-0": 2} {
				if got := n.counted(t)[log]; got < size {
					t.Errorf("%s: %s counts %d entries of %s", reason, n.party, got, log)
				}
			}
		}
		if x, y := a.counted(t), b.counted(t); !maps.Equal(x, y) {
			t.Errorf("%s: a has %v, and b %v", reason, x, y)
		}
	}
}

// A counterpart that comes back with a backup from before a change of keys looks where it looked then, and finds there what brings it up to date.
// SPEC mail-renewed
func TestOfficesFindWhoHasForgottenAKey(t *testing.T) {
	w := alone(t)
	w.rng = rand.New(uneventful{})
	a, b := w.nodes[0], w.nodes[1]
	rounds := func(n int) {
		for range n {
			w.now = w.now.Add(lastly)
			for _, p := range [][2]*node{{a, b}, {b, a}} {
				must(t, w.send(p[0], p[1].i))
				must(t, w.collect(p[1], p[0].i))
			}
			w.turns = 0
		}
	}
	rounds(2)
	must(t, b.copyRecord())
	must(t, a.renew(party.Rotation))
	rounds(3)
	if got := b.counted(t)["a.2-0"]; got == 0 {
		t.Fatal("b never knew the new key")
	}
	must(t, b.replaceDisk(b.backups[0], b.disk.Files()[marksFile]))
	if got := b.counted(t)["a.2-0"]; got != 0 {
		t.Fatal("b has forgotten nothing")
	}
	rounds(3)
	if x, y := a.counted(t), b.counted(t); !maps.Equal(x, y) {
		t.Errorf("a has %v, and b %v", x, y)
	}
}

// Whoever has stolen a node key can compute the mailboxes that go with it, if an office lets him in. A change of keys that he announces there is not the party's: nobody takes his key up, and
// the party's own change arrives. Attack 44.
func TestAThiefAnnouncesNoKey(t *testing.T) {
	w := alone(t)
	w.rng = rand.New(uneventful{})
	a, b := w.nodes[0], w.nodes[1]
	must(t, w.send(a, b.i))
	must(t, w.collect(b, a.i))
	gen, head, err := a.core.Next(w.mech)
	must(t, err)
	his := keys.FromSeed([32]byte{66})
	other, err := w.nodes[2].statement(gen, head, party.Loss, nodeKeys(his)) // sealed, but by a key that is not a's
	must(t, err)
	forged := party.Generation{Statement: party.NewStatement(w.mech, "a", gen, party.Loss, nodeKeys(his), head, ""), Signatures: other.Signatures}
	for name, c := range map[string]struct {
		claim  party.Generation
		signer *keys.NodeKey
	}{"a seal that is another party's": {forged, his}, "no seal": {party.Generation{Statement: forged.Statement}, his}, "no claim at all": {party.Generation{}, his}} {
		body, err := entry.Canonical(c.claim)
		must(t, err)
		shown, err := credential.Encode([]credential.Credential{{Mech: w.mech, Party: "a", Links: []proof.Link{{Type: c.claim.EntryType(), Body: body}}}})
		must(t, err)
		var sealed bytes.Buffer
		must(t, b.look(func(s *core.Snapshot) error {
			key, err := courier.Recipient(s, "b")
			must(t, err)
			l := &courier.Load{Mech: w.mech, Self: "a", To: "b", Key: key, Chunk: 1000, Next: w.now.Unix() + 10, Credential: shown}
			must(t, l.Gather(s, map[string]int64{}))
			l.Divide(0)
			_, err = l.Write(0, &sealed, c.signer, w.now, func(x courier.Piece) ([]byte, error) {
				raw, _, err := l.Read(s.Reader(), x, nil)
				return raw, err
			})
			must(t, err)
			box, err := w.box(a.key, key, a.i, b.i)
			must(t, err)
			w.roads.made++
			m, err := box.Seal([24]byte{byte(w.roads.made)}, mailbox.Parcel, sealed.Bytes())
			must(t, err)
			if ok, err := w.roads.office.put(box.ID(), "thief", m); err != nil || !ok {
				t.Fatalf("the office takes nothing: %v", err)
			}
			return nil
		}))
		if _, err := b.admit(sealed.Bytes()); refusal.As(err).Kind != refusal.Unverified {
			t.Errorf("%s: %v", name, err)
		}
		w.Keys = true // what does not open is no fault of the world
		must(t, w.collect(b, a.i))
		if got := b.counted(t)["a.2-0"]; got != 0 {
			t.Errorf("%s: b counts %d entries under the thief's key", name, got)
		}
	}
	must(t, a.renew(party.Theft))
	for range 2 {
		w.now = w.now.Add(lastly)
		must(t, w.send(a, b.i))
		must(t, w.collect(b, a.i))
		must(t, w.send(b, a.i))
		must(t, w.collect(a, b.i))
	}
	if got := b.counted(t)["a.2-0"]; got == 0 {
		t.Error("a's own change did not arrive")
	}
}

// What a machine cannot take, because its own disk fails just then, stays in the good offices and is collected once more.
func TestWhatADiskCannotTakeIsCollectedAgain(t *testing.T) {
	again := 0
	for op := 1; op <= 12; op++ {
		w := alone(t)
		w.rng = rand.New(uneventful{})
		from, to := w.nodes[0], w.nodes[1]
		must(t, w.send(from, to.i))
		to.disk.FailIn(op, sqlite3.FULL)
		must(t, w.collect(to, from.i))
		to.disk.Mend()
		for _, in := range w.roads.office.lies {
			again += len(in)
		}
		must(t, w.collect(to, from.i))
		own, _, err := from.ownLog()
		must(t, err)
		if has, err := to.sizes(); err != nil || has[own.Origin] != own.Size {
			t.Errorf("op %d fails: %d of %d entries that were sent came: %v", op, has[own.Origin], own.Size, err)
		}
	}
	if again == 0 {
		t.Error("nothing had to be collected again")
	}
}

// uneventful is a source of chance by which nothing unlikely happens.
type uneventful struct{}

func (uneventful) Uint64() uint64 { return math.MaxUint64 }

// lastly is more than the longest time that a courier waits before it sends again what was not acknowledged.
const lastly = 7 * time.Hour

// agree reports whether all hold the same and everybody's receipts.
func (w *world) agree(t *testing.T) bool {
	digests := w.digests(t)
	all := digests[0] == digests[1] && digests[1] == digests[2]
	for _, n := range w.nodes {
		all = all && n.db.View(t.Context(), func(r store.Reader) error { return w.receipted(r, n) }) == nil
	}
	return all
}

func (w *world) digests(t *testing.T) (out []string) {
	t.Helper()
	for _, n := range w.nodes {
		must(t, n.look(func(s *core.Snapshot) error {
			d, err := s.Digest()
			out = append(out, d)
			return err
		}))
	}
	return out
}

// A story with good offices and pouches is the same each time, and something goes by each of them.
func TestStoriesWithRoads(t *testing.T) {
	var traces [2][32]byte
	for i := range traces {
		r, err := Run(Options{Seed: 3, Events: 600, Faults: true, Roads: true, Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		if r.ByRelay == 0 || r.ByPouch == 0 || r.Carried == 0 {
			t.Errorf("%v", r)
		}
		traces[i] = r.Trace
	}
	if traces[0] != traces[1] {
		t.Error("the same seed played two stories")
	}
}
