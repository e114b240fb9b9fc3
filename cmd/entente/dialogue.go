package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"entente.example/entry"
	"entente.example/internal/dialogue"
	"entente.example/internal/locale"
	"entente.example/internal/membership"
	"entente.example/internal/outsider"
	"entente.example/internal/paper"
	"entente.example/lang"
	"entente.example/refusal"
)

// dialogueCommands makes a command for each kind of matter, with its acts, from the one table.
func dialogueCommands(g *globals) []*cobra.Command {
	var out []*cobra.Command
	for _, k := range dialogue.Kinds {
		if k.ID == "meeting" || k.ID == outsider.Kind { // meetingCommand and witnessCommand have their acts beside their own
			continue
		}
		c := &cobra.Command{Use: k.ID, Short: strings.TrimSuffix(locale.Message(lang.English, "kind."+k.ID+"_about", nil), ".")}
		c.AddCommand(listMatters(g, k), showMatter(g, k))
		for _, a := range k.Acts {
			c.AddCommand(actCommand(g, k, a))
		}
		if k.ID == membership.Kind {
			c.AddCommand(standingCommand(g))
		}
		if k.ID == "guest" {
			c.AddCommand(passCommands(g)...)
		}
		if k.ID == "document" {
			c.AddCommand(restsCommand(g, k))
		}
		if k.ID == "readout" {
			c.AddCommand(excerptCommand(g, k))
		}
		if k.ID == "paper" {
			c.AddCommand(exchangeCommand(g, k), answerCommand(g, k))
		}
		out = append(out, c)
	}
	return out
}

// excerptCommand shows some sentences of a readout, with what was said against them and what is left out.
func excerptCommand(g *globals, k dialogue.Kind) *cobra.Command {
	return &cobra.Command{Use: "excerpt ID SENTENCE…", Short: "Show some sentences of a published readout, with what is said against them and what is left out", Args: atLeast(2), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out json.RawMessage
			if err := n.call(ctx, "GET", n.in(k.Plural, k.Named(a[0]), "excerpt")+"?"+url.Values{"only": {strings.Join(a[1:], ",")}}.Encode(), nil, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) { outline(w, out) })
		})
	}}
}

// exchangeCommand shows the answers to a paper.
func exchangeCommand(g *globals, k dialogue.Kind) *cobra.Command {
	return &cobra.Command{Use: "exchange ID", Short: "Show the answers to a paper, those still awaited, and whether an exchange of notes has become an agreement", Args: args("ID"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out json.RawMessage
			if err := n.call(ctx, "GET", n.in(k.Plural, k.Named(a[0]), "exchange"), nil, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) { outline(w, out) })
		})
	}}
}

// answerCommand answers a paper. What a reply takes over from it is filled in; flags say the rest.
func answerCommand(g *globals, k dialogue.Kind) *cobra.Command {
	var agree bool
	var titles, texts []string
	var given paper.Send
	c := &cobra.Command{Use: "reply PAPER ID", Short: "Answer a paper by one in the same form, under an id of its own; --agree repeats a note of an exchange of notes word for word", Args: args("PAPER", "ID"), RunE: func(c *cobra.Command, a []string) error {
		if !entry.ValidID(a[1]) {
			return refusal.New(refusal.Invalid, "dialogue.bad_id", "id", a[1])
		}
		title, err := wording(titles)
		if err != nil {
			return err
		}
		words, err := wording(texts)
		if err != nil {
			return err
		}
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var body paper.Send
			if err := n.call(ctx, "GET", n.in(k.Plural, k.Named(a[0]), "reply")+"?"+url.Values{"agree": {strconv.FormatBool(agree)}}.Encode(), nil, &body); err != nil {
				return err
			}
			if len(title) > 0 {
				body.Title = title
			}
			if len(words) > 0 {
				body.Text = words
			}
			body.Purpose, body.Registry, body.Deadline, body.Zone = cmp.Or(given.Purpose, body.Purpose), given.Registry, given.Deadline, given.Zone
			return g.post(ctx, n, n.in(k.Plural, a[1], k.Opening().Verb()), body)
		})
	}}
	c.Flags().BoolVar(&agree, "agree", false, "repeat the note word for word, which agrees to it")
	c.Flags().StringArrayVar(&titles, "title", nil, "title in a language, LANG=TITLE; repeat (default: the title of what is answered)")
	c.Flags().StringArrayVar(&texts, "text", nil, "wording in a language, LANG=WORDING; repeat")
	c.Flags().StringVar(&given.Registry, "registry", "", "our registry number")
	c.Flags().StringVar(&given.Purpose, "purpose", "", "information, action, reply_expected or agreement")
	c.Flags().StringVar(&given.Deadline, "deadline", "", "by the clocks of the zone, as in 2025-01-20 17:00, or in UTC")
	c.Flags().StringVar(&given.Zone, "zone", "", "time zone of the deadline")
	return c
}

