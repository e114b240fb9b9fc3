package staff

import (
	"context"
	"database/sql"
	"time"

	"entente.example/refusal"
)

// Digest is a member's wish to be told by letter, once a day, what awaits them.
type Digest struct {
	Member   string `json:"member"`
	Address  string `json:"address"`
	Language string `json:"language"`
	Hour     int    `json:"hour" minimum:"0" maximum:"23"`
	Zone     string `json:"zone" doc:"Offset, as in +08:00"`
	Sent     string `json:"sent,omitempty" doc:"Day of the last letter, in that zone"`
}

// at is the time in the zone of a digest.
func (d Digest) at(now time.Time) time.Time {
	t, err := time.Parse("Z07:00", d.Zone)
	if err != nil {
		return now.UTC()
	}
	_, offset := t.Zone()
	return now.In(time.FixedZone("", offset))
}

// Due reports whether today's letter is to be sent, and which day that is.
func (d Digest) Due(now time.Time) (day string, due bool) {
	at := d.at(now)
	day = at.Format(time.DateOnly)
	return day, at.Hour() >= d.Hour && day > d.Sent
}

// SetDigest keeps a member's wish. The first letter is due when the hour comes next.
func (s *Store) SetDigest(ctx context.Context, d Digest) error {
	if _, err := time.Parse("Z07:00", d.Zone); err != nil || d.Hour < 0 || d.Hour > 23 {
		return refusal.New(refusal.Invalid, "reminder.bad_hour")
	}
	sent := ""
	if at := d.at(s.now()); at.Hour() >= d.Hour {
		sent = at.Format(time.DateOnly)
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "INSERT INTO digest (account, address, language, hour, zone, sent) SELECT id, @address, @language, @hour, @zone, @sent FROM account WHERE member = @member "+
			"ON CONFLICT (account) DO UPDATE SET address = excluded.address, language = excluded.language, hour = excluded.hour, zone = excluded.zone, sent = excluded.sent",
			sql.Named("address", d.Address), sql.Named("language", d.Language), sql.Named("hour", d.Hour), sql.Named("zone", d.Zone), sql.Named("sent", sent), sql.Named("member", d.Member))
		return one(r, err, refusal.New(refusal.Missing, "reminder.no_account", "member", d.Member))
	})
}

// EndDigest forgets a member's wish, and the address.
func (s *Store) EndDigest(ctx context.Context, member string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM digest WHERE account = (SELECT id FROM account WHERE member = @member)", sql.Named("member", member))
		return err
	})
}

// Digests are everybody's wishes; those of one member if member is not "".
func (s *Store) Digests(ctx context.Context, member string) ([]Digest, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT member, address, digest.language, hour, zone, sent FROM digest JOIN account ON account.id = digest.account WHERE @member IN ('', member) ORDER BY member", sql.Named("member", member))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []Digest{}
	for rows.Next() {
		var d Digest
		if err := rows.Scan(&d.Member, &d.Address, &d.Language, &d.Hour, &d.Zone, &d.Sent); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, rows.Err()
}

// DigestSent notes that the letter of a day has gone, or that there was nothing to say.
func (s *Store) DigestSent(ctx context.Context, member, day string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE digest SET sent = @day WHERE account = (SELECT id FROM account WHERE member = @member)", sql.Named("day", day), sql.Named("member", member))
		return err
	})
}
