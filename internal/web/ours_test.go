package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"entente.example/internal/staff"
	"entente.example/refusal"
)

// What is ours alone says so in words, in each language, on its own page, beside a paragraph and beside a matter.
func TestOursIsUnmistakable(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	for tag, words := range map[string]string{"en": "Ours only", "zh-Hans": "仅限本方", "ja": "部内限り"} {
		b.lang = tag
		for _, path := range []string{"/m/valley/ours", "/m/valley/ours/clearances/clearance-2", "/m/valley/ours/acts/act-4"} {
			if res := b.get(path); res.StatusCode != http.StatusOK || !strings.Contains(res.body, `class="ours"`) || !strings.Contains(res.body, "<b>"+words+"</b>") {
				t.Errorf("%s in %s: %d", path, tag, res.StatusCode)
			}
		}
	}
	b.lang = "en"
	for _, path := range []string{"/m/valley/texts/js-9", "/m/valley/concerns/x-1"} {
		if res := b.get(path); strings.Contains(res.body, "If they insist") {
			t.Fatalf("%s: nothing was planted yet", path)
		}
		src.beside = true
		if res := b.get(path); !strings.Contains(res.body, `class="ours band"`) || !strings.Contains(res.body, "If they insist: &lt;sixty&gt;") {
			t.Errorf("%s does not show what is ours", path)
		}
		src.beside = false
	}
	if res := b.get("/m/valley/ours?matter=text/js-9&place=5"); !strings.Contains(res.body, `name="matter" value="text/js-9"`) || !strings.Contains(res.body, `name="place" value="5"`) {
		t.Error("who comes from a paragraph has to say again which")
	}
}

// Forms about what is ours lead back to where they were filled in; one that is refused keeps its words; and who is nobody of ours finds nothing.
func TestOursForms(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	for _, c := range []struct{ path, form, to string }{
		{"/ours", "do=note&kind=comment&matter=text/js-9&place=5&words=x", "/texts/js-9?done=ours_note#p-5"},
		{"/ours", "do=note&kind=comment&matter=concern/x-1&words=x", "/concerns/x-1?done=ours_note"},
		{"/ours", "do=task&words=x", "/ours?done=ours_task"},
		{"/ours", "do=circulate&title=x&words=y&due=2025-02-01T10:00&offices=Legal:+cedar-legal,+cedar-sec%0D%0ATreaty：cedar-hod", "/ours/clearances/clearance-2?done=ours_circulate"},
		{"/ours/clearances/clearance-2", "do=answer&office=Legal&draft=2&verdict=cleared", "/ours/clearances/clearance-2?done=ours_answer"},
		{"/ours/acts/act-4", "do=consent", "/ours/acts/act-4?done=ours_consent"},
	} {
		form, err := url.ParseQuery(c.form)
		if err != nil {
			t.Fatal(err)
		}
		if res := b.do(http.MethodPost, "/m/valley"+c.path, form, nil); res.Header.Get("Location") != "/m/valley"+c.to {
			t.Errorf("%s: %d %s", c.form, res.StatusCode, res.Header.Get("Location"))
		}
	}
	round := src.ours[3]
	if len(round.Offices) != 2 || round.Offices[0].Name != "Legal" || strings.Join(round.Offices[0].Members, " ") != "cedar-legal cedar-sec" || round.Offices[1].Name != "Treaty" || round.Due.IsZero() {
		t.Errorf("%+v", round)
	}
	if a := src.ours[4]; a.Draft != 2 || a.ID != "clearance-2" {
		t.Errorf("%+v", a)
	}
	src.refuse = refusal.New(refusal.Invalid, "ours.empty")
	if res := b.do(http.MethodPost, "/m/valley/ours", url.Values{"do": {"note"}, "kind": {"brief"}, "words": {"kept <"}}, nil); res.StatusCode != http.StatusBadRequest || !strings.Contains(res.body, "kept &lt;</textarea>") {
		t.Errorf("refused: %d", res.StatusCode)
	}
	stranger := enter(t, site, people, "other-sec")
	for _, path := range []string{"/ours", "/ours/clearances/clearance-2", "/ours/acts/act-4"} {
		if res := stranger.get("/m/valley" + path); res.StatusCode != http.StatusNotFound || strings.Contains(res.body, "sixty") {
			t.Errorf("%s for a stranger: %d", path, res.StatusCode)
		}
	}
}

