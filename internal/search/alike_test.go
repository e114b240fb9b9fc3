package search

import (
	"slices"
	"strings"
	"testing"

	"entente.example/lang"
)

func in(tag lang.Tag, s string) lang.Text { return lang.Text{tag: s} }

// A phrase that was agreed before is found in whatever stands around it, in scripts with and without spaces, whatever the case, width and punctuation.
func TestWordingsThatShareAPhraseShareAPrint(t *testing.T) {
	for _, c := range []struct {
		tag  lang.Tag
		a, b string
		is   bool
	}{
		{"en", "The two sides reaffirm that the sampling of imports shall follow one method, and say so.", "Noting that THE SAMPLING OF IMPORTS SHALL FOLLOW the method of 2019", true},
		{"zh-Hans", "双方确认，进口取样监测应当遵循同一方法。", "为此，进口取样监测应当由两国机构进行", true},
		{"ja", "双方は、輸入の試料採取を同一の方法で行うことを確認した。", "締約国は輸入の試料採取を同一の機関に委ねる", true},
		{"ko", "양측은 상호 신뢰를 바탕으로 협력하기로 한다", "양국은 상호 신뢰를 바탕으로 한다", true},
		{"th", "ทั้งสองฝ่ายยืนยันความไว้วางใจซึ่งกันและกัน", "ความไว้วางใจซึ่งกันและกันเป็นหลัก", true},
		{"en", "The two sides reaffirm their commitments.", "The two sides welcome the exchange of the young.", false},
		{"zh-Hans", "双方重申共同原则", "双方欢迎青年交流", false},
	} {
		a, b := Prints(in(c.tag, c.a)), Prints(in(c.tag, c.b))
		shared := slices.ContainsFunc(a, func(h uint32) bool { return slices.Contains(b, h) })
		if alike := Phrase(in(c.tag, c.a)).Liken(in(c.tag, c.b)).Alike(); shared != c.is || alike != c.is {
			t.Errorf("%q and %q: a print %v, alike %v", c.a, c.b, shared, alike)
		}
	}
}

// What two wordings have in common is the same from both sides; all of it if they are one, nothing if they are of different languages.
func TestLikeness(t *testing.T) {
	a, b := in("en", "one two three four five six"), in("en", "zero two three four seven")
	if x, y := Phrase(a).Liken(b), Phrase(b).Liken(a); x != y || x.Share != 6.0/11 || x.Run != 3*wordWeight {
		t.Errorf("%+v %+v", x, y)
	}
	if l := Phrase(a).Liken(a); l.Share != 1 || l.Run != 6*wordWeight {
		t.Errorf("of one: %+v", l)
	}
	if l := Phrase(a).Liken(in("fr", a["en"])); l.Share != 0 || l.Alike() {
		t.Errorf("of two languages: %+v", l)
	}
	if l := Phrase(in("ja", "。、")).Liken(in("ja", "。、")); l != (Likeness{}) {
		t.Errorf("of nothing: %+v", l)
	}
	both := lang.Text{"en": "quite other words here", "ja": "相互信頼を重んじる"}
	if l := Phrase(both).Liken(lang.Text{"en": "nothing of the kind now", "ja": "相互信頼を重んじる"}); l.Share != 1 {
		t.Errorf("one language of two is the same: %+v", l)
	}
}

func TestSharedIsMarked(t *testing.T) {
	for _, c := range []struct{ s, other, want string }{
		{"Noting, that Mutual Trust, once lost, returns slowly.", "that mutual trust once gained", "Noting, [that Mutual Trust, once] lost, returns slowly."},
		{"双方重申互信原则。", "重申互信", "双方[重申互信]原则。"},
		{"ﬁsh imports from here", "fish imports from", "[ﬁsh imports from] here"},
		{"nothing", "something", "nothing"},
		{"", "x", ""},
	} {
		var b strings.Builder
		for _, s := range Phrase(in("en", c.other)).Shared("en", c.s) {
			if s.Found {
				b.WriteString("[" + s.Text + "]")
			} else {
				b.WriteString(s.Text)
			}
		}
		if b.String() != c.want {
			t.Errorf("%q", b.String())
		}
	}
}

// Whatever two texts are, the spans are the text, and wordings that share six words in a row share a print.
func FuzzShared(f *testing.F) {
	f.Add("one two three four five six", "zero", "nine")
	f.Add("双方重申互信原则", "和", "。")
	f.Add("ﬁ ﷺ e\u0301", "\u0301", "\xff")
	f.Fuzz(func(t *testing.T, s, before, after string) {
		other := before + " " + s + " " + after
		var b strings.Builder
		for _, span := range Phrase(in("en", other)).Shared("en", s) {
			b.WriteString(span.Text)
		}
		if b.String() != s {
			t.Fatalf("%q became %q", s, b.String())
		}
		a, o := Phrase(in("en", s)).Liken(in("en", other)), Phrase(in("en", other)).Liken(in("en", s))
		if a != o || a.Share < 0 || a.Share > 1 {
			t.Fatalf("%+v %+v", a, o)
		}
	})
}

// A reader who is told of a hundred percent need not read on, so nothing that differs at all is told so.
func TestOnlyTheSameIsAHundredPercent(t *testing.T) {
	for share, want := range map[float64]string{0: "0", 0.4549: "45", 0.999: "99", 1: "100"} {
		if got := (Likeness{Share: share}).Percent(); got != want {
			t.Errorf("%v is told as %s, not %s", share, got, want)
		}
	}
}
