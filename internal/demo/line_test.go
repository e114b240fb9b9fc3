package demo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"entente.example/internal/chancery"
	"entente.example/internal/text"
	"entente.example/internal/worked"
	"entente.example/lang"
	"entente.example/proof"
	"entente.example/refusal"
	"entente.example/seal"
)

// stage founds the fictional mechanism on three real nodes.
func stage(t *testing.T, relays ...string) *Stage {
	t.Helper()
	return staged(t, Quietly, relays...)
}

func staged(t *testing.T, serve Serve, relays ...string) *Stage {
	t.Helper()
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Set(t.Context(), t.TempDir(), ex, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})), serve, relays...)
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

func draft(n string) text.Table {
	return text.Table{Title: lang.Text{"en": n}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1,
		Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": "Decide to go on;"}}}}
}

// A party that is reached only through a third still gets everything, and the record is the same everywhere.
func TestAThirdPartyPassesOn(t *testing.T) {
	s := stage(t)
	a, c := s.Actors[0], s.Actors[2]
	a.Cut(string(c.Party))
	c.Cut(string(a.Party))
	for i := range 20 {
		if _, err := a.Act(t.Context(), s.Mech, string(a.Party)+"-draft", "text/x"+string(rune('a'+i)), draft("x")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Digests(t.Context()); err != nil {
		t.Fatal(err)
	}
	st, err := c.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range st.Mechanisms[0].Lines {
		if l.Party == string(a.Party) && l.Connected {
			t.Fatal("the line that was cut is open: this test looked at nothing")
		}
	}
}

// copyFile keeps an old state of a file.
func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A node restored from an old database reads, takes its own entries back from the others, and only then writes; it never signs a second history. SPEC marks-before-sign.
func TestARestoredNodeTakesItsEntriesBack(t *testing.T) {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	quiet := slog.New(slog.DiscardHandler)
	begin := func() *Stage {
		s, err := Set(t.Context(), dir, ex, quiet, Quietly)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := begin()
	if _, err := s.Found(t.Context()); err != nil {
		t.Fatal(err)
	}
	mech := s.Mech
	if _, err := s.Digests(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db := filepath.Join(dir, "millstone", chancery.RecordFile)
	old := filepath.Join(t.TempDir(), "old.db")
	if wal, err := os.Stat(db + "-wal"); err == nil && wal.Size() > 0 {
		t.Fatalf("a closed database has a log of %d bytes beside it", wal.Size())
	}
	copyFile(t, db, old)

	s = begin()
	s.Mech = mech
	for _, id := range []string{"text/one", "text/two"} {
		if _, err := s.Actors[0].Act(t.Context(), mech, "millstone-draft", id, draft(id)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := s.Digests(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	copyFile(t, old, db)
	s = begin()
	defer s.Close()
	s.Mech = mech
	deadline := time.Now().Add(patience)
	for {
		_, err := s.Actors[0].Act(t.Context(), mech, "millstone-draft", "text/three", draft("three"))
		if err == nil {
			break
		}
		if refusal.As(err).Key != "node.behind_marks" || time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Millisecond)
	}
	got, err := s.Digests(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got["millstone"] == want["millstone"] {
		t.Error("the third text is missing")
	}
	for _, a := range s.Actors {
		if _, err := a.Verify(t.Context(), nil); err != nil {
			t.Errorf("%s: %v", a.Party, err)
		}
	}
}

// The second node on one directory does not start, and says which directory it is.
func TestOneNodeADirectory(t *testing.T) {
	s := stage(t)
	a := s.Actors[0]
	_, err := chancery.Open(t.Context(), chancery.Options{Dir: a.Dir, Config: a.Config()})
	if r := refusal.As(err); r == nil || r.Key != "node.directory_in_use" || r.Params["dir"] != a.Dir {
		t.Errorf("got %v", err)
	}
}

// An altered invitation is refused with what differs, and so are our own keys in other hands.
func TestAlteredInvitation(t *testing.T) {
	s := stage(t)
	st, err := s.Actors[0].Status(t.Context())
	if err != nil || st.Mechanisms[0].State != "in force" {
		t.Fatal(st, err)
	}
	var cards [][]byte
	for _, a := range s.Actors {
		c, err := a.Card(t.Context(), s.Example.Mandates(a.Party), a.pass)
		if err != nil {
			t.Fatal(err)
		}
		cards = append(cards, c)
	}
	d := chancery.Description{ID: "other", Names: s.Example.Names(), Languages: s.Example.Mechanism.Languages, Drafting: "en", Sides: s.Example.SideList(), Rules: s.Example.Rules()}
	inv, fingerprint, err := s.Actors[0].Draft(t.Context(), d, cards, s.Actors[0].pass)
	if err != nil {
		t.Fatal(err)
	}
	quoted := "Dear colleague,\n\n> " + strings.ReplaceAll(string(inv), "\n", "\r\n> ") + "\n\nYours"
	if _, err := s.Actors[1].Join(t.Context(), []byte(quoted), "0000 "+fingerprint[5:]); refusal.As(err).Key != "charter.fingerprint_differs" {
		t.Errorf("another fingerprint: %v", err)
	}
	flipped := bytes.Replace(inv, []byte("\n"), []byte("\nAAAA"), 3)
	if _, err := s.Actors[1].Join(t.Context(), flipped, ""); refusal.As(err).Kind != refusal.Unverified && refusal.As(err).Kind != refusal.Invalid {
		t.Errorf("damaged on the way: %v", err)
	}
	s.clock.set(s.clock.Now().AddDate(0, 2, 0))
	if _, err := s.Actors[1].Join(t.Context(), inv, fingerprint); refusal.As(err).Key != "charter.invitation_expired" {
		t.Errorf("after its time: %v", err)
	}
	s.clock.set(s.clock.Now().AddDate(0, -2, 0))
	if _, err := s.Actors[1].Join(t.Context(), []byte(quoted), fingerprint); err != nil {
		t.Errorf("quoted in an e-mail: %v", err)
	}
}

// adopted plays the example and returns the export.
func adopted(t *testing.T) map[string][]byte {
	t.Helper()
	s := stage(t)
	script, err := s.Example.Script()
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range script {
		if err := s.Do(t.Context(), step); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Expect(t.Context(), script[len(script)-1]); err != nil {
		t.Fatal(err)
	}
	r := &run{Stage: s}
	files, err := r.export(context.WithoutCancel(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func verify(files map[string][]byte) error {
	fsys := fstest.MapFS{}
	for name, b := range files {
		fsys[name] = &fstest.MapFile{Data: b}
	}
	_, err := proof.Verify(fsys)
	return err
}

// One changed byte anywhere fails and names the file; so do a missing file, an added one and a cut one. Scenario a04 at the level of files. SPEC content-files.
func TestA04EveryByteOfAnExportCounts(t *testing.T) {
	files := adopted(t)
	if err := verify(files); err != nil {
		t.Fatal(err)
	}
	change := func(name string, b []byte, want string) {
		t.Helper()
		was := files[name]
		if b == nil {
			delete(files, name)
		} else {
			files[name] = b
		}
		err := verify(files)
		if was == nil {
			delete(files, name)
		} else {
			files[name] = was
		}
		r := refusal.As(err)
		if r == nil || r.Key != want && want != "" || r.Params["file"] != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range names(files) {
		b := files[name]
		for _, at := range []int{0, len(b) / 2, len(b) - 1} {
			if at < 0 || at >= len(b) {
				continue
			}
			c := bytes.Clone(b)
			c[at] ^= 1
			change(name, c, "")
		}
		change(name, b[:len(b)/2], "")
		if name != "seal-statement.txt" && name != "SHA256SUMS" {
			change(name, nil, "proof.missing")
		}
	}
	change("text/fr.txt", []byte("x"), "proof.extra")
	nobodyElse(t, files)
}

// nobodyElse checks that whoever changes an export so that its sums are right again cannot put anybody into it who did not seal, nor take anybody out: invariants A3 and A5.
func nobodyElse(t *testing.T, files map[string][]byte) {
	t.Helper()
	statement, err := seal.ParseStatement(files["seal-statement.txt"])
	if err != nil || len(statement.Parties) < 3 {
		t.Fatalf("%v: %v", statement.Parties, err)
	}
	changed := func(change func(out map[string][]byte)) error {
		out := maps.Clone(files)
		change(out)
		delete(out, "SHA256SUMS")
		var sums bytes.Buffer
		for _, name := range names(out) {
			fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(out[name]), name)
		}
		out["SHA256SUMS"] = sums.Bytes()
		return verify(out)
	}
	if err := changed(func(map[string][]byte) {}); err != nil {
		t.Fatalf("with sums made again: %v", err)
	}
	refused := func(what string, change func(out map[string][]byte)) {
		t.Helper()
		if err := changed(change); err == nil || refusal.As(err).Kind != refusal.Unverified {
			t.Errorf("%s: %v", what, err)
		}
	}
	parties := "parties " + strings.Join(statement.Parties, " ")
	name := func(out map[string][]byte, with string) {
		out["seal-statement.txt"] = bytes.Replace(out["seal-statement.txt"], []byte(parties), []byte("parties "+with), 1)
	}
	refused("somebody is named who never sealed", func(out map[string][]byte) {
		name(out, strings.Join(append(slices.Clone(statement.Parties), "zither"), " "))
	})
	for i, party := range statement.Parties {
		other := statement.Parties[(i+1)%len(statement.Parties)]
		refused(party+" is left out", func(out map[string][]byte) {
			name(out, strings.Join(slices.Delete(slices.Clone(statement.Parties), i, i+1), " "))
		})
		refused("without the seal of "+party, func(out map[string][]byte) { delete(out, party+".sig") })
		refused("with the seal of "+other+" for that of "+party, func(out map[string][]byte) { out[party+".sig"] = out[other+".sig"] })
		refused("with the proof of "+other+" for that of "+party, func(out map[string][]byte) {
			for file := range files {
				if rest, ok := strings.CutPrefix(file, "proof/"+party); ok {
					out[file] = out["proof/"+other+rest]
				}
			}
		})
		refused("with the key of "+other+" for that of "+party, func(out map[string][]byte) {
			out["allowed_signers"] = bytes.ReplaceAll(out["allowed_signers"], []byte(party), []byte(other))
		})
	}
}

func names(files map[string][]byte) []string {
	var out []string
	for n := range files {
		out = append(out, n)
	}
	return set(out)
}
