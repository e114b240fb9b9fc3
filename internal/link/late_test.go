package link

import (
	"math/rand/v2"
	"testing"
)

// Two nodes are connected for other mechanisms when one of them joins this one after the other. What the first says before that is dropped, and what it says then comes after its hello: nobody hangs up, and
// nothing that was written at any moment is missing. SPEC line-hello.
func TestWhoeverJoinsLaterIsGreetedFirst(t *testing.T) {
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 1))
		w := newNet(t, 2)
		there, back := [2]int{0, 1}, [2]int{1, 0}
		w.open[there], w.open[back] = true, true
		w.step(0, Opened{Peer: w.peer(0, 1), Party: "1"})
		delete(w.queue, there) // 1 has not joined
		w.write(0)
		if n := len(w.queue[there]); n > 0 {
			t.Fatalf("%d frames are sent to somebody who has not greeted", n)
		}
		w.step(1, Opened{Peer: w.peer(1, 0), Party: "0"})
		for range 4 {
			switch rng.IntN(3) {
			case 0:
				w.write(0)
			case 1:
				w.write(1)
			default:
				w.carry(rng)
			}
		}
		for w.carry(rng) {
		}
		if err := w.converged(); err != nil || len(w.desks[1].logs[logOf(0)]) == 0 {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

// A counterpart with an older program says what it has before it has heard a hello. It is heard out.
func TestWhatComesBeforeAHelloIsLeftAside(t *testing.T) {
	w := newNet(t, 2)
	l := w.desks[0].line
	l.Step(Opened{Peer: "p", Party: "1"})
	for kind := range byte(20) {
		if kind == KindHello || kind == KindBye {
			continue
		}
		if got := l.Step(Frame{Peer: "p", Kind: kind, Payload: encodeHeads([]Head{{logOf(1), 3}})}); len(got) > 0 {
			t.Errorf("a frame of kind %d before the hello: %v", kind, got)
		}
	}
	wants := 0
	for _, e := range l.Step(Frame{"p", KindHello, encodeHello(hello{Version: Version, Mech: testMech, Party: "1", Heads: []Head{{logOf(1), 3}}})}) {
		if e, ok := e.(Send); ok && e.Kind == KindWant {
			wants++
		}
	}
	if wants != 1 {
		t.Errorf("it is asked %d times for what it has", wants)
	}
}
