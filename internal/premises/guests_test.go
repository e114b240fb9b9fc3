package premises_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"entente.example/entry"
	"entente.example/internal/concern"
	"entente.example/internal/demo"
	"entente.example/internal/guest"
	"entente.example/internal/meeting"
	"entente.example/internal/node"
	"entente.example/internal/worked"
	"entente.example/lang"
)

const secret = "PLANTED-SECRET"

// hall is a mechanism of three nodes with a meeting, a text and an admission to the meeting.
type hall struct {
	t        *testing.T
	stage    *demo.Stage
	ex       *worked.Example
	proposal string
}

func (h *hall) act(a *demo.Actor, matter string, bodies ...entry.Body) string {
	h.t.Helper()
	placed, err := a.Act(h.t.Context(), h.stage.Mech, h.member(a), matter, bodies...)
	if err != nil {
		h.t.Fatal(err)
	}
	return placed[0].ID
}

// member is who acts for a party: the house has a secretary, the others' heads do it.
func (h *hall) member(a *demo.Actor) string {
	if a == h.stage.Actors[0] {
		return string(a.Party) + "-sec"
	}
	return string(a.Party) + "-hod"
}

func (h *hall) secretary(a *demo.Actor) *person { return enter(h.t, a, h.member(a)) }

// link makes a link for the guest on the page of the house.
func (h *hall) link(sec *person, who string) (int, string) {
	code, body := sec.post("/m/"+h.ex.Mechanism.ID+"/guests/g-1/passes", url.Values{"do": {"make"}, "proposal": {h.proposal}, "person": {who}})
	return code, regexp.MustCompile(`/guest/enter/[A-Za-z0-9_-]{43}`).FindString(body)
}

// visitor is a browser of somebody who is no member.
func (h *hall) visitor(site string) *person {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &person{t: h.t, http: &http.Client{Jar: jar}, site: site}
}

func (h *hall) until(what string, is func() bool) {
	h.t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			h.t.Fatal(what)
		}
	}
}

