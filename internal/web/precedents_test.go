package web

import (
	"net/http"
	"strings"
	"testing"
)

// Beside a paragraph stands a plain link to agreed language that resembles it; there, what is the same is marked, and who may propose can take it. Whoever has no mandate finds nothing.
func TestPrecedents(t *testing.T) {
	site, _, people := newSite(t)
	ours, stranger := enter(t, site, people, "cedar-sec"), enter(t, site, people, "other-sec")
	const to = "/m/valley/texts/js-9/precedents?paragraph=6"
	if table := ours.get("/m/valley/texts/js-9").body; !strings.Contains(table, `href="`+to+`"`) {
		t.Error("the table has no link to it")
	}
	got := ours.get(to)
	for _, want := range []string{"<mark>Both sides &lt;b&gt; will</mark> talk.", "<mark>対話を維持する</mark>", `href="/m/valley/texts/js-7#p-2"`, "Valley/JS/7", "46 %", "100 %", `name="text:ja"`, "Valley/JS/7 2", "to=everywhere"} {
		if want == "to=everywhere" {
			want = `href="` + strings.ReplaceAll("/m/valley/texts/js-9/precedents?in=all&paragraph=6", "&", "&amp;") + `"`
		}
		if got.StatusCode != http.StatusOK || !strings.Contains(got.body, want) {
			t.Errorf("%d: no %s in\n%s", got.StatusCode, want, got.body)
		}
	}
	if strings.Contains(got.body, "/m/ridge/") {
		t.Error("it looked in another mechanism unasked")
	}
	if complaints := inspect(got.body); len(complaints) > 0 {
		t.Errorf("%q", complaints)
	}
	all := ours.get(to + "&in=all").body
	if !strings.Contains(all, `href="/m/ridge/texts/js-7#p-2"`) || strings.Count(all, `value="propose"`) != 1 {
		t.Errorf("what has no word in the text's languages is proposed, or not shown: %s", all)
	}
	if got := ours.get("/m/valley/texts/js-9/precedents?paragraph=never"); got.StatusCode != http.StatusNotFound {
		t.Errorf("of a paragraph that there is none of: %d", got.StatusCode)
	}
	if got := stranger.get(to); got.StatusCode != http.StatusNotFound || strings.Contains(got.body, "<mark>") {
		t.Errorf("somebody without a mandate: %d", got.StatusCode)
	}
}
