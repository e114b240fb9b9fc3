package staff

import (
	"context"
	"database/sql"
	"time"

	"entente.example/refusal"
)

// MeetingMail is a member's wish to have the days of meetings sent to their calendar program.
type MeetingMail struct {
	Member   string    `json:"member"`
	Address  string    `json:"address"`
	Language string    `json:"language"`
	Since    time.Time `json:"since" doc:"When they asked for it"`
}

// MeetingSent is the newest message about a meeting that a member has had.
type MeetingSent struct {
	Mech      string
	Matter    string
	Sequence  int64
	Cancelled bool
	From      string // days that it named
	Until     string
	Place     string
}

// SetMeetingMail keeps a member's wish. Another address begins anew: nothing has been sent to it.
func (s *Store) SetMeetingMail(ctx context.Context, m MeetingMail) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM meeting_sent WHERE account IN (SELECT w.account FROM meeting_mail w JOIN account a ON a.id = w.account WHERE a.member = @member AND w.address <> @address)",
			sql.Named("member", m.Member), sql.Named("address", m.Address))
		if err != nil {
			return err
		}
		r, err := tx.ExecContext(ctx, "INSERT INTO meeting_mail (account, address, language, since) SELECT id, @address, @language, @since FROM account WHERE member = @member "+
			"ON CONFLICT (account) DO UPDATE SET address = excluded.address, language = excluded.language, since = excluded.since",
			sql.Named("address", m.Address), sql.Named("language", m.Language), sql.Named("since", s.now().Unix()), sql.Named("member", m.Member))
		return one(r, err, refusal.New(refusal.Missing, "reminder.no_account", "member", m.Member))
	})
}

// EndMeetingMail forgets a member's wish, the address, and what was sent there.
func (s *Store) EndMeetingMail(ctx context.Context, member string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		for _, table := range []string{"meeting_sent", "meeting_mail"} {
			if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE account = (SELECT id FROM account WHERE member = @member)", sql.Named("member", member)); err != nil {
				return err
			}
		}
		return nil
	})
}

// MeetingMails are everybody's wishes; that of one member if member is not "".
func (s *Store) MeetingMails(ctx context.Context, member string) ([]MeetingMail, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT member, address, w.language, since FROM meeting_mail w JOIN account ON account.id = w.account WHERE @member IN ('', member) ORDER BY member", sql.Named("member", member))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []MeetingMail{}
	for rows.Next() {
		var m MeetingMail
		var since int64
		if err := rows.Scan(&m.Member, &m.Address, &m.Language, &since); err != nil {
			return nil, err
		}
		m.Since = time.Unix(since, 0).UTC()
		out = append(out, m)
	}
	return out, rows.Err()
}

// MeetingsSent are the newest messages that a member has had about the meetings of a mechanism, by matter.
func (s *Store) MeetingsSent(ctx context.Context, member, mech string) (map[string]MeetingSent, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT mech, matter, sequence, cancelled, first, last, place FROM meeting_sent m JOIN account ON account.id = m.account WHERE member = @member AND mech = @mech",
		sql.Named("member", member), sql.Named("mech", mech))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]MeetingSent{}
	for rows.Next() {
		var m MeetingSent
		if err := rows.Scan(&m.Mech, &m.Matter, &m.Sequence, &m.Cancelled, &m.From, &m.Until, &m.Place); err != nil {
			return nil, err
		}
		out[m.Matter] = m
	}
	return out, rows.Err()
}

// NoteMeetingSent notes that a message has gone to an address. Whoever has ended their wish meanwhile, or has given another address, has had none there.
func (s *Store) NoteMeetingSent(ctx context.Context, member, address string, m MeetingSent) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO meeting_sent (account, mech, matter, sequence, cancelled, first, last, place) SELECT w.account, @mech, @matter, @sequence, @cancelled, @first, @last, @place "+
			"FROM meeting_mail w JOIN account a ON a.id = w.account WHERE a.member = @member AND w.address = @address "+
			"ON CONFLICT (account, mech, matter) DO UPDATE SET sequence = excluded.sequence, cancelled = excluded.cancelled, first = excluded.first, last = excluded.last, place = excluded.place",
			sql.Named("mech", m.Mech), sql.Named("matter", m.Matter), sql.Named("sequence", m.Sequence), sql.Named("cancelled", m.Cancelled), sql.Named("first", m.From), sql.Named("last", m.Until), sql.Named("place", m.Place),
			sql.Named("member", member), sql.Named("address", address))
		return err
	})
}
