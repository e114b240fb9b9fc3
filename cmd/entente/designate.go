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

func (g *globals) designateCommand() *cobra.Command {
	var note string
	c := &cobra.Command{Use: "designate TEXT SYMBOL|none", Short: "Say under what symbol the text is to be adopted, or none; it counts once every party says the same", Args: args("TEXT", "SYMBOL"), RunE: func(c *cobra.Command, a []string) error {
		b := text.Designate{Symbol: a[1], Note: note}
		if a[1] == "none" {
			b.Symbol = ""
		}
		return g.act(c.Context(), func(n *client) string { return n.in("texts", a[0], "designate") }, b)
	}}
	c.Flags().StringVar(&note, "note", "", "a note for the record")
	return c
}

// printSymbol says where the parties stand if they differ about the symbol; else it stands above the title.
func printSymbol(w io.Writer, t chancery.TextView) {
	if !t.SymbolOpen {
		return
	}
	said := func(symbol string) string {
		if symbol == "" {
			return "no symbol"
		}
		return "symbol " + symbol
	}
	fmt.Fprintf(w, "\nas tabled, %s; the parties do not agree on it:\n", said(t.State.Tabled.Symbol))
	for _, party := range slices.Sorted(maps.Keys(t.State.SymbolWords)) {
		list := t.State.SymbolWords[party]
		last := list[len(list)-1]
		fmt.Fprintf(w, "%s  %s  %s  %s\n", last.Act, party, said(last.Symbol), last.Note)
	}
}
