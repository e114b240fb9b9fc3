package web

import (
	"bytes"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"entente.example/internal/text"
	"entente.example/refusal"
)

// send posts files as a browser does.
func send(b *browser, path string, fields map[string]string, files ...string) answer {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, v := range fields {
		if err := form.WriteField(name, v); err != nil {
			b.t.Fatal(err)
		}
	}
	for _, f := range files {
		w, err := form.CreateFormFile("file", "draft.md")
		if err == nil {
			_, err = io.WriteString(w, f)
		}
		if err != nil {
			b.t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		b.t.Fatal(err)
	}
	return b.do(http.MethodPost, path, nil, func(r *http.Request) {
		r.Body = io.NopCloser(&body)
		r.Header.Set("Content-Type", form.FormDataContentType())
	})
}

const draft = "---\nlanguage: en\n---\n## 1\nBoth sides will talk.\n"

// An upload shows what it has and proposes nothing; what is marked is proposed, and nothing else.
func TestFilesAreComparedAndThenChosenFrom(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	page := b.get("/m/valley/texts/js-9")
	for _, want := range []string{`/m/valley/texts/js-9/file?format=docx"`, `format=md&amp;language=ja"`, `action="/m/valley/texts/js-9/compare"`} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the text's page lacks %s", want)
		}
	}
	if got := b.get("/m/valley/texts/js-9/file?format=md&language=ja"); got.body != "the file" || got.Header.Get("Content-Disposition") != "attachment; filename=js-9.ja.md" {
		t.Errorf("%d %v", got.StatusCode, got.Header)
	}
	got := send(b, "/m/valley/texts/js-9/compare", nil, draft)
	for _, want := range []string{"Both sides <del>shall</del><ins>will</ins> talk.", "Li &lt;b&gt;Wei&lt;/b&gt;", "Is this binding?", "<ins>[[talk / meet | verb]]</ins>", `value="2" checked`, `value="3" disabled`, `value="0" checked`, `value="1">`} {
		if !strings.Contains(got.body, want) {
			t.Errorf("%d: the comparison lacks %s", got.StatusCode, want)
		}
	}
	if len(src.acts) > 0 {
		t.Fatal("an upload put something on the record")
	}
	found := html.UnescapeString(regexp.MustCompile(`name="found" value="([^"]*)"`).FindStringSubmatch(got.body)[1])
	form := url.Values{"found": {found}, "change": {"0"}}
	if got := b.do(http.MethodPost, "/m/valley/texts/js-9/amend", form, nil); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d\n%s", got.StatusCode, got.body)
	}
	if p, ok := src.acts[0].(text.Propose); !ok || len(src.acts) != 1 || p.Label != "1 bis" || p.Text["en"] != "Both sides will talk." || len(src.uploaded) > 0 {
		t.Errorf("%+v %v", src.acts, src.uploaded)
	}
	src.refuse = refusal.New(refusal.Conflict, "text.label_taken", "label", "1 bis")
	if got := b.do(http.MethodPost, "/m/valley/texts/js-9/amend", form, nil); got.StatusCode != http.StatusConflict || !strings.Contains(got.body, "Both sides <del>shall</del>") || !strings.Contains(got.body, `role="alert"`) {
		t.Errorf("a refusal lost what was compared: %d", got.StatusCode)
	}
}

func TestUploadsThatCannotBeTaken(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	for _, c := range []struct {
		path   string
		fields map[string]string
		files  []string
		code   int
		says   string
	}{
		{"/m/valley/texts/js-9/compare", nil, nil, http.StatusBadRequest, "No file"},
		{"/m/valley/texts/js-9/compare", nil, []string{"words"}, http.StatusBadRequest, "which language"},
		{"/m/valley/texts/js-9/compare", nil, []string{strings.Repeat("x", maxDraft+1)}, http.StatusBadRequest, `role="alert"`},
		{"/m/valley/texts", nil, []string{draft}, http.StatusBadRequest, "no id"},
		{"/m/valley/texts", map[string]string{"id": "js-10"}, []string{draft}, http.StatusSeeOther, ""},
		{"/m/other/texts", map[string]string{"id": "js-10"}, []string{draft}, http.StatusNotFound, ""},
	} {
		if got := send(b, c.path, c.fields, c.files...); got.StatusCode != c.code || !strings.Contains(got.body, c.says) {
			t.Errorf("%s %v: %d", c.path, c.fields, got.StatusCode)
		}
	}
	if len(src.uploaded) != 1 || src.uploaded[0] != "js-10 1" {
		t.Errorf("%v", src.uploaded)
	}
	if got := b.do(http.MethodPost, "/m/valley/texts/js-9/amend", url.Values{"found": {"{"}}, nil); got.StatusCode != http.StatusBadRequest {
		t.Errorf("%d", got.StatusCode)
	}
}

// What a change shows as new begins and ends where a reader of the script would say that it does.
func TestWhereAnEditBeginsAndEnds(t *testing.T) {
	for _, c := range [][6]string{
		{"Both sides shall talk.", "Both sides should talk.", "Both sides ", "shall", "should", " talk."},
		{"双方应对话。", "双方将对话。", "双方", "应", "将", "对话。"},
		{"a", "a b", "a", "", " b", ""},
		{"same", "same", "same", "", "", ""},
		{"か\u3099く", "かく", "", "か\u3099", "か", "く"},
	} {
		if e := between("en", c[0], c[1]); e.Before != c[2] || e.Old != c[3] || e.New != c[4] || e.Behind != c[5] {
			t.Errorf("%q to %q: %q", c[0], c[1], e)
		}
	}
}
