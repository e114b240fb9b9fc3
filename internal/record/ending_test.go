package record

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/text"
	"entente.example/lang"
)

func (r *replica) end() text.End { return r.text().Ended(r.fold.Charter(), nil) }

// One party's refusal stops the work, for everybody and only until that party takes it back; a lapse needs every party's word. Nobody withdraws another's draft, nor its own once somebody has a part in it.
// SPEC end-words, end-withdraw, end-closes.
func TestATextEndsByThePartiesOwnWords(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	table(t, rs, 1)
	a, b, c := rs[0], rs[1], rs[2]
	tabled := []text.Item{{Paragraph: "1", Wording: text.WordingID(a.text().Tabled.Act)}}
	says := func(r *replica, want string, body entry.Body) {
		t.Helper()
		if err := r.write(r.all(), theText, body); key(err) != want {
			t.Fatalf("%s: %v, want %q", body.EntryType(), err, want)
		}
		settle(rs)
	}
	ends := func(want text.End) {
		t.Helper()
		for _, r := range rs {
			if got := r.end(); got != want {
				t.Fatalf("replica %d: %+v, want %+v", r.me, got, want)
			}
		}
	}
	says(b, "text.reason_needed", text.Refuse{})
	says(b, "", text.Refuse{Reason: "no basis"})
	ends(text.End{Kind: text.EndRefused})
	says(a, "text.ended_refused", text.Accept{Items: tabled})
	says(a, "text.nothing_to_resume", text.Resume{})
	says(b, "", text.Resume{})
	ends(text.End{})
	says(b, "text.withdraw_other", text.Withdraw{})
	says(a, "", text.Withdraw{})
	ends(text.End{Kind: text.EndWithdrawn})
	says(a, "text.end_said", text.Lapse{})
	says(a, "", text.Resume{})
	says(c, "", text.Accept{Items: tabled})
	says(a, "text.withdraw_shared", text.Withdraw{})
	says(a, "text.end_other", text.Lapse{For: "t"})
	says(a, "", text.Lapse{For: "u"})
	says(b, "", text.Lapse{})
	if w := c.text().Awaits(c.fold.Charter(), "c"); len(w) == 0 || w[0].What != "awaits.lapse" {
		t.Errorf("the third party is not told that its word is awaited: %v", w)
	}
	ends(text.End{})
	says(c, "", text.Lapse{For: "u"})
	ends(text.End{Kind: text.EndLapsed})
	says(b, "", text.Lapse{For: "u"})
	ends(text.End{Kind: text.EndSuperseded, Text: "u"})
	says(b, "text.ended_superseded", text.Accept{Items: tabled})
	says(b, "", text.Translate{Language: "fr", Courtesy: true, Items: []text.Translation{{Paragraph: "1", Wording: tabled[0].Wording, Text: "Paragraphe 1 ;"}}})
	says(a, "text.supersede_not_adopted", text.Supersede{By: "u"})
}

// A freeze and a refusal that do not know of each other both stand, and seals alone decide: all that sealed have adopted it, the refusing party too. After that the text can neither be refused nor lapse. SPEC end-closes.
func TestARefusalThatCrossesWithAFreeze(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	table(t, rs, 1)
	agree(t, rs, []string{"1"}, "1")
	body, err := rs[0].text().FreezeBody(rs[0].fold.Charter())
	must(t, err)
	must(t, rs[0].write(rs[0].all(), theText, body))
	must(t, rs[1].write(rs[1].all(), theText, text.Refuse{Reason: "no basis"}))
	settle(rs)
	if rs[2].end().Kind != text.EndRefused || rs[2].text().Frozen(rs[2].fold.Charter()) == nil {
		t.Fatalf("one of the two is gone: %+v", rs[2].end())
	}
	for _, r := range rs {
		must(t, r.sealText(1))
	}
	settle(rs, theText)
	for _, r := range rs {
		if r.outcome() != adoption.Adopted || r.end().Kind != "" {
			t.Fatalf("replica %d: %s, %+v", r.me, r.outcome(), r.end())
		}
	}
	for _, late := range []entry.Body{text.Refuse{Reason: "late"}, text.Lapse{}, text.Withdraw{}} {
		if err := rs[0].write(rs[0].all(), theText, late); err == nil {
			t.Errorf("%s of an adopted text", late.EntryType())
		}
	}
}

