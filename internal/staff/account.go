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

// Shut takes from a member everything that opens the account: sessions, links, passkeys, the password, the binding to the directory, calendar addresses; and forgets their e-mail addresses. What they
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
		for _, table := range []string{"session", "link", "passkey", "password", "sign_on", "feed", "digest", "meeting_sent", "meeting_mail"} {
			if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE account = @account", sql.Named("account", account)); err != nil {
				return err
			}
		}
		return s.note(ctx, tx, member, AccountShut, "")
	})
}
