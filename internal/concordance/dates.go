package concordance

import (
	"slices"
	"strconv"
	"strings"
)

// fact is a figure or a date in one language version.
type fact struct {
	words   string // as it stands there
	values  []string
	y, m, d int // of a date; 0: not said
	sure    bool
	letters bool
}

func (f fact) date() bool { return f.m > 0 }

// facts reads a wording: dates are put together, everything else is a figure.
func (x *scanner) facts() []fact {
	var out []fact
	used := make([]bool, len(x.out))
	for i, t := range x.out {
		var f []fact
		if t.month > 0 {
			f = x.around(i, used)
		} else if m, ok := t.is(1, 12); ok && strings.ContainsRune("月월", x.at(t.to)) && x.at(t.to) != 0 {
			f = x.eastern(i, m, used)
		}
		out = append(out, f...)
	}
	for i, t := range x.out {
		if used[i] || t.month > 0 {
			continue
		}
		values, sure, from := t.values, t.sure, t.from
		if y, era, ok := x.era(i); ok {
			values, sure, from = []string{strconv.Itoa(y)}, true, t.from-era
		}
		out = append(out, fact{words: string(x.s[from:t.to]), values: values, sure: sure, letters: t.letters})
	}
	return out
}

// era is the year that a number with the name of an era before it and a year's sign behind it means.
func (x *scanner) era(i int) (year, length int, ok bool) {
	t := x.out[i]
	if t.from < 2 || x.at(t.to) != '年' {
		return 0, 0, false
	}
	base, named := eras[string(x.s[t.from-2:t.from])]
	n, small := t.is(1, 99)
	return int(base) + n, 2, named && small
}

// gap is what stands between two tokens.
func (x *scanner) gap(i, j int) string {
	if i < 0 || j >= len(x.out) {
		return "\x00"
	}
	return strings.TrimSpace(string(x.s[x.out[i].to:max(x.out[j].from, x.out[i].to)]))
}

// eastern puts 2025年1月14日 together, around its month.
func (x *scanner) eastern(i, m int, used []bool) []fact {
	f := fact{m: m, sure: x.out[i].sure}
	from, to := x.out[i].from, x.out[i].to+1
	if g := x.gap(i-1, i); i > 0 && (g == "年" || g == "년") {
		y, era, ok := x.era(i - 1)
		if !ok {
			y, ok = x.out[i-1].is(1000, 2999)
		}
		if ok {
			f.y, from, used[i-1] = y, x.out[i-1].from-era, true
		}
	} else if first := x.first(from); first > 0 { // 令和元年5月1日
		f.y, from = first, from-4
	}
	if g := x.gap(i, i+1); g == "月" || g == "월" {
		if d, ok := x.out[i+1].is(1, 31); ok && strings.ContainsRune("日号號일", x.at(x.out[i+1].to)) && x.at(x.out[i+1].to) != 0 {
			f.d, to, used[i+1] = d, x.out[i+1].to+1, true
		}
	}
	used[i] = true
	f.words = string(x.s[from:to])
	return []fact{f}
}

// first is the first year of an era that ends before a place, 0 if none does.
func (x *scanner) first(at int) int {
	if at >= 4 && string(x.s[at-2:at]) == "元年" {
		if base, ok := eras[string(x.s[at-4:at-2])]; ok {
			return int(base) + 1
		}
	}
	return 0
}

var (
	beforeMonth = []string{"", "of", "de", "du", ".", "-й", "-го"}
	afterMonth  = []string{"", ",", "de", "of", "the", "del"}
	betweenDays = []string{"and", "to", "-", "–", "—", "et", "au", "y", "al", "und", "bis", "и", "по", "&", "/", ",", "-", "و", "إلى"}
)

// around puts 14–16 January 2025 and January 14, 2025 together, around their month: one date for each day.
func (x *scanner) around(i int, used []bool) []fact {
	f := fact{m: x.out[i].month, sure: x.out[i].sure}
	if i > 0 && x.out[i-1].year && i+1 < len(x.out) { // in figures, the year first
		f.y, _ = x.out[i-1].is(0, 9999)
		f.d, _ = x.out[i+1].is(1, 31)
		f.words = string(x.s[x.out[i-1].from:x.out[i+1].to])
		used[i-1], used[i], used[i+1] = true, true, true
		return []fact{f}
	}
	from, to := i, i
	var days []int
	for j := i - 1; j >= 0 && len(days) < 8; j-- {
		d, ok := x.out[j].is(1, 31)
		if g := x.gap(j, j+1); !ok || used[j] || x.out[j].month > 0 || j == i-1 && !slices.Contains(beforeMonth, g) || j < i-1 && !slices.Contains(betweenDays, g) {
			break
		}
		days, from, used[j] = append(days, d), j, true
	}
	for j := i + 1; j < len(x.out) && len(days) < 8; j++ {
		g := x.gap(to, j)
		if y, ok := x.out[j].is(1000, 2999); ok && slices.Contains(afterMonth, g) {
			f.y, to, used[j] = y, j, true
			break
		}
		d, ok := x.out[j].is(1, 31)
		if !ok || x.out[j].month > 0 || from < i || j == i+1 && !slices.Contains(afterMonth, g) && g != "-" && g != "/" || j > i+1 && !slices.Contains(betweenDays, g) {
			break
		}
		days, to, used[j] = append(days, d), j, true
	}
	used[i] = true
	f.sure = f.sure || len(days) > 0 || f.y > 0
	f.words = string(x.s[x.out[from].from:x.out[to].to])
	if len(days) == 0 {
		return []fact{f}
	}
	var out []fact
	for _, d := range days {
		f.d = d
		out = append(out, f)
	}
	return out
}
