package premises

import (
	"context"
	"log/slog"
	"time"

	"entente.example/internal/chancery"
	"entente.example/internal/view"
	"entente.example/internal/web"
)

// Homes answers what pages ask, as a house does and as one that remembers nothing of home would.
func (f Faces) Homes(c *chancery.Chancery) (remembers, works web.Source) {
	h := f.house(c)
	plain := h
	plain.homes, plain.keptCards = nil, nil
	return h, plain
}

// Hurried is a house whose home waits for nothing, in a process that has read some mechanisms.
func Hurried(s web.Source, hasRead func(mech string) bool) web.Source {
	h := s.(house)
	h.patience, h.hasRead = -1, hasRead
	return h
}

// Remembered is how many answers and cards a house remembers, of all members, and how far their weight is from what they weigh together.
func Remembered(s web.Source) (answers, cards, astray int) {
	h := s.(house)
	answers, astray = h.homes.count()
	cards, wrong := h.keptCards.count()
	return answers, cards, max(astray, wrong)
}

func (m *memory[A]) count() (answers, astray int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	sum := 0
	for _, t := range m.of {
		answers += len(t.answers)
		for _, a := range t.answers {
			sum += a.heavy()
		}
	}
	return answers, max(sum-m.heavy, m.heavy-sum)
}

// Stands reports whether a card that was kept is shown at a time of the same day, if nothing has happened.
func Stands(c view.Card, now time.Time) bool { return (&keptCard{card: c}).stands(now) }

// Meetings is what looks now and then whether calendars are to be sent a meeting, as it is when a node starts.
func Meetings(c *chancery.Chancery, now func() time.Time) (look func(context.Context) error, err error) {
	r, err := newReminders(c, now, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	return r.meetings, nil
}

// Letters is what looks now and then whether the letter of the day is to be sent, as it is when a node starts.
func Letters(c *chancery.Chancery, now func() time.Time) (look func(context.Context) error, err error) {
	r, err := newReminders(c, now, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	return r.letters, nil
}
