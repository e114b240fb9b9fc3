package filing

import (
	"archive/zip"
	"bytes"
	"math/rand/v2"
	"testing"

	"entente.example/internal/akn"
	"entente.example/internal/markup/markuptest"
	"entente.example/refusal"
)

// A symbol is tabled as it is kept, in whatever width it was typed; one in which something cannot be seen is no draft's.
func TestASymbolIsTabledAsItIsKept(t *testing.T) {
	for in, want := range map[string]string{"Ｖ/9/JS　": "V/9/JS", "谷发〔2026〕9号": "谷发〔2026〕9号", "V 9": "", "V/\u202e9": ""} {
		s, err := Read([]byte(`{"title":{"en":"T"},"languages":["en"],"drafting":"en","symbol":"` + in + `","paragraphs":[{"id":"1","kind":"operative","text":{"en":"Decide;"}}]}`))
		if err != nil {
			t.Fatalf("%s: %v", in, err)
		}
		if d, err := s.Draft(); (err == nil) != (want != "") || err == nil && d.Symbol != want {
			t.Errorf("%s is tabled as %q, %v", in, d.Symbol, err)
		}
	}
}

// Whatever file somebody brings as a text, it is read, or refused with words for them; what was read can be written in every format.
func FuzzRead(f *testing.F) {
	for _, format := range Formats {
		s := markuptest.Sheet(rand.New(rand.NewPCG(1, 4)))
		for _, tag := range append(s.Languages[:1:1], "") {
			if file, err := Write(s, format, tag, akn.About{Mechanism: "grove"}); err == nil {
				f.Add(file.Body)
			}
		}
	}
	var bomb bytes.Buffer
	z := zip.NewWriter(&bomb)
	if w, err := z.Create("a.md"); err == nil {
		_, _ = w.Write(make([]byte, 1<<20))
	}
	if err := z.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(bomb.Bytes())
	f.Add([]byte("\xef\xbb\xbf{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Read(b)
		if err != nil {
			if refusal.As(err).Kind == refusal.Internal {
				t.Fatal(err)
			}
			return
		}
		if len(s.Covers) == 0 {
			return // a sheet without a language, which the text's own rules refuse
		}
		for _, format := range Formats {
			if _, err := Write(s, format, s.Covers[0], akn.About{Mechanism: "grove"}); err != nil {
				t.Fatalf("as %s: %v", format, err)
			}
		}
	})
}
