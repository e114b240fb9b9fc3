package web

import (
	"slices"
	"strings"

	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// An agreement, a sign-off and a new version are of what their author had read. The record takes for read what the node had; a page may be older. So its forms carry which versions they showed, and one that speaks of others than those that stand is
// not sent on.

// reading says which versions of a wording a page shows, by language: "en=cedar-9 ja=fir-3,fir-4". Those of sub-paragraphs follow for an act that takes them with it.
func reading(t *view.Text, act string, id text.ParaID, wording text.WordingID) string {
	var out []string
	add := func(id text.ParaID, wording text.WordingID, only bool) {
		for _, p := range t.Paragraphs {
			if p.ID != id {
				continue
			}
			for _, w := range append([]view.Wording{p.Main}, p.Alternatives...) {
				if w.ID != wording {
					continue
				}
				for _, v := range w.Versions {
					if len(v.Acts) > 0 && (!only || v.Lang == t.Drafting) {
						out = append(out, string(v.Lang)+"="+strings.Join(v.Acts, ","))
					}
				}
			}
		}
	}
	base, below := strings.CutSuffix(act, withBelow)
	only := base == "accept" || base == "confirm"
	add(id, wording, only)
	if below {
		for _, p := range t.Below(id) {
			out = append(out, string(p.ID))
			add(p.ID, p.Main.ID, only)
		}
	}
	return strings.Join(out, " ")
}

// guarded are the acts that are of versions.
var guarded = []string{"accept", "confirm", "accept" + withBelow, "confirm" + withBelow, "concord", "translate"}

// unread refuses a form whose page showed other versions than those that stand, in the languages that it is of.
func (f *actForm) unread(t *view.Text) error {
	if f.Read == "" || f.Courtesy || !slices.Contains(guarded, f.Act) {
		return nil
	}
	of := func(s string) []string {
		return slices.DeleteFunc(strings.Fields(s), func(v string) bool {
			tag, _, is := strings.Cut(v, "=")
			return is && (f.Act == "concord" || f.Act == "translate") && lang.Tag(tag) != t.Drafting && lang.Tag(tag) != f.Language
		})
	}
	if slices.Equal(of(f.Read), of(reading(t, f.Act, f.Paragraph, f.Wording))) {
		return nil
	}
	label := string(f.Paragraph)
	for _, p := range t.Paragraphs {
		if p.ID == f.Paragraph {
			label = p.Label
		}
	}
	return refusal.New(refusal.Conflict, "web.changed_since", "paragraph", label)
}
