package node

import (
	"entente.example/entry"
	"entente.example/internal/marks"
)

// A fenced node reads, receives and gives receipts, but adds nothing to its own log: what it holds may be less than what it once signed, and a second entry at a place where others
// have a first one would be a fork. docs/protocol.md 3.

// unfence gives the pen back once our own entries are whole again, as far as can be known.
//
// With marks, that is certain: the log must come to the newest head that was signed. Without, after a marks file was lost, only the counterparts know: every one of them must have said
// since this start how much of our log it holds, and we must hold the most of it. What nobody else has ever had is gone, and nobody misses it.
func (c *Core) unfence(m *mechanism) {
	l := m.own()
	if !l.fenced || len(l.pending) > 0 || c.outlived(m) {
		return
	}
	if l.due.Size > 0 && l.Size < l.due.Size || l.due.Size == 0 && (len(m.unasked()) > 0 || l.Size < m.claimed()) {
		return
	}
	// The marks learn what we have spoken for once: they may know of an older generation only, and would take that for our newest after the next restore.
	if err := c.marks.Commit(marks.Batch{Own: []marks.Mark{{Origin: l.Origin, Size: l.Size, Root: l.Root}}}); err != nil {
		c.log.Error("our own entries are back, and the marks cannot be written; this node does not write yet", "log", l.Origin, "error", err)
		return
	}
	l.fenced = false
	c.log.Info("our own entries are back; this node writes again", "log", l.Origin, "size", l.Size)
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

// unasked are the parties that have not said since this start how much of our log they hold.
func (m *mechanism) unasked() []string {
	var out []string
	for _, p := range m.line.Status() {
		asked := false
		for _, h := range p.Holds {
			asked = asked || h.Origin == m.own().Origin
		}
		if !asked {
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
