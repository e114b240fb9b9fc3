package postgres

import (
	"cmp"
	"slices"

	"github.com/jackc/pgx/v5"

	"entente.example/internal/store"
)

// halve finds in each log the first folded entry whose lam is not below $2: lam rises with the index, and halving needs no index of it.
const halve = `WITH RECURSIVE h(log, lo, hi) AS (
	SELECT l.id, 0::bigint, h.applied FROM log l JOIN head h ON h.log=l.id WHERE l.mech=$1
	UNION ALL
	SELECT h.log, CASE WHEN e.lam < $2 THEN m.mid+1 ELSE h.lo END, CASE WHEN e.lam < $2 THEN h.hi ELSE m.mid END
	FROM h CROSS JOIN LATERAL (SELECT (h.lo+h.hi)/2 AS mid) m JOIN entry e ON e.id = (h.log<<40) + m.mid WHERE h.lo < h.hi)
SELECT log, lo FROM h WHERE lo = hi`

// newest reads the last entries of each log before a place in it.
const newest = `SELECT e.id, coalesce(m.key, ''), e.lam, e.past, e.void, e.leaf FROM unnest($1::bigint[], $2::bigint[]) p(log, at)
CROSS JOIN LATERAL (SELECT * FROM entry WHERE id >= p.log<<40 AND id < (p.log<<40) + p.at AND lam > 0 AND lam < $3 ORDER BY id DESC LIMIT $4) e LEFT JOIN matter m ON m.id = e.matter`

func (r *reader) Recent(mech string, before int64, limit int) ([]store.Entry, error) {
	if before == 0 {
		before = 1<<62 - 1
	}
	if limit <= 0 {
		return nil, nil
	}
	type place struct{ Log, At int64 }
	places, err := list(r, pgx.RowToStructByPos[place], halve, mech, before)
	if err != nil {
		return nil, err
	}
	var logs, ats []int64
	for _, p := range places {
		logs, ats = append(logs, p.Log), append(ats, p.At)
	}
	all, err := list(r, scanEntry, newest, logs, ats, before, limit)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b store.Entry) int { return cmp.Or(cmp.Compare(b.Lam, a.Lam), cmp.Compare(b.Log, a.Log)) })
	end := min(limit, len(all))
	for end < len(all) && all[end].Lam == all[end-1].Lam {
		end++
	}
	return all[:end], nil
}
