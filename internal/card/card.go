// Package card draws the picture that other sites and messengers show with a link to a text: mark, category, headline, parties and date.
//
// It promises that a card never shows half of its words: if the fonts at hand lack one character of the headline, there is no headline on it.
package card

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"strings"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"entente.example/lang"
)

// Width and Height are what readers of OpenGraph expect.
const (
	Width  = 1200
	Height = 630
	margin = 80
)

// Words are what stands on a card, in one language.
type Words struct {
	Lang                            lang.Tag
	Category, Headline, Byline, Day string
}

// Fonts are what words are drawn with: Go's own for Latin, and those that were found for other scripts.
type Fonts struct {
	bold, regular *sfnt.Font
	more          []*sfnt.Font
}

// NewFonts prepares the fonts. Each of more is a font file or a collection of fonts; it is read from whenever a card is drawn.
func NewFonts(more ...io.ReaderAt) (*Fonts, error) {
	f := &Fonts{}
	var err error
	if f.bold, err = sfnt.Parse(gobold.TTF); err != nil {
		return nil, err
	}
	if f.regular, err = sfnt.Parse(goregular.TTF); err != nil {
		return nil, err
	}
	for _, file := range more {
		c, err := sfnt.ParseCollectionReaderAt(file)
		if err != nil {
			return nil, err
		}
		for i := range c.NumFonts() {
			one, err := c.Font(i)
			if err != nil {
				return nil, err
			}
			f.more = append(f.more, one)
		}
	}
	return f, nil
}

// regions name the face of a collection that has a language's own forms of shared characters.
var regions = map[lang.Tag]string{lang.Chinese: "SC", lang.Japanese: "JP", "zh-Hant": "TC", "ko": "KR"}

// order puts first the Latin font, then the face of the language, then the rest.
func (f *Fonts) order(tag lang.Tag, latin *sfnt.Font) []*sfnt.Font {
	out := []*sfnt.Font{latin}
	var rest []*sfnt.Font
	for _, x := range f.more {
		name, err := x.Name(nil, sfnt.NameIDFamily)
		if region := regions[tag]; err == nil && region != "" && strings.HasSuffix(name, " "+region) {
			out = append(out, x)
		} else {
			rest = append(rest, x)
		}
	}
	return append(out, rest...)
}

// pen writes in one size.
type pen struct {
	fonts []*sfnt.Font
	faces []font.Face
	buf   sfnt.Buffer
}

func (f *Fonts) pen(tag lang.Tag, latin *sfnt.Font, size float64) (*pen, error) {
	p := &pen{fonts: f.order(tag, latin)}
	for _, x := range p.fonts {
		face, err := opentype.NewFace(x, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
		if err != nil {
			return nil, err
		}
		p.faces = append(p.faces, face)
	}
	return p, nil
}

// face is the first that has a character; nil if none has.
func (p *pen) face(r rune) font.Face {
	for i, x := range p.fonts {
		if g, err := x.GlyphIndex(&p.buf, r); err == nil && g != 0 {
			return p.faces[i]
		}
	}
	return nil
}

// can reports whether every character can be drawn.
func (p *pen) can(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return p.face(r) == nil })
}

func (p *pen) width(s string) (w fixed.Int26_6) {
	for _, r := range s {
		if face := p.face(r); face != nil {
			advance, _ := face.GlyphAdvance(r)
			w += advance
		}
	}
	return w
}

// lines breaks words so that none is wider than the card: at spaces, and around characters that need none.
func (p *pen) lines(s string) (out []string) {
	room := fixed.I(Width - 2*margin)
	line := ""
	for _, piece := range pieces(s) {
		if line != "" && p.width(line+strings.TrimRight(piece, " ")) > room {
			out, line = append(out, strings.TrimRight(line, " ")), ""
		}
		line += piece
	}
	return append(out, strings.TrimRight(line, " "))
}

// closing marks do not begin a line.
const closing = "、。，．・：；？！）」』】〉》〕,.;:!?)"

// pieces are what a line may be broken between.
func pieces(s string) (out []string) {
	for _, r := range s {
		n := len(out)
		wide := unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
		switch {
		case n == 0:
			out = append(out, string(r))
		case strings.ContainsRune(closing, r) || r == ' ':
			out[n-1] += string(r)
		case wide || strings.HasSuffix(out[n-1], " ") || ends(out[n-1]):
			out = append(out, string(r))
		default:
			out[n-1] += string(r)
		}
	}
	return out
}

