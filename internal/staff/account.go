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

// Visit notes that a member looks at a mechanism whose record has come to mark, and returns when the visit before this one ended and at which mark; zero
// if there was none. Pages opened within Idle of each other are one visit, so that what is new stays new while somebody reads.
func (s *Store) Visit(ctx context.Context, member, mech, mark string) (time.Time, string, error) {
	now := s.now()
	var account, last, before int64
	var lastMark, markBefore string
	err := s.tx(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, "SELECT id, coalesce(last, 0), coalesce(mark, ''), coalesce(before, 0), coalesce(mark_before, '') FROM account LEFT JOIN visit ON account = id AND mech = @mech WHERE member = @member",
			sql.Named("mech", mech), sql.Named("member", member)).Scan(&account, &last, &lastMark, &before, &markBefore)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("no account of %s", member)
		}
		if err != nil {
			return err
		}
		age := now.Sub(time.Unix(last, 0))
		if age >= Idle {
			before, markBefore = last, lastMark
		}
		if age < touchEvery && mark == lastMark {
			return nil
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO visit (account, mech, last, mark, before, mark_before) VALUES (@account, @mech, @last, @mark, @before, @mark_before) "+
			"ON CONFLICT DO UPDATE SET last = excluded.last, mark = excluded.mark, before = excluded.before, mark_before = excluded.mark_before",
			sql.Named("account", account), sql.Named("mech", mech), sql.Named("last", now.Unix()), sql.Named("mark", mark), sql.Named("before", before), sql.Named("mark_before", markBefore))
		return err
	})
	if err != nil || before == 0 {
		return time.Time{}, "", err
	}
	return time.Unix(before, 0).UTC(), markBefore, nil
}
