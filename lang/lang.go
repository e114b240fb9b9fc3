// Package lang owns language tags, wording in several languages, and which characters such wording may hold.
//
// It promises that a tag has one spelling (BCP 47) and that no direction-changing character passes CheckText and nothing invisible passes CheckNew. It never translates and never chooses
// a language for anybody.
package lang

import (
	"maps"
	"slices"

	"golang.org/x/text/language"

	"entente.example/refusal"
)

// Tag is a BCP 47 language tag in its canonical spelling, as in "zh-Hans".
type Tag string

// Tags of the interface and of the worked example.
const (
	English  Tag = "en"
	Chinese  Tag = "zh-Hans"
	Japanese Tag = "ja"
)

// ParseTag reads a tag. "zh_CN", "english" and "" are refused with what to write instead.
func ParseTag(s string) (Tag, error) {
	if s == "" || len(s) > 35 {
		return "", refusal.New(refusal.Invalid, "lang.bad_tag", "tag", s)
	}
	for _, c := range s {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-') {
			return "", refusal.New(refusal.Invalid, "lang.bad_tag", "tag", s)
		}
	}
	t, err := language.Raw.Parse(s)
	if base, _, _ := t.Raw(); err != nil || base.String() == "und" {
		return "", refusal.New(refusal.Invalid, "lang.bad_tag", "tag", s)
	}
	return Tag(t.String()), nil
}

// Like reports whether two tags are of one language in one script, whatever region they name: zh-CN is like zh-Hans, and zh-TW is not.
func (t Tag) Like(o Tag) bool {
	a, b := language.Make(string(t)), language.Make(string(o))
	baseA, _ := a.Base()
	baseB, _ := b.Base()
	scriptA, _ := a.Script()
	scriptB, _ := b.Script()
	return baseA == baseB && scriptA == scriptB
}

// Check refuses a tag that is not in its canonical spelling.
func (t Tag) Check() error {
	c, err := ParseTag(string(t))
	if err != nil {
		return err
	}
	if c != t {
		return refusal.New(refusal.Invalid, "lang.tag_spelling", "tag", string(t), "write", string(c))
	}
	return nil
}

// Text is wording by language.
type Text map[Tag]string

// Tags lists the languages there are, sorted.
func (t Text) Tags() []Tag { return slices.Sorted(maps.Keys(t)) }

// Pick returns the wording in the first of prefs that there is, else in the first language by spelling; "" if there is none.
func (t Text) Pick(prefs ...Tag) (Tag, string) {
	for _, p := range prefs {
		if s, ok := t[p]; ok && s != "" {
			return p, s
		}
	}
	for _, tag := range t.Tags() {
		if t[tag] != "" {
			return tag, t[tag]
		}
	}
	return "", ""
}

// Check refuses wrong tags and characters that wording may not hold.
func (t Text) Check() error {
	for _, tag := range t.Tags() {
		if err := tag.Check(); err != nil {
			return err
		}
		if err := CheckText(t[tag]); err != nil {
			return err
		}
	}
	return nil
}
