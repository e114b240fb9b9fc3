// Package index keeps the passages of all matters in a file of its own, so that words are found in milliseconds.
//
// It promises that what it finds is what reading every passage would find, newest first. It is derived: a file that is missing, damaged or of another version is made anew from the record, and
// nothing that is shared depends on it. It is told what to hold, and asks nobody. Words are kept as pairs of neighbouring characters, because SQLite's own tokenizers find no part of a
// word, or nothing under three characters.
package index

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/ext/fts5"

	"entente.example/internal/search"
)

// version is of the file and of how matters are cut into passages and spelt: another one is made anew.
const version = 8

const schema = `
CREATE TABLE part (id INTEGER PRIMARY KEY, mech TEXT NOT NULL, scope TEXT NOT NULL, UNIQUE (mech, scope)) STRICT;
CREATE TABLE cursor (mech TEXT NOT NULL, log TEXT NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (mech, log)) STRICT, WITHOUT ROWID;
CREATE TABLE matter (id INTEGER PRIMARY KEY, mech TEXT NOT NULL, key TEXT NOT NULL, undecided INTEGER NOT NULL, source BLOB NOT NULL, UNIQUE (mech, key)) STRICT;
CREATE INDEX matter_undecided ON matter (mech) WHERE undecided;
CREATE TABLE passage (id INTEGER PRIMARY KEY AUTOINCREMENT, matter INTEGER NOT NULL REFERENCES matter(id), part INTEGER NOT NULL REFERENCES part(id), place TEXT NOT NULL, sum BLOB NOT NULL,
	data BLOB NOT NULL, UNIQUE (matter, part, place)) STRICT;
CREATE INDEX passage_part ON passage (part);
CREATE VIRTUAL TABLE pairs USING fts5 (words, content='', contentless_delete=1, tokenize='ascii');
CREATE VIRTUAL TABLE singles USING fts5 (words, content='', contentless_delete=1, detail=none, tokenize='ascii');
CREATE VIRTUAL TABLE prints USING fts5 (words, content='', contentless_delete=1, detail=none, tokenize='ascii');
PRAGMA user_version = 8;
`

// Index is an opened index. Its methods may be called at once; one Update runs at a time.
type Index struct {
	path  string
	mu    sync.RWMutex // held for writing while the file is replaced
	read  *sql.DB
	write *sql.DB
}

// Open opens the index, or makes an empty one in the place of what cannot be used.
func Open(ctx context.Context, path string) (*Index, error) {
	x := &Index{path: path}
	err := x.open(ctx)
	if err != nil && ctx.Err() == nil {
		err = x.renew(ctx)
	}
	return x, err
}

// Renew puts an empty index in the place of a damaged one.
func (x *Index) Renew(ctx context.Context) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	_ = x.close() // whatever it says, the file goes
	return x.renew(ctx)
}

func (x *Index) renew(ctx context.Context) error {
	if err := Remove(x.path); err != nil {
		return err
	}
	return x.open(ctx)
}

// Replace puts a closed index of another file in the place of this one, which nobody misses while that is done.
func (x *Index) Replace(ctx context.Context, other string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := errors.Join(x.close(), Remove(x.path)); err != nil {
		return errors.Join(err, x.open(ctx))
	}
	err := os.Rename(other, x.path)
	return errors.Join(err, Remove(other), x.open(ctx))
}

// Remove removes the files of an index.
func Remove(path string) error {
	for _, end := range ends {
		if err := os.Remove(path + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("search index: %w", err)
		}
	}
	return nil
}

// Damaged reports whether an error says that the file cannot be used.
func Damaged(err error) bool {
	return errors.Is(err, sqlite3.CORRUPT) || errors.Is(err, sqlite3.NOTADB)
}

const idle = 10 * time.Second

// ends are those of the names of the files that SQLite makes.
var ends = []string{"", "-wal", "-shm"}