// agreedBeside brings a second text to its adoption.
func agreedBeside(t *testing.T, rs []*replica, id string) {
	t.Helper()
	m := "text/" + id
	must(t, rs[0].write(rs[0].all(), m, text.Table{Title: lang.Text{"en": "New"}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1,
		Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": "Decide anew;"}}}}))
	settle(rs)
	state := func(r *replica) *text.State { return r.fold.Cached(m).(*text.State) }
	item := []text.Item{{Paragraph: "1", Wording: text.WordingID(state(rs[0]).Tabled.Act)}}
	for _, body := range []entry.Body{text.Accept{Items: item}, text.Confirm{Items: item}} {
		for _, r := range rs {
			must(t, r.write(r.all(), m, body))
		}
		settle(rs)
	}
	body, err := state(rs[0]).FreezeBody(rs[0].fold.Charter())
	must(t, err)
	must(t, rs[0].write(rs[0].all(), m, body))
	settle(rs)
	for _, r := range rs {
		b, err := state(r).Statement(r.fold.Charter(), 1, "")
		must(t, err)
		must(t, r.seal(m, 1, b))
	}
	settle(rs, m)
}

// An adopted text gives place to another adopted one when every party has said so of the same, and not before; what was sealed does not change. The table of docs/dialogue.md is what the code does. SPEC end-supersede.
func TestAnAdoptedTextIsSupersededByAll(t *testing.T) {
	b, err := os.ReadFile("../../docs/dialogue.md")
	must(t, err)
	_, rs := adopted(t)
	if err := rs[0].write(rs[0].all(), theText, text.Supersede{By: "u"}); key(err) != "text.supersede_by" {
		t.Fatalf("by a text that nobody adopted: %v", err)
	}
	agreedBeside(t, rs, "u")
	before, err := rs[0].text().Statement(rs[0].fold.Charter(), 1, "")
	must(t, err)
	state := func(r *replica) string {
		if r.end().Kind == text.EndSuperseded {
			return "superseded"
		}
		return "adopted"
	}
	rows := map[string]bool{}
	for _, r := range rs {
		from := state(r)
		must(t, r.write(r.all(), theText, text.Supersede{By: "u"}))
		rows[fmt.Sprintf("| %s | supersede | any party | %s |", from, state(r))] = true
		if err := r.write(r.all(), theText, text.Supersede{By: "u"}); key(err) != "text.supersede_said" {
			t.Errorf("said twice: %v", err)
		}
		settle(rs)
	}
	_, doc, _ := strings.Cut(string(b), "\n## superseded\n")
	doc, _, _ = strings.Cut(doc, "\n## ")
	for line := range strings.Lines(doc) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| from ") {
			if !rows[line] {
				t.Errorf("the code does not do %s", line)
			}
			delete(rows, line)
		}
	}
	for row := range rows {
		t.Errorf("not in docs/dialogue.md: %s", row)
	}
	after, err := rs[2].text().Statement(rs[2].fold.Charter(), 1, "")
	must(t, err)
	if said := rs[2].text().Partings["c"]; rs[2].text().Since(rs[2].fold.Charter(), rs[2].end()) != said[len(said)-1].At || said[len(said)-1].At == "" {
		t.Errorf("superseded since %q, and the last word is of %+v", rs[2].text().Since(rs[2].fold.Charter(), rs[2].end()), said)
	}
	if rs[2].end() != (text.End{Kind: text.EndSuperseded, Text: "u"}) || rs[2].outcome() != adoption.Adopted || string(after) != string(before) {
		t.Errorf("%+v, %s", rs[2].end(), rs[2].outcome())
	}
}

// Whatever three parties say of the end of a text, between work on it, and in whatever order it arrives: the same state on every node. A rule that asks who spoke last of all fails here.
func TestEndsDoNotDependOnArrival(t *testing.T) {
	words := []entry.Body{text.Refuse{Reason: "no"}, text.Withdraw{}, text.Lapse{}, text.Lapse{For: "u"}, text.Resume{}, text.Resume{}, text.Resume{}}
	came := map[string]bool{}
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 9))
		u := newUniverse(t)
		rs := u.found()
		table(t, rs, 2)
		for range 60 {
			r := rs[rng.IntN(3)]
			r.receive(rng.IntN(3), rng.Int64N(4))
			body := words[rng.IntN(len(words))]
			if rng.IntN(2) == 0 {
				body = r.random(rng)
			}
			_ = r.write(r.all(), theText, body) // many are refused
			came[r.end().Kind] = true
		}
		settle(rs)
		for i := range 3 {
			if got := u.replay(i, rng).states(); !maps.Equal(got, rs[0].states()) {
				t.Fatalf("seed %d: replay %d comes to another state", seed, i)
			}
		}
	}
	if len(came) < 4 {
		t.Errorf("only %v came of it", came)
	}
}
