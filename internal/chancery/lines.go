package chancery

import (
	"context"
	"encoding/hex"
	"fmt"
	"sync"

	"entente.example/internal/carrier/direct"
	"entente.example/internal/link"
	"entente.example/internal/node"
	"entente.example/internal/porter"
	"entente.example/internal/spans"
)

// lines joins the node's conversations to the carrier's connections: which key speaks for which party in which mechanism.
type lines struct {
	c *Chancery

	mu       sync.Mutex
	line     *direct.Carrier                      // nil until the node runs
	known    map[direct.Pin]map[direct.Tag]shared // what each counterpart's key is a party of
	conns    map[link.Peer]bound
	pending  map[*direct.Conn]*pending
	dialling map[direct.Pin]context.CancelFunc
}

// What of one connection may wait for the core before no more is read from it: so many frames, or bytes and the frame that goes beyond them. What comes faster waits at its sender,
// neither in our memory nor before what others bring.
const (
	pendingFrames = 64
	pendingBytes  = 256 << 10
)

// pending is what a connection has brought since the core was last known to have come to it. Only the goroutine that reads the connection uses it.
type pending struct{ frames, bytes int }

// enough counts a frame, and reports whether the core has to come to it before the next one is read. With entries it always has: storing them takes longest.
func (p *pending) enough(kind byte, size int) bool {
	p.frames++
	p.bytes += size
	if kind != link.KindEntries && p.frames < pendingFrames && p.bytes < pendingBytes {
		return false
	}
	*p = pending{}
	return true
}

// shared is a mechanism that we and the owner of a key are in.
type shared struct {
	mech, party string
	gen         int // of the party's log, whose key it is
}

// bound is a conversation of a mechanism on a connection.
type bound struct {
	conn *direct.Conn
	tag  direct.Tag
	shared
}

func newLines(c *Chancery) *lines {
	return &lines{c: c, known: map[direct.Pin]map[direct.Tag]shared{}, conns: map[link.Peer]bound{}, pending: map[*direct.Conn]*pending{}, dialling: map[direct.Pin]context.CancelFunc{}}
}

func (l *lines) begin(c *direct.Carrier) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.line = c
}

// carrier has the connections; nil while the node does not run.
func (l *lines) carrier() *direct.Carrier {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.line
}

func tagOf(mech string) (t direct.Tag) {
	b, err := hex.DecodeString(mech)
	if err == nil {
		copy(t[:], b)
	}
	return t
}

// peerName tells conversations apart, those on an older connection to the same node too.
func peerName(c *direct.Conn, mech string) link.Peer {
	return link.Peer(fmt.Sprintf("%.12s/%.8s/%d", c.Pin, mech, c.ID))
}

// learn takes the keys of a mechanism's other parties, and opens its conversations on connections that are there already.
func (l *lines) learn(s *node.Snapshot) (reach map[direct.Pin][]string, err error) {
	reach = map[direct.Pin][]string{}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range s.Charter().Document().Parties {
		if string(p.ID) == s.Self {
			continue
		}
		newest := s.Newest(p.ID)
		k, err := s.NodeKeys(newest)
		if err != nil {
			return nil, err
		}
		pin := direct.Pin(k.TLS)
		l.forget(s.ID, string(p.ID), pin, newest.Gen)
		l.know(pin, shared{s.ID, string(p.ID), newest.Gen})
		reach[pin], _ = roadsTo(l.c.cfg.Line, &p)
	}
	return reach, nil
}

func (l *lines) know(pin direct.Pin, sh shared) {
	if l.known[pin] == nil {
		l.known[pin] = map[direct.Tag]shared{}
	}
	l.known[pin][tagOf(sh.mech)] = sh
}

// forget takes the keys of a party's earlier generations out of use: nobody speaks for it by them any more.
func (l *lines) forget(mech, party string, but direct.Pin, gen int) {
	for pin, in := range l.known {
		if sh, ok := in[tagOf(mech)]; !ok || pin == but || sh.mech != mech || sh.party != party || sh.gen > gen {
			continue
		}
		if delete(in, tagOf(mech)); len(in) > 0 {
			continue
		}
		delete(l.known, pin)
		if stop := l.dialling[pin]; stop != nil {
			stop()
			delete(l.dialling, pin)
		}
		if l.line != nil {
			go l.line.Drop(pin)
		}
	}
}

// Allowed implements direct.Handler.
func (l *lines) Allowed(pin direct.Pin) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.known[pin]) > 0
}

// Opened implements direct.Handler: every mechanism that we share begins its conversation.
func (l *lines) Opened(conn *direct.Conn) {
	l.mu.Lock()
	var open []shared
	for tag, sh := range l.known[conn.Pin] {
		if _, ok := l.conns[peerName(conn, sh.mech)]; !ok {
			l.conns[peerName(conn, sh.mech)] = bound{conn, tag, sh}
			open = append(open, sh)
		}
	}
	l.mu.Unlock()
	for _, sh := range open {
		l.c.keeper.opened(peerName(conn, sh.mech), sh, conn)
		l.tell(sh.mech, link.Opened{Peer: peerName(conn, sh.mech), Party: sh.party, Route: link.Direct})
		l.handBeside(sh.mech, sh.party)
		l.c.ladder.look(sh.mech)
	}
}

