package termfile

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"entente.example/internal/termbase"
	"entente.example/lang"
	"entente.example/refusal"
)

// maxDepth bounds elements within elements.
const maxDepth = 24

// What the parts of an entry are called: in ISO 30042:2019, whose root is tbx, and before, whose root is martif.
var (
	entryNames    = []string{"conceptEntry", "termEntry"}
	languageNames = []string{"langSec", "langSet"}
	termNames     = []string{"termSec", "tig", "ntig"}
	groupNames    = []string{"descripGrp", "termGrp", "adminGrp", "transacGrp", "termNoteGrp", "refObjectSec"}
	typedNames    = []string{"descrip", "termNote", "admin", "note", "descripNote", "adminNote", "ref", "xref", "transac", "transacNote", "date", "termComp", "termCompList", "termCompSec"}
)

// tbxReader reads the elements of a file in the order in which they stand.
type tbxReader struct {
	d     *xml.Decoder
	file  *File
	space string   // of the elements of the standard's core
	ours  bool     // the file says that we wrote it
	main  lang.Tag // of the file as a whole
	entry Listed
	depth int
}

// readTBX reads TBX-Basic and TBX-Core, new and old. Elements that it knows nothing of are refused, data categories that a glossary has no place for are passed over. A declaration of a document type
// is passed over if all it does is name one: nothing is fetched, and no entity is known but the five of XML.
func readTBX(b []byte) (*File, error) {
	r := &tbxReader{d: xml.NewDecoder(bytes.NewReader(b)), file: &File{}}
	r.d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errors.New("not UTF-8") }
	root, err := r.root()
	if err != nil {
		return nil, err
	}
	r.space = root.Name.Space
	r.main, _ = tagOf(attr(root, "lang"))
	err = r.children(root.Name.Local, func(e xml.StartElement) error {
		switch e.Name.Local {
		case "tbxHeader", "martifHeader":
			return r.header()
		case "text":
			return r.text()
		}
		return r.unknown(e)
	})
	if err != nil {
		return nil, err
	}
	for { // whatever stands behind the root must be well formed, too
		switch _, err := r.d.Token(); {
		case errors.Is(err, io.EOF):
			return r.file, nil
		case err != nil:
			return nil, r.broken(err)
		}
	}
}

// root is the element of a file that holds all others.
func (r *tbxReader) root() (xml.StartElement, error) {
	for {
		t, err := r.d.Token()
		if err != nil {
			return xml.StartElement{}, r.broken(err)
		}
		switch t := t.(type) {
		case xml.Directive:
			if bytes.ContainsAny(t, "[<") {
				return xml.StartElement{}, r.wrong("termfile.dtd")
			}
		case xml.StartElement:
			if !slices.Contains([]string{"tbx", "martif"}, t.Name.Local) {
				return t, refusal.New(refusal.Invalid, "termfile.form")
			}
			return t, nil
		}
	}
}

func (r *tbxReader) line() int {
	line, _ := r.d.InputPos()
	return line
}

func (r *tbxReader) wrong(key string, kv ...string) error { return r.entry.wrong(r.line(), key, kv...) }

func (r *tbxReader) broken(err error) error {
	return refusal.As(r.wrong("termfile.xml")).Because(err)
}

func (r *tbxReader) unknown(e xml.StartElement) error {
	return r.wrong("termfile.element", "element", clip(e.Name.Local))
}

// children calls f for each element within the one that was just begun; f reads it to its end. Words that stand between elements are no glossary.
func (r *tbxReader) children(within string, f func(xml.StartElement) error) error {
	if r.depth++; r.depth > maxDepth {
		return r.wrong("termfile.deep")
	}
	defer func() { r.depth-- }()
	for {
		t, err := r.d.Token()
		if err != nil {
			return r.broken(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if err := f(t); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		case xml.Directive:
			return r.wrong("termfile.dtd")
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return r.wrong("termfile.stray", "element", within)
			}
		}
	}
}

// words are what stands in an element, with that of the elements that mark a part of it.
func (r *tbxReader) words() (string, error) {
	var out strings.Builder
	err := r.inner(func(t xml.CharData) error {
		if out.Len()+len(t) > maxWording {
			return r.wrong("termfile.long", "bytes", strconv.Itoa(maxWording))
		}
		out.Write(t)
		return nil
	})
	if err != nil {
		return "", err
	}
	return out.String(), nil
}

// skip passes an element over, whatever is in it.
func (r *tbxReader) skip() error {
	return r.inner(func(xml.CharData) error { return nil })
}

// inner calls f for all words within the element that was just begun, however deep they stand, and reads it to its end.
func (r *tbxReader) inner(f func(xml.CharData) error) error {
	for depth := 1; depth > 0; {
		t, err := r.d.Token()
		if err != nil {
			return r.broken(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return r.wrong("termfile.deep")
			}
		case xml.EndElement:
			depth--
		case xml.Directive:
			return r.wrong("termfile.dtd")
		case xml.CharData:
			if err := f(t); err != nil {
				return err
			}
		}
	}
	return nil
}

