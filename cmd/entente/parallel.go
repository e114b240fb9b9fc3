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
func (g *globals) outcomeOf(t chancery.TextSummary) string {
	ended := t.Status.Ended
	switch {
	case t.Round == "" && ended != nil:
		return g.say("cli.outcome_" + ended.Kind)
	case t.Round == "":
		return ""
	}
	out := ""
	if t.Status.Issued {
		out = g.say("cli.outcome_issued", "side", t.Side)
	} else {
		out = g.say("cli.outcome_" + t.Round)
	}
	if ended != nil {
		out += " · " + g.say("cli.outcome_"+ended.Kind)
	}
	return out
}

// printParallel says whose own text it is, and what others say against it.
func (g *globals) printParallel(w io.Writer, t chancery.TextView) {
	if t.Side == "" {
		return
	}
	fmt.Fprintf(w, "\n%s\n", g.say("cli.show_own", "side", t.Side, "matter", t.Pair))
	for _, o := range t.Beside {
		fmt.Fprintf(w, "%s\n", g.say("cli.show_beside", "text", o.ID+"  "+g.outcomeOf(o)))
	}
	for _, s := range t.Lacking {
		fmt.Fprintf(w, "%s\n", g.say("cli.show_lacking", "side", s))
	}
	for _, d := range t.State.Dissents {
		_, words := d.Text.Pick(g.language())
		fmt.Fprintf(w, "%s  %s %s  %s  %s\n", d.Act, d.Party, g.say("parallel.dissents"), labelOf(t, d.Paragraph), words)
	}
}
