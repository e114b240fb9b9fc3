package demo

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"entente.example/internal/attachment"
	"entente.example/internal/chancery"
	"entente.example/internal/durable/durabletest"
	"entente.example/internal/worked"
)

// noise is a paper that no compressor shortens and no search mistakes for another.
func noise(seed byte, n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}

// slow are lines that carry so many bytes a second, each way, and together as many bytes as are left to them: then they are silent until there are more.
type slow struct {
	rate int
	left atomic.Int64
}

// ever is more than any test sends.
const ever = 1 << 60

// slowStage is a founded stage on such lines.
func slowStage(t *testing.T, lines *slow) *Stage {
	t.Helper()
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	dir, plan := t.TempDir(), &Stage{Example: ex}
	for _, p := range ex.Parties {
		a := &Actor{Party: p.ID, Dir: filepath.Join(dir, string(p.ID)), pass: chancery.Passphrases{}}
		cfg, err := plan.furnish(a)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Line.Addresses = []string{lines.to(t, cfg.Line.Listen)}
		b, err := cfg.Format()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(a.Dir, chancery.ConfigFile), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Set(t.Context(), dir, ex, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})), Quietly)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := s.Found(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// to is where a line to an address begins.
func (s *slow) to(t *testing.T, to string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	pipe := func(a, b net.Conn) {
		defer a.Close()
		defer b.Close()
		buf := make([]byte, 8<<10)
		for {
			n, err := b.Read(buf)
			if n > 0 {
				time.Sleep(time.Duration(n) * time.Second / time.Duration(s.rate))
				for s.left.Add(-int64(n)) < 0 && t.Context().Err() == nil {
					s.left.Add(int64(n))
					time.Sleep(time.Millisecond)
				}
				if _, err := a.Write(buf[:n]); err != nil {
					return
				}
			}
			if err != nil {
				return
			}
		}
	}
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				_ = in.Close()
				continue
			}
			go pipe(in, out)
			go pipe(out, in)
		}
	}()
	return l.Addr().String()
}

