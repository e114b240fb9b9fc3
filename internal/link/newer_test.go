package link

import (
	"testing"
)

// A counterpart whose program is newer says more in its hello than we know, and sends frames of kinds that we do not know. Both go on: what we can read is answered as ever, nothing of the rest is
// taken for something else, and status says whose program is newer. SPEC line-newer.
func TestANewerCounterpartIsUnderstoodAsFarAsItGoes(t *testing.T) {
	of := func(name, greeting string, more ...Frame) {
		t.Helper()
		w := newNet(t, 2)
		d := w.desks[0]
		d.line.cfg.Fold = 3
		d.logs[logOf(0)] = [][]byte{[]byte("a"), []byte("b")}
		l := d.line
		l.Step(Opened{Peer: "p", Party: "1"})
		var got []Effect
		for _, f := range append(append([]Frame{{Kind: KindHello, Payload: []byte(greeting)}}, more...), Frame{Kind: KindWant, Payload: encodeWant(logOf(0), 0)}) {
			f.Peer = "p"
			got = append(got, l.Step(f)...)
		}
		var greeted, asked, given int
		for _, e := range got {
			switch e := e.(type) {
			case Greeted:
				greeted++
			case Hangup:
				t.Errorf("%s: %v", name, e)
			case Send:
				switch e.Kind {
				case KindWant:
					asked++
				case KindEntries:
					given++
				}
			}
		}
		if greeted != 1 || asked == 0 || given != 1 {
			t.Errorf("%s: greeted %d times, asked %d times, gave %d chunks", name, greeted, asked, given)
		}
		if st := l.Status()[0]; !st.Connected || !st.Newer {
			t.Errorf("%s: %+v", name, st)
		}
		l.Step(Closed{Peer: "p"})
		l.Step(Opened{Peer: "p", Party: "1"})
		for fold, older := range map[int]bool{0: true, 2: true, 3: false} { // SPEC line-fold
			l.Step(Frame{"p", KindHello, encodeHello(hello{Version: 1, Fold: fold, Mech: testMech, Party: "1", Heads: []Head{}})})
			if st := l.Status()[0]; !st.Connected || st.Newer || st.Older != older {
				t.Errorf("%s: after it went back to %d: %+v", name, fold, st)
			}
		}
	}
	of("a fold that we do not have", `{"fold":4,"heads":[["`+logOf(1)+`",3]],"mech":"`+testMech+`","party":"1","reply":false,"version":1}`)
	with := func(version, more string) string {
		return `{"features":["weather"],"heads":[["` + logOf(1) + `",3]],"mech":"` + testMech + `","party":"1","reply":false,"version":` + version + more + `}`
	}
	of("a newer hello", with("2", ""))
	of("a much newer hello", with("7", `,"words":{"more":[1,2]}`))
	of("newer frames", with("1", ""), Frame{Kind: 13, Payload: []byte("x")}, Frame{Kind: 99}, Frame{Kind: 255, Payload: make([]byte, 1<<10)})
}
