package premises_test

import (
	"testing"

	"entente.example/internal/readout"
	"entente.example/internal/view"
	"entente.example/lang"
)

// A readout is for the parties until its party publishes it, and for everybody from then on: its page says so, and so does what commands and programs ask.
func TestWhoCanReadAReadout(t *testing.T) {
	h := home(t)
	a, matter := h.stage.Actors[0], "readout/r-1"
	public := func() (page, said bool) {
		m, err := h.works.Matter(t.Context(), h.members[0], h.ex.Mechanism.ID, "readout", "r-1", view.At{})
		if err != nil {
			t.Fatal(err)
		}
		r, err := a.Readers(t.Context(), h.stage.Mech, matter)
		if err != nil {
			t.Fatal(err)
		}
		return !m.Readers.Public.IsZero(), r.Public != ""
	}
	h.act(a, matter, readout.Put{Title: lang.Text{"en": "What we said"}, Sentences: []readout.Sentence{{ID: "1", Text: lang.Text{"en": "We met."}}}})
	if page, said := public(); page || said {
		t.Errorf("of a draft everybody is said to be a reader: by the page %v, by the command %v", page, said)
	}
	h.act(a, matter, readout.Publish{})
	if page, said := public(); !page || !said {
		t.Errorf("nobody is told that everybody can read it: by the page %v, by the command %v", page, said)
	}
}
