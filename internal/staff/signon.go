package staff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"entente.example/refusal"
)

// SignOn is to which person of which directory an account is bound. Nothing else of that person is kept, and nothing else binds: a name or an e-mail address can be given to somebody else.
type SignOn struct {
	Issuer  string
	Subject string
	Created time.Time // zero: it is bound to nobody
	Used    time.Time // zero: never
}

// BindSignOn binds a member's own account to a person of a directory, in the place of whom it was bound to before.
func (s *Store) BindSignOn(ctx context.Context, member, issuer, subject string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		var other bool
		if err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM sign_on JOIN account ON account.id = sign_on.account WHERE issuer = @issuer AND subject = @subject AND member <> @member)",
			sql.Named("issuer", issuer), sql.Named("subject", subject), sql.Named("member", member)).Scan(&other); err != nil {
			return err
		}
		if other {
			return refusal.New(refusal.Conflict, "staff.sign_on_taken")
		}
		r, err := tx.ExecContext(ctx, "INSERT INTO sign_on (account, issuer, subject, created, used) SELECT id, @issuer, @subject, @now, 0 FROM account WHERE member = @member "+
			"ON CONFLICT (account) DO UPDATE SET issuer = excluded.issuer, subject = excluded.subject, created = excluded.created, used = 0",
			sql.Named("issuer", issuer), sql.Named("subject", subject), sql.Named("now", s.now().Unix()), sql.Named("member", member))
		if err := one(r, err, fmt.Errorf("no account of %s", member)); err != nil {
			return err
		}
		return s.note(ctx, tx, member, SignOnBound, issuer)
	})
}

// UseSignOn begins a session in the account that is bound to a person whom the directory has recognised; at is when, zero if it does not say. The cookie is the session's secret. No account is made.
func (s *Store) UseSignOn(ctx context.Context, issuer, subject, agent string, at time.Time) (cookie string, err error) {
	cookie, hash, err := s.secret()
	if err != nil {
		return "", err
	}
	err = s.tx(ctx, func(tx *sql.Tx) error {
		var member string
		err := tx.QueryRowContext(ctx, "UPDATE sign_on SET used = @now WHERE issuer = @issuer AND subject = @subject RETURNING (SELECT member FROM account WHERE id = account)",
			sql.Named("now", s.now().Unix()), sql.Named("issuer", issuer), sql.Named("subject", subject)).Scan(&member)
		if errors.Is(err, sql.ErrNoRows) {
			return refusal.New(refusal.Denied, "staff.sign_on_unbound")
		}
		if err != nil {
			return err
		}
		if err := s.begin(ctx, tx, member, hash, agent, "directory"); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "UPDATE session SET recognised = @at WHERE hash = @hash", sql.Named("at", max(at.Unix(), 1)), sql.Named("hash", hash))
		return err
	})
	if err != nil {
		return "", err
	}
	return cookie, nil
}

// Recognise notes that the directory has seen who sits in a session anew, if that is the person to whom its account is bound.
func (s *Store) Recognise(ctx context.Context, session int64, issuer, subject string, at time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		var member string
		err := tx.QueryRowContext(ctx, "UPDATE session SET recognised = @at WHERE id = @id AND account IN (SELECT account FROM sign_on WHERE issuer = @issuer AND subject = @subject) RETURNING (SELECT member FROM account WHERE id = account)",
			sql.Named("at", at.Unix()), sql.Named("id", session), sql.Named("issuer", issuer), sql.Named("subject", subject)).Scan(&member)
		if errors.Is(err, sql.ErrNoRows) {
			return refusal.New(refusal.Denied, "staff.sign_on_other")
		}
		if err != nil {
			return err
		}
		return s.note(ctx, tx, member, Recognised, issuer)
	})
}

// SignOn is to whom a member's account is bound.
func (s *Store) SignOn(ctx context.Context, member string) (SignOn, error) {
	var o SignOn
	var created, used int64
	err := s.db.QueryRowContext(ctx, "SELECT issuer, subject, sign_on.created, used FROM sign_on JOIN account ON account.id = sign_on.account WHERE member = @member", sql.Named("member", member)).Scan(&o.Issuer, &o.Subject, &created, &used)
	if errors.Is(err, sql.ErrNoRows) {
		return SignOn{}, nil
	}
	if err != nil {
		return SignOn{}, fmt.Errorf("private store: %w", err)
	}
	o.Created = time.Unix(created, 0).UTC()
	if used > 0 {
		o.Used = time.Unix(used, 0).UTC()
	}
	return o, nil
}

// EndSignOn unbinds a member's account. Sessions that run go on.
func (s *Store) EndSignOn(ctx context.Context, member string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "DELETE FROM sign_on WHERE account = (SELECT id FROM account WHERE member = @member)", sql.Named("member", member))
		if err := one(r, err, refusal.New(refusal.Missing, "staff.no_sign_on")); err != nil {
			return err
		}
		return s.note(ctx, tx, member, SignOnEnded, "")
	})
}
