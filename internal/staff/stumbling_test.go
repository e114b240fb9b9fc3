package staff

import (
	"context"
	"testing"
	"time"

	"entente.example/internal/store/storetest"
)

// On a disk that fails now and then nobody is half signed in, half bound or half shut out: what is refused has left nothing behind, and what is asked is answered or refused.
func TestNothingIsHalfDone(t *testing.T) {
	h := open(t)
	var link, cookie, pass, guest, feed, handle string
	var session int64
	at := h.at
	one := func(s *string, f func(context.Context) (string, error)) func(context.Context) error {
		return func(ctx context.Context) (err error) {
			got, err := f(ctx)
			if err == nil {
				*s = got
			}
			return err
		}
	}
	asked := func(f func(context.Context) (any, error)) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := f(ctx)
			return err
		}
	}
	storetest.Stumbling(t, h.db.DB, []storetest.Deed{
		{Name: "invite", Do: one(&link, func(ctx context.Context) (string, error) { return h.Invite(ctx, "cedar-sec", "ja", time.Hour) })},
		{Name: "link", Do: asked(func(ctx context.Context) (any, error) { return h.Link(ctx, link) })},
		{Name: "sign in", Do: one(&cookie, func(ctx context.Context) (string, error) { return h.SignIn(ctx, link, "browser") })},
		{Name: "language", Do: func(ctx context.Context) error { return h.SetLanguage(ctx, "cedar-sec", "zh-Hans") }},
		{Name: "session", Do: func(ctx context.Context) error {
			s, err := h.Session(ctx, cookie)
			session = s.ID
			return err
		}},
		{Name: "sessions", Do: asked(func(ctx context.Context) (any, error) { return h.Sessions(ctx, "cedar-sec") })},
		{Name: "accounts", Do: asked(func(ctx context.Context) (any, error) { return h.Accounts(ctx) })},
		{Name: "trail", Do: asked(func(ctx context.Context) (any, error) { return h.Trail(ctx, "", 0, 50) })},
		{Name: "handle", Do: func(ctx context.Context) error {
			b, err := h.Handle(ctx, "cedar-sec")
			handle = string(b)
			return err
		}},
		{Name: "whose handle", Do: asked(func(ctx context.Context) (any, error) { return h.MemberOf(ctx, []byte(handle)) })},
		{Name: "passkey", Do: func(ctx context.Context) error {
			return h.AddPasskey(ctx, "cedar-sec", Passkey{Credential: []byte("c"), Label: "key", Record: []byte("r")})
		}},
		{Name: "passkeys", Do: asked(func(ctx context.Context) (any, error) { return h.Passkeys(ctx, "cedar-sec") })},
		{Name: "sign in by passkey", Do: asked(func(ctx context.Context) (any, error) {
			return h.UsePasskey(ctx, "cedar-sec", []byte("c"), []byte("s"), "browser")
		})},
		{Name: "drop passkey", Do: func(ctx context.Context) error { return h.DropPasskey(ctx, "cedar-sec", 1) }},
		{Name: "password", Do: asked(func(ctx context.Context) (any, error) { return h.Password(ctx, "cedar-sec") })},
		{Name: "bind", Do: func(ctx context.Context) error { return h.BindSignOn(ctx, "cedar-sec", "https://issuer.example", "1") }},
		{Name: "bound", Do: asked(func(ctx context.Context) (any, error) { return h.SignOn(ctx, "cedar-sec") })},
		{Name: "sign in by directory", Do: asked(func(ctx context.Context) (any, error) {
			return h.UseSignOn(ctx, "https://issuer.example", "1", "browser", at)
		})},
		{Name: "recognise", Do: func(ctx context.Context) error { return h.Recognise(ctx, session, "https://issuer.example", "1", at) }},
		{Name: "unbind", Do: func(ctx context.Context) error { return h.EndSignOn(ctx, "cedar-sec") }},
		{Name: "subscribe", Do: one(&feed, func(ctx context.Context) (string, error) { return h.Subscribe(ctx, "cedar-sec", "m") })},
		{Name: "feed", Do: func(ctx context.Context) error { _, _, _, err := h.Feed(ctx, feed); return err }},
		{Name: "unsubscribe", Do: func(ctx context.Context) error { return h.Unsubscribe(ctx, "cedar-sec", "m") }},
		{Name: "letter", Do: func(ctx context.Context) error {
			return h.SetDigest(ctx, Digest{Member: "cedar-sec", Address: "a@example.org", Language: "ja", Hour: 8, Zone: "+09:00"})
		}},
		{Name: "letters", Do: asked(func(ctx context.Context) (any, error) { return h.Digests(ctx, "") })},
		{Name: "letter sent", Do: func(ctx context.Context) error { return h.DigestSent(ctx, "cedar-sec", "2025-01-14") }},
		{Name: "no letter", Do: func(ctx context.Context) error { return h.EndDigest(ctx, "cedar-sec") }},
		{Name: "meeting mail", Do: func(ctx context.Context) error {
			return h.SetMeetingMail(ctx, MeetingMail{Member: "cedar-sec", Address: "a@example.org", Language: "ja"})
		}},
		{Name: "meeting mails", Do: asked(func(ctx context.Context) (any, error) { return h.MeetingMails(ctx, "") })},
		{Name: "meeting sent", Do: func(ctx context.Context) error {
			return h.NoteMeetingSent(ctx, "cedar-sec", "a@example.org", MeetingSent{Mech: "m", Matter: "meeting/main/1", Sequence: 3})
		}},
		{Name: "meetings sent", Do: asked(func(ctx context.Context) (any, error) { return h.MeetingsSent(ctx, "cedar-sec", "m") })},
		{Name: "no meeting mail", Do: func(ctx context.Context) error { return h.EndMeetingMail(ctx, "cedar-sec") }},
		{Name: "pass", Do: one(&pass, func(ctx context.Context) (string, error) {
			return h.InviteGuest(ctx, Pass{Mech: "m", Guest: "g", Proposal: "p", Person: "A. Kask", By: "cedar-sec"})
		})},
		{Name: "guest's link", Do: asked(func(ctx context.Context) (any, error) { return h.GuestLink(ctx, pass) })},
		{Name: "guest enters", Do: one(&guest, func(ctx context.Context) (string, error) { return h.EnterAsGuest(ctx, pass, "browser") })},
		{Name: "guest's session", Do: func(ctx context.Context) error {
			h.at = at.Add(touchEvery)
			_, err := h.GuestSession(ctx, guest)
			return err
		}},
		{Name: "passes", Do: asked(func(ctx context.Context) (any, error) { return h.Passes(ctx, "m", "g") })},
		{Name: "end pass", Do: func(ctx context.Context) error { return h.EndPass(ctx, "m", "g", 1) }},
		{Name: "visits", Do: asked(func(ctx context.Context) (any, error) { return h.Visits(ctx, "cedar-sec") })},
		{Name: "end session", Do: func(ctx context.Context) error { return h.End(ctx, "cedar-sec", session) }},
		{Name: "sweep", Do: func(ctx context.Context) error { return h.Sweep(ctx) }},
		{Name: "shut", Do: func(ctx context.Context) error { return h.Shut(ctx, "cedar-sec") }},
	})
}

