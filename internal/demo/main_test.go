package demo

import (
	"os"
	"testing"

	"entente.example/internal/keys"
	"entente.example/internal/keys/keystest"
	"entente.example/internal/store/sqlite"
)

// One reader at a time: a page that asks for a second connection while it holds one never comes.
func TestMain(m *testing.M) {
	sqlite.Readers = 1
	keys.Encrypt = keystest.Cheaply
	os.Exit(m.Run())
}
