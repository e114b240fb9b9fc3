package porter

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"entente.example/enclosure"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func body(n byte) Key { return Key{"m", enclosure.Digest{n}} }

func upTo(n int64) (out []int64) {
	for i := range n {
		out = append(out, i)
	}
	return out
}

// Whatever gets lost, breaks off or comes late, every piece comes in the end, and no piece is on its way from two peers at once.
func TestEveryPieceComesOnce(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		c, now := New(), start
		have := map[Key]map[int64]bool{}
		want := map[Key]int64{body(1): int64(1 + r.IntN(40)), body(2): int64(1 + r.IntN(300))}
		coming := map[piece]Peer{}
		var queue []Ask
		take := func(asks []Ask) {
			for _, a := range asks {
				for _, n := range a.Pieces {
					x := piece{a.Key, n}
					if p, twice := coming[x]; twice {
						t.Fatalf("seed %d: piece %d is asked of %s and of %s", seed, n, p, a.Peer)
					}
					if have[a.Key][n] {
						t.Fatalf("seed %d: piece %d is asked for again", seed, n)
					}
					coming[x] = a.Peer
				}
				if c.Coming(a.Peer) > MaxWindow {
					t.Fatalf("seed %d: %d pieces on their way", seed, c.Coming(a.Peer))
				}
			}
			queue = append(queue, asks...)
		}
		forget := func(id Peer) {
			for x, p := range coming {
				if p == id {
					delete(coming, x)
				}
			}
			queue = slices.DeleteFunc(queue, func(a Ask) bool { return a.Peer == id })
		}
		for k, n := range want {
			have[k] = map[int64]bool{}
			take(c.Step(now, Wanted{k, upTo(n)}))
		}
		peers := []Peer{"a", "b", "c"}
		for _, p := range peers {
			take(c.Step(now, Opened{p, "m"}))
		}
		whole := func() bool {
			return len(have[body(1)]) == int(want[body(1)]) && len(have[body(2)]) == int(want[body(2)])
		}
		for step := 0; !whole(); step++ {
			if step > 20000 {
				t.Fatalf("seed %d: %d of %v after %d steps", seed, len(have[body(2)]), want, step)
			}
			now = now.Add(time.Duration(r.IntN(400)) * time.Millisecond)
			switch n := r.IntN(100); {
			case n < 2:
				p := peers[r.IntN(3)]
				forget(p)
				take(c.Step(now, Closed{p}))
				take(c.Step(now, Opened{p, "m"}))
			case n < 5 && len(queue) > 0: // the answer gets lost
				a := queue[0]
				queue = queue[1:]
				now = now.Add(giveUp + time.Second)
				for _, p := range peers {
					forget(p)
				}
				_ = a
				take(c.Step(now, Tick{}))
			case n < 8 && len(queue) > 0:
				a := queue[0]
				for _, m := range a.Pieces {
					delete(coming, piece{a.Key, m})
				}
				for x, p := range coming {
					if p == a.Peer && x.key == a.Key {
						delete(coming, x)
					}
				}
				queue = slices.DeleteFunc(queue, func(b Ask) bool { return b.Peer == a.Peer && b.Key == a.Key })
				take(c.Step(now, Lacks{a.Peer, a.Key}))
				take(c.Step(now, Holds{a.Peer, "m", []enclosure.Digest{a.Key.Commit}}))
			case len(queue) > 0:
				a := queue[0]
				queue = queue[1:]
				for _, m := range a.Pieces {
					have[a.Key][m] = true
					delete(coming, piece{a.Key, m})
					take(c.Step(now, Arrived{a.Peer, a.Key, m}))
				}
			default:
				now = now.Add(askAgain)
				for _, p := range peers {
					forget(p)
				}
				take(c.Step(now, Tick{}))
			}
		}
		if asks := c.Step(now.Add(time.Hour), Tick{}); len(asks) > 0 {
			t.Fatalf("seed %d: more is asked for than was wanted: %v", seed, asks)
		}
	}
}

