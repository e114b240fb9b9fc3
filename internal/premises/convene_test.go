package premises_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"entente.example/entry"
	"entente.example/internal/chancery"
	"entente.example/internal/config"
	"entente.example/internal/demo"
	"entente.example/internal/meeting"
	"entente.example/internal/premises"
	"entente.example/internal/reminder/mailtest"
	"entente.example/internal/staff"
	"entente.example/internal/worked"
	"entente.example/lang"
)

// post is three nodes of which the first has a mail server.
type post struct {
	t      *testing.T
	stage  *demo.Stage
	office *mailtest.Office
	at     time.Time // on the clock of whoever sends
	look   func(context.Context) error
}

// newPost founds a mechanism, then gives the first party's node a mail server, and starts all again. A node without one takes no wish, nor does one whose letters name nothing.
func newPost(t *testing.T) *post {
	t.Helper()
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	dir, p := t.TempDir(), &post{t: t, office: mailtest.Open(t), at: time.Date(2025, 1, 14, 8, 0, 0, 0, time.UTC)}
	set := func() {
		t.Helper()
		ctx, cancel := context.WithCancel(context.Background())
		t.Cleanup(cancel)
		mech := ""
		if p.stage != nil {
			mech = p.stage.Mech
		}
		if p.stage, err = demo.Set(ctx, dir, ex, slog.New(slog.DiscardHandler), demo.Quietly); err != nil {
			t.Fatal(err)
		}
		p.stage.Mech = mech
	}
	set()
	if _, err := p.stage.Found(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		refused string
		next    config.Mail
	}{{"reminder.no_server", config.Mail{Server: p.office.Address, TLS: "none", From: "node@house.example"}}, {"reminder.no_titles", config.Mail{Server: p.office.Address, TLS: "none", From: "node@house.example", Titles: true}}} {
		says(t, p.house().AskMeetingMail(t.Context(), staff.MeetingMail{Member: p.member(p.house()), Address: "sec@house.example", Language: "en"}), c.refused)
		if err := p.stage.Close(); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(p.house().Dir, chancery.ConfigFile)
		cfg, err := config.Load(file, nil)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Mail = c.next
		b, err := cfg.Format()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		set()
	}
	t.Cleanup(func() {
		if err := p.stage.Close(); err != nil {
			t.Error(err)
		}
	})
	p.restart()
	return p
}

func (p *post) house() *demo.Actor { return p.stage.Actors[0] }

// member is who acts for a party: the house has a secretary, the others' heads do it.
func (p *post) member(a *demo.Actor) string {
	if a == p.house() {
		return string(a.Party) + "-sec"
	}
	return string(a.Party) + "-hod"
}

// restart forgets what the one who sends remembers.
func (p *post) restart() {
	p.t.Helper()
	var err error
	if p.look, err = premises.Meetings(p.house().Chancery, func() time.Time { return p.at }); err != nil {
		p.t.Fatal(err)
	}
}

// wish has a member of the house ask.
func (p *post) wish(member, language string) {
	p.t.Helper()
	if _, err := p.house().Staff().Invite(p.t.Context(), member, language, staff.LinkLife); err != nil {
		p.t.Fatal(err)
	}
	if err := p.house().AskMeetingMail(p.t.Context(), staff.MeetingMail{Member: member, Address: member + "@house.example", Language: language}); err != nil {
		p.t.Fatal(err)
	}
}

// act has a party act in the knowledge of what all others did.
func (p *post) act(a *demo.Actor, bodies ...entry.Body) string {
	p.t.Helper()
	for _, b := range p.stage.Actors {
		until(p.t, "the sides have the same", func() bool {
			x, err := a.Digest(p.t.Context(), p.stage.Mech)
			y, other := b.Digest(p.t.Context(), p.stage.Mech)
			return err == nil && other == nil && x == y
		})
	}
	placed, err := a.Act(p.t.Context(), p.stage.Mech, p.member(a), "meeting/main/71", bodies...)
	if err != nil {
		p.t.Fatal(err)
	}
	return placed[0].ID
}

// goOn has the house say what is on a day of the meeting, once it has what all others did.
func (p *post) goOn(day, what string) {
	p.t.Helper()
	p.act(p.house(), meeting.Programme{Zone: "Asia/Tokyo", Slots: []meeting.Slot{{Day: day, From: "09:00", What: lang.Text{p.stage.Example.Mechanism.Drafting: what}}}})
}

// offer has the house offer days.
func (p *post) offer(from, until string) (act string) {
	p.t.Helper()
	return p.act(p.house(), meeting.Offer{From: from, Until: until})
}

// accept has all others accept them.
func (p *post) accept(offer string) {
	p.t.Helper()
	for _, a := range p.stage.Actors[1:] {
		p.act(a, meeting.Accept{Offer: offer})
	}
}

