// Package moving carries a record from one ground to another, and shows that nothing of it differs.
//
// It promises that Copy, stopped anywhere and called again, goes on where it stopped, and that Compare passes two records only if every entry, head, tile, state, receipt and note is the
// same in both. A record that is being filled is believed by nobody before Compare has passed it.
package moving

import (
	"context"
	"fmt"
	"slices"

	"entente.example/internal/store"
)

// What one transaction takes at most.
const (
	entriesAtOnce = 4096 // whole tiles
	bytesAtOnce   = 8 << 20
	mattersAtOnce = 256
	tileBits      = 8
	tileWidth     = 1 << tileBits
	hashBytes     = 32
)

// Progress is told how many of all entries are done, and with them what they have come to. It is called every few thousand.
type Progress func(done, total int64)

// Carry copies a record and compares it. Nobody may be writing into either; progress counts every entry twice.
func Carry(ctx context.Context, from, to store.Record, progress Progress) error {
	err := from.View(ctx, func(r store.Reader) error {
		return Copy(ctx, r, to, func(done, total int64) { progress(done, 2*total) })
	})
	if err != nil {
		return err
	}
	return Compare(ctx, from, to, func(done, total int64) { progress(total+done, 2*total) })
}

// Copy puts all of a record into another one, which holds nothing else.
func Copy(ctx context.Context, from store.Reader, to store.Record, progress Progress) error {
	mechs, err := mechanisms(from)
	if err != nil {
		return err
	}
	logs, total, err := allLogs(from)
	if err != nil {
		return err
	}
	err = to.Update(ctx, func(tx store.Tx) error {
		for _, m := range mechs {
			if err := tx.PutMechanism(m); err != nil {
				return err
			}
		}
		return addLogs(tx, logs)
	})
	work := share{total: total, tell: progress}
	for _, l := range logs {
		if err == nil {
			err = copyLog(ctx, from, to, l, work.done)
		}
	}
	for _, m := range mechs {
		if err == nil {
			err = copyMatters(ctx, from, to, m.ID, work.done)
		}
		if err == nil {
			err = to.Update(ctx, func(tx store.Tx) error { return copyBeside(from, tx, m.ID) })
		}
	}
	return err
}

// mechanisms are all of them, with their charters.
func mechanisms(r store.Reader) (all []store.Mechanism, err error) {
	ids, err := r.Mechanisms()
	for i := 0; i < len(ids) && err == nil; i++ {
		var m store.Mechanism
		m, err = r.Mechanism(ids[i])
		all = append(all, m)
	}
	return all, err
}

// allLogs lists the logs of all mechanisms by number, and how many entries they have.
func allLogs(r store.Reader) (all []store.Log, entries int64, err error) {
	ids, err := r.Mechanisms()
	if err != nil {
		return nil, 0, err
	}
	for _, id := range ids {
		logs, err := r.Logs(id)
		if err != nil {
			return nil, 0, err
		}
		all = append(all, logs...)
	}
	for _, l := range all {
		entries += l.Size
	}
	slices.SortFunc(all, func(a, b store.Log) int { return int(a.ID - b.ID) })
	return all, entries, nil
}

// addLogs makes the logs that are not there yet, with the numbers that they have.
func addLogs(tx store.Tx, logs []store.Log) error {
	for _, l := range logs {
		there, err := tx.Logs(l.Mech)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(there, func(t store.Log) bool { return t.Origin == l.Origin })
		id := store.LogID(0)
		if i >= 0 {
			id = there[i].ID
		} else if id, err = tx.AddLog(l); err != nil {
			return err
		}
		if id != l.ID {
			return fmt.Errorf("log %s has the number %d here and would have %d there: the place it is to go to is not empty", l.Origin, l.ID, id)
		}
	}
	return nil
}

