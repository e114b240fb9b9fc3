package web

import (
	"net/http"
	"strings"
	"testing"
)

// Two moments of a text are beside each other: words marked where there are spaces, characters where there are none, what was not changed left out unless asked for, and every mark told to who cannot see it. A moment that is none says
// so, with the form as it was filled in.
func TestTwoMomentsOfATextAreCompared(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-draft")
	got := b.get("/m/valley/texts/js-9/compare?from=tabled&to=now&lang=en&lang=ja")
	for _, want := range []string{"Both sides &lt;b&gt; <del>", "will<", "<ins>", "should<", "対話を<del>", "維持<", `[taken out: </span>`} {
		if !strings.Contains(got.body, want) {
			t.Errorf("%d: the page lacks %s", got.StatusCode, want)
		}
	}
	if strings.Contains(got.body, "As it was.") {
		t.Error("a paragraph that nobody changed is shown unasked")
	}
	if got := b.get("/m/valley/texts/js-9/compare?all=1"); !strings.Contains(got.body, "As it was.") {
		t.Error("a paragraph that nobody changed is not shown when asked for")
	}
	if got := b.get("/m/valley/texts/js-9/compare?lang=en&characters=1"); !strings.Contains(got.body, `name="characters" value="1" checked`) || !strings.Contains(got.body, "</ins>tatement") {
		t.Error("characters are not marked where they are asked for")
	}
	if got := b.get("/m/valley/texts/js-9/compare?from=never"); got.StatusCode != http.StatusNotFound || !strings.Contains(got.body, `value="never"`) || !strings.Contains(got.body, `role="alert"`) {
		t.Errorf("no such moment: %d", got.StatusCode)
	}
}

// From an entry about a text one comes to what has changed since: nobody has to type its number.
func TestAnEntryLeadsToWhatHasChangedSince(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-draft")
	const way = `href="/m/valley/texts/js-9/compare?from=cedar-4"`
	for matter, want := range map[string]bool{"text/js-9": true, "meeting/main.9": false} {
		src.entryOf = matter
		if got := b.get("/m/valley/record/cedar-4"); got.StatusCode != http.StatusOK || strings.Contains(got.body, way) != want {
			t.Errorf("%s: %d, a way to compare: %v", matter, got.StatusCode, !want)
		}
	}
}
