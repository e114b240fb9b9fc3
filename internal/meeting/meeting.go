// Package meeting owns meetings: series and number as their identity, places and days, and the breaks between them.
//
// It promises that a meeting is never identified by its year or city, and that the length of a break is counted alike everywhere. It plans nothing by itself: days
// are agreed once every party stands behind the same offer, an agenda is adopted once every party stands behind the same items. A meeting that two parties convened
// without knowing of each other is theirs to settle: neither convening gives way by itself.
package meeting

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// Venue is a place with its days.
type Venue struct {
	City lang.Text `json:"city" form:"wording"`
	Days []string  `json:"days,omitempty" form:"list"`
}

// Enter puts a meeting on the record as a fact of history or a plan. A later one that knows of it replaces it; one that does not stands beside it.
type Enter struct {
	Series     string    `json:"series" form:"-"`
	SeriesName lang.Text `json:"series_name,omitempty" form:"wording"`
	Number     int       `json:"number" form:"-"`
	Start      string    `json:"start,omitzero" form:"line"` // "2006-02-21", "2009-02", or "" while open
	End        string    `json:"end,omitzero" form:"line"`
	Host       string    `json:"host,omitzero" form:"side"` // side id
	Venues     []Venue   `json:"venues,omitempty" form:"rows"`
	Theme      lang.Text `json:"theme,omitempty" form:"wording"`
	Outcome    string    `json:"outcome,omitzero" form:"line"` // kind: "memorandum", "joint initiative"
	Status     string    `json:"status" form:"choice=planned|held,required"`
	Note       string    `json:"note,omitzero" form:"remark"`
	Sources    []string  `json:"sources,omitempty" form:"list"`
	Convening  string    `json:"convening,omitzero" form:"ref=convening"` // act id, where there are several; see convening.go
}

// Agenda is the agenda at one stage.
type Agenda struct {
	Stage        string        `json:"stage" form:"choice=provisional|annotated|adopted,required"`
	Items        []lang.Text   `json:"items" form:"items,required"`
	Annotations  []Annotation  `json:"annotations,omitempty" form:"rows"`
	Arrangements []Arrangement `json:"arrangements,omitempty" form:"rows"`
	Nameless     bool          `json:"nameless,omitzero" form:"flag"` // nothing that is said is attributed to anybody
}

// Drafted is an agenda as a party wrote it.
type Drafted struct {
	charter.By
	Agenda
	Past charter.Past `json:"past"` // which others it knew of
}

// Crossed are the agendas that whoever wrote the one that stands did not know of, and that nobody has taken up since: their items may be missing from it.
func (s *State) Crossed(c *charter.State) []Drafted {
	if len(s.Agendas) == 0 {
		return nil
	}
	last := s.Agendas[len(s.Agendas)-1]
	var out []Drafted
	for i, d := range s.Agendas[:len(s.Agendas)-1] {
		later := s.Agendas[i+1:]
		if d.Party != last.Party && !slices.ContainsFunc(later, func(o Drafted) bool { return o.Party == d.Party || c.Covers(o.Past, d.By) }) {
			out = append(out, d)
		}
	}
	return out
}

// EntryType implements entry.Body.
func (Enter) EntryType() string  { return "meeting.enter" }
func (Agenda) EntryType() string { return "meeting.agenda" }

// MainSeries is the mechanism's own series.
const MainSeries = "main"

// Matter is where a meeting's entries belong.
func Matter(series string, number int) string { return fmt.Sprintf("meeting/%s/%d", series, number) }

