package concern

import (
	"testing"

	"entente.example/internal/subject/subjecttest"
	"entente.example/lang"
)

func words(s string) lang.Text { return lang.Text{"en": s} }

func play(t *testing.T) *subjecttest.Play {
	return subjecttest.New(t, "concern/c-1", func() subjecttest.State { return &State{ID: "c-1"} })
}

// From raised to settled, and again: whoever raised a concern has the last word, an answer to an old question is none to a new one, and days are counted from the entries.
func TestLifeOfAConcern(t *testing.T) {
	p := play(t)
	expect := func(status, due string) {
		t.Helper()
		s := p.State().(*State)
		if s.Status(p.Charter) != status || s.Due(p.Charter) != due {
			t.Fatalf("%s, due %q; want %s, due %q", s.Status(p.Charter), s.Due(p.Charter), status, due)
		}
	}
	p.Refuses("dialogue.unknown", "birch", Answer{Text: words("?")})
	p.Does("cedar", Raise{Text: words("Asks for a timetable.")})
	expect(Raised, "2025-03-15")
	if s := p.State().(*State); s.Overdue(p.Charter, "2025-03-15") || !s.Overdue(p.Charter, "2025-03-16") || !s.Owes(p.Charter, "willow") || s.Owes(p.Charter, "cedar") {
		t.Error("the due day is the last one, and the other side owes")
	}
	p.Refuses("dialogue.taken", "birch", Raise{Text: words("x")})
	p.Refuses("dialogue.not_yours", "cedar", Answer{Text: words("x")})
	p.Refuses("dialogue.not_yours", "birch", Settle{})
	p.Refuses("concern.still_open", "cedar", Reopen{Reason: words("x")})
	p.Does("birch", Acknowledge{})
	expect(Acknowledged, "2025-03-15")
	p.Refuses("concern.acknowledged_already", "birch", Acknowledge{})
	p.Does("willow", Answer{Text: words("It depends on the results.")})
	expect(Answered, "")
	p.Does("cedar", Reopen{Reason: words("On which results?")})
	expect(Reopened, "2025-03-18")
	p.Does("birch", Answer{Text: words("On those of June.")})
	expect(Answered, "")
	p.Does("cedar", Settle{})
	expect(Settled, "")
	p.Refuses("concern.closed", "cedar", Withdraw{})
	p.Refuses("concern.closed", "cedar", Settle{})
	p.Does("cedar", Reopen{Reason: words("Again."), Due: "2025-02-01"})
	expect(Reopened, "2025-02-01")
	p.Does("cedar", Withdraw{})
	expect(Withdrawn, "")
}

// An answer that crosses with the second question answers it: its author had not seen the question, nor had who asked seen the answer.
func TestAnAnswerThatCrosses(t *testing.T) {
	p := play(t)
	p.Does("cedar", Raise{Text: words("When?")})
	p.Does("birch", Answer{Text: words("Soon.")})
	p.Does("cedar", Reopen{Reason: words("When exactly?")})
	p.Unaware("willow", Answer{Text: words("In June.")}, 2)
	if s := p.State().(*State); s.Status(p.Charter) != Answered {
		t.Errorf("%s", s.Status(p.Charter))
	}
}

func TestWhatCannotBeRaised(t *testing.T) {
	p := play(t)
	p.Refuses("dialogue.words_needed", "cedar", Raise{Text: words(" ")})
	p.Refuses("concern.to_oneself", "cedar", Raise{Text: words("x"), To: []string{"east"}})
	p.Refuses("dialogue.no_such_side", "cedar", Raise{Text: words("x"), To: []string{"north"}})
	p.Refuses("dialogue.day_passed", "cedar", Raise{Text: words("x"), Due: "2025-01-13"})
	p.Refuses("dialogue.no_such_day", "cedar", Raise{Text: words("x"), Due: "2025-02-30"})
	p.Refuses("lang.bidi", "cedar", Raise{Text: words("a\u202eb")})
}

// Two parties may choose one id without knowing of each other: the first in the record's order stands, the other is kept as a clash.
func TestOneIDTwice(t *testing.T) {
	p := play(t)
	p.Does("cedar", Raise{Text: words("When?")})
	second := p.Unaware("birch", Raise{Text: words("Where?")}, 0)
	s := p.State().(*State)
	if s.Raised.Party != "cedar" || len(s.Clash) != 1 || s.Clash[0] != second {
		t.Errorf("%+v", s)
	}
}