// Frame implements direct.Handler. A frame for what we do not share with this key is dropped: SPEC line-stranger.
func (l *lines) Frame(conn *direct.Conn, kind byte, tag direct.Tag, payload []byte) {
	l.mu.Lock()
	sh, ok := l.known[conn.Pin][tag]
	waits := l.pending[conn]
	if waits == nil {
		waits = &pending{}
		l.pending[conn] = waits
	}
	l.mu.Unlock()
	if !ok {
		return
	}
	if porter.Ours(kind) {
		l.c.keeper.frame(peerName(conn, sh.mech), kind, payload)
		return
	}
	if kind == link.KindAside {
		l.tookBeside(sh, payload)
		return
	}
	ctx, span := l.c.ctx, spans.Span{}
	if kind == link.KindEntries {
		ctx, span = l.c.Spans().Begin(ctx, spans.LineTake)
		span.Count(spans.Bytes, int64(len(payload)))
	}
	_ = l.c.node.Line(ctx, sh.mech, link.Frame{Peer: peerName(conn, sh.mech), Kind: kind, Payload: payload}) // once the node has stopped there is nobody to tell
	if waits.enough(kind, len(payload)) {
		span.End(l.c.node.Reached(l.c.ctx, sh.mech))
	}
}

// Closed implements direct.Handler.
func (l *lines) Closed(conn *direct.Conn) {
	l.mu.Lock()
	delete(l.pending, conn)
	gone := map[link.Peer]bound{}
	for peer, b := range l.conns { // its key may have been taken out of use meanwhile
		if b.conn == conn {
			delete(l.conns, peer)
			gone[peer] = b
		}
	}
	l.mu.Unlock()
	for peer, b := range gone {
		l.c.keeper.closed(peer)
		l.tell(b.mech, link.Closed{Peer: peer})
		l.c.ladder.look(b.mech)
		l.c.offices.each(b.mech, b.party, func(k *messenger) { k.bring(false) })
	}
}

// tell hands an event to the node; once it has stopped there is nobody to tell.
func (l *lines) tell(mech string, e link.Event) { _ = l.c.node.Line(context.Background(), mech, e) }

// send carries a frame of the node out. It is called on the node's goroutine and does not block.
func (l *lines) send(e node.ToPeer) {
	switch f := e.Effect.(type) {
	case link.Send:
		l.mu.Lock()
		b, ok := l.conns[f.Peer]
		l.mu.Unlock()
		if !ok {
			return
		}
		var written func()
		if f.Kind == link.KindEntries {
			_, span := l.c.Spans().Begin(context.Background(), spans.LineSend)
			span.Count(spans.Bytes, int64(len(f.Payload)))
			written = func() {
				span.End(nil)
				l.tell(e.Mech, link.Drained{Peer: f.Peer})
			}
		}
		b.conn.Send(f.Kind, b.tag, f.Payload, written)
	case link.Hangup:
		l.mu.Lock()
		b, ok := l.conns[f.Peer]
		l.mu.Unlock()
		if ok {
			l.c.log.Warn("hanging up", "party", string(f.Peer), "reason", f.Reason)
			b.conn.Close()
		}
	case link.Alive:
		l.wake(f.Party)
	}
}

// wake tries a party at once, after a sign of life that did not come over the direct line. It is called on the node's goroutine and does not block.
func (l *lines) wake(party string) {
	if c := l.carrier(); c != nil {
		l.c.eachPin(party, c.Wake)
	}
}

// reachAll keeps connections to the other parties of all mechanisms.
func (l *lines) reachAll(ctx context.Context, mechs []string) error {
	for _, mech := range mechs {
		if err := l.reach(ctx, mech); err != nil {
			return err
		}
	}
	return nil
}

// reach learns a mechanism's parties, gives connections that are open already its conversation, and dials the others.
func (l *lines) reach(ctx context.Context, mech string) error {
	var reach map[direct.Pin][]string
	err := l.c.node.Snapshot(ctx, mech, func(s *node.Snapshot) (err error) {
		if reach, err = l.learn(s); err == nil {
			l.c.offices.learn(ctx, s)
		}
		return err
	})
	if err != nil {
		return err
	}
	for pin, addresses := range reach {
		if conn := l.carrier().Conn(pin); conn != nil {
			l.Opened(conn)
		}
		l.mu.Lock()
		if l.dialling[pin] == nil {
			var one context.Context
			one, l.dialling[pin] = context.WithCancel(ctx)
			go l.line.Reach(one, pin, addresses)
		}
		l.mu.Unlock()
	}
	return nil
}

// Cut breaks the line to a party until Mend.
func (c *Chancery) Cut(party string) { c.eachPin(party, c.lines.carrier().Cut) }

// Mend allows the line to a party again.
func (c *Chancery) Mend(party string) { c.eachPin(party, c.lines.carrier().Mend) }

func (c *Chancery) eachPin(party string, f func(direct.Pin)) {
	c.lines.mu.Lock()
	var pins []direct.Pin
	for pin, in := range c.lines.known {
		for _, sh := range in {
			if sh.party == party {
				pins = append(pins, pin)
				break
			}
		}
	}
	c.lines.mu.Unlock()
	for _, pin := range pins {
		f(pin)
	}
}
