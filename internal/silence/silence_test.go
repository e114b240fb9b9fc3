package silence

import (
	"slices"
	"testing"
	"time"

	"entente.example/internal/subject/subjecttest"
	"entente.example/lang"
)

func words(s string) lang.Text { return lang.Text{"en": s} }

func play(t *testing.T) *subjecttest.Play {
	p := subjecttest.New(t, "silence/sp-1", func() subjecttest.State { return &State{ID: "sp-1"} })
	p.Charter.Document().Rules.Silence, p.Charter.Document().Rules.SilenceDays = true, 10
	return p
}

func circulate() Circulate { return Circulate{Title: words("Date"), Text: words("14 October")} }

func expect(t *testing.T, p *subjecttest.Play, status string) *State {
	t.Helper()
	s := p.State().(*State)
	if got := s.Status(p.Charter); got != status {
		t.Fatalf("%s, not %s", got, status)
	}
	return s
}

// Scenario a06: while one receipt is missing there is no end, no party can say that silence was kept, and a century changes nothing. SPEC silence-received.
func TestA06NothingIsDecidedWhileAReceiptIsMissing(t *testing.T) {
	p := play(t)
	p.Refuses("lang.bad_tag", "cedar", Circulate{Title: lang.Text{"A": "x"}})
	p.Refuses("dialogue.unknown", "birch", Receive{})
	p.Does("cedar", circulate())
	p.Refuses("silence.received_already", "cedar", Receive{})
	p.Does("birch", Receive{})
	s := expect(t, p, Circulated)
	if _, ok := s.Expires(p.Charter); ok {
		t.Error("it has an end")
	}
	p.Later(100 * 365 * 24 * time.Hour)
	for _, party := range []string{"cedar", "birch", "willow"} {
		p.Refuses("silence.not_received", subjecttest.ID(party), Unbroken{})
	}
	if got := s.StatusAt(p.Charter, time.Date(2125, 1, 1, 0, 0, 0, 0, time.UTC)); got != Circulated {
		t.Errorf("after a century it is %s", got)
	}
	if s.Owes(p.Charter, "cedar", time.Date(2125, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Error("a node would say that silence was kept")
	}
	p.Does("willow", Receive{}) // the line was cut for a hundred years: now the time begins
	if end, ok := expect(t, p, Running).Expires(p.Charter); !ok || end.Year() < 2124 {
		t.Errorf("it ends at %s, %v", end, ok)
	}
}

// Scenario a07: the end is counted to the second from the last receipt, whoever circulated and in whatever order receipts came. Before it anybody may break silence without a reason; that ends it. SPEC silence-end, silence-one-word.
func TestA07TheEndIsCountedFromTheLastReceipt(t *testing.T) {
	p := play(t)
	p.Does("cedar", circulate())
	p.Does("willow", Receive{})
	p.Does("birch", Receive{})
	s := expect(t, p, Running)
	end, ok := s.Expires(p.Charter)
	if want := time.Date(2025, 1, 26, 9, 0, 0, 0, time.UTC); !ok || !end.Equal(want) {
		t.Fatalf("ends at %s, not %s", end, want)
	}
	if s.StatusAt(p.Charter, end.Add(-time.Second)) != Running || s.StatusAt(p.Charter, end) != Elapsed {
		t.Error("it is not over exactly at its end")
	}
	p.Refuses("silence.not_over", "cedar", Unbroken{})
	p.Does("birch", Break{})
	s = expect(t, p, Broken)
	if by := s.BrokenBy(p.Charter); by == nil || by.Party != "birch" || len(by.Note) != 0 {
		t.Errorf("%+v", by)
	}
	p.Refuses("silence.said_already", "birch", Break{})
	if s.Owes(p.Charter, "cedar", end.AddDate(1, 0, 0)) {
		t.Error("a node would say that silence was kept when it is known to be broken")
	}
}

// When the time is over nobody can break silence any more, and it is decided when every party's own log says that it kept it; two of three are not enough, whatever time passes. SPEC silence-decided.
func TestDecidedByEveryPartysWord(t *testing.T) {
	p := play(t)
	p.Does("cedar", circulate())
	p.Does("birch", Receive{})
	p.Does("willow", Receive{})
	p.Later(10 * 24 * time.Hour)
	p.Refuses("silence.over", "birch", Break{})
	p.Does("cedar", Unbroken{})
	p.Does("birch", Unbroken{})
	s := expect(t, p, Running)
	if aw := s.Awaiting(p.Charter); len(aw) != 1 || aw[0] != "willow" {
		t.Errorf("waits for %v", aw)
	}
	if s.Owes(p.Charter, "birch", time.Now()) {
		t.Error("says it twice")
	}
	p.Does("willow", Unbroken{})
	expect(t, p, Decided)
	p.Refuses("silence.said_already", "willow", Break{})
}

// A line that is cut produces no consent: willow broke in time, and the others' nodes had not heard of it when the time was over. Nothing was decided without its word, and then it is broken, everywhere.
func TestACutLineProducesNoConsent(t *testing.T) {
	p := play(t)
	p.Does("cedar", circulate())
	p.Does("birch", Receive{})
	p.Does("willow", Receive{})
	p.Does("willow", Break{})
	p.Later(10 * 24 * time.Hour)
	p.Unaware("cedar", Unbroken{}, 3)
	p.Unaware("birch", Unbroken{}, 3)
	expect(t, p, Broken)
	p.Orders(t, func(s subjecttest.State) string { return s.(*State).Status(p.Charter) })
}

// How a party understands a decision blocks nothing, may be said before and after, and stays. On a paper that did not become the procedure, or where silence was broken, there is nothing to understand. SPEC silence-declare.
func TestStatementsBlockNothing(t *testing.T) {
	p := play(t)
	p.Refuses("dialogue.unknown", "birch", Declare{Text: words("As autumn.")})
	p.Does("cedar", circulate())
	p.Refuses("dialogue.words_needed", "birch", Declare{})
	p.Does("birch", Declare{Text: words("As autumn.")})
	expect(t, p, Circulated)
	p.Does("birch", Receive{})
	p.Does("willow", Receive{})
	p.Later(10 * 24 * time.Hour)
	for _, party := range []string{"cedar", "birch", "willow"} {
		p.Does(subjecttest.ID(party), Unbroken{})
	}
	p.Does("willow", Declare{Text: words("As any day of October.")})
	if s := expect(t, p, Decided); len(s.Declared) != 2 || s.Declared[0].Party != "birch" || s.Declared[1].Party != "willow" {
		t.Errorf("%+v", s.Declared)
	}
	p = play(t)
	p.Does("cedar", circulate())
	p.Unaware("birch", circulate(), 0)
	p.Only("willow", Declare{Text: words("x")}, "birch")
	if s := expect(t, p, Circulated); len(s.Declared) != 0 {
		t.Errorf("a statement on another paper: %+v", s.Declared)
	}
	p.Does("birch", Break{})
	p.Refuses("silence.nothing_decided", "cedar", Declare{Text: words("x")})
}

// A symbol is given to what is decided, by who circulated it, once. SPEC silence-announce.
func TestADecisionGetsItsSymbolOnce(t *testing.T) {
	p := play(t)
	p.Refuses("dialogue.unknown", "cedar", Announce{Symbol: "RPEM/DEC/1"})
	p.Does("cedar", circulate())
	p.Does("birch", Receive{})
	p.Does("willow", Receive{})
	p.Refuses("silence.not_decided", "cedar", Announce{Symbol: "RPEM/DEC/1"})
	p.Later(10 * 24 * time.Hour)
	for _, party := range []string{"cedar", "birch", "willow"} {
		if slices.Contains(p.State().(*State).Offers(p.Charter, "cedar"), "silence.announce") {
			t.Errorf("it is announced before %s has said that it kept silence", party)
		}
		p.Does(subjecttest.ID(party), Unbroken{})
	}
	if s := p.State().(*State); slices.Contains(s.Offers(p.Charter, "birch"), "silence.announce") || s.Offers(p.Charter, "cedar")[0] != "silence.announce" {
		t.Errorf("birch may %v, cedar %v", s.Offers(p.Charter, "birch"), s.Offers(p.Charter, "cedar"))
	}
	p.Refuses("silence.not_your_decision", "birch", Announce{Symbol: "RPEM/DEC/1"})
	p.Refuses("dialogue.words_needed", "cedar", Announce{})
	p.Does("cedar", Announce{Symbol: "RPEM/DEC/1", Meeting: "meeting/main/10"})
	p.Refuses("silence.announced_already", "cedar", Announce{Symbol: "RPEM/DEC/2"})
	if s := expect(t, p, Decided); s.Announced == nil || s.Announced.Symbol != "RPEM/DEC/1" || s.Announced.Meeting != "meeting/main/10" {
		t.Errorf("%+v", s.Announced)
	}
}

func TestWhatCannotBeCirculated(t *testing.T) {
	p := play(t)
	p.Refuses("dialogue.words_needed", "cedar", Circulate{Title: words("x")})
	p.Refuses("lang.bidi", "cedar", Circulate{Title: words("x"), Text: words("a\u202eb")})
	p.Charter.Document().Rules.Silence = false
	p.Refuses("silence.not_allowed", "cedar", circulate())
	p.Charter.Document().Rules.Silence = true
	p.Does("cedar", circulate())
	p.Refuses("dialogue.taken", "birch", circulate())
	second := p.Unaware("birch", circulate(), 0)
	if s := p.State().(*State); s.Circulated.Party != "cedar" || len(s.Clash) != 1 || s.Clash[0] != second {
		t.Errorf("%+v", s)
	}
	// willow has only seen the other paper: its receipt is none of the one that stands
	p.Only("willow", Receive{}, "birch")
	if m := expect(t, p, Circulated).Missing(p.Charter); len(m) != 2 {
		t.Errorf("a receipt of another paper counts: missing are %v", m)
	}
}

// Whatever parties do without knowing of each other: in every order in which the fold may take it the procedure comes to the same end, and it is never both broken and decided.
func TestEveryOrderComesToTheSameEnd(t *testing.T) {
	for seed := range uint64(200) {
		p := play(t)
		p.Does("cedar", circulate())
		p.Random(seed, 14, func(pick func(int) int) subjecttest.Body {
			if pick(3) == 0 {
				p.Later(time.Duration(pick(8)) * 24 * time.Hour)
			}
			return []subjecttest.Body{Receive{}, Receive{}, Unbroken{}, Unbroken{}, Unbroken{}, Break{}, Declare{Text: words("x")}, Announce{Symbol: "X/1"}}[pick(8)]
		})
		p.Orders(t, func(s subjecttest.State) string { return s.(*State).Status(p.Charter) })
	}
}
