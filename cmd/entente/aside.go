package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"entente.example/internal/aside"
	"entente.example/internal/locale"
	"entente.example/refusal"
)

// nonPaperCommand is what goes off the record.
func nonPaperCommand(g *globals) *cobra.Command {
	c := &cobra.Command{Use: "non-paper", Short: "Papers off the record: on no log, unsigned, for a time"}
	var to, packTo string
	var hours int
	send := &cobra.Command{Use: "send --to PARTY [FILE]", Short: "Send a text, from a file or standard input", Args: cobra.MaximumNArgs(1), RunE: func(c *cobra.Command, a []string) error {
		text, err := g.textFrom(a)
		if err != nil {
			return err
		}
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var p aside.Paper
			if err := n.call(ctx, "POST", n.in("non-papers"), map[string]any{"to": to, "text": text, "hours": hours}, &p); err != nil {
				return err
			}
			return g.print(p, func(io.Writer) {
				fmt.Fprintln(g.io.err, locale.Message(g.language(), "cli.paper_sent", refusal.Params{"party": p.Party, "gone": locale.Instant(g.language(), p.Gone.UTC())}))
			})
		})
	}}
	send.Flags().StringVar(&to, "to", "", "the party it is for")
	send.Flags().IntVar(&hours, "hours", int(aside.StandKeep.Hours()), "how many hours it is kept on each side")
	pack := &cobra.Command{Use: "pack --to PARTY FILE", Short: "Write what waits for a party into a file to be carried by hand", Args: args("FILE"), RunE: func(c *cobra.Command, a []string) error {
		return g.packPapers(c.Context(), packTo, a[0])
	}}
	pack.Flags().StringVar(&packTo, "to", "", "the party it is for")
	c.AddCommand(send, pack, g.papersList(), g.paperRead(),
		&cobra.Command{Use: "drop PAPER", Short: "Make one vanish from this node now", Args: args("PAPER"), RunE: func(c *cobra.Command, a []string) error {
			return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
				if err := n.call(ctx, "POST", n.in("non-papers", a[0], "drop"), nil, nil); err != nil {
					return err
				}
				fmt.Fprintln(g.io.err, locale.Message(g.language(), "cli.paper_dropped", nil))
				return nil
			})
		}},
		&cobra.Command{Use: "open FILE", Short: "Take in a file that was carried by hand", Args: args("FILE"), RunE: func(c *cobra.Command, a []string) error {
			return g.openPapers(c.Context(), a[0])
		}})
	return c
}

// maxPaperInput bounds what is read from a file or standard input before the node judges it.
const maxPaperInput = 1 << 20

func (g *globals) textFrom(a []string) (string, error) {
	in := g.io.in
	if len(a) > 0 {
		f, err := os.Open(a[0])
		if err != nil {
			return "", refusal.New(refusal.Missing, "cli.no_file", "file", a[0]).Because(err)
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxPaperInput))
	return string(b), err
}

func (g *globals) papersList() *cobra.Command {
	return &cobra.Command{Use: "list", Short: "What lies here", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var papers []aside.Paper
			if err := n.call(ctx, "GET", n.in("non-papers"), nil, &papers); err != nil {
				return err
			}
			return g.print(papers, func(w io.Writer) {
				for _, p := range papers {
					way, waits := "web.paper_from", ""
					if p.Out {
						way = "web.paper_to"
					}
					if p.Waiting {
						waits = " · " + locale.Message(g.language(), "web.paper_waiting", nil)
					}
					fmt.Fprintf(w, "%.8s\t%s %s · %s %s%s\n", p.ID, locale.Message(g.language(), way, nil), p.Party, locale.Message(g.language(), "web.paper_goes", nil),
						locale.Instant(g.language(), p.Gone.UTC()), waits)
				}
			})
		})
	}}
}

func (g *globals) paperRead() *cobra.Command {
	return &cobra.Command{Use: "read PAPER", Short: "Read one", Args: args("PAPER"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var p aside.Paper
			if err := n.call(ctx, "GET", n.in("non-papers", a[0]), nil, &p); err != nil {
				return err
			}
			return g.print(p, func(w io.Writer) { fmt.Fprintln(w, p.Text) })
		})
	}}
}

// packPapers writes one line of base64 for each piece.
func (g *globals) packPapers(ctx context.Context, to, file string) error {
	return g.withNode(ctx, func(ctx context.Context, n *client) error {
		var out struct {
			Files [][]byte `json:"files"`
		}
		if err := n.call(ctx, "POST", n.in("non-papers", "pack"), map[string]string{"to": to}, &out); err != nil {
			return err
		}
		var b strings.Builder
		for _, f := range out.Files {
			b.WriteString(base64.StdEncoding.EncodeToString(f) + "\n")
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			return err
		}
		fmt.Fprintln(g.io.err, locale.Message(g.language(), "cli.papers_packed", refusal.Params{"n": fmt.Sprint(len(out.Files)), "party": to, "file": file}))
		return nil
	})
}

func (g *globals) openPapers(ctx context.Context, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return refusal.New(refusal.Missing, "cli.no_file", "file", file).Because(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 64<<20))
	if err != nil {
		return err
	}
	return g.withNode(ctx, func(ctx context.Context, n *client) error {
		for line := range strings.Lines(string(b)) {
			raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(line))
			if err != nil {
				return refusal.New(refusal.Unverified, "pouch.not_a_pouch").Because(err)
			}
			if err := n.call(ctx, "POST", n.in("non-papers", "open"), map[string]any{"files": [][]byte{raw}}, nil); err != nil {
				return err
			}
		}
		fmt.Fprintln(g.io.err, locale.Message(g.language(), "cli.papers_opened", nil))
		return nil
	})
}
