package chancery

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/node"
	"entente.example/internal/silence"
)

// silencePrefix begins the matters of silence procedures.
const silencePrefix = "silence/"

// timeLook is how often everything is looked at: changes may have been missed.
const timeLook = 30 * time.Second

// keepTime writes what our node says by the clock of the house: that our party kept silence, when the time of a silence procedure is over. Nobody else can say it, and the clock decides nothing more.
func (c *Chancery) keepTime(ctx context.Context) error {
	changes, stop := c.Watch()
	defer stop()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	last, next, none := time.Time{}, time.Time{}, looked{}
	for ctx.Err() == nil {
		if due := !next.IsZero() && !c.now().Before(next); due || time.Since(last) >= timeLook {
			last, next = time.Now(), c.sayKept(ctx, none)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		case ch := <-changes:
			if slices.ContainsFunc(ch.Matters, func(m string) bool { return strings.HasPrefix(m, silencePrefix) }) {
				last = time.Time{}
			}
		}
	}
	return nil
}

// sayKept writes that silence was kept wherever the time is over, and returns when the next one is; zero for none. What could not be written is tried again with the next look. none are mechanisms in which there is no
// procedure.
func (c *Chancery) sayKept(ctx context.Context, none looked) (next time.Time) {
	mechs, err := c.node.Mechanisms(ctx)
	for _, mech := range mechs {
		told := c.node.ToldOf(mech)
		if none.idle(mech, told) {
			continue
		}
		var due []string
		procedures := 0
		failed := c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
			states, err := s.Subjects("silence")
			procedures = len(states)
			for _, st := range states {
				p := st.(*silence.State)
				end, runs := p.Expires(s.Charter())
				switch me := charter.PartyID(s.Self); {
				case p.Owes(s.Charter(), me, c.now()):
					due = append(due, p.ID)
				case runs && p.Stands == silence.Running && c.now().Before(end) && (next.IsZero() || end.Before(next)):
					next = end
				}
			}
			return err
		})
		none.note(mech, told, failed == nil && procedures == 0)
		err = errors.Join(err, failed)
		for _, id := range due {
			_, failed := c.node.Do(ctx, mech, entry.Node, node.Draft{Matter: silencePrefix + id, Body: silence.Unbroken{}})
			err = errors.Join(err, failed)
		}
	}
	if err != nil && ctx.Err() == nil {
		c.log.Warn("it could not be written that silence was kept", "error", err)
	}
	return next
}
