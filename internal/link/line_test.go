package link

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"entente.example/entry"
)

// testMech is the mechanism of these tests.
const testMech = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

// logOf is the first generation of a party's log.
func logOf(i int) string { return entry.Origin(testMech, fmt.Sprint(i), 1) }

// desk is a node as a line sees it: logs as lists of entries. Nothing is signed here; verification is the node's.
type desk struct {
	t     *testing.T
	party string
	line  *Line
	logs  map[string][][]byte
	sent  map[string]int // entries of each log received, to count what travels twice
	// unsigned is how many entries at the end of its own log it has yet to sign for.
	unsigned int
}

func (d *desk) Heads() []Head {
	var out []Head
	for o, l := range d.logs {
		out = append(out, Head{o, int64(len(l))})
	}
	return out
}

func (d *desk) Given(origin string) int64 {
	n := len(d.logs[origin])
	if _, party, _, _ := entry.ParseOrigin(origin); party == d.party {
		n -= d.unsigned
	}
	return int64(n)
}

func (d *desk) Chunk(origin string, from int64, maxBytes int) (Chunk, bool, error) {
	l := d.logs[origin][:d.Given(origin)]
	if from >= int64(len(l)) {
		return Chunk{}, false, nil
	}
	to := min(from+3, int64(len(l)))
	return Chunk{Origin: origin, From: from, Entries: l[from:to], Note: []byte("note")}, true, nil
}

func (d *desk) Receipts() [][]byte { return nil }
func (d *desk) Evidence() [][]byte { return nil }

// net carries frames between desks, each pair of ends in order, until a connection is cut.
type net struct {
	t     *testing.T
	desks []*desk
	queue map[[2]int][]Frame // from, to
	open  map[[2]int]bool
}

func newNet(t *testing.T, n int) *net {
	w := &net{t: t, queue: map[[2]int][]Frame{}, open: map[[2]int]bool{}}
	var parties []string
	for i := range n {
		parties = append(parties, fmt.Sprint(i))
	}
	for i := range n {
		d := &desk{t: t, party: fmt.Sprint(i), logs: map[string][][]byte{}, sent: map[string]int{}}
		for j := range n {
			d.logs[logOf(j)] = nil
		}
		d.line = NewLine(Config{Mech: testMech, Self: d.party, Parties: parties}, d)
		w.desks = append(w.desks, d)
	}
	return w
}

func (w *net) peer(of, to int) Peer { return Peer(fmt.Sprintf("%d>%d", of, to)) }

func (w *net) step(i int, e Event) {
	for _, f := range w.desks[i].line.Step(e) {
		switch f := f.(type) {
		case Send:
			var from, to int
			_, _ = fmt.Sscanf(string(f.Peer), "%d>%d", &from, &to)
			if w.open[[2]int{i, to}] {
				w.queue[[2]int{i, to}] = append(w.queue[[2]int{i, to}], Frame{Kind: f.Kind, Payload: f.Payload})
			}
			if f.Kind == KindEntries {
				w.step(i, Drained{f.Peer})
			}
		case Deliver:
			w.deliver(i, f)
		case Hangup:
			w.t.Fatalf("%d hangs up on %s: %s", i, f.Peer, f.Reason)
		}
	}
}

func (w *net) deliver(i int, f Deliver) {
	d := w.desks[i]
	have := int64(len(d.logs[f.Chunk.Origin]))
	d.sent[f.Chunk.Origin] += len(f.Chunk.Entries)
	if f.Chunk.From > have {
		w.t.Fatalf("%d: a gap in %s: %d after %d", i, f.Chunk.Origin, f.Chunk.From, have)
	}
	if skip := have - f.Chunk.From; skip < int64(len(f.Chunk.Entries)) {
		d.logs[f.Chunk.Origin] = append(d.logs[f.Chunk.Origin], f.Chunk.Entries[skip:]...)
		w.step(i, Grown{[]Head{{f.Chunk.Origin, int64(len(d.logs[f.Chunk.Origin]))}}})
	}
}

