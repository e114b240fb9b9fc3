package minutes

import (
	"fmt"
	"testing"

	"entente.example/internal/subject/subjecttest"
	"entente.example/lang"
)

func words(s string) lang.Text { return lang.Text{"en": s} }

func play(t *testing.T) *subjecttest.Play {
	return subjecttest.New(t, "minutes/m-9", func() subjecttest.State { return &State{ID: "m-9"} })
}

func draft() Circulate {
	return Circulate{Title: words("Ninth meeting"), Of: "meeting/main/9", Paragraphs: []Paragraph{{ID: "1", Text: words("The meeting opened at nine.")}, {ID: "2", Text: words("Both sides agreed.")}}}
}

// agreed says of each paragraph in which wording it is agreed, "-" if in none.
func agreed(p *subjecttest.Play) string { return outcome(p, p.State()) }

func outcome(p *subjecttest.Play, st subjecttest.State) string {
	s := st.(*State)
	out := s.Status(p.Charter)
	for _, id := range []string{"1", "2", "3"} {
		para := s.para(id)
		if para == nil {
			continue
		}
		w := "-"
		if a := para.Agreed(p.Charter); a != nil {
			w = a.Text["en"]
		}
		out += fmt.Sprintf(" | %s: %s", id, w)
	}
	return out
}

// From circulated to locked: each paragraph is agreed by itself, in the wording behind which every party stands; a correction undoes nobody else's word; what is not agreed when all have locked stays side by side. SPEC minutes-agreed, minutes-lock.
func TestMinutesAreAgreedParagraphByParagraph(t *testing.T) {
	p := play(t)
	expect := func(want string) {
		t.Helper()
		if got := agreed(p); got != want {
			t.Fatalf("%q, not %q", got, want)
		}
	}
	p.Refuses("dialogue.unknown", "birch", Accept{})
	circulated := p.Does("cedar", draft())
	p.Does("birch", Accept{})
	expect("open | 1: - | 2: -")
	correction := p.Does("willow", Correct{Paragraph: "2", Text: words("Both sides took note."), Note: "nothing was agreed"})
	p.Does("willow", Accept{}) // of paragraph 2 it knows two wordings: it stands by its own
	expect("open | 1: The meeting opened at nine. | 2: -")
	p.Refuses("minutes.no_wording", "birch", Agree{Paragraph: "2", Wording: "birch-9"})
	p.Does("birch", Agree{Paragraph: "2", Wording: correction})
	p.Does("cedar", Agree{Paragraph: "2", Wording: correction})
	expect("open | 1: The meeting opened at nine. | 2: Both sides took note.")
	p.Does("birch", Correct{Paragraph: "3", Text: words("It closed at noon.")}) // left out of the draft
	p.Does("cedar", Agree{Paragraph: "2", Wording: circulated})                 // thinks again
	for _, party := range []string{"cedar", "birch", "willow"} {
		p.Does(subjecttest.ID(party), Lock{})
	}
	expect("locked | 1: The meeting opened at nine. | 2: - | 3: -")
	if s := p.State().(*State); len(s.para("2").Wordings) != 2 || s.para("2").Behind["cedar"] != circulated || s.para("2").Behind["birch"] != correction {
		t.Errorf("what is not agreed does not stand side by side: %+v", s.para("2"))
	}
	for _, b := range []subjecttest.Body{Lock{}, Accept{}, Correct{Paragraph: "1", Text: words("x")}, Agree{Paragraph: "2", Wording: correction}} {
		p.Refuses("minutes.locked", "cedar", b)
	}
}

func TestWhatCannotBeCirculated(t *testing.T) {
	p := play(t)
	p.Refuses("dialogue.words_needed", "cedar", Circulate{Title: words("x")})
	p.Refuses("minutes.paragraph_id", "cedar", Circulate{Title: words("x"), Paragraphs: []Paragraph{{ID: "1", Text: words("a")}, {ID: "1", Text: words("b")}}})
	p.Refuses("lang.bidi", "cedar", Circulate{Title: words("x"), Paragraphs: []Paragraph{{ID: "1", Text: words("a\u202eb")}}})
	long := Circulate{Title: words("x")}
	for i := range MaxParagraphs + 1 {
		long.Paragraphs = append(long.Paragraphs, Paragraph{ID: fmt.Sprint("p", i), Text: words("a")})
	}
	p.Refuses("minutes.too_long", "cedar", long)
	p.Does("cedar", draft())
	p.Refuses("dialogue.taken", "birch", draft())
	p.Refuses("minutes.paragraph_id", "birch", Correct{Paragraph: "Not An Id", Text: words("x")})
}

// In every order that causality allows, the same paragraphs are agreed in the same wording; what every party locked stays so, whatever is still on its way.
func TestEveryOrderComesToTheSame(t *testing.T) {
	locked := 0
	for seed := range uint64(150) {
		p := play(t)
		wordings := []string{p.Does("cedar", draft()), p.Does("birch", Correct{Paragraph: "2", Text: words("Other words.")})}
		p.Random(seed, 16, func(pick func(int) int) subjecttest.Body {
			return []subjecttest.Body{Accept{}, Agree{Paragraph: "1", Wording: wordings[0]}, Agree{Paragraph: "2", Wording: wordings[pick(2)]}, Lock{},
				Correct{Paragraph: "3", Text: words("More.")}, Correct{Paragraph: "2", Text: words("Again other words.")}}[pick(6)]
		})
		p.Orders(t, func(st subjecttest.State) string { return outcome(p, st) })
		if p.State().(*State).Status(p.Charter) == Locked {
			locked++
		}
	}
	if locked == 0 {
		t.Error("no minutes were ever locked, so little was tested")
	}
}

// A paragraph is left out only if every party stands behind that; a new one stands where its author puts it. SPEC minutes-agreed.
func TestMinutesLeaveOutAndInsertParagraphs(t *testing.T) {
	p := play(t)
	p.Does("cedar", draft())
	out := p.Does("birch", Correct{Paragraph: "2", Out: true, Note: "not said at the meeting"})
	p.Does("birch", Correct{Paragraph: "3", Text: words("The agenda was adopted."), After: "1"})
	for key, b := range map[string]Correct{"minutes.out_alone": {Paragraph: "1", Out: true, Text: words("x")}, "minutes.no_place": {Paragraph: "2", Text: words("x"), After: "1"}, "dialogue.words_needed": {Paragraph: "1"}} {
		p.Refuses(key, "willow", b)
	}
	p.Refuses("minutes.out_alone", "willow", Correct{Paragraph: "9", Out: true})
	p.Refuses("minutes.no_place", "willow", Correct{Paragraph: "9", Text: words("x"), After: "8"})
	s := p.State().(*State)
	if got := []string{s.Paragraphs[0].ID, s.Paragraphs[1].ID, s.Paragraphs[2].ID}; got[1] != "3" || got[2] != "2" {
		t.Errorf("they stand in the order %v", got)
	}
	p.Does("cedar", Agree{Paragraph: "2", Wording: out})
	if s = p.State().(*State); s.para("2").Agreed(p.Charter) != nil {
		t.Error("two of three leave it out")
	}
	p.Does("willow", Agree{Paragraph: "2", Wording: out})
	if w := p.State().(*State).para("2").Agreed(p.Charter); w == nil || !w.Out || len(w.Text) > 0 {
		t.Errorf("left out by all: %+v", w)
	}
}
