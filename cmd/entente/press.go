package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/locale"
	"entente.example/internal/press"
	"entente.example/internal/replies"
	"entente.example/lang"
	"entente.example/refusal"
)

// pressCommand is what press officers do.
func pressCommand(g *globals) *cobra.Command {
	c := &cobra.Command{Use: "press", Short: "The press room: readers' replies, press coverage, a copy as files"}
	c.AddCommand(g.repliesCommand(), g.onReply("approve REPLY", "Let a reply through", "approve", nil), g.declineCommand(), g.onReply("hold REPLY", "Put a declined reply back among those that wait", "hold", nil), g.onReply("erase REPLY", "Erase a reply", "erase", nil),
		g.forgetCommand(), g.subscribersCommand(), g.coverCommand(), g.coverageCommand(), g.uncoverCommand(), g.closeCommand(), g.pressExportCommand(), g.previewCommand())
	return c
}

func (g *globals) repliesCommand() *cobra.Command {
	var state string
	c := &cobra.Command{Use: "replies", Short: "What readers wrote: appeals and reported ones first", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out []replies.Item
			path := n.in("press", "replies")
			if state != "" {
				path += "?state=" + url.QueryEscape(state)
			}
			if err := n.call(ctx, "GET", path, nil, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) {
				for _, r := range out {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.ID, r.State, r.Text, r.At.Format(time.RFC3339), r.Name)
					for line := range strings.Lines(r.Words) {
						fmt.Fprintf(w, "    %s\n", strings.TrimRight(line, "\n"))
					}
					if r.Appeal != "" {
						fmt.Fprintf(w, "  → %s %s\n", locale.Message(g.language(), "press.appeal_of", nil), r.Appeal)
					}
					for _, why := range r.Reports {
						fmt.Fprintf(w, "  ! %s %s\n", locale.Message(g.language(), "press.reported_as", nil), why)
					}
				}
			})
		})
	}}
	c.Flags().StringVar(&state, "state", "", "held, shown or declined")
	return c
}

// told runs one act on the node and says that it is done.
func (g *globals) told(ctx context.Context, path func(*client) string, body any, done string) error {
	return g.withNode(ctx, func(ctx context.Context, n *client) error {
		if err := n.call(ctx, "POST", path(n), body, nil); err != nil {
			return err
		}
		fmt.Fprintln(g.io.err, locale.Message(g.language(), done, nil))
		return nil
	})
}

func (g *globals) onReply(use, short, act string, body func() any) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: args("REPLY"), RunE: func(c *cobra.Command, a []string) error {
		var b any
		if body != nil {
			b = body()
		}
		return g.told(c.Context(), func(n *client) string { return n.in("press", "replies", a[0], act) }, b, "press.done_"+act)
	}}
}

func (g *globals) declineCommand() *cobra.Command {
	var reason string
	c := g.onReply("decline REPLY --reason REASON", "Decline a reply; its writer is told why and may appeal", "decline", func() any { return map[string]string{"reason": reason} })
	c.Flags().StringVar(&reason, "reason", "", strings.Join(replies.Reasons, ", "))
	return c
}

func (g *globals) forgetCommand() *cobra.Command {
	return &cobra.Command{Use: "forget EMAIL", Short: "Erase everything that was written under an e-mail address, and what was to be sent to it", Args: args("EMAIL"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out struct {
				Erased int64 `json:"erased"`
			}
			if err := n.call(ctx, "POST", n.in("press", "forget"), map[string]string{"email": a[0]}, &out); err != nil {
				return err
			}
			return g.print(out, func(io.Writer) {
				fmt.Fprintln(g.io.err, locale.Message(g.language(), "press.forgotten", refusal.Params{"n": fmt.Sprint(out.Erased)}))
			})
		})
	}}
}

func (g *globals) subscribersCommand() *cobra.Command {
	return &cobra.Command{Use: "subscribers", Short: "How many readers have new texts sent to them", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out struct {
				Subscribers int `json:"subscribers"`
			}
			if err := n.call(ctx, "GET", n.in("press", "subscribers"), nil, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) { fmt.Fprintln(w, out.Subscribers) })
		})
	}}
}

