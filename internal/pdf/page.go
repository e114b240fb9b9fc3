package pdf

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"codeberg.org/go-pdf/fpdf"

	"entente.example/internal/fingerprint"
	"entente.example/internal/locale"
	"entente.example/lang"
	"entente.example/refusal"
	"entente.example/seal"
)

// Measures of a sheet of A4, in millimetres, and sizes of letters in points.
const (
	pageWidth, pageHeight = 210.0, 297.0
	margin, top, bottom   = 25.0, 24.0, 26.0
	measure               = pageWidth - 2*margin
	labels                = 16.0 // the column of paragraph numbers
	indent                = 8.0  // of a sub-paragraph, for each level
	point                 = 25.4 / 72
	leading               = 1.55
	body, heading, small  = 11.0, 16.0, 8.0
	qrSide                = 30.0
	between               = 4.0  // blocks
	signLine              = 16.0 // a place to sign, below the name
)

// layout puts sheets on pages. The first error stays.
type layout struct {
	pdf   *fpdf.Fpdf
	fonts Fonts
	added map[setting]string
	at    *sheet
	y     float64
	feet  []foot // of each page
	err   error
}

// foot is what stands below a page.
type foot struct {
	sheet *sheet
	says  string
}

// write makes the file. The library gives up on a font that it cannot read; here such an end becomes an error.
func write(s Sealed, sheets []sheet, bundle []byte, fonts Fonts) (out []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			out, err = nil, refusal.New(refusal.Invalid, "pdf.unreadable_font").Because(fmt.Errorf("%v", r))
		}
	}()
	st, err := s.Content.Statement(1, s.Round)
	if err != nil {
		return nil, err
	}
	l := &layout{pdf: fpdf.New("P", "mm", "A4", ""), fonts: fonts, added: map[setting]string{}}
	l.describe(s, sheets[0], bundle)
	for i := range sheets {
		l.sheet(&sheets[i], s, st)
	}
	for i := range l.feet {
		l.foot(i)
	}
	if l.err != nil {
		return nil, l.err
	}
	var b bytes.Buffer
	if err := l.pdf.Output(&b); err != nil {
		return nil, fmt.Errorf("pdf: %w", err)
	}
	return b.Bytes(), nil
}

// describe fills what the file says of itself. Nothing in it depends on when or where it is made.
func (l *layout) describe(s Sealed, first sheet, bundle []byte) {
	l.pdf.SetCatalogSort(true)
	l.pdf.SetCreationDate(s.At.UTC())
	l.pdf.SetModificationDate(s.At.UTC())
	l.pdf.SetTitle(first.title, true)
	l.pdf.SetSubject(s.Content.Symbol, true)
	l.pdf.SetProducer("Entente", true)
	l.pdf.SetLang(string(first.tag))
	l.pdf.SetAutoPageBreak(false, 0)
	if len(bundle) > 0 {
		l.pdf.SetAttachments([]fpdf.Attachment{{Content: bundle, Filename: proofName(s.Content), Description: first.after}})
	}
}

func (l *layout) sheet(sh *sheet, s Sealed, st seal.Statement) {
	l.at = sh
	says := beside(s.Content.Symbol, sh.mark, st.Digest()[:16])
	invented := ""
	if s.Content.Illustration {
		invented = locale.Message(sh.ui, "web.illustration", nil)
	}
	l.page(says)
	for _, note := range []string{invented, sh.mark} {
		l.centred(sh.ui, note, small)
	}
	l.pdf.Bookmark(nameOf(sh.tag), 0, 0) // once a font is chosen: before, the library takes a name for Latin
	l.y += 4
	for _, h := range sh.head {
		l.centred(sh.tag, h, body)
	}
	l.y += 3
	l.centred(sh.tag, sh.title, heading)
	l.y += 6
	for i, rows := range sh.blocks {
		for j, r := range rows {
			follows := 0.0
			if i == len(sh.blocks)-1 && j == len(rows)-1 {
				follows = l.signatures()
			}
			l.row(r, follows)
		}
		l.y += between
	}
	for _, who := range sh.signers {
		l.sign(who)
	}
	l.digest(st)
}

