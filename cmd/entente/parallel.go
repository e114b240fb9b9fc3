package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"entente.example/entry"
	"entente.example/internal/chancery"
	"entente.example/internal/text"
	"entente.example/lang"
)

func (g *globals) dissentCommand() *cobra.Command {
	return g.wordsCommand("dissent TEXT [PARAGRAPH] --text LANG=WORDS", "Say what we disagree with in another side's own text; it hangs there for ever", "our words in a language, LANG=WORDS; repeat", func(p text.ParaID, words lang.Text) entry.Body {
		return text.Dissent{Paragraph: p, Text: words}
	})
}

// outcomeOf is what the newest round of a text came to. What one side sealed alone is issued, and never adopted.
func outcomeOf(t chancery.TextSummary) string {
	if t.Status.Issued {
		return "issued by one side (" + t.Side + ")"
	}
	if t.Round == "" && t.Status.Ended != nil {
		return t.Status.Ended.Kind
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