// A guest sees the one matter to which every party agreed, on the node of the house, and nothing else of anything: no other page of the members' site, nothing of the API, no word of another matter.
// It ends with a withdrawal as soon as that arrives, and with what the host ends. SPEC guest-one-matter.
func TestAGuestSeesOneMatterAndNothingElse(t *testing.T) {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	h := &hall{t: t, stage: serve(t, ex), ex: ex}
	house, second, third := h.stage.Actors[0], h.stage.Actors[1], h.stage.Actors[2]
	h.clock("2025-06-01T10:00:00Z")
	shown := meeting.Matter("main", 8)
	h.act(house, shown, meeting.Enter{Series: "main", Number: 8, Status: "planned", Theme: lang.Text{"en": "Sluices of spring"}})
	h.act(house, shown, meeting.Agenda{Stage: "provisional", Items: []lang.Text{{"en": "Keeping the gates"}}})
	h.act(house, meeting.Matter("main", 9), meeting.Enter{Series: "main", Number: 9, Status: "planned", Note: secret, Theme: lang.Text{"en": secret}})
	h.act(house, "concern/c-9", concern.Raise{Text: lang.Text{"en": secret}})
	h.proposal = h.act(house, "guest/g-1", guest.Propose{Name: lang.Text{"en": "River Institute"}, Capacity: "observer", Shown: shown, From: "2025-06-01", Until: "2025-06-02"})
	sec := h.secretary(house)
	if code, link := h.link(sec, "A. Kask"); code != http.StatusForbidden || link != "" {
		t.Errorf("a link before anybody agreed: %d", code)
	}
	page := "/m/" + ex.Mechanism.ID + "/guests/g-1"
	for _, a := range []*demo.Actor{second, third} {
		p := h.secretary(a)
		h.until("the proposal does not arrive", func() bool { code, _ := p.get(page); return code == http.StatusOK })
		if _, body := p.get("/"); !strings.Contains(body, "guests/g-1") {
			t.Errorf("%s is not asked", a.Party)
		}
		h.act(a, "guest/g-1", guest.Agree{Proposal: h.proposal})
	}
	h.until("the agreements do not arrive", func() bool { _, body := sec.get(page); return strings.Contains(body, `value="make"`) })
	if code, link := h.link(h.secretary(second), "A. Kask"); code != http.StatusForbidden || link != "" {
		t.Errorf("another node than the house makes a link: %d", code)
	}
	code, link := h.link(sec, "A. Kask")
	if code != http.StatusOK || link == "" {
		t.Fatalf("no link: %d", code)
	}
	if _, body := sec.get(page); strings.Contains(body, link) || !strings.Contains(body, "A. Kask") {
		t.Error("the link is shown twice, or the list does not say for whom it is")
	}
	if _, body := h.secretary(second).get(page); strings.Contains(body, "A. Kask") {
		t.Error("for whom a link is crossed the line")
	}

	g := h.visitor(sec.site)
	if code, body := g.get(link); code != http.StatusOK || !strings.Contains(body, "<form") || strings.Count(body, "<style>") != 1 {
		t.Fatalf("the invitation, with its style: %d", code)
	}
	code, body := g.post(link, nil)
	if code != http.StatusOK || !strings.Contains(body, "Keeping the gates") || !strings.Contains(body, "River Institute") {
		t.Fatalf("the guest's page: %d\n%s", code, body)
	}
	if strings.Contains(body, secret) || strings.Contains(body, "A. Kask") {
		t.Error("the guest's page says more than its matter")
	}
	if code, _ := h.visitor(sec.site).post(link, nil); code != http.StatusConflict {
		t.Errorf("a link works twice: %d", code)
	}
	h.nothingElse(g)
	for _, path := range []string{"/m/" + ex.Mechanism.ID + "/meetings/main.8"} { // on every node the page says who reads
		for _, a := range h.stage.Actors {
			p := h.secretary(a)
			h.until("a page does not say that a guest reads it", func() bool { _, body := p.get(path); return strings.Contains(body, "River Institute") })
		}
	}
	if _, body := sec.get("/m/" + ex.Mechanism.ID + "/meetings/main.9"); strings.Contains(body, "River Institute") || !strings.Contains(body, `id="readers"`) {
		t.Error("another meeting names the guest, or does not say who reads it")
	}

	// What the host ends is over at once; a withdrawal is as soon as it arrives here.
	_, again := h.link(sec, "B. Tamm")
	other := h.visitor(sec.site)
	if code, _ := other.post(again, nil); code != http.StatusOK {
		t.Fatalf("a second link: %d", code)
	}
	_, body = sec.get(page)
	passes := regexp.MustCompile(`name="pass" value="(\d+)"`).FindAllStringSubmatch(body, -1)
	if len(passes) != 2 {
		t.Fatalf("%d passes are listed", len(passes))
	}
	if code, _ := sec.post(page+"/passes", url.Values{"do": {"end"}, "pass": {passes[0][1]}}); code != http.StatusOK {
		t.Errorf("ending the newest: %d", code)
	}
	if code, body := other.get("/guest"); code != http.StatusForbidden || strings.Contains(body, "Keeping") {
		t.Errorf("after it was ended: %d", code)
	}
	if code, _ := g.get("/guest"); code != http.StatusOK {
		t.Errorf("the other guest's session ended, too: %d", code)
	}
	h.act(third, "guest/g-1", guest.Withdraw{Proposal: h.proposal})
	h.until("the withdrawal has no effect", func() bool { code, _ := g.get("/guest"); return code == http.StatusForbidden })
	if _, body := g.get("/guest"); strings.Contains(body, "Keeping") {
		t.Error("a guest reads after the withdrawal")
	}
	h.nothingElse(g)
}

