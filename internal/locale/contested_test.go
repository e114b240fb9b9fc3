package locale

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"entente.example/lang"
)

// worldNames are the names of all countries, territories and languages that the standard's data has in a language, with words that mean something else, too, left out.
func worldNames(tag lang.Tag) []string {
	namer := map[lang.Tag]*display.Dictionary{lang.English: display.English, lang.Chinese: display.SimplifiedChinese, lang.Japanese: display.Japanese}[tag]
	var out []string
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			if r, err := language.ParseRegion(string(a) + string(b)); err == nil && r.IsCountry() {
				out = append(out, namer.Regions().Name(r))
			}
		}
	}
	for _, t := range display.Supported.Tags() {
		if base, _ := t.Base(); true {
			out = append(out, namer.Languages().Name(base))
		}
	}
	// Names that are disputed as names, and that the data do not have or have in another form.
	out = append(out, map[lang.Tag][]string{
		lang.English:  {"Senkaku", "Diaoyu", "Takeshima", "Dokdo", "Liancourt", "Sea of Japan", "East Sea", "South China Sea", "Spratly", "Paracel", "Taiwan", "Formosa", "Korea", "Kuril", "Northern Territories", "Macedonia", "Kosovo", "Crimea", "Palestine", "Persian Gulf", "Arabian Gulf", "Falkland", "Malvinas", "Burma", "Kashmir", "Tibet", "Cyprus"},
		lang.Chinese:  {"钓鱼岛", "尖阁", "独岛", "竹岛", "日本海", "东海", "南海", "南沙", "西沙", "台湾", "朝鲜", "韩国", "千岛", "北方四岛", "北方领土", "克里米亚", "巴勒斯坦", "波斯湾", "福克兰", "马尔维纳斯", "缅甸", "克什米尔", "西藏", "大陆"},
		lang.Japanese: {"尖閣", "釣魚", "竹島", "独島", "日本海", "東海", "南シナ海", "南沙", "西沙", "台湾", "朝鮮", "韓国", "千島", "北方四島", "北方領土", "クリミア", "パレスチナ", "ペルシャ湾", "フォークランド", "マルビナス", "ビルマ", "カシミール", "チベット", "中国", "大陸"},
	}[tag]...)
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(s string) bool { return len([]rune(s)) < 2 })
}

// named are the names of the world that stand in a sentence. In English a name is a word of its own.
func named(tag lang.Tag, sentence string, names []string) (out []string) {
	for _, n := range names {
		for at := 0; ; {
			i := strings.Index(sentence[at:], n)
			if i < 0 {
				break
			}
			i += at
			at = i + len(n)
			if tag != lang.English && !katakanaAround(sentence, i, at) || tag == lang.English && wordBoundary.MatchString(sentence[max(0, i-1):i]+"|"+sentence[at:min(len(sentence), at+1)]) {
				out = append(out, n)
				break
			}
		}
	}
	return out
}

var wordBoundary = regexp.MustCompile(`^[^A-Za-z]?\|[^A-Za-z]?$`)

// katakanaAround reports whether what was found goes on as part of a longer word in katakana.
func katakanaAround(s string, from, to int) bool {
	in := func(r rune) bool { return unicode.Is(unicode.Katakana, r) || r == 'ー' }
	before, after := []rune(s[:from]), []rune(s[to:])
	first := []rune(s[from:to])[0]
	return in(first) && (len(before) > 0 && in(before[len(before)-1]) || len(after) > 0 && in(after[0]))
}

// What a place, a party or a language is called may be what the sides differ about. No sentence of ours names one: such names come from the parties' own words, and a language calls itself by its own name. Allowed is what stands in a
// file and what a reader's input program is called.
func TestNoSentenceNamesAPlaceOrALanguage(t *testing.T) {
	allowed := map[string][]string{
		"file.no_columns": {"English"},   // what stands in the first row of a file
		"help.keys_about": {"日本", "日本語"}, // what the reader's own input program is called
	}
	for _, tag := range Languages {
		names := worldNames(tag)
		if len(names) < 300 {
			t.Fatalf("only %d names in %s", len(names), tag)
		}
		for key, m := range messages(tag) {
			for _, n := range named(tag, m.format(nil), names) {
				if !slices.Contains(allowed[key], n) {
					t.Errorf("%s in %s names %s: %s", key, tag, n, m.format(nil))
				}
			}
		}
	}
	for tag, bad := range map[lang.Tag]string{lang.English: "The islands near Taiwan are", lang.Chinese: "日本方面", lang.Japanese: "フランス語で書く"} {
		if len(named(tag, bad, worldNames(tag))) == 0 {
			t.Errorf("%q is not noticed", bad)
		}
	}
}
