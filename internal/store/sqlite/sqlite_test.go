package sqlite_test

import (
	"path/filepath"
	"testing"

	"entente.example/internal/store"
	"entente.example/internal/store/sqlite"
	"entente.example/internal/store/storetest"
)

func open(t testing.TB, dir string) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(dir, "record.db")})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T, dir string) store.Record { return open(t, dir) })
}

func TestBodiesContract(t *testing.T) {
	storetest.RunBodies(t, func(t *testing.T, dir string) store.Bodies {
		b, err := sqlite.OpenBodies(t.Context(), sqlite.Options{Path: filepath.Join(dir, "bodies.db")})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}, storetest.InFolder)
}
