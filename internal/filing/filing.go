// Package filing knows a file by its first bytes, and reads and writes a joint text in every format that leaves or enters the house.
//
// It promises that reading is bounded, whatever the file claims of its own size, and that a file is only ever read: nothing in it is run, fetched or followed.
package filing

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"

	"entente.example/internal/markdown"
	"entente.example/internal/markup"
	"entente.example/lang"
	"entente.example/refusal"
)

// Formats of files.
const (
	JSON     = "json"
	Markdown = "md"
)

// Readable are the formats that a text is read from; Formats are those that it is written in.
var (
	Readable = []string{JSON, Markdown}
	Formats  = Readable
)

// File is a file that was written.
type File struct {
	Name  string
	Media string
	Body  []byte
}

// The bounds of reading. A file inside an archive counts as what it unpacks to.
const (
	maxFile    = markup.MaxFile
	maxInside  = 64 << 20
	maxEntries = 2000
)

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
	case len(b) > maxFile || len(start) == 0:
		return nil, refusal.New(refusal.Invalid, "text.file_size")
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return readArchive(b)
	case start[0] == '{':
		return one(markup.ReadJSON(b))
	}
	return one(markdown.Read(b))
}

func one(s *markup.Sheet, err error) ([]*markup.Sheet, error) { return []*markup.Sheet{s}, err }

// readArchive reads a ZIP of Markdown files.
func readArchive(b []byte) ([]*markup.Sheet, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil || len(z.File) > maxEntries {
		return nil, refusal.New(refusal.Invalid, "file.bad_archive").Because(err)
	}
	var out []*markup.Sheet
	left := int64(maxInside)
	for _, f := range z.File {
		if !strings.HasSuffix(strings.ToLower(f.Name), ".md") {
			continue
		}
		text, err := inside(f, left)
		if err != nil {
			return nil, err
		}
		left -= int64(len(text))
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

// inside reads one file of an archive and no more than a limit, whatever its header says.
func inside(f *zip.File, limit int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, refusal.New(refusal.Invalid, "file.bad_archive").Because(err)
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return nil, refusal.New(refusal.Invalid, "file.bad_archive").Because(err)
	case int64(len(b)) > limit:
		return nil, refusal.New(refusal.Invalid, "file.bomb")
	}
	return b, nil
}

// Write writes a sheet. A language is needed for what has one language in a file; without it, such a file is an archive of all of them.
func Write(s *markup.Sheet, format string, tag lang.Tag) (File, error) {
	if tag != "" && !slices.Contains(s.Languages, tag) {
		return File{}, refusal.New(refusal.Invalid, "text.not_authentic", "language", string(tag))
	}
	switch format {
	case JSON:
		b, err := s.MarshalJSON()
		return File{s.ID + ".json", "application/json", append(b, '\n')}, err
	case Markdown:
		if tag == "" && len(s.Languages) > 1 {
			return archive(s)
		}
		if tag == "" {
			tag = s.Languages[0]
		}
		return File{s.ID + "." + string(tag) + ".md", "text/markdown; charset=utf-8", markdown.Write(s, tag)}, nil
	}
	return File{}, refusal.New(refusal.Invalid, "file.format", "format", format, "formats", strings.Join(Formats, ", "))
}

// archive is one Markdown file per language.
func archive(s *markup.Sheet) (File, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, tag := range s.Languages {
		w, err := z.Create(s.ID + "." + string(tag) + ".md")
		if err == nil {
			_, err = w.Write(markdown.Write(s, tag))
		}
		if err != nil {
			return File{}, err
		}
	}
	if err := z.Close(); err != nil {
		return File{}, err
	}
	return File{s.ID + ".md.zip", "application/zip", out.Bytes()}, nil
}
