// Package pdf owns a sealed text on paper: the copy that each side signs, and the copy for the archive with the proof inside.
//
// It promises that the words on paper are those of the sealed files, that the same text, fonts and proof make the same bytes, and that what the fonts at hand do not have is refused by name,
// never left out or drawn as boxes.
package pdf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	shapes "github.com/go-text/typesetting/font"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"entente.example/lang"
	"entente.example/refusal"
)

// Face is a TrueType font.
type Face struct {
	name   string
	file   []byte
	font   *sfnt.Font
	widths map[rune]float64 // in em; negative: no such letter
	shapes *shapes.Face     // once it is needed
}

var (
	errOutlines = errors.New("not a single font with TrueType outlines (glyf)")
	errForbids  = errors.New("its maker forbids embedding (OS/2 fsType)")
)

// ReadFace reads a font's file. Only single fonts with TrueType outlines can be embedded. name is for errors.
func ReadFace(name string, file []byte) (*Face, error) {
	bad := refusal.New(refusal.Invalid, "pdf.bad_font", "file", name)
	if len(file) < 12 || binary.BigEndian.Uint32(file) != 0x00010000 && string(file[:4]) != "true" {
		return nil, bad.Because(errOutlines)
	}
	f, err := sfnt.Parse(file)
	if err != nil {
		return nil, bad.Because(err)
	}
	if forbidden(file) {
		return nil, bad.Because(errForbids)
	}
	return &Face{name: name, file: file, font: f, widths: map[rune]float64{}}, nil
}

// shaped is the font as the library knows it that shapes.
func (f *Face) shaped() (*shapes.Face, error) {
	if f.shapes == nil {
		face, err := shapes.ParseTTF(bytes.NewReader(f.file))
		if err != nil {
			return nil, refusal.New(refusal.Invalid, "pdf.bad_font", "file", f.name).Because(err)
		}
		f.shapes = face
	}
	return f.shapes, nil
}

// forbidden reads the licence bits of the table OS/2. The directory of tables was checked before.
func forbidden(file []byte) bool {
	for at := 12; at+16 <= len(file) && at < 12+16*int(binary.BigEndian.Uint16(file[4:])); at += 16 {
		if string(file[at:at+4]) != "OS/2" {
			continue
		}
		bits := uint64(binary.BigEndian.Uint32(file[at+8:])) + 8
		if bits+2 > uint64(len(file)) {
			return true
		}
		kind := binary.BigEndian.Uint16(file[bits:])
		return kind&0xf == 2 || kind&0x300 != 0
	}
	return false
}

// width is the advance of a letter in em, and whether the font has it.
func (f *Face) width(r rune) (float64, bool) {
	w, known := f.widths[r]
	if !known {
		w = f.measure(r)
		f.widths[r] = w
	}
	return w, w >= 0
}

func (f *Face) measure(r rune) float64 {
	var buf sfnt.Buffer
	g, err := f.font.GlyphIndex(&buf, r)
	if err != nil || g == 0 {
		return -1
	}
	unit := f.font.UnitsPerEm()
	a, err := f.font.GlyphAdvance(&buf, g, fixed.I(int(unit)), font.HintingNone)
	if err != nil {
		return -1
	}
	return float64(a) / 64 / float64(unit)
}

// Fonts are those of a house by language, each list in the order in which its fonts are asked for a letter. Those under Other serve what a language's own do not have.
type Fonts map[lang.Tag][]*Face

// Other is the place of the fonts that serve every language.
const Other lang.Tag = ""

// order lists the fonts for a language: its own, the common ones, then any others for quoted words. Han signs are drawn by region, so that a language written with them needs fonts of its own.
func (f Fonts) order(tag lang.Tag) ([]*Face, error) {
	base, _, _ := strings.Cut(string(tag), "-")
	own := f[tag]
	if len(own) == 0 {
		own = f[lang.Tag(base)]
	}
	if len(own) == 0 && slices.Contains([]string{"zh", "ja", "ko", "yue"}, base) || len(own)+len(f[Other]) == 0 {
		return nil, refusal.New(refusal.Unavailable, "pdf.no_font", "language", string(tag), "package", Package(tag))
	}
	out := slices.Concat(own, f[Other])
	for _, other := range slices.Sorted(maps.Keys(f)) {
		out = append(out, f[other]...)
	}
	return out, nil
}

// run is a stretch of one line in one font.
type run struct {
	face   *Face
	text   string
	em     float64 // width
	glyphs []glyph // what stands for the text, from left to right, if it was shaped
}

// runs finds a font for each letter of a text that need not be shaped, or says which letter none has.
func runs(tag lang.Tag, faces []*Face, s string) (line, error) {
	var out line
	for _, r := range s {
		face, em := choose(faces, r)
		if face == nil {
			return nil, refusal.New(refusal.Unavailable, "pdf.no_letter", "language", string(tag), "character", shown(r))
		}
		if n := len(out); n > 0 && out[n-1].face == face {
			out[n-1].text += string(r)
			out[n-1].em += em
			continue
		}
		out = append(out, run{face: face, text: string(r), em: em})
	}
	return out, nil
}

func choose(faces []*Face, r rune) (*Face, float64) {
	for _, face := range faces {
		if em, ok := face.width(r); ok {
			return face, em
		}
	}
	return nil, 0
}

func shown(r rune) string { return fmt.Sprintf("%c (U+%04X)", r, r) }

// Package names the Debian package with a font for a language.
func Package(tag lang.Tag) string {
	switch base, _, _ := strings.Cut(string(tag), "-"); base {
	case "zh", "yue", "ko":
		return "fonts-droid-fallback"
	case "ja":
		return "fonts-ipaexfont-gothic"
	}
	return "fonts-dejavu-core"
}

// Usual are the places where Debian's packages put fonts that can be embedded, by language.
var Usual = map[lang.Tag][]string{
	"zh-Hans": {"/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf"},
	"ko":      {"/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf"},
	"ja":      {"/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf", "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf", "/usr/share/fonts/truetype/vlgothic/VL-Gothic-Regular.ttf"},
	Other:     {"/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf", "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf"},
}
