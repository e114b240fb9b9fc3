package dialogue

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"entente.example/internal/concern"
	"entente.example/internal/guest"
	"entente.example/internal/minutes"
	"entente.example/internal/outsider"
	"entente.example/internal/paper"
	"entente.example/internal/readout"
	"entente.example/internal/silence"
	"entente.example/internal/subject/subjecttest"
	"entente.example/lang"
)

func said(s string) lang.Text { return lang.Text{"en": s} }

func always(act string, b subjecttest.Body) subjecttest.Move {
	return subjecttest.Move{Act: act, Body: func(subjecttest.State) subjecttest.Body { return b }}
}

// machine is one subject, with everything that a party may try on it.
type machine struct {
	kind    string
	fresh   func() subjecttest.State
	opening subjecttest.Body
	moves   []subjecttest.Move
	status  func(p *subjecttest.Play, s subjecttest.State) string
	more    func(p *subjecttest.Play, s subjecttest.State) string // what tells states of one status apart, beside what they offer
}

const witnessKey = "witness.example/w1+0ad7d35e+BIqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"

func nothing(*subjecttest.Play, subjecttest.State) string { return "" }

var machines = []machine{
	{"concern", func() subjecttest.State { return &concern.State{ID: "x"} }, concern.Raise{Text: said("When?")}, []subjecttest.Move{
		always("acknowledge", concern.Acknowledge{}), always("answer", concern.Answer{Text: said("Soon.")}), always("settle", concern.Settle{}),
		always("reopen", concern.Reopen{Reason: said("When?")}), always("withdraw", concern.Withdraw{})},
		func(p *subjecttest.Play, s subjecttest.State) string { return s.(*concern.State).Status(p.Charter) }, nothing},
	{"paper", func() subjecttest.State { return &paper.State{ID: "x"} }, paper.Send{Kind: "note_verbale", To: []string{"west"}, Title: said("Dates"), Text: said("Which?")}, []subjecttest.Move{
		always("receive", paper.Receive{}), always("translate", paper.Translate{Language: "ja", Text: "日程"}), always("withdraw", paper.Withdraw{Reason: "void"})},
		func(p *subjecttest.Play, s subjecttest.State) string { return s.(*paper.State).Status(p.Charter) }, func(_ *subjecttest.Play, s subjecttest.State) string {
			return fmt.Sprint(len(s.(*paper.State).Receipts))
		}},
	{"silence", func() subjecttest.State { return &silence.State{ID: "x"} }, silence.Circulate{Title: said("Date"), Text: said("14 October")}, []subjecttest.Move{
		always("receive", silence.Receive{}), always("break", silence.Break{}), always("declare", silence.Declare{Text: said("Autumn.")}), always("announce", silence.Announce{Symbol: "X/1"}),
		{Act: "unbroken, by the node", Later: 20 * 24 * time.Hour, Body: func(subjecttest.State) subjecttest.Body { return silence.Unbroken{} }}},
		func(p *subjecttest.Play, s subjecttest.State) string { return s.(*silence.State).Status(p.Charter) },
		func(_ *subjecttest.Play, s subjecttest.State) string {
			return fmt.Sprint(slices.Sorted(maps.Keys(s.(*silence.State).Said)))
		}},
	{"readout", func() subjecttest.State { return &readout.State{ID: "x"} }, readout.Put{Title: said("Meeting"), Sentences: []readout.Sentence{{ID: "1", Text: said("Open.")}}}, []subjecttest.Move{
		always("revise", readout.Revise{Sentences: []readout.Sentence{{ID: "1", Text: said("Open still.")}}}), always("publish", readout.Publish{}),
		answer("joint"), answer("compared"), answer("declined"), always("dispute", readout.Dispute{Sentence: "1", Kind: "not_said", Text: said("No.")}),
		{Act: "reply", Body: func(s subjecttest.State) subjecttest.Body {
			act := "none"
			for _, x := range s.(*readout.State).Now().Sentences {
				for _, d := range x.Disputes {
					act = d.Act
				}
			}
			return readout.Reply{Dispute: act, Text: said("As we heard it.")}
		}}, always("withdraw", readout.Withdraw{Reason: said("A slip.")})},
		func(_ *subjecttest.Play, s subjecttest.State) string { return s.(*readout.State).Status() },
		func(_ *subjecttest.Play, s subjecttest.State) string {
			last := map[string]string{}
			for _, a := range s.(*readout.State).Now().Answers {
				last[string(a.Party)] = a.Outcome
			}
			return fmt.Sprint(last, s.(*readout.State).Disputed())
		}},
	{"minutes", func() subjecttest.State { return &minutes.State{ID: "x"} }, minutes.Circulate{Title: said("Meeting"), Paragraphs: []minutes.Paragraph{{ID: "1", Text: said("Opened.")}}}, []subjecttest.Move{
		always("correct", minutes.Correct{Paragraph: "1", Text: said("Was opened.")}), always("accept", minutes.Accept{}), always("lock", minutes.Lock{}),
		{Act: "agree", Body: func(s subjecttest.State) subjecttest.Body {
			w := s.(*minutes.State).Paragraphs[0].Wordings
			return minutes.Agree{Paragraph: "1", Wording: w[len(w)-1].Act}
		}}},
		func(p *subjecttest.Play, s subjecttest.State) string { return s.(*minutes.State).Status(p.Charter) }, nothing},
	{"guest", func() subjecttest.State { return &guest.State{ID: "x"} }, guest.Propose{Name: said("Institute"), Capacity: "observer", Shown: "meeting/main/8", From: "2025-02-01", Until: "2025-12-31"}, []subjecttest.Move{
		always("agree", guest.Agree{Proposal: "cedar-0"}), always("decline", guest.Decline{Proposal: "cedar-0"}), always("withdraw", guest.Withdraw{Proposal: "cedar-0"})},
		func(p *subjecttest.Play, s subjecttest.State) string {
			return s.(*guest.State).Now(p.Charter).Status(p.Charter)
		}, nothing},
	{outsider.Kind, func() subjecttest.State { return &outsider.State{ID: "x"} }, outsider.Propose{Operator: said("Institute"), URL: "https://witness.example", Keys: []string{witnessKey}}, []subjecttest.Move{
		always("agree", outsider.Agree{Proposal: "cedar-0"}), always("decline", outsider.Decline{Proposal: "cedar-0"}), always("withdraw", outsider.Withdraw{Proposal: "cedar-0"})},
		func(p *subjecttest.Play, s subjecttest.State) string {
			return s.(*outsider.State).Now(p.Charter).Status(p.Charter)
		}, nothing},
}

