package goodoffices

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"
	_ "github.com/ncruces/go-sqlite3/driver" // registers "sqlite3"

	"entente.example/internal/carrier/pinned"
	"entente.example/internal/mailbox"
	"entente.example/refusal"
)

// Mail is what lies in an office, in one SQLite file. Every commit is synced before it returns, and what is deleted is overwritten.
type Mail struct {
	db *sql.DB
	s  Settings
}

const storeVersion = 1

const storeSchema = `
CREATE TABLE message (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	mailbox BLOB NOT NULL,
	name BLOB NOT NULL,
	customer BLOB NOT NULL,
	arrived INTEGER NOT NULL,
	bytes INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX message_name ON message(mailbox, name);
CREATE INDEX message_mailbox ON message(mailbox, id, bytes);
CREATE INDEX message_customer ON message(customer, bytes);
CREATE INDEX message_arrived ON message(arrived);
CREATE TABLE content (
	id INTEGER PRIMARY KEY REFERENCES message(id),
	bytes BLOB NOT NULL
) STRICT;
PRAGMA user_version = 1;
`

// OpenMail opens the mail, or begins it. The files are for their owner alone. layer is the engine's file layer, "" for the machine's own disk; tests have others.
func OpenMail(ctx context.Context, path, layer string, s Settings) (*Mail, error) {
	own := []string{path, path + "-shm"}
	q := url.Values{"_pragma": {"busy_timeout(5000)", "journal_mode(wal)", "synchronous(full)", "secure_delete(on)"}, "_txlock": {"immediate"}, "modeof": {path}}
	if layer != "" {
		own = nil
		q.Set("vfs", layer)
		q.Del("modeof")
	}
	for _, p := range own { // the driver would make them readable for others
		f, err := os.OpenFile(p, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, refusal.New(refusal.Unavailable, "offices.mail_unreadable", "file", path).Because(err)
		}
		if err := f.Close(); err != nil {
			return nil, err
		}
	}
	spaces := strings.NewReplacer("+", "%20") // SQLite does not read + as a space
	db, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+spaces.Replace(q.Encode()))
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	db.SetMaxOpenConns(4) // collecting goes on while something is stored
	m := &Mail{db: db, s: s}
	var have int
	err = db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&have)
	switch {
	case err != nil:
		err = refusal.New(refusal.Unavailable, "offices.mail_unreadable", "file", path).Because(err)
	case have > storeVersion:
		err = refusal.New(refusal.Conflict, "offices.newer", "file", path)
	case have == 0:
		err = m.tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, storeSchema)
			return err
		})
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return m, nil
}

// Close closes it.
func (m *Mail) Close() error { return m.db.Close() }

// tx runs f in one transaction; it is durable when tx returns nil. A customer who goes away must not leave a half-done write, so ctx does not reach the commit.
func (m *Mail) tx(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := m.db.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	if err := f(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	return nil
}

// Why a message is not taken.
var (
	ErrMailboxFull  = errors.New("the mailbox is full")
	ErrCustomerFull = errors.New("the customer's share is used up")
	ErrOfficeFull   = errors.New("the office is full")
)

// Put stores a message and returns when it is durable. A message that lies there already is not stored twice; fresh is false then.
func (m *Mail) Put(ctx context.Context, box mailbox.ID, customer pinned.Pin, message []byte, now time.Time) (fresh bool, err error) {
	name := mailbox.NameOf(message)
	err = m.tx(ctx, func(tx *sql.Tx) error {
		var there bool
		if err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM message WHERE mailbox = ? AND name = ?)", box[:], name[:]).Scan(&there); err != nil || there {
			return err
		}
		if err := m.room(ctx, tx, box, customer, int64(len(message))); err != nil {
			return err
		}
		r, err := tx.ExecContext(ctx, "INSERT INTO message (mailbox, name, customer, arrived, bytes) VALUES (?, ?, ?, ?, ?)", box[:], name[:], []byte(customer), now.Unix(), len(message))
		if err != nil {
			return err
		}
		id, err := r.LastInsertId()
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO content (id, bytes) VALUES (?, ?)", id, message)
		fresh = true
		return err
	})
	if errors.Is(err, sqlite3.FULL) {
		err = ErrOfficeFull
	}
	return fresh && err == nil, err
}

