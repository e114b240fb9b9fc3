package termfile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"entente.example/internal/table"
	"entente.example/lang"
	"entente.example/refusal"
)

// column is what the fields of a column say.
type column struct {
	group string // "id", "term", "definition", "own", "note"; "" if it is passed over
	tag   lang.Tag
	whose string
	name  string
}

// named are headings of languages that tables write out.
var named = map[string]lang.Tag{"english": "en", "英文": "en", "英语": "en", "英語": "en", "chinese": "zh", "中文": "zh", "汉语": "zh", "中国語": "zh", "simplified chinese": "zh-Hans", "简体中文": "zh-Hans", "traditional chinese": "zh-Hant", "繁體中文": "zh-Hant",
	"japanese": "ja", "日本語": "ja", "日文": "ja", "日语": "ja", "french": "fr", "français": "fr", "russian": "ru", "русский": "ru", "spanish": "es", "español": "es", "arabic": "ar", "العربية": "ar", "korean": "ko", "한국어": "ko", "german": "de", "deutsch": "de"}

var (
	termHead  = regexp.MustCompile(`^(?:term[ _:-]*)?\(?([a-zA-Z]{2,3}(?:[-_][a-zA-Z0-9]{2,8})*)\)?$`)
	meansHead = regexp.MustCompile(`^definition[ _:-]*\(?([a-zA-Z]{2,3}(?:[-_][a-zA-Z0-9]{2,8})*)\)?$`)
	ownHead   = regexp.MustCompile(`^(own|note) \(([^,()]+), ([^,()]+)\)$`)
)

// headed reads a heading: those of our own tables, a language as a tag or by its name, "term_en", "definition en".
func headed(s string) column {
	c := column{name: strings.TrimSpace(s)}
	low := strings.ToLower(c.name)
	if m := ownHead.FindStringSubmatch(c.name); m != nil {
		if tag, err := tagOf(m[3]); err == nil {
			c.group, c.whose, c.tag = m[1], strings.TrimSpace(m[2]), tag
		}
		return c
	}
	if m := meansHead.FindStringSubmatch(low); m != nil {
		if tag, err := tagOf(m[1]); err == nil {
			c.group, c.tag = "definition", tag
		}
		return c
	}
	if low == "id" {
		c.group = "id"
		return c
	}
	if tag, ok := named[low]; ok {
		c.group, c.tag = "term", tag
		return c
	}
	if m := termHead.FindStringSubmatch(c.name); m != nil {
		if tag, err := tagOf(m[1]); err == nil {
			c.group, c.tag = "term", tag
		}
	}
	return c
}

// readTable reads a table with a heading for each column, separated by commas, semicolons or tabs.
func readTable(b []byte) (*File, error) {
	if !bytes.ContainsAny(b, ",;\t\n") {
		return nil, refusal.New(refusal.Invalid, "termfile.form")
	}
	r := csv.NewReader(bytes.NewReader(b))
	r.Comma = separator(b)
	f, none := &File{}, &Listed{}
	heads, err := r.Read()
	if err != nil {
		return nil, badTable(none, err)
	}
	if len(heads) > maxColumns {
		return nil, none.wrong(1, "termfile.columns", "most", strconv.Itoa(maxColumns))
	}
	columns, seen, words := make([]column, len(heads)), map[column]bool{}, false
	for i, h := range heads {
		c := headed(table.Plain(h))
		key := column{c.group, c.tag, c.whose, ""}
		if c.group != "" && seen[key] {
			return nil, none.wrong(1, "termfile.twice", "column", clip(c.name))
		}
		seen[key], columns[i], words = true, c, words || c.group == "term" || c.group == "own"
	}
	if !words {
		return nil, refusal.New(refusal.Invalid, "termfile.no_language", "columns", clip(strings.Join(heads, ", ")))
	}
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return f, nil
		}
		if err != nil {
			return nil, badTable(none, err)
		}
		line, _ := r.FieldPos(0)
		if err := f.row(columns, fields, line); err != nil {
			return nil, err
		}
	}
}

// separator is what stands most often in the heading.
func separator(b []byte) rune {
	head, _, _ := bytes.Cut(b, []byte("\n"))
	best, most := ',', 0
	for _, s := range ",;\t" {
		if n := bytes.Count(head, []byte(string(s))); n > most {
			best, most = s, n
		}
	}
	return best
}

// badTable says at which line a table is none.
func badTable(none *Listed, err error) error {
	line := 1
	bad := new(csv.ParseError)
	if errors.As(err, &bad) {
		line = bad.Line
	}
	key := "termfile.table"
	if errors.Is(err, csv.ErrFieldCount) {
		key = "termfile.fields"
	}
	return refusal.As(none.wrong(line, key)).Because(err)
}

// row takes a line in. One that is empty, as spreadsheet programs write below their tables, is none.
func (f *File) row(columns []column, fields []string, line int) error {
	e, notes, empty := Listed{Line: line}, map[column]string{}, true
	for i, s := range fields {
		fields[i] = table.Plain(s)
		if empty = empty && strings.TrimSpace(s) == ""; columns[i].group == "id" {
			e.ID = clip(strings.TrimSpace(fields[i]))
		}
		if c := columns[i]; c.group == "note" {
			notes[column{whose: c.whose, tag: c.tag}] = fields[i]
		}
	}
	if empty {
		return nil
	}
	if kind, id, ok := strings.Cut(e.ID, "/"); ok && (kind == "term" || kind == "topic") && id != "" {
		e.Matter = e.ID
	}
	for i, s := range fields {
		c := columns[i]
		var err error
		switch {
		case strings.TrimSpace(s) == "":
		case c.group == "term":
			err = e.word(FileWord{Language: c.tag, Term: s}, line)
		case c.group == "own":
			err = e.word(FileWord{Language: c.tag, Term: s, Whose: c.whose, Note: notes[column{whose: c.whose, tag: c.tag}]}, line)
		case c.group == "definition":
			err = e.define(c.tag, s, line)
		case c.group == "" && c.name != "status" && c.name != "title":
			f.pass(clip(c.name))
		}
		if err != nil {
			return err
		}
	}
	return f.add(e)
}
