package demo

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/membership"
	"entente.example/internal/premises"
	"entente.example/internal/text"
	"entente.example/internal/worked"
	"entente.example/lang"
	"entente.example/refusal"
)

// decide has a text of one paragraph adopted by everybody.
func (s *Stage) decide(t *testing.T, id string) {
	t.Helper()
	matter := "text/" + id
	act := func(a *Actor, like string, body entry.Body) {
		t.Helper()
		s.eventually(t, func() bool {
			_, err := a.Act(t.Context(), s.Mech, string(a.Party)+"-"+like, matter, body)
			return err == nil
		})
	}
	act(s.Actors[0], "draft", text.Table{Title: lang.Text{"en": "On leaving"}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1, Symbol: "V/1",
		Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": "One of us leaves;"}}}})
	for _, a := range s.Actors {
		var items []text.Item
		s.eventually(t, func() bool {
			v, err := a.Text(t.Context(), s.Mech, id)
			if err == nil {
				items, err = v.State.Wordings([]string{"1"})
			}
			return err == nil
		})
		act(a, "draft", text.Accept{Items: items})
		act(a, "hod", text.Confirm{Items: items})
	}
	s.eventually(t, func() bool {
		_, err := s.Actors[0].Freeze(t.Context(), s.Mech, string(s.Actors[0].Party)+"-sec", id)
		return err == nil
	})
	for _, a := range s.Actors {
		s.eventually(t, func() bool {
			_, err := a.Seal(t.Context(), s.Mech, custodian(a.Party), matter, false, a.pass)
			return err == nil
		})
	}
	for _, a := range s.Actors {
		s.eventually(t, func() bool {
			v, err := a.Text(t.Context(), s.Mech, id)
			return err == nil && v.Status.Adopted
		})
	}
}

// A node that has the record of the mechanism that is continued seals the next charter only if that record says what the charter says of it. A charter that tells otherwise may be joined by whoever set the node up,
// but no seal of ours comes onto it. SPEC succession-adopted.
func TestNobodySealsASuccessorThatTheirOwnRecordDoesNotKnow(t *testing.T) {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Set(t.Context(), t.TempDir(), ex, slog.New(slog.DiscardHandler), premises.Serve)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if _, err := s.Found(t.Context()); err != nil {
		t.Fatal(err)
	}
	a, b := s.Actors[0], s.Actors[1]
	if _, err := a.Successor(t.Context(), s.Mech, "leaving"); refusal.As(err) == nil || refusal.As(err).Key != "text.unknown_text" {
		t.Fatalf("a successor by a text that is not there: %v", err)
	}
	enter(t, s, a, 9, "2019-05-01")
	s.decide(t, "leaving")
	d, err := a.Successor(t.Context(), s.Mech, "leaving")
	if err != nil {
		t.Fatal(err)
	}
	var cards [][]byte
	for _, x := range []*Actor{a, b} {
		card, err := x.Card(t.Context(), ex.Mandates(x.Party), x.pass)
		if err != nil {
			t.Fatal(err)
		}
		cards = append(cards, card)
	}
	for i := range d.Sides {
		d.Sides[i].Parties = slices.DeleteFunc(slices.Clone(d.Sides[i].Parties), func(p charter.PartyID) bool { return p != a.Party && p != b.Party })
	}
	invitation, _, err := a.Draft(t.Context(), d, cards, a.pass)
	if err != nil {
		t.Fatal(err)
	}
	inv, doc, err := charter.ParseInvitation(invitation)
	if err != nil {
		t.Fatal(err)
	}
	joined, err := b.Join(t.Context(), invitation, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Seal(t.Context(), joined.Mech, custodian(b.Party), "charter", false, b.pass); err != nil {
		t.Fatalf("an honest one: %v", err)
	}
	m, err := b.Membership(t.Context(), joined.Mech)
	if err != nil || !m.Checked || len(m.Changes) != 3 || m.Changes[2].Kind != charter.Leaves || doc.Succeeds == nil {
		t.Fatalf("%+v, %v", m, err)
	}
	for name, lie := range map[string]struct {
		change func(s *charter.Succession)
		key    string
	}{
		"another wording":   {func(s *charter.Succession) { s.Statement = strings.Repeat("ab", 32) }, "founding.other_text"},
		"a text not there":  {func(s *charter.Succession) { s.Text = "nothing" }, "text.unknown_text"},
		"other parties":     {func(s *charter.Succession) { s.Parties = s.Parties[:2] }, "founding.other_parties"},
		"another mechanism": {func(s *charter.Succession) { s.Mechanism = strings.Repeat("cd", 32) }, "founding.no_record"},
	} {
		forged, err := charter.Parse(inv.Charter)
		if err != nil {
			t.Fatal(err)
		}
		lie.change(forged.Succeeds)
		raw, err := forged.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		mech, err := b.Node().Join(t.Context(), raw, string(b.Party))
		if err != nil {
			t.Fatal(err)
		}
		seals := map[string]func() error{
			"with our keys": func() error {
				_, err := b.Seal(t.Context(), mech, custodian(b.Party), "charter", false, b.pass)
				return err
			},
			"with signatures made elsewhere": func() error {
				_, err := b.Affix(t.Context(), mech, custodian(b.Party), "charter", false, []string{"x"})
				return err
			},
			"as shown": func() error {
				_, err := b.SealShown(t.Context(), mech, custodian(b.Party), "charter", strings.Repeat("00", 32), chancery.Signing{Passphrases: b.pass})
				return err
			},
		}
		for how, seal := range seals {
			if err := seal(); refusal.As(err) == nil || refusal.As(err).Key != lie.key {
				t.Errorf("%s, sealed %s: %v", name, how, err)
			}
		}
	}

	if _, err := a.Join(t.Context(), invitation, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Seal(t.Context(), joined.Mech, custodian(a.Party), "charter", false, a.pass); err != nil {
		t.Fatal(err)
	}
	s.goesOn(t, a, s.Actors[2], joined.Mech)
}

// goesOn walks through the pages of two parties: one goes on in the next mechanism, the other does not.
func (s *Stage) goesOn(t *testing.T, a, left *Actor, next string) {
	t.Helper()
	in, out := visitor(t, a, "hod"), visitor(t, left, "hod")
	ours := "/m/valley/parties/" + string(a.Party)
	s.eventually(t, func() bool { return strings.Contains(in.get("/"), "Say here that our party goes on") })
	if page := in.get(ours); !strings.Contains(page, `value="`+next+`"`) {
		t.Error("the page does not offer to go on in the mechanism that is in force")
	}
	if page := in.post(ours, url.Values{"act": {"membership.continue"}, "successor": {next}}); !strings.Contains(page, "goes on elsewhere") {
		t.Error("the word is not on the page")
	}
	for path, want := range map[string]string{"/": "This mechanism continues", "/m/valley": "This mechanism is continued by", "/m/valley-2": "/m/valley/meetings/main.9", "/m/valley-2/parties": "has left."} {
		if !strings.Contains(in.get(path), want) {
			t.Errorf("%s does not say %q", path, want)
		}
	}
	if !strings.Contains(visitor(t, a, "sec").get("/m/valley-2/meetings"), `value="main.10"`) {
		t.Error("the next meeting does not have the next number")
	}
	for _, path := range []string{"/", "/m/valley", "/m/valley/parties"} {
		if page := out.get(path); strings.Contains(page, "valley-2") || strings.Contains(page, "is continued by") {
			t.Errorf("%s shows the next mechanism to a party that is not in it", path)
		}
	}
	theirs := "/m/valley/parties/" + string(left.Party)
	s.eventually(t, func() bool {
		_, err := left.Act(t.Context(), s.Mech, string(left.Party)+"-draft", "text/draft-1", text.Table{Title: lang.Text{"en": "A draft"}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1, Symbol: "V/2",
			Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": "Somebody leaves;"}}}})
		return err == nil
	})
	if page := out.get(theirs); !strings.Contains(page, `required><option value=""></option><option value="leaving"`) || strings.Contains(page, `value="draft-1"`) {
		t.Error("a party may leave by a text that nobody adopted, or by one that it did not choose")
	}
	if page := out.post(theirs, url.Values{"act": {"membership.leave"}, "decided_by": {"leaving"}}); !strings.Contains(page, `<span class="chip">leaves</span>`) {
		t.Error("the notice is not on the page")
	}
	rename := membership.Rename{Names: []membership.Official{{Lang: "en", Full: "Lantern Union", Short: "LU"}}, From: "2025-01-01", Reason: lang.Text{"en": "Our congress."}}
	if page := out.post(theirs, url.Values{"act": {"membership.rename"}, "names": {"en | " + rename.Names[0].Full + " | LU"}, "from": {rename.From}, "reason:en": {"Our congress."}}); !strings.Contains(page, "Lantern Union") || strings.Count(page, "former name") != 1 {
		t.Error("the new name is not on the page, or the former one does not stand beside it")
	}
}

// person is a member's browser.
type person struct {
	t    *testing.T
	http *http.Client
	site string
}

func visitor(t *testing.T, a *Actor, role string) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	link, err := a.SignInLink(t.Context(), string(a.Party)+"-"+role)
	if err != nil {
		t.Fatal(err)
	}
	p := &person{t: t, http: &http.Client{Jar: jar}, site: a.SiteURL()}
	p.post(strings.TrimPrefix(link, p.site), nil)
	p.post("/language", url.Values{"to": {"en"}, "from": {"/"}})
	return p
}

func (p *person) get(path string) string {
	p.t.Helper()
	r, err := p.http.Get(p.site + path)
	return p.read(r, err)
}

func (p *person) post(path string, form url.Values) string {
	p.t.Helper()
	r, err := p.http.PostForm(p.site+path, form)
	return p.read(r, err)
}

func (p *person) read(r *http.Response, err error) string {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(b)
}
