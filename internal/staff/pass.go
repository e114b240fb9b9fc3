package staff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"entente.example/lang"
	"entente.example/refusal"
)

// A guest's link waits for PassLife. The session that it opens ends when it was not used for PassIdle, and in any case after PassAbsolute; whether the guest is still admitted is asked of the record each time.
const (
	PassLife     = 72 * time.Hour
	PassIdle     = 72 * time.Hour
	PassAbsolute = 30 * 24 * time.Hour
)

// maxPerson bounds what is noted of whom a pass is for, in characters.
const maxPerson = 200

// Pass is a guest's one-time link, or the session that it opened.
type Pass struct {
	ID       int64     `json:"id"`
	Mech     string    `json:"mechanism"`
	Guest    string    `json:"guest" doc:"Admission"`
	Proposal string    `json:"proposal"`
	Person   string    `json:"person" doc:"For whom it is; on our node alone"`
	By       string    `json:"by" doc:"Member who made it"`
	Made     time.Time `json:"made"`
	Expires  time.Time `json:"expires" doc:"Of the link"`
	Entered  time.Time `json:"entered,omitzero"`
	Seen     time.Time `json:"seen,omitzero"`
	Agent    string    `json:"agent,omitempty"`
}

// InviteGuest makes a one-time link for a guest and returns the secret that goes into its address.
func (s *Store) InviteGuest(ctx context.Context, p Pass) (secret string, err error) {
	p.Person = strings.TrimSpace(p.Person)
	if p.Person == "" || len([]rune(p.Person)) > maxPerson || lang.CheckNewLine(p.Person) != nil {
		return "", refusal.New(refusal.Invalid, "guest.person")
	}
	secret, hash, err := s.secret()
	if err != nil {
		return "", err
	}
	now := s.now()
	return secret, s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO pass (mech, guest, proposal, person, by, made, link, expires) VALUES (@mech, @guest, @proposal, @person, @by, @made, @link, @expires)",
			sql.Named("mech", p.Mech), sql.Named("guest", p.Guest), sql.Named("proposal", p.Proposal), sql.Named("person", p.Person), sql.Named("by", p.By),
			sql.Named("made", now.Unix()), sql.Named("link", hash), sql.Named("expires", now.Add(PassLife).Unix()))
		return err
	})
}

const selectPass = "SELECT id, mech, guest, proposal, person, by, made, expires, entered, seen, agent FROM pass"

func scanPass(row interface{ Scan(...any) error }) (Pass, error) {
	var p Pass
	var made, expires, entered, seen int64
	err := row.Scan(&p.ID, &p.Mech, &p.Guest, &p.Proposal, &p.Person, &p.By, &made, &expires, &entered, &seen, &p.Agent)
	p.Made, p.Expires = time.Unix(made, 0).UTC(), time.Unix(expires, 0).UTC()
	if entered != 0 {
		p.Entered, p.Seen = time.Unix(entered, 0).UTC(), time.Unix(seen, 0).UTC()
	}
	return p, err
}

// over reports whether neither link nor session works any longer.
func (p Pass) over(now time.Time) bool {
	if p.Entered.IsZero() {
		return !now.Before(p.Expires)
	}
	return now.Sub(p.Seen) >= PassIdle || now.Sub(p.Entered) >= PassAbsolute
}

// GuestLink looks at a guest's link without using it, or says why it no longer works.
func (s *Store) GuestLink(ctx context.Context, secret string) (Pass, error) {
	p, err := scanPass(s.db.QueryRowContext(ctx, selectPass+" WHERE link = @link", sql.Named("link", digest(secret))))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Pass{}, refusal.New(refusal.Missing, "guest.link_unknown")
	case err != nil:
		return Pass{}, fmt.Errorf("private store: %w", err)
	case !p.Entered.IsZero():
		return Pass{}, refusal.New(refusal.Conflict, "guest.link_used")
	case p.over(s.now()):
		return Pass{}, refusal.New(refusal.Conflict, "guest.link_expired")
	}
	return p, nil
}

// EnterAsGuest uses a guest's link up and begins its session. The cookie is the session's secret; it opens nothing of a member's.
func (s *Store) EnterAsGuest(ctx context.Context, secret, agent string) (cookie string, err error) {
	if _, err := s.GuestLink(ctx, secret); err != nil {
		return "", err
	}
	cookie, hash, err := s.secret()
	if err != nil {
		return "", err
	}
	return cookie, s.tx(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "UPDATE pass SET session = @session, entered = @now, seen = @now, agent = @agent WHERE link = @link AND session IS NULL",
			sql.Named("session", hash), sql.Named("now", s.now().Unix()), sql.Named("agent", clip(agent, 200)), sql.Named("link", digest(secret)))
		return one(r, err, refusal.New(refusal.Conflict, "guest.link_used")) // of two who come at once, one wins
	})
}

// GuestSession finds the pass of a guest's cookie and notes its use, where the disk takes it.
func (s *Store) GuestSession(ctx context.Context, cookie string) (Pass, error) {
	p, err := scanPass(s.db.QueryRowContext(ctx, selectPass+" WHERE session = @session", sql.Named("session", digest(cookie))))
	now := s.now()
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && p.over(now):
		return Pass{}, refusal.New(refusal.Denied, "guest.no_session")
	case err != nil:
		return Pass{}, fmt.Errorf("private store: %w", err)
	case now.Sub(p.Seen) < touchEvery:
		return p, nil
	}
	noted := s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE pass SET seen = @now WHERE id = @id", sql.Named("now", now.Unix()), sql.Named("id", p.ID))
		return err
	})
	if noted == nil {
		p.Seen = now
	}
	return p, nil
}

// Passes lists a guest's links and sessions that work, the newest first.
func (s *Store) Passes(ctx context.Context, mech, guest string) ([]Pass, error) {
	rows, err := s.db.QueryContext(ctx, selectPass+" WHERE mech = @mech AND guest = @guest ORDER BY id DESC", sql.Named("mech", mech), sql.Named("guest", guest))
	if err != nil {
		return nil, fmt.Errorf("private store: %w", err)
	}
	defer rows.Close()
	out := []Pass{}
	for rows.Next() {
		p, err := scanPass(rows)
		if err != nil {
			return nil, fmt.Errorf("private store: %w", err)
		}
		if !p.over(s.now()) {
			out = append(out, p)
		}
	}
	return out, rows.Err()
}

// EndPass ends a guest's link or session, and forgets for whom it was.
func (s *Store) EndPass(ctx context.Context, mech, guest string, id int64) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "DELETE FROM pass WHERE mech = @mech AND guest = @guest AND id = @id", sql.Named("mech", mech), sql.Named("guest", guest), sql.Named("id", id))
		return one(r, err, refusal.New(refusal.Missing, "guest.no_pass", "id", fmt.Sprint(id)))
	})
}

// sweepPasses forgets passes that are over; a link that nobody opened is kept a day, to say that it is too old.
func sweepPasses(ctx context.Context, tx *sql.Tx, now time.Time) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM pass WHERE entered = 0 AND expires <= @day OR entered <> 0 AND (seen <= @idle OR entered <= @absolute)",
		sql.Named("day", now.Add(-24*time.Hour).Unix()), sql.Named("idle", now.Add(-PassIdle).Unix()), sql.Named("absolute", now.Add(-PassAbsolute).Unix()))
	return err
}