// beside joins what stands on one line, with a point between. A mark behind each keeps what is written from right to left from drawing over what stands beside it (UAX #9, LRM).
func beside(parts ...string) string {
	parts = slices.DeleteFunc(parts, func(x string) bool { return x == "" })
	point := " · "
	if slices.ContainsFunc(parts, func(x string) bool { return strings.ContainsFunc(x, needsShape) }) {
		point = "\u200e · "
	}
	return strings.Join(parts, point)
}

// nameOf is a language's name in a list of contents.
func nameOf(tag lang.Tag) string {
	if slices.Contains(locale.Languages, tag) {
		return locale.OwnName(tag)
	}
	return string(tag)
}

func (l *layout) page(says string) {
	l.pdf.AddPage()
	l.y = top
	l.feet = append(l.feet, foot{l.at, says})
}

// room begins a page if so much does not fit on this one.
func (l *layout) room(height float64) {
	if l.y+height > pageHeight-bottom {
		l.page(l.feet[len(l.feet)-1].says)
	}
}

// set breaks a text into lines, as its language is written.
func (l *layout) set(tag lang.Tag, s string, size, width float64) []line {
	if l.err != nil {
		return nil
	}
	lines, err := l.fonts.lines(tag, s, width/(size*point))
	l.err = err
	return lines
}

// draw puts one line at a place; y is its upper edge.
func (l *layout) draw(at line, x, y, size float64) {
	y += size * point * 1.15 // the base line
	for _, r := range at {
		if l.err != nil {
			return
		}
		l.pdf.SetFont(l.named(r), "", size)
		if r.glyphs == nil {
			l.pdf.Text(x, y, r.text)
			x += r.em * size * point
			continue
		}
		l.pdf.RawWriteStr("/Span <</ActualText <" + actual(r.text) + ">>> BDC") // PDF 1.7, 14.9.4: what readers take out of the file
		for _, g := range r.glyphs {
			l.pdf.Text(x+g.dx*size*point, y-g.dy*size*point, string(g.code))
			x += g.em * size * point
		}
		l.pdf.RawWriteStr("EMC")
	}
}