// copyLog appends what the other side does not have yet, and sets the head last.
func copyLog(ctx context.Context, from store.Reader, to store.Record, l store.Log, done func(int64)) error {
	at, told := int64(0), int64(0)
	err := to.View(ctx, func(r store.Reader) error {
		there, err := r.Logs(l.Mech)
		for _, t := range there {
			if t.ID == l.ID {
				at = t.Size
			}
		}
		return err
	})
	for err == nil && at < l.Size {
		var entries []store.Entry
		bytes := 0
		for e, err := range from.Entries(l.ID, at, min(at+entriesAtOnce-at%tileWidth, l.Size)) {
			if err != nil {
				return err
			}
			if entries = append(entries, e); bytes >= bytesAtOnce {
				break
			}
			bytes += len(e.Leaf)
		}
		if len(entries) == 0 {
			return fmt.Errorf("entry %d of log %s: %w", at, l.Origin, store.ErrMissing)
		}
		end := at + int64(len(entries))
		root, tiles := store.Hash{}, []store.Tile(nil)
		if end == l.Size {
			root = l.Root
		}
		if tiles, err = tilesOf(from, l, at, end); err == nil {
			err = to.Update(ctx, func(tx store.Tx) error { return tx.Append(l.ID, at, entries, root, tiles) })
		}
		at = end
		done(at - told)
		told = at
	}
	if err != nil {
		return err
	}
	return to.Update(ctx, func(tx store.Tx) error { return copyHead(from, tx, l) })
}

// tilesOf reads the tiles in which entries of [from, to) have left something, of all levels, as they are when the log ends at to: a ground may take what came before for written.
func tilesOf(r store.Reader, l store.Log, from, to int64) (tiles []store.Tile, err error) {
	for level := 0; to>>(tileBits*level) > 0; level++ {
		held, end := from>>(tileBits*level), to>>(tileBits*level)
		for i := held / tileWidth; held < end && i*tileWidth < end; i++ {
			t, err := r.Tile(l.ID, level, i)
			if err != nil {
				return nil, fmt.Errorf("tile %d of level %d of log %s: %w", i, level, l.Origin, err)
			}
			t.Data = t.Data[:min(int64(len(t.Data)), (end-i*tileWidth)*hashBytes)]
			tiles = append(tiles, t)
		}
	}
	return tiles, nil
}

func copyHead(from store.Reader, tx store.Tx, l store.Log) error {
	if err := tx.SetAppliedSize(l.ID, l.Applied); err != nil {
		return err
	}
	if err := tx.SetCheckpoint(l.ID, l.Checkpoint, l.Tail); err != nil {
		return err
	}
	for _, kind := range []struct {
		read func(store.LogID) ([]store.Receipt, error)
		put  func(store.Receipt) error
	}{{from.Receipts, tx.PutReceipt}, {from.Witnessed, tx.PutWitnessed}} {
		all, err := kind.read(l.ID)
		if err != nil {
			return err
		}
		for _, r := range all {
			if err := kind.put(r); err != nil {
				return err
			}
		}
	}
	return nil
}

func copyMatters(ctx context.Context, from store.Reader, to store.Record, mech string, done func(int64)) error {
	var some []store.Matter
	put := func() error {
		err := to.Update(ctx, func(tx store.Tx) error {
			for _, m := range some {
				if err := tx.PutMatter(mech, m); err != nil {
					return err
				}
			}
			return nil
		})
		for _, m := range some {
			done(m.Acts)
		}
		some = some[:0]
		return err
	}
	for m, err := range from.Matters(mech, "") {
		if err != nil {
			return err
		}
		if some = append(some, m); len(some) == mattersAtOnce {
			if err := put(); err != nil {
				return err
			}
		}
	}
	return put()
}

// copyBeside copies what is remembered beside the logs.
func copyBeside(from store.Reader, tx store.Tx, mech string) error {
	evidence, err := from.Evidence(mech)
	if err != nil {
		return err
	}
	for _, e := range evidence {
		if err := tx.AddEvidence(mech, e); err != nil {
			return err
		}
	}
	parcels, err := from.Parcels(mech)
	if err != nil {
		return err
	}
	for _, p := range parcels {
		if err := tx.PutParcel(p); err != nil {
			return err
		}
	}
	for _, kind := range []struct {
		read func(string) (map[string][]byte, error)
		put  func(mech, party string, data []byte) error
	}{{from.Contacts, tx.PutContact}, {from.Words, tx.PutWord}} {
		all, err := kind.read(mech)
		if err != nil {
			return err
		}
		for party, data := range all {
			if err := kind.put(mech, party, data); err != nil {
				return err
			}
		}
	}
	return nil
}
