// Package backroom owns what a party says to itself in a mechanism: instructions, briefs, fallback wording, own minutes and comments; tasks; drafts that go round its offices to be cleared;
// and acts that wait for the consent of a second member before they leave.
//
// It promises that nothing of it can leave: neither the fold nor the line, a proof, an export, a pouch or the press room has a path to this package, which a test of the import graph keeps.
// Its file is for the node's owner alone, what is dropped is overwritten, and what it says is durable on return. A backup has the file, because nobody else has it.
package backroom

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"entente.example/internal/cabinet"
	"entente.example/lang"
	"entente.example/refusal"
)

// Options are what a store is opened with. All are required.
type Options struct {
	Path string
	Now  func() time.Time
	// Members are those of our party in a mechanism: whom something can be asked of.
	Members func(ctx context.Context, mech string) ([]string, error)
	// Stands refuses a matter that is not on the record, or a place that it never had: what is about it would be found by nobody. nil: none is looked for.
	Stands func(ctx context.Context, mech, matter, place string) error
	// Before is that of cabinet.Plan.
	Before func(from, to int) error
}

// Store is the file. Its methods may be called at once.
type Store struct {
	db *cabinet.DB
	o  Options

	mu      sync.Mutex
	changes map[string]int64 // by mechanism
}

// schema holds the steps from an empty file to today's. A released step is never changed.
var schema = []string{`
CREATE TABLE item (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	mech TEXT NOT NULL,
	kind TEXT NOT NULL,
	matter TEXT NOT NULL,
	open INTEGER NOT NULL,
	doc TEXT NOT NULL
) STRICT;
CREATE INDEX item_of ON item(mech, kind, open);
CREATE INDEX item_matter ON item(mech, matter);
`}

// Limits of what is kept.
const (
	maxWords = 64 << 10
	maxLine  = 300
	maxKept  = 20_000 // of one kind in one mechanism
	maxList  = 50     // offices, members of an office, drafts
)

// Open opens the file, or makes it. An act that was being written when the node stopped is marked: nobody knows whether it was.
func Open(ctx context.Context, o Options) (*Store, error) {
	db, err := cabinet.Open(ctx, cabinet.Plan{Path: o.Path, Schema: schema, Wipe: true, Before: o.Before})
	if err != nil {
		return nil, err
	}
	s := &Store{db: db, o: o}
	if err := s.unclear(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }

// Now is the house's clock.
func (s *Store) Now() time.Time { return s.o.Now() }

// About says what something of ours is about.
type About struct {
	Matter string `json:"matter,omitempty" doc:"What it is about, as in text/js-1; empty: the mechanism as a whole"`
	Place  string `json:"place,omitempty" doc:"Where in it: the id of a paragraph"`
}

func (a About) check() error {
	for _, s := range []string{a.Matter, a.Place} {
		if len(s) > maxLine || lang.CheckNewLine(s) != nil || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' }) {
			return refusal.New(refusal.Invalid, "ours.bad_matter")
		}
	}
	return nil
}

// about refuses what cannot be spoken of in a mechanism.
func (s *Store) about(ctx context.Context, mech string, a About) error {
	err := a.check()
	if err == nil && a.Matter != "" && s.o.Stands != nil {
		err = s.o.Stands(ctx, mech, a.Matter, a.Place)
	}
	return err
}

// checkWords refuses what is empty, too long, or has characters that nobody can see.
func checkWords(words string) error {
	if strings.TrimSpace(words) == "" {
		return refusal.New(refusal.Invalid, "ours.empty")
	}
	if len(words) > maxWords {
		return refusal.New(refusal.Invalid, "ours.long", "limit", strconv.Itoa(maxWords))
	}
	return lang.CheckNew(words)
}

// checkLine refuses a line that is too long or no line. An empty one may stand.
func checkLine(line string) error {
	if len(line) > maxLine {
		return refusal.New(refusal.Invalid, "ours.long", "limit", strconv.Itoa(maxLine))
	}
	return lang.CheckNewLine(line)
}

func checkLang(tag lang.Tag) error {
	if tag == "" {
		return nil
	}
	return tag.Check()
}

// colleagues refuses names that are nobody of ours.
func (s *Store) colleagues(ctx context.Context, mech string, names ...string) error {
	known, err := s.o.Members(ctx, mech)
	if err != nil {
		return err
	}
	for _, n := range names {
		if !slices.Contains(known, n) {
			return refusal.New(refusal.Missing, "ours.no_member", "member", n, "members", strings.Join(known, ", "))
		}
	}
	return nil
}

// Changes counts what this process has changed of a mechanism. Whoever reads it, then looks, and finds it unchanged later, has nothing new to see there: nobody else has the file open.
func (s *Store) Changes(mech string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changes[mech]
}

