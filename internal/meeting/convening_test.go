package meeting

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"entente.example/internal/subject/subjecttest"
	"entente.example/lang"
)

func convened(host, start string) Enter {
	e := planned()
	e.Host, e.Start = host, start
	return e
}

// twice is a meeting that cedar and birch convened without knowing of each other.
func twice(t *testing.T) (p *subjecttest.Play, cedar, birch string) {
	p = play(t)
	cedar = p.Does("cedar", convened("east", "2025-09-01"))
	birch = p.Unaware("birch", convened("west", "2025-09-01"), 0)
	return p, cedar, birch
}

func status(p *subjecttest.Play) string {
	s := p.State().(*State)
	var standing []string
	for _, k := range s.Standing() {
		standing = append(standing, string(k.Party))
	}
	return fmt.Sprintf("%s of %d, host %q on %s, twice %v", standing, len(s.Convened), s.Meeting.Host, s.Meeting.Start, s.Twice())
}

// Neither convening replaces the other: both stand, the meeting shows what they have in common, and whoever convened it is asked. Other acts name the meeting as before. SPEC meeting-convened-twice.
func TestAMeetingConvenedTwiceKeepsBothConvenings(t *testing.T) {
	p, cedar, _ := twice(t)
	if got := status(p); got != `[cedar birch] of 2, host "" on 2025-09-01, twice true` {
		t.Error(got)
	}
	s := p.State().(*State)
	if s.Convened[0].Act != cedar || s.Convened[0].Enter.Host != "east" || s.Convened[1].Enter.Host != "west" || s.By != "" {
		t.Errorf("which is which: %+v", s.Convened)
	}
	if !s.AwaitsSettling("cedar") || !s.AwaitsSettling("birch") || s.AwaitsSettling("willow") {
		t.Error("only the conveners are asked")
	}
	p.Does("willow", Offer{From: "2025-11-03"})
	p.Does("cedar", agenda())
	// What somebody enters goes to the convening that they mean: their own, or the one they name, or the one they knew.
	moved := convened("east", "2025-10-01")
	p.Does("cedar", moved)
	p.Unaware("willow", convened("east", "2025-09-02"), 1)
	named := convened("west", "2025-10-02")
	named.Convening = s.Convened[1].Act
	p.Does("willow", named)
	named.Convening = "cedar-99"
	p.Refuses("meeting.no_convening", "willow", named)
	s = p.State().(*State)
	if s.Convened[0].Enter.Start != "2025-09-02" || s.Convened[1].Enter.Start != "2025-10-02" || len(s.Convened) != 2 {
		t.Errorf("%+v", s.Convened)
	}
}

// A later entry of somebody who knew of the meeting replaces what was entered, as ever, and leaves no trace of convenings in the state.
func TestAMeetingConvenedOnceIsAsEver(t *testing.T) {
	p := play(t)
	p.Does("cedar", planned())
	p.Does("birch", convened("west", "2025-10-01"))
	p.Unaware("willow", convened("west", "2025-10-02"), 1)
	s := p.State().(*State)
	if s.Meeting.Start != "2025-10-02" || s.By != "willow" || s.Convened != nil || s.Twice() {
		t.Errorf("%+v", s)
	}
	p.Refuses("meeting.convened_once", "cedar", StandBack{})
	p.Refuses("meeting.convened_once", "cedar", Recognise{Convening: "cedar-0"})
}

