package web

import (
	"slices"
	"strings"

	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/refusal"
)

// An agreement, a sign-off and a new version are of what their author had read. The record takes for read what the node had; a page may be older. So its forms carry the versions that they showed, and the text refuses what is of others: text.Having.

// guarded are the acts that are of versions.
var guarded = []string{"accept", "confirm", "accept" + withBelow, "confirm" + withBelow, "concord", "translate", "resolve"}

func isGuarded(act string) bool { return slices.Contains(guarded, act) }

// reading is which versions of some wordings a page shows.
func reading(t *view.Text, of ...text.Item) string {
	var out []string
	for _, i := range of {
		p, ok := t.Paragraph(i.Paragraph)
		if !ok {
			continue
		}
		for _, v := range p.Wording(i.Wording).Versions {
			for _, act := range v.Acts {
				if !slices.Contains(out, act) {
					out = append(out, act)
				}
			}
		}
	}
	return strings.Join(out, " ")
}

// readingOf is reading for one wording, as templates ask for it.
func readingOf(t *view.Text, id text.ParaID, wording text.WordingID) string {
	return reading(t, text.Item{Paragraph: id, Wording: wording})
}

// takes is what an act takes with it: the wording, and with sub-paragraphs those of which our own standing does not say it yet.
func takes(t *view.Text, act string, first text.Item) []text.Item {
	out := []text.Item{first}
	for _, p := range t.Below(first.Paragraph) {
		own := p.Standing(t.Self.ID)
		if act == "accept"+withBelow && own != "ad_ref" && own != "confirmed" || act == "confirm"+withBelow && own == "ad_ref" {
			out = append(out, text.Item{Paragraph: p.ID, Wording: p.Main.ID})
		}
	}
	return out
}

// written are wordings as a form carries them, "7=cedar-3 8=cedar-3".
func written(items []text.Item) string {
	var out []string
	for _, i := range items {
		out = append(out, string(i.Paragraph)+"="+string(i.Wording))
	}
	return strings.Join(out, " ")
}

// itemsOf reads what written wrote, in any number of fields.
func itemsOf(fields []string) (out []text.Item) {
	for _, f := range strings.Fields(strings.Join(fields, " ")) {
		id, wording, _ := strings.Cut(f, "=")
		out = append(out, text.Item{Paragraph: text.ParaID(id), Wording: text.WordingID(wording)})
	}
	return out
}

// ofPage says in a page's words that what it showed is not what stands.
func ofPage(err error) error {
	if err != nil && slices.Contains([]string{"text.changed_since", "text.which_version"}, refusal.As(err).Key) {
		return refusal.New(refusal.Conflict, "web.changed_since", "paragraph", refusal.As(err).Params["paragraph"])
	}
	return err
}
