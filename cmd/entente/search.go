package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/locale"
	"entente.example/internal/search"
	"entente.example/lang"
	"entente.example/refusal"
)

func searchCommand(g *globals) *cobra.Command {
	var whole bool
	var before int64
	var kind string
	var limit int
	c := &cobra.Command{Use: "search WORDS...", Short: "Find how something was worded: in the adopted texts, or on the whole record", Args: atLeast(1), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			q := url.Values{"q": {strings.Join(a, " ")}, "scope": {string(search.Agreed)}, "limit": {strconv.Itoa(limit)}}
			if whole {
				q.Set("scope", string(search.Record))
			}
			if kind != "" {
				q.Set("kind", kind)
			}
			if before > 0 {
				q.Set("before", strconv.FormatInt(before, 10))
			}
			var out chancery.Found
			if err := n.call(ctx, "GET", n.in("search")+"?"+q.Encode(), nil, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) { g.printFound(w, out) })
		})
	}}
	c.Flags().BoolVar(&whole, "record", false, "look at everything on the record, not only at what is agreed")
	c.Flags().StringVar(&kind, "kind", "", "only in matters of this kind: text, concern, meeting, ...")
	c.Flags().Int64Var(&before, "before", 0, "only what is older than the passage of this number")
	c.Flags().IntVar(&limit, "limit", 20, "at most so many")
	return c
}

func (g *globals) printFound(w io.Writer, f chancery.Found) {
	say := func(key string, params refusal.Params) {
		fmt.Fprintln(g.io.err, locale.Message(g.language(), key, params))
	}
	if f.Behind > 0 {
		say("search.behind", refusal.Params{"n": locale.Number(f.Behind)})
	}
	if f.Loose && len(f.Hits) > 0 {
		say("search.loose", refusal.Params{"words": f.Words})
	}
	if len(f.Hits) == 0 {
		say("search.nothing_"+string(f.Scope), refusal.Params{"words": f.Words})
	}
	var kinds []string
	n := 0
	for _, k := range f.Kinds {
		kinds, n = append(kinds, fmt.Sprintf("%s %s", k.Kind, locale.Number(int64(k.N)))), n+k.N
	}
	if len(kinds) > 0 {
		key := "search.counted"
		if f.Over {
			key = "search.counted_over"
		}
		say(key, refusal.Params{"n": locale.Number(int64(n)), "kinds": locale.List(g.language(), kinds)})
	}
	for _, h := range f.Hits {
		g.printPassage(w, strconv.FormatInt(h.Number, 10), h.Matter, h.Source, h.Passage)
		for _, d := range h.Disputes {
			fmt.Fprintf(w, "    %s %s  %s\n", d.Party, locale.Message(g.language(), "choice."+d.Kind, nil), d.At)
			printPassageWords(w, d.Text)
		}
		if b := h.Withdrawn; b != nil {
			fmt.Fprintf(w, "    %s %s  %s\n", b.Party, locale.Message(g.language(), "choice.withdrawn", nil), b.At)
			printPassageWords(w, b.Reason)
		}
	}
	if f.Next > 0 {
		say("search.more", refusal.Params{"number": strconv.FormatInt(f.Next, 10)})
	}
}

// printPassage prints a passage in its languages, with where it stands and who sealed it.
func (g *globals) printPassage(w io.Writer, first, matter string, source search.Source, p search.Passage) {
	head := []string{first, matter}
	for _, s := range []string{p.Label, nameIn(string(g.language()), source.Names), source.Symbol, source.Day} {
		if s != "" {
			head = append(head, s)
		}
	}
	fmt.Fprintln(w, strings.Join(head, "  "))
	if source.Alone != "" {
		fmt.Fprintf(w, "    %s: %s\n", source.Alone, locale.Message(g.language(), "parallel.mark", nil))
	}
	printPassageWords(w, p.Text)
	for _, s := range source.Seals {
		fmt.Fprintf(w, "    %s\n", locale.Message(g.language(), "search.sealed", refusal.Params{"party": string(s.Party), "member": s.Member, "at": s.At}))
	}
}

// printPassageWords prints words, a language a line.
func printPassageWords(w io.Writer, words lang.Text) {
	for _, tag := range words.Tags() {
		fmt.Fprintf(w, "    %-8s %s\n", tag, strings.ReplaceAll(words[tag], "\n", "\n             "))
	}
}

// nameIn is a name in a language, or the first there is.
func nameIn(tag string, names []charter.Name) string {
	for _, n := range names {
		if string(n.Lang) == tag {
			return n.Full
		}
	}
	if len(names) > 0 {
		return names[0].Full
	}
	return ""
}
