package attachment

import (
	"strings"
	"testing"
	"time"

	"entente.example/enclosure"
	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// council is a charter of three parties that keeps minutes for a year.
func council() *charter.State {
	d := &charter.Document{Rules: charter.Rules{Retention: []charter.Retention{{Class: "minutes", Months: 12}}}}
	for _, id := range []charter.PartyID{"a", "b", "c"} {
		d.Parties = append(d.Parties, charter.Party{ID: id})
	}
	return charter.NewAs("m", d)
}

// desk plays acts on one attachment.
type desk struct {
	t *testing.T
	c *charter.State
	s *State
	n int64
}

func (d *desk) act(p charter.PartyID, day string, b entry.Body) error {
	d.t.Helper()
	at, err := time.Parse(dayLayout, day)
	if err != nil {
		d.t.Fatal(err)
	}
	raw, err := entry.Canonical(b)
	if err != nil {
		d.t.Fatal(err)
	}
	d.n++
	a := &charter.Act{Party: p, Gen: 1, Entry: entry.Entry{Type: b.EntryType(), Matter: Prefix + d.s.ID, At: at, Body: raw, Index: d.n}}
	if err := d.s.Check(d.c, a); err != nil {
		return err
	}
	d.s.Apply(d.c, a)
	return nil
}

func (d *desk) must(p charter.PartyID, day string, b entry.Body) {
	d.t.Helper()
	if err := d.act(p, day, b); err != nil {
		d.t.Fatalf("%s %s: %v", p, b.EntryType(), err)
	}
}

func (d *desk) refused(p charter.PartyID, day string, b entry.Body, key string) {
	d.t.Helper()
	if err := d.act(p, day, b); refusal.As(err) == nil || refusal.As(err).Key != key {
		d.t.Errorf("%s %s: %v, not %s", p, b.EntryType(), err, key)
	}
}

// due tells whose nodes have to erase on a day, and why.
func (d *desk) due(day string) string {
	at, err := time.Parse(dayLayout, day)
	if err != nil {
		d.t.Fatal(err)
	}
	var out []string
	for _, p := range d.c.Document().Parties {
		if ground, ok := d.s.Due(d.c, p.ID, at); ok {
			out = append(out, string(p.ID)+" "+ground)
		}
	}
	return strings.Join(out, ", ")
}

var paper = enclosure.Commitment{Class: enclosure.Erasable, Commit: strings.Repeat("ab", 32), Media: "application/pdf", Size: 5000}

func newDesk(t *testing.T, b Attach) *desk {
	d := &desk{t: t, c: council(), s: &State{ID: ID("a", paper)}}
	d.must("a", "2025-01-31", b)
	return d
}

func TestByAgreementOnlyOfAll(t *testing.T) {
	d := newDesk(t, Attach{Body: paper, Of: "text/js-1"})
	d.must("b", "2025-02-01", Drop{Ground: Agreement})
	d.must("a", "2025-02-01", Drop{Ground: Agreement})
	if got := d.due("2050-01-01"); got != "" {
		t.Errorf("two of three agree: %s", got)
	}
	if !d.s.Asked("c") || d.s.Asked("b") {
		t.Error("who is asked is whoever has not answered")
	}
	d.refused("c", "2025-02-01", Keep{}, "attachment.keep_reason")
	d.must("c", "2025-02-01", Keep{Reason: "a court asks for it"})
	d.must("c", "2025-03-01", Drop{Ground: Agreement})
	if got := d.due("2025-03-01"); got != "a agreement, b agreement, c agreement" {
		t.Errorf("all agree: %q", got)
	}
	d.refused("a", "2025-03-01", Erased{Ground: Law}, "attachment.not_due")
	d.must("a", "2025-03-01", Erased{Ground: Agreement})
	d.refused("a", "2025-03-01", Keep{Reason: "x"}, "attachment.erased_already")
}

// A party that must drop drops alone, at once. The others are asked, and only those that follow erase.
func TestByLawAlone(t *testing.T) {
	d := newDesk(t, Attach{Body: paper, Of: "text/js-1"})
	d.refused("b", "2025-02-01", Drop{Ground: Law}, "attachment.law")
	d.refused("b", "2025-02-01", Drop{Ground: Agreement, Law: "an act"}, "attachment.law")
	d.must("b", "2025-02-01", Drop{Ground: Law, Law: "Act on data, section 35"})
	if got := d.due("2025-02-01"); got != "b law" {
		t.Errorf("one must: %q", got)
	}
	d.must("a", "2025-02-02", Drop{Ground: Agreement})
	d.must("c", "2025-02-02", Keep{Reason: "our law demands it for ten years"})
	if got := d.due("2025-02-02"); got != "a law, b law" {
		t.Errorf("one must, one follows, one keeps: %q", got)
	}
}

// No clock erases anything: when the time is over, a member still has to act, and before, none may on this ground.
func TestByRetentionOnAnAct(t *testing.T) {
	d := newDesk(t, Attach{Body: paper, Of: "meeting/plenary/9", Retention: "minutes"})
	if day, _ := d.s.Until(d.c); day != "2026-01-31" {
		t.Errorf("a year from 31 January 2025 is %s", day)
	}
	d.refused("a", "2026-01-30", Drop{Ground: Retention}, "attachment.too_early")
	if got := d.due("2099-01-01"); got != "" {
		t.Errorf("a clock alone erases: %q", got)
	}
	d.must("b", "2026-02-01", Drop{Ground: Retention})
	if got := d.due("2026-02-01"); got != "b retention" {
		t.Errorf("another than the author drops: %q", got)
	}
	d.must("c", "2026-02-01", Keep{Reason: "legal hold"})
	d.must("a", "2026-02-01", Drop{Ground: Retention})
	if got := d.due("2026-02-01"); got != "a retention, b retention" {
		t.Errorf("the author drops, one holds: %q", got)
	}
	if got := d.due("2026-01-30"); got != "" {
		t.Errorf("an author whose clock runs ahead makes others erase early: %q", got)
	}
}

func TestWhatCannotBeAttached(t *testing.T) {
	other := paper
	other.Commit = strings.Repeat("cd", 32)
	permanent := paper
	permanent.Class = enclosure.Permanent
	for key, b := range map[string]Attach{
		"attachment.identity":    {Body: other, Of: "text/x"},
		"attachment.of":          {Body: paper, Of: "attachment/a.0000000000000000"},
		"attachment.permanent":   {Body: permanent, Of: "text/x", Until: "2030-01-01"},
		"attachment.no_class":    {Body: paper, Of: "text/x", Retention: "forever"},
		"attachment.no_such_day": {Body: paper, Of: "text/x", Until: "2025-02-30"},
		"lang.control":           {Body: paper, Of: "text/x", Title: lang.Text{"en": "two\nlines"}},
		"body.size":              {Body: enclosure.Commitment{Class: "erasable", Commit: paper.Commit, Media: "a/b", Size: 2 << 30}, Of: "text/x"},
	} {
		d := &desk{t: t, c: council(), s: &State{ID: ID("a", paper)}}
		d.refused("a", "2025-01-01", b, key)
	}
	d := newDesk(t, Attach{Body: paper, Of: "text/x"})
	d.refused("a", "2025-02-01", Attach{Body: paper, Of: "text/y"}, "attachment.exists")
	d.refused("b", "2025-02-01", Attach{Body: paper, Of: "text/y"}, "attachment.identity")
	d.refused("a", "2025-02-01", Drop{Ground: Retention}, "attachment.no_date")
	d.refused("a", "2025-02-01", Drop{Ground: "because"}, "attachment.ground")
}
