package chancery

import (
	"context"
	"errors"
	"strings"

	"entente.example/internal/calendar"
	"entente.example/internal/charter"
	"entente.example/internal/commitment"
	"entente.example/internal/concern"
	"entente.example/internal/dialogue"
	"entente.example/internal/locale"
	"entente.example/internal/meeting"
	"entente.example/internal/node"
	"entente.example/internal/search"
	"entente.example/internal/store"
	"entente.example/lang"
)

// Calendar is the meetings of a mechanism and what is due in it, as an iCalendar file in a language. What is not agreed is tentative.
func (c *Chancery) Calendar(ctx context.Context, mech string, tag lang.Tag) (file []byte, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		out := calendar.Calendar{Name: nameFor(s, tag), Made: c.now()}
		for _, add := range []func(*node.Snapshot, lang.Tag) ([]calendar.Event, error){meetingEvents, dueEvents} {
			events, err := add(s, tag)
			if err != nil {
				return err
			}
			out.Events = append(out.Events, events...)
		}
		file = out.Format()
		return nil
	})
	return file, err
}

// nameFor is the mechanism's name in a language, as our own side or everybody uses it.
func nameFor(s *node.Snapshot, tag lang.Tag) string {
	doc := s.Charter().Document()
	for _, n := range doc.Names {
		if n.Lang == tag && (n.UsedBy == "" || n.UsedBy == s.Charter().SideOf(charter.PartyID(s.Self))) {
			return n.Full
		}
	}
	return doc.ID
}

// uid names an event for ever, among all mechanisms.
func uid(s *node.Snapshot, matter, part string) string {
	return strings.NewReplacer("/", "-", " ", "-").Replace(matter+part) + "@" + s.ID[:16] + ".entente"
}

// acts is how many acts a matter has had, which grows with every change of it.
func acts(s *node.Snapshot, matter string) (int64, error) {
	m, err := s.Reader().Matter(s.ID, matter)
	if errors.Is(err, store.ErrMissing) {
		return 0, nil
	}
	return m.Acts, err
}

func meetingEvents(s *node.Snapshot, tag lang.Tag) ([]calendar.Event, error) {
	states, err := s.Meetings()
	if err != nil {
		return nil, err
	}
	var out []calendar.Event
	for _, st := range states {
		if st.Meeting == nil {
			continue
		}
		matter := meeting.Matter(st.Meeting.Series, st.Meeting.Number)
		sequence, err := acts(s, matter)
		if err != nil {
			return nil, err
		}
		fixed := meetingEvent(s, st, matter, sequence, tag)
		if off := st.PutOff(s.Charter()); off != nil { // whoever has it in a calendar is told
			fixed.Start, fixed.End = stood(st, off)
			fixed.Cancelled = true
		}
		out = append(out, fixed)
		if st.Meeting.Status != "planned" {
			continue
		}
		for _, o := range st.Open(s.Charter()) {
			offer := fixed
			offer.Cancelled = false
			placeOffered(&offer, o, tag)
			offer.UID, offer.Start, offer.End, offer.Tentative = uid(s, matter, "-"+o.Act), o.From, o.Until, true
			offer.Summary = locale.Message(tag, "calendar.offered", map[string]string{"name": fixed.Summary})
			out = append(out, offer)
		}
		out = append(out, slotEvents(s, st, fixed, tag)...)
	}
	return out, nil
}

// meetingEvent is a meeting as one event, on the days that are agreed or entered. Of two of a meeting, calendar programs take the one with the higher sequence.
func meetingEvent(s *node.Snapshot, st *meeting.State, matter string, sequence int64, tag lang.Tag) calendar.Event {
	_, name := search.MeetingName(st.Meeting.Number).Pick(tag)
	if _, series := st.Meeting.SeriesName.Pick(tag); series != "" && st.Meeting.Series != search.MainSeries {
		name = series + ": " + name
	}
	e := calendar.Event{UID: uid(s, matter, ""), Sequence: sequence, Summary: name, Place: places(st.Where(s.Charter()), tag)}
	_, e.Text = st.Meeting.Theme.Pick(tag)
	e.Tentative = st.Meeting.Status == "planned" && st.Agreed(s.Charter()) == nil
	e.Start, e.End = st.Days(s.Charter())
	return e
}

// placeOffered gives an event the place that an offer of days names, if it names one.
func placeOffered(e *calendar.Event, o *meeting.Offered, tag lang.Tag) {
	if _, place := o.Places.Pick(tag); place != "" {
		e.Place = place
	}
}

// stood are the days that a meeting had before it was put off: those that were agreed, else those that it was entered with, for which people may have been asked.
func stood(st *meeting.State, off *meeting.Postponed) (from, until string) {
	if off.Days.From == "" {
		return st.Meeting.Start, st.Meeting.End
	}
	return off.Days.From, off.Days.Until
}

func places(venues []meeting.Venue, tag lang.Tag) string {
	var out []string
	for _, v := range venues {
		if _, city := v.City.Pick(tag); city != "" {
			out = append(out, city)
		}
	}
	return locale.List(tag, out)
}

// dueEvents are the days by which concerns are to be answered and commitments kept.
func dueEvents(s *node.Snapshot, tag lang.Tag) ([]calendar.Event, error) {
	var out []calendar.Event
	for _, kind := range []string{"concern", "commitment"} {
		states, err := s.Subjects(kind)
		if err != nil {
			return nil, err
		}
		k, _ := dialogue.Find(kind)
		for _, st := range states {
			for _, due := range dueOf(s.Charter(), st) {
				sequence, err := acts(s, k.Matter(due.id))
				if err != nil {
					return nil, err
				}
				_, title := due.title.Pick(tag)
				out = append(out, calendar.Event{UID: uid(s, k.Matter(due.id), "-due"+due.part), Sequence: sequence, Start: due.day, Due: true,
					Summary: locale.Message(tag, "calendar.due_"+kind, map[string]string{"title": title})})
			}
		}
	}
	return out, nil
}

// due is a day by which something is due. The part tells the days of one matter apart.
type due struct {
	id, part, day string
	title         lang.Text
}

func dueOf(c *charter.State, state any) (out []due) {
	switch s := state.(type) {
	case *concern.State:
		if s.Raised != nil && s.Due(c) != "" {
			out = append(out, due{s.ID, "", s.Due(c), s.Raised.Text})
		}
	case *commitment.State:
		now, _ := s.Standing(c)
		if now == nil {
			return nil
		}
		if now.Due != "" {
			out = append(out, due{s.ID, "", now.Due, now.Title})
		}
		for _, m := range now.Milestones {
			if m.Due != "" {
				out = append(out, due{s.ID, "-" + m.ID, m.Due, m.Title})
			}
		}
	}
	return out
}
