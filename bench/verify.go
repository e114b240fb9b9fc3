package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"entente.example/bench/floor"
	"entente.example/internal/chancery"
	"entente.example/internal/node"
	"entente.example/internal/store"
	"entente.example/internal/store/sqlite"
	"entente.example/internal/together"
	"entente.example/ledger"
	"entente.example/proof"
)

// verify checks the author's record, exported to files and as it is stored, against hashing and decoding the same bytes.
func (b *bench) verify(ctx context.Context) error {
	author, _, err := b.nodes(ctx)
	if err != nil {
		return err
	}
	if err := b.verifyFiles(ctx, author); err != nil {
		return err
	}
	return b.verifyStored(ctx, author)
}

// verifyFiles is what `entente verify DIR` does with an export of every log.
func (b *bench) verifyFiles(ctx context.Context, author string) (err error) {
	dir, err := b.sub("archive")
	if err != nil {
		return err
	}
	p, err := b.serve(ctx, author)
	if err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, b.program, "log", "export", dir, "--dir", author).CombinedOutput()
	if err := errors.Join(err, p.stop(syscall.SIGINT)); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	leaves, err := archived(root.FS())
	if err != nil {
		return err
	}
	return b.against(leaves, "an archive: signatures, entries, every tile", func() error {
		_, err := proof.VerifyArchive(root.FS(), together.Each, nil)
		return err
	})
}

// archived reads all entries of an archive.
func archived(fsys fs.FS) (leaves [][]byte, err error) {
	err = fs.WalkDir(fsys, "logs", func(name string, d fs.DirEntry, err error) error {
		at := strings.Index(name, "tile/entries/")
		if err != nil || d.IsDir() || at < 0 {
			return err
		}
		_, _, width, ok := ledger.ParseTilePath(name[at:])
		if !ok {
			return fmt.Errorf("%s is no bundle", path.Base(name))
		}
		bundle, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		more, err := ledger.SplitBundle(bundle, width)
		leaves = append(leaves, more...)
		return err
	})
	return leaves, err
}

// against measures a verification beside the least that it must do.
func (b *bench) against(leaves [][]byte, what string, verify func() error) error {
	var f, v floor.Cost
	for range b.rounds {
		fc, err := floor.Measure(func() error { return floor.Check(leaves) })
		if err != nil {
			return err
		}
		vc, err := floor.Measure(verify)
		if err != nil {
			return err
		}
		f, v = best(f, fc), best(v, vc)
	}
	cost("hashing and decoding, on all processors", f, len(leaves))
	cost(what, v, len(leaves))
	say("against hashing and decoding", "%.2f wall, %.2f CPU", ratio(v.Wall, f.Wall), ratio(v.CPU, f.CPU))
	return nil
}

// verifyStored is what `entente verify` does with a node's own record: all of that, and everything is folded again.
func (b *bench) verifyStored(ctx context.Context, author string) (err error) {
	db, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(author, chancery.RecordFile)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.View(ctx, func(r store.Reader) error {
		mechs, err := r.Mechanisms()
		if err != nil {
			return err
		}
		logs, err := r.Logs(mechs[0])
		if err != nil {
			return err
		}
		var leaves [][]byte
		for _, l := range logs {
			for leaf, err := range r.Leaves(l.ID, 0, l.Size) {
				if err != nil {
					return err
				}
				leaves = append(leaves, append([]byte(nil), leaf...))
			}
		}
		return b.against(leaves, "a node's record: that, the fold, every state", func() error {
			_, err := node.Verify(r, mechs[0], func(int64, int64) {})
			return err
		})
	})
}