func listMatters(g *globals, k dialogue.Kind) *cobra.Command {
	return g.listed(k.Plural, &cobra.Command{Use: "list", Short: "List them", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out []json.RawMessage
			if err := n.call(ctx, "GET", n.in(k.Plural), nil, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) { g.printEach(w, out) })
		})
	}})
}

// printEach writes each as an outline, or that there is none.
func (g *globals) printEach(w io.Writer, list []json.RawMessage) {
	if len(list) == 0 {
		fmt.Fprintln(w, g.say("cli.none"))
	}
	for _, r := range list {
		outline(w, r)
		fmt.Fprintln(w)
	}
}

func showMatter(g *globals, k dialogue.Kind) *cobra.Command {
	return &cobra.Command{Use: "show ID", Short: "Show one with its history", Args: args("ID"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out json.RawMessage
			if err := n.call(ctx, "GET", n.in(k.Plural, k.Named(a[0])), nil, &out); err != nil {
				return err
			}
			read, err := n.readers(ctx, k.Matter(k.Named(a[0])))
			if err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) {
				outline(w, out)
				g.printReaders(w, read)
			})
		})
	}}
}

// outline writes JSON as indented lines without its punctuation.
func outline(w io.Writer, b []byte) {
	var v any
	if json.Unmarshal(b, &v) == nil {
		outlineOf(w, "", inZone(v, time.Local))
	}
}

// inZone adds to each instant of an outline what it is in the reader's zone, unless that is UTC.
func inZone(v any, zone *time.Location) any {
	switch v := v.(type) {
	case map[string]any:
		for key, item := range v {
			v[key] = inZone(item, zone)
		}
	case []any:
		for i, item := range v {
			v[i] = inZone(item, zone)
		}
	case string:
		t, err := time.Parse(time.RFC3339, v)
		if _, seconds := t.In(zone).Zone(); err == nil && seconds != 0 {
			return v + " (" + t.In(zone).Format("2006-01-02 15:04:05 -07:00") + ")"
		}
	}
	return v
}

func outlineOf(w io.Writer, indent string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			outlineItem(w, indent, key+":", v[key])
		}
	case []any:
		for _, item := range v {
			outlineItem(w, indent, "-", item)
		}
	default:
		fmt.Fprintf(w, "%s%v\n", indent, v)
	}
}

func outlineItem(w io.Writer, indent, head string, v any) {
	switch v.(type) {
	case map[string]any, []any:
		fmt.Fprintf(w, "%s%s\n", indent, head)
		outlineOf(w, indent+"  ", v)
	default:
		fmt.Fprintf(w, "%s%s %v\n", indent, head, v)
	}
}

