package record

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/text"
	"entente.example/lang"
)

// A text that was tabled without a symbol gets one once every party has said so and not before: one silent party, or one that says otherwise, keeps it from being frozen; what is frozen then says it in content and statement,
// corrections take it up, and nobody changes it after. SPEC symbol-words. SPEC symbol-once. SPEC symbol-sealed.
func TestATextGetsItsSymbolOnceAllSaySo(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	table(t, rs, 1)
	agree(t, rs, []string{"1"}, "1")
	was, _ := rs[0].text().Symbol(rs[0].fold.Charter())
	if err := rs[1].write(rs[1].all(), theText, text.Designate{Symbol: was}); key(err) != "text.designate_said" {
		t.Errorf("what nobody disputes was said: %v", err)
	}
	const symbol = "VALE/9/JS"
	must(t, rs[1].write(rs[1].all(), theText, text.Designate{Symbol: symbol, Note: "the next number"}))
	settle(rs)
	if err := rs[1].write(rs[1].all(), theText, text.Designate{Symbol: symbol}); key(err) != "text.designate_said" {
		t.Errorf("said twice: %v", err)
	}
	must(t, rs[2].write(rs[2].all(), theText, text.Designate{Symbol: symbol}))
	settle(rs)
	c := rs[0].fold.Charter()
	if got, agreed := rs[0].text().Symbol(c); got != was || agreed {
		t.Fatalf("it bears %q (%t) though one party has not said so", got, agreed)
	}
	asked := false
	for _, w := range rs[0].text().Awaits(c, c.Document().Parties[0].ID) {
		asked = asked || w.What == "awaits.designate"
	}
	if !asked {
		t.Error("the silent party is not asked")
	}
	if _, err := rs[0].text().FreezeBody(c); key(err) != "text.freeze_symbol" {
		t.Fatalf("frozen while the parties differ: %v", err)
	}
	must(t, rs[0].write(rs[0].all(), theText, text.Designate{Symbol: was})) // that it stays as it was is a word, too
	settle(rs)
	must(t, rs[0].write(rs[0].all(), theText, text.Designate{Symbol: symbol}))
	settle(rs)
	freeze(t, rs)
	if err := rs[1].write(rs[1].all(), theText, text.Designate{}); key(err) != "text.frozen" {
		t.Fatalf("changed after the freeze: %v", err)
	}
	for _, r := range rs {
		c := r.fold.Charter()
		if content := r.text().ContentOf(c, r.text().Frozen(c)); content.Symbol != symbol {
			t.Errorf("replica %d: the content has %q", r.me, content.Symbol)
		}
		statement, err := r.text().Statement(c, 1, "")
		must(t, err)
		if !strings.Contains(string(statement), symbol) {
			t.Errorf("replica %d seals %s", r.me, statement)
		}
		if now, _ := r.text().Symbol(c); r.text().NextSymbol(now) != symbol+"/Corr.1" {
			t.Errorf("replica %d: the next correction of %s", r.me, now)
		}
	}
}

