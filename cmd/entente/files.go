package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"entente.example/internal/dialogue"
	"entente.example/internal/filing"
	"entente.example/internal/locale"
	"entente.example/internal/markup"
	"entente.example/internal/redline"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// sheet reads the files of a text, and says what is wrong with them before a node is asked.
func (g *globals) sheet(paths []string) (*markup.Sheet, error) {
	var files [][]byte
	for _, p := range paths {
		b, err := g.readFile(p)
		if err != nil {
			return nil, err
		}
		files = append(files, b)
	}
	return filing.Read(files...)
}

func textExportCommand(g *globals) *cobra.Command {
	var out string
	var q struct{ format, language string }
	c := &cobra.Command{Use: "export TEXT --format FORMAT", Short: "Write a text as it stands: brackets, alternatives and who proposed them", Args: args("TEXT"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			query := url.Values{"format": {q.format}}
			if q.language != "" {
				query.Set("language", q.language)
			}
			return g.fetchFile(ctx, n, n.in("texts", a[0], "file")+"?"+query.Encode(), out)
		})
	}}
	c.Flags().StringVar(&q.format, "format", filing.Markdown, "md: one Markdown file per language, together in a ZIP; docx: for office programs; akn: Akoma Ntoso; json: for programs")
	c.Flags().StringVar(&q.language, "language", "", "only this language")
	c.Flags().StringVarP(&out, "out", "o", "", "file to write; standard output without it")
	return c
}

// fetchFile writes a file that the node makes.
func (g *globals) fetchFile(ctx context.Context, n *client, path, out string) error {
	var b json.RawMessage // the file as it is: JSON or not
	if err := n.call(ctx, http.MethodGet, path, nil, &b); err != nil {
		return err
	}
	if out == "" || out == "-" {
		_, err := g.io.out.Write(b)
		return err
	}
	return os.WriteFile(out, b, 0o644)
}

func textPDFCommand(g *globals) *cobra.Command {
	var out, side string
	c := &cobra.Command{Use: "pdf TEXT", Short: "Write a text as PDF: the archive copy of an adopted one with its proof inside, or the copy that a side signs", Args: args("TEXT"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			return g.fetchFile(ctx, n, n.in("texts", a[0], "pdf")+"?"+url.Values{"side": {side}}.Encode(), out)
		})
	}}
	c.Flags().StringVar(&side, "side", "", "the copy that this side signs: it comes first, and so do its languages")
	c.Flags().StringVarP(&out, "out", "o", "", "file to write; standard output without it")
	return c
}

// listed gives a command that lists something --csv: the same list as a table.
func (g *globals) listed(name string, c *cobra.Command) *cobra.Command {
	var csv bool
	lines := c.RunE
	c.RunE = func(c *cobra.Command, a []string) error {
		if !csv {
			return lines(c, a)
		}
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error { return g.fetchFile(ctx, n, n.in("lists", name), "") })
	}
	c.Flags().BoolVar(&csv, "csv", false, "as a table for spreadsheet programs")
	return c
}

func csvCommand(g *globals) *cobra.Command {
	var out string
	c := &cobra.Command{Use: "csv LIST", Short: "Write a list as a table for spreadsheet programs", Long: "Write a list as a table for spreadsheet programs, headings in our language, ids and days as the record has them: " + strings.Join(view.ListNames(), ", ") + ".",
		Args: args("LIST"), ValidArgs: view.ListNames(), RunE: func(c *cobra.Command, a []string) error {
			return g.withNode(c.Context(), func(ctx context.Context, n *client) error { return g.fetchFile(ctx, n, n.in("lists", a[0]), out) })
		}}
	c.Flags().StringVarP(&out, "out", "o", "", "file to write; standard output without it")
	return c
}

