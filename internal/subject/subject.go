// Package subject owns what all subjects of the dialogue have in common: reading an act by its type, days that exist, words that may stand on a record.
//
// It promises nothing of any one subject. It reads no clock: a day is compared with the day that the act itself claims.
package subject

import (
	"strings"
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// Act is a typed body that can judge itself against a state S and change one. Check sees the state at the act's past; Apply must bear any state that concurrent acts have left.
type Act[S any] interface {
	entry.Body
	Check(s *S, c *charter.State, a *charter.Act) error
	Apply(s *S, c *charter.State, a *charter.Act)
}

// Table makes an empty body for each type of act on S.
type Table[S any] map[string]func() Act[S]

// Of lists acts by their own names.
func Of[S any](acts ...func() Act[S]) Table[S] {
	t := Table[S]{}
	for _, a := range acts {
		t[a().EntryType()] = a
	}
	return t
}

// read decodes an act's body, once for judging and folding it.
func (t Table[S]) read(a *charter.Act) (Act[S], error) {
	if b, ok := a.Body.(Act[S]); ok {
		return b, nil
	}
	empty := t[a.Entry.Type]
	if empty == nil {
		return nil, refusal.New(refusal.Invalid, "entry.newer")
	}
	b := empty()
	if err := entry.DecodeBody(&a.Entry, b); err != nil {
		return nil, err
	}
	a.Body = b
	return b, nil
}

// Check judges an act.
func (t Table[S]) Check(s *S, c *charter.State, a *charter.Act) error {
	b, err := t.read(a)
	if err != nil {
		return err
	}
	return b.Check(s, c, a)
}

// Apply folds a valid act.
func (t Table[S]) Apply(s *S, c *charter.State, a *charter.Act) {
	if b, err := t.read(a); err == nil { // Check has read it
		b.Apply(s, c, a)
	}
}

// ID is a matter's id: what stands after its kind.
func ID(matter string) string {
	_, id, _ := strings.Cut(matter, "/")
	return id
}

// Words refuses wording that is empty or holds characters that no record may.
func Words(t lang.Text, field string) error {
	if _, s := t.Pick(); strings.TrimSpace(s) == "" {
		return refusal.New(refusal.Invalid, "dialogue.words_needed", "field", field)
	}
	return t.Check()
}

// Line refuses a line of plain text with forbidden characters; needed also refuses an empty one.
func Line(s, field string, needed bool) error {
	if needed && strings.TrimSpace(s) == "" {
		return refusal.New(refusal.Invalid, "dialogue.words_needed", "field", field)
	}
	return lang.CheckLine(s)
}

// Remark refuses a remark of several lines with forbidden characters; needed also refuses an empty one.
func Remark(s, field string, needed bool) error {
	if needed && strings.TrimSpace(s) == "" {
		return refusal.New(refusal.Invalid, "dialogue.words_needed", "field", field)
	}
	return lang.CheckText(s)
}

// DayLayout is how days are written.
const DayLayout = "2006-01-02"

// Day refuses a day that does not exist; "" is none.
func Day(s string) error {
	if s == "" {
		return nil
	}
	if _, err := time.Parse(DayLayout, s); err != nil {
		return refusal.New(refusal.Invalid, "dialogue.no_such_day", "day", s)
	}
	return nil
}

// DueDay refuses a day that does not exist or that has passed when the act is written.
func DueDay(s string, a *charter.Act) error {
	if err := Day(s); err != nil {
		return err
	}
	if s != "" && s < a.By().Day() {
		return refusal.New(refusal.Invalid, "dialogue.day_passed", "day", s)
	}
	return nil
}

// Instant refuses what is no instant in UTC; "" is none.
func Instant(s string) error {
	if s == "" {
		return nil
	}
	if t, err := time.Parse("2006-01-02T15:04:05Z", s); err != nil || t.IsZero() {
		return refusal.New(refusal.Invalid, "dialogue.no_such_instant", "instant", s)
	}
	return nil
}

// After is the day n days later. A day that does not exist stays as it is.
func After(day string, n int) string {
	t, err := time.Parse(DayLayout, day)
	if err != nil {
		return day
	}
	return t.AddDate(0, 0, n).Format(DayLayout)
}

// Choice refuses a value that is not among those there are.
func Choice(s, field string, choices ...string) error {
	for _, c := range choices {
		if s == c {
			return nil
		}
	}
	return refusal.New(refusal.Invalid, "dialogue.no_such_choice", "value", s, "field", field, "choices", strings.Join(choices, ", "))
}

// Sides refuses sides that the charter does not have, and none at all if some are needed.
func Sides(c *charter.State, sides []string, field string, needed bool) error {
	if needed && len(sides) == 0 {
		return refusal.New(refusal.Invalid, "dialogue.words_needed", "field", field)
	}
	for _, s := range sides {
		if _, ok := c.Document().Side(s); !ok {
			return refusal.New(refusal.Invalid, "dialogue.no_such_side", "side", s)
		}
	}
	return nil
}

// Unknown refuses an act on a matter that nobody has begun.
func Unknown(a *charter.Act) error {
	return refusal.New(refusal.Missing, "dialogue.unknown", "matter", a.Entry.Matter)
}

// NoAct refuses to speak of an act that the matter does not have.
func NoAct(a *charter.Act, id string) error {
	return refusal.New(refusal.Missing, "dialogue.no_act", "matter", a.Entry.Matter, "entry", id)
}

// Taken refuses to begin a matter that there is.
func Taken(a *charter.Act) error {
	return refusal.New(refusal.Conflict, "dialogue.taken", "matter", a.Entry.Matter)
}

// NotYours refuses an act that only somebody else may do.
func NotYours(a *charter.Act, who string) error {
	return refusal.New(refusal.Denied, "dialogue.not_yours", "matter", a.Entry.Matter, "who", who)
}