func (x *Index) open(ctx context.Context) (err error) {
	for _, end := range ends { // before the driver, which would let everybody read them
		f, err := os.OpenFile(x.path+end, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return fmt.Errorf("search index: %w", err)
		}
		if err := f.Close(); err != nil {
			return fmt.Errorf("search index: %w", err)
		}
	}
	if x.write, err = x.connect(1); err == nil {
		x.read, err = x.connect(2)
	}
	if err == nil {
		// Each has an engine of its own, and a node at rest keeps none for reading in memory. The writing one stays: when the last goes, SQLite removes the files beside the database, and
		// whoever comes next would make them anew for everybody to read.
		x.read.SetConnMaxIdleTime(idle)
	}
	if err == nil {
		err = x.prepare(ctx)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("search index: %w", err), x.close())
	}
	return nil
}

func (x *Index) connect(conns int) (*sql.DB, error) {
	q := url.Values{"_pragma": {"busy_timeout(5000)", "journal_mode(wal)", "synchronous(normal)", "foreign_keys(1)", "cache_size(-4000)"}, "_txlock": {"immediate"}, "modeof": {x.path}}
	db, err := driver.Open("file:"+(&url.URL{Path: x.path}).EscapedPath()+"?"+strings.ReplaceAll(q.Encode(), "+", "%20"), fts5.Register)
	if err == nil {
		db.SetMaxOpenConns(conns)
		db.SetMaxIdleConns(conns)
	}
	return db, err
}

func (x *Index) prepare(ctx context.Context) error {
	var have int
	if err := x.write.QueryRowContext(ctx, "PRAGMA user_version").Scan(&have); err != nil {
		return err
	}
	switch have {
	case version:
		return nil
	case 0:
		return x.tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, schema)
			return err
		})
	}
	return fmt.Errorf("its version is %d", have)
}

// Close closes the index.
func (x *Index) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.close()
}

