package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"entente.example/internal/view"
	"entente.example/lang"
)

// A statement that fell with its paragraph says so and can be taken back, and the form for a new one does not offer a paragraph that is left out.
func TestAFallenStatementIsShownAsFallen(t *testing.T) {
	site, src, people := newSite(t)
	table := src.g.text()
	gone := &table.Paragraphs[1]
	gone.Main.Omit, gone.Status = true, view.Omitted
	table.Statements = []view.Statement{{ID: "cedar-9", Party: table.Self, Label: gone.Label, Text: lang.Text{"en": "Understood to bind nobody."}, Fell: true, Retract: true}}
	table.May["text.declare"] = true
	src.table = &table
	b := enter(t, site, people, "cedar-sec")
	for tag, chip := range map[string]string{"en": "fell with its paragraph, which is left out", "zh-Hans": "所涉段落已删去，声明随之失效", "ja": "段落の削除に伴い失効"} {
		if r := b.do(http.MethodPost, "/language", url.Values{"to": {tag}, "from": {"/"}}, nil); r.StatusCode != http.StatusSeeOther {
			t.Fatal(r.StatusCode)
		}
		_, statements, _ := strings.Cut(b.get("/m/valley/texts/js-9").body, `id="statements"`)
		statements, _, _ = strings.Cut(statements, "</section>")
		if !strings.Contains(statements, chip) || !strings.Contains(statements, `name="ref" value="cedar-9"`) {
			t.Errorf("%s: %.400s", tag, statements)
		}
		if strings.Contains(statements, `<option value="`+string(gone.ID)+`"`) || !strings.Contains(statements, `<option value="`+string(table.Paragraphs[0].ID)+`"`) {
			t.Errorf("%s: the form offers other paragraphs than those that the text has", tag)
		}
	}
}
