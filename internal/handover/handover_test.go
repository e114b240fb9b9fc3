package handover

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"entente.example/lang"
)

// Somebody's words are words in both forms, whatever they look like; both say the same; and every wording carries its language.
func TestWordsAreWords(t *testing.T) {
	item := Item{Head: "A *concern* <b>", Notes: []string{"due | soon"}}
	item.Say("East", lang.Text{"zh-Hans": "# <script>alert(1)</script>\n- 第二行"})
	p := Pack{Lang: "ja", Title: "Grove", Warning: "Ours only", Sections: []Section{{Title: "Open", Items: []Item{item}}, {Title: "Empty", None: "nothing"}}}
	files := p.Files()
	md, page := string(files[Markdown]), string(files[HTML])
	for _, bad := range []string{"<script", "<b>\n", "\n# <", "A *concern*"} {
		if strings.Contains(md, bad) || bad != "A *concern*" && strings.Contains(page, bad) {
			t.Errorf("%q is taken for markup", bad)
		}
	}
	for _, want := range []string{"Grove", "Ours only", "Open", "第二行", "East", "nothing", "soon"} {
		if !strings.Contains(md, want) || !strings.Contains(page, want) {
			t.Errorf("one of both does not say %q", want)
		}
	}
	if !strings.Contains(page, `<html lang="ja">`) || !strings.Contains(page, `<blockquote lang="zh-Hans">`) {
		t.Error("the languages are lost")
	}
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	for depth := 0; ; {
		tok, err := d.Token()
		if err == io.EOF {
			if depth != 0 {
				t.Errorf("%d elements are not closed", depth)
			}
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch tok.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
	}
}
