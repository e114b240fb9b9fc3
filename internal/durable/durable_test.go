package durable_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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

// A new file is whole or not there, takes nobody's place, and nobody else's file is touched, whatever it is called.
func TestCreate(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "key")
	fill := func(words string, fails error) func(*os.File) error {
		return func(f *os.File) error {
			_, err := f.WriteString(words)
			return errors.Join(err, fails)
		}
	}
	for _, name := range []string{"key.new", "key.part"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("another's"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	names := func() (out []string) {
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			out = append(out, f.Name())
		}
		return out
	}
	failed := errors.New("the other end has gone")
	if err := durable.Create(path, fill("half", failed)); !errors.Is(err, failed) || len(names()) != 2 {
		t.Errorf("half of one: %v, %v", err, names())
	}
	before := filepath.Join(dir, "between")
	if err := durable.Create(before, func(f *os.File) error {
		return errors.Join(fill("mine", nil)(f), os.WriteFile(before, []byte("first"), 0o600))
	}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("somebody came first: %v", err)
	}
	if b, err := os.ReadFile(before); err != nil || string(b) != "first" {
		t.Errorf("who came first has %q, %v", b, err)
	}
	if err := durable.Create(path, fill("whole", nil)); err != nil {
		t.Fatal(err)
	}
	if err := durable.Create(path, fill("second", nil)); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second one: %v", err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "whole" {
		t.Errorf("%q, %v", b, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if got := names(); !slices.Equal(got, []string{"between", "key", "key.new", "key.part"}) {
		t.Errorf("what lies there is %v", got)
	}
	nowhere := filepath.Join(dir, "nowhere", "key")
	var of *fs.PathError
	if err := durable.Create(nowhere, fill("", nil)); !errors.Is(err, fs.ErrNotExist) || !errors.As(err, &of) || of.Path != nowhere {
		t.Errorf("a folder that is not there: %v", err)
	}
}
