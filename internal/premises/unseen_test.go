package premises_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/chancery"
	"entente.example/internal/concern"
	"entente.example/internal/demo"
	"entente.example/internal/filing"
	"entente.example/internal/markup"
	"entente.example/internal/meeting"
	"entente.example/internal/node"
	"entente.example/internal/programme"
	"entente.example/internal/text"
	"entente.example/internal/worked"
	"entente.example/lang"
	"entente.example/refusal"
)

func says(t *testing.T, err error, key string) {
	t.Helper()
	if got := refusal.As(err); err == nil && key != "" || err != nil && got.Key != key {
		t.Errorf("%v, want %q", err, key)
	}
}

// What an author cannot have seen is not written over, and what an act names has to be there: days that another party entered, language versions that came in while somebody worked on a file, topics and texts.
// A charter with what nobody sees in its names leaves no node, and none joins it.
func TestNothingUnseenIsWritten(t *testing.T) {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	stage := serve(t, ex)
	ctx, a, b := t.Context(), stage.Actors[0], stage.Actors[1]
	names := func(x string) lang.Text { return lang.Text{ex.Mechanism.Languages[0]: x} }

	const at = "meeting/main/41"
	enter := func(day, status string) meeting.Enter {
		return meeting.Enter{Series: "main", Number: 41, Start: day, Status: status}
	}
	if _, err := a.Act(ctx, stage.Mech, string(a.Party)+"-sec", at, enter("2031-05-01", "planned")); err != nil {
		t.Fatal(err)
	}
	until(t, "the other side has the meeting", func() bool {
		return b.Stands(ctx, stage.Mech, at) == nil
	})
	other := func(body entry.Body) error {
		_, err := b.Act(ctx, stage.Mech, string(b.Party)+"-sec", at, body)
		return err
	}
	says(t, other(enter("2031-06-01", "planned")), "meeting.days_stand")
	_, err = b.Act(ctx, stage.Mech, string(b.Party)+"-sec", at, meeting.Offer{From: "2031-06-01"})
	says(t, err, "")
	says(t, other(enter("2031-05-01", "planned")), "")
	_, err = b.Act(ctx, stage.Mech, string(b.Party)+"-sec", at, enter("2031-05-09", "planned"))
	says(t, err, "") // whoever entered the days last knows them
	offered, err := b.Act(ctx, stage.Mech, string(b.Party)+"-sec", at, meeting.Offer{From: "2031-07-01", Until: "2031-07-02", Places: names("Eastbridge")})
	says(t, err, "")
	for k, x := range stage.Actors {
		until(t, "the offer is accepted", func() bool {
			_, err := x.Act(ctx, stage.Mech, string(x.Party)+"-hod", at, meeting.Accept{Offer: offered[0].ID})
			return err == nil || k == 1 // whose offer it is
		})
	}
	until(t, "the days are agreed here, and no others are entered", func() bool {
		_, err := a.Act(ctx, stage.Mech, string(a.Party)+"-sec", at, enter("2031-05-03", "planned"))
		return err != nil && refusal.As(err).Key == "meeting.days_agreed"
	})
	_, err = a.Act(ctx, stage.Mech, string(a.Party)+"-sec", at, meeting.Enter{Series: "main", Number: 41, Start: "2031-07-01", End: "2031-07-02", Status: "planned"})
	says(t, err, "") // the days that the page shows
	for city, want := range map[string]string{"Westbridge": "meeting.place_agreed", "Eastbridge": ""} {
		_, err = a.Act(ctx, stage.Mech, string(a.Party)+"-sec", at, meeting.Enter{Series: "main", Number: 41, Start: "2031-07-01", End: "2031-07-02", Status: "planned", Venues: []meeting.Venue{{City: names(city)}}})
		says(t, err, want)
	}

	visits := func(body entry.Body) error {
		_, err := a.Act(ctx, stage.Mech, string(a.Party)+"-sec", "programme/to-come", body)
		return err
	}
	side := ex.SideList()[0].ID
	says(t, visits(programme.Enter{Title: names("Visits"), Track: "young", Owners: []string{side}}), "")
	says(t, visits(&programme.Visit{ID: "v1", Status: "planned", From: "2031-05-25", Until: "2031-05-26", Host: side}), "")
	says(t, visits(&programme.Visit{ID: "v1", Status: "held"}), "programme.not_yet")
	says(t, visits(&programme.Visit{ID: "v2", Status: "held", From: "2031-05-25", Host: side}), "programme.not_yet")
	says(t, visits(&programme.Visit{ID: "v1", Status: "held", From: "2005-05-25", Until: "2005-05-26"}), "")

	_, err = a.Act(ctx, stage.Mech, string(a.Party)+"-sec", "concern/nowhere", concern.Raise{Text: names("Where?"), Topic: "no-such", To: []string{ex.SideList()[1].ID}})
	says(t, err, "concern.no_topic")
	_, err = a.Act(ctx, stage.Mech, string(a.Party)+"-sec", "programme/nowhere", programme.Enter{Title: names("Visits"), Track: "young", Owners: []string{ex.SideList()[0].ID}, Text: "no-such"})
	says(t, err, "programme.no_text")

	drafting := ex.Mechanism.Drafting
	var second lang.Tag
	for _, l := range ex.Mechanism.Languages {
		if l != drafting {
			second = l
		}
	}
	file := func(words string) []byte {
		if words != "" {
			words = `,"` + string(second) + `":"` + words + `"`
		}
		return []byte(`{"title":{"` + string(drafting) + `":"T"},"languages":["` + string(drafting) + `","` + string(second) + `"],"paragraphs":[{"id":"1","kind":"operative","text":{"` + string(drafting) + `":"They meet."` + words + `}}]}`)
	}
	if _, err := filing.Read(file("x")); err != nil {
		t.Fatal(err)
	}
	draft := string(a.Party) + "-draft"
	if _, err := a.TableFiles(ctx, stage.Mech, draft, "js-unseen", false, file("")); err != nil {
		t.Fatal(err)
	}
	found, err := a.CompareFiles(ctx, stage.Mech, "js-unseen", file("乙"))
	if err != nil || len(found.Changes) != 1 || found.Changes[0].Kind != markup.Version || len(found.Read) == 0 {
		t.Fatalf("%+v, %v", found, err)
	}
	ch := found.Changes[0]
	if _, err := a.Act(ctx, stage.Mech, draft, "text/js-unseen", text.Translate{Language: second, Items: []text.Translation{{Paragraph: ch.Paragraph, Wording: ch.Wording, Text: "丙"}}}); err != nil {
		t.Fatal(err)
	}
	chosen := markup.Chosen{Changes: found.Changes, Read: found.Read}
	_, err = a.ProposeChosen(ctx, stage.Mech, draft, "js-unseen", chosen)
	says(t, err, "text.changed_since")
	if found, err = a.CompareFiles(ctx, stage.Mech, "js-unseen", file("乙")); err != nil {
		t.Fatal(err)
	}
	_, err = a.ProposeChosen(ctx, stage.Mech, draft, "js-unseen", markup.Chosen{Changes: found.Changes, Read: found.Read})
	says(t, err, "")

	var cards [][]byte
	for _, x := range stage.Actors {
		card, err := x.Card(ctx, ex.Mandates(x.Party), x.Passphrases())
		if err != nil {
			t.Fatal(err)
		}
		cards = append(cards, card)
	}
	d := chancery.Description{ID: "unseen", Illustration: true, Founded: "2019-05-01", Names: ex.Names(), Languages: ex.Mechanism.Languages, Drafting: drafting, Sides: ex.SideList(), Rules: ex.Rules()}
	if _, _, err := a.Draft(ctx, d, cards, a.Passphrases()); err != nil {
		t.Fatal(err)
	}
	d.Names[0].Full = strings.Replace(d.Names[0].Full, "", "\u3164", 1)
	_, _, err = a.Draft(ctx, d, cards, a.Passphrases())
	if refusal.As(err) == nil || !strings.HasPrefix(refusal.As(err).Key, "text.") && !strings.HasPrefix(refusal.As(err).Key, "lang.") {
		t.Errorf("a charter with an unseen character: %v", err)
	}
}

