package lang

import (
	"strings"
	"unicode"

	"golang.org/x/text/language"
)

// Signs that are written differently in simplified and in traditional characters, and stand in no text of the other.
const (
	simplified  = "们国对话应为这来发与关会时说过还进实现经产东车门见长两头书业义习乡买亲价众优传伤讨论议认识证词译试该详语调谈请"
	traditional = "們國對話應為這來發與關會時說過還進實現經產東車門見長兩頭書業義習鄉買親價眾優傳傷討論議認識證詞譯試該詳語調談請"
)

// Looks says what language wording seems to be in if that is not what its tag says; "" if it may well be that. It goes by script alone, so it asks a question and never decides:
// kana in Chinese, Japanese without kana, simplified characters in a traditional text, one alphabet under the tag of another.
func Looks(tag Tag, s string) Tag {
	t, err := language.Parse(string(tag))
	if err != nil {
		return ""
	}
	count := map[string]int{}
	letters := 0
	for _, r := range s {
		if script := scriptOf(r); script != "" {
			count[script]++
			letters++
		}
	}
	if letters < 12 {
		return "" // a name, or a number with its unit
	}
	base, _ := t.Base()
	script, _ := t.Script()
	most := func(name string) bool { return count[name]*10 > letters*6 }
	han := count["Hani"]
	switch {
	case base.String() == "zh" && count["Kana"]*10 > letters:
		return Japanese
	case base.String() == "ja" && count["Kana"] == 0 && most("Hani"):
		return Chinese
	case base.String() == "zh" && most("Hani"):
		return otherHan(script.String(), s)
	case base.String() == "zh", base.String() == "ja":
		han += count["Kana"]
		if han*10 < letters*3 {
			return namedFor(count)
		}
		return ""
	case base.String() == "ko":
		if count["Hang"]*10 < letters*3 {
			return namedFor(count)
		}
		return ""
	}
	if expected := script.String(); count[expected]*10 < letters*4 && (expected == "Latn" || expected == "Cyrl" || expected == "Arab") {
		return namedFor(count)
	}
	return ""
}

func scriptOf(r rune) string {
	switch {
	case unicode.Is(unicode.Latin, r):
		return "Latn"
	case unicode.Is(unicode.Han, r):
		return "Hani"
	case unicode.In(r, unicode.Hiragana, unicode.Katakana):
		return "Kana"
	case unicode.Is(unicode.Cyrillic, r):
		return "Cyrl"
	case unicode.Is(unicode.Arabic, r):
		return "Arab"
	case unicode.Is(unicode.Hangul, r):
		return "Hang"
	case unicode.IsLetter(r):
		return "Zyyy"
	}
	return ""
}

// otherHan tells simplified from traditional writing by the signs that only one of them has.
func otherHan(script, s string) Tag {
	simple, full := 0, 0
	for _, r := range s {
		switch {
		case strings.ContainsRune(simplified, r):
			simple++
		case strings.ContainsRune(traditional, r):
			full++
		}
	}
	switch {
	case script == "Hans" && full > 2 && full > 4*simple:
		return "zh-Hant"
	case script == "Hant" && simple > 2 && simple > 4*full:
		return Chinese
	}
	return ""
}

// namedFor is a language that is written in the script that prevails.
func namedFor(count map[string]int) Tag {
	best := ""
	for _, s := range []string{"Latn", "Hani", "Kana", "Cyrl", "Arab", "Hang", "Zyyy"} {
		if count[s] > count[best] {
			best = s
		}
	}
	if count["Kana"] > 0 && (best == "Hani" || best == "Kana") {
		return Japanese
	}
	return map[string]Tag{"Latn": English, "Hani": Chinese, "Cyrl": "ru", "Arab": "ar", "Hang": "ko"}[best]
}
