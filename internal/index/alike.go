package index

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"entente.example/internal/search"
	"entente.example/lang"
)

// Like asks for agreed passages that resemble a wording.
type Like struct {
	Text  lang.Text
	Not   string // a matter of which nothing is wanted: the one that the wording is from
	Limit int
}

// Bounds of what resemblance costs.
const (
	probed   = 128 // prints of the wording that are looked up
	common   = 200 // passages with a print that are taken, the newest
	compared = 60  // passages that are read and compared by their words
)

// Alike is a passage that resembles a wording.
type Alike struct {
	Hit
	Likeness search.Likeness
}

// Alike finds agreed passages that resemble a wording, the likest first and of equals the newest.
func (x *Index) Alike(ctx context.Context, mech string, a Like) ([]Alike, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	part, err := x.part(ctx, mech, search.Agreed)
	if err != nil || part == 0 {
		return nil, err
	}
	ids, err := x.candidates(ctx, part, search.Prints(a.Text))
	if err != nil {
		return nil, err
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	hits, err := read(x.read.QueryContext(ctx, "SELECT p.id, m.key, m.source, p.data FROM json_each(?) AS c JOIN passage p ON p.id = c.value JOIN matter m ON m.id = p.matter", string(list)))
	if err != nil {
		return nil, err
	}
	var out []Alike
	asked := search.Phrase(a.Text)
	for _, h := range hits {
		if l := asked.Liken(h.Passage.Text); l.Alike() && h.Key != a.Not {
			out = append(out, Alike{h, l})
		}
	}
	slices.SortFunc(out, func(a, b Alike) int {
		return cmp.Or(cmp.Compare(b.Likeness.Share, a.Likeness.Share), cmp.Compare(b.ID, a.ID))
	})
	return out[:min(len(out), a.Limit)], nil
}

// candidates are the passages that have most prints of a wording, weighed by how few passages have each; of those with equally much, the newest.
func (x *Index) candidates(ctx context.Context, part int64, prints []uint32) ([]int64, error) {
	if len(prints) > probed {
		prints = prints[:probed] // hashes rise, so these are any of them
	}
	asked := make([]string, len(prints))
	for i, p := range prints {
		asked[i] = `"` + strings.TrimSpace(printed(part, []uint32{p})) + `"`
	}
	list, err := json.Marshal(asked)
	if err != nil {
		return nil, err
	}
	// One row for each print, not one for each passage: crossing into SQLite costs more than what is found there.
	rows, err := x.read.QueryContext(ctx, "SELECT (SELECT json_group_array(rowid) FROM (SELECT rowid FROM prints WHERE prints MATCH c.value ORDER BY rowid DESC LIMIT ?)) FROM json_each(?) AS c", common, string(list))
	if err != nil {
		return nil, fmt.Errorf("search index: %w", err)
	}
	defer rows.Close()
	weight := map[int64]float64{}
	for rows.Next() {
		var b []byte
		var ids []int64
		if err := rows.Scan(&b); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(b, &ids); err != nil {
			return nil, err
		}
		for _, id := range ids {
			weight[id] += math.Log(1 + common/float64(len(ids)))
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	ids := slices.SortedFunc(maps.Keys(weight), func(a, b int64) int { return cmp.Or(cmp.Compare(weight[b], weight[a]), cmp.Compare(b, a)) })
	return ids[:min(len(ids), compared)], nil
}
