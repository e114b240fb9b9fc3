package chancery

import (
	"testing"

	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/proof"
)

// In public a party that said something of its own bears the name of that day: a sealed text keeps the name that it was sealed with, and a readout of a later day is no part of it.
func TestWhatAPartyPublishesBearsTheNameOfItsDay(t *testing.T) {
	c := charter.New(&charter.Document{Parties: []charter.Party{{ID: "lantern", Names: []charter.Name{{Lang: lang.English, Full: "Lantern Party"}, {Lang: lang.Japanese, Full: "灯火党"}}}}})
	c.SetNamings("lantern", []charter.Naming{{From: "2025-02-01", Names: []charter.Name{{Lang: lang.English, Full: "Lantern Union"}}}})
	content := &proof.Content{Languages: []proof.Language{{Tag: lang.English}, {Tag: lang.Japanese}}, Parties: []proof.Party{{ID: "lantern", Names: lang.Text{lang.English: "The Lantern Party", lang.Japanese: "灯火党"}}}}
	for at, want := range map[string]string{"2025-01-31T09:00:00Z": "The Lantern Party", "2025-02-01T09:00:00Z": "Lantern Union"} {
		got := spoke(c, content, charter.By{Party: "lantern", At: at})
		if got[lang.English] != want || got[lang.Japanese] != "灯火党" {
			t.Errorf("at %s it is called %v", at, got)
		}
	}
}

// A file of a text that is still negotiated names parties as they are called on that day; one of an adopted text as it was sealed.
func TestAFileOfAnAdoptedTextHasTheNamesThatWereSealed(t *testing.T) {
	c := charter.New(&charter.Document{ID: "valley", Names: []charter.Name{{Lang: lang.English, Full: "Valley Dialogue"}}, Parties: []charter.Party{{ID: "lantern", Names: []charter.Name{{Lang: lang.English, Full: "Lantern Party"}}}}})
	c.SetNamings("lantern", []charter.Naming{{From: "2025-02-01", Names: []charter.Name{{Lang: lang.English, Full: "Lantern Union"}}}})
	for _, x := range []struct {
		adopted       bool
		id, day, want string
	}{{false, "lantern", "2025-01-31", "Lantern Party"}, {false, "lantern", "2025-02-01", "Lantern Union"}, {true, "lantern", "2025-02-01", "Lantern Party"}, {true, "valley", "2025-02-01", "Valley Dialogue"}} {
		if got := calledIn(c, x.adopted, x.day)(x.id, lang.English); got != x.want {
			t.Errorf("%+v: %s", x, got)
		}
	}
}
