package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"

	"github.com/spf13/cobra"

	"entente.example/internal/locale"
	"entente.example/internal/workdays"
)

// workdaysCommand counts working days of all parties, and computes days off by rules.
func workdaysCommand(g *globals) *cobra.Command {
	c := &cobra.Command{Use: "workdays", Short: "Working days of all parties: count them, or compute a year's days off by rules"}
	var from string
	count := &cobra.Command{Use: "count N", Short: "Find the day in so many working days of all parties, and say what was left out", Args: args("N"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out workdays.Counted
			if err := n.call(ctx, "GET", n.in("workdays")+"?"+url.Values{"days": {a[0]}, "from": {from}}.Encode(), nil, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) {
				fmt.Fprintln(w, out.Due)
				for _, s := range out.Skipped {
					fmt.Fprintf(w, "  – %s", s.Day)
					for _, p := range slices.Sorted(maps.Keys(s.Free)) {
						_, name := s.Free[p].Pick(g.language())
						fmt.Fprintf(w, " %s %s", p, name)
					}
					fmt.Fprintln(w)
				}
				for _, y := range out.Undeclared {
					fmt.Fprintln(w, locale.Message(g.language(), "web.undeclared", map[string]string{"year": y}))
				}
			})
		})
	}}
	count.Flags().StringVar(&from, "from", "", "the day before the first that counts; today without it")
	rules := &cobra.Command{Use: "rules RULES YEAR", Short: "Compute a year's days off by a set of rules, as a file for 'holidays declare --file'", Args: args("RULES", "YEAR"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out json.RawMessage
			if err := n.call(ctx, "GET", "/holiday-rules/"+url.PathEscape(a[0])+"/"+url.PathEscape(a[1]), nil, &out); err != nil {
				return err
			}
			return g.print(out, nil)
		})
	}}
	c.AddCommand(count, rules)
	return c
}
