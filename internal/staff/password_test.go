package staff

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

const pass = "a long way to the harbour"

func (h *house) code(t *testing.T, secret string) string {
	t.Helper()
	c, err := totp.GenerateCode(secret, h.at)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// chosen is the secret of the codes of a member who has put a password to use.
func (h *house) chosen(t *testing.T, member string) string {
	t.Helper()
	h.signIn(t, member)
	secret, err := h.BeginPassword(t.Context(), member, pass)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.UsePassword(t.Context(), member, pass, h.code(t, secret), ""); err == nil {
		t.Error("a password opens before its code was shown once")
	}
	if err := h.ConfirmPassword(t.Context(), member, pass, h.code(t, secret)); err != nil {
		t.Fatal(err)
	}
	h.at = h.at.Add(codeStep)
	return secret
}

func TestAPasswordOpensWithItsCodeOnly(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	secret := h.chosen(t, "cedar-sec")
	for name, try := range map[string][3]string{"another password": {"cedar-sec", pass + "s", h.code(t, secret)}, "another code": {"cedar-sec", pass, "000000"}, "no code": {"cedar-sec", pass, ""},
		"nobody": {"nobody", pass, h.code(t, secret)}, "somebody without one": {"", pass, h.code(t, secret)}} {
		if _, err := h.UsePassword(ctx, try[0], try[1], try[2], ""); err == nil {
			t.Errorf("%s opens", name)
		} else {
			wants(t, err, "staff.password_refused")
		}
	}
	code := h.code(t, secret)
	cookie, err := h.UsePassword(ctx, "cedar-sec", pass, code, "a browser")
	if err != nil {
		t.Fatal(err)
	}
	if se, err := h.Session(ctx, cookie); err != nil || se.Member != "cedar-sec" {
		t.Errorf("%+v %v", se, err)
	}
	_, err = h.UsePassword(ctx, "cedar-sec", pass, code, "")
	wants(t, err, "staff.password_refused") // somebody looked over the shoulder
	h.at = h.at.Add(2 * codeStep)
	if _, err := h.UsePassword(ctx, "cedar-sec", pass, h.code(t, secret), ""); err != nil {
		t.Errorf("the next code: %v", err)
	}
	if err := h.EndPassword(ctx, "cedar-sec"); err != nil {
		t.Fatal(err)
	}
	h.at = h.at.Add(2 * codeStep)
	_, err = h.UsePassword(ctx, "cedar-sec", pass, h.code(t, secret), "")
	wants(t, err, "staff.password_refused")
	wants(t, h.EndPassword(ctx, "cedar-sec"), "staff.no_password")
}

// A new password replaces the old one only when its code was shown: nobody locks themselves out half-way.
func TestAPasswordIsReplacedWhole(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	old := h.chosen(t, "cedar-sec")
	const other = "the other side of the river"
	secret, err := h.BeginPassword(ctx, "cedar-sec", other)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.UsePassword(ctx, "cedar-sec", pass, h.code(t, old), ""); err != nil {
		t.Errorf("the old one until then: %v", err)
	}
	wants(t, h.ConfirmPassword(ctx, "cedar-sec", pass, h.code(t, secret)), "staff.password_refused")
	if err := h.ConfirmPassword(ctx, "cedar-sec", other, h.code(t, secret)); err != nil {
		t.Fatal(err)
	}
	h.at = h.at.Add(2 * codeStep)
	_, err = h.UsePassword(ctx, "cedar-sec", pass, h.code(t, old), "")
	wants(t, err, "staff.password_refused")
	for _, bad := range []string{"short", "elevenchars", string(bytes.Repeat([]byte("x"), MaxPassword+1)), "\xff not a text at all"} {
		_, err := h.BeginPassword(ctx, "cedar-sec", bad)
		wants(t, err, "staff.password_length")
	}
}

// Attack 20: who guesses has to wait, longer each time, whether the name exists or not; nobody else waits, and a link opens meanwhile.
func TestGuessingIsSlow(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	h.chosen(t, "cedar-sec")
	other := h.chosen(t, "cedar-hod")
	for _, name := range []string{"cedar-sec", "nobody"} {
		for range freeTries {
			_, err := h.UsePassword(ctx, name, "wrong for sure", "000000", "")
			wants(t, err, "staff.password_refused")
		}
		_, err := h.UsePassword(ctx, name, "wrong for sure", "000000", "")
		wants(t, err, TooManyTries)
	}
	if _, err := h.UsePassword(ctx, "cedar-hod", pass, h.code(t, other), ""); err != nil {
		t.Errorf("another member waits, too: %v", err)
	}
	h.signIn(t, "cedar-sec")
	waited := firstWait
	for range 8 {
		h.at = h.at.Add(waited - time.Second)
		_, err := h.UsePassword(ctx, "cedar-sec", "wrong for sure", "000000", "")
		wants(t, err, TooManyTries)
		h.at = h.at.Add(time.Second)
		_, err = h.UsePassword(ctx, "cedar-sec", "wrong for sure", "000000", "")
		wants(t, err, "staff.password_refused")
		waited = min(2*waited, longWait)
	}
	for i := range maxTries + 100 { // names that nobody has do not fill the memory
		_ = h.tries.begin(string(rune('a'+i%26))+time.Duration(i).String(), h.at)
	}
	if len(h.tries.of) > maxTries+1 {
		t.Errorf("%d names are kept", len(h.tries.of))
	}
}

// One code shown twice at the same moment opens once.
func TestACodeIsGoodOnce(t *testing.T) {
	h := open(t)
	secret := h.chosen(t, "cedar-sec")
	code := h.code(t, secret)
	var wg sync.WaitGroup
	opened := make(chan string, 4)
	for range 4 {
		wg.Go(func() {
			if cookie, err := h.UsePassword(t.Context(), "cedar-sec", pass, code, ""); err == nil {
				opened <- cookie
			}
		})
	}
	wg.Wait()
	if len(opened) != 1 {
		t.Errorf("one code began %d sessions", len(opened))
	}
	key, err := base32Code.DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(h.path + "*")
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(pass)) || bytes.Contains(b, key) || bytes.Contains(b, []byte(secret)) {
			t.Errorf("%s holds the password or the secret of its codes", f)
		}
	}
}

