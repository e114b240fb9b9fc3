package filing

import (
	"archive/zip"
	"bytes"
	"hash/crc32"
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

// A file of another format, whatever its name, is refused with what it is, and one with a password as that: nobody is told that some line of it does not fit.
func TestFilesOfOtherFormatsAreCalledWhatTheyAre(t *testing.T) {
	packed := func(flags uint16, files ...string) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for i := 0; i+1 < len(files); i += 2 {
			w, err := z.CreateRaw(&zip.FileHeader{Name: files[i], Flags: flags, CRC32: crc32.ChecksumIEEE([]byte(files[i+1])), CompressedSize64: uint64(len(files[i+1])), UncompressedSize64: uint64(len(files[i+1]))})
			if err == nil {
				_, err = w.Write([]byte(files[i+1]))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	const odt = "application/vnd.oasis.opendocument.text"
	for _, x := range []struct {
		what        string
		file        []byte
		key, format string
	}{
		{".doc", []byte(compound + "WordDocument"), "file.is_other", "Office 97–2003 (.doc, .xls, .ppt)"},
		{"a document with a password", []byte(compound + "\x00" + encrypted), "file.password", ""},
		{"UTF-16 without its mark", []byte("-\x00-\x00-\x00\n\x00"), "lang.not_utf8", ""},
		{"a list in JSON", []byte(`[{"id": "js-1"}]`), "text.bad_file", ""},
		{"RTF", []byte("{\\rtf1\\ansi Decide;}"), "file.is_other", "RTF (.rtf)"},
		{"PDF", []byte("%PDF-1.7\n"), "file.is_other", "PDF (.pdf)"},
		{"HTML", []byte("<!DOCTYPE html><p>Decide;"), "file.is_other", "HTML (.html)"},
		{"ODT", packed(0, "mimetype", odt, "content.xml", "<x/>"), "file.is_other", "OpenDocument (.odt)"},
		{"an archive with a password", packed(1, "en.md", "xxxxxxxx"), "file.password", ""},
		{"half a document", packed(0, "word/document.xml", "<x/>")[:40], "file.bad_archive", ""},
		{"another archive", packed(0, "a.txt", "x"), "file.unknown_format", ""},
	} {
		_, err := Read(x.file)
		if r := refusal.As(err); r == nil || r.Key != x.key || r.Params["format"] != x.format {
			t.Errorf("%s: %v", x.what, err)
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
	f.Add([]byte("---\nlanguage: en\nkind: \"\\x80\"\n---\n## 0"))
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
