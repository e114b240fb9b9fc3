package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"entente.example/internal/carrier/direct"
	"entente.example/internal/chancery"
	"entente.example/internal/config"
	"entente.example/internal/dialogue"
	"entente.example/internal/locale"
	"entente.example/internal/outsider"
	"entente.example/internal/witness"
	"entente.example/ledger"
	"entente.example/proof"
	"entente.example/refusal"
)

// witnessCommand is outside witnesses: those of our log, and being one for others. The latter's directory is none of a node.
func witnessCommand(g *globals) *cobra.Command {
	c := &cobra.Command{Use: "witness", Short: "Outside witnesses (C2SP tlog-witness): they are shown a log's name, its size and its root hash, and nothing else, and cosign that they saw it"}
	var name, listen string
	begin := &cobra.Command{Use: "init --name NAME", Short: "Make a witness for others in an empty directory, and print its keys", Args: args(), RunE: func(*cobra.Command, []string) error {
		if err := witness.Create(g.dir, name); err != nil {
			return err
		}
		return g.printWitness(nil)
	}}
	begin.Flags().StringVar(&name, "name", "", "the name it cosigns under, as in witness.example/w1")
	require(begin, "name")
	serve := &cobra.Command{Use: "serve", Short: "Cosign the logs on its list; keeps the size and root hash that it saw last of each, and nothing else", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		w, err := witness.Open(g.dir, time.Now, logger(g.screen(), config.Log{Level: "info"}))
		if err != nil {
			return err
		}
		if !config.GoodAddress(listen) {
			return refusal.New(refusal.Invalid, "config.bad_address", "address", listen)
		}
		l, err := direct.Listen(c.Context(), listen)
		if err != nil {
			return err
		}
		if err := g.printWitness(w); err != nil {
			return errors.Join(err, l.Close())
		}
		fmt.Fprintln(g.io.err, g.say("witness.serving", "address", l.Addr().String()))
		return w.Serve(c.Context(), l)
	}}
	serve.Flags().StringVar(&listen, "listen", "127.0.0.1:7445", "address to listen on, host:port; put a TLS proxy in front of it where strangers reach it")
	c.AddCommand(g.witnessAdd(), g.witnessRemove(), g.witnessList(), begin, serve,
		&cobra.Command{Use: "log KEY…", Short: "Have this witness cosign a log, by its verifier keys; it counts at once", Args: atLeast(1), RunE: func(_ *cobra.Command, a []string) error {
			if err := witness.Trust(g.dir, a); err != nil {
				return err
			}
			fmt.Fprintln(g.io.err, g.say("witness.trusted"))
			return nil
		}})
	g.addNaming(c)
	return c
}

// addNaming adds how all parties name a witness.
func (g *globals) addNaming(c *cobra.Command) {
	k, _ := dialogue.Find(outsider.Kind)
	named := listMatters(g, k)
	named.Use, named.Short = "named", "List the witnesses that the parties name, and what each party said"
	c.AddCommand(named, showMatter(g, k))
	for _, a := range k.Acts {
		c.AddCommand(actCommand(g, k, a))
	}
}

// printWitness prints the keys of the witness in our directory.
func (g *globals) printWitness(w *witness.Witness) (err error) {
	if w == nil {
		if w, err = witness.Open(g.dir, nil, nil); err != nil {
			return err
		}
	}
	k := w.VKeys()
	_, err = fmt.Fprintf(g.io.out, "%s\n%s\n", k[0], k[1])
	return err
}