// do changes something of a mechanism in one transaction.
func (s *Store) do(ctx context.Context, mech string, f func(*sql.Tx) error) error {
	err := s.db.Do(ctx, f)
	s.mu.Lock() // whatever came of it: it may be there although we were told that it failed
	defer s.mu.Unlock()
	if s.changes == nil {
		s.changes = map[string]int64{}
	}
	s.changes[mech]++
	return err
}

// kept is a kind of thing that is kept: how its id begins, and what of it is kept.
type kept[T any] struct {
	kind string
	id   func(*T) *string
	of   func(*T) About
	open func(*T) bool
}

func (k kept[T]) number(id string) (int64, error) {
	digits, ok := strings.CutPrefix(id, k.kind+"-")
	n, err := strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil {
		return 0, refusal.New(refusal.Missing, "ours.unknown", "id", id)
	}
	return n, nil
}

func (k kept[T]) add(ctx context.Context, s *Store, mech string, v *T) error {
	return s.do(ctx, mech, func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM item WHERE mech = @mech AND kind = @kind", sql.Named("mech", mech), sql.Named("kind", k.kind)).Scan(&n); err != nil {
			return err
		}
		if n >= maxKept {
			return refusal.New(refusal.Conflict, "ours.many", "limit", strconv.Itoa(maxKept))
		}
		doc, err := json.Marshal(v)
		if err != nil {
			return err
		}
		r, err := tx.ExecContext(ctx, "INSERT INTO item (mech, kind, matter, open, doc) VALUES (@mech, @kind, @matter, @open, @doc)", sql.Named("mech", mech), sql.Named("kind", k.kind),
			sql.Named("matter", k.of(v).Matter), sql.Named("open", k.open(v)), sql.Named("doc", string(doc)))
		if err != nil {
			return err
		}
		id, err := r.LastInsertId()
		*k.id(v) = fmt.Sprintf("%s-%d", k.kind, id)
		return err
	})
}

// change reads one, lets f change it, and keeps what f made of it; all in one transaction. Nothing is changed if f refuses.
func (k kept[T]) change(ctx context.Context, s *Store, mech, id string, f func(*T) error) (out T, err error) {
	n, err := k.number(id)
	if err != nil {
		return out, err
	}
	err = s.do(ctx, mech, func(tx *sql.Tx) error {
		var doc string
		err := tx.QueryRowContext(ctx, "SELECT doc FROM item WHERE id = @id AND mech = @mech AND kind = @kind", sql.Named("id", n), sql.Named("mech", mech), sql.Named("kind", k.kind)).Scan(&doc)
		if errors.Is(err, sql.ErrNoRows) {
			return refusal.New(refusal.Missing, "ours.unknown", "id", id)
		}
		if err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(doc), &out); err != nil {
			return err
		}
		*k.id(&out) = id
		if err := f(&out); err != nil {
			return err
		}
		b, err := json.Marshal(out)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "UPDATE item SET doc = @doc, open = @open WHERE id = @id", sql.Named("doc", string(b)), sql.Named("open", k.open(&out)), sql.Named("id", n))
		return err
	})
	return out, err
}

// drop forgets one that may is content with.
func (k kept[T]) drop(ctx context.Context, s *Store, mech, id string, may func(*T) error) error {
	if _, err := k.change(ctx, s, mech, id, may); err != nil {
		return err
	}
	n, err := k.number(id)
	if err != nil {
		return err
	}
	return s.do(ctx, mech, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM item WHERE id = @id", sql.Named("id", n))
		return err
	})
}

// list reads all of a mechanism, oldest first; only those that are open if openOnly.
func (k kept[T]) list(ctx context.Context, s *Store, mech string, openOnly bool) ([]T, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT id, doc FROM item WHERE mech = @mech AND kind = @kind AND open >= @open ORDER BY id", sql.Named("mech", mech), sql.Named("kind", k.kind), sql.Named("open", openOnly))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []T{}
	for rows.Next() {
		var n int64
		var doc string
		if err := rows.Scan(&n, &doc); err != nil {
			return nil, err
		}
		var v T
		if err := json.Unmarshal([]byte(doc), &v); err != nil {
			return nil, err
		}
		*k.id(&v) = fmt.Sprintf("%s-%d", k.kind, n)
		out = append(out, v)
	}
	return out, rows.Err()
}

// only keeps those of a list that are about something; all if of is empty.
func (k kept[T]) only(all []T, of About) []T {
	return slices.DeleteFunc(all, func(v T) bool {
		is := k.of(&v)
		return of.Matter != "" && is.Matter != of.Matter || of.Place != "" && is.Place != of.Place
	})
}

// one reads one.
func (k kept[T]) one(ctx context.Context, s *Store, mech, id string) (T, error) {
	return k.change(ctx, s, mech, id, func(*T) error { return nil })
}
