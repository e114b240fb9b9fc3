package pdf

import (
	"bytes"
	"encoding/binary"
	"slices"
	"unicode"

	"github.com/go-text/typesetting/bidi"
	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
	classes "golang.org/x/text/unicode/bidi"

	"entente.example/lang"
	"entente.example/refusal"
)

// glyph is one form of a font, placed by those beside it. Measures are in em.
type glyph struct {
	code       rune // its number in the font
	dx, dy, em float64
}

// complex are scripts whose letters change shape or place beside one another.
var complex = []*unicode.RangeTable{unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam,
	unicode.Sinhala, unicode.Thai, unicode.Lao, unicode.Tibetan, unicode.Myanmar, unicode.Khmer, unicode.Mongolian, unicode.Javanese, unicode.Balinese}

// needsShape reports whether a letter cannot be set by itself, from left to right, by the two-byte code that the writer of PDF would give it.
func needsShape(r rune) bool {
	if r < 0x300 {
		return false
	}
	c := class(r)
	return r > 0xffff || c == classes.R || c == classes.AL || c == classes.AN || unicode.Is(unicode.M, r) || unicode.In(r, complex...)
}

func class(r rune) classes.Class {
	p, _ := classes.LookupRune(r)
	return p.Class()
}

// passage is a text that has to be shaped, up to the end of a paragraph.
type passage struct {
	tag    lang.Tag
	runes  []rune
	levels []bidi.Level        // of each letter: even from left to right, odd from right to left (UAX #9)
	fonts  map[rune]*font.Face // that the letters are set in; of one that no font has the first, which then says so
	faces  map[*font.Face]*Face
	shaper shaping.HarfbuzzShaper
}

func newPassage(tag lang.Tag, s string, faces []*Face) (*passage, error) {
	p := &passage{tag: tag, runes: []rune(s), fonts: map[rune]*font.Face{}, faces: map[*font.Face]*Face{}}
	for _, r := range p.runes {
		if p.fonts[r] != nil {
			continue
		}
		face, _ := choose(faces, r)
		if face == nil {
			face = faces[0]
		}
		shaped, err := face.shaped()
		if err != nil {
			return nil, err
		}
		p.fonts[r], p.faces[shaped] = shaped, face
	}
	p.direct()
	return p, nil
}

// direct finds the level of each letter. The paragraph begins on the side of its language. No text has marks that embed one direction in another (lang.CheckText), so that its letters are at its own level and the two above.
func (p *passage) direct() {
	base := bidi.LeftToRight
	if p.tag.RightToLeft() {
		base = bidi.RightToLeft
	}
	p.levels = make([]bidi.Level, len(p.runes))
	strong := classes.L // the last letter with a direction of its own
	var all bidi.Paragraph
	runs := all.Segment(p.runes, base)
	for i := range runs.NumRuns() {
		r := runs.Run(i)
		if base == bidi.LeftToRight && r.Level%2 == 0 {
			p.numbers(r.Start, r.End, strong)
		}
		for at := r.Start; at < r.End; at++ {
			switch c := class(p.runes[at]); c {
			case classes.L, classes.R, classes.AL:
				strong = c
			}
			if base == bidi.RightToLeft || r.Level%2 != 0 {
				p.levels[at] = r.Level
			}
		}
	}
}

// numbers raises to level 2 what is a number, with what belongs to it, of letters that go from left to right: the library divides by direction alone, and gives "12" and "text" behind it in one.
func (p *passage) numbers(from, to int, strong classes.Class) {
	open := -1 // where what may belong to a number begins
	raise := func(end int) {
		for at := open; at < end; at++ {
			p.levels[at] = 2
		}
		open = end
	}
	for at := from; at < to; at++ {
		c := class(p.runes[at])
		digit := c == classes.AN || c == classes.EN && strong != classes.L
		sign := c == classes.ET && strong == classes.R // behind Arabic letters it belongs to none (rule W2 before W5)
		if open < 0 && (digit || sign) {
			open = at
		}
		switch {
		case digit, open == at && at > from && p.levels[at-1] == 2 && (sign || c == classes.NSM):
			raise(at + 1)
		case sign, open >= 0 && (c == classes.ES || c == classes.CS || c == classes.NSM || c == classes.BN):
		default:
			open = -1
		}
		if c == classes.L {
			strong = c
		}
	}
}

