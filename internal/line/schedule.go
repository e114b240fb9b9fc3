package line

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// State is one line: the schedules that were proposed and who agreed to them, and what the parties announced.
type State struct {
	ID        string     `json:"id"`
	Proposals []Proposal `json:"proposals,omitempty"`
	Desks     []OurDesk  `json:"desks,omitempty"`
	Notices   []Notice   `json:"notices,omitempty"`
}

// Proposal is a schedule with who agreed to it and when. Who proposes agrees.
type Proposal struct {
	ID     string                     `json:"id"`
	Party  charter.PartyID            `json:"party"`
	At     string                     `json:"at"`
	Terms  Propose                    `json:"terms"`
	Agreed map[charter.PartyID]string `json:"agreed"`
}

// OurDesk is what a party announced of its desk.
type OurDesk struct {
	ID    string          `json:"id"`
	Party charter.PartyID `json:"party"`
	Desk  Desk            `json:"desk"`
}

// Notice is a suspension by notice.
type Notice struct {
	ID    string          `json:"id"`
	Party charter.PartyID `json:"party"`
	At    string          `json:"at"`
	Terms Suspend         `json:"terms"`
	Ended string          `json:"ended,omitzero"` // when it was taken back
}

// Limits of a schedule.
const (
	maxTimes    = 48
	maxHolidays = 200
	maxPool     = 200
	maxMinutes  = 24 * 60
)

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// Check judges what is written about the line itself.
func (s *State) Check(c *charter.State, a *charter.Act) error {
	if id, in, ok := Split(a.Entry.Matter); !ok || in != "" || id != s.ID {
		return refusal.New(refusal.Invalid, "line.matter", "matter", a.Entry.Matter)
	}
	switch a.Entry.Type {
	case "line.propose":
		return with(a, func(b *Propose) error { return b.check(c, a.Party) })
	case "line.agree":
		return with(a, func(b *Agree) error { return s.mayAgree(a.Party, b.Proposal) })
	case "line.desk":
		return with(a, func(b *Desk) error {
			if _, err := instant(b.To); err != nil {
				return err // somebody has to be there again
			}
			return span(b.From, b.To)
		})
	case "line.suspend":
		return with(a, func(b *Suspend) error { return span(b.From, b.To) })
	case "line.resume":
		return with(a, func(b *Resume) error {
			i := slices.IndexFunc(s.Notices, func(n Notice) bool { return n.ID == b.Notice })
			switch {
			case i < 0:
				return refusal.New(refusal.Missing, "line.no_notice", "notice", b.Notice)
			case s.Notices[i].Party != a.Party:
				return refusal.New(refusal.Denied, "line.not_your_notice", "notice", b.Notice, "party", string(s.Notices[i].Party))
			case s.Notices[i].Ended != "":
				return refusal.New(refusal.Conflict, "line.notice_ended", "notice", b.Notice)
			}
			return nil
		})
	}
	return refusal.New(refusal.Invalid, "entry.newer")
}

// with decodes a body and judges it.
func with[B any](a *charter.Act, check func(*B) error) error {
	b := new(B)
	if err := entry.DecodeBody(&a.Entry, b); err != nil {
		return err
	}
	return check(b)
}

// span judges a time from an instant to a later one, or to none.
func span(from, to string) error {
	a, err := instant(from)
	if err != nil {
		return err
	}
	if to == "" {
		return nil
	}
	b, err := instant(to)
	if err == nil && !b.After(a) {
		err = refusal.New(refusal.Invalid, "line.ends_before", "from", from, "to", to)
	}
	return err
}

func (s *State) mayAgree(p charter.PartyID, id string) error {
	i := slices.IndexFunc(s.Proposals, func(x Proposal) bool { return x.ID == id })
	switch {
	case i < 0:
		return refusal.New(refusal.Missing, "line.no_proposal", "proposal", id)
	case !slices.Contains(s.Proposals[i].Terms.Callers, p):
		return refusal.New(refusal.Denied, "line.not_a_caller", "party", string(p))
	case s.Proposals[i].Agreed[p] != "":
		return refusal.New(refusal.Conflict, "line.agreed_already", "proposal", id)
	}
	return nil
}

