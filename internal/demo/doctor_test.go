package demo

import (
	"crypto/rand"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"entente.example/entry"
	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/keys"
	"entente.example/internal/line"
	"entente.example/internal/node"
	"entente.example/refusal"
	"entente.example/seal"
)

// Whatever an operator has to see to is found, at the weight that it has, and no more once it is seen to: files that others may read, backups that were never made, are old or of which the day cannot be read, clocks, and counterparts that are silent.
func TestDoctorFindsWhatWantsSomebody(t *testing.T) {
	s := stage(t)
	a := s.Actors[0]
	says := func(finding string) bool { return a.says(t, finding) }
	finds := func(findings ...string) {
		t.Helper()
		for _, f := range findings {
			s.eventually(t, func() bool { return says(f) })
		}
	}
	backup := func() {
		if _, err := a.Backup(t.Context(), filepath.Join(t.TempDir(), "kept")); err != nil {
			t.Fatal(err)
		}
	}
	change := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}

	finds("well doctor.files", "notice doctor.no_backup", "well doctor.connected", "well doctor.clocks")
	if says("notice doctor.clocks_apart") || says("notice doctor.no_line") {
		t.Error("clocks that agree, or lines that are open, are complained of")
	}
	change(os.Chmod(filepath.Join(a.Dir, chancery.KeysDir), 0o755))
	finds("wrong doctor.open_to_others")
	change(os.Chmod(filepath.Join(a.Dir, chancery.KeysDir), 0o700))
	finds("well doctor.files")

	backup()
	finds("well doctor.backup")
	change(os.WriteFile(filepath.Join(a.Dir, "last-backup"), []byte("yesterday"), 0o600))
	finds("notice doctor.unreadable")

	backup()
	s.apart(t, a)
	finds("notice doctor.no_line")
	if says("well doctor.clocks") {
		t.Error("clocks agree of which nobody has told the time")
	}
	a.ahead.Store(int64(8 * 24 * time.Hour))
	finds("notice doctor.silent", "notice doctor.backup_old")
	s.together(a)
	finds("well doctor.connected", "notice doctor.clocks_apart")
	s.eventually(t, func() bool { return !says("notice doctor.silent") && !says("notice doctor.no_line") }) // all of them are there
	enter(t, s, a, 4, "2009-02-24")
	s.apart(t, a)
	a.ahead.Store(0)
	s.together(a)
	finds("wrong doctor.clock_behind", "well doctor.connected")
	backup()
	finds("well doctor.backup")
}

// says reports whether an actor's node finds something, at its weight.
func (a *Actor) says(t *testing.T, finding string) bool {
	t.Helper()
	found, err := a.Examine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(found, func(f chancery.Examined) bool { return f.Grade+" "+f.Key == finding })
}

