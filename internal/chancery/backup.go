package chancery

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"entente.example/internal/config"
	"entente.example/internal/store"
	"entente.example/internal/store/sqlite"
	"entente.example/refusal"
)

// Backup says what a backup holds. It lies in the backup's folder as backup.json, which is written last: a folder without it is not a backup.
type Backup struct {
	Format string            `json:"format"` // "entente-backup/1"
	Party  string            `json:"party"`
	Made   time.Time         `json:"made"`
	Logs   map[string]int64  `json:"logs"`  // origin → entries
	Files  map[string]string `json:"files"` // path → hex SHA-256
}

const (
	backupFormat = "entente-backup/1"
	backupFile   = "backup.json"
	// maxManifest bounds backup.json when it is read back.
	maxManifest = 1 << 20
)

// Backup writes the node into a new folder, one consistent state, while it serves. The marks are not part of it: they must never go back in time, and a node that finds its record behind
// its marks, or without any, asks its counterparts before it writes again. Nor are the keys of attachments: what was erased must not come back, and what a restored node cannot read it
// fetches again. The node's keys are in it as they lie on the disk; whoever has the folder has the node key.
func (c *Chancery) Backup(ctx context.Context, to string) (Backup, error) {
	if !filepath.IsAbs(to) {
		return Backup{}, refusal.New(refusal.Invalid, "backup.relative", "folder", to)
	}
	b, err := c.copyNode(ctx, to)
	if err != nil {
		return b, err
	}
	return b, c.noteBackup(b.Made)
}

// copyNode makes a backup in a new folder, or none.
func (c *Chancery) copyNode(ctx context.Context, to string) (b Backup, err error) {
	if err := os.Mkdir(to, 0o700); errors.Is(err, fs.ErrExist) {
		return b, refusal.New(refusal.Conflict, "backup.exists", "folder", to)
	} else if err != nil {
		return b, refusal.New(refusal.Unavailable, "backup.no_folder", "folder", to).Because(err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(to))
		}
	}()
	b = Backup{Format: backupFormat, Party: c.cfg.Party, Made: c.now().UTC().Truncate(time.Second), Files: map[string]string{}}
	if err := c.copyInto(ctx, to); err != nil {
		return b, err
	}
	if _, _, b.Logs, err = sqlite.Peek(filepath.Join(to, RecordFile)); err != nil {
		return b, err
	}
	return b, b.seal(to)
}

// databases are those that a backup holds.
var databases = []string{RecordFile, BodiesFile, PrivateFile, OursFile}

// shelved are the files in which it stands what lies on shelves. What lies there is no part of a backup.
func shelved(dir string) (files []string, err error) {
	paths, err := filepath.Glob(filepath.Join(dir, "bodies.*.db"))
	for _, path := range paths {
		files = append(files, filepath.Base(path))
	}
	return files, err
}

// copyDatabases copies each in one consistent state. The record may lie elsewhere; what is not there, nobody has written yet.
func (c *Chancery) copyDatabases(ctx context.Context, to string) error {
	files, err := shelved(c.dir)
	if err != nil {
		return err
	}
	for _, file := range append(files, databases...) {
		var err error
		if _, missing := os.Stat(c.path(file)); file == RecordFile && c.record != nil {
			err = c.record.CopyTo(ctx, filepath.Join(to, file))
		} else if !errors.Is(missing, fs.ErrNotExist) {
			err = sqlite.Copy(ctx, c.path(file), filepath.Join(to, file))
		}
		if err != nil {
			return locked(c.dir, err)
		}
	}
	return nil
}

// copyInto copies what a node is made of.
func (c *Chancery) copyInto(ctx context.Context, to string) error {
	if err := c.copyDatabases(ctx, to); err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Join(to, KeysDir), 0o700); err != nil {
		return err
	}
	files, err := os.ReadDir(c.path(KeysDir))
	if err != nil {
		return err
	}
	names := []string{ConfigFile}
	if _, err := os.Stat(c.path(WitnessesFile)); err == nil {
		names = append(names, WitnessesFile)
	}
	for _, f := range files {
		if f.Type().IsRegular() {
			names = append(names, filepath.Join(KeysDir, f.Name()))
		}
	}
	for _, name := range names {
		if err := copyFile(c.path(name), filepath.Join(to, name)); err != nil {
			return err
		}
	}
	return nil
}

