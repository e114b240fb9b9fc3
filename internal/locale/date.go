package locale

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"entente.example/lang"
)

// Date writes a day: "14 January 2025", "2025年1月14日".
func Date(tag lang.Tag, t time.Time) string {
	if tag == lang.English {
		return t.Format("2 January 2006")
	}
	return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day())
}

// Instant writes a day and time to the minute, with the zone's name, so that nobody has to guess whose clock is meant.
func Instant(tag lang.Tag, t time.Time) string {
	zone := t.Format("MST")
	if strings.ContainsAny(zone[:1], "+-") {
		zone = "UTC" + t.Format("-07:00")
	}
	return Date(tag, t) + " " + t.Format("15:04") + " " + zone
}

// Zone writes a time zone by its name. Names of zones with a fixed distance have its sign the other way round ("Etc/GMT-9" is nine hours ahead), so of these the distance is written.
func Zone(name string) string {
	hours, fixed := strings.CutPrefix(name, "Etc/GMT")
	n, err := strconv.Atoi(hours)
	if !fixed || err != nil {
		return name
	}
	return fmt.Sprintf("UTC%+03d:00", -n)
}

// Day writes a date of the precision that is known: "2006-02-21", "2009-02" or "2006". What is none of these is returned as it is.
func Day(tag lang.Tag, s string) string {
	if t, err := time.Parse("2006-01-02", s); err == nil {
		return Date(tag, t)
	}
	if t, err := time.Parse("2006-01", s); err == nil {
		if tag == lang.English {
			return t.Format("January 2006")
		}
		return fmt.Sprintf("%d年%d月", t.Year(), t.Month())
	}
	if _, err := time.Parse("2006", s); err == nil && tag != lang.English {
		return s + "年"
	}
	return s
}

// Days writes a span of days without saying twice what is the same: "21–22 February 2006", "2006年2月21日至22日", "2006年2月21日~22日". An empty end is one day.
func Days(tag lang.Tag, start, end string) string {
	a, errA := time.Parse("2006-01-02", start)
	b, errB := time.Parse("2006-01-02", end)
	switch {
	case end == "" || start == end:
		return Day(tag, start)
	case errA != nil || errB != nil:
		return Day(tag, start) + dash(tag) + Day(tag, end)
	case a.Year() == b.Year() && a.Month() == b.Month():
		if tag == lang.English {
			return strconv.Itoa(a.Day()) + "–" + Date(tag, b)
		}
		return Date(tag, a) + dash(tag) + strconv.Itoa(b.Day()) + "日"
	case a.Year() == b.Year():
		if tag == lang.English {
			return a.Format("2 January") + " – " + Date(tag, b)
		}
		return Date(tag, a) + dash(tag) + fmt.Sprintf("%d月%d日", b.Month(), b.Day())
	}
	return Date(tag, a) + dash(tag) + Date(tag, b)
}

func dash(tag lang.Tag) string {
	switch tag {
	case lang.Chinese:
		return "至"
	case lang.Japanese:
		return "〜"
	}
	return " – "
}

// Span writes a length in years and months: "6 years and 10 months", "6年10个月", "6年10か月".
func Span(tag lang.Tag, years, months int) string {
	var parts []string
	if years > 0 {
		parts = append(parts, Message(tag, "time.years", count(years)))
	}
	if months > 0 || years == 0 {
		parts = append(parts, Message(tag, "time.months", count(months)))
	}
	if tag == lang.English {
		return List(tag, parts)
	}
	return strings.Join(parts, "")
}

// Elapsed writes how long something lasted: in years and months, in days if it was less than a month.
func Elapsed(tag lang.Tag, years, months, days int) string {
	switch {
	case years+months > 0:
		return Span(tag, years, months)
	case days > 0:
		return Message(tag, "time.days", count(days))
	}
	return Message(tag, "time.under_a_day", nil)
}

// Apart writes how far two clocks are apart.
func Apart(tag lang.Tag, d time.Duration) string {
	switch {
	case d < time.Hour:
		return Message(tag, "time.minutes", count(int(d/time.Minute)))
	case d < 48*time.Hour:
		return Message(tag, "time.hours", count(int(d/time.Hour)))
	}
	return Message(tag, "time.days", count(int(d/(24*time.Hour))))
}

// Ahead chooses the message for a counterpart's clock that is so many seconds ahead of ours, or behind if negative.
func Ahead(seconds int64) (key string, apart time.Duration) {
	if seconds < 0 {
		return "line.clock_behind", time.Duration(-seconds) * time.Second
	}
	return "line.clock_ahead", time.Duration(seconds) * time.Second
}