func (w *net) connect(a, b int) {
	w.open[[2]int{a, b}], w.open[[2]int{b, a}] = true, true
	w.step(a, Opened{Peer: w.peer(a, b), Party: fmt.Sprint(b)})
	w.step(b, Opened{Peer: w.peer(b, a), Party: fmt.Sprint(a)})
}

func (w *net) disconnect(a, b int) {
	for _, k := range [][2]int{{a, b}, {b, a}} {
		delete(w.open, k)
		delete(w.queue, k)
	}
	w.step(a, Closed{w.peer(a, b)})
	w.step(b, Closed{w.peer(b, a)})
}

// carry moves one frame; it reports whether there was one.
func (w *net) carry(rng *rand.Rand) bool {
	var ways [][2]int
	for a := range w.desks {
		for b := range w.desks {
			if len(w.queue[[2]int{a, b}]) > 0 {
				ways = append(ways, [2]int{a, b})
			}
		}
	}
	if len(ways) == 0 {
		return false
	}
	k := ways[rng.IntN(len(ways))]
	f := w.queue[k][0]
	w.queue[k] = w.queue[k][1:]
	f.Peer = w.peer(k[1], k[0])
	w.step(k[1], f)
	return true
}

func (w *net) write(i int) {
	o := logOf(i)
	d := w.desks[i]
	d.logs[o] = append(d.logs[o], fmt.Appendf(nil, "entry %d of %d", len(d.logs[o]), i))
	w.step(i, Grown{[]Head{{o, int64(len(d.logs[o]))}}})
}

func (w *net) converged() error {
	for o, l := range w.desks[0].logs {
		for i, d := range w.desks {
			if len(d.logs[o]) != len(l) {
				return fmt.Errorf("%d holds %d of %s, 0 holds %d", i, len(d.logs[o]), o, len(l))
			}
		}
	}
	return nil
}

// An author who may not sign for what it holds names no more of it than it has signed for, so that it is asked of those who can give it; once it signs, its own line is again where its entries come from.
// An author who names all that it holds is asked for it, and nobody else is. SPEC line-heads.
func TestAnAuthorNamesWhatItCanGive(t *testing.T) {
	w := newNet(t, 3)
	author, other, reader := w.desks[0], w.desks[1], w.desks[2]
	log := logOf(0)
	for i := range 5 {
		author.logs[log] = append(author.logs[log], []byte{byte(i)})
	}
	other.logs[log] = slices.Clone(author.logs[log])
	author.unsigned = 3
	rng := rand.New(rand.NewPCG(1, 1))
	carry := func() {
		for w.carry(rng) {
		}
	}
	w.connect(2, 0)
	carry()
	if n := len(reader.logs[log]); n != 2 {
		t.Fatalf("the author gave %d entries", n)
	}
	w.connect(2, 1)
	carry()
	if n := len(reader.logs[log]); n != 5 {
		t.Errorf("the reader holds %d entries of 5", n)
	}
	w.disconnect(2, 1)
	other.logs[log] = other.logs[log][:2] // it is no source any more
	author.logs[log] = append(author.logs[log], []byte{5})
	author.unsigned = 0
	w.step(0, Grown{[]Head{{log, 6}}})
	carry()
	if n := len(reader.logs[log]); n != 6 {
		t.Errorf("the reader holds %d entries once the author has signed for 6", n)
	}
	if reader.sent[log] != 6 {
		t.Errorf("%d entries travelled", reader.sent[log])
	}

	// What it held before and signs for without adding to it is news as well.
	author.logs[log], author.unsigned = append(author.logs[log], []byte{6}), 1
	w.step(0, Grown{[]Head{{log, 7}}})
	carry()
	if n := len(reader.logs[log]); n != 6 {
		t.Errorf("%d entries were given before they were signed for", n)
	}
	author.unsigned = 0
	w.step(0, Grown{[]Head{{log, 7}}})
	carry()
	if n := len(reader.logs[log]); n != 7 {
		t.Errorf("the reader holds %d entries of 7", n)
	}
}