// header is read for who wrote the file: in a file of ours the ids are those of a glossary.
func (r *tbxReader) header() error {
	return r.children("header", func(e xml.StartElement) error {
		if e.Name.Local != "fileDesc" {
			return r.skip()
		}
		return r.children("fileDesc", func(e xml.StartElement) error {
			if e.Name.Local != "sourceDesc" {
				return r.skip()
			}
			return r.children("sourceDesc", func(xml.StartElement) error {
				s, err := r.words()
				r.ours = r.ours || strings.TrimSpace(s) == termbase.Source
				return err
			})
		})
	})
}

func (r *tbxReader) text() error {
	return r.children("text", func(e xml.StartElement) error {
		switch e.Name.Local {
		case "front", "back":
			return r.skip()
		case "body":
			return r.children("body", func(e xml.StartElement) error {
				if !slices.Contains(entryNames, e.Name.Local) {
					return r.unknown(e)
				}
				return r.concept(e)
			})
		}
		return r.unknown(e)
	})
}

func (r *tbxReader) concept(start xml.StartElement) error {
	r.entry = Listed{Line: r.line(), ID: clip(attr(start, "id"))}
	if r.ours {
		if kind, id, ok := strings.Cut(r.entry.ID, "-"); ok && (kind == "term" || kind == "topic") {
			r.entry.Matter = kind + "/" + id
		}
	}
	err := r.children(start.Name.Local, func(e xml.StartElement) error {
		if slices.Contains(languageNames, e.Name.Local) {
			return r.language(e)
		}
		return r.about(e, r.main, nil)
	})
	if err != nil {
		return err
	}
	whole := r.entry
	r.entry = Listed{}
	return r.file.add(whole)
}

func (r *tbxReader) language(start xml.StartElement) error {
	tag, err := r.entry.tag(attr(start, "lang"), r.line())
	if err != nil {
		return err
	}
	return r.children(start.Name.Local, func(e xml.StartElement) error {
		if slices.Contains(termNames, e.Name.Local) {
			return r.term(e, tag)
		}
		return r.about(e, tag, nil)
	})
}

func (r *tbxReader) term(start xml.StartElement, tag lang.Tag) error {
	w := FileWord{Language: tag, rank: plain}
	line, seen := r.line(), false
	var part func(e xml.StartElement) error
	part = func(e xml.StartElement) error {
		switch {
		case e.Name.Local == "term" && seen:
			return r.unknown(e)
		case e.Name.Local == "term":
			seen = true
			s, err := r.words()
			w.Term = s
			return err
		case e.Name.Local == "termGrp":
			return r.children(e.Name.Local, part)
		}
		return r.about(e, tag, &w)
	}
	if err := r.children(start.Name.Local, part); err != nil {
		return err
	}
	if w.rank > admitted {
		r.file.pass("deprecatedTerm")
		return nil
	}
	return r.entry.word(w, line)
}

// about reads what stands beside languages and words: a definition, a note, whose word it is and whether it is preferred. Of a category that a glossary has no place for, its name is kept.
func (r *tbxReader) about(e xml.StartElement, tag lang.Tag, w *FileWord) error {
	name := e.Name.Local
	if slices.Contains(groupNames, name) {
		return r.children(name, func(e xml.StartElement) error { return r.about(e, tag, w) })
	}
	category := attr(e, "type")
	switch {
	case !slices.Contains(typedNames, name) && e.Name.Space != r.space:
		category = name // a module's own element, named for its category
	case !slices.Contains(typedNames, name):
		return r.unknown(e)
	case name == "note":
		category = name
	}
	line := r.line()
	switch {
	case category == "definition" && tag != "":
		s, err := r.words()
		if own, bad := tagOf(attr(e, "lang")); bad == nil {
			tag = own
		}
		if err == nil {
			err = r.entry.define(tag, s, line)
		}
		return err
	case w == nil:
	case category == "note":
		s, err := r.words()
		w.Note = s
		return err
	case category == "customerSubset":
		s, err := r.words()
		w.Whose = s
		return err
	case category == "administrativeStatus" || category == "normativeAuthorization":
		s, err := r.words()
		w.rank = rankOf(strings.TrimSpace(s))
		return err
	}
	if !r.ours {
		r.file.pass(clip(category))
	}
	return r.skip()
}

// rankOf reads an administrative status, as the standard and its predecessors spell it.
func rankOf(status string) int {
	switch s := strings.ToLower(status); {
	case strings.HasPrefix(s, "preferred"), strings.HasPrefix(s, "standardized"):
		return preferred
	case strings.HasPrefix(s, "deprecated"), strings.HasPrefix(s, "superseded"), strings.HasPrefix(s, "obsolete"):
		return admitted + 1
	case strings.HasPrefix(s, "admitted"):
		return admitted
	}
	return plain
}

// attr is an attribute by its local name.
func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
