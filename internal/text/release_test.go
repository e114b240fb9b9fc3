package text

import (
	"strings"
	"testing"
	"time"

	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// A headline of one party alone would be a readout. What stands above a text is what all released, in the same words. SPEC release-front.
func TestFrontIsWhatAllReleased(t *testing.T) {
	c := charter.NewAs("m", &charter.Document{Parties: []charter.Party{{ID: "cedar"}, {ID: "birch"}}})
	front := func(headline string) *Front { return &Front{Headline: lang.Text{"en": headline}} }
	for name, x := range map[string]struct {
		cedar, birch *Front
		want         string
	}{
		"both the same":       {front("A"), front("A"), "A"},
		"one another":         {front("A"), front("B"), ""},
		"one alone":           {front("A"), nil, ""},
		"nobody":              {nil, nil, ""},
		"one in more tongues": {front("A"), &Front{Headline: lang.Text{"en": "A", "ja": "あ"}}, ""},
	} {
		s := &State{Releases: map[charter.PartyID]Released{"cedar": {Front: x.cedar}, "birch": {Front: x.birch}}}
		if got := s.Front(c).Headline["en"]; got != x.want {
			t.Errorf("%s: %q", name, got)
		}
		if got, want := s.FrontsDiffer(c), x.want == "" && (x.cedar != nil || x.birch != nil); got != want {
			t.Errorf("%s: they differ: %v", name, got)
		}
	}
	if (&State{Tabled: &Tabled{}, Releases: map[charter.PartyID]Released{}}).FrontsDiffer(charter.NewAs("m", &charter.Document{})) {
		t.Error("nobody can differ where no party is left")
	}
	if got := (&State{Releases: map[charter.PartyID]Released{"cedar": {Front: front("A")}}}).Front(c); len(got.Headline) > 0 {
		t.Errorf("a party that has not released says nothing: %v", got)
	}
}

// A release may name an instant before the text is adopted. What is shown is never that it was public before its last seal; a later instant stands as it is.
func TestNoTextIsSaidToBePublicBeforeItsLastSeal(t *testing.T) {
	s := &State{Rounds: adoption.Rounds{List: []adoption.Round{{Choices: map[charter.PartyID]adoption.Choice{"cedar": {At: "2025-01-14T23:53:00Z"}, "birch": {At: "2025-01-14T23:50:00Z"}}}}}}
	for at, want := range map[string]string{"2025-01-14T23:40:00Z": "2025-01-14T23:53:00Z", "2025-01-15T08:00:00Z": "2025-01-15T08:00:00Z"} {
		released, err := time.Parse(time.RFC3339, at)
		if got := s.PublicSince(released).Format(time.RFC3339); err != nil || got != want {
			t.Errorf("released %s, public since %s, not %s", at, got, want)
		}
	}
}

func TestFrontIsChecked(t *testing.T) {
	for want, f := range map[string]*Front{
		"text.bad_front": {Headline: lang.Text{"en": strings.Repeat("x", maxHeading+1)}}, "lang.control": {Headline: lang.Text{"en": "two\nlines"}},
		"lang.bidi": {Lead: lang.Text{"en": "a\u202eb"}}, "lang.tag_spelling": {Category: lang.Text{"zh-hans": "x"}},
	} {
		if err := f.check(); refusal.As(err).Key != want {
			t.Errorf("%s: %v", want, err)
		}
	}
	if err := (&Front{Category: lang.Text{"en": "Meetings"}}).check(); err != nil {
		t.Error(err)
	}
}
