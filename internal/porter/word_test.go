package porter

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"entente.example/enclosure"
)

const cedarLog = "entente/7f3a9c2e01b4d8aa/cedar/1"

func word() *Word {
	return NewWord(1765432101, []Head{{cedarLog, 41}, {"entente/7f3a9c2e01b4d8aa/birch/1", 12}},
		map[enclosure.Digest][]int64{{1}: {0, 1, 2, 20}, {2}: {7}, {3}: {}})
}

// There is one spelling of a word: whatever else is said is not heard. SPEC body-word.
func TestWordHasOneForm(t *testing.T) {
	b := word().Encode()
	again, ok := DecodeWord(b)
	if !ok || !bytes.Equal(again.Encode(), b) || !slices.Equal(again.Wants[enclosure.Digest{1}], []Span{{0, 3}, {20, 21}}) {
		t.Fatalf("%s: %v %+v", b, ok, again)
	}
	for name, change := range map[string][2]string{
		"no heads":           {`"heads":[{"log":"entente/7f3a9c2e01b4d8aa/birch/1","size":12},{"log":"entente/7f3a9c2e01b4d8aa/cedar/1","size":41}],`, ``},
		"heads out of order": {"/birch/1", "/zebra/1"},
		"a log of nobody":    {cedarLog, "entente/7f3a9c2e01b4d8aa"},
		"no pieces":          {`[[7,8]]`, `[]`},
		"a run backwards":    {`[7,8]`, `[8,7]`},
		"runs that touch":    {`[0,3],[20,21]`, `[0,3],[3,21]`},
		"beyond every body":  {`[7,8]`, `[7,16386]`},
		"half a name":        {strings.Repeat("00", 31), "00"},
		"a member too many":  {`"made":`, `"kept":1,"made":`},
		"before all time":    {`"made":1765432101`, `"made":-1`},
	} {
		other := strings.Replace(string(b), change[0], change[1], 1)
		if _, ok := DecodeWord([]byte(other)); ok || other == string(b) {
			t.Errorf("%s is read: %s", name, other)
		}
	}
}

// A body in more parts than a word can name is asked for to its end: what is asked for twice does no harm, what is never asked for never comes.
func TestWordAsksForAll(t *testing.T) {
	var odd []int64
	for n := int64(1); n < 400; n += 2 {
		odd = append(odd, n)
	}
	w, ok := DecodeWord(NewWord(1, nil, map[enclosure.Digest][]int64{{1}: odd}).Encode())
	if !ok {
		t.Fatal("it cannot be read")
	}
	for _, n := range odd {
		if len(Within(w.Wants[enclosure.Digest{1}], []Span{{n, n + 1}})) != 1 {
			t.Fatalf("piece %d is not asked for", n)
		}
	}
}

// What a party has not heard of it is told; what it has heard of goes only if it asks. SPEC body-unasked.
func TestNeeds(t *testing.T) {
	all := []Span{{0, 30}}
	for name, c := range map[string]struct {
		w     *Word
		body  enclosure.Digest
		index int64
		want  []Span
	}{
		"no word yet":         {nil, enclosure.Digest{1}, 3, all},
		"beyond its heads":    {word(), enclosure.Digest{9}, 41, all},
		"it wants a part":     {word(), enclosure.Digest{1}, 40, []Span{{0, 3}, {20, 21}}},
		"it wants none of it": {word(), enclosure.Digest{9}, 40, nil},
	} {
		if got := c.w.Needs(c.body, cedarLog, c.index, 30); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if got := word().Needs(enclosure.Digest{1}, cedarLog, 0, 10); !slices.Equal(got, []Span{{0, 3}}) {
		t.Errorf("pieces that the body does not have: %v", got)
	}
}

// Runs behave like the sets that they stand for.
func TestSpansAreSets(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		var in [2][20]bool
		var spans [2][]Span
		for k := range in {
			var numbers []int64
			for n := range in[k] {
				if in[k][n] = r.IntN(2) == 0; in[k][n] {
					numbers = append(numbers, int64(n))
				}
			}
			spans[k] = Spans(numbers)
		}
		both, first := Within(spans[0], spans[1]), Without(spans[0], spans[1])
		for n := range in[0] {
			at := []Span{{int64(n), int64(n) + 1}}
			if (len(Within(both, at)) == 1) != (in[0][n] && in[1][n]) || (len(Within(first, at)) == 1) != (in[0][n] && !in[1][n]) {
				t.Fatalf("%v and %v: both %v, first alone %v", spans[0], spans[1], both, first)
			}
		}
	}
}

func FuzzDecodeWord(f *testing.F) {
	f.Add(word().Encode())
	f.Add(NewWord(0, nil, nil).Encode())
	f.Add([]byte(`{"heads":[],"made":0,"wants":[{"body":"","pieces":[[0,1]]}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		w, ok := DecodeWord(b)
		if !ok {
			return
		}
		if !bytes.Equal(w.Encode(), b) {
			t.Fatal("read and spelled again, it is another word")
		}
		for d, spans := range w.Wants {
			if got := w.Needs(d, "nowhere", 0, 5); !slices.Equal(got, []Span{{0, 5}}) || len(Within(spans, spans)) != len(spans) {
				t.Fatalf("%v: %v", spans, got)
			}
		}
	})
}