func textCompareCommand(g *globals) *cobra.Command {
	var m moments
	c := &cobra.Command{Use: "compare TEXT [FILE…]", Short: "Say what has changed in a text between two moments, or what files have beside it", Args: atLeast(1),
		Long: "Without files: what has changed in a text from one moment to another, in each language, [-taken out-]{+put in+}. A moment is tabled, now, a day, an instant, the symbol of a document, the id of an entry, or with: and the id of an entry, which is the text today with what it proposes. " +
			"With files: what they have beside the text as it stands, each wording before and after, or with --characters marked in place. Nothing is changed."}
	c.RunE = func(c *cobra.Command, a []string) error {
		if len(a) == 1 {
			return g.compareMoments(c.Context(), a[0], m)
		}
		for _, name := range []string{"from", "to", "language", "all"} {
			if c.Flags().Changed(name) {
				return refusal.New(refusal.Invalid, "file.no_moments", "flag", "--"+name)
			}
		}
		sheet, err := g.sheet(a[1:])
		if err != nil {
			return err
		}
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			found, err := g.compare(ctx, n, a[0], sheet)
			if err != nil {
				return err
			}
			return g.print(found, func(w io.Writer) { g.printComparison(w, found, m.characters) })
		})
	}
	c.Flags().StringVar(&m.from, "from", "tabled", "the moment before")
	c.Flags().StringVar(&m.to, "to", "now", "the moment after")
	c.Flags().StringSliceVar(&m.languages, "language", nil, "only these languages")
	c.Flags().BoolVar(&m.characters, "characters", false, "mark characters in every language, not words")
	c.Flags().BoolVar(&m.all, "all", false, "paragraphs that are as they were, too")
	return c
}

func (g *globals) compare(ctx context.Context, n *client, id string, sheet *markup.Sheet) (*markup.Comparison, error) {
	body, err := sheet.MarshalJSON()
	if err != nil {
		return nil, err
	}
	found := new(markup.Comparison)
	return found, n.call(ctx, http.MethodPost, n.in("texts", id, "compare"), body, found)
}

func textImportCommand(g *globals) *cobra.Command {
	var id, only string
	var propose, omit, whole bool
	c := &cobra.Command{Use: "import FILE…", Short: "Take a text in from files: a new one is tabled, of one that is there the changes are proposed",
		Long: "Take a text in from files, one for each language if they are Markdown. A text that the node does not know is tabled. Of one that it knows, what the files have beside it is shown, " +
			"and proposed once you say so: nothing is changed by the file itself.",
		Args: atLeast(1), RunE: func(c *cobra.Command, a []string) error {
			sheet, err := g.sheet(a)
			if err != nil {
				return err
			}
			if id == "" {
				id = sheet.ID
			}
			if id, err = g.idFor(id, a[0]); err != nil {
				return err
			}
			return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
				_, err := n.state(ctx, id)
				switch ref := refusal.As(err); {
				case err == nil:
					return g.propose(ctx, n, id, sheet, only, propose, omit, whole)
				case ref.Kind == refusal.Missing && ref.Key == "text.unknown_text":
					return g.table(ctx, n, id, sheet)
				}
				return err
			})
		}}
	c.Flags().StringVar(&id, "id", "", "id of the text (default: as the file says, else the file's name)")
	c.Flags().BoolVar(&propose, "propose", false, "propose without asking")
	c.Flags().BoolVar(&omit, "omit", false, "propose to leave out what the files leave out, and to move what stands elsewhere in them; otherwise only those that --only names")
	c.Flags().BoolVar(&whole, "whole", false, "one proposal of all changes, agreed whole or not at all")
	c.Flags().StringVar(&only, "only", "", "propose only these, by number, as in 1,3")
	return c
}

// idFor is a text's id: the one that was named, else one made of its file's name, which is said.
func (g *globals) idFor(id, path string) (string, error) {
	if id != "" {
		return id, nil
	}
	if id = idOfFile(path); id == "" {
		return "", refusal.New(refusal.Invalid, "text.which_id", "file", path)
	}
	g.tell("cli.tabled_as", refusal.Params{"id": id})
	return id, nil
}

func (g *globals) table(ctx context.Context, n *client, id string, sheet *markup.Sheet) error {
	for _, d := range sheet.Doubts() {
		g.tell("file.doubt", refusal.Params{"language": string(d.Language), "looks": string(d.Looks)})
	}
	body, err := sheet.MarshalJSON()
	if err != nil {
		return err
	}
	return g.post(ctx, n, n.in("texts", id, "table"), body)
}

// propose shows what a file has beside the text, and proposes it once somebody says so.
func (g *globals) propose(ctx context.Context, n *client, id string, sheet *markup.Sheet, only string, sure, omit, whole bool) error {
	found, err := g.compare(ctx, n, id, sheet)
	if err != nil {
		return err
	}
	g.printComparison(g.io.err, found, false)
	chosen := markup.Chosen{Comments: found.Comments, Whole: whole, Read: found.Read}
	weighs := 0
	for i, ch := range found.Changes {
		switch {
		case ch.Problem != nil:
		case only == "" && !omit && ch.Weighs():
			weighs++
		case only == "" || slices.Contains(strings.Split(only, ","), strconv.Itoa(i+1)):
			chosen.Changes = append(chosen.Changes, ch)
		}
	}
	if weighs > 0 {
		g.tell("file.weighs", refusal.Params{"n": strconv.Itoa(weighs)})
	}
	if only != "" {
		chosen.Comments = nil
	}
	if len(chosen.Changes)+len(chosen.Comments) == 0 {
		return nil
	}
	var words []lang.Text
	for _, ch := range chosen.Changes {
		words = append(words, ch.After)
	}
	doubted := dialogue.Doubts(words)
	g.doubt(doubted)
	if !sure && !g.sure("file.ask", refusal.Params{"n": strconv.Itoa(len(chosen.Changes) + len(chosen.Comments))}) {
		g.tell("file.not_proposed", nil)
		return nil
	}
	return g.send(ctx, n, n.in("texts", id, "amend"), chosen, doubted)
}

