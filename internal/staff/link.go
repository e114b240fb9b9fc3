package staff

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"entente.example/refusal"
)

// LinkLife is how long a sign-in link works if nothing else is asked for.
const LinkLife = 15 * time.Minute

// Invite makes a one-time sign-in link for a member and returns the secret that goes into its address. The account is made if there is none. language is the
// tag to begin with, "" to follow the browser.
func (s *Store) Invite(ctx context.Context, member, language string, life time.Duration) (secret string, err error) {
	if member == "" || len(member) > 64 || strings.ContainsFunc(member, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return "", refusal.New(refusal.Invalid, "staff.bad_member", "member", member)
	}
	secret, hash, err := s.secret()
	if err != nil {
		return "", err
	}
	now := s.now()
	err = s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO account (member, language, created) VALUES (@member, @language, @created) ON CONFLICT (member) DO NOTHING",
			sql.Named("member", member), sql.Named("language", language), sql.Named("created", now.Unix()))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO link (hash, account, expires) SELECT @hash, id, @expires FROM account WHERE member = @member",
			sql.Named("hash", hash), sql.Named("expires", now.Add(life).Unix()), sql.Named("member", member))
		if err != nil {
			return err
		}
		return s.note(ctx, tx, member, LinkMade, "")
	})
	return secret, err
}

// Link looks at a sign-in link without using it: the member it is for, or why it no longer works.
func (s *Store) Link(ctx context.Context, secret string) (member string, err error) {
	var expires, used int64
	row := s.db.QueryRowContext(ctx, "SELECT member, expires, used FROM link JOIN account ON account.id = link.account WHERE hash = @hash", sql.Named("hash", digest(secret)))
	switch err := row.Scan(&member, &expires, &used); {
	case errors.Is(err, sql.ErrNoRows):
		return "", refusal.New(refusal.Missing, "staff.link_unknown")
	case err != nil:
		return "", fmt.Errorf("private store: %w", err)
	case used != 0:
		return "", refusal.New(refusal.Conflict, "staff.link_used")
	case s.now().Unix() >= expires:
		return "", refusal.New(refusal.Conflict, "staff.link_expired")
	}
	return member, nil
}

// SignIn uses a link up and begins a session. agent is what the browser calls itself. The cookie is the session's secret.
func (s *Store) SignIn(ctx context.Context, secret, agent string) (cookie string, err error) {
	member, err := s.Link(ctx, secret)
	if err != nil {
		return "", err
	}
	cookie, hash, err := s.secret()
	if err != nil {
		return "", err
	}
	now := s.now().Unix()
	err = s.tx(ctx, func(tx *sql.Tx) error {
		// Of two who come at once, one wins: the row is taken only while it is unused.
		r, err := tx.ExecContext(ctx, "UPDATE link SET used = @now WHERE hash = @hash AND used = 0", sql.Named("now", now), sql.Named("hash", digest(secret)))
		if err := one(r, err, refusal.New(refusal.Conflict, "staff.link_used")); err != nil {
			return err
		}
		return s.begin(ctx, tx, member, hash, agent, "link")
	})
	if err != nil {
		return "", err
	}
	return cookie, nil
}

// begin writes a new session down, and by what means it began.
func (s *Store) begin(ctx context.Context, tx *sql.Tx, member string, hash []byte, agent, means string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO session (hash, account, created, seen, agent) SELECT @hash, id, @now, @now, @agent FROM account WHERE member = @member",
		sql.Named("hash", hash), sql.Named("now", s.now().Unix()), sql.Named("agent", clip(agent, 200)), sql.Named("member", member))
	if err != nil {
		return err
	}
	return s.note(ctx, tx, member, SignedIn, means+": "+agent)
}

// one is the error of a statement that had to change one row: otherwise what the change would have meant is not so.
func one(r sql.Result, err, otherwise error) error {
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, otherwise)
	}
	return nil
}

// secret draws 32 bytes and returns them for an address or a cookie, with their digest.
func (s *Store) secret() (string, []byte, error) {
	var b [32]byte
	if _, err := io.ReadFull(s.rand, b[:]); err != nil {
		return "", nil, fmt.Errorf("drawing a secret: %w", err)
	}
	text := base64.RawURLEncoding.EncodeToString(b[:])
	return text, digest(text), nil
}

func digest(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

// clip shortens s to at most n bytes without cutting a character in two.
func clip(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return strings.ToValidUTF8(s, "")
}
