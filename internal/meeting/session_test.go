package meeting

import (
	"fmt"
	"slices"
	"testing"

	"entente.example/internal/charter"
	"entente.example/internal/subject/subjecttest"
	"entente.example/lang"
)

func agenda() Agenda {
	return Agenda{Stage: "provisional", Items: []lang.Text{{"en": "Fisheries"}, {"en": "Youth exchange"}}}
}

// Days that were agreed before do not come back by themselves. SPEC meeting-postponed.
func TestAMeetingThatIsPutOffHasNoDays(t *testing.T) {
	p := play(t)
	p.Refuses("meeting.unknown", "cedar", Postpone{})
	p.Does("cedar", planned())
	agree := func(from string) {
		o := p.Does("cedar", Offer{From: from})
		p.Does("birch", Accept{Offer: o})
		p.Does("willow", Accept{Offer: o})
	}
	agree("2025-11-03")
	agree("2025-11-10")
	p.Does("willow", Postpone{Reason: lang.Text{"en": "Elections."}})
	s := p.State().(*State)
	if start, _ := s.Days(p.Charter); start != "" || s.Agreed(p.Charter) != nil {
		t.Errorf("it is on %q: days that were agreed earlier came back, or the plan's", start)
	}
	if off := s.PutOff(p.Charter); off == nil || off.Party != "willow" || off.Days.From != "2025-11-10" {
		t.Errorf("put off: %+v", off)
	}
	p.Refuses("meeting.postponed_already", "birch", Postpone{})
	if slices.Contains(s.Offers(p.Charter, "birch"), "meeting.postpone") {
		t.Error("it can be put off twice")
	}
	agree("2026-02-02")
	s = p.State().(*State)
	if start, _ := s.Days(p.Charter); start != "2026-02-02" || s.PutOff(p.Charter) != nil {
		t.Errorf("on %q, put off %v", start, s.PutOff(p.Charter))
	}
	held := planned()
	held.Status = "held"
	p.Does("cedar", held)
	p.Refuses("meeting.held_already", "cedar", Postpone{})
}

// Settling the interpretation asks nobody to adopt the agenda again. SPEC meeting-arrangements.
func TestHowItemsAreInterpretedIsNoPartOfWhatIsAdopted(t *testing.T) {
	p := play(t)
	p.Does("cedar", planned())
	g := agenda()
	p.Does("cedar", g)
	for _, party := range []charter.PartyID{"cedar", "birch", "willow"} {
		p.Does(party, Adopt{Agenda: g.Digest()})
	}
	g.Arrangements = []Arrangement{{Item: 2, Interpretation: "consecutive", Languages: []string{"zh-Hans", "ja"}, Minutes: 20}}
	p.Does("birch", g)
	s := p.State().(*State)
	if !s.AgendaAdopted(p.Charter) || s.Agenda.Arranged(2).Minutes != 20 || s.Agenda.Arranged(1) != nil {
		t.Errorf("adopted %v, %+v", s.AgendaAdopted(p.Charter), s.Agenda)
	}
	for key, a := range map[string][]Arrangement{"meeting.no_item": {{Item: 3, Interpretation: "none"}}, "dialogue.no_such_choice": {{Item: 1, Interpretation: "whispered"}},
		"meeting.minutes": {{Item: 1, Interpretation: "none", Minutes: -1}}, "lang.bad_tag": {{Item: 1, Interpretation: "none", Languages: []string{"Klingonese!"}}}} {
		g.Arrangements = a
		p.Refuses(key, "cedar", g)
	}
	g.Arrangements = []Arrangement{{Item: 1, Interpretation: "none"}, {Item: 1, Interpretation: "consecutive"}}
	p.Refuses("meeting.no_item", "cedar", g)
}

