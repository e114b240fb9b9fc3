package premises_test

import (
	"slices"
	"strings"

	"entente.example/entry"
	"entente.example/internal/backroom"
	"entente.example/internal/commitment"
	"entente.example/internal/concern"
	"entente.example/internal/conversation"
	"entente.example/internal/demo"
	"entente.example/internal/document"
	"entente.example/internal/meeting"
	papers "entente.example/internal/paper"
	"entente.example/internal/text"
	"entente.example/internal/topic"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// does lets a party act as soon as what it acts on has come to it, and waits until the house has it.
func (h *stumbling) does(a *demo.Actor, matter string, b entry.Body) (id string) {
	h.t.Helper()
	member := h.hall.member(a)
	if strings.HasPrefix(matter, "text/") {
		member = string(a.Party) + "-draft"
	}
	if strings.HasPrefix(matter, "document/") || strings.HasPrefix(matter, "meeting/") { // for secretaries
		member = string(a.Party) + "-sec"
	}
	h.until(matter+" cannot be acted on", func() bool {
		posted, err := a.Act(h.t.Context(), h.stage.Mech, member, matter, b)
		if err != nil {
			if why := refusal.As(err); why.Kind == refusal.Invalid || why.Kind == refusal.Denied {
				h.t.Fatalf("%s: %v", matter, err)
			}
			return false
		}
		id = posted[0].ID
		return true
	})
	h.until(id+" does not come", func() bool {
		_, err := h.source.Entry(h.t.Context(), h.member, h.ex.Mechanism.ID, id)
		return err == nil
	})
	return id
}

// page is a matter as our side sees it.
func (h *stumbling) page(kind, id string) view.Matter {
	h.t.Helper()
	m, err := h.source.Matter(h.t.Context(), h.member, h.ex.Mechanism.ID, kind, id, view.At{})
	if err != nil {
		h.t.Fatal(err)
	}
	return m
}

// said is what stands in a history under a message key.
func said(track []view.Voice, key string) (out []view.Voice) {
	for _, v := range track {
		if v.Key == key {
			out = append(out, v)
		}
	}
	return out
}

// fact is what a page says under a message key.
func fact(all []view.Fact, key string) view.Fact {
	if i := slices.IndexFunc(all, func(f view.Fact) bool { return f.Key == key }); i >= 0 {
		return all[i]
	}
	return view.Fact{}
}

func en(words string) lang.Text { return lang.Text{"en": words} }

// rare puts on the record what seldom happens, and looks at the pages.
func (h *stumbling) rare() {
	h.t.Helper()
	h.kept()
	h.talkedOver()
	h.exchanged()
	h.founded()
	h.convened()
	h.heldBack()
	h.restsOn()
}

// restsOn is a new text that rests on an adopted one, and on a document that nobody has deposited: both lead to each other, and what is not here stands as it was cited.
func (h *stumbling) restsOn() {
	h.t.Helper()
	west, id := h.stage.Actors[1], h.ex.TextID()
	h.does(west, "text/js-20", text.Table{Title: en("On the gauges"), Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1, Paragraphs: []text.Paragraph{
		{ID: "1", Kind: text.Operative, Text: en("Decide to go on;"), Cites: []string{"text/" + id + "#4", "fd-of-nobody", "fd-bay/2"}}, {ID: "2", Kind: text.Operative, Text: en("Meet again."), Cites: []string{"text/" + id}}}})
	tx, err := h.source.Text(h.t.Context(), h.member, h.ex.Mechanism.ID, "js-20")
	if err != nil {
		h.t.Fatal(err)
	}
	first, _ := tx.Paragraph("1")
	if c := first.Cites; len(c) != 3 || c[0].Text != id || c[0].Label != "4" || c[0].Mark() != "text/"+id+"#4" || c[1].Unknown != "fd-of-nobody" || c[2].ID != "fd-bay" || c[2].Principle != 2 {
		h.t.Errorf("it rests on %+v", c)
	}
	old, err := h.source.Text(h.t.Context(), h.member, h.ex.Mechanism.ID, id)
	if err != nil || !slices.ContainsFunc(old.Rests, func(r view.Rest) bool { return r.Text == "js-20" && r.Label == "1" && r.OfLabel == "4" }) || !slices.ContainsFunc(old.Rests, func(r view.Rest) bool { return r.Text == "js-20" && r.Of == "" }) {
		h.t.Errorf("on it rest %+v, %v", old.Rests, err)
	}
	m := h.page("document", "fd-bay")
	if r := m.Founding.Principles[1].Rests; len(r) != 1 || r[0].Text != "js-20" {
		h.t.Errorf("on the second principle rest %+v", r)
	}
}

// heldBack are acts that wait for a second member, who is shown them as they will stand: paragraphs by their numbers, and the words that are agreed to.
func (h *stumbling) heldBack() {
	h.t.Helper()
	ctx, ref, id := h.t.Context(), h.ex.Mechanism.ID, h.ex.TextID()
	tx, err := h.source.Text(ctx, h.member, ref, id)
	if err != nil {
		h.t.Fatal(err)
	}
	p, _ := tx.Paragraph("4")
	hold := func(matter, act, body string) string {
		held, err := h.faces.Ours.Hold(ctx, h.stage.Mech, backroom.Held{Matter: matter, Member: string(h.house.Party) + "-hod", Acts: []backroom.HeldAct{{Type: act, Body: []byte(body)}}})
		if err != nil {
			h.t.Fatal(err)
		}
		return held.ID
	}
	h.act2 = hold("text/"+id, "text.confirm", `{"items":[{"paragraph":"4","wording":"`+string(p.Main.ID)+`"}]}`)
	h.act3 = hold("text/js-77", "text.table", `{"title":{"en":"To come"},"kind":"joint statement"}`)
	page, err := h.source.HeldAct(ctx, h.member, ref, h.act2)
	if err != nil || len(page.Acts) != 1 || !page.Open || page.Yours || len(page.Title) == 0 {
		h.t.Fatalf("%+v, %v", page, err)
	}
	spelled := map[string]bool{}
	for _, l := range page.Acts[0].Lines {
		spelled[strings.Join(l.Of, " ")+" "+string(l.Lang)+" "+l.Text] = true
	}
	for _, want := range []string{"items paragraph  " + p.Label, "items wording  " + p.Main.Label, "items wording zh-Hans " + p.Main.Plain("zh-Hans"), "items wording ja " + p.Main.Plain("ja")} {
		if !spelled[want] {
			h.t.Errorf("without %q: %v", want, spelled)
		}
	}
	all, err := h.source.Ours(ctx, h.member, ref, view.At{})
	if err != nil || len(all.Acts) != 2 || all.Acts[0].Title != nil || !strings.Contains(all.Acts[0].Acts[0].Source, "To come") {
		h.t.Errorf("%+v, %v", all.Acts, err)
	}
}

// kept is a commitment in steps, reported on, taken note of, and seen otherwise by each side in a review.
func (h *stumbling) kept() {
	h.t.Helper()
	east, west, third := h.stage.Actors[0], h.stage.Actors[1], h.stage.Actors[2]
	sides := []string{h.ex.Sides[0].ID, h.ex.Sides[1].ID}
	of := "commitment/k-9"
	entered := h.does(west, of, commitment.Enter{Title: en("Keep the gauge"), Owners: sides, Due: "2026-06-01", Milestones: []commitment.Milestone{{ID: "m1", Title: en("Place it"), Due: "2026-01-01"}, {ID: "m2", Title: en("Read it")}}})
	if m := h.page("commitment", "k-9"); !slices.Contains(m.Notes, "web.not_concurred") {
		h.t.Errorf("what one party entered looks agreed: %q", m.Notes)
	}
	h.does(east, of, commitment.Concur{Entered: entered})
	h.does(third, of, commitment.Concur{Entered: entered})
	report := h.does(west, of, commitment.Report{Status: "limited", Milestone: "m1", Text: en("It stands")})
	h.does(east, of, commitment.Acknowledge{Judgment: report, Note: "seen"})
	h.does(west, of, commitment.Review{Meeting: meeting.Matter("main", 9), Side: sides[0], Status: "limited", Text: en("Half")})
	h.does(east, of, commitment.Review{Meeting: meeting.Matter("main", 9), Side: sides[0], Status: "completed", Text: en("All")})
	m := h.page("commitment", "k-9")
	if len(m.Items) != 2 || len(said(m.Items[0].Track, "act.commitment.report")) != 1 || fact(m.Items[0].Facts, "field.due").Day != "2026-01-01" || len(m.Items[1].Track) != 0 {
		h.t.Errorf("the steps are %+v", m.Items)
	}
	if noted := said(m.Track, "act.commitment.acknowledge"); len(noted) != 1 || noted[0].Line != "seen" {
		h.t.Errorf("taken note of: %+v", noted)
	}
	if len(m.Reviews) != 1 || len(fact(m.Reviews[0].Facts, "web.review_apart").Parties) != 2 || fact(m.Reviews[0].Facts, "web.review_agreed").Choice != "" || len(m.Reviews[0].Track) != 2 {
		h.t.Errorf("two sides that see it differently: %+v", m.Reviews)
	}
}

// talkedOver is an issue that rests and is taken up again, a concern that is settled and reopened, and a thread that somebody has read.
func (h *stumbling) talkedOver() {
	h.t.Helper()
	east, west := h.stage.Actors[0], h.stage.Actors[1]
	h.does(west, "topic/t-9", topic.Raise{Title: en("Gauges")})
	h.does(west, "topic/t-9", topic.Title{Title: en("The gauges")})
	h.does(west, "topic/t-9", topic.Rest{Reason: "until spring"})
	h.does(west, "topic/t-9", topic.Resume{})
	m := h.page("topic", "t-9")
	if rest := said(m.Track, "act.topic.rest"); len(rest) != 1 || rest[0].Line != "until spring" || len(said(m.Track, "act.topic.resume")) != 1 || len(said(m.Track, "act.topic.title")) != 1 || !slices.Contains(m.Notes, "web.one_sided") {
		h.t.Errorf("an issue that rested: %q %+v", m.Notes, m.Track)
	}
	h.does(west, "concern/c-99", concern.Raise{Text: en("It leaks"), Topic: "t-9"})
	h.does(east, "concern/c-99", concern.Answer{Text: en("It was mended")})
	h.does(west, "concern/c-99", concern.Settle{Note: en("Good")})
	h.does(west, "concern/c-99", concern.Reopen{Reason: en("Again")})
	m = h.page("concern", "c-99")
	if back := said(m.Track, "act.concern.reopen"); len(back) != 1 || back[0].Text["en"] != "Again" || len(said(m.Track, "act.concern.settle")) != 1 || m.Status != concern.Reopened && m.Status == concern.Settled {
		h.t.Errorf("a concern that was reopened is %s: %+v", m.Status, m.Track)
	}
	h.does(west, "thread/th-9", conversation.Open{Title: en("Tides")})
	word := h.does(west, "thread/th-9", conversation.Say{Text: en("High at nine")})
	h.does(east, "thread/th-9", conversation.Read{UpTo: word})
	if told := said(h.page("thread", "th-9").Track, "act.thread.say"); len(told) != 1 || told[0].Line != h.hall.member(east) {
		h.t.Errorf("who has read it: %+v", told)
	}
}

// exchanged is a note that asks for agreement by an hour of somebody's clock, its answer, and its end.
func (h *stumbling) exchanged() {
	h.t.Helper()
	east, west := h.stage.Actors[0], h.stage.Actors[1]
	sides := []string{h.ex.Sides[0].ID, h.ex.Sides[1].ID}
	h.does(east, "paper/n-9", papers.Send{Kind: "exchange_of_notes", To: sides[1:], Title: en("On tides"), Text: en("We propose."), Purpose: "agreement", Deadline: "2026-01-10T09:00:00Z", Zone: "Asia/Tokyo"})
	m := h.page("paper", "n-9")
	if by := fact(m.Facts, "web.deadline"); by.At.IsZero() || !strings.Contains(by.Line, "18:00") || !strings.HasSuffix(by.Line, "Asia/Tokyo") {
		h.t.Errorf("the deadline on the clocks that it was meant for: %+v", by)
	}
	if len(m.Begins) != 2 || m.Begins[0].Key != "kind.paper_agree" || m.Begins[1].Key != "kind.paper_reply" || len(fact(m.Facts, "web.note_digest").Line) != 64 {
		h.t.Errorf("what can be answered: %+v %+v", m.Begins, m.Facts)
	}
	h.does(west, "paper/n-10", papers.Send{Kind: "note_verbale", To: sides[:1], Title: en("On tides"), Text: en("We shall see."), ReplyTo: "n-9"})
	if fact(h.page("paper", "n-9").Facts, "web.answered_by").Line != "n-10" || fact(h.page("paper", "n-10").Facts, "field.reply_to").Line != "n-9" {
		h.t.Error("a note and its answer do not lead to each other")
	}
	h.does(east, "paper/n-9", papers.Withdraw{Reason: "other days"})
	m = h.page("paper", "n-9")
	if gone := said(m.Track, "act.paper.withdraw"); len(gone) != 1 || gone[0].Line != "other days" || !slices.Contains(m.Notes, "web.paper_withdrawn") || m.Status != concern.Withdrawn || len(m.Begins) != 0 {
		h.t.Errorf("a note that was taken back is %s: %q %+v", m.Status, m.Notes, m.Begins)
	}
}

// founded is a document that both sides deposited, each in its words, and that one has amended.
func (h *stumbling) founded() {
	h.t.Helper()
	east, west := h.stage.Actors[0], h.stage.Actors[1]
	deposit := func(word, note string) document.Deposit {
		return document.Deposit{Titles: []document.Title{{Lang: "en", Full: "Accord of the bay"}, {Lang: "en", UsedBy: h.ex.Sides[0].ID, Full: "Accord of the east bay"}}, Date: "2001-05-01", Kind: "accord", Act: "signed", Principles: []lang.Text{en(word), en("Second")}, Note: note}
	}
	h.does(west, "document/fd-bay", deposit("First", ""))
	h.does(east, "document/fd-bay", deposit("The first", ""))
	h.does(west, "document/fd-bay", deposit("First", "from the archive"))
	m := h.page("document", "fd-bay")
	if m.Founding == nil || len(m.Founding.Principles) != 2 || len(m.Founding.Principles[0].Worded) != 2 || !slices.Contains(m.Notes, "web.deposited_beside") {
		h.t.Fatalf("a document that was deposited twice: %q %+v", m.Notes, m.Founding)
	}
	if track := said(m.Track, "act.document.deposit"); len(track) != 3 || !slices.ContainsFunc(track, func(v view.Voice) bool { return v.Past }) || !slices.ContainsFunc(track, func(v view.Voice) bool { return strings.HasSuffix(v.Line, "from the archive") }) {
		h.t.Errorf("its history: %+v", track)
	}
}

// convened is a meeting whose days nobody has agreed on, with an agenda that is explained.
func (h *stumbling) convened() {
	h.t.Helper()
	west := h.stage.Actors[1]
	of := meeting.Matter("main", 12)
	h.does(west, of, meeting.Enter{Series: "main", Number: 12, Status: "planned", Host: h.ex.Sides[1].ID})
	h.does(west, of, meeting.Offer{From: "2026-05-04", Until: "2026-05-06", Places: en("Eastbridge")})
	h.does(west, of, meeting.Agenda{Stage: "annotated", Items: []lang.Text{en("Gauges")}, Annotations: []meeting.Annotation{{Item: 1, Text: en("See the survey"), Documents: []string{"VALLEY/12/WP.1"}}}})
	m := h.page("meeting", "main.12")
	if !slices.Contains(m.Notes, "web.days_not_agreed") || !slices.Contains(m.Notes, "web.agenda_not_adopted") || fact(m.Facts, "web.when").Day != "" {
		h.t.Errorf("days that nobody agreed on: %q %+v", m.Notes, m.Facts)
	}
	if len(m.Items) != 1 || fact(m.Items[0].Facts, "web.annotation").Text["en"] != "See the survey" || fact(m.Items[0].Facts, "field.documents").Line != "VALLEY/12/WP.1" {
		h.t.Errorf("the agenda is %+v", m.Items)
	}
}
