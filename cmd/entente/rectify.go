package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"entente.example/entry"
	"entente.example/internal/chancery"
	"entente.example/internal/locale"
	"entente.example/internal/text"
	"entente.example/lang"
)

// rectifyCommand proposes to correct an adopted text: one passage by flags, or several from a file.
func (g *globals) rectifyCommand() *cobra.Command {
	var b text.Rectify
	var e text.Erratum
	var tag, file string
	c := &cobra.Command{Use: "rectify TEXT [PARAGRAPH] --language LANG --defective PASSAGE --corrected PASSAGE", Short: "Propose to correct an error in the adopted text", Args: between(1, 2),
		Long: "Propose to correct an error in the adopted text. Nothing changes until every party has attested it; an objection by any party ends it. What was sealed stays as it is."}
	c.RunE = func(c *cobra.Command, a []string) error {
		if file != "" {
			if err := g.readJSON(file, &b.Items); err != nil {
				return err
			}
		} else {
			t, err := lang.ParseTag(tag)
			switch {
			case len(a) < 2:
				return mistake(c, "cli.argument_missing", "write", c.UseLine())
			case tag == "":
				return mistake(c, "cli.flag_missing", "flags", "--language", "write", c.UseLine())
			case err != nil:
				return err
			}
			b.Items = []text.Erratum{{Paragraph: text.ParaID(a[1]), Language: t, Defective: lang.Normalise(e.Defective), Corrected: lang.Normalise(e.Corrected)}}
		}
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			if b.Symbol == "" {
				st, err := n.state(ctx, a[0])
				if err != nil {
					return err
				}
				b.Symbol = st.State.NextSymbol(st.Symbol)
			}
			return g.post(ctx, n, n.in("texts", a[0], "rectify"), b)
		})
	}
	c.Flags().StringVar(&tag, "language", "", "language that is concerned; others are not")
	c.Flags().StringVar(&e.Defective, "defective", "", "the passage as adopted; it stands in the paragraph exactly once")
	c.Flags().StringVar(&e.Corrected, "corrected", "", "what it should be")
	c.Flags().StringVar(&file, "file", "", `several passages: a JSON file [{"paragraph": "4", "language": "en", "defective": "…", "corrected": "…"}]`)
	c.Flags().StringVar(&b.Symbol, "symbol", "", "symbol of the correction (default: the text's own with /Corr. and the next number)")
	c.Flags().StringVar(&b.Note, "note", "", "a note for the record")
	return c
}

func (g *globals) objectCommand() *cobra.Command {
	var reason string
	c := &cobra.Command{Use: "object TEXT RECTIFICATION", Short: "Object to a proposed correction, which ends it", Args: args("TEXT", "RECTIFICATION"), RunE: func(c *cobra.Command, a []string) error {
		return g.act(c.Context(), func(n *client) string { return n.in("texts", a[0], "object") }, text.Object{Rectification: a[1], Reason: reason})
	}}
	c.Flags().StringVar(&reason, "reason", "", "why; none is needed")
	return c
}

func (g *globals) statementCommand() *cobra.Command {
	return g.wordsCommand("declare TEXT [PARAGRAPH] --text LANG=WORDING", "Make an interpretative statement that travels with the text", "the statement in a language of the text, LANG=WORDING; repeat", func(p text.ParaID, words lang.Text) entry.Body {
		return text.Declare{Paragraph: p, Text: words}
	})
}

// wordsCommand says something of a paragraph, or of the whole text.
func (g *globals) wordsCommand(use, short, help string, body func(text.ParaID, lang.Text) entry.Body) *cobra.Command {
	var texts []string
	c := &cobra.Command{Use: use, Short: short, Args: between(1, 2), RunE: func(c *cobra.Command, a []string) error {
		words, err := wording(texts)
		if err != nil {
			return err
		}
		p := text.ParaID("")
		if len(a) == 2 {
			p = text.ParaID(a[1])
		}
		act, _, _ := strings.Cut(use, " ")
		return g.act(c.Context(), func(n *client) string { return n.in("texts", a[0], act) }, body(p, words))
	}}
	c.Flags().StringArrayVar(&texts, "text", nil, help)
	return c
}

// printAround says which statements travel with the text, what was corrected, and what is proposed.
func (g *globals) printAround(w io.Writer, t chancery.TextView) {
	g.printEnd(w, t)
	g.printPrevail(w, t)
	g.printSymbol(w, t)
	g.printParallel(w, t)
	g.printSigned(w, t)
	for _, k := range t.State.Packages {
		if k.Dissolved == "" {
			var labels []string
			for _, id := range k.Paragraphs {
				labels = append(labels, labelOf(t, id))
			}
			fmt.Fprintf(w, "\n%s  %s  %s  %s\n", k.Act, g.say("web.package_of", "paragraphs", locale.List(g.language(), labels)), k.Party, k.Note)
		}
	}
	for _, i := range t.State.Issued {
		fmt.Fprintf(w, "\n%s  %s  %s %s  %s\n", i.Document, g.say("web.issued_"+i.Kind), i.Party, i.At, i.Note)
	}
	for _, d := range t.State.Declarations {
		_, words := d.Text.Pick(g.language())
		said := g.say("cli.show_statement", "party", string(d.Party))
		if p := t.State.Para(d.Paragraph); p != nil {
			said = g.say("cli.show_statement_on", "party", string(d.Party), "paragraph", p.Label)
		}
		switch {
		case d.Retracted != nil:
			said += " (" + g.say("cli.show_taken_back") + ")"
		case slices.Contains(t.Status.Fallen, d.Act):
			said += " (" + g.say("cli.show_fallen") + ")"
		}
		fmt.Fprintf(w, "\n%s  %s\n    %s\n", d.Act, said, words)
	}
	for i, r := range t.State.Rectifications {
		s := t.Rectifications[i]
		fmt.Fprintf(w, "\n%s  %s  %s (%s)  %s %s\n", s.Act, r.Symbol, g.say("web.rectification_"+s.Status), r.Party, g.say("web.rectification_until"), s.Until)
		for _, e := range r.Items {
			fmt.Fprintf(w, "    [%s] %s  - %s\n    [%s] %s  + %s\n", labelOf(t, e.Paragraph), e.Language, e.Defective, labelOf(t, e.Paragraph), e.Language, e.Corrected)
		}
	}
	for _, k := range t.Corrections {
		for _, x := range k.Changes {
			fmt.Fprintf(w, "\n[%s] %s: %s\n    %s\n", labelOf(t, x.Paragraph), x.Language, g.say("cli.show_stands", "symbol", k.Symbol, "at", k.At), x.After)
		}
	}
}
