// Package replies owns what readers write to a party's press room, what press officers do with it, and press coverage. It is a file of this node alone.
//
// It promises that nothing is public before a press officer let it through; that no e-mail address is kept, only what it takes to know that two letters have one writer, under a key that
// never leaves the file; that what is erased is overwritten; and that who writes can find, appeal and erase what is theirs without an account. Nothing of it is ever on the record.
package replies

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"entente.example/internal/cabinet"
	"entente.example/internal/press"
	"entente.example/lang"
	"entente.example/refusal"
)

// Options are what a store is opened with. All are required.
type Options struct {
	Path   string
	Now    func() time.Time
	Rand   io.Reader
	Before func(from, to int) error // see cabinet.Plan
}

// Store is the file. Its methods may be called at once.
type Store struct {
	db     *cabinet.DB
	now    func() time.Time
	rand   io.Reader
	key    []byte // for writers' marks
	public atomic.Int64
}

// States of a reply.
const (
	Held     = "held"
	Shown    = "shown"
	Declined = "declined"
)

// States are all of them, what waits first.
var States = []string{Held, Shown, Declined}

var schema = []string{`
CREATE TABLE secret (key BLOB NOT NULL) STRICT;
CREATE TABLE letter (
	id TEXT PRIMARY KEY,
	about TEXT NOT NULL,
	parent TEXT NOT NULL,
	name TEXT NOT NULL,
	writer BLOB NOT NULL,
	words TEXT NOT NULL,
	lang TEXT NOT NULL,
	at INTEGER NOT NULL,
	state TEXT NOT NULL,
	reason TEXT NOT NULL DEFAULT '',
	member TEXT NOT NULL DEFAULT '',
	appeal TEXT NOT NULL DEFAULT '',
	hash BLOB NOT NULL UNIQUE
) STRICT;
CREATE INDEX letter_state ON letter(state, at);
CREATE INDEX letter_writer ON letter(writer);
CREATE TABLE report (letter TEXT NOT NULL REFERENCES letter(id) ON DELETE CASCADE, at INTEGER NOT NULL, words TEXT NOT NULL) STRICT;
CREATE INDEX report_letter ON report(letter);
CREATE TABLE coverage (
	id TEXT PRIMARY KEY,
	about TEXT NOT NULL,
	outlet TEXT NOT NULL,
	day TEXT NOT NULL,
	link TEXT NOT NULL,
	headline TEXT NOT NULL,
	lang TEXT NOT NULL,
	member TEXT NOT NULL
) STRICT;
CREATE TABLE closing (about TEXT PRIMARY KEY, until INTEGER NOT NULL, member TEXT NOT NULL) STRICT;
`}

// Limits of what waits. What is over them is refused in words, and nothing is lost that was taken in.
const (
	maxWaiting  = 2000 // of all
	maxOfText   = 400
	maxOfWriter = 10
	maxReports  = 50 // of one reply
)

// Open opens the file, or makes it.
func Open(ctx context.Context, o Options) (*Store, error) {
	db, err := cabinet.Open(ctx, cabinet.Plan{Path: o.Path, Schema: schema, Wipe: true, Before: o.Before})
	if err != nil {
		return nil, err
	}
	s := &Store{db: db, now: o.Now, rand: o.Rand}
	switch err := db.QueryRowContext(ctx, "SELECT key FROM secret").Scan(&s.key); {
	case err == nil:
		return s, nil
	case !errors.Is(err, sql.ErrNoRows):
		return nil, errors.Join(err, db.Close())
	}
	s.key = make([]byte, 32)
	if _, err := io.ReadFull(s.rand, s.key); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if _, err := db.ExecContext(ctx, "INSERT INTO secret (key) VALUES (@key)", sql.Named("key", s.key)); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }

// Revision changes whenever what is public does.
func (s *Store) Revision() int64 { return s.public.Load() }

// mark tells writers apart without keeping their addresses.
func (s *Store) mark(email string) []byte {
	m := hmac.New(sha256.New, s.key)
	m.Write([]byte(strings.ToLower(strings.TrimSpace(email))))
	return m.Sum(nil)[:16]
}

func digest(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// chance is n random bytes.
func (s *Store) chance(n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(s.rand, b); err != nil {
		return nil, fmt.Errorf("replies: %w", err)
	}
	return b, nil
}

func (s *Store) id() (string, error) {
	b, err := s.chance(8)
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)), err
}

// count reads one number.
func count(ctx context.Context, tx *sql.Tx, query string, args ...any) (n int, err error) {
	err = tx.QueryRowContext(ctx, query, args...).Scan(&n)
	return n, err
}

