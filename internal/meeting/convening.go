package meeting

import (
	"cmp"
	"reflect"
	"slices"

	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

type (
	// Recognise says which convening its author stands behind, where a meeting was convened more than once by parties that did not know of each other: another's, or again its own.
	Recognise struct {
		Convening string    `json:"convening" form:"ref=convening,required"` // act id
		Reason    lang.Text `json:"reason,omitempty" form:"wording"`
	}
	// StandBack takes its author's own convening back and stands behind none.
	StandBack struct {
		Reason lang.Text `json:"reason,omitempty" form:"wording"`
	}
)

// EntryType implements entry.Body.
func (Recognise) EntryType() string { return "meeting.recognise" }
func (StandBack) EntryType() string { return "meeting.stand_back" }

// Convening is a party's opening of the meeting, with what was entered on it since.
type Convening struct {
	charter.By
	Enter Enter `json:"enter"`
}

// Settling is a party's word on which convening it stands behind; "" for none. Its last one counts.
type Settling struct {
	charter.By
	Convening string    `json:"convening,omitzero"`
	Reason    lang.Text `json:"reason,omitempty"`
}

// convenings are the openings of the meeting that are known, by the charter's order of their authors. A single one is remembered only while the state is in memory: see Forgot.
func (s *State) convenings() []Convening {
	if len(s.Convened) > 0 {
		return s.Convened
	}
	return s.opened
}

// Forgot reports whether folding an act asks for more of the past than the state keeps: a meeting that was convened once does not say by which act.
func (s *State) Forgot(a *charter.Act) bool {
	return a.Entry.Type == Enter{}.EntryType() && s.Meeting != nil && len(s.convenings()) == 0
}

// take folds what was entered. Who knew of no convening opens one of its own, beside any other; who knew of one enters something on it.
func (s *State) take(c *charter.State, b *Enter, a *charter.Act) {
	all := s.convenings()
	if i := meant(c, all, s.Settling, b.Convening, a); i >= 0 {
		all[i].Enter = *b
	} else {
		all = append(all, Convening{a.By(), *b})
		slices.SortFunc(all, func(x, y Convening) int {
			return cmp.Or(cmp.Compare(c.Ordinal(x.Party), c.Ordinal(y.Party)), cmp.Compare(x.Turn(), y.Turn()))
		})
	}
	s.opened, s.By = all, string(a.Party)
	if len(all) > 1 {
		s.Convened = all
	}
	s.show()
}

// meant is the convening on which something was entered, judged by nothing but what its author knew: the one it names, else the only one that stands, else its own, else the first; -1 if it knew of none.
func meant(c *charter.State, all []Convening, words []Settling, named string, a *charter.Act) int {
	heard := slices.DeleteFunc(slices.Clone(words), func(w Settling) bool { return !c.Covers(a.Past, w.By) })
	known := func(is func(Convening) bool) (first, n int) {
		first = -1
		for i, k := range all {
			if c.Covers(a.Past, k.By) && is(k) {
				n++
				if first < 0 {
					first = i
				}
			}
		}
		return first, n
	}
	if i, _ := known(func(k Convening) bool { return k.Act == named }); i >= 0 {
		return i
	}
	if i, n := known(func(k Convening) bool { return k.stands(heard) }); n == 1 {
		return i
	}
	if i, _ := known(func(k Convening) bool { return k.Party == a.Party }); i >= 0 {
		return i
	}
	i, _ := known(func(Convening) bool { return true })
	return i
}

// stands reports whether a convening's author stands behind it, as it does unless it says otherwise.
func (k Convening) stands(words []Settling) bool {
	w := lastWord(words, k.Party)
	return w == nil || w.Convening == k.Act
}

func lastWord(words []Settling, p charter.PartyID) *Settling {
	var out *Settling
	for i := range words {
		if w := &words[i]; w.Party == p && (out == nil || w.Turn() > out.Turn()) {
			out = w
		}
	}
	return out
}

// Standing are the convenings behind which their authors stand, of a meeting that was convened more than once.
func (s *State) Standing() []Convening {
	return slices.DeleteFunc(slices.Clone(s.Convened), func(k Convening) bool { return !k.stands(s.Settling) })
}

// Twice reports whether the meeting was convened more than once and its conveners have not settled which convening it is.
func (s *State) Twice() bool { return len(s.Convened) > 1 && len(s.Standing()) != 1 }

// show makes what readers see as the meeting: the convening that stands, or what all of them have in common. None of them gives way by the order in which they came.
func (s *State) show() {
	all := s.convenings()
	if standing := s.Standing(); len(standing) > 0 {
		all = standing
	}
	if len(all) == 0 {
		return
	}
	e := all[0].Enter
	for _, k := range all[1:] {
		common(&e, &k.Enter)
	}
	s.Meeting = &e
	switch {
	case len(all) > 1:
		s.By = ""
	case len(s.Convened) > 1:
		s.By = string(all[0].Party)
	}
}

// common leaves of e what o says, too.
func common(e, o *Enter) {
	if e.Status != o.Status {
		e.Status = "planned"
	}
	e.Convening = ""
	same(&e.SeriesName, o.SeriesName)
	same(&e.Start, o.Start)
	same(&e.End, o.End)
	same(&e.Host, o.Host)
	same(&e.Venues, o.Venues)
	same(&e.Theme, o.Theme)
	same(&e.Outcome, o.Outcome)
	same(&e.Note, o.Note)
	same(&e.Sources, o.Sources)
}

func same[T any](one *T, other T) {
	if !reflect.DeepEqual(*one, other) {
		*one = *new(T)
	}
}

func (s *State) convening(act string) *Convening {
	if i := slices.IndexFunc(s.Convened, func(k Convening) bool { return k.Act == act }); i >= 0 {
		return &s.Convened[i]
	}
	return nil
}

// own is a party's own convening, nil if it has none or nobody else has one.
func (s *State) own(p charter.PartyID) *Convening {
	if i := slices.IndexFunc(s.Convened, func(k Convening) bool { return k.Party == p }); i >= 0 {
		return &s.Convened[i]
	}
	return nil
}

// convener refuses who has not convened a meeting that was convened more than once.
func (s *State) convener(a *charter.Act) error {
	switch {
	case s.Meeting == nil:
		return s.unknown(a)
	case len(s.Convened) < 2:
		return refusal.New(refusal.Conflict, "meeting.convened_once")
	case s.own(a.Party) == nil:
		return refusal.New(refusal.Denied, "meeting.not_convener")
	}
	return nil
}

// Check implements subject.Act.
func (b *Recognise) Check(s *State, _ *charter.State, a *charter.Act) error {
	if err := s.convener(a); err != nil {
		return err
	}
	k, last := s.convening(b.Convening), lastWord(s.Settling, a.Party)
	switch {
	case k == nil:
		return refusal.New(refusal.Missing, "meeting.no_convening", "convening", b.Convening)
	case last != nil && last.Convening == k.Act, last == nil && k.Party == a.Party:
		return refusal.New(refusal.Conflict, "meeting.recognised_already")
	case k.Party != a.Party && !k.stands(s.Settling):
		return refusal.New(refusal.Conflict, "meeting.convening_taken_back", "who", string(k.Party))
	}
	return b.Reason.Check()
}

// Apply implements subject.Act.
func (b *Recognise) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.Settling = append(s.Settling, Settling{a.By(), b.Convening, b.Reason})
	s.show()
}

// Check implements subject.Act.
func (b *StandBack) Check(s *State, _ *charter.State, a *charter.Act) error {
	if err := s.convener(a); err != nil {
		return err
	}
	standing := s.Standing()
	switch {
	case !s.own(a.Party).stands(s.Settling):
		return refusal.New(refusal.Conflict, "meeting.stood_back_already")
	case len(standing) == 1:
		return refusal.New(refusal.Conflict, "meeting.last_convening")
	}
	return b.Reason.Check()
}

// Apply implements subject.Act.
func (b *StandBack) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.Settling = append(s.Settling, Settling{By: a.By(), Reason: b.Reason})
	s.show()
}

// AwaitsSettling reports whether a party is asked which of several convenings it stands behind.
func (s *State) AwaitsSettling(me charter.PartyID) bool { return s.Twice() && s.own(me) != nil }

// settlingOffers are the acts by which a party can settle which convening the meeting is.
func (s *State) settlingOffers(me charter.PartyID) []string {
	switch {
	case !s.AwaitsSettling(me):
		return nil
	case s.own(me).stands(s.Settling):
		return []string{"meeting.recognise", "meeting.stand_back"}
	}
	return []string{"meeting.recognise"}
}