// sent are the messages that go when somebody looks, by receiver.
func (p *post) sent() map[string]mailtest.Letter {
	p.t.Helper()
	if err := p.look(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	out := map[string]mailtest.Letter{}
	for _, raw := range p.office.Taken() {
		l := mailtest.Read(p.t, raw)
		if _, twice := out[l.To]; twice {
			p.t.Errorf("%s has two messages at once", l.To)
		}
		out[l.To] = l
	}
	p.office.Forget()
	return out
}

// event is what a calendar program makes of a message; it holds what RFC 6047 asks of each.
func (p *post) event(l mailtest.Letter, method string) *ics.VEvent {
	p.t.Helper()
	if l.Media != "multipart/alternative" || len(l.Parts) != 2 || l.Parts[0].Media != "text/plain" || l.Parts[1].Media != "text/calendar" || l.Parts[1].Params["method"] != method || !strings.EqualFold(l.Parts[1].Params["charset"], "utf-8") {
		p.t.Fatalf("%+v", l)
	}
	cal, err := ics.ParseCalendar(strings.NewReader(l.Parts[1].Body))
	if err != nil || len(cal.Events()) != 1 {
		p.t.Fatal(err, l.Parts[1].Body)
	}
	e := cal.Events()[0]
	if !strings.Contains(l.Parts[1].Body, "METHOD:"+method+"\r\n") || e.GetProperty(ics.ComponentPropertyOrganizer).Value != "mailto:node@house.example" || l.Get("From") != "<node@house.example>" || len(e.Attendees()) != 1 || e.Attendees()[0].Email() != l.To {
		p.t.Errorf("%s", l.Parts[1].Body)
	}
	for _, part := range l.Parts {
		if strings.Contains(part.Body, "planted") {
			p.t.Errorf("mail tells more than days and place: %s", part.Body)
		}
	}
	return e
}

// is holds an event against its sequence, its first day and the one after its last.
func (p *post) is(e *ics.VEvent, uid string, after, from, end, status string) (sequence string) {
	p.t.Helper()
	get := func(name ics.ComponentProperty) string { return e.GetProperty(name).Value }
	sequence = get(ics.ComponentPropertySequence)
	if uid != "" && get(ics.ComponentPropertyUniqueId) != uid || len(sequence) < len(after) || len(sequence) == len(after) && sequence <= after || get(ics.ComponentPropertyDtStart) != from || get(ics.ComponentPropertyDtEnd) != end || get(ics.ComponentPropertyStatus) != status {
		p.t.Errorf("%s, after %s", e.Serialize(&ics.SerializationConfiguration{MaxLength: 75, NewLine: "\n", PropertyMaxLength: 75}), after)
	}
	return sequence
}

// A member who asked for it has a meeting's days in their calendar when all agreed on them, again when they move, and off it when the meeting is put off: in their language, each once, across restarts and a mail server that is away. Nobody else has, and no act that moves nothing is told.
func TestMeetingsComeByMail(t *testing.T) {
	p := newPost(t)
	house := p.house()
	sec, hod := string(house.Party)+"-sec", string(house.Party)+"-hod"
	p.wish(sec, "ja")
	p.wish("nobody-of-the-charter", "en")
	p.act(house, meeting.Enter{Series: "main", Number: 71, Start: "2031-05-01", Status: "planned", Theme: lang.Text{p.stage.Example.Mechanism.Drafting: "planted theme"}})
	offer := p.offer("2031-05-05", "2031-05-06")
	if got := p.sent(); len(got) != 0 {
		t.Fatalf("told of what is not agreed: %+v", got)
	}
	p.accept(offer)
	p.goOn("2031-05-05", "planted words")

	p.office.Refuse(true)
	if got := p.sent(); len(got) != 0 {
		t.Fatalf("%+v", got)
	}
	p.office.Refuse(false)
	if got := p.sent(); len(got) != 0 {
		t.Error("it is tried again at once")
	}
	p.at = p.at.Add(16 * time.Minute)
	got := p.sent()
	if len(got) != 1 || !strings.Contains(got[sec+"@house.example"].Subject, "2031年5月5日") {
		t.Fatalf("%+v", got)
	}
	e := p.event(got[sec+"@house.example"], "REQUEST")
	uid := e.GetProperty(ics.ComponentPropertyUniqueId).Value
	asked := p.is(e, "", "0", "20310505", "20310507", "CONFIRMED")

	p.wish(hod, "en")
	p.restart()
	got = p.sent()
	if len(got) != 1 || p.event(got[hod+"@house.example"], "REQUEST").GetProperty(ics.ComponentPropertyUniqueId).Value != uid {
		t.Fatalf("who asks later has what is to come, and nobody has it twice: %+v", got)
	}
	p.goOn("2031-05-06", "other planted words")
	if got := p.sent(); len(got) != 0 {
		t.Errorf("an act that moves nothing is told: %+v", got)
	}

	p.accept(p.offer("2031-06-02", ""))
	p.goOn("2031-06-02", "planted words")
	got = p.sent()
	if len(got) != 2 {
		t.Fatalf("%+v", got)
	}
	moved := p.is(p.event(got[sec+"@house.example"], "REQUEST"), uid, asked, "20310602", "20310603", "CONFIRMED")
	if err := house.Staff().EndMeetingMail(t.Context(), hod); err != nil {
		t.Fatal(err)
	}
	p.act(house, meeting.Postpone{Reason: lang.Text{p.stage.Example.Mechanism.Drafting: "planted reason"}})
	got = p.sent()
	if len(got) != 1 {
		t.Fatalf("%+v", got)
	}
	p.is(p.event(got[sec+"@house.example"], "CANCEL"), uid, moved, "20310602", "20310603", "CANCELLED")
	p.restart()
	if got := p.sent(); len(got) != 0 {
		t.Errorf("told twice: %+v", got)
	}
}
