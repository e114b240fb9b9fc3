package paper

import (
	"slices"
	"testing"

	"entente.example/internal/charter"
	"entente.example/internal/subject/subjecttest"
	"entente.example/lang"
)

func words(s string) lang.Text { return lang.Text{"en": s} }

func play(t *testing.T, id string) *subjecttest.Play {
	return subjecttest.New(t, "paper/"+id, func() subjecttest.State { return &State{ID: id} })
}

func TestANotePasses(t *testing.T) {
	p := play(t, "nv-1")
	p.Refuses("dialogue.no_such_choice", "cedar", Send{Kind: "postcard", To: []string{"west"}, Title: words("x"), Text: words("x")})
	p.Refuses("dialogue.no_such_instant", "cedar", Send{Kind: "note_verbale", To: []string{"west"}, Title: words("x"), Text: words("x"), Deadline: "tomorrow"})
	p.Refuses("lang.bad_tag", "cedar", Send{Kind: "note_verbale", To: []string{"west"}, Title: lang.Text{"A": "x"}})
	p.Refuses("lang.control", "cedar", Send{Kind: "note_verbale", To: []string{"west"}, Title: words("x"), Text: words("x"), Registry: "\x01", Zone: "\u202e", ReplyTo: "\x02"})
	p.Refuses("paper.to_oneself", "cedar", Send{Kind: "note_verbale", To: []string{"east"}, Title: words("x"), Text: words("x")})
	p.Does("cedar", Send{Kind: "note_verbale", To: []string{"west"}, Title: words("Dates"), Text: lang.Text{"zh-Hans": "请告知日期。"}, Registry: "2025/17"})
	if s := p.State().(*State); !s.Awaits(p.Charter, "birch") || s.Awaits(p.Charter, "cedar") {
		t.Error("the receivers have still to receive it, the sender has not")
	}
	p.Refuses("dialogue.not_yours", "cedar", Receive{})
	p.Does("birch", Receive{Registry: "25-031"})
	p.Refuses("paper.received_already", "birch", Receive{})
	p.Does("birch", Translate{Language: "ja", Text: "日程をお知らせください。"})
	s := p.State().(*State)
	if len(s.Sent.Text) != 1 || s.Sent.Text["zh-Hans"] == "" || len(s.Translations) != 1 || s.Receipts[0].Registry != "25-031" || s.Awaits(p.Charter, "birch") || !s.Awaits(p.Charter, "willow") {
		t.Errorf("%+v", s)
	}
	p.Refuses("dialogue.not_yours", "birch", Withdraw{Reason: "x"})
	p.Does("cedar", Withdraw{Reason: "Wrong year."})
	p.Refuses("paper.withdrawn_already", "cedar", Withdraw{Reason: "x"})
	if p.State().(*State).Awaits(p.Charter, "willow") {
		t.Error("a withdrawn paper waits for nobody")
	}
}

// A démarche is on the record with both sides' numbers and the moment it was received; a deadline on a day that does not exist, or on a clock other than UTC's, which would be another moment for other readers, is refused.
func TestADemarcheIsRecorded(t *testing.T) {
	p := play(t, "d-1")
	said := Send{Kind: "demarche", To: []string{"west"}, Title: words("On the bay"), Text: words("We recall our position."), Purpose: "action", Registry: "2025/3", Deadline: "2025-03-01T09:00:00Z", Zone: "Asia/Tokyo"}
	wrong := said
	wrong.Deadline = "2025-02-30T09:00:00Z"
	p.Refuses("dialogue.no_such_instant", "cedar", wrong)
	wrong = said
	wrong.Deadline = "2025-03-01T09:00:00+09:00"
	p.Refuses("dialogue.no_such_instant", "cedar", wrong)
	p.Does("cedar", said)
	p.Does("birch", Receive{Registry: "25-003"})
	s := p.State().(*State)
	if s.Sent.Kind != "demarche" || s.Sent.Registry != "2025/3" || s.Sent.Zone != "Asia/Tokyo" || s.Receipts[0].Registry != "25-003" || s.Receipts[0].Member == "" || s.Receipts[0].At == "" {
		t.Errorf("%+v, received %+v", s.Sent, s.Receipts)
	}
}

