package press

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"entente.example/lang"
)

// MaxQuote bounds what a reader may ask about, in bytes.
const MaxQuote = 16 << 10

// maxPieces bounds how many sentences of it are looked for.
const maxPieces = 200

// Verdicts on a quotation.
const (
	Complete  = "complete"  // all of it stands there, in one piece
	Scattered = "scattered" // every sentence stands there, but not in this order or not together
	Partly    = "partly"
	Not       = "not"
	TooShort  = "short" // too little to say anything
)

// Finding is the answer to "is this on the record?".
type Finding struct {
	Verdict string
	Pieces  []Piece
}

// Piece is one sentence of what was asked. Places is empty if it stands nowhere.
type Piece struct {
	Words  string
	Short  bool // too short to count by itself
	Places []Place
}

// Place is where a sentence stands: the paragraph, cut into what comes before it, the sentence and what comes after, so that nobody misses what was left out.
type Place struct {
	Of                   *Communique
	By                   *Account // a readout, whose sentence the paragraph is; then Of is nil
	Lang                 lang.Tag
	Paragraph            string // id; "" for the title
	Label                string
	Before, Words, After string
	at, end              int
}

// Index is the wording of all communiqués, folded: only letters and digits, without case and width. What differs between two copies of one sentence, marks, spaces and breaks, is not in it.
type Index struct {
	sheets   []sheet
	accounts []sheet // readouts: searched, and never an answer to what is on the record of all
}

// sheet is one language version of one communiqué or readout.
type sheet struct {
	of     *Communique
	by     *Account
	tag    lang.Tag
	parts  []part
	folded string
}

type part struct {
	id, label, text string
	from, to        int   // in folded
	at              []int // for each byte of the part's folded form, the byte of text it comes from
}

// fold keeps letters and digits. at tells where each folded byte comes from.
func fold(s string) (folded string, at []int) {
	var b strings.Builder
	for i, r := range s {
		for _, f := range norm.NFKC.String(string(r)) {
			if f = unicode.ToLower(f); unicode.IsLetter(f) || unicode.IsNumber(f) || unicode.IsMark(f) {
				n := b.Len()
				b.WriteRune(f)
				for ; n < b.Len(); n++ {
					at = append(at, i)
				}
			}
		}
	}
	return b.String(), at
}

// NewIndex prepares communiqués for questions.
func NewIndex(all []*Communique) *Index {
	x := &Index{}
	for _, c := range all {
		for _, l := range c.Content.Languages {
			s := sheet{of: c, tag: l.Tag}
			s.add("", "", c.Content.Title[l.Tag])
			for _, p := range c.Content.Paragraphs {
				s.add(p.ID, p.Label, p.Text[l.Tag])
			}
			for _, p := range c.Content.Paragraphs {
				if now, ok := c.Now(p.ID, l.Tag); ok {
					s.add(p.ID, p.Label, now)
				}
			}
			x.sheets = append(x.sheets, s)
		}
	}
	return x
}

func (s *sheet) add(id, label, text string) {
	f, at := fold(text)
	s.parts = append(s.parts, part{id, label, text, len(s.folded), len(s.folded) + len(f), at})
	s.folded += f
}

// place cuts the paragraph around a stretch of the folded wording.
func (s *sheet) place(at, end int) Place {
	i := slices.IndexFunc(s.parts, func(p part) bool { return at < p.to })
	p := s.parts[i]
	from, to := p.at[at-p.from], len(p.text)
	if stop := min(end, p.to) - p.from; stop < len(p.at) {
		to = p.at[stop]
	}
	_, size := utf8.DecodeLastRuneInString(p.text[:to])
	for trimmed := p.text[:to]; to > from && strings.TrimRightFunc(trimmed, unicode.IsSpace) != trimmed; trimmed = p.text[:to] {
		to -= size
		_, size = utf8.DecodeLastRuneInString(p.text[:to])
	}
	return Place{Of: s.of, By: s.by, Lang: s.tag, Paragraph: p.id, Label: p.label, Before: p.text[:from], Words: p.text[from:to], After: p.text[to:], at: at, end: end}
}