// What stays on the node can be taken back right after it was done, once the page has said so, by whoever did it and nobody else; what leaves the node, and what an address alone says, cannot.
func TestUndo(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	for do, c := range map[string]struct{ id, back, wants string }{"note": {"", "drop_note", "clearance-2"}, "amend": {"note-3", "revert", "note-3"}, "task": {"", "drop_task", "clearance-2"}, "finish": {"task-2", "reopen_task", "task-2"},
		"circulate": {"", "take_back", "clearance-2"}, "end": {"clearance-5", "take_back", "clearance-5"}} {
		res := b.do(http.MethodPost, "/m/valley/ours", url.Values{"do": {do}, "kind": {"brief"}, "id": {c.id}, "words": {"x"}, "title": {"t"}, "offices": {"Legal: cedar-legal"}, "outcome": {"withdrawn"}, "matter": {"text/js-9"}, "place": {"5"}}, nil)
		path, _, _ := strings.Cut(res.Header.Get("Location"), "#")
		if b.take(res); res.StatusCode != http.StatusSeeOther || !strings.Contains(path, "?done=ours_"+do) {
			t.Fatalf("%s: %d %s", do, res.StatusCode, path)
		}
		body := b.get(path).body
		form := `<input type="hidden" name="id" value="` + c.wants + `"><input type="hidden" name="matter" value="text/js-9"><input type="hidden" name="place" value="5"><button type="submit" name="do" value="` + c.back + `">`
		if !strings.Contains(body, form) {
			t.Errorf("%s cannot be taken back", do)
		}
		if bad := inspect(body); len(bad) > 0 {
			t.Errorf("%s: %q", do, bad)
		}
		if body := b.get("/m/valley/ours").body; strings.Contains(body, `class="undo"`) {
			t.Errorf("%s is offered to be taken back where nothing says that it was done", do)
		}
		if body := b.get("/m/valley/ours?done=ours_answer").body; strings.Contains(body, `class="undo"`) {
			t.Errorf("%s is offered to be taken back beside another act", do)
		}
	}
	res := b.do(http.MethodPost, "/m/valley/ours", url.Values{"do": {"reopen_task"}, "id": {"task-2"}}, nil)
	if b.take(res); strings.Contains(b.get("/m/valley/ours?done=ours_finish").body, `class="undo"`) || src.ours[len(src.ours)-1].Do != "reopen_task" {
		t.Error("what was taken back is offered again")
	}
	other := enter(t, site, people, "cedar-hod")
	if body := other.get("/m/valley/ours?done=ours_finish&id=task-2").body; strings.Contains(body, `class="undo"`) {
		t.Error("an address lays an undo before somebody who did nothing")
	}
	b.take(b.do(http.MethodPost, "/habits", url.Values{"do": {"steps_done"}}, nil))
	if body := b.get("/?done=steps_done").body; !strings.Contains(body, `value="steps_again"`) {
		t.Error("the first steps are gone for good")
	}
	if again := b.do(http.MethodPost, "/habits", url.Values{"do": {"steps_again"}}, nil); again.Header.Get("Location") != "/#first-steps" {
		t.Error(again.Header.Get("Location"))
	}
}

// An act that waits for a second member is no mistake: whoever took it sees where it waits, from every form.
func TestWhatWaitsForASecondMember(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-hod")
	src.refuse = refusal.New(refusal.Conflict, "ours.held", "id", "act-4")
	for path, form := range map[string]string{"/texts/js-9/acts": "act=accept&paragraph=5&wording=w", "/texts/js-9/freeze": "", "/texts/js-9/sealing": "act=decline&reason=x", "/concerns/x-1": "act=concern.reopen&reason:en=x&reason=x",
		"/press": "do=release&text=js-9&at=2025-01-14T10:00"} {
		values, err := url.ParseQuery(form)
		if err != nil {
			t.Fatal(err)
		}
		if res := b.do(http.MethodPost, "/m/valley"+path, values, nil); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/m/valley/ours/acts/act-4?done=held" {
			t.Errorf("%s: %d %s", path, res.StatusCode, res.Header.Get("Location"))
		}
	}
}

