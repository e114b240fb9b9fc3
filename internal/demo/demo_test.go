package demo

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"entente.example/internal/chancery"
	"entente.example/internal/commitment"
	"entente.example/internal/concern"
	"entente.example/internal/glance"
	"entente.example/internal/node"
	"entente.example/internal/search"
	"entente.example/internal/topic"
	"entente.example/internal/worked"
	"entente.example/proof"
)

// Scenario a01, on three real nodes: after every event the state on every node is as expected; scenario a25 at the same time, in invented names.
func TestPlay(t *testing.T) {
	for _, profile := range []string{worked.Report, worked.Fictional} {
		t.Run(profile, func(t *testing.T) { play(t, profile) })
	}
}

func play(t *testing.T, profile string) {
	ex, err := worked.Load(profile)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	s, err := Set(ctx, t.TempDir(), ex, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})), Quietly)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := s.Found(ctx); err != nil {
		t.Fatal(err)
	}
	script, err := ex.Script()
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range script {
		t.Log(step.Seq, step.Say["en"])
		if err := s.Do(ctx, step); err != nil {
			t.Fatalf("event %d: %v", step.Seq, err)
		}
		if err := s.Expect(ctx, step); err != nil {
			t.Fatal(err)
		}
		remembers(t, s)
	}
	for _, step := range ex.After() {
		if err := s.Do(ctx, step); err != nil {
			t.Fatalf("%s: %v", step.Say["en"], err)
		}
		remembers(t, s)
	}
	foldsAgain(t, s)
	kept(t, s)
	if _, err := s.Digests(ctx); err != nil {
		t.Fatal(err)
	}
	for _, a := range s.Actors {
		follows(t, s, a)
		later(t, s, a)
		searches(t, s, a)
		meets(t, s, a)
	}
	if profile == worked.Fictional {
		stumbles(t, s, s.Actors[0])
	}
	files, err := (&run{Stage: s}).export(ctx)
	if err != nil {
		t.Fatal(err)
	}
	fsys := fstest.MapFS{}
	for name, b := range files {
		fsys[name] = &fstest.MapFile{Data: b}
	}
	report, err := proof.Verify(fsys)
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Checks) < 6 || !slices.Equal(report.Parties, slices.Sorted(slices.Values(report.Parties))) {
		t.Errorf("report %+v", report)
	}
	for _, a := range s.Actors {
		v, err := a.Verify(ctx, nil)
		if err != nil {
			t.Fatalf("%s: %v", a.Party, err)
		}
		t.Log(a.Party, v[0].Digest)
	}
}

