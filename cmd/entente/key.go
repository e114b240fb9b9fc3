package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/fingerprint"
	"entente.example/internal/keys"
	"entente.example/internal/locale"
	"entente.example/internal/mailbox"
	"entente.example/internal/party"
	"entente.example/refusal"
)

func keyCommand(g *globals) *cobra.Command {
	c := &cobra.Command{Use: "key", Short: "Our keys: rotate, replace, revoke, succeed; what was valid when"}
	c.AddCommand(g.renewal("rotate", "Give our node a new key in good time, announced under the old one", party.Rotation),
		g.renewal("replace", "Give our node a new key because the old one is lost: our seal keys alone say so", party.Loss),
		g.renewal("revoke", "Give our node a new key because somebody else has the old one: nothing counts that it signs from now on", party.Theft),
		g.renewal("begin-anew", "Go on after an old backup when nobody can be asked: a new generation of our log, seen by everybody", party.Restore),
		newSealKeyCommand(g), succeedCommand(g), petitionCommand(g), petitionsCommand(g), consentCommand(g), resealCommand(g), keyHistoryCommand(g), fingerprintCommand(g))
	return c
}

// renewal is a command that opens the next generation of our log.
func (g *globals) renewal(use, short string, reason party.Reason) *cobra.Command {
	var lost, confirm string
	c := &cobra.Command{Use: use, Short: short, Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		if reason == party.Restore && confirm == "" {
			return refusal.New(refusal.Conflict, "keys.confirm_anew", "party", g.ownParty())
		}
		pass, err := g.passphrases()
		if err != nil {
			return err
		}
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out chancery.Renewed
			body := map[string]any{"reason": reason, "lost": lost, "member": g.member, "confirm": confirm, "passphrases": pass}
			if err := n.call(ctx, http.MethodPost, "/node-key", body, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) { g.printRenewed(w, out) })
		})
	}}
	c.Flags().StringVar(&lost, "lost", "", "what was lost or happened, in our words; everybody sees it")
	if reason == party.Restore {
		c.Flags().StringVar(&confirm, "confirm", "", "our party's id: we know that entries which nobody else holds are given up")
	}
	return c
}

// ownParty is the party of the node's directory, for what a person is told.
func (g *globals) ownParty() string {
	cfg, err := g.config()
	if err != nil {
		return "?"
	}
	return cfg.Party
}

func newSealKeyCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "new NAME", Short: "Make a new seal key, encrypted with a passphrase", Args: args("NAME"), RunE: func(_ *cobra.Command, a []string) error {
		cfg, err := g.config()
		if err != nil {
			return err
		}
		if filepath.Base(a[0]) != a[0] || strings.HasPrefix(a[0], "node") {
			return refusal.New(refusal.Invalid, "keys.bad_name", "name", a[0])
		}
		pass, err := g.newPassphrase(a[0])
		if err != nil {
			return err
		}
		line, err := keys.CreateSeal(filepath.Join(g.dir, chancery.KeysDir, a[0]), cfg.Party+" "+a[0], []byte(pass), rand.Reader)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(g.io.out, line)
		return err
	}}
}

func succeedCommand(g *globals) *cobra.Command {
	var threshold int
	c := &cobra.Command{Use: "succeed NAME...", Short: "Replace our seal keys by these: those in force sign for them", Args: atLeast(1), RunE: func(c *cobra.Command, a []string) error {
		pass, err := g.passphrases()
		if err == nil {
			pass, err = g.passphrasesOf(pass, a)
		}
		if err != nil {
			return err
		}
		if err := g.act(c.Context(), func(n *client) string { return n.in("seal-keys") }, map[string]any{"keys": a, "threshold": threshold, "passphrases": pass}); err != nil {
			return err
		}
		fmt.Fprintln(g.io.err, locale.Message(g.language(), "cli.key_succeeded", refusal.Params{"keys": strings.Join(a, ", ")}))
		return nil
	}}
	c.Flags().IntVar(&threshold, "threshold", 0, "how many of the new keys must sign (default: all)")
	return c
}

