package demo

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"entente.example/internal/chancery"
)

// Whatever an operator has to see to is found, at the weight that it has, and no more once it is seen to: files that others may read, backups that were never made, are old or of which the day cannot be read, clocks, and counterparts that are silent.
func TestDoctorFindsWhatWantsSomebody(t *testing.T) {
	s := stage(t)
	a := s.Actors[0]
	says := func(finding string) bool {
		found, err := a.Examine(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(found, func(f chancery.Examined) bool { return f.Grade+" "+f.Key == finding })
	}
	finds := func(findings ...string) {
		t.Helper()
		for _, f := range findings {
			s.eventually(t, func() bool { return says(f) })
		}
	}
	backup := func() {
		if _, err := a.Backup(t.Context(), filepath.Join(t.TempDir(), "kept")); err != nil {
			t.Fatal(err)
		}
	}
	change := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}

	finds("well doctor.files", "notice doctor.no_backup", "well doctor.connected")
	if says("notice doctor.clocks_apart") || says("notice doctor.no_line") {
		t.Error("clocks that agree, or lines that are open, are complained of")
	}
	change(os.Chmod(filepath.Join(a.Dir, chancery.KeysDir), 0o755))
	finds("wrong doctor.open_to_others")
	change(os.Chmod(filepath.Join(a.Dir, chancery.KeysDir), 0o700))
	finds("well doctor.files")

	backup()
	finds("well doctor.backup")
	change(os.WriteFile(filepath.Join(a.Dir, "last-backup"), []byte("yesterday"), 0o600))
	finds("notice doctor.unreadable")

	backup()
	s.apart(t, a)
	finds("notice doctor.no_line")
	a.ahead.Store(int64(8 * 24 * time.Hour))
	finds("notice doctor.silent", "notice doctor.backup_old")
	s.together(a)
	finds("well doctor.connected", "notice doctor.clocks_apart")
	s.eventually(t, func() bool { return !says("notice doctor.silent") && !says("notice doctor.no_line") }) // all of them are there
	enter(t, s, a, 4, "2009-02-24")
	s.apart(t, a)
	a.ahead.Store(0)
	s.together(a)
	finds("wrong doctor.clock_behind", "well doctor.connected")
	backup()
	finds("well doctor.backup")
}
