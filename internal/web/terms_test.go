package web

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"entente.example/internal/charter"
	"entente.example/internal/glossary"
	"entente.example/internal/termfile"
	"entente.example/lang"
	"entente.example/refusal"
)

// besideGallery compares a file with a glossary of two words: one that is agreed, and one that birch has proposed.
func besideGallery(f *termfile.File) *termfile.Comparison {
	doc := &charter.Document{Languages: []lang.Tag{"en", "ja"}, Sides: []charter.Side{{ID: "east", Parties: []charter.PartyID{"cedar"}}, {ID: "west", Parties: []charter.PartyID{"birch"}}},
		Parties: []charter.Party{{ID: "cedar", Side: "east"}, {ID: "birch", Side: "west"}}}
	states := map[string][]any{"term": {
		&glossary.State{ID: "trust", Entered: []glossary.Entered{{By: charter.By{Act: "cedar-1", Party: "cedar"}, Enter: glossary.Enter{Term: lang.Text{"en": "trust", "ja": "信頼"}}, Concurs: []charter.By{{Party: "birch"}}}}},
		&glossary.State{ID: "law", Entered: []glossary.Entered{{By: charter.By{Act: "birch-4", Party: "birch"}, Enter: glossary.Enter{Term: lang.Text{"en": "law"}}}}},
	}}
	out, _ := termfile.Compare(charter.NewAs("m", doc), "cedar", f, func(kind string) ([]any, error) { return states[kind], nil })
	return out
}

const termTable = "en,ja,de\r\ntrust,信用,\r\nlaw,,\r\n<river>,川,Fluss\r\n"

// A file is shown beside the glossary and nothing is done; then what was chosen is done, and nothing else.
func TestAGlossaryIsComparedAndThenChosenFrom(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	if page := b.get("/m/valley/glossary"); !strings.Contains(page.body, `action="/m/valley/glossary-file/compare"`) {
		t.Errorf("%d: no form takes a glossary in", page.StatusCode)
	}
	got := send(b, "/m/valley/glossary-file/compare", nil, termTable)
	for _, want := range []string{"<del>信頼</del> <ins>信用</ins>", "<ins>&lt;river&gt;</ins>", `<option value="propose" selected>`, `<option value="concur">`, `<option value="own">`, `href="/m/valley/glossary/trust"`, `name="id-2" value="river"`, "left aside: de", "not agreed by all yet"} {
		if !strings.Contains(got.body, want) {
			t.Errorf("%d: the comparison lacks %s\n%s", got.StatusCode, want, got.body)
		}
	}
	found := html.UnescapeString(regexp.MustCompile(`name="found" value="([^"]*)"`).FindStringSubmatch(got.body)[1])
	form := url.Values{"found": {found}, "do-0": {"own"}, "do-1": {""}, "do-2": {"propose"}, "id-2": {"stream"}}
	if got := b.do(http.MethodPost, "/m/valley/glossary-file/take", form, nil); got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/m/valley/glossary?done=terms" {
		t.Fatalf("%d %s\n%s", got.StatusCode, got.Header.Get("Location"), got.body)
	}
	if c := src.chosen.Rows; len(c) != 2 || c[0].Do != "own" || c[0].Seen != "cedar-1" || c[1].Matter != "term/stream" || c[1].Entry.Words[0].Term != "<river>" {
		t.Errorf("%+v", c)
	}
	src.refuse = refusal.New(refusal.Conflict, "termfile.moved", "word", "trust", "line", "2")
	if got := b.do(http.MethodPost, "/m/valley/glossary-file/take", form, nil); got.StatusCode != http.StatusConflict || !strings.Contains(got.body, `role="alert"`) || !strings.Contains(got.body, `<option value="own" selected>`) || !strings.Contains(got.body, `value="stream"`) {
		t.Errorf("a refusal lost what was chosen: %d\n%s", got.StatusCode, got.body)
	}
}

func TestGlossariesThatCannotBeTaken(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	for _, c := range []struct {
		files []string
		code  int
		says  string
	}{
		{nil, http.StatusBadRequest, "No file"},
		{[]string{termTable, termTable}, http.StatusBadRequest, `role="alert"`},
		{[]string{"en,ja\n\"trust,x\n"}, http.StatusBadRequest, "Line 2"},
		{[]string{strings.Repeat("x", maxTerms+1)}, http.StatusBadRequest, `role="alert"`},
	} {
		if got := send(b, "/m/valley/glossary-file/compare", nil, c.files...); got.StatusCode != c.code || !strings.Contains(got.body, c.says) {
			t.Errorf("%d files: %d", len(c.files), got.StatusCode)
		}
	}
	if got := send(b, "/m/other/glossary-file/compare", nil, termTable); got.StatusCode != http.StatusNotFound {
		t.Errorf("%d", got.StatusCode)
	}
	for _, found := range []string{"{", `{"rows":[{"entry":{"words":[]},"kind":"new","matter":""}]}`} {
		if got := b.do(http.MethodPost, "/m/valley/glossary-file/take", url.Values{"found": {found}}, nil); got.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", found, got.StatusCode)
		}
	}
}
