package main

import (
	"os"
	"testing"

	"entente.example/internal/store/postgres/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// A small run of the long measurement, so that it cannot rot: whatever it does, it does to its end.
func TestManyMechanismsOnOneDatabase(t *testing.T) {
	b := &bench{dir: t.TempDir(), entries: 120, mechanisms: 2, fetches: 4, store: pgtest.Database(t)}
	if err := b.many(t.Context()); err != nil {
		t.Fatal(err)
	}
}
