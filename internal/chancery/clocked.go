package chancery

import (
	"time"

	"entente.example/entry"
	"entente.example/internal/clocks"
	"entente.example/internal/paper"
	"entente.example/refusal"
)

// clocked puts the deadline of a paper that was written by the clocks of its zone into UTC, as the record has it. A time that those clocks never show, since they are put forward over it, is none.
func clocked(b entry.Body) error {
	p, ok := b.(*paper.Send)
	if !ok {
		return nil
	}
	t, err := time.Parse(clocks.Wall, p.Deadline)
	if err != nil {
		return nil // an instant, or what the record refuses
	}
	where, ok := clocks.Of(p.Zone)
	if !ok {
		return noZone(p.Zone)
	}
	there := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, where)
	if there.Format(clocks.Wall) != p.Deadline {
		return refusal.New(refusal.Invalid, "dialogue.no_such_clock", "instant", p.Deadline, "zone", p.Zone)
	}
	p.Deadline = there.UTC().Format(instantLayout)
	return nil
}
