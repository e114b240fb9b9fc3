// Package subscribers owns whom a press room writes letters to: addresses that their owners confirmed, and what is still to be sent. It is a file of this node alone.
//
// It promises that nobody is written to twice who has not confirmed, and not at all once they have ended it; that an address which is not confirmed in two days is forgotten, and one that ended
// is overwritten; that nothing but a letter leads back to an address, and only a count is told to anybody; and that each text is announced once to each, whatever crashes. Nothing of it is ever on the record.
package subscribers

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
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
	db   *cabinet.DB
	now  func() time.Time
	rand io.Reader
	key  []byte // of the words in letters' links
	mu   sync.Mutex
	told map[string]bool // what has been announced, so that nobody asks the file for nothing
	soon chan struct{}   // something may have to be sent
}

var schema = []string{`
CREATE TABLE secret (key BLOB NOT NULL) STRICT;
CREATE TABLE subscriber (
	id BLOB PRIMARY KEY,
	address TEXT NOT NULL,
	lang TEXT NOT NULL,
	topic TEXT NOT NULL,
	asked INTEGER NOT NULL,
	confirmed INTEGER NOT NULL DEFAULT 0,
	UNIQUE (address, lang, topic)
) STRICT;
CREATE TABLE announced (event TEXT PRIMARY KEY) STRICT;
CREATE TABLE outgoing (
	subscriber BLOB NOT NULL REFERENCES subscriber(id) ON DELETE CASCADE,
	event TEXT NOT NULL,
	tries INTEGER NOT NULL DEFAULT 0,
	next INTEGER NOT NULL,
	PRIMARY KEY (subscriber, event)
) STRICT;
CREATE INDEX outgoing_next ON outgoing(next);
`}

// Limits. What is over them is refused in words, or quietly where an answer would tell whether an address is known.
const (
	maxUnconfirmed = 2_000
	maxSubscribers = 100_000
	maxOfAddress   = 20
	askAgain       = time.Hour      // between two letters that ask one address to confirm
	keepAsked      = 48 * time.Hour // unconfirmed
	maxTries       = 8              // the last some four hours after the first
	lease          = 10 * time.Minute
)