// seal writes the digests of all files, last.
func (b *Backup) seal(dir string) error {
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		b.Files[filepath.ToSlash(name)], err = digestFile(path)
		return err
	})
	if err != nil {
		return err
	}
	out, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, backupFile), append(out, '\n'))
}

// Restore puts a backup into a node's directory. A record that is there already is refused, unless replace says that it may go; the marks of the directory always stay. It says what the
// backup held, and whether marks are there.
func Restore(from, dir string, replace bool) (b Backup, marked bool, err error) {
	if b, err = readBackup(from); err != nil {
		return b, false, err
	}
	if err := os.MkdirAll(filepath.Join(dir, KeysDir), 0o700); err != nil {
		return b, false, err
	}
	if _, newer, _, err := sqlite.Peek(filepath.Join(from, RecordFile)); err != nil || newer {
		if newer {
			err = store.ErrNewer
		}
		return b, false, locked(from, err)
	}
	release, err := sqlite.Lock(filepath.Join(dir, RecordFile))
	if err != nil {
		return b, false, locked(dir, err)
	}
	defer func() { err = errors.Join(err, release()) }()
	_, there := os.Stat(filepath.Join(dir, RecordFile))
	if cfg, err := config.Load(filepath.Join(dir, ConfigFile), nil); err == nil && cfg.Store != "" {
		there = nil // it lies elsewhere
	}
	if there == nil && !replace {
		return b, false, refusal.New(refusal.Conflict, "backup.record_there", "dir", dir)
	}
	gone := []string{RecordFile, BodiesFile, PrivateFile, foldedFile} // which program folded the backup is not known
	if b.Files[OursFile] != "" {                                      // a backup of before there was any takes nothing away
		gone = append(gone, OursFile)
	}
	shelves, err := shelved(from)
	if err != nil {
		return b, false, err
	}
	for _, file := range append(gone, shelves...) {
		for _, beside := range []string{"", "-wal", "-shm"} {
			if err := os.Remove(filepath.Join(dir, file+beside)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return b, false, err
			}
		}
	}
	for name := range b.Files {
		if err := copyFile(filepath.Join(from, name), filepath.Join(dir, name)); err != nil {
			return b, false, err
		}
	}
	if err := replaced(dir); err != nil {
		return b, false, err
	}
	info, err := os.Stat(filepath.Join(dir, MarksFile))
	return b, err == nil && info.Size() > 0, nil
}

// replaced puts bodies where the restored configuration says that they lie; what lies elsewhere since is fetched again.
func replaced(dir string) error {
	p, _, err := readPlaced(dir)
	if err != nil {
		return err
	}
	cfg, err := config.Load(filepath.Join(dir, ConfigFile), nil)
	if err != nil || p.Place == cfg.Attachments.Place {
		return nil // a configuration that cannot be read says so when the node starts
	}
	fresh, err := placeAt(cfg.Attachments.Place)
	if err != nil {
		return err
	}
	return fresh.write(dir)
}

// readBackup checks every file of a backup before anything is touched.
func readBackup(from string) (b Backup, err error) {
	bad := func(file string) error {
		return refusal.New(refusal.Unverified, "backup.damaged", "folder", from, "file", file)
	}
	f, err := os.Open(filepath.Join(from, backupFile))
	if err != nil {
		return b, refusal.New(refusal.Missing, "backup.none", "folder", from).Because(err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxManifest))
	if err != nil {
		return b, err
	}
	if err := json.Unmarshal(raw, &b); err != nil || b.Format != backupFormat {
		return b, bad(backupFile)
	}
	for _, need := range []string{RecordFile, PrivateFile, ConfigFile, KeysDir + "/" + NodeKeyFile} {
		if b.Files[need] == "" {
			return b, bad(need)
		}
	}
	for name, want := range b.Files {
		if dir, _ := filepath.Split(name); !filepath.IsLocal(name) || !slices.Contains([]string{"", KeysDir + "/"}, dir) || name == MarksFile {
			return b, bad(name)
		}
		if got, err := digestFile(filepath.Join(from, name)); err != nil || got != want {
			return b, bad(name)
		}
	}
	return b, nil
}

func digestFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return fmt.Errorf("copying %s: %w", filepath.Base(from), err)
	}
	return nil
}

func writeFile(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}
