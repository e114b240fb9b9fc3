package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/text"
)

func (g *globals) dissentCommand() *cobra.Command {
	var texts []string
	c := &cobra.Command{Use: "dissent TEXT [PARAGRAPH] --text LANG=WORDS", Short: "Say what we disagree with in another side's own text; it hangs there for ever", Args: cobra.RangeArgs(1, 2), RunE: func(c *cobra.Command, a []string) error {
		words, err := wording(texts)
		if err != nil {
			return err
		}
		b := text.Dissent{Text: words}
		if len(a) == 2 {
			b.Paragraph = text.ParaID(a[1])
		}
		return g.act(c.Context(), func(n *client) string { return n.in("texts", a[0], "dissent") }, b)
	}}
	c.Flags().StringArrayVar(&texts, "text", nil, "our words in a language, LANG=WORDS; repeat")
	return c
}

// outcomeOf is what the newest round of a text came to. What one side sealed alone is issued, and never adopted.
func outcomeOf(t chancery.TextSummary) string {
	if t.Side != "" && t.Round == "adopted" {
		return "issued by one side (" + t.Side + ")"
	}
	return t.Round
}

// printParallel says whose own text it is, and what others say against it.
func printParallel(w io.Writer, t chancery.TextView) {
	if t.Side == "" {
		return
	}
	fmt.Fprintf(w, "\n%s's own text on %s, without joint authority\n", t.Side, t.Pair)
	for _, o := range t.Beside {
		fmt.Fprintf(w, "beside it: %s  %s\n", o.ID, outcomeOf(o))
	}
	for _, s := range t.Lacking {
		fmt.Fprintf(w, "%s has no text of its own on it\n", s)
	}
	for _, d := range t.State.Dissents {
		_, words := d.Text.Pick()
		fmt.Fprintf(w, "%s  %s disagrees  %s  %s\n", d.Act, d.Party, d.Paragraph, words)
	}
}
