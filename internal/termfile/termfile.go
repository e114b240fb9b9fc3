// Package termfile owns glossaries that come in as files: TBX, or a table with a column for each language; what such a file has beside the glossary of a mechanism; and which acts a member chose of that.
//
// It promises that reading is bounded whatever the file claims, that nothing in it is fetched or unfolded, that a file is taken whole or refused with the line at which it stopped, and that comparing decides
// nothing. What a file does not say it does not deny: no word is ever taken away by one. It reads no text.
package termfile

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"entente.example/lang"
	"entente.example/refusal"
)

// Limits of a glossary that is read.
const (
	MaxFile    = 16 << 20 // bytes
	MaxEntries = 5000
	maxWords   = 400     // of one entry
	maxWording = 8 << 10 // bytes of a word, a definition or a note
	maxColumns = 400
	maxID      = 200 // bytes
)

// File is a glossary that was read from a file, as whoever wrote it has it. What it holds beside words and definitions is named in Passed, with how often it stands there.
type File struct {
	Entries []Listed `json:"entries"`
	Passed  []Passed `json:"passed,omitempty"`
}

// Listed is one thing with its words.
type Listed struct {
	Line       int        `json:"line" doc:"Where it begins in the file, from 1"`
	ID         string     `json:"id,omitzero" doc:"As the file names it"`
	Matter     string     `json:"matter,omitzero" doc:"Of which entry of a glossary it says that it is: term/trust"`
	Words      []FileWord `json:"words" doc:"The best of a language first"`
	Definition lang.Text  `json:"definition,omitempty"`
}

// FileWord is a word in one language; in common, unless it names whose it is.
type FileWord struct {
	Language lang.Tag `json:"language"`
	Term     string   `json:"term"`
	Whose    string   `json:"whose,omitzero" doc:"The party or body whose own word it is; in common without it"`
	Note     string   `json:"note,omitzero"`
	rank     int      // which of the words of a language is its first
}

// Passed names something that was passed over: a column, or a data category.
type Passed struct {
	Name  string `json:"name"`
	Times int    `json:"times"`
}

// Ranks of words of one language. What is no longer to be used is not among them.
const (
	preferred = iota
	plain
	admitted
)

// Read reads a glossary in TBX or as a table. A file that it cannot take whole is refused, with the line and the entry at which it stopped.
func Read(b []byte) (*File, error) {
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	start := bytes.TrimLeft(b, " \t\r\n")
	var f *File
	var err error
	switch {
	case len(b) > MaxFile:
		return nil, refusal.New(refusal.Invalid, "termfile.large", "megabytes", strconv.Itoa(MaxFile>>20))
	case len(start) == 0:
		return nil, refusal.New(refusal.Invalid, "termfile.empty")
	case bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff")) || bytes.IndexByte(b, 0) >= 0:
		return nil, refusal.New(refusal.Invalid, "termfile.form")
	case start[0] == '<':
		f, err = readTBX(b)
	default:
		f, err = readTable(b)
	}
	if err == nil && len(f.Entries) == 0 {
		err = refusal.New(refusal.Invalid, "termfile.empty")
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// pass counts what is passed over.
func (f *File) pass(name string) {
	i := slices.IndexFunc(f.Passed, func(p Passed) bool { return p.Name == name })
	if i < 0 {
		if len(f.Passed) < maxColumns {
			f.Passed = append(f.Passed, Passed{name, 1})
		}
		return
	}
	f.Passed[i].Times++
}

// add takes an entry in once it is whole.
func (f *File) add(e Listed) error {
	switch {
	case len(e.Words) == 0:
		return e.wrong(e.Line, "termfile.no_word")
	case len(f.Entries) == MaxEntries:
		return e.wrong(e.Line, "termfile.entries", "most", strconv.Itoa(MaxEntries))
	}
	slices.SortStableFunc(e.Words, func(a, b FileWord) int { return a.rank - b.rank })
	f.Entries = append(f.Entries, e)
	return nil
}

// word adds a word to an entry; line is where it stands.
func (e *Listed) word(w FileWord, line int) error {
	if err := cmp.Or(e.tidy(&w.Term, line, false), e.tidy(&w.Note, line, true), e.tidy(&w.Whose, line, false)); err != nil {
		return err
	}
	switch {
	case w.Term == "":
		return e.wrong(line, "termfile.no_word")
	case len(e.Words) == maxWords:
		return e.wrong(line, "termfile.words", "most", strconv.Itoa(maxWords))
	}
	e.Words = append(e.Words, w)
	return nil
}

// define adds a definition; of several in a language the first stays.
func (e *Listed) define(tag lang.Tag, s string, line int) error {
	if err := e.tidy(&s, line, true); err != nil {
		return err
	}
	if s == "" || e.Definition[tag] != "" {
		return nil
	}
	if e.Definition == nil {
		e.Definition = lang.Text{}
	}
	e.Definition[tag] = s
	return nil
}

// tidy puts wording into the form that a record holds it in, and refuses what none may hold. White space in a word is one space; around the lines of a remark there is none.
func (e *Listed) tidy(s *string, line int, lines bool) error {
	if len(*s) > maxWording {
		return e.wrong(line, "termfile.long", "bytes", strconv.Itoa(maxWording))
	}
	all := []string{strings.Join(strings.Fields(*s), " ")}
	if lines {
		all = strings.Split(strings.ReplaceAll(lang.Normalise(*s), "\t", " "), "\n")
		for i := range all {
			all[i] = strings.Trim(all[i], " ")
		}
	}
	*s = strings.Trim(lang.Normalise(strings.Join(all, "\n")), "\n")
	if err := lang.CheckNew(*s); err != nil {
		return e.wrong(line, "termfile.character", "character", cmp.Or(refusal.As(err).Params["character"], "UTF-8"))
	}
	return nil
}

// tag reads a language as files write it: EN, zh_CN, zh-hans.
func (e *Listed) tag(s string, line int) (lang.Tag, error) {
	tag, err := tagOf(s)
	if err != nil {
		return "", e.wrong(line, "termfile.language", "tag", clip(s))
	}
	return tag, nil
}

// wrong refuses a file for what stands at a line, in an entry.
func (e *Listed) wrong(line int, key string, kv ...string) error {
	return refusal.New(refusal.Invalid, key, append(kv, "line", strconv.Itoa(line), "entry", cmp.Or(e.ID, "–"))...)
}

// clip is what a message says of something that a file brought.
func clip(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '·'
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// tagOf reads a language as files write it: EN, zh_CN, zh-hans.
func tagOf(s string) (lang.Tag, error) {
	return lang.ParseTag(strings.ReplaceAll(strings.TrimSpace(s), "_", "-"))
}