// A disk that takes nothing signs nobody out: whoever is in goes on reading until their session is over, as long as it was last noted.
func TestADiskThatTakesNothingSignsNobodyOut(t *testing.T) {
	h := open(t)
	link, err := h.Invite(t.Context(), "cedar-sec", "", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	cookie, err := h.SignIn(t.Context(), link, "browser")
	if err != nil {
		t.Fatal(err)
	}
	pass, err := h.InviteGuest(t.Context(), Pass{Mech: "m", Guest: "g", Proposal: "p", Person: "A. Kask", By: "cedar-sec"})
	if err != nil {
		t.Fatal(err)
	}
	guest, err := h.EnterAsGuest(t.Context(), pass, "browser")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.db.ExecContext(t.Context(), "PRAGMA query_only = 1"); err != nil {
		t.Fatal(err)
	}
	began := h.at
	for _, after := range []time.Duration{touchEvery, 10 * time.Minute, Idle - time.Second} {
		h.at = began.Add(after)
		if se, err := h.Session(t.Context(), cookie); err != nil || se.Member != "cedar-sec" || !se.Seen.Equal(began) {
			t.Errorf("after %s: %+v, %v", after, se, err)
		}
		if p, err := h.GuestSession(t.Context(), guest); err != nil || p.Person != "A. Kask" || !p.Seen.Equal(began) {
			t.Errorf("a guest after %s: %+v, %v", after, p, err)
		}
	}
	h.at = began.Add(Idle)
	_, err = h.Session(t.Context(), cookie)
	wants(t, err, "staff.no_session")
}
