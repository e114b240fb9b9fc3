package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"entente.example/internal/concordance"
)

// questionsCommand compares the languages of a text.
func (g *globals) questionsCommand() *cobra.Command {
	return &cobra.Command{Use: "questions TEXT", Short: "Figures, dates and names that stand in one language and were not found in another", Args: args("TEXT"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out []concordance.Asked
			if err := n.call(ctx, "GET", n.in("texts", a[0], "questions"), nil, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) {
				for _, p := range out {
					for _, q := range p.Questions {
						missing := make([]string, len(q.Missing))
						for i, tag := range q.Missing {
							missing[i] = string(tag)
						}
						fmt.Fprintf(w, "%s  %s  %s (%s), not found in %s\n", p.Label, q.Kind, q.Words, q.In, strings.Join(missing, ", "))
					}
				}
			})
		})
	}}
}