// State is one meeting.
type State struct {
	Meeting *Enter                      `json:"meeting,omitempty"`
	By      string                      `json:"by,omitzero"` // party that entered it; "" while it is convened more than once
	Agenda  *Agenda                     `json:"agenda,omitempty"`
	Agendas []Drafted                   `json:"agendas,omitempty"` // every one, in the order of the record
	Offered []Offered                   `json:"offered,omitempty"` // days, in the order of the record
	Adopts  map[charter.PartyID]Adopted `json:"adopts,omitempty"`  // of an agenda, each party's last word

	Postponed     *Postponed                      `json:"postponed,omitempty"` // since when no day is agreed
	Delegations   map[charter.PartyID][]Delegated `json:"delegations,omitempty"`
	Programme     *Programmed                     `json:"programme,omitempty"`
	Nameless      bool                            `json:"nameless,omitzero"` // some agenda said so
	Interventions []Intervention                  `json:"interventions,omitempty"`
	Dossier       []Issued                        `json:"dossier,omitempty"` // in the order of the record

	Convened []Convening `json:"convened,omitempty"` // if there are several
	Settling []Settling  `json:"settling,omitempty"` // in the order of the record
	opened   []Convening // also if there is one
}

// Check judges an act on a meeting.
func (s *State) Check(c *charter.State, a *charter.Act) error {
	switch a.Entry.Type {
	case "meeting.enter":
		var b Enter
		if err := entry.DecodeBody(&a.Entry, &b); err != nil {
			return err
		}
		if b.Convening != "" && s.convening(b.Convening) == nil {
			return refusal.New(refusal.Missing, "meeting.no_convening", "convening", b.Convening)
		}
		return b.check(c, a.Entry.Matter)
	case "meeting.agenda":
		var b Agenda
		if err := entry.DecodeBody(&a.Entry, &b); err != nil {
			return err
		}
		if s.Meeting == nil {
			return refusal.New(refusal.Missing, "meeting.unknown", "meeting", a.Entry.Matter)
		}
		if !slices.Contains([]string{"provisional", "annotated", "adopted"}, b.Stage) || len(b.Items) == 0 {
			return refusal.New(refusal.Invalid, "meeting.agenda_stage")
		}
		if len(b.Items) > MaxItems {
			return refusal.New(refusal.Invalid, "meeting.too_long", "limit", strconv.Itoa(MaxItems))
		}
		for _, item := range b.Items {
			if err := item.Check(); err != nil {
				return err
			}
		}
		return cmp.Or(b.checkAnnotations(), b.checkArrangements())
	}
	return dates.Check(s, c, a)
}

func (s *State) unknown(a *charter.Act) error {
	return refusal.New(refusal.Missing, "meeting.unknown", "meeting", a.Entry.Matter)
}

func (b *Enter) check(c *charter.State, matter string) error {
	if b.Number < 1 || Matter(b.Series, b.Number) != matter {
		return refusal.New(refusal.Invalid, "meeting.identity", "meeting", matter)
	}
	if next := c.Document().Next(b.Series); b.Status == "planned" && b.Number < next {
		return refusal.New(refusal.Invalid, "meeting.number_before", "number", strconv.Itoa(b.Number), "next", strconv.Itoa(next))
	}
	for _, day := range []string{b.Start, b.End} {
		if day != "" && !validDate(day) {
			return refusal.New(refusal.Invalid, "meeting.no_such_day", "day", day)
		}
	}
	if b.Start != "" && b.End != "" && b.End < b.Start {
		return refusal.New(refusal.Invalid, "meeting.ends_before")
	}
	if _, ok := c.Document().Side(b.Host); b.Host != "" && !ok {
		return refusal.New(refusal.Invalid, "meeting.no_such_side", "side", b.Host)
	}
	if b.Status != "held" && b.Status != "planned" {
		return refusal.New(refusal.Invalid, "meeting.status")
	}
	for _, t := range append([]lang.Text{b.SeriesName, b.Theme}, cities(b.Venues)...) {
		if err := t.Check(); err != nil {
			return err
		}
	}
	return nil
}

func cities(vs []Venue) []lang.Text {
	out := make([]lang.Text, len(vs))
	for i, v := range vs {
		out[i] = v.City
	}
	return out
}

// validDate accepts a day, or a month where the day is not known.
func validDate(s string) bool {
	_, day := time.Parse("2006-01-02", s)
	_, month := time.Parse("2006-01", s)
	return day == nil || month == nil
}

