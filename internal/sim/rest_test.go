package sim

import (
	"bytes"
	"context"
	"strings"
	"testing"

	core "entente.example/internal/node"
	"entente.example/internal/store"
	"entente.example/refusal"
)

// A mechanism in which nothing waits is put away, its conversations go on, and what comes next, from a member, from the line or as the answer of one that was open, finds it as it was.
func TestAMechanismAtRest(t *testing.T) {
	w := newWorld(Options{Seed: 2, Dir: t.TempDir(), Rest: true})
	t.Cleanup(w.close)
	must(t, w.begin())
	rest := func(when string) {
		t.Helper()
		for range 2 * waits { // contacts and receipts are written with a tick
			for _, n := range w.nodes {
				must(t, w.tick(n))
			}
			must(t, w.quiet())
		}
		for _, n := range w.nodes {
			if !n.core.AtRest(w.mech) {
				t.Errorf("%s: the mechanism is not put away at %s", when, n.party)
			}
			if pen := n.core.Pen(w.mech); pen.Why != nil || pen.Asking || pen.Unasked {
				t.Errorf("%s: the pen of %s: %+v", when, n.party, pen)
			}
			if met := n.core.Line(w.mech); len(met) != parties-1 || !met[0].Connected || !met[1].Connected {
				t.Errorf("%s: the lines of %s: %+v", when, n.party, met)
			}
			if known := n.core.ContactsIn(w.mech); len(known) != parties-1 {
				t.Errorf("%s: %s knows of %+v", when, n.party, known)
			}
		}
	}
	rest("after a start")
	a, before := w.nodes[0], w.nodes[1].counted(t)["a-0"]
	wrote := errNoReply
	must(t, a.do("text/t9", a.draft(), func(r core.Reply) error { wrote = r.Err; return nil }))
	must(t, wrote)
	must(t, w.quiet())
	if after := w.nodes[1].counted(t)["a-0"]; after != before+1 {
		t.Errorf("b has %d entries of a, after %d", after, before)
	}
	rest("after an act")
	if a.core.AtRest("no such mechanism") {
		t.Error("what is not there is said to be at rest")
	}
	for len(w.conns) > 0 {
		w.cut(w.conns[0])
	}
	must(t, w.meet())
	rest("after the lines were cut and mended")
}

// A round was ended by what others said of one party, and at another party nothing was looked at any more when its receipt for a refusal in it fell due: a node that had put the mechanism away, and read it again
// much later, wrote then what it owed all the time.
func TestWhatFallsDueAfterTheEndOfARound(t *testing.T) {
	o := story(1722, 600, t.TempDir())
	o.Rest = true
	if _, err := Run(o); err != nil {
		t.Error(err)
	}
}

// A start checks the signature of every head of a mechanism that stays open, whichever log it is of, before anything is done with any.
func TestAHeadThatItsPartyDidNotSignOpensNothing(t *testing.T) {
	w := newWorld(Options{Seed: 2, Dir: t.TempDir()})
	t.Cleanup(w.close)
	must(t, w.begin())
	must(t, w.quiet())
	n, ctx := w.nodes[0], context.Background()
	var logs []store.Log
	must(t, n.ground.View(ctx, func(r store.Reader) (err error) {
		logs, err = r.Logs(w.mech)
		return err
	}))
	put := func(l store.Log, note []byte) {
		t.Helper()
		must(t, n.ground.Update(ctx, func(tx store.Tx) error { return tx.SetCheckpoint(l.ID, note, l.Tail) }))
	}
	open := func() error {
		_, err := core.Open(ctx, core.Ground{Store: n.ground, Marks: n.marks, Key: n.key, Now: n.clock, Log: w.Log})
		return err
	}
	spoilt := 0
	for _, l := range logs {
		if len(l.Checkpoint) == 0 {
			continue
		}
		note := spoil(l.Checkpoint)
		put(l, note)
		if err := open(); err == nil || !strings.Contains(err.Error(), "stored checkpoint of "+l.Origin) {
			t.Errorf("%s: %v", l.Origin, err)
		}
		put(l, l.Checkpoint)
		spoilt++
	}
	if spoilt < parties {
		t.Errorf("only %d logs have a head", spoilt)
	}
	must(t, open())
}

// spoil changes a letter of a note's signature.
func spoil(note []byte) []byte {
	out := bytes.Clone(note)
	if at := len(out) - 100; out[at] == 'A' {
		out[at] = 'B'
	} else {
		out[at] = 'A'
	}
	return out
}

// What was proven of a mechanism before it was put away is not proven again, and that is all that is taken at its word: a head that was replaced meanwhile opens nothing, and it opens again once the proven one is back. A start
// that puts it away at once has proven nothing of it.
func TestAHeadThatIsReplacedWhileAMechanismRests(t *testing.T) {
	w := newWorld(Options{Seed: 2, Dir: t.TempDir(), Rest: true})
	t.Cleanup(w.close)
	must(t, w.begin())
	for range 2 * waits {
		for _, n := range w.nodes {
			must(t, w.tick(n))
		}
		must(t, w.quiet())
	}
	n, ctx := w.nodes[0], context.Background()
	act := func() (err error) {
		must(t, n.do("text/t9", n.draft(), func(r core.Reply) error { err = r.Err; return nil }))
		return err
	}
	var logs []store.Log
	must(t, n.ground.View(ctx, func(r store.Reader) (err error) {
		logs, err = r.Logs(w.mech)
		return err
	}))
	for _, l := range logs {
		if !n.core.AtRest(w.mech) || len(l.Checkpoint) == 0 {
			t.Fatalf("%s: at rest: %v, a head of %d bytes", l.Origin, n.core.AtRest(w.mech), len(l.Checkpoint))
		}
		put := func(note []byte) {
			must(t, n.ground.Update(ctx, func(tx store.Tx) error { return tx.SetCheckpoint(l.ID, note, l.Tail) }))
		}
		put(spoil(l.Checkpoint))
		if err := act(); refusal.As(err).Key != "node.store_failed" {
			t.Errorf("%s: %v", l.Origin, err)
		}
		again, err := core.Open(ctx, core.Ground{Store: n.ground, Marks: n.marks, Key: n.key, Now: n.clock, Log: w.Log, Open: -1, Patience: 1})
		must(t, err)
		if !again.AtRest(w.mech) {
			t.Errorf("%s: after a start the mechanism is not at rest", l.Origin)
		}
		answers := again.Step([]core.Event{core.Do{Mech: w.mech, Actor: actorOf(n), Drafts: []core.Draft{{Matter: "text/t9", Body: n.draft()}}, To: make(chan core.Reply, 1)}})
		if r, ok := answers[0].(core.Reply); len(answers) != 1 || !ok || refusal.As(r.Err).Key != "node.store_failed" {
			t.Errorf("%s: after a start: %v", l.Origin, answers)
		}
		put(l.Checkpoint)
	}
	must(t, act())
}
