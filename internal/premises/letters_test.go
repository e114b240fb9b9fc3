package premises_test

import (
	"io"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"

	"entente.example/internal/meeting"
	"entente.example/internal/premises"
	"entente.example/internal/staff"
	"entente.example/lang"
)

// A member who asked for it has a letter at their hour, in their language, on each day on which something awaits them, and one on a day, whatever the mail server did; nobody else has one, nor has who ended it.
func TestALetterADay(t *testing.T) {
	p := newPost(t)
	house, other := p.house(), p.stage.Actors[1]
	sec, hod := p.member(house), string(house.Party)+"-hod"
	p.at = time.Now().UTC().Truncate(24 * time.Hour).Add(48 * time.Hour) // after the day on which they ask, which has no letter any more
	var err error
	if p.look, err = premises.Letters(house.Chancery, func() time.Time { return p.at }); err != nil {
		t.Fatal(err)
	}
	for _, member := range []string{sec, hod} {
		if _, err := house.Staff().Invite(t.Context(), member, "ja", staff.LinkLife); err != nil {
			t.Fatal(err)
		}
	}
	ask := func(d staff.Digest) error { return house.AskDigest(t.Context(), d) }
	says(t, ask(staff.Digest{Member: sec, Address: "no address", Language: "ja", Zone: "Z"}), "reminder.bad_address")
	says(t, ask(staff.Digest{Member: sec, Address: "sec@house.example", Language: "ja", Hour: 24, Zone: "Z"}), "reminder.bad_hour")
	says(t, ask(staff.Digest{Member: "nobody", Address: "sec@house.example", Language: "ja", Zone: "Z"}), "reminder.no_account")
	for _, d := range []staff.Digest{{Member: sec, Address: "sec@house.example", Language: "ja", Hour: 8, Zone: "Z"}, {Member: hod, Address: "hod@house.example", Language: "en", Hour: 16, Zone: "+09:00"}} {
		if err := ask(d); err != nil {
			t.Fatal(err)
		}
	}
	p.act(house, meeting.Enter{Series: "main", Number: 71, Start: "2031-05-01", Status: "planned"})
	offer := p.act(other, meeting.Offer{From: "2031-05-05", Until: "2031-05-06"})
	until(t, "the house has the offer", func() bool {
		x, err := house.Digest(t.Context(), p.stage.Mech)
		y, wrong := other.Digest(t.Context(), p.stage.Mech)
		return err == nil && wrong == nil && x == y
	})

	day := p.at
	at := func(clock time.Duration, to, words string) {
		t.Helper()
		p.at = day.Add(clock)
		switch got := p.plainLetters(); {
		case to == "" && len(got) > 0:
			t.Errorf("at %v: %+v", clock, got)
		case to != "" && (len(got) != 1 || !strings.Contains(got[to], words) || !strings.Contains(got[to], house.SiteURL())):
			t.Errorf("at %v: %+v", clock, got)
		}
	}
	const hour = time.Hour
	at(7*hour-time.Minute, "", "")
	p.office.Refuse(true)
	at(7*hour, "", "")
	p.office.Refuse(false)
	at(7*hour+5*time.Minute, "", "") // not at every look
	at(7*hour+16*time.Minute, "hod@house.example", "Waiting for you on our node: 1")
	at(7*hour+17*time.Minute, "", "")
	at(8*hour, "sec@house.example", "1件があなたを")
	at(20*hour, "", "")
	if err := house.Staff().EndDigest(t.Context(), hod); err != nil {
		t.Fatal(err)
	}
	at(31*hour, "", "")
	at(32*hour, "sec@house.example", "1件があなたを")
	if _, err := house.Act(t.Context(), p.stage.Mech, sec, "meeting/main/71", meeting.Decline{Offer: offer, Reason: lang.Text{"en": "Elections."}}); err != nil {
		t.Fatal(err)
	}
	at(56*hour, "", "") // nothing awaits
}

// plainLetters are the letters that go when somebody looks, by receiver: what each says.
func (p *post) plainLetters() map[string]string {
	p.t.Helper()
	if err := p.look(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	out := map[string]string{}
	for _, raw := range p.office.Taken() {
		m, err := mail.ReadMessage(strings.NewReader(raw))
		if err != nil {
			p.t.Fatal(err)
		}
		b, err := io.ReadAll(quotedprintable.NewReader(m.Body))
		if err != nil {
			p.t.Fatal(err)
		}
		to := strings.Trim(m.Header.Get("To"), "<>")
		if _, twice := out[to]; twice {
			p.t.Errorf("%s has two letters at once", to)
		}
		out[to] = string(b)
	}
	p.office.Forget()
	return out
}
