package premises

import (
	"context"
	"crypto/sha256"
	"log/slog"

	"entente.example/internal/press"
)

// crier tells hubs which feeds of the press room have changed. It looks for itself, so that publishing waits for no hub.
type crier struct {
	edition func(context.Context) (*press.Edition, error)
	feeds   func(context.Context) (map[string][]byte, error) // as anybody gets them, by whole address
	hubs    hubs
	log     *slog.Logger
	seen    *press.Edition
	told    map[string][sha256.Size]byte // nothing when a node starts: hubs are told of every feed, and see for themselves whether it is new
}

// hubs are who is told.
type hubs interface {
	Say(feed string)
	Deliver(context.Context) int
}

// run looks until ctx ends.
func (x *crier) run(ctx context.Context) {
	watching(ctx, nil, x.look, func(err error) { x.log.WarnContext(ctx, "the feeds could not be read for the hubs", "error", err) })
}

// look notes what is new and tells what is due.
func (x *crier) look(ctx context.Context) error {
	e, err := x.edition(ctx)
	if err != nil {
		return err
	}
	if e != x.seen {
		feeds, err := x.feeds(ctx)
		if err != nil {
			return err
		}
		for address, b := range feeds {
			if sum := sha256.Sum256(b); x.told[address] != sum {
				x.told[address] = sum
				x.hubs.Say(address)
			}
		}
		x.seen = e
	}
	x.hubs.Deliver(ctx)
	return nil
}
