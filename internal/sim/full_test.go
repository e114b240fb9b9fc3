package sim

import (
	"testing"

	"github.com/ncruces/go-sqlite3"

	"entente.example/internal/charter"
	core "entente.example/internal/node"
)

// What comes again and again to a disk that is full is counted once against what a node takes of its author in a day: when it is stored.
func TestAFullDiskUsesUpNobodysDay(t *testing.T) {
	w := quietly(t)
	a, b := w.nodes[0], w.nodes[1]
	w.quota = core.Quota{Entries: 4}
	b.stop()
	w.apartAll()
	must(t, b.start())
	must(t, w.meet())
	w.apartAll()
	must(t, w.run())
	must(t, a.write(t, "text/t1"))
	must(t, a.write(t, "text/t2"))
	held, failed := b.counted(t), 0
	for range 8 {
		b.disk.Fill(sqlite3.FULL)
		must(t, w.meet())
		if b.disk.Failed() {
			failed++
		}
		b.disk.Mend()
		w.apartAll()
		must(t, w.run())
	}
	if failed < 4 {
		t.Errorf("the disk refused %d times, with one try after the other: this proves nothing", failed)
	}
	must(t, w.meet())
	must(t, a.write(t, "text/t3"))
	must(t, w.meet())
	of := charter.ActID(charter.PartyID(a.party), 1, 0)
	if now := b.counted(t)[of]; now != held[of]+3 {
		t.Errorf("b holds %d entries of a's after %d, and a wrote three", now, held[of])
	}
}
