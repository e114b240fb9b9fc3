package chancery

import (
	"context"
	"time"

	"entente.example/internal/calendar"
	"entente.example/internal/charter"
	"entente.example/internal/locale"
	"entente.example/internal/meeting"
	"entente.example/internal/node"
	"entente.example/internal/reminder"
	"entente.example/internal/staff"
	"entente.example/lang"
	"entente.example/refusal"
)

// AskMeetingMail keeps a member's wish to have the days of meetings sent to them. They name what is on the record, so a node whose letters name nothing says so, instead of promising.
func (c *Chancery) AskMeetingMail(ctx context.Context, m staff.MeetingMail) error {
	switch {
	case c.cfg.Mail.Server == "":
		return refusal.New(refusal.Unavailable, "reminder.no_server")
	case !c.cfg.Mail.Titles:
		return refusal.New(refusal.Unavailable, "reminder.no_titles")
	}
	if err := reminder.CheckAddress(m.Address); err != nil {
		return err
	}
	return c.staff.SetMeetingMail(ctx, m)
}

// Summons is a message to a member's calendar program that is to be sent, and what is to be noted once it was.
type Summons struct {
	Member string
	Letter reminder.Meeting
	Sent   staff.MeetingSent
}

// Summons lists what is to be sent about the meetings of a mechanism: to each who wishes it and has a mandate in force there, for each meeting that is to come, what they have not had yet.
func (c *Chancery) Summons(ctx context.Context, mech string, wishes []staff.MeetingMail) (out []Summons, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		var states []*meeting.State
		for _, w := range wishes {
			if !s.Charter().Admits(charter.PartyID(s.Self), w.Member, c.now()) {
				continue
			}
			if states == nil {
				if states, err = s.Meetings(); err != nil {
					return err
				}
			}
			had, err := c.staff.MeetingsSent(ctx, w.Member, mech)
			if err != nil {
				return err
			}
			for _, st := range states {
				if st.Meeting == nil {
					continue
				}
				matter := meeting.Matter(st.Meeting.Series, st.Meeting.Number)
				sequence, err := acts(s, matter)
				if err != nil {
					return err
				}
				about := staff.MeetingSent{Mech: mech, Matter: matter, Sequence: sequence, Place: places(st.Where(s.Charter()), lang.English)}
				if sent, due := owed(s.Charter(), st, about, had, c.now().UTC().Format(time.DateOnly)); due {
					out = append(out, Summons{w.Member, c.meetingLetter(s, st, w, sent), sent})
				}
			}
		}
		return nil
	})
	return out, err
}

// owed says what somebody is to be sent about a meeting after what they had, with the mechanism, matter, sequence and place of sent filled in. Days that all agreed are asked for when they are agreed and when they or the place change, and called off once they
// are agreed no more. What is over is not spoken of, nor what touches neither days nor place: a calendar program would show each act as a change.
func owed(c *charter.State, st *meeting.State, sent staff.MeetingSent, had map[string]staff.MeetingSent, today string) (staff.MeetingSent, bool) {
	last, known := had[sent.Matter]
	if st.Meeting.Status != "planned" {
		return sent, false
	}
	switch o := st.Agreed(c); {
	case o != nil:
		sent.From, sent.Until = o.From, o.Until
	case known && !last.Cancelled:
		sent.From, sent.Until, sent.Place, sent.Cancelled = last.From, last.Until, last.Place, true
	default:
		return sent, false
	}
	if !calendar.Days(sent.From, sent.Until) || max(sent.From, sent.Until) < today {
		return sent, false
	}
	same := last.Cancelled == sent.Cancelled && last.From == sent.From && last.Until == sent.Until && last.Place == sent.Place
	return sent, !known || !same && sent.Sequence > last.Sequence
}

// meetingLetter is a message about a meeting to one member, as the file that members take themselves, without the theme and the reasons: mail is read on its way. The node receives no mail, so nobody is asked for an answer.
func (c *Chancery) meetingLetter(s *node.Snapshot, st *meeting.State, w staff.MeetingMail, sent staff.MeetingSent) reminder.Meeting {
	tag := locale.Match(w.Language)
	l := reminder.Meeting{To: w.Address, Lang: tag, Where: s.Charter().Document().ID, Cancelled: sent.Cancelled, Days: locale.Days(tag, sent.From, sent.Until), Link: c.SiteURL() + "/m/" + s.Charter().Document().ID + "/meetings/" + st.ID()}
	e := meetingEvent(s, st, sent.Matter, sent.Sequence, tag)
	e.Start, e.End, e.Cancelled, e.Tentative = sent.From, sent.Until, sent.Cancelled, false
	e.Text = l.Where + "\n" + l.Link
	e.Organizer, e.Attendees, e.Told = &calendar.Address{Name: l.Where, Mail: c.cfg.Mail.From}, []calendar.Address{{Mail: w.Address}}, true
	l.Name, l.Place = e.Summary, e.Place
	l.Method = map[bool]string{true: calendar.Cancel, false: calendar.Request}[sent.Cancelled]
	l.File = calendar.Calendar{Made: c.now(), Method: l.Method, Events: []calendar.Event{e}}.Format()
	return l
}
