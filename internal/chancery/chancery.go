// Package chancery assembles a party's node in one directory and is the one service that pages, API and commands use.
//
// It promises that everything a person can do goes through here once, whatever face they use. It holds no rule of its own: what may be done is decided by the
// fold, what is remembered by the stores. Layout of the directory: entente.toml, keys/, record.db (unless a database elsewhere has the record), bodies.db, bodykeys/, private.db, ours.db, search.db, marks, press/, api.sock, door.sock, before-upgrade/;
// the press room adds press.db.
package chancery

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"entente.example/internal/config"
	"entente.example/internal/glance"
	"entente.example/internal/marks"
	"entente.example/internal/node"
	"entente.example/internal/staff"
	"entente.example/internal/store"
	"entente.example/internal/strongroom"
	"entente.example/internal/tracing"
	"entente.example/refusal"
)

// Options are what a chancery is opened with. Dir and Config are required.
type Options struct {
	Dir    string
	Config config.Config
	Now    func() time.Time // the house's clock; time.Now
	Rand   io.Reader        // crypto/rand
	Log    *slog.Logger
	Alone  bool // for one command, without any line: nobody can be asked anything
}

// Chancery is an opened node.
type Chancery struct {
	dir     string
	cfg     config.Config
	now     func() time.Time
	rand    io.Reader
	log     *slog.Logger
	own     ownKeys
	record  ground
	timed   *timed // the record, as the node writes it
	bodies  bodies
	placed  placed
	unmade  bool // the shelf is yet to be made; the keeper's once it runs
	room    *strongroom.Room
	keeper  *keeper
	library *library
	marks   *marks.Store
	staff   *staff.Store
	node    *node.Node
	lines   *lines
	offices *offices
	ladder  *ladder
	tracing *tracing.Tracing // nil unless the operator named a collector

	witnessing *witnessing
	beside     Beside
	backroom   Backroom
	letters    func(ctx context.Context, mechanism string) (int, error) // how many replies of readers wait; nil: there is no press room
	posted     posted
	rebuilding rebuilding
	kept       kept
	published  published
	ctx        context.Context // of Run, for lines that begin later
	running    chan struct{}
	process    func() Process // nil unless the node serves

	sequences sequences // of parcels
	glances   glance.Book
}

// Files of a node's directory.
const (
	ConfigFile      = "entente.toml"
	RecordFile      = "record.db"
	BodiesFile      = "bodies.db"
	BodyKeysDir     = "bodykeys" // one key a body; like the marks, in no backup
	PrivateFile     = "private.db"
	OursFile        = "ours.db"        // what our side says to itself; opened by who shows it, copied into backups as it lies
	IndexFile       = "search.db"      // derived from the record; in no backup
	besideIndexFile = "search.anew.db" // while it is made again
	MarksFile       = "marks"
	SocketFile      = "api.sock"
	KeysDir         = "keys"
	NodeKeyFile     = "node.key"
)

