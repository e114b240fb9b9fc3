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
	Before int64 // only what is older than the hit of this number; 0 begins at the newest
	Limit  int
}

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
	Loose bool // nothing holds the words as they stand: these hold each of them
	More  bool
}

// Find looks for words. Where nothing holds them as they stand, passages that hold each of them are found.
func (x *Index) Find(ctx context.Context, mech string, a Ask) (Found, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var part int64
	err := x.read.QueryRowContext(ctx, "SELECT id FROM part WHERE mech = ? AND scope = ?", mech, string(a.Scope)).Scan(&part)
	if errors.Is(err, sql.ErrNoRows) {
		return Found{}, nil
	}
	if err != nil {
		return Found{}, fmt.Errorf("search index: %w", err)
	}
	f, limit := Found{}, a.Limit
	a.Limit++
	if f.Hits, err = x.hits(ctx, part, a, false); err == nil && len(f.Hits) == 0 && len(a.Query.Words) > 0 {
		newer := []Hit{}
		if a.Before > 0 { // the end of what holds the words as they stand is not the place to become loose
			newer, err = x.hits(ctx, part, Ask{Query: a.Query, Limit: 1}, false)
		}
		if err == nil && len(newer) == 0 {
			f.Loose = true
			f.Hits, err = x.hits(ctx, part, a, true)
		}
	}
	if f.More = len(f.Hits) > limit; f.More {
		f.Hits = f.Hits[:limit]
	}
	return f, err
}

func (x *Index) hits(ctx context.Context, part int64, a Ask, loose bool) ([]Hit, error) {
	// The first table is walked from its newest row on; the others are asked about each row of it.
	query, args := "", []any{}
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
	query += " ORDER BY f.rowid DESC LIMIT ?"
	rows, err := x.read.QueryContext(ctx, "SELECT p.id, m.key, m.source, p.data FROM ("+query+") AS found JOIN passage p ON p.id = found.rowid JOIN matter m ON m.id = p.matter ORDER BY p.id DESC",
		append(args, a.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("search index: %w", err)
	}
	defer rows.Close()
	var out []Hit
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
