package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

func textCommand(g *globals) *cobra.Command {
	c := &cobra.Command{Use: "text", Short: "Joint texts, from the first draft to the frozen one"}
	c.AddCommand(tableCommand(g), textImportCommand(g), textExportCommand(g), textPDFCommand(g), textCompareCommand(g), textListCommand(g), textShowCommand(g),
		g.proposeCommand(), g.insertCommand(), g.omitCommand(), g.moveCommand(), g.splitCommand(), g.mergeCommand(), g.citeCommand(), g.reviseCommand(), g.restsOn("texts", func(id string) string { return id }, "Show the paragraphs of other texts that cite an adopted text or one of its paragraphs, and the commitments that come from them"), g.itemsCommand("support", "Stand behind wordings without accepting them"), g.itemsCommand("accept", "Accept wordings ad referendum"),
		g.itemsCommand("confirm", "Confirm for headquarters"), g.itemCommand("drop", "Withdraw our own alternative"), g.bracketCommand(), g.reopenCommand(), g.reserveCommand(),
		g.simple("lift TEXT RESERVATION", "Lift our reservation", "lift", func(a []string) any { return text.Lift{Reservation: a[1]} }),
		g.linkCommand(), g.simple("unlink TEXT PACKAGE", "Dissolve our package", "unlink", func(a []string) any { return text.Unlink{Package: a[1]} }),
		g.translateCommand(), g.concordCommand(), g.flagCommand(), g.resolveCommand(),
		g.simple("compile TEXT SYMBOL", "Issue the compilation text under a symbol", "compile", func(a []string) any { return text.Compile{Document: a[1]} }),
		g.simple("freeze TEXT", "Fix the exact bytes and open a round of sealing", "freeze", nil), g.simple("initial TEXT", "Initial the frozen text", "initial", nil), g.signCommand(), g.releaseCommand(),
		g.statementCommand(), g.simple("retract TEXT STATEMENT", "Take our own statement back before the freeze", "retract", func(a []string) any { return text.Retract{Declaration: a[1]} }),
		g.prevailCommand(), g.designateCommand(), g.dissentCommand(), g.rectifyCommand(), g.objectCommand(), g.simple("attest TEXT RECTIFICATION", "Attest a proposed correction, for good", "attest", func(a []string) any { return text.Attest{Rectification: a[1]} }))
	c.AddCommand(g.partingCommands()...)
	c.AddCommand(g.questionsCommand(), g.precedentsCommand(), g.conflictsCommand(), g.commentCommand())
	return c
}

// simple is an act whose arguments say all; the first is the text.
func (g *globals) simple(use, short, act string, body func([]string) any) *cobra.Command {
	names := strings.Fields(use)[1:]
	return &cobra.Command{Use: use, Short: short, Args: args(names...), RunE: func(c *cobra.Command, a []string) error {
		var b any
		if body != nil {
			b = body(a)
		}
		return g.act(c.Context(), func(n *client) string { return n.in("texts", a[0], act) }, b)
	}}
}

func tableCommand(g *globals) *cobra.Command {
	var id string
	var own bool
	c := &cobra.Command{Use: "table FILE…", Short: "Table a draft: title, languages, paragraphs, in JSON, Markdown or as 'text export' writes it", Args: atLeast(1), RunE: func(c *cobra.Command, a []string) error {
		sheet, err := g.sheet(a)
		if err != nil {
			return err // said here, before a node is asked
		}
		sheet.Parallel = sheet.Parallel || own
		if _, err := sheet.Draft(); err != nil {
			return err
		}
		if id, err = g.idFor(id, a[0]); err != nil {
			return err
		}
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error { return g.table(ctx, n, id, sheet) })
	}}
	c.Flags().StringVar(&id, "id", "", "id of the text, as in js-9 (default: the file's name)")
	c.Flags().BoolVar(&own, "parallel", false, "our side's own text, without joint authority, beside those of the others: its id is OUR-PARTY.MATTER")
	return c
}

// idOfFile makes a text's id of its file's name: "Joint Statement.json" becomes joint-statement.
func idOfFile(path string) string {
	name := strings.ToLower(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, name)
	return strings.Trim(name[:min(len(name), 64)], "-")
}

func textListCommand(g *globals) *cobra.Command {
	return g.listed("texts", &cobra.Command{Use: "list", Short: "List the texts with their status", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out []chancery.TextSummary
			if err := n.call(ctx, "GET", n.in("texts"), nil, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) {
				for _, t := range out {
					_, title := t.Title.Pick(g.language())
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", t.ID, t.Symbol, g.outcomeOf(t), title)
				}
			})
		})
	}})
}

