package witness

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"entente.example/ledger"
	"entente.example/refusal"
)

const origin = "entente/7f3a9c2e01b4d8aa/cedar/1"

// grove is a log that grows.
type grove struct {
	t      testing.TB
	signer ledger.LogSigner
	vkeys  [2]string
	tiles  map[[2]int64][]byte
	roots  []ledger.Hash
}

func newGrove(t testing.TB, entries int, salt byte) *grove {
	t.Helper()
	ml, err := ledger.NewMLDSAKey([32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	ed := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{2}, 32))
	g := &grove{t: t, tiles: map[[2]int64][]byte{}, roots: []ledger.Hash{ledger.EmptyRoot}}
	v, err := ledger.NewLogVerifier(origin, ed.Public().(ed25519.PublicKey), ml.Public())
	if err != nil {
		t.Fatal(err)
	}
	g.vkeys = v.VKeys()
	if g.signer, err = ledger.NewLogSigner(origin, ed, ml); err != nil {
		t.Fatal(err)
	}
	b := ledger.NewBuilder()
	for n := range entries {
		b.Append(ledger.LeafHash([]byte{salt, byte(n)}))
		g.roots = append(g.roots, b.Root())
		for _, x := range b.TakeTiles() {
			g.tiles[[2]int64{int64(x.Level), x.N}] = x.Data
		}
	}
	return g
}

func (g *grove) head(size int64) Head {
	g.t.Helper()
	n, err := ledger.SignCheckpoint(ledger.Checkpoint{Origin: origin, Size: size, Root: g.roots[size]}, g.signer, 1)
	if err != nil {
		g.t.Fatal(err)
	}
	return Head{Note: n, Size: size, Prove: func(old int64) ([]ledger.Hash, error) {
		return ledger.ProveConsistency(size, old, func(level int, n int64) ([]byte, error) { return g.tiles[[2]int64{int64(level), n}], nil })
	}}
}

// stock is a witness as C2SP tlog-witness describes one, written from the specification with the tools that the rest of the world has: it shares no code with ours.
type stock struct {
	logs map[string]note.Verifier
	key  ed25519.PrivateKey
	mu   sync.Mutex
	last map[string]tlog.Tree
	saw  [][]byte
}

const stockName = "witness.example/stock"

func (s *stock) vkey() string {
	v, err := note.NewEd25519VerifierKey(stockName, s.key.Public().(ed25519.PublicKey))
	if err != nil {
		panic(err)
	}
	raw, err := base64.StdEncoding.DecodeString(strings.Split(v, "+")[2])
	if err != nil {
		panic(err)
	}
	raw[0] = 4
	sum := sha256.Sum256(append([]byte(stockName+"\n"), raw...))
	return fmt.Sprintf("%s+%x+%s", stockName, sum[:4], base64.StdEncoding.EncodeToString(raw))
}

