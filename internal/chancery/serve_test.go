package chancery

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"

	"entente.example/internal/config"
	"entente.example/internal/keys"
	"entente.example/internal/store"
	"entente.example/refusal"
)

// flickering is a record that is read a few times, with a mechanism in it, and is then away.
type flickering struct {
	store.Record
	serves int
}

type withOne struct{ store.Reader }

func (withOne) Mechanisms() ([]string, error) { return []string{"one"}, nil }

func (withOne) Matter(string, string) (store.Matter, error) { return store.Matter{}, store.ErrMissing }

func (f *flickering) View(ctx context.Context, look func(store.Reader) error) error {
	if f.serves--; f.serves < 0 {
		return store.ErrAway
	}
	return f.Record.View(ctx, func(r store.Reader) error { return look(withOne{r}) })
}

// A database that goes away while the node is being taken up ends all of it, at whatever step that is, and says why: whoever serves the node opens it anew.
func TestADatabaseThatGoesAwayWhileTheNodeIsTakenUp(t *testing.T) {
	dir := t.TempDir()
	cfg := config.Default()
	cfg.Party, cfg.Line.Listen = "cedar", ""
	if err := os.Mkdir(filepath.Join(dir, KeysDir), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Create(filepath.Join(dir, KeysDir, NodeKeyFile), rand.Reader); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ConfigFile), []byte("party = \"cedar\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for serves := range 3 { // its own keys, its mechanisms, the parties of each
		c, err := Open(t.Context(), Options{Dir: dir, Config: cfg})
		if err != nil {
			t.Fatal(err)
		}
		c.timed.Record = &flickering{c.record, serves}
		if err := c.Run(t.Context()); refusal.As(err).Key != "node.store_away" {
			t.Errorf("after %d looks the node ends with %v", serves, err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}
