package sqlite

import "entente.example/internal/store"

// stretch is how many entries of a log are read at once.
const stretch = 32

// tail is the end of a log that is read backwards.
type tail struct {
	log  store.LogID
	from int64         // what is below it is to be read
	read []store.Entry // the newest last
}

// head is the newest entry that is left and lies before a place, nil if there is none.
func (t *tail) head(r *reader, before int64, most int) (*store.Entry, error) {
	for {
		for n := len(t.read); n > 0; n = len(t.read) {
			if e := &t.read[n-1]; e.Lam > 0 && e.Lam < before {
				return e, nil
			}
			t.read = t.read[:n-1]
		}
		if t.from == 0 {
			return nil, nil
		}
		to := t.from
		t.from = max(to-int64(most), 0)
		for e, err := range r.Entries(t.log, t.from, to) {
			if err != nil {
				return nil, err
			}
			t.read = append(t.read, e)
		}
	}
}

// mergeRecent walks the logs from their ends and merges them by falling Lam; within a log Lam rises with the index.
func mergeRecent(r *reader, logs []store.Log, before int64, limit int) ([]store.Entry, error) {
	tails := make([]tail, len(logs))
	for i, l := range logs {
		at, err := r.firstAtOrAfter(l, before)
		if err != nil {
			return nil, err
		}
		tails[i] = tail{log: l.ID, from: at}
	}
	var out []store.Entry
	for {
		var newest *store.Entry
		var of *tail
		for i := range tails {
			e, err := tails[i].head(r, before, min(max(limit, 1), stretch))
			if err != nil {
				return nil, err
			}
			if e != nil && (newest == nil || e.Lam > newest.Lam || e.Lam == newest.Lam && e.Log > newest.Log) {
				newest, of = e, &tails[i]
			}
		}
		if newest == nil || len(out) >= limit && (len(out) == 0 || newest.Lam != out[len(out)-1].Lam) {
			return out, nil
		}
		out = append(out, *newest)
		of.read = of.read[:len(of.read)-1]
	}
}

// firstAtOrAfter finds the first folded entry of a log whose Lam is not below lam: from the end in steps that double, since whoever asks wants what is new and each step may unpack a bundle, and then by halving.
func (r *reader) firstAtOrAfter(l store.Log, lam int64) (int64, error) {
	lo, hi := int64(0), l.Applied
	for step := int64(1); step <= hi; step *= 2 {
		n, err := r.lam(rowID(l.ID, hi-step))
		if err != nil {
			return 0, err
		}
		if n < lam {
			lo = hi - step + 1
			break
		}
		hi -= step
	}
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
