package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"entente.example/internal/carrier/direct"
	"entente.example/internal/carrier/pinned"
	"entente.example/internal/chancery"
	"entente.example/internal/config"
	"entente.example/internal/goodoffices"
	"entente.example/internal/keys"
	"entente.example/internal/locale"
	"entente.example/internal/mailbox"
	"entente.example/refusal"
)

// relayCommand is good offices: keeping mail for others, and being a customer of who does. Its directory is none of a node.
func relayCommand(g *globals) *cobra.Command {
	c := &cobra.Command{Use: "relay", Short: "Good offices: keep mail for parties that cannot reach each other, without being able to read it"}
	var listen, outside string
	begin := &cobra.Command{Use: "init", Short: "Make good offices in an empty directory, and print their address", Args: args(), RunE: func(*cobra.Command, []string) error {
		s := goodoffices.Standard()
		if listen != "" {
			s.Listen = listen
		}
		if outside == "" {
			outside = s.Listen
		}
		if !config.GoodAddress(outside) {
			return refusal.New(refusal.Invalid, "config.bad_address", "address", outside)
		}
		if err := goodoffices.Create(g.dir, s, rand.Reader); err != nil {
			return err
		}
		key, err := keys.Load(filepath.Join(g.dir, goodoffices.KeyFile))
		if err != nil {
			return err
		}
		fmt.Fprintln(g.io.err, locale.Message(g.language(), "cli.offices_ready", refusal.Params{"dir": g.dir}))
		_, err = fmt.Fprintln(g.io.out, mailbox.Address{Host: outside, Pin: key.Public().TLS})
		return err
	}}
	begin.Flags().StringVar(&listen, "listen", "", "address to listen on, host:port (default 127.0.0.1:7444)")
	begin.Flags().StringVar(&outside, "address", "", "address under which customers reach it (default: --listen)")
	c.AddCommand(begin, relayServeCommand(g), relayUsageCommand(g),
		relayListCommand(g, "admit", "Let a customer in; it counts at once", goodoffices.Admit, "cli.offices_admitted", "cli.offices_admitted_before"),
		relayListCommand(g, "dismiss", "Take a customer off the list; it counts at once", goodoffices.Dismiss, "cli.offices_dismissed", "cli.offices_unknown"),
		&cobra.Command{Use: "key RELAY", Short: "Print the key by which good offices know our node, for their operator to admit", Args: args("RELAY"), RunE: func(_ *cobra.Command, a []string) error {
			at, ok := mailbox.ParseAddress(a[0])
			if !ok {
				return refusal.New(refusal.Invalid, "relay.bad_address", "address", a[0])
			}
			key, err := chancery.NewestKey(g.dir)
			if err != nil {
				return err
			}
			_, pin, err := key.CustomerCertificate(pinned.Pin(at.Pin))
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(g.io.out, pin)
			return err
		}})
	return c
}

func relayServeCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "serve", Short: "Keep mail for the customers", Args: args(), RunE: func(c *cobra.Command, _ []string) (err error) {
		o, err := goodoffices.Open(c.Context(), goodoffices.Options{Dir: g.dir, Log: logger(g.screen(), config.Log{Level: "info"})})
		if err != nil {
			return err
		}
		l, err := direct.Listen(c.Context(), o.Settings().Listen)
		if err != nil {
			return errors.Join(err, o.Close())
		}
		fmt.Fprintln(g.io.err, locale.Message(g.language(), "cli.offices_serving", refusal.Params{"address": l.Addr().String(), "key": o.Pin()}))
		return errors.Join(o.Serve(c.Context(), l), o.Close())
	}}
}

func relayUsageCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "status", Short: "What lies in the good offices of this directory", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return g.withOffice(c.Context(), func(o *goodoffices.Office) error {
			u, err := o.Usage(c.Context())
			if err != nil {
				return err
			}
			return g.print(u, func(w io.Writer) {
				oldest := "–"
				if u.Oldest > 0 {
					oldest = locale.Instant(g.language(), time.Unix(u.Oldest, 0).UTC())
				}
				fmt.Fprintln(w, locale.Message(g.language(), "cli.offices_usage", refusal.Params{"customers": fmt.Sprint(u.Customers), "mailboxes": fmt.Sprint(u.Mailboxes),
					"messages": fmt.Sprint(u.Messages), "bytes": fmt.Sprint(u.Bytes), "oldest": oldest}))
			})
		})
	}}
}

// withOffice opens good offices that may be serving at the same time.
func (g *globals) withOffice(ctx context.Context, f func(*goodoffices.Office) error) error {
	o, err := goodoffices.Open(ctx, goodoffices.Options{Dir: g.dir})
	if err != nil {
		return err
	}
	return errors.Join(f(o), o.Close())
}

func relayListCommand(g *globals, use, short string, change func(dir, key string) (bool, error), done, already string) *cobra.Command {
	return &cobra.Command{Use: use + " KEY", Short: short, Args: args("KEY"), RunE: func(_ *cobra.Command, a []string) error {
		changed, err := change(g.dir, a[0])
		if err != nil {
			return err
		}
		key := done
		if !changed {
			key = already
		}
		fmt.Fprintln(g.io.err, locale.Message(g.language(), key, refusal.Params{"key": a[0]}))
		return nil
	}}
}

// printRoutes says by which route a party is reached, since when, and how each route is.
func (g *globals) printRoutes(w io.Writer, l chancery.LineStatus) {
	tag := g.language()
	name := func(route, via string) string {
		return strings.TrimSpace(locale.Message(tag, "web.route_"+route, nil) + " " + via)
	}
	if l.Use.Route != "" {
		fmt.Fprintf(w, "    %s · %s %s\n", name(l.Use.Route, l.Use.Via), locale.Message(tag, "web.route_since", nil), locale.Instant(tag, l.Use.Since))
	}
	for _, r := range l.Ways {
		mark, last := "-", locale.Message(tag, "web.route_never", nil)
		if r.Open {
			mark = "+"
		}
		if !r.Worked.IsZero() {
			last = locale.Message(tag, "web.route_worked", nil) + " " + locale.Instant(tag, r.Worked)
		}
		fmt.Fprintf(w, "    %s %s · %s\n", mark, name(r.Route, r.Via), last)
		if r.Problem != nil && !r.Open {
			fmt.Fprintf(w, "      %s: %s\n", locale.Instant(tag, r.Failed), locale.Message(tag, r.Problem.Key, r.Problem.Params))
		}
	}
}
