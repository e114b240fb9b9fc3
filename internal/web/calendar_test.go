package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var feedAddress = regexp.MustCompile(`http://node\.example(/calendar/[A-Za-z0-9_-]{43}/valley\.ics)`)

// A calendar is read by a program that cannot sign in: by an address that is shown once, that only its member can make, and that ends.
func TestCalendarAddresses(t *testing.T) {
	site, _, people := newSite(t)
	ours, stranger := enter(t, site, people, "cedar-sec"), enter(t, site, people, "other-sec")
	program := &browser{t: t, site: site}
	make := func() string {
		t.Helper()
		a := ours.do(http.MethodPost, "/m/valley/calendar", url.Values{"do": {"make"}}, nil)
		m := feedAddress.FindStringSubmatch(a.body)
		if a.StatusCode != http.StatusOK || m == nil {
			t.Fatalf("%d\n%s", a.StatusCode, a.body)
		}
		if complaints := inspect(a.body); len(complaints) > 0 {
			t.Errorf("%q", complaints)
		}
		return m[1]
	}
	reads := func(address string) bool {
		t.Helper()
		a := program.get(address)
		if a.StatusCode == http.StatusOK && (!strings.HasPrefix(a.body, "BEGIN:VCALENDAR") || a.Header.Get("Content-Type") != "text/calendar; charset=utf-8" || !strings.Contains(a.Header.Get("Cache-Control"), "private")) {
			t.Errorf("%s\n%s", a.Header, a.body)
		}
		return a.StatusCode == http.StatusOK
	}
	first := make()
	if !reads(first) || reads("/calendar/"+strings.Repeat("A", 43)+"/valley.ics") {
		t.Error("the address, or any address, is wrong")
	}
	if strings.Contains(ours.get("/m/valley/meetings").body, "/calendar/") && feedAddress.MatchString(ours.get("/m/valley/meetings").body) {
		t.Error("the address is shown twice")
	}
	second := make()
	if reads(first) || !reads(second) {
		t.Error("a new address does not end the old one")
	}
	ours.do(http.MethodPost, "/m/valley/calendar", url.Values{"do": {"end"}}, nil)
	if reads(second) {
		t.Error("an ended address goes on")
	}
	if a := stranger.do(http.MethodPost, "/m/valley/calendar", url.Values{"do": {"make"}}, nil); a.StatusCode != http.StatusNotFound {
		t.Errorf("somebody without a mandate makes one: %d", a.StatusCode)
	}
	if a := ours.get("/m/valley/calendar.ics"); a.StatusCode != http.StatusOK || !strings.Contains(a.Header.Get("Content-Disposition"), "valley.ics") {
		t.Errorf("as a file: %d", a.StatusCode)
	}
	if a := program.get("/m/valley/calendar.ics"); a.StatusCode == http.StatusOK {
		t.Error("without signing in")
	}
}

// A message for calendar programs is a file; an address that is none brings the page back with why.
func TestAnInvitationIsAFile(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	res := b.do(http.MethodPost, "/m/valley/meetings/x-1/invitation.ics", url.Values{"organizer": {"west@example.org"}, "attendees": {"A, B <east@example.org>\r\noffice@example.org"}, "offer": {"cedar-9"}}, nil)
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/calendar; charset=utf-8" || res.body != "cedar-sec valley x-1 west@example.org cedar-9 A, B <east@example.org> office@example.org" {
		t.Errorf("%d %s: %s", res.StatusCode, res.Header.Get("Content-Type"), res.body)
	}
	if res := b.do(http.MethodPost, "/m/valley/meetings/x-1/invitation.ics", url.Values{"attendees": {"x"}}, nil); res.StatusCode != http.StatusBadRequest || !strings.Contains(res.body, "is not a mail address") {
		t.Errorf("%d: %s", res.StatusCode, res.body)
	}
}
