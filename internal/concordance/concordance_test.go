package concordance

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"entente.example/lang"
)

// asked is what is asked of a paragraph, as "words (language) > missing".
func asked(t lang.Text, names ...Name) []string {
	out := []string{}
	for _, q := range Questions(t, names) {
		out = append(out, fmt.Sprintf("%s %s > %v", q.In, q.Words, q.Missing))
	}
	return out
}

// What says the same in another way raises no question. Each of these was, or would be, a false alarm of a simpler comparison.
func TestTheSameSaidInAnotherWay(t *testing.T) {
	for name, words := range map[string]lang.Text{
		"a day in three ways":            {"en": "signed on 14 January 2025", "zh-Hans": "2025年1月14日签署", "ja": "令和7年1月14日に署名"},
		"the month first":                {"en": "on January 14, 2025,", "ja": "二〇二五年一月十四日に"},
		"the first year of an era":       {"en": "from 1 May 2019", "ja": "令和元年５月１日から"},
		"an older era":                   {"en": "the joint communiqué of 29 September 1972", "ja": "昭和四十七年九月二十九日の共同声明", "zh-Hans": "1972年9月29日的联合声明"},
		"a range of days":                {"en": "from 14–16 January 2025", "zh-Hans": "2025年1月14日至16日", "fr": "du 14 au 16 janvier 2025"},
		"two days":                       {"en": "on 14 and 16 January 2025", "ja": "2025年1月14日及び16日"},
		"a year that one leaves out":     {"en": "by 14 January", "zh-Hans": "在2025年1月14日之前"},
		"numbers in words":               {"en": "at least twenty-five visits in sixty days", "zh-Hans": "六十天内至少25次访问", "ja": "六十日以内に少なくとも二十五回の訪問"},
		"thousands":                      {"en": "2,000 students", "zh-Hans": "两千名学生", "ja": "２，０００人の学生", "fr": "2 000 étudiants", "de": "2.000 Studenten"},
		"ten thousands":                  {"en": "1.2 million young people", "zh-Hans": "120万青年", "ja": "百二十万人の青年", "ru": "1,2 миллиона молодых людей"},
		"mixed":                          {"en": "25,000 and 350 million", "ja": "2万5000人、3億5千万"},
		"percent":                        {"en": "by 5 percent", "zh-Hans": "百分之五", "ja": "五パーセント", "fr": "de 5 %"},
		"an ordinal":                     {"en": "the ninth meeting", "zh-Hans": "第九次会议", "ja": "第9回会合"},
		"words that are no numbers":      {"en": "agree with one another, and second this", "zh-Hans": "一致同意，统一认识，十分重视", "ja": "一層の協力で一致し、万一に備える"},
		"both sides":                     {"en": "the two sides", "zh-Hans": "双方", "ja": "双方", "fr": "les deux parties"},
		"a small number in other words":  {"en": "12 programmes over thirty years", "ru": "двенадцать программ за тридцать лет"},
		"digits of other scripts":        {"en": "on 14 January 2025: 2,000", "ar": "في ١٤ يناير ٢٠٢٥: ٢٠٠٠"},
		"a date in figures":              {"en": "2025-01-14", "zh-Hans": "2025年1月14日", "ja": "2025/1/14"},
		"Russian":                        {"en": "3 March 2025", "ru": "3 марта 2025 года"},
		"may be":                         {"en": "The parties May agree in March", "ja": "当事者は合意し得る"},
		"one language only":              {"en": "14 January 2025"},
		"one of them still to come":      {"en": "14 January 2025", "ja": " "},
		"a version number":               {"en": "section 4.1.2", "zh-Hans": "第4.1.2节"},
		"seven or eight":                 {"en": "7 or 8 visits", "zh-Hans": "七八次访问"},
		"an annual thing, written small": {"en": "once a year", "zh-Hans": "每年一次", "ja": "年一回"},
	} {
		if got := asked(words); len(got) > 0 {
			t.Errorf("%s: asked %q", name, got)
		}
	}
}