// So is what people have to see to: a mandate that ends, an office that nobody holds, a line that nobody answered on for a month, and a counterpart that never came.
func TestDoctorFindsWhatPeopleHaveToSeeTo(t *testing.T) {
	s := stage(t)
	a, b := s.Actors[0], s.Actors[1]
	from := func(finding string) {
		t.Helper()
		s.eventually(t, func() bool { return a.says(t, finding) })
	}
	until := func(finding string) {
		t.Helper()
		s.eventually(t, func() bool { return !a.says(t, finding) })
	}
	mandates := func(list []charter.Mandate) {
		t.Helper()
		if _, err := a.Mandate(t.Context(), s.Mech, custodian(a.Party), list, a.pass); err != nil {
			t.Fatal(err)
		}
	}
	act := func(x *Actor, member string, body entry.Body) {
		t.Helper()
		if _, err := x.Act(t.Context(), s.Mech, member, line.Matter(line.Main), body); err != nil {
			t.Fatal(err)
		}
	}
	const ends, nobody, untested, never = "notice doctor.mandate_ends", "notice doctor.no_head", "notice doctor.line_untested", "notice doctor.never_heard"
	for _, finding := range []string{ends, nobody, untested, never} {
		if a.says(t, finding) {
			t.Errorf("%s, where all is well", finding)
		}
	}
	from("well doctor.mandates")

	all := s.Example.Mandates(a.Party)
	short := slices.Clone(all)
	short[len(short)-1].To = s.clock.Now().AddDate(0, 0, 20).UTC().Format(time.DateOnly)
	mandates(short)
	from(ends)
	if a.says(t, "well doctor.mandates") {
		t.Error("no mandate is said to end, and one does")
	}
	mandates(all)
	until(ends)
	mandates(slices.DeleteFunc(slices.Clone(all), func(m charter.Mandate) bool { return slices.Contains(m.Roles, "head") }))
	from(nobody)
	mandates(all)
	until(nobody)

	act(a, s.Example.Member(a.Party, "sec"), line.Propose{Callers: []charter.PartyID{a.Party, b.Party}, From: s.clock.Now().UTC().Format(time.DateOnly), Minutes: 15,
		Times: []line.Time{{Days: []string{"mon"}, At: "09:00", Zone: "+00:00"}}})
	var proposal string
	s.eventually(t, func() bool {
		err := b.Node().Snapshot(t.Context(), s.Mech, func(r *node.Snapshot) error {
			v, err := r.Line(line.Main, s.clock.Now())
			if err == nil && len(v.Line.Proposals) == 1 {
				proposal = v.Line.Proposals[0].ID
			}
			return nil
		})
		return err == nil && proposal != ""
	})
	act(b, s.Example.Member(b.Party, "sec"), line.Agree{Proposal: proposal})
	from("well doctor.line_new")
	if a.says(t, "well doctor.line_tested") {
		t.Error("a person is said to have answered on a line on which nobody called")
	}
	if _, err := a.CallLine(t.Context(), s.Mech, s.Example.Member(a.Party, "duty"), line.Main, []charter.PartyID{b.Party}); err != nil {
		t.Fatal(err)
	}
	s.eventually(t, func() bool {
		_, err := b.AnswerLine(t.Context(), s.Mech, s.Example.Member(b.Party, "duty"), line.Main, "", nil)
		return err == nil
	})
	from("well doctor.line_tested")
	until("well doctor.line_new")
	a.ahead.Store(int64(31 * 24 * time.Hour))
	from(untested)
	a.ahead.Store(0)
	until(untested)

	invitation, fingerprint := s.invited(t, a, b)
	if _, err := a.Join(t.Context(), invitation, fingerprint); err != nil {
		t.Fatal(err)
	}
	from(never)
}

// After a succession entente.toml names keys that seal no more: doctor says so, and what to write there, and so does whoever is refused for it. Nothing of this is said before.
func TestSealKeysThatAreNotInForceAreNamed(t *testing.T) {
	s := stage(t)
	a := s.Actors[0]
	const finding, well = "wrong doctor.seal_keys", "well doctor.keys"
	if a.says(t, finding) || !a.says(t, well) {
		t.Error("the charter's keys are complained of, or not spoken of")
	}
	next := chancery.Succession{Keys: []string{"spare"}, Passphrases: maps.Clone(a.pass)}
	next.Passphrases["spare"] = []byte(passphrase)
	file := filepath.Join(a.Dir, chancery.KeysDir, "spare")
	if _, err := keys.CreateSeal(file, "spare", next.Passphrases["spare"], rand.Reader); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Succeed(t.Context(), s.Mech, custodian(a.Party), next); err != nil {
		t.Fatal(err)
	}
	s.eventually(t, func() bool { return a.says(t, finding) && !a.says(t, well) })
	refused := func(want string) {
		t.Helper()
		_, err := a.Mandate(t.Context(), s.Mech, custodian(a.Party), s.Example.Mandates(a.Party), a.pass)
		if r := refusal.As(err); r == nil || r.Key != "keys.not_in_force" || r.Params["want"] != want || r.Params["n"] != "1" || r.Params["key"] == "" {
			t.Errorf("%v, want to be told to write %s", err, want)
		}
	}
	refused("['spare']")
	line, err := keys.PublicLine(file)
	if err == nil {
		err = os.Rename(file+".pub", filepath.Join(t.TempDir(), "spare.pub"))
	}
	if err != nil {
		t.Fatal(err)
	}
	refused("['agent:" + seal.Fingerprint(line) + "']") // it is on a medium elsewhere
	if s.Actors[1].says(t, finding) {
		t.Error("another party is told to change its keys")
	}
}