func (p *Propose) check(c *charter.State, by charter.PartyID) error {
	if len(p.Callers) < 2 || !slices.Contains(p.Callers, by) {
		return refusal.New(refusal.Invalid, "line.callers", "party", string(by))
	}
	for i, party := range p.Callers {
		if c.Ordinal(party) < 0 || slices.Contains(p.Callers[:i], party) {
			return refusal.New(refusal.Invalid, "line.callers", "party", string(party))
		}
	}
	if p.Minutes < 1 || p.Minutes > maxMinutes {
		return refusal.New(refusal.Invalid, "line.minutes", "limit", fmt.Sprint(maxMinutes))
	}
	if _, err := time.Parse(day, p.From); err != nil {
		return refusal.New(refusal.Invalid, "line.no_such_day", "day", p.From)
	}
	if len(p.Times) > maxTimes || len(p.Holidays) > maxHolidays || len(p.Pool) > maxPool {
		return refusal.New(refusal.Invalid, "line.too_many", "times", fmt.Sprint(maxTimes), "holidays", fmt.Sprint(maxHolidays), "phrases", fmt.Sprint(maxPool))
	}
	for _, t := range p.Times {
		if _, _, err := t.read(); err != nil {
			return err
		}
	}
	for _, h := range p.Holidays {
		for _, d := range []string{h.From, h.To} {
			if _, err := time.Parse(day, d); err != nil {
				return refusal.New(refusal.Invalid, "line.no_such_day", "day", d)
			}
		}
		if err := h.Note.Check(); err != nil {
			return err
		}
	}
	for _, f := range p.Pool {
		if err := f.check(); err != nil {
			return err
		}
	}
	return nil
}

// read gives the time of day and the zone's offset.
func (t Time) read() (at, zone time.Duration, err error) {
	bad := refusal.New(refusal.Invalid, "line.bad_time", "at", t.At, "zone", t.Zone)
	clock, err := time.Parse("15:04Z07:00", t.At+t.Zone)
	if err != nil || len(t.At) != 5 {
		return 0, 0, bad
	}
	for i, d := range t.Days {
		if !slices.Contains(weekdays, d) || slices.Contains(t.Days[:i], d) {
			return 0, 0, bad
		}
	}
	_, seconds := clock.Zone()
	return time.Duration(clock.Hour())*time.Hour + time.Duration(clock.Minute())*time.Minute, time.Duration(seconds) * time.Second, nil
}

// ParseTime reads "mon,thu 09:00 +08:00" or "daily 17:00 Z" as a person writes it.
func ParseTime(s string) (Time, error) {
	f := strings.Fields(strings.ToLower(s))
	if len(f) == 2 && len(f[1]) > 5 {
		f = []string{f[0], f[1][:5], f[1][5:]}
	}
	if len(f) != 3 {
		return Time{}, refusal.New(refusal.Invalid, "line.bad_time", "at", s, "zone", "")
	}
	t := Time{At: f[1], Zone: strings.ToUpper(f[2])}
	if f[0] != "daily" {
		t.Days = strings.Split(f[0], ",")
	}
	if _, _, err := t.read(); err != nil { // of which word it is, whoever wrote them sees best from all of them
		return t, refusal.New(refusal.Invalid, "line.bad_time", "at", f[0]+" "+f[1], "zone", f[2])
	}
	return t, nil
}

// spaced are two days, as people space them.
var spaced = regexp.MustCompile(`^([^= \t\x{3000}]+?)[ \t\x{3000}]*\.\.[ \t\x{3000}]*`)

// ParseHoliday reads days without calls, as in "2025-01-28..2025-02-04 Spring Festival" or "2025-05-01=May Day"; what is said of them is in a language.
func ParseHoliday(s string, tag lang.Tag) Holiday {
	days, note := spaced.ReplaceAllString(strings.TrimSpace(s), "$1.."), ""
	if at := strings.IndexAny(days, "= \t\u3000"); at >= 0 {
		days, note = days[:at], strings.Trim(days[at:], "= \t\u3000")
	}
	from, to, several := strings.Cut(days, "..")
	if !several {
		to = from
	}
	h := Holiday{From: from, To: to}
	if note != "" {
		h.Note = lang.Text{tag: lang.Normalise(note)}
	}
	return h
}

