package aside

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"entente.example/lang"
	"entente.example/refusal"
)

// Reactions are what can be said to a sounding.
var Reactions = []string{"welcome", "changes", "not_now"}

// States of a sounding, beside its reactions. A reaction may still come after the day.
const (
	Awaited    = "awaited"
	Unanswered = "unanswered"
	Withdrawn  = "withdrawn"
)

// Sounding is what was asked and said about a paper: nobody is bound by any of it. It goes when its paper goes.
type Sounding struct {
	By       string `json:"by,omitempty" doc:"Day by which a reaction is asked"`
	State    string `json:"state" doc:"awaited, unanswered, withdrawn, or a reaction: welcome, changes, not_now"`
	Reaction string `json:"reaction,omitempty"`
	Words    string `json:"words,omitempty" doc:"Only where the paper is read"`
	Waiting  bool   `json:"waiting" doc:"What we said last of it is not known to have arrived"`
}

// sounding is it as it lies in the folder, beside its paper. Each side has at most one thing to bring: the question or that it is withdrawn; the reaction.
type sounding struct {
	By        string `json:"by"`
	Reaction  string `json:"reaction"`
	Words     string `json:"words"`
	Withdrawn bool   `json:"withdrawn"`
	Bring     byte   `json:"bring"` // kind of the slip that they are not known to have, 0 if there is none
}

// MaxWords bounds the words of a reaction.
const MaxWords = 4 << 10

const dayLayout = "2006-01-02"

func isDay(s string) bool {
	_, err := time.Parse(dayLayout, s)
	return err == nil
}

func (s *sounding) shown(today string, words bool) *Sounding {
	if s == nil {
		return nil
	}
	out := &Sounding{By: s.By, Reaction: s.Reaction, State: Awaited, Waiting: s.Bring != 0}
	switch {
	case s.Withdrawn:
		out.State = Withdrawn
	case s.Reaction != "":
		out.State = s.Reaction
	case s.By < today:
		out.State = Unanswered
	}
	if words {
		out.Words = s.Words
	}
	return out
}

// slip is what waits to be brought of it.
func (s *sounding) slip(id ID) slip {
	switch s.Bring {
	case kindAsks:
		return slip{kind: kindAsks, id: id, text: s.By}
	case kindReacts:
		return slip{kind: kindReacts, id: id, text: s.Reaction + "\n" + s.Words}
	}
	return slip{kind: s.Bring, id: id}
}

// readReaction takes the text of a slip apart.
func readReaction(text string) (reaction, words string, ok bool) {
	reaction, words, ok = strings.Cut(text, "\n")
	return reaction, words, ok && slices.Contains(Reactions, reaction) && len(words) <= MaxWords && lang.CheckText(words) == nil
}

func (d *Desk) today() string { return d.o.Now().UTC().Format(dayLayout) }

// Sound sends a paper on which a reaction is asked by a day. The paper lies on both sides at least until then.
func (d *Desk) Sound(mech, party, text string, keep time.Duration, by string) (Paper, error) {
	switch gone := d.o.Now().Add(keep).UTC().Format(dayLayout); {
	case !isDay(by):
		return Paper{}, refusal.New(refusal.Invalid, "aside.no_day", "day", by)
	case by < d.today():
		return Paper{}, refusal.New(refusal.Invalid, "aside.day_past", "day", by)
	case by > gone:
		return Paper{}, refusal.New(refusal.Invalid, "aside.day_late", "day", by, "gone", gone)
	}
	return d.send(mech, party, text, keep, &sounding{By: by, Bring: kindAsks})
}

// Withdraw takes a sounding of ours back: nothing is asked any more. The paper that has arrived stays with its reader until its time is over.
func (d *Desk) Withdraw(mech, handle string) error {
	return d.change(mech, handle, func(k *kept, s *sounding) error {
		switch {
		case !k.Out || s == nil:
			return refusal.New(refusal.Conflict, "aside.not_ours_to_withdraw")
		case s.Withdrawn:
			return refusal.New(refusal.Conflict, "aside.withdrawn")
		}
		s.Withdrawn, s.Bring = true, kindWithdrawn
		return nil
	})
}

