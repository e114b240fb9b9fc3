package search

import (
	"slices"
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

// Likeness is how much two wordings have in common: in the language in which it is most.
type Likeness struct {
	Share float64 // of both wordings together, from 0 to 1
	Run   int     // the longest stretch in a row, in weights of units
}

// Alike reports whether a reader would call them alike: a phrase of six words or eight characters is the same, or a third of both and in it more than what everybody begins with.
func (l Likeness) Alike() bool { return l.Run >= alikeRun || l.Run >= aLittle && l.Share >= 1.0/3 }

// Liken compares two wordings, language by language.
func Liken(a, b lang.Text) (most Likeness) {
	for _, tag := range a.Tags() {
		if b[tag] == "" {
			continue
		}
		us, vs := units(a[tag]), units(b[tag])
		mine, run := held(us, shingles(vs))
		theirs, other := held(vs, shingles(us))
		all, both := 0, 0
		for i, u := range us {
			all += u.weight
			if mine[i] {
				both += u.weight
			}
		}
		for i, v := range vs {
			all += v.weight
			if theirs[i] {
				both += v.weight
			}
		}
		if all > 0 {
			most.Share, most.Run = max(most.Share, float64(both)/float64(all)), max(most.Run, min(run, other))
		}
	}
	return most
}

// held says which units stand in a shingle that is also among others, and how long the longest stretch of them is.
func held(us []unit, others []shingle) (in []bool, run int) {
	known := make(map[uint32]bool, len(others))
	for _, s := range others {
		known[s.hash] = true
	}
	in = make([]bool, len(us))
	for _, s := range shingles(us) {
		for i := s.first; known[s.hash] && i < s.first+s.n; i++ {
			in[i] = true
		}
	}
	now := 0
	for i, u := range us {
		if now += u.weight; !in[i] {
			now = 0
		}
		run = max(run, now)
	}
	return in, run
}

// Shared cuts a text where it has wording in common with another one of its language. Its spans put together are the text.
func Shared(s, other string) (out []Span) {
	us := units(s)
	in, _ := held(us, shingles(units(other)))
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
	for i, u := range us {
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