// state reads a text.
func (c *client) state(ctx context.Context, id string) (chancery.TextView, error) {
	var out chancery.TextView
	err := c.call(ctx, "GET", c.in("texts", id), nil, &out)
	return out, err
}

func textShowCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "show TEXT", Short: "Show a text: paragraphs, wordings, standings, status", Args: args("TEXT"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			t, err := n.state(ctx, a[0])
			if err != nil {
				return err
			}
			read, err := n.readers(ctx, "text/"+a[0])
			if err != nil {
				return err
			}
			return g.print(t, func(w io.Writer) {
				g.printText(w, t)
				fmt.Fprintln(w)
				g.printReaders(w, read)
			})
		})
	}}
}

// labelOf is what a paragraph is called.
func labelOf(t chancery.TextView, id text.ParaID) string {
	if p := t.State.Para(id); p != nil {
		return p.Label
	}
	return string(id)
}

// withItems resolves "7" and "7=7 bis" on the text as it stands, and posts the act.
func (g *globals) withItems(ctx context.Context, id, act string, refs []string, body func([]text.Item) any) error {
	return g.having(ctx, id, act, nil, refs, body)
}

// reads gives a command a flag for what its author had read.
func reads(c *cobra.Command, read *[]string) *cobra.Command {
	c.Flags().StringSliceVar(read, "read", nil, "what you had read, as 'text show' prints it: if other wording stands by now, nothing is written")
	return c
}

// after is the path of an act on a text by whoever had read something.
func (c *client) after(id, act string, read []string) string {
	path := c.in("texts", id, act)
	if len(read) > 0 {
		path += "?read=" + url.QueryEscape(strings.Join(read, ","))
	}
	return path
}

// having is withItems for whoever says what they had read.
func (g *globals) having(ctx context.Context, id, act string, read, refs []string, body func([]text.Item) any) error {
	return g.withNode(ctx, func(ctx context.Context, n *client) error {
		t, err := n.state(ctx, id)
		if err != nil {
			return err
		}
		items, err := t.State.Wordings(below(t, refs))
		if err != nil {
			return err
		}
		return g.post(ctx, n, n.after(id, act, read), body(items))
	})
}

// below puts the sub-paragraphs of what is written as "7+" behind it.
func below(t chancery.TextView, refs []string) []string {
	var out []string
	for _, ref := range refs {
		id, all := strings.CutSuffix(strings.TrimSpace(ref), "+")
		out = append(out, id)
		if all {
			for _, under := range t.Below[text.ParaID(id)] {
				out = append(out, string(under))
			}
		}
	}
	return out
}

const refsHelp = "PARAGRAPH names its tabled wording; PARAGRAPH='7 bis' an alternative; PARAGRAPH+ all its sub-paragraphs with it."

func (g *globals) itemsCommand(act, short string) *cobra.Command {
	var note string
	var read []string
	c := &cobra.Command{Use: act + " TEXT PARAGRAPH…", Short: short, Long: short + ". " + refsHelp, Args: atLeast(2), RunE: func(c *cobra.Command, a []string) error {
		return g.having(c.Context(), a[0], act, read, a[1:], func(i []text.Item) any {
			out := map[string]any{"items": i}
			if note != "" {
				out["note"] = note
			}
			return out
		})
	}}
	if act != "support" {
		c.Flags().StringVar(&note, "note", "", "a note for the record")
		reads(c, &read)
	}
	return c
}

func (g *globals) itemCommand(act, short string) *cobra.Command {
	return &cobra.Command{Use: act + " TEXT PARAGRAPH=LABEL", Short: short, Args: args("TEXT", "WORDING"), RunE: func(c *cobra.Command, a []string) error {
		return g.withItems(c.Context(), a[0], act, a[1:], func(i []text.Item) any { return i[0] })
	}}
}

// wording reads LANG=TEXT pairs.
func wording(pairs []string) (lang.Text, error) {
	out := lang.Text{}
	for _, p := range pairs {
		tag, s, ok := strings.Cut(p, "=")
		if !ok {
			return nil, refusal.New(refusal.Invalid, "cli.wording", "given", p)
		}
		t, err := lang.ParseTag(tag)
		if err != nil {
			return nil, err
		}
		out[t] = lang.Normalise(s)
	}
	return out, nil
}