// attach attaches a paper to the charter and gives its id.
func (s *Stage) attach(t *testing.T, a *Actor, b []byte) string {
	t.Helper()
	p, err := a.Attach(t.Context(), s.Mech, string(a.Party)+"-draft", chancery.NewAttachment{Of: "charter", Name: "paper.bin"}, bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return p.Matter[len(attachment.Prefix):]
}

// known waits until every one of the nodes has folded the attachment's entry.
func (s *Stage) known(t *testing.T, id string) {
	t.Helper()
	err := s.await(t.Context(), "the entry of the attachment is there", func(a *Actor) (bool, string, error) {
		_, err := a.Attachment(t.Context(), s.Mech, id)
		return err == nil, fmt.Sprint(err), nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// here waits until a paper is whole on some nodes and gives what the last of them reads.
func (s *Stage) here(t *testing.T, id string, on ...*Actor) (b []byte) {
	t.Helper()
	err := s.await(t.Context(), "the paper is here", func(a *Actor) (bool, string, error) {
		if !slices.Contains(on, a) {
			return true, "", nil
		}
		x, err := a.Attachment(t.Context(), s.Mech, id)
		if err != nil || x.Where != chancery.Here {
			return false, fmt.Sprint(x.Where, " ", x.Percent, "% ", err), nil
		}
		f, _, err := a.OpenAttachment(t.Context(), s.Mech, id)
		if err == nil {
			b, err = io.ReadAll(f)
		}
		return true, "", err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// An entry that is posted while a large paper travels does not wait for it: it comes when the paper still has most of its way before it. What has not come whole is part of no state, and
// the records are equal all the same. SPEC body-behind, body-not-state.
func entryPassesPaper(t *testing.T, s *Stage) {
	a, b := s.Actors[0], s.Actors[1]
	id := s.attach(t, a, noise(1, 48<<20)) // takes long beside what an entry takes, also where the disk is busy
	where := func() chancery.Attachment {
		x, err := b.Attachment(t.Context(), s.Mech, id)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	s.known(t, id)
	if err := s.await(t.Context(), "pieces come", func(x *Actor) (bool, string, error) { return x != b || where().Percent > 0, "", nil }); err != nil {
		t.Fatal(err)
	}
	for n := range 2 {
		matter := fmt.Sprintf("text/x-%d", n)
		if _, err := a.Act(t.Context(), s.Mech, string(a.Party)+"-draft", matter, draft(matter)); err != nil {
			t.Fatal(err)
		}
		err := s.await(t.Context(), "the entry is at the other side", func(x *Actor) (bool, string, error) {
			if x != b {
				return true, "", nil
			}
			_, err := x.Text(t.Context(), s.Mech, matter[len("text/"):])
			return err == nil, fmt.Sprint(err), nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if x := where(); x.Where != chancery.Coming || x.Percent > 80 {
		t.Errorf("the entries came when the paper was %s, %d %%", x.Where, x.Percent)
	}
	if _, err := s.Digests(t.Context()); err != nil {
		t.Error(err)
	}
	if _, _, err := b.OpenAttachment(t.Context(), s.Mech, id); err == nil {
		t.Error("a paper that has not come whole can be opened")
	}
}

// A line that is cut in the middle of a paper goes on at the piece; a third party gives what the author cannot any more.
func paperGoesOn(t *testing.T, s *Stage, lines *slow) {
	a, b, c := s.Actors[0], s.Actors[1], s.Actors[2]
	for _, x := range []*Actor{a, b} { // for now only a and b talk
		x.Cut(string(c.Party))
	}
	want := noise(2, 3<<20)
	lines.left.Store(2 << 20) // the rest stays on its way until the line is cut, however long that takes
	id := s.attach(t, a, want)
	percent := func() int {
		x, err := b.Attachment(t.Context(), s.Mech, id)
		if err != nil {
			return -1
		}
		return x.Percent
	}
	if err := s.await(t.Context(), "some of it comes", func(*Actor) (bool, string, error) { return percent() >= 20, fmt.Sprint(percent()), nil }); err != nil {
		t.Fatal(err)
	}
	a.Cut(string(b.Party))
	before := percent()
	if before >= 100 {
		t.Fatal("the paper came before the line was cut: this test looks at nothing")
	}
	lines.left.Store(ever)
	a.Mend(string(b.Party))
	least := 100
	if err := s.await(t.Context(), "it comes", func(*Actor) (bool, string, error) {
		least = min(least, percent())
		return percent() == 100, fmt.Sprint(percent()), nil
	}); err != nil {
		t.Fatal(err)
	}
	if least < before {
		t.Errorf("it began anew: %d %% after %d %%", least, before)
	}
	if got := s.here(t, id, b); !bytes.Equal(got, want) {
		t.Error("another paper came")
	}
	a.Cut(string(b.Party)) // the author is away
	b.Mend(string(c.Party))
	if got := s.here(t, id, c); !bytes.Equal(got, want) {
		t.Error("another paper came by way of the third party")
	}
	for _, x := range s.Actors {
		for _, y := range s.Actors {
			x.Mend(string(y.Party))
		}
	}
}

// What large papers do on a slow line, on real nodes.
func TestPapersOnASlowLine(t *testing.T) {
	lines := &slow{rate: 2 << 20}
	lines.left.Store(ever)
	s := slowStage(t, lines)
	t.Run("a paper goes on where it stopped", func(t *testing.T) { paperGoesOn(t, s, lines) })
	t.Run("an entry passes a paper", func(t *testing.T) { entryPassesPaper(t, s) })
}

// Once every party has erased a paper, no byte of it, of its key or its salt is in any file of any node, nor in a backup that is made after; every record still verifies, is equal, and says
// what is missing. Invariants E1 and E2. SPEC erasure-breaks-nothing, erasure-due.
func TestErasedEverywhere(t *testing.T) {
	s := stage(t)
	a, b := s.Actors[0], s.Actors[1]
	keep := s.attach(t, a, noise(3, 200_000))
	keys := map[*Actor]map[string][]byte{}
	for _, x := range s.Actors {
		s.here(t, keep, x)
		keys[x] = x.bodyKeys(t)
	}
	paper := append([]byte("The delegate's private address is 5 Elm Road. "), noise(4, 900_000)...)
	id := s.attach(t, a, paper)
	s.known(t, id)
	planted := [][]byte{paper[:40], paper[450_000:450_040], []byte("paper.bin")}
	for _, x := range s.Actors {
		s.here(t, id, x)
		for name, k := range x.bodyKeys(t) {
			if keys[x][name] == nil {
				planted = append(planted, k[:32], k[32:])
			}
		}
	}
	if len(planted) != 3+2*len(s.Actors) {
		t.Fatalf("%d secrets planted: this test looks at nothing", len(planted))
	}
	hod := func(x *Actor) string { return string(x.Party) + "-hod" }
	for _, x := range s.Actors {
		s.known(t, id)
		if _, err := x.Act(t.Context(), s.Mech, hod(x), attachment.Prefix+id, attachment.Drop{Ground: attachment.Agreement}); err != nil {
			t.Fatal(err)
		}
	}
	err := s.await(t.Context(), "every party has erased", func(x *Actor) (bool, string, error) {
		st, err := x.Attachment(t.Context(), s.Mech, id)
		return len(st.State.Erased) == len(s.Actors), fmt.Sprint(len(st.State.Erased)), err
	})
	if err != nil {
		t.Fatal(err)
	}
	backup := filepath.Join(t.TempDir(), "backup")
	if _, err := b.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{a.Dir, b.Dir, s.Actors[2].Dir, backup} {
		scan(t, dir, planted)
	}
	if _, err := s.Digests(t.Context()); err != nil {
		t.Error(err)
	}
	// A party that kept a copy attaches the same body again: nobody who has erased it takes it back. SPEC erased-stays.
	st, err := b.Attachment(t.Context(), s.Mech, id)
	if err != nil {
		t.Fatal(err)
	}
	matter := attachment.Prefix + attachment.ID(b.Party, st.Attach.Body)
	if _, err := b.Act(t.Context(), s.Mech, hod(b), matter, attachment.Attach{Body: st.Attach.Body, Of: "charter"}); err != nil {
		t.Fatal(err)
	}
	s.known(t, matter[len(attachment.Prefix):])
	for _, x := range s.Actors {
		if again, err := x.Attachment(t.Context(), s.Mech, matter[len(attachment.Prefix):]); err != nil || again.Where != chancery.Erased {
			t.Errorf("%s wants it again: %s, %v", x.Party, again.Where, err)
		}
		v, err := x.Verify(t.Context(), nil)
		if err != nil || v[0].Attachments.Here != 1 || v[0].Attachments.Erased != 2 || !slices.ContainsFunc(v[0].Attachments.Missing, func(m chancery.MissingAttachment) bool { return m.ID == id }) {
			t.Errorf("%s: %+v, %v", x.Party, v[0].Attachments, err)
		}
		if _, _, err := x.OpenAttachment(t.Context(), s.Mech, id); err == nil {
			t.Errorf("%s opens what it has erased", x.Party)
		}
	}
}

// bodyKeys are the key files of a node.
func (a *Actor) bodyKeys(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	files, err := os.ReadDir(filepath.Join(a.Dir, chancery.BodyKeysDir))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if out[f.Name()], err = os.ReadFile(filepath.Join(a.Dir, chancery.BodyKeysDir, f.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// scan demands that no file under a directory holds any of the secrets.
func scan(t *testing.T, dir string, secrets [][]byte) {
	t.Helper()
	for i, secret := range secrets {
		found, files, err := durabletest.Holding(dir, secret)
		if err != nil || files < 3 {
			t.Fatalf("%d files in %s: %v", files, dir, err)
		}
		for _, path := range found {
			t.Errorf("%s holds secret %d", path, i)
		}
	}
}
