package text

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"entente.example/entry"
	"entente.example/lang"
	"entente.example/refusal"
)

// Draft is a draft before it is divided into acts: the members of Table, paragraphs without limit.
type Draft struct {
	Table
}

// MaxDraftFile bounds a draft's file, in bytes.
const MaxDraftFile = 256 << 20

// Check refuses a draft that no text can begin with. It names the paragraph and the language, and what is wrong with them.
func (d Draft) Check() error {
	switch {
	case len(d.Languages) == 0:
		return refusal.New(refusal.Invalid, "text.no_languages")
	case len(d.Paragraphs) == 0:
		return refusal.New(refusal.Invalid, "text.no_paragraphs")
	}
	if err := d.Title.Check(); err != nil {
		return err
	}
	if err := checkPrevails(d.Prevails, d.Languages); err != nil {
		return err
	}
	if badSymbol(d.Symbol) || badDocument(d.Document) {
		return refusal.New(refusal.Invalid, "text.bad_symbol")
	}
	if err := Borne(d.Symbol); err != nil {
		return err
	}
	if err := checkFirst(d.Paragraphs[0]); err != nil {
		return err
	}
	for _, p := range d.Paragraphs {
		for _, tag := range p.Text.Tags() {
			if err := checkSeen(p.ID, tag, p.Text[tag]); err != nil {
				return err
			}
		}
	}
	return checkParagraphs(d.Paragraphs, d.Languages)
}

// BadFile says where a file stops being a draft, without repeating it.
func BadFile(err error) error {
	return refusal.New(refusal.Invalid, "text.bad_file", "where", PlaceIn(err)).Because(err)
}

// PlaceIn is where JSON cannot be read: the member, and the byte. What the library says beside that is in English, and may repeat what was sent.
func PlaceIn(err error) string {
	if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return fmt.Sprintf("%s:%d", e.JSONPointer, e.ByteOffset)
	}
	if e, ok := errors.AsType[*json.SemanticError](err); ok {
		return fmt.Sprintf("%s:%d", e.JSONPointer, e.ByteOffset)
	}
	return ":0"
}

// Normalised is wording as it is kept: tags in their one spelling, each language tidied as typed or pasted words are.
func Normalised(t lang.Text) lang.Text {
	out := lang.Text{}
	for tag, s := range t {
		if clean, err := lang.ParseTag(string(tag)); err == nil {
			tag = clean
		}
		out[tag] = lang.Normalise(s)
	}
	return out
}

// roomInEntry is how many bytes of paragraphs one act of a draft carries; the envelope and escapes take the rest.
const roomInEntry = 56_000

// Acts splits the draft into acts that each fit into an entry.
func (d Draft) Acts() []entry.Body {
	var parts [][]Paragraph
	var part []Paragraph
	room := roomInEntry - size(d.Annexes) - size(d.Pairs) - size(d.Title)
	for _, p := range d.Paragraphs {
		for _, piece := range pieces(p) {
			n := size(piece)
			if n > room && len(part) > 0 {
				parts, part, room = append(parts, part), nil, roomInEntry
			}
			part = append(part, piece)
			room -= n
		}
	}
	parts = append(parts, part)
	first := d.Table
	first.Paragraphs, first.Parts = parts[0], len(parts)
	out := []entry.Body{first}
	for i, p := range parts[1:] {
		out = append(out, Continue{Part: i + 2, Paragraphs: p})
	}
	return out
}

// pieces divides a paragraph whose languages together are too long for one act into several with the same id.
func pieces(p Paragraph) []Paragraph {
	if size(p) <= roomInEntry {
		return []Paragraph{p}
	}
	var out []Paragraph
	for _, tag := range p.Text.Tags() {
		one := p
		one.Text = lang.Text{tag: p.Text[tag]}
		out = append(out, one)
	}
	return out
}

// size is how many bytes a value takes in an entry.
func size(v any) int {
	b, err := json.Marshal(v)
	if err != nil {
		return roomInEntry
	}
	return len(b)
}

// Wordings resolves what a person writes, "7" for the tabled wording of paragraph 7 or "7=7 bis" for an alternative, to items.
func (s *State) Wordings(refs []string) ([]Item, error) {
	var out []Item
	for _, ref := range refs {
		id, label, alternative := strings.Cut(ref, "=")
		p := s.Para(ParaID(strings.TrimSpace(id)))
		if p == nil {
			return nil, unknownParagraph(ParaID(id))
		}
		w := p.Wordings[0]
		if label = strings.TrimSpace(label); alternative && label != "" {
			i := slices.IndexFunc(p.Wordings, func(w *Wording) bool { return w.Label == label || string(w.ID) == label })
			if i < 0 {
				return nil, refusal.New(refusal.Missing, "text.unknown_wording", "paragraph", id, "wording", label)
			}
			w = p.Wordings[i]
		}
		out = append(out, Item{Paragraph: p.ID, Wording: w.ID})
	}
	return out, nil
}

// ordinals label alternatives as the field does.
var ordinals = []string{"bis", "ter", "quater", "quinquies", "sexies", "septies", "octies", "novies", "decies"}

// NextLabel is the label of the next alternative of a paragraph: "7 bis", "7 ter", … .
func (p *Para) NextLabel() string {
	var taken []string
	for _, w := range p.Wordings {
		taken = append(taken, w.Label)
	}
	return nextLabel(p.Label, taken)
}

func nextLabel(label string, taken []string) string {
	for _, o := range ordinals {
		if l := label + " " + o; !slices.Contains(taken, l) {
			return l
		}
	}
	for n := len(ordinals) + 2; ; n++ {
		if l := fmt.Sprintf("%s alt. %d", label, n); !slices.Contains(taken, l) {
			return l
		}
	}
}
