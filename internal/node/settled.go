package node

import (
	"math"

	"entente.example/internal/store"
)

// Settled is the place in the total order up to which no entry that is still to come can stand: every party has written one at or behind it, and what it writes next stands behind that. newest are all parties' newest
// logs; while some party has written nothing, nothing is settled, which is 0. The first entry of a new generation may stand before it all the same: docs/protocol.md 2, "Order".
func Settled(r store.Reader, newest []store.Log) (int64, error) {
	lam := int64(math.MaxInt64)
	for _, l := range newest {
		if l.Applied == 0 {
			return 0, nil
		}
		e, err := r.Entry(l.ID, l.Applied-1)
		if err != nil {
			return 0, err
		}
		lam = min(lam, e.Lam)
	}
	return lam, nil
}
