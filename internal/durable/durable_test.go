package durable_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"entente.example/internal/durable"
)

func TestRename(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "new"), filepath.Join(dir, "old")
	for name, s := range map[string]string{from: "now", to: "before"} {
		if err := os.WriteFile(name, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := durable.Rename(from, to); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(to); err != nil || string(b) != "now" {
		t.Errorf("%q, %v", b, err)
	}
	for what, err := range map[string]error{"a file that is not there": durable.Rename(from, to), "a folder that is not there": durable.Folder(from)} {
		if !errors.Is(err, fs.ErrNotExist) || durable.Refused(err) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestWhatADiskSaysThatTakesNoMore(t *testing.T) {
	for err, want := range map[error]bool{syscall.ENOSPC: true, syscall.EDQUOT: true, syscall.EIO: true, syscall.EROFS: true, syscall.EACCES: false, syscall.ENOENT: false} {
		if got := durable.Refused(fmt.Errorf("writing: %w", &fs.PathError{Err: err})); got != want {
			t.Errorf("%v: %v", err, got)
		}
	}
}
