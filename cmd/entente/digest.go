package main

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"entente.example/internal/staff"
)

// digestCommand is a member's wish to be told by letter what awaits them.
func digestCommand(g *globals) *cobra.Command {
	c := &cobra.Command{Use: "digest", Short: "A letter a day with how much awaits a member"}
	show := func(ctx context.Context, n *client) error {
		var all []staff.Digest
		if err := n.call(ctx, http.MethodGet, "/digest", nil, &all); err != nil {
			return err
		}
		return g.print(all, func(w io.Writer) {
			for _, d := range all {
				fmt.Fprintf(w, "%s\t%s\t%02d:00 %s\t%s\n", d.Member, d.Address, d.Hour, d.Zone, d.Language)
			}
		})
	}
	var zone string
	var hour int
	begin := &cobra.Command{Use: "begin ADDRESS", Short: "Send one from now on, in the language of --lang", Args: args("ADDRESS"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			if err := n.call(ctx, http.MethodPost, "/digest", map[string]any{"address": a[0], "language": g.language(), "hour": hour, "zone": zone}, nil); err != nil {
				return err
			}
			return show(ctx, n)
		})
	}}
	begin.Flags().IntVar(&hour, "hour", 8, "at this hour")
	begin.Flags().StringVar(&zone, "zone", "Z", "in this zone, as in +08:00")
	c.AddCommand(begin, &cobra.Command{Use: "show", Short: "What a member asked for", Args: args(), RunE: func(c *cobra.Command, _ []string) error { return g.withNode(c.Context(), show) }},
		&cobra.Command{Use: "end", Short: "Send none any more, and forget the address", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
			return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
				return n.call(ctx, http.MethodPost, "/digest/end", struct{}{}, nil)
			})
		}})
	return c
}

// meetingMailCommand is a member's wish to have the days of meetings sent to their calendar program.
func meetingMailCommand(g *globals) *cobra.Command {
	c := &cobra.Command{Use: "meeting-mail", Short: "The days of meetings by e-mail, for a member's calendar program"}
	show := func(ctx context.Context, n *client) error {
		var all []staff.MeetingMail
		if err := n.call(ctx, http.MethodGet, "/meeting-mail", nil, &all); err != nil {
			return err
		}
		return g.print(all, func(w io.Writer) {
			for _, m := range all {
				fmt.Fprintf(w, "%s\t%s\t%s\n", m.Member, m.Address, m.Language)
			}
		})
	}
	begin := &cobra.Command{Use: "begin ADDRESS", Short: "Send them from now on, in the language of --lang", Args: args("ADDRESS"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			if err := n.call(ctx, http.MethodPost, "/meeting-mail", map[string]any{"address": a[0], "language": g.language()}, nil); err != nil {
				return err
			}
			return show(ctx, n)
		})
	}}
	c.AddCommand(begin, &cobra.Command{Use: "show", Short: "What a member asked for", Args: args(), RunE: func(c *cobra.Command, _ []string) error { return g.withNode(c.Context(), show) }},
		&cobra.Command{Use: "end", Short: "Send none any more, and forget the address", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
			return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
				return n.call(ctx, http.MethodPost, "/meeting-mail/end", struct{}{}, nil)
			})
		}})
	return c
}
