package markup_test

import (
	"testing"

	"entente.example/internal/markdown"
	"entente.example/internal/markup"
	"entente.example/lang"
)

// Plain words become paragraphs that a file carries and that can be tabled, whatever signs stand in them; only a first line that stands alone is a title.
func TestPlain(t *testing.T) {
	languages := []lang.Tag{lang.Chinese, lang.English}
	for _, c := range []struct {
		words, title string
		paragraphs   []string
	}{
		{"Joint words\n\nThe [two] sides\n# agree {x} to *meet*.\n \n\n- 2. again\n", "Joint words", []string{"The [two] sides\n# agree {x} to *meet*.", "- 2. again"}},
		{"Only one line", "", []string{"Only one line"}},
		{"two\nlines\n\nmore", "", []string{"two\nlines", "more"}},
	} {
		s, err := markdown.Read(markdown.Write(markup.Plain(c.words, lang.English, languages), lang.English))
		if err != nil {
			t.Errorf("%q: %v", c.words, err)
			continue
		}
		var got []string
		for _, p := range s.Paragraphs {
			if len(p.Wordings) != 1 || len(p.Wordings[0].Brackets) != 0 || p.Wordings[0].By != "" {
				t.Errorf("%q: %+v", c.words, p.Wordings)
				continue
			}
			got = append(got, p.Wordings[0].Text[lang.English])
		}
		if len(got) != len(c.paragraphs) || s.Title[lang.English] != c.title || len(s.Languages) != 2 || s.Drafting != lang.English {
			t.Errorf("%q: %q %q %v", c.words, s.Title, got, s.Languages)
			continue
		}
		for i := range got {
			if got[i] != c.paragraphs[i] {
				t.Errorf("%q instead of %q", got[i], c.paragraphs[i])
			}
		}
		d, err := s.Draft()
		if err != nil || len(d.Paragraphs) != len(c.paragraphs) {
			t.Errorf("%q cannot be tabled: %v", c.words, err)
		}
	}
}
