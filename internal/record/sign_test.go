package record

import (
	"strings"
	"testing"

	"entente.example/internal/adoption"
	"entente.example/internal/text"
	"entente.example/lang"
)

// A signature on paper is a fact of its own: each party says its own, of the text that is frozen, on a day that has come, and says it again or takes it back; nothing of the adoption moves by it. SPEC signed-paper. SPEC signed-day. SPEC signed-verdict.
func TestASigningOnPaperStandsBesideTheSeals(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	table(t, rs, 1)
	agree(t, rs, []string{"1"}, "1")
	place := lang.Text{"en": "Harbour Town"}
	if err := rs[1].write(rs[1].all(), theText, text.Sign{Round: 1, Day: "2024-12-30", Place: place}); key(err) != "text.not_frozen" {
		t.Errorf("signed before the freeze: %v", err)
	}
	freeze(t, rs)
	f := rs[1].text().Frozen(rs[1].fold.Charter())
	of := func(b text.Sign) text.Sign {
		b.Round, b.Manifest = f.Round, f.Manifest
		return b
	}
	today := u.at.UTC()
	for want, b := range map[string]text.Sign{
		"text.not_frozen":       {Round: f.Round, Manifest: "00", Day: "2024-12-30", Place: place},
		"text.sign_none":        of(text.Sign{}),
		"text.sign_day":         of(text.Sign{Place: place}),
		"text.sign_no_such_day": of(text.Sign{Day: "2025-02-29", Place: place}),
		"text.sign_ahead":       of(text.Sign{Day: today.AddDate(0, 0, 2).Format("2006-01-02"), Place: place}),
		"text.sign_place":       of(text.Sign{Day: "2024-12-30"}),
		"text.sign_place_long":  of(text.Sign{Day: "2024-12-30", Place: lang.Text{"en": strings.Repeat("x", 301)}}),
		"text.sign_office_long": of(text.Sign{Day: "2024-12-30", Place: place, Office: lang.Text{"ja": ""}}),
	} {
		if err := rs[1].write(rs[1].all(), theText, b); key(err) != want {
			t.Errorf("%+v: %v, want %s", b, err, want)
		}
	}
	before := rs[0].text().Outcome(rs[0].fold.Charter(), nil)
	must(t, rs[1].write(rs[1].all(), theText, of(text.Sign{Day: "2024-12-30", Place: place})))
	must(t, rs[1].write(rs[1].all(), theText, of(text.Sign{Day: "2024-12-31", Place: place, Office: lang.Text{"en": "Minister"}})))
	must(t, rs[2].write(rs[2].all(), theText, of(text.Sign{Day: "2024-12-31", Place: place})))
	must(t, rs[2].write(rs[2].all(), theText, of(text.Sign{Note: "the ceremony was put off"})))
	settle(rs)
	for _, r := range rs {
		s, parties := r.text(), r.fold.Charter().Document().Parties
		if on := s.Signed(parties[1].ID, f.Round); on == nil || on.Day != "2024-12-31" || on.Office["en"] != "Minister" {
			t.Errorf("replica %d: the party signed on %+v", r.me, on)
		}
		if s.Signed(parties[0].ID, f.Round) != nil || s.Signed(parties[2].ID, f.Round) != nil || s.Signed(parties[1].ID, f.Round+1) != nil {
			t.Errorf("replica %d: who said nothing, or took it back, has signed", r.me)
		}
		if s.Outcome(r.fold.Charter(), nil) != before || before == adoption.Adopted {
			t.Errorf("replica %d: a signature on paper made it %s", r.me, s.Outcome(r.fold.Charter(), nil))
		}
		if len(s.Papers) != 4 {
			t.Errorf("replica %d keeps %d words", r.me, len(s.Papers))
		}
	}
}
