package node

import (
	"fmt"
	"strconv"
	"strings"

	"entente.example/entry"
	"entente.example/internal/marks"
	"entente.example/ledger"
	"entente.example/refusal"
)

// A fenced node reads, receives and gives receipts, but adds nothing to its own log: what it holds may be less than what it once signed, and a second entry at a place where others
// have a first one would be a fork. docs/protocol.md 3.

// unfence gives the pen back once our own entries are whole again, as far as can be known.
//
// With marks, that is certain: the log must come to the newest head that was signed. Where the marks were lost, or somebody has shown that they went back, only the counterparts know:
// every one of them must have said since this start how much of our log it holds, and we must hold the most of it. What nobody else has ever had is gone, and nobody misses it.
// Entries at our end that are not known to be signed for may be others than those that were, as in a copy of files from a failing disk: as far as somebody holds entries at their places,
// a head of ours has to say that they are the same. SPEC own-end-asked.
func (c *Core) unfence(m *mechanism) {
	l := m.own()
	if !l.fenced || len(l.pending) > 0 || c.outlived(m) {
		return
	}
	if l.Size < l.due.Size || l.unsure() && (len(m.unasked()) > 0 || l.Size < m.claimed()) {
		return
	}
	if l.forgotten && l.due.Size > 0 { // with marks, what comes back is held against them as it comes
		root, ok := c.rootAt(l, l.due.Size)
		if ok && root != l.due.Root && !l.astray {
			c.log.Error("this node's copy of its own log does not end as what it signed: an entry that a failing disk had written and called failed, in a copy of the node's files. It writes nothing; go back to "+
				"a backup of another day", "log", l.Origin, "entries", l.Size)
			l.astray = true
			m.touch(penChanged)
		}
		if !ok || l.astray {
			return
		}
	}
	if l.unsure() && min(m.claimed(), l.Size) > max(c.assured(l), l.due.Size) {
		return
	}
	// The marks learn what we have spoken for once: they may know of an older generation only, and would take that for our newest after the next restore.
	if err := c.marks.Commit(marks.Batch{Own: []marks.Mark{{Origin: l.Origin, Size: l.Size, Root: l.Root}}}); err != nil {
		c.log.Error("our own entries are back, and the marks cannot be written; this node does not write yet", "log", l.Origin, "error", err)
		return
	}
	l.fenced, l.forgotten = false, false
	m.touch(penChanged)
	c.log.Info("our own entries are back; this node writes again", "log", l.Origin, "size", l.Size)
}

// assured is how much of our copy of a log is known to be what we signed of it, or is another's: of our own log what our signature or the marks cover.
func (c *Core) assured(l *logState) int64 {
	if !l.Own {
		return l.Size
	}
	mark, _ := c.marks.Own(l.Origin) // a store that has other entries there was not opened
	return min(l.Size, max(l.noteSize, mark.Size))
}

// unsure reports whether the marks of a fenced log cannot say where it ended.
func (l *logState) unsure() bool { return l.due.Size == 0 || l.forgotten }

// reminded looks for our own word in what somebody shows us: a head of our own log beyond what we hold signed, or a receipt of ours for more of another log than we hold, and more than our marks
// know of. Then we have said more than we remember: this machine was put back together with its marks, or somebody else has our key. The pen is fenced at once, and the marks learn what
// was shown, so that another start does not forget it; the operator has to find out which it is. SPEC own-receipt-fence.
func (c *Core) reminded(m *mechanism, l *logState, note []byte) error {
	claimed, err := ledger.Heading(note)
	have := l.tree.Size()
	if l.Own { // an entry of ours that is not signed for, as far as we know, may have been
		have = min(have, l.noteSize)
	}
	if err != nil || claimed.Origin != l.Origin || claimed.Size <= max(have, l.due.Size) || l.party == m.self && l != m.own() || m.own().key == nil || m.contested[l.slot] {
		return nil
	}
	if !l.Own { // first, because hardly any note has our receipt on it, and where there is none nothing has to be computed
		if _, _, err := ledger.VerifyCosignature(note, m.own().witness); err != nil {
			return nil
		}
	}
	if _, err := ledger.OpenCheckpoint(note, l.verifier); err != nil {
		return nil
	}
	mark := marks.Mark{Origin: l.Origin, Size: claimed.Size, Root: claimed.Root}
	known, kept, batch := marks.Mark{}, true, marks.Batch{Own: []marks.Mark{mark}}
	if l.Own {
		known, kept = c.marks.Own(l.Origin)
	} else {
		known, _ = c.marks.Cosigned(l.Origin)
		batch = marks.Batch{Cosigned: batch.Own}
	}
	if known.Size >= claimed.Size {
		return nil
	}
	own := m.own()
	c.log.Error("others hold what this node has signed and does not remember: this machine was put back together with its marks, or somebody else has its key. It writes nothing until every other party has said what it holds",
		"log", l.Origin, "ours", l.tree.Size(), "theirs", claimed.Size)
	own.fenced, own.forgotten = true, true
	m.touch(penChanged)
	if kept { // marks that were lost go on to know nothing: this may not be the end of our log, nor its newest generation, and a restart must not take it for that
		if err := c.marks.Commit(batch); err != nil {
			return fmt.Errorf("the marks cannot be told what this node has once signed: %w", err)
		}
	}
	l.due = mark
	return nil
}

// remindedInVain looks at a receipt before anything else is done. It reports true if the marks cannot be told what the receipt reminds us of: then we have not seen it, and pass it on to nobody.
// With a new conversation it is shown again.
func (c *Core) remindedInVain(r receipt) bool {
	m := c.mechs[r.mech.id]
	if claimed, err := ledger.Heading(r.Note); err == nil && m != nil {
		if l := m.log(claimed.Origin); l != nil {
			if err := c.reminded(m, l, r.Note); err != nil {
				c.log.Error("this node writes nothing", "log", l.Origin, "error", err)
				return true
			}
		}
	}
	return false
}

