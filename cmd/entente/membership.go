package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/locale"
	"entente.example/proof"
	"entente.example/refusal"
)

// standingCommand tells who the parties are, how they came to be, and where they go on.
func standingCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "standing", Short: "Who the parties are and how they came to be, what this mechanism continues, and where it goes on", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out chancery.Membership
			if err := n.call(ctx, "GET", n.in("membership"), nil, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) { g.printStanding(w, out) })
		})
	}}
}

func (g *globals) printStanding(w io.Writer, m chancery.Membership) {
	if s := m.Succeeds; s != nil {
		key := "membership.continues_unseen"
		if m.Checked {
			key = "membership.continues_seen"
		}
		fmt.Fprintln(w, locale.Message(g.language(), key, refusal.Params{"mechanism": s.Mechanism[:16], "text": s.Text}))
	}
	for _, p := range m.Parties {
		fmt.Fprintf(w, "%s\t%s\t%s\n", p.Party, p.Side, charter.PickName(p.Names, g.language(), "").Full)
		if p.Said != nil {
			fmt.Fprintf(w, "  %s  %s\n", locale.Message(g.language(), "choice."+p.Said.Status, nil), p.Said.Act)
		}
	}
	for _, c := range m.Changes {
		fmt.Fprintf(w, "  – %s\n", g.change(c))
	}
	if m.Closed {
		fmt.Fprintln(w, locale.Message(g.language(), "membership.closed", nil))
	}
	for _, s := range m.Successors {
		fmt.Fprintln(w, locale.Message(g.language(), "membership.continued_by", refusal.Params{"mechanism": s.Name}))
	}
}

// change is what became of a party, in words.
func (g *globals) change(c charter.Change) string {
	of := make([]string, len(c.Of))
	for i, p := range c.Of {
		of[i] = string(p)
	}
	return locale.Message(g.language(), "membership.change_"+c.Kind, refusal.Params{"party": string(c.Party), "of": locale.List(g.language(), of)})
}

// kinSentences say what a mechanism continues and what continues it.
func (g *globals) kinSentences(m chancery.MechanismStatus) (out []string) {
	if m.Continues != "" {
		out = append(out, locale.Message(g.language(), "membership.continues", refusal.Params{"mechanism": m.Continues}))
	}
	for _, s := range m.Successors {
		out = append(out, locale.Message(g.language(), "membership.continued_by", refusal.Params{"mechanism": s.Name}))
	}
	if m.Closed {
		out = append(out, locale.Message(g.language(), "membership.closed", nil))
	}
	return out
}

// successorCommand prints what the drafter of the next charter begins with.
func successorCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "successor TEXT", Short: "Print a description of the mechanism that continues this one by an adopted text, to edit and give to 'charter draft'", Args: args("TEXT"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out json.RawMessage
			if err := n.call(ctx, "GET", n.in("successor")+"?"+url.Values{"text": {a[0]}}.Encode(), nil, &out); err != nil {
				return err
			}
			return g.print(out, nil)
		})
	}}
}

// proofOf holds a charter that continues another against the proof of the text that it rests on, as it was handed over. It needs no node.
func (g *globals) proofOf(doc *charter.Document, dir string) error {
	if doc.Succeeds == nil {
		return refusal.New(refusal.Invalid, "founding.continues_nothing", "mechanism", doc.ID)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return refusal.New(refusal.Missing, "cli.no_file", "file", dir)
	}
	defer root.Close()
	report, err := proof.Verify(root.FS())
	if err != nil {
		return err
	}
	s := doc.Succeeds
	if report.Side != "" || report.Mechanism != s.Mechanism || report.Instrument != "text/"+s.Text || report.Statement != s.Statement {
		return refusal.New(refusal.Unverified, "founding.other_proof", "text", s.Text, "file", dir)
	}
	old, err := provenCharter(root.FS())
	if err != nil {
		return err
	}
	fmt.Fprintln(g.io.err, locale.Message(g.language(), "founding.proven", refusal.Params{"text": s.Text, "parties": strings.Join(report.Parties, ", ")}))
	for _, p := range old.Parties {
		if now, ok := doc.Party(p.ID); ok && !slices.ContainsFunc(now.Keys.Seal, func(k string) bool { return slices.Contains(p.Keys.Seal, k) }) {
			fmt.Fprintln(g.io.err, locale.Message(g.language(), "founding.other_keys", refusal.Params{"party": string(p.ID)}))
		}
	}
	for _, c := range doc.Changes() {
		fmt.Fprintf(g.io.err, "  – %s\n", g.change(c))
	}
	return nil
}

// provenCharter is the charter of an export that has been verified.
func provenCharter(fsys fs.FS) (*charter.Document, error) {
	b, err := fs.ReadFile(fsys, "charter.json")
	if err != nil {
		return nil, err
	}
	return charter.Parse(b)
}
