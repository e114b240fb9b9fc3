package staff

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// What the trail tells of: acts of our own people that are on no record, because they concern nobody else.
const (
	LinkMade        = "link_made"        // by the operator
	SignedIn        = "signed_in"        // how stands beside
	SessionEnded    = "session_ended"    // its device stands beside
	PasskeyMade     = "passkey_made"     // its name stands beside
	PasskeyDropped  = "passkey_dropped"  //
	PasskeyCopied   = "passkey_copied"   // its counter went back, and it was refused
	PasswordMade    = "password_made"    //
	PasswordRefused = "password_refused" // the device stands beside
	PasswordEnded   = "password_ended"   //
	CalendarMade    = "calendar_made"    // a secret address; the mechanism stands beside
	CalendarEnded   = "calendar_ended"   //
	AccountShut     = "account_shut"     // by the operator
	SignOnBound     = "sign_on_bound"    // to a person of the house's directory; the issuer stands beside
	SignOnEnded     = "sign_on_ended"    // by its member or the operator
	Recognised      = "recognised"       // anew by the house's directory; the issuer stands beside
	HandedOver      = "handed_over"      // a pack for a successor was taken; the mechanism stands beside
)

// Deeds are all of them.
var Deeds = []string{LinkMade, SignedIn, SessionEnded, PasskeyMade, PasskeyDropped, PasskeyCopied, PasswordMade, PasswordRefused, PasswordEnded, CalendarMade, CalendarEnded, AccountShut, SignOnBound, SignOnEnded, Recognised, HandedOver}

// TrailLife is how long the trail is kept.
const TrailLife = 2 * 365 * 24 * time.Hour

const maxDetail = 200 // bytes

// Step is one line of the trail.
type Step struct {
	ID     int64     `json:"id"`
	At     time.Time `json:"at"`
	Member string    `json:"member"`
	What   string    `json:"what" doc:"signed_in, password_refused, …"`
	Detail string    `json:"detail,omitempty" doc:"The device, the name of a passkey, or the mechanism"`
}

// Note adds a line to the trail of a member who has an account; of anybody else nothing is kept.
func (s *Store) Note(ctx context.Context, member, what, detail string) error {
	return s.tx(ctx, func(tx *sql.Tx) error { return s.note(ctx, tx, member, what, detail) })
}

func (s *Store) note(ctx context.Context, tx *sql.Tx, member, what, detail string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO trail (at, account, what, detail) SELECT @at, id, @what, @detail FROM account WHERE member = @member",
		sql.Named("at", s.now().Unix()), sql.Named("what", what), sql.Named("detail", clip(detail, maxDetail)), sql.Named("member", member))
	return err
}

// Trail is the newest part of the trail, the newest line first: of one member, or everybody's if member is "". before is the id of a line, to go on from there; 0: from the end.
func (s *Store) Trail(ctx context.Context, member string, before int64, limit int) ([]Step, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT trail.id, at, member, what, detail FROM trail JOIN account ON account.id = trail.account WHERE @member IN ('', member) AND (@before = 0 OR trail.id < @before) ORDER BY trail.id DESC LIMIT @limit",
		sql.Named("member", member), sql.Named("before", before), sql.Named("limit", limit))
	if err != nil {
		return nil, fmt.Errorf("private store: %w", err)
	}
	defer rows.Close()
	out := []Step{}
	for rows.Next() {
		var st Step
		var at int64
		if err := rows.Scan(&st.ID, &at, &st.Member, &st.What, &st.Detail); err != nil {
			return nil, fmt.Errorf("private store: %w", err)
		}
		st.At = time.Unix(at, 0).UTC()
		out = append(out, st)
	}
	return out, rows.Err()
}
