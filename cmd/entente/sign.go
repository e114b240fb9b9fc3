package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"entente.example/internal/chancery"
	"entente.example/internal/text"
	"entente.example/refusal"
)

func (g *globals) signCommand() *cobra.Command {
	var b text.Sign
	var places, offices []string
	var none bool
	c := &cobra.Command{Use: "sign TEXT --day DAY --place LANG=PLACE", Short: "Say when, where and in what office the frozen text was signed on paper for us", Args: args("TEXT"),
		Long: "Say that the frozen or adopted text was signed on paper for our side: on what day, where and in what office, not by whom. It stands beside the seals and changes no verdict. A later word replaces it; --none takes it back."}
	c.RunE = func(c *cobra.Command, a []string) error {
		var said []string
		c.Flags().Visit(func(f *pflag.Flag) {
			if slices.Contains([]string{"day", "place", "office"}, f.Name) {
				said = append(said, "--"+f.Name)
			}
		})
		switch {
		case none && len(said) > 0:
			return refusal.New(refusal.Invalid, "cli.sign_none", "flags", strings.Join(said, ", "))
		case !none && b.Day == "":
			return mistake(c, "cli.one_of", "flags", "--day, --none", "write", c.UseLine())
		}
		var err error
		if b.Place, err = wording(places); err != nil {
			return err
		}
		if b.Office, err = wording(offices); err != nil {
			return err
		}
		return g.act(c.Context(), func(n *client) string { return n.in("texts", a[0], "sign") }, b)
	}
	c.Flags().StringVar(&b.Day, "day", "", "day of the signing at its place, as in 2009-03-31")
	c.Flags().StringArrayVar(&places, "place", nil, "where, LANG=PLACE; repeat")
	c.Flags().StringArrayVar(&offices, "office", nil, "in what office it was signed, LANG=OFFICE; repeat")
	c.Flags().StringVar(&b.Note, "note", "", "a note for the record")
	c.Flags().BoolVar(&none, "none", false, "it was not signed after all: take our word back")
	return c
}

// printSigned says what each party says of its signature on paper under the newest freeze.
func (g *globals) printSigned(w io.Writer, t chancery.TextView) {
	round := t.State.Rounds.Last()
	if round == nil {
		return
	}
	for _, last := range t.State.Papers {
		if on := t.State.Signed(last.Party, round.Number); on == nil || on.Act != last.Act {
			continue // replaced, or taken back
		}
		_, place := last.Place.Pick(g.language())
		_, office := last.Office.Pick(g.language())
		fmt.Fprintf(w, "\n%s  %s  %s  %s  %s\n", last.Act, g.say("cli.show_signed", "party", string(last.Party)), last.Day, place, office)
	}
}