// passphrasesOf asks for those of new keys.
func (g *globals) passphrasesOf(pass map[string]string, names []string) (_ map[string]string, err error) {
	for i := 0; i < len(names) && err == nil; i++ {
		if _, ok := pass[names[i]]; !ok && !strings.HasPrefix(names[i], "agent:") {
			pass[names[i]], err = g.passphrase(names[i])
		}
	}
	return pass, err
}

func fingerprintCommand(g *globals) *cobra.Command {
	var code bool
	c := &cobra.Command{Use: "fingerprint", Short: "The fingerprints of the mechanism and of every key in use, to be compared by voice or on paper", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var of chancery.Fingerprints
			if err := n.call(ctx, http.MethodGet, n.in("fingerprints"), nil, &of); err != nil {
				return err
			}
			return g.print(of, func(w io.Writer) {
				for _, p := range of.All {
					fmt.Fprintf(w, "%s\n  %s\n  %s\n", p.Of, p.Digits, fingerprint.Words(g.language(), p.Digits))
					if picture, err := fingerprint.Terminal(p.Code); code && err == nil {
						fmt.Fprint(w, picture)
					}
				}
			})
		})
	}}
	c.Flags().BoolVar(&code, "qr", false, "show QR codes, too")
	return c
}

func keyHistoryCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "history", Short: "Which keys and mandates of each party were in force when", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out []chancery.KeyHistory
			if err := n.call(ctx, http.MethodGet, n.in("keys"), nil, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) { writeHistory(w, out) })
		})
	}}
}

func writeHistory(w io.Writer, all []chancery.KeyHistory) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	defer t.Flush()
	since := func(act string) string {
		if act == "" {
			return "charter"
		}
		return act
	}
	for _, h := range all {
		for _, k := range h.Generations {
			fmt.Fprintf(t, "%s\tnode key %d\tsince %s\t%s\t%s\n", h.Party, k.Generation, since(k.Since), k.Reason, k.Fingerprint)
			for by, c := range k.Confirmed {
				fmt.Fprintf(t, "%s\t\tconfirmed by %s\t%s\tafter %d entries\n", h.Party, by, c.Act, c.Size)
			}
		}
		for _, k := range h.Seals {
			fmt.Fprintf(t, "%s\tseal keys\tsince %s\t%d of %d\t%s\n", h.Party, since(k.Since), k.Threshold, len(k.Keys), strings.Join(k.Fingerprints, " "))
		}
		for _, m := range h.Mandates {
			fmt.Fprintf(t, "%s\tmandates\tsince %s\t\t%s\n", h.Party, since(m.Since), mandateList(m.Mandates))
		}
	}
}

func mandateList(ms []charter.Mandate) string {
	var out []string
	for _, m := range ms {
		s := m.Member
		if m.From != "" || m.To != "" {
			s += " (" + m.From + "…" + m.To + ")"
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

// printRenewed tells which key the line shows from now on, and whom our side has to tell: good offices know each customer by a key, and take nobody up by themselves.
func (g *globals) printRenewed(w io.Writer, r chancery.Renewed) {
	for _, p := range r.Posted {
		fmt.Fprintf(w, "%s\t%s\t%s\n", p.ID, p.Type, p.Ref)
	}
	fmt.Fprintln(g.io.err, g.say("cli.key_renewed", "pin", r.TLS))
	cfg, err := g.config()
	if err != nil {
		return // the node that has just done it could read its settings
	}
	var offices []string
	for _, address := range slices.Concat(cfg.Line.Addresses, cfg.Line.Relays) {
		if _, ok := mailbox.ParseAddress(address); ok && !slices.Contains(offices, address) {
			offices = append(offices, address)
		}
	}
	if len(offices) > 0 {
		fmt.Fprintln(g.io.err, g.say("cli.key_offices", "offices", strings.Join(offices, " ")))
	}
}
