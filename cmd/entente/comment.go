package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/text"
)

// commentCommand says something about a paragraph where all parties read it.
func (g *globals) commentCommand() *cobra.Command {
	var texts []string
	c := &cobra.Command{Use: "comment TEXT PARAGRAPH --text LANG=WORDS", Short: "Comment on a paragraph to all parties, on the record; it binds nobody", Args: args("TEXT", "PARAGRAPH"), RunE: func(c *cobra.Command, a []string) error {
		words, err := wording(texts)
		if err != nil {
			return err
		}
		return g.withItems(c.Context(), a[0], "comment", a[1:], func(i []text.Item) any {
			return map[string]any{"paragraph": i[0].Paragraph, "text": words}
		})
	}}
	c.Flags().StringArrayVar(&texts, "text", nil, "what is said, LANG=WORDS; repeat")
	return require(c, "text")
}

// printTalks names the threads about a paragraph, with what was said last.
func (g *globals) printTalks(w io.Writer, all []chancery.Talk, of text.ParaID) {
	for _, t := range all {
		if t.Paragraph != of {
			continue
		}
		fmt.Fprintf(w, "  thread %s (%d)", t.Thread, t.Messages)
		if t.Last != nil {
			_, words := t.Last.Text.Pick(g.language())
			fmt.Fprintf(w, "  %s: %s", t.Last.Member, words)
		}
		fmt.Fprintln(w)
	}
}
