package staff

import (
	"errors"
	"testing"
	"time"

	"entente.example/refusal"
)

// An account is bound by its member to one person of one directory, opens for that person alone, and no longer once it is unbound or shut; a person opens one account.
func TestSignOn(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	for _, m := range []string{"cedar-sec", "cedar-head"} {
		if _, err := s.Invite(ctx, m, "", time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	key := func(err error) string { return refusal.As(err).Key }
	if _, err := s.UseSignOn(ctx, "https://house", "4711", "x", time.Time{}); key(err) != "staff.sign_on_unbound" {
		t.Errorf("somebody who is bound to nothing came in: %v", err)
	}
	if err := errors.Join(s.BindSignOn(ctx, "cedar-sec", "https://house", "1"), s.BindSignOn(ctx, "cedar-sec", "https://house", "4711")); err != nil {
		t.Fatal(err)
	}
	if err := s.BindSignOn(ctx, "cedar-head", "https://house", "4711"); key(err) != "staff.sign_on_taken" {
		t.Errorf("one person for two accounts: %v", err)
	}
	if err := s.BindSignOn(ctx, "nobody", "https://house", "2"); err == nil {
		t.Error("an account was bound that does not exist")
	}
	for _, p := range [][2]string{{"https://house", "1"}, {"https://house/", "4711"}, {"https://other", "4711"}, {"https://house", "4711 "}, {"", ""}} {
		if _, err := s.UseSignOn(ctx, p[0], p[1], "x", time.Time{}); key(err) != "staff.sign_on_unbound" {
			t.Errorf("%q came in: %v", p, err)
		}
	}
	cookie, err := s.UseSignOn(ctx, "https://house", "4711", "a browser", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if se, err := s.Session(ctx, cookie); err != nil || se.Member != "cedar-sec" {
		t.Errorf("the session is of %q: %v", se.Member, err)
	}
	if o, err := s.SignOn(ctx, "cedar-sec"); err != nil || o.Subject != "4711" || o.Used.IsZero() {
		t.Errorf("bound to %+v: %v", o, err)
	}
	if all, err := s.Accounts(ctx); err != nil || len(all) != 2 || all[0].SignOn || !all[1].SignOn {
		t.Errorf("accounts: %+v %v", all, err)
	}
	trail, err := s.Trail(ctx, "cedar-sec", 0, 2)
	if err != nil || trail[0].What != SignedIn || trail[0].Detail != "directory: a browser" || trail[1].What != SignOnBound || trail[1].Detail != "https://house" {
		t.Errorf("trail: %+v %v", trail, err)
	}
	if err := s.EndSignOn(ctx, "cedar-sec"); err != nil {
		t.Fatal(err)
	}
	if err := s.EndSignOn(ctx, "cedar-sec"); key(err) != "staff.no_sign_on" {
		t.Errorf("unbound twice: %v", err)
	}
	if err := errors.Join(s.BindSignOn(ctx, "cedar-head", "https://house", "4711"), s.Shut(ctx, "cedar-head")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.UseSignOn(ctx, "https://house", "4711", "x", time.Time{}); key(err) != "staff.sign_on_unbound" {
		t.Errorf("a shut account opened: %v", err)
	}
}