func (s *stock) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(r.Body)
	if err != nil || r.Method != http.MethodPost || r.URL.Path != "/w/add-checkpoint" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saw = append(s.saw, b)
	head, msg, _ := strings.Cut(string(b), "\n\n")
	lines := strings.Split(head, "\n")
	old, _ := strconv.ParseInt(strings.TrimPrefix(lines[0], "old "), 10, 64)
	var proof tlog.TreeProof
	for _, l := range lines[1:] {
		h, err := tlog.ParseHash(l)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		proof = append(proof, h)
	}
	name, _, _ := strings.Cut(msg, "\n")
	v := s.logs[name]
	if v == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	opened, err := note.Open([]byte(msg), note.VerifierList(v))
	if err != nil {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	fields := strings.Split(opened.Text, "\n")
	size, _ := strconv.ParseInt(fields[1], 10, 64)
	root, err := tlog.ParseHash(fields[2])
	last := s.last[name]
	switch {
	case err != nil || old > size:
		w.WriteHeader(http.StatusBadRequest)
	case old != last.N || old == size && root != last.Hash:
		w.Header().Set("Content-Type", "text/x.tlog.size")
		w.WriteHeader(http.StatusConflict)
		fmt.Fprintf(w, "%d\n", last.N)
	case old > 0 && old < size && tlog.CheckTree(proof, size, root, old, last.Hash) != nil:
		w.WriteHeader(http.StatusUnprocessableEntity)
	default:
		s.last[name] = tlog.Tree{N: size, Hash: root}
		now := uint64(1_700_000_000)
		sig := ed25519.Sign(s.key, fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", now, opened.Text))
		_, raw, _ := strings.Cut(s.vkey(), "+")
		id, _ := strconv.ParseUint(raw[:8], 16, 32)
		line := []byte{byte(id >> 24), byte(id >> 16), byte(id >> 8), byte(id), 0, 0, 0, 0, byte(now >> 24), byte(now >> 16), byte(now >> 8), byte(now & 255)}
		fmt.Fprintf(w, "\u2014 %s %s\n", stockName, base64.StdEncoding.EncodeToString(append(line, sig...)))
	}
}

func stockWitness(t *testing.T, g *grove) (*stock, Peer) {
	t.Helper()
	v, err := note.NewVerifier(g.vkeys[0])
	if err != nil {
		t.Fatal(err)
	}
	s := &stock{logs: map[string]note.Verifier{origin: v}, key: ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, 32)), last: map[string]tlog.Tree{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	p, err := NewPeer(server.URL+"/w/", []string{s.vkey()})
	if err != nil {
		t.Fatal(err)
	}
	return s, p
}

// A stock witness cosigns our heads as they grow, finds its way back by its own word about what it has seen, and is shown no more than origin, size, root and the log's own signatures.
func TestStockWitnessCosigns(t *testing.T) {
	g := newGrove(t, 40, 0)
	s, p := stockWitness(t, g)
	for _, step := range []struct{ old, size int64 }{{0, 3}, {3, 17}, {0, 30}, {17, 40}, {40, 40}} {
		got, at, err := Submit(t.Context(), NewClient(), p, step.old, g.head(step.size))
		if err != nil || at != 1_700_000_000 {
			t.Fatalf("%v: %v at %d", step, err, at)
		}
		cp, _, err := p.Keys[0].Open(got)
		if err != nil || cp.Size != step.size {
			t.Errorf("%v: %+v %v", step, cp, err)
		}
	}
	for _, b := range s.saw {
		for line := range strings.Lines(string(b)) {
			if h, err := base64.StdEncoding.DecodeString(strings.TrimSpace(line)); strings.HasPrefix(line, "old ") || line == "\n" || line == origin+"\n" || err == nil && len(h) == 32 || strings.HasPrefix(line, "\u2014 "+origin+" ") {
				continue
			}
			if n, err := strconv.Atoi(strings.TrimSpace(line)); err != nil || n > 40 {
				t.Errorf("the witness was shown %q", line)
			}
		}
	}
}

// What a witness answers is told apart, in words; nothing but its own signature on our head is taken for one. Attack 28.
func TestWrongAnswers(t *testing.T) {
	g := newGrove(t, 20, 0)
	_, p := stockWitness(t, g)
	if _, _, err := Submit(t.Context(), NewClient(), p, 0, g.head(10)); err != nil {
		t.Fatal(err)
	}
	other := newGrove(t, 20, 1) // another history under the same key
	for name, c := range map[string]struct {
		old  int64
		head Head
		want string
	}{
		"another history, longer":           {10, other.head(15), "witness.not_consistent"},
		"another history, of the same size": {10, other.head(10), "witness.contradicts"},
		"a shorter one than it has seen":    {0, g.head(7), "witness.ahead"},
	} {
		if _, _, err := Submit(t.Context(), NewClient(), p, c.old, c.head); err == nil || refusal.As(err).Key != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	answer := func(status int, kind, body string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}))
		defer server.Close()
		_, _, err := Submit(t.Context(), NewClient(), Peer{server.URL, p.Keys}, 3, g.head(10))
		if err == nil {
			t.Errorf("%d %q was taken for a cosignature", status, body)
			return ""
		}
		return refusal.As(err).Key
	}
	for _, c := range []struct {
		status           int
		kind, body, want string
	}{
		{404, "text/plain", "", "witness.unknown_log"}, {403, "text/plain", "", "witness.other_key"}, {422, "text/plain", "", "witness.not_consistent"}, {500, "text/html", "oops", "witness.bad_answer"},
		{302, "text/plain", "", "witness.bad_answer"}, {200, "text/plain", "", "witness.not_cosigned"}, {200, "text/html", "<p>\n", "witness.not_cosigned"},
		{200, "text/plain", "\u2014 " + stockName + " AAAAAAAAAAAAAAAAAAAAAA==\n", "witness.not_cosigned"},
		{409, sizeType, "5\n", "witness.contradicts"}, // it says so again and again: we ask once more, not for ever
		{409, sizeType, "3\n", "witness.contradicts"}, {409, "text/plain", "5\n", "witness.contradicts"}, {409, sizeType, "05\n", "witness.contradicts"}, {409, sizeType, "99\n", "witness.ahead"},
		{200, "text/plain", strings.Repeat("x", ledger.MaxNote+2), "witness.not_cosigned"},
	} {
		if got := answer(c.status, c.kind, c.body); got != c.want {
			t.Errorf("%d %s %.20q: %s, want %s", c.status, c.kind, c.body, got, c.want)
		}
	}
	if _, _, err := Submit(t.Context(), NewClient(), Peer{"http://127.0.0.1:1", p.Keys}, 0, g.head(10)); err == nil || refusal.As(err).Key != "witness.unreachable" {
		t.Error(err)
	}
}

func ours(t *testing.T, g *grove) (string, *httptest.Server, Peer) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "witness")
	if err := Create(dir, "witness.example/w1"); err != nil {
		t.Fatal(err)
	}
	if err := Trust(dir, g.vkeys[:]); err != nil {
		t.Fatal(err)
	}
	w, err := Open(dir, func() time.Time { return time.Unix(1_700_000_000, 0) }, nil)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	k := w.VKeys()
	p, err := NewPeer(server.URL, k[:])
	if err != nil {
		t.Fatal(err)
	}
	return dir, server, p
}

