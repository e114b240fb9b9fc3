package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/locale"
	"entente.example/refusal"
)

func backupCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "backup FOLDER", Short: "Copy the whole node into a new folder, also while it serves", Args: args("FOLDER"), RunE: func(c *cobra.Command, a []string) error {
		to, err := filepath.Abs(a[0])
		if err != nil {
			return err
		}
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var b chancery.Backup
			if err := n.call(ctx, "POST", "/backup", map[string]string{"folder": to}, &b); err != nil {
				return err
			}
			return g.print(b, func(w io.Writer) {
				g.printBackup(w, b)
				fmt.Fprintln(g.io.err, locale.Message(g.language(), "cli.backup_done", refusal.Params{"folder": to}))
			})
		})
	}}
}

func rebuildCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "rebuild", Short: "Make the state of every mechanism and the search index again from the entries, also while the node serves", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var r chancery.Rebuilding
			err := g.during(ctx, func() error { return n.call(ctx, "POST", "/rebuild", nil, &r) }, func(ctx context.Context) (string, int64, int64) {
				var now chancery.Rebuilding
				_ = n.call(ctx, "GET", "/rebuild", nil, &now) // a node that is busy is asked again
				if now.Folding() {
					return "cli.rebuild_folding", now.Folded, now.Entries
				}
				return "cli.rebuild_indexing", now.Indexed, now.Entries
			})
			if err != nil {
				return err
			}
			return g.print(r, func(w io.Writer) {
				fmt.Fprintln(w, locale.Message(g.language(), "cli.rebuilt", refusal.Params{"n": fmt.Sprint(r.Done), "entries": locale.Number(r.Entries)}))
			})
		})
	}}
}

func restoreCommand(g *globals) *cobra.Command {
	var replace bool
	c := &cobra.Command{Use: "restore FOLDER", Short: "Put a backup into the node's directory; the node must not be running", Args: args("FOLDER"), RunE: func(_ *cobra.Command, a []string) error {
		b, marked, err := chancery.Restore(a[0], g.dir, replace)
		if err != nil {
			return err
		}
		return g.print(b, func(w io.Writer) {
			g.printBackup(w, b)
			key := "cli.restored_marked"
			if !marked {
				key = "cli.restored_unmarked"
			}
			fmt.Fprintln(g.io.err, locale.Message(g.language(), key, refusal.Params{"dir": g.dir}))
		})
	}}
	c.Flags().BoolVar(&replace, "replace", false, "let the record that is in the directory go")
	return c
}

func (g *globals) printBackup(w io.Writer, b chancery.Backup) {
	fmt.Fprintf(w, "%s\t%s\n", b.Party, locale.Instant(g.language(), b.Made))
	for _, origin := range slices.Sorted(maps.Keys(b.Logs)) {
		fmt.Fprintf(w, "  %s\t%d\n", origin, b.Logs[origin])
	}
}