// A reader asks for a letter a day in the language that they read in; one that is refused keeps what was written.
func TestDigestOnThePage(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	b.lang = "ja"
	form := url.Values{"do": {"begin"}, "address": {"sec@cedar.example"}, "hour": {"7"}, "zone": {"+09:00"}}
	if res := b.do(http.MethodPost, "/digest", form, nil); res.Header.Get("Location") != "/sessions?done=digest#digest" {
		t.Errorf("%d %s", res.StatusCode, res.Header.Get("Location"))
	}
	if s := src.sealings[0]; s.act != "digest sec@cedar.example ja +09:00" || s.reason != "7" {
		t.Errorf("%+v", s)
	}
	src.refuse = refusal.New(refusal.Unavailable, "reminder.no_server")
	if res := b.do(http.MethodPost, "/digest", form, nil); res.StatusCode != http.StatusServiceUnavailable || !strings.Contains(res.body, `value="sec@cedar.example"`) {
		t.Errorf("refused: %d", res.StatusCode)
	}
	if res := b.do(http.MethodPost, "/digest", url.Values{"do": {"end"}}, nil); res.Header.Get("Location") != "/sessions?done=digest_end#digest" {
		t.Errorf("%d", res.StatusCode)
	}
}

// A reader has the days of meetings sent to them in the language that they read in; a wish that is refused keeps what was written, and the other form as it was.
func TestMeetingMailOnThePage(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	b.lang = "ja"
	form := url.Values{"do": {"begin"}, "address": {"sec@cedar.example"}}
	if res := b.do(http.MethodPost, "/meeting-mail", form, nil); res.Header.Get("Location") != "/sessions?done=meeting_mail#meeting-mail" {
		t.Errorf("%d %s", res.StatusCode, res.Header.Get("Location"))
	}
	if s := src.sealings[0]; s.act != "meetings sec@cedar.example ja" {
		t.Errorf("%+v", s)
	}
	src.refuse = refusal.New(refusal.Unavailable, "reminder.no_titles")
	if res := b.do(http.MethodPost, "/meeting-mail", form, nil); res.StatusCode != http.StatusServiceUnavailable || strings.Count(res.body, `value="sec@cedar.example"`) != 1 || !strings.Contains(res.body, "titles = true") {
		t.Errorf("refused: %d", res.StatusCode)
	}
	if err := people.SetMeetingMail(t.Context(), staff.MeetingMail{Member: "cedar-sec", Address: "kept@cedar.example", Language: "ja"}); err != nil {
		t.Fatal(err)
	}
	if res := b.get("/sessions"); strings.Count(res.body, `value="kept@cedar.example"`) != 1 {
		t.Error("the page does not show what stands")
	}
	if res := b.do(http.MethodPost, "/meeting-mail", url.Values{"do": {"end"}}, nil); res.Header.Get("Location") != "/sessions?done=meeting_mail_end#meeting-mail" {
		t.Errorf("%d", res.StatusCode)
	}
	if left, err := people.MeetingMails(t.Context(), ""); err != nil || len(left) != 0 {
		t.Errorf("%v %v", left, err)
	}
}

// The trace shows who did what on both sides with its pauses, and what of it had no effect; the pack for a successor is a file that no browser shows.
func TestTraceAndHandover(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	res := b.get("/m/valley/trace?matter=text/js-9&place=5")
	for _, want := range []string{"words &lt;b&gt;", `class="pause"`, `class="ours band"`, `href="/m/valley/texts/js-9#p-5"`, `lang="ja"`} {
		if res.StatusCode != http.StatusOK || !strings.Contains(res.body, want) {
			t.Errorf("%d, and it does not show %s", res.StatusCode, want)
		}
	}
	if res := b.get("/m/valley/ours/handover/handover.md"); res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment") || res.body != "# for en" {
		t.Errorf("%d %s %s", res.StatusCode, res.Header.Get("Content-Disposition"), res.body)
	}
	if res := b.get("/m/valley/ours/handover/other"); res.StatusCode != http.StatusNotFound {
		t.Errorf("%d", res.StatusCode)
	}
	for _, path := range []string{"/m/valley/trace?matter=text/js-9", "/m/valley/ours/handover/handover.md"} {
		if res := enter(t, site, people, "other-sec").get(path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s for a stranger: %d", path, res.StatusCode)
		}
	}
}
