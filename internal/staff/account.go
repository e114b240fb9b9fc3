package staff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"entente.example/refusal"
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

// Account is what an operator sees of a member's: by what it can be opened, and when it last was. No secret, and nothing of what the member reads or writes.
type Account struct {
	Member   string    `json:"member"`
	Created  time.Time `json:"created"`
	Seen     time.Time `json:"seen,omitzero" doc:"When one of the running sessions was last used"`
	Sessions int       `json:"sessions" doc:"Running ones"`
	Passkeys int       `json:"passkeys"`
	Password bool      `json:"password" doc:"Whether a password with codes opens it"`
	SignOn   bool      `json:"sign_on" doc:"Whether it is bound to a person of the house's directory"`
}

// Accounts are everybody's, by member.
func (s *Store) Accounts(ctx context.Context) ([]Account, error) {
	now := s.now()
	rows, err := s.db.QueryContext(ctx, `SELECT member, created, (SELECT count(*) FROM passkey WHERE account = a.id), EXISTS (SELECT 1 FROM password WHERE account = a.id AND confirmed = 1),
		EXISTS (SELECT 1 FROM sign_on WHERE account = a.id), (SELECT count(*) FROM session WHERE account = a.id AND seen > @idle AND created > @absolute), (SELECT coalesce(max(seen), 0) FROM session WHERE account = a.id) FROM account a ORDER BY member`,
		sql.Named("idle", now.Add(-Idle).Unix()), sql.Named("absolute", now.Add(-Absolute).Unix()))
	if err != nil {
		return nil, fmt.Errorf("private store: %w", err)
	}
	defer rows.Close()
	out := []Account{}
	for rows.Next() {
		var a Account
		var created, seen int64
		if err := rows.Scan(&a.Member, &created, &a.Passkeys, &a.Password, &a.SignOn, &a.Sessions, &seen); err != nil {
			return nil, fmt.Errorf("private store: %w", err)
		}
		a.Created = time.Unix(created, 0).UTC()
		if seen > 0 {
			a.Seen = time.Unix(seen, 0).UTC()
		}
		out = append(out, a)
	}
	return out, rows.Err()
}

// Shut takes from a member everything that opens the account: sessions, links, passkeys, the password, the binding to the directory, calendar addresses; and forgets their e-mail address. What they
// did stays where it is, and so does the trail. A new link opens the account again.
func (s *Store) Shut(ctx context.Context, member string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		var account int64
		if err := tx.QueryRowContext(ctx, "SELECT id FROM account WHERE member = @member", sql.Named("member", member)).Scan(&account); err != nil {
			if errors.Is(err, sql.ErrNoRows) {
				return refusal.New(refusal.Missing, "staff.no_account", "member", member)
			}
			return err
		}
		for _, table := range []string{"session", "link", "passkey", "password", "sign_on", "feed", "digest"} {
			if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE account = @account", sql.Named("account", account)); err != nil {
				return err
			}
		}
		return s.note(ctx, tx, member, AccountShut, "")
	})
}
