package backroom

import (
	"context"
	"slices"
	"time"

	"entente.example/lang"
	"entente.example/refusal"
)

// Kinds of notes.
var Kinds = []string{"instruction", "brief", "fallback", "minutes", "translation", "comment"}

// Note is something that our side wrote for itself.
type Note struct {
	ID string `json:"id"`
	About
	Kind   string    `json:"kind" enum:"instruction,brief,fallback,minutes,translation,comment"`
	Lang   lang.Tag  `json:"lang,omitempty"`
	Words  string    `json:"words"`
	Office string    `json:"office,omitempty" doc:"Who it comes from, if that is an office"`
	Member string    `json:"member"`
	At     time.Time `json:"at"`
	Was    []Was     `json:"was,omitempty" doc:"What it said before, oldest first"`
}

// Was is what a note said before it was changed.
type Was struct {
	Words string    `json:"words"`
	At    time.Time `json:"at"`
}

var notes = kept[Note]{"note", func(n *Note) *string { return &n.ID }, func(n *Note) About { return n.About }, func(*Note) bool { return true }}

// AddNote keeps a note of a member. What is kept of n is what a member can say.
func (s *Store) AddNote(ctx context.Context, mech, member string, n Note) (Note, error) {
	n = Note{About: n.About, Kind: n.Kind, Lang: n.Lang, Words: lang.Normalise(n.Words), Office: lang.Normalise(n.Office), Member: member, At: s.o.Now().UTC()}
	if !slices.Contains(Kinds, n.Kind) {
		return n, refusal.New(refusal.Invalid, "ours.bad_kind", "kind", n.Kind)
	}
	for _, err := range []error{s.about(ctx, mech, n.About), checkLang(n.Lang), checkLine(n.Office), checkWords(n.Words)} {
		if err != nil {
			return n, err
		}
	}
	return n, notes.add(ctx, s, mech, &n)
}

// AmendNote changes the words of one's own note. What it said before stays readable to our side.
func (s *Store) AmendNote(ctx context.Context, mech, member, id, words string) (Note, error) {
	words = lang.Normalise(words)
	if err := checkWords(words); err != nil {
		return Note{}, err
	}
	return notes.change(ctx, s, mech, id, func(n *Note) error { return s.amend(n, member, words) })
}

// RevertNote makes one's own note say again what it said before the last change. Both stay readable: to revert twice changes nothing.
func (s *Store) RevertNote(ctx context.Context, mech, member, id string) (Note, error) {
	return notes.change(ctx, s, mech, id, func(n *Note) error {
		if len(n.Was) == 0 {
			return refusal.New(refusal.Conflict, "ours.never_changed")
		}
		return s.amend(n, member, n.Was[len(n.Was)-1].Words)
	})
}

func (s *Store) amend(n *Note, member, words string) error {
	if err := own(n.Member, member); err != nil {
		return err
	}
	if len(n.Was) >= maxList {
		return refusal.New(refusal.Conflict, "ours.many", "limit", "50")
	}
	n.Was = append(n.Was, Was{n.Words, n.At})
	n.Words, n.At = words, s.o.Now().UTC()
	return nil
}

// DropNote forgets one's own note, with all that it said before.
func (s *Store) DropNote(ctx context.Context, mech, member, id string) error {
	return notes.drop(ctx, s, mech, id, func(n *Note) error { return own(n.Member, member) })
}

// Notes lists the notes about something, oldest first; all of the mechanism if of is empty.
func (s *Store) Notes(ctx context.Context, mech string, of About) ([]Note, error) {
	all, err := notes.list(ctx, s, mech, false)
	return notes.only(all, of), err
}

// own refuses what only its author may do.
func own(author, member string) error {
	if author != member {
		return refusal.New(refusal.Denied, "ours.not_yours", "author", author)
	}
	return nil
}

// Task is something that one of us, or anybody of us, is to do.
type Task struct {
	ID string `json:"id"`
	About
	Words  string    `json:"words"`
	For    string    `json:"for,omitempty" doc:"The member who is to do it; empty: anybody"`
	Due    string    `json:"due,omitempty" doc:"Day"`
	Member string    `json:"member" doc:"Who asked for it"`
	At     time.Time `json:"at"`
	Done   time.Time `json:"done,omitzero"`
	DoneBy string    `json:"done_by,omitempty"`
}

var tasks = kept[Task]{"task", func(t *Task) *string { return &t.ID }, func(t *Task) About { return t.About }, func(t *Task) bool { return t.Done.IsZero() }}

const dayLayout = "2006-01-02"

// lateZone is how far behind UTC the last zone is in which a day is not over yet.
const lateZone = 12 * time.Hour

// AddTask keeps a task that a member asks for.
func (s *Store) AddTask(ctx context.Context, mech, member string, t Task) (Task, error) {
	t = Task{About: t.About, Words: lang.Normalise(t.Words), For: t.For, Due: t.Due, Member: member, At: s.o.Now().UTC()}
	for _, err := range []error{s.about(ctx, mech, t.About), checkWords(t.Words)} {
		if err != nil {
			return t, err
		}
	}
	if _, err := time.Parse(dayLayout, t.Due); t.Due != "" && err != nil {
		return t, refusal.New(refusal.Invalid, "ours.bad_day", "day", t.Due)
	}
	if today := t.At.Add(-lateZone).Format(dayLayout); t.Due != "" && t.Due < today {
		return t, refusal.New(refusal.Invalid, "dialogue.day_passed", "day", t.Due)
	}
	if t.For != "" {
		if err := s.colleagues(ctx, mech, t.For); err != nil {
			return t, err
		}
	}
	return t, tasks.add(ctx, s, mech, &t)
}

// FinishTask says that a task is done. Whoever it is for says so, or whoever asked for it.
func (s *Store) FinishTask(ctx context.Context, mech, member, id string) (Task, error) {
	return tasks.change(ctx, s, mech, id, func(t *Task) error {
		if !t.Done.IsZero() {
			return refusal.New(refusal.Conflict, "ours.task_done", "member", t.DoneBy)
		}
		if t.For != "" && t.For != member && t.Member != member {
			return refusal.New(refusal.Denied, "ours.not_your_task", "member", t.For)
		}
		t.Done, t.DoneBy = s.o.Now().UTC(), member
		return nil
	})
}

// ReopenTask takes back that a task is done. Whoever said so takes it back, or whoever asked for it.
func (s *Store) ReopenTask(ctx context.Context, mech, member, id string) (Task, error) {
	return tasks.change(ctx, s, mech, id, func(t *Task) error {
		switch {
		case t.Done.IsZero():
			return refusal.New(refusal.Conflict, "ours.task_open")
		case t.DoneBy != member && t.Member != member:
			return refusal.New(refusal.Denied, "ours.not_yours", "author", t.DoneBy)
		}
		t.Done, t.DoneBy = time.Time{}, ""
		return nil
	})
}

// DropTask forgets a task that one asked for.
func (s *Store) DropTask(ctx context.Context, mech, member, id string) error {
	return tasks.drop(ctx, s, mech, id, func(t *Task) error { return own(t.Member, member) })
}

// Tasks lists the tasks about something, oldest first; only those that are open if open.
func (s *Store) Tasks(ctx context.Context, mech string, of About, open bool) ([]Task, error) {
	all, err := tasks.list(ctx, s, mech, open)
	return tasks.only(all, of), err
}
