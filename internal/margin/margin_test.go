package margin

import (
	"fmt"
	"reflect"
	"testing"

	"entente.example/internal/concordance"
	"entente.example/internal/termbase"
	"entente.example/lang"
)

func reader(t *testing.T, m *Memory, names []concordance.Name, concepts []termbase.Concept) *Reader {
	t.Helper()
	r, err := m.Reader(names, concepts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Whatever else the remarks follow from than the words, a memory that has seen the words before says of it what one without a memory says.
func TestOthersWordsAreNotRemembered(t *testing.T) {
	words := lang.Text{"en": "Cedar and trust, 12 times", "ja": "信頼を13回"}
	name := func(forms ...string) concordance.Name {
		return concordance.Name{Forms: map[lang.Tag][]string{"en": forms, "ja": {"杉国"}}}
	}
	trust := termbase.Concept{Matter: "term/trust", Term: lang.Text{"en": "trust", "ja": "信任"}, Agreed: true}
	proposed, other, own := trust, trust, trust
	proposed.Agreed = false
	other.Term = lang.Text{"en": "trust", "ja": "信頼"}
	own.Own = []termbase.Own{{Party: "cedar", Language: "ja", Term: "信頼"}}
	noted := own
	noted.Own = []termbase.Own{{Party: "cedar", Language: "ja", Term: "信頼", Note: "as ever"}}

	cases := []struct {
		names    []concordance.Name
		concepts []termbase.Concept
		words    lang.Text
	}{
		{nil, nil, words},
		{[]concordance.Name{name("Cedar")}, nil, words},
		{[]concordance.Name{name("Birch")}, nil, words},
		{nil, []termbase.Concept{trust}, words},
		{nil, []termbase.Concept{proposed}, words},
		{nil, []termbase.Concept{other}, words},
		{nil, []termbase.Concept{own}, words},
		{nil, []termbase.Concept{noted}, words},
		{nil, []termbase.Concept{trust}, lang.Text{"en": words["en"]}},
		{nil, []termbase.Concept{trust}, lang.Text{"en": words["ja"], "ja": words["en"]}},
		{nil, []termbase.Concept{trust}, lang.Text{"fr": words["en"], "ja": words["ja"]}},
	}
	var m Memory
	seen := map[string]bool{}
	for range 2 { // what was said is said again
		for i, c := range cases {
			want := reader(t, nil, c.names, c.concepts).Of(c.words)
			if got := reader(t, &m, c.names, c.concepts).Of(c.words); !reflect.DeepEqual(got, want) {
				t.Errorf("case %d: %+v, without a memory %+v", i, got, want)
			}
			seen[fmt.Sprintf("%+v", want)] = true
		}
	}
	if len(seen) < len(cases)-2 { // a name that nobody uses, and a language that has no word, change nothing
		t.Errorf("only %d of %d cases have remarks of their own: this test sees too little", len(seen), len(cases))
	}
	if len(m.now) != len(cases) {
		t.Errorf("%d wordings are remembered, of %d", len(m.now), len(cases))
	}
}

func TestMemoryIsBounded(t *testing.T) {
	var m Memory
	r := reader(t, &m, nil, nil)
	of := func(n int) lang.Text { return lang.Text{"en": fmt.Sprintf("The Sides shall meet %d times", n)} }
	for n := range 3 * generation {
		r.Of(of(n))
		if r.Of(of(0)); len(m.now) > generation || len(m.before) > generation {
			t.Fatalf("%d and %d are remembered after %d", len(m.now), len(m.before), n)
		}
	}
	if _, ok := m.find(r.digest(of(0))); !ok {
		t.Error("what was asked for all the time is forgotten")
	}
	if _, ok := m.find(r.digest(of(1))); ok {
		t.Error("what nobody asked for any more is remembered")
	}
}

func BenchmarkOf(b *testing.B) {
	words := lang.Text{"en": "The Sides reaffirm that the offices named in the annex meet at least 2 times a year.", "zh": "双方重申附件所列各机构每年至少会晤2次。", "ja": "双方は、附属書に掲げる各部局が毎年2回以上会合することを再確認する。"}
	for name, m := range map[string]*Memory{"remembered": {}, "anew": nil} {
		b.Run(name, func(b *testing.B) {
			r, err := m.Reader(nil, nil)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				r.Of(words)
			}
		})
	}
}