// Open opens the file, or makes it.
func Open(ctx context.Context, o Options) (*Store, error) {
	db, err := cabinet.Open(ctx, cabinet.Plan{Path: o.Path, Schema: schema, Wipe: true, Before: o.Before})
	if err != nil {
		return nil, err
	}
	s := &Store{db: db, now: o.Now, rand: o.Rand, told: map[string]bool{}, soon: make(chan struct{}, 1)}
	err = db.QueryRowContext(ctx, "SELECT key FROM secret").Scan(&s.key)
	if errors.Is(err, sql.ErrNoRows) {
		s.key = make([]byte, 32)
		if _, err = io.ReadFull(s.rand, s.key); err == nil {
			_, err = db.ExecContext(ctx, "INSERT INTO secret (key) VALUES (@key)", sql.Named("key", s.key))
		}
	}
	if err == nil {
		err = s.remember(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

func (s *Store) remember(ctx context.Context) error {
	rows, err := s.db.QueryContext(ctx, "SELECT event FROM announced")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var event string
		if err := rows.Scan(&event); err != nil {
			return err
		}
		s.told[event] = true
	}
	return rows.Err()
}

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }

// Soon says when something may have to be sent.
func (s *Store) Soon() <-chan struct{} { return s.soon }

func (s *Store) nudge() {
	select {
	case s.soon <- struct{}{}:
	default:
	}
}

// What a word in a letter is good for.
const (
	toConfirm = "confirm"
	toEnd     = "end"
)

const idLength, macLength = 12, 16

// word is what only a letter to this subscriber holds. Nothing of it is kept: it can be made again for each letter.
func (s *Store) word(purpose string, id []byte) string {
	m := hmac.New(sha256.New, s.key)
	m.Write([]byte(purpose))
	m.Write(id)
	return base64.RawURLEncoding.EncodeToString(append(append([]byte{}, id...), m.Sum(nil)[:macLength]...))
}

// whose is the subscriber that a word belongs to.
func (s *Store) whose(purpose, word string) (id []byte, err error) {
	b, err := base64.RawURLEncoding.DecodeString(word)
	if err != nil || len(b) != idLength+macLength || !hmac.Equal([]byte(s.word(purpose, b[:idLength])), []byte(word)) {
		return nil, refusal.New(refusal.Missing, "press.mail_gone")
	}
	return b[:idLength], nil
}

// Ask implements the press room's mail. It says the same whether the address is known or not.
func (s *Store) Ask(ctx context.Context, w press.Wish) error {
	id := make([]byte, idLength)
	if _, err := io.ReadFull(s.rand, id); err != nil {
		return fmt.Errorf("subscribers: %w", err)
	}
	now := s.now()
	local, domain, _ := strings.Cut(w.Email, "@")
	address := sql.Named("address", local+"@"+strings.ToLower(domain))
	err := s.db.Do(ctx, func(tx *sql.Tx) error {
		if err := s.forgetUnconfirmed(ctx, tx); err != nil {
			return err
		}
		var unconfirmed, all, ofAddress, lately int
		err := tx.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE confirmed = 0), count(*), count(*) FILTER (WHERE address = @address), count(*) FILTER (WHERE address = @address AND confirmed = 0 AND asked > @lately) FROM subscriber`,
			address, sql.Named("lately", now.Add(-askAgain).Unix())).Scan(&unconfirmed, &all, &ofAddress, &lately)
		switch {
		case err != nil:
			return err
		case unconfirmed >= maxUnconfirmed || all >= maxSubscribers:
			return refusal.New(refusal.Unavailable, "press.mail_full")
		case ofAddress >= maxOfAddress || lately > 0:
			return nil // who sees the letters knows; others learn nothing
		}
		args := []any{address, sql.Named("lang", string(w.Lang)), sql.Named("topic", w.Topic), sql.Named("now", now.Unix()), sql.Named("id", id)}
		if _, err := tx.ExecContext(ctx, "DELETE FROM subscriber WHERE address = @address AND lang = @lang AND topic = @topic AND confirmed = 0", args[:3]...); err != nil {
			return err
		}
		r, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO subscriber (id, address, lang, topic, asked) VALUES (@id, @address, @lang, @topic, @now)", args...)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return err // confirmed long since
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO outgoing (subscriber, event, next) VALUES (@id, @event, @now)", sql.Named("id", id), sql.Named("event", toConfirm), sql.Named("now", now.Unix()))
		return err
	})
	s.nudge()
	return err
}

func (s *Store) forgetUnconfirmed(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM subscriber WHERE confirmed = 0 AND asked <= @old", sql.Named("old", s.now().Add(-keepAsked).Unix()))
	return err
}

// Wish is what a word was given for, without the address.
func (s *Store) Wish(ctx context.Context, purpose, word string) (w press.Wish, err error) {
	id, err := s.whose(purpose, word)
	if err != nil {
		return w, err
	}
	err = s.db.QueryRowContext(ctx, "SELECT lang, topic FROM subscriber WHERE id = @id AND (confirmed > 0 OR asked > @old)", sql.Named("id", id), sql.Named("old", s.now().Add(-keepAsked).Unix())).Scan(&w.Lang, &w.Topic)
	if errors.Is(err, sql.ErrNoRows) {
		err = refusal.New(refusal.Missing, "press.mail_gone")
	}
	return w, err
}

// Confirm implements the press room's mail.
func (s *Store) Confirm(ctx context.Context, word string) error {
	id, err := s.whose(toConfirm, word)
	if err != nil {
		return err
	}
	if err := s.db.Do(ctx, func(tx *sql.Tx) error { return s.forgetUnconfirmed(ctx, tx) }); err != nil {
		return err
	}
	return s.db.Do(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "UPDATE subscriber SET confirmed = CASE confirmed WHEN 0 THEN @now ELSE confirmed END WHERE id = @id", sql.Named("id", id), sql.Named("now", s.now().Unix()))
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, refusal.New(refusal.Missing, "press.mail_gone"))
		}
		return nil
	})
}

// End implements the press room's mail. What has ended may be ended again: letters lie about for years.
func (s *Store) End(ctx context.Context, word string) error {
	id, err := s.whose(toEnd, word)
	if err != nil {
		return err
	}
	_, err = s.db.ExecContext(ctx, "DELETE FROM subscriber WHERE id = @id", sql.Named("id", id))
	return err
}

// Forget erases an address and says how many subscriptions it had.
func (s *Store) Forget(ctx context.Context, email string) (int64, error) {
	local, domain, _ := strings.Cut(strings.TrimSpace(email), "@")
	r, err := s.db.ExecContext(ctx, "DELETE FROM subscriber WHERE address = @address", sql.Named("address", local+"@"+strings.ToLower(domain)))
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// Count is how many have confirmed: all that anybody is told.
func (s *Store) Count(ctx context.Context) (n int, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT count(*) FROM subscriber WHERE confirmed > 0").Scan(&n)
	return n, err
}

// Begin notes under a name that a kind of events is announced from now on: those that are there already are no news, and nobody is told of them. Later calls change nothing.
func (s *Store) Begin(ctx context.Context, kind string, events []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.told[kind] {
		return nil
	}
	all := append([]string{kind}, events...)
	err := s.db.Do(ctx, func(tx *sql.Tx) error {
		for _, event := range all {
			if _, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO announced (event) VALUES (@event)", sql.Named("event", event)); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		for _, event := range all {
			s.told[event] = true
		}
	}
	return err
}

// Announce notes what is new for whoever wants it, once. topics are those of the text.
func (s *Store) Announce(ctx context.Context, event string, topics map[string]lang.Text) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.told[event] {
		return nil
	}
	err := s.db.Do(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO announced (event) VALUES (@event)", sql.Named("event", event)); err != nil {
			return err
		}
		about := []string{""}
		for id := range topics {
			about = append(about, id)
		}
		for _, topic := range about {
			_, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO outgoing (subscriber, event, next) SELECT id, @event, @now FROM subscriber WHERE confirmed > 0 AND topic = @topic", sql.Named("event", event), sql.Named("now", s.now().Unix()), sql.Named("topic", topic))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.told[event] = true
	}
	return err
}

// Letter is one to be sent.
type Letter struct {
	press.Wish
	Event string // what it announces; "" asks to confirm
	Word  string // for the link that confirms, or ends
	id    []byte
	event string
	tries int
}

// Next takes a letter whose time has come; false if there is none. It comes again later unless it is done with: a letter may be sent twice after a crash, but none is lost.
func (s *Store) Next(ctx context.Context) (l Letter, ok bool, err error) {
	now := s.now()
	err = s.db.Do(ctx, func(tx *sql.Tx) error {
		if err := s.forgetUnconfirmed(ctx, tx); err != nil {
			return err
		}
		err := tx.QueryRowContext(ctx, "SELECT subscriber, event, tries, address, lang, topic FROM outgoing JOIN subscriber ON id = subscriber WHERE next <= @now ORDER BY next LIMIT 1", sql.Named("now", now.Unix())).
			Scan(&l.id, &l.event, &l.tries, &l.Email, &l.Lang, &l.Topic)
		if errors.Is(err, sql.ErrNoRows) {
			return nil // but what was forgotten stays so
		}
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "UPDATE outgoing SET next = @next WHERE subscriber = @id AND event = @event", sql.Named("next", now.Add(lease).Unix()), sql.Named("id", l.id), sql.Named("event", l.event))
		return err
	})
	if err != nil || l.id == nil {
		return l, false, err
	}
	if l.event == toConfirm {
		l.Word = s.word(toConfirm, l.id)
	} else {
		l.Event, l.Word = l.event, s.word(toEnd, l.id)
	}
	return l, true, nil
}

// Done forgets a letter that was sent, or that has nothing to say any more.
func (s *Store) Done(ctx context.Context, l Letter) error {
	_, err := s.db.ExecContext(ctx, "DELETE FROM outgoing WHERE subscriber = @id AND event = @event", sql.Named("id", l.id), sql.Named("event", l.event))
	return err
}

// Failed has a letter tried again later, or gives it up.
func (s *Store) Failed(ctx context.Context, l Letter) error {
	if l.tries+1 >= maxTries {
		return s.Done(ctx, l)
	}
	_, err := s.db.ExecContext(ctx, "UPDATE outgoing SET tries = tries + 1, next = @next WHERE subscriber = @id AND event = @event", sql.Named("next", s.now().Add(time.Minute<<(l.tries+1)).Unix()), sql.Named("id", l.id), sql.Named("event", l.event))
	return err
}
