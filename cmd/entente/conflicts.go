package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"entente.example/internal/conflict"
	"entente.example/internal/locale"
)

// conflictsCommand shows what is to be known of a text's proposals before anybody decides.
func (g *globals) conflictsCommand() *cobra.Command {
	return &cobra.Command{Use: "conflicts TEXT", Short: "Proposals that have lost the ground on which they were made, and those that cannot be taken together", Args: args("TEXT"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out []conflict.Marked
			if err := n.call(ctx, "GET", n.in("texts", a[0], "conflicts"), nil, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) {
				for _, m := range out {
					for _, k := range m.Marks {
						key := "conflict." + k.Kind
						if len(k.Labels) == 0 {
							key += "_none"
						}
						fmt.Fprintf(w, "%s\t%s\n", m.Label, locale.Message(g.language(), key, map[string]string{"others": strings.Join(k.Labels, ", ")}))
					}
				}
			})
		})
	}}
}
