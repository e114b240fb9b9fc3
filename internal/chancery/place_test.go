package chancery

import (
	"bytes"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entente.example/enclosure"
	"entente.example/internal/config"
	"entente.example/internal/store"
	"entente.example/internal/store/shelf"
	"entente.example/refusal"
)

// housed is a node's directory whose record lies in a file, and its configuration.
func housed(t *testing.T) (string, config.Config) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ConfigFile), []byte("party = \"cedar\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := config.Default()
	cfg.Party = "cedar"
	return dir, cfg
}

func moveTo(t *testing.T, dir string, to string) error {
	t.Helper()
	cfg, err := config.Load(filepath.Join(dir, ConfigFile), nil)
	if err != nil {
		t.Fatal(err)
	}
	return MoveBodies(t.Context(), dir, cfg, to, func(int64, int64) {})
}

// A place that cannot be cleared after a move is remembered until it can, and so is one to which a move was begun; neither stands in the way of going on.
func TestWhatAMoveLeavesIsRemembered(t *testing.T) {
	dir, _ := housed(t)
	first, second, third := filepath.Join(t.TempDir(), "first"), filepath.Join(t.TempDir(), "second"), filepath.Join(t.TempDir(), "third")
	if err := moveTo(t, dir, first); err != nil {
		t.Fatal(err)
	}
	p, _, err := readPlaced(dir)
	if err != nil || p.Place != first || len(p.Left) != 0 {
		t.Fatalf("%+v, %v", p, err)
	}
	begun, err := placeAt(second) // and cut off
	if err == nil {
		err = shelf.Folder{Path: filepath.Join(second, begun.Shelf)}.Make()
	}
	if err == nil {
		err = os.Rename(second, second+".away")
	}
	p.Coming = &begun
	if err = errors.Join(err, p.write(dir)); err != nil {
		t.Fatal(err)
	}
	if err := moveTo(t, dir, third); refusal.As(err).Key != "body.left_behind" || refusal.As(err).Params["place"] != second {
		t.Errorf("the place that cannot be cleared: %v", err)
	}
	if p, _, err = readPlaced(dir); err != nil || p.Place != third || len(p.Left) != 1 || p.Coming != nil {
		t.Fatalf("%+v, %v", p, err)
	}
	if err := os.Rename(second+".away", second); err != nil {
		t.Fatal(err)
	}
	if err := moveTo(t, dir, third); err != nil {
		t.Fatal(err)
	}
	if err := moveTo(t, dir, third); refusal.As(err).Key != "body.already_there" {
		t.Errorf("nothing is left to be done: %v", err)
	}
	if left, err := os.ReadDir(second); err != nil || len(left) != 0 {
		t.Errorf("%v lies where a move was begun: %v", left, err)
	}
}

// A node that finds another place in its configuration than its keys belong to opens nothing; one that has no key yet begins there; a restored one gets a shelf of its own.
func TestKeysBelongToAPlace(t *testing.T) {
	dir, cfg := housed(t)
	cfg.Attachments.Place = filepath.Join(t.TempDir(), "papers")
	c := &Chancery{dir: dir, cfg: cfg}
	p, err := c.settled()
	if err != nil || p.Place != cfg.Attachments.Place || len(p.Shelf) != 2*shelfBytes {
		t.Fatalf("%+v, %v", p, err)
	}
	if again, err := c.settled(); err != nil || again.Shelf != p.Shelf {
		t.Errorf("it has another shelf after a restart: %+v, %v", again, err)
	}
	c.cfg.Attachments.Place = ""
	if _, err := c.settled(); refusal.As(err).Key != "body.not_moved" {
		t.Errorf("another place: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, ConfigFile), []byte("party = \"cedar\"\n[attachments]\nplace = \"/elsewhere\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := replaced(dir); err != nil {
		t.Fatal(err)
	}
	c.cfg.Attachments.Place = "/elsewhere"
	if restored, err := c.settled(); err != nil || restored.Shelf == p.Shelf || restored.Shelf == "" {
		t.Errorf("%+v, %v", restored, err)
	}
	old := &Chancery{dir: t.TempDir(), cfg: cfg}
	key := filepath.Join(old.dir, BodyKeysDir, strings.Repeat("ab", 16))
	if err := errors.Join(os.Mkdir(filepath.Dir(key), 0o700), os.WriteFile(key, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := old.settled(); refusal.As(err).Key != "body.not_moved" {
		t.Errorf("keys of the file are taken for those of a shelf: %v", err)
	}
}

// A shelf that was used once is never made again: where its disk is not mounted, papers would go onto another one.
func TestAUsedShelfIsNotMadeAgain(t *testing.T) {
	dir, cfg := housed(t)
	cfg.Attachments.Place = filepath.Join(t.TempDir(), "papers")
	c := &Chancery{dir: dir, cfg: cfg, log: slog.New(slog.DiscardHandler)}
	for _, mounted := range []bool{true, false} {
		if !mounted {
			if err := os.RemoveAll(cfg.Attachments.Place); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.openBodies(t.Context()); err != nil {
			t.Fatal(err)
		}
		err := c.tidy(t.Context())
		if _, there := os.Stat(cfg.Attachments.Place); mounted != (err == nil) || mounted != (there == nil) || !mounted && !errors.Is(err, store.ErrAway) {
			t.Errorf("mounted %v: %v, %v", mounted, err, there)
		}
		if err := c.bodies.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A node whose place for attachments cannot be reached at its very first start, as after a restore elsewhere, says so and serves all else; the shelf is made when it can be, now or after another start.
func TestAShelfThatIsAwayAtTheFirstStart(t *testing.T) {
	dir, cfg := housed(t)
	above := filepath.Join(t.TempDir(), "disk")
	if err := os.WriteFile(above, nil, 0o600); err != nil { // no folder can be made there
		t.Fatal(err)
	}
	cfg.Attachments.Place = filepath.Join(above, "papers")
	var said bytes.Buffer
	c := &Chancery{dir: dir, cfg: cfg, now: time.Now, rand: rand.Reader, log: slog.New(slog.NewTextHandler(&said, nil))}
	defer func() { _ = c.bodies.Close() }()
	stage := func() error {
		_, err := c.room.Stage(t.Context(), "m", enclosure.Erasable, "text/plain", enclosure.Header{}, strings.NewReader("a paper"))
		return err
	}
	for start := range 3 {
		if start == 2 {
			if err := os.Remove(above); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.openBodies(t.Context()); err != nil {
			t.Fatal(err)
		}
		if p, _, err := readPlaced(dir); err != nil || p.Unmade != (start < 2) || c.unmade != (start < 2) {
			t.Errorf("start %d: %+v, %v", start, p, err)
		}
		if start < 2 {
			if err := stage(); refusal.As(err).Key != "body.away" {
				t.Errorf("start %d: staging ends with %v", start, err)
			}
			if err := c.bodies.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := strings.Count(said.String(), "all else is served"); got != 2 {
		t.Errorf("it was said %d times: %s", got, said.String())
	}
	if err := stage(); err != nil {
		t.Error(err)
	}
	if err := os.RemoveAll(cfg.Attachments.Place); err != nil {
		t.Fatal(err)
	}
	if err := c.makeUnmade(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(cfg.Attachments.Place); err == nil {
		t.Error("a shelf that was used is made again")
	}
}