func TestAProgramme(t *testing.T) {
	p := play(t)
	slot := Slot{Day: "2025-11-03", From: "09:30", Until: "11:00", What: lang.Text{"en": "First session"}, Item: 1}
	p.Refuses("meeting.unknown", "cedar", Programme{Zone: "UTC", Slots: []Slot{slot}})
	p.Does("cedar", planned())
	with := func(f func(*Slot)) Programme {
		s := slot
		f(&s)
		return Programme{Zone: "Asia/Tokyo", Slots: []Slot{s}}
	}
	for key, b := range map[string]Programme{
		"meeting.zone":             {Zone: "Tokyo time", Slots: []Slot{slot}},
		"meeting.no_such_time":     with(func(s *Slot) { s.From = "24:10" }),
		"meeting.slot_ends_before": with(func(s *Slot) { s.Until = "09:30" }),
		"dialogue.no_such_day":     with(func(s *Slot) { s.Day = "2025-11-31" }),
		"dialogue.words_needed":    with(func(s *Slot) { s.What = nil }),
		"meeting.too_long":         {Zone: "UTC", Slots: make([]Slot, MaxSlots+1)},
		"meeting.no_item":          with(func(s *Slot) { s.Item = -1 }),
	} {
		p.Refuses(key, "cedar", b)
	}
	p.Refuses("meeting.no_such_time", "cedar", with(func(s *Slot) { s.From = "9:30" })) // would sort behind 10:00
	p.Refuses("meeting.no_such_time", "cedar", with(func(s *Slot) { s.From = "" }))
	early := slot
	early.From = "08:00"
	p.Does("cedar", Programme{Zone: "Asia/Tokyo", Slots: []Slot{slot, early}})
	if got := p.State().(*State).Programme; got.Slots[0].From != "08:00" {
		t.Errorf("not in the order of the day: %+v", got.Slots)
	}
}

// Where nothing is attributed, no speaker is in the state: not when it was said before the rule, nor when it crossed with it. SPEC meeting-nameless.
func TestWithoutAttributionThereIsNoSpeaker(t *testing.T) {
	said := Intervene{Item: 1, Side: "east", Minutes: 7, Capacity: lang.Text{"en": "Head"}, Words: lang.Text{"en": "Agreed."}}
	p := play(t)
	p.Does("cedar", planned())
	p.Refuses("meeting.no_agenda", "cedar", said)
	p.Does("cedar", agenda())
	p.Refuses("dialogue.words_needed", "birch", Intervene{Item: 1})
	p.Refuses("meeting.no_item", "birch", Intervene{Item: 3, Side: "east"})
	p.Refuses("dialogue.no_such_side", "birch", Intervene{Item: 1, Side: "north"})
	p.Does("cedar", said)
	if s := p.State().(*State); s.SpokenOn(1)["east"] != 7 || s.Interventions[0].On["en"] != "Fisheries" {
		t.Errorf("%+v", s.Interventions)
	}
	nameless := agenda()
	nameless.Nameless = true
	p.Does("birch", nameless)
	p.Unaware("willow", said, 3) // it has seen the agenda, not the rule
	p.Refuses("meeting.unattributed", "cedar", said)
	p.Does("cedar", agenda()) // nobody takes the rule back
	p.Refuses("meeting.unattributed", "cedar", said)
	p.Does("cedar", Intervene{Item: 1, Minutes: 3})
	s := p.State().(*State)
	for _, i := range s.Interventions {
		if i.Side != "" || i.Capacity != nil {
			t.Errorf("a speaker is left: %+v", i)
		}
	}
	if s.SpokenOn(1)[""] != 17 {
		t.Errorf("spoken: %v", s.SpokenOn(1))
	}
	q := play(t)
	q.Charter.Document().Rules.Attribution = charter.Nameless
	q.Does("cedar", planned())
	q.Does("cedar", agenda())
	q.Refuses("meeting.unattributed", "cedar", said)
}