// room says who has none for so many bytes more: the mailbox is asked first, so that a full one is not taken for its owner's fault.
func (m *Mail) room(ctx context.Context, tx *sql.Tx, box mailbox.ID, customer pinned.Pin, more int64) error {
	for _, q := range []struct {
		where string
		key   []byte
		limit Quota
		full  error
	}{{"WHERE mailbox = ?", box[:], m.s.Mailbox, ErrMailboxFull}, {"WHERE customer = ?", []byte(customer), m.s.Customer, ErrCustomerFull}} {
		var n, bytes int64
		if err := tx.QueryRowContext(ctx, "SELECT count(*), coalesce(sum(bytes), 0) FROM message "+q.where, q.key).Scan(&n, &bytes); err != nil {
			return err
		}
		if n+1 > q.limit.Messages || bytes+more > q.limit.Bytes {
			return q.full
		}
	}
	var all int64
	if err := tx.QueryRowContext(ctx, "SELECT coalesce(sum(bytes), 0) FROM message").Scan(&all); err != nil {
		return err
	}
	if all+more > m.s.Total {
		return ErrOfficeFull
	}
	return nil
}

// Oldest lists the messages that have lain in a mailbox longest.
func (m *Mail) Oldest(ctx context.Context, box mailbox.ID, limit int) (ids []int64, err error) {
	rows, err := m.db.QueryContext(ctx, "SELECT id FROM message WHERE mailbox = ? ORDER BY id LIMIT ?", box[:], limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// Get reads one message; nil if it was deleted meanwhile.
func (m *Mail) Get(ctx context.Context, id int64) (message []byte, err error) {
	err = m.db.QueryRowContext(ctx, "SELECT bytes FROM content WHERE id = ?", id).Scan(&message)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return message, err
}

// Remove deletes messages by name; those that are not there are deleted already.
func (m *Mail) Remove(ctx context.Context, box mailbox.ID, names []mailbox.Name) error {
	return m.tx(ctx, func(tx *sql.Tx) error {
		for _, n := range names {
			if err := removeWhere(ctx, tx, "mailbox = ? AND name = ?", box[:], n[:]); err != nil {
				return err
			}
		}
		return nil
	})
}

// Sweep deletes what has lain here too long.
func (m *Mail) Sweep(ctx context.Context, before time.Time) error {
	return m.tx(ctx, func(tx *sql.Tx) error { return removeWhere(ctx, tx, "arrived < ?", before.Unix()) })
}

func removeWhere(ctx context.Context, tx *sql.Tx, where string, args ...any) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM content WHERE id IN (SELECT id FROM message WHERE "+where+")", args...); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM message WHERE "+where, args...)
	return err
}

// Checkpoint moves the write-ahead log into the file and cuts it, so that what was deleted does not lie on in it.
func (m *Mail) Checkpoint(ctx context.Context) error {
	_, err := m.db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}

// Usage is what lies here.
type Usage struct {
	Customers int   `json:"customers"`
	Mailboxes int64 `json:"mailboxes"`
	Messages  int64 `json:"messages"`
	Bytes     int64 `json:"bytes"`
	Oldest    int64 `json:"oldest"` // Unix time; 0 if nothing lies here
}

// Usage says what lies here; of customers it knows nothing.
func (m *Mail) Usage(ctx context.Context) (u Usage, err error) {
	err = m.db.QueryRowContext(ctx, "SELECT count(DISTINCT mailbox), count(*), coalesce(sum(bytes), 0), coalesce(min(arrived), 0) FROM message").Scan(&u.Mailboxes, &u.Messages, &u.Bytes, &u.Oldest)
	return u, err
}
