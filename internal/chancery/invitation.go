package chancery

import (
	"context"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	"entente.example/internal/calendar"
	"entente.example/internal/charter"
	"entente.example/internal/meeting"
	"entente.example/internal/node"
	"entente.example/lang"
	"entente.example/refusal"
)

// Invite says who asks whom for a meeting. Addresses are given for one message and kept nowhere by it.
type Invite struct {
	Organizer string   // mail address, with a name or without
	Attendees []string // mail addresses
	Offer     string   // act of an open offer: a counter-proposal to the organizer's days
	Sequence  int64    // of the message that a counter-proposal answers; 0 for ours
}

// Invitation is a message that any calendar program takes (RFC 5546): a request for the agreed days, a cancellation of a meeting that was put off, or a counter-proposal of offered days.
func (c *Chancery) Invitation(ctx context.Context, mech, matter string, tag lang.Tag, in Invite) (file []byte, err error) {
	organizer, err := address(in.Organizer)
	if err != nil {
		return nil, err
	}
	var attendees []calendar.Address
	for _, s := range in.Attendees {
		a, err := address(s)
		if err != nil {
			return nil, err
		}
		attendees = append(attendees, a)
	}
	if len(attendees) == 0 {
		return nil, refusal.New(refusal.Invalid, "dialogue.words_needed", "field", "attendee")
	}
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		m, err := meetingIn(s, matter)
		if err != nil {
			return err
		}
		sequence, err := acts(s, matter)
		if err != nil {
			return err
		}
		e := meetingEvent(s, m, matter, sequence, tag)
		e.Organizer, e.Attendees = &organizer, attendees
		method, err := asks(&e, m, s.Charter(), tag, in)
		if err != nil {
			return err
		}
		file = calendar.Calendar{Made: c.now(), Method: method, Events: []calendar.Event{e}}.Format()
		return nil
	})
	return file, err
}

func meetingIn(s *node.Snapshot, matter string) (*meeting.State, error) {
	st, err := s.Subject(matter)
	if err != nil {
		return nil, err
	}
	m, ok := st.(*meeting.State)
	if !ok || m.Meeting == nil {
		return nil, refusal.New(refusal.Missing, "meeting.unknown", "meeting", matter)
	}
	return m, nil
}

// asks gives an event what the message is about, and says which one it is.
func asks(e *calendar.Event, m *meeting.State, c *charter.State, tag lang.Tag, in Invite) (method string, err error) {
	agreed := m.Agreed(c)
	switch off := m.PutOff(c); {
	case in.Offer != "" && (agreed == nil || agreed.Act != in.Offer):
		i := slices.IndexFunc(m.Open(c), func(o *meeting.Offered) bool { return o.Act == in.Offer })
		if i < 0 {
			return "", refusal.New(refusal.Missing, "meeting.no_offer", "offer", in.Offer)
		}
		o := m.Open(c)[i]
		e.Start, e.End, e.Tentative = o.From, o.Until, true
		placeOffered(e, o, tag)
		_, e.Comment = o.Reason.Pick(tag)
		if in.Sequence > 0 {
			e.Sequence = in.Sequence
		}
		method = calendar.Counter
	case off != nil:
		e.Start, e.End = stood(m, off)
		e.Cancelled = true
		_, e.Comment = off.Reason.Pick(tag)
		method = calendar.Cancel
	default:
		method = calendar.Request
	}
	if !calendar.Days(e.Start, e.End) {
		return "", refusal.New(refusal.Conflict, "meeting.no_days")
	}
	return method, nil
}

// address reads a mail address.
func address(s string) (calendar.Address, error) {
	a, err := mail.ParseAddress(s)
	if err != nil || strings.ContainsFunc(a.Address, func(r rune) bool { return r <= ' ' || r == '"' }) {
		return calendar.Address{}, refusal.New(refusal.Invalid, "calendar.bad_address", "address", s)
	}
	return calendar.Address{Name: a.Name, Mail: a.Address}, nil
}

// slotEvents are the lines of a meeting's programme on the clocks of its zone. Where this machine does not know the zone there are none: the days are in the calendar all the same.
func slotEvents(s *node.Snapshot, m *meeting.State, whole calendar.Event, tag lang.Tag) []calendar.Event {
	p := m.Programme
	if p == nil || m.Meeting.Status != "planned" || m.PutOff(s.Charter()) != nil {
		return nil
	}
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		return nil
	}
	var out []calendar.Event
	for i, slot := range p.Slots {
		at, err := time.ParseInLocation("2006-01-02 15:04", slot.Day+" "+slot.From, zone)
		if err != nil {
			continue
		}
		e := calendar.Event{UID: uid(s, meeting.Matter(m.Meeting.Series, m.Meeting.Number), "-slot-"+strconv.Itoa(i+1)), Sequence: whole.Sequence, At: at, Tentative: whole.Tentative}
		_, e.Summary = slot.What.Pick(tag)
		e.Summary = whole.Summary + ": " + e.Summary
		_, e.Place = slot.Place.Pick(tag)
		if until, err := time.ParseInLocation("2006-01-02 15:04", slot.Day+" "+slot.Until, zone); err == nil {
			e.Until = until
		}
		out = append(out, e)
	}
	return out
}