// A symbol has no characters that a reader cannot see or that another width has, since parties agree on its bytes. What was tabled is no less a text for its symbol, whatever that is, and a party may keep it. SPEC symbol-form.
func TestASymbolIsWhatOneSeesOfIt(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	tabled := "VALE/" + strings.Repeat("9", 80) + "\u202e\n"
	must(t, rs[0].write(rs[0].all(), theText, text.Table{Title: lang.Text{"en": "Text"}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1, Symbol: tabled,
		Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": "Decide;"}}}}))
	settle(rs)
	for _, bad := range []string{strings.Repeat("X", 65), "two\nlines", " ", "V/9/JS ", "V 9", "V\u00a09", "V\u30009", "Ｖ/9/JS", "V/\u202e9", "V/9\u200d", "葛\U000e0100/9", "V/\u28009"} {
		if err := rs[1].write(rs[1].all(), theText, text.Designate{Symbol: bad}); key(err) != "text.bad_symbol" {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for i, symbol := range []string{"V/9/JS", "谷发〔2026〕9号", "Долина/9", "وادي/٩"} {
		if err := rs[i%3].write(rs[i%3].all(), theText, text.Designate{Symbol: symbol}); err != nil {
			t.Errorf("%q: %v", symbol, err)
		}
	}
	settle(rs)
	for _, r := range rs {
		must(t, r.write(r.all(), theText, text.Designate{Symbol: tabled}))
	}
	settle(rs)
	if got, agreed := rs[2].text().Symbol(rs[2].fold.Charter()); got != tabled || !agreed {
		t.Errorf("it bears %q, %t", got, agreed)
	}
}

// asked are the parties that are asked for their word, under a message key.
func asked(rs []*replica, what string) string {
	out := ""
	c := rs[0].fold.Charter()
	for i, p := range c.Document().Parties {
		if slices.ContainsFunc(rs[0].text().Awaits(c, p.ID), func(w text.Await) bool { return w.What == what }) {
			out += strconv.Itoa(i)
		}
	}
	return out
}

// While parties differ, each is asked that has not spoken since another came to have what it did not have before; one that keeps to its word, knowing that, is asked again only when there is something new. The same holds of the language that prevails.
// SPEC symbol-once. SPEC prevail-once.
func TestWhoeverHasNotAnsweredANewWordIsAsked(t *testing.T) {
	of := map[string]func(v string) (body entry.Body, said string){
		"awaits.designate": func(v string) (entry.Body, string) { return text.Designate{Symbol: v}, "text.designate_said" },
		"awaits.prevail":   func(v string) (entry.Body, string) { return text.Prevail{Language: lang.Tag(v)}, "text.prevail_said" },
	}
	type word struct {
		party int
		v     string
	}
	for name, steps := range map[string][]struct {
		words []word // each without knowing of the others
		asked string // who is asked then
	}{
		"one changes its word": {{[]word{{0, "en"}}, "12"}, {[]word{{1, "en"}}, "2"}, {[]word{{2, "en"}}, ""}, {[]word{{0, "ja"}}, "12"}, {[]word{{1, "en"}}, "2"}, {[]word{{2, "ja"}}, "1"}, {[]word{{1, "ja"}}, ""}},
		"two speak at once":    {{[]word{{0, "en"}, {1, "ja"}}, "012"}, {[]word{{2, "en"}}, "01"}, {[]word{{0, "en"}}, "1"}, {[]word{{1, "ja"}}, ""}, {[]word{{0, "ja"}}, "2"}},
		"they cross":           {{[]word{{0, "en"}, {1, "ja"}}, "012"}, {[]word{{0, "ja"}, {1, "en"}}, "012"}},
		"one takes it back":    {{[]word{{0, "en"}}, "12"}, {[]word{{0, ""}}, ""}},
		"one keeps to it":      {{[]word{{0, "en"}}, "12"}, {[]word{{1, ""}}, "2"}, {[]word{{0, "ja"}, {2, "en"}}, "012"}},
	} {
		for what, say := range of {
			t.Run(name+" "+what, func(t *testing.T) {
				u := newUniverse(t)
				rs := u.found()
				table(t, rs, 1)
				for i, step := range steps {
					for _, w := range step.words {
						body, _ := say(w.v)
						must(t, rs[w.party].write(rs[w.party].all(), theText, body))
					}
					settle(rs)
					if got := asked(rs, what); got != step.asked {
						t.Fatalf("after step %d %s are asked", i+1, got)
					}
					for _, w := range step.words {
						if strings.Contains(step.asked, strconv.Itoa(w.party)) {
							continue
						}
						body, said := say(w.v)
						if err := rs[w.party].write(rs[w.party].all(), theText, body); key(err) != said {
							t.Errorf("step %d: party %d says it again, asked by nobody: %v", i+1, w.party, err)
						}
					}
				}
			})
		}
	}
}
