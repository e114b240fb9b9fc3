package demo

import (
	"log/slog"
	"os"
	"slices"
	"testing"
	"testing/fstest"

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
	}
	if _, err := s.Digests(ctx); err != nil {
		t.Fatal(err)
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
