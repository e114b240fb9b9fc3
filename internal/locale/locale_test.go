package locale

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"entente.example/lang"
	"entente.example/refusal"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		prefer []string
		want   lang.Tag
	}{
		{nil, lang.English},
		{[]string{""}, lang.English},
		{[]string{"ja"}, lang.Japanese},
		{[]string{"", "zh-CN,zh;q=0.9,en;q=0.8"}, lang.Chinese},
		{[]string{"zh-TW"}, lang.Chinese}, // a taker of only the exact tag would show English
		{[]string{"fr,ja;q=0.4,en;q=0.2"}, lang.Japanese},
		{[]string{"ko"}, lang.English},
		{[]string{"ja", "en"}, lang.Japanese}, // a person's choice goes before the browser's
		{[]string{"%%%", "ja"}, lang.Japanese},
	} {
		if got := Match(c.prefer...); got != c.want {
			t.Errorf("Match(%q) = %s, want %s", c.prefer, got, c.want)
		}
	}
}

func TestExplain(t *testing.T) {
	if got := Explain(lang.English, nil); got != "" {
		t.Errorf("no error is explained as %q", got)
	}
	secret := errors.New("dial 10.0.0.7: connection refused")
	for _, tag := range Languages {
		if got, want := Explain(tag, secret), Message(tag, "internal", nil); got != want {
			t.Errorf("%s: %q, want %q: an internal error must not show its cause", tag, got, want)
		}
	}
	if got, want := Explain(lang.English, refusal.New(refusal.Missing, "nobody.wrote_this", "b", "2", "a", "1")), "⟨nobody.wrote_this a=1 b=2⟩"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestMessageForms(t *testing.T) {
	for _, c := range []struct {
		message string
		params  refusal.Params
		want    string
	}{
		{"plain", nil, "plain"},
		{"{n} {n:day|days}", refusal.Params{"n": "1"}, "1 day"},
		{"{n} {n:day|days}", refusal.Params{"n": "21"}, "21 days"},
		{"{n} {n:day|days}", refusal.Params{"n": "0"}, "0 days"},
		{"{a}{b}", refusal.Params{"a": "{b}", "b": "x"}, "{b}x"}, // values are never read as messages
		{"{missing} stays", nil, "{missing} stays"},
		{"{{x}", nil, "{x}"},
		{"第{n}段", refusal.Params{"n": "7 bis"}, "第7 bis段"},
	} {
		m, err := parseMessage(c.message)
		if err != nil {
			t.Errorf("%q: %v", c.message, err)
			continue
		}
		if got := m.format(c.params); got != c.want {
			t.Errorf("%q: %q, want %q", c.message, got, c.want)
		}
	}
	for _, bad := range []string{"{", "{}", "{n", "{n:one}", "{N}", "{a b}", "x {:a|b}"} {
		if _, err := parseMessage(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func TestCatalogueRefuses(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"the same key in two files": {"c/a.toml": {Data: []byte("[x]\ny='1'")}, "c/b.toml": {Data: []byte("x.y='2'")}},
		"a number for a sentence":   {"c/a.toml": {Data: []byte("x=1")}},
		"an open brace":             {"c/a.toml": {Data: []byte("x='{'")}},
		"no TOML":                   {"c/a.toml": {Data: []byte("x")}},
	} {
		if _, err := readCatalogue(files, "c"); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestDates(t *testing.T) {
	at := time.Date(2025, 1, 14, 8, 5, 0, 0, time.UTC)
	tokyo := time.FixedZone("", 9*3600)
	for _, c := range []struct {
		what       string
		f          func(lang.Tag) string
		en, zh, ja string
	}{
		{"date", func(l lang.Tag) string { return Date(l, at) }, "14 January 2025", "2025年1月14日", "2025年1月14日"},
		{"instant", func(l lang.Tag) string { return Instant(l, at) }, "14 January 2025 08:05 UTC", "2025年1月14日 08:05 UTC", "2025年1月14日 08:05 UTC"},
		{"zone", func(l lang.Tag) string { return Instant(l, at.In(tokyo)) }, "14 January 2025 17:05 UTC+09:00", "2025年1月14日 17:05 UTC+09:00", "2025年1月14日 17:05 UTC+09:00"},
		{"zone of a fixed distance", func(lang.Tag) string { return Zone("Etc/GMT-9") + " " + Zone("Etc/GMT+3") }, "UTC+09:00 UTC-03:00", "UTC+09:00 UTC-03:00", "UTC+09:00 UTC-03:00"},
		{"zone by its name", func(lang.Tag) string { return Zone("Asia/Tokyo") + " " + Zone("Etc/GMT") }, "Asia/Tokyo Etc/GMT", "Asia/Tokyo Etc/GMT", "Asia/Tokyo Etc/GMT"},
		{"month", func(l lang.Tag) string { return Day(l, "2009-02") }, "February 2009", "2009年2月", "2009年2月"},
		{"year", func(l lang.Tag) string { return Day(l, "2004") }, "2004", "2004年", "2004年"},
		{"words", func(l lang.Tag) string { return Day(l, "autumn") }, "autumn", "autumn", "autumn"},
		{"one day", func(l lang.Tag) string { return Days(l, "2015-12-03", "") }, "3 December 2015", "2015年12月3日", "2015年12月3日"},
		{"same month", func(l lang.Tag) string { return Days(l, "2018-10-10", "2018-10-12") }, "10–12 October 2018", "2018年10月10日至12日", "2018年10月10日〜12日"},
		{"two months", func(l lang.Tag) string { return Days(l, "2018-09-30", "2018-10-01") }, "30 September – 1 October 2018", "2018年9月30日至10月1日", "2018年9月30日〜10月1日"},
		{"two years", func(l lang.Tag) string { return Days(l, "2018-12-31", "2019-01-01") }, "31 December 2018 – 1 January 2019", "2018年12月31日至2019年1月1日", "2018年12月31日〜2019年1月1日"},
		{"break", func(l lang.Tag) string { return Span(l, 6, 10) }, "6 years and 10 months", "6年10个月", "6年10か月"},
		{"one each", func(l lang.Tag) string { return Span(l, 1, 1) }, "1 year and 1 month", "1年1个月", "1年1か月"},
		{"no time", func(l lang.Tag) string { return Span(l, 0, 0) }, "0 months", "0个月", "0か月"},
		{"whole years", func(l lang.Tag) string { return Span(l, 2, 0) }, "2 years", "2年", "2年"},
		{"list", func(l lang.Tag) string { return List(l, []string{"A", "B", "C"}) }, "A, B and C", "A、B和C", "A、B及びC"},
		{"list in a message", func(l lang.Tag) string { return Message(l, "awaits.confirm", refusal.Params{"paragraphs": "1, 2 (a)"}) }, "Headquarters can confirm paragraphs 1, 2 (a)", "第1、2 (a)段待总部核准", "第1、2 (a)段落は本部の追認を待っています"},
		{"list of one", func(l lang.Tag) string { return List(l, []string{"A"}) }, "A", "A", "A"},
	} {
		for tag, want := range map[lang.Tag]string{lang.English: c.en, lang.Chinese: c.zh, lang.Japanese: c.ja} {
			if got := c.f(tag); got != want {
				t.Errorf("%s in %s: %q, want %q", c.what, tag, got, want)
			}
		}
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000"} {
		if got := Number(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

// Scenario a24: what lets a person in and what lets a person represent a side at a meeting are never the same word, and pages of signing in never speak of the latter.
func TestA24SigningInIsNoFullPowers(t *testing.T) {
	for tag, office := range map[lang.Tag][]string{lang.Chinese: {"全权证书", "信任状"}, lang.Japanese: {"信任状", "全権委任状"}} {
		in := 0
		for _, key := range []string{"web.sign_in", "web.sign_in_how", "api.sign_in", "staff.unknown_passkey", "staff.passkey_refused", "staff.passkey_there"} {
			s := Message(tag, key, nil)
			if s == "" || s == key {
				t.Errorf("%s has no %s", tag, key)
			}
			for _, word := range office {
				if strings.Contains(s, word) {
					t.Errorf("%s, %s: signing in is called %s", tag, key, word)
				}
			}
			in++
		}
		if in == 0 {
			t.Error("nothing was looked at")
		}
	}
}
