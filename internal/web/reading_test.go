package web

import (
	"testing"

	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// A form speaks of the versions that its page showed: an agreement of those in the drafting language, a sign-off and a new version of those in its language too. Where others stand by then it is refused, and by nothing else.
func TestAFormIsOfWhatItsPageShowed(t *testing.T) {
	table := func(en, ja, below string) *view.Text {
		version := func(tag lang.Tag, act string) view.Version {
			v := view.Version{Lang: tag}
			if act != "" {
				v.Acts = []string{act}
			}
			return v
		}
		return &view.Text{Drafting: "en", Paragraphs: []view.Paragraph{
			{ID: "7", Label: "7", Kind: text.Operative, Main: view.Wording{ID: "w", Versions: []view.Version{version("en", en), version("ja", ja)}}},
			{ID: "7a", Label: "7 (a)", Kind: text.Point, Main: view.Wording{ID: "w", Versions: []view.Version{version("en", below)}}},
		}}
	}
	shown := table("cedar-1", "cedar-1", "cedar-1")
	for _, c := range []struct {
		act      string
		language lang.Tag
		by       *view.Text
		refused  bool
	}{
		{"accept", "", table("cedar-1", "cedar-1", "cedar-1"), false},
		{"accept", "", table("fir-2", "cedar-1", "cedar-1"), true},
		{"accept", "", table("cedar-1", "fir-2", "cedar-1"), false},
		{"confirm", "", table("fir-2", "cedar-1", "cedar-1"), true},
		{"accept", "", table("cedar-1", "cedar-1", "fir-2"), false},
		{"accept" + withBelow, "", table("cedar-1", "cedar-1", "fir-2"), true},
		{"concord", "ja", table("cedar-1", "fir-2", "cedar-1"), true},
		{"concord", "ja", table("fir-2", "cedar-1", "cedar-1"), true},
		{"concord", "en", table("cedar-1", "fir-2", "cedar-1"), false},
		{"translate", "ja", table("cedar-1", "fir-2", "cedar-1"), true},
		{"translate", "ja", table("cedar-1", "", "cedar-1"), true},
		{"reserve", "", table("fir-2", "fir-2", "fir-2"), false},
	} {
		f := &actForm{Act: c.act, Paragraph: "7", Wording: "w", Language: c.language, Read: reading(shown, c.act, "7", "w")}
		err := f.unread(c.by)
		if (err != nil) != c.refused || err != nil && (refusal.As(err).Key != "web.changed_since" || refusal.As(err).Params["paragraph"] != "7") {
			t.Errorf("%s %s: %v", c.act, c.language, err)
		}
	}
}
