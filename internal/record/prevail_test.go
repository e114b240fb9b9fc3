package record

import (
	"strings"
	"testing"

	"entente.example/internal/text"
	"entente.example/lang"
)

// A language prevails once every party has said so and not before: one silent party, or one that says otherwise, keeps the text from being frozen; what is frozen then says it in content and statement, and nobody changes it after.
// A courtesy translation never prevails. SPEC prevail-words. SPEC prevail-language. SPEC prevail-sealed.
func TestALanguagePrevailsOnceAllSaySo(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	table(t, rs, 1)
	agree(t, rs, []string{"1"}, "1")
	must(t, rs[1].write(rs[1].all(), theText, text.Translate{Language: "fr", Courtesy: true, Items: []text.Translation{{Paragraph: "1", Wording: text.WordingID(rs[1].text().Tabled.Act), Text: "Décident."}}}))
	settle(rs)
	if err := rs[1].write(rs[1].all(), theText, text.Prevail{Language: "fr"}); key(err) != "text.prevail_language" {
		t.Fatalf("a courtesy translation prevails: %v", err)
	}
	must(t, rs[1].write(rs[1].all(), theText, text.Prevail{Language: "en", Note: "as usual"}))
	settle(rs)
	if err := rs[1].write(rs[1].all(), theText, text.Prevail{Language: "en"}); key(err) != "text.prevail_said" {
		t.Errorf("said twice: %v", err)
	}
	must(t, rs[2].write(rs[2].all(), theText, text.Prevail{Language: "en"}))
	settle(rs)
	c := rs[0].fold.Charter()
	if tag, agreed := rs[0].text().Prevailing(c); tag != "" || agreed {
		t.Fatalf("%q prevails (%t) though one party has not said so", tag, agreed)
	}
	if w := rs[0].text().Awaits(c, c.Document().Parties[0].ID); len(w) == 0 || w[0].What != "awaits.prevail" {
		t.Errorf("the silent party is asked for %v", w)
	}
	if _, err := rs[0].text().FreezeBody(c); key(err) != "text.freeze_prevail" {
		t.Fatalf("frozen while the parties differ: %v", err)
	}
	must(t, rs[0].write(rs[0].all(), theText, text.Prevail{Language: "en"}))
	settle(rs)
	freeze(t, rs)
	if err := rs[1].write(rs[1].all(), theText, text.Prevail{}); key(err) != "text.frozen" {
		t.Fatalf("changed after the freeze: %v", err)
	}
	for _, r := range rs {
		c := r.fold.Charter()
		content := r.text().ContentOf(c, r.text().Frozen(c))
		if content.Prevails() != "en" {
			t.Errorf("replica %d: the content has %+v", r.me, content.Languages)
		}
		statement, err := r.text().Statement(c, 1, "")
		must(t, err)
		for _, line := range strings.Split(string(statement), "\n") {
			if strings.HasPrefix(line, "text ") && strings.HasSuffix(line, " prevailing") != strings.HasPrefix(line, "text en ") {
				t.Errorf("replica %d seals %q", r.me, line)
			}
		}
	}
}

// A draft may say from the start that a language prevails. A word that takes it back counts only with everybody's, and one language that the draft does not have is refused.
func TestADraftSaysWhichLanguagePrevails(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	draft := text.Table{Title: lang.Text{"en": "Statement", "ja": "声明"}, Languages: []lang.Tag{"en", "ja"}, Drafting: "en", Prevails: "fr", Parts: 1, Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": "Decide;"}}}}
	if err := rs[0].write(rs[0].all(), theText, draft); key(err) != "text.prevail_language" {
		t.Fatalf("tabled with a language that is not there: %v", err)
	}
	draft.Prevails = "ja"
	must(t, rs[0].write(rs[0].all(), theText, draft))
	settle(rs)
	for i, r := range rs {
		if st := r.text().Status(r.fold.Charter(), nil); st.Prevails != "ja" || st.PrevailOpen != (i > 0) {
			t.Errorf("before word %d: %+v", i, st)
		}
		must(t, r.write(r.all(), theText, text.Prevail{}))
		settle(rs)
	}
	if tag, agreed := rs[1].text().Prevailing(rs[1].fold.Charter()); tag != "" || !agreed {
		t.Errorf("%q, %t: all have taken it back", tag, agreed)
	}
}
