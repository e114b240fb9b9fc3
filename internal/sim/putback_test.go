package sim

import (
	"errors"
	"testing"

	"entente.example/internal/link"
	core "entente.example/internal/node"
	"entente.example/internal/store"
	"entente.example/refusal"
)

// putBackQuietly lets a write what all others hold, and puts its machine back to before that, marks and all.
func putBackQuietly(t *testing.T) (w *world, a *node, had int64) {
	t.Helper()
	w = quietly(t)
	a = w.nodes[0]
	must(t, a.copyRecord())
	for _, matter := range []string{"text/t3", "text/t4", "text/t5"} {
		must(t, a.write(t, matter))
		must(t, w.meet())
	}
	had = a.counted(t)["a-0"]
	for len(w.conns) > 0 {
		w.cut(w.conns[0])
	}
	for _, n := range w.nodes { // the receipts that came last are stored with a tick
		must(t, w.tick(n))
	}
	must(t, a.putBack())
	if w.PutBack != 1 {
		t.Fatal("a was not put back")
	}
	return w, a, had
}

// Nothing on a machine that was put back with its marks says so. It asks before it signs, and what was to be written waits until its entries are back.
// SPEC ask-before-signing
func TestPutBackWithItsMarks(t *testing.T) {
	w, a, had := putBackQuietly(t)
	wrote := errNoReply
	must(t, a.do("text/t6", a.draft(), func(r core.Reply) error { wrote = r.Err; return nil }))
	for range 50 {
		must(t, w.tick(a))
	}
	if !errors.Is(wrote, errNoReply) {
		t.Fatalf("it wrote without asking: %v", wrote)
	}
	must(t, w.connect(0, 1))
	must(t, w.quiet())
	if refusal.As(wrote).Key != "node.put_back" { // c may hold more
		t.Errorf("what waited for the pen: %v", wrote)
	}
	pen := a.core.Pens()[w.mech]
	if pen.Why == nil || pen.Why.Params["parties"] != "c" {
		t.Errorf("the pen: %+v", pen)
	}
	must(t, w.meet())
	if got := a.counted(t)["a-0"]; got != had {
		t.Errorf("a has %d of its own %d entries back", got, had)
	}
	must(t, a.write(t, "text/t6"))
	w.alike(t)
}

// One receipt that covers more of our own log than we have is enough, by whatever road it comes, at whatever time; and a restart does not forget it.
// SPEC own-receipt-fence
func TestAReceiptFencesThePen(t *testing.T) {
	w, a, had := putBackQuietly(t)
	var note []byte
	must(t, w.nodes[1].db.View(t.Context(), func(r store.Reader) error {
		logs, err := r.Logs(w.mech)
		for _, l := range logs {
			rcs, e := r.Receipts(l.ID)
			for _, rc := range rcs {
				if l.Party == "a" && rc.Party == "b" && rc.Size == had {
					note = rc.Note
				}
			}
			err = errors.Join(err, e)
		}
		return err
	}))
	if note == nil {
		t.Fatal("b has given no receipt for all of it")
	}
	a.back = false // an operator who was told that nobody can be asked, and goes on
	a.stop()
	must(t, a.start())
	for range 4 {
		must(t, w.tick(a))
	}
	if pen := a.core.Pens()[w.mech]; pen.Why != nil || pen.Asking || !pen.Unasked {
		t.Fatalf("nobody can be asked, and the pen waits on: %+v", pen)
	}
	wrote := errNoReply
	to := make(chan core.Reply, 1)
	a.told[to] = func(r core.Reply) error { wrote = r.Err; return nil }
	must(t, a.step(core.OfferedReceipt(w.mech, note), core.Do{Mech: w.mech, Actor: actorOf(a), Drafts: []core.Draft{{Matter: "text/t7", Body: a.draft()}}, To: to}))
	if refusal.As(wrote).Key != "node.put_back" {
		t.Fatalf("an act in the same step as the receipt: %v", wrote)
	}
	a.stop()
	must(t, a.start())
	if err := a.write(t, "text/t7"); refusal.As(err).Key != "node.behind_marks" {
		t.Errorf("after a restart: %v", err)
	}
	must(t, w.meet())
	must(t, a.write(t, "text/t7"))
	w.alike(t)
}

// The record may hold an entry of ours of which neither it nor the marks know that it was signed for, if both are of other days. Whoever shows us that signature reminds us of it, though we hold the entry: marks
// that did not learn of it would let us write another in its place after the next restore.
// SPEC own-receipt-fence
func TestASignatureForWhatWeHoldIsMarkedAgain(t *testing.T) {
	w := quietly(t)
	a := w.nodes[0]
	for _, matter := range []string{"text/t3", "text/t4", "text/t5"} {
		must(t, a.write(t, matter))
		must(t, a.copyRecord())
		must(t, w.meet())
	}
	for len(w.conns) > 0 {
		w.cut(w.conns[0])
	}
	for _, n := range w.nodes {
		must(t, w.tick(n))
	}
	first, last := a.backups[0], a.backups[2]
	w.PutBack++
	a.back = true
	must(t, a.replaceDisk(last, first.marks))
	own, _, err := a.ownLog()
	must(t, err)
	if m, _ := a.marks.Own(own.Origin); m.Size != own.Size-1 {
		t.Fatalf("of %d entries, the last of which nobody knows to be signed for, the marks know %d", own.Size, m.Size)
	}
	must(t, w.connect(0, 1))
	must(t, w.quiet())
	if pen := a.core.Pens()[w.mech]; pen.Why == nil || pen.Why.Key != "node.put_back" {
		t.Errorf("the pen: %+v", pen)
	}
	if m, _ := a.marks.Own(own.Origin); m.Size != own.Size {
		t.Errorf("of %d entries that were signed for the marks know %d", own.Size, m.Size)
	}
	must(t, w.meet())
	must(t, a.write(t, "text/t6"))
	w.alike(t)
}

// Whoever claims to hold more of our log, and shows nothing, does not stop us for ever: a head without our signature is nobody's.
func TestAClaimDoesNotStopThePen(t *testing.T) {
	w := quietly(t)
	a := w.nodes[0]
	for len(w.conns) > 0 {
		w.cut(w.conns[0])
	}
	must(t, w.run())
	a.stop()
	must(t, a.start())
	own, _, err := a.ownLog()
	must(t, err)
	lie := []link.Head{{Origin: own.Origin, Size: own.Size + 40}}
	for _, party := range []string{"b", "c"} {
		must(t, a.step(core.Said(w.mech, party, lie, w.now)))
	}
	wrote := errNoReply
	must(t, a.do("text/t3", a.draft(), func(r core.Reply) error { wrote = r.Err; return nil }))
	for range 15 {
		must(t, w.tick(a))
	}
	if !errors.Is(wrote, errNoReply) {
		t.Fatalf("what was said is not waited for: %v", wrote)
	}
	for range 16 {
		must(t, w.tick(a))
	}
	if wrote != nil {
		t.Errorf("a lie stops the pen: %v", wrote)
	}
	w.alike(t)
}
