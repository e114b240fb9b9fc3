package docx

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"entente.example/internal/markup"
)

// saved reads a document that LibreOffice saved: testdata/README.md.
func saved(t *testing.T, name string) *markup.Sheet {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name + ".docx")
	if err != nil {
		t.Fatal(err)
	}
	s, err := read(b)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What two people tracked in LibreOffice, one after the other, comes back under their names, with the comment of one of them.
func TestTrackedChangesOfLibreOffice(t *testing.T) {
	s := saved(t, "libreoffice")
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

// A sentence that was moved to another paragraph has left the one and stands in the other, and a line that was moved within one stands where it is now, each under the name of who moved it.
func TestMovedWordsOfLibreOffice(t *testing.T) {
	var got []string
	for _, p := range saved(t, "libreoffice-moves").Paragraphs {
		w := p.Wordings[0]
		got = append(got, fmt.Sprintf("%s: %q was %q by %q", p.ID, w.Text["en"], w.Before["en"], w.Editors))
	}
	want := []string{
		`p1: "Both sides shall keep the channel open." was "Both sides shall keep the channel open. They shall meet every spring." by ["Hana Mori"]`,
		`p2: "The keeper tells the other side.\nThe gate is opened at high water." was "The gate is opened at high water.\nThe keeper tells the other side." by ["Li Wei"]`,
		`p3: "Fishing rests in winter." was "" by []`,
		`p4: "This text is read again after five years. They shall meet every spring." was "This text is read again after five years." by ["Hana Mori"]`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
}

// Every comment comes back once, at its paragraph or on the text as a whole, with all of its lines; one that was resolved does not, and that is said.
func TestCommentsOfLibreOffice(t *testing.T) {
	s := saved(t, "libreoffice-moves")
	var got []string
	for _, k := range s.Comments {
		got = append(got, fmt.Sprintf("%s %s %s: %q", k.Paragraph, k.Language, k.Author, k.Text))
	}
	want := []string{` en Li Wei: "A working title."`, `p1 en Hana Mori: "Which channel?\nThe north one has no gate."`, `p3 ja Li Wei: "冬はいつからいつまでですか。"`, `  Hana Mori: "Beside the table."`}
	if !slices.Equal(got, want) || !slices.Equal(s.Ignored, []string{"file.resolved"}) {
		t.Errorf("%s\n%v", strings.Join(got, "\n"), s.Ignored)
	}
}

// A row that was moved is there once, where it stands now.
func TestAMovedRowOfLibreOffice(t *testing.T) {
	s := saved(t, "libreoffice-row")
	var got []string
	for _, p := range s.Paragraphs {
		got = append(got, fmt.Sprintf("%s %d %q", p.ID, len(p.Wordings), p.Wordings[0].Text["en"]))
	}
	want := []string{`p1 1 "Both sides shall keep the channel open. They shall meet every spring."`, `p2 1 "The gate is opened at high water.\nThe keeper tells the other side."`,
		`p4 1 "This text is read again after five years."`, `p3 1 "Fishing rests in winter."`}
	if !slices.Equal(got, want) || len(s.Ignored) > 0 {
		t.Errorf("%s\n%v", strings.Join(got, "\n"), s.Ignored)
	}
}
