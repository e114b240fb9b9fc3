package node

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/store"
)

// growing is a store in which one mechanism more is found after each transaction, whether or not it says that it has failed.
type growing struct {
	store.Record
	has   []string
	fails bool
	read  int
}

type has struct {
	store.Reader
	ids []string
}

func (h has) Mechanisms() ([]string, error) { return h.ids, nil }

func (g *growing) View(_ context.Context, f func(store.Reader) error) error {
	g.read++
	return f(has{ids: g.has})
}

func (g *growing) Update(context.Context, func(store.Tx) error) error {
	g.has = append(g.has, "look-"+string(rune('a'+len(g.has))))
	if g.fails {
		return store.ErrAway
	}
	return nil
}

func growingNode(t *testing.T) (*growing, *Node) {
	t.Helper()
	g := &growing{}
	core, err := Open(t.Context(), Ground{Store: g, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return g, New(core, func(ToPeer) {})
}

// The names of a node's mechanisms are read once, and again when somebody has joined one: also where the store did not say that it is there.
func TestNamesAreReadAgainWhenSomebodyJoins(t *testing.T) {
	g, n := growingNode(t)
	charters.Lock()
	for _, id := range []string{"look-a", "look-b"} {
		charters.known[id] = parsed{doc: &charter.Document{ID: "called-" + id}}
	}
	charters.Unlock()
	for want, fails := range []bool{true, false} {
		for range 2 {
			before := g.read
			names, err := n.Names(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(names) != want || want > 0 && names[want-1] != (Named{g.has[want-1], "called-" + g.has[want-1]}) {
				t.Errorf("with %d: %v", want, names)
			}
			if again, err := n.Names(t.Context()); err != nil || !slices.Equal(again, names) || g.read > before+1 {
				t.Errorf("again: %v, %v, read %d times", again, err, g.read-before)
			}
		}
		g.fails = fails
		if _, err := n.core.commit(&work{joins: []Join{{}}}); (err != nil) != fails {
			t.Fatal(err)
		}
	}
	if names, err := n.Names(t.Context()); err != nil || len(names) != 2 {
		t.Errorf("at last: %v, %v", names, err)
	}
}

// Whoever only looks is answered, and the core takes no step for it; together with anybody else's event it does.
func TestALookIsNoStep(t *testing.T) {
	_, n := growingNode(t)
	core, to, looked := n.core, make(chan Reply, 4), 0
	look := inspect{only: true, to: to, f: func(*Core) { looked++ }}
	more := inspect{to: to, f: func(*Core) { looked++ }}
	for _, c := range []struct {
		events       []Event
		steps, looks int
	}{{[]Event{look}, 0, 1}, {[]Event{look, look}, 0, 2}, {[]Event{look, Tick{}}, 1, 1}, {[]Event{look, more}, 1, 2}, {nil, 1, 0}} {
		before := core.step
		looked = 0
		n.carry(core.Step(c.events))
		if int(core.step-before) != c.steps || looked != c.looks || len(to) != c.looks {
			t.Errorf("%v: %d steps, %d looks, %d answers", c.events, core.step-before, looked, len(to))
		}
		for len(to) > 0 {
			<-to
		}
	}
}
