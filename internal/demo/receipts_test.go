package demo

import (
	"bytes"
	"encoding/base64"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"entente.example/internal/chancery"
	"entente.example/internal/store"
	"entente.example/internal/store/sqlite"
	"entente.example/internal/worked"
	"entente.example/proof"
	"entente.example/refusal"
)

// What a record has of receipts can have lines that somebody added in anybody's name, and receipts for a log that was contested have none of the log's. No added line comes into an export, none takes the place of a true one there,
// and what one receipt lacks comes from another. SPEC export-outsiders
func TestAReceiptsOtherLinesSpoilNoExport(t *testing.T) {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	begin := func() *Stage {
		s, err := Set(t.Context(), dir, ex, slog.New(slog.DiscardHandler), Quietly)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := begin()
	if _, err := s.Found(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.decide(t, "shared")
	export := func(s *Stage) (files map[string][]byte) {
		s.eventually(t, func() bool {
			files, err = s.Actors[1].Export(t.Context(), s.Mech, "shared")
			return err == nil || refusal.As(err).Kind != refusal.Stale
		})
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	export(s)
	mech := s.Mech
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(dir, string(s.Actors[1].Party), chancery.RecordFile)})
	if err != nil {
		t.Fatal(err)
	}
	spoiled := 0
	err = db.Update(t.Context(), func(tx store.Tx) error {
		logs, err := tx.Logs(mech)
		if err != nil {
			return err
		}
		for _, l := range logs {
			receipts, err := tx.Receipts(l.ID)
			if err != nil {
				return err
			}
			junk := []byte("\u2014 entente/somebody AAAAAAAA\n")
			for _, rc := range receipts {
				junk = append(junk, forgedLines(t, rc.Note)...)
			}
			for i, rc := range receipts {
				if i == 0 {
					rc.Note = without(rc.Note, l.Origin)
				}
				rc.Note = bytes.Replace(rc.Note, []byte("\n\n"), append([]byte("\n\n"), junk...), 1)
				if err := tx.PutReceipt(rc); err != nil {
					return err
				}
				spoiled++
			}
		}
		return nil
	})
	if err != nil || spoiled < 6 {
		t.Fatalf("%d receipts were spoiled: %v", spoiled, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s = begin()
	defer func() { _ = s.Close() }()
	s.Mech = mech
	files := export(s)
	if report, err := proof.Verify(memory(files)); err != nil || len(report.Parties) != 3 || len(report.Outsiders) > 0 {
		t.Errorf("%+v, %v", report, err)
	}
	for name, b := range files {
		if bytes.Contains(b, []byte("entente/somebody")) {
			t.Errorf("%s has lines of somebody", name)
		}
	}
}

// without is a note without the lines of this name.
func without(note []byte, name string) (out []byte) {
	for l := range bytes.Lines(note) {
		if !bytes.HasPrefix(l, []byte("\u2014 "+name+" ")) {
			out = append(out, l...)
		}
	}
	return out
}

// forgedLines are the signature lines of a note with a bit turned in each.
func forgedLines(t *testing.T, note []byte) (out []byte) {
	t.Helper()
	_, lines, _ := strings.Cut(string(note), "\n\n")
	for l := range strings.Lines(lines) {
		at := strings.LastIndexByte(l, ' ') + 1
		raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(l[at:]))
		if err != nil {
			t.Fatal(err)
		}
		raw[len(raw)-1] ^= 1
		out = append(out, l[:at]+base64.StdEncoding.EncodeToString(raw)+"\n"...)
	}
	return out
}