// Of two versions that were written at the same moment by people who had read the same, one is written and the other is refused: nobody's words are replaced by somebody who has not read them, however close the two come.
func TestWhatIsJudgedIsWhatIsWrittenOn(t *testing.T) {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	stage := serve(t, ex)
	ctx, a := t.Context(), stage.Actors[0]
	first, second, draft := ex.Mechanism.Drafting, lang.Tag(""), string(a.Party)+"-draft"
	for _, l := range ex.Mechanism.Languages {
		if l != first {
			second = l
		}
	}
	file := `{"title":{"` + string(first) + `":"T"},"languages":["` + string(first) + `","` + string(second) + `"],"paragraphs":[{"id":"1","kind":"operative","text":{"` + string(first) + `":"They meet."}}]}`
	if _, err := a.TableFiles(ctx, stage.Mech, draft, "js-race", false, []byte(file)); err != nil {
		t.Fatal(err)
	}
	for round := range 40 {
		now, err := a.Text(ctx, stage.Mech, "js-race")
		if err != nil {
			t.Fatal(err)
		}
		p := now.State.Paragraphs[0]
		refused := make(chan error, 2)
		for _, words := range []string{"甲", "乙"} {
			go func() {
				_, err := a.Act(ctx, stage.Mech, draft, "text/js-race", text.Having{Read: now.Read, Body: text.Translate{Language: second, Items: []text.Translation{{Paragraph: p.ID, Wording: p.Wordings[0].ID, Text: fmt.Sprint(words, round)}}}})
				refused <- err
			}()
		}
		one, other := <-refused, <-refused
		if one != nil {
			one, other = other, one
		}
		says(t, one, "")
		says(t, other, "text.changed_since")
	}
}