// telling reports whether a folded sentence is long enough to be found only where it is meant: a syllabic character says more than a letter.
func telling(folded string) bool {
	n := 0
	for _, r := range folded {
		n++
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) {
			n += 2
		}
	}
	return n >= 15
}

// split cuts a quotation at ends of sentences, lines and marks of omission.
func split(s string) []string {
	s = strings.NewReplacer("[...]", "…", "(...)", "…", "...", "…", "[…]", "…", "(…)", "…").Replace(s)
	var out []string
	var b strings.Builder
	flush := func() {
		if f, _ := fold(b.String()); f != "" {
			out = append(out, strings.TrimSpace(b.String()))
		}
		b.Reset()
	}
	runes := []rune(s)
	for i, r := range runes {
		if r != '\n' && r != '…' {
			b.WriteRune(r)
		}
		next := rune(' ')
		if i+1 < len(runes) {
			next = runes[i+1]
		}
		switch r {
		case '\n', '…', '。', '！', '？', '；':
			flush()
		case '.', '!', '?', ';':
			if unicode.IsSpace(next) { // not inside a number or an abbreviation
				flush()
			}
		}
	}
	flush()
	return out
}

// Find says whether a quotation stands on the record, and where. It compares letters and digits; marks, spaces, case and line breaks may differ.
func (x *Index) Find(quote string) Finding {
	quote = strings.ToValidUTF8(quote[:min(len(quote), MaxQuote)], "")
	whole, _ := fold(quote)
	if !telling(whole) {
		return Finding{Verdict: TooShort}
	}
	if places := x.all(whole); len(places) > 0 {
		return Finding{Verdict: Complete, Pieces: []Piece{{Words: strings.TrimSpace(quote), Places: places}}}
	}
	var out Finding
	found, missing := 0, 0
	pieces := split(quote)
	for _, words := range pieces[:min(len(pieces), maxPieces)] {
		p := x.piece(words)
		switch {
		case p.Short:
		case len(p.Places) > 0:
			found++
		default:
			missing++
		}
		out.Pieces = append(out.Pieces, p)
	}
	switch {
	case found > 0 && missing == 0 && len(pieces) <= maxPieces:
		out.Verdict = Scattered
		if numbered(out.Pieces) {
			out.Verdict = Complete
		}
	case found > 0:
		out.Verdict = Partly
	case missing > 0:
		out.Verdict = Not
	default:
		out.Verdict = TooShort
	}
	return out
}

// piece looks for one sentence; what a page puts before a paragraph, its number, is not part of the wording.
func (x *Index) piece(words string) Piece {
	p := Piece{Words: words}
	f, _ := fold(words)
	if !telling(f) {
		p.Short = true
		return p
	}
	if p.Places = x.all(f); len(p.Places) > 0 {
		return p
	}
	if label, rest, ok := strings.Cut(strings.ReplaceAll(words, "\t", " "), " "); ok && len(label) <= 8 {
		if f, _ := fold(rest); telling(f) {
			p.Places = x.all(f)
		}
		for i := range p.Places {
			if l, _ := fold(label); !foldsTo(p.Places[i].Label, l) {
				p.Places = slices.Clone(p.Places[:i])
				break
			}
		}
	}
	return p
}

func foldsTo(s, folded string) bool {
	f, _ := fold(s)
	return f == folded && f != ""
}

// all finds a folded sentence once in each language version.
func (x *Index) all(folded string) (out []Place) {
	for i := range x.sheets {
		s := &x.sheets[i]
		if at := strings.Index(s.folded, folded); at >= 0 {
			out = append(out, s.place(at, at+len(folded)))
		}
	}
	return out
}

// numbered reports whether the pieces follow each other without a gap in one language version, as when a page is copied with its paragraph numbers.
func numbered(pieces []Piece) bool {
	var at *Place
	for _, p := range pieces {
		if p.Short {
			if f, _ := fold(p.Words); len(f) > 6 {
				return false
			}
			continue
		}
		i := slices.IndexFunc(p.Places, func(o Place) bool { return at == nil || o.Of == at.Of && o.Lang == at.Lang && o.at == at.end })
		if i < 0 {
			return false
		}
		at = &p.Places[i]
	}
	return at != nil
}
