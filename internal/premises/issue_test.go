package premises_test

import (
	"slices"
	"strings"
	"testing"

	"entente.example/internal/chancery"
	"entente.example/internal/concern"
	"entente.example/internal/topic"
	"entente.example/internal/view"
	"entente.example/lang"
)

// The page of an issue lists the concerns that were raised under it, open ones first, and no others. The page of keys says who can read it. A small file is listed with its own size, not with that of what is wrapped around it.
func TestWhatAPageSays(t *testing.T) {
	h := home(t)
	a, ref := h.stage.Actors[0], h.ex.Mechanism.ID
	h.act(a, "topic/t-rivers", topic.Raise{Title: lang.Text{"en": "Rivers"}})
	h.act(a, "concern/c-a", concern.Raise{Text: lang.Text{"en": "The first."}, Topic: "t-rivers"})
	h.act(a, "concern/c-b", concern.Raise{Text: lang.Text{"en": "The second."}, Topic: "t-rivers"})
	h.act(a, "concern/c-c", concern.Raise{Text: lang.Text{"en": "Of nothing."}})
	h.act(a, "concern/c-a", concern.Withdraw{})
	m, err := h.works.Matter(t.Context(), h.members[0], ref, "topic", "t-rivers", view.At{})
	if err != nil {
		t.Fatal(err)
	}
	var under []string
	for _, f := range m.Facts {
		if f.Key == "web.concern_under" {
			under = append(under, strings.Join([]string{f.Link, f.Text["en"], f.Choice}, " "))
		}
	}
	if want := []string{"/concerns/c-b The second. raised", "/concerns/c-a The first. withdrawn"}; !slices.Equal(under, want) {
		t.Errorf("under the issue: %q, want %q", under, want)
	}
	keys, err := h.works.Keys(t.Context(), h.members[0], ref)
	if err != nil || keys.Readers == nil || len(keys.Readers.Parties) != len(h.ex.Parties) {
		t.Errorf("who can read the keys: %v %+v", err, keys.Readers)
	}
	note := chancery.NewAttachment{Of: "topic/t-rivers", Name: "note.txt", Media: "text/plain", Title: lang.Text{"en": "A note"}}
	if _, err := a.Attach(t.Context(), h.stage.Mech, string(a.Party)+"-sec", note, strings.NewReader(strings.Repeat("x", 70))); err != nil {
		t.Fatal(err)
	}
	if m, err = h.works.Matter(t.Context(), h.members[0], ref, "topic", "t-rivers", view.At{}); err != nil || m.Beside == nil || m.Beside.Of != "topic/t-rivers" || len(m.Beside.List) != 1 || m.Beside.List[0].Title["en"] != "A note" {
		t.Errorf("beside the issue: %v %+v", err, m.Beside)
	}
	list, err := h.works.Attachments(t.Context(), h.members[0], ref, "topic/t-rivers", view.At{})
	if err != nil || len(list.List) != 1 || list.List[0].Size != "70 B" {
		t.Errorf("%v %+v", err, list.List)
	}
}
