package web

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// upload posts a file as a browser does.
func upload(b *browser, field, content string) answer {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	w, err := form.CreateFormFile(field, "any name.age")
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := io.WriteString(w, content); err != nil {
		b.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		b.t.Fatal(err)
	}
	return b.do(http.MethodPost, "/m/valley/pouch/open", nil, func(r *http.Request) {
		r.Body = io.NopCloser(&body)
		r.Header.Set("Content-Type", form.FormDataContentType())
	})
}

// A pouch is downloaded under a name that says nothing, and uploaded; what is wrong with it is said on the page.
func TestThePouchOnItsPage(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-duty")
	got := b.do(http.MethodPost, "/m/valley/pouch/pack", url.Values{"party": {"millstone"}}, nil)
	if got.StatusCode != http.StatusOK || got.body != "sealed for millstone" || got.Header.Get("Content-Disposition") != `attachment; filename="pouch.age"` {
		t.Errorf("packing: %d %q %v", got.StatusCode, got.body, got.Header)
	}
	if got := b.do(http.MethodPost, "/m/valley/pouch/pack", url.Values{"party": {"nobody"}}, nil); got.StatusCode != http.StatusNotFound || got.Header.Get("Content-Disposition") != "" || !strings.Contains(got.body, `role="alert"`) {
		t.Errorf("for nobody: %d %v", got.StatusCode, got.Header)
	}
	for _, c := range []struct {
		field, content, says string
		code                 int
	}{
		{"pouch", "good", "", http.StatusSeeOther},
		{"pouch", "late", "millstone-8", http.StatusConflict},
		{"pouch", "something else", "no pouch", http.StatusUnprocessableEntity},
		{"other", "good", "Choose", http.StatusBadRequest},
	} {
		if got := upload(b, c.field, c.content); got.StatusCode != c.code || !strings.Contains(got.body, c.says) {
			t.Errorf("%s %q: %d\n%s", c.field, c.content, got.StatusCode, got.body)
		}
	}
	if got := b.do(http.MethodPost, "/m/valley/pouch/open", url.Values{"pouch": {"good"}}, nil); got.StatusCode != http.StatusBadRequest {
		t.Errorf("no file: %d", got.StatusCode)
	}
	if got := upload(enter(t, site, people, "other-duty"), "pouch", "good"); got.StatusCode != http.StatusNotFound {
		t.Errorf("a stranger: %d", got.StatusCode)
	}
}
