package showing

import (
	"fmt"
	"strings"
	"testing"

	"entente.example/internal/charter"
	"entente.example/internal/guest"
	"entente.example/internal/meeting"
	"entente.example/internal/readers"
	"entente.example/internal/subject/subjecttest"
	"entente.example/internal/text"
	"entente.example/internal/topic"
	"entente.example/lang"
)

// gathered is a meeting with everything a guest could be shown, and things that none is.
func gathered(t *testing.T) *subjecttest.Play {
	p := subjecttest.New(t, "meeting/main/8", func() subjecttest.State { return new(meeting.State) })
	p.Charter.Document().Sides[0].Label = lang.Text{"en": "Eastern side"}
	p.Does("cedar", meeting.Enter{Series: "main", Number: 8, Status: "planned", Host: "east", Note: "NOTE"})
	p.Does("cedar", meeting.Agenda{Stage: "provisional", Items: []lang.Text{{"en": "AGENDA"}}})
	p.Does("cedar", meeting.Programme{Zone: "UTC", Slots: []meeting.Slot{{Day: "2025-11-03", From: "09:30", What: lang.Text{"en": "PROGRAMME"}}}})
	p.Does("cedar", meeting.Document{Nature: "working_paper", Title: lang.Text{"en": "DOSSIER"}})
	p.Does("cedar", meeting.Intervene{Item: 1, Side: "east", Capacity: lang.Text{"en": "CAPACITY"}, Words: lang.Text{"en": "SAID"}})
	p.Does("cedar", meeting.Delegation{List: "cedar.DELEGATES", Count: 3})
	return p
}

// A guest is shown the parts that were agreed and no other, and never what is no guest's: names of delegates, remarks.
func TestOnlyAgreedPartsAreShown(t *testing.T) {
	p := gathered(t)
	show := func(parts ...string) string {
		a := &guest.Admission{Propose: guest.Propose{Shown: "meeting/main/8", Parts: parts}}
		s, err := Of(p.Charter, p.State(), nil, a, readers.OnRecord(p.Charter, "meeting/main/8", "2025-11-03", "", nil))
		if err != nil || len(s.Readers) != 3 {
			t.Fatal(s, err)
		}
		return fmt.Sprintf("%+v", *s.Meeting)
	}
	of := map[string]string{"agenda": "AGENDA", "programme": "PROGRAMME", "dossier": "DOSSIER", "interventions": "SAID"}
	for part, words := range of {
		got := show(part)
		for other, others := range of {
			if strings.Contains(got, others) != (other == part) {
				t.Errorf("admitted to the %s: %s", part, got)
			}
		}
		if !strings.Contains(got, words) {
			t.Errorf("%s is not shown", part)
		}
	}
	all := show()
	for _, secret := range []string{"DELEGATES", "NOTE"} {
		if strings.Contains(all, secret) {
			t.Errorf("%s is shown", secret)
		}
	}
	if !strings.Contains(all, "CAPACITY") || !strings.Contains(all, "Eastern side") {
		t.Errorf("who spoke is not shown: %s", all)
	}
}

// Where nothing is attributed, a guest is told no speaker.
func TestWithoutAttributionAGuestIsToldNoSpeaker(t *testing.T) {
	p := gathered(t)
	p.Charter.Document().Rules.Attribution = charter.Nameless
	s, err := Of(p.Charter, p.State(), nil, &guest.Admission{}, readers.Readers{})
	if err != nil || len(s.Meeting.Interventions) != 1 || s.Meeting.Interventions[0].Side != nil || s.Meeting.Interventions[0].Capacity != nil {
		t.Errorf("%+v %v", s.Meeting, err)
	}
}

// What is no meeting and no text is shown to no guest, whatever an admission says.
func TestNothingElseIsShown(t *testing.T) {
	p := gathered(t)
	for _, st := range []any{&topic.State{ID: "t-1"}, new(meeting.State), &guest.State{}, nil} {
		if s, err := Of(p.Charter, st, nil, &guest.Admission{}, readers.Readers{}); err == nil {
			t.Errorf("%T is shown: %+v", st, s)
		}
	}
}

// A guest does not go on reading a text as if it were worked on: that it was refused, and since when, is told; by which words, and in favour of which other text, is not.
func TestAGuestIsToldThatATextHasEnded(t *testing.T) {
	p := subjecttest.New(t, "text/js-9", func() subjecttest.State { return new(text.State) })
	p.Does("cedar", text.Table{Title: lang.Text{"en": "Joint text"}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1, Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": "Decide to go on;"}}}})
	show := func() *Text {
		s, err := Of(p.Charter, p.State(), nil, &guest.Admission{}, readers.Readers{})
		if err != nil {
			t.Fatal(err)
		}
		return s.Text
	}
	if got := show(); got.End != "" || got.Since != "" {
		t.Errorf("a text that is worked on has ended: %+v", got)
	}
	p.Does("birch", text.Refuse{Reason: "REASON"})
	if got := show(); got.End != text.EndRefused || got.Since == "" || strings.Contains(fmt.Sprintf("%+v", *got), "REASON") {
		t.Errorf("refused: %+v", got)
	}
	p.Does("birch", text.Resume{})
	for _, party := range []charter.PartyID{"cedar", "birch", "willow"} {
		p.Does(party, text.Lapse{For: "other-text"})
	}
	if got := show(); got.End != text.EndSuperseded || got.Since == "" || strings.Contains(fmt.Sprintf("%+v", *got), "other-text") {
		t.Errorf("superseded: %+v", got)
	}
}

// What travels with a text is shown to its guests: reservations with their notes and interpretative statements, at the paragraph that they are about, and sub-paragraphs below theirs. What was lifted or taken back is not.
func TestAGuestSeesWhatTravelsWithTheText(t *testing.T) {
	p := subjecttest.New(t, "text/js-9", func() subjecttest.State { return new(text.State) })
	p.Does("cedar", text.Table{Title: lang.Text{"en": "Joint text"}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1, Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": "Decide:"}},
		{ID: "1-a", Label: "1 (a)", Kind: text.Point, Text: lang.Text{"en": "to go on;"}}, {ID: "1-a-i", Label: "1 (a) (i)", Kind: text.Subpoint, Text: lang.Text{"en": "each year."}}}})
	p.Does("birch", text.Reserve{Paragraph: "1-a", Kind: "substance", Note: "NOTE", Label: "R1"})
	p.Does("willow", text.Reserve{Paragraph: "1", Kind: "substance", Note: "GONE", Label: "R2"})
	p.Does("willow", text.Lift{Reservation: "R2"})
	p.Does("birch", text.Declare{Text: lang.Text{"en": "WHOLE"}})
	s, err := Of(p.Charter, p.State(), nil, &guest.Admission{}, readers.Readers{})
	if err != nil {
		t.Fatal(err)
	}
	got := s.Text
	if a := got.Paragraphs[1].Said; len(a) != 1 || a[0].Kind != "reservation" || a[0].Note != "NOTE" || len(got.Said) != 1 || got.Said[0].Text["en"] != "WHOLE" || strings.Contains(fmt.Sprintf("%+v", *got), "GONE") {
		t.Errorf("%+v", *got)
	}
	for i, deep := range []int{0, 1, 2} {
		if got.Paragraphs[i].Deep != deep {
			t.Errorf("%s stands %d below a paragraph", got.Paragraphs[i].Label, got.Paragraphs[i].Deep)
		}
	}
}
