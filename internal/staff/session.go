package staff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"entente.example/refusal"
)

// A session ends when it was not used for Idle, and in any case after Absolute.
const (
	Idle     = 30 * time.Minute
	Absolute = 12 * time.Hour
)

// touchEvery is how often use of a session is written down.
const touchEvery = time.Minute

// Session is a signed-in person on one device.
type Session struct {
	ID       int64
	Member   string
	Language string // tag, "" to follow the browser
	Created  time.Time
	Seen     time.Time
	Agent    string
	// Recognised is when the house's directory last saw who sits there; zero if the session was not begun through it.
	Recognised time.Time
}

// Session finds the session of a cookie and notes its use. On a disk that takes nothing its use is not noted, and people go on reading until it is over.
func (s *Store) Session(ctx context.Context, cookie string) (Session, error) {
	se, err := s.Peek(ctx, cookie)
	if now := s.now(); err == nil && now.Sub(se.Seen) >= touchEvery {
		noted := s.tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE session SET seen = @now WHERE id = @id", sql.Named("now", now.Unix()), sql.Named("id", se.ID))
			return err
		})
		if noted == nil {
			se.Seen = now
		}
	}
	return se, err
}

// Peek finds the session of a cookie without counting as its use: a page left open must not keep a session going.
func (s *Store) Peek(ctx context.Context, cookie string) (Session, error) {
	se, err := scan(s.db.QueryRowContext(ctx, selectSession+" WHERE hash = @hash", sql.Named("hash", digest(cookie))))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Session{}, refusal.New(refusal.Denied, "staff.no_session")
	case err != nil:
		return Session{}, fmt.Errorf("private store: %w", err)
	case over(se, s.now()):
		return Session{}, refusal.New(refusal.Denied, "staff.no_session")
	}
	return se, nil
}

func over(se Session, now time.Time) bool {
	return now.Sub(se.Seen) >= Idle || now.Sub(se.Created) >= Absolute
}

const selectSession = "SELECT session.id, member, language, session.created, seen, agent, recognised FROM session JOIN account ON account.id = session.account"

func scan(row interface{ Scan(...any) error }) (Session, error) {
	var se Session
	var created, seen, recognised int64
	err := row.Scan(&se.ID, &se.Member, &se.Language, &created, &seen, &se.Agent, &recognised)
	if recognised != 0 {
		se.Recognised = time.Unix(recognised, 0).UTC()
	}
	se.Created, se.Seen = time.Unix(created, 0).UTC(), time.Unix(seen, 0).UTC()
	return se, err
}

// Sessions lists a member's running sessions, the newest first.
func (s *Store) Sessions(ctx context.Context, member string) ([]Session, error) {
	rows, err := s.db.QueryContext(ctx, selectSession+" WHERE member = @member ORDER BY session.created DESC, session.id DESC", sql.Named("member", member))
	if err != nil {
		return nil, fmt.Errorf("private store: %w", err)
	}
	defer rows.Close()
	var out []Session
	for rows.Next() {
		se, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("private store: %w", err)
		}
		if !over(se, s.now()) {
			out = append(out, se)
		}
	}
	return out, rows.Err()
}

// End ends one of a member's own sessions.
func (s *Store) End(ctx context.Context, member string, id int64) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "DELETE FROM session WHERE id = @id AND account = (SELECT id FROM account WHERE member = @member)", sql.Named("id", id), sql.Named("member", member))
		if err := one(r, err, refusal.New(refusal.Missing, "staff.unknown_session")); err != nil {
			return err
		}
		return s.note(ctx, tx, member, SessionEnded, "")
	})
}

// Sweep forgets links, sessions and passes that are over, and what of the trail is too old. It is called now and then.
func (s *Store) Sweep(ctx context.Context) error {
	now := s.now()
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM session WHERE seen <= @idle OR created <= @absolute",
			sql.Named("idle", now.Add(-Idle).Unix()), sql.Named("absolute", now.Add(-Absolute).Unix()))
		if err != nil {
			return err
		}
		if err := sweepPasses(ctx, tx, now); err != nil {
			return err
		}
		// A used link is kept a day, so that its second use can be told from a wrong address.
		_, err = tx.ExecContext(ctx, "DELETE FROM link WHERE expires <= @day", sql.Named("day", now.Add(-24*time.Hour).Unix()))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM trail WHERE at <= @old", sql.Named("old", now.Add(-TrailLife).Unix()))
		return err
	})
}