// penChanged stands among changed matters for "our node may write now, or may not".
const penChanged = "pen"

// overtaken looks whether the store has a signature of ours that the marks have not: then they are of an earlier day than the record.
func (c *Core) overtaken(own *logState) error {
	mark, ok := c.marks.Own(own.Origin)
	if !ok || own.noteSize <= mark.Size {
		return nil
	}
	cp, err := ledger.Heading(own.note)
	if err != nil {
		return err
	}
	own.fenced, own.forgotten, own.due = true, true, marks.Mark{Origin: own.Origin, Size: cp.Size, Root: cp.Root}
	return c.marks.Commit(marks.Batch{Own: []marks.Mark{own.due}})
}

// outlived reports whether our log has gone on as a later generation than we have: we wrote it and lost it, or another machine of ours did.
func (c *Core) outlived(m *mechanism) bool {
	us := string(m.doc.Parties[m.self].ID)
	next := m.own().Gen + 1
	if _, ok := c.marks.Own(entry.Origin(m.id, us, next)); ok {
		return true
	}
	for _, p := range m.line.Status() {
		for _, h := range p.Holds {
			if _, party, gen, err := entry.ParseOrigin(h.Origin); err == nil && party == us && gen >= next {
				return true
			}
		}
	}
	return false
}

// unmarked reports whether the marks were lost before our newest generation came to a signature that is stored: they know nothing of the one before either, which was signed for.
func (c *Core) unmarked(m *mechanism) bool {
	own := m.own()
	before := m.bySlot(own.slot - len(m.doc.Parties))
	if own.Gen == 1 || before == nil || before.noteSize == 0 {
		return false
	}
	_, now := c.marks.Own(own.Origin)
	_, then := c.marks.Own(before.Origin)
	return !now && !then
}

// unasked are the parties that have not said since this start what they hold. Whoever has said so and does not name our log has nothing of it.
func (m *mechanism) unasked() []string {
	var out []string
	for _, p := range m.line.Status() {
		if len(p.Holds) == 0 {
			out = append(out, p.Party)
		}
	}
	return out
}

// claimed is the most that any other party says it holds of our log.
func (m *mechanism) claimed() (size int64) {
	for _, p := range m.line.Status() {
		for _, h := range p.Holds {
			if h.Origin == m.own().Origin {
				size = max(size, h.Size)
			}
		}
	}
	return size
}

// pen is why our own log is not written now, or nil.
func (c *Core) pen(m *mechanism) error {
	own := m.own()
	switch {
	case own.key == nil:
		return refusal.New(refusal.Unavailable, "node.key_superseded", "generation", strconv.Itoa(own.Gen))
	case m.contested[own.slot]:
		return refusal.New(refusal.Conflict, "node.own_contested")
	case own.astray:
		return refusal.New(refusal.Conflict, "node.own_astray", "log", own.Origin)
	case own.fenced && own.forgotten:
		return refusal.New(refusal.Unavailable, "node.put_back", "parties", strings.Join(m.unasked(), ", "))
	case own.fenced && own.due.Size == 0:
		return refusal.New(refusal.Unavailable, "node.marks_lost", "parties", strings.Join(m.unasked(), ", "))
	case own.fenced:
		return refusal.New(refusal.Unavailable, "node.behind_marks")
	case m.asks() && len(c.waiting) == maxWaiting:
		return refusal.New(refusal.Unavailable, "node.asking")
	case !m.current():
		return refusal.New(refusal.Stale, "node.own_waiting")
	}
	return nil
}

// Broken is why the core does not write any more until it is opened again, or nil.
func (c *Core) Broken() error { return c.broken }

// Lost is Broken if the core knows nothing more that could be shown either.
func (c *Core) Lost() error {
	if c.lost {
		return c.broken
	}
	return nil
}

// Pen is how our own log stands: Why it is not written now, or Unasked if no other party could be asked since this start whether it has more of it than we do.
type Pen struct {
	Why     *refusal.Error
	Asking  bool
	Unasked bool
}

// Pens tells of each mechanism whether our node writes. Call it on the core's goroutine: see Node.Inspect.
func (c *Core) Pens() map[string]Pen {
	out := map[string]Pen{}
	for id, m := range c.all() {
		out[id] = c.penOf(m)
	}
	return out
}

// Pen tells whether our node writes in one mechanism. Call it on the core's goroutine.
func (c *Core) Pen(mech string) Pen {
	if m := c.either(mech); m != nil {
		return c.penOf(m)
	}
	return Pen{}
}

// Resting tells of each mechanism in which our node does not write why: of Pens what costs little to be told of a thousand, for in most of them nothing happens. Call it on the core's goroutine.
func (c *Core) Resting() map[string]*refusal.Error {
	out := map[string]*refusal.Error{}
	for id, m := range c.mechs { // one that is at rest keeps no pen from writing
		if why := c.rests(m); why != nil {
			out[id] = why
		}
	}
	return out
}

// rests tells it of a mechanism that is open or at rest; in one at rest nothing but the question to the others can keep the pen from writing.
func (c *Core) rests(m *mechanism) *refusal.Error {
	if m.fold == nil {
		return nil
	}
	if err := c.pen(m); err != nil {
		return refusal.As(err)
	}
	return nil
}

func (c *Core) penOf(m *mechanism) Pen {
	return Pen{Why: c.rests(m), Asking: m.asks(), Unasked: m.opened && len(m.unasked()) == len(m.line.Status())}
}
