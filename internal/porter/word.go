package porter

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"entente.example/enclosure"
	"entente.example/entry"
	"entente.example/ledger"
)

// Word is what a party says of bodies on any road: of those that the entries below its heads name, it wants these pieces and no others. What is not in it, it has, has erased or does not take.
type Word struct {
	Made  int64 // Unix seconds by its clock; the newest word of a party counts
	Heads []Head
	Wants map[enclosure.Digest][]Span
}

// Head is how far a party has taken a log into account.
type Head struct {
	Log  string `json:"log"`
	Size int64  `json:"size"`
}

// Span is pieces From, … To−1 of a body.
type Span struct{ From, To int64 }

// Limits of a word. What is beyond them is not asked for yet.
const (
	MaxWord   = 1 << 20
	maxWanted = 1024
	maxSpans  = 32
	maxHeads  = 1024
)

type wordForm struct {
	Heads []Head     `json:"heads"`
	Made  int64      `json:"made"`
	Wants []wantForm `json:"wants"`
}

type wantForm struct {
	Body   string     `json:"body"`
	Pieces [][2]int64 `json:"pieces"`
}

// NewWord makes a word of what is missing. A body in more parts than a word can name is asked for from its first gap on.
func NewWord(made int64, heads []Head, missing map[enclosure.Digest][]int64) *Word {
	w := &Word{Made: made, Heads: slices.Clone(heads), Wants: map[enclosure.Digest][]Span{}}
	slices.SortFunc(w.Heads, func(a, b Head) int { return strings.Compare(a.Log, b.Log) })
	w.Heads = w.Heads[:min(len(w.Heads), maxHeads)]
	for _, d := range sorted(missing) {
		if spans := Spans(missing[d]); len(spans) > 0 && len(w.Wants) < maxWanted {
			if len(spans) > maxSpans {
				spans[maxSpans-1].To = spans[len(spans)-1].To
				spans = spans[:maxSpans]
			}
			w.Wants[d] = spans
		}
	}
	return w
}

// Spans joins rising numbers to runs.
func Spans(numbers []int64) (out []Span) {
	for _, n := range numbers {
		if last := len(out) - 1; last >= 0 && out[last].To == n {
			out[last].To++
		} else {
			out = append(out, Span{n, n + 1})
		}
	}
	return out
}

func sorted[V any](m map[enclosure.Digest]V) []enclosure.Digest {
	return slices.SortedFunc(maps.Keys(m), func(a, b enclosure.Digest) int { return bytes.Compare(a[:], b[:]) })
}

func (w *Word) wants() []wantForm {
	out := []wantForm{}
	for _, d := range sorted(w.Wants) {
		f := wantForm{Body: hex.EncodeToString(d[:])}
		for _, s := range w.Wants[d] {
			f.Pieces = append(f.Pieces, [2]int64{s.From, s.To})
		}
		out = append(out, f)
	}
	return out
}

// Encode spells a word in canonical JSON.
func (w *Word) Encode() []byte {
	return encode(wordForm{Heads: append([]Head{}, w.Heads...), Made: w.Made, Wants: w.wants()})
}

// Token tells two words apart by what they want, whenever they were said.
func (w *Word) Token() string {
	if w == nil {
		return ""
	}
	sum := sha256.Sum256(encode(w.wants()))
	return hex.EncodeToString(sum[:8])
}

// DecodeWord reads Encode's form and no other. SPEC body-word.
func DecodeWord(b []byte) (*Word, bool) {
	var f wordForm
	if len(b) > MaxWord || entry.CheckCanonical(b) != nil || json.Unmarshal(b, &f, json.RejectUnknownMembers(true)) != nil || f.Made < 0 || len(f.Heads) > maxHeads || len(f.Wants) > maxWanted {
		return nil, false
	}
	w := &Word{Made: f.Made, Heads: f.Heads, Wants: map[enclosure.Digest][]Span{}}
	for i, h := range f.Heads {
		if _, _, _, err := entry.ParseOrigin(h.Log); err != nil || h.Size < 0 || h.Size > ledger.MaxSize || i > 0 && h.Log <= f.Heads[i-1].Log {
			return nil, false
		}
	}
	for _, x := range f.Wants {
		d, ok := digest(x.Body)
		spans, good := spansOf(x.Pieces)
		if !ok || !good {
			return nil, false
		}
		w.Wants[d] = spans
	}
	return w, bytes.Equal(w.Encode(), b) // a member is missing, or bodies stand in another order
}

// spansOf reads runs that rise and do not touch.
func spansOf(pairs [][2]int64) (out []Span, ok bool) {
	at := int64(-1)
	for _, p := range pairs {
		if p[0] <= at || p[1] <= p[0] || p[1] > maxPieces {
			return nil, false
		}
		at = p[1]
		out = append(out, Span{p[0], p[1]})
	}
	return out, len(out) > 0 && len(out) <= maxSpans
}

// maxPieces is how many pieces the largest body has.
const maxPieces = (enclosure.MaxBytes + enclosure.PieceBytes - 1) / enclosure.PieceBytes

// Needs is what the party would take now of a body that the entry at a place of a log names. Of what it has not said a word about, it is told all. w may be nil.
func (w *Word) Needs(body enclosure.Digest, log string, index, pieces int64) []Span {
	if w != nil && slices.ContainsFunc(w.Heads, func(h Head) bool { return h.Log == log && h.Size > index }) {
		return Within(w.Wants[body], []Span{{0, pieces}})
	}
	return []Span{{0, pieces}}
}

// Wanted is what the party has asked for of a body. w may be nil.
func (w *Word) Wanted(body enclosure.Digest) []Span {
	if w == nil {
		return nil
	}
	return w.Wants[body]
}

// Within is what both have; both rise.
func Within(a, b []Span) (out []Span) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		if from, to := max(a[i].From, b[j].From), min(a[i].To, b[j].To); from < to {
			out = append(out, Span{from, to})
		}
		if a[i].To < b[j].To {
			i++
		} else {
			j++
		}
	}
	return out
}

// Without is what a has and b has not; both rise.
func Without(a, b []Span) (out []Span) {
	for _, s := range a {
		for _, x := range b {
			if x.To <= s.From || x.From >= s.To {
				continue
			}
			if x.From > s.From {
				out = append(out, Span{s.From, x.From})
			}
			s.From = x.To
		}
		if s.From < s.To {
			out = append(out, s)
		}
	}
	return out
}