// Submit implements the press room's letters.
func (s *Store) Submit(ctx context.Context, l press.Letter) (string, error) {
	id, err := s.id()
	if err != nil {
		return "", err
	}
	b, err := s.chance(24)
	if err != nil {
		return "", err
	}
	secret, about, writer := base64.RawURLEncoding.EncodeToString(b), sql.Named("about", l.Key.String()), sql.Named("writer", s.mark(l.Email))
	err = s.db.Do(ctx, func(tx *sql.Tx) error {
		for _, limit := range []struct {
			most  int
			key   string
			query string
			args  []any
		}{
			{0, "press.twice", "SELECT count(*) FROM letter WHERE about = @about AND writer = @writer AND words = @words", []any{about, writer, sql.Named("words", l.Words)}},
			{maxOfWriter - 1, "press.many_waiting", "SELECT count(*) FROM letter WHERE writer = @writer AND state = 'held'", []any{writer}},
			{maxOfText - 1, "press.queue_full", "SELECT count(*) FROM letter WHERE about = @about AND state = 'held'", []any{about}},
			{maxWaiting - 1, "press.queue_full", "SELECT count(*) FROM letter WHERE state = 'held'", nil},
		} {
			n, err := count(ctx, tx, limit.query, limit.args...)
			if err != nil {
				return err
			}
			if n > limit.most {
				return refusal.New(refusal.Conflict, limit.key)
			}
		}
		shown, err := count(ctx, tx, "SELECT count(*) FROM letter WHERE id = @id AND about = @about AND state = 'shown'", sql.Named("id", l.To), about)
		if err != nil {
			return err
		}
		if shown == 0 {
			l.To = "" // what it answers is gone, or was never shown
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO letter (id, about, parent, name, writer, words, lang, at, state, hash) VALUES (@id, @about, @parent, @name, @writer, @words, @lang, @at, 'held', @hash)",
			sql.Named("id", id), about, sql.Named("parent", l.To), sql.Named("name", l.Name), writer, sql.Named("words", l.Words), sql.Named("lang", string(l.Lang)), sql.Named("at", s.now().Unix()),
			sql.Named("hash", digest(secret)))
		return err
	})
	return secret, err
}

// Own implements the press room's letters.
func (s *Store) Own(ctx context.Context, secret string) (o press.Own, err error) {
	var about, appeal string
	err = s.db.QueryRowContext(ctx, "SELECT about, words, state, reason, appeal FROM letter WHERE hash = @hash", sql.Named("hash", digest(secret))).Scan(&about, &o.Words, &o.State, &o.Reason, &appeal)
	if errors.Is(err, sql.ErrNoRows) {
		return o, refusal.New(refusal.Missing, "press.no_reply")
	}
	o.Key, _ = press.ParseKey(about)
	o.Appealed = appeal != ""
	return o, err
}

// change runs one statement that must change a row, which speaks of a reply.
func (s *Store) change(ctx context.Context, query string, args ...any) error {
	return s.changes(ctx, "press.no_reply", alone, query, args...)
}

// alone is that nothing happens together with a change.
func alone(*sql.Tx) error { return nil }

// changes is change with what happens together with it; missing says that there is no such row.
func (s *Store) changes(ctx context.Context, missing string, also func(*sql.Tx) error, query string, args ...any) error {
	err := s.db.Do(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, query, args...)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, refusal.New(refusal.Missing, missing))
		}
		return also(tx)
	})
	if err == nil {
		s.public.Add(1)
	}
	return err
}

// Erase implements the press room's letters.
func (s *Store) Erase(ctx context.Context, secret string) error {
	return s.change(ctx, "DELETE FROM letter WHERE hash = @hash", sql.Named("hash", digest(secret)))
}

const maxAppeal = 1000

// Appeal implements the press room's letters.
func (s *Store) Appeal(ctx context.Context, secret, words string) error {
	words = strings.TrimSpace(words)
	if words == "" || len(words) > maxAppeal || lang.CheckNew(words) != nil {
		return refusal.New(refusal.Invalid, "press.bad_appeal")
	}
	return s.change(ctx, "UPDATE letter SET appeal = @words WHERE hash = @hash AND state = 'declined' AND appeal = ''", sql.Named("words", words), sql.Named("hash", digest(secret)))
}

// Report implements the press room's letters. Beyond a number, one more says nothing new.
func (s *Store) Report(ctx context.Context, id, reason string) error {
	return s.db.Do(ctx, func(tx *sql.Tx) error {
		n, err := count(ctx, tx, "SELECT count(*) FROM report WHERE letter = @id", sql.Named("id", id))
		if err != nil || n >= maxReports {
			return err
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO report (letter, at, words) SELECT id, @at, @words FROM letter WHERE id = @id AND state = 'shown'", sql.Named("at", s.now().Unix()), sql.Named("words", reason), sql.Named("id", id))
		return err
	})
}

var link = regexp.MustCompile(`(?i)https?://|www\.|\[url`)
