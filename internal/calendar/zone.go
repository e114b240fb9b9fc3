package calendar

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const wall = "20060102T150405"

// zoned reports whether a time is shown on the clocks of a named zone.
func zoned(t time.Time) bool { return !t.IsZero() && strings.Contains(t.Location().String(), "/") }

// instant writes a time: on the clock of its zone, or in UTC.
func (w *writer) instant(name string, t time.Time) {
	if zoned(t) {
		w.line(name+";TZID="+t.Location().String(), t.Format(wall))
		return
	}
	w.line(name, utc(t))
}

// zones writes the rules of every zone whose clocks are used, for the time in which they are.
func (c Calendar) zones(w *writer) {
	var names []string
	first, last := map[string]time.Time{}, map[string]time.Time{}
	for _, e := range c.Events {
		for _, t := range []time.Time{e.At, e.Until} {
			if !zoned(t) {
				continue
			}
			name := t.Location().String()
			if !slices.Contains(names, name) {
				names, first[name], last[name] = append(names, name), t, t
			}
			if t.Before(first[name]) {
				first[name] = t
			}
			if t.After(last[name]) {
				last[name] = t
			}
		}
	}
	for _, name := range names {
		w.line("BEGIN", "VTIMEZONE")
		w.line("TZID", name)
		for t := first[name]; ; {
			_, next := t.ZoneBounds()
			w.observance(t)
			if next.IsZero() || next.After(last[name]) {
				break
			}
			t = next
		}
		w.line("END", "VTIMEZONE")
	}
}

// observance writes the time that its zone keeps at t, from when it began to keep it.
func (w *writer) observance(t time.Time) {
	kind := "STANDARD"
	if t.IsDST() {
		kind = "DAYLIGHT"
	}
	abbreviation, to := t.Zone()
	from, begins := to, "19700101T000000"
	if start, _ := t.ZoneBounds(); !start.IsZero() {
		_, from = start.Add(-time.Second).Zone()
		begins = start.In(time.FixedZone("", from)).Format(wall)
	}
	w.line("BEGIN", kind)
	w.line("DTSTART", begins)
	w.line("TZOFFSETFROM", offset(from))
	w.line("TZOFFSETTO", offset(to))
	w.text("TZNAME", abbreviation)
	w.line("END", kind)
}

func offset(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	return fmt.Sprintf("%c%02d%02d", sign, seconds/3600, seconds/60%60)
}

// named is the parameter with somebody's name, "" if there is none. A quotation mark cannot stand in it.
func (a Address) named() string {
	name := strings.ReplaceAll(plain(a.Name), `"`, "")
	if name == "" {
		return ""
	}
	return `;CN="` + name + `"`
}
