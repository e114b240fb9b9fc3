package workdays

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"entente.example/internal/subject"
	"entente.example/lang"
	"entente.example/refusal"
)

// Rules are the sets of rules that compute a year's days off by themselves. Where a government announces each year's days there is no rule to compute them by, and they come from a file.
var Rules = []string{"jp"}

// By computes the days off of a year by a set of rules, for a party to look at and declare. "jp": the Act on National Holidays as it stands since 2022, equinoxes by the usual approximation, which the yearly
// announcement confirms.
func By(rules string, year int) (Declare, error) {
	if !slices.Contains(Rules, rules) {
		return Declare{}, refusal.New(refusal.Missing, "holidays.no_rules", "rules", rules, "there", strings.Join(Rules, ", "))
	}
	if year < 2022 || year > 2099 {
		return Declare{}, refusal.New(refusal.Invalid, "holidays.rules_years", "rules", rules, "year", strconv.Itoa(year))
	}
	named := map[time.Time]string{}
	on := func(month time.Month, day int, name string) {
		named[time.Date(year, month, day, 0, 0, 0, 0, time.UTC)] = name
	}
	monday := func(month time.Month, n int, name string) {
		first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
		on(month, 1+(8-int(first.Weekday()))%7+7*(n-1), name)
	}
	equinox := func(base float64) int { return int(base+0.242194*float64(year-1980)) - (year-1980)/4 }
	on(1, 1, "元日")
	monday(1, 2, "成人の日")
	on(2, 11, "建国記念の日")
	on(2, 23, "天皇誕生日")
	on(3, equinox(20.8431), "春分の日")
	on(4, 29, "昭和の日")
	on(5, 3, "憲法記念日")
	on(5, 4, "みどりの日")
	on(5, 5, "こどもの日")
	monday(7, 3, "海の日")
	on(8, 11, "山の日")
	monday(9, 3, "敬老の日")
	on(9, equinox(23.2488), "秋分の日")
	monday(10, 2, "スポーツの日")
	on(11, 3, "文化の日")
	on(11, 23, "勤労感謝の日")
	for _, d := range days(named) {
		if d.Weekday() == time.Sunday { // the next day that is none gives the holiday that the Sunday took
			next := d.AddDate(0, 0, 1)
			for named[next] != "" {
				next = next.AddDate(0, 0, 1)
			}
			named[next] = "休日"
		}
	}
	for _, d := range days(named) {
		between, after := d.AddDate(0, 0, 1), d.AddDate(0, 0, 2)
		if named[between] == "" && named[after] != "" && named[after] != "休日" && named[d] != "休日" {
			named[between] = "休日"
		}
	}
	var out Declare
	for _, d := range days(named) {
		out.Off = append(out.Off, Day{Day: d.Format(subject.DayLayout), Name: lang.Text{lang.Japanese: named[d]}})
	}
	return out, nil
}

func days(named map[time.Time]string) []time.Time {
	var out []time.Time
	for d := range named {
		out = append(out, d)
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}