// Whatever is written, cut and mended in between: when the lines stand and carry, everybody holds everything.
func TestLinesConverge(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 1))
		n := 2 + int(seed%3)
		w := newNet(t, n)
		for range 150 {
			a, b := rng.IntN(n), rng.IntN(n)
			switch rng.IntN(6) {
			case 0:
				if a != b && !w.open[[2]int{a, b}] {
					w.connect(a, b)
				}
			case 1:
				if w.open[[2]int{a, b}] {
					w.disconnect(a, b)
				}
			case 2, 3:
				w.write(a)
			default:
				w.carry(rng)
			}
		}
		for i := 1; i < n; i++ { // a chain is enough: the middle passes on
			if !w.open[[2]int{i - 1, i}] {
				w.connect(i-1, i)
			}
		}
		for w.carry(rng) {
		}
		if err := w.converged(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

// An author that comes back with an old backup takes its own entries from whoever has most of them, and so does everybody else, whatever pairs can reach each other.
func TestAnAuthorWithAnOldBackup(t *testing.T) {
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 2))
		w := newNet(t, 3)
		for i, size := range []int{3, 17, 41} {
			for n := range size {
				w.desks[i].logs[logOf(0)] = append(w.desks[i].logs[logOf(0)], fmt.Appendf(nil, "entry %d of 0", n))
			}
		}
		pairs := [][2]int{{0, 1}, {1, 2}, {0, 2}}
		for _, k := range pairs[:2+rng.IntN(2)] {
			w.connect(k[0], k[1])
		}
		for w.carry(rng) {
		}
		if err := w.converged(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

// Between nodes that are all connected no entry travels twice: who hears of a log from its author does not take it from anybody else.
func TestNothingTravelsTwice(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	w := newNet(t, 3)
	for range 20 {
		w.write(0)
	}
	w.connect(0, 1)
	w.connect(1, 2)
	w.connect(0, 2)
	for w.carry(rng) {
	}
	for range 200 {
		w.write(rng.IntN(3))
		for range rng.IntN(6) {
			w.carry(rng)
		}
	}
	for w.carry(rng) {
	}
	if err := w.converged(); err != nil {
		t.Fatal(err)
	}
	for i, d := range w.desks {
		for o, n := range d.sent {
			if n != len(d.logs[o]) {
				t.Errorf("%d received %d entries of %s, which has %d", i, n, o, len(d.logs[o]))
			}
		}
	}
}

// A peer that sends what cannot be read is hung up on, and nothing else happens.
func TestMalformedFramesEndTheConversation(t *testing.T) {
	for name, f := range map[string]Frame{"no hello": {Kind: KindHello, Payload: []byte(`{}`)},
		"other mechanism": {Kind: KindHello, Payload: encodeHello(hello{Version: 1, Mech: "other", Party: "1"})}, "other party": {Kind: KindHello, Payload: encodeHello(hello{Version: 1, Mech: testMech, Party: "0"})},
		"no version": {Kind: KindHello, Payload: encodeHello(hello{Version: 0, Mech: testMech, Party: "1"})}, "unknown log": {Kind: KindHello, Payload: encodeHello(hello{Version: 1, Mech: testMech, Party: "1", Heads: []Head{{logOf(9), 1}}})},
		"hello that is not canonical": {Kind: KindHello, Payload: append(encodeHello(hello{Version: 1, Mech: testMech, Party: "1"}), ' ')}, "bye": {Kind: KindBye, Payload: []byte(`{}`)}} {
		w := newNet(t, 2)
		l := w.desks[0].line
		l.Step(Opened{Peer: "p", Party: "1"})
		f.Peer = "p"
		effects := l.Step(f)
		if len(effects) == 0 {
			t.Errorf("%s: nothing happens", name)
			continue
		}
		if _, ok := effects[len(effects)-1].(Hangup); !ok {
			t.Errorf("%s: %T", name, effects[len(effects)-1])
		}
		if l.Status()[0].Connected {
			t.Errorf("%s: still connected", name)
		}
	}
}

func FuzzFrames(f *testing.F) {
	f.Add(byte(KindHello), encodeHello(hello{Version: 1, Mech: testMech, Party: "1", Heads: []Head{{logOf(1), 7}}}))
	f.Add(byte(KindWant), encodeWant(logOf(0), 3))
	chunk, err := EncodeChunk(Chunk{Origin: logOf(1), Entries: [][]byte{[]byte("x")}, Note: []byte("n"), Proof: [][32]byte{{1}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(byte(KindEntries), chunk)
	f.Fuzz(func(t *testing.T, kind byte, payload []byte) {
		d := &desk{logs: map[string][][]byte{logOf(0): {[]byte("a")}, logOf(1): nil}}
		l := NewLine(Config{Mech: testMech, Self: "0", Parties: []string{"0", "1"}}, d)
		l.Step(Opened{Peer: "p", Party: "1"})
		l.Step(Frame{"p", KindHello, encodeHello(hello{Version: 1, Mech: testMech, Party: "1", Heads: []Head{{logOf(1), 7}}})})
		for _, e := range l.Step(Frame{"p", kind, payload}) {
			if e, ok := e.(Deliver); ok && len(e.Chunk.Entries) == 0 {
				t.Fatal("a chunk without entries is delivered")
			}
		}
	})
}

// What two peers have sent is taken from whoever was first. If that could not be stored, as on a full disk, the other is asked for it anew, whether its own was dropped as a repetition before or
// not, and whether the first is still there or not: nobody else would ever send it.
func TestWhatCouldNotBeStoredIsAskedForAnew(t *testing.T) {
	entries := [][]byte{[]byte("a"), []byte("b"), []byte("c")}
	payload, err := EncodeChunk(Chunk{Origin: logOf(1), Entries: entries, Note: []byte("note")})
	if err != nil {
		t.Fatal(err)
	}
	for name, goneBefore := range map[string]bool{"who sent it is there": false, "who sent it is gone": true} {
		d := &desk{t: t, party: "0", logs: map[string][][]byte{logOf(0): nil, logOf(1): nil, logOf(2): nil}}
		line := NewLine(Config{Mech: testMech, Self: "0", Parties: []string{"0", "1", "2"}}, d)
		hello := func(peer Peer, party string) []Effect {
			line.Step(Opened{Peer: peer, Party: party})
			return line.Step(Frame{peer, KindHello, encodeHello(hello{Version: Version, Mech: testMech, Party: party, Heads: []Head{{logOf(1), 3}}, Reply: true})})
		}
		asked := func(effects []Effect, of Peer) bool {
			for _, e := range effects {
				if s, ok := e.(Send); ok && s.Peer == of && s.Kind == KindWant {
					if origin, from, ok := decodeWant(s.Payload); !ok || origin != logOf(1) || from != 0 {
						t.Errorf("%s: %s is asked for %s from %d", name, of, origin, from)
					}
					return true
				}
			}
			return false
		}
		delivered := func(effects []Effect) bool {
			return slices.ContainsFunc(effects, func(e Effect) bool { _, ok := e.(Deliver); return ok })
		}
		hello("copy", "2")
		if !asked(hello("author", "1"), "author") {
			t.Fatalf("%s: the author is not asked", name)
		}
		if !delivered(line.Step(Frame{"copy", KindEntries, payload})) { // it was on its way
			t.Fatalf("%s: what came first is not taken", name)
		}
		if delivered(line.Step(Frame{"author", KindEntries, payload})) {
			t.Fatalf("%s: it is taken twice", name)
		}
		if goneBefore {
			line.Step(Closed{"copy"})
		}
		if !asked(line.Step(Refused{Peer: "copy", Origin: logOf(1), Reason: "line.disk_full"}), "author") {
			t.Errorf("%s: the author is not asked again", name)
		}
		if !delivered(line.Step(Frame{"author", KindEntries, payload})) {
			t.Errorf("%s: what the author sends again is not taken", name)
		}
	}
}
