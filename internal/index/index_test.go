package index

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"entente.example/internal/search"
	"entente.example/lang"
)

func opened(t testing.TB) *Index {
	t.Helper()
	x, err := Open(t.Context(), filepath.Join(t.TempDir(), "search.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	return x
}

func find(t testing.TB, x *Index, mech string, scope search.Scope, words string) (places []string, f Found) {
	t.Helper()
	q, err := search.Parse(words)
	if err != nil {
		t.Fatal(err)
	}
	f, err = x.Find(t.Context(), mech, Ask{Scope: scope, Query: q, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range f.Hits {
		places = append(places, h.Key+" "+h.Passage.Place)
	}
	return places, f
}

func paragraph(scope search.Scope, place string, text lang.Text) search.Passage {
	return search.Passage{Scope: scope, Place: place, Text: text}
}

// Whatever is indexed, changed and dropped, the index finds what reading every passage finds, in each scope of each mechanism and in no other.
func TestFindsWhatReadingFinds(t *testing.T) {
	x := opened(t)
	letters := []rune("ab cＡ的核污染")
	random := func(r *rand.Rand, max int) string {
		out := make([]rune, 1+r.IntN(max))
		for i := range out {
			out[i] = letters[r.IntN(len(letters))]
		}
		return string(out)
	}
	r := rand.New(rand.NewPCG(1, 2))
	held := map[string]search.Matter{}
	for range 120 {
		m := search.Matter{Key: fmt.Sprintf("text/%d", r.IntN(12))}
		for i := range r.IntN(6) {
			scope := []search.Scope{search.Agreed, search.Record}[r.IntN(2)]
			m.Passages = append(m.Passages, search.Passage{Scope: scope, Place: fmt.Sprint(i), Text: lang.Text{lang.English: random(r, 12), lang.Chinese: random(r, 8)}, Also: []string{random(r, 4)}})
		}
		mech := []string{"one", "two"}[r.IntN(2)]
		held[mech+m.Key] = m
		if err := x.Update(t.Context(), mech, []search.Matter{m}, nil); err != nil {
			t.Fatal(err)
		}
	}
	found := 0
	for range 400 {
		words := random(r, 5)
		q, err := search.Parse(words)
		if err != nil {
			continue // nothing but white space
		}
		mech, scope := []string{"one", "two"}[r.IntN(2)], []search.Scope{search.Agreed, search.Record}[r.IntN(2)]
		got, f := find(t, x, mech, scope, words)
		var want []string
		for name, m := range held {
			for _, p := range m.Passages {
				if name == mech+m.Key && p.Scope == scope && p.Finds(q, f.Loose) {
					want = append(want, m.Key+" "+p.Place)
				}
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("%q in %s %s (loose %v): %q, reading finds %q", words, mech, scope, f.Loose, got, want)
		}
		found += len(got)
	}
	if found < 200 {
		t.Fatalf("only %d found: the test says little", found)
	}
}

func TestNewestFirstInPages(t *testing.T) {
	x := opened(t)
	for i := range 5 {
		m := search.Matter{Key: fmt.Sprintf("thread/%d", i), Passages: []search.Passage{paragraph(search.Record, "1", lang.Text{lang.Japanese: "相互信頼"})}}
		if err := x.Update(t.Context(), "m", []search.Matter{m}, nil); err != nil {
			t.Fatal(err)
		}
	}
	q, _ := search.Parse("信頼")
	var got []string
	for before, more := int64(0), true; more; {
		f, err := x.Find(t.Context(), "m", Ask{Scope: search.Record, Query: q, Before: before, Limit: 2})
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range f.Hits {
			got = append(got, h.Key)
		}
		before, more = f.Next, f.Next > 0
	}
	if want := []string{"thread/4", "thread/3", "thread/2", "thread/1", "thread/0"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// What is counted is all there is, up to the bound itself; one passage more is said to be more.
func TestOverIsMoreThanCounted(t *testing.T) {
	x := opened(t)
	q, _ := search.Parse("信頼")
	n := 0
	for _, c := range []struct {
		passages int
		over     bool
	}{{counted - 1, false}, {counted, false}, {counted + 1, true}} {
		var more []search.Matter
		for ; n < c.passages; n++ {
			more = append(more, search.Matter{Key: fmt.Sprintf("thread/%d", n), Passages: []search.Passage{paragraph(search.Record, "1", lang.Text{lang.Japanese: "相互信頼"})}})
		}
		if err := x.Update(t.Context(), "m", more, nil); err != nil {
			t.Fatal(err)
		}
		f, err := x.Find(t.Context(), "m", Ask{Scope: search.Record, Query: q, Limit: 2, Count: true})
		if err != nil || f.Over != c.over || len(f.Kinds) != 1 || f.Kinds[0].N != min(c.passages, counted) {
			t.Errorf("of %d: counted %v, over %v: %v", c.passages, f.Kinds, f.Over, err)
		}
	}
}

// Counting goes no further back than its reach, and says so: a phrase whose parts are everywhere would otherwise have to be looked for in every passage.
func TestCountingHasAReach(t *testing.T) {
	x := opened(t)
	q, _ := search.Parse("信頼")
	m := search.Matter{Key: "thread/1"}
	for i := range reached + 10 {
		said := "頼信"
		if i == 5 || i == 15 || i == reached+9 {
			said = "信頼"
		}
		m.Passages = append(m.Passages, paragraph(search.Record, fmt.Sprint(i), lang.Text{lang.Japanese: said}))
	}
	if err := x.Update(t.Context(), "m", []search.Matter{m}, nil); err != nil {
		t.Fatal(err)
	}
	f, err := x.Find(t.Context(), "m", Ask{Scope: search.Record, Query: q, Limit: 2, Count: true})
	if err != nil || !f.Over || len(f.Kinds) != 1 || f.Kinds[0].N != 2 {
		t.Errorf("counted %v, over %v: %v", f.Kinds, f.Over, err)
	}
}

// However much other mechanisms say meanwhile, all that was found in this one is counted.
func TestOtherMechanismsDoNotShortenTheReach(t *testing.T) {
	x := opened(t)
	q, _ := search.Parse("信頼")
	said := func(text string) []search.Passage {
		return []search.Passage{paragraph(search.Record, "1", lang.Text{lang.Japanese: text})}
	}
	busy := search.Matter{Key: "thread/1"}
	for i := range reached {
		busy.Passages = append(busy.Passages, paragraph(search.Record, fmt.Sprint(i), lang.Text{lang.Japanese: "信頼"}))
	}
	for _, u := range []struct {
		mech   string
		matter search.Matter
	}{{"m", search.Matter{Key: "concern/1", Passages: said("信頼")}}, {"busy", busy}, {"m", search.Matter{Key: "text/1", Passages: said("相互信頼")}}} {
		if err := x.Update(t.Context(), u.mech, []search.Matter{u.matter}, nil); err != nil {
			t.Fatal(err)
		}
	}
	f, err := x.Find(t.Context(), "m", Ask{Scope: search.Record, Query: q, Limit: 1, Count: true})
	if want := []Count{{"concern", 1}, {"text", 1}}; err != nil || f.Over || !slices.Equal(f.Kinds, want) {
		t.Errorf("counted %v, over %v: %v", f.Kinds, f.Over, err)
	}
}

// Passages are counted by the kind of their matter whatever page is shown, and a kind is looked for page by page until nothing is left of it.
func TestKindsAreCountedAndChosen(t *testing.T) {
	x := opened(t)
	var all []search.Matter
	for i := range walked + 10 {
		key := fmt.Sprintf("thread/%d", i)
		if i < 3 {
			key = fmt.Sprintf("text/%d", i)
		}
		all = append(all, search.Matter{Key: key, Passages: []search.Passage{paragraph(search.Record, "1", lang.Text{lang.Japanese: "相互信頼"})}})
	}
	if err := x.Update(t.Context(), "m", all, nil); err != nil {
		t.Fatal(err)
	}
	q, _ := search.Parse("信頼")
	f, err := x.Find(t.Context(), "m", Ask{Scope: search.Record, Query: q, Limit: 2, Count: true})
	if err != nil || !f.Over || len(f.Kinds) != 1 || f.Kinds[0] != (Count{"thread", counted}) {
		t.Errorf("counted %v, over %v: %v", f.Kinds, f.Over, err)
	}
	var got []string
	pages := 0
	for before := int64(0); pages == 0 || before > 0; pages++ {
		f, err := x.Find(t.Context(), "m", Ask{Scope: search.Record, Query: q, Kind: "text", Before: before, Limit: 2})
		if err != nil || f.Loose {
			t.Fatalf("loose %v: %v", f.Loose, err)
		}
		for _, h := range f.Hits {
			got = append(got, h.Key)
		}
		before = f.Next
	}
	if want := []string{"text/2", "text/1", "text/0"}; !slices.Equal(got, want) || pages != 3 {
		t.Errorf("in %d pages: %q", pages, got)
	}
	q, _ = search.Parse("頼")
	f, err = x.Find(t.Context(), "m", Ask{Scope: search.Record, Query: q, Kind: "concern", Before: 12, Limit: 2, Count: true})
	if err != nil || len(f.Hits) != 0 || f.Next != 0 || len(f.Kinds) == 0 {
		t.Errorf("a kind of which there is none: %+v %v", f, err)
	}
}

// A passage that stays as it was keeps its place when its matter changes; otherwise one new message would make a whole thread the newest.
func TestWhatDoesNotChangeStaysWhereItIs(t *testing.T) {
	x := opened(t)
	p := paragraph(search.Record, "1", lang.Text{lang.English: "mutual trust"})
	put := func(key string, ps ...search.Passage) {
		t.Helper()
		if err := x.Update(t.Context(), "m", []search.Matter{{Key: key, Passages: ps}}, nil); err != nil {
			t.Fatal(err)
		}
	}
	put("thread/a", p)
	put("thread/b", p)
	put("thread/a", p, paragraph(search.Record, "2", lang.Text{lang.English: "other"}))
	if got, _ := find(t, x, "m", search.Record, "trust"); !slices.Equal(got, []string{"thread/b 1", "thread/a 1"}) {
		t.Errorf("%q", got)
	}
}

// A file that is no index, or a damaged one, is made anew: searching must never keep a node from opening.
func TestWhatCannotBeReadIsMadeAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "search.db")
	if err := os.WriteFile(path, []byte("this is no database, whatever its name says, and long enough to be looked at"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		x, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if err := x.Update(t.Context(), "m", nil, map[string]int64{"log": 7}); err != nil {
			t.Fatal(err)
		}
		if s, err := x.State(t.Context(), "m"); err != nil || s.Logs["log"] != 7 {
			t.Errorf("%+v %v", s, err)
		}
		_ = x.read.Close() // as it goes by itself at rest
		if err := x.Update(t.Context(), "m", nil, map[string]int64{"log": 8}); err != nil {
			t.Fatal(err)
		}
		for _, end := range ends {
			if info, err := os.Stat(path + end); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("others can read %q: %v %v", end, info, err)
			}
		}
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A file that was damaged while it was open says so, and is made anew.
func TestDamageIsNoticed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "search.db")
	x, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	var m search.Matter
	for i := range 400 {
		m.Passages = append(m.Passages, paragraph(search.Record, fmt.Sprint(i), lang.Text{lang.English: fmt.Sprintf("mutual trust %d", i)}))
	}
	if err := x.Update(t.Context(), "m", []search.Matter{m}, nil); err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil { // everything is in the file now
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096; i < len(b); i++ {
		b[i] ^= 0x5a
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if x, err = Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	if _, err := x.State(t.Context(), "m"); !Damaged(err) {
		t.Errorf("not noticed: %v", err)
	}
	if err := x.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := x.State(t.Context(), "m"); err != nil {
		t.Error(err)
	}
}

// An index that was made again beside another takes its place with all that it knows, and nothing of either stays behind.
func TestAnotherTakesThePlace(t *testing.T) {
	x := opened(t)
	put := func(x *Index, key, words string) {
		t.Helper()
		m := search.Matter{Key: key, Passages: []search.Passage{paragraph(search.Agreed, "1", lang.Text{lang.English: words})}}
		if err := x.Update(t.Context(), "m", []search.Matter{m}, map[string]int64{"log": 1}); err != nil {
			t.Fatal(err)
		}
	}
	put(x, "text/old", "basin")
	beside := x.path + ".anew"
	y, err := Open(t.Context(), beside)
	if err != nil {
		t.Fatal(err)
	}
	put(y, "text/new", "river")
	if err := y.Close(); err != nil {
		t.Fatal(err)
	}
	if err := x.Replace(t.Context(), beside); err != nil {
		t.Fatal(err)
	}
	if _, f := find(t, x, "m", search.Agreed, "river"); len(f.Hits) != 1 {
		t.Errorf("of the new index %d are found", len(f.Hits))
	}
	if _, f := find(t, x, "m", search.Agreed, "basin"); len(f.Hits) != 0 {
		t.Errorf("of the index before %d are found", len(f.Hits))
	}
	put(x, "text/later", "bridge")
	if left, err := filepath.Glob(beside + "*"); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	if s, err := x.State(t.Context(), "m"); err != nil || s.Logs["log"] != 1 {
		t.Errorf("how far it knows the record: %v %v", s, err)
	}
}

func TestForgetLeavesOtherMechanisms(t *testing.T) {
	x := opened(t)
	m := search.Matter{Key: "text/a", Undecided: true, Passages: []search.Passage{paragraph(search.Agreed, "1", lang.Text{lang.English: "trust"})}}
	for _, mech := range []string{"one", "two"} {
		if err := x.Update(t.Context(), mech, []search.Matter{m}, map[string]int64{"log": 3}); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Forget(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	if s, err := x.State(t.Context(), "one"); err != nil || len(s.Logs)+len(s.Undecided) > 0 {
		t.Errorf("%+v %v", s, err)
	}
	one, _ := find(t, x, "one", search.Agreed, "trust")
	two, _ := find(t, x, "two", search.Agreed, "trust")
	if len(one) != 0 || len(two) != 1 {
		t.Errorf("%q, %q", one, two)
	}
	if s, err := x.State(t.Context(), "two"); err != nil || s.Logs["log"] != 3 || len(s.Undecided) != 1 {
		t.Errorf("%+v %v", s, err)
	}
}

// Attack 23: what means something to a query language is here what stands in a text, and finds exactly that; the index is whole afterwards.
func TestAttack23QueriesAreText(t *testing.T) {
	x := opened(t)
	hostile := []string{`"`, `""`, `"a" OR "b"`, `a AND b`, `a NOT b`, `NEAR(a b, 2)`, `a*`, `*`, `^a`, `{a b}: c`, `text : a`, `-a`, `a + b`, `(a`, `a)`, `'; DROP TABLE passage; --`, `' OR '1'='1`, `1; ATTACH DATABASE 'x' AS y`, `%`, `_`, `a%b`, `\`, `a\"b`,
		`x'41'`, `/* a */`, `-- a`, `a;b`, `@mech`, `:scope`, `?1`, `$a`, `CAST(a AS TEXT)`, `SELECT * FROM passage`, `UNION SELECT 1`, `ｏＲ`, `"的*"`, `的 OR 核`, `NEAR/2`, "a\tb", `[a]`, `<b>`, `&lt;`, `a||b`, `rank MATCH 'x'`, `rowid:1`}
	var m search.Matter
	m.Key = "text/hostile"
	for i, h := range hostile {
		m.Passages = append(m.Passages, paragraph(search.Agreed, fmt.Sprint(i), lang.Text{lang.English: "before " + h + " after"}))
	}
	m.Passages = append(m.Passages, paragraph(search.Agreed, "calm", lang.Text{lang.English: "nothing of that here"}))
	if err := x.Update(t.Context(), "one", []search.Matter{m}, nil); err != nil {
		t.Fatal(err)
	}
	asked := 0
	for i, h := range hostile {
		q, err := search.Parse(h)
		if err != nil {
			continue
		}
		asked++
		got, f := find(t, x, "one", search.Agreed, h)
		var want []string
		for _, p := range m.Passages {
			if p.Finds(q, f.Loose) {
				want = append(want, m.Key+" "+p.Place)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) || !slices.Contains(got, fmt.Sprintf("%s %d", m.Key, i)) {
			t.Errorf("%q finds %q, reading finds %q", h, got, want)
		}
	}
	if asked < 40 {
		t.Errorf("only %d were asked", asked)
	}
	if got, _ := find(t, x, "one", search.Agreed, "nothing of that"); len(got) != 1 {
		t.Errorf("afterwards: %q", got)
	}
}

// Whatever is typed is looked for as it stands: no sign of it means anything to the database, and what is found is what reading each passage finds.
func FuzzFind(f *testing.F) {
	x := opened(f)
	var matters []search.Matter
	texts := []string{"Both sides will meet.", "会议 将于2026年举行", "\"quoted\" AND NOT near(this)", "it's 100% a_b * ^ - : ( ) { }", "対話を維持する"}
	for i, s := range texts {
		matters = append(matters, search.Matter{Key: fmt.Sprintf("text/%d", i), Passages: []search.Passage{paragraph(search.Agreed, "1", lang.Text{"en": s})}})
	}
	if err := x.Update(f.Context(), "m", matters, map[string]int64{}); err != nil {
		f.Fatal(err)
	}
	for _, s := range append(texts, "\" OR 1=1 --", "NEAR(a b)", "meet*", "-meet", "会议", "a OR b", "%", "_", "^both", "{x}: y", "\x00") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := search.Parse(s)
		if err != nil {
			return
		}
		got, found := find(t, x, "m", search.Agreed, s)
		var want []string
		for _, m := range matters {
			if m.Passages[0].Finds(q, found.Loose) {
				want = append(want, m.Key+" 1")
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("%q finds %v, and reading %v", s, got, want)
		}
	})
}