// React answers a sounding of theirs, once. It binds nobody.
func (d *Desk) React(mech, handle, reaction, words string) error {
	words = strings.TrimSpace(lang.Normalise(words))
	switch {
	case !slices.Contains(Reactions, reaction):
		return refusal.New(refusal.Invalid, "aside.no_reaction", "reactions", strings.Join(Reactions, ", "))
	case len(words) > MaxWords:
		return refusal.New(refusal.Invalid, "aside.long_words", "limit", fmt.Sprint(MaxWords))
	}
	if err := lang.CheckNew(words); err != nil {
		return err
	}
	return d.change(mech, handle, func(k *kept, s *sounding) error {
		switch {
		case k.Out || s == nil:
			return refusal.New(refusal.Conflict, "aside.not_asked")
		case s.Withdrawn:
			return refusal.New(refusal.Conflict, "aside.withdrawn")
		case s.Reaction != "":
			return refusal.New(refusal.Conflict, "aside.reacted")
		}
		s.Reaction, s.Words, s.Bring = reaction, words, kindReacts
		return nil
	})
}

// change changes what is known of a sounding and brings word of it to the other side.
func (d *Desk) change(mech, handle string, f func(*kept, *sounding) error) error {
	party, err := d.changed(mech, handle, f)
	if err == nil {
		d.o.Hand(mech, party)
	}
	return err
}

func (d *Desk) changed(mech, handle string, f func(*kept, *sounding) error) (party string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	id, k, err := d.find(mech, handle)
	if err != nil {
		return "", err
	}
	var next *sounding
	if k.sounding != nil {
		s := *k.sounding
		next = &s
	}
	if err := f(k, next); err != nil {
		return "", err
	}
	if err := d.set(id, k, next); err != nil {
		return "", refusal.New(refusal.Unavailable, "aside.no_folder", "folder", d.o.Dir).Because(err)
	}
	return k.Party, nil
}

// set stores what is known of a paper's sounding.
func (d *Desk) set(id ID, k *kept, s *sounding) error {
	if err := d.f.put(id.sounding(), s); err != nil {
		return err
	}
	with := *k
	with.sounding = s
	d.papers[id] = &with
	return nil
}

// heard takes in what the other side says of a sounding, and reports whether they are to be told that it is here. What comes before its paper is left aside: it comes again when they hear
// that the paper is here. SPEC sounding-once.
func (d *Desk) heard(p Pair, s slip) (answer bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	k := d.papers[s.id]
	if k == nil || k.Mech != p.Mech || k.Party != p.From || k.Out != (s.kind == kindReacts) || k.Out && k.sounding == nil && !k.Dropped {
		return false, nil
	}
	if next := k.told(s); next != nil {
		if err := d.set(s.id, k, next); err != nil {
			return false, err
		}
	}
	d.word(p, slip{kind: kindNoted, id: s.id, keep: time.Duration(s.kind) * time.Hour})
	return true, nil
}

// told is the sounding after what the other side said, nil if that changes nothing.
func (k *kept) told(s slip) *sounding {
	var next sounding
	if k.sounding != nil {
		next = *k.sounding
	}
	switch {
	case k.Dropped:
		return nil
	case s.kind == kindAsks && k.sounding == nil:
		next.By = s.text
	case s.kind == kindWithdrawn && !next.Withdrawn:
		next.Withdrawn = true // also where the question never came: a late copy of it must not ask
	case s.kind == kindReacts && next.Reaction == "":
		next.Reaction, next.Words, _ = readReaction(s.text)
	default:
		return nil
	}
	return &next
}

// noted marks that what we said of a sounding is there.
func (d *Desk) noted(p Pair, s slip) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	k := d.papers[s.id]
	if k == nil || k.sounding == nil || k.Mech != p.Mech || k.Party != p.From || time.Duration(k.sounding.Bring)*time.Hour != s.keep {
		return nil
	}
	next := *k.sounding
	next.Bring = 0
	return d.set(s.id, k, &next)
}
