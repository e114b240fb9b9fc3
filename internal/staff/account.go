package staff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// SetLanguage keeps the language a member chose for the pages.
func (s *Store) SetLanguage(ctx context.Context, member, language string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE account SET language = @language WHERE member = @member", sql.Named("language", language), sql.Named("member", member))
		return err
	})
}

// Visit notes that a member looks at a mechanism and returns when they last did before this visit began; zero if never. Pages opened within Idle of
// each other are one visit, so that what is new stays marked while somebody reads.
func (s *Store) Visit(ctx context.Context, member, mech string) (time.Time, error) {
	now := s.now()
	var before int64
	err := s.tx(ctx, func(tx *sql.Tx) error {
		var account, last int64
		err := tx.QueryRowContext(ctx, "SELECT id, coalesce(last, 0), coalesce(before, 0) FROM account LEFT JOIN visit ON account = id AND mech = @mech WHERE member = @member",
			sql.Named("mech", mech), sql.Named("member", member)).Scan(&account, &last, &before)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("no account of %s", member)
		}
		if err != nil {
			return err
		}
		if now.Sub(time.Unix(last, 0)) >= Idle {
			before = last
		}
		if now.Sub(time.Unix(last, 0)) < touchEvery {
			return nil
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO visit (account, mech, last, before) VALUES (@account, @mech, @last, @before) ON CONFLICT DO UPDATE SET last = excluded.last, before = excluded.before",
			sql.Named("account", account), sql.Named("mech", mech), sql.Named("last", now.Unix()), sql.Named("before", before))
		return err
	})
	if err != nil || before == 0 {
		return time.Time{}, err
	}
	return time.Unix(before, 0).UTC(), nil
}
