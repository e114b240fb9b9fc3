package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/locale"
	"entente.example/lang"
	"entente.example/refusal"
)

// traceCommand is everything that was done about a matter.
func traceCommand(g *globals) *cobra.Command {
	var place string
	c := &cobra.Command{Use: "trace MATTER", Short: "Who did what about a matter, on all sides, from the first act to the last", Args: args("MATTER"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var steps []chancery.Step
			if err := n.call(ctx, http.MethodGet, n.in("trace")+"?"+url.Values{"matter": {a[0]}, "place": {place}}.Encode(), nil, &steps); err != nil {
				return err
			}
			return g.print(steps, func(w io.Writer) {
				for _, s := range steps {
					if b := s.Break; b != nil {
						fmt.Fprintf(w, "    %s\n", locale.Message(g.language(), "trace.pause", refusal.Params{"length": locale.Elapsed(g.language(), b.Years, b.Months, b.Days)}))
					}
					void := ""
					if s.Void != nil {
						void = locale.Message(g.language(), "web.void", nil) + " " + locale.Explain(g.language(), s.Void)
					}
					beside := ""
					if s.Matter != a[0] {
						beside = s.Matter
					}
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", s.At, s.Party, s.Actor.Member, locale.Message(g.language(), "act."+s.Type, nil), s.ID, beside, void)
					if _, said := s.On.Pick(g.language(), lang.English); said != "" {
						fmt.Fprintf(w, "    > %s\n", said)
					}
				}
			})
		})
	}}
	c.Flags().StringVar(&place, "place", "", "a paragraph: leaves out acts that speak of others only")
	return c
}

// handoverCommand writes the pack for a successor.
func handoverCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "handover DIR", Short: "Ours only: write what a successor needs into a folder, in the language of --lang", Args: args("DIR"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			files := map[string][]byte{}
			if err := n.call(ctx, http.MethodGet, n.in("ours", "handover"), nil, &files); err != nil {
				return err
			}
			if err := os.Mkdir(a[0], 0o700); errors.Is(err, fs.ErrExist) {
				return refusal.New(refusal.Conflict, "cli.not_empty", "dir", a[0]).Because(err)
			} else if err != nil {
				return err
			}
			for name, b := range files {
				if err := os.WriteFile(filepath.Join(a[0], filepath.Base(name)), b, 0o600); err != nil {
					return err
				}
			}
			fmt.Fprintln(g.io.err, locale.Message(g.language(), "handover.written", refusal.Params{"dir": a[0]}))
			return nil
		})
	}}
}
