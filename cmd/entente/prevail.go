package main

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/text"
	"entente.example/lang"
)

func (g *globals) prevailCommand() *cobra.Command {
	var note string
	c := &cobra.Command{Use: "prevail TEXT LANG|none", Short: "Say which language decides if the text's languages differ, or none; it counts once every party says the same", Args: args("TEXT", "LANG"), RunE: func(c *cobra.Command, a []string) error {
		b := text.Prevail{Note: note}
		if a[1] != "none" {
			tag, err := lang.ParseTag(a[1])
			if err != nil {
				return err
			}
			b.Language = tag
		}
		return g.act(c.Context(), func(n *client) string { return n.in("texts", a[0], "prevail") }, b)
	}}
	c.Flags().StringVar(&note, "note", "", "a note for the record")
	return c
}

// printPrevail says which language prevails, and where the parties stand if they differ.
func printPrevail(w io.Writer, t chancery.TextView) {
	said := func(tag lang.Tag) string {
		if tag == "" {
			return "no language prevails: all are equally authentic"
		}
		return string(tag) + " prevails if the languages differ"
	}
	if !t.Status.PrevailOpen {
		fmt.Fprintf(w, "\n%s\n", said(t.Status.Prevails))
		return
	}
	fmt.Fprintf(w, "\nas tabled, %s; the parties do not agree on it:\n", said(t.State.Tabled.Prevails))
	for _, party := range slices.Sorted(maps.Keys(t.State.PrevailWords)) {
		list := t.State.PrevailWords[party]
		last := list[len(list)-1]
		fmt.Fprintf(w, "%s  %s  %s  %s\n", last.Act, party, said(last.Language), last.Note)
	}
}