func (g *globals) coverCommand() *cobra.Command {
	var v press.Coverage
	c := &cobra.Command{Use: "cover TEXT --outlet NAME --day DAY [--link URL] [--headline WORDS]", Short: "Enter that somebody published about a released text", Args: args("TEXT"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			body := map[string]string{"outlet": lang.Normalise(v.Outlet), "day": v.Day}
			for name, s := range map[string]string{"link": v.Link, "headline": lang.Normalise(v.Headline), "lang": string(v.Lang)} {
				if s != "" {
					body[name] = s
				}
			}
			var out press.Coverage
			if err := n.call(ctx, "POST", n.in("texts", a[0], "coverage"), body, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) { fmt.Fprintln(w, out.ID) })
		})
	}}
	f := c.Flags()
	f.StringVar(&v.Outlet, "outlet", "", "who published it")
	f.StringVar(&v.Day, "day", "", "when, as in 2025-01-15")
	f.StringVar(&v.Link, "link", "", "where; the node never opens it")
	f.StringVar(&v.Headline, "headline", "", "its headline")
	f.StringVar((*string)(&v.Lang), "language", "", "its language")
	return c
}

func (g *globals) coverageCommand() *cobra.Command {
	return &cobra.Command{Use: "coverage TEXT", Short: "Press coverage of a text", Args: args("TEXT"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out []press.Coverage
			if err := n.call(ctx, "GET", n.in("texts", a[0], "coverage"), nil, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) {
				for _, c := range out {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", c.ID, c.Day, c.Outlet, c.Link)
				}
			})
		})
	}}
}

func (g *globals) uncoverCommand() *cobra.Command {
	return &cobra.Command{Use: "uncover COVERAGE", Short: "Take an entry of press coverage back", Args: args("COVERAGE"), RunE: func(c *cobra.Command, a []string) error {
		return g.told(c.Context(), func(n *client) string { return n.in("press", "coverage", a[0], "drop") }, nil, "press.done_uncover")
	}}
}

func (g *globals) closeCommand() *cobra.Command {
	var at string
	c := &cobra.Command{Use: "close TEXT --at INSTANT", Short: "Set until when replies to a text are taken", Args: args("TEXT"), RunE: func(c *cobra.Command, a []string) error {
		t, err := time.Parse(time.RFC3339, at)
		if err != nil {
			return refusal.New(refusal.Invalid, "text.bad_instant", "write", "2025-02-14T16:00:00+08:00")
		}
		return g.told(c.Context(), func(n *client) string { return n.in("texts", a[0], "close") }, map[string]any{"until": t}, "press.done_close")
	}}
	c.Flags().StringVar(&at, "at", "", "the instant, with its zone")
	return c
}

func (g *globals) pressExportCommand() *cobra.Command {
	var public string
	c := &cobra.Command{Use: "export DIR [--url ADDRESS]", Short: "Write the whole press room as files that any web server can serve", Args: args("DIR"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			path := "/press/files"
			if public != "" {
				path += "?url=" + url.QueryEscape(public)
			}
			files := map[string][]byte{}
			if err := n.call(ctx, "GET", path, nil, &files); err != nil {
				return err
			}
			if err := chancery.WriteFolder(a[0], files); err != nil {
				return err
			}
			fmt.Fprintln(g.io.err, locale.Message(g.language(), "cli.written", refusal.Params{"dir": a[0], "files": fmt.Sprint(len(files))}))
			return nil
		})
	}}
	c.Flags().StringVar(&public, "url", "", "public address under which the files will be served (default: the configured one)")
	return c
}

func (g *globals) previewCommand() *cobra.Command {
	return &cobra.Command{Use: "preview TEXT DIR", Short: "Write an adopted text as the public will see it, before it is public", Args: args("TEXT", "DIR"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			files := map[string][]byte{}
			if err := n.call(ctx, "GET", n.in("texts", a[0], "preview"), nil, &files); err != nil {
				return err
			}
			if err := chancery.WriteFolder(a[1], files); err != nil {
				return err
			}
			fmt.Fprintln(g.io.err, locale.Message(g.language(), "cli.written", refusal.Params{"dir": a[1], "files": fmt.Sprint(len(files))}))
			return nil
		})
	}}
}