// The trail tells who signed in by what, is each member's own, and ends when it is old; whoever leaves is locked out by one act.
func TestTheTrailAndWhoLeaves(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	secret := h.chosen(t, "cedar-sec")
	cookie, err := h.UsePassword(ctx, "cedar-sec", pass, h.code(t, secret), "a browser")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = h.UsePassword(ctx, "cedar-sec", "wrong for sure", "000000", "a browser")
	_, _ = h.UsePassword(ctx, "nobody", "wrong for sure", "000000", "a browser")
	h.signIn(t, "cedar-hod")
	steps, err := h.Trail(ctx, "cedar-sec", 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var did []string
	for _, s := range steps {
		if s.Member != "cedar-sec" || !slices.Contains(Deeds, s.What) {
			t.Errorf("%+v", s)
		}
		did = append(did, s.What)
	}
	if want := []string{PasswordRefused, SignedIn, PasswordMade, PasswordRefused, SignedIn, LinkMade}; !slices.Equal(did, want) || steps[1].Detail != "password: a browser" {
		t.Errorf("%v, want %v; %+v", did, want, steps[1])
	}
	if all, err := h.Trail(ctx, "", 0, 100); err != nil || len(all) != len(steps)+2 {
		t.Errorf("%d of everybody: %v", len(all), err)
	}
	if older, err := h.Trail(ctx, "cedar-sec", steps[3].ID, 1); err != nil || len(older) != 1 || older[0].ID != steps[4].ID {
		t.Errorf("%+v %v", older, err)
	}

	if all, err := h.Accounts(ctx); err != nil || len(all) != 2 || all[1].Member != "cedar-sec" || !all[1].Password || all[1].Sessions != 2 || all[0].Password {
		t.Errorf("%+v %v", all, err)
	}
	if err := h.Shut(ctx, "cedar-sec"); err != nil {
		t.Fatal(err)
	}
	wants(t, h.Shut(ctx, "nobody"), "staff.no_account")
	_, err = h.Session(ctx, cookie)
	wants(t, err, "staff.no_session")
	h.at = h.at.Add(2 * codeStep)
	_, err = h.UsePassword(ctx, "cedar-sec", pass, h.code(t, secret), "")
	wants(t, err, "staff.password_refused")
	if all, err := h.Accounts(ctx); err != nil || all[1].Password || all[1].Sessions != 0 || all[1].Passkeys != 0 {
		t.Errorf("%+v %v", all, err)
	}

	h.at = h.at.Add(TrailLife + time.Hour)
	if err := h.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	if left, err := h.Trail(ctx, "", 0, 100); err != nil || len(left) != 0 {
		t.Errorf("%d lines are kept for ever: %v", len(left), err)
	}
}
