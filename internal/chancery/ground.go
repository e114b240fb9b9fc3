package chancery

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"entente.example/internal/config"
	"entente.example/internal/durable"
	"entente.example/internal/node"
	"entente.example/internal/reminder"
	"entente.example/internal/store"
	"entente.example/internal/store/moving"
	"entente.example/internal/store/postgres"
	"entente.example/internal/store/sqlite"
	"entente.example/refusal"
)

// ground is where the record lies. Everything else of a node lies in its directory whatever the ground.
type ground interface {
	store.Record
	// Checkpoint does what is to be done every few seconds.
	Checkpoint() error
	// CopyTo writes one consistent state of the record into a new SQLite file.
	CopyTo(ctx context.Context, path string) error
}

// openRecord opens the record where the configuration says that it lies. before is asked before a file of an older program is changed.
func openRecord(ctx context.Context, dir string, cfg config.Config, before func(from, to int) error) (ground, error) {
	file := filepath.Join(dir, RecordFile)
	if cfg.Store == "" {
		db, err := sqlite.Open(ctx, sqlite.Options{Path: file, Before: before})
		if err != nil {
			return nil, locked(dir, err)
		}
		return db, nil
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		return nil, refusal.New(refusal.Conflict, "store.two_records", "file", file)
	}
	release, err := sqlite.Lock(file)
	if err != nil {
		return nil, locked(dir, err)
	}
	db, err := openDatabase(ctx, dir, cfg, false)
	if err != nil {
		return nil, errors.Join(err, release())
	}
	return &database{db, release}, nil
}

// database is a record in a PostgreSQL database. It holds the lock of the directory, too.
type database struct {
	*postgres.DB
	release func() error
}

// openDatabase opens the database that a configuration names; fill is for moving a record into it.
func openDatabase(ctx context.Context, dir string, cfg config.Config, fill bool) (*postgres.DB, error) {
	password, err := storePassword(dir, cfg)
	if err != nil {
		return nil, err
	}
	db, err := postgres.Open(ctx, postgres.Options{URL: cfg.Store, Password: password, Owner: cfg.Party, Fill: fill, Upgrade: cfg.Operating.BeforeUpgrade == config.NoCopy, Turn: func(last int64) (int64, error) { return takeTurn(dir, last) }})
	if err != nil {
		return nil, refused(err)
	}
	return db, nil
}

// LookAtStore says whether the record of a node that is to be made can lie where its configuration says, before anything of it is made.
func LookAtStore(ctx context.Context, dir string, cfg config.Config) error {
	if cfg.Store == "" {
		return nil
	}
	password, err := storePassword(dir, cfg)
	if err != nil {
		return err
	}
	if err := postgres.Look(ctx, postgres.Options{URL: cfg.Store, Password: password, Owner: cfg.Party}); err != nil {
		return refused(err)
	}
	return nil
}

func storePassword(dir string, cfg config.Config) (string, error) {
	file := cfg.Secrets(dir)[config.StorePasswordFile]
	if file == "" {
		return "", nil
	}
	return reminder.Secret(file)
}

// TurnFile says which turn with the database's pen was this directory's last one; like the marks, in no backup.
const TurnFile = "turn"

// takeTurn notes the next turn with a database's pen, last being the one that the database knows of. A directory that is an older copy of one that has had the pen since is refused: people,
// notes and keys of attachments of since then are not in it. One that knows of no turn, as after a restore, is let in; what it may sign the marks decide. It is noted before the database
// learns of it: a crash between the two makes this directory the newer one, which it is.
func takeTurn(dir string, last int64) (next int64, err error) {
	path := filepath.Join(dir, TurnFile)
	ours := last
	b, err := os.ReadFile(path)
	if err == nil {
		ours, err = strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	if ours < last {
		return 0, refusal.New(refusal.Conflict, "store.held_since", "dir", dir, "file", path)
	}
	next = ours + 1 // of a database that was put back, ours is the later one
	fresh := path + ".new"
	if err := errors.Join(gone(fresh), writeFile(fresh, []byte(strconv.FormatInt(next, 10)))); err != nil {
		return 0, err
	}
	return next, durable.Rename(fresh, path)
}

// Told is an error as a face tells it: what is no refusal is one of the disk's if a disk took no more, or of whoever owns the files if they let nobody in, and otherwise our fault.
func Told(err error) *refusal.Error {
	r := refusal.As(err)
	if r != nil && r.Kind == refusal.Internal {
		if d := ofDisk(err); d != nil {
			return d
		}
	}
	return r
}

// ofDisk is an error as one of the disk, or of the files on it; nil if it is none.
func ofDisk(err error) *refusal.Error {
	switch {
	case sqlite.Barred(err):
		return refusal.New(refusal.Unavailable, "node.files_barred").Because(err)
	case durable.Refused(err), sqlite.Refused(err):
		return refusal.New(refusal.Unavailable, "node.disk_full").Because(err)
	}
	return node.Unwritable(err)
}

// refused says what is wrong with a database, to whoever has to mend it.
func refused(err error) error {
	if r, ok := errors.AsType[*refusal.Error](err); ok {
		return r
	}
	if held, ok := errors.AsType[*postgres.Held](err); ok {
		return refusal.New(refusal.Unavailable, "store.in_use", "by", held.By).Because(err)
	}
	if held, ok := errors.AsType[*postgres.HeldUp](err); ok {
		return refusal.New(refusal.Unavailable, "store.held_up", "by", held.By).Because(err)
	}
	if d := ofDisk(err); d != nil { // of the directory, where the turn is noted
		return d
	}
	for _, known := range []struct {
		err  error
		kind refusal.Kind
		key  string
	}{
		{store.ErrNewer, refusal.Conflict, "store.newer"},
		{store.ErrOlder, refusal.Conflict, "store.older"},
		{store.ErrForeign, refusal.Conflict, "store.foreign"},
		{store.ErrMoved, refusal.Conflict, "store.moved"},
		{store.ErrUnfinished, refusal.Conflict, "store.unfinished"},
		{store.ErrTaken, refusal.Conflict, "store.taken"},
	} {
		if errors.Is(err, known.err) {
			return refusal.New(known.kind, known.key).Because(err)
		}
	}
	if w, ok := errors.AsType[*postgres.Wanting](err); ok {
		key := map[string]string{postgres.NoDatabase: "store.no_database", postgres.NoEntry: "store.no_entry", postgres.Unverified: "store.unverified", postgres.NoRight: "store.no_right"}[w.What]
		return refusal.New(refusal.Unavailable, key, "host", w.Host, "user", w.User, "database", w.Database, "reason", w.Said()).Because(err)
	}
	return refusal.New(refusal.Unavailable, "store.unreachable", "reason", err.Error()).Because(err)
}

func (d *database) Checkpoint() error { return nil } // the server does it

func (d *database) Close() error { return errors.Join(d.DB.Close(), d.release()) }

// CopyTo writes a SQLite file: a backup is the same, wherever the record lies, and can be restored to either ground.
func (d *database) CopyTo(ctx context.Context, path string) error {
	file, err := sqlite.Open(ctx, sqlite.Options{Path: path, Readers: 1})
	if err != nil {
		return err
	}
	err = d.View(ctx, func(r store.Reader) error { return moving.Copy(ctx, r, file, func(int64, int64) {}) })
	return errors.Join(err, file.Close(), alone(path))
}

// alone leaves a database file that nobody has open without what stood beside it while it was.
func alone(record string) (err error) {
	for _, beside := range []string{"-wal", "-shm", ".lock"} {
		if e := os.Remove(record + beside); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}