func (g *globals) proposeCommand() *cobra.Command {
	var texts []string
	var label, note string
	c := &cobra.Command{Use: "propose TEXT PARAGRAPH --text LANG=WORDING", Short: "Offer another wording of a paragraph, or amend one that is offered", Long: "Offer another wording of a paragraph. PARAGRAPH='7 bis' amends that alternative: the new wording says that it starts from it.", Args: args("TEXT", "PARAGRAPH"), RunE: func(c *cobra.Command, a []string) error {
		words, err := wording(texts)
		if err != nil {
			return err
		}
		if strings.Contains(a[1], "=") {
			return g.withItems(c.Context(), a[0], "revise", a[1:2], func(i []text.Item) any {
				return text.Revise{Note: note, Items: []text.Revision{{Paragraph: i[0].Paragraph, Label: label, Text: words, Of: i[0].Wording}}}
			})
		}
		return g.withItems(c.Context(), a[0], "propose", a[1:2], func(i []text.Item) any {
			return text.Propose{Paragraph: i[0].Paragraph, Label: label, Text: words, Note: note}
		})
	}}
	c.Flags().StringArrayVar(&texts, "text", nil, "wording in a language, LANG=WORDING; repeat")
	c.Flags().StringVar(&label, "label", "", "label, as in '7 bis' (default: the next one that is free)")
	c.Flags().StringVar(&note, "note", "", "a note for the record")
	return c
}

func (g *globals) bracketCommand() *cobra.Command {
	var file string
	c := &cobra.Command{Use: "bracket TEXT PARAGRAPH --options FILE", Short: "Hold words open in brackets", Args: args("TEXT", "PARAGRAPH"), RunE: func(c *cobra.Command, a []string) error {
		var f struct {
			Where   string               `json:"where"`
			Options []text.BracketOption `json:"options"`
		}
		if err := g.readJSON(file, &f); err != nil {
			return err
		}
		return g.withItems(c.Context(), a[0], "bracket", a[1:], func(i []text.Item) any {
			return text.Bracket{Paragraph: i[0].Paragraph, Wording: i[0].Wording, Where: f.Where, Options: f.Options}
		})
	}}
	c.Flags().StringVar(&file, "options", "-", `JSON file: {"where": "main verb", "options": [{"text": {"en": "encourage"}, "by": ["cedar"]}, …]}`)
	return c
}

func (g *globals) reopenCommand() *cobra.Command {
	var reason string
	c := &cobra.Command{Use: "reopen TEXT PARAGRAPH --reason WHY", Short: "Take an acceptance or confirmation back; all parties are alerted", Args: args("TEXT", "PARAGRAPH"), RunE: func(c *cobra.Command, a []string) error {
		return g.act(c.Context(), func(n *client) string { return n.in("texts", a[0], "reopen") }, text.Reopen{Paragraph: text.ParaID(a[1]), Reason: reason})
	}}
	c.Flags().StringVar(&reason, "reason", "", "why, for the record")
	return c
}

func (g *globals) reserveCommand() *cobra.Command {
	var b text.Reserve
	c := &cobra.Command{Use: "reserve TEXT [PARAGRAPH] --kind KIND", Short: "Place a reservation on a paragraph, or on the whole text", Args: between(1, 2), RunE: func(c *cobra.Command, a []string) error {
		if len(a) == 2 {
			b.Paragraph = text.ParaID(a[1])
		}
		return g.act(c.Context(), func(n *client) string { return n.in("texts", a[0], "reserve") }, b)
	}}
	c.Flags().StringVar(&b.Kind, "kind", "substance", "substance, scrutiny, linguistic or parliamentary")
	c.Flags().StringVar(&b.Label, "label", "", "its label (default: made from kind, party and paragraph)")
	c.Flags().StringVar(&b.Note, "note", "", "a note for the record")
	return c
}

func (g *globals) linkCommand() *cobra.Command {
	return &cobra.Command{Use: "link TEXT PARAGRAPH PARAGRAPH…", Short: "Link paragraphs as a package", Args: atLeast(3), RunE: func(c *cobra.Command, a []string) error {
		b := text.Link{}
		for _, id := range a[1:] {
			b.Paragraphs = append(b.Paragraphs, text.ParaID(id))
		}
		return g.act(c.Context(), func(n *client) string { return n.in("texts", a[0], "link") }, b)
	}}
}

