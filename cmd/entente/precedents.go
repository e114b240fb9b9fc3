package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/locale"
	"entente.example/internal/search"
	"entente.example/lang"
	"entente.example/refusal"
)

// precedentsCommand finds agreed language for a paragraph on the table.
func (g *globals) precedentsCommand() *cobra.Command {
	var wording, in string
	c := &cobra.Command{Use: "precedents TEXT PARAGRAPH", Short: "Agreed passages that resemble a wording on the table, the likest first", Args: args("TEXT", "PARAGRAPH")}
	c.Flags().StringVar(&wording, "wording", "", "one of its wordings, instead of the one that the parties look at first")
	c.Flags().StringVar(&in, "in", "", "look in another mechanism")
	c.RunE = func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out chancery.Precedents
			q := url.Values{"paragraph": {a[1]}, "wording": {wording}, "in": {in}}
			if err := n.call(ctx, http.MethodGet, n.in("texts", a[0], "precedents")+"?"+q.Encode(), nil, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) { g.printPrecedents(w, out) })
		})
	}
	return c
}

func (g *globals) printPrecedents(w io.Writer, p chancery.Precedents) {
	say := func(key string, params refusal.Params) string { return locale.Message(g.language(), key, params) }
	if p.Behind > 0 {
		fmt.Fprintln(g.io.err, say("search.behind", refusal.Params{"n": locale.Number(p.Behind)}))
	}
	if len(p.Hits) == 0 {
		fmt.Fprintln(g.io.err, say("precedents.none", nil))
	}
	phrases := search.Phrase(p.Text)
	for _, h := range p.Hits {
		var shares []string
		for _, tag := range p.Text.Tags() {
			if s := h.Passage.Text[tag]; s != "" {
				shares = append(shares, string(tag)+" "+say("precedents.share", refusal.Params{"percent": phrases.Liken(lang.Text{tag: s}).Percent()}))
			}
		}
		g.printPassage(w, strings.Join(shares, " · "), h.Matter, h.Source, h.Passage)
	}
}
