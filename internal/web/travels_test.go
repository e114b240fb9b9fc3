package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// A reservation can be on the whole text, and its party is offered to let a statement travel in its place; a statement stands at the paragraph that it is about, and on the table where it is sealed.
func TestReservationsBlockOrStatementsTravel(t *testing.T) {
	site, src, people := newSite(t)
	table := src.g.text()
	p := &table.Paragraphs[1]
	said := view.Statement{ID: "cedar-9", Party: table.Self, Label: p.Label, Text: lang.Text{"en": "Understood to bind nobody."}, Travels: true}
	p.Statements, table.Statements = []view.Statement{said}, []view.Statement{said}
	table.Reservations = []view.Reservation{{Label: "scrutiny-cedar-text", Kind: "scrutiny", Party: table.Self}}
	table.May["text.declare"] = true
	src.table = &table
	b := enter(t, site, people, "cedar-sec")
	page := b.get("/m/valley/texts/js-9").body
	_, at, _ := strings.Cut(page, `id="p-`+string(p.ID)+`"`)
	at, _, _ = strings.Cut(at, "</article>")
	if !strings.Contains(at, `href="#d-cedar-9"`) || !strings.Contains(at, "Understood to bind nobody.") {
		t.Errorf("the paragraph does not show the statement on it: %.600s", at)
	}
	if !strings.Contains(page, "Place a reservation on the whole text") || !strings.Contains(page, `href="/m/valley/texts/js-9?declare=#statements"`) {
		t.Error("no reservation on the whole text is offered, or no statement in its place")
	}
	if page := b.get("/m/valley/texts/js-9?declare=" + string(p.ID)).body; !strings.Contains(page, "then lift the reservation") || !strings.Contains(page, `<option value="`+string(p.ID)+`" selected`) {
		t.Error("the form for the statement does not begin with the paragraph of the reservation")
	}
	form := url.Values{"act": {"reserve"}, "kind": {"scrutiny"}, "note": {"examined at home"}}
	res := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", form, nil)
	if res.StatusCode != http.StatusSeeOther || len(src.acts) != 1 || src.acts[0] != (text.Reserve{Kind: "scrutiny", Note: "examined at home"}) {
		t.Errorf("%d %+v", res.StatusCode, src.acts)
	}
	src.refuse = refusal.New(refusal.Denied, "charter.no_mandate")
	if res := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", form, nil); !strings.Contains(res.body, `value="examined at home"`) {
		t.Error("what was written to a refused reservation on the whole text is lost")
	}
	src.refuse = nil

	table.May = map[string]bool{"text.reserve": true, "text.declare": true}
	table.Stage = "frozen"
	if page := b.get("/m/valley/texts/js-9").body; strings.Contains(page, "Place a reservation on the whole text") {
		t.Error("a frozen text can be reserved")
	}
}

// Initials, seals and adoption are different acts: each stands with its own person and instant.
func TestInitialsSealsAndAdoptionHaveTheirOwnInstants(t *testing.T) {
	site, src, people := newSite(t)
	table := src.g.adopted()
	src.table = &table
	b := enter(t, site, people, "cedar-sec")
	page := b.get("/m/valley/texts/js-9").body
	r := table.Rounds[0]
	stamp := printer{tag: lang.English}.stamp
	for _, want := range []string{string(stamp(r.Initials[0].At)) + " · " + r.Initials[0].Member, string(stamp(r.Seals[1].At)) + " · " + r.Seals[1].Member, `adopted</span> <small>` + string(stamp(r.Seals[1].At))} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	_, ends, _ := strings.Cut(page, `<dl class="facts fivefacts"`)
	ends, _, _ = strings.Cut(ends, "</dl>")
	for _, want := range []string{"<dt>Initialled</dt>", "<dt>Signed on paper</dt>", "<dt>Adopted</dt><dd>" + string(stamp(r.Seals[1].At)), "<dt>Issued to the public</dt>", "<dt>In force</dt><dd>Nothing here puts a text into force."} {
		if !strings.Contains(ends, want) {
			t.Errorf("the five facts lack %q: %s", want, ends)
		}
	}
	if initials := string(stamp(r.Initials[0].At)) + " · " + r.Initials[0].Member; !strings.Contains(ends, initials) || strings.Count(page, initials) != 1 || strings.Contains(page, "Initialled by") {
		t.Error("who initialled does not stand once, among the five facts")
	}
	r.Verdict, r.Seals[0].State, r.Seals[0].Reason = "failed", "declined", "not yet cleared at home"
	table.Rounds[0], table.Stage = r, "failed"
	page = b.get("/m/valley/texts/js-9").body
	if !strings.Contains(page, "<q>not yet cleared at home</q>") || strings.Contains(page, `failed</span> <small>`) {
		t.Error("a round that failed has an instant of adoption, or not the reason")
	}
	if !strings.Contains(page, "Initialled by") {
		t.Error("who initialled what came to nothing is not said")
	}
}
