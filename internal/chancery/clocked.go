package chancery

import (
	"time"

	"entente.example/entry"
	"entente.example/internal/clocks"
	"entente.example/internal/paper"
	"entente.example/refusal"
)

// clocked puts the deadline of a paper that was written by the clocks of a zone into UTC, as the record has it. A time that those clocks never show, since they are put forward over it, is none.
func clocked(b entry.Body) error {
	p, ok := b.(*paper.Send)
	if !ok || p.Deadline == "" {
		return nil
	}
	if t, err := time.Parse(time.RFC3339, p.Deadline); err == nil {
		p.Deadline = t.UTC().Format(instantLayout)
		return nil
	}
	t, err := time.Parse(clocks.Wall, p.Deadline)
	switch {
	case err != nil && p.Zone == "":
		return nil // which the record refuses
	case err != nil:
		return refusal.New(refusal.Invalid, "dialogue.no_such_wall", "instant", p.Deadline)
	case p.Zone == "":
		return refusal.New(refusal.Invalid, "dialogue.zone_needed", "instant", p.Deadline, "field", "zone")
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
