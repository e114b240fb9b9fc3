package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"entente.example/internal/chancery"
	"entente.example/internal/config"
	"entente.example/internal/durable"
	"entente.example/internal/keys"
)

// makingFile stands in a directory while a node is made there: what is beside it nobody has used.
const makingFile = "being-made"

// newConfig is the configuration before it is whole.
const newConfig = chancery.ConfigFile + ".new"

// unmade takes away what an init left that was interrupted. Whoever put something else there keeps it.
func unmade(dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil // there is none, or init says what is wrong with it
	}
	begun := false
	for _, f := range files {
		if !slices.Contains([]string{makingFile, chancery.KeysDir, newConfig}, f.Name()) {
			return nil
		}
		begun = begun || f.Name() == makingFile
	}
	if !begun {
		return nil
	}
	return cleared(dir)
}

// cleared takes away what furnish makes, the sign that it is being made last.
func cleared(dir string) error {
	for _, name := range []string{chancery.KeysDir, newConfig, makingFile} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// furnish writes keys first and the configuration last: a directory without one is no node. Nothing of it stays if that fails.
func (g *globals) furnish(cfg config.Config, makeSealKeys bool) (err error) {
	if err := os.MkdirAll(g.dir, 0o700); err != nil {
		return fmt.Errorf("the node's directory: %w", err)
	}
	making := filepath.Join(g.dir, makingFile)
	if err := written(making, nil); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = cleared(g.dir) // the next init tries again
		}
	}()
	if err := g.makeKeys(cfg, makeSealKeys); err != nil {
		return err
	}
	b, err := cfg.Format()
	if err != nil {
		return err
	}
	if err := written(filepath.Join(g.dir, newConfig), b); err != nil {
		return err
	}
	if err := durable.Rename(filepath.Join(g.dir, newConfig), filepath.Join(g.dir, chancery.ConfigFile)); err != nil {
		return errors.Join(err, os.Remove(filepath.Join(g.dir, chancery.ConfigFile)))
	}
	_ = os.Remove(making) // beside a configuration it says nothing
	return nil
}

// makeKeys makes a node's keys; their names are on the disk when it returns.
func (g *globals) makeKeys(cfg config.Config, makeSealKeys bool) error {
	keyDir := filepath.Join(g.dir, chancery.KeysDir)
	if err := os.Mkdir(keyDir, 0o700); err != nil {
		return fmt.Errorf("the node's keys: %w", err)
	}
	for _, name := range cfg.Keys.Seal {
		if makeSealKeys {
			p, err := g.newPassphrase(name)
			if err != nil {
				return err
			}
			if _, err := keys.CreateSeal(filepath.Join(keyDir, name), cfg.Party+" "+name, []byte(p), rand.Reader); err != nil {
				return err
			}
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
