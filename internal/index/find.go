package index

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"entente.example/internal/search"
)

// Ask is a search in one scope of a mechanism.
type Ask struct {
	Scope  search.Scope
	Query  search.Query
	Kind   string // only from matters of this kind, as in "concern"; "" from all
	Before int64  // only what is older than the hit of this number; 0 begins at the newest
	after  int64  // only what is newer
	Limit  int
	Count  bool // also how many there are, by kind
}

// Bounds of what a search walks through: what it counts, among how many passages of its part from the newest one on it counts, and among what it looks for a kind. Where many passages hold the parts of a phrase and few the phrase, each has to be looked at.
const (
	counted = 2000
	reached = 10_000
	walked  = 5000
)

// Hit is a passage that was found, with the matter it is from.
type Hit struct {
	ID      int64
	Key     string // of the matter
	Source  search.Source
	Passage search.Passage
}

// Found is one page of what was found, newest first.
type Found struct {
	Hits  []Hit
	Loose bool  // nothing holds the words as they stand: these hold each of them
	Next  int64 // number to go on before; 0: that was all
	Kinds []Count
	Over  bool // there are more than were counted
}

// Count is how many passages were found in matters of a kind.
type Count struct {
	Kind string `json:"kind"`
	N    int    `json:"n"`
}

// Find looks for words. Where nothing holds them as they stand, passages that hold each of them are found.
func (x *Index) Find(ctx context.Context, mech string, a Ask) (Found, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	part, err := x.part(ctx, mech, a.Scope)
	if err != nil || part == 0 {
		return Found{}, err
	}
	f, limit := Found{}, a.Limit
	a.Limit++
	if f.Hits, err = x.hits(ctx, part, a, false); err == nil && len(f.Hits) == 0 && len(a.Query.Words) > 0 {
		newer := []Hit{}
		if a.Before > 0 || a.Kind != "" { // the end of what holds the words as they stand is not the place to become loose
			newer, err = x.hits(ctx, part, Ask{Query: a.Query, Limit: 1}, false)
		}
		if err == nil && len(newer) == 0 {
			f.Loose = true
			f.Hits, err = x.hits(ctx, part, a, true)
		}
	}
	switch {
	case err != nil:
		return f, err
	case len(f.Hits) > limit:
		f.Hits = f.Hits[:limit]
		f.Next = f.Hits[limit-1].ID
	case a.Kind != "":
		if f.Next, err = x.nth(ctx, part, a, f.Loose, walked); err != nil {
			return f, err
		}
	}
	if a.Count {
		f.Kinds, f.Over, err = x.kinds(ctx, part, a.Query, f.Loose)
	}
	return f, err
}

// part is the number of a scope of a mechanism, 0 if it holds nothing.
func (x *Index) part(ctx context.Context, mech string, scope search.Scope) (part int64, err error) {
	err = x.read.QueryRowContext(ctx, "SELECT id FROM part WHERE mech = ? AND scope = ?", mech, string(scope)).Scan(&part)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("search index: %w", err)
	}
	return part, nil
}

// kinds counts the newest passages that are found, by the kind of their matter, and says whether there are older ones.
func (x *Index) kinds(ctx context.Context, part int64, q search.Query, loose bool) (out []Count, over bool, err error) {
	newest, err := x.nth(ctx, part, Ask{Query: q}, loose, 1)
	if err != nil || newest == 0 {
		return nil, false, err
	}
	after, err := x.behind(ctx, part, newest, reached)
	if err != nil {
		return nil, false, err
	}
	query, args := walk(part, Ask{Query: q, after: after}, loose, counted)
	rows, err := x.read.QueryContext(ctx, "SELECT iif(instr(m.key, '/') > 0, substr(m.key, 1, instr(m.key, '/') - 1), m.key) AS kind, count(*) AS n, min(found.rowid) FROM ("+query+
		") AS found JOIN passage p ON p.id = found.rowid JOIN matter m ON m.id = p.matter GROUP BY kind ORDER BY n DESC, kind", args...)
	if err != nil {
		return nil, false, fmt.Errorf("search index: %w", err)
	}
	defer rows.Close()
	oldest := newest
	for rows.Next() {
		var c Count
		var first int64
		if err := rows.Scan(&c.Kind, &c.N, &first); err != nil {
			return nil, false, err
		}
		out, oldest = append(out, c), min(oldest, first)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, false, err
	}
	older, err := x.nth(ctx, part, Ask{Query: q, Before: oldest}, loose, 1)
	return out, older > 0, err
}

// nth is the number of the nth passage that is found, of whatever kind; 0 if there are fewer.
func (x *Index) nth(ctx context.Context, part int64, a Ask, loose bool, n int) (id int64, err error) {
	query, args := walk(part, a, loose, n)
	err = x.read.QueryRowContext(ctx, "SELECT rowid FROM ("+query+") LIMIT 1 OFFSET ?", append(args, n-1)...).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return id, err
}

// behind is the number of the passage of a part that is n passages older than another; 0 if there are fewer. What other mechanisms say meanwhile does not count.
func (x *Index) behind(ctx context.Context, part, newest int64, n int) (id int64, err error) {
	err = x.read.QueryRowContext(ctx, "SELECT id FROM passage WHERE part = ? AND id <= ? ORDER BY id DESC LIMIT 1 OFFSET ?", part, newest, n).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return id, err
}

// walk is the query for the numbers of what is found, from the newest on. The first table is walked from its newest row on; the others are asked about each row of it.
func walk(part int64, a Ask, loose bool, most int) (query string, args []any) {
	for i, c := range match(part, a.Query, loose) {
		if i == 0 {
			query = "SELECT f.rowid FROM " + c.table + " f WHERE f." + c.table + " MATCH ?"
		} else {
			query += " AND EXISTS (SELECT 1 FROM " + c.table + " o WHERE o." + c.table + " MATCH ? AND o.rowid = f.rowid)"
		}
		args = append(args, c.match)
	}
	if a.Before > 0 {
		query, args = query+" AND f.rowid < ?", append(args, a.Before)
	}
	if a.after > 0 {
		query, args = query+" AND f.rowid > ?", append(args, a.after)
	}
	return query + " ORDER BY f.rowid DESC LIMIT ?", append(args, most)
}

func (x *Index) hits(ctx context.Context, part int64, a Ask, loose bool) ([]Hit, error) {
	most, of := a.Limit, ""
	if a.Kind != "" {
		most, of = walked, "WHERE m.key >= ? AND m.key < ? OR m.key = ? "
	}
	query, args := walk(part, a, loose, most)
	if a.Kind != "" {
		args = append(args, a.Kind+"/", a.Kind+"0", a.Kind) // "0" follows "/"
	}
	return read(x.read.QueryContext(ctx, "SELECT p.id, m.key, m.source, p.data FROM ("+query+") AS found JOIN passage p ON p.id = found.rowid JOIN matter m ON m.id = p.matter "+of+"ORDER BY p.id DESC LIMIT ?",
		append(args, a.Limit)...))
}

// read reads passages with the matters that they are from.
func read(rows *sql.Rows, err error) (out []Hit, _ error) {
	if err != nil {
		return nil, fmt.Errorf("search index: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var h Hit
		var source, data []byte
		if err := rows.Scan(&h.ID, &h.Key, &source, &data); err != nil {
			return nil, err
		}
		if err := errors.Join(json.Unmarshal(source, &h.Source), json.Unmarshal(data, &h.Passage)); err != nil {
			return nil, fmt.Errorf("search index: %w", err)
		}
		out = append(out, h)
	}
	return out, rows.Err()
}