// follows checks on one node what came after the statement: scenarios a17, a18 and a19.
func follows(t *testing.T, s *Stage, a *Actor) {
	t.Helper()
	err := a.Node().Snapshot(t.Context(), s.Mech, func(sn *node.Snapshot) error {
		c := sn.Charter()
		get := func(key string) any {
			st, err := sn.Subject(key)
			if err != nil {
				t.Fatalf("%s at %s: %v", key, a.Party, err)
			}
			return st
		}
		for _, id := range []string{"k-1", "k-3", "k-4"} { // a17: both assessments stand there, and differ
			differ := false
			for _, cell := range get("commitment/" + id).(*commitment.State).Matrix(c) {
				if cell.Report == nil || len(cell.Assessed) != 1 {
					t.Fatalf("a17: %s at %s: %+v", id, a.Party, cell)
				}
				differ = differ || cell.Report.Status != cell.Assessed[0].Status
			}
			if !differ {
				t.Errorf("a17: the two views of %s are the same", id)
			}
		}
		alone := 0
		for _, x := range s.Example.Topics { // a18
			if by := get("topic/" + x.ID).(*topic.State).RaisedBy(c); !slices.Equal(by, x.RaisedBy) {
				t.Errorf("a18: %s is raised by %v", x.ID, by)
			}
			if len(x.RaisedBy) == 1 {
				alone++
			}
		}
		if alone < 2 {
			t.Errorf("a18: %d issues are raised by one side alone", alone)
		}
		if late := get("concern/c-2").(*concern.State); late.Overdue(c, "2025-03-15") || !late.Overdue(c, "2025-03-16") || late.Due(c) != "2025-03-15" { // a19
			t.Errorf("a19: at %s due %s", a.Party, late.Due(c))
		}
		if answered := get("concern/c-1").(*concern.State); answered.Status(c) != concern.Answered || answered.Overdue(c, "2026-01-01") {
			t.Errorf("c-1 is %s", answered.Status(c))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// remembers checks on every node that what it remembers of matters, however they came to be as they are, is what looking through all of them finds.
func remembers(t *testing.T, s *Stage) {
	t.Helper()
	for _, a := range s.Actors {
		err := a.Node().Snapshot(t.Context(), s.Mech, func(sn *node.Snapshot) error {
			known, err := a.Glances().Of(sn)
			if err != nil {
				return err
			}
			now, err := (*glance.Book)(nil).Of(sn)
			if err != nil {
				return err
			}
			asks(t, sn, known)
			asks(t, sn, now)
			if !reflect.DeepEqual(known, now) {
				t.Errorf("%s remembers of its matters what they no longer say", a.Party)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// asks has a glance work out everything that it remembers once it was asked, and compares that with the record itself.
func asks(t *testing.T, s *node.Snapshot, g *glance.Glance) {
	t.Helper()
	for _, p := range s.Charter().Document().Parties {
		g.Awaits(p.ID)
	}
	if texts := slices.Clone(g.Lately()); len(texts) != len(g.Texts()) || !slices.IsSortedFunc(texts, func(a, b *glance.Text) int { return strings.Compare(b.Last, a.Last) }) {
		t.Errorf("%d texts by what was done last, of %d, or not in that order", len(texts), len(g.Texts()))
	}
	for key := range g.Sums() {
		if known, err := g.State(s, key); err != nil {
			t.Error(err)
		} else if stored, err := s.Subject(key); err != nil || !reflect.DeepEqual(known, stored) {
			t.Errorf("%s: what is remembered of its state is not what is stored: %v", key, err)
		}
	}
	for _, limit := range []int{1, 7, 50, glance.NewestKept, glance.NewestKept + 1} {
		passed, older, err := g.Passed(s, 0, limit)
		want, err2 := s.Recent(0, limit)
		if err != nil || err2 != nil || len(passed) != len(want) {
			t.Fatalf("the newest %d: %d of %d; %v, %v", limit, len(passed), len(want), err, err2)
		}
		for i, p := range passed {
			if e := want[i]; p.Log != e.Log || p.Index != e.Index || p.Lam != e.Lam || p.Matter != e.Matter || !p.Readable || p.Leaf != nil {
				t.Fatalf("of the newest %d, number %d is %+v", limit, i, p)
			}
		}
		last := passed[len(passed)-1].Lam
		behind, ends, err := g.Passed(s, last, 1)
		if err != nil || older != (len(behind) > 0) || older && behind[0].Lam >= last || !older && ends {
			t.Errorf("behind the newest %d: %v, and there are %d; %v", limit, older, len(behind), err)
		}
	}
}

// endedInTheMiddle has whoever asked for folding anew go away while it goes on: it ends, and the next one may begin.
func endedInTheMiddle(t *testing.T, s *Stage, a *Actor) {
	t.Helper()
	var heard []int64
	ended := errors.New("whoever asked has gone")
	err := a.Node().Refold(t.Context(), s.Mech, func(folded int64) error {
		if heard = append(heard, folded); len(heard) == 2 {
			return ended
		}
		return nil
	})
	if err == nil || len(heard) != 2 || heard[1] <= 0 || heard[1] < heard[0] {
		t.Errorf("folding went on after its end: %v, told %v", err, heard)
	}
	ctx, end := context.WithCancel(t.Context())
	end()
	if _, err := a.Rebuild(ctx); err == nil {
		t.Error("made anew for somebody who had gone")
	}
}

// foldsAgain has a node fold its record again: what was remembered before is not believed any more, and what is found is the same.
func foldsAgain(t *testing.T, s *Stage) {
	t.Helper()
	a := s.Actors[0]
	look := func() (g *glance.Glance, digest string) {
		err := a.Node().Snapshot(t.Context(), s.Mech, func(sn *node.Snapshot) (err error) {
			if g, err = a.Glances().Of(sn); err == nil {
				digest, err = sn.Digest()
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return g, digest
	}
	before, digest := look()
	if again, _ := look(); again != before {
		t.Error("nothing is remembered")
	}
	endedInTheMiddle(t, s, a)
	if g, same := look(); same != digest || g == nil {
		t.Errorf("folding anew that was ended in the middle left the digest %s, not %s", same, digest)
	}
	hits := found(t, s, a, search.Record, "third meeting")
	r, err := a.Rebuild(t.Context())
	if err != nil || r.Done != r.All || r.Entries == 0 || r.Folded != r.Entries || r.Indexed != r.Entries {
		t.Fatalf("made anew: %+v, %v", r, err)
	}
	if now := a.Rebuilding(); now != (chancery.Rebuilding{}) {
		t.Errorf("it is done, and goes on: %+v", now)
	}
	if again := found(t, s, a, search.Record, "third meeting"); len(again) != len(hits) || len(hits) == 0 {
		t.Errorf("the new search index finds %d, the one before found %d", len(again), len(hits))
	}
	after, same := look()
	if after == before {
		t.Error("what was known before the record was folded again is still believed")
	}
	if same != digest {
		t.Errorf("folded again, the record has the digest %s, not %s", same, digest)
	}
}
