package main

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/text"
)

// partingCommands are a party's words on the end of a text.
func (g *globals) partingCommands() []*cobra.Command {
	return []*cobra.Command{
		g.partingCommand("refuse TEXT --reason WHY", "Refuse to work on a text; only our party takes that back", func(_ []string, reason string) any { return text.Refuse{Reason: reason} }),
		g.partingCommand("withdraw TEXT", "Take our own draft back, as long as nobody else has a part in it", func(_ []string, reason string) any { return text.Withdraw{Reason: reason} }),
		g.partingCommand("lapse TEXT [OTHER]", "Regard a text as lapsed, in favour of OTHER if named; it has lapsed when every party says so", func(a []string, reason string) any {
			b := text.Lapse{Reason: reason}
			if len(a) > 1 {
				b.For = a[1]
			}
			return b
		}),
		g.partingCommand("resume TEXT", "Take our refusal, withdrawal or word on a lapse back", func(_ []string, reason string) any { return text.Resume{Reason: reason} }),
		g.partingCommand("supersede TEXT OTHER", "Say that the adopted OTHER has taken the place of an adopted text, for good", func(a []string, reason string) any { return text.Supersede{By: a[1], Reason: reason} }),
	}
}

func (g *globals) partingCommand(use, short string, body func(a []string, reason string) any) *cobra.Command {
	var reason string
	c := &cobra.Command{Use: use, Short: short}
	c.Args = map[string]cobra.PositionalArgs{"lapse": between(1, 2), "supersede": args("TEXT", "OTHER")}[c.Name()]
	if c.Args == nil {
		c.Args = args("TEXT")
	}
	c.RunE = func(c *cobra.Command, a []string) error {
		return g.act(c.Context(), func(n *client) string { return n.in("texts", a[0], c.Name()) }, body(a, reason))
	}
	c.Flags().StringVar(&reason, "reason", "", "why, for the record")
	return c
}

// printEnd says what a text has come to, and what each party said of it.
func (g *globals) printEnd(w io.Writer, t chancery.TextView) {
	if e := t.Status.Ended; e != nil {
		fmt.Fprintf(w, "\n%s %s\n", g.say("cli.outcome_"+e.Kind), e.Text)
	}
	for _, party := range slices.Sorted(maps.Keys(t.State.Partings)) {
		for _, p := range t.State.Partings[party] {
			fmt.Fprintf(w, "%s  %s  %s %s  %s\n", p.Act, p.Party, g.say("act.text."+p.Kind), p.Text, p.Reason)
		}
	}
}
