package main

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"entente.example/internal/locale"
	"entente.example/internal/situation"
)

func situationCommand(g *globals) *cobra.Command {
	c := &cobra.Command{Use: "situation", Short: "How each party says it sees the situation; nothing depends on it"}
	c.AddCommand(g.boardCommand(), g.declareCommand(), g.takeBackCommand())
	return c
}

// board reads the situation board.
func (c *client) board(ctx context.Context) (out []situation.State, err error) {
	return out, c.call(ctx, http.MethodGet, c.in("situation"), nil, &out)
}

func (g *globals) boardCommand() *cobra.Command {
	return &cobra.Command{Use: "show", Short: "What the parties have declared, side by side", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			out, err := n.board(ctx)
			if err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) {
				for _, s := range out {
					d := s.Stands()
					if d == nil {
						fmt.Fprintf(w, "%s\t–\n", s.Party)
						continue
					}
					tag, words := d.Said.Text.Pick(g.language())
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t[%s] %s\n", s.Party, d.ID, locale.Day(g.language(), d.Said.From), d.Said.Level, tag, words)
				}
			})
		})
	}}
}

func (g *globals) declareCommand() *cobra.Command {
	var b situation.Declare
	var words []string
	c := &cobra.Command{Use: "declare --level LEVEL --text LANG=WORDS --from DAY", Short: "Say how we see the situation, in our own words; it replaces what we said before", Args: args(), RunE: func(c *cobra.Command, _ []string) (err error) {
		if b.Text, err = wording(words); err != nil {
			return err
		}
		return g.act(c.Context(), func(n *client) string { return n.in("situation", "declare") }, b)
	}}
	c.Flags().StringVar(&b.Level, "level", "", "one of the charter's levels, or a word of our own if it has none")
	c.Flags().StringArrayVar(&words, "text", nil, "our words, LANG=WORDS, in our own language at least; repeat")
	c.Flags().StringVar(&b.From, "from", "", "from which day on, as in 2025-02-03")
	return c
}

func (g *globals) takeBackCommand() *cobra.Command {
	return &cobra.Command{Use: "withdraw DECLARATION", Short: "Take back what we said, without anything in its place", Args: args("DECLARATION"), RunE: func(c *cobra.Command, a []string) error {
		return g.act(c.Context(), func(n *client) string { return n.in("situation", "withdraw") }, situation.Withdraw{Declaration: a[0]})
	}}
}
