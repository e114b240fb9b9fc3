package main

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/locale"
	"entente.example/refusal"
)

func migrateStoreCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "migrate-store WHERE", Short: "Move the record into a PostgreSQL database (postgres://USER@HOST/DATABASE) or back (file); the node must not be running", Args: args("WHERE"),
		RunE: func(c *cobra.Command, a []string) error {
			cfg, err := g.config()
			if err != nil {
				return err
			}
			to, key := a[0], "cli.store_moved_in"
			if to == "file" {
				to, key = "", "cli.store_moved_out"
			}
			var done, total atomic.Int64
			ctx, cancel := context.WithCancel(c.Context())
			shown := make(chan struct{})
			go func() {
				defer close(shown)
				g.showProgress(ctx, func() (string, int64, int64) { return "cli.moving_record", done.Load(), total.Load() })
			}()
			err = chancery.MoveRecord(c.Context(), g.dir, cfg, to, func(d, t int64) { done.Store(d); total.Store(t) })
			cancel()
			<-shown
			if err != nil {
				return err
			}
			fmt.Fprintln(g.io.err, locale.Message(g.language(), key, refusal.Params{"dir": g.dir}))
			return nil
		}}
}
