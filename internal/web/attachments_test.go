package web

import (
	"bytes"
	"cmp"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
)

// A form without script attaches a file as it streams by; one over the limit is refused, and so is a form that another site sends.
func TestUploads(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	send := func(size int, origin string, accept ...string) (int, string) {
		var sent bytes.Buffer
		form := multipart.NewWriter(&sent)
		for name, value := range map[string]string{"of": "text/js-9", "title": "Tables"} {
			if err := form.WriteField(name, value); err != nil {
				t.Fatal(err)
			}
		}
		part, err := form.CreateFormFile("file", "a b.pdf")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(make([]byte, size)); err != nil {
			t.Fatal(err)
		}
		if err := form.Close(); err != nil {
			t.Fatal(err)
		}
		res := b.do(http.MethodPost, "/m/valley/attachments", nil, func(r *http.Request) {
			r.Body = io.NopCloser(&sent)
			r.Header.Set("Content-Type", form.FormDataContentType())
			r.Header.Set("Accept", cmp.Or(strings.Join(accept, ","), "text/plain"))
			r.Header.Set("Sec-Fetch-Site", origin)
		})
		return res.StatusCode, res.body
	}
	if code, body := send(5<<20, "same-origin"); code != http.StatusBadRequest || !strings.Contains(body, "larger than the 1 MiB that this node takes") {
		t.Errorf("five megabytes: %d %s", code, body)
	}
	if code, body := send(5<<20, "same-origin", "text/html"); code != http.StatusBadRequest || !strings.Contains(body, `value="Tables"`) || !strings.Contains(body, "larger than the 1 MiB that this node takes") {
		t.Errorf("what was typed beside five megabytes: %d %s", code, body)
	}
	if code, _ := send(10, "cross-site"); code != http.StatusForbidden {
		t.Errorf("from elsewhere: %d", code)
	}
	src.uploaded = nil
	if code, body := send(900_000, "same-origin"); code != http.StatusSeeOther || len(src.uploaded) != 1 || src.uploaded[0] != "text/js-9 a b.pdf Tables 900000" {
		t.Errorf("%d %q %s", code, src.uploaded, body)
	}
}
