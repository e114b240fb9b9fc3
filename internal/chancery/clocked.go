package chancery

import (
	"time"

	"entente.example/entry"
	"entente.example/internal/paper"
	"entente.example/refusal"
)

// wallClock is how people write an instant by the clocks of a zone.
const wallClock = "2006-01-02 15:04"

// clocked puts the deadline of a paper that was written by the clocks of its zone into UTC, as the record has it. A time that those clocks never show, since they are put forward over it, is none.
func clocked(b entry.Body) error {
	p, ok := b.(*paper.Send)
	if !ok {
		return nil
	}
	t, err := time.Parse(wallClock, p.Deadline)
	if err != nil {
		return nil // an instant, or what the record refuses
	}
	if err := zone(p.Zone); err != nil {
		return err
	}
	there := by(t, p.Zone)
	if there.Format(wallClock) != p.Deadline {
		return refusal.New(refusal.Invalid, "dialogue.no_such_clock", "instant", p.Deadline, "zone", p.Zone)
	}
	p.Deadline = there.UTC().Format(instantLayout)
	return nil
}

// by is when the clocks of a zone show what t's show.
func by(t time.Time, name string) time.Time {
	where := time.UTC
	if o, err := time.Parse("Z07:00", name); err == nil {
		_, seconds := o.Zone()
		where = time.FixedZone("", seconds)
	} else if l, err := time.LoadLocation(name); err == nil {
		where = l
	}
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, where)
}
