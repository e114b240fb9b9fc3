package docx

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"entente.example/internal/zipped"
	"entente.example/refusal"
)

// parts are the files of a document that are read.
type parts struct {
	archive  *zipped.Archive
	main     string
	comments string // "" if there are none
	settled  string // the part that says which of them were resolved
	ignored  []string
}

// Is reports whether an archive is a document of an office program.
func Is(a *zipped.Archive) bool { return slices.Contains(a.Names(), "[Content_Types].xml") }

// open finds the parts, and refuses a document that brings programs.
func open(a *zipped.Archive) (*parts, error) {
	types, err := a.Read("[Content_Types].xml")
	if err != nil {
		return nil, err
	}
	if bytes.Contains(types, []byte("macroEnabled")) || bytes.Contains(types, []byte("vbaProject")) || slices.ContainsFunc(a.Names(), func(n string) bool { return strings.HasPrefix(strings.ToLower(path.Base(n)), "vba") }) {
		return nil, refusal.New(refusal.Invalid, "file.macros")
	}
	p := &parts{archive: a}
	root, err := p.relations("_rels/.rels")
	if err != nil {
		return nil, err
	}
	for _, r := range root {
		if r.kind() == "officeDocument" {
			p.main = strings.TrimPrefix(path.Clean("/"+r.Target), "/")
		}
	}
	if p.main == "" {
		return nil, refusal.New(refusal.Invalid, "file.unknown_format")
	}
	rels, err := p.relations(path.Join(path.Dir(p.main), "_rels", path.Base(p.main)+".rels"))
	for _, r := range rels {
		switch {
		case r.kind() == "comments":
			p.comments = path.Join(path.Dir(p.main), r.Target)
		case r.kind() == "commentsExtended":
			p.settled = path.Join(path.Dir(p.main), r.Target)
		case r.kind() == "image" && r.Mode != "External":
			p.ignore("file.pictures")
		case r.Mode == "External" && r.kind() == "hyperlink":
			p.ignore("file.links")
		case r.Mode == "External":
			p.ignore("file.external")
		case r.kind() == "footnotes" || r.kind() == "endnotes":
			p.footnotes(path.Join(path.Dir(p.main), r.Target))
		}
	}
	return p, err
}

func (p *parts) ignore(key string) {
	if !slices.Contains(p.ignored, key) {
		p.ignored = append(p.ignored, key)
	}
}

// footnotes says that there are some, if they have words: every document has two without.
func (p *parts) footnotes(name string) {
	b, err := p.archive.Read(name)
	if err == nil && bytes.Contains(b, []byte("<w:t>")) {
		p.ignore("file.footnotes")
	}
}

// relation is a line of a .rels file.
type relation struct {
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
	Mode   string `xml:"TargetMode,attr"`
}

func (r relation) kind() string { return path.Base(r.Type) }

func (p *parts) relations(name string) ([]relation, error) {
	b, err := p.archive.Read(name)
	if err != nil || b == nil {
		return nil, err
	}
	var out []relation
	err = elements(b, func(e xml.StartElement, _ *xml.Decoder) error {
		if e.Name.Local == "Relationship" {
			out = append(out, relation{attr(e, "Type"), attr(e, "Target"), attr(e, "TargetMode")})
		}
		return nil
	}, nil, nil)
	return out, err
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// maxDepth bounds how deep elements stand in each other.
const maxDepth = 200

// elements goes through a file of XML. Nothing outside of it is read: the decoder knows no entities but XML's own.
func elements(b []byte, start func(xml.StartElement, *xml.Decoder) error, end func(xml.EndElement) error, chars func([]byte)) error {
	d := xml.NewDecoder(bytes.NewReader(b))
	for depth := 0; ; {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		switch e := t.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return refusal.New(refusal.Invalid, "file.bad_archive")
			}
			err = start(e, d)
		case xml.EndElement:
			depth--
			if end != nil {
				err = end(e)
			}
		case xml.CharData:
			if chars != nil {
				chars(e)
			}
		}
		if err != nil {
			if refusal.As(err).Kind != refusal.Internal {
				return err
			}
			return refusal.New(refusal.Invalid, "file.bad_archive").Because(err)
		}
	}
}

// comment is one as the document has it.
type comment struct {
	author, text string
	paragraphs   []string // ids of them: the last one stands for the comment where it is said that it was resolved
}

// readComments reads what was commented. What somebody resolved is done with, and goes nowhere.
func (p *parts) readComments() (map[string]comment, error) {
	out := map[string]comment{}
	b, err := p.archive.Read(p.comments)
	if p.comments == "" || err != nil || b == nil {
		return out, err
	}
	settled, err := p.resolved()
	if err != nil {
		return nil, err
	}
	id, in := "", false
	say := func(s string) {
		k := out[id]
		k.text += s
		out[id] = k
	}
	err = elements(b, func(e xml.StartElement, _ *xml.Decoder) error {
		switch e.Name.Local {
		case "comment":
			id = attr(e, "id")
			out[id] = comment{author: attr(e, "author")}
		case "p":
			k := out[id]
			k.paragraphs = append(k.paragraphs, attr(e, "paraId"))
			out[id] = k
		case "t":
			in = true
		case "br", "cr":
			say("\n")
		case "tab":
			say(" ")
		}
		return nil
	}, func(e xml.EndElement) error {
		switch e.Name.Local {
		case "t":
			in = false
		case "p":
			say("\n")
		}
		return nil
	}, func(s []byte) {
		if in {
			say(string(s))
		}
	})
	maps.DeleteFunc(out, func(_ string, k comment) bool {
		done := slices.ContainsFunc(k.paragraphs, func(id string) bool { return settled[id] })
		if done {
			p.ignore("file.resolved")
		}
		return done || strings.TrimSpace(k.text) == ""
	})
	return out, err
}

// resolved are the paragraphs of comments that were resolved, and those of answers to such.
func (p *parts) resolved() (map[string]bool, error) {
	out := map[string]bool{}
	b, err := p.archive.Read(p.settled)
	if p.settled == "" || err != nil || b == nil {
		return out, err
	}
	err = elements(b, func(e xml.StartElement, _ *xml.Decoder) error {
		if id := attr(e, "paraId"); e.Name.Local == "commentEx" && id != "" {
			done := attr(e, "done")
			out[id] = done == "1" || done == "true" || out[attr(e, "paraIdParent")]
		}
		return nil
	}, nil, nil)
	return out, err
}