// changeWitnesses edits the list of our node.
func (g *globals) changeWitnesses(change func([]witness.Peer) ([]witness.Peer, error)) error {
	if _, err := os.Stat(filepath.Join(g.dir, chancery.ConfigFile)); err != nil {
		return refusal.New(refusal.Missing, "node.no_node", "dir", g.dir)
	}
	file := filepath.Join(g.dir, chancery.WitnessesFile)
	b, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	peers, err := witness.ParseList(b)
	if err == nil {
		peers, err = change(peers)
	}
	if err != nil {
		return err
	}
	out := witness.FormatList(peers)
	if _, err := witness.ParseList(out); err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", out, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

func (g *globals) witnessAdd() *cobra.Command {
	return &cobra.Command{Use: "add URL KEY…", Short: "Show our log's heads to a witness from now on: its name, size and root hash, and nothing else. KEY is what its operator gives", Args: atLeast(2), RunE: func(_ *cobra.Command, a []string) error {
		p, err := witness.NewPeer(a[0], a[1:])
		if err != nil {
			return err
		}
		if err := g.changeWitnesses(func(all []witness.Peer) ([]witness.Peer, error) { return append(all, p), nil }); err != nil {
			return err
		}
		fmt.Fprintln(g.io.err, g.say("witness.added", "name", p.Name()))
		return nil
	}}
}

func (g *globals) witnessRemove() *cobra.Command {
	return &cobra.Command{Use: "remove NAME", Short: "Show our log to a witness no more; what it has cosigned stays", Args: args("NAME"), RunE: func(_ *cobra.Command, a []string) error {
		return g.changeWitnesses(func(all []witness.Peer) ([]witness.Peer, error) {
			left := slices.DeleteFunc(slices.Clone(all), func(p witness.Peer) bool { return p.Name() == a[0] })
			if len(left) == len(all) {
				return nil, refusal.New(refusal.Missing, "witness.not_there", "name", a[0])
			}
			return left, nil
		})
	}}
}

func (g *globals) witnessList() *cobra.Command {
	return &cobra.Command{Use: "list", Short: "What each witness has cosigned of our log, and the log's keys to hand to their operators", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out chancery.Witnesses
			if err := n.call(ctx, "GET", n.in("witnesses"), nil, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) {
				for _, k := range out.LogKeys {
					fmt.Fprintln(w, k)
				}
				for _, x := range out.Witnesses {
					g.printWitnessed(w, x)
				}
			})
		})
	}}
}

func (g *globals) printWitnessed(w io.Writer, x chancery.WitnessStatus) {
	at := "–"
	if !x.At.IsZero() {
		at = locale.Instant(g.language(), x.At)
	}
	by := ""
	if x.Named != "" {
		by = g.say("witness.by_all", "id", x.Named) + "\n  "
	}
	fmt.Fprintf(w, "%s  %s\n  %s%s\n", x.Name, x.URL, by, g.say("witness.cosigned", "size", strconv.FormatInt(x.Size, 10), "of", strconv.FormatInt(x.Of, 10), "at", at))
	if x.Problem != nil {
		when := ""
		if !x.Tried.IsZero() {
			when = locale.Instant(g.language(), x.Tried) + ": "
		}
		fmt.Fprintf(w, "  %s%s\n", when, locale.Explain(g.language(), x.Problem))
	}
}

// sightings says what witnesses, whose keys the reader gives, have seen of a folder that was verified. They are a plus and never a requirement.
func (g *globals) sightings(root fs.FS, vkeys []string) error {
	if len(vkeys) == 0 {
		return nil
	}
	var keys []ledger.NoteKey
	for _, v := range vkeys {
		k, err := ledger.ParseNoteKey(v)
		if err != nil {
			return err
		}
		keys = append(keys, k)
	}
	all, err := proof.Sightings(root, keys)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	for _, s := range all {
		mark, key := "·", "witness.not_seen"
		if s.Seen {
			mark, key = "✓", "witness.seen"
		}
		fmt.Fprintf(&b, "%s %s\n", mark, g.say(key, "name", s.Witness, "log", s.Origin, "size", strconv.FormatInt(s.Size, 10), "at", locale.Instant(g.language(), time.Unix(s.At, 0).UTC())))
	}
	_, err = g.io.err.Write(b.Bytes())
	return err
}
