// Package awaiting owns the one list of what waits for our side in a mechanism: each thing with its reason, the act that answers it, and the day by which it is due.
//
// It promises that pages, API and command line show the same list, the most urgent first, and that whoever may do a thing finds it named as theirs. What waits is for each subject to say.
package awaiting

import (
	"cmp"
	"slices"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/glance"
	"entente.example/internal/membership"
	"entente.example/internal/node"
	"entente.example/lang"
)

// Item is one thing that waits.
type Item struct {
	Matter string            // "charter", "text/js-9"
	What   string            // message key, as in "awaits.seal"
	Params map[string]string // of the message
	Title  lang.Text         // of the matter, if it has one
	Act    string            // type of the act that answers it; "" if that is nothing on the record
	Due    string            // day, "" if none

	Named map[string]lang.Text // parameters of the message that are words in several languages

	// What waits beside the record names its members: nil is anybody of ours but Not. Acts are those that wait for somebody's consent.
	Members []string
	Not     string
	Acts    []string
	About   string // the matter that those acts are about

	Held string // the act of ours that answers it, or some of it, and waits already for somebody's consent, as in "ours/act-4"
}

// answers says by what act a thing is answered.
var answers = map[string]string{
	"awaits.charter_seal": "seal.affix", "awaits.seal": "seal.affix", "awaits.accept": "text.accept", "awaits.confirm": "text.confirm", "awaits.freeze": "text.freeze",
	"awaits.agree_anew": "text.accept", "awaits.translate": "text.translate", "awaits.rival": "text.translate", "awaits.resolve": "text.resolve", "awaits.concord": "text.concord",
	"awaits.concern_answer": "concern.answer", "awaits.concern_settle": "concern.settle", "awaits.commitment_concur": "commitment.concur", "awaits.commitment_report": "commitment.report", "awaits.commitment_meeting": "commitment.report", "awaits.commitment_milestone": "commitment.report", "awaits.commitment_assessed": "commitment.acknowledge", "awaits.commitment_reported": "commitment.assess", "awaits.paper_receive": "paper.receive",
	"awaits.paper_reply": "paper.send", "awaits.paper_reply_by": "paper.send", "awaits.paper_agreement": "paper.send", "awaits.paper_agreement_by": "paper.send",
	"awaits.term_concur": "term.concur", "awaits.meeting_days": "meeting.accept", "awaits.meeting_agenda": "meeting.adopt", "awaits.thread_read": "thread.read",
	"awaits.rectification": "text.attest", "awaits.silence_receive": "silence.receive", "awaits.silence_break": "silence.break", "awaits.readout_compare": "readout.compare", "awaits.readout_disputed": "readout.reply", "awaits.minutes_lock": "minutes.lock",
	"awaits.meeting_twice": "meeting.recognise", "awaits.guest_observer": "guest.agree", "awaits.guest_secretariat": "guest.agree", "awaits.guest_mediator": "guest.agree", "awaits.guest_expert": "guest.agree", "awaits.witness_agree": "witness.agree",
	"awaits.petition": "party.succeed", "awaits.lapse": "text.lapse", "awaits.supersede": "text.supersede", "awaits.prevail": "text.prevail", "awaits.designate": "text.designate", "awaits.silence_announce": "silence.announce", "awaits.parallel": "text.table", "awaits.membership_continue": "membership.continue", "awaits.line_call": "line.check", "awaits.line_answer": "line.answer", "awaits.line_agree": "line.agree", "awaits.line_pouch": "line.check",
}

// List lists what waits for our side, with what waits beside the record: calls on the line first, for which somebody waits within minutes, then what is due soonest, then what is due on no day, in the order of its matters.
func List(s *node.Snapshot, book *glance.Book, now time.Time, ours ...Item) ([]Item, error) {
	out, err := Of(s, book, charter.PartyID(s.Self), now)
	if err != nil {
		return nil, err
	}
	calls, err := s.LineAwaits(now)
	if err != nil {
		return nil, err
	}
	for _, w := range calls {
		out = append(out, Item{Matter: w.Matter, What: w.What, Params: w.Params, Act: answers[w.What]})
	}
	if next, err := s.GoesOn(); err != nil {
		return nil, err
	} else if next != nil {
		out = append(out, Item{Matter: membership.Matter(charter.PartyID(s.Self)), What: "awaits.membership_continue", Act: answers["awaits.membership_continue"]})
	}
	held(out, ours)
	out = append(out, ours...)
	if soonest := func(a, b Item) int { return Soonest(a.What, a.Due, b.What, b.Due) }; !slices.IsSortedFunc(out, soonest) { // of thousands of texts, none is due
		slices.SortStableFunc(out, soonest)
	}
	return out, nil
}

// held says of what waits on the record which act of ours answers it and is itself waiting. The thing stays on the list: the act may answer a part of it, and may be refused.
func held(out, ours []Item) {
	for _, o := range ours {
		if len(o.Acts) == 0 {
			continue
		}
		for i := range out {
			if out[i].Matter == o.About && slices.Contains(o.Acts, out[i].Act) {
				out[i].Held = o.Matter
			}
		}
	}
}

// Of lists what the matters of the record wait for at a time from a party, ours or another, in their order.
func Of(s *node.Snapshot, book *glance.Book, me charter.PartyID, now time.Time) ([]Item, error) {
	g, err := book.Of(s)
	if err != nil {
		return nil, err
	}
	return still(g.Awaits(me), now), nil
}

// still are those of what waits that wait at a time. What waits until an instant is over by itself then: silence cannot be broken once its time is over.
func still(waits []glance.Wait, now time.Time) []Item {
	out := make([]Item, 0, len(waits))
	for _, w := range waits {
		if !w.Open(now) {
			continue
		}
		out = append(out, Item{Matter: w.Matter, What: w.What, Params: w.Params, Named: w.Named, Title: w.Title, Act: answers[w.What], Due: w.Due})
	}
	return out
}

// Soonest compares things that wait by what they are and by when they are due: what another side's person waits for at this moment comes before everything that is due on a day.
func Soonest(what, due, otherWhat, otherDue string) int {
	if a, b := calls(what), calls(otherWhat); a != b {
		return map[bool]int{true: -1, false: 1}[a]
	}
	return ByDay(due, otherDue)
}

func calls(what string) bool { return what == "awaits.line_call" || what == "awaits.line_answer" }

// ByDay compares days by which things are due. What is due on no day comes last.
func ByDay(a, b string) int {
	if (a == "") != (b == "") {
		return cmp.Compare(b, a)
	}
	return cmp.Compare(a, b)
}

// For tells of each thing whether a member of our party may answer it. The charter is asked once for each act.
func For(c *charter.State, me charter.PartyID, member string, now time.Time) func(Item) bool {
	may := map[string]bool{}
	return func(i Item) bool {
		if i.Act == "" {
			return member != i.Not && (i.Members == nil || slices.Contains(i.Members, member))
		}
		ok, asked := may[i.Act]
		if !asked {
			ok = c.May(me, member, i.Act, now) == nil
			may[i.Act] = ok
		}
		return ok
	}
}
