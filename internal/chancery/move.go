package chancery

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"entente.example/internal/config"
	"entente.example/internal/durable"
	"entente.example/internal/store"
	"entente.example/internal/store/moving"
	"entente.example/internal/store/postgres"
	"entente.example/internal/store/sqlite"
	"entente.example/refusal"
)

// Files of a move.
const (
	comingFile = RecordFile + ".coming" // being filled, believed by nobody
	movedFile  = RecordFile + ".moved"  // what was moved into a database, for the operator to keep or destroy
)

// MoveRecord moves the record of a node that does not run between the file in its directory (to is empty) and a PostgreSQL database, compares all of it, and only then writes into the
// configuration where it lies. Until that line is written the record is where it was; a move that was interrupted is begun again with the same words.
func MoveRecord(ctx context.Context, dir string, cfg config.Config, to string, progress moving.Progress) error {
	if err := config.CheckStore(to); err != nil {
		return err
	}
	file := filepath.Join(dir, RecordFile)
	_, err := os.Stat(file)
	inFile := err == nil
	switch {
	case to == "" && cfg.Store == "", to == cfg.Store && !inFile:
		return refusal.New(refusal.Conflict, "store.already_there")
	case to != "" && !inFile:
		return refusal.New(refusal.Missing, "store.no_file", "file", file)
	case to == "" && cfg.Attachments.Place == config.InDatabase:
		return refusal.New(refusal.Conflict, "store.attachments_first")
	case to == "" && inFile:
		return finishOut(ctx, dir, cfg, file, progress)
	case to == "":
		return moveOut(ctx, dir, cfg, file, progress)
	}
	again := to == cfg.Store
	cfg.Store = to
	err = moveIn(ctx, dir, cfg, file, progress)
	if again && errors.Is(err, store.ErrTaken) {
		return finishIn(ctx, dir, cfg, file, progress, err)
	}
	return err
}

// startFirst refuses to move what an older program wrote: a copy is made when the node is opened, and not here.
func startFirst(int, int) error { return refusal.New(refusal.Conflict, "store.start_first") }

// moveIn moves the file's record into a database.
func moveIn(ctx context.Context, dir string, cfg config.Config, file string, progress moving.Progress) error {
	from, err := sqlite.Open(ctx, sqlite.Options{Path: file, Before: startFirst})
	if err != nil {
		return locked(dir, err)
	}
	to, err := openDatabase(ctx, dir, cfg, true)
	if err != nil {
		return errors.Join(err, from.Close())
	}
	if err = carry(ctx, from, to, progress); err == nil {
		err = writeStore(dir, cfg.Store)
	}
	if err == nil {
		err = to.Filled(ctx)
	}
	if err = errors.Join(err, to.Close(), from.Checkpoint(), from.Close()); err != nil {
		return err
	}
	return putAside(dir, file)
}

// putAside keeps the file that was moved out of the node's way.
func putAside(dir, file string) error {
	return errors.Join(durable.Rename(file, filepath.Join(dir, movedFile)), alone(file))
}

// A move may be interrupted between its last steps: then the record is there twice, and the configuration names the database. Whoever repeats the move then ends it, if the two hold the same. A file that holds
// something else, as a restored one does, is left alone, and so is the database.

// finishIn ends a move into a database; otherwise says why it was not begun again.
func finishIn(ctx context.Context, dir string, cfg config.Config, file string, progress moving.Progress, otherwise error) error {
	if err := bothTheSame(ctx, dir, cfg, file, progress, otherwise, func(*postgres.DB) error { return nil }); err != nil {
		return err
	}
	return putAside(dir, file)
}

// finishOut ends a move out of a database.
func finishOut(ctx context.Context, dir string, cfg config.Config, file string, progress moving.Progress) error {
	return bothTheSame(ctx, dir, cfg, file, progress, refusal.New(refusal.Conflict, "store.two_records", "file", file), func(db *postgres.DB) error {
		if err := writeStore(dir, ""); err != nil {
			return err
		}
		return db.MovedOut(ctx)
	})
}

// bothTheSame opens file and database, and does something if they hold the same.
func bothTheSame(ctx context.Context, dir string, cfg config.Config, file string, progress moving.Progress, otherwise error, then func(*postgres.DB) error) error {
	inFile, err := sqlite.Open(ctx, sqlite.Options{Path: file, Before: startFirst})
	if err != nil {
		return locked(dir, err)
	}
	db, err := openDatabase(ctx, dir, cfg, false)
	if err != nil {
		return errors.Join(err, inFile.Close())
	}
	err = moving.Compare(ctx, inFile, db, progress)
	switch {
	case errors.Is(err, store.ErrDamaged):
		err = otherwise
	case err == nil:
		err = then(db)
	}
	return errors.Join(err, db.Close(), inFile.Checkpoint(), inFile.Close())
}

// moveOut moves a database's record into the file.
func moveOut(ctx context.Context, dir string, cfg config.Config, file string, progress moving.Progress) error {
	from, err := openRecord(ctx, dir, cfg, nil)
	if err != nil {
		return err
	}
	coming := filepath.Join(dir, comingFile)
	err = errors.Join(alone(coming), gone(coming)) // what an interrupted move left may be of an older day
	if err == nil {
		err = fillFile(ctx, from, coming, progress)
	}
	if err == nil {
		err = durable.Rename(coming, file)
	}
	if err == nil {
		err = writeStore(dir, "")
	}
	if err == nil {
		err = from.(*database).MovedOut(ctx)
	}
	return errors.Join(err, from.Close())
}

func fillFile(ctx context.Context, from store.Record, path string, progress moving.Progress) error {
	to, err := sqlite.Open(ctx, sqlite.Options{Path: path})
	if err != nil {
		return err
	}
	err = carry(ctx, from, to, progress)
	return errors.Join(err, to.Checkpoint(), to.Close(), alone(path))
}

// carry copies a record and compares it.
func carry(ctx context.Context, from, to store.Record, progress moving.Progress) error {
	err := moving.Carry(ctx, from, to, progress)
	if errors.Is(err, store.ErrDamaged) {
		return refusal.New(refusal.Unverified, "store.not_same", "reason", err.Error()).Because(err)
	}
	return err
}

func gone(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// writeStore writes into the configuration where the record lies.
func writeStore(dir, store string) error {
	return writeSetting(dir, config.WithStore, store, func(c config.Config) string { return c.Store })
}

// writeSetting writes where something lies into the configuration: the file is the old one or the new one, never half of it.
func writeSetting(dir string, with func(text []byte, value string) []byte, value string, read func(config.Config) string) error {
	path := filepath.Join(dir, ConfigFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text = with(text, value)
	if cfg, err := config.Parse(path, text); err != nil || read(cfg) != value {
		return refusal.New(refusal.Conflict, "store.config_not_written", "file", path).Because(err)
	}
	fresh := path + ".new"
	if err := errors.Join(gone(fresh), writeFile(fresh, text)); err != nil {
		return err
	}
	return durable.Rename(fresh, path)
}
