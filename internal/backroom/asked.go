package backroom

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"entente.example/internal/calendar"
	"entente.example/lang"
	"entente.example/refusal"
)

// Asked is somebody whom our side asked to a meeting by mail, and what their calendar program answered.
type Asked struct {
	ID string `json:"id"`
	About
	Name  string `json:"name,omitempty"`
	Mail  string `json:"mail"`
	Ask   *Ask   `json:"ask,omitempty" doc:"The newest request; without it, nobody of ours asked this address"`
	Reply *Reply `json:"reply,omitempty"`

	Earlier []Ask `json:"earlier,omitempty" doc:"Earlier requests, the newest first"`
}

// Ask is a request of ours.
type Ask struct {
	Sequence int64     `json:"sequence"`
	From     string    `json:"from" doc:"Day"`
	Until    string    `json:"until,omitempty" doc:"Day"`
	Member   string    `json:"member" doc:"Who of us asked"`
	At       time.Time `json:"at"`
}

// Reply is what a calendar program answered. Whoever can write a mail can have written it.
type Reply struct {
	Says     string    `json:"says" enum:"accepted,declined,tentative,delegated,counter"`
	Comment  string    `json:"comment,omitempty"`
	Sender   string    `json:"sender,omitempty" doc:"Address that the mail came from, if it is another one"`
	Sequence int64     `json:"sequence" doc:"Of the request that it answers"`
	Stamp    time.Time `json:"stamp" doc:"When it was given, as it says"`
	Member   string    `json:"member" doc:"Who of us brought it in"`
	At       time.Time `json:"at"`

	Delegate string             `json:"delegate,omitempty" doc:"Who goes in their place"`
	For      string             `json:"for,omitempty" doc:"In whose place they go"`
	Proposed *calendar.Proposal `json:"proposed,omitempty" doc:"Days that are proposed instead, which is nobody's offer"`
}

// Old reports whether the answer is to an earlier request than the newest.
func (a *Asked) Old() bool {
	return a.Ask != nil && a.Reply != nil && a.Reply.Sequence < a.Ask.Sequence
}

// Answers is the request that the answer is to; nil if it is not known here, as one whose addresses were not kept.
func (a *Asked) Answers() *Ask {
	if a.Reply == nil || a.Ask == nil {
		return nil
	}
	for _, ask := range append([]Ask{*a.Ask}, a.Earlier...) {
		if ask.Sequence == a.Reply.Sequence {
			return &ask
		}
	}
	return nil
}

var asked = kept[Asked]{"asked", func(a *Asked) *string { return &a.ID }, func(a *Asked) About { return a.About }, func(*Asked) bool { return true }}

// maxAsked is how many can be asked to one meeting.
const maxAsked = 500

// maxEarlier is how many earlier requests are remembered of one person.
const maxEarlier = 10

// Ask keeps whom a member asks to a meeting, so that answers find them.
func (s *Store) Ask(ctx context.Context, mech, matter string, who []Asked, ask Ask) error {
	ask.At = s.o.Now().UTC()
	for _, w := range who {
		err := s.guest(ctx, mech, matter, w, func(a *Asked) bool {
			if w.Name != "" {
				a.Name = w.Name
			}
			if was := a.Ask; was != nil && was.Sequence != ask.Sequence {
				a.Earlier = append([]Ask{*was}, a.Earlier[:min(len(a.Earlier), maxEarlier-1)]...)
			}
			a.Ask = &ask
			return true
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Answered keeps what somebody's calendar program answered, and says whether it did: not if a newer answer of theirs is here already.
func (s *Store) Answered(ctx context.Context, mech, matter string, who Asked, r Reply) (now Asked, taken bool, err error) {
	r.At = s.o.Now().UTC()
	if r.Stamp.After(r.At) { // a clock that runs ahead must not outdo every later answer
		r.Stamp = r.At
	}
	err = s.guest(ctx, mech, matter, who, func(a *Asked) bool {
		if was := a.Reply; was != nil && (r.Sequence < was.Sequence || r.Sequence == was.Sequence && r.Stamp.Before(was.Stamp)) {
			now = *a
			return false
		}
		if a.Name == "" {
			a.Name = who.Name
		}
		a.Reply, taken = &r, true
		now = *a
		return true
	})
	return now, taken, err
}

// guest finds somebody among those of a meeting by their address, or adds them, and keeps what f makes of them; in one transaction.
func (s *Store) guest(ctx context.Context, mech, matter string, who Asked, f func(*Asked) bool) error {
	who = Asked{About: About{Matter: matter}, Name: lang.Normalise(who.Name), Mail: who.Mail}
	for _, err := range []error{who.check(), checkLine(who.Name), checkLine(who.Mail)} {
		if err != nil {
			return err
		}
	}
	return s.do(ctx, mech, func(tx *sql.Tx) error {
		n, found, err := byMail(ctx, tx, mech, who)
		if err != nil || !f(&found) {
			return err
		}
		found.ID = ""
		doc, err := json.Marshal(found)
		if err != nil {
			return err
		}
		if n != 0 {
			_, err = tx.ExecContext(ctx, "UPDATE item SET doc = @doc WHERE id = @id", sql.Named("doc", string(doc)), sql.Named("id", n))
			return err
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO item (mech, kind, matter, open, doc) VALUES (@mech, @kind, @matter, 1, @doc)", sql.Named("mech", mech), sql.Named("kind", asked.kind), sql.Named("matter", matter), sql.Named("doc", string(doc)))
		return err
	})
}

// byMail is the row of somebody, or 0 and who they are if they have none yet.
func byMail(ctx context.Context, tx *sql.Tx, mech string, who Asked) (int64, Asked, error) {
	rows, err := tx.QueryContext(ctx, "SELECT id, doc FROM item WHERE mech = @mech AND kind = @kind AND matter = @matter ORDER BY id", sql.Named("mech", mech), sql.Named("kind", asked.kind), sql.Named("matter", who.Matter))
	if err != nil {
		return 0, who, err
	}
	defer rows.Close()
	seen := 0
	for ; rows.Next(); seen++ {
		var n int64
		var doc string
		if err := rows.Scan(&n, &doc); err != nil {
			return 0, who, err
		}
		var a Asked
		if err := json.Unmarshal([]byte(doc), &a); err != nil {
			return 0, who, err
		}
		if strings.EqualFold(a.Mail, who.Mail) {
			return n, a, rows.Err()
		}
	}
	if err := rows.Err(); err != nil {
		return 0, who, err
	}
	if seen >= maxAsked {
		return 0, who, refusal.New(refusal.Conflict, "ours.many", "limit", strconv.Itoa(maxAsked))
	}
	return 0, who, nil
}

// Asked lists who was asked to a meeting, or answered, in the order in which they came here; all of the mechanism if of is empty.
func (s *Store) Asked(ctx context.Context, mech string, of About) ([]Asked, error) {
	all, err := asked.list(ctx, s, mech, false)
	return asked.only(all, of), err
}

// DropAsked forgets somebody's address and answer. Any member of ours may: it is a person's, and no member's.
func (s *Store) DropAsked(ctx context.Context, mech, id string) error {
	return asked.drop(ctx, s, mech, id, func(*Asked) error { return nil })
}