func (x *Index) close() error {
	var errs []error
	for _, db := range []*sql.DB{x.read, x.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

func (x *Index) tx(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := x.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("search index: %w", err)
	}
	if err := f(tx); err != nil {
		return errors.Join(fmt.Errorf("search index: %w", err), tx.Rollback())
	}
	return tx.Commit()
}

// State is how far a mechanism is indexed.
type State struct {
	Logs      map[string]int64 // entries that are indexed, by log
	Undecided []string         // matters of which more may be agreed by now
}

// State says how far a mechanism is indexed.
func (x *Index) State(ctx context.Context, mech string) (State, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	s := State{Logs: map[string]int64{}}
	rows, err := x.read.QueryContext(ctx, "SELECT log, size FROM cursor WHERE mech = ? UNION ALL SELECT key, -1 FROM matter WHERE mech = ? AND undecided", mech, mech)
	if err != nil {
		return s, fmt.Errorf("search index: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var size int64
		if err := rows.Scan(&name, &size); err != nil {
			return s, err
		}
		if size < 0 {
			s.Undecided = append(s.Undecided, name)
		} else {
			s.Logs[name] = size
		}
	}
	return s, rows.Err()
}

// Update puts matters as they are now in the place of what was kept of them, and notes how far the logs are indexed. Both or neither.
func (x *Index) Update(ctx context.Context, mech string, matters []search.Matter, logs map[string]int64) error {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.tx(ctx, func(tx *sql.Tx) error {
		w := writer{ctx: ctx, tx: tx, mech: mech, parts: map[search.Scope]int64{}}
		for _, m := range matters {
			if err := w.put(m); err != nil {
				return err
			}
		}
		for log, size := range logs {
			if _, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO cursor VALUES (?, ?, ?)", mech, log, size); err != nil {
				return err
			}
		}
		return nil
	})
}

// Forget drops everything of a mechanism: it is to be indexed anew.
func (x *Index) Forget(ctx context.Context, mech string) error {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.tx(ctx, func(tx *sql.Tx) error {
		const of = "(SELECT p.id FROM passage p JOIN matter m ON p.matter = m.id WHERE m.mech = ?)"
		for _, q := range []string{"DELETE FROM pairs WHERE rowid IN " + of, "DELETE FROM singles WHERE rowid IN " + of, "DELETE FROM prints WHERE rowid IN " + of, "DELETE FROM passage WHERE id IN " + of,
			"DELETE FROM matter WHERE mech = ?", "DELETE FROM cursor WHERE mech = ?"} {
			if _, err := tx.ExecContext(ctx, q, mech); err != nil {
				return err
			}
		}
		return nil
	})
}

type writer struct {
	ctx   context.Context
	tx    *sql.Tx
	mech  string
	parts map[search.Scope]int64
}

func (w *writer) exec(query string, args ...any) error {
	_, err := w.tx.ExecContext(w.ctx, query, args...)
	return err
}

// part is the number of a scope of a mechanism. It stands in every token, so that nothing of one is read to find something in another.
func (w *writer) part(s search.Scope) (id int64, err error) {
	if id, ok := w.parts[s]; ok {
		return id, nil
	}
	if err := w.exec("INSERT OR IGNORE INTO part (mech, scope) VALUES (?, ?)", w.mech, string(s)); err != nil {
		return 0, err
	}
	err = w.tx.QueryRowContext(w.ctx, "SELECT id FROM part WHERE mech = ? AND scope = ?", w.mech, string(s)).Scan(&id)
	w.parts[s] = id
	return id, err
}

// kept is a passage that is in the index.
type kept struct {
	id  int64
	sum string
}

// put brings a matter to what it is now. A passage that is as it was keeps its place in the order.
func (w *writer) put(m search.Matter) error {
	source, err := json.Marshal(m.Source)
	if err != nil {
		return err
	}
	var id int64
	err = w.tx.QueryRowContext(w.ctx, `INSERT INTO matter (mech, key, undecided, source) VALUES (?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET undecided = excluded.undecided, source = excluded.source RETURNING id`, w.mech, m.Key, m.Undecided, source).Scan(&id)
	if err != nil {
		return err
	}
	old, err := w.kept(id)
	if err != nil {
		return err
	}
	for _, p := range m.Passages {
		part, err := w.part(p.Scope)
		if err != nil {
			return err
		}
		data, err := json.Marshal(p)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		name := fmt.Sprintf("%d %s", part, p.Place)
		if k, ok := old[name]; ok && k.sum == string(sum[:]) {
			delete(old, name)
			continue
		} else if ok {
			if err := w.drop(k.id); err != nil {
				return err
			}
			delete(old, name)
		}
		if err := w.add(id, part, p, sum[:], data); err != nil {
			return err
		}
	}
	for _, k := range old {
		if err := w.drop(k.id); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) kept(matter int64) (map[string]kept, error) {
	rows, err := w.tx.QueryContext(w.ctx, "SELECT id, part || ' ' || place, sum FROM passage WHERE matter = ?", matter)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]kept{}
	for rows.Next() {
		var k kept
		var name string
		var sum []byte
		if err := rows.Scan(&k.id, &name, &sum); err != nil {
			return nil, err
		}
		k.sum = string(sum)
		out[name] = k
	}
	return out, rows.Err()
}

func (w *writer) add(matter, part int64, p search.Passage, sum, data []byte) error {
	res, err := w.tx.ExecContext(w.ctx, "INSERT INTO passage (matter, part, place, sum, data) VALUES (?, ?, ?, ?, ?)", matter, part, p.Place, sum, data)
	if err != nil {
		return err
	}
	id, err := res.LastInsertId()
	if err != nil {
		return err
	}
	pairs, singles := tokens(part, p.Spelt())
	if err := w.exec("INSERT INTO pairs (rowid, words) VALUES (?, ?)", id, pairs); err != nil {
		return err
	}
	if err := w.exec("INSERT INTO singles (rowid, words) VALUES (?, ?)", id, singles); err != nil || p.Scope != search.Agreed {
		return err
	}
	return w.exec("INSERT INTO prints (rowid, words) VALUES (?, ?)", id, printed(part, search.Prints(p.Text)))
}

func (w *writer) drop(id int64) error {
	return errors.Join(w.exec("DELETE FROM pairs WHERE rowid = ?", id), w.exec("DELETE FROM singles WHERE rowid = ?", id), w.exec("DELETE FROM prints WHERE rowid = ?", id), w.exec("DELETE FROM passage WHERE id = ?", id))
}
