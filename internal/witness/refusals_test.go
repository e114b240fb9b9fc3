package witness

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entente.example/ledger"
	"entente.example/refusal"
)

// A witness whose files cannot be read or written cosigns nothing, and goes on where it was once they can: a head that it could not keep was never cosigned.
func TestAWitnessThatCannotKeepCosignsNothing(t *testing.T) {
	g := newGrove(t, 30, 0)
	dir, server, p := ours(t, g)
	client := NewClient()
	if _, _, err := Submit(t.Context(), client, p, 0, g.head(5)); err != nil {
		t.Fatal(err)
	}
	heads := filepath.Join(dir, headsDir)
	files, err := os.ReadDir(heads)
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	head, list := filepath.Join(heads, files[0].Name()), filepath.Join(dir, LogsFile)
	good := func(path string) []byte {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	kept, trusted := good(head), good(list)
	put := func(path string, b []byte) func() {
		return func() {
			if err := errors.Join(os.RemoveAll(path), os.WriteFile(path, b, 0o600)); err != nil {
				t.Fatal(err)
			}
		}
	}
	folder := func(path string) func() {
		return func() {
			if err := errors.Join(os.RemoveAll(path), os.Mkdir(path, 0o700)); err != nil {
				t.Fatal(err)
			}
		}
	}
	size := int64(6)
	mended := func() { put(head, kept)() }
	for name, c := range map[string]struct{ spoil, mend func() }{
		"the list of logs is no file":         {folder(list), put(list, trusted)},
		"the list of logs has a broken key":   {put(list, []byte(origin+"+00000000+AAAA\n")), put(list, trusted)},
		"what was cosigned last is no file":   {folder(head), mended},
		"what was cosigned last is broken":    {put(head, []byte("nothing\n")), mended},
		"what was cosigned last is another's": {put(head, []byte(strings.Replace(string(kept), "cedar", "birch", 1))), mended},
		"a head cannot be written":            {folder(head + ".new"), func() { _ = os.RemoveAll(head + ".new") }},
	} {
		c.spoil()
		_, _, err := Submit(t.Context(), client, p, size-1, g.head(size))
		if err == nil || refusal.As(err).Key != "witness.bad_answer" || refusal.As(err).Params["status"] != "500" {
			t.Errorf("%s: %v", name, err)
		}
		c.mend()
		if _, _, err := Submit(t.Context(), client, p, size-1, g.head(size)); err != nil {
			t.Fatalf("after %s: %v", name, err)
		}
		kept = good(head)
		size++
	}
	if r, err := client.Post(server.URL+"/elsewhere", "text/plain", nil); err != nil || r.StatusCode != http.StatusNotFound {
		t.Error(r, err)
	}
	if r, err := client.Post(server.URL+"/add-checkpoint", "text/plain", strings.NewReader(strings.Repeat("x", ledger.MaxSubmission+1))); err != nil || r.StatusCode != http.StatusBadRequest {
		t.Error(r, err)
	}
}

// A directory that is no witness's is not opened as one, and none is made where something lies; no key is left behind by a name that nobody can cosign under.
func TestDirectoriesOfWitnesses(t *testing.T) {
	g := newGrove(t, 1, 0)
	dir, _, _ := ours(t, g)
	wants := func(err error, key string) {
		t.Helper()
		if err == nil || refusal.As(err).Key != key {
			t.Errorf("%v, want %s", err, key)
		}
	}
	wants(Create(dir, "witness.example/w2"), "node.directory_not_empty")
	empty := t.TempDir()
	_, err := Open(empty, nil, nil)
	wants(err, "witness.no_witness")
	wants(Trust(empty, g.vkeys[:]), "witness.no_witness")
	wants(Trust(dir, []string{"nonsense"}), "ledger.bad_key")
	named := filepath.Join(t.TempDir(), "w")
	if err := Create(named, "two words"); err == nil {
		t.Error("a name that no note can have is taken")
	}
	if _, err := os.Stat(filepath.Join(named, KeyFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a key without a name is left: %v", err)
	}
	if err := Create(filepath.Join(dir, NameFile, "below"), "witness.example/w3"); err == nil {
		t.Error("a directory below a file is made")
	}
	if err := os.Remove(filepath.Join(dir, KeyFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, nil, nil); err == nil {
		t.Error("a witness without its key is opened")
	}
}

// A list is bounded, and so is how far a log believes a witness: it proves nothing that it cannot, follows nobody elsewhere, and asks nobody at an address that is none.
func TestBounds(t *testing.T) {
	g := newGrove(t, 12, 0)
	_, p := stockWitness(t, g)
	many := strings.Repeat("#", maxList+1)
	if _, err := ParseList([]byte(many)); err == nil || refusal.As(err).Key != "witness.too_many" {
		t.Errorf("a list of %d bytes: %v", len(many), err)
	}
	if _, _, err := Submit(t.Context(), NewClient(), p, 20, g.head(10)); err == nil || refusal.As(err).Key != "witness.ahead" {
		t.Errorf("a witness that has seen more than there is: %v", err)
	}
	if _, _, err := Submit(t.Context(), NewClient(), p, 0, g.head(5)); err != nil {
		t.Fatal(err)
	}
	h, broken := g.head(10), errors.New("a tile is not there")
	h.Prove = func(int64) ([]ledger.Hash, error) { return nil, broken }
	if _, _, err := Submit(t.Context(), NewClient(), p, 5, h); !errors.Is(err, broken) {
		t.Errorf("what cannot be proven: %v", err)
	}
	if _, _, err := Submit(t.Context(), NewClient(), Peer{"http://[::1", p.Keys}, 0, g.head(10)); err == nil || refusal.As(err).Key != "witness.unreachable" {
		t.Errorf("an address that is none: %v", err)
	}
	if _, _, err := Submit(t.Context(), NewNamedClient(false), p, 0, g.head(10)); err == nil || refusal.As(err).Key != "witness.private" {
		t.Errorf("a witness that parties named, in a private network: %v", err)
	}
}

// A witness that serves ends when it is asked to, and says why when it cannot begin.
func TestAWitnessServes(t *testing.T) {
	g := newGrove(t, 3, 0)
	dir, _, _ := ours(t, g)
	w, err := Open(dir, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Serve(ctx, l) }()
	k := w.VKeys()
	p, err := NewPeer("http://"+l.Addr().String(), k[:])
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Submit(t.Context(), NewClient(), p, 0, g.head(3)); err != nil {
		t.Error(err)
	}
	if end(); <-ended != nil {
		t.Error("a witness that was asked to end says that it failed")
	}
	if err := w.Serve(t.Context(), l); err == nil || !strings.HasPrefix(err.Error(), "witness: ") {
		t.Errorf("on a listener that is closed: %v", err)
	}
}