// Our own witness answers as the specification demands, and never cosigns two histories, however many ask at once and whether or not it was started anew in between. SPEC witness-durable. Attack 27.
func TestOurWitness(t *testing.T) {
	g, other := newGrove(t, 60, 0), newGrove(t, 60, 1)
	dir, server, p := ours(t, g)
	client := NewClient()
	for _, step := range []struct{ old, size int64 }{{0, 4}, {4, 9}, {0, 20}} {
		got, _, err := Submit(t.Context(), client, p, step.old, g.head(step.size))
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range p.Keys {
			if cp, _, err := k.Open(got); err != nil || cp.Size != step.size {
				t.Errorf("%s: %+v %v", k, cp, err)
			}
		}
	}
	again, err := Open(dir, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = again
	for name, c := range map[string]struct {
		head Head
		want string
	}{"another history": {other.head(30), "witness.not_consistent"}, "the same length": {other.head(20), "witness.contradicts"}, "back": {g.head(19), "witness.ahead"}} {
		if _, _, err := Submit(t.Context(), client, p, 20, c.head); err == nil || refusal.As(err).Key != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	var work sync.WaitGroup
	cosigned := make([]bool, 40)
	for n := range cosigned {
		work.Go(func() { // two histories race for the same place
			from := g
			if n%2 == 1 {
				from = other
			}
			_, _, err := Submit(t.Context(), client, p, 20, from.head(int64(21+n/2)))
			cosigned[n] = err == nil
		})
	}
	work.Wait()
	for n, yes := range cosigned {
		if n%2 == 1 && yes {
			t.Fatal("two histories were cosigned")
		}
	}
	post := func(body string) int {
		r, err := client.Post(server.URL+"/add-checkpoint", "text/plain", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		return r.StatusCode
	}
	h := g.head(50)
	for name, c := range map[string]struct {
		body string
		want int
	}{
		"no submission":           {"hello", 400},
		"old beyond the head":     {"old 51\n\n" + string(h.Note), 400},
		"a proof from nothing":    {string(ledger.FormatSubmission(0, []ledger.Hash{{1}}, h.Note)), 400},
		"a log of nobody":         {"old 0\n\n" + strings.ReplaceAll(string(h.Note), "cedar", "birch"), 404},
		"an altered root":         {"old 0\n\n" + strings.Replace(string(h.Note), "\n50\n", "\n49\n", 1), 403},
		"no signature of its own": {"old 0\n\n" + strings.ReplaceAll(string(h.Note), "\u2014 entente", "\u2014 intente"), 403},
	} {
		if got := post(c.body); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	if r, err := client.Get(server.URL + "/add-checkpoint"); err != nil || r.StatusCode != http.StatusMethodNotAllowed {
		t.Error(r, err)
	}
}

// What a witness keeps of a log is its last head: three lines.
func TestWitnessKeepsThreeLines(t *testing.T) {
	g := newGrove(t, 12, 0)
	dir, _, p := ours(t, g)
	for _, size := range []int64{3, 12} {
		if _, _, err := Submit(t.Context(), NewClient(), p, 0, g.head(size)); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(filepath.Join(dir, headsDir))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	b, err := os.ReadFile(filepath.Join(dir, headsDir, files[0].Name()))
	if want := (ledger.Checkpoint{Origin: origin, Size: 12, Root: g.roots[12]}).Text(); err != nil || string(b) != want {
		t.Errorf("%q, %v, want %q", b, err, want)
	}
}

// The list is read as it is written, and what cannot be a witness is refused in words.
func TestList(t *testing.T) {
	g := newGrove(t, 1, 0)
	_, p := stockWitness(t, g)
	b := FormatList([]Peer{p})
	again, err := ParseList(append([]byte("# ours\n\n"), b...))
	if err != nil || len(again) != 1 || again[0].URL != p.URL || again[0].Keys[0].String() != p.Keys[0].String() {
		t.Fatal(again, err)
	}
	for name, c := range map[string]struct{ line, want string }{
		"no key":           {p.URL, "witness.no_key"},
		"no address":       {"witness.example " + p.Keys[0].String(), "witness.bad_url"},
		"another scheme":   {"ftp://witness.example " + p.Keys[0].String(), "witness.bad_url"},
		"a password in it": {"https://me:word@witness.example " + p.Keys[0].String(), "witness.bad_url"},
		"a log's key":      {p.URL + " " + g.vkeys[0], "witness.bad_key"},
		"a broken key":     {p.URL + " witness.example/stock+00000000+AAAA", "ledger.bad_key"},
		"twice":            {string(b) + string(b), "witness.there"},
	} {
		if _, err := ParseList([]byte(c.line)); err == nil || refusal.As(err).Key != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func FuzzParseList(f *testing.F) {
	g := newGrove(f, 1, 0)
	f.Add([]byte("https://witness.example/w " + strings.Replace(g.vkeys[1], origin, origin, 1) + "\n"))
	f.Add([]byte("# nobody\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		peers, err := ParseList(b)
		if err != nil {
			return
		}
		if again, err := ParseList(FormatList(peers)); err != nil || len(again) != len(peers) {
			t.Fatal(err)
		}
	})
}
