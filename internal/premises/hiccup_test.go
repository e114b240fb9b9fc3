package premises_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"entente.example/entry"
	"entente.example/internal/api"
	"entente.example/internal/backroom"
	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/concern"
	"entente.example/internal/demo"
	"entente.example/internal/meeting"
	"entente.example/internal/node"
	"entente.example/internal/premises"
	"entente.example/internal/search"
	"entente.example/internal/store/storetest"
	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/internal/web"
	"entente.example/lang"
)

// stumbling is a house on a disk of which one read after the other fails.
type stumbling struct {
	*hall
	house  *demo.Actor
	faces  premises.Faces
	source web.Source
	member string
	disk   *storetest.Hiccup
	round  string // id of a clearance
	task   string
	act2   string // of an act that waits, on a text
	act3   string // on one that is not there yet
}

// A disk that fails now and then makes no house lie: whatever is asked is refused or answered as ever, and whatever is done is on the record or is not, as whoever did it is told.
func TestADiskThatStumbles(t *testing.T) {
	ex, stage, script := invented(t)
	for _, step := range append(script, ex.After()...) {
		if err := stage.Do(t.Context(), step); err != nil {
			t.Fatal(err)
		}
	}
	h := &stumbling{hall: &hall{t: t, stage: stage, ex: ex}, house: stage.Actors[1], disk: storetest.NewHiccup(t.Context())}
	h.member = string(h.house.Party) + "-sec"
	var err error
	if h.faces, err = premises.Open(t.Context(), h.house.Chancery, func() time.Time { return time.Date(2025, 12, 2, 9, 0, 0, 0, time.UTC) }); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := h.faces.Close(); err != nil {
			t.Error(err)
		}
	}()
	_, h.source = h.faces.Homes(h.house.Chancery)
	h.rare()
	h.keeps()
	h.comesToRest()
	h.asked()
	h.read()
	h.done()
}

// asked asks the house what pages ask.
func (h *stumbling) asked() {
	h.t.Helper()
	failed := 0
	all := h.questions()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		ask := all[name]
		answer := func() (any, error) {
			out, err := ask(h.disk)
			tongueless(reflect.ValueOf(out))
			return out, err
		}
		whole, err := answer()
		if err != nil {
			h.t.Errorf("%s: %v", name, err)
			continue
		}
		if again, _ := answer(); !reflect.DeepEqual(again, whole) {
			h.t.Errorf("%s is not the same twice%s", name, apart(reflect.ValueOf(again), reflect.ValueOf(whole)))
			continue
		}
		failed += h.disk.Everywhere(func() {
			if got, err := answer(); err == nil && !reflect.DeepEqual(got, whole) && !strings.Contains(fmt.Sprintf("%+v", got), "unreadable") {
				h.t.Errorf("%s lacks something and does not say so%s", name, apart(reflect.ValueOf(got), reflect.ValueOf(whole)))
			}
		})
	}
	if failed < 200 {
		h.t.Errorf("only %d reads failed", failed)
	}
}

// read asks the API what it answers without changing anything.
func (h *stumbling) read() {
	h.t.Helper()
	o := h.faces.API(h.house.Chancery)
	o.Operator, o.Member = true, func(*http.Request) (string, bool) { return h.member, true }
	site, _ := api.New(o)
	failed := 0
	for _, path := range h.readings() {
		get := func() (int, string) {
			w := httptest.NewRecorder()
			site.ServeHTTP(w, httptest.NewRequestWithContext(h.disk, http.MethodGet, api.Base+path, nil))
			return w.Code, w.Body.String()
		}
		code, whole := get()
		if code != http.StatusOK {
			h.t.Errorf("%s: %d %s", path, code, whole)
			continue
		}
		if _, again := get(); again != whole {
			h.t.Errorf("%s is not the same twice%s", path, apart(reflect.ValueOf(again), reflect.ValueOf(whole)))
			continue
		}
		failed += h.disk.Everywhere(func() {
			if code, got := get(); code == http.StatusOK && got != whole && !strings.Contains(got, "unreadable") {
				h.t.Errorf("%s lacks something and does not say so%s", path, apart(reflect.ValueOf(got), reflect.ValueOf(whole)))
			}
		})
	}
	if failed < 200 {
		h.t.Errorf("only %d reads failed", failed)
	}
}

