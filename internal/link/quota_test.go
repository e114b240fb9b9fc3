package link

import (
	"slices"
	"testing"
)

// A party whose entries are too many for a day is told so, keeps them, and is asked for them again the next day; nobody else is asked for them meanwhile, and nothing else of the conversation stops.
// SPEC line-full.
func TestWhoIsOverTheDaysMeasureWaitsAtItsOwnSide(t *testing.T) {
	w := newNet(t, 2)
	a, b := w.desks[0], w.desks[1]
	for i := range 9 {
		b.logs[logOf(1)] = append(b.logs[logOf(1)], []byte{byte(i)})
	}
	a.line.Step(Opened{Peer: "b", Party: "1"})
	b.line.Step(Opened{Peer: "a", Party: "0"})
	const until = 1_800_000_000
	talk := func(effects []Effect, from, to *desk, as Peer) (back []Effect, kinds []byte) {
		for _, e := range effects {
			if s, ok := e.(Send); ok {
				kinds = append(kinds, s.Kind)
				back = append(back, to.line.Step(Frame{as, s.Kind, s.Payload})...)
			}
		}
		return back, kinds
	}
	hello := func(d *desk) []Effect {
		return []Effect{Send{Kind: KindHello, Payload: encodeHello(hello{Version: Version, Mech: testMech, Party: d.party, Heads: d.Heads(), Reply: true})}}
	}
	talk(hello(a), a, b, "a")
	asked, _ := talk(hello(b), b, a, "b")
	given, _ := talk(asked, a, b, "a")
	if !slices.ContainsFunc(given, func(e Effect) bool { s, ok := e.(Send); return ok && s.Kind == KindEntries }) {
		t.Fatalf("nothing is given: %v", given)
	}

	told, kinds := talk(a.line.Step(Exhausted{Origin: logOf(1), Until: until}), a, b, "a")
	if !slices.Contains(kinds, KindFull) || !slices.Contains(kinds, KindStop) || len(told) != 0 {
		t.Errorf("%v is sent", kinds)
	}
	if st := a.line.Status()[0]; st.Over != until || st.Full != 0 || !st.Connected {
		t.Errorf("who measures shows %+v", st)
	}
	if st := b.line.Status()[0]; st.Full != until || st.Over != 0 || !st.Connected {
		t.Errorf("who waits shows %+v", st)
	}
	for name, e := range map[string]Event{"more is there": Frame{"b", KindHave, encodeHeads([]Head{{logOf(1), 12}})}, "our own grows": Grown{[]Head{{logOf(0), 1}}}} {
		if _, kinds := talk(a.line.Step(e), a, b, "a"); slices.Contains(kinds, KindWant) {
			t.Errorf("%s: what has to wait is asked for", name)
		}
	}
	for _, e := range given {
		if s, ok := e.(Send); ok && s.Kind == KindEntries { // it was on its way
			if slices.ContainsFunc(a.line.Step(Frame{"b", s.Kind, s.Payload}), func(e Effect) bool { _, ok := e.(Deliver); return ok }) {
				t.Error("what was on its way is taken in")
			}
		}
	}

	a.line.Step(Closed{"b"})
	b.line.Step(Closed{"a"})
	a.line.Step(Opened{Peer: "b2", Party: "1"})
	b.line.Step(Opened{Peer: "a2", Party: "0"})
	talk(hello(a), a, b, "a2")
	again, _ := talk(hello(b), b, a, "b2")
	if _, kinds := talk(again, a, b, "a2"); !slices.Contains(kinds, KindFull) || slices.Contains(kinds, KindWant) {
		t.Errorf("a new conversation begins with %v", kinds)
	}
	b.line.Step(Drained{"a2"})
	resumed, kinds := talk(a.line.Step(Resumed{}), a, b, "a2")
	if !slices.Contains(kinds, KindWant) {
		t.Errorf("the next day %v is sent", kinds)
	}
	if !slices.ContainsFunc(resumed, func(e Effect) bool { s, ok := e.(Send); return ok && s.Kind == KindEntries }) {
		t.Errorf("the next day nothing is given: %v", resumed)
	}
	if a, b := a.line.Status()[0], b.line.Status()[0]; a.Over != 0 || b.Full != 0 {
		t.Errorf("the next day %+v %+v", a, b)
	}
}

func FuzzFull(f *testing.F) {
	f.Add(encode(full{logOf(0), 1_800_000_000}))
	f.Add([]byte(`{"log":"x","until":-1}`))
	f.Add([]byte(`{"until":10}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, ok := decodeFull(b); ok && (m.Until <= 0 || string(encode(m)) != string(b)) {
			t.Fatalf("%+v is read from %q", m, b)
		}
	})
}
