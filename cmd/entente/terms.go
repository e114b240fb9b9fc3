package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"entente.example/internal/dialogue"
	"entente.example/internal/locale"
	"entente.example/internal/termfile"
	"entente.example/lang"
	"entente.example/refusal"
)

func glossaryCompareCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "compare FILE", Short: "Say what a file (TBX or CSV) has beside the glossary. Nothing is changed", Args: args("FILE"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			found, err := g.compareTerms(ctx, n, a[0])
			if err != nil {
				return err
			}
			return g.print(found, func(w io.Writer) { g.printTerms(w, found) })
		})
	}}
}

func glossaryImportCommand(g *globals) *cobra.Command {
	var propose bool
	rows := map[string]*[]int{termfile.Propose: {}, termfile.Concur: {}, termfile.Own: {}}
	c := &cobra.Command{Use: "import FILE", Short: "Take a glossary in from a file (TBX or CSV): what is new is proposed, the rest as you choose",
		Long: "Take a glossary in from a file: TBX, or a table (CSV) with a column for each language. What the file has beside the glossary is shown first, by number. What is new is proposed once you say so; of the rest, what --only, --concur and --own name. " +
			"What the file does not say stays as it is.",
		Args: args("FILE"), RunE: func(c *cobra.Command, a []string) error {
			return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
				found, err := g.compareTerms(ctx, n, a[0])
				if err != nil {
					return err
				}
				g.printTerms(g.io.err, found)
				chosen, err := chooseTerms(found, rows)
				if err != nil || len(chosen.Rows) == 0 {
					return err
				}
				doubted := dialogue.Doubts(chosen)
				g.doubt(doubted)
				if !propose && !g.sure("termfile.ask", refusal.Params{"n": strconv.Itoa(len(chosen.Rows))}) {
					g.tell("termfile.not_taken", nil)
					return nil
				}
				return g.send(ctx, n, n.in("glossary-file", "take"), chosen, doubted)
			})
		}}
	c.Flags().BoolVar(&propose, "propose", false, "do it without asking")
	c.Flags().IntSliceVar(rows[termfile.Propose], "only", nil, "propose only these, by number, as in 1,3: what is new, and what differs from what stands")
	c.Flags().IntSliceVar(rows[termfile.Concur], "concur", nil, "stand behind these, which another party has proposed, by number")
	c.Flags().IntSliceVar(rows[termfile.Own], "own", nil, "record these as our own words, by number")
	return c
}

func (g *globals) compareTerms(ctx context.Context, n *client, path string) (*termfile.Comparison, error) {
	b, err := g.readFile(path)
	if err != nil {
		return nil, err
	}
	found := new(termfile.Comparison)
	return found, n.call(ctx, http.MethodPost, n.in("glossary-file", "compare"), b, found)
}

// chooseTerms are the rows that were named, with what is to be done; where none is named, everything new.
func chooseTerms(found *termfile.Comparison, rows map[string]*[]int) (out termfile.Chosen, err error) {
	named := false
	for _, list := range rows {
		named = named || len(*list) > 0
	}
	for _, do := range []string{termfile.Propose, termfile.Concur, termfile.Own} {
		for _, n := range *rows[do] {
			if n < 1 || n > len(found.Rows) || !slices.Contains(found.Rows[n-1].Can, do) {
				return out, refusal.New(refusal.Invalid, "termfile.no_row", "row", strconv.Itoa(n))
			}
			out.Rows = append(out.Rows, choice(found.Rows[n-1], do))
		}
	}
	for _, r := range found.Rows {
		if !named && r.Kind == termfile.New && slices.Contains(r.Can, termfile.Propose) {
			out.Rows = append(out.Rows, choice(r, termfile.Propose))
		}
	}
	return out, nil
}

func choice(r termfile.Row, do string) termfile.Choice {
	return termfile.Choice{Entry: r.Entry, Kind: r.Kind, Matter: r.Matter, Seen: r.Seen, Do: do}
}

// printTerms writes a comparison for people: a line for each entry that is not the same, by its number in the file.
func (g *globals) printTerms(w io.Writer, found *termfile.Comparison) {
	say := func(key string, kv ...string) string {
		return locale.Message(g.language(), key, refusal.New(refusal.Invalid, key, kv...).Params)
	}
	for i, r := range found.Rows {
		if r.Kind == termfile.Same && r.Problem == nil && len(r.Others) == 0 && len(r.Left) == 0 {
			continue
		}
		fmt.Fprintf(w, "%d. %s: %s (%s)\n", i+1, say("termfile.kind_"+r.Kind), r.Matter, say("termfile.at_line", "line", strconv.Itoa(r.Entry.Line)))
		if after := r.After.Term; after == nil {
			printWords(w, " ", nil, r.Before.Term)
		} else {
			printWords(w, "+", r.Before.Term, after)
			printWords(w, "+", r.Before.Definition, r.After.Definition)
		}
		for _, list := range []struct {
			key   string
			words []termfile.OwnWord
		}{{"termfile.own_also", r.Own}, {"termfile.others_own", r.Others}, {"termfile.left", r.Left}} {
			if len(list.words) > 0 {
				fmt.Fprintln(w, "   "+say(list.key))
			}
			for _, o := range list.words {
				fmt.Fprintln(w, "     "+strings.TrimSpace(o.Party+" "+string(o.Language)+"  "+o.Term))
			}
		}
		if r.Problem != nil {
			fmt.Fprintln(w, "   ! "+locale.Explain(g.language(), r.Problem))
		}
	}
	var counts []string
	for _, kind := range []string{termfile.New, termfile.Differs, termfile.Concurs, termfile.Same} {
		if n := found.Of(kind); n > 0 {
			counts = append(counts, say("termfile.count_"+kind, "n", strconv.Itoa(n)))
		}
	}
	fmt.Fprintln(w, strings.Join(counts, " · "))
	if names := found.Languages; len(names) > 0 {
		fmt.Fprintln(w, say("termfile.languages", "names", g.passed(names)))
	}
	if names := found.Passed; len(names) > 0 {
		fmt.Fprintln(w, say("termfile.passed", "names", g.passed(names)))
	}
	if found.Of(termfile.Same) == len(found.Rows) {
		fmt.Fprintln(w, say("termfile.all_same"))
	}
}

func (g *globals) passed(list []termfile.Passed) string {
	var names []string
	for _, p := range list {
		names = append(names, p.Name)
	}
	return locale.List(g.language(), names)
}

// printWords writes words by language; where others stand, those before them.
func printWords(w io.Writer, sign string, was, is lang.Text) {
	for _, tag := range is.Tags() {
		switch {
		case sign == "+" && was[tag] == is[tag]:
			fmt.Fprintf(w, "     %s  %s\n", tag, is[tag])
			continue
		case was[tag] != "":
			fmt.Fprintf(w, "   - %s  %s\n", tag, was[tag])
		}
		fmt.Fprintf(w, "   %s %s  %s\n", sign, tag, is[tag])
	}
}
