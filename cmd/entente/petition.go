package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/locale"
	"entente.example/refusal"
)

func (g *globals) printBlock(b blockAnswer) error {
	return g.print(b, func(w io.Writer) { fmt.Fprint(w, b.Text) })
}

func petitionCommand(g *globals) *cobra.Command {
	var threshold int
	var lost string
	c := &cobra.Command{Use: "petition NAME...", Short: "Our seal keys are lost: ask the other parties to seal that these replace them", Args: cobra.MinimumNArgs(1), RunE: func(c *cobra.Command, a []string) error {
		pass, err := g.passphrasesOf(map[string]string{}, a)
		if err != nil {
			return err
		}
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out blockAnswer
			if err := n.call(ctx, http.MethodPost, n.in("petitions"), map[string]any{"keys": a, "threshold": threshold, "lost": lost, "passphrases": pass}, &out); err != nil {
				return err
			}
			fmt.Fprintln(g.io.err, locale.Message(g.language(), "cli.petition_made", nil))
			return g.printBlock(out)
		})
	}}
	c.Flags().IntVar(&threshold, "threshold", 0, "how many of the new keys must sign (default: all)")
	c.Flags().StringVar(&lost, "lost", "", "what was lost, in our words; everybody sees it")
	return c
}

func consentCommand(g *globals) *cobra.Command {
	var text string
	c := &cobra.Command{Use: "consent FILE", Short: "Read what another party that lost its seal keys asks for; with --text, seal it", Args: args("FILE"), RunE: func(c *cobra.Command, a []string) error {
		b, err := g.readFile(a[0])
		if err != nil {
			return err
		}
		pass, err := g.passphrases()
		if err != nil {
			return err
		}
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			if text == "" {
				var p chancery.Petition
				if err := n.call(ctx, http.MethodPost, n.in("petitions", "read"), map[string]any{"petition": string(b)}, &p); err != nil {
					return err
				}
				return g.print(p, func(w io.Writer) {
					fmt.Fprintf(w, "%s\t%s\n  %s\n", p.Party, strings.Join(p.Fingerprints, " "), p.Lost)
					fmt.Fprintln(w, locale.Message(g.language(), "cli.petition_read", refusal.Params{"party": string(p.Party), "text": p.Text}))
				})
			}
			var out blockAnswer
			if err := n.call(ctx, http.MethodPost, n.in("petitions", "consent"), map[string]any{"petition": string(b), "text": text, "passphrases": pass}, &out); err != nil {
				return err
			}
			return g.printBlock(out)
		})
	}}
	c.Flags().StringVar(&text, "text", "", "the digest of the text that was read")
	return c
}

func resealCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "reseal PETITION CONSENT...", Short: "Replace our lost seal keys, with the consent of every other party", Args: cobra.MinimumNArgs(2), RunE: func(c *cobra.Command, a []string) error {
		var blocks []string
		for _, name := range a {
			b, err := g.readFile(name)
			if err != nil {
				return err
			}
			blocks = append(blocks, string(b))
		}
		if err := g.act(c.Context(), func(n *client) string { return n.in("seal-keys", "replace") }, map[string]any{"petition": blocks[0], "consents": blocks[1:]}); err != nil {
			return err
		}
		fmt.Fprintln(g.io.err, locale.Message(g.language(), "cli.key_resealed", nil))
		return nil
	}}
}