// An exchange of notes is an agreement when every party it was put to agrees to exactly this note.
func TestExchangeOfNotes(t *testing.T) {
	p := play(t, "n-1")
	p.Refuses("paper.agrees_to_nothing", "birch", Send{Kind: "note_verbale", To: []string{"east"}, Title: words("x"), Text: words("x"), Agrees: "abc"})
	p.Does("cedar", Send{Kind: "exchange_of_notes", To: []string{"west"}, Title: words("Desk"), Text: words("Each side names a desk.")})
	note := p.State().(*State)
	reply := func(party, agrees string) *State {
		q := play(t, "r-"+party)
		b := Send{Kind: "exchange_of_notes", To: []string{"east"}, Title: words("Reply"), Text: words("Each side names a desk."), ReplyTo: "n-1", Agrees: agrees}
		if party == "birch" {
			q.Does("birch", b)
		} else {
			q.Does("willow", b)
		}
		return q.State().(*State)
	}
	birch, willow, other := reply("birch", note.Sent.Digest), reply("willow", note.Sent.Digest), reply("willow", "00")
	if note.Constituted(p.Charter, []*State{birch}) || note.Constituted(p.Charter, []*State{birch, other}) {
		t.Error("one party, or another note, makes no agreement")
	}
	if !note.Constituted(p.Charter, []*State{birch, willow}) {
		t.Error("all have agreed to this note")
	}
	p.Does("cedar", Withdraw{Reason: "x"})
	if p.State().(*State).Constituted(p.Charter, []*State{birch, willow}) {
		t.Error("a note that was withdrawn agrees nothing")
	}
}

// A paper is answered where it asks for that: an exchange of notes by every party it is put to, a note that expects a reply by one party of the side. Whoever begins an answer gets what it takes over, and
// a note that is repeated word for word agrees.
func TestAnAnswerIsAwaitedUntilItCame(t *testing.T) {
	p := play(t, "n-2")
	p.Does("cedar", Send{Kind: "exchange_of_notes", To: []string{"west"}, Title: words("Desk"), Text: words("Each side names a desk."), Deadline: "2025-03-01T09:00:00Z"})
	note := p.State().(*State)
	answer := func(by charter.PartyID, s Send, withdrawn bool) *State {
		d, err := s.Digest()
		if err != nil {
			t.Fatal(err)
		}
		r := &State{ID: "a-" + string(by), Sent: &Sent{By: charter.By{Party: by}, Send: s, Side: p.Charter.SideOf(by), Digest: d}}
		if withdrawn {
			r.Withdrawn = &Withdrawn{}
		}
		return r
	}
	awaited := func(s *State, replies ...*State) (out []charter.PartyID) {
		for _, a := range s.Exchange(p.Charter, replies).Awaited {
			out = append(out, a.Party)
		}
		return out
	}
	agreed := note.Reply(p.Charter, "birch", true)
	if agreed.Kind != "exchange_of_notes" || agreed.ReplyTo != "n-2" || agreed.Agrees != note.Sent.Digest || agreed.Text["en"] != note.Sent.Text["en"] || !slices.Equal(agreed.To, []string{"east"}) {
		t.Errorf("it does not repeat the note: %+v", agreed)
	}
	other := note.Reply(p.Charter, "willow", false)
	if other.Agrees != "" || len(other.Text) != 0 {
		t.Errorf("an answer in other words begins with these: %+v", other)
	}
	if got := awaited(note); !slices.Equal(got, []charter.PartyID{"birch", "willow"}) {
		t.Errorf("awaited from %v", got)
	}
	if got := awaited(note, answer("birch", agreed, false)); !slices.Equal(got, []charter.PartyID{"willow"}) {
		t.Errorf("after one agreed: %v", got)
	}
	if got := awaited(note, answer("birch", agreed, true), answer("willow", other, false)); !slices.Equal(got, []charter.PartyID{"birch"}) {
		t.Errorf("a reply that was withdrawn is none, one in other words is one: %v", got)
	}
	x := note.Exchange(p.Charter, []*State{answer("birch", agreed, false), answer("willow", note.Reply(p.Charter, "willow", true), false)})
	if !x.Agreement || len(x.Awaited) != 0 || x.Due != "2025-03-01" || len(x.Replies) != 2 || !x.Replies[0].Agrees {
		t.Errorf("all have agreed: %+v", x)
	}
	if got := answer("birch", agreed, false).Asks(p.Charter, "cedar"); got != "" {
		t.Errorf("the note in reply asks for %q", got)
	}

	p = play(t, "nv-2")
	p.Does("cedar", Send{Kind: "demarche", To: []string{"west"}, Title: words("Bay"), Text: words("We ask."), Purpose: "reply_expected"})
	said := p.State().(*State)
	if b := said.Reply(p.Charter, "birch", false); b.Kind != "note_verbale" {
		t.Errorf("a démarche is answered by a %s", b.Kind)
	}
	if got := awaited(said, answer("willow", other, false)); !slices.Equal(got, []charter.PartyID{"birch", "willow"}) {
		t.Errorf("an answer to something else: %v", got)
	}
	if got := awaited(said, answer("willow", said.Reply(p.Charter, "willow", false), false)); len(got) != 0 {
		t.Errorf("one party has answered for its side: %v", got)
	}
	p = play(t, "nv-3")
	p.Does("cedar", Send{Kind: "note_verbale", To: []string{"west"}, Title: words("Staff"), Text: words("We inform."), Purpose: "information"})
	if got := awaited(p.State().(*State)); len(got) != 0 {
		t.Errorf("information asks nothing of %v", got)
	}
}