// Access ends with the last day that was agreed, by the clock of the node that shows the matter, though link and session would go on.
func TestAGuestsAccessEndsWithTheDay(t *testing.T) {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	h := &hall{t: t, stage: serve(t, ex), ex: ex}
	house := h.stage.Actors[0]
	h.clock("2025-06-01T10:00:00Z")
	shown := meeting.Matter("main", 8)
	h.act(house, shown, meeting.Enter{Series: "main", Number: 8, Status: "planned", Theme: lang.Text{"en": "Sluices of spring"}})
	h.proposal = h.act(house, "guest/g-1", guest.Propose{Name: lang.Text{"en": "River Institute"}, Capacity: "observer", Shown: shown, From: "2025-06-02", Until: "2025-06-02"})
	for _, a := range h.stage.Actors[1:] {
		h.until("the proposal does not arrive", func() bool {
			_, err := a.Act(t.Context(), h.stage.Mech, h.member(a), "guest/g-1", guest.Agree{Proposal: h.proposal})
			return err == nil
		})
	}
	sec := h.secretary(house)
	h.until("the agreements do not arrive", func() (admitted bool) {
		err := house.Node().Snapshot(t.Context(), h.stage.Mech, func(s *node.Snapshot) error {
			all, err := s.Guests()
			admitted = len(all) == 1 && all[0].Proposals[0].Status(s.Charter()) == guest.Admitted
			return err
		})
		return err == nil && admitted
	})
	if code, link := h.link(sec, "A. Kask"); code != http.StatusForbidden || link != "" {
		t.Errorf("a link before the first day: %d", code)
	}
	h.clock("2025-06-02T00:00:00Z")
	sec = h.secretary(house)
	_, link := h.link(sec, "A. Kask")
	g := h.visitor(sec.site)
	if code, body := g.post(link, nil); code != http.StatusOK || !strings.Contains(body, "Sluices of spring") {
		t.Fatalf("on the day: %d", code)
	}
	h.clock("2025-06-02T23:59:59Z")
	if code, _ := g.get("/guest"); code != http.StatusOK {
		t.Errorf("in the last second of the day: %d", code)
	}
	h.clock("2025-06-03T00:00:00Z")
	if code, body := g.get("/guest"); code != http.StatusForbidden || strings.Contains(body, "Sluices") {
		t.Errorf("on the day after: %d", code)
	}
	h.nothingElse(g)
}

// clock sets the clock of all nodes.
func (h *hall) clock(at string) {
	h.t.Helper()
	now, err := time.Parse(time.RFC3339, at)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.stage.Do(h.t.Context(), worked.Step{At: now}); err != nil {
		h.t.Fatal(err)
	}
}

// nothingElse tries every other address with a guest's session, also as if its cookie were a member's.
func (h *hall) nothingElse(g *person) {
	h.t.Helper()
	site, err := url.Parse(g.site)
	if err != nil {
		h.t.Fatal(err)
	}
	var session string
	for _, c := range g.http.Jar.Cookies(site) {
		if c.Name == "entente-guest" {
			session = c.Value
		}
	}
	m := "/m/" + h.ex.Mechanism.ID
	paths := []string{"/", "/sign-in", "/sessions", "/search?q=PLANTED", m, m + "/search?q=PLANTED", m + "/meetings", m + "/meetings/main.8", m + "/meetings/main.9", m + "/concerns/c-9", m + "/texts/" + h.ex.TextID(), m + "/record",
		m + "/record/" + h.proposal, m + "/ours", m + "/non-papers", m + "/trace?matter=meeting/main/8", m + "/attachments", m + "/keys", m + "/pouch", m + "/press", m + "/situation", m + "/line/main", m + "/guests", m + "/guests/g-1",
		m + "/calendar.ics", m + "/events", m + "/glossary.tbx", m + "/ours/handover/handover.md", "/api/v1/mechanisms", "/api/v1/mechanisms/" + h.ex.Mechanism.ID + "/meetings", "/guest/../m", "/guest/enter/", "/static/../m", "/guest/x", "//m"}
	for _, path := range paths {
		code, body := g.get(path)
		if code != http.StatusNotFound && code != http.StatusForbidden && !(code == http.StatusOK && path == "") {
			h.t.Errorf("%s answers a guest: %d", path, code)
		}
		if strings.Contains(body, secret) {
			h.t.Errorf("%s tells a guest of another matter", path)
		}
		if path == "/sign-in" || path == "//m" {
			continue
		}
		r, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, g.site+path, nil)
		if err != nil {
			h.t.Fatal(err)
		}
		for _, name := range []string{"entente", "__Host-entente"} {
			r.AddCookie(&http.Cookie{Name: name, Value: session})
		}
		answer, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
		if err != nil {
			h.t.Fatal(err)
		}
		b, err := io.ReadAll(answer.Body)
		if err != nil {
			h.t.Fatal(err)
		}
		if answer.StatusCode == http.StatusOK || strings.Contains(string(b), secret) {
			h.t.Errorf("%s takes a guest's session for a member's: %d", path, answer.StatusCode)
		}
		if err := answer.Body.Close(); err != nil {
			h.t.Fatal(err)
		}
	}
	for _, path := range []string{m + "/meetings/main.8", m + "/guests/g-1", m + "/guests/g-1/passes", "/sign-out", "/guest", m + "/texts"} {
		if code, _ := g.post(path, url.Values{"act": {"meeting.postpone"}}); code != http.StatusNotFound && code != http.StatusForbidden && code != http.StatusMethodNotAllowed {
			h.t.Errorf("POST %s answers a guest: %d", path, code)
		}
	}
}
