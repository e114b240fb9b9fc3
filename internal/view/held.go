package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"entente.example/internal/text"
	"entente.example/lang"
)

// HeldEntry spells out what is to be written, value by value: nobody should have to read JSON, nor look an id up, to know what they consent to.
func (f From) HeldEntry(matter, act string, body []byte) (HeldEntry, error) {
	out := HeldEntry{Type: act}
	var b bytes.Buffer
	if json.Indent(&b, body, "", "  ") == nil {
		out.Source = b.String()
	}
	var values any
	if json.Unmarshal(body, &values) != nil {
		return out, nil
	}
	s := speller{f: f, languages: f.Charter().Document().Languages}
	if id, ok := strings.CutPrefix(matter, "text/"); ok {
		g, err := f.glance()
		if err == nil && g.Text(matter) != nil { // one that is to be tabled is not there yet
			s.text, err = f.textOf(g, id)
		}
		if err != nil {
			return out, err
		}
	}
	s.spell(nil, values)
	out.Lines = s.lines
	return out, nil
}

// TitleOf is what the matter of an act that waits is called; nil if it has no title, or is still to begin.
func (f From) TitleOf(matter string) (lang.Text, error) {
	g, err := f.glance()
	if err != nil {
		return nil, err
	}
	return title(g, matter), nil
}

// speller adds every value of a body, named by its place in it.
type speller struct {
	f         From
	languages []lang.Tag
	text      *text.State // that it is about; nil: about something else
	lines     []HeldLine
}

func (s *speller) spell(of []string, v any) {
	under := func(name string) []string { return append(slices.Clone(of), name) }
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			words, plain := v[k].(string)
			switch {
			case plain && slices.Contains(s.languages, lang.Tag(k)):
				s.lines = append(s.lines, HeldLine{Of: of, Lang: lang.Tag(k), Text: words})
			case plain && k == "wording" && s.wording(under(k), v["paragraph"], words):
			default:
				s.spell(under(k), v[k])
			}
		}
	case []any:
		for i, x := range v {
			if len(v) == 1 {
				s.spell(of, x)
			} else {
				s.spell(under(strconv.Itoa(i+1)), x)
			}
		}
	default:
		s.lines = append(s.lines, HeldLine{Of: of, Text: s.called(of, fmt.Sprint(v))})
	}
}

// ofParagraphs are the names of values that are ids of paragraphs.
var ofParagraphs = []string{"paragraph", "paragraphs", "after", "into", "from"}

// called is a value as its readers know it: a paragraph by its number in the text.
func (s *speller) called(of []string, value string) string {
	named := slices.DeleteFunc(slices.Clone(of), func(n string) bool { _, err := strconv.Atoi(n); return err == nil })
	if s.text != nil && len(named) > 0 && slices.Contains(ofParagraphs, named[len(named)-1]) {
		if p := s.text.Para(text.ParaID(value)); p != nil {
			return p.Label
		}
	}
	return value
}

// wording adds what a wording says that the body names by its id.
func (s *speller) wording(of []string, paragraph any, id string) bool {
	name, _ := paragraph.(string)
	if s.text == nil || s.text.Para(text.ParaID(name)) == nil {
		return false
	}
	p := s.text.Para(text.ParaID(name))
	w := p.Wording(text.WordingID(id))
	if w == nil {
		return false
	}
	s.lines = append(s.lines, HeldLine{Of: of, Text: w.Label})
	shown := s.f.wording(s.text, p, w, "")
	for _, tag := range s.text.Tabled.Languages {
		if words := shown.Plain(tag); words != "" {
			s.lines = append(s.lines, HeldLine{Of: of, Lang: tag, Text: words})
		}
	}
	return true
}
