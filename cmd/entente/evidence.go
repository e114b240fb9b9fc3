package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/locale"
	"entente.example/ledger"
	"entente.example/proof"
	"entente.example/refusal"
)

func evidenceCommand(g *globals) *cobra.Command {
	c := &cobra.Command{Use: "evidence", Short: "Proof that somebody signed two histories of one log"}
	c.AddCommand(&cobra.Command{Use: "list", Short: "What this node holds", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out []chancery.Evidence
			if err := n.call(ctx, "GET", n.in("evidence"), nil, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) {
				for _, e := range out {
					fmt.Fprintf(w, "%s  %s\n", e.ID, locale.Message(g.language(), e.Key, e.Params))
				}
			})
		})
	}}, &cobra.Command{Use: "export DIR", Short: "Write every piece as a file that anyone can check with 'entente verify'", Args: args("DIR"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error { return g.exportEvidence(ctx, n, a[0]) })
	}}, &cobra.Command{Use: "compare FILE", Short: "Hold a signed checkpoint from elsewhere against our copy of its log", Args: args("FILE"), RunE: func(c *cobra.Command, a []string) error {
		note, err := g.readFile(a[0])
		if err != nil {
			return err
		}
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out struct {
				Finding string `json:"finding"`
			}
			if err := n.call(ctx, "POST", n.in("evidence", "compare"), map[string]string{"note": string(note)}, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) { fmt.Fprintln(w, locale.Message(g.language(), "cli.compare_"+out.Finding, nil)) })
		})
	}}, settleCommand(g))
	return c
}

func (g *globals) exportEvidence(ctx context.Context, n *client, dir string) error {
	var list []chancery.Evidence
	if err := n.call(ctx, "GET", n.in("evidence"), nil, &list); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	for _, e := range list {
		var out struct {
			File string `json:"file"`
		}
		if err := n.call(ctx, "GET", n.in("evidence", e.ID), nil, &out); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, e.ID+".entente-fork"), []byte(out.File), 0o644); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	fmt.Fprintln(g.io.err, locale.Message(g.language(), "cli.evidence_written", refusal.Params{"dir": dir, "files": fmt.Sprint(len(list))}))
	return nil
}

// verifyEvidence explains a file of evidence to somebody who has nothing else. It needs no node.
func (g *globals) verifyEvidence(file, charter string) error {
	b, err := g.readFile(file)
	if err != nil {
		return err
	}
	f, err := ledger.VerifyFork(b)
	if err != nil {
		return err
	}
	var parties []string
	if charter != "" {
		c, err := g.readFile(charter)
		if err != nil {
			return err
		}
		if parties, err = proof.Accused(c, f); err != nil {
			return err
		}
	}
	return g.print(f, func(w io.Writer) {
		say := func(key string, p refusal.Params) { fmt.Fprintln(w, locale.Message(g.language(), key, p)) }
		say(f.Explanation())
		for i, by := range f.By {
			if i == 0 || !f.Single() {
				say("verify.fork_keys", refusal.Params{"name": by.Name, "ed25519": by.VKeys[0]})
			}
		}
		for _, p := range parties {
			say("verify.fork_party", refusal.Params{"party": p})
		}
		if len(parties) == 0 {
			say("verify.fork_unknown_keys", nil)
		}
		say("verify.fork_means", nil)
	})
}
