package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/locale"
	"entente.example/internal/together"
	"entente.example/ledger"
	"entente.example/proof"
	"entente.example/refusal"
)

func logExportCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "export DIR", Short: "Write every party's log as files (C2SP tlog-tiles), with receipts, keys, charter and evidence; goes on where it stopped", Args: args("DIR"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error { return g.archive(ctx, n, a[0]) })
	}}
}

// archiving writes an archive. What never changes, full tiles and bundles, is not asked for again.
type archiving struct {
	g     *globals
	n     *client
	root  *os.Root
	files int
}

func (g *globals) archive(ctx context.Context, n *client, dir string) error {
	var a proof.Archive
	if err := n.call(ctx, http.MethodGet, n.in("archive"), nil, &a); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	defer root.Close()
	w := &archiving{g: g, n: n, root: root}
	if err := w.belongs(a.Mechanism, dir); err != nil {
		return err
	}
	for _, l := range a.Logs {
		if err := w.log(ctx, l); err != nil {
			return err
		}
	}
	if err := w.rest(ctx, a); err != nil {
		return err
	}
	fmt.Fprintln(g.io.err, locale.Message(g.language(), "cli.archived", refusal.Params{"dir": dir, "files": strconv.Itoa(w.files)}))
	return nil
}

// belongs refuses a folder that holds anything else than an archive of this mechanism.
func (w *archiving) belongs(mech, dir string) error {
	names, err := fs.ReadDir(w.root.FS(), ".")
	if err != nil || len(names) == 0 {
		return err
	}
	c, err := w.root.ReadFile(proof.ArchiveCharter)
	if err != nil || charter.Digest(c) != mech {
		return refusal.New(refusal.Conflict, "cli.not_empty", "dir", dir)
	}
	return nil
}

// log writes one log: tiles first, and the head that they lead to last.
func (w *archiving) log(ctx context.Context, l proof.ArchivedLog) error {
	for level := -1; level < 8; level++ {
		for n := int64(0); ; n++ {
			width := int(ledger.TileWidthAt(l.Size, max(level, 0), n))
			if width == 0 {
				break
			}
			if err := w.fetch(ctx, l, ledger.TilePath(level, n, width), width == ledger.TileWidth); err != nil {
				return err
			}
			if width < ledger.TileWidth {
				if err := w.stale(l, level, n, width); err != nil {
					return err
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.Files)) {
		w.files++
		if err := w.write(l.Dir()+name, l.Files[name]); err != nil {
			return err
		}
	}
	return nil
}

// stale removes narrower tiles of an earlier, shorter archive.
func (w *archiving) stale(l proof.ArchivedLog, level int, n int64, width int) error {
	dir := path.Dir(l.Dir() + ledger.TilePath(level, n, width))
	names, err := fs.ReadDir(w.root.FS(), dir)
	if err != nil {
		return err
	}
	for _, d := range names {
		if d.Name() != strconv.Itoa(width) {
			if err := w.root.Remove(dir + "/" + d.Name()); err != nil {
				return err
			}
		}
	}
	return nil
}

// fetch asks the node for a file of a log and writes it, unless it is there and can never change.
func (w *archiving) fetch(ctx context.Context, l proof.ArchivedLog, name string, fixed bool) error {
	file := l.Dir() + name
	w.files++
	if fixed {
		if err := w.root.RemoveAll(file + ".p"); err != nil {
			return err
		}
		if info, err := w.root.Stat(file); err == nil && info.Size() > 0 {
			return nil
		}
	}
	answer, err := w.n.stream(ctx, http.MethodGet, w.n.in("logs", l.Party, strconv.Itoa(l.Generation))+"/"+name, "", nil)
	if err != nil {
		return err
	}
	b, err := io.ReadAll(answer)
	if err := errors.Join(err, answer.Close()); err != nil {
		return refusal.New(refusal.Unavailable, "node.no_answer").Because(err)
	}
	return w.write(file, b)
}

// write puts a file there whole or not at all.
func (w *archiving) write(name string, b []byte) error {
	if old, err := w.root.ReadFile(name); err == nil && bytes.Equal(old, b) {
		return nil
	}
	if err := w.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	if err := w.root.WriteFile(name+".new", b, 0o644); err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	return w.root.Rename(name+".new", name)
}

// rest writes what stands beside the logs.
func (w *archiving) rest(ctx context.Context, a proof.Archive) error {
	policy, err := proof.Policy(a.Charter)
	if err != nil {
		return err
	}
	for _, id := range a.Evidence {
		var out struct {
			File string `json:"file"`
		}
		if err := w.n.call(ctx, http.MethodGet, w.n.in("evidence", id), nil, &out); err != nil {
			return err
		}
		if err := w.write(proof.EvidenceDir+id+proof.EvidenceSuffix, []byte(out.File)); err != nil {
			return err
		}
	}
	w.files += len(a.Evidence) + 3
	founding := a.Charter
	a.Charter = nil
	for i := range a.Logs {
		a.Logs[i].Files = nil
	}
	head, err := entry.Canonical(a)
	if err != nil {
		return err
	}
	return errors.Join(w.write(proof.ArchiveCharter, founding), w.write(proof.ArchivePolicy, policy), w.write(proof.ArchiveFile, head))
}

// verifyArchive needs no node, database or network.
func (g *globals) verifyArchive(root fs.FS, witnesses []string) error {
	report, err := proof.VerifyArchive(root, together.Each, nil)
	if err != nil {
		return err
	}
	err = g.print(report, func(w io.Writer) {
		for _, c := range report.Checks {
			fmt.Fprintf(w, "✓ %s\n", locale.Message(g.language(), c.Key, c.Params))
		}
	})
	for _, n := range report.Witnesses {
		fmt.Fprintln(g.io.err, g.say("witness.named", "name", n.Name))
		for _, k := range n.Keys {
			if !slices.Contains(witnesses, k) {
				witnesses = append(witnesses, k)
			}
		}
	}
	return errors.Join(err, g.sightings(root, witnesses))
}
