package staff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"entente.example/refusal"
)

// Subscribe makes the secret address of a member's calendar of a mechanism. The one before it no longer works.
func (s *Store) Subscribe(ctx context.Context, member, mech string) (secret string, err error) {
	secret, hash, err := s.secret()
	if err != nil {
		return "", err
	}
	err = s.tx(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "INSERT INTO feed (account, mech, hash) SELECT id, @mech, @hash FROM account WHERE member = @member ON CONFLICT (account, mech) DO UPDATE SET hash = excluded.hash",
			sql.Named("mech", mech), sql.Named("hash", hash), sql.Named("member", member))
		if err := one(r, err, fmt.Errorf("no account of %s", member)); err != nil {
			return err
		}
		return s.note(ctx, tx, member, CalendarMade, mech)
	})
	return secret, err
}

// Unsubscribe ends the secret address of a member's calendar.
func (s *Store) Unsubscribe(ctx context.Context, member, mech string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM feed WHERE mech = @mech AND account = (SELECT id FROM account WHERE member = @member)", sql.Named("mech", mech), sql.Named("member", member))
		if err != nil {
			return err
		}
		return s.note(ctx, tx, member, CalendarEnded, mech)
	})
}

// Feed says whose calendar of which mechanism a secret address is, and the language that the member reads in.
func (s *Store) Feed(ctx context.Context, secret string) (member, mech, language string, err error) {
	row := s.db.QueryRowContext(ctx, "SELECT member, mech, language FROM feed JOIN account ON account.id = feed.account WHERE hash = @hash", sql.Named("hash", digest(secret)))
	switch err := row.Scan(&member, &mech, &language); {
	case errors.Is(err, sql.ErrNoRows):
		return "", "", "", refusal.New(refusal.Missing, "staff.no_feed")
	case err != nil:
		return "", "", "", fmt.Errorf("private store: %w", err)
	}
	return member, mech, language, nil
}
