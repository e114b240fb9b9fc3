// Package vectors reads the shared test vectors under testdata/vectors: what any implementation of docs/protocol.md accepts and refuses, as files that need no Go.
//
// It promises that a file which lost vectors, or a vector without a verdict or a reason, fails the test that reads it. Only tests import it.
package vectors

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the vectors that a test generates instead of comparing them")

// Header begins every vector.
type Header struct {
	Name   string `json:"name"`
	Expect string `json:"expect"`           // "accept" or "reject"
	Reason string `json:"reason,omitempty"` // what is wrong; every "reject" has one
}

// Accept reports whether an implementation must accept the vector.
func (h Header) Accept() bool { return h.Expect == "accept" }

func (h Header) header() Header { return h }

// Vector is a struct that embeds Header.
type Vector interface{ header() Header }

// file is the form of every file.
type file[V Vector] struct {
	About   string `json:"about"`
	Vectors []V    `json:"vectors"`
}

// Read returns the vectors of a file, at least as many as the test knows of, accepting and refusing ones.
func Read[V Vector](t testing.TB, name string, atLeast int) []V {
	t.Helper()
	b, err := os.ReadFile(path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	var f file[V]
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if len(f.Vectors) < atLeast {
		t.Fatalf("%s has %d vectors, not %d: some were lost", name, len(f.Vectors), atLeast)
	}
	names, verdicts := map[string]bool{}, map[string]int{}
	for _, v := range f.Vectors {
		h := v.header()
		if h.Name == "" || names[h.Name] || h.Accept() == (h.Reason != "") || !h.Accept() && h.Expect != "reject" {
			t.Fatalf("%s: the header of %q is wrong", name, h.Name)
		}
		names[h.Name] = true
		verdicts[h.Expect]++
	}
	if len(verdicts) != 2 {
		t.Fatalf("%s has vectors of one kind only", name)
	}
	return f.Vectors
}

// Golden compares generated vectors with the file, or writes it under -update.
func Golden[V Vector](t testing.TB, name, about string, vs []V) {
	t.Helper()
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(file[V]{about, vs}); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path(t, name), out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, out.Bytes()) {
		t.Fatalf("%s is not what the code makes now; if the protocol changed on purpose, run this test with -update and look at the difference", name)
	}
}

// path finds the folder from any package of the module.
func path(t testing.TB, name string) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for range 6 {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "testdata", "vectors", name+".json")
		}
		dir = filepath.Dir(dir)
	}
	t.Fatal("no go.mod above: which module is this?")
	return ""
}
