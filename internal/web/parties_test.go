package web

import (
	"bytes"
	"strings"
	"testing"

	"entente.example/internal/charter"
	"entente.example/internal/dialogue"
	"entente.example/internal/view"
	"entente.example/lang"
)

// parties is the page of the parties of a mechanism that continues another: in the one case our node was in it, in the other it was not.
func (g *gallery) partiesPage(seen bool) *mattersPage {
	c := g.chrome()
	old := strings.Repeat("5e", 32)
	c.Before = &view.Kin{Mech: old}
	if seen {
		c.Before.Ref, c.Before.Names, c.Before.InForce = "valley-0", g.Names, true
		c.After = []view.Kin{{Mech: strings.Repeat("6f", 32), Ref: "valley-2", Names: g.Names}}
	}
	m := view.Matters{Chrome: c, Kind: "membership", Next: "cedar", Groups: []view.Group{{Rows: []view.MatterRow{{ID: "cedar", Title: lang.Text{"en": "Cedar"}, Status: "continues"}}}}}
	m.Desk.May = map[string]bool{"membership.rename": true}
	m.Place = &view.Membership{Succeeds: &charter.Succession{Mechanism: old, Text: "js-9", Statement: strings.Repeat("ab", 32), From: "2025-06-01"}, Checked: seen, Some: seen, Closed: !seen, Silent: g.parties[1:]}
	for _, kind := range []string{charter.Stays, charter.Joins, charter.Leaves, charter.Follows, charter.Splits, charter.SplitOff, charter.Merges, "renamed", "moved"} {
		m.Place.Changes = append(m.Place.Changes, view.MemberChange{Key: "membership.change_" + kind, Party: g.party("cedar"), Of: g.parties[1:]})
	}
	k, _ := dialogue.Find("membership")
	p := &mattersPage{Frame: frame{Title: "Parties", Chrome: &m.Chrome}, M: m}
	p.Opening = &deed{Act: k.Opening(), Desk: &p.M.Desk, To: "/m/valley/parties", ID: "cedar", label: "kind.membership_new"}
	return p
}

// Who was in the mechanism before is led to its text; who was not is told what it cannot see, and how to look at the proof. A party that was renamed is shown as it was called then, with what it is called today.
func TestThePageOfPartiesSaysWhatItCannotSee(t *testing.T) {
	g, s := loadGallery(t), newTemplates(loadAssets())
	draw := func(p *mattersPage) string {
		t.Helper()
		p.Frame.Lang = lang.English
		var b bytes.Buffer
		if err := s.render(&b, p); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	seen, unseen := draw(g.partiesPage(true)), draw(g.partiesPage(false))
	for _, want := range []string{`href="/m/valley-0/texts/js-9"`, "was held against that record before our seal", "being founded", "Not yet:"} {
		if !strings.Contains(seen, want) {
			t.Errorf("who was there is not told %q", want)
		}
	}
	for _, want := range []string{"sees nothing of what was said there", "--proof FOLDER", strings.Repeat("ab", 32), "nothing new is opened here"} {
		if !strings.Contains(unseen, want) {
			t.Errorf("who was not there is not told %q", want)
		}
	}
	if strings.Contains(unseen, "valley-0") || strings.Contains(unseen, "before our seal") {
		t.Error("who was not there is told that its record was looked at, or led to it")
	}
	p := g.party("cedar")
	p.Names, p.Now = []charter.Name{{Lang: "en", Full: "Old Cedar", Short: "OC"}}, []charter.Name{{Lang: "en", Full: "New Cedar", Short: "NC"}}
	page := g.partiesPage(true)
	page.M.Place.Silent = []view.Party{p}
	if out := draw(page); !strings.Contains(out, ">OC</bdi> <small>now <bdi lang=\"en\">NC</bdi>") {
		t.Error("the name of then does not stand with the name of today")
	}
}