func (g *globals) translateCommand() *cobra.Command {
	var b text.Translate
	var tag string
	var read []string
	c := &cobra.Command{Use: "translate TEXT FILE --language LANG", Short: "Bring language versions from a JSON file {\"PARAGRAPH\": \"wording\"}", Args: args("TEXT", "FILE"), RunE: func(c *cobra.Command, a []string) error {
		var words map[string]string
		err := g.readJSON(a[1], &words)
		if err != nil {
			return err
		}
		if b.Language, err = lang.ParseTag(tag); err != nil {
			return err
		}
		var refs []string
		for ref := range words {
			refs = append(refs, ref)
		}
		slices.Sort(refs)
		return g.having(c.Context(), a[0], "translate", read, refs, func(items []text.Item) any {
			for k, i := range items {
				b.Items = append(b.Items, text.Translation{Paragraph: i.Paragraph, Wording: i.Wording, Text: lang.Normalise(words[refs[k]])})
			}
			return b
		})
	}}
	c.Flags().StringVar(&tag, "language", "", "language of the versions")
	c.Flags().BoolVar(&b.Courtesy, "courtesy", false, "a courtesy translation, without authority")
	c.Flags().StringVar(&b.Title, "title", "", "the title in that language")
	return require(reads(c, &read), "language")
}

func (g *globals) concordCommand() *cobra.Command {
	var tag string
	var read []string
	c := &cobra.Command{Use: "concord TEXT PARAGRAPH… --language LANG", Short: "Sign language versions off", Long: "Sign language versions off. " + refsHelp, Args: atLeast(2), RunE: func(c *cobra.Command, a []string) error {
		t, err := lang.ParseTag(tag)
		if err != nil {
			return err
		}
		return g.having(c.Context(), a[0], "concord", read, a[1:], func(i []text.Item) any { return text.Concord{Language: t, Items: i} })
	}}
	c.Flags().StringVar(&tag, "language", "", "language of the versions")
	return require(reads(c, &read), "language")
}

func (g *globals) flagCommand() *cobra.Command {
	var tag, note string
	c := &cobra.Command{Use: "flag TEXT PARAGRAPH --language LANG --note WHY", Short: "Object to a language version", Args: args("TEXT", "PARAGRAPH"), RunE: func(c *cobra.Command, a []string) error {
		t, err := lang.ParseTag(tag)
		if err != nil {
			return err
		}
		return g.withItems(c.Context(), a[0], "flag", a[1:], func(i []text.Item) any {
			return text.Flag{Paragraph: i[0].Paragraph, Wording: i[0].Wording, Language: t, Note: note}
		})
	}}
	c.Flags().StringVar(&tag, "language", "", "language of the version")
	c.Flags().StringVar(&note, "note", "", "what does not say the same")
	return require(c, "language")
}

func (g *globals) resolveCommand() *cobra.Command {
	var words, note string
	var read []string
	c := &cobra.Command{Use: "resolve TEXT FLAG --text WORDING", Short: "Close an objection, with a corrected version if need be", Args: args("TEXT", "FLAG"), RunE: func(c *cobra.Command, a []string) error {
		return g.act(c.Context(), func(n *client) string { return n.after(a[0], "resolve", read) }, text.Resolve{Flag: a[1], Text: lang.Normalise(words), Note: note})
	}}
	c.Flags().StringVar(&words, "text", "", "the corrected version")
	c.Flags().StringVar(&note, "note", "", "a note for the record")
	return reads(c, &read)
}

func (g *globals) releaseCommand() *cobra.Command {
	var at, front string
	c := &cobra.Command{Use: "release TEXT --at INSTANT [--front FILE]", Short: "Allow publication from an instant on, such as 2025-01-14T16:00:00+08:00", Args: args("TEXT"), RunE: func(c *cobra.Command, a []string) error {
		t, err := time.Parse(time.RFC3339, at)
		if err != nil {
			return refusal.New(refusal.Invalid, "text.bad_instant", "write", "2025-01-14T16:00:00+08:00")
		}
		b := text.Release{NotBefore: t.UTC().Format("2006-01-02T15:04:05Z")}
		if front != "" {
			b.Front = new(text.Front)
			if err := g.readJSON(front, b.Front); err != nil {
				return err
			}
		}
		return g.act(c.Context(), func(n *client) string { return n.in("texts", a[0], "release") }, b)
	}}
	c.Flags().StringVar(&front, "front", "", `JSON file of what stands above it in public, if every party releases the same: {"category": {"en": "Meetings"}, "headline": {…}, "lead": {…}}`)
	c.Flags().StringVar(&at, "at", "", "the instant, with its zone")
	return require(c, "at")
}
