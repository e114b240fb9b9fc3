package main

import (
	"context"
	"io"
	"net/url"
	"os"

	"github.com/spf13/cobra"
)

// glossaryCommand takes the glossary away; its entries are made with "entente term".
func glossaryCommand(g *globals) *cobra.Command {
	format := "tbx"
	export := fileCommand(g, "export", "Write the glossary, for translators' tools (TBX) or as a table (CSV), or the adopted texts beside each other (TMX)", func(n *client) string {
		return n.in("glossary-file") + "?" + url.Values{"format": {format}}.Encode()
	})
	export.Flags().StringVar(&format, "format", format, "tbx: the glossary (ISO 30042), each party's own words with it; csv: the same as a table for spreadsheet programs, a column for each language; tmx: every adopted passage in its languages (TMX 1.4b)")
	c := &cobra.Command{Use: "glossary", Short: "Take the glossary away for translators' tools, and what such files have in"}
	c.AddCommand(export, glossaryCompareCommand(g), glossaryImportCommand(g))
	return c
}

// fileCommand writes a file that the node makes.
func fileCommand(g *globals, use, short string, path func(*client) string) *cobra.Command {
	var out string
	c := &cobra.Command{Use: use, Short: short, Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return g.writeFile(c.Context(), path, out)
	}}
	outFlag(c, &out)
	return c
}

func outFlag(c *cobra.Command, out *string) {
	c.Flags().StringVarP(out, "out", "o", "", "file to write; standard output without it")
}

// writeFile writes a file that the API answers with.
func (g *globals) writeFile(ctx context.Context, path func(*client) string, out string) error {
	return g.withNode(ctx, func(ctx context.Context, n *client) error {
		var answer struct{ File string }
		if err := n.call(ctx, "GET", path(n), nil, &answer); err != nil {
			return err
		}
		if out == "" || out == "-" {
			_, err := io.WriteString(g.io.out, answer.File)
			return err
		}
		return os.WriteFile(out, []byte(answer.File), 0o644)
	})
}
