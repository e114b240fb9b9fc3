package index

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"entente.example/internal/search"
	"entente.example/lang"
)

// Of whatever is indexed, changed, dropped and forgotten, the index finds the agreed passages that comparing every passage finds, in the same order, in its own mechanism and outside the matter that asks.
func TestFindsWhatComparingFinds(t *testing.T) {
	x := opened(t)
	r := rand.New(rand.NewPCG(5, 6))
	phrases := strings.Split("the two sides reaffirm,shall exchange,groups of young people,each year,in mutual trust,their common ground", ",")
	terms := strings.Fields("双方重申 互信原则 青年交流 每年举行 共同基础")
	random := func() lang.Text {
		en, zh := "", ""
		for range 2 + r.IntN(5) {
			en += phrases[r.IntN(len(phrases))] + " "
			zh += terms[r.IntN(len(terms))]
		}
		return lang.Text{lang.English: en, lang.Chinese: zh}
	}
	type place struct{ mech, key string }
	held := map[place]search.Matter{}
	for range 60 {
		m := search.Matter{Key: fmt.Sprintf("text/%d", r.IntN(10))}
		for i := range r.IntN(4) {
			scope := []search.Scope{search.Agreed, search.Agreed, search.Record}[r.IntN(3)]
			m.Passages = append(m.Passages, paragraph(scope, fmt.Sprint(i), random()))
		}
		mech := []string{"one", "two"}[r.IntN(2)]
		held[place{mech: mech, key: m.Key}] = m
		if err := x.Update(t.Context(), mech, []search.Matter{m}, nil); err != nil {
			t.Fatal(err)
		}
	}
	total := 0
	for i := range 200 {
		mech, asks, not := []string{"one", "two"}[r.IntN(2)], random(), fmt.Sprintf("text/%d", r.IntN(10))
		if i == 150 {
			if err := x.Forget(t.Context(), "two"); err != nil {
				t.Fatal(err)
			}
			for p := range held {
				if p.mech == "two" {
					delete(held, p)
				}
			}
		}
		got, err := x.Alike(t.Context(), mech, Like{Text: asks, Not: not, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		prints, want := search.Prints(asks), map[string]float64{}
		for p, m := range held {
			for _, q := range m.Passages {
				shares := slices.ContainsFunc(search.Prints(q.Text), func(h uint32) bool { return slices.Contains(prints, h) })
				if l := search.Phrase(asks).Liken(q.Text); p.mech == mech && p.key != not && q.Scope == search.Agreed && shares && l.Alike() {
					want[m.Key+" "+q.Place] = l.Share
				}
			}
		}
		if len(got) != len(want) || !slices.IsSortedFunc(got, func(a, b Alike) int { return cmp.Compare(b.Likeness.Share, a.Likeness.Share) }) {
			t.Fatalf("%d are found, comparing finds %d: %+v", len(got), len(want), got)
		}
		for _, h := range got {
			if want[h.Key+" "+h.Passage.Place] != h.Likeness.Share {
				t.Fatalf("%s %s: %+v", h.Key, h.Passage.Place, h.Likeness)
			}
		}
		total += len(got)
	}
	if total < 200 {
		t.Fatalf("only %d found: the test says little", total)
	}
}

// A phrase that hundreds of texts have is still found, in the newest; a rarer one counts for more.
func TestWhatEverybodySaysCountsLess(t *testing.T) {
	x := opened(t)
	add := func(key, words string) {
		t.Helper()
		m := search.Matter{Key: key, Passages: []search.Passage{paragraph(search.Agreed, "1", lang.Text{lang.English: words})}}
		if err := x.Update(t.Context(), "m", []search.Matter{m}, nil); err != nil {
			t.Fatal(err)
		}
	}
	const everybody, rare = "both sides reaffirm the principles of the joint statement", "sampling of aquatic products at the ports of entry by both institutions"
	add("text/rare", "noting the "+rare)
	for i := range common + 50 {
		add(fmt.Sprintf("text/%d", i), everybody+fmt.Sprintf(" and note %d", i))
	}
	ask := func(words string) (keys []string) {
		t.Helper()
		got, err := x.Alike(t.Context(), "m", Like{Text: lang.Text{lang.English: words}, Limit: 3})
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range got {
			keys = append(keys, h.Key)
		}
		return keys
	}
	if got, want := ask(everybody), []string{"text/249", "text/248", "text/247"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := ask(everybody + " on the " + rare); !slices.Contains(got, "text/rare") {
		t.Errorf("%q", got)
	}
}

// BenchmarkAlike looks for what resembles a paragraph among 100,000 agreed ones in three languages: one that stands there word by word, one of which a phrase does, and one of frequent words alone.
func BenchmarkAlike(b *testing.B) {
	const each = 500
	x := opened(b)
	r := rand.New(rand.NewPCG(3, 4))
	one := func() lang.Text {
		return lang.Text{lang.English: invented(r, lang.English, 18), lang.Chinese: invented(r, lang.Chinese, 18), lang.Japanese: invented(r, lang.Japanese, 16)}
	}
	var known lang.Text
	for t := range paragraphs() / each {
		m := search.Matter{Key: fmt.Sprintf("text/%d", t)}
		for i := range each {
			m.Passages = append(m.Passages, paragraph(search.Agreed, fmt.Sprint(i), one()))
		}
		known = m.Passages[0].Text
		if err := x.Update(b.Context(), "m", []search.Matter{m}, nil); err != nil {
			b.Fatal(err)
		}
	}
	long := lang.Text{}
	for range 10 {
		for tag, s := range one() {
			long[tag] += s + " "
		}
	}
	q, err := search.Parse("mutual trust")
	if err != nil {
		b.Fatal(err)
	}
	b.Run("search, to compare with", func(b *testing.B) {
		for b.Loop() {
			if _, err := x.Find(b.Context(), "m", Ask{Scope: search.Agreed, Query: q, Limit: 20, Count: true}); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, c := range []struct {
		name string
		text lang.Text
	}{{"word by word", known}, {"frequent words", one()}, {"of 180 words", long}, {"of other words", lang.Text{lang.English: "whereas quite different matters were spoken about on that day in private"}}} {
		b.Run(c.name, func(b *testing.B) {
			found := 0
			for b.Loop() {
				got, err := x.Alike(b.Context(), "m", Like{Text: c.text, Limit: 10})
				if err != nil {
					b.Fatal(err)
				}
				found = len(got)
			}
			b.ReportMetric(float64(found), "found")
			b.ReportMetric(float64(len(search.Prints(c.text))), "prints")
		})
	}
}
