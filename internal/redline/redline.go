// Package redline owns what has changed between two readings of a text: which paragraphs came, went or moved, and which words; by word where a script has spaces between words, by character where it has none.
//
// It promises that what is kept and taken out, put together, is the wording before, and what is kept and put in the wording after, to the byte.
package redline

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"znkr.io/diff"

	"entente.example/internal/text"
	"entente.example/lang"
)

// Kinds of a piece.
const (
	Same = "same"
	Out  = "out"
	In   = "in"
)

// Piece is a stretch of wording that was kept, taken out or put in.
type Piece struct {
	Kind string `json:"kind"` // "same", "out", "in"
	Text string `json:"text"`
}

// kept is the least share of the letters of the longer wording that has to be kept, in percent; where less is, the whole is replaced: marks on every other word help nobody.
const kept = 35

// Words marks what has changed in wording, by word.
func Words(was, is string) []Piece { return differ(was, is, tokens, unspaced) }

// Letters marks what has changed in wording, by character: a spelling that was mended is one letter and no word.
func Letters(was, is string) []Piece { return differ(was, is, letters, anything) }

// differ compares what divide makes of both; a short stretch that is the same by chance counts as changed where mayFold says so.
func differ(was, is string, divide func(string) []string, mayFold func(string) bool) []Piece {
	switch {
	case was == is && was == "":
		return nil
	case was == is:
		return []Piece{{Same, is}}
	case was == "":
		return []Piece{{In, is}}
	case is == "":
		return []Piece{{Out, was}}
	}
	var out []Piece
	for _, e := range diff.Edits(divide(was), divide(is)) {
		switch e.Op {
		case diff.Match:
			out = add(out, Same, e.X)
		case diff.Delete:
			out = add(out, Out, e.X)
		case diff.Insert:
			out = add(out, In, e.Y)
		}
	}
	for n := 0; n != len(out); {
		n, out = len(out), gather(out, mayFold)
	}
	same := 0
	for _, p := range out {
		if p.Kind == Same {
			same += len(strings.TrimSpace(p.Text))
		}
	}
	if same*100 < kept*max(len(was), len(is)) {
		return []Piece{{Out, was}, {In, is}}
	}
	return tidy(out)
}

// tokens divides wording as UAX #29 does: words, each character of Han and Kana alone, spaces, signs. No character is cut from its marks.
func tokens(s string) []string {
	out := make([]string, 0, utf8.RuneCountInString(s)/2+1)
	state := -1
	for len(s) > 0 {
		var w string
		w, s, state = uniseg.FirstWordInString(s, state)
		out = append(out, w)
	}
	return out
}

// letters divides wording into characters as readers see them (UAX #29): none is cut from its marks.
func letters(s string) []string {
	out := make([]string, 0, utf8.RuneCountInString(s))
	state := -1
	for len(s) > 0 {
		var c string
		c, s, _, state = uniseg.FirstGraphemeClusterInString(s, state)
		out = append(out, c)
	}
	return out
}

func add(list []Piece, kind, s string) []Piece {
	if n := len(list) - 1; n >= 0 && list[n].Kind == kind {
		list[n].Text += s
		return list
	}
	return append(list, Piece{kind, s})
}

func anything(string) bool { return true }

// unspaced reports whether wording has no word that was compared whole: characters of Han and Kana are met again anywhere, a word is not.
func unspaced(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
	})
}

// gather counts as changed what is the same between two changes that are both at least as long, and joins it to them: unrelated sentences have letters in common, and marks around each of these help nobody.
func gather(list []Piece, mayFold func(string) bool) []Piece {
	var out []Piece
	for i := 0; i < len(list); {
		if list[i].Kind == Same {
			out = append(out, list[i])
			i++
			continue
		}
		var gone, come strings.Builder
		for i < len(list) {
			if list[i].Kind == Same {
				next := i + 1
				for next < len(list) && list[next].Kind != Same {
					next++
				}
				n := runes(list[i].Text)
				if !mayFold(list[i].Text) || n > max(runes(gone.String()), runes(come.String())) || n > longest(list[i+1:next]) {
					break
				}
				gone.WriteString(list[i].Text)
				come.WriteString(list[i].Text)
				i++
			}
			for ; i < len(list) && list[i].Kind != Same; i++ {
				if list[i].Kind == Out {
					gone.WriteString(list[i].Text)
				} else {
					come.WriteString(list[i].Text)
				}
			}
		}
		out = change(out, gone.String(), come.String())
	}
	return out
}

// change adds what was taken out, and then what was put in.
func change(list []Piece, gone, come string) []Piece {
	if gone != "" {
		list = append(list, Piece{Out, gone})
	}
	if come != "" {
		list = append(list, Piece{In, come})
	}
	return list
}

