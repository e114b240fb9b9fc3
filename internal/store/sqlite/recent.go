package sqlite

import (
	"slices"

	"entente.example/internal/store"
)

// mergeRecent walks the logs from their ends and merges them by falling Lam; within a log Lam rises with the index.
func mergeRecent(r *reader, logs []store.Log, before int64, limit int) ([]store.Entry, error) {
	heads := make([]store.Entry, 0, len(logs))
	next := func(log store.LogID, below int64) error {
		for i := below - 1; i >= 0; i-- {
			e, err := r.Entry(log, i)
			if err != nil {
				return err
			}
			if e.Lam > 0 && e.Lam < before {
				heads = append(heads, e)
				return nil
			}
		}
		return nil
	}
	for _, l := range logs {
		at, err := r.firstAtOrAfter(l, before)
		if err != nil {
			return nil, err
		}
		if err := next(l.ID, at); err != nil {
			return nil, err
		}
	}
	var out []store.Entry
	for len(heads) > 0 {
		newest := slices.IndexFunc(heads, func(e store.Entry) bool {
			return !slices.ContainsFunc(heads, func(o store.Entry) bool { return o.Lam > e.Lam || o.Lam == e.Lam && o.Log > e.Log })
		})
		e := heads[newest]
		if len(out) >= limit && (len(out) == 0 || e.Lam != out[len(out)-1].Lam) {
			break
		}
		heads = slices.Delete(heads, newest, newest+1)
		out = append(out, e)
		if err := next(e.Log, e.Index); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// firstAtOrAfter finds by halving the first folded entry of a log whose Lam is not below lam.
func (r *reader) firstAtOrAfter(l store.Log, lam int64) (int64, error) {
	lo, hi := int64(0), l.Applied
	for lo < hi {
		mid := (lo + hi) / 2
		n, err := r.lam(rowID(l.ID, mid))
		if err != nil {
			return 0, err
		}
		if n < lam {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, nil
}