// Open locks the directory and opens what is in it. Nothing listens and nothing is sent before Run.
func Open(ctx context.Context, o Options) (opened *Chancery, err error) {
	c := &Chancery{dir: o.Dir, cfg: o.Config, now: o.Now, rand: o.Rand, log: o.Log, running: make(chan struct{}), kept: kept{free: strongroom.FreeBytes}}
	if c.now == nil {
		c.now = time.Now
	}
	if c.rand == nil {
		c.rand = rand.Reader
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if _, err := os.Stat(c.path(ConfigFile)); errors.Is(err, os.ErrNotExist) {
		return nil, refusal.New(refusal.Missing, "node.no_node", "dir", o.Dir)
	}
	defer func() {
		if err != nil {
			_ = c.Close()
		}
	}()
	if c.record, err = openRecord(ctx, o.Dir, o.Config, c.BeforeUpgrade(ctx, RecordFile)); err != nil {
		return nil, err
	}
	if err := c.noteIfBlank(ctx); err != nil {
		return nil, err
	}
	if err := c.checkConsent(); err != nil {
		return nil, err
	}
	ring, err := c.loadKeys()
	if err != nil {
		return nil, err
	}
	if c.marks, err = marks.Open(c.path(MarksFile)); err != nil {
		return nil, err
	}
	if c.staff, err = staff.Open(ctx, staff.Options{Path: c.path(PrivateFile), Now: c.now, Rand: c.rand, Before: c.BeforeUpgrade(ctx, PrivateFile)}); err != nil {
		return nil, err
	}
	if err := c.openBodies(ctx); err != nil {
		return nil, err
	}
	if c.tracing, err = c.openTracing(o); err != nil {
		return nil, err
	}
	c.timed = &timed{Record: c.record}
	core, err := node.Open(ctx, node.Ground{Store: c.timed, Marks: c.marks, Key: ring[0], Other: ring[1:], Now: c.now, Log: c.log, Enclosed: c.holds, Patience: o.patience(), Spans: c.Spans(),
		Quota: node.Quota{Entries: o.Config.Line.DayEntries, Bytes: int64(o.Config.Line.DayBytes), All: o.Config.Line.AllEntries}})
	if err != nil {
		return nil, err
	}
	c.lines, c.offices, c.ladder = newLines(c), newOffices(c), newLadder(c)
	c.witnessing = newWitnessing(c)
	c.keeper, c.library = newKeeper(c), &library{c: c, seen: map[string]string{}, looked: looked{}}
	c.node = node.New(core, c.lines.send)
	c.use(core.Using(), true)
	return c, nil
}

// patience is for how many seconds after a start the node waits for the word of parties that do not answer, before it signs anything. A command that has no line has nobody to wait for; what
// it takes in by pouch fences it, if need be, before it signs.
func (o Options) patience() int {
	if o.Alone {
		return 0
	}
	return 3
}

func (c *Chancery) path(parts ...string) string {
	return filepath.Join(append([]string{c.dir}, parts...)...)
}

// locked says which directory somebody else uses.
func locked(dir string, err error) error {
	switch {
	case errors.Is(err, store.ErrLocked):
		return refusal.New(refusal.Unavailable, "node.directory_in_use", "dir", dir).Because(err)
	case errors.Is(err, store.ErrNewer):
		return refusal.New(refusal.Conflict, "node.newer_database", "dir", dir).Because(err)
	case errors.Is(err, store.ErrFull):
		return ofDisk(err)
	}
	return err
}

// Close ends what Open opened, in the other order.
func (c *Chancery) Close() error {
	var errs []error
	if c.library != nil {
		errs = append(errs, c.library.close())
	}
	if c.staff != nil {
		errs = append(errs, c.staff.Close())
	}
	if c.marks != nil {
		errs = append(errs, c.marks.Close())
	}
	if c.bodies != nil {
		errs = append(errs, c.bodies.Close())
	}
	if c.record != nil {
		errs = append(errs, c.record.Close())
	}
	return errors.Join(errs...)
}

// Node gives the node below, for benchmarks and the demo.
func (c *Chancery) Node() *node.Node { return c.node }

// Glances is what this process knows of matters without reading their states.
func (c *Chancery) Glances() *glance.Book { return &c.glances }

// Marking is how our house marks material for its own members, "" if it does not. What is who can read it, as in package readers, unless everybody can.
func (c *Chancery) Marking(what string, public bool) string { return c.cfg.Markings.Of(what, public) }

// Staff gives our own people, for the members' site.
func (c *Chancery) Staff() *staff.Store { return c.staff }

// Config is what the operator chose.
func (c *Chancery) Config() config.Config { return c.cfg }

// Socket is the path of the node's own API.
func (c *Chancery) Socket() string { return SocketIn(c.dir) }

// SocketIn is the path of the API of the node in a directory.
func SocketIn(dir string) string { return filepath.Join(dir, SocketFile) }