// longest is how many characters were taken out or put in, whichever is more.
func longest(changes []Piece) int {
	var gone, come int
	for _, p := range changes {
		if p.Kind == Out {
			gone += runes(p.Text)
		} else {
			come += runes(p.Text)
		}
	}
	return max(gone, come)
}

func runes(s string) int { return utf8.RuneCountInString(s) }

// tidy joins changes that only spaces divide, and puts what was taken out before what was put in.
func tidy(list []Piece) []Piece {
	var out []Piece
	for i := 0; i < len(list); {
		if list[i].Kind == Same {
			out = append(out, list[i])
			i++
			continue
		}
		var gone, come strings.Builder
		for ; i < len(list); i++ {
			p := list[i]
			if p.Kind == Same && (strings.TrimSpace(p.Text) != "" || i+1 == len(list)) {
				break
			}
			if p.Kind != In {
				gone.WriteString(p.Text)
			}
			if p.Kind != Out {
				come.WriteString(p.Text)
			}
		}
		out = change(out, gone.String(), come.String())
	}
	return out
}

// What became of a paragraph.
const (
	Kept    = "kept"
	Changed = "changed"
	Added   = "added"
	Removed = "removed"
)

// Paragraph is what became of one paragraph, in each language.
type Paragraph struct {
	ID      text.ParaID          `json:"id"`
	Label   string               `json:"label"`
	Was     string               `json:"was,omitzero"` // its label before, if another
	Kind    string               `json:"kind"`         // "kept", "changed", "added", "removed"
	Moved   bool                 `json:"moved,omitzero"`
	Changes map[lang.Tag][]Piece `json:"changes"`
}

// Comparison is what has changed between two readings.
type Comparison struct {
	Title      map[lang.Tag][]Piece `json:"title"`
	Paragraphs []Paragraph          `json:"paragraphs"`
	Changed    int                  `json:"changed"` // how many are not as they were
}

// Compare compares two readings of one text in some languages, by word or, with mark Letters, by character. Paragraphs are known by their ids, wherever they stand and whatever their number is.
func Compare(was, is text.Reading, languages []lang.Tag, mark func(was, is string) []Piece) *Comparison {
	out := &Comparison{Title: changes(was.Title, is.Title, languages, mark), Paragraphs: []Paragraph{}}
	before, after := index(was), index(is)
	for _, e := range diff.Edits(ids(was), ids(is)) {
		switch e.Op {
		case diff.Match:
			out.take(before[e.X], after[e.X], false, languages, mark)
		case diff.Delete:
			if _, stays := after[e.X]; !stays {
				out.take(before[e.X], nil, false, languages, mark)
			}
		case diff.Insert:
			_, was := before[e.Y]
			out.take(before[e.Y], after[e.Y], was, languages, mark)
		}
	}
	return out
}

func ids(r text.Reading) []text.ParaID {
	out := make([]text.ParaID, len(r.Paragraphs))
	for i, p := range r.Paragraphs {
		out[i] = p.ID
	}
	return out
}

func index(r text.Reading) map[text.ParaID]*text.Read {
	out := make(map[text.ParaID]*text.Read, len(r.Paragraphs))
	for i := range r.Paragraphs {
		out[r.Paragraphs[i].ID] = &r.Paragraphs[i]
	}
	return out
}

func (k *Comparison) take(was, is *text.Read, moved bool, languages []lang.Tag, mark func(was, is string) []Piece) {
	p := Paragraph{Moved: moved, Kind: Kept}
	var a, b lang.Text
	if was != nil {
		p.ID, p.Label, a = was.ID, was.Label, was.Text
	}
	if is != nil {
		if was != nil && was.Label != is.Label {
			p.Was = was.Label
		}
		p.ID, p.Label, b = is.ID, is.Label, is.Text
	}
	p.Changes = changes(a, b, languages, mark)
	switch {
	case was == nil:
		p.Kind = Added
	case is == nil:
		p.Kind = Removed
	case slices.ContainsFunc(languages, func(tag lang.Tag) bool { return a[tag] != b[tag] }):
		p.Kind = Changed
	}
	if p.Kind != Kept || p.Moved {
		k.Changed++
	}
	k.Paragraphs = append(k.Paragraphs, p)
}

func changes(was, is lang.Text, languages []lang.Tag, mark func(was, is string) []Piece) map[lang.Tag][]Piece {
	out := map[lang.Tag][]Piece{}
	for _, tag := range languages {
		if p := mark(was[tag], is[tag]); len(p) > 0 {
			out[tag] = p
		}
	}
	return out
}
