package search

import (
	"math"
	"slices"
	"strconv"
	"unicode"

	"entente.example/lang"
)

// unit is what wording is compared by: a word where words stand apart, a single character where a script sets them without spaces.
type unit struct {
	hash   uint32
	from   int // bytes of the text it was spelt from
	to     int
	weight int
}

// Weights of units. A word says about as much as a character and a third; alikeRun is six words, or eight characters, and aLittle four or five.
const (
	wordWeight      = 4
	characterWeight = 3
	alikeRun        = 24
	aLittle         = 15
)

// Sizes of what is compared: so many units in a row are a shingle, and of so many shingles in a row one is kept as a print.
const (
	wordShingle      = 3
	characterShingle = 4
	printWindow      = 4
)

// unspaced are the scripts whose characters are compared one by one. Korean has spaces, but its words change their ends.
var unspaced = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan, unicode.Bopomofo}

func units(s string) (out []unit) {
	runes, at := fold(s)
	at = append(at, len(s))
	open := false // the last unit is a word that goes on
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r):
			open = false
			continue
		case unicode.In(r, unspaced...):
			out, open = append(out, unit{hash: begin, from: at[i], weight: characterWeight}), false
		case !open:
			out, open = append(out, unit{hash: begin, from: at[i], weight: wordWeight}), true
		}
		u := &out[len(out)-1]
		u.hash, u.to = mix(u.hash, uint32(r)), end(at, i+1)
	}
	return out
}

// begin and mix are FNV-1a over characters. Who makes two shingles collide gains a candidate that is then compared by its words.
const begin uint32 = 2166136261

func mix(h, v uint32) uint32 {
	for range 4 {
		h = (h ^ v&0xff) * 16777619
		v >>= 8
	}
	return h
}

// shingle is some units in a row.
type shingle struct {
	hash  uint32
	first int // unit
	n     int
}

func shingles(us []unit) (out []shingle) {
	for i, u := range us {
		n := wordShingle
		if u.weight == characterWeight {
			n = characterShingle
		}
		if i+n > len(us) {
			continue
		}
		h := begin
		for _, u := range us[i : i+n] {
			h = mix(h, u.hash)
		}
		out = append(out, shingle{h, i, n})
	}
	return out
}

// Prints are the fingerprints of a wording, by which wordings that have a phrase in common are found: of every few shingles in a row the one with the least hash (winnowing). Two wordings that share six words
// or seven characters in a row share a print, wherever in them those stand. They rise, and each is there once.
func Prints(t lang.Text) (out []uint32) {
	for _, tag := range t.Tags() {
		all := shingles(units(t[tag]))
		for i := range all {
			if i > 0 && i+printWindow > len(all) {
				break
			}
			least := slices.MinFunc(all[i:min(i+printWindow, len(all))], func(a, b shingle) int { return int(int64(a.hash) - int64(b.hash)) })
			out = append(out, least.hash)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Phrases is a wording as it is compared with others, language by language.
type Phrases map[lang.Tag]phrases

// phrases are the units of a text in one language and the shingles that they make.
type phrases struct {
	units    []unit
	shingles []shingle
	known    map[uint32]bool // hashes of the shingles
}

// Phrase cuts a wording into what it is compared by.
func Phrase(t lang.Text) Phrases {
	out := make(Phrases, len(t))
	for tag, s := range t {
		out[tag] = phrase(s)
	}
	return out
}

func phrase(s string) phrases {
	p := phrases{units: units(s), known: map[uint32]bool{}}
	p.shingles = shingles(p.units)
	for _, s := range p.shingles {
		p.known[s.hash] = true
	}
	return p
}

// Likeness is how much two wordings have in common: in the language in which it is most.
type Likeness struct {
	Share float64 // of both wordings together, from 0 to 1
	Run   int     // the longest stretch in a row, in weights of units
}

// Percent is Share for a reader. Only what is the same throughout is a hundred.
func (l Likeness) Percent() string {
	n := int(math.Round(100 * l.Share))
	if l.Share < 1 {
		n = min(n, 99)
	}
	return strconv.Itoa(n)
}

// Alike reports whether a reader would call them alike: a phrase of six words or eight characters is the same, or a third of both and in it more than what everybody begins with.
func (l Likeness) Alike() bool { return l.Run >= alikeRun || l.Run >= aLittle && l.Share >= 1.0/3 }

// Liken compares two wordings, language by language.
func (t Phrases) Liken(with lang.Text) (most Likeness) {
	for tag, a := range t {
		if with[tag] == "" {
			continue
		}
		b := phrase(with[tag])
		mine, run := a.held(b)
		theirs, other := b.held(a)
		if all := a.weight(nil) + b.weight(nil); all > 0 {
			most.Share = max(most.Share, float64(a.weight(mine)+b.weight(theirs))/float64(all))
			most.Run = max(most.Run, min(run, other))
		}
	}
	return most
}

// weight is that of the units that are in, of all for nil.
func (p phrases) weight(in []bool) (n int) {
	for i, u := range p.units {
		if in == nil || in[i] {
			n += u.weight
		}
	}
	return n
}

// held says which units stand in a shingle that is also among another text's, and how long the longest stretch of them is.
func (p phrases) held(by phrases) (in []bool, run int) {
	in = make([]bool, len(p.units))
	for _, s := range p.shingles {
		for i := s.first; by.known[s.hash] && i < s.first+s.n; i++ {
			in[i] = true
		}
	}
	now := 0
	for i, u := range p.units {
		if now += u.weight; !in[i] {
			now = 0
		}
		run = max(run, now)
	}
	return in, run
}

// Shared cuts a text where it has wording in common with this one in its language. Its spans put together are the text.
func (t Phrases) Shared(tag lang.Tag, s string) (out []Span) {
	p := phrase(s)
	in, _ := p.held(t[tag])
	add := func(text string, found bool) {
		switch n := len(out); {
		case text == "":
		case n > 0 && out[n-1].Found == found:
			out[n-1].Text += text
		default:
			out = append(out, Span{text, found})
		}
	}
	at := 0
	for i, u := range p.units {
		if u.from < at {
			continue // of the same character as the one before: a ligature is marked whole
		}
		add(s[at:u.from], in[i] && i > 0 && in[i-1]) // what stands between two shared units is shared for the eye
		add(s[u.from:u.to], in[i])
		at = u.to
	}
	add(s[at:], false)
	return out
}
