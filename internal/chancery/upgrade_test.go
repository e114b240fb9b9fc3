package chancery

import (
	"context"
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entente.example/internal/config"
	"entente.example/internal/staff"
	"entente.example/internal/store"
	"entente.example/internal/store/sqlite"
	"entente.example/internal/strongroom"
	"entente.example/refusal"
)

// filed is a node of which only the files are there, as an older program wrote them.
func filed(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for _, file := range []string{RecordFile, PrivateFile} {
		statements, err := os.ReadFile(filepath.Join("testdata", "older", file+".sql"))
		if err != nil {
			t.Fatal(err)
		}
		execute(t, filepath.Join(dir, file), string(statements))
	}
	bodies, err := sqlite.OpenBodies(t.Context(), sqlite.Options{Path: filepath.Join(dir, BodiesFile)})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{bodies.Close(), os.Mkdir(filepath.Join(dir, KeysDir), 0o700), os.WriteFile(filepath.Join(dir, KeysDir, NodeKeyFile), []byte("key"), 0o600),
		os.WriteFile(filepath.Join(dir, ConfigFile), []byte("party = \"cedar\"\n"), 0o600)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// execute runs statements on a file as somebody else's program might.
func execute(t testing.TB, path, statements string) {
	t.Helper()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), statements); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// writeOne puts one mechanism with a log of its name into a record.
func writeOne(t *testing.T, db store.Record, name string) {
	t.Helper()
	err := db.Update(t.Context(), func(tx store.Tx) error {
		if err := tx.PutMechanism(store.Mechanism{ID: name, Charter: []byte("c")}); err != nil {
			return err
		}
		_, err := tx.AddLog(store.Log{Mech: name, Origin: name, Party: "cedar"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// opening is a chancery as far as it concerns its files.
func opening(t testing.TB, dir string, at time.Time) (*Chancery, *strings.Builder) {
	t.Helper()
	cfg := config.Default()
	cfg.Party = "cedar"
	said := new(strings.Builder)
	return &Chancery{dir: dir, cfg: cfg, now: func() time.Time { return at }, log: slog.New(slog.NewTextHandler(said, nil)), kept: kept{free: strongroom.FreeBytes}}, said
}

func (c *Chancery) openFiles(ctx context.Context) (err error) {
	if c.record, err = openRecord(ctx, c.dir, c.cfg, c.BeforeUpgrade(ctx, RecordFile)); err == nil {
		c.staff, err = staff.Open(ctx, staff.Options{Path: c.path(PrivateFile), Before: c.BeforeUpgrade(ctx, PrivateFile)})
	}
	return err
}

var upgradeDay = time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)

func steps(t *testing.T, path string) (int, map[string]int64) {
	t.Helper()
	n, _, logs, err := sqlite.Peek(path)
	if err != nil {
		t.Fatal(err)
	}
	return n, logs
}

// A newer program keeps the whole node as it was, once for all its files and before the first is changed, says where, and the older one's restore brings it back: form, entries, people, keys.
func TestANodeIsKeptBeforeItIsUpgradedAndGoesBack(t *testing.T) {
	dir := filed(t)
	if err := os.WriteFile(filepath.Join(dir, foldedFile), []byte("1\n"), 0o600); err != nil { // by this program, before somebody went back to the older one
		t.Fatal(err)
	}
	c, said := opening(t, dir, upgradeDay)
	if err := c.openFiles(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, foldedFile)); !os.IsNotExist(err) {
		t.Errorf("what the older program folded is taken for this one's work: %v", err)
	}
	writeOne(t, c.record, "later")
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	all, err := copiesIn(filepath.Join(dir, "before-upgrade"))
	if err != nil || len(all) != 1 {
		t.Fatalf("%v (%v): want one copy", all, err)
	}
	if !strings.Contains(said.String(), all[0]) {
		t.Errorf("nobody is told where the copy is: %s", said)
	}
	if n, logs := steps(t, filepath.Join(all[0], RecordFile)); n != 6 || len(logs) != 1 {
		t.Errorf("the copy's record has taken %d steps and has %v", n, logs)
	}
	if n, logs := steps(t, filepath.Join(dir, RecordFile)); n <= 6 || len(logs) != 2 {
		t.Errorf("the record has taken %d steps and has %v", n, logs)
	}
	if f, ok := c.examineCopies(); !ok || f.Params["n"] != "1" {
		t.Errorf("the doctor says %v", f)
	}

	b, _, err := Restore(all[0], dir, true)
	if err != nil || b.Logs["first"] != 0 || len(b.Logs) != 1 {
		t.Fatalf("%v (%v)", b, err)
	}
	for file, want := range map[string]int{RecordFile: 6, PrivateFile: 6} {
		if have := form(t, filepath.Join(dir, file)); have != want {
			t.Errorf("%s was restored with %d steps, want %d", file, have, want)
		}
	}
}

// form is how many steps a file has taken.
func form(t *testing.T, path string) (n int) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(t.Context(), "PRAGMA user_version").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Without room for the copy nothing is changed; the refusal says how much is needed, and the operator may name another disk or say that there is a backup.
func TestWithoutRoomForACopyNothingIsUpgraded(t *testing.T) {
	dir := filed(t)
	c, _ := opening(t, dir, upgradeDay)
	c.kept.free = func(string) (int64, error) { return copyReserve, nil }
	err := c.openFiles(t.Context())
	if r := refusal.As(err); r == nil || r.Key != "backup.no_room" || r.Params["free"] != "64 MiB" {
		t.Fatalf("%v", err)
	}
	if n, _ := steps(t, filepath.Join(dir, RecordFile)); n != 6 {
		t.Errorf("the record has taken %d steps", n)
	}
	if all, _ := copiesIn(c.copies()); len(all) != 0 {
		t.Errorf("there is %v", all)
	}
	elsewhere := t.TempDir()
	c, _ = opening(t, dir, upgradeDay)
	c.cfg.Operating.BeforeUpgrade = elsewhere
	if err := c.openFiles(t.Context()); err != nil {
		t.Fatal(err)
	}
	if all, err := copiesIn(elsewhere); len(all) != 1 {
		t.Errorf("%v (%v)", all, err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}

	dir = filed(t)
	c, said := opening(t, dir, upgradeDay)
	c.cfg.Operating.BeforeUpgrade = config.NoCopy
	c.kept.free = func(string) (int64, error) { t.Error("somebody asked for room"); return 0, nil }
	if err := c.openFiles(t.Context()); err != nil || !strings.Contains(said.String(), "no copy is made") {
		t.Errorf("%v: %s", err, said)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
}

// A node that is started again and again and gets no further has one copy, not one for every start; one that was written to meanwhile has another.
func TestTheSameCopyIsNotKeptTwice(t *testing.T) {
	dir := filed(t)
	for n := range 3 {
		c, _ := opening(t, dir, upgradeDay.Add(time.Duration(n)*time.Minute))
		if err := c.BeforeUpgrade(t.Context(), RecordFile)(6, 7); err != nil {
			t.Fatal(err)
		}
		if all, err := copiesIn(c.copies()); len(all) != 1 {
			t.Errorf("start %d: %v (%v)", n, all, err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, KeysDir, "node-2.key"), []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, _ := opening(t, dir, upgradeDay.Add(time.Hour))
	if err := c.BeforeUpgrade(t.Context(), RecordFile)(6, 7); err != nil {
		t.Fatal(err)
	}
	if all, err := copiesIn(c.copies()); len(all) != 2 {
		t.Errorf("%v (%v)", all, err)
	}
}

// A backup of a newer program is refused before anything of what is there is taken away.
func TestABackupOfANewerProgramTakesNothingAway(t *testing.T) {
	dir := filed(t)
	c, _ := opening(t, dir, upgradeDay)
	folder := filepath.Join(t.TempDir(), "b")
	if _, err := c.copyNode(t.Context(), folder); err != nil {
		t.Fatal(err)
	}
	newer, err := sql.Open("sqlite3", "file:"+filepath.Join(folder, RecordFile))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newer.ExecContext(t.Context(), "PRAGMA user_version=99"); err != nil {
		t.Fatal(err)
	}
	b := Backup{Format: backupFormat, Party: "cedar", Files: map[string]string{}}
	for _, err := range []error{newer.Close(), os.Remove(filepath.Join(folder, backupFile)), b.seal(folder)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := Restore(folder, dir, true); refusal.As(err).Key != "node.newer_database" {
		t.Errorf("%v", err)
	}
	if _, logs := steps(t, filepath.Join(dir, RecordFile)); len(logs) != 1 {
		t.Errorf("what was there is %v", logs)
	}
}