// String writes it as ParseTime reads it.
func (t Time) String() string {
	days := "daily"
	if len(t.Days) > 0 {
		days = strings.Join(t.Days, ",")
	}
	return days + " " + t.At + " " + t.Zone
}

// Apply folds a valid act.
func (s *State) Apply(_ *charter.State, a *charter.Act) {
	at, id := stampOf(&a.Entry), a.ID()
	switch a.Entry.Type {
	case "line.propose":
		b := body[Propose](a)
		s.Proposals = append(s.Proposals, Proposal{ID: id, Party: a.Party, At: at, Terms: b, Agreed: map[charter.PartyID]string{a.Party: at}})
	case "line.agree":
		b := body[Agree](a)
		for i := range s.Proposals {
			if s.Proposals[i].ID == b.Proposal {
				s.Proposals[i].Agreed[a.Party] = at
			}
		}
	case "line.desk":
		s.Desks = append(s.Desks, OurDesk{ID: id, Party: a.Party, Desk: body[Desk](a)})
	case "line.suspend":
		s.Notices = append(s.Notices, Notice{ID: id, Party: a.Party, At: at, Terms: body[Suspend](a)})
	case "line.resume":
		b := body[Resume](a)
		for i := range s.Notices {
			if s.Notices[i].ID == b.Notice && s.Notices[i].Party == a.Party {
				s.Notices[i].Ended = at
			}
		}
	}
}

// body decodes what Check has read.
func body[B any](a *charter.Act) (b B) {
	_ = entry.DecodeBody(&a.Entry, &b)
	return b
}

// AgreedByAll reports whether every caller has agreed.
func (p *Proposal) AgreedByAll() bool {
	return !slices.ContainsFunc(p.Terms.Callers, func(c charter.PartyID) bool { return p.Agreed[c] == "" })
}

// Open are the proposals that a party may still agree to, the newest last.
func (s *State) Open(p charter.PartyID) []Proposal {
	var out []Proposal
	for _, x := range s.Proposals {
		if slices.Contains(x.Terms.Callers, p) && x.Agreed[p] == "" {
			out = append(out, x)
		}
	}
	return out
}