// actCommand makes a command whose flags are the act's fields.
func actCommand(g *globals, k dialogue.Kind, a dialogue.Act) *cobra.Command {
	c := &cobra.Command{Use: a.Verb() + " ID", Short: locale.Message(lang.English, "do."+a.Type, nil), Args: args("ID")}
	values := map[string]*[]string{}
	for _, f := range a.Fields {
		v := new([]string)
		values[f.Name] = v
		c.Flags().StringArrayVar(v, f.Flag(), nil, fieldHelp(f))
		if f.Form == dialogue.Flag {
			c.Flags().Lookup(f.Flag()).NoOptDefVal = "true"
		}
	}
	file := c.Flags().String("file", "", "take the act's body from a JSON file instead, - for standard input")
	c.RunE = func(c *cobra.Command, args []string) error {
		id := k.Named(args[0])
		if !entry.ValidID(id) {
			return refusal.New(refusal.Invalid, "dialogue.bad_id", "id", args[0])
		}
		body, err := g.actBody(a, values, *file)
		if err != nil {
			return err
		}
		return g.act(c.Context(), func(n *client) string { return n.in(k.Plural, id, a.Verb()) }, body)
	}
	return c
}

func fieldHelp(f dialogue.Field) string {
	s := locale.Message(lang.English, f.Key(), nil)
	switch f.Form {
	case dialogue.Wording:
		s += ": LANG=TEXT; repeat for each language"
	case dialogue.Items:
		s += ": LANG=TEXT; repeat for each item and language"
	case dialogue.Lines:
		s += "; repeat for each"
	case dialogue.Choice:
		s += ": " + strings.Join(f.Choices, ", ")
	case dialogue.List:
		if len(f.Choices) > 0 {
			s += ": some of " + strings.Join(f.Choices, ", ")
		}
	case dialogue.Side, dialogue.Sides:
		s += ": side as in the charter"
	case dialogue.Rows:
		s += "; LANG=ROW, repeat for each row"
		var worded []string
		for _, c := range f.Worded() {
			worded = append(worded, locale.Message(lang.English, "field."+c.Name, nil))
		}
		if len(worded) > 0 {
			s += "; in another language only their wording, in the same order: OTHER=" + strings.Join(worded, " | ") + ", - for none"
		}
	case dialogue.Ref:
		if f.To == "agenda" {
			s += ": digest of its items, as “show” has it under now"
		}
	case dialogue.Day:
		s += ": 2025-01-14"
		if f.Name == "due" {
			s += ", or 10wd for ten working days of all parties from today"
		}
	case dialogue.Instant:
		s += ": 2025-01-14T08:00:00Z"
	}
	return s
}

// addRow adds a row. The language of the first one is that of the rows; a row in another one is what the rows say in that, in their order.
func addRow(v dialogue.Values, name, row string) {
	if tag, said, ok := strings.Cut(row, "="); ok && lang.Tag(tag).Check() == nil {
		switch own := v[name+":lang"]; {
		case len(own) == 0:
			v[name+":lang"], row = []string{tag}, said
		case own[0] == tag:
			row = said
		default:
			name, row = name+":"+tag, said
		}
	}
	if len(v[name]) > 0 {
		row = v[name][0] + "\n" + row
	}
	v[name] = []string{row}
}

// actBody makes the act's body of flags, or of a file.
func (g *globals) actBody(a dialogue.Act, flags map[string]*[]string, file string) (any, error) {
	if file != "" {
		b, err := g.readFile(file)
		return json.RawMessage(b), err
	}
	v := dialogue.Values{}
	for _, f := range a.Fields {
		for _, s := range *flags[f.Name] {
			name := f.Name
			if f.Form == dialogue.Wording || f.Form == dialogue.Items {
				tag, text, ok := strings.Cut(s, "=")
				if !ok {
					return nil, refusal.New(refusal.Invalid, "cli.wording", "given", s)
				}
				name, s = name+":"+tag, text
			}
			if f.Form == dialogue.Rows {
				addRow(v, name, s)
				continue
			}
			if f.Form == dialogue.Items && len(v[name]) > 0 { // an item a flag
				v[name][0] += "\n" + s
				continue
			}
			v[name] = append(v[name], s)
		}
	}
	return a.Fill(v)
}
