package backroom

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entente.example/refusal"
)

const (
	mech = "m"
	sec  = "cedar-sec"
	hod  = "cedar-hod"
	law  = "cedar-legal"
)

type house struct {
	*Store
	t    *testing.T
	now  time.Time
	path string
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2025, 1, 14, 9, 0, 0, 0, time.UTC), path: filepath.Join(t.TempDir(), "ours.db")}
	h.again()
	t.Cleanup(func() { _ = h.Close() })
	return h
}

func (h *house) again() {
	h.t.Helper()
	s, err := Open(context.Background(), Options{Path: h.path, Now: func() time.Time { return h.now }, Members: func(context.Context, string) ([]string, error) { return []string{sec, hod, law}, nil }})
	if err != nil {
		h.t.Fatal(err)
	}
	h.Store = s
}

func refused(t *testing.T, err error, key string) {
	t.Helper()
	if err == nil || refusal.As(err).Key != key {
		t.Errorf("%v, not %s", err, key)
	}
}

// A note is its author's to change and to forget; what it said before stays for our side until it is forgotten, and then not even the file knows it.
func TestNotes(t *testing.T) {
	h, ctx := open(t), t.Context()
	about := About{Matter: "text/js-1", Place: "5"}
	n, err := h.AddNote(ctx, mech, sec, Note{ID: "note-99", About: about, Kind: "instruction", Words: "firstplanted words", Office: "Treaty office", Member: hod, Was: []Was{{Words: "forged"}}})
	if err != nil || n.ID != "note-1" || n.Member != sec || len(n.Was) != 0 {
		t.Fatalf("what only the store knows was taken from outside: %+v %v", n, err)
	}
	_, err = h.AmendNote(ctx, mech, hod, n.ID, "mine now")
	refused(t, err, "ours.not_yours")
	if n, err = h.AmendNote(ctx, mech, sec, n.ID, "secondplanted words"); err != nil || len(n.Was) != 1 || n.Was[0].Words != "firstplanted words" {
		t.Errorf("%+v %v", n, err)
	}
	_, err = h.RevertNote(ctx, mech, hod, n.ID)
	refused(t, err, "ours.not_yours")
	for _, says := range []string{"firstplanted words", "secondplanted words"} {
		if n, err = h.RevertNote(ctx, mech, sec, n.ID); err != nil || n.Words != says {
			t.Errorf("taken back, it says %q: %v", n.Words, err)
		}
	}
	fresh, err := h.AddNote(ctx, mech, sec, Note{Kind: "brief", Words: "once", About: About{Matter: "text/js-3"}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.RevertNote(ctx, mech, sec, fresh.ID)
	refused(t, err, "ours.never_changed")
	if err := h.DropNote(ctx, mech, sec, fresh.ID); err != nil {
		t.Fatal(err)
	}
	for of, want := range map[About]int{{}: 1, about: 1, {Matter: "text/js-1"}: 1, {Matter: "text/js-1", Place: "6"}: 0, {Matter: "text/js-2"}: 0} {
		if all, err := h.Notes(ctx, mech, of); err != nil || len(all) != want {
			t.Errorf("%+v: %d %v", of, len(all), err)
		}
	}
	if all, _ := h.Notes(ctx, "other", About{}); len(all) != 0 {
		t.Error("another mechanism's notes are shown")
	}
	_, err = h.AmendNote(ctx, "other", sec, n.ID, "x")
	refused(t, err, "ours.unknown")
	refused(t, h.DropNote(ctx, mech, hod, n.ID), "ours.not_yours")
	if err := h.DropNote(ctx, mech, sec, n.ID); err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	for _, beside := range []string{"", "-wal", "-shm"} {
		if b, err := os.ReadFile(h.path + beside); err == nil && strings.Contains(string(b), "planted") {
			t.Errorf("what was forgotten still lies in the file%s", beside)
		}
	}
	if info, err := os.Stat(h.path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v %v", info.Mode(), err)
	}
	h.again()
}

func TestWhatIsRefused(t *testing.T) {
	h, ctx := open(t), t.Context()
	for key, n := range map[string]Note{"ours.bad_kind": {Kind: "poem", Words: "x"}, "ours.empty": {Kind: "brief", Words: " \n"}, "ours.long": {Kind: "brief", Words: strings.Repeat("x", maxWords+1)},
		"ours.bad_matter": {Kind: "brief", Words: "x", About: About{Matter: "text/ js"}}} {
		_, err := h.AddNote(ctx, mech, sec, n)
		refused(t, err, key)
	}
	if _, err := h.AddNote(ctx, mech, sec, Note{Kind: "brief", Words: "a\u202eb"}); err == nil {
		t.Error("text that turns round is kept")
	}
	_, err := h.AddTask(ctx, mech, sec, Task{Words: "x", For: "birch-sec"})
	refused(t, err, "ours.no_member")
	_, err = h.AddTask(ctx, mech, sec, Task{Words: "x", Due: "2025-02-30"})
	refused(t, err, "ours.bad_day")
	for _, id := range []string{"", "note-1", "task-x", "task-7"} {
		_, err := h.FinishTask(ctx, mech, sec, id)
		refused(t, err, "ours.unknown")
	}
	offices := []Office{{"Legal", []string{law}}}
	for key, c := range map[string]Clearance{"ours.no_office": {Title: "x"}, "ours.past": {Title: "x", Due: h.now.Add(-time.Hour), Offices: offices}, "ours.bad_office": {Title: "x", Offices: append(offices, offices...)},
		"ours.no_member": {Title: "x", Offices: []Office{{"Legal", []string{"birch-sec"}}}}} {
		_, err := h.Circulate(ctx, mech, sec, c, "draft")
		refused(t, err, key)
	}
}

func TestTasks(t *testing.T) {
	h, ctx := open(t), t.Context()
	task, err := h.AddTask(ctx, mech, sec, Task{Words: "call", For: hod, Due: "2025-01-20"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.FinishTask(ctx, mech, law, task.ID)
	refused(t, err, "ours.not_your_task")
	if _, err := h.FinishTask(ctx, mech, hod, task.ID); err != nil {
		t.Fatal(err)
	}
	_, err = h.FinishTask(ctx, mech, sec, task.ID)
	refused(t, err, "ours.task_done")
	if open, _ := h.Tasks(ctx, mech, About{}, true); len(open) != 0 {
		t.Error("what is done is still to do")
	}
	_, err = h.ReopenTask(ctx, mech, law, task.ID)
	refused(t, err, "ours.not_yours")
	if back, err := h.ReopenTask(ctx, mech, hod, task.ID); err != nil || !back.Done.IsZero() || back.DoneBy != "" {
		t.Errorf("taken back, it is %+v: %v", back, err)
	}
	if open, _ := h.Tasks(ctx, mech, About{}, true); len(open) != 1 {
		t.Error("what was taken back is not to do")
	}
	_, err = h.ReopenTask(ctx, mech, hod, task.ID)
	refused(t, err, "ours.task_open")
	if _, err := h.FinishTask(ctx, mech, hod, task.ID); err != nil {
		t.Fatal(err)
	}
	if all, _ := h.Tasks(ctx, mech, About{}, false); len(all) != 1 || all[0].DoneBy != hod {
		t.Errorf("%+v", all)
	}
}

// A round of clearance: an office answers for itself only, and only to the words that go round now; silence is no clearance however late; an objection weighs most; and a revised draft has been cleared by nobody.
func TestClearance(t *testing.T) {
	h, ctx := open(t), t.Context()
	c, err := h.Circulate(ctx, mech, sec, Clearance{About: About{Matter: "text/js-1", Place: "5"}, Title: "Our proposal", Due: h.now.Add(2 * time.Hour), Offices: []Office{{"Legal", []string{law}}, {"Treaty", []string{hod, sec}}}}, "first draft")
	if err != nil {
		t.Fatal(err)
	}
	answer := func(member string, draft int, a Answer) error {
		t.Helper()
		var err error
		if c2, e := h.Answer(ctx, mech, member, c.ID, draft, a); e == nil {
			c = c2
		} else {
			err = e
		}
		return err
	}
	stands := func(want string) {
		t.Helper()
		if got := c.Standing(); got != want {
			t.Errorf("it stands %q, not %q", got, want)
		}
	}
	stands(Awaited)
	refused(t, answer(sec, 1, Answer{Office: "Legal", Verdict: Cleared}), "ours.not_your_office")
	refused(t, answer(law, 1, Answer{Office: "Legal", Verdict: Objects}), "ours.empty")
	refused(t, answer(law, 1, Answer{Office: "Press", Verdict: Cleared}), "ours.unknown_office")
	refused(t, answer(law, 1, Answer{Office: "Legal", Verdict: "yes"}), "ours.bad_verdict")
	if err := answer(law, 1, Answer{Office: "Legal", Verdict: Cleared}); err != nil {
		t.Fatal(err)
	}
	stands(Awaited)
	h.now = h.now.Add(24 * time.Hour)
	if !c.Late(h.now) || len(c.Awaiting()) != 1 || c.Awaiting()[0].Name != "Treaty" {
		t.Errorf("late: %v, awaited: %v", c.Late(h.now), c.Awaiting())
	}
	_, err = h.EndClearance(ctx, mech, sec, c.ID, Cleared)
	refused(t, err, "ours.not_cleared")
	if err := answer(hod, 1, Answer{Office: "Treaty", Verdict: Changes, Words: "shorter"}); err != nil {
		t.Fatal(err)
	}
	stands(Changes)
	_ = answer(law, 1, Answer{Office: "Legal", Verdict: Objects, Words: "never"})
	stands(Objects)
	_, err = h.Revise(ctx, mech, hod, c.ID, "second draft")
	refused(t, err, "ours.not_yours")
	if c, err = h.Revise(ctx, mech, sec, c.ID, "second draft"); err != nil {
		t.Fatal(err)
	}
	stands(Awaited)
	refused(t, answer(law, 1, Answer{Office: "Legal", Verdict: Cleared}), "ours.draft_changed")
	for member, office := range map[string]string{law: "Legal", hod: "Treaty"} {
		if err := answer(member, 2, Answer{Office: office, Verdict: Cleared}); err != nil {
			t.Fatal(err)
		}
	}
	stands(Cleared)
	if c.Late(h.now) {
		t.Error("nobody is awaited, and still it is late")
	}
	if waits, err := h.Awaits(ctx, mech); err != nil || len(waits) != 1 || waits[0].What != "ours.awaits_author" || waits[0].For[0] != sec {
		t.Errorf("%+v %v", waits, err)
	}
	if c, err = h.EndClearance(ctx, mech, sec, c.ID, Cleared); err != nil || len(c.Drafts) != 2 || len(c.Drafts[0].Answers) != 3 {
		t.Errorf("the history is not whole: %+v %v", c, err)
	}
	refused(t, answer(law, 2, Answer{Office: "Legal", Verdict: Objects, Words: "late"}), "ours.clearance_over")
}

// An act waits for another member than its author; of two decisions the first holds; and one that was being written when the node stopped says so, instead of being written twice unseen.
func TestHeldActs(t *testing.T) {
	h, ctx := open(t), t.Context()
	hold := func() string {
		t.Helper()
		a, err := h.Hold(ctx, mech, Held{Matter: "text/js-1", Member: hod, Acts: []HeldAct{{"text.confirm", []byte(`{"note":"x"}`)}}})
		if err != nil {
			t.Fatal(err)
		}
		return a.ID
	}
	id := hold()
	_, err := h.Claim(ctx, mech, hod, id)
	refused(t, err, "ours.same_member")
	_, err = h.Refuse(ctx, mech, hod, id, "no")
	refused(t, err, "ours.same_member")
	if a, err := h.Claim(ctx, mech, sec, id); err != nil || string(a.Acts[0].Body) != `{"note":"x"}` {
		t.Fatalf("%+v %v", a, err)
	}
	_, err = h.Claim(ctx, mech, law, id)
	refused(t, err, "ours.decided")
	if err := h.Close(); err != nil { // in the middle of writing
		t.Fatal(err)
	}
	h.again()
	if a, err := h.HeldAct(ctx, mech, id); err != nil || a.State != Unclear || a.Second != sec {
		t.Errorf("%+v %v", a, err)
	}
	if _, err := h.Claim(ctx, mech, law, id); err != nil {
		t.Error(err)
	}
	if err := h.Doubt(ctx, mech, id); err != nil {
		t.Fatal(err)
	}
	if a, _ := h.HeldAct(ctx, mech, id); a.State != Unclear {
		t.Errorf("nobody knows whether it was written, and it is %s", a.State)
	}
	if err := h.Settle(ctx, mech, id, nil); err != nil {
		t.Fatal(err)
	}
	if a, _ := h.HeldAct(ctx, mech, id); a.State != Waiting || a.Second != "" {
		t.Errorf("refused by the record, it waits again: %+v", a)
	}
	if a, err := h.Refuse(ctx, mech, law, id, "not now"); err != nil || a.State != Refused {
		t.Errorf("%+v %v", a, err)
	}
	_, err = h.TakeBack(ctx, mech, hod, id)
	refused(t, err, "ours.decided")
	other := hold()
	_, err = h.TakeBack(ctx, mech, sec, other)
	refused(t, err, "ours.not_yours")
	if waits, err := h.Awaits(ctx, mech); err != nil || len(waits) != 1 || waits[0].Not != hod || waits[0].Acts[0] != "text.confirm" {
		t.Errorf("%+v %v", waits, err)
	}
	if _, err := h.TakeBack(ctx, mech, hod, other); err != nil {
		t.Error(err)
	}
	if open, _ := h.HeldActs(ctx, mech, true); len(open) != 0 {
		t.Errorf("%+v", open)
	}
}

// What was done last in a round is taken back step by step, by whoever did it and by nobody else, until nothing is left of the round.
func TestARoundIsTakenBackStepByStep(t *testing.T) {
	h, ctx := open(t), t.Context()
	c, err := h.Circulate(ctx, mech, sec, Clearance{Title: "Our proposal", Offices: []Office{{"Legal", []string{law}}}}, "first draft")
	if err != nil {
		t.Fatal(err)
	}
	step := func(_ Clearance, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	step(h.Answer(ctx, mech, law, c.ID, 1, Answer{Office: "Legal", Verdict: Changes, Words: "shorter"}))
	step(h.Revise(ctx, mech, sec, c.ID, "second draft"))
	step(h.Answer(ctx, mech, law, c.ID, 2, Answer{Office: "Legal", Verdict: Cleared}))
	step(h.EndClearance(ctx, mech, sec, c.ID, Cleared))
	for i, s := range []struct {
		by, not, stands string
		drafts          int
	}{{sec, law, Cleared, 2}, {law, sec, Awaited, 2}, {sec, law, Changes, 1}, {law, sec, Awaited, 1}} {
		if _, _, err := h.UndoRound(ctx, mech, s.not, c.ID); refusal.As(err).Key != "ours.not_last" || refusal.As(err).Params["member"] != s.by {
			t.Errorf("step %d is taken back by %s: %v", i, s.not, err)
		}
		c, left, err := h.UndoRound(ctx, mech, s.by, c.ID)
		if err != nil || !left || c.Standing() != s.stands || len(c.Drafts) != s.drafts || !c.Ended.IsZero() {
			t.Errorf("step %d: it stands %q on draft %d: %v", i, c.Standing(), len(c.Drafts), err)
		}
	}
	if _, left, err := h.UndoRound(ctx, mech, sec, c.ID); err != nil || left {
		t.Errorf("the round itself: %v, left %v", err, left)
	}
	_, err = h.Clearance(ctx, mech, c.ID)
	refused(t, err, "ours.unknown")
}