// A draft that was judged when its matter had other acts is refused by whoever writes, and nothing of what came with it is written.
func TestADraftIsRefusedWhereItsMatterHasMovedOn(t *testing.T) {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	stage := serve(t, ex)
	ctx, a := t.Context(), stage.Actors[0]
	actor := entry.Actor{Member: string(a.Party) + "-sec", Role: "secretary"}
	enter := func(theme string, stood int64) error {
		e := meeting.Enter{Series: "main", Number: 41, Status: "planned", Theme: lang.Text{ex.Mechanism.Drafting: theme}}
		_, err := a.Node().Do(ctx, stage.Mech, actor, node.Draft{Matter: "meeting/main/42", Body: meeting.Enter{Series: "main", Number: 42, Status: "planned"}}, node.Draft{Matter: "meeting/main/41", Body: e, Stood: &stood})
		return err
	}
	says(t, enter("One", 1), node.MovedOnKey)
	if err := a.Stands(ctx, stage.Mech, "meeting/main/42"); err == nil {
		t.Error("what came with it was written")
	}
	says(t, enter("One", 0), "")
	says(t, enter("Two", 0), node.MovedOnKey)
	says(t, enter("Two", 1), "")
}

// A meeting that two sides convened while the line was down is shown with what each of them said of it, to both: days, place, host and theme.
func TestConveningsAreToldApart(t *testing.T) {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	stage := serve(t, ex)
	ctx, a, b := t.Context(), stage.Actors[0], stage.Actors[1]
	for _, other := range stage.Actors[1:] {
		a.Cut(string(other.Party))
	}
	tag := ex.Mechanism.Drafting
	for i, x := range []*demo.Actor{a, b} {
		e := meeting.Enter{Series: "main", Number: 41, Start: fmt.Sprintf("2031-0%d-01", i+1), Host: ex.SideList()[i].ID, Status: "planned", Theme: lang.Text{tag: "Theme " + string(x.Party)}, Venues: []meeting.Venue{{City: lang.Text{tag: "City " + string(x.Party)}}}}
		if _, err := x.Act(ctx, stage.Mech, string(x.Party)+"-sec", "meeting/main/41", e); err != nil {
			t.Fatal(err)
		}
	}
	for _, other := range stage.Actors[1:] {
		a.Mend(string(other.Party))
	}
	for _, x := range []*demo.Actor{a, b} {
		p := enter(t, x, string(x.Party)+"-sec")
		p.post("/language", url.Values{"to": {"en"}, "from": {"/"}})
		until(t, "both convenings are there, each with all that it says", func() bool {
			_, page := p.get("/m/" + ex.Mechanism.ID + "/meetings/main.41")
			from := strings.Index(page, `id="sides"`)
			if from < 0 {
				return false
			}
			sides, _, _ := strings.Cut(page[from:], "</section></div></section>")
			for _, of := range []*demo.Actor{a, b} {
				if !strings.Contains(sides, "Theme "+string(of.Party)) || !strings.Contains(sides, "City "+string(of.Party)) {
					return false
				}
			}
			return strings.Count(sides, "Host:") == 2
		})
	}
}
