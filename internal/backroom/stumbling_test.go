package backroom

import (
	"context"
	"testing"
	"time"

	"entente.example/internal/store/storetest"
)

// On a disk that fails now and then nothing that our side says to itself is half said, and no act is claimed by anybody who was told that it is not: what is refused has changed nothing.
func TestNothingIsHalfDone(t *testing.T) {
	h := open(t)
	about := About{Matter: "text/js-1", Place: "5"}
	var note, task, round, act, again, third string
	id := func(to *string, got string, err error) error {
		if err == nil {
			*to = got
		}
		return err
	}
	storetest.Stumbling(t, h.db.DB, []storetest.Deed{
		{Name: "note", Do: func(ctx context.Context) error {
			n, err := h.AddNote(ctx, mech, sec, Note{About: about, Kind: "brief", Words: "first"})
			return id(&note, n.ID, err)
		}},
		{Name: "amend", Do: func(ctx context.Context) error { _, err := h.AmendNote(ctx, mech, sec, note, "second"); return err }},
		{Name: "revert", Do: func(ctx context.Context) error { _, err := h.RevertNote(ctx, mech, sec, note); return err }},
		{Name: "notes", Do: func(ctx context.Context) error { _, err := h.Notes(ctx, mech, about); return err }},
		{Name: "drop note", Do: func(ctx context.Context) error { return h.DropNote(ctx, mech, sec, note) }},
		{Name: "task", Do: func(ctx context.Context) error {
			k, err := h.AddTask(ctx, mech, sec, Task{About: about, Words: "Call them", For: hod, Due: "2025-02-01"})
			return id(&task, k.ID, err)
		}},
		{Name: "finish", Do: func(ctx context.Context) error { _, err := h.FinishTask(ctx, mech, hod, task); return err }},
		{Name: "reopen", Do: func(ctx context.Context) error { _, err := h.ReopenTask(ctx, mech, hod, task); return err }},
		{Name: "tasks", Do: func(ctx context.Context) error { _, err := h.Tasks(ctx, mech, about, true); return err }},
		{Name: "what awaits", Do: func(ctx context.Context) error { _, err := h.Awaits(ctx, mech); return err }},
		{Name: "drop task", Do: func(ctx context.Context) error { return h.DropTask(ctx, mech, sec, task) }},
		{Name: "circulate", Do: func(ctx context.Context) error {
			c, err := h.Circulate(ctx, mech, sec, Clearance{About: about, Title: "Paragraph 5", Due: h.now.Add(48 * time.Hour), Offices: []Office{{Name: "Legal", Members: []string{law}}}}, "As it stands")
			return id(&round, c.ID, err)
		}},
		{Name: "answer", Do: func(ctx context.Context) error {
			_, err := h.Answer(ctx, mech, law, round, 1, Answer{Office: "Legal", Verdict: Changes, Words: "shorter"})
			return err
		}},
		{Name: "undo", Do: func(ctx context.Context) error { _, _, err := h.UndoRound(ctx, mech, law, round); return err }},
		{Name: "revise", Do: func(ctx context.Context) error { _, err := h.Revise(ctx, mech, sec, round, "Shorter"); return err }},
		{Name: "clearances", Do: func(ctx context.Context) error { _, err := h.Clearances(ctx, mech, about, true); return err }},
		{Name: "clearance", Do: func(ctx context.Context) error { _, err := h.Clearance(ctx, mech, round); return err }},
		{Name: "hold", Do: func(ctx context.Context) error {
			a, err := h.Hold(ctx, mech, Held{Matter: "text/js-1", Member: hod, Acts: []HeldAct{{Type: "text.freeze", Body: []byte("{}")}}})
			return id(&act, a.ID, err)
		}},
		{Name: "claim", Do: func(ctx context.Context) error { _, err := h.Claim(ctx, mech, sec, act); return err }},
		{Name: "doubt", Do: func(ctx context.Context) error { return h.Doubt(ctx, mech, act) }},
		{Name: "claim again", Do: func(ctx context.Context) error { _, err := h.Claim(ctx, mech, sec, act); return err }},
		{Name: "settle", Do: func(ctx context.Context) error { return h.Settle(ctx, mech, act, []string{"cedar-9"}) }},
		{Name: "hold another", Do: func(ctx context.Context) error {
			a, err := h.Hold(ctx, mech, Held{Matter: "text/js-1", Member: hod, Acts: []HeldAct{{Type: "text.freeze", Body: []byte("{}")}}})
			return id(&again, a.ID, err)
		}},
		{Name: "refuse", Do: func(ctx context.Context) error { _, err := h.Refuse(ctx, mech, sec, again, "not now"); return err }},
		{Name: "hold a third", Do: func(ctx context.Context) error {
			a, err := h.Hold(ctx, mech, Held{Matter: "text/js-1", Member: hod, Acts: []HeldAct{{Type: "text.freeze", Body: []byte("{}")}}})
			return id(&third, a.ID, err)
		}},
		{Name: "take back", Do: func(ctx context.Context) error { _, err := h.TakeBack(ctx, mech, hod, third); return err }},
		{Name: "held acts", Do: func(ctx context.Context) error { _, err := h.HeldActs(ctx, mech, false); return err }},
	})
}
