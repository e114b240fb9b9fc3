package sqlite

import (
	"sync/atomic"

	"entente.example/internal/store"
)

// mechs is the table of mechanisms as a connection has read it. Charters are long, every look at a record begins with them, and they never change.
type mechs struct {
	all     []store.Mechanism
	of      int64 // how many transactions had changed the table when all was read, counted from 1; 0 if it was not
	now     int64 // … and when this transaction began
	changed bool  // by this transaction
}

// begin is called before a transaction begins: what is committed between the two is seen, and read once more than needed.
func (m *mechs) begin(changes *atomic.Int64) { m.now, m.changed = 1+changes.Load(), false }

func (m *mechs) known() bool { return m.of == m.now && !m.changed }

// change is called when the transaction is about to change the table.
func (m *mechs) change() { m.of, m.changed = 0, true }

func (m *mechs) keep(all []store.Mechanism) {
	if !m.changed {
		m.all, m.of = all, m.now
	}
}
