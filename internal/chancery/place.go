package chancery

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"entente.example/internal/config"
	"entente.example/internal/durable"
	"entente.example/internal/reminder"
	"entente.example/internal/store"
	"entente.example/internal/store/shelf"
	"entente.example/internal/store/shelf/bucket"
	"entente.example/internal/store/sqlite"
	"entente.example/internal/strongroom"
	"entente.example/refusal"
)

// placed says where the bodies lie whose keys are in this directory. It stands among the keys, where no backup holds it: a node that was restored elsewhere, with the same configuration, gets
// a shelf of its own and takes nothing off the shelf of the one that it was copied from.
type placed struct {
	Place  string   `json:"place"`            // as the configuration says it
	Shelf  string   `json:"shelf,omitempty"`  // our folder there, at random
	Unmade bool     `json:"unmade,omitempty"` // it could not be reached yet: nothing lies there
	Coming *placed  `json:"coming,omitempty"` // where they are being moved to
	Left   []placed `json:"left,omitempty"`   // where they were, or were to be moved, and something may still lie
}

const (
	placedFile = "place" // in BodyKeysDir
	shelfBytes = 16
)

// bodies is where bodies lie.
type bodies = shelf.Index

func readPlaced(dir string) (p placed, there bool, err error) {
	b, err := os.ReadFile(filepath.Join(dir, BodyKeysDir, placedFile))
	if errors.Is(err, fs.ErrNotExist) {
		return p, false, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	return p, true, err
}

// write makes it durable.
func (p placed) write(dir string) error {
	keys := filepath.Join(dir, BodyKeysDir)
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	fresh := filepath.Join(keys, placedFile+".new")
	if err := errors.Join(os.MkdirAll(keys, 0o700), gone(fresh)); err != nil {
		return err
	}
	if err := writeFile(fresh, b); err != nil {
		return err
	}
	return durable.Rename(fresh, filepath.Join(keys, placedFile))
}

// placeAt is a new place for bodies.
func placeAt(place string) (p placed, err error) {
	p.Place = place
	if place == "" || place == config.InDatabase {
		return p, nil
	}
	name := make([]byte, shelfBytes)
	_, err = io.ReadFull(rand.Reader, name)
	p.Shelf = hex.EncodeToString(name)
	return p, err
}

// settled says where bodies lie. A configuration that names another place than they do is refused: a node that found none there would burn every key.
func (c *Chancery) settled() (p placed, err error) {
	p, there, err := readPlaced(c.dir)
	if err != nil {
		return p, err
	}
	if place := c.cfg.Attachments.Place; p.Place != place {
		keys, err := filepath.Glob(c.path(BodyKeysDir, strings.Repeat("[0-9a-f]", 32)))
		if there || err != nil || len(keys) > 0 {
			return p, errors.Join(refusal.New(refusal.Conflict, "body.not_moved", "place", nameOfPlace(p.Place), "set", nameOfPlace(place)), err)
		}
		if p, err = placeAt(place); err != nil {
			return p, err
		}
		return p, p.write(c.dir)
	}
	return p, nil
}

// nameOfPlace is a place as the command that moves names it.
func nameOfPlace(place string) string {
	if place == "" {
		return "file"
	}
	return place
}

// index is the file in which it stands what lies on a shelf.
func (p placed) index() string {
	if p.Shelf == "" {
		return BodiesFile
	}
	return "bodies." + p.Shelf + ".db"
}

// shelfOf opens a shelf, nil if the place is none.
func shelfOf(dir string, cfg config.Config, p placed) (shelf.Shelf, error) {
	where, err := config.Attachments{Place: p.Place}.Where(cfg.Store)
	switch {
	case err != nil:
		return nil, err
	case where.Folder != "":
		return shelf.Folder{Path: filepath.Join(where.Folder, p.Shelf)}, nil
	case where.Bucket == nil:
		return nil, nil
	}
	o := bucket.Options{Host: where.Bucket.Host, Bucket: where.Bucket.Name, Prefix: path.Join(where.Bucket.Prefix, p.Shelf), Region: where.Bucket.Region, Clear: where.Bucket.Clear}
	if file := cfg.Secrets(dir)[config.AccessFile]; file != "" {
		both, err := reminder.Secret(file)
		if err != nil {
			return nil, err
		}
		key, secret, _ := strings.Cut(both, "\n")
		o.Key, o.Secret = strings.TrimSpace(key), strings.TrimSpace(secret)
	}
	return bucket.New(o)
}

// makeShelf makes a new shelf and tries it.
func makeShelf(dir string, cfg config.Config, p placed) error {
	s, err := shelfOf(dir, cfg, p)
	if err != nil || s == nil {
		return err
	}
	if f, ok := s.(shelf.Folder); ok {
		err = f.Make()
	}
	if err == nil {
		err = shelf.Try(context.Background(), s, rand.Reader)
	}
	if err != nil {
		return refusal.New(refusal.Unavailable, "body.no_shelf", "place", p.Place, "reason", err.Error()).Because(err)
	}
	return nil
}

// openBodiesAt opens the bodies at a place.
func openBodiesAt(ctx context.Context, dir string, cfg config.Config, p placed, record ground, before func(from, to int) error) (bodies, error) {
	if p.Place == config.InDatabase {
		db, ok := record.(*database)
		if !ok {
			return nil, refusal.New(refusal.Invalid, "config.place_without_database")
		}
		b, err := db.Bodies(ctx)
		if err != nil {
			return nil, refused(err)
		}
		return b, nil
	}
	s, err := shelfOf(dir, cfg, p)
	if err != nil {
		return nil, err
	}
	index, err := sqlite.OpenBodies(ctx, sqlite.Options{Path: filepath.Join(dir, p.index()), Before: before})
	if err != nil {
		return nil, locked(dir, err)
	}
	if s == nil {
		return index, nil
	}
	return shelf.New(index, s, rand.Reader), nil
}

// openBodies opens the strongroom.
func (c *Chancery) openBodies(ctx context.Context) (err error) {
	p, err := c.settled()
	if err != nil {
		return err
	}
	c.placed = p
	_, err = os.Stat(c.path(p.index()))
	c.unmade = p.Unmade || errors.Is(err, fs.ErrNotExist) // a shelf that was used once is never made again: its disk may be away
	if err := c.makeUnmade(); errors.Is(err, store.ErrAway) {
		c.log.Warn("attachments cannot be kept where they are to lie; all else is served, and it is tried again", "place", p.Place, "reason", err)
		if c.placed.Unmade = true; !p.Unmade {
			if err := c.placed.write(c.dir); err != nil {
				return err
			}
		}
	} else if err != nil {
		return err
	}
	if c.bodies, err = openBodiesAt(ctx, c.dir, c.cfg, p, c.record, c.BeforeUpgrade(ctx, p.index())); err != nil {
		return err
	}
	a := c.cfg.Attachments
	c.room, err = strongroom.Open(ctx, strongroom.Options{Bodies: c.bodies, Keys: c.path(BodyKeysDir), Rand: c.rand, Now: c.now, Free: c.freeFor(p),
		Limits: strongroom.Limits{File: int64(a.File), Mechanism: int64(a.Mechanism), Reserve: int64(a.Reserve)}})
	return err
}

// makeUnmade makes the shelf if that has not been done yet. The keeper does it again while it cannot be reached.
func (c *Chancery) makeUnmade() error {
	if !c.unmade {
		return nil
	}
	if err := makeShelf(c.dir, c.cfg, c.placed); err != nil {
		return err
	}
	if made := c.placed; made.Unmade {
		made.Unmade = false
		if err := made.write(c.dir); err != nil {
			return err
		}
	}
	c.unmade = false
	return nil
}

// freeFor asks how much room there is for bodies: nil for our own disk alone.
func (c *Chancery) freeFor(p placed) func() (int64, error) {
	where, err := c.cfg.Attachments.Where(c.cfg.Store)
	if err != nil || where.Folder == "" {
		return nil
	}
	return func() (int64, error) {
		ours, err := strongroom.FreeBytes(c.dir)
		if err != nil {
			return 0, err
		}
		there, err := strongroom.FreeBytes(filepath.Join(where.Folder, p.Shelf))
		if err != nil {
			return 0, refusal.New(refusal.Unavailable, "body.away").Because(err)
		}
		return min(ours, there), nil
	}
}

// tidy takes away what belongs to no body, where bodies lie apart.
func (c *Chancery) tidy(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, tidyFor)
	defer cancel()
	if b, ok := c.bodies.(*shelf.Bodies); ok {
		return b.Sweep(ctx)
	}
	return nil
}