// On a slow line little is on its way, so that an entry does not wait behind much; on a quick one the window opens.
func TestTheWindowFollowsTheLine(t *testing.T) {
	for _, x := range []struct {
		took     time.Duration
		min, max int
	}{{3 * time.Second, 1, 1}, {800 * time.Millisecond, 1, firstWindow}, {5 * time.Millisecond, MaxWindow, MaxWindow}} {
		c, now := New(), start
		c.Step(now, Opened{"p", "m"})
		asks := c.Step(now, Wanted{body(1), upTo(2000)})
		for range 200 {
			if len(asks) == 0 {
				t.Fatalf("nothing is asked for at %v a piece", x.took)
			}
			a := asks[0]
			asks = asks[1:]
			now = now.Add(x.took)
			for _, n := range a.Pieces {
				asks = append(asks, c.Step(now, Arrived{"p", a.Key, n})...)
			}
		}
		if n := c.Coming("p"); n < x.min || n > x.max {
			t.Errorf("at %v a piece, %d are on their way", x.took, n)
		}
	}
}

// A small body does not wait for a large one that was wanted first, and a peer is not asked for another mechanism's.
func TestSmallBodiesFirst(t *testing.T) {
	c := New()
	c.Step(start, Wanted{body(1), upTo(5000)}, Wanted{Key{"other", enclosure.Digest{3}}, upTo(1)})
	c.Step(start, Opened{"p", "m"})
	asks := c.Step(start, Arrived{"p", body(1), 0}, Wanted{body(2), upTo(3)})
	if len(asks) != 1 || asks[0].Key != body(2) {
		t.Errorf("asked for %v", asks)
	}
}

// A peer whose piece does not verify is not asked for that body again, others are.
func TestAFalsePiece(t *testing.T) {
	c := New()
	c.Step(start, Opened{"bad", "m"})
	c.Step(start, Wanted{body(1), upTo(10)})
	if asks := c.Step(start, Failed{"bad", body(1)}); len(asks) != 0 {
		t.Errorf("asked again: %v", asks)
	}
	if asks := c.Step(start.Add(time.Hour), Tick{}, Opened{"good", "m"}); len(asks) != 1 || asks[0].Peer != "good" || asks[0].Pieces[0] != 0 {
		t.Errorf("asked %v", asks)
	}
}

// Frames have one spelling, and what is none is refused. SPEC body-ask.
func TestFrames(t *testing.T) {
	d := enclosure.Digest{1, 2}
	if c, p, ok := DecodeAsk(EncodeAsk(d, []int64{3, 1})); !ok || c != d || !slices.Equal(p, []int64{3, 1}) {
		t.Error("an ask does not come back")
	}
	if c, ok := DecodeLacks(EncodeLacks(d)); !ok || c != d {
		t.Error("a lack does not come back")
	}
	if c, ok := DecodeHolds(EncodeHolds(d, d)); !ok || !slices.Equal(c, []enclosure.Digest{d, d}) {
		t.Error("a holding does not come back")
	}
	for _, bad := range [][]byte{nil, []byte("{}"), EncodeAsk(d, nil), EncodeAsk(d, []int64{-1}), EncodeAsk(d, upTo(MaxWindow+1)), []byte(`{"body":"ab","pieces":[1]}`),
		fmt.Appendf(nil, `{"body":"%X","pieces":[1]}`, bytes.Repeat([]byte{0xab}, 32))} {
		if _, _, ok := DecodeAsk(bad); ok {
			t.Errorf("%s is taken for an ask", bad)
		}
	}
}

func FuzzFrames(f *testing.F) {
	f.Add(EncodeAsk(enclosure.Digest{1}, []int64{0, 5}))
	f.Add(EncodeLacks(enclosure.Digest{2}))
	f.Add(EncodeHolds(enclosure.Digest{3}, enclosure.Digest{4}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, p, ok := DecodeAsk(b); ok && !bytes.Equal(EncodeAsk(c, p), b) {
			t.Fatal("an ask has two spellings")
		}
		if c, ok := DecodeLacks(b); ok && !bytes.Equal(EncodeLacks(c), b) {
			t.Fatal("a lack has two spellings")
		}
		if c, ok := DecodeHolds(b); ok && len(c) > 0 && !bytes.Equal(EncodeHolds(c...), b) {
			t.Fatal("a holding has two spellings")
		}
	})
}