// ends reports whether a piece ends with a character after which a line may end.
func ends(piece string) bool {
	r := []rune(piece)
	return unicode.In(r[len(r)-1], unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || strings.ContainsRune("、。，」』", r[len(r)-1])
}

func (p *pen) write(on draw.Image, ink color.Color, y int, s string) {
	at := fixed.P(margin, y)
	for _, r := range s {
		face := p.face(r)
		if face == nil {
			continue
		}
		d := font.Drawer{Dst: on, Src: image.NewUniform(ink), Face: face, Dot: at}
		d.DrawString(string(r))
		at = d.Dot
	}
}

var (
	paper = color.RGBA{0xf5, 0xf4, 0xef, 0xff}
	ink   = color.RGBA{0x1d, 0x1c, 0x22, 0xff}
	soft  = color.RGBA{0x55, 0x54, 0x5c, 0xff}
	blue  = color.RGBA{0x1d, 0x44, 0x68, 0xff}
	red   = color.RGBA{0x9c, 0x2f, 0x23, 0xff}
	coral = color.RGBA{0xe0, 0x67, 0x4f, 0xff}
)

// mark draws the sign of the press room: two sides that face each other, and the line between them.
func mark(on draw.Image, x, y, size float32) {
	unit := size / 32
	bar := func(c color.Color, x0, y0, x1, y1 float32) {
		r := vector.NewRasterizer(Width, Height)
		r.MoveTo(x+x0*unit, y+y0*unit)
		r.LineTo(x+x1*unit, y+y0*unit)
		r.LineTo(x+x1*unit, y+y1*unit)
		r.LineTo(x+x0*unit, y+y1*unit)
		r.ClosePath()
		r.Draw(on, on.Bounds(), image.NewUniform(c), image.Point{})
	}
	bar(blue, 0, 0, 32, 32)
	for _, b := range [][4]float32{{7.8, 6.8, 10.2, 25.2}, {7.8, 6.8, 13, 9.2}, {7.8, 22.8, 13, 25.2}, {21.8, 6.8, 24.2, 25.2}, {19, 6.8, 24.2, 9.2}, {19, 22.8, 24.2, 25.2}} {
		bar(color.White, b[0], b[1], b[2], b[3])
	}
	bar(coral, 13, 14.6, 19, 17.4)
}

// Draw makes a card as PNG. whole is false if the fonts lack characters of the headline, which then is not on it.
func (f *Fonts) Draw(w Words) (b []byte, whole bool, err error) {
	img := image.NewRGBA(image.Rect(0, 0, Width, Height))
	draw.Draw(img, img.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	draw.Draw(img, image.Rect(0, 0, Width, 14), image.NewUniform(blue), image.Point{}, draw.Src)
	mark(img, margin, 64, 84)
	small, err := f.pen(w.Lang, f.regular, 28)
	if err != nil {
		return nil, false, err
	}
	strong, err := f.pen(w.Lang, f.bold, 26)
	if err != nil {
		return nil, false, err
	}
	if strong.can(w.Category) {
		strong.write(img, red, 210, w.Category)
	}
	if small.can(w.Byline) {
		lines := small.lines(w.Byline)
		small.write(img, soft, Height-94, lines[0])
	}
	if small.can(w.Day) {
		small.write(img, soft, Height-52, w.Day)
	}
	if whole, err = f.headline(img, w); err != nil {
		return nil, false, err
	}
	var out bytes.Buffer
	err = png.Encode(&out, img)
	return out.Bytes(), whole, err
}

// headline is written as large as it can be; what is too long for the smallest size ends in an ellipsis.
func (f *Fonts) headline(img draw.Image, w Words) (bool, error) {
	const most = 4
	for _, size := range []float64{64, 54, 44} {
		p, err := f.pen(w.Lang, f.bold, size)
		if err != nil || !p.can(w.Headline) {
			return false, err
		}
		lines := p.lines(w.Headline)
		if len(lines) > most && size > 44 {
			continue
		}
		if len(lines) > most {
			lines = lines[:most]
			lines[most-1] = strings.TrimRight(lines[most-1], " ") + "…"
		}
		for i, line := range lines {
			p.write(img, ink, 230+int(size*1.25)*(i+1), line)
		}
		return true, nil
	}
	return false, nil
}
