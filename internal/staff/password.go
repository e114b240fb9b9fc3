package staff

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"database/sql"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"github.com/pquerna/otp/hotp"
	"golang.org/x/crypto/argon2"

	"entente.example/refusal"
)

// A password stands in for a passkey where no device has one. It works only together with a code of six digits that changes every thirty seconds (TOTP, RFC 6238) and
// is good once. Of the password nothing is kept: argon2id (RFC 9106) makes a key of it, which seals the secret of the codes; who reads this store has neither.
const (
	MinPassword = 12  // characters
	MaxPassword = 256 // bytes

	codeStep = 30 * time.Second

	smiths  = 2  // so many keys are made at a time; each takes the memory of its cost
	waiters = 16 // so many may wait for that

	secretSize = 20 // bytes, as RFC 4226 recommends
	saltSize   = 16
)

var base32Code = base32.StdEncoding.WithPadding(base32.NoPadding)

// cost is what argon2id spends on a key. It is kept beside what it made, so that it can be raised.
type cost struct {
	memory, passes uint32 // memory in KiB
	threads        uint8
}

// standard is what new passwords cost.
var standard = cost{memory: 64 << 10, passes: 1, threads: 4}

// smith makes keys of passwords, a few at a time.
type smith struct {
	cost        cost // of new ones, and of names that have none
	at, waiting chan struct{}
}

func newSmith(c cost) smith {
	return smith{c, make(chan struct{}, smiths), make(chan struct{}, smiths+waiters)}
}

func (m smith) key(ctx context.Context, c cost, password string, salt []byte) (cipher.AEAD, error) {
	select {
	case m.waiting <- struct{}{}:
	default:
		return nil, refusal.New(refusal.Unavailable, "staff.passkeys_busy")
	}
	defer func() { <-m.waiting }()
	select {
	case m.at <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-m.at }()
	block, err := aes.NewCipher(argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.threads, 32))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// noNonce is the nonce of every sealing: each has a salt, and so a key, of its own.
var noNonce = make([]byte, 12)

// BeginPassword takes a password that a member has chosen and returns the secret of its codes in base32, as authenticator programs take it. It opens nothing until
// ConfirmPassword has seen a code; a password in use works until then.
func (s *Store) BeginPassword(ctx context.Context, member, password string) (secret string, err error) {
	if n := utf8.RuneCountInString(password); n < MinPassword || len(password) > MaxPassword || !utf8.ValidString(password) {
		return "", refusal.New(refusal.Invalid, "staff.password_length", "least", fmt.Sprint(MinPassword), "most", fmt.Sprint(MaxPassword))
	}
	fresh := make([]byte, secretSize+saltSize)
	if _, err := io.ReadFull(s.rand, fresh); err != nil {
		return "", fmt.Errorf("drawing a secret: %w", err)
	}
	key, salt := fresh[:secretSize], fresh[secretSize:]
	aead, err := s.smith.key(ctx, s.smith.cost, password, salt)
	if err != nil {
		return "", err
	}
	err = s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO password (account, confirmed, memory, passes, threads, salt, sealed, step, created) SELECT id, 0, @memory, @passes, @threads, @salt, @sealed, 0, @now FROM account WHERE member = @member "+
			"ON CONFLICT DO UPDATE SET memory = excluded.memory, passes = excluded.passes, threads = excluded.threads, salt = excluded.salt, sealed = excluded.sealed, step = 0, created = excluded.created",
			sql.Named("memory", s.smith.cost.memory), sql.Named("passes", s.smith.cost.passes), sql.Named("threads", s.smith.cost.threads), sql.Named("salt", salt), sql.Named("sealed", aead.Seal(nil, noNonce, key, []byte(member))), sql.Named("now", s.now().Unix()), sql.Named("member", member))
		return err
	})
	return base32Code.EncodeToString(key), err
}