func (g *globals) tell(key string, p refusal.Params) {
	fmt.Fprintln(g.io.err, locale.Message(g.language(), key, p))
}

func (g *globals) terminal() bool {
	f, ok := g.io.in.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// sure asks on a terminal. Without one, nobody said yes.
func (g *globals) sure(key string, p refusal.Params) bool {
	if !g.terminal() {
		return false
	}
	g.tell(key, p)
	line, err := bufio.NewReader(g.io.in).ReadString('\n')
	return err == nil && slices.Contains([]string{"y", "yes", "是", "はい"}, strings.ToLower(strings.TrimSpace(line)))
}

// printComparison shows the wording before and after; by character, in one line with its marks.
func (g *globals) printComparison(w io.Writer, found *markup.Comparison, characters bool) {
	say := func(key string, kv ...string) {
		p := refusal.Params{}
		for i := 0; i+1 < len(kv); i += 2 {
			p[kv[i]] = kv[i+1]
		}
		fmt.Fprintln(w, locale.Message(g.language(), key, p))
	}
	if len(found.Changes)+len(found.Comments) == 0 {
		say("file.same", "text", found.Text)
	}
	for i, ch := range found.Changes {
		fmt.Fprintf(w, "%d. %s\n", i+1, locale.Message(g.language(), "file."+ch.Kind, refusal.Params{"of": ch.Of, "label": ch.Label, "behind": ch.Behind}))
		if len(ch.From) > 0 {
			fmt.Fprintln(w, "   "+locale.Message(g.language(), "file.from", refusal.Params{"names": strings.Join(ch.From, ", ")}))
		}
		if ch.Stale {
			fmt.Fprintln(w, "   "+locale.Message(g.language(), "file.stale", nil))
		}
		for _, tag := range ch.After.Tags() {
			if characters && ch.Before[tag] != "" {
				fmt.Fprintf(w, "   ± %s  %s\n", tag, marked(redline.Letters(ch.Before[tag], ch.After[tag])))
				continue
			}
			if ch.Before[tag] != "" {
				fmt.Fprintf(w, "   - %s  %s\n", tag, ch.Before[tag])
			}
			after := ch.After[tag]
			if ch.Problem != nil { // it may be too long, and what is wrong with it is said below
				after = excerpt(after)
			}
			fmt.Fprintf(w, "   + %s  %s\n", tag, after)
		}
		if ch.Rests() {
			rests := func(sign string, cites []string) {
				fmt.Fprintf(w, "   %s %s %s\n", sign, locale.Message(g.language(), "web.rests_on", nil), strings.Join(cites, ", "))
			}
			rests("-", ch.Rested)
			rests("+", *ch.Cites)
		}
		if ch.Kind == markup.Omitted {
			for _, tag := range ch.Before.Tags() {
				fmt.Fprintf(w, "   - %s  %s\n", tag, ch.Before[tag])
			}
		}
		if ch.Bracket != nil {
			for _, tag := range tagsOf(ch.Bracket) {
				fmt.Fprintf(w, "   + %s  %s\n", tag, strings.TrimSpace(markup.Write("", []markup.Bracket{*ch.Bracket}, tag)))
			}
		}
		if ch.Problem != nil {
			fmt.Fprintln(w, "   ! "+locale.Explain(g.language(), ch.Problem))
		}
	}
	for _, k := range found.Comments {
		say("file.comment", "paragraph", string(k.Paragraph), "author", k.Author, "text", k.Text)
	}
	for _, d := range found.Doubts {
		say("file.doubt", "language", string(d.Language), "looks", string(d.Looks))
	}
	for _, key := range found.Ignored {
		say(key)
	}
	if len(found.Absent) > 0 {
		say("file.absent", "paragraphs", strings.Join(found.Absent, ", "))
	}
}

func tagsOf(b *markup.Bracket) []lang.Tag { return b.Options[0].Text.Tags() }
