package postgres

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"entente.example/internal/store"
	"entente.example/internal/store/postgres/pgtest"
)

// hashes are those of a tile, each told from the others.
func hashes(level int, from, to int64) (b []byte) {
	for n := from; n < to; n++ {
		b = append(b, bytes.Repeat([]byte{byte(level + 1), byte(n), byte(n >> 8), byte(n >> 16)}, 8)...)
	}
	return b
}

// tilesOf are the tiles that change when a log goes on.
func tilesOf(from, to int64) (out []store.Tile) {
	for level := 0; from>>(8*level) < to>>(8*level); level++ {
		first, end := from>>(8*level), to>>(8*level)
		for n := first / 256; n*256 < end; n++ {
			out = append(out, store.Tile{Level: level, N: n, Data: hashes(level, n*256, min(end, (n+1)*256))})
		}
	}
	return out
}

// Tiles are written in parts and read whole, in whatever steps a log grows.
func TestTilesGrowInAnySteps(t *testing.T) {
	db := founded(t, pgtest.Database(t))
	at, n := int64(0), 0
	for _, step := range []int64{1, 30, 1, 1, 31, 65, 127, 300, 700, 1, 3000, 1, 33} {
		entries := make([]store.Entry, step)
		for i := range entries {
			entries[i] = store.Entry{Leaf: fmt.Append(nil, at+int64(i)), Matter: fmt.Sprintf("text/%d", (at+int64(i))%40)}
		}
		if err := db.Update(t.Context(), func(tx store.Tx) error {
			return tx.Append(1, at, entries, store.Hash{}, tilesOf(at, at+step))
		}); err != nil {
			t.Fatal(err)
		}
		at += step
		err := db.View(t.Context(), func(r store.Reader) error {
			for _, want := range tilesOf(0, at) {
				if got, err := r.Tile(1, want.Level, want.N); err != nil || !bytes.Equal(got.Data, want.Data) {
					return fmt.Errorf("at %d, tile %d of level %d has %d bytes, not %d: %w", at, want.N, want.Level, len(got.Data), len(want.Data), err)
				}
				n++
			}
			for i := max(0, at-40); i < at; i++ {
				if e, err := r.Entry(1, i); err != nil || e.Matter != fmt.Sprintf("text/%d", i%40) {
					return fmt.Errorf("entry %d is of %q: %w", i, e.Matter, err)
				}
			}
			_, err := r.Tile(1, 0, at/256+1)
			if !errors.Is(err, store.ErrMissing) {
				return fmt.Errorf("a tile that is not there: %w", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 70 {
		t.Fatalf("only %d tiles were read", n)
	}
}

// What an older program stored as one row is read as it was.
func TestTilesOfAnOlderProgram(t *testing.T) {
	url := pgtest.Database(t)
	older(t, url, 1, 0)
	want := []store.Tile{{N: 0, Data: hashes(0, 0, 256)}, {N: 1, Data: hashes(0, 256, 289)}, {N: 2, Data: hashes(0, 512, 513)}, {Level: 1, Data: hashes(1, 0, 32)}}
	for _, tile := range want {
		pgtest.Exec(t, url, fmt.Sprintf(`INSERT INTO entente.tile VALUES (1, %d, %d, '\x%x')`, tile.Level, tile.N, tile.Data))
	}
	db, err := Open(t.Context(), Options{URL: url, Owner: "a", Upgrade: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.View(t.Context(), func(r store.Reader) error {
		for _, tile := range want {
			if got, err := r.Tile(1, tile.Level, tile.N); err != nil || !bytes.Equal(got.Data, tile.Data) {
				return fmt.Errorf("tile %d of level %d has %d bytes, not %d: %w", tile.N, tile.Level, len(got.Data), len(tile.Data), err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// A log whose last part of a tile an older program has written goes on from there, in small steps and large ones.
func TestALogOfAnOlderProgramGoesOn(t *testing.T) {
	for _, held := range []int64{1, 31, 32, 289} {
		url := pgtest.Database(t)
		older(t, url, slices.Index(schema, hashSchema), held) // hashes lay in tiles alone
		for _, tile := range tilesOf(0, held) {
			for part, data := range slices.Collect(slices.Chunk(tile.Data, partWidth*hashBytes)) {
				pgtest.Exec(t, url, fmt.Sprintf(`INSERT INTO entente.tile VALUES (1, %d, %d, %d, '\x%x')`, tile.Level, tile.N, part, data))
			}
		}
		db, err := Open(t.Context(), Options{URL: url, Owner: "a", Upgrade: true})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		at := held
		for _, step := range []int64{1, 1, few + 1, 1, 40, 1, 300} {
			if err := db.Update(t.Context(), func(tx store.Tx) error {
				return tx.Append(1, at, entriesAt(at, int(step)), store.Hash{}, tilesOf(at, at+step))
			}); err != nil {
				t.Fatal(err)
			}
			at += step
			err := db.View(t.Context(), func(r store.Reader) error {
				for _, want := range tilesOf(0, at) {
					if got, err := r.Tile(1, want.Level, want.N); err != nil || !bytes.Equal(got.Data, want.Data) {
						return fmt.Errorf("from %d, at %d, tile %d of level %d has %d bytes, not %d: %w", held, at, want.N, want.Level, len(got.Data), len(want.Data), err)
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}
	}
}

// A small act writes no tile: its hash lies in its own row until a part is full.
func TestASmallActWritesNoTile(t *testing.T) {
	db := founded(t, pgtest.Database(t))
	for at := range int64(partWidth) {
		var rows int64
		if err := db.pool.QueryRow(t.Context(), "SELECT count(*) FROM tile").Scan(&rows); err != nil || rows != 0 {
			t.Fatalf("at %d there are %d parts of tiles: %v", at, rows, err)
		}
		if err := db.Update(t.Context(), blind(at, 1, "text/x")); err != nil {
			t.Fatal(err)
		}
	}
	var rows int64
	if err := db.pool.QueryRow(t.Context(), "SELECT count(*) FROM tile").Scan(&rows); err != nil || rows != 1 {
		t.Errorf("a full part lies in %d rows: %v", rows, err)
	}
}

// A number that a matter was given in a transaction that failed is nobody's: the next entries of it stand under the one that it has.
func TestNumbersOfAFailedTransactionAreForgotten(t *testing.T) {
	db := founded(t, pgtest.Database(t))
	given := func(at int64, matters []string, fail error) error {
		var entries []store.Entry
		for _, m := range matters {
			entries = append(entries, store.Entry{Leaf: []byte(m), Matter: m, Lam: at + 1})
		}
		return db.Update(t.Context(), func(tx store.Tx) error {
			err := tx.Append(1, at, entries, store.Hash{}, nil)
			if _, read := tx.Matter(mech, "text/none"); !errors.Is(read, store.ErrMissing) { // what was gathered is sent, and the numbers are heard
				err = errors.Join(err, read)
			}
			return errors.Join(err, fail)
		})
	}
	failed := errors.New("refused")
	if err := given(0, []string{"text/b", "text/a"}, failed); !errors.Is(err, failed) {
		t.Fatal(err)
	}
	for at, m := range [][]string{{"text/c", "text/a"}, {"text/b", "text/a", "text/c", "text/a", "text/b"}, {"text/a"}} {
		if err := given([]int64{0, 2, 7}[at], m, nil); err != nil {
			t.Fatal(err)
		}
	}
	err := db.View(t.Context(), func(r store.Reader) error {
		for i, want := range []string{"text/c", "text/a", "text/b", "text/a", "text/c", "text/a", "text/b", "text/a"} {
			if e, err := r.Entry(1, int64(i)); err != nil || e.Matter != want {
				return fmt.Errorf("entry %d is of %q, not %q: %w", i, e.Matter, want, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// What a transaction that failed has written of a tile, or of a matter, is not there: whoever comes next writes it all the same.
func TestWhatAFailedTransactionWroteIsWrittenAnew(t *testing.T) {
	db, failed := founded(t, pgtest.Database(t)), errors.New("refused")
	act := func(at int64, fail error) error {
		return db.Update(t.Context(), func(tx store.Tx) error {
			if err := blind(at, 1, "text/x")(tx); err != nil {
				return err
			}
			_, err := tx.Tile(1, 0, at/256) // what was gathered is sent, and it is there for this transaction
			return errors.Join(err, fail)
		})
	}
	at := int64(0)
	for range 70 { // over the ends of two parts
		if err := act(at, failed); !errors.Is(err, failed) {
			t.Fatal(err)
		}
		for range 2 {
			if err := act(at, nil); err != nil {
				t.Fatal(err)
			}
			at++
			written(t, db, at)
		}
	}
}

// A session that is begun anew may be one of a standby that had not received everything: nothing is taken to be there because it was.
func TestNothingIsKnownOfAnotherServer(t *testing.T) {
	url := pgtest.Database(t)
	db := founded(t, url)
	for at := range int64(3) {
		if err := db.Update(t.Context(), blind(at, 1, "text/x")); err != nil {
			t.Fatal(err)
		}
	}
	pgtest.Exec(t, url, "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
	pgtest.Exec(t, url, "DELETE FROM entente.matter; DELETE FROM entente.tile; DELETE FROM entente.entry; UPDATE entente.head SET size=0, applied=0")
	for at := range int64(2) {
		if err := db.Update(t.Context(), blind(at, 1, "text/x")); err != nil {
			t.Fatal(err)
		}
		written(t, db, at+1)
	}
}
