package main

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/locale"
	"entente.example/internal/store/moving"
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
			err = g.move(c.Context(), "cli.moving_record", func(progress moving.Progress) error {
				return chancery.MoveRecord(c.Context(), g.dir, cfg, to, progress)
			})
			if err != nil {
				return err
			}
			fmt.Fprintln(g.io.err, locale.Message(g.language(), key, refusal.Params{"dir": g.dir}))
			return nil
		}}
}

func migrateAttachmentsCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "migrate-attachments WHERE", Short: "Move attachments into the record's database (database), a folder (/…), a bucket (s3://HOST/BUCKET/PREFIX) or back (file); the node must not be running", Args: args("WHERE"),
		RunE: func(c *cobra.Command, a []string) error {
			cfg, err := g.config()
			if err != nil {
				return err
			}
			to := a[0]
			if to == "file" {
				to = ""
			}
			err = g.move(c.Context(), "cli.moving_attachments", func(progress moving.Progress) error {
				return chancery.MoveBodies(c.Context(), g.dir, cfg, to, progress)
			})
			if err != nil {
				return err
			}
			fmt.Fprintln(g.io.err, locale.Message(g.language(), "cli.attachments_moved", refusal.Params{"place": a[0]}))
			return nil
		}}
}

// move shows how far a move is.
func (g *globals) move(ctx context.Context, what string, do func(moving.Progress) error) error {
	var done, total atomic.Int64
	ctx, cancel := context.WithCancel(ctx)
	shown := make(chan struct{})
	go func() {
		defer close(shown)
		g.showProgress(ctx, func() (string, int64, int64) { return what, done.Load(), total.Load() })
	}()
	err := do(func(d, t int64) { done.Store(d); total.Store(t) })
	cancel()
	<-shown
	return err
}
