package node

import (
	"bytes"
	"fmt"
	"slices"
	"sync"

	"entente.example/internal/store"
	"entente.example/ledger"
)

// ahead reads and hashes the logs of a mechanism while somebody else folds what was read. All reads of the snapshot take turns: it has one connection.
type ahead struct {
	reading sync.Mutex
	work    sync.WaitGroup
	stopped chan struct{} // nobody takes entries any more; hashing goes on to the end
	logs    []*aheadLog
}

// aheadLog is one log as it is read. tree and err are for whoever has waited for stop.
type aheadLog struct {
	rows chan []aheadEntry
	at   []aheadEntry // taken from rows and not folded yet
	tree *ledger.Builder
	err  error
}

type aheadEntry struct {
	store.Entry
	hash ledger.Hash
}

const (
	aheadRows    = 512 // entries that are read at once
	aheadBatches = 4   // that may wait to be folded, of each log
)

// readAhead begins to read every log from its first entry.
func (v *verification) readAhead() {
	v.ahead = &ahead{stopped: make(chan struct{})}
	for _, l := range v.All {
		a := &aheadLog{rows: make(chan []aheadEntry, aheadBatches), tree: ledger.NewBuilder()}
		v.ahead.logs = append(v.ahead.logs, a)
		v.ahead.work.Go(func() {
			defer close(a.rows)
			a.err = v.ahead.read(v.r, l, a)
		})
	}
}

func (h *ahead) read(r store.Reader, l store.Log, a *aheadLog) error {
	for from := int64(0); from < l.Size; from += aheadRows {
		rows, err := h.batch(r, l, from)
		if err != nil {
			return err
		}
		for i := range rows {
			rows[i].hash = ledger.LeafHash(rows[i].Leaf)
			a.tree.Append(rows[i].hash)
		}
		select {
		case a.rows <- rows:
		case <-h.stopped:
		}
	}
	return nil
}

// batch reads some entries in a turn of its own. What a store gives out is good until it is asked for more, so it is copied.
func (h *ahead) batch(r store.Reader, l store.Log, from int64) (rows []aheadEntry, err error) {
	h.reading.Lock()
	defer h.reading.Unlock()
	to := min(from+aheadRows, l.Size)
	rows = make([]aheadEntry, 0, to-from)
	for e, err := range r.Entries(l.ID, from, to) {
		if err != nil {
			return nil, err
		}
		e.Leaf, e.Past, e.Void = bytes.Clone(e.Leaf), slices.Clone(e.Past), bytes.Clone(e.Void)
		rows = append(rows, aheadEntry{Entry: e})
	}
	if int64(len(rows)) < to-from {
		return nil, fmt.Errorf("entry %d of %s: %w", from+int64(len(rows)), l.Origin, store.ErrMissing)
	}
	return rows, nil
}

// stop returns when all logs are hashed to their ends. What was read and not folded is dropped.
func (h *ahead) stop() {
	close(h.stopped)
	h.work.Wait()
}

// next is the first entry that is not folded; ok is false if there is none, or it cannot be read.
func (a *aheadLog) next() (e aheadEntry, ok bool) {
	if len(a.at) == 0 {
		if a.at, ok = <-a.rows; !ok {
			return e, false
		}
	}
	return a.at[0], true
}

// taken says that it is folded.
func (a *aheadLog) taken() { a.at = a.at[1:] }