// Each party has one list, and a final one stays. SPEC delegation-final.
func TestADelegationHasVersionsUntilItIsFinal(t *testing.T) {
	p := play(t)
	list := Delegation{List: "cedar.0123456789abcdef", Count: 3}
	p.Refuses("meeting.unknown", "cedar", list)
	p.Does("cedar", planned())
	p.Refuses("dialogue.words_needed", "cedar", Delegation{List: "x"})
	p.Refuses("dialogue.words_needed", "cedar", Delegation{Count: 3})
	p.Does("cedar", list)
	final := list
	final.Final = true
	p.Does("cedar", final)
	p.Refuses("meeting.delegation_final", "cedar", list)
	p.Does("birch", list) // the others' is their own
	s := p.State().(*State)
	if len(s.Delegations["cedar"]) != 2 || !s.DelegationOf("cedar").Final || s.DelegationOf("willow") != nil {
		t.Errorf("%+v", s.Delegations)
	}
	if slices.Contains(s.Offers(p.Charter, "cedar"), "meeting.delegation") || !slices.Contains(s.Offers(p.Charter, "birch"), "meeting.delegation") {
		t.Error("a final list can be changed, or another cannot")
	}
}

// A symbol holds its party's own number: two parties that do not hear of each other never give the same one, and what they issued keeps it in whatever order it arrives. SPEC document-symbol.
func TestSymbolsNeverCollide(t *testing.T) {
	p := play(t)
	p.Charter.Document().ID = "valley"
	title := lang.Text{"en": "On fisheries"}
	paper := Document{Nature: "working_paper", Title: title, Of: "text/js-9"}
	p.Refuses("meeting.unknown", "cedar", paper)
	p.Does("cedar", planned())
	p.Does("cedar", paper)
	p.Unaware("birch", paper, 1)
	p.Does("cedar", Document{Nature: "limited_paper", Title: title})
	p.Does("cedar", paper)
	base := "VALLEY/10/CEDAR/WP.1"
	for key, d := range map[string]Document{
		"meeting.no_document":     {Modifies: "VALLEY/10/CEDAR/WP.9", How: "revision", Title: title},
		"dialogue.no_such_choice": {Modifies: base, Title: title},
		"meeting.other_nature":    {Modifies: base, How: "revision", Nature: "limited_paper", Title: title},
		"dialogue.words_needed":   {How: "revision", Title: title},
	} {
		p.Refuses(key, "cedar", d)
	}
	p.Refuses("meeting.not_our_document", "birch", Document{Modifies: base, How: "revision", Title: title})
	p.Does("cedar", Document{Modifies: base, How: "corrigendum", Title: title, Languages: []string{"ja"}})
	p.Does("cedar", Document{Modifies: base, How: "revision", Title: title})
	p.Does("cedar", Document{Modifies: base, How: "revision", Title: title})
	p.Refuses("meeting.modifies_modification", "cedar", Document{Modifies: base + "/Rev.1", How: "revision", Title: title})
	s := p.State().(*State)
	var symbols, old []string
	for i := range s.Dossier {
		symbols = append(symbols, s.Dossier[i].Symbol)
		if s.Superseded(&s.Dossier[i]) {
			old = append(old, s.Dossier[i].Symbol)
		}
	}
	if want := []string{base, "VALLEY/10/BIRCH/WP.1", "VALLEY/10/CEDAR/L.1", "VALLEY/10/CEDAR/WP.2", base + "/Corr.1", base + "/Rev.1", base + "/Rev.2"}; !slices.Equal(symbols, want) {
		t.Errorf("%q", symbols)
	}
	if !slices.Equal(old, []string{base, base + "/Rev.1"}) {
		t.Errorf("superseded: %q", old)
	}
	q := subjecttest.New(t, "meeting/river/3", func() subjecttest.State { return new(State) })
	q.Charter.Document().ID = "valley"
	q.Does("cedar", Enter{Series: "river", Number: 3, Status: "planned"})
	q.Does("cedar", paper)
	if got := q.State().(*State).Dossier[0].Symbol; got != "VALLEY/RIVER.3/CEDAR/WP.1" {
		t.Errorf("two series share a symbol: %s", got)
	}
}

