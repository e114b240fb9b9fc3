package card

import (
	"bytes"
	"image/png"
	"os"
	"slices"
	"strings"
	"testing"
)

var english = Words{Lang: "en", Category: "Meetings", Headline: "Parties keep their channel open, ninth meeting says", Byline: "Millstone Union, Cedar Party and Lantern Party", Day: "14 January 2025"}

func drawn(t *testing.T, f *Fonts, w Words) ([]byte, bool) {
	t.Helper()
	b, whole, err := f.Draw(w)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil || img.Bounds().Dx() != Width || img.Bounds().Dy() != Height {
		t.Fatalf("no picture of the promised size: %v", err)
	}
	return b, whole
}

// A card has its words or none of them: a headline with a character that no font has is left out, and so cannot say something else than was sealed.
func TestACardHasAllItsWordsOrNone(t *testing.T) {
	f, err := NewFonts()
	if err != nil {
		t.Fatal(err)
	}
	full, whole := drawn(t, f, english)
	if !whole {
		t.Error("Latin words are not drawn")
	}
	mixed := english
	mixed.Headline = "Parties keep their 渠道 open"
	half, whole := drawn(t, f, mixed)
	bare := english
	bare.Headline = ""
	none, _ := drawn(t, f, bare)
	if whole || !bytes.Equal(half, none) || bytes.Equal(full, none) {
		t.Error("a card shows half of a headline")
	}
	long := english
	long.Headline = strings.Repeat("word ", 400) + strings.Repeat("x", 5000)
	if _, whole := drawn(t, f, long); !whole {
		t.Error("a long headline is not drawn at all")
	}
	if again, _ := drawn(t, f, english); !bytes.Equal(again, full) {
		t.Error("the same words give another picture")
	}
}

// With a font for them, Chinese and Japanese words are drawn as well; a machine without one has nothing to look at here.
func TestACardInChineseAndJapanese(t *testing.T) {
	file, err := os.Open("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc")
	if err != nil {
		t.Logf("no font for these scripts on this machine: %v", err)
		return
	}
	defer file.Close()
	f, err := NewFonts(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []Words{{Lang: "zh-Hans", Category: "会议", Headline: "第九次会议:各政党保持渠道畅通", Byline: "磨坊联盟、雪松党", Day: "2025年1月14日"}, {Lang: "ja", Category: "会合", Headline: "第9回会合、対話の経路の維持を確認", Byline: "水車連盟、杉の党", Day: "2025年1月14日"}} {
		if _, whole := drawn(t, f, w); !whole {
			t.Errorf("%s is not drawn", w.Headline)
		}
	}
}

func TestLinesBreakWhereTheyMay(t *testing.T) {
	for s, want := range map[string][]string{"Parties keep it": {"Parties ", "keep ", "it"}, "対話の、維持": {"対", "話", "の、", "維", "持"}, "第9回": {"第", "9", "回"}, "": nil} {
		if got := pieces(s); !slices.Equal(got, want) {
			t.Errorf("%q breaks into %q", s, got)
		}
	}
}