// done does what pages do: once, for the first time that no read fails.
func (h *stumbling) done() {
	h.t.Helper()
	all := h.deeds()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		do := all[name]
		times, why := 0, error(nil)
		h.disk.Everywhere(func() {
			if times > 0 { // though something failed: nothing hung on that
				return
			}
			before := h.written()
			err := do(h.disk)
			if why = err; err == nil {
				times++
			}
			if after := h.written(); after > before && err != nil {
				h.t.Errorf("%s is on the record, and whoever did it is told %v", name, err)
			}
		})
		if times == 0 {
			h.t.Errorf("%s is never done: %v", name, why)
		}
	}
}

// written is how many entries our side has written.
func (h *stumbling) written() (n int64) {
	h.t.Helper()
	err := h.house.Node().Snapshot(h.t.Context(), h.stage.Mech, func(s *node.Snapshot) error {
		n = s.Newest(h.house.Party).Size
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

// tongueless takes out of an answer what no two answers have alike: functions, and how the lines are at the moment.
func tongueless(v reflect.Value) {
	switch v.Kind() {
	case reflect.Func:
		if v.CanSet() {
			v.SetZero()
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			tongueless(v.Elem())
		}
	case reflect.Struct:
		switch {
		case v.Type() == reflect.TypeFor[view.Line]() && v.CanSet():
			v.SetZero() // when somebody was heard last goes by this machine's clock
		case v.Type() == reflect.TypeFor[view.Attachment]():
			v.FieldByName("Size").SetZero() // of a file that cannot be read, the size on the record is shown
		}
		for i := range v.NumField() {
			tongueless(v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			tongueless(v.Index(i))
		}
	}
}

// apart is where two answers begin to differ.
func apart(a, b reflect.Value) string {
	if !a.IsValid() || !b.IsValid() || a.Type() != b.Type() {
		return fmt.Sprintf(": %v, not %v", a, b)
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !a.IsNil() && !b.IsNil() {
			return apart(a.Elem(), b.Elem())
		}
	case reflect.Struct:
		for i := range a.NumField() {
			if in := apart(a.Field(i), b.Field(i)); in != "" {
				return "." + a.Type().Field(i).Name + in
			}
		}
		return ""
	case reflect.Slice:
		for i := range min(a.Len(), b.Len()) {
			if in := apart(a.Index(i), b.Index(i)); in != "" {
				return fmt.Sprintf("[%d]%s", i, in)
			}
		}
		if a.Len() == b.Len() {
			return ""
		}
	}
	if x, y := fmt.Sprintf("%v", a), fmt.Sprintf("%v", b); x != y {
		return fmt.Sprintf(": %.300s, not %.300s", x, y)
	}
	return ""
}

// keeps lets our side have something of each kind of its own.
func (h *stumbling) keeps() {
	h.t.Helper()
	ctx, about := h.t.Context(), backroom.About{Matter: "text/" + h.ex.TextID()}
	secret, err := h.house.Staff().Invite(ctx, h.member, "ja", time.Hour)
	if err == nil {
		_, err = h.house.Staff().SignIn(ctx, secret, "")
	}
	if err == nil {
		_, err = h.faces.Ours.AddNote(ctx, h.stage.Mech, h.member, backroom.Note{About: about, Kind: "brief", Lang: "en", Words: "Ours"})
	}
	if err == nil {
		var k backroom.Task
		k, err = h.faces.Ours.AddTask(ctx, h.stage.Mech, h.member, backroom.Task{About: about, Words: "Call them"})
		h.task = k.ID
	}
	if err == nil {
		var c backroom.Clearance
		c, err = h.faces.Ours.Circulate(ctx, h.stage.Mech, h.member, backroom.Clearance{About: about, Title: "Paragraph 4", Lang: "en", Due: time.Date(2045, 1, 1, 0, 0, 0, 0, time.UTC), Offices: []backroom.Office{{Name: "Legal", Members: []string{h.member}}}}, "As it stands")
		h.round = c.ID
	}
	if err == nil {
		_, err = h.house.Attach(ctx, h.stage.Mech, h.member, chancery.NewAttachment{Of: about.Matter, Name: "a.txt", Media: "text/plain", Class: "permanent", Title: lang.Text{"en": "A paper"}}, strings.NewReader("a paper"))
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// comesToRest waits until everybody has confirmed everything, so that what is asked twice has the same answer.
func (h *stumbling) comesToRest() {
	h.t.Helper()
	h.until("not everything is confirmed", func() (all bool) {
		all = true
		err := h.house.Node().Snapshot(h.t.Context(), h.stage.Mech, func(s *node.Snapshot) error {
			for _, of := range s.Logs {
				for _, by := range h.stage.Actors {
					all = all && (string(by.Party) == of.Party || of.Applied == of.Size && s.Held(by.Party, charter.PartyID(of.Party), of.Gen) == of.Size)
				}
			}
			return nil
		})
		return all && err == nil
	})
}

// deeds are what members do on pages.
func (h *stumbling) deeds() map[string]func(context.Context) error {
	s, member, ref, id := h.source, h.member, h.ex.Mechanism.ID, h.ex.TextID()
	act := func(matter string, b entry.Body) func(context.Context) error {
		return func(ctx context.Context) error { return s.Act(ctx, member, ref, matter, b) }
	}
	ours := func(do view.OursAct) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := s.OnOurs(ctx, member, ref, do)
			return err
		}
	}
	press := func(do view.PressAct) func(context.Context) error {
		return func(ctx context.Context) error { return s.OnPress(ctx, member, ref, do) }
	}
	return map[string]func(context.Context) error{
		"a concern": act("concern/x-1", concern.Raise{Text: lang.Text{"en": "A concern"}}),
		"a meeting": act(meeting.Matter("main", 11), meeting.Enter{Series: "main", Number: 11, Status: "planned"}),
		"a comment": func(ctx context.Context) error {
			return s.Comment(ctx, member, ref, id, "4", lang.Text{"en": "Really?"})
		},
		"a file": func(ctx context.Context) error {
			return s.Attach(ctx, member, ref, web.Upload{Of: "text/" + id, Name: "b.txt", Media: "text/plain", Class: "permanent", Title: lang.Text{"en": "B"}}, strings.NewReader("b"))
		},
		"a call": func(ctx context.Context) error {
			return s.CallLine(ctx, string(h.house.Party)+"-duty", ref, "main", []charter.PartyID{h.stage.Actors[0].Party})
		},
		"a note":         ours(view.OursAct{Do: "note", Kind: "brief", Lang: "en", Words: "Another"}),
		"a task":         ours(view.OursAct{Do: "task", Words: "Call again"}),
		"a round":        ours(view.OursAct{Do: "circulate", Title: "Paragraph 5", Words: "So", Lang: "en", Due: time.Date(2045, 1, 1, 0, 0, 0, 0, time.UTC), Offices: []view.OurOffice{{Name: "Legal", Members: []string{member}}}}),
		"task 3 dropped": ours(view.OursAct{Do: "drop_task", ID: h.task}),
		"task 1 done":    ours(view.OursAct{Do: "finish", ID: h.task}),
		"task 2 again":   ours(view.OursAct{Do: "reopen_task", ID: h.task}),
		"a refusal":      ours(view.OursAct{Do: "refuse", ID: h.act3, Words: "not now"}),
		"an answer":      ours(view.OursAct{Do: "answer", ID: h.round, Office: "Legal", Draft: 1, Verdict: backroom.Cleared}),
		"coverage":       press(view.PressAct{Do: "cover", Text: id, Outlet: "Daily", Day: "2025-11-30", Link: "https://daily.example/1", Headline: "They met", Lang: "en"}),
		"closing":        press(view.PressAct{Do: "close", Text: id, Until: time.Date(2025, 12, 9, 0, 0, 0, 0, time.UTC)}),
		"a pouch": func(ctx context.Context) error {
			return s.PackPouch(ctx, member, ref, string(h.stage.Actors[0].Party), false, io.Discard)
		},
		"a pass": func(ctx context.Context) error {
			page, err := s.Matter(ctx, member, ref, "guest", "observer-1", view.At{})
			if err == nil {
				_, err = s.MakePass(ctx, member, ref, "observer-1", page.Passes.Proposals[0].ID, "A. Kask")
			}
			return err
		},
	}
}

// questions are what pages ask of a house without changing anything.
func (h *stumbling) questions() map[string]func(context.Context) (any, error) {
	s, member, ref, id, at := h.source, h.member, h.ex.Mechanism.ID, h.ex.TextID(), view.At{}
	out := map[string]func(context.Context) (any, error){
		"home":       func(ctx context.Context) (any, error) { return s.Mechanisms(ctx, member, at) },
		"mechanism":  func(ctx context.Context) (any, error) { return s.Mechanism(ctx, member, ref, at) },
		"foundation": func(ctx context.Context) (any, error) { return s.Foundation(ctx, member, ref) },
		"text":       func(ctx context.Context) (any, error) { return s.Text(ctx, member, ref, id) },
		"citable":    func(ctx context.Context) (any, error) { return s.Citable(ctx, member, ref, id) },
		"search": func(ctx context.Context) (any, error) {
			return s.Search(ctx, member, ref, view.Ask{Words: "会", Scope: search.Record})
		},
		"search all": func(ctx context.Context) (any, error) {
			return s.SearchAll(ctx, member, view.Ask{Words: "会", Scope: search.Agreed})
		},
		"precedents": func(ctx context.Context) (any, error) {
			return s.Precedents(ctx, member, ref, id, text.Item{Paragraph: "4"}, true)
		},
		"calendar": func(ctx context.Context) (any, error) { return s.Calendar(ctx, member, ref, "ja") },
		"workdays": func(ctx context.Context) (any, error) { return s.Workdays(ctx, member, ref, "2025-09-26", 5) },
		"invitation": func(ctx context.Context) (any, error) {
			return s.Invitation(ctx, member, ref, "main.10", "en", web.Invite{Organizer: "a@example.org", Attendees: []string{"b@example.org"}})
		},
		"glossary":  func(ctx context.Context) (any, error) { return s.GlossaryFile(ctx, member, ref, "tbx") },
		"memory":    func(ctx context.Context) (any, error) { return s.GlossaryFile(ctx, member, ref, "tmx") },
		"text file": func(ctx context.Context) (any, error) { return s.TextFile(ctx, member, ref, id, "docx", "") },
		"proof":     func(ctx context.Context) (any, error) { return s.TextProof(ctx, member, ref, id) },
		"compared": func(ctx context.Context) (any, error) {
			return s.CompareText(ctx, member, ref, id, "", "", []lang.Tag{"en"}, false)
		},
		"record":      func(ctx context.Context) (any, error) { return s.Record(ctx, member, ref, 0) },
		"entry":       func(ctx context.Context) (any, error) { return s.Entry(ctx, member, ref, "cedar-3") },
		"sealing":     func(ctx context.Context) (any, error) { return s.Sealing(ctx, member, ref, id) },
		"keys":        func(ctx context.Context) (any, error) { return s.Keys(ctx, member, ref) },
		"pouches":     func(ctx context.Context) (any, error) { return s.Pouches(ctx, member, ref, at) },
		"papers":      func(ctx context.Context) (any, error) { return s.Papers(ctx, member, ref, at) },
		"ours":        func(ctx context.Context) (any, error) { return s.Ours(ctx, member, ref, at) },
		"round":       func(ctx context.Context) (any, error) { return s.Clearance(ctx, member, ref, h.round) },
		"held":        func(ctx context.Context) (any, error) { return s.HeldAct(ctx, member, ref, h.act2) },
		"held before": func(ctx context.Context) (any, error) { return s.HeldAct(ctx, member, ref, h.act3) },
		"compared with files": func(ctx context.Context) (any, error) {
			f, err := s.TextFile(ctx, member, ref, id, "docx", "")
			if err != nil {
				return nil, err
			}
			return s.CompareFiles(ctx, member, ref, id, f.Body)
		},
		"preview": func(ctx context.Context) (any, error) {
			return s.PressPreview(ctx, member, ref, view.PressPreview{Text: id, Under: "/m/x/press/y/preview", Path: "/en/"})
		},
		"trace":       func(ctx context.Context) (any, error) { return s.Trace(ctx, member, ref, "text/"+id, "4", at) },
		"handover":    func(ctx context.Context) (any, error) { return s.Handover(ctx, member, ref, "zh-Hans") },
		"press":       func(ctx context.Context) (any, error) { return s.Press(ctx, member, ref, at) },
		"attachments": func(ctx context.Context) (any, error) { return s.Attachments(ctx, member, ref, "", at) },
		"line":        func(ctx context.Context) (any, error) { return s.HotLine(ctx, member, ref, "main") },
		"board":       func(ctx context.Context) (any, error) { return s.Board(ctx, member, ref) },
		"meeting":     func(ctx context.Context) (any, error) { return s.Matter(ctx, member, ref, "meeting", "main.10", at) },
		"guest":       func(ctx context.Context) (any, error) { return s.Matter(ctx, member, ref, "guest", "observer-1", at) },
		"concerns":    func(ctx context.Context) (any, error) { return s.Matters(ctx, member, ref, "concern", at) },
	}
	out["text that rests on another"] = func(ctx context.Context) (any, error) { return s.Text(ctx, member, ref, "js-20") }
	for kind, id := range map[string]string{"commitment": "k-9", "topic": "t-9", "paper": "n-9", "document": "fd-bay"} {
		out[kind] = func(ctx context.Context) (any, error) { return s.Matter(ctx, member, ref, kind, id, at) }
	}
	for _, name := range view.ListNames() {
		if name == view.ListAttachments {
			continue // of a file that is here and cannot be read, the size on the record is shown
		}
		out["list of "+name] = func(ctx context.Context) (any, error) { return s.List(ctx, member, ref, name) }
	}
	return out
}

// readings are the addresses of what the API answers without changing anything.
func (h *stumbling) readings() []string {
	ex, party := h.ex, string(h.house.Party)
	in := "/mechanisms/" + ex.Mechanism.ID
	id := in + "/texts/" + ex.TextID()
	out := []string{"/accounts", "/accounts/trail", "/digest", "/meeting-mail", "/rebuild", "/verify"}
	for _, path := range []string{"archive", "calendar", "charter", "digest", "documents/fd-1998/rests", "evidence", "fingerprints", "glossary-file?format=tbx", "guests/observer-1/passes", "keys", "lines", "lines/main", "lines/main/history", "lists/record", "lists/awaiting",
		"log", "log?matter=text/" + ex.TextID(), "log/" + party + "-1", "meetings/main.10", "meetings/main.10/delegations", "meetings/main.10/invitation?organizer=a@example.org&attendee=b@example.org", "membership", "non-papers", "ours/acts", "ours/asked", "ours/clearances", "ours/clearances/" + h.round, "ours/notes", "ours/tasks", "ours/handover",
		"petitions", "pouch", "press/replies", "press/subscribers", "readers?matter=text/" + ex.TextID(), "retention", "search?q=%E4%BC%9A", "situation", "statement?matter=text/" + ex.TextID(), "texts", "trace?matter=text/" + ex.TextID(), "witnesses", "outside-witnesses", "workdays?from=2025-09-26&days=5",
		"papers/nv-1", "papers/nv-1/exchange", "logs/" + party + "/1/checkpoint"} {
		out = append(out, in+"/"+path)
	}
	for _, path := range []string{"", "/conflicts", "/questions", "/rests", "/coverage", "/export", "/file?format=docx", "/compare?language=en", "/precedents?paragraph=4", "/preview"} {
		out = append(out, id+path)
	}
	return out
}
