package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"entente.example/internal/locale"
	"entente.example/internal/redline"
	"entente.example/refusal"
)

// moments are two points of a text's history.
type moments struct {
	from, to  string
	languages []string
	all       bool

	characters bool
}

func (g *globals) compareMoments(ctx context.Context, id string, m moments) error {
	return g.withNode(ctx, func(ctx context.Context, n *client) error {
		query := url.Values{"from": {m.from}, "to": {m.to}}
		if m.characters {
			query.Set("characters", "true")
		}
		if len(m.languages) > 0 {
			query.Set("language", strings.Join(m.languages, ","))
		}
		var found redline.Comparison
		if err := n.call(ctx, http.MethodGet, n.in("texts", id, "compare")+"?"+query.Encode(), nil, &found); err != nil {
			return err
		}
		return g.print(found, func(w io.Writer) { g.printChanges(w, &found, m.all) })
	})
}

func (g *globals) printChanges(w io.Writer, found *redline.Comparison, all bool) {
	say := func(key string, p refusal.Params) string { return locale.Message(g.language(), key, p) }
	if found.Changed == 0 {
		fmt.Fprintln(w, say("compare.same", nil))
	}
	for _, p := range found.Paragraphs {
		if p.Kind == redline.Kept && !p.Moved && !all {
			continue
		}
		line := "[" + p.Label + "] " + say("compare.is_"+p.Kind, nil)
		if p.Moved {
			line += ", " + say("compare.moved", nil)
		}
		if p.Was != "" {
			line += ", " + say("compare.was", refusal.Params{"label": p.Was})
		}
		fmt.Fprintln(w, line)
		for _, tag := range slices.Sorted(maps.Keys(p.Changes)) {
			fmt.Fprintf(w, "    %s  %s\n", tag, marked(p.Changes[tag]))
		}
	}
}

func marked(list []redline.Piece) string {
	var out strings.Builder
	for _, p := range list {
		switch p.Kind {
		case redline.Out:
			out.WriteString("[-" + p.Text + "-]")
		case redline.In:
			out.WriteString("{+" + p.Text + "+}")
		default:
			out.WriteString(p.Text)
		}
	}
	return out.String()
}
