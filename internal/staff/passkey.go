package staff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"time"

	"entente.example/refusal"
)

// Passkey is one of a member's passkeys.
type Passkey struct {
	ID         int64
	Credential []byte // the authenticator's id of it
	Label      string // what its owner calls it
	Record     []byte // what the WebAuthn library keeps of it: JSON, whole
	Created    time.Time
	Used       time.Time // zero: never
}

// MaxPasskeys is how many a member may have.
const MaxPasskeys = 20

const maxLabel = 100 // bytes

// Handle is what authenticators know a member by. It tells nothing of who that is; the first call draws it.
func (s *Store) Handle(ctx context.Context, member string) (handle []byte, err error) {
	fresh := make([]byte, 32)
	if _, err := io.ReadFull(s.rand, fresh); err != nil {
		return nil, fmt.Errorf("drawing a handle: %w", err)
	}
	err = s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE account SET handle = @handle WHERE member = @member AND handle IS NULL", sql.Named("handle", fresh), sql.Named("member", member)); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, "SELECT handle FROM account WHERE member = @member", sql.Named("member", member)).Scan(&handle)
	})
	return handle, err
}

// MemberOf is whom authenticators know by a handle; "" for nobody.
func (s *Store) MemberOf(ctx context.Context, handle []byte) (member string, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT member FROM account WHERE handle = @handle", sql.Named("handle", handle)).Scan(&member)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return member, err
}

// Passkeys lists a member's passkeys, the newest first.
func (s *Store) Passkeys(ctx context.Context, member string) ([]Passkey, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT passkey.id, credential, label, record, passkey.created, used FROM passkey JOIN account ON account.id = passkey.account WHERE member = @member ORDER BY passkey.id DESC", sql.Named("member", member))
	if err != nil {
		return nil, fmt.Errorf("private store: %w", err)
	}
	defer rows.Close()
	var out []Passkey
	for rows.Next() {
		var k Passkey
		var created, used int64
		if err := rows.Scan(&k.ID, &k.Credential, &k.Label, &k.Record, &created, &used); err != nil {
			return nil, fmt.Errorf("private store: %w", err)
		}
		k.Created = time.Unix(created, 0).UTC()
		if used > 0 {
			k.Used = time.Unix(used, 0).UTC()
		}
		out = append(out, k)
	}
	return out, rows.Err()
}

// AddPasskey keeps a passkey that a member has just made.
func (s *Store) AddPasskey(ctx context.Context, member string, k Passkey) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		var have, taken int
		if err := tx.QueryRowContext(ctx, "SELECT count(*), coalesce(sum(credential = @credential), 0) FROM passkey", sql.Named("credential", k.Credential)).Scan(&have, &taken); err != nil {
			return err
		}
		if taken > 0 {
			return refusal.New(refusal.Conflict, "staff.passkey_there")
		}
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM passkey JOIN account ON account.id = passkey.account WHERE member = @member", sql.Named("member", member)).Scan(&have); err != nil {
			return err
		}
		if have >= MaxPasskeys {
			return refusal.New(refusal.Conflict, "staff.passkeys_many", "limit", fmt.Sprint(MaxPasskeys))
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO passkey (account, credential, label, record, created, used) SELECT id, @credential, @label, @record, @now, 0 FROM account WHERE member = @member",
			sql.Named("credential", k.Credential), sql.Named("label", clip(k.Label, maxLabel)), sql.Named("record", k.Record), sql.Named("now", s.now().Unix()), sql.Named("member", member))
		if err != nil {
			return err
		}
		return s.note(ctx, tx, member, PasskeyMade, clip(k.Label, maxLabel))
	})
}

// UsePasskey begins a session for whoever has shown one of a member's passkeys, and keeps what the library says of it now. The cookie is the session's secret.
func (s *Store) UsePasskey(ctx context.Context, member string, credential, record []byte, agent string) (cookie string, err error) {
	cookie, hash, err := s.secret()
	if err != nil {
		return "", err
	}
	now := s.now().Unix()
	err = s.tx(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "UPDATE passkey SET record = @record, used = @now WHERE credential = @credential AND account = (SELECT id FROM account WHERE member = @member)",
			sql.Named("record", record), sql.Named("now", now), sql.Named("credential", credential), sql.Named("member", member))
		if err := one(r, err, refusal.New(refusal.Denied, "staff.passkey_refused")); err != nil { // dropped while it was being shown
			return err
		}
		return s.begin(ctx, tx, member, hash, agent, "passkey")
	})
	if err != nil {
		return "", err
	}
	return cookie, nil
}

// DropPasskey forgets one of a member's own passkeys.
func (s *Store) DropPasskey(ctx context.Context, member string, id int64) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "DELETE FROM passkey WHERE id = @id AND account = (SELECT id FROM account WHERE member = @member)", sql.Named("id", id), sql.Named("member", member))
		if err := one(r, err, refusal.New(refusal.Missing, "staff.unknown_passkey")); err != nil {
			return err
		}
		return s.note(ctx, tx, member, PasskeyDropped, "")
	})
}
