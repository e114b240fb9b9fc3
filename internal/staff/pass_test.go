package staff

import (
	"strings"
	"testing"
	"time"
)

// A guest's link works once, its session is none of a member's and a member's is none of a guest's, and what is ended or over opens nothing and is forgotten.
func TestPasses(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	p := Pass{Mech: "m", Guest: "g-1", Proposal: "cedar-4", Person: " A. Kask, River Institute ", By: "cedar-sec"}
	for _, person := range []string{"", " ", "two\nlines", strings.Repeat("x", 201)} {
		bad := p
		bad.Person = person
		_, err := h.InviteGuest(ctx, bad)
		wants(t, err, "guest.person")
	}
	link, err := h.InviteGuest(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // looking uses nothing up
		if got, err := h.GuestLink(ctx, link); err != nil || got.Guest != "g-1" || got.Person != "A. Kask, River Institute" {
			t.Fatal(got, err)
		}
	}
	_, err = h.Link(ctx, link)
	wants(t, err, "staff.link_unknown") // it signs no member in
	cookie, err := h.EnterAsGuest(ctx, link, "a browser")
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.EnterAsGuest(ctx, link, "")
	wants(t, err, "guest.link_used")
	_, err = h.GuestLink(ctx, "AAAA")
	wants(t, err, "guest.link_unknown")
	if got, err := h.GuestSession(ctx, cookie); err != nil || got.Mech != "m" || got.Proposal != "cedar-4" {
		t.Fatal(got, err)
	}
	_, err = h.Session(ctx, cookie)
	wants(t, err, "staff.no_session")
	_, err = h.GuestSession(ctx, h.signIn(t, "cedar-sec"))
	wants(t, err, "guest.no_session")
	_, err = h.GuestSession(ctx, "")
	wants(t, err, "guest.no_session")

	list, err := h.Passes(ctx, "m", "g-1")
	if err != nil || len(list) != 1 || list[0].Entered.IsZero() || list[0].By != "cedar-sec" {
		t.Fatal(list, err)
	}
	wants(t, h.EndPass(ctx, "m", "g-2", list[0].ID), "guest.no_pass") // another guest's
	if err := h.EndPass(ctx, "m", "g-1", list[0].ID); err != nil {
		t.Fatal(err)
	}
	_, err = h.GuestSession(ctx, cookie)
	wants(t, err, "guest.no_session")
	rows := func() (n int) {
		if err := h.db.QueryRow("SELECT count(*) FROM pass").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if rows() != 0 {
		t.Error("what was ended is kept")
	}
	// Over by time: an unused link, and a session that is used every day.
	if link, err = h.InviteGuest(ctx, p); err != nil {
		t.Fatal(err)
	}
	other, err := h.InviteGuest(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	if cookie, err = h.EnterAsGuest(ctx, other, ""); err != nil {
		t.Fatal(err)
	}
	h.at = h.at.Add(PassLife - time.Second)
	if _, err := h.GuestLink(ctx, link); err != nil {
		t.Error(err)
	}
	if _, err := h.GuestSession(ctx, cookie); err != nil {
		t.Error(err)
	}
	h.at = h.at.Add(time.Second)
	_, err = h.EnterAsGuest(ctx, link, "")
	wants(t, err, "guest.link_expired")
	for range 27 {
		if _, err = h.GuestSession(ctx, cookie); err != nil {
			break
		}
		h.at = h.at.Add(24 * time.Hour)
	}
	_, err = h.GuestSession(ctx, cookie)
	wants(t, err, "guest.no_session")
	if err := h.Sweep(ctx); err != nil || rows() != 0 {
		t.Errorf("%d are kept, %v", rows(), err)
	}
}
