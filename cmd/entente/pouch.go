package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/locale"
	"entente.example/refusal"
)

func pouchCommand(g *globals) *cobra.Command {
	c := &cobra.Command{Use: "pouch", Short: "The record as files for a courier: where no line reaches, or none may be used"}
	c.AddCommand(packCommand(g), openCommand(g),
		&cobra.Command{Use: "list", Short: "What was packed and opened, what is on its way, and what a pouch to each party would hold now", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
			return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
				var out chancery.Pouches
				if err := n.call(ctx, "GET", n.in("pouch"), nil, &out); err != nil {
					return err
				}
				return g.print(out, func(w io.Writer) { g.printPouches(w, out) })
			})
		}},
		&cobra.Command{Use: "inspect FILE…", Short: "What anybody can see of a pouch without a key: sizes, and a digest to compare by voice", Args: atLeast(1), RunE: func(_ *cobra.Command, a []string) error {
			var out []chancery.InspectedPouch
			for _, file := range a {
				p, err := chancery.InspectPouch(file)
				if err != nil {
					return err
				}
				out = append(out, p)
			}
			return g.print(out, func(w io.Writer) {
				for _, p := range out {
					fmt.Fprintf(w, "%s\n  %s\n  SHA-256 %s\n", p.File, g.say("pouch.outside", "bytes", locale.Number(p.Bytes), "recipients", strconv.Itoa(p.Recipients)), p.Digest)
				}
			})
		}})
	return c
}

// say is a message of the catalogue in the reader's language.
func (g *globals) say(key string, kv ...string) string {
	p := refusal.Params{}
	for i := 0; i+1 < len(kv); i += 2 {
		p[kv[i]] = kv[i+1]
	}
	return locale.Message(g.language(), key, p)
}

func packCommand(g *globals) *cobra.Command {
	var to, out, size string
	var sinceLast, without bool
	c := &cobra.Command{Use: "pack --to PARTY", Short: "Pack what a party has not acknowledged into encrypted files", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		limit, err := parseSize(size)
		if err != nil {
			return err
		}
		folder, name, err := packInto(out)
		if err != nil {
			return err
		}
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			in := map[string]any{"folder": folder, "size": limit, "since_last": sinceLast, "without_attachments": without}
			if name != "" {
				in["name"] = name
			}
			var files []chancery.PouchFile
			err := g.following(ctx, n, "pouch.packing", "/pouch/progress", func() error {
				return n.call(ctx, "POST", n.in("pouch", to, "pack"), in, &files)
			})
			if ctx.Err() != nil {
				fmt.Fprintln(g.io.err, g.say("pouch.interrupted"))
				return ctx.Err()
			}
			if err != nil {
				return err
			}
			return g.print(files, func(w io.Writer) { g.printPacked(w, to, files) })
		})
	}}
	c.Flags().StringVar(&to, "to", "", "the party it is for")
	c.Flags().StringVar(&out, "out", ".", "folder, or a file's name, for the pouch")
	c.Flags().StringVar(&size, "size", "", "divide it into files of at most this size, as in 650M or 25G; each can be opened by itself")
	c.Flags().BoolVar(&sinceLast, "since-last", false, "leave out what earlier pouches, or the whole parts of an interrupted one, carry already")
	c.Flags().BoolVar(&without, "without-attachments", false, "leave out the files of attachments; they come later, by whatever road")
	return require(c, "to")
}

// packInto divides --out into a folder and a name; a folder that is there is one.
func packInto(out string) (folder, name string, err error) {
	path, err := filepath.Abs(out)
	if err != nil {
		return "", "", err
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() || strings.HasSuffix(out, string(filepath.Separator)) {
		return path, "", nil
	}
	return filepath.Dir(path), filepath.Base(path), nil
}

// parseSize reads 650M, 4.7G or a number of bytes. Media are sold in powers of ten.
func parseSize(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	unit := int64(1)
	number := s
	for suffix, n := range map[string]int64{"K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12} {
		if rest, ok := strings.CutSuffix(strings.ToUpper(s), suffix); ok {
			number, unit = rest, n
		}
	}
	f, err := strconv.ParseFloat(number, 64)
	if err != nil || f <= 0 || f*float64(unit) > 1<<60 {
		return 0, refusal.New(refusal.Invalid, "cli.size", "value", s)
	}
	return int64(f * float64(unit)), nil
}

func (g *globals) printPacked(w io.Writer, to string, files []chancery.PouchFile) {
	var entries, bodies int64
	for _, f := range files {
		fmt.Fprintf(w, "%s\t%s\n  SHA-256 %s\n", f.File, g.contents(f.Parcel, f.Bytes), f.Digest)
		entries += f.Parcel.Entries
		bodies += f.Parcel.BodyBytes
	}
	key := "pouch.packed"
	if entries == 0 && bodies == 0 {
		key = "pouch.packed_empty"
	}
	fmt.Fprintln(g.io.err, g.say(key, "party", to, "files", strconv.Itoa(len(files)), "entries", locale.Number(entries)))
}

// contents says what a parcel carries.
func (g *globals) contents(p *chancery.Parcel, bytes int64) string {
	if n := p.Attachments(); n > 0 {
		return g.say("pouch.holds_bodies", "bytes", locale.Number(bytes), "entries", locale.Number(p.Entries), "attachments", strconv.Itoa(n))
	}
	return g.say("pouch.holds", "bytes", locale.Number(bytes), "entries", locale.Number(p.Entries))
}

func openCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "open FILE…|FOLDER", Short: "Take pouches in, in whatever order they came; opening one twice does no harm", Args: atLeast(1), RunE: func(c *cobra.Command, a []string) error {
		var paths []string
		for _, p := range a {
			path, err := filepath.Abs(p)
			if err != nil {
				return err
			}
			paths = append(paths, path)
		}
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var files []chancery.PouchFile
			err := g.following(ctx, n, "pouch.opening", "/pouch/progress", func() error {
				return n.call(ctx, "POST", "/pouch/open", map[string]any{"paths": paths}, &files)
			})
			if ctx.Err() != nil {
				fmt.Fprintln(g.io.err, g.say("pouch.open_interrupted"))
				return ctx.Err()
			}
			if err != nil {
				return err
			}
			return errors.Join(g.print(files, func(w io.Writer) { g.printOpened(w, files) }), firstTrouble(files, paths))
		})
	}}
}