// Apply folds a valid act.
func (s *State) Apply(c *charter.State, a *charter.Act) {
	switch a.Entry.Type {
	case "meeting.enter":
		var b Enter
		_ = entry.DecodeBody(&a.Entry, &b) // Check has read it
		s.take(c, &b, a)
	case "meeting.agenda":
		var b Agenda
		_ = entry.DecodeBody(&a.Entry, &b)
		s.Agenda = &b
		s.Agendas = append(s.Agendas, Drafted{By: a.By(), Agenda: b, Past: slices.Clone(a.Past)})
		if b.Nameless {
			s.keepNameless()
		}
	default:
		dates.Apply(s, c, a)
	}
}

// Item is one line of a timeline: a meeting, or the break before it.
type Item struct {
	Meeting *Enter
	Break   *Break
}

// Break is a time without meetings of more than two years.
type Break struct {
	After  int `json:"after"`  // number of a meeting
	Before int `json:"before"` // number of the next
	Years  int `json:"years"`  // whole ones
	Months int `json:"months"` // and whole ones beside them
}

// longBreak is from when on a gap is shown as a break, in months.
const longBreak = 24

// Timeline orders the meetings of one series by number and puts the breaks between them.
func Timeline(states []*State, series string) []Item {
	var ms []*Enter
	for _, s := range states {
		if s.Meeting != nil && s.Meeting.Series == series {
			ms = append(ms, s.Meeting)
		}
	}
	slices.SortFunc(ms, func(a, b *Enter) int { return a.Number - b.Number })
	var out []Item
	for i, m := range ms {
		if i > 0 {
			if b, ok := between(ms[i-1], m); ok {
				out = append(out, Item{Break: &b})
			}
		}
		out = append(out, Item{Meeting: m})
	}
	return out
}

// Turn is the side whose turn it is to be host of a meeting, by the charter's rule and by who was host last before it in the mechanism's own series; "" if there is no such rule.
func Turn(doc *charter.Document, states []*State, m *Enter) string {
	if doc.Rules.HostRotation != "alternate" || m.Series != MainSeries {
		return ""
	}
	before := (*Enter)(nil)
	for _, s := range states {
		if o := s.Meeting; o != nil && o.Series == m.Series && o.Number < m.Number && o.Host != "" && (before == nil || o.Number > before.Number) {
			before = o
		}
	}
	if before == nil {
		return doc.Rules.FirstHost
	}
	turn := slices.IndexFunc(doc.Sides, func(s charter.Side) bool { return s.ID == before.Host })
	return doc.Sides[(turn+m.Number-before.Number)%len(doc.Sides)].ID
}

// Series lists the series there are, sorted.
func Series(states []*State) []string {
	var out []string
	for _, s := range states {
		if s.Meeting != nil && !slices.Contains(out, s.Meeting.Series) {
			out = append(out, s.Meeting.Series)
		}
	}
	slices.Sort(out)
	return out
}

// between measures the gap from the end of one meeting to the start of the next, in whole months. Where only a month is known, months are compared with months.
func between(a, b *Enter) (Break, bool) {
	end := a.End
	if end == "" {
		end = a.Start
	}
	from, fromDay, ok := readDate(end)
	to, toDay, ok2 := readDate(b.Start)
	if !ok || !ok2 {
		return Break{}, false
	}
	months := (to.Year()-from.Year())*12 + int(to.Month()) - int(from.Month())
	if fromDay && toDay && to.Day() < from.Day() {
		months--
	}
	if months < longBreak {
		return Break{}, false
	}
	return Break{After: a.Number, Before: b.Number, Years: months / 12, Months: months % 12}, true
}

// readDate reads a day or a month; day is false for a month.
func readDate(s string) (t time.Time, day, ok bool) {
	if t, err := time.Parse("2006-01-02", s); err == nil {
		return t, true, true
	}
	t, err := time.Parse("2006-01", s)
	return t, false, err == nil && strings.Count(s, "-") == 1
}
