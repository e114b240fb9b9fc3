package lang

import (
	"testing"

	"entente.example/refusal"
)

func TestParseTag(t *testing.T) {
	for in, want := range map[string]Tag{"en": "en", "zh-hans": "zh-Hans", "JA": "ja", "ar": "ar", "sr-latn": "sr-Latn", "zh-Hant-TW": "zh-Hant-TW"} {
		if got, err := ParseTag(in); err != nil || got != want {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "zh_CN", "english language", "x", "日本語", "en-", "-en", "und"} {
		if _, err := ParseTag(in); refusal.As(err) == nil {
			t.Errorf("%q passes", in)
		}
	}
	if refusal.As(Tag("zh-hans").Check()).Key != "lang.tag_spelling" {
		t.Error("another spelling of a tag passes")
	}
}

// A reader must see what is sealed: everything invisible or direction-changing is named with its place. Attack 9.
func TestCheckText(t *testing.T) {
	for _, s := range []string{"", "Plain.", "日本語、中文。", "two\nlines", "葛\U000E0100", "مرحبا", "می\u200cخواهم", "e\u0301"[:0] + "é", "Київ — мир", "😀"} {
		if err := CheckText(s); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
	for s, want := range map[string]string{"a\u202eb": "lang.bidi", "a\u2066b": "lang.bidi", "a\u200eb": "lang.bidi", "a\u200bb": "lang.invisible", "a\ufeffb": "lang.invisible", "a\u00adb": "lang.invisible",
		"a\u200db": "lang.invisible", "a\ufe0fb": "lang.invisible", "a\U000E0100": "lang.invisible", "a\U000E0041": "lang.invisible", "a\u3164b": "lang.invisible", "a\tb": "lang.control", "a\x7fb": "lang.control",
		"a\u0085b": "lang.control", "a\ue000b": "lang.private_use", "a\uffffb": "lang.noncharacter", "a\u2028b": "lang.invisible", "e\u0301": "lang.not_nfc", "a\xffb": "lang.not_utf8"} {
		r := refusal.As(CheckText(s))
		if r == nil || r.Key != want {
			t.Errorf("%q: %v, want %s", s, r, want)
		} else if r.Params["place"] != "" && r.Params["place"] != "2" {
			t.Errorf("%q: place %s", s, r.Params["place"])
		}
	}
	if CheckLine("two\nlines") == nil {
		t.Error("a line break passes in a line")
	}
	if got := Normalise("e\u0301 \r\nx\u3000\r"); got != "é\nx" {
		t.Errorf("normalised %q", got)
	}
}

func FuzzCheckText(f *testing.F) {
	f.Add("a\u202eb")
	f.Add("日本語")
	f.Fuzz(func(t *testing.T, s string) {
		if CheckText(Normalise(s)) == nil && Normalise(Normalise(s)) != Normalise(s) {
			t.Fatalf("%q is normalised twice", s)
		}
	})
}

func TestRightToLeft(t *testing.T) {
	for tag, want := range map[Tag]bool{"ar": true, "fa": true, "ur": true, "he": true, "yi": true, "pa-Arab": true, "az-Arab": true, "pa": false, "az": false, "ru": false, "fr": false, "zh-Hans": false, "ja": false, "": false, "xx": false} {
		if tag.RightToLeft() != want {
			t.Errorf("%q from right to left: %v", tag, !want)
		}
	}
}

// Wording in another language than its tag claims is questioned; names, numbers and what is short are not.
func TestDoubts(t *testing.T) {
	for _, x := range []struct {
		tag  Tag
		text string
		want bool
	}{
		{"en", "Both sides will hold consultations every year.", false},
		{"en", "双方每年举行磋商，并通报进展情况。", true},
		{"zh-Hans", "双方每年举行磋商，并通报进展情况。", false},
		{"zh-Hans", "Both sides will hold consultations every year.", true},
		{"zh-Hans", "双方は毎年協議を開き、進み具合を知らせる。", true},
		{"zh-Hans", "双方同意由 International River Commission 提供资料，并由秘书处逐年汇总各方意见后分发。", false},
		{"ja", "双方は毎年協議を開き、進捗を通報する。", false},
		{"ja", "双方每年举行磋商，并向对方通报进展情况，必要时召开专门会议讨论具体问题。", true},
		{"ja", "共同声明", false}, // a title may do without kana
		{"ar", "تُعقد المشاورات سنويًا بين الجانبين.", false},
		{"ar", "Consultations take place.", true},
		{"ru", "Консультации проводятся ежегодно.", false},
		{"ru", "Les consultations ont lieu chaque année.", true},
		{"fr", "Les consultations ont lieu chaque année.", false},
		{"en", "", false}, {"en", "2025/17", false}, {"", "whatever it may be", false}, {"xx", "какой бы он ни был", false},
	} {
		if got := x.tag.Doubts(x.text); got != x.want {
			t.Errorf("%s, %q: %v", x.tag, x.text, got)
		}
	}
}

func TestTagsOfOneLanguageInOneScript(t *testing.T) {
	for _, c := range []struct {
		a, b Tag
		like bool
	}{{"zh-CN", "zh-Hans", true}, {"zh", "zh-Hans", true}, {"zh-TW", "zh-Hans", false}, {"zh-TW", "zh-Hant", true}, {"en-GB", "en", true}, {"en", "fr", false}, {"sr", "sr-Latn", false}, {"ja-JP", "ja", true}} {
		if c.a.Like(c.b) != c.like || c.b.Like(c.a) != c.like {
			t.Errorf("%s like %s: %v", c.a, c.b, !c.like)
		}
	}
}
