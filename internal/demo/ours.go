package demo

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"entente.example/internal/text"
	"entente.example/lang"
)

// endings shows work on a text that ends without adoption: a draft that its own party takes back, and one that another party does not work on.
func (r *run) endings(ctx context.Context) error {
	first, second := r.Actors[0], r.Actors[1]
	back := lang.Text{lang.English: "Joint calendar, first draft", lang.Chinese: "共同日历，初稿", lang.Japanese: "共同カレンダー、第一案"}
	refused := lang.Text{lang.English: "Joint calendar, second draft", lang.Chinese: "共同日历，第二稿", lang.Japanese: "共同カレンダー、第二案"}
	drafts := []struct {
		id    string
		by    *Actor
		title lang.Text
	}{{"calendar-1", first, back}, {"calendar-2", second, refused}}
	for _, d := range drafts {
		doc, err := d.by.Charter(ctx, r.Mech)
		if err != nil {
			return err
		}
		t := text.Draft{Table: text.Table{Title: in(doc.Languages, d.title), Languages: doc.Languages, Drafting: doc.Languages[0], Parts: 1,
			Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: in(doc.Languages, d.title)}}}}
		if _, err := d.by.Act(ctx, r.Mech, string(d.by.Party)+"-draft", "text/"+d.id, t.Acts()...); err != nil {
			return err
		}
	}
	if _, err := first.Act(ctx, r.Mech, string(first.Party)+"-hod", "text/calendar-1", text.Withdraw{Reason: "Too early."}); err != nil {
		return err
	}
	if err := r.reach(ctx, second, first); err != nil {
		return err
	}
	if _, err := first.Act(ctx, r.Mech, string(first.Party)+"-hod", "text/calendar-2", text.Refuse{Reason: "Each side keeps its own calendar."}); err != nil {
		return err
	}
	_, one := back.Pick(r.Language)
	_, other := refused.Pick(r.Language)
	r.say("ended", "withdrawn", one, "refused", other, "party", r.Example.Short(first.Party, r.Language))
	return nil
}

// in is wording in each of some languages.
func in(languages []lang.Tag, t lang.Text) lang.Text {
	out := lang.Text{}
	for _, tag := range languages {
		_, out[tag] = t.Pick(tag, lang.English)
	}
	return out
}

// requested finds what an answer to a message for calendar programs has to repeat.
var requested = regexp.MustCompile(`(?s)UID:(\S+).*SEQUENCE:(\d+)`)

// ours shows what a side keeps for itself: an instruction, a draft that is cleared by offices in its second form, and who comes to the next meeting, as a calendar program answers. None of it leaves the node.
func (r *run) ours(ctx context.Context) error {
	a := r.Actors[0]
	hod, drafter := string(a.Party)+"-hod", string(a.Party)+"-draft"
	type body map[string]any
	meeting := "meeting/main/10"
	if err := r.ask(ctx, a, "hod", http.MethodPost, "/ours/notes", body{"kind": "instruction", "matter": meeting, "words": "Nothing new on dates before the second day.", "office": "Treaty office"}, nil); err != nil {
		return err
	}
	var round struct{ ID string }
	offices := []body{{"name": "Treaty office", "members": []string{drafter}}, {"name": "Head of delegation", "members": []string{hod}}}
	err := r.ask(ctx, a, "draft", http.MethodPost, "/ours/clearances", body{"title": "Opening words", "matter": meeting, "words": "We propose that both sides consider a further date.", "offices": offices}, &round)
	for _, step := range []struct{ who, verb, office, verdict, words string }{
		{"draft", "answer", "Treaty office", "changes", "Shorter."},
		{"draft", "revise", "", "", "We propose a further date."},
		{"draft", "answer", "Treaty office", "cleared", ""},
		{"hod", "answer", "Head of delegation", "cleared", ""},
		{"draft", "end", "", "", ""},
	} {
		if err != nil {
			return err
		}
		b := body{"words": step.words}
		switch step.verb {
		case "answer":
			b = body{"office": step.office, "verdict": step.verdict, "words": step.words, "draft": 1}
			if step.verdict == "cleared" {
				b["draft"] = 2
			}
		case "end":
			b = body{"outcome": "cleared"}
		}
		err = r.ask(ctx, a, step.who, http.MethodPost, "/ours/clearances/"+round.ID+"/"+step.verb, b, nil)
	}
	if err != nil {
		return err
	}
	if err := r.comes(ctx, a); err != nil {
		return err
	}
	r.say("ours", "party", r.Example.Short(a.Party, r.Language), "offices", fmt.Sprint(len(offices)))
	return nil
}

// comes has somebody asked to the tenth meeting, and their calendar program answer.
func (r *run) comes(ctx context.Context, a *Actor) error {
	const guest = "delegate@example.org"
	if err := r.ask(ctx, a, "sec", http.MethodPost, "/meetings/main.10/asked", map[string][]string{"attendees": {guest}}, nil); err != nil {
		return err
	}
	var message struct{ File string }
	query := url.Values{"organizer": {"secretariat@example.org"}, "attendee": {guest}}
	if err := r.ask(ctx, a, "sec", http.MethodGet, "/meetings/main.10/invitation?"+query.Encode(), nil, &message); err != nil {
		return err
	}
	m := requested.FindStringSubmatch(message.File)
	if m == nil {
		return fmt.Errorf("no request in %q", message.File)
	}
	answer := strings.Join([]string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//EN", "METHOD:REPLY", "BEGIN:VEVENT", "UID:" + m[1], "SEQUENCE:" + m[2], "DTSTAMP:" + r.clock.Now().UTC().Format("20060102T150405Z"),
		"ATTENDEE;PARTSTAT=ACCEPTED:mailto:" + guest, "END:VEVENT", "END:VCALENDAR", ""}, "\r\n")
	var came []struct {
		Kept, Old, Unasked bool
	}
	if err := r.ask(ctx, a, "sec", http.MethodPost, "/ours/replies", []byte(answer), &came); err != nil {
		return err
	}
	if len(came) != 1 || !came[0].Kept || came[0].Old || came[0].Unasked {
		return fmt.Errorf("the answer of a calendar program came to %+v", came)
	}
	return nil
}