// ConfirmPassword puts a chosen password to use once its owner has repeated it and shown a code.
func (s *Store) ConfirmPassword(ctx context.Context, member, password, code string) error {
	if err := s.tries.begin(member, s.now()); err != nil {
		return err
	}
	step, err := s.shown(ctx, member, password, code, false)
	if err != nil {
		return err
	}
	s.tries.forget(member)
	return s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM password WHERE confirmed = 1 AND account = (SELECT id FROM account WHERE member = @member)", sql.Named("member", member)); err != nil {
			return err
		}
		r, err := tx.ExecContext(ctx, "UPDATE password SET confirmed = 1, step = @step WHERE account = (SELECT id FROM account WHERE member = @member)", sql.Named("step", step), sql.Named("member", member))
		if err := one(r, err, refused()); err != nil {
			return err
		}
		return s.note(ctx, tx, member, PasswordMade, "")
	})
}

// UsePassword begins a session for whoever knows a member's password and shows a code that was not shown before. Whatever is wrong, also that there is no such member,
// the answer is the same, and takes as long. After some wrong answers in a row the name has to wait; a passkey or a link is not held up by that.
func (s *Store) UsePassword(ctx context.Context, member, password, code, agent string) (cookie string, err error) {
	if err := s.tries.begin(clip(member, 64), s.now()); err != nil {
		return "", err
	}
	step, err := s.shown(ctx, member, password, code, true)
	if err != nil {
		return "", errors.Join(err, s.Note(ctx, member, PasswordRefused, clip(agent, maxDetail)))
	}
	cookie, hash, err := s.secret()
	if err != nil {
		return "", err
	}
	err = s.tx(ctx, func(tx *sql.Tx) error {
		// Of two who show one code at once, one wins.
		r, err := tx.ExecContext(ctx, "UPDATE password SET step = @step WHERE confirmed = 1 AND step < @step AND account = (SELECT id FROM account WHERE member = @member)", sql.Named("step", step), sql.Named("member", member))
		if err := one(r, err, refused()); err != nil {
			return err
		}
		return s.begin(ctx, tx, member, hash, agent, "password")
	})
	if err != nil {
		return "", err
	}
	s.tries.forget(member)
	return cookie, nil
}

func refused() error { return refusal.New(refusal.Denied, "staff.password_refused") }

// shown is the step of a code that is right, if the password is, too.
func (s *Store) shown(ctx context.Context, member, password, code string, confirmed bool) (step int64, err error) {
	c, salt, sealed, last := s.smith.cost, make([]byte, saltSize), make([]byte, secretSize), int64(0)
	err = s.db.QueryRowContext(ctx, "SELECT memory, passes, threads, salt, sealed, step FROM password JOIN account ON account.id = password.account WHERE member = @member AND confirmed = @confirmed",
		sql.Named("member", member), sql.Named("confirmed", confirmed)).Scan(&c.memory, &c.passes, &c.threads, &salt, &sealed, &last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("private store: %w", err)
	}
	if len(password) > MaxPassword {
		password = ""
	}
	aead, err := s.smith.key(ctx, c, password, salt) // for a name that has no password, too
	if err != nil {
		return 0, err
	}
	key, err := aead.Open(nil, noNonce, sealed, []byte(member))
	if err != nil {
		return 0, refused()
	}
	now := s.now().Unix() / int64(codeStep/time.Second)
	for _, step := range []int64{now, now - 1, now + 1} { // RFC 6238, 5.2: one step for the way and for clocks
		want, err := hotp.GenerateCode(base32Code.EncodeToString(key), uint64(step))
		if err != nil {
			return 0, err
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && step > last {
			return step, nil
		}
	}
	return 0, refused()
}

// Password says since when a member has one in use; zero: none.
func (s *Store) Password(ctx context.Context, member string) (since time.Time, err error) {
	var created int64
	err = s.db.QueryRowContext(ctx, "SELECT password.created FROM password JOIN account ON account.id = password.account WHERE member = @member AND confirmed = 1", sql.Named("member", member)).Scan(&created)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return time.Unix(created, 0).UTC(), err
}

// EndPassword forgets a member's password.
func (s *Store) EndPassword(ctx context.Context, member string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "DELETE FROM password WHERE account = (SELECT id FROM account WHERE member = @member)", sql.Named("member", member))
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, refusal.New(refusal.Missing, "staff.no_password"))
		}
		return s.note(ctx, tx, member, PasswordEnded, "")
	})
}
