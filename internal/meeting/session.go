package meeting

import (
	"slices"
	"strconv"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/subject"
	"entente.example/lang"
	"entente.example/refusal"
)

// Limits of what one act may hold.
const (
	MaxItems = 200
	MaxSlots = 200
)

type (
	// Annotation says of an item of the agenda what it is for, and which documents are before the meeting on it.
	Annotation struct {
		Item      int       `json:"item" form:"number,required"` // its place on the agenda, from 1
		Text      lang.Text `json:"text,omitempty" form:"wording"`
		Documents []string  `json:"documents,omitempty" form:"list"` // symbols of the dossier
	}
	// Arrangement says how an item of the agenda is interpreted and how long each side speaks on it.
	Arrangement struct {
		Item           int      `json:"item" form:"number,required"` // its place on the agenda, from 1
		Interpretation string   `json:"interpretation" form:"choice=none|consecutive|simultaneous,required"`
		Languages      []string `json:"languages,omitempty" form:"list"`
		Minutes        int      `json:"minutes,omitzero" form:"number"` // for each side; 0 for no limit
	}
	// Programme says what happens when and where. A later one takes the place of the one before.
	Programme struct {
		Zone  string `json:"zone" form:"line,required"` // IANA name, as in "Asia/Tokyo": wall clocks there
		Slots []Slot `json:"slots" form:"rows,required"`
	}
	// Slot is one line of a programme. Clocks are those of the programme's zone.
	Slot struct {
		Day   string    `json:"day" form:"day,required"`
		From  string    `json:"from" form:"line,required"` // "09:30"
		Until string    `json:"until,omitzero" form:"line"`
		What  lang.Text `json:"what" form:"wording,required"`
		Place lang.Text `json:"place,omitempty" form:"wording"`
		Item  int       `json:"item,omitzero" form:"number"` // of the agenda, 0 for none
	}
	// Intervene records that somebody spoke on an item. A person is never named: the capacity in which somebody spoke is. Where nothing is attributed, neither side nor capacity may stand here.
	Intervene struct {
		Item     int       `json:"item" form:"number,required"`
		Side     string    `json:"side,omitzero" form:"side"`
		Capacity lang.Text `json:"capacity,omitempty" form:"wording"`
		Minutes  int       `json:"minutes,omitzero" form:"number"`
		Words    lang.Text `json:"words,omitempty" form:"wording"`
	}
)

// EntryType implements entry.Body.
func (Programme) EntryType() string { return "meeting.programme" }
func (Intervene) EntryType() string { return "meeting.intervene" }

// Programmed is a version of the programme.
type Programmed struct {
	charter.By
	Programme
}

// Intervention is what somebody said on an item.
type Intervention struct {
	charter.By
	Intervene
	On lang.Text `json:"on,omitempty"` // the item's words, as the agenda had them
}

// clock is how a time of day is written.
const clock = "15:04"

// item refuses a place on the agenda that has no item, and one that was named before.
func (g *Agenda) item(n int, before bool) error {
	if n < 1 || n > len(g.Items) || before {
		return refusal.New(refusal.Invalid, "meeting.no_item", "item", strconv.Itoa(n))
	}
	return nil
}

func (g *Agenda) checkAnnotations() error {
	for i, a := range g.Annotations {
		if err := g.item(a.Item, slices.ContainsFunc(g.Annotations[:i], func(o Annotation) bool { return o.Item == a.Item })); err != nil {
			return err
		}
		if err := a.Text.Check(); err != nil {
			return err
		}
		for _, symbol := range a.Documents {
			if err := subject.Line(symbol, "documents", true); err != nil {
				return err
			}
		}
	}
	return nil
}

// Annotated is what is said of an item, nil if nothing is.
func (g *Agenda) Annotated(item int) *Annotation {
	if g == nil {
		return nil
	}
	if i := slices.IndexFunc(g.Annotations, func(a Annotation) bool { return a.Item == item }); i >= 0 {
		return &g.Annotations[i]
	}
	return nil
}

