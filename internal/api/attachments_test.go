package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// counting is a file of which is known how much was read.
type counting struct{ read int64 }

func (c *counting) Read(b []byte) (int, error) {
	c.read += int64(len(b))
	return len(b), nil
}

// Files stream in and out as what they are: whatever a file pretends to be, no browser shows or runs it here; one over the limit is refused before it is read. Attack 14.
func TestAttachments(t *testing.T) {
	h := open(t)
	up := func(path, member, media string, file io.Reader, size int64) (*http.Response, []byte) {
		t.Helper()
		r := h.request(h.members, "POST", path, member, nil)
		r.Body, r.ContentLength = io.NopCloser(file), size
		r.Header.Set("Content-Type", media)
		resp, err := h.members.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, b
	}
	const list = "/mechanisms/-/attachments"
	at := list + "?of=charter&name=..%2Fevil.html&title.en=Tables"
	page := []byte("<!doctype html><script>alert(1)</script><svg onload=alert(2)>")
	resp, b := up(at, h.member("draft"), "text/html; charset=utf-8", bytes.NewReader(page), int64(len(page)))
	var out struct {
		Posted []struct{ Matter string }
	}
	if err := json.Unmarshal(b, &out); resp.StatusCode != 200 || err != nil || len(out.Posted) != 1 {
		t.Fatalf("%d %s %v", resp.StatusCode, b, err)
	}
	content := list + strings.TrimPrefix(out.Posted[0].Matter, "attachment") + "/content"
	resp, b = h.ask(h.members, "GET", content, h.member("draft"), nil)
	want := http.Header{"Content-Type": {"text/html"}, "Content-Disposition": {"attachment; filename*=UTF-8''evil.html"}, "X-Content-Type-Options": {"nosniff"},
		"Content-Security-Policy": {"sandbox; default-src 'none'"}, "Cache-Control": {"no-store"}}
	for name, value := range want {
		if got := resp.Header.Get(name); got != value[0] {
			t.Errorf("%s: %q, not %q", name, got, value[0])
		}
	}
	if !bytes.Equal(b, page) {
		t.Errorf("%d bytes come back of %d", len(b), len(page))
	}
	resp, b = h.ask(h.members, "GET", content, h.member("draft"), nil, "Range", "bytes=5-11")
	if resp.StatusCode != http.StatusPartialContent || string(b) != string(page[5:12]) {
		t.Errorf("a range: %d %q", resp.StatusCode, b)
	}
	for name, x := range map[string]struct {
		path, member, media string
		status              int
		key                 string
	}{
		"no mandate":    {at, h.member("duty"), "text/plain", 403, "charter.no_mandate"},
		"no matter":     {list + "?of=text/nothing", h.member("draft"), "text/plain", 404, "attachment.no_matter"},
		"no class":      {at + "&class=local", h.member("draft"), "text/plain", 400, "body.class"},
		"no such day":   {at + "&until=2030-02-30", h.member("draft"), "text/plain", 400, "attachment.no_such_day"},
		"a media type":  {at, h.member("draft"), "text/", 200, ""},
		"a hidden sign": {at + "&title.ja=%E2%80%AE", h.member("draft"), "text/plain", 400, "lang.bidi"},
	} {
		resp, b := up(x.path, x.member, x.media, strings.NewReader("paper "+name), -1)
		if resp.StatusCode != x.status || !strings.Contains(string(b), x.key) {
			t.Errorf("%s: %d %s", name, resp.StatusCode, b)
		}
	}
	huge := &counting{}
	if resp, _ := up(at, h.member("draft"), "text/plain", io.LimitReader(huge, 2<<30), 2<<30); resp.StatusCode != http.StatusRequestEntityTooLarge || huge.read > 64<<20 {
		t.Errorf("two gibibytes: %d after %d bytes", resp.StatusCode, huge.read)
	}
	if all, err := h.actor.Attachments(t.Context(), h.stage.Mech, ""); err != nil || len(all) != 2 {
		t.Errorf("%d attachments are on the record: %v", len(all), err)
	}
	var answer []struct{ Where string }
	if _, b := h.ask(h.members, "GET", list+"?of=charter", h.member("draft"), nil); json.Unmarshal(b, &answer) != nil || len(answer) != 2 || answer[0].Where != "here" {
		t.Errorf("the list: %s", b)
	}
}
