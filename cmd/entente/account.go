package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"entente.example/internal/locale"
	"entente.example/internal/staff"
)

// accountCommand is what an operator does about our members' accounts once they have one; sign-in makes them.
func accountCommand(g *globals) *cobra.Command {
	c := &cobra.Command{Use: "account", Short: "Our members' accounts: who has one, what was done with it, take one back"}
	c.AddCommand(
		&cobra.Command{Use: "list", Short: "By what each account can be opened, and when it last was", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
			return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
				var all []staff.Account
				if err := n.call(ctx, http.MethodGet, "/accounts", nil, &all); err != nil {
					return err
				}
				return g.print(all, func(w io.Writer) {
					for _, a := range all {
						password := "–"
						if a.Password {
							password = "password"
						}
						directory := "–"
						if a.SignOn {
							directory = "directory"
						}
						fmt.Fprintf(w, "%s\t%d passkeys\t%s\t%s\t%d sessions\t%s\n", a.Member, a.Passkeys, password, directory, a.Sessions, stamp(a.Seen))
					}
				})
			})
		}},
		&cobra.Command{Use: "shut MEMBER", Short: "Take from a member everything that opens the account: sessions, links, passkeys, password, binding to the directory, calendar addresses", Args: args("MEMBER"), RunE: func(c *cobra.Command, a []string) error {
			return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
				return n.call(ctx, http.MethodPost, "/accounts/shut", map[string]string{"member": a[0]}, nil)
			})
		}},
		&cobra.Command{Use: "unbind MEMBER", Short: "Unbind a member's account from the house's directory; its member may bind it again", Args: args("MEMBER"), RunE: func(c *cobra.Command, a []string) error {
			return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
				return n.call(ctx, http.MethodPost, "/accounts/unbind", map[string]string{"member": a[0]}, nil)
			})
		}},
		accountTrail(g))
	return c
}

func accountTrail(g *globals) *cobra.Command {
	var limit int
	var before int64
	c := &cobra.Command{Use: "trail [MEMBER]", Short: "Who signed in and how, which keys and addresses were made and ended; the newest first", Args: between(0, 1), RunE: func(c *cobra.Command, a []string) error {
		q := url.Values{"limit": {strconv.Itoa(limit)}, "before": {strconv.FormatInt(before, 10)}}
		if len(a) == 1 {
			q.Set("member", a[0])
		}
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var steps []staff.Step
			if err := n.call(ctx, http.MethodGet, "/accounts/trail?"+q.Encode(), nil, &steps); err != nil {
				return err
			}
			return g.print(steps, func(w io.Writer) {
				for _, s := range steps {
					fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\n", s.ID, stamp(s.At), s.Member, locale.Message(g.language(), "staff.did_"+s.What, nil), s.Detail)
				}
			})
		})
	}}
	c.Flags().IntVar(&limit, "limit", 100, "so many lines")
	c.Flags().Int64Var(&before, "before", 0, "go on from this line: its number")
	return c
}

// stamp is an instant as it stands in tables; a dash for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.Format(time.RFC3339)
}
