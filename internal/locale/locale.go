// Package locale owns what the interface says: messages, dates, numbers and lists in English, Simplified Chinese and Japanese.
//
// It promises that every message exists in all three languages with the same placeholders, and that a refusal reads the same on every face. It never
// translates and never chooses a name: names, titles and wording are data of the record. Message keys are an implementation matter; docs/protocol.md
// fixes only the keys of void reasons, through the packages that return them.
package locale

import (
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"entente.example/lang"
	"entente.example/refusal"
)

// Languages are the languages of the interface, in the order in which they are offered.
var Languages = []lang.Tag{lang.English, lang.Chinese, lang.Japanese}

// OwnName is what a language calls itself, whether or not the interface speaks it; one of which that is not known is shown by its tag.
func OwnName(tag lang.Tag) string {
	switch tag {
	case lang.Chinese:
		return "简体中文"
	case lang.Japanese:
		return "日本語"
	case lang.English:
		return "English"
	}
	if t, err := language.Parse(string(tag)); err == nil {
		if name := display.Self.Name(t); name != "" {
			return name
		}
	}
	return string(tag)
}

var matcher = language.NewMatcher([]language.Tag{language.English, language.SimplifiedChinese, language.Japanese})

// Match chooses the language of the interface from what a person or browser prefers: tags, or the value of an Accept-Language header. The first that fits wins;
// nothing known gives English.
func Match(prefer ...string) lang.Tag {
	for _, p := range prefer {
		if p == "" {
			continue
		}
		tags, _, err := language.ParseAcceptLanguage(p)
		if err != nil {
			continue
		}
		// The index is used and not the tag that the matcher makes up, which carries extensions.
		if _, i, c := matcher.Match(tags...); c != language.No {
			return Languages[i]
		}
	}
	return lang.English
}

// Explain is the sentence for an error a person met. An error that is no refusal is ours, and its text stays in the operator's log.
func Explain(tag lang.Tag, err error) string {
	if err == nil {
		return ""
	}
	r := refusal.As(err)
	return Message(tag, r.Key, r.Params)
}
