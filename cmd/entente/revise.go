package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/locale"
	"entente.example/internal/text"
)

// revised posts changes of paragraphs. Ids and labels that they lack, and the words of what only moves, the node fills in.
func (g *globals) revised(c *cobra.Command, id string, b text.Revise) error {
	return g.act(c.Context(), func(n *client) string { return n.in("texts", id, "revise") }, b)
}

const moved = "Like every wording it is a proposal: it stands once every party has agreed to it."

func (g *globals) insertCommand() *cobra.Command {
	var texts, cites []string
	var after, kind, note string
	c := &cobra.Command{Use: "insert TEXT --after PARAGRAPH --text LANG=WORDING", Short: "Propose a new paragraph", Long: "Propose a new paragraph behind another one, or first of all. " + moved, Args: args("TEXT"), RunE: func(c *cobra.Command, a []string) error {
		words, err := wording(texts)
		if err != nil {
			return err
		}
		return g.revised(c, a[0], text.Revise{Note: note, Items: []text.Revision{{Text: words, Place: &text.Place{After: text.ParaID(after)}, New: &text.NewParagraph{Kind: kind, Cites: cites}}}})
	}}
	c.Flags().StringVar(&after, "after", "", "paragraph that it is to stand behind; without it, first of all")
	c.Flags().StringVar(&kind, "kind", text.Operative, "operative, preambular, heading: the title of an annex, to which the paragraphs behind it belong; point: a sub-paragraph (a) of the one before; or subpoint: (i) of such a one")
	c.Flags().StringArrayVar(&texts, "text", nil, "wording in a language, LANG=WORDING; repeat")
	citesFlag(c, &cites)
	c.Flags().StringVar(&note, "note", "", "a note for the record")
	return c
}

// citesFlag says what a paragraph is to rest on.
func citesFlag(c *cobra.Command, to *[]string) {
	c.Flags().StringArrayVar(to, "cites", nil, "what the paragraph is to rest on: a founding document, fd-1972, or one principle of it, fd-1972/2; an adopted text, text/js-8, or one paragraph of it, text/js-8#5; repeat")
}

func (g *globals) omitCommand() *cobra.Command {
	var note string
	c := &cobra.Command{Use: "omit TEXT PARAGRAPH…", Short: "Propose to leave paragraphs out", Long: "Propose to leave paragraphs out. " + moved, Args: atLeast(2), RunE: func(c *cobra.Command, a []string) error {
		b := text.Revise{Note: note}
		for _, id := range a[1:] {
			b.Items = append(b.Items, text.Revision{Paragraph: text.ParaID(id), Omit: true})
		}
		return g.revised(c, a[0], b)
	}}
	c.Flags().StringVar(&note, "note", "", "a note for the record")
	return c
}

func (g *globals) moveCommand() *cobra.Command {
	var after, note string
	c := &cobra.Command{Use: "move TEXT PARAGRAPH --after PARAGRAPH", Short: "Propose that a paragraph stands elsewhere", Long: "Propose that a paragraph stands elsewhere. " + moved, Args: args("TEXT", "PARAGRAPH"), RunE: func(c *cobra.Command, a []string) error {
		return g.revised(c, a[0], text.Revise{Note: note, Items: []text.Revision{{Paragraph: text.ParaID(a[1]), Place: &text.Place{After: text.ParaID(after)}}}})
	}}
	c.Flags().StringVar(&after, "after", "", "paragraph that it is to stand behind; without it, first of all")
	c.Flags().StringVar(&note, "note", "", "a note for the record")
	return c
}

func (g *globals) splitCommand() *cobra.Command {
	var texts, rest, cites []string
	var kind, note string
	c := &cobra.Command{Use: "split TEXT PARAGRAPH --text LANG=WORDING --rest LANG=WORDING", Short: "Propose to split a paragraph", Long: "Propose to split a paragraph: both parts are agreed together or not at all. " + moved, Args: args("TEXT", "PARAGRAPH"), RunE: func(c *cobra.Command, a []string) error {
		first, err := wording(texts)
		if err != nil {
			return err
		}
		second, err := wording(rest)
		if err != nil {
			return err
		}
		p := text.ParaID(a[1])
		return g.revised(c, a[0], text.Revise{Whole: true, Note: note, Items: []text.Revision{{Paragraph: p, Text: first},
			{Text: second, Place: &text.Place{After: p}, New: &text.NewParagraph{Kind: kind, From: []text.ParaID{p}, Cites: cites}}}})
	}}
	c.Flags().StringArrayVar(&texts, "text", nil, "what stays in the paragraph, LANG=WORDING; repeat")
	c.Flags().StringArrayVar(&rest, "rest", nil, "what becomes a paragraph of its own behind it, LANG=WORDING; repeat")
	c.Flags().StringVar(&kind, "kind", text.Operative, "of the new paragraph: operative or preambular")
	citesFlag(c, &cites)
	c.Flags().StringVar(&note, "note", "", "a note for the record")
	return c
}