// Whatever meets in whatever order comes to the same state.
func TestMeetingsFoldAlikeInAnyOrder(t *testing.T) {
	for seed := range uint64(40) {
		p := play(t)
		p.Does("cedar", planned())
		p.Random(seed, 24, func(pick func(int) int) subjecttest.Body {
			nameless := agenda()
			nameless.Nameless = pick(4) == 0
			return []subjecttest.Body{nameless, Intervene{Item: 1, Side: "east", Minutes: pick(9)}, Intervene{Item: 2}, Offer{From: "2026-11-03"}, Postpone{},
				Document{Nature: "limited_paper", Title: lang.Text{"en": "A"}}, Delegation{List: "x", Count: 1 + pick(3), Final: pick(5) == 0}}[pick(7)]
		})
		p.Orders(t, func(st subjecttest.State) string {
			s := st.(*State)
			var symbols []string
			for _, d := range s.Dossier {
				symbols = append(symbols, d.Symbol)
			}
			slices.Sort(symbols)
			start, _ := s.Days(p.Charter)
			return fmt.Sprint(s.Nameless, s.SpokenOn(1), s.SpokenOn(2), s.PutOff(p.Charter) != nil, start, symbols, s.DelegationOf("cedar"), s.DelegationOf("birch"), s.DelegationOf("willow"))
		})
	}
}

// Where a mechanism continues another, a planned meeting does not take a number that was given before; one that was held then may be entered. SPEC succession-numbers.
func TestNumbersGoOn(t *testing.T) {
	p := play(t)
	p.Charter.Document().Succeeds = &charter.Succession{Series: []charter.Numbering{{ID: MainSeries, Next: 11}}}
	p.Refuses("meeting.number_before", "cedar", planned())
	held := planned()
	held.Status = "held"
	p.Does("cedar", held)
	p.Charter.Document().Succeeds.Series[0].Next = 10
	p.Does("cedar", planned())
}

// An annotated agenda says of each item what it is for and which documents are before the meeting; that is no part of what is adopted. SPEC meeting-arrangements.
func TestAnAgendaIsAnnotated(t *testing.T) {
	p := play(t)
	p.Does("cedar", planned())
	g := agenda()
	p.Does("cedar", g)
	p.Does("birch", Adopt{Agenda: g.Digest()})
	g.Stage, g.Annotations = "annotated", []Annotation{{Item: 2, Text: lang.Text{"en": "The report on the first visit is before the meeting."}, Documents: []string{"M/9/CEDAR/WP.1"}}}
	p.Does("cedar", g)
	s := p.State().(*State)
	if a := s.Agenda.Annotated(2); a == nil || a.Documents[0] != "M/9/CEDAR/WP.1" || s.Agenda.Annotated(1) != nil || !s.adopts("birch") {
		t.Errorf("%+v", s.Agenda)
	}
	for key, a := range map[string][]Annotation{"meeting.no_item": {{Item: 3}}, "dialogue.words_needed": {{Item: 1, Documents: []string{" "}}}} {
		g.Annotations = a
		p.Refuses(key, "cedar", g)
	}
	g.Annotations = []Annotation{{Item: 1}, {Item: 1}}
	p.Refuses("meeting.no_item", "cedar", g)
}

// Two agendas that crossed both stay until somebody who knows of both writes the next: no item is lost by the order in which they came. SPEC meeting-agendas.
func TestAgendasThatCrossed(t *testing.T) {
	p := play(t)
	p.Does("cedar", planned())
	g := agenda()
	p.Does("cedar", g)
	other := agenda()
	other.Items = append(other.Items, lang.Text{"en": "Water"})
	p.Unaware("birch", other, 1)
	s := p.State().(*State)
	if crossed := s.Crossed(p.Charter); len(s.Agendas) != 2 || len(crossed) != 1 || len(crossed[0].Items) == len(s.Agenda.Items) {
		t.Errorf("%d agendas, crossed %+v", len(s.Agendas), crossed)
	}
	p.Does("willow", other)
	if s = p.State().(*State); len(s.Agendas) != 3 || len(s.Crossed(p.Charter)) != 0 || len(s.Agenda.Items) != 3 {
		t.Errorf("taken up: %+v", s.Crossed(p.Charter))
	}
}
