package main

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"entente.example/entry"
	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/text"
	"entente.example/lang"
)

func (g *globals) prevailCommand() *cobra.Command {
	return g.wordCommand("prevail", "LANG", "Say which language decides if the text's languages differ, or none; it counts once every party says the same", func(said, note string) (entry.Body, error) {
		if said == "" {
			return text.Prevail{Note: note}, nil
		}
		tag, err := lang.ParseTag(said)
		return text.Prevail{Language: tag, Note: note}, err
	})
}

func (g *globals) designateCommand() *cobra.Command {
	return g.wordCommand("designate", "SYMBOL", "Say under what symbol the text is to be adopted, or none; it counts once every party says the same", func(said, note string) (entry.Body, error) {
		return text.Designate{Symbol: said, Note: note}, nil
	})
}

// wordCommand says our side's word on something of a text that counts once every party says the same. body gets "" for none.
func (g *globals) wordCommand(act, what, short string, body func(said, note string) (entry.Body, error)) *cobra.Command {
	var note string
	c := &cobra.Command{Use: act + " TEXT " + what + "|none", Short: short, Args: args("TEXT", what), RunE: func(c *cobra.Command, a []string) error {
		said := a[1]
		if said == "none" {
			said = ""
		}
		b, err := body(said, note)
		if err != nil {
			return err
		}
		return g.act(c.Context(), func(n *client) string { return n.in("texts", a[0], act) }, b)
	}}
	c.Flags().StringVar(&note, "note", "", "a note for the record")
	return c
}

// printPrevail says which language prevails, and where the parties stand if they differ.
func (g *globals) printPrevail(w io.Writer, t chancery.TextView) {
	said := func(tag lang.Tag) string {
		if tag == "" {
			return g.say("cli.show_none_prevails")
		}
		return g.say("cli.show_prevails", "language", string(tag))
	}
	if !t.Status.PrevailOpen {
		fmt.Fprintf(w, "\n%s\n", said(t.Status.Prevails))
		return
	}
	printSides(g, w, said(t.State.Tabled.Prevails), t.State.PrevailWords, func(w text.PrevailWord) (text.Word, string) { return w.Word, said(w.Language) })
}

// printSymbol says where the parties stand if they differ about the symbol; else it stands above the title.
func (g *globals) printSymbol(w io.Writer, t chancery.TextView) {
	said := func(symbol string) string {
		if symbol == "" {
			return g.say("cli.show_no_symbol")
		}
		return g.say("cli.show_symbol", "symbol", symbol)
	}
	if t.SymbolOpen {
		printSides(g, w, said(t.State.Tabled.Symbol), t.State.SymbolWords, func(w text.SymbolWord) (text.Word, string) { return w.Word, said(w.Symbol) })
	}
}

func printSides[W any](g *globals, w io.Writer, tabled string, words map[charter.PartyID][]W, read func(W) (text.Word, string)) {
	fmt.Fprintf(w, "\n%s\n", g.say("cli.show_differ", "tabled", tabled))
	for _, party := range slices.Sorted(maps.Keys(words)) {
		list := words[party]
		last, said := read(list[len(list)-1])
		fmt.Fprintf(w, "%s  %s  %s  %s\n", last.Act, party, said, last.Note)
	}
}