// Either convener settles it, by recognising the other's convening or by standing back; when both do at once, neither stands and either says so again. SPEC meeting-settled.
func TestConvenersSettleWhichMeetingItIs(t *testing.T) {
	p, cedar, birch := twice(t)
	p.Refuses("meeting.not_convener", "willow", Recognise{Convening: cedar})
	p.Refuses("meeting.no_convening", "birch", Recognise{Convening: "cedar-9"})
	p.Refuses("meeting.recognised_already", "birch", Recognise{Convening: birch})
	p.Does("birch", Recognise{Convening: cedar, Reason: lang.Text{"en": "It is their turn."}})
	if got := status(p); got != `[cedar] of 2, host "east" on 2025-09-01, twice false` {
		t.Error(got)
	}
	p.Refuses("meeting.recognised_already", "birch", Recognise{Convening: cedar})
	p.Refuses("meeting.stood_back_already", "birch", StandBack{})
	p.Refuses("meeting.last_convening", "cedar", StandBack{})
	p.Refuses("meeting.convening_taken_back", "cedar", Recognise{Convening: birch})
	p.Does("birch", convened("east", "2025-11-01")) // goes to the one that stands
	if got := status(p); got != `[cedar] of 2, host "east" on 2025-11-01, twice false` {
		t.Error(got)
	}
	p, _, _ = twice(t)
	p.Does("cedar", StandBack{})
	if got := status(p); got != `[birch] of 2, host "west" on 2025-09-01, twice false` {
		t.Error(got)
	}
	p, cedar, birch = twice(t)
	p.Does("cedar", Recognise{Convening: birch})
	p.Unaware("birch", Recognise{Convening: cedar}, 2)
	if got := status(p); got != `[] of 2, host "" on 2025-09-01, twice true` {
		t.Error(got)
	}
	if s := p.State().(*State); !slices.Equal(s.settlingOffers("cedar"), []string{"meeting.recognise"}) {
		t.Error("who stood back is offered to stand back again")
	}
	p.Does("cedar", Recognise{Convening: cedar})
	if got := status(p); got != `[cedar] of 2, host "east" on 2025-09-01, twice false` {
		t.Error(got)
	}
}

// Whichever convening, recognition or standing back arrives first, it comes to the same.
func TestConveningsFoldAlikeInAnyOrder(t *testing.T) {
	doubles := 0
	for seed := range uint64(60) {
		p := play(t)
		p.Random(seed, 14, func(pick func(int) int) subjecttest.Body {
			party := []string{"cedar", "birch", "willow"}[pick(3)]
			act := fmt.Sprintf("%s-%d", party, pick(2))
			return []subjecttest.Body{convened("east", fmt.Sprintf("2025-1%d", pick(3))), Recognise{Convening: act}, StandBack{}, Offer{From: "2026-11-03"}}[pick(4)]
		})
		p.Orders(t, func(st subjecttest.State) string {
			s := st.(*State)
			var all, standing []string
			for _, k := range s.Convened {
				all = append(all, k.Act)
			}
			for _, k := range s.Standing() {
				standing = append(standing, k.Act)
			}
			by := ""
			if s.Twice() {
				doubles++
				by = s.By
			}
			return fmt.Sprint(all, standing, s.Twice(), by, s.AwaitsSettling("cedar"), s.AwaitsSettling("birch"), s.AwaitsSettling("willow"), s.Meeting != nil)
		})
	}
	if doubles == 0 {
		t.Error("no meeting was convened twice: this test looks at nothing")
	}
}

// What conveners have in common is all that is shown, field by field.
func TestOnlyWhatIsCommonIsShown(t *testing.T) {
	one := Enter{Series: "main", Number: 10, Status: "held", Start: "2025-09-01", End: "2025-09-02", Host: "east", Theme: lang.Text{"en": "A"}, Outcome: "memorandum", Note: "n",
		SeriesName: lang.Text{"en": "S"}, Sources: []string{"x"}, Venues: []Venue{{City: lang.Text{"en": "C"}}}, Convening: "cedar-1"}
	other := Enter{Series: "main", Number: 10, Status: "planned", Theme: lang.Text{"en": "A"}}
	e := one
	common(&e, &other)
	if got := fmt.Sprintf("%+v", e); strings.Contains(got, "2025") || e.Status != "planned" || e.Theme["en"] != "A" || e.Host != "" || e.Venues != nil || e.Sources != nil || e.Note != "" || e.Outcome != "" || e.SeriesName != nil || e.Convening != "" {
		t.Error(got)
	}
}