func (g *globals) mergeCommand() *cobra.Command {
	var texts []string
	var note string
	c := &cobra.Command{Use: "merge TEXT PARAGRAPH PARAGRAPH… --text LANG=WORDING", Short: "Propose to merge paragraphs", Long: "Propose to merge paragraphs: the first takes up what the others say, and those are left out, together or not at all. " + moved, Args: atLeast(3), RunE: func(c *cobra.Command, a []string) error {
		words, err := wording(texts)
		if err != nil {
			return err
		}
		b := text.Revise{Whole: true, Note: note, Items: []text.Revision{{Paragraph: text.ParaID(a[1]), Text: words}}}
		for _, id := range a[2:] {
			b.Items = append(b.Items, text.Revision{Paragraph: text.ParaID(id), Omit: true, Into: text.ParaID(a[1])})
		}
		return g.revised(c, a[0], b)
	}}
	c.Flags().StringArrayVar(&texts, "text", nil, "what the first is to say, LANG=WORDING; repeat")
	c.Flags().StringVar(&note, "note", "", "a note for the record")
	return c
}

func (g *globals) citeCommand() *cobra.Command {
	var cites []string
	var note string
	var nothing bool
	c := &cobra.Command{Use: "cite TEXT PARAGRAPH {--cites DOCUMENT | --nothing}", Short: "Propose what a paragraph rests on", Long: "Propose all that a paragraph is to rest on, in place of what it rests on now. Its wording stays. " + moved, Args: args("TEXT", "PARAGRAPH"), RunE: func(c *cobra.Command, a []string) error {
		if nothing == (len(cites) > 0) {
			return mistake(c, "cli.one_of", "flags", "--cites, --nothing", "write", c.UseLine())
		}
		if nothing {
			cites = []string{}
		}
		return g.revised(c, a[0], text.Revise{Note: note, Items: []text.Revision{{Paragraph: text.ParaID(a[1]), Cites: &cites}}})
	}}
	citesFlag(c, &cites)
	c.Flags().BoolVar(&nothing, "nothing", false, "the paragraph is to rest on nothing")
	c.Flags().StringVar(&note, "note", "", "a note for the record")
	return c
}

func (g *globals) reviseCommand() *cobra.Command {
	return &cobra.Command{Use: "revise TEXT FILE", Short: "Propose changes to several paragraphs at once, from a JSON file",
		Long: `Propose changes to several paragraphs at once: {"whole": true, "items": [{"paragraph": "4", "text": {"en": "…"}}, {"paragraph": "5", "omit": true}, {"paragraph": "6", "place": {"after": "2"}}, {"paragraph": "8", "cites": ["fd-1972/2"]}, {"new": {"kind": "operative"}, "place": {"after": "7"}, "text": {"en": "…"}}]}. With "whole", all of it is agreed or none.`,
		Args: args("TEXT", "FILE"), RunE: func(c *cobra.Command, a []string) error {
			var b text.Revise
			if err := g.readJSON(a[1], &b); err != nil {
				return err
			}
			for i := range b.Items {
				if len(b.Items[i].Text) > 0 {
					b.Items[i].Text = text.Normalised(b.Items[i].Text)
				}
			}
			return g.revised(c, a[0], b)
		}}
}

// printRevised says what a wording changes beside its words, and from which one it starts. What it rests on it may have from that one: only what would be another than that of the tabled one is told.
func (g *globals) printRevised(w io.Writer, t chancery.TextView, p *text.Para, wd *text.Wording) {
	say := func(key string, kv ...string) { fmt.Fprintf(w, "    %s\n", g.say(key, kv...)) }
	switch {
	case wd.Omit && wd.Into != "":
		say("revise.omitted_into", "paragraph", labelOf(t, wd.Into))
	case wd.Omit:
		say("revise.omitted")
	case wd.Place != nil && wd.Place.After == "":
		say("revise.stands_first")
	case wd.Place != nil:
		say("revise.stands_behind", "paragraph", labelOf(t, wd.Place.After))
	}
	if of := p.Wording(wd.Of); of != nil {
		key := "revise.from"
		if p.Orphan(wd) {
			key = "revise.orphan"
		}
		say(key, "label", of.Label)
	}
	if k := t.State.Proposal(wd.ID); k != nil && len(k.Paragraphs) > 1 {
		key, with := "revise.with_others", []string{}
		if k.Whole {
			key = "revise.with_whole"
		}
		for _, id := range k.Paragraphs {
			if id != p.ID {
				with = append(with, labelOf(t, id))
			}
		}
		say(key, "paragraphs", locale.List(g.language(), with))
	}
	switch rests := p.CitesOf(wd); {
	case wd.Omit || text.SameCites(rests, p.Cites):
	case len(rests) == 0:
		say("cli.rests_nothing")
	default:
		say("cli.rests_on", "cites", strings.Join(rests, ", "))
	}
}
