// Package filing knows a file by its first bytes, and reads and writes a joint text in every format that leaves or enters the house.
//
// It promises that reading is bounded, whatever the file claims of its own size, and that a file is only ever read: nothing in it is run, fetched or followed.
package filing

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"entente.example/internal/akn"
	"entente.example/internal/docx"
	"entente.example/internal/locale"
	"entente.example/internal/markdown"
	"entente.example/internal/markup"
	"entente.example/internal/zipped"
	"entente.example/lang"
	"entente.example/refusal"
)

// Formats of files.
const (
	JSON     = "json"
	Markdown = "md"
	DOCX     = "docx"
	AKN      = "akn" // Akoma Ntoso
)

// Readable are the formats that a text is read from; Formats are those that it is written in.
var (
	Readable = []string{JSON, Markdown, DOCX}
	Formats  = append(slices.Clip(Readable), AKN)
)

// File is a file that was written.
type File struct {
	Name  string
	Media string
	Body  []byte
}

// Read reads the files of one text, each in whichever format it is. Files of several languages make one sheet.
func Read(files ...[]byte) (*markup.Sheet, error) {
	var sheets []*markup.Sheet
	for _, b := range files {
		s, err := read(b)
		if err != nil {
			return nil, err
		}
		sheets = append(sheets, s...)
	}
	return markup.Merge(sheets)
}

func read(b []byte) ([]*markup.Sheet, error) {
	start := bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case len(b) > markup.MaxFile || len(start) == 0:
		return nil, refusal.New(refusal.Invalid, "text.file_size")
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return readArchive(b)
	}
	if err := other(b, start); err != nil {
		return nil, err
	}
	switch {
	case bytes.IndexByte(b, 0) >= 0: // UTF-16 without its mark, or no text at all
		return nil, refusal.New(refusal.Invalid, "lang.not_utf8")
	case start[0] == '{', start[0] == '[' && json.Valid(start):
		return one(markup.ReadJSON(b))
	}
	return one(markdown.Read(b))
}

// compound begins the files of office programs before .docx, and those of today that have a password.
const compound = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// encrypted names what a document with a password consists of, as such a file spells names: UTF-16.
const encrypted = "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"

// other refuses a file of another format under whatever name, and says which it is; nil if it may be one of ours.
func other(b, start []byte) error {
	name := ""
	switch {
	case bytes.HasPrefix(b, []byte(compound)) && bytes.Contains(b, []byte(encrypted)):
		return refusal.New(refusal.Invalid, "file.password")
	case bytes.HasPrefix(b, []byte(compound)):
		name = "Office 97–2003 (.doc, .xls, .ppt)"
	case bytes.HasPrefix(start, []byte(`{\rtf`)):
		name = "RTF (.rtf)"
	case bytes.HasPrefix(start, []byte("%PDF-")):
		name = "PDF (.pdf)"
	case len(start) > 14 && (strings.EqualFold(string(start[:14]), "<!doctype html") || strings.EqualFold(string(start[:5]), "<html")):
		name = "HTML (.html)"
	default:
		return nil
	}
	return refusal.New(refusal.Invalid, "file.is_other", "format", name)
}

func one(s *markup.Sheet, err error) ([]*markup.Sheet, error) { return []*markup.Sheet{s}, err }

// readArchive reads a ZIP of Markdown files.
func readArchive(b []byte) ([]*markup.Sheet, error) {
	z, err := zipped.Open(b)
	if err != nil {
		return nil, err
	}
	if docx.Is(z) {
		return one(docx.Read(z))
	}
	kind, err := z.Read("mimetype")
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(kind, []byte("application/vnd.oasis.opendocument")) {
		return nil, refusal.New(refusal.Invalid, "file.is_other", "format", "OpenDocument (.odt)")
	}
	var out []*markup.Sheet
	for _, name := range z.Names() {
		if !strings.HasSuffix(strings.ToLower(name), ".md") {
			continue
		}
		text, err := z.Read(name)
		if err != nil {
			return nil, err
		}
		s, err := markdown.Read(text)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	if len(out) == 0 {
		return nil, refusal.New(refusal.Invalid, "file.unknown_format")
	}
	return out, nil
}

// Write writes a sheet. A language is needed for what has one language in a file; without it, such a file is an archive of all of them.
func Write(s *markup.Sheet, format string, tag lang.Tag, about akn.About) (File, error) {
	if tag != "" && !slices.Contains(s.Languages, tag) {
		return File{}, refusal.New(refusal.Invalid, "text.not_authentic", "language", string(tag))
	}
	switch format {
	case JSON:
		b, err := s.MarshalJSON()
		return File{s.ID + ".json", "application/json", append(b, '\n')}, err
	case Markdown:
		return each(s, tag, "md", "text/markdown; charset=utf-8", func(tag lang.Tag) ([]byte, error) { return markdown.Write(s, tag), nil })
	case AKN:
		return each(s, tag, "akn.xml", "application/akn+xml", func(tag lang.Tag) ([]byte, error) { return akn.Write(s, tag, about) })
	case DOCX:
		languages, name := s.Languages, s.ID
		if tag != "" {
			languages, name = []lang.Tag{tag}, name+"."+string(tag)
		}
		b, err := docx.Write(s, languages, locale.OwnName, about.Name)
		return File{name + ".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b}, err
	}
	return File{}, refusal.New(refusal.Invalid, "file.format", "format", format, "formats", strings.Join(Formats, ", "))
}

// each writes one file for a language, or an archive of one for each.
func each(s *markup.Sheet, tag lang.Tag, ending, media string, write func(lang.Tag) ([]byte, error)) (File, error) {
	if tag == "" && len(s.Languages) == 1 {
		tag = s.Languages[0]
	}
	if tag != "" {
		b, err := write(tag)
		return File{s.ID + "." + string(tag) + "." + ending, media, b}, err
	}
	files := map[string][]byte{}
	for _, tag := range s.Languages {
		b, err := write(tag)
		if err != nil {
			return File{}, err
		}
		files[s.ID+"."+string(tag)+"."+ending] = b
	}
	return Archive(s.ID+"."+ending+".zip", files)
}

// Archive puts files into one, by name, the same bytes each time.
func Archive(name string, files map[string][]byte) (File, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, path := range slices.Sorted(maps.Keys(files)) {
		w, err := z.Create(path)
		if err == nil {
			_, err = w.Write(files[path])
		}
		if err != nil {
			return File{}, err
		}
	}
	if err := z.Close(); err != nil {
		return File{}, err
	}
	return File{name, "application/zip", out.Bytes()}, nil
}
