package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"entente.example/internal/chancery"
	"entente.example/internal/config"
	"entente.example/internal/durable"
	"entente.example/internal/keys"
	"entente.example/refusal"
)

// makingFile stands in a directory while a node is made there: what is beside it nobody has used.
const makingFile = "being-made"

// newConfig is the configuration before it is whole.
const newConfig = chancery.ConfigFile + ".new"

// vacant says whether a node may be made in a directory: there is nothing in it but what an init left that was interrupted. Whoever put something else there keeps it.
func vacant(dir string) error {
	if _, err := os.Lstat(filepath.Join(dir, chancery.ConfigFile)); err == nil {
		return refusal.New(refusal.Conflict, "node.directory_is_node", "dir", dir)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) == 0 {
		return nil // there is none, or furnish says what is wrong with it
	}
	begun := false
	for _, f := range files {
		switch f.Name() {
		case makingFile:
			begun = true
		case chancery.KeysDir, newConfig:
		default:
			return refusal.New(refusal.Conflict, "node.directory_not_empty", "dir", dir)
		}
	}
	if !begun {
		return refusal.New(refusal.Conflict, "node.directory_not_empty", "dir", dir)
	}
	return nil
}

// cleared takes away what furnish makes.
func cleared(dir string) error {
	return errors.Join(os.RemoveAll(filepath.Join(dir, chancery.KeysDir)), os.RemoveAll(filepath.Join(dir, newConfig)))
}

// begin takes a directory for making a node in it, and clears away what an interrupted init left. Nobody else is let in until the file is closed: keys that one makes are never cleared away by another.
func begin(dir string) (*os.File, error) {
	path := filepath.Join(dir, makingFile)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	busy := refusal.New(refusal.Unavailable, "node.directory_being_made", "dir", dir)
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errors.Join(busy, f.Close())
	} else if err != nil {
		return nil, errors.Join(&fs.PathError{Op: "flock", Path: path, Err: err}, f.Close())
	}
	ours, err := f.Stat()
	if err == nil {
		if named, e := os.Lstat(path); e != nil || !os.SameFile(ours, named) { // another one has just ended
			err = busy
		} else if err = vacant(dir); err == nil { // nor has one in the meantime
			err = errors.Join(cleared(dir), f.Sync(), durable.Folder(dir))
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// furnish writes keys first and the configuration last: a directory without one is no node. Nothing of it stays if that fails. Of the seal keys those are made whose passphrases are in words.
func (g *globals) furnish(cfg config.Config, words map[string]string) error {
	if err := os.MkdirAll(g.dir, 0o700); err != nil {
		return fmt.Errorf("the node's directory: %w", err)
	}
	making, err := begin(g.dir)
	if err != nil {
		return err
	}
	path := filepath.Join(g.dir, chancery.ConfigFile)
	defer func() {
		_, e := os.Lstat(path)
		if !errors.Is(e, fs.ErrNotExist) || cleared(g.dir) == nil { // keys beside a configuration are a node's; what could not be cleared away, the next init clears
			_ = os.Remove(making.Name())
		}
		_ = making.Close()
	}()
	if err := g.makeKeys(cfg, words); err != nil {
		return err
	}
	b, err := cfg.Format()
	if err != nil {
		return err
	}
	if err := written(filepath.Join(g.dir, newConfig), b); err != nil {
		return err
	}
	if err := durable.Rename(filepath.Join(g.dir, newConfig), path); err != nil {
		_ = os.Remove(path)
		return err
	}
	return nil
}

// newPassphrases asks for the passphrases of keys that are to be made.
func (g *globals) newPassphrases(names []string) (map[string]string, error) {
	words := map[string]string{}
	for _, name := range names {
		p, err := g.newPassphrase(name)
		if err != nil {
			return nil, err
		}
		words[name] = p
	}
	return words, nil
}

// makeKeys makes a node's keys; their names are on the disk when it returns.
func (g *globals) makeKeys(cfg config.Config, words map[string]string) error {
	keyDir := filepath.Join(g.dir, chancery.KeysDir)
	if err := os.Mkdir(keyDir, 0o700); err != nil {
		return fmt.Errorf("the node's keys: %w", err)
	}
	for _, name := range cfg.Keys.Seal {
		p, asked := words[name]
		if !asked { // it lies elsewhere already
			continue
		}
		if _, err := keys.CreateSeal(filepath.Join(keyDir, name), cfg.Party+" "+name, []byte(p), rand.Reader); err != nil {
			return err
		}
	}
	if _, err := keys.Create(filepath.Join(keyDir, chancery.NodeKeyFile), rand.Reader); err != nil {
		return err
	}
	return errors.Join(durable.Folder(keyDir), durable.Folder(g.dir))
}

// written writes a new file that is on the disk when it returns.
func written(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close(), durable.Folder(filepath.Dir(path)))
}
