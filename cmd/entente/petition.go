package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/fingerprint"
	"entente.example/internal/locale"
	"entente.example/refusal"
)

func (g *globals) printBlock(b blockAnswer) error {
	return g.print(b, func(w io.Writer) { fmt.Fprint(w, b.Text) })
}

func petitionCommand(g *globals) *cobra.Command {
	var threshold int
	var lost string
	c := &cobra.Command{Use: "petition NAME...", Short: "Our seal keys are lost: ask the other parties to seal that these replace them", Args: atLeast(1), RunE: func(c *cobra.Command, a []string) error {
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

func petitionsCommand(g *globals) *cobra.Command {
	var drop string
	c := &cobra.Command{Use: "petitions", Short: "What other parties ask us to seal, as far as members of ours have read it, and our answers; with --drop, set one aside", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			if drop != "" {
				var out struct{ Done bool }
				return n.call(ctx, http.MethodPost, n.in("petitions", "drop"), map[string]any{"text": drop}, &out)
			}
			var all []chancery.AskedOfUs
			if err := n.call(ctx, http.MethodGet, n.in("petitions"), nil, &all); err != nil {
				return err
			}
			return g.print(all, func(w io.Writer) {
				for _, p := range all {
					g.printPetition(w, p.Petition)
					key, at, member := "cli.petition_waits", p.At, p.Member
					if p.Answer != "" {
						key, at, member = "cli.petition_sealed", p.Sealed, p.SealedBy
					}
					fmt.Fprintf(w, "  %s\n  %s\n", p.Text, locale.Message(g.language(), key, refusal.Params{"member": member, "at": at.Format(time.RFC3339)}))
					fmt.Fprint(w, p.Answer) // to be given to that party, again if it was lost
				}
			})
		})
	}}
	c.Flags().StringVar(&drop, "drop", "", "the digest of one that our side will not seal")
	return c
}

// printPetition shows what is asked, with the fingerprints in the three forms that somebody at the other end may read aloud.
func (g *globals) printPetition(w io.Writer, p chancery.Petition) {
	fmt.Fprintf(w, "%s\t%s\n", p.Party, strings.Join(p.Fingerprints, " "))
	for _, digits := range p.Digits {
		fmt.Fprintf(w, "  %s\n  %s\n", digits, fingerprint.Words(g.language(), digits))
	}
	for line := range strings.SplitSeq(p.Lost, "\n") { // each behind a mark, so that none passes for a line of ours
		fmt.Fprintf(w, "  > %s\n", line)
	}
}

func consentCommand(g *globals) *cobra.Command {
	var text string
	c := &cobra.Command{Use: "consent FILE", Short: "Read a petition or a settlement of another party; with --text, seal it", Args: args("FILE"), RunE: func(c *cobra.Command, a []string) error {
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
					g.printPetition(w, p)
					key := "cli.petition_read"
					if p.Kind == "settlement" {
						key = "cli.settlement_read"
					}
					fmt.Fprintln(w, locale.Message(g.language(), key, refusal.Params{"party": string(p.Party), "text": p.Text, "n": fmt.Sprint(p.Size)}))
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
	return &cobra.Command{Use: "reseal PETITION CONSENT...", Short: "Replace our lost seal keys, with the consent of every other party", Args: atLeast(2), RunE: func(c *cobra.Command, a []string) error {
		blocks, err := g.readBlocks(a)
		if err != nil {
			return err
		}
		if err := g.act(c.Context(), func(n *client) string { return n.in("seal-keys", "replace") }, map[string]any{"petition": blocks[0], "consents": blocks[1:]}); err != nil {
			return err
		}
		fmt.Fprintln(g.io.err, locale.Message(g.language(), "cli.key_resealed", nil))
		return nil
	}}
}

func settleCommand(g *globals) *cobra.Command {
	var words string
	c := &cobra.Command{Use: "settle [SETTLEMENT CONSENT...]", Short: "Our log has two histories: ask the others to seal where it ends; with their answers, go on under a new key", Args: between(0, -1), RunE: func(c *cobra.Command, a []string) error {
		if len(a) > 0 {
			return g.settle(c.Context(), a)
		}
		pass, err := g.passphrases()
		if err != nil {
			return err
		}
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out blockAnswer
			if err := n.call(ctx, http.MethodPost, n.in("settlements"), map[string]any{"words": words, "passphrases": pass}, &out); err != nil {
				return err
			}
			fmt.Fprintln(g.io.err, locale.Message(g.language(), "cli.settlement_made", nil))
			return g.printBlock(out)
		})
	}}
	c.Flags().StringVar(&words, "words", "", "how it came about, in our words; everybody sees it")
	return c
}

// settle goes on with what the others have sealed.
func (g *globals) settle(ctx context.Context, files []string) error {
	blocks, err := g.readBlocks(files)
	if err != nil {
		return err
	}
	return g.withNode(ctx, func(ctx context.Context, n *client) error {
		var out chancery.Renewed
		if err := n.call(ctx, http.MethodPost, n.in("settlements", "settle"), map[string]any{"settlement": blocks[0], "consents": blocks[1:]}, &out); err != nil {
			return err
		}
		return g.print(out, func(w io.Writer) { g.printRenewed(w, out) })
	})
}

func (g *globals) readBlocks(files []string) (blocks []string, err error) {
	for _, name := range files {
		b, err := g.readFile(name)
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, string(b))
	}
	return blocks, nil
}
