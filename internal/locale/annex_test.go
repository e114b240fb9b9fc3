package locale

import (
	"testing"

	"entente.example/lang"
)

// Each language has its own form for an annex and for a paragraph of it; a language that we do not speak gets English.
func TestAnnexesAreCalledAsEachLanguageDoes(t *testing.T) {
	for _, x := range []struct {
		tag               lang.Tag
		numeral           string
		annex, paragraphs string
	}{{lang.English, "II", "Annex II", "Annex II, paragraph 3"}, {lang.Chinese, "XII", "附件十二", "附件十二第3段"}, {lang.Japanese, "XXI", "附属書二十一", "附属書二十一 第3段落"}, {"ar", "II", "Annex II", "Annex II, paragraph 3"}, {lang.Chinese, "A", "附件A", "附件A第3段"}} {
		if got := Annex(x.tag, x.numeral); got != x.annex {
			t.Errorf("%s: %s, not %s", x.tag, got, x.annex)
		}
		if got := AnnexParagraph(x.tag, x.numeral, "3"); got != x.paragraphs {
			t.Errorf("%s: %s, not %s", x.tag, got, x.paragraphs)
		}
	}
}
