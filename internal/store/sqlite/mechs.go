package sqlite

import (
	"sync/atomic"

	"entente.example/internal/store"
)

// mechs is the tables of mechanisms and of their logs as far as a connection has read it. Charters are long, every look at a record begins with one, and they never change; there may be a thousand of them, so only
// some are kept.
type mechs struct {
	ids     []string // of all; nil if they were not read
	rows    map[string]store.Mechanism
	logs    map[string][]int64 // numbers of logs by mechanism, nil if they were not read
	of      int64              // how many transactions had changed the tables when that was read, counted from 1
	now     int64              // … and when this transaction began
	changed bool               // by this transaction
}

// mostRows bounds the rows that a connection keeps.
const mostRows = 16

// begin is called before a transaction begins: what is committed between the two is seen, and read once more than needed.
func (m *mechs) begin(changes *atomic.Int64) {
	m.now, m.changed = 1+changes.Load(), false
	if m.of != m.now {
		m.ids, m.rows, m.logs, m.of = nil, nil, nil, m.now
	}
}

// change is called when the transaction is about to change one of the tables in what is kept here.
func (m *mechs) change() { m.of, m.ids, m.rows, m.logs, m.changed = 0, nil, nil, nil, true }

// listed are the ids of all mechanisms, nil if they have to be read.
func (m *mechs) listed() []string { return m.ids }

func (m *mechs) list(ids []string) {
	if !m.changed {
		m.ids = ids
	}
}

func (m *mechs) number(logs map[string][]int64) {
	if !m.changed {
		m.logs = logs
	}
}

func (m *mechs) row(id string) (store.Mechanism, bool) {
	row, ok := m.rows[id]
	return row, ok
}

func (m *mechs) keep(row store.Mechanism) {
	if m.changed {
		return
	}
	if m.rows == nil || len(m.rows) >= mostRows {
		m.rows = map[string]store.Mechanism{}
	}
	m.rows[row.ID] = row
}
