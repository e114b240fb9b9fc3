package premises_test

import (
	"slices"
	"testing"

	"entente.example/entry"
	"entente.example/internal/demo"
	"entente.example/internal/document"
	"entente.example/internal/minutes"
	"entente.example/internal/press"
	"entente.example/internal/readout"
	"entente.example/internal/search"
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
	mistaken(t, h, a)
	retracted(t, h, a, matter)
	if page, said := public(); !page || !said {
		t.Errorf("what was retracted is said to be hidden: by the page %v, by the command %v", page, said)
	}
}

// mistaken tries what an author of a readout, of minutes or of a deposit cannot mean; and asks who can read a list.
func mistaken(t *testing.T, h *homing, a *demo.Actor) {
	t.Helper()
	say, member := lang.Text{"en": "x"}, string(a.Party)+"-sec"
	for key, b := range map[string]struct {
		matter string
		body   entry.Body
	}{
		"dialogue.of_what":        {"readout/r-9", readout.Put{Title: say, Of: "main.9", Sentences: []readout.Sentence{{ID: "1", Text: say}}}},
		"readout.instead":         {"readout/r-1", readout.Withdraw{Reason: say, Instead: "r-2"}},
		"dialogue.no_such_choice": {"document/fd-9", document.Deposit{Titles: []document.Title{{Lang: "en", Full: "x"}}, Act: "waved"}},
	} {
		_, err := a.Act(t.Context(), h.stage.Mech, member, b.matter, b.body)
		says(t, err, key)
	}
	_, err := a.Act(t.Context(), h.stage.Mech, member, "minutes/m-9", minutes.Circulate{Title: say, Of: "concern/c-1", Paragraphs: []minutes.Paragraph{{ID: "1", Text: say}}})
	says(t, err, "dialogue.of_what")
	h.act(a, "minutes/m-9", minutes.Circulate{Title: say, Paragraphs: []minutes.Paragraph{{ID: "1", Text: say}}})
	_, err = a.Act(t.Context(), h.stage.Mech, member, "minutes/m-9", minutes.Correct{Paragraph: "l", Text: say})
	says(t, err, "minutes.no_paragraph")
	h.act(a, "minutes/m-9", minutes.Correct{Paragraph: "2", Text: say, After: "1"})
	list, err := h.works.Matters(t.Context(), h.members[0], h.ex.Mechanism.ID, "readout", view.At{})
	if err != nil || list.Readers == nil || len(list.Readers.Parties) != len(h.ex.Parties) {
		t.Errorf("who can read the list of readouts: %v %+v", err, list.Readers)
	}
}

// retracted publishes another readout and retracts the first in its favour: wherever a sentence of the first is met, on its page, in the search and in public, that is said.
func retracted(t *testing.T, h *homing, a *demo.Actor, matter string) {
	t.Helper()
	h.act(a, "readout/r-2", readout.Put{Title: lang.Text{"en": "What we say"}, Sentences: []readout.Sentence{{ID: "1", Text: lang.Text{"en": "We corresponded."}}}})
	h.act(a, "readout/r-2", readout.Publish{})
	h.act(a, matter, readout.Withdraw{Reason: lang.Text{"en": "There was no meeting."}, Instead: "r-2"})
	m, err := h.works.Matter(t.Context(), h.members[0], h.ex.Mechanism.ID, "readout", "r-1", view.At{})
	if err != nil {
		t.Fatal(err)
	}
	instead := slices.IndexFunc(m.Facts, func(f view.Fact) bool {
		return f.Key == "field.instead" && f.Link == "/readouts/r-2" && f.Text["en"] == "What we say"
	})
	if m.Status != readout.Retracted || !slices.Equal(m.Notes, []string{"web.readout_is_unilateral", "web.readout_is_retracted"}) || m.Words["en"] != "There was no meeting." || instead < 0 || len(m.Passages) != 1 {
		t.Errorf("its page says %s, %v, %v, %+v", m.Status, m.Notes, m.Words, m.Facts)
	}
	for _, words := range []string{"We met", "What we said"} {
		found, err := h.works.Search(t.Context(), h.members[0], h.ex.Mechanism.ID, view.Ask{Scope: search.Record, Words: words})
		if err != nil || len(found.Hits) == 0 {
			t.Fatalf("%v %+v", err, found)
		}
		for _, hit := range found.Hits {
			if n := len(hit.Disputes); n == 0 || hit.Disputes[n-1].Choice != readout.Withdrawn || hit.Disputes[n-1].Text["en"] != "There was no meeting." {
				t.Errorf("the search shows %q of it with %+v", words, hit.Disputes)
			}
		}
	}
	public, err := a.Publications(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	e := press.Edition{Accounts: public.Accounts}
	p, ok := e.Account(h.ex.Mechanism.ID + "~r-1")
	if !ok || p.Retracted == nil || p.Retracted.Home != press.HomeOf(h.ex.Mechanism.ID, "r-2") || p.Retracted.Title["en"] != "What we say" {
		t.Errorf("in public it is %+v", p)
	}
}