func answer(outcome string) subjecttest.Move {
	return subjecttest.Move{Act: "compare: " + outcome, Body: func(s subjecttest.State) subjecttest.Body {
		return readout.Compare{Version: s.(*readout.State).Now().Act, Outcome: outcome}
	}}
}

// The tables of docs/dialogue.md are what the code does: every step that is valid in a state that can be come to stands there, and no other.
func TestTheMachinesAreAsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/dialogue.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range machines {
		t.Run(m.kind, func(t *testing.T) {
			play := func() *subjecttest.Play {
				p := subjecttest.New(t, m.kind+"/x", m.fresh)
				p.Charter.Document().Rules.Silence, p.Charter.Document().Rules.SilenceDays = true, 10
				return p
			}
			rows := subjecttest.Steps(play, m.opening, m.moves, m.status, func(p *subjecttest.Play, s subjecttest.State) string {
				out := m.status(p, s) + m.more(p, s)
				for _, party := range []string{"cedar", "birch", "willow"} {
					out += fmt.Sprint(s.(Offering).Offers(p.Charter, subjecttest.ID(party)))
				}
				return out
			})
			if got := subjecttest.Documented(string(doc), m.kind); !slices.Equal(got, rows) {
				t.Errorf("docs/dialogue.md, %s, should have\n| %s |\nbut has\n| %s |", m.kind, strings.Join(rows, " |\n| "), strings.Join(got, " |\n| "))
			}
		})
	}
}

// In whatever order the words of parties arrive that did not know of each other, each machine comes to the same: a rule that asked who spoke last of all would fail here.
func TestTheMachinesDoNotDependOnArrival(t *testing.T) {
	for _, m := range machines {
		t.Run(m.kind, func(t *testing.T) {
			came := map[string]bool{}
			for seed := range uint64(40) {
				p := subjecttest.New(t, m.kind+"/x", m.fresh)
				p.Charter.Document().Rules.Silence, p.Charter.Document().Rules.SilenceDays = true, 10
				p.Does("cedar", m.opening)
				p.Random(seed, 2+int(seed)%15, func(pick func(int) int) subjecttest.Body {
					move := m.moves[pick(len(m.moves))]
					p.Later(move.Later)
					return move.Body(p.State())
				})
				p.Orders(t, func(s subjecttest.State) string { return m.status(p, s) + m.more(p, s) })
				came[m.status(p, p.State())] = true
			}
			if len(came) < 2 {
				t.Errorf("only %v came of it: this test looks at little", came)
			}
		})
	}
}
