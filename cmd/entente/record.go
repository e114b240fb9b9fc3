package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"entente.example/internal/api"
	"entente.example/internal/chancery"
	"entente.example/internal/locale"
	"entente.example/proof"
	"entente.example/refusal"
)

func logCommand(g *globals) *cobra.Command {
	var q chancery.LogQuery
	c := &cobra.Command{Use: "log", Short: "Show the record, newest entries first; void entries with their reason", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			v := url.Values{"limit": {strconv.Itoa(q.Limit)}}
			for name, s := range map[string]string{"party": q.Party, "matter": q.Matter} {
				if s != "" {
					v.Set(name, s)
				}
			}
			if q.Before > 0 {
				v.Set("before", strconv.FormatInt(q.Before, 10))
			}
			var out []chancery.LogEntry
			if err := n.call(ctx, "GET", n.in("log")+"?"+v.Encode(), nil, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) {
				for _, e := range out {
					fmt.Fprintf(w, "%6d  %-14s %s  %-18s %-24s %s\n", e.Lam, e.ID, e.At, e.Type, e.Matter, e.Actor.Member)
					if e.Void != nil {
						fmt.Fprintf(w, "        %s\n", locale.Message(g.language(), "cli.void", refusal.Params{"reason": locale.Explain(g.language(), e.Void)}))
					}
				}
			})
		})
	}}
	c.AddCommand(logExportCommand(g))
	c.Flags().StringVar(&q.Party, "party", "", "only this party's entries")
	c.Flags().StringVar(&q.Matter, "matter", "", "only this matter, as in text/js-9")
	c.Flags().Int64Var(&q.Before, "before", 0, "only entries before this place in the order")
	c.Flags().IntVar(&q.Limit, "limit", 50, "at most so many")
	return c
}

func verifyCommand(g *globals) *cobra.Command {
	var charter string
	var witnesses []string
	v := &cobra.Command{Use: "verify [EXPORT]", Short: "Verify an export folder, a file of evidence, or this node's whole record from its bytes", Args: between(0, 1), RunE: func(c *cobra.Command, a []string) error {
		if len(a) == 0 {
			return g.verifyNode(c.Context())
		}
		if info, err := os.Stat(a[0]); err == nil && !info.IsDir() {
			return g.verifyEvidence(a[0], charter)
		}
		return g.verifyExport(a[0], witnesses)
	}}
	v.Flags().StringArrayVar(&witnesses, "witness", nil, "for a folder: verifier key of an outside witness, to hear what it has seen of it; may be repeated. What none has seen is no less valid")
	v.Flags().StringVar(&charter, "charter", "", "for a file of evidence: the charter (charter.json of any export), to name the party whose keys signed")
	return v
}

// verifyExport needs no node, database or network.
func (g *globals) verifyExport(dir string, witnesses []string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return refusal.New(refusal.Missing, "cli.no_file", "file", dir)
	}
	defer root.Close()
	if _, err := root.Stat(proof.ArchiveFile); err == nil {
		return g.verifyArchive(root.FS(), witnesses)
	}
	report, err := proof.Verify(root.FS())
	if err != nil {
		return err
	}
	err = g.print(report, func(w io.Writer) {
		for _, c := range report.Checks {
			fmt.Fprintf(w, "✓ %s\n", locale.Message(g.language(), c.Key, c.Params))
		}
		said := "verify.adopted"
		if report.Side != "" {
			said = "verify.issued"
		}
		fmt.Fprintln(w, locale.Message(g.language(), said, refusal.Params{"instrument": report.Instrument, "symbol": report.Symbol, "statement": report.Statement, "side": report.Side}))
	})
	if err != nil {
		return err
	}
	for _, name := range report.Outsiders {
		if !slices.ContainsFunc(witnesses, func(k string) bool { return strings.HasPrefix(k, name+"+") }) {
			fmt.Fprintln(g.io.err, g.say("witness.keyless", "name", name))
		}
	}
	return g.sightings(root.FS(), witnesses)
}

func (g *globals) verifyNode(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(g.dir, chancery.ConfigFile)); err != nil {
		return refusal.New(refusal.Missing, "node.no_node", "dir", g.dir)
	}
	return g.withNode(ctx, func(ctx context.Context, n *client) error {
		var out []struct {
			Mech    string
			Digest  string
			Matters int
			Logs    []struct {
				Origin   string
				Size     int64
				Void     int
				Receipts []string
			}
			Attachments chancery.VerifiedAttachments
		}
		err := g.following(ctx, n, "verify.working", "/verify", func() error { return n.call(ctx, "POST", "/verify", nil, &out) })
		if err != nil {
			return err
		}
		return g.print(out, func(w io.Writer) {
			for _, m := range out {
				fmt.Fprintf(w, "mechanism %s\n", m.Mech)
				for _, l := range m.Logs {
					fmt.Fprintf(w, "  %s\t%d entries, %d void\tconfirmed by %v\n", l.Origin, l.Size, l.Void, l.Receipts)
				}
				g.printVerifiedAttachments(w, m.Attachments)
				fmt.Fprintf(w, "record digest %s\n", m.Digest)
			}
		})
	})
}

// printVerifiedAttachments says what is here, and names what is missing.
func (g *globals) printVerifiedAttachments(w io.Writer, v chancery.VerifiedAttachments) {
	if v.Here+len(v.Missing) > 0 {
		fmt.Fprintf(w, "  attachments\t%d here, %d erased, %d not here\n", v.Here, v.Erased, v.Coming)
	}
	for _, m := range v.Missing {
		fmt.Fprintf(w, "    %s\t%s %s %s %s\n", m.ID, m.Where, m.Ground, m.Day, m.Act)
	}
}

func exportCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "export TEXT DIR", Short: "Write an adopted text as files that anyone can check", Args: args("TEXT", "DIR"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			files := map[string][]byte{}
			if err := n.call(ctx, "GET", n.in("texts", a[0], "export"), nil, &files); err != nil {
				return err
			}
			if err := chancery.WriteFolder(a[1], files); err != nil {
				return err
			}
			fmt.Fprintln(g.io.err, locale.Message(g.language(), "cli.exported", refusal.Params{"dir": a[1], "files": strconv.Itoa(len(files))}))
			return nil
		})
	}}
}

func openapiCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "openapi", Short: "Print the API's OpenAPI 3.1 description", Args: args(), RunE: func(*cobra.Command, []string) error {
		_, description := api.New(api.Options{Operator: true})
		b, err := description.OpenAPI().YAML()
		if err != nil {
			return err
		}
		_, err = g.io.out.Write(b)
		return err
	}}
}

// version is set by the release build.
var version = "development"

func versionCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Print the version", Args: args(), RunE: func(*cobra.Command, []string) error {
		_, err := fmt.Fprintln(g.io.out, "entente "+version)
		return err
	}}
}
