package record

import (
	"testing"

	"entente.example/internal/text"
	"entente.example/lang"
)

// Records have wording with characters that no node writes: it stays what it is, whoever folds it, and is agreed, frozen and corrected like other wording. SPEC wording-leaves. What real writing needs is no reason to void an act, and what no record ever took is. SPEC wording-characters, wording-meant.
func TestHiddenCharactersOfOlderProgramsStay(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	must(t, rs[0].write(rs[0].all(), theText, text.Table{Title: lang.Text{"en": "Text\u2800"}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1,
		Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": "De\u180bcide\U0001BCA0;"}}}}))
	settle(rs)
	must(t, rs[1].write(rs[1].all(), theText, text.Propose{Paragraph: "1", Label: "alternative A", Text: lang.Text{"en": "神\ufe00 ❤\ufe0f ᠪᠣᠯᠪᠠ\u180eᠠ হঠাত্\u200d"}}))
	if err := rs[1].write(rs[1].all(), theText, text.Propose{Paragraph: "1", Label: "alternative B", Text: lang.Text{"en": "Decide\u3164"}}); key(err) != "text.bad_character" {
		t.Errorf("a filler: %v", err)
	}
	settle(rs)
	agree(t, rs, []string{"1"}, "1")
	freeze(t, rs)
	for _, r := range rs {
		c := r.fold.Charter()
		if content := r.text().ContentOf(c, r.text().Frozen(c)); content.Paragraphs[0].Text["en"] != "De\u180bcide\U0001BCA0;" {
			t.Errorf("replica %d seals %q", r.me, content.Paragraphs[0].Text["en"])
		}
		if n := len(r.text().Para("1").Wordings); n != 2 {
			t.Errorf("replica %d has %d wordings", r.me, n)
		}
	}
}