func (g *Agenda) checkArrangements() error {
	for i, a := range g.Arrangements {
		if err := g.item(a.Item, slices.ContainsFunc(g.Arrangements[:i], func(o Arrangement) bool { return o.Item == a.Item })); err != nil {
			return err
		}
		if a.Minutes < 0 {
			return refusal.New(refusal.Invalid, "meeting.minutes")
		}
		if err := subject.Choice(a.Interpretation, "interpretation", "none", "consecutive", "simultaneous"); err != nil {
			return err
		}
		for _, l := range a.Languages {
			if err := lang.Tag(l).Check(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Arranged is how an item is interpreted, nil if nothing was said of it.
func (g *Agenda) Arranged(item int) *Arrangement {
	if g == nil {
		return nil
	}
	if i := slices.IndexFunc(g.Arrangements, func(a Arrangement) bool { return a.Item == item }); i >= 0 {
		return &g.Arrangements[i]
	}
	return nil
}

// Unattributed reports whether nothing that is said at the meeting is attributed to anybody: the charter says so, or some agenda of the meeting has said so once. No later one takes that back.
func (s *State) Unattributed(c *charter.State) bool {
	return s.Nameless || c.Document().Rules.Attribution == charter.Nameless
}

// Check implements subject.Act.
func (b *Programme) Check(s *State, _ *charter.State, a *charter.Act) error {
	switch {
	case s.Meeting == nil:
		return s.unknown(a)
	case !ValidZone(b.Zone):
		return refusal.New(refusal.Invalid, "meeting.zone", "zone", b.Zone)
	case len(b.Slots) == 0:
		return refusal.New(refusal.Invalid, "dialogue.words_needed", "field", "slots")
	case len(b.Slots) > MaxSlots:
		return refusal.New(refusal.Invalid, "meeting.too_long", "limit", strconv.Itoa(MaxSlots))
	}
	for _, slot := range b.Slots {
		if err := slot.check(); err != nil {
			return err
		}
	}
	return nil
}

func (s Slot) check() error {
	if s.Day == "" {
		return refusal.New(refusal.Invalid, "dialogue.words_needed", "field", "day")
	}
	for _, t := range []string{s.From, s.Until} {
		if _, err := time.Parse(clock, t); err != nil && (t != "" || s.From == "") || len(t) != len(clock) && t != "" {
			return refusal.New(refusal.Invalid, "meeting.no_such_time", "time", t)
		}
	}
	if s.Until != "" && s.Until <= s.From {
		return refusal.New(refusal.Invalid, "meeting.slot_ends_before", "time", s.From)
	}
	if s.Item < 0 || s.Item > MaxItems {
		return refusal.New(refusal.Invalid, "meeting.no_item", "item", strconv.Itoa(s.Item))
	}
	for _, err := range []error{subject.Day(s.Day), subject.Words(s.What, "what"), s.Place.Check()} {
		if err != nil {
			return err
		}
	}
	return nil
}

// ValidZone reports whether s can be the name of a time zone, as in "Asia/Tokyo". Whether there is such a zone changes with the years, so no entry's validity depends on it.
func ValidZone(s string) bool {
	if s == "" || len(s) > 64 || s[0] == '/' || s[len(s)-1] == '/' {
		return false
	}
	for i, r := range s {
		ok := r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || i > 0 && (r >= '0' && r <= '9' || r == '_' || r == '-' || r == '+' || r == '/' && s[i-1] != '/')
		if !ok {
			return false
		}
	}
	return true
}

// Apply implements subject.Act.
func (b *Programme) Apply(s *State, _ *charter.State, a *charter.Act) {
	p := Programmed{a.By(), *b}
	p.Slots = slices.Clone(b.Slots)
	slices.SortStableFunc(p.Slots, func(x, y Slot) int { return compareClock(x, y) })
	s.Programme = &p
}

func compareClock(x, y Slot) int {
	a, b := x.Day+x.From, y.Day+y.From
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Check implements subject.Act.
func (b *Intervene) Check(s *State, c *charter.State, a *charter.Act) error {
	switch {
	case s.Meeting == nil:
		return s.unknown(a)
	case s.Agenda == nil:
		return refusal.New(refusal.Missing, "meeting.no_agenda")
	case b.Item < 1 || b.Item > len(s.Agenda.Items):
		return refusal.New(refusal.Invalid, "meeting.no_item", "item", strconv.Itoa(b.Item))
	case b.Minutes < 0 || b.Minutes > 24*60:
		return refusal.New(refusal.Invalid, "meeting.minutes")
	case s.Unattributed(c) && (b.Side != "" || len(b.Capacity) > 0):
		return refusal.New(refusal.Invalid, "meeting.unattributed")
	case !s.Unattributed(c) && b.Side == "":
		return refusal.New(refusal.Invalid, "dialogue.words_needed", "field", "side")
	}
	if b.Side != "" {
		if err := subject.Sides(c, []string{b.Side}, "side", true); err != nil {
			return err
		}
	}
	if err := b.Capacity.Check(); err != nil {
		return err
	}
	return b.Words.Check()
}

// Apply implements subject.Act. What crossed with the rule that nothing is attributed is kept without whose it was.
func (b *Intervene) Apply(s *State, c *charter.State, a *charter.Act) {
	i := Intervention{By: a.By(), Intervene: *b}
	if s.Agenda != nil && b.Item <= len(s.Agenda.Items) {
		i.On = s.Agenda.Items[b.Item-1]
	}
	if s.Unattributed(c) {
		i.Side, i.Capacity = "", nil
	}
	s.Interventions = append(s.Interventions, i)
}

// SpokenOn is how long each side spoke on an item, in minutes. Without attribution everything stands under "".
func (s *State) SpokenOn(item int) map[string]int {
	out := map[string]int{}
	for _, i := range s.Interventions {
		if i.Item == item && i.Minutes > 0 {
			out[i.Side] += i.Minutes
		}
	}
	return out
}

// keepNameless drops whose words stand here already.
func (s *State) keepNameless() {
	s.Nameless = true
	for i := range s.Interventions {
		s.Interventions[i].Side, s.Interventions[i].Capacity = "", nil
	}
}
