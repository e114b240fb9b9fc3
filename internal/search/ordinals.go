package search

import (
	"strconv"
	"strings"

	"entente.example/internal/meeting"
	"entente.example/lang"
)

var english = []string{"zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth",
	"sixteenth", "seventeenth", "eighteenth", "nineteenth"}

var tens = []string{"", "", "twent", "thirt", "fort", "fift", "sixt", "sevent", "eight", "ninet"}

// MeetingName names a meeting by its number, in the languages of the interface.
func MeetingName(n int) lang.Text {
	return lang.Text{lang.English: ordinal(lang.English, n), lang.Chinese: ordinal(lang.Chinese, n), lang.Japanese: ordinal(lang.Japanese, n)}
}

// MeetingNameIn is the same, with the name of the series if that is not the mechanism's own.
func MeetingNameIn(m *meeting.Enter) lang.Text {
	out := MeetingName(m.Number)
	for tag, name := range m.SeriesName {
		if name != "" && m.Series != meeting.MainSeries {
			out[tag] = name + " · " + out[tag]
		}
	}
	return out
}

// ordinal names a meeting as people write it in a language.
func ordinal(tag lang.Tag, n int) string {
	switch tag {
	case lang.Chinese:
		return "第" + han(n) + "次会议"
	case lang.Japanese:
		return "第" + strconv.Itoa(n) + "回会合"
	}
	s := inWords(n)
	return strings.ToUpper(s[:1]) + s[1:] + " meeting"
}

// ordinals are the other ways in which people name it.
func ordinals(n int) []string {
	d := strconv.Itoa(n)
	return []string{d + suffix(n) + " meeting", "meeting " + d, "第" + d + "次会议", "第" + han(n) + "回会合", "第" + han(n) + "届", "第" + d + "届"}
}

// inWords is an English ordinal; from a hundred on in digits.
func inWords(n int) string {
	switch {
	case n < len(english):
		return english[n]
	case n >= 100:
		return strconv.Itoa(n) + suffix(n)
	case n%10 == 0:
		return tens[n/10] + "ieth"
	}
	return tens[n/10] + "y-" + english[n%10]
}

func suffix(n int) string {
	if n%100/10 != 1 {
		switch n % 10 {
		case 1:
			return "st"
		case 2:
			return "nd"
		case 3:
			return "rd"
		}
	}
	return "th"
}

var digits = []rune("〇一二三四五六七八九")

// han is a number in Chinese characters; from a hundred on in digits.
func han(n int) string {
	if n >= 100 {
		return strconv.Itoa(n)
	}
	s := ""
	if n >= 20 {
		s = string(digits[n/10])
	}
	if n >= 10 {
		s += "十"
	}
	if n%10 > 0 || n == 0 {
		s += string(digits[n%10])
	}
	return s
}
