package link

import (
	"cmp"
	"slices"
)

// NoEnd is until when entries wait of which nobody can say how long: until an operator takes more.
const NoEnd = 253402300799 // 9999-12-31T23:59:59Z

// full is what a party is told whose entries wait at its side for another day.
type full struct {
	Log   string `json:"log"`
	Until int64  `json:"until"` // Unix seconds
}

func decodeFull(b []byte) (f full, ok bool) {
	ok = decode(b, &f) && f.Log != "" && f.Until > 0
	return f, ok
}

// exhausted stops asking for a log whose author has used up what we take in a day, and says so to that author. Its entries stay where they are until Resumed. SPEC line-full.
func (l *Line) exhausted(e Exhausted) {
	l.over[e.Origin] = e.Until
	if p := l.peers[l.source[e.Origin]]; p != nil {
		l.send(p, KindStop, encodeStop(e.Origin))
	}
	delete(l.source, e.Origin)
	delete(l.next, e.Origin)
	for _, id := range sorted(l.peers) {
		if p := l.peers[id]; p.hello && p.party == l.author[e.Origin] {
			l.send(p, KindFull, encode(full{e.Origin, e.Until}))
		}
	}
}

// resumed asks again for what had to wait.
func (l *Line) resumed() {
	clear(l.over)
	l.ask()
}

// repeatFull tells a party that begins a conversation what of it still has to wait.
func (l *Line) repeatFull(p *peer) {
	for _, origin := range sorted(l.over) {
		if l.author[origin] == p.party {
			l.send(p, KindFull, encode(full{origin, l.over[origin]}))
		}
	}
}

// gotFull notes that the other side takes no more of our entries for now. It ends when that side asks for them again.
func (l *Line) gotFull(p *peer, payload []byte) bool {
	f, ok := decodeFull(payload)
	if ok && l.author[f.Log] == l.cfg.Self {
		p.full[f.Log] = f.Until
	}
	return ok
}

// overUntil is until when a party's entries wait at its side, zero if they do not.
func (l *Line) overUntil(party string) (until int64) {
	for origin, at := range l.over {
		if l.author[origin] == party {
			until = max(until, at)
		}
	}
	return until
}

// sorted are the keys of a map, in order. It is asked many times in every step.
func sorted[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
