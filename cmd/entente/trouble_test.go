package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"entente.example/internal/locale"
)

// What the system says of a file is said in the reader's language, with the file's name, and in nobody else's.
func TestWhatTheSystemSaysOfAFile(t *testing.T) {
	dir := t.TempDir()
	_, folder := os.ReadFile(dir)
	_, absent := os.ReadFile(filepath.Join(dir, "absent"))
	real := filepath.Join(dir, "file")
	if err := os.WriteFile(real, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	below := os.Mkdir(filepath.Join(real, "below"), 0o700)
	twice := os.Mkdir(dir, 0o700)
	_, long := os.ReadFile(filepath.Join(dir, strings.Repeat("x", 300)))
	of := func(no error) error {
		return fmt.Errorf("doing it: %w", &fs.PathError{Op: "write", Path: "/x/draft.docx", Err: no})
	}
	for key, err := range map[string]error{"cli.file_folder": folder, "cli.no_file": absent, "cli.file_no_folder": below, "cli.file_exists": twice, "cli.file_long_name": long, "cli.file_denied": of(syscall.EACCES), "cli.file_no_room": of(syscall.ENOSPC),
		"cli.file_read_only": of(syscall.EROFS), "cli.file_too_many": of(syscall.EMFILE), "cli.file_disk": of(syscall.EIO), "cli.file_trouble": of(syscall.ELOOP)} {
		r := fileTrouble(err)
		if r == nil || r.Key != key {
			t.Errorf("%v is told as %v", err, r)
			continue
		}
		for _, tag := range locale.Languages {
			said := locale.Explain(tag, r)
			if !strings.Contains(said, r.Params["file"]) || r.Params["file"] == "" || key != "cli.file_trouble" && strings.Contains(said, errors.Unwrap(errAs(err)).Error()) {
				t.Errorf("%s: %s", tag, said)
			}
		}
	}
	if r := fileTrouble(os.Rename(filepath.Join(dir, "absent"), filepath.Join(dir, "there"))); r == nil || r.Key != "cli.no_file" || filepath.Base(r.Params["file"]) != "absent" {
		t.Errorf("a name that cannot be changed: %v", r)
	}
	if r := fileTrouble(errors.Join(absent, nil)); r == nil || r.Key != "cli.no_file" {
		t.Errorf("an error alone in a list: %v", r)
	}
	if r := fileTrouble(errors.Join(errors.New("the cause"), absent)); r != nil {
		t.Errorf("what is beside it is lost: %v", r)
	}
	if r := fileTrouble(errors.New("something else")); r != nil {
		t.Errorf("about no file: %v", r)
	}
}

func errAs(err error) error {
	e, _ := errors.AsType[*fs.PathError](err)
	return e
}