// What is different is asked about, once, with the language where it stands and those where it was not found.
func TestWhatDiffersIsAskedAbout(t *testing.T) {
	for _, c := range []struct {
		name  string
		words lang.Text
		want  []string
	}{
		{"another day", lang.Text{"en": "by 14 January 2025", "zh-Hans": "在2025年1月15日之前"}, []string{"en 14 January 2025 > [zh-Hans]", "zh-Hans 2025年1月15日 > [en]"}},
		{"another era year", lang.Text{"en": "of 2 May 2025", "ja": "令和6年5月2日の"}, []string{"en 2 May 2025 > [ja]", "ja 令和6年5月2日 > [en]"}},
		{"another number", lang.Text{"en": "within sixty days", "ja": "六十日以内", "zh-Hans": "九十天内"}, []string{"en sixty > [zh-Hans]", "zh-Hans 九十 > [en ja]"}},
		{"a nought too few", lang.Text{"en": "2,000 students", "ja": "二百人の学生"}, []string{"en 2,000 > [ja]", "ja 二百 > [en]"}},
		{"the wrong unit", lang.Text{"en": "1.2 million", "zh-Hans": "12万"}, []string{"en 1.2 million > [zh-Hans]", "zh-Hans 12万 > [en]"}},
		{"another meeting", lang.Text{"en": "the tenth meeting", "ja": "第九回会合"}, []string{"en tenth > [ja]", "ja 九 > [en]"}},
		{"nothing there", lang.Text{"en": "at least 350 participants", "ru": "участники"}, []string{"en 350 > [ru]"}},
		{"a month of its own", lang.Text{"en": "in October 2025", "zh-Hans": "2025年11月"}, []string{"en October 2025 > [zh-Hans]", "zh-Hans 2025年11月 > [en]"}},
	} {
		if got := asked(c.words); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// A name that stands in one language is looked for in the others by any of its names there. One that is part of a longer name, or of a word, is not that name.
func TestNames(t *testing.T) {
	cedar := Name{map[lang.Tag][]string{"en": {"Cedar Party", "Cedar"}, "zh-Hans": {"雪松党"}, "ja": {"シダー党", "シダー"}}}
	union := Name{map[lang.Tag][]string{"en": {"Cedar Youth Union"}, "zh-Hans": {"雪松青年联盟"}}}
	for _, c := range []struct {
		words lang.Text
		want  []string
	}{
		{lang.Text{"en": "Cedar and others", "zh-Hans": "雪松党等", "ja": "シダー党など"}, []string{}},
		{lang.Text{"en": "the Cedar Party", "zh-Hans": "该党", "ja": "同党"}, []string{"en Cedar Party > [ja zh-Hans]"}},
		{lang.Text{"en": "the Cedar Youth Union", "zh-Hans": "雪松青年联盟"}, []string{}},
		{lang.Text{"en": "the Cedars grow", "zh-Hans": "树木生长"}, []string{}},
		{lang.Text{"en": "all", "ja": "シダー党"}, []string{"ja シダー党 > [en]"}},
		{lang.Text{"en": "Cedar", "fr": "le parti"}, []string{}}, // no name is known in that language
	} {
		if got := asked(c.words, cedar, union); !slices.Equal(got, c.want) {
			t.Errorf("%v: %q, want %q", c.words, got, c.want)
		}
	}
}

// A verb is held against those of the other languages: what encourages in one and urges in another commits differently. What a language says in a way of its own, nobody asks about.
func TestVerbsOfAnotherStrength(t *testing.T) {
	for _, c := range []struct {
		words lang.Text
		want  []string
	}{
		{lang.Text{"en": "Encourage visits;", "zh-Hans": "决定互访；", "ja": "訪問を強く求める。"}, []string{"en Encourage > [ja zh-Hans]", "ja 強く求める > [en zh-Hans]", "zh-Hans 决定 > [en ja]"}},
		{lang.Text{"en": "Urge all to come", "zh-Hans": "敦促各方前来", "ja": "全ての者に来るよう強く求める"}, []string{}},
		{lang.Text{"en": "Urge all to come", "ja": "全ての者に来るよう求める"}, []string{"en Urge > [ja]", "ja 求める > [en]"}},
		{lang.Text{"en": "Request the secretariats to report", "zh-Hans": "请双方秘书处报告", "ja": "事務局に報告を要請する"}, []string{}},
		{lang.Text{"en": "Invite the parties, at their request", "zh-Hans": "应其请求邀请各方", "ja": "要請に応じて当事者を招請する"}, []string{}},
		{lang.Text{"en": "Decide on an urgent matter", "zh-Hans": "决定一项紧急事项", "fr": "Décident d'une question urgente"}, []string{}},
		{lang.Text{"en": "Encourage visits", "zh-Hans": "推动互访"}, []string{}}, // no verb of the ladder is known there
	} {
		if got := asked(c.words); !slices.Equal(got, c.want) {
			t.Errorf("%v: %q, want %q", c.words, got, c.want)
		}
	}
}

// A word of treaties is asked about in each language in which it stands, be it the only one.
func TestWordsOfTreaties(t *testing.T) {
	for _, c := range []struct {
		words lang.Text
		want  []string
	}{
		{lang.Text{"en": "Each side shall answer, which is an obligation", "zh-Hans": "各方有义务答复", "ja": "各側は回答しなければならない"}, []string{"en shall > []", "ja なければならない > []", "zh-Hans 义务 > []"}},
		{lang.Text{"en": "It Shall Enter Into Force"}, []string{"en Shall > []"}},
		{lang.Text{"en": "a shallow bay", "zh-Hans": "承诺答复", "ja": "回答することを約束する"}, []string{}},
	} {
		if got := asked(c.words); !slices.Equal(got, c.want) {
			t.Errorf("%v: %q, want %q", c.words, got, c.want)
		}
	}
}

// Whatever stands in a paragraph: no crash, an answer within bounds that quotes what is there, and no question to a text that says the same in the same words.
func FuzzQuestions(f *testing.F) {
	f.Add("on 14–16 January 2025, 2,000 of 1.2 million", "2025年1月14日至16日，120万人中的两千人", "令和7年1月14日、２，０００人")
	f.Add("千万亿兆元年令和99年", "9999999999999999999999.9.9万", "一二三十百千万億兆")
	f.Add("Encourage and urge, which shall İ decide", "请促请邀请决定", "強く求めるなければならない促す")
	f.Add("٢٠٢٥٬٠٠٠ 1 000 000", "2025-13-40 2025/1/1", "元年5月1日 第十")
	f.Fuzz(func(t *testing.T, en, zh, ja string) {
		if len(en)+len(zh)+len(ja) > 4000 {
			return
		}
		en, zh, ja = strings.ToValidUTF8(en, ""), strings.ToValidUTF8(zh, ""), strings.ToValidUTF8(ja, "")
		words := lang.Text{"en": en, "zh-Hans": zh, "ja": ja}
		qs := Questions(words, []Name{{map[lang.Tag][]string{"en": {en}, "ja": {ja}}}})
		if len(qs) > MaxQuestions+1+len(rungs)+len(words) {
			t.Fatalf("%d questions", len(qs))
		}
		for _, q := range qs {
			if !strings.Contains(words[q.In], q.Words) || (len(q.Missing) == 0) != (q.Kind == Treaty) || slices.Contains(q.Missing, q.In) {
				t.Fatalf("%+v", q)
			}
		}
		same := slices.DeleteFunc(Questions(lang.Text{"ja": ja, "ja-JP": ja}, nil), func(q Question) bool { return q.Kind == Treaty })
		if len(same) > 0 {
			t.Fatalf("the same words ask %+v", same)
		}
	})
}

// Wording that looks like another language than its tag says is asked about, alone as well as beside others, and only by whoever asks about the text: a page says it at the wording.
func TestWordingInAnotherLanguage(t *testing.T) {
	japanese := "双方は、いかなる状態にあっても対話の経路を常に開いておくことを決定する。"
	got := languageQuestions(lang.Text{"zh-Hans": japanese, "ja": japanese, "en": "Decide to keep the channel open."})
	if len(got) != 1 || got[0].Kind != Language || got[0].In != "zh-Hans" || got[0].Words != japanese {
		t.Errorf("%+v", got)
	}
}
