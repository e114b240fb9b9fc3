package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"entente.example/internal/charter"
	"entente.example/internal/locale"
	"entente.example/internal/readers"
	"entente.example/internal/staff"
)

// readersCommand says who can read a matter.
func readersCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "readers MATTER", Short: "Say who can read a matter, such as meeting/main/8 or text/js-9", Args: args("MATTER"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			out, err := n.readers(ctx, a[0])
			if err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) { g.printReaders(w, out) })
		})
	}}
}

func (c *client) readers(ctx context.Context, matter string) (out readers.Readers, err error) {
	err = c.call(ctx, "GET", c.in("readers")+"?"+url.Values{"matter": {matter}}.Encode(), nil, &out)
	return out, err
}

func (g *globals) printReaders(w io.Writer, r readers.Readers) {
	say := func(key string) string { return locale.Message(g.language(), key, nil) }
	if at, err := time.Parse(time.RFC3339, r.Public); err == nil {
		fmt.Fprintln(w, say("web.reads_everybody"), locale.Instant(g.language(), at))
	}
	fmt.Fprintln(w, say("web.reads_"+r.What), ids(r.Parties))
	if r.Marking != "" {
		fmt.Fprintf(w, "  %s (%s)\n", r.Marking, say("web.marking_ours"))
	}
	for _, x := range r.Guests {
		_, name := x.Name.Pick(g.language())
		fmt.Fprintf(w, "  %s · %s · %s · %s %s · %s %s", name, say("choice."+x.Capacity),
			g.say("web.reads_guest", "since", locale.Days(g.language(), x.Since, ""), "until", locale.Days(g.language(), x.Until, "")), say("web.reads_house"), x.House, say("web.reads_agreed"), ids(x.Agreed))
		for _, part := range x.Parts {
			fmt.Fprint(w, " · ", say("choice.part_"+part))
		}
		fmt.Fprintf(w, " · guest/%s\n", x.ID)
	}
}

func ids(parties []charter.PartyID) string {
	out := make([]string, len(parties))
	for i, p := range parties {
		out[i] = string(p)
	}
	return strings.Join(out, ", ")
}

// passCommands give guests access on our node.
func passCommands(g *globals) []*cobra.Command {
	var proposal, person string
	link := &cobra.Command{Use: "link ID --proposal ACT", Short: "Make a one-time link for a guest who is admitted today and whom our node receives", Args: args("ID"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out struct {
				Link string `json:"link"`
			}
			if err := n.call(ctx, "POST", n.in("guests", a[0], "passes"), map[string]string{"proposal": proposal, "person": person}, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) { fmt.Fprintln(w, out.Link) })
		})
	}}
	link.Flags().StringVar(&proposal, "proposal", "", "the act that proposed the admission, as “entente guest show ID” has it")
	require(link, "proposal")
	link.Flags().StringVar(&person, "for", "", "for whom the link is; it stays on our node")
	list := &cobra.Command{Use: "links ID", Short: "List a guest's links and sessions on our node", Args: args("ID"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out []staff.Pass
			if err := n.call(ctx, "GET", n.in("guests", a[0], "passes"), nil, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) {
				for _, p := range out {
					state := g.say("web.pass_waits") + " " + locale.Instant(g.language(), p.Expires)
					if !p.Entered.IsZero() {
						state = g.say("web.pass_entered") + " " + locale.Instant(g.language(), p.Entered)
					}
					fmt.Fprintf(w, "%d\t%s\t%s\t%s\n", p.ID, p.Person, p.By, state)
				}
			})
		})
	}}
	end := &cobra.Command{Use: "end ID LINK", Short: "End a guest's link or session, by its number in the list", Args: args("ID", "LINK"), RunE: func(c *cobra.Command, a []string) error {
		if _, err := strconv.ParseInt(a[1], 10, 64); err != nil {
			return mistake(c, "cli.not_a_number", "value", a[1], "write", c.UseLine())
		}
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			return n.call(ctx, "POST", n.in("guests", a[0], "passes", a[1], "end"), nil, nil)
		})
	}}
	return []*cobra.Command{link, list, end}
}