// Proposal finds a schedule by its act id; nil if there is none.
func (s *State) Proposal(id string) *Proposal {
	i := slices.IndexFunc(s.Proposals, func(p Proposal) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return &s.Proposals[i]
}

// agreed are the schedules that every caller agreed to, by their first days; of two that begin on one day only the later one.
func (s *State) agreed() []*Proposal {
	var out []*Proposal
	for i := range s.Proposals {
		if s.Proposals[i].AgreedByAll() {
			out = append(out, &s.Proposals[i])
		}
	}
	slices.SortStableFunc(out, func(a, b *Proposal) int { return strings.Compare(a.Terms.From, b.Terms.From) })
	for i := len(out) - 2; i >= 0; i-- {
		if out[i].Terms.From == out[i+1].Terms.From {
			out = slices.Delete(out, i, i+1)
		}
	}
	return out
}

// InForce is the schedule that holds at a time; nil if none does.
func (s *State) InForce(at time.Time) (p *Proposal) {
	for _, x := range s.agreed() {
		if x.Terms.From <= at.UTC().Format(day) {
			p = x
		}
	}
	return p
}

// Slot is a call that is due.
type Slot struct {
	At       time.Time
	Caller   charter.PartyID
	Callees  []charter.PartyID
	Minutes  int
	Proposal string
}

// Slots lists the calls that are due from one instant on and before another. Callers take turns from the schedule's first day on.
func (s *State) Slots(from, to time.Time) []Slot {
	var out []Slot
	agreed := s.agreed()
	for i, p := range agreed {
		until := ""
		if i+1 < len(agreed) {
			until = agreed[i+1].Terms.From
		}
		out = p.slots(out, from, to, until)
	}
	return out
}

// slots walks through the days of a schedule: which one's turn it is depends on how many calls were due before.
func (p *Proposal) slots(out []Slot, from, to time.Time, until string) []Slot {
	first, err := time.Parse(day, p.Terms.From)
	if err != nil {
		return out
	}
	turn, since := 0, p.Since()
	for d := first; !d.Add(-14*time.Hour).After(to) && (until == "" || d.Format(day) < until); d = d.AddDate(0, 0, 1) {
		for _, at := range p.on(d) {
			if !at.Before(from) && at.Before(to) && !at.Before(since) {
				out = append(out, p.slot(at, turn))
			}
			turn++
		}
	}
	return out
}

// Since is when the last caller agreed: nothing was due before, whatever the first day.
func (p *Proposal) Since() (t time.Time) {
	for _, at := range p.Agreed {
		if x := read(at); x.After(t) {
			t = x
		}
	}
	return t
}

func (p *Proposal) slot(at time.Time, turn int) Slot {
	caller := p.Terms.Callers[turn%len(p.Terms.Callers)]
	sl := Slot{At: at, Caller: caller, Minutes: p.Terms.Minutes, Proposal: p.ID}
	for _, c := range p.Terms.Callers {
		if c != caller {
			sl.Callees = append(sl.Callees, c)
		}
	}
	slices.Sort(sl.Callees)
	return sl
}

// on lists the instants due on a day of the calendar, in order.
func (p *Proposal) on(d time.Time) []time.Time {
	name := d.Format(day)
	if slices.ContainsFunc(p.Terms.Holidays, func(h Holiday) bool { return h.From <= name && name <= h.To }) {
		return nil
	}
	var out []time.Time
	for _, t := range p.Terms.Times {
		at, zone, err := t.read()
		if err == nil && (len(t.Days) == 0 || slices.Contains(t.Days, weekdays[d.Weekday()])) {
			out = append(out, d.Add(at-zone))
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.Compact(out)
}

// Suspended finds the notice under which a party has suspended the line at a time; nil if there is none.
func (s *State) Suspended(at time.Time, parties ...charter.PartyID) *Notice {
	t := Stamp(at)
	for i := len(s.Notices) - 1; i >= 0; i-- {
		n := &s.Notices[i]
		if slices.Contains(parties, n.Party) && n.Terms.From <= t && (n.Terms.To == "" || t < n.Terms.To) && (n.Ended == "" || t < n.Ended) {
			return n
		}
	}
	return nil
}

// rests reports whether a call that is due is taken away by notice: its caller has suspended the line, or everybody who was to answer.
func (s *State) rests(due Slot) bool {
	return s.Suspended(due.At, due.Caller) != nil || !slices.ContainsFunc(due.Callees, func(p charter.PartyID) bool { return s.Suspended(due.At, p) == nil })
}

// Standing are the notices whose time is not over and that were not taken back, those that begin later among them, by when they begin.
func (s *State) Standing(now time.Time) []Notice {
	t := Stamp(now)
	out := slices.DeleteFunc(slices.Clone(s.Notices), func(n Notice) bool { return n.Ended != "" || n.Terms.To != "" && n.Terms.To <= t })
	slices.SortStableFunc(out, func(a, b Notice) int { return strings.Compare(a.Terms.From, b.Terms.From) })
	return out
}

// Key is the message that tells of a notice: what is over at an instant that was announced, and what holds until further notice.
func (n Notice) Key() string {
	if n.Terms.To == "" {
		return "line.suspended_by"
	}
	return "line.suspended_until"
}

// Unmanned finds the announcement that nobody is at a party's desk at a time; nil if there is none. The newest announcement about a time counts.
func (s *State) Unmanned(at time.Time, p charter.PartyID) *Desk {
	t := Stamp(at)
	for i := len(s.Desks) - 1; i >= 0; i-- {
		if d := &s.Desks[i].Desk; s.Desks[i].Party == p && d.From <= t && t < d.To {
			if d.Manned {
				return nil
			}
			return d
		}
	}
	return nil
}