// firstTrouble is what the command ends with: a file that was not opened, or entries that are missing. A medium may hold pouches for others, too, as long as one is for us.
func firstTrouble(files []chancery.PouchFile, named []string) error {
	ours := slices.ContainsFunc(files, func(f chancery.PouchFile) bool { return f.Error == nil })
	for _, f := range files {
		if f.Error != nil && (!ours || f.Error.Key != "pouch.not_for_us" || slices.Contains(named, f.File)) {
			return f.Error
		}
	}
	for _, f := range files {
		if f.Parcel == nil {
			continue
		}
		for _, gap := range f.Parcel.Gaps {
			return gapRefusal(gap)
		}
	}
	return nil
}

// gapRefusal says what to ask for. The numbers are those that people see: the first and the last entry that are missing.
func gapRefusal(gap chancery.Run) error {
	return refusal.New(refusal.Stale, "pouch.gap", "party", gap.Party, "from", fmt.Sprintf("%s-%d", gap.Party, gap.From), "to", fmt.Sprintf("%s-%d", gap.Party, gap.To-1))
}

func (g *globals) printOpened(w io.Writer, files []chancery.PouchFile) {
	for _, f := range files {
		fmt.Fprintln(w, f.File)
		if p := f.Parcel; p != nil {
			fmt.Fprintf(w, "  %s\n", g.say("pouch.taken", "party", p.Party, "made", locale.Instant(g.language(), p.Made), "new", locale.Number(p.New), "entries", locale.Number(p.Entries)))
			if p.Last > p.First {
				fmt.Fprintf(w, "  %s\n", g.say("pouch.part", "n", strconv.FormatInt(p.Sequence-p.First+1, 10), "of", strconv.FormatInt(p.Last-p.First+1, 10)))
			}
			for _, gap := range p.Gaps {
				fmt.Fprintf(w, "  %s\n", locale.Explain(g.language(), gapRefusal(gap)))
			}
			if p.NewPieces > 0 {
				fmt.Fprintf(w, "  %s\n", g.say("pouch.taken_bodies", "pieces", locale.Number(p.NewPieces)))
			}
			if p.Unwanted > 0 {
				fmt.Fprintf(w, "  %s\n", g.say("pouch.unwanted", "n", strconv.FormatInt(p.Unwanted, 10)))
			}
			if p.LeftAside > 0 {
				fmt.Fprintf(w, "  %s\n", g.say("pouch.left_aside", "n", strconv.FormatInt(p.LeftAside, 10)))
			}
		}
		if f.Error != nil {
			fmt.Fprintf(w, "  %s\n", locale.Explain(g.language(), f.Error))
		}
	}
}

func (g *globals) printPouches(w io.Writer, p chancery.Pouches) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, n := range p.Next {
		fmt.Fprintf(t, "→ %s\t%s\n", n.Party, g.say("pouch.next", "entries", locale.Number(n.Entries), "carried", locale.Number(n.Carried)))
		if n.Attachments > 0 {
			fmt.Fprintf(t, "\t%s\n", g.say("pouch.next_bodies", "attachments", strconv.Itoa(n.Attachments), "bytes", locale.Number(n.BodyBytes)))
		}
	}
	for _, x := range p.Parcels {
		arrow := "←"
		if x.Out {
			arrow = "→"
		}
		fmt.Fprintf(t, "%s %s\t%s\t%s\t%s\t%s\n", arrow, x.Party, locale.Instant(g.language(), x.Made), g.contents(&x.Parcel, x.Bytes),
			g.say("pouch.part", "n", strconv.FormatInt(x.Sequence-x.First+1, 10), "of", strconv.FormatInt(x.Last-x.First+1, 10)), g.say("pouch.state_"+x.State))
	}
	_ = t.Flush() // standard output; a closed pipe ends the command anyway
}
