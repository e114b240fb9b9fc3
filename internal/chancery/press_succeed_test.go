package chancery

import (
	"testing"

	"entente.example/internal/press"
	"entente.example/lang"
	"entente.example/proof"
)

// The public is told which text has taken another's place only if it can read that text: the name of one under embargo, or never released, would be out before it. SPEC release-superseded.
func TestOnlyAPublicTextIsNamedInAnothersPlace(t *testing.T) {
	made := func(id string, superseded bool) *press.Communique {
		c := &press.Communique{Key: press.Key{Mechanism: "valley", Text: id}, Content: &proof.Content{Title: lang.Text{"en": "Title of " + id}}}
		if superseded {
			c.Superseded = &press.Superseded{}
		}
		return c
	}
	first, second, third := made("js-9", true), made("js-10", true), made("js-11", false)
	second.Headline = lang.Text{"en": "Headline"}
	succeed([]*press.Communique{first, second, third}, map[press.Key]press.Key{first.Key: second.Key, second.Key: {Mechanism: "valley", Text: "secret"}})
	if s := first.Superseded; !s.Public() || s.By != second.Key || s.Title["en"] != "Headline" {
		t.Errorf("%+v", s)
	}
	if s := second.Superseded; s.Public() || s.Title != nil {
		t.Errorf("a text that is not public is named: %+v", s)
	}
	if third.Superseded != nil {
		t.Error("a text that stands is superseded")
	}
}
