package staff

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"sync"
	"time"
)

// Visits are those of one member, as they were when they were asked for. Pages opened within Idle of each other are one visit, so that what is new stays new while somebody reads.
type Visits struct {
	visited
	s      *Store
	member string
	now    time.Time
}

// visited is where a member has been.
type visited struct {
	account int64
	of      map[string]visit // by mechanism; it is never written into once it is here
}

// visit is when a member looked last, and when the visit before that one ended: in Unix seconds, each with the mark to which the record had come.
type visit struct {
	last, before         int64
	lastMark, beforeMark string
}

// trodden remembers where members have been, as it stands in the file: reading the rows of a member of a thousand mechanisms takes longer than the page that asks for them.
type trodden struct {
	mu    sync.Mutex
	of    map[string]visited // by member
	heavy int                // visits
}

// mostTrodden bounds, by visits of some 200 bytes each, what is remembered of all members together.
const mostTrodden = 1 << 15

func (t *trodden) find(member string) visited {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.of[member]
}

// keep remembers of a member what change makes of what is remembered. When that is too much, all is forgotten, and read again for whoever comes.
func (t *trodden) keep(member string, change func(visited) visited) {
	t.mu.Lock()
	defer t.mu.Unlock()
	old := t.of[member]
	now := change(old)
	if t.heavy += len(now.of) - len(old.of); t.heavy > mostTrodden || t.of == nil {
		t.of, t.heavy = map[string]visited{}, len(now.of)
	}
	t.of[member] = now
}

// Visits says where a member has been.
func (s *Store) Visits(ctx context.Context, member string) (*Visits, error) {
	v := &Visits{s: s, member: member, now: s.now(), visited: s.trodden.find(member)}
	if v.account != 0 {
		return v, nil
	}
	v.of = map[string]visit{}
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
		if mech != "" { // an account that has been nowhere has one row of nothing
			v.of[mech] = one
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if v.account == 0 {
		return nil, fmt.Errorf("no account of %s", member)
	}
	s.trodden.keep(member, func(then visited) visited {
		if then.account != 0 { // somebody else has read it, and may have noted more since
			return then
		}
		return v.visited
	})
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

// Note notes that the member looks at mechanisms, each of which it is given once, whose records have come to these marks.
func (v *Visits) Note(ctx context.Context, marks iter.Seq2[string, string]) error {
	changed := map[string]visit{}
	var rows [][]any
	for mech, mark := range marks {
		if one := v.of[mech]; v.now.Sub(time.Unix(one.last, 0)) >= touchEvery || mark != one.lastMark {
			one = v.in(mech)
			one.last, one.lastMark = v.now.Unix(), mark
			changed[mech] = one
			rows = append(rows, []any{mech, one.last, one.lastMark, one.before, one.beforeMark})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	all, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	err = v.s.tx(ctx, func(tx *sql.Tx) error { // in one statement: of a member of a thousand mechanisms, all are looked at again every minute
		_, err := tx.ExecContext(ctx, "INSERT INTO visit (account, mech, last, mark, before, mark_before) SELECT @account, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(@rows) WHERE true "+
			"ON CONFLICT DO UPDATE SET last = excluded.last, mark = excluded.mark, before = excluded.before, mark_before = excluded.mark_before", sql.Named("account", v.account), sql.Named("rows", string(all)))
		return err
	})
	if err != nil {
		return err
	}
	v.s.trodden.keep(v.member, func(then visited) visited {
		if then.account == 0 { // forgotten meanwhile: it is read again
			return then
		}
		of := maps.Clone(then.of)
		maps.Copy(of, changed)
		return visited{then.account, of}
	})
	return nil
}