// set puts letters of the passage on one line, in the order in which they stand there from left to right (UAX #9, rule L2).
func (p *passage) set(from, to int) (line, error) {
	for to > from && p.runes[to-1] == ' ' {
		to--
	}
	type stretch struct{ from, to int }
	var all []stretch
	var levels []bidi.Level
	for at := from; at < to; at++ {
		if n := len(all); n > 0 && levels[n-1] == p.levels[at] {
			all[n-1].to = at + 1
			continue
		}
		all, levels = append(all, stretch{at, at + 1}), append(levels, p.levels[at])
	}
	for level := slices.Max(append(levels, 0)); level > 0; level-- {
		for i := 0; i < len(all); i++ {
			end := i
			for end < len(all) && levels[end] >= level {
				end++
			}
			slices.Reverse(all[i:end])
			slices.Reverse(levels[i:end])
			i = max(i, end)
		}
	}
	var out line
	for i, s := range all {
		set, err := p.shape(s.from, s.to, levels[i])
		if err != nil {
			return nil, err
		}
		out = append(out, set...)
	}
	return out, nil
}

// unit is the size at which the library is asked, so that its measures are in em.
const unit = fixed.Int26_6(1 << 16)

// shape sets letters of one direction, a run for each group of them that cannot be divided.
func (p *passage) shape(from, to int, level bidi.Level) (line, error) {
	in := shaping.Input{Text: p.runes, RunStart: from, RunEnd: to, Size: unit, Language: language.NewLanguage(string(p.tag)), Direction: di.DirectionLTR}
	if level%2 != 0 {
		in.Direction = di.DirectionRTL
	}
	var segmenter shaping.Segmenter
	parts := slices.Clone(segmenter.Split(in, p))
	if level%2 != 0 {
		slices.Reverse(parts)
	}
	var out line
	for _, part := range parts {
		set := p.shaper.Shape(part)
		for i, g := range set.Glyphs {
			first := p.runes[g.TextIndex() : g.TextIndex()+g.RunesCount()]
			if bad, ok := p.missing(part.Face, first, g); ok {
				return nil, refusal.New(refusal.Unavailable, "pdf.no_letter", "language", string(p.tag), "character", shown(bad))
			}
			em := func(x fixed.Int26_6) float64 { return float64(x) / float64(unit) }
			if i == 0 || set.Glyphs[i-1].TextIndex() != g.TextIndex() {
				out = append(out, run{face: p.faces[part.Face], text: string(first)})
			}
			last := &out[len(out)-1]
			last.glyphs = append(last.glyphs, glyph{code: rune(g.GlyphID), dx: em(g.XOffset), dy: em(g.YOffset), em: em(g.Advance)})
			last.em += em(g.Advance)
		}
	}
	return out, nil
}

// ResolveFace is the font of a letter of the passage.
func (p *passage) ResolveFace(r rune) *font.Face { return p.fonts[r] }

// missing is what a font cannot draw of letters: those that it does not have, and a form of one that is asked for by a variation selector. Glyphs whose number would be half of a UTF-16 pair cannot be named to the writer of PDF.
func (p *passage) missing(f *font.Face, letters []rune, g shaping.Glyph) (rune, bool) {
	for i, r := range letters {
		if i > 0 && unicode.Is(unicode.Variation_Selector, r) {
			if _, ok := f.VariationGlyph(letters[i-1], r); !ok {
				return letters[i-1], true
			}
		}
	}
	return letters[0], g.GlyphID == 0 || g.GlyphID >= 0xd800 && g.GlyphID < 0xe000 || g.GlyphID >= 0xffff
}

// byNumber is a font's file in which each glyph has its number for a code, so that any of them can be asked for. All else in it is as it was.
func byNumber(file []byte) []byte {
	// A table cmap with one subtable of format 4 (OpenType, cmap): two segments, every code by itself as a glyph, and the one that ends the list.
	var cmap []byte
	for _, v := range []uint16{0, 1, 3, 1, 0, 12, 4, 32, 0, 4, 4, 1, 0, 0xfffe, 0xffff, 0, 1, 0xffff, 0, 1, 0, 0} {
		cmap = binary.BigEndian.AppendUint16(cmap, v)
	}
	out := bytes.Clone(file)
	for len(out)%4 != 0 {
		out = append(out, 0)
	}
	for at := 12; at+16 <= len(file) && at < 12+16*int(binary.BigEndian.Uint16(file[4:])); at += 16 {
		if string(out[at:at+4]) == "cmap" {
			binary.BigEndian.PutUint32(out[at+8:], uint32(len(out)))
			binary.BigEndian.PutUint32(out[at+12:], uint32(len(cmap)))
		}
	}
	return append(out, cmap...)
}