// actual spells a text for the writer of PDF: hexadecimal UTF-16 with its mark.
func actual(s string) string {
	var b strings.Builder
	b.WriteString("FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String()
}

// setting is a font as the file holds it: with the codes of its letters, or with its glyphs' numbers.
type setting struct {
	face     *Face
	byNumber bool
}

// named is the name of a run's font, which is put into the file when it is first needed.
func (l *layout) named(r run) string {
	what := setting{r.face, r.glyphs != nil}
	name, ok := l.added[what]
	if ok {
		return name
	}
	name = fmt.Sprintf("face%d", len(l.added))
	l.added[what] = name
	file := r.face.file
	if what.byNumber {
		file = byNumber(file)
	}
	l.pdf.AddUTF8FontFromBytes(name, "", file)
	return name
}

// begins is where something so wide has its left edge that stands so far from the edge of the page at which the sheet's language begins a line.
func (l *layout) begins(x, width float64) float64 {
	if l.at.tag.RightToLeft() {
		return pageWidth - x - width
	}
	return x
}

// begin puts a line where its language begins one.
func (l *layout) begin(at line, x, y, size float64) {
	l.draw(at, l.begins(x, at.em()*size*point), y, size)
}

func (l *layout) centred(tag lang.Tag, s string, size float64) {
	if s == "" {
		return
	}
	for _, at := range l.set(tag, s, size, measure) {
		l.room(size * point * leading)
		l.draw(at, (pageWidth-at.em()*size*point)/2, l.y, size)
		l.y += size * point * leading
	}
}

// signatures is how much room the places of all signers take below the text, or that of the first, if they fill a page.
func (l *layout) signatures() (all float64) {
	for _, who := range l.at.signers {
		if h := l.place(who) + between; all == 0 || all+h <= pageHeight-top-bottom-6*body*point*leading {
			all += h
		}
	}
	return all
}

// place is how much room a party's place takes.
func (l *layout) place(who signer) float64 {
	return float64(len(l.set(l.at.tag, who.name, body, measure)))*body*point*leading + max(signLine, small*point*leading*float64(len(who.seal))+4)
}

// row sets a numbered paragraph, a sub-paragraph below its own. Its first line does not stand alone at the end of a page; a number too long for its column stands above.
// Its last lines, two or more, stay on one page with what follows and takes so much room: nobody signs a page without words of the text.
func (l *layout) row(r row, follows float64) {
	const step = body * point * leading
	in := indent * float64(r.deep)
	tag := l.at.tag
	if r.leads {
		tag = l.at.ui
	}
	number := l.set(l.at.tag, r.label, body, measure-in)
	lines := l.set(tag, r.text, body, measure-in-labels)
	last := 2
	if len(lines) <= last+1 {
		last = len(lines)
	}
	switch {
	case follows > 0 && last == len(lines):
		l.room(step*float64(len(number)+last) + between + follows)
	case r.leads:
		l.room(step * float64(len(number)+len(lines)+1))
	default:
		l.room(step * float64(len(number)+min(len(lines), 1)))
	}
	for i, at := range number {
		l.begin(at, margin+in, l.y, body)
		if i > 0 || at.em()*body*point > labels-2 {
			l.y += step
		}
	}
	for i, at := range lines {
		l.room(step)
		if follows > 0 && i > 0 && i == len(lines)-last {
			l.room(step*float64(last) + between + follows)
		}
		l.begin(at, margin+in+labels, l.y, body)
		l.y += step
	}
	l.y += 1.5
}

// sign sets a party's place: its name above a line to sign on, or above its seal.
func (l *layout) sign(who signer) {
	const step = small * point * leading
	name := l.set(l.at.tag, who.name, body, measure)
	l.room(l.place(who))
	for _, at := range name {
		l.begin(at, margin, l.y, body)
		l.y += body * point * leading
	}
	if len(who.seal) == 0 {
		l.y += 12
		l.pdf.SetLineWidth(0.2)
		x := l.begins(margin, 80)
		l.pdf.Line(x, l.y, x+80, l.y)
	}
	for _, s := range who.seal {
		for _, at := range l.set(l.at.ui, s, small, measure) {
			l.begin(at, margin, l.y, small)
			l.y += step
		}
	}
	l.y += 4
}

// digest sets what every seal is under, for eyes and for a telephone.
func (l *layout) digest(st seal.Statement) {
	l.room(qrSide + 6)
	l.y += 4
	black, size, err := fingerprint.Modules("entente:statement:" + st.Digest())
	if err != nil && l.err == nil {
		l.err = err
	}
	module := qrSide / float64(size)
	l.pdf.SetFillColor(0, 0, 0)
	for _, m := range black {
		l.pdf.Rect(margin+float64(m[0])*module, l.y+float64(m[1])*module, module, module, "F")
	}
	y := l.y + 2
	for _, s := range []string{locale.Message(l.at.ui, "web.statement_digest", nil), grouped(st.Digest()), locale.Message(l.at.ui, "web.manifest", nil), grouped(fmt.Sprintf("%x", st.Manifest)), l.at.after} {
		for _, at := range l.set(l.at.ui, s, small, measure-qrSide-4) {
			l.draw(at, margin+qrSide+4, y, small)
			y += small * point * leading
		}
	}
	l.y = max(l.y+qrSide, y)
}

// grouped spells a digest in groups that people compare.
func grouped(digest string) string {
	var out []string
	for at := range slices.Chunk([]byte(digest), 8) {
		out = append(out, string(at))
	}
	return strings.Join(out, " ")
}

// foot writes below a page which text this is and which page of how many.
func (l *layout) foot(i int) {
	l.pdf.SetPage(i + 1)
	l.at = l.feet[i].sheet
	if says := l.set(l.at.ui, l.feet[i].says, small, measure-labels); l.err == nil {
		l.again(says[0])
		l.draw(says[0], margin, pageHeight-bottom+8, small)
	}
	for _, at := range l.set(l.at.ui, fmt.Sprintf("%d / %d", i+1, len(l.feet)), small, labels) {
		l.again(at)
		l.draw(at, pageWidth-margin-at.em()*small*point, pageHeight-bottom+8, small)
	}
}

// again makes the library name the font on a page that it comes back to: it only names one that changes.
func (l *layout) again(at line) {
	if l.err == nil {
		l.pdf.SetFont(l.named(at[0]), "", 1)
	}
}
