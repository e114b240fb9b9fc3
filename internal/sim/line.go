package sim

import (
	"fmt"
	"slices"
	"strings"

	"entente.example/internal/link"
	core "entente.example/internal/node"
)

// conn is one conversation between two nodes: ordered, and gone with everything on its way when it breaks.
type conn struct {
	id    link.Peer
	ends  [2]int
	queue [2][]link.Send // by receiving end
}

func (c *conn) other(i int) int {
	if c.ends[0] == i {
		return c.ends[1]
	}
	return c.ends[0]
}

func (c *conn) end(i int) int {
	if c.ends[0] == i {
		return 0
	}
	return 1
}

// connect opens a conversation between two nodes that run and are not apart.
func (w *world) connect(a, b int) error {
	if a > b {
		a, b = b, a
	}
	if a == b || w.apart[[2]int{a, b}] || w.lineless([2]int{a, b}) || w.nodes[a].core == nil || w.nodes[b].core == nil || w.between(a, b) != nil {
		return nil
	}
	w.made++
	c := &conn{id: link.Peer(fmt.Sprintf("%d-%d-%d", a, b, w.made)), ends: [2]int{a, b}}
	w.conns = append(w.conns, c)
	w.say("%s and %s are connected", w.nodes[a].party, w.nodes[b].party)
	for _, i := range c.ends {
		w.soon(i, link.Opened{Peer: c.id, Party: w.nodes[c.other(i)].party})
	}
	return w.run()
}

// reconnect opens one of the conversations that could be.
func (w *world) reconnect() error {
	for _, i := range w.rng.Perm(len(pairs)) {
		if p := pairs[i]; w.between(p[0], p[1]) == nil && !w.apart[p] && !w.lineless(p) {
			return w.connect(p[0], p[1])
		}
	}
	return nil
}

// pairs are those who have a line between them.
var pairs = [][2]int{{0, 1}, {0, 2}, {1, 2}}

// soon lets a node hear of its line as the next thing that happens.
func (w *world) soon(to int, e link.Event) {
	w.todo = append(w.todo, todo{to, []core.Event{core.Line{Mech: w.mech, Event: e}}})
}

type todo struct {
	to     int
	events []core.Event
}

// run does what is to be done at once.
func (w *world) run() error {
	for len(w.todo) > 0 {
		t := w.todo[0]
		w.todo = w.todo[1:]
		if err := w.nodes[t.to].step(t.events...); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) between(a, b int) *conn {
	for _, c := range w.conns {
		if c.ends == [2]int{a, b} {
			return c
		}
	}
	return nil
}

// cut breaks a conversation; both ends notice.
func (w *world) cut(c *conn) {
	i := slices.Index(w.conns, c)
	if i < 0 {
		return
	}
	w.conns = slices.Delete(w.conns, i, i+1)
	w.Losses += len(c.queue[0]) + len(c.queue[1])
	w.say("the line between %s and %s breaks", w.nodes[c.ends[0]].party, w.nodes[c.ends[1]].party)
	for _, i := range c.ends {
		w.soon(i, link.Closed{Peer: c.id})
	}
}

// ready are the conversations that have something on its way.
func (w *world) ready() []*conn {
	var out []*conn
	for _, c := range w.conns {
		if len(c.queue[0])+len(c.queue[1]) > 0 {
			out = append(out, c)
		}
	}
	return out
}

// deliver hands over the frames that have waited longest on some conversation.
func (w *world) deliver() error {
	ready := w.ready()
	if len(ready) == 0 {
		return nil
	}
	c := ready[w.rng.IntN(len(ready))]
	end := w.rng.IntN(2)
	if len(c.queue[end]) == 0 {
		end = 1 - end
	}
	return w.hand(c, end, 1+w.rng.IntN(8))
}

// hand gives the first frames that wait for one end of a conversation to it, all in one step, as a node takes what its line has brought.
func (w *world) hand(c *conn, end, most int) error {
	n := min(most, len(c.queue[end]))
	frames := c.queue[end][:n:n]
	c.queue[end] = c.queue[end][n:]
	heard := make([]string, n)
	events := make([]core.Event, n)
	for i, f := range frames {
		heard[i] = kinds[f.Kind]
		events[i] = core.Line{Mech: w.mech, Event: link.Frame{Peer: c.id, Kind: f.Kind, Payload: f.Payload}}
		if f.Kind == link.KindEntries {
			w.soon(c.ends[1-end], link.Drained{Peer: c.id})
		}
	}
	w.say("%s hears %s from %s", w.nodes[c.ends[end]].party, strings.Join(heard, ", "), w.nodes[c.ends[1-end]].party)
	w.todo = append(w.todo, todo{c.ends[end], events})
	return w.run()
}

var kinds = map[byte]string{link.KindHello: "a hello", link.KindHave: "news", link.KindWant: "a wish", link.KindStop: "a stop", link.KindEntries: "entries", link.KindReceipt: "a receipt", link.KindBye: "good-bye"}

// route carries out what a node's line wants.
func (w *world) route(from *node, e link.Effect) error {
	switch e := e.(type) {
	case link.Send:
		if i := w.conn(e.Peer); i >= 0 {
			if err := w.seen.frame(from, e); err != nil {
				return err
			}
			c := w.conns[i]
			end := 1 - c.end(from.i)
			c.queue[end] = append(c.queue[end], e)
		}
	case link.Hangup:
		if i := w.conn(e.Peer); i >= 0 {
			w.say("%s hangs up: %s", from.party, e.Reason)
			w.cut(w.conns[i])
		}
	}
	return nil
}

func (w *world) conn(p link.Peer) int {
	return slices.IndexFunc(w.conns, func(c *conn) bool { return c.id == p })
}
