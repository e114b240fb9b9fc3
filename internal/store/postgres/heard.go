package postgres

import (
	"context"
	"maps"

	"github.com/jackc/pgx/v5"

	"entente.example/internal/store"
)

// heard is what whoever has the pen knows of rows without asking again, for as long as the session lasts. Nobody else writes, and none of these rows is ever taken away: one that is known to be there is written over by its key, where inserting it over
// another has the server look it up, lock it, and write down that it did.
type heard struct {
	mechs   map[store.LogID]string // whose log it is
	matters map[named]int64        // the numbers of matters
}

// named is a matter by its name.
type named struct{ mech, key string }

// maxNumbered is of how many matters it is known that they have a number; when they are more, it is found out again.
const maxNumbered = 100_000

func nothingHeard() heard {
	return heard{map[store.LogID]string{}, map[named]int64{}}
}

// learn takes up what a transaction has heard.
func (h *heard) learn(more heard) {
	if len(h.matters)+len(more.matters) > maxNumbered {
		clear(h.matters)
	}
	maps.Copy(h.mechs, more.mechs)
	maps.Copy(h.matters, more.matters)
}

// mech is the mechanism of a log, "" if it is not known yet.
func (t *tx) mech(log store.LogID) string {
	if m := t.pen.mechs[log]; m != "" {
		return m
	}
	return t.mechs[log]
}

// number is a matter's, 0 if it is not known yet.
func (t *tx) number(mech, key string) int64 {
	return max(t.pen.matters[named{mech, key}], t.matters[named{mech, key}])
}

// taken is how many numbers for matters a session takes at once: those that it does not come to give are nobody's.
const taken = 256

// fresh is a number for a matter that has none.
func (p *pen) fresh(ctx context.Context) (n int64, err error) {
	if len(p.numbers) == 0 {
		rows, err := p.conn.Query(ctx, "SELECT nextval(pg_get_serial_sequence('matter', 'id')) FROM generate_series(1, $1)", taken)
		if err == nil {
			p.numbers, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		}
		if err != nil {
			return 0, err
		}
	}
	n, p.numbers = p.numbers[0], p.numbers[1:]
	return n, nil
}
