package demo

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"entente.example/internal/chancery"
	"entente.example/internal/keys"
	"entente.example/lang"
	"entente.example/refusal"
)

// loaded is a stage whose first party is cut off and for which the second has packed a pouch of several pieces.
func loaded(t *testing.T) (s *Stage, pouch []byte, made chancery.Parcel) {
	t.Helper()
	s = stage(t)
	alone(t, s, s.Actors[0])
	b := s.Actors[1]
	for i := range 12 {
		d := draft("long")
		d.Paragraphs[0].Text = lang.Text{"en": strings.Repeat(fmt.Sprintf("and further, %d; ", i), 2500)}
		if _, err := b.Act(t.Context(), s.Mech, string(b.Party)+"-draft", fmt.Sprintf("text/long-%d", i), d); err != nil {
			t.Fatal(err)
		}
	}
	pouch, made = pack(t, s, b, s.Actors[0], chancery.PackOptions{MaxBytes: 1 << 20})
	if made.More || made.Entries != 12 {
		t.Fatalf("packed %+v", made)
	}
	return s, pouch, made
}

// Cut off at every four KiB, with a bit flipped at every KiB, or stopped in the middle: what came whole before that place is taken in, nothing else is, and the whole pouch goes on from
// there. Attack 40. SPEC parcel-gap, parcel-signed.
func TestADamagedPouch(t *testing.T) {
	s, pouch, _ := loaded(t)
	forged(t, s.Actors[0])
	a, party := s.Actors[0], string(s.Actors[1].Party)
	start := stored(t, a, s.Mech)[party]
	last, seen := start, map[int64]bool{}
	refused := func(what string, r io.Reader) {
		t.Helper()
		p, err := a.OpenParcel(t.Context(), r, chancery.OpenOptions{Via: chancery.ByPouch})
		if x := refusal.As(err); err == nil || x.Kind != refusal.Unverified && x.Kind != refusal.Denied || p.Whole {
			t.Fatalf("%s: %v, whole %v", what, err, p.Whole)
		}
		n := stored(t, a, s.Mech)[party]
		if n < last {
			t.Fatalf("%s: %d entries after %d", what, n, last)
		}
		last, seen[n] = n, true
	}
	for at := 0; at < len(pouch); at += 4 << 10 {
		refused(fmt.Sprintf("cut off at %d of %d", at, len(pouch)), bytes.NewReader(pouch[:at]))
	}
	if len(seen) < 4 || last > start+12 {
		t.Errorf("the log grew from %d by %v: it should by pieces", start, seen)
	}
	for at := 0; at < len(pouch); at += 1 << 10 {
		b := slices.Clone(pouch)
		b[at] ^= 4
		refused(fmt.Sprintf("a bit flipped at %d", at), bytes.NewReader(b))
	}
	refused("another byte behind the end", bytes.NewReader(append(slices.Clone(pouch), 0)))
	if p := unpack(t, a, pouch); !p.Whole {
		t.Errorf("the whole pouch: %+v", p)
	}
	before := stored(t, a, s.Mech)
	if p := unpack(t, a, pouch); p.New != 0 || !p.Whole || stored(t, a, s.Mech)[party] != before[party] || before[party] != start+12 {
		t.Errorf("the whole pouch again: %+v", p)
	}
	if _, err := a.Verify(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

// stopping ends a context when it has been read so far.
type stopping struct {
	io.Reader
	left int
	stop context.CancelFunc
}

func (s *stopping) Read(b []byte) (int, error) {
	n, err := s.Reader.Read(b)
	if s.left -= n; s.left < 0 {
		s.stop()
	}
	return n, err
}

// A pouch that is divided for a small medium: each part is opened by itself, in any order; a lost one is named, and what it held goes again.
func TestADividedPouch(t *testing.T) {
	s, pouch, _ := loaded(t)
	interrupted(t, s, pouch)
	a, b := s.Actors[0], s.Actors[1]
	for i := range 40 {
		d := draft("more")
		d.Paragraphs[0].Text = lang.Text{"en": strings.Repeat(fmt.Sprintf("and again, %d; ", i), 2900)}
		if _, err := b.Act(t.Context(), s.Mech, string(b.Party)+"-draft", fmt.Sprintf("text/more-%d", i), d); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	files, err := b.PackPouch(t.Context(), s.Mech, string(a.Party), dir, "out.age", chancery.PackOptions{MaxBytes: 1 << 20})
	if err != nil || len(files) < 3 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		info, err := os.Stat(filepath.Join(dir, f.File))
		if err != nil || info.Size() > 1<<20 || info.Size() != f.Bytes || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", f.File, info, err)
		}
		if seen, err := chancery.InspectPouch(filepath.Join(dir, f.File)); err != nil || seen.Digest != f.Digest || seen.Recipients != 1 {
			t.Errorf("from outside: %+v, %v", seen, err)
		}
	}
	lost, err := os.ReadFile(filepath.Join(dir, files[1].File))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, files[1].File)); err != nil {
		t.Fatal(err)
	}
	// Whatever else lies on the medium is none of ours.
	for name, content := range map[string]string{"README.txt": "hello", "half.age.part": "age-encryption.org/v1\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "a.age")); err != nil {
		t.Fatal(err)
	}
	open := func(paths ...string) []chancery.PouchFile {
		t.Helper()
		out, err := a.OpenPouch(t.Context(), paths, chancery.OpenOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	got := open(dir)
	if len(got) != len(files)-1 || got[0].Parcel.New == 0 || len(got[1].Parcel.Gaps) != 1 || got[1].Parcel.Gaps[0].From != files[1].Parcel.Logs[0].From || got[1].Parcel.Gaps[0].To != files[1].Parcel.Logs[0].To {
		t.Errorf("without the second part: %+v", got)
	}
	list, err := a.Pouches(t.Context(), s.Mech)
	if err != nil || !slices.Contains(list.Parcels[0].Missing, 2) {
		t.Errorf("nobody says that part 2 is missing: %+v %v", list.Parcels, err)
	}
	// What was lost goes again, in a pouch that was packed later.
	if err := os.WriteFile(filepath.Join(dir, "zz.age"), lost, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, f := range open(dir) {
		if f.Error != nil || len(f.Parcel.Gaps) > 0 {
			t.Errorf("%s: %+v %v", f.File, f.Parcel, f.Error)
		}
	}
	if x, y := stored(t, a, s.Mech), stored(t, b, s.Mech); x[string(b.Party)] != y[string(b.Party)] {
		t.Errorf("%v and %v", x, y)
	}
	if _, err := b.PackPouch(t.Context(), s.Mech, string(a.Party), filepath.Join(dir, "nowhere"), "", chancery.PackOptions{}); refusal.As(err).Key != "pouch.no_folder" {
		t.Errorf("into no folder: %v", err)
	}
}

// Somebody who holds the receiver's public key can encrypt anything to it. Nothing of it is taken in.
func forged(t *testing.T, a *Actor) {
	t.Helper()
	p, err := a.Own()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := p.Keys.Raw()
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"nothing": nil, "noise": bytes.Repeat([]byte("noise"), 1000), "zeros": make([]byte, 1<<20)} {
		var b bytes.Buffer
		w, err := keys.Seal(&b, raw.Pouch)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := a.OpenParcel(t.Context(), &b, chancery.OpenOptions{}); refusal.As(err).Kind != refusal.Unverified {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A pouch that is interrupted in the middle is remembered as unfinished, keeps what came, and goes on.
func interrupted(t *testing.T, s *Stage, pouch []byte) {
	t.Helper()
	a, b := s.Actors[0], s.Actors[1]
	start := stored(t, a, s.Mech)[string(b.Party)]
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := a.OpenParcel(ctx, &stopping{bytes.NewReader(pouch), len(pouch) / 2, cancel}, chancery.OpenOptions{Via: chancery.ByPouch}); err == nil {
		t.Fatal("nothing was interrupted")
	}
	if err := a.Node().Settle(t.Context(), s.Mech); err != nil { // the piece that was under way
		t.Fatal(err)
	}
	half := stored(t, a, s.Mech)[string(b.Party)]
	if half <= start || half >= start+12 {
		t.Errorf("%d entries of 12 were taken in", half-start)
	}
	list, err := a.Pouches(t.Context(), s.Mech)
	if err != nil || list.Parcels[0].State != "unfinished" {
		t.Errorf("%+v %v", list, err)
	}
	if p := unpack(t, a, pouch); p.New != start+12-half {
		t.Errorf("%d new entries, want %d", p.New, start+12-half)
	}
}
