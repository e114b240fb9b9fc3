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

// Visits are those of one member, as they were when they were asked for. Pages opened within Idle of each other are one visit, so that what is new stays new while somebody reads.
type Visits struct {
	s       *Store
	account int64
	now     time.Time
	of      map[string]visit // by mechanism
}

// visit is when a member looked last, and when the visit before that one ended: in Unix seconds, each with the mark to which the record had come.
type visit struct {
	last, before         int64
	lastMark, beforeMark string
}

// Visits reads where a member has been.
func (s *Store) Visits(ctx context.Context, member string) (*Visits, error) {
	v := &Visits{s: s, now: s.now(), of: map[string]visit{}}
	rows, err := s.db.QueryContext(ctx, "SELECT id, coalesce(mech, ''), coalesce(last, 0), coalesce(mark, ''), coalesce(before, 0), coalesce(mark_before, '') FROM account LEFT JOIN visit ON account = id WHERE member = @member", sql.Named("member", member))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var mech string
		var one visit
		if err := rows.Scan(&v.account, &mech, &one.last, &one.lastMark, &one.before, &one.beforeMark); err != nil {
			return nil, err
		}
		v.of[mech] = one
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if v.account == 0 {
		return nil, fmt.Errorf("no account of %s", member)
	}
	return v, nil
}

// in is the visit to a mechanism that this look belongs to, as it was before it.
func (v *Visits) in(mech string) visit {
	one := v.of[mech]
	if v.now.Sub(time.Unix(one.last, 0)) >= Idle {
		one.before, one.beforeMark = one.last, one.lastMark
	}
	return one
}

// Before says when the visit before this one ended and at which mark; zero if there was none.
func (v *Visits) Before(mech string) (time.Time, string) {
	one := v.in(mech)
	if one.before == 0 {
		return time.Time{}, ""
	}
	return time.Unix(one.before, 0).UTC(), one.beforeMark
}

// Note notes that the member looks at mechanisms whose records have come to these marks.
func (v *Visits) Note(ctx context.Context, marks map[string]string) error {
	var changed []string
	for mech, mark := range marks {
		if one := v.of[mech]; v.now.Sub(time.Unix(one.last, 0)) >= touchEvery || mark != one.lastMark {
			changed = append(changed, mech)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return v.s.tx(ctx, func(tx *sql.Tx) error {
		put, err := tx.PrepareContext(ctx, "INSERT INTO visit (account, mech, last, mark, before, mark_before) VALUES (@account, @mech, @last, @mark, @before, @mark_before) "+
			"ON CONFLICT DO UPDATE SET last = excluded.last, mark = excluded.mark, before = excluded.before, mark_before = excluded.mark_before")
		if err != nil {
			return err
		}
		defer put.Close()
		for _, mech := range changed {
			one := v.in(mech)
			if _, err := put.ExecContext(ctx, sql.Named("account", v.account), sql.Named("mech", mech), sql.Named("last", v.now.Unix()), sql.Named("mark", marks[mech]), sql.Named("before", one.before), sql.Named("mark_before", one.beforeMark)); err != nil {
				return err
			}
		}
		return nil
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
