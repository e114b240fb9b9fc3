package web

import (
	"bytes"
	"strings"
	"testing"

	"entente.example/internal/view"
	"entente.example/lang"
)

// A matter of which there is no fact has no heading for them; one that has some has it.
func TestNoHeadingStandsOverNoFacts(t *testing.T) {
	ts := newTemplates(loadAssets())
	for _, facts := range [][]view.Fact{nil, {{Key: "field.due", Day: "2025-01-14"}}} {
		var out bytes.Buffer
		m := view.Matter{Kind: "term", ID: "trust", Title: lang.Text{"en": "trust"}, Facts: facts}
		if err := ts.render(&out, &matterPage{Frame: frame{Chrome: &m.Chrome, Lang: "en"}, M: m}); err != nil {
			t.Fatal(err)
		}
		if has := strings.Contains(out.String(), "<h2>At a glance</h2>"); has != (len(facts) > 0) {
			t.Errorf("%d facts, and a heading over them: %v", len(facts), has)
		}
	}
}

// What a review session came to stands on the page of its commitment: what all parties agree on, or that each says its own.
func TestReviewsAreShown(t *testing.T) {
	site, _, people := newSite(t)
	got := enter(t, site, people, "cedar-sec").get("/m/valley/commitments/x-1")
	for _, want := range []string{`<h2>Review sessions</h2>`, `<dt>Agreed by all</dt><dd>limited`, `<dt>Each by its own word, not agreed</dt>`, `href="/m/valley/meetings/main.10"`} {
		if !strings.Contains(got.body, want) {
			t.Errorf("%d: no %q", got.StatusCode, want)
		}
	}
}

// What our own side has acted on already, and what has given place to another text, say so where they stand in lists.
func TestListsSayWhatIsDone(t *testing.T) {
	site, _, people := newSite(t)
	got := enter(t, site, people, "cedar-sec").get("/m/valley")
	for _, want := range []string{`<a class="chip" href="/m/valley/ours/acts/act-4">already waits for a second member</a>`, `<p class="stagename">Public · Superseded</p>`} {
		if strings.Count(got.body, want) != 1 {
			t.Errorf("%d: not once: %q", got.StatusCode, want)
		}
	}
}

// A name of a language that stands in a sentence of another one says in its mark which it is.
func TestLanguagesInSentencesAreMarked(t *testing.T) {
	p := printer{tag: lang.English}
	got, err := p.tongued("web.rows_in", "language", lang.Japanese)
	if err != nil || !strings.Contains(string(got), `<bdi lang="ja">日本語</bdi>`) {
		t.Errorf("%s %v", got, err)
	}
	if _, err := p.tongued("web.rows_in", "language", "ja"); err == nil {
		t.Error("a word was taken for a language")
	}
}
