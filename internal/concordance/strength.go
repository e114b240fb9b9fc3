package concordance

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"entente.example/lang"
)

// Strength is asked about a verb that commits more or less than that of another language; Treaty about a word of treaties, which a political text does not use.
const (
	Strength = "strength"
	Treaty   = "treaty"
)

// rungs are the verbs with which a paragraph acts, weakest first. A form that stands on several may mean each of them. A form of an alphabet stands for its inflections, which it lists; "~" before one of Chinese is what does not stand there just before it.
var rungs = []map[string][]string{
	{"en": {"encourage", "encourages", "encouraged", "encouraging", "encouragement"}, "zh": {"鼓励"}, "ja": {"奨励", "促す", "促し", "促さ"}},
	{"en": {"call upon", "calls upon", "called upon", "calling upon", "call on", "calls on", "invite", "invites", "inviting", "invitation", "invitations"}, "zh": {"呼吁", "邀请"}, "ja": {"呼びかけ", "呼び掛け", "求める", "求め、", "招請", "招待"}},
	{"en": {"urge", "urges", "urged", "urging"}, "zh": {"敦促", "促请"}, "ja": {"強く求める", "強く求め", "強く要請", "強く促す", "強く促し", "強く促さ"}},
	{"en": {"request", "requests", "requested", "requesting"}, "zh": {"要求", "~申邀聘促提恳请"}, "ja": {"要請", "求める", "求め、"}},
	{"en": {"decide", "decides", "decided", "deciding", "decision", "decisions"}, "zh": {"决定"}, "ja": {"決定", "決め"}},
}

// treaty are words by which a text takes on duties in law.
var treaty = map[string][]string{
	"en": {"shall", "obligation", "obligations", "obliged", "legally binding", "enter into force", "enters into force", "entry into force"},
	"zh": {"义务", "法律约束力", "生效"},
	"ja": {"義務", "法的拘束力", "なければならない", "発効", "効力を生ずる"},
}

// spot is a form where it stands.
type spot struct {
	rungs    []int
	from, to int
}

func (s spot) asStrongAs(o spot) bool {
	return slices.ContainsFunc(s.rungs, func(r int) bool { return slices.Contains(o.rungs, r) })
}

// find lists where forms of rungs stand in a wording; of forms that share words the longest, and of those the first, counts.
func find(tag lang.Tag, words string, ladder []map[string][]string) []spot {
	low := strings.ToLower(words)
	if len(low) != len(words) { // a letter whose small form has another length: places would not be the same
		low = words
	}
	var all []spot
	for rung, forms := range ladder {
		for _, form := range forms[primary(tag)] {
			not := ""
			if s, ok := strings.CutPrefix(form, "~"); ok {
				_, size := utf8.DecodeLastRuneInString(s)
				not, form = s[:len(s)-size], s[len(s)-size:]
			}
			for at := 0; ; {
				i := strings.Index(low[at:], form)
				if i < 0 {
					break
				}
				from := at + i
				at = from + len(form)
				before, _ := utf8.DecodeLastRuneInString(low[:from])
				after, _ := utf8.DecodeRuneInString(low[at:])
				first, _ := utf8.DecodeRuneInString(form)
				if from > 0 && strings.ContainsRune(not, before) || !unbroken(first) && (from > 0 && unicode.IsLetter(before) || at < len(low) && unicode.IsLetter(after)) {
					continue
				}
				if same := slices.IndexFunc(all, func(o spot) bool { return o.from == from && o.to == at }); same >= 0 {
					all[same].rungs = append(all[same].rungs, rung)
				} else {
					all = append(all, spot{[]int{rung}, from, at})
				}
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(s spot) bool {
		return slices.ContainsFunc(all, func(o spot) bool { return o.from <= s.from && o.to >= s.to && o.to-o.from > s.to-s.from })
	})
}

// strengthQuestions asks for verbs of which another language has none as strong, among languages in which verbs of the ladder were found at all.
func strengthQuestions(words lang.Text, tags []lang.Tag) (out []Question) {
	found := map[lang.Tag][]spot{}
	for _, tag := range tags {
		found[tag] = find(tag, words[tag], rungs)
	}
	asked := map[int]bool{}
	for _, in := range tags {
		for _, s := range found[in] {
			if asked[s.rungs[0]] {
				continue
			}
			q := Question{Kind: Strength, Words: words[in][s.from:s.to], In: in}
			for _, tag := range tags {
				if tag != in && len(found[tag]) > 0 && !slices.ContainsFunc(found[tag], s.asStrongAs) {
					q.Missing = append(q.Missing, tag)
				}
			}
			if len(q.Missing) > 0 {
				asked[s.rungs[0]] = true
				out = append(out, q)
			}
		}
	}
	return out
}

// treatyQuestions asks once in each language whether a word of treaties is meant.
func treatyQuestions(words lang.Text, tags []lang.Tag) (out []Question) {
	for _, in := range tags {
		if found := find(in, words[in], []map[string][]string{treaty}); len(found) > 0 {
			first := slices.MinFunc(found, func(a, b spot) int { return a.from - b.from })
			out = append(out, Question{Kind: Treaty, Words: words[in][first.from:first.to], In: in, Missing: []lang.Tag{}})
		}
	}
	return out
}
