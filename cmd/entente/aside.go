package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"entente.example/internal/aside"
	"entente.example/internal/locale"
	"entente.example/refusal"
)

// nonPaperCommand is what goes off the record.
func nonPaperCommand(g *globals) *cobra.Command {
	c := &cobra.Command{Use: "non-paper", Short: "Papers off the record: on no log, unsigned, for a time"}
	var to, packTo, by string
	var hours int
	send := &cobra.Command{Use: "send --to PARTY [FILE]", Short: "Send a text, from a file or standard input", Args: between(0, 1), RunE: func(c *cobra.Command, a []string) error {
		text, err := g.textFrom(a)
		if err != nil {
			return err
		}
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var p aside.Paper
			if err := n.call(ctx, "POST", n.in("non-papers"), map[string]any{"to": to, "text": text, "hours": hours, "by": by}, &p); err != nil {
				return err
			}
			return g.print(p, func(io.Writer) {
				fmt.Fprintln(g.io.err, locale.Message(g.language(), "cli.paper_sent", refusal.Params{"party": p.Party, "gone": locale.Instant(g.language(), p.Gone.UTC())}))
			})
		})
	}}
	send.Flags().StringVar(&to, "to", "", "the party it is for")
	require(send, "to")
	send.Flags().IntVar(&hours, "hours", int(aside.StandKeep.Hours()), "how many hours it is kept on each side")
	send.Flags().StringVar(&by, "by", "", "ask for a reaction by this day, as in 2026-03-31: a sounding, which binds nobody")
	pack := &cobra.Command{Use: "pack --to PARTY FILE", Short: "Write what waits for a party into a file to be carried by hand", Args: args("FILE"), RunE: func(c *cobra.Command, a []string) error {
		return g.packPapers(c.Context(), packTo, a[0])
	}}
	pack.Flags().StringVar(&packTo, "to", "", "the party it is for")
	require(pack, "to")
	c.AddCommand(send, pack, g.papersList(), g.paperRead(), g.paperReact(), g.paperDraft(),
		&cobra.Command{Use: "withdraw PAPER", Short: "Withdraw a sounding of ours: nothing is asked any more", Args: args("PAPER"), RunE: func(c *cobra.Command, a []string) error {
			return g.onPaper(c.Context(), a[0], "withdraw", nil, "web.done_sounding_withdrawn")
		}},
		&cobra.Command{Use: "drop PAPER", Short: "Make one vanish from this node now", Args: args("PAPER"), RunE: func(c *cobra.Command, a []string) error {
			return g.onPaper(c.Context(), a[0], "drop", nil, "cli.paper_dropped")
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
	if err == nil && len(b) < maxPaperInput && !utf8.Valid(b) {
		err = refusal.New(refusal.Invalid, "lang.not_utf8")
	}
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
					if s := p.Sounding; s != nil {
						waits += " · " + g.sounding(s)
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
			return g.print(p, func(w io.Writer) {
				fmt.Fprintln(w, p.Text)
				if s := p.Sounding; s != nil {
					fmt.Fprintln(g.io.err, g.sounding(s))
				}
				if s := p.Sounding; s != nil && s.Words != "" {
					fmt.Fprintf(g.io.err, "%s: %s\n", locale.Message(g.language(), "aside.said", nil), s.Words)
				}
			})
		})
	}}
}

// sounding is where a sounding stands, in one line.
func (g *globals) sounding(s *aside.Sounding) string {
	say := func(key string) string { return locale.Message(g.language(), key, nil) }
	out := say("aside.state") + ": " + say("aside.state_"+s.State)
	if s.By != "" {
		out += " · " + say("aside.by") + " " + locale.Days(g.language(), s.By, "")
	}
	if s.Reaction != "" && s.Reaction != s.State {
		out += " · " + say("aside.state_"+s.Reaction)
	}
	if s.Waiting {
		out += " · " + say("aside.unheard")
	}
	return out
}

// onPaper does something to a paper that answers with nothing.
func (g *globals) onPaper(ctx context.Context, paper, act string, body any, done string) error {
	return g.withNode(ctx, func(ctx context.Context, n *client) error {
		if err := n.call(ctx, "POST", n.in("non-papers", paper, act), body, nil); err != nil {
			return err
		}
		fmt.Fprintln(g.io.err, locale.Message(g.language(), done, nil))
		return nil
	})
}

func (g *globals) paperReact() *cobra.Command {
	var words string
	c := &cobra.Command{Use: "react PAPER REACTION", Short: "React to a sounding, once: " + strings.Join(aside.Reactions, ", "), Args: args("PAPER", "REACTION"), RunE: func(c *cobra.Command, a []string) error {
		return g.onPaper(c.Context(), a[0], "react", map[string]string{"reaction": a[1], "words": words}, "web.done_reacted")
	}}
	c.Flags().StringVar(&words, "words", "", "a few words with it")
	return c
}

func (g *globals) paperDraft() *cobra.Command {
	return &cobra.Command{Use: "draft PAPER", Short: "Write a paper as a draft in Markdown, for 'text import': read it first, nothing is tabled by this", Args: args("PAPER"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out struct {
				Draft string `json:"draft"`
			}
			if err := n.call(ctx, "GET", n.in("non-papers", a[0], "draft"), nil, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) { fmt.Fprint(w, out.Draft) })
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
