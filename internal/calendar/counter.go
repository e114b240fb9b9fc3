package calendar

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"entente.example/refusal"
)

// Answers beside those of Says: somebody goes in one's place, or other days are proposed.
const (
	Delegated = "delegated"
	Countered = "counter"
)

// Proposal is the days that somebody's calendar program proposes instead. It is nobody's offer.
type Proposal struct {
	From  string `json:"from" doc:"Day"`
	Until string `json:"until,omitempty" doc:"Day"`
	Clock string `json:"clock,omitempty" doc:"Times of the first and last day and their zone, as they were written; none for whole days"`
}

// maxProposed bounds how long a meeting can be proposed for, in days.
const maxProposed = 366

// moment is a start or an end as a calendar program writes it. Its zone is a name that we do not read: what is shown is what its writer's clock shows.
type moment struct {
	at    time.Time
	whole bool
	zone  string
}

func momentOf(p *ics.IANAProperty) (m moment, ok bool) {
	if p == nil {
		return m, false
	}
	v, err := strings.TrimSpace(p.Value), error(nil)
	if z := p.ICalParameters[string(ics.ParameterTzid)]; len(z) > 0 {
		m.zone = printable(z[0], 80)
	}
	if m.whole = len(v) == len("20060102"); m.whole {
		m.at, err = time.Parse("20060102", v)
		return m, err == nil
	}
	if utc, found := strings.CutSuffix(v, "Z"); found {
		v, m.zone = utc, "UTC"
	}
	m.at, err = time.Parse("20060102T150405", v)
	return m, err == nil
}

func (m moment) midnight() bool { return m.at.Equal(m.at.Truncate(24 * time.Hour)) }

// lasts reads a duration of whole days or weeks.
var lasts = regexp.MustCompile(`^\+?P([0-9]{1,3})([DW])$`)

// proposalOf reads the days of a counter-proposal.
func proposalOf(e *ics.VEvent) (Proposal, error) {
	start, ok := momentOf(e.GetProperty(ics.ComponentPropertyDtStart))
	end := start
	if p := e.GetProperty(ics.ComponentPropertyDtEnd); ok && p != nil {
		end, ok = momentOf(p)
	} else if p := e.GetProperty(ics.ComponentPropertyDuration); p != nil {
		if m := lasts.FindStringSubmatch(strings.TrimSpace(p.Value)); m != nil {
			n, _ := strconv.Atoi(m[1]) // at most three digits
			end.at = start.at.AddDate(0, 0, n*map[string]int{"D": 1, "W": 7}[m[2]])
		}
	}
	if !ok || start.whole != end.whole || end.at.Before(start.at) || end.at.Sub(start.at) > maxProposed*24*time.Hour || start.at.Year() < 1900 {
		return Proposal{}, refusal.New(refusal.Invalid, "calendar.reply_days")
	}
	out := Proposal{From: start.at.Format(day)}
	last := end.at
	if end.midnight() && last.After(start.at) { // the first day that is no longer part of it
		last = last.AddDate(0, 0, -1)
	}
	if until := last.Format(day); until > out.From {
		out.Until = until
	}
	if !start.midnight() || !end.midnight() {
		out.Clock = strings.TrimSpace(start.at.Format("15:04") + "–" + end.at.Format("15:04") + " " + end.zone)
	}
	return out, nil
}

// person is somebody in an answer, with what is said of them.
type person struct {
	Address
	says string
	to   string // addresses of those who go in their place
	from string // addresses of those in whose place they go
}

func personOf(a *ics.Attendee) (p person, err error) {
	if p.Mail, err = mailto(a.Value); err != nil {
		return p, err
	}
	if v := a.ICalParameters[string(ics.ParameterCn)]; len(v) > 0 {
		p.Name = printable(v[0], 200)
	}
	if v := a.ICalParameters[string(ics.ParameterParticipationStatus)]; len(v) > 0 {
		p.says = strings.ToLower(v[0])
	}
	if p.to, err = addresses(a.ICalParameters[string(ics.ParameterDelegatedTo)]); err == nil {
		p.from, err = addresses(a.ICalParameters[string(ics.ParameterDelegatedFrom)])
	}
	return p, err
}

// maxDelegates bounds how many go in somebody's place.
const maxDelegates = 5

func addresses(list []string) (string, error) {
	var out []string
	for i, s := range list {
		a, err := mailto(strings.Trim(s, `"`))
		if err != nil || i == maxDelegates {
			return "", unread(err)
		}
		out = append(out, a)
	}
	return strings.Join(out, ", "), nil
}

// speaker finds whose answer it is: the only one's; if somebody sends another one, the other's as soon as they answer for themselves; of a counter-proposal, which names everybody, that of whoever sent the mail.
func speaker(e *ics.VEvent, method, sender string) (person, error) {
	var all []person
	for _, a := range e.Attendees() {
		p, err := personOf(a)
		if err != nil {
			return p, err
		}
		all = append(all, p)
		if method == Counter && len(e.Attendees()) > 1 && strings.EqualFold(p.Mail, sender) {
			return p, nil
		}
	}
	if method == Answer && len(all) == 2 && (all[0].says == Delegated) != (all[1].says == Delegated) {
		by, to := all[0], all[1]
		if to.says == Delegated {
			by, to = to, by
		}
		switch to.says {
		case "", "needs-action":
			by.to = to.Mail
			return by, nil
		}
		to.from = by.Mail
		return to, nil
	}
	if len(all) != 1 {
		return person{}, refusal.New(refusal.Invalid, "calendar.reply_people", "n", strconv.Itoa(len(all)))
	}
	return all[0], nil
}
