package docx

import (
	"os"
	"slices"
	"testing"
)

// What two people tracked in LibreOffice, one after the other, comes back under their names, with the comment of one of them.
func TestTrackedChangesOfLibreOffice(t *testing.T) {
	b, err := os.ReadFile("testdata/libreoffice.docx")
	if err != nil {
		t.Fatal(err)
	}
	s, err := read(b)
	if err != nil {
		t.Fatal(err)
	}
	w := s.Paragraphs[0].Wordings[0]
	if s.ID != "calendar-1" || w.Before["en"] != "Joint calendar, first draft" || w.Text["en"] != "Joint timetable, preliminary draft" {
		t.Errorf("%s: %+v", s.ID, w)
	}
	if slices.Sort(w.Editors); !slices.Equal(w.Editors, []string{"Hana Mori", "Li Wei"}) {
		t.Errorf("%q", w.Editors)
	}
	if len(s.Comments) != 1 || s.Comments[0].Author != "Hana Mori" || s.Comments[0].Text != "May this still be called a draft?" || s.Comments[0].Language != "en" {
		t.Errorf("%+v", s.Comments)
	}
}
