package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"entente.example/internal/concordance"
	"entente.example/internal/locale"
)

// questionsCommand compares the languages of a text.
func (g *globals) questionsCommand() *cobra.Command {
	return &cobra.Command{Use: "questions TEXT", Short: "Figures, dates, names, agreed terms and verbs that stand in one language and were not found in another, and words of treaties", Args: args("TEXT"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out []concordance.Asked
			if err := n.call(ctx, "GET", n.in("texts", a[0], "questions"), nil, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) {
				for _, p := range out {
					for _, q := range p.Questions {
						line := fmt.Sprintf("%s  %s  %s (%s)", p.Label, locale.Message(g.language(), "concordance."+q.Kind, nil), q.Words, q.In)
						if len(q.Missing) > 0 {
							missing := make([]string, len(q.Missing))
							for i, tag := range q.Missing {
								missing[i] = string(tag)
							}
							line += ", " + g.say("concordance.missing") + " " + strings.Join(missing, ", ")
						}
						fmt.Fprintln(w, line)
					}
				}
			})
		})
	}}
}
