package demo

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"entente.example/internal/attachment"
	"entente.example/internal/chancery"
	"entente.example/internal/parcel"
	"entente.example/refusal"
)

// where is a paper on a node.
func (s *Stage) where(t *testing.T, at *Actor, id string) chancery.Attachment {
	t.Helper()
	x, err := at.Attachment(t.Context(), s.Mech, id)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// What came over a line does not go again by pouch: the other side has said what it wants, and that is remembered when the line is gone. SPEC body-word, body-unasked.
func noPaperTwice(t *testing.T, s *Stage) {
	a, b, c := s.Actors[0], s.Actors[1], s.Actors[2]
	id := s.attach(t, b, noise(11, 300_000))
	s.here(t, id, s.Actors...)
	s.eventually(t, func() bool { // both have heard that it is there
		_, p := pack(t, s, b, a, chancery.PackOptions{})
		_, q := pack(t, s, c, a, chancery.PackOptions{})
		return len(p.Bodies) == 0 && len(q.Bodies) == 0
	})
	alone(t, s, a)
	if _, p := pack(t, s, b, a, chancery.PackOptions{}); len(p.Bodies) != 0 {
		t.Errorf("what is there goes again: %+v", p.Bodies)
	}
	// A third party has it as well, and gives it to nobody who has it.
	if _, p := pack(t, s, c, a, chancery.PackOptions{}); len(p.Bodies) != 0 {
		t.Errorf("the third party carries it: %+v", p.Bodies)
	}
}

// A paper goes by pouch alone: divided for a medium, opened in any order, each part whole in itself, and with another pouch only what has not arrived; whoever has it can pack it. What is
// left out at the packer's wish comes later. SPEC parcel-bodies, body-unasked.
func papersGo(t *testing.T, s *Stage) {
	a, b, c := s.Actors[0], s.Actors[1], s.Actors[2]
	paper := noise(12, 2_500_000)
	id := s.attach(t, b, paper)
	s.here(t, id, c)
	bare, p := pack(t, s, b, a, chancery.PackOptions{WithoutAttachments: true})
	if len(p.Bodies) != 0 || p.Entries == 0 {
		t.Fatalf("%+v", p)
	}
	unpack(t, a, bare)
	if x := s.where(t, a, id); x.Where != chancery.Coming || x.Percent != 0 {
		t.Fatalf("%s, %d %%", x.Where, x.Percent)
	}
	dir := t.TempDir()
	files, err := c.PackPouch(t.Context(), s.Mech, string(a.Party), dir, "p.age", chancery.PackOptions{MaxBytes: 1_000_000})
	if err != nil || len(files) < 3 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	if _, p := pack(t, s, c, a, chancery.PackOptions{SinceLast: true}); len(p.Bodies) != 0 {
		t.Errorf("what is on its way goes again: %+v", p.Bodies)
	}
	slices.Reverse(files)
	for n, f := range files {
		if f.Bytes > 1_000_000 {
			t.Errorf("%d bytes in a part", f.Bytes)
		}
		for range 2 { // twice does no harm
			opened, err := a.OpenPouch(t.Context(), []string{dir + "/" + f.File}, chancery.OpenOptions{})
			if err != nil || opened[0].Error != nil {
				t.Fatal(err, opened)
			}
		}
		if n == 0 {
			before := s.where(t, a, id).Percent
			answer, _ := pack(t, s, a, b, chancery.PackOptions{})
			unpack(t, b, answer)
			if _, rest := pack(t, s, b, a, chancery.PackOptions{}); before == 0 || rest.BodyBytes == 0 || rest.BodyBytes >= int64(len(paper)) {
				t.Errorf("%d %% are there, and %d bytes go again", before, rest.BodyBytes)
			}
		}
	}
	if got := s.here(t, id, a); !bytes.Equal(got, paper) {
		t.Error("another paper came")
	}
	answer, _ := pack(t, s, a, c, chancery.PackOptions{})
	unpack(t, c, answer)
	all, err := c.Pouches(t.Context(), s.Mech)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range all.Parcels {
		if x.Out && x.State != "acknowledged" {
			t.Errorf("%d: %s", x.Sequence, x.State)
		}
	}
	for _, n := range all.Next {
		if n.Attachments != 0 || n.BodyBytes != 0 {
			t.Errorf("%+v", n)
		}
	}
}

// What a party has erased is not packed for it, nor taken in if it comes all the same, by whatever hand; and whoever has erased a paper packs none of it. Invariants E1 and E2.
// SPEC body-refused, erased-stays.
func erasedStays(t *testing.T, s *Stage) {
	a, b := s.Actors[0], s.Actors[1]
	id := s.attach(t, b, noise(13, 200_000))
	commit := s.where(t, b, id).Attach.Body.Commit
	carries := func(p chancery.Parcel) bool {
		return slices.ContainsFunc(p.Bodies, func(r parcel.BodyRun) bool { return r.Body == commit })
	}
	full, p := pack(t, s, b, a, chancery.PackOptions{})
	if !carries(p) {
		t.Fatalf("%+v", p)
	}
	unpack(t, a, full)
	s.here(t, id, a)
	if _, err := a.Act(t.Context(), s.Mech, string(a.Party)+"-hod", attachment.Prefix+id, attachment.Drop{Ground: attachment.Law, Law: "section 35"}); err != nil {
		t.Fatal(err)
	}
	s.eventually(t, func() bool { return s.where(t, a, id).Where == chancery.Erased })
	keys := len(a.bodyKeys(t))
	if again := unpack(t, a, full); again.NewPieces != 0 || again.Unwanted == 0 {
		t.Errorf("an erased paper came back: %+v", again)
	}
	if x := s.where(t, a, id); x.Where != chancery.Erased || len(a.bodyKeys(t)) != keys {
		t.Errorf("%s, %d keys and not %d", x.Where, len(a.bodyKeys(t)), keys)
	}
	answer, mine := pack(t, s, a, b, chancery.PackOptions{})
	if carries(mine) {
		t.Errorf("whoever erased it packs it: %+v", mine.Bodies)
	}
	unpack(t, b, answer)
	if _, p := pack(t, s, b, a, chancery.PackOptions{}); carries(p) {
		t.Errorf("what the other side has erased goes there: %+v", p.Bodies)
	}
}

// An opening that stops in the middle of a paper keeps what was whole, and goes on from there; a piece that is not what the record names is refused, and nothing else with it.
func brokenPouch(t *testing.T, s *Stage) {
	a, b := s.Actors[0], s.Actors[1]
	paper := noise(14, 3_000_000)
	id := s.attach(t, b, paper)
	pouch, _ := pack(t, s, b, a, chancery.PackOptions{MaxBytes: 8_000_000})
	_, err := a.OpenParcel(t.Context(), bytes.NewReader(pouch[:len(pouch)*2/3]), chancery.OpenOptions{Via: chancery.ByPouch})
	if refusal.As(err).Kind != refusal.Unverified {
		t.Fatal(err)
	}
	x := s.where(t, a, id)
	if x.Percent == 0 || x.Percent == 100 {
		t.Fatalf("%d %%", x.Percent)
	}
	if p := unpack(t, a, pouch); p.NewPieces == 0 || p.NewPieces >= x.Attach.Body.Pieces() {
		t.Errorf("%d pieces were new after %d %%", p.NewPieces, x.Percent)
	}
	if got := s.here(t, id, a); !bytes.Equal(got, paper) {
		t.Error("another paper came")
	}
}

// What papers do where no line reaches, on real nodes.
func TestPapersByPouch(t *testing.T) {
	s := stage(t)
	t.Run("no paper goes twice", func(t *testing.T) { noPaperTwice(t, s) })
	t.Run("papers go", func(t *testing.T) { papersGo(t, s) })
	t.Run("a broken pouch", func(t *testing.T) { brokenPouch(t, s) })
	t.Run("what is erased stays erased", func(t *testing.T) { erasedStays(t, s) })
}

// Where there are only good offices, papers go through them, piece by piece, behind entries, within what one message holds.
func TestPapersGoThroughGoodOffices(t *testing.T) {
	o := offices(t)
	s := stage(t, o.Address.String())
	a, b := s.Actors[0], s.Actors[1]
	alone(t, s, a)
	open(t, o, s)
	paper := noise(15, 3_000_000) // more than one message may carry
	id := s.attach(t, b, paper)
	s.eventually(t, func() bool {
		x, err := a.Attachment(context.WithoutCancel(t.Context()), s.Mech, id)
		return err == nil && x.Percent > 0
	})
	if _, err := b.Act(t.Context(), s.Mech, string(b.Party)+"-draft", "text/passing", draft("passing")); err != nil {
		t.Fatal(err)
	}
	meet(t, s, b, a)
	if got := s.here(t, id, a); !bytes.Equal(got, paper) {
		t.Error("another paper came")
	}
	// And the other way.
	back := s.attach(t, a, noise(16, 100_000))
	if got := s.here(t, back, b); !bytes.Equal(got, noise(16, 100_000)) {
		t.Error("another paper came back")
	}
}
