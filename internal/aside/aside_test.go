package aside

import (
	"bytes"
	"crypto/rand"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"entente.example/refusal"
)

// side is one party's desk, with the road to the other side in the test's hands.
type side struct {
	*Desk
	t     *testing.T
	dir   string
	party string
	now   time.Time
	hand  int
}

func keyOf(p Pair) (Key, error) {
	var k Key
	copy(k[:], p.Mech+p.From+p.To)
	return k, nil
}

func desk(t *testing.T, party, dir string) *side {
	t.Helper()
	s := &side{t: t, dir: dir, party: party, now: time.Unix(1700000000, 0)}
	var err error
	s.Desk, err = Open(Options{Dir: dir, Now: func() time.Time { return s.now }, Rand: rand.Reader, Self: func(string) (string, error) { return party, nil }, Key: keyOf,
		Hand: func(string, string) { s.hand++ }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func two(t *testing.T) (a, b *side) {
	t.Helper()
	return desk(t, "a", filepath.Join(t.TempDir(), "aside")), desk(t, "b", filepath.Join(t.TempDir(), "aside"))
}

// bring carries what is due from one to the other, each piece twice, the last first.
func (s *side) bring(to *side) {
	s.t.Helper()
	due := s.Due("m", to.party)
	slices.Reverse(due)
	for range 2 {
		for _, b := range due {
			if err := to.Arrived("m", s.party, bytes.Clone(b)); err != nil {
				s.t.Fatal(err)
			}
		}
	}
}

func (s *side) send(to, text string) Paper {
	s.t.Helper()
	p, err := s.Send("m", to, text, 48*time.Hour)
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *side) read() (texts []string) {
	s.t.Helper()
	for _, p := range s.List("m") {
		full, err := s.Read("m", p.ID)
		if err != nil {
			s.t.Fatal(err)
		}
		texts = append(texts, full.Text)
	}
	slices.Sort(texts)
	return texts
}

// A paper arrives once, however often and in whatever order it is brought; its sender hears of it and brings it no more. SPEC aside-idempotent.
func TestPapersArrive(t *testing.T) {
	a, b := two(t)
	a.send("b", "one")
	a.send("b", "two")
	b.send("a", "three")
	a.bring(b)
	b.bring(a)
	a.bring(b)
	if got := b.read(); !slices.Equal(got, []string{"one", "three", "two"}) {
		t.Errorf("b has %q", got)
	}
	if got := a.read(); !slices.Equal(got, []string{"one", "three", "two"}) {
		t.Errorf("a has %q", got)
	}
	for _, s := range []*side{a, b} {
		for _, p := range s.List("m") {
			if p.Waiting {
				t.Errorf("%s takes %s for not arrived", s.party, p.ID)
			}
		}
		if len(s.Due("m", "a"))+len(s.Due("m", "b")) != 0 {
			t.Errorf("%s brings what has arrived", s.party)
		}
	}
	again := desk(t, "b", b.dir)
	if got := again.read(); len(got) != 3 {
		t.Errorf("%d papers are left after a restart", len(got))
	}
}

// What is dropped is gone at once and does not come back by another road; what has not left does not leave.
func TestDrop(t *testing.T) {
	a, b := two(t)
	p := a.send("b", "planted words")
	late := a.Due("m", "b")
	a.bring(b)
	if err := b.Drop("m", b.List("m")[0].ID); err != nil {
		t.Fatal(err)
	}
	for _, again := range late {
		if err := b.Arrived("m", "a", again); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.read(); len(got) != 0 {
		t.Errorf("a dropped paper is back: %q", got)
	}
	lies(t, b.dir, "planted", false)
	lies(t, a.dir, "planted", true)
	if err := a.Drop("m", p.ID[:6]); err != nil {
		t.Fatal(err)
	}
	lies(t, a.dir, "planted", false)
	if got := a.Due("m", "b"); len(got) != 0 {
		t.Error("a paper that was dropped leaves")
	}
}

// A paper goes when its time is over, on both sides, and nothing of it stays in the folder.
func TestExpiry(t *testing.T) {
	a, b := two(t)
	a.send("b", "planted words")
	a.now = a.now.Add(47 * time.Hour)
	a.bring(b)
	b.now = b.now.Add(47 * time.Hour)
	if len(b.List("m")) != 1 {
		t.Error("a paper goes before its time")
	}
	for _, s := range []*side{a, b} {
		s.now = s.now.Add(time.Hour)
		if len(s.List("m")) != 0 {
			t.Errorf("%s shows a paper whose time is over", s.party)
		}
		if _, err := s.Read("m", "0000"); refusal.As(err).Key != "aside.unknown" {
			t.Error(err)
		}
		if err := s.Sweep(); err != nil {
			t.Fatal(err)
		}
		files, err := os.ReadDir(s.dir)
		if err != nil || len(files) != 0 {
			t.Errorf("%d files of %s are left (%v)", len(files), s.party, err)
		}
	}
}

// lies looks for words in all files below a folder.
func lies(t *testing.T, dir, word string, want bool) {
	t.Helper()
	found := false
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		found = found || bytes.Contains(b, []byte(word))
		return err
	})
	if err != nil || found != want {
		t.Errorf("%q lies in %s: %v (%v)", word, dir, found, err)
	}
}

// Whatever one side has of a paper, the other side could have made as well: the key that opens it is the key that makes it, and both have it. So nothing that is kept or travels shows a
// third person who wrote it: scenario a23, beside what the map says of the package (TestAsideIsOutOfReach). SPEC aside-deniable.
func TestA23NothingProvesWhoWroteIt(t *testing.T) {
	a, b := two(t)
	a.send("b", "an offer")
	a.bring(b)
	// b writes the same paper to itself, with a's key for this direction, which is b's too.
	key, err := keyOf(Pair{"m", "a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	forged := key.seal([24]byte{1}, slip{kind: kindPaper, id: ID{9}, keep: 48 * time.Hour, text: "an offer"})
	if err := b.Arrived("m", "a", forged); err != nil {
		t.Fatal(err)
	}
	papers := b.List("m")
	if len(papers) != 2 {
		t.Fatalf("b holds %d papers", len(papers))
	}
	one, err := os.ReadFile(filepath.Join(b.dir, papers[0].ID+suffix))
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile(filepath.Join(b.dir, papers[1].ID+suffix))
	if err != nil || !bytes.Equal(one, other) {
		t.Errorf("what b wrote itself can be told from what a wrote:\n%s\n%s", one, other)
	}
}

// What was altered, cut, sent back or made for another pair changes nothing. SPEC aside-deniable.
func TestAlteredPapers(t *testing.T) {
	a, b := two(t)
	a.send("b", "x")
	sealed := a.Due("m", "b")[0]
	for bit := 0; bit < 8*len(sealed); bit += 101 {
		wrong := bytes.Clone(sealed)
		wrong[bit/8] ^= 1 << (bit % 8)
		if err := b.Arrived("m", "a", wrong); err != nil {
			t.Fatal(err)
		}
	}
	for _, wrong := range [][]byte{nil, sealed[:40], sealed[:len(sealed)-1], append(bytes.Clone(sealed), 0), make([]byte, maxSealed+1)} {
		if err := b.Arrived("m", "a", wrong); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Arrived("n", "a", sealed); err != nil {
		t.Fatal(err)
	}
	if err := b.Arrived("m", "c", sealed); err != nil {
		t.Fatal(err)
	}
	if err := a.Arrived("m", "b", sealed); err != nil {
		t.Fatal(err)
	}
	if len(b.List("m"))+len(b.List("n")) != 0 || len(a.List("m")) != 1 {
		t.Error("something was taken in")
	}
}

func TestRefusals(t *testing.T) {
	a, _ := two(t)
	for _, tc := range []struct {
		text string
		keep time.Duration
		key  string
	}{{" \n", time.Hour, "aside.empty"}, {strings.Repeat("x", MaxText+1), time.Hour, "aside.long"}, {"x", time.Minute, "aside.keep"}, {"x", MaxKeep + time.Hour, "aside.keep"}} {
		if _, err := a.Send("m", "b", tc.text, tc.keep); err == nil || refusal.As(err).Key != tc.key {
			t.Errorf("%.9q for %v: %v", tc.text, tc.keep, err)
		}
	}
	if _, err := a.Send("m", "b", "a\u202eb", time.Hour); err == nil {
		t.Error("a paper that turns round on the page is sent")
	}
	for range maxPapers {
		a.send("b", "x")
	}
	if _, err := a.Send("m", "b", "x", time.Hour); err == nil || refusal.As(err).Key != "aside.many" {
		t.Error(err)
	}
	if _, err := a.Send("m", "c", "another direction", time.Hour); err != nil {
		t.Error(err)
	}
}

// A flood of one party ends at its bound and costs nobody else anything; what found no room stays with its sender.
func TestFlood(t *testing.T) {
	a, b := two(t)
	key, err := keyOf(Pair{"m", "a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	for n := range maxPapers + 5 {
		if err := b.Arrived("m", "a", key.seal([24]byte{byte(n), byte(n >> 8)}, slip{kind: kindPaper, id: ID{byte(n), byte(n >> 8), 1}, keep: time.Hour, text: "x"})); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(b.List("m")); n != maxPapers || b.hand != maxPapers {
		t.Errorf("%d papers taken, %d answered", n, b.hand)
	}
	if len(b.Due("m", "a")) != maxPapers || len(a.List("m")) != 0 {
		t.Error("answers are lost")
	}
}

// Whatever arrives is refused or can be shown.
func FuzzSlip(f *testing.F) {
	key := Key{1}
	f.Add(key.seal([24]byte{1}, slip{kind: kindPaper, id: ID{2}, keep: time.Hour, text: "x"}), "y", uint16(3))
	f.Add(key.seal([24]byte{1}, slip{kind: kindTaken, id: ID{2}}), "\u202e", uint16(0))
	f.Add(key.seal([24]byte{1}, slip{kind: kindAsks, id: ID{2}, text: "2026-02-30"}), "not_now\n", uint16(1))
	f.Add(key.seal([24]byte{1}, slip{kind: kindReacts, id: ID{2}, text: "changes\nnot the second"}), "welcome\n\u202e", uint16(1))
	f.Add(key.seal([24]byte{1}, slip{kind: kindNoted, id: ID{2}, keep: 5 * time.Hour}), "", uint16(261))
	f.Add([]byte{}, "", uint16(9999))
	f.Fuzz(func(t *testing.T, b []byte, text string, hours uint16) {
		if s, err := key.open(b); err == nil && (s.kind < kindPaper || s.kind > kindNoted || len(s.text) > MaxText || !s.sound()) {
			t.Fatalf("%+v", s)
		}
		if len(text) > MaxText {
			return
		}
		s, err := key.open(key.seal([24]byte{3}, slip{kind: kindPaper, keep: time.Duration(hours) * time.Hour, text: text}))
		if err == nil && (s.text != text || s.keep > MaxKeep) {
			t.Fatalf("%+v", s)
		}
		said, err := key.open(key.seal([24]byte{3}, slip{kind: kindReacts, text: text}))
		if err == nil {
			if reaction, words, ok := readReaction(said.text); !ok || reaction+"\n"+words != text {
				t.Fatalf("%q", text)
			}
		}
	})
}
