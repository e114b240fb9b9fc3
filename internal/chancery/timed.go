package chancery

import (
	"context"
	"sync/atomic"
	"time"

	"entente.example/internal/store"
)

// timed is the record, with a watch on its transactions.
type timed struct {
	store.Record
	told atomic.Pointer[func(time.Duration, error)]
}

func (t *timed) Update(ctx context.Context, f func(store.Tx) error) error {
	told := t.told.Load()
	if told == nil {
		return t.Record.Update(ctx, f)
	}
	begun := time.Now() // not the house's clock, which may be set
	err := t.Record.Update(ctx, f)
	(*told)(time.Since(begun), err)
	return err
}
