package staff

import (
	"testing"
)

func TestFeeds(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	if _, err := h.Subscribe(ctx, "cedar-sec", "m"); err == nil {
		t.Error("nobody has an account of this name")
	}
	for _, member := range []string{"cedar-sec", "cedar-hod"} {
		if _, err := h.Invite(ctx, member, "ja", LinkLife); err != nil {
			t.Fatal(err)
		}
	}
	get := func(member, mech string) string {
		t.Helper()
		secret, err := h.Subscribe(ctx, member, mech)
		if err != nil {
			t.Fatal(err)
		}
		return secret
	}
	one, other, another := get("cedar-sec", "m"), get("cedar-hod", "m"), get("cedar-sec", "n")
	if member, mech, language, err := h.Feed(ctx, one); err != nil || member != "cedar-sec" || mech != "m" || language != "ja" {
		t.Errorf("%s %s %s %v", member, mech, language, err)
	}
	renewed := get("cedar-sec", "m")
	works := func(want bool, secrets ...string) {
		t.Helper()
		for _, s := range secrets {
			if _, _, _, err := h.Feed(ctx, s); (err == nil) != want {
				t.Errorf("works %v: %v", err == nil, err)
			}
		}
	}
	works(false, one, "", "nonsense")
	works(true, renewed, other, another)
	if err := h.Unsubscribe(ctx, "cedar-sec", "m"); err != nil {
		t.Fatal(err)
	}
	works(false, renewed)
	works(true, other, another)
	var kept int
	if err := h.db.QueryRow("SELECT count(*) FROM feed WHERE CAST(hash AS TEXT) IN (?, ?)", other, another).Scan(&kept); err != nil || kept != 0 {
		t.Error("a secret is kept as it is")
	}
}

// A store of an earlier release gets what came since, and keeps what it had.
func TestAnOlderStoreIsBroughtOn(t *testing.T) {
	h := open(t)
	if _, err := h.Invite(t.Context(), "cedar-sec", "en", LinkLife); err != nil {
		t.Fatal(err)
	}
	if _, err := h.db.Exec("DROP TABLE feed; DROP TABLE digest; DROP TABLE password; DROP TABLE trail; DROP TABLE pass; DROP TABLE sign_on; ALTER TABLE session DROP COLUMN recognised; DROP TABLE meeting_sent; DROP TABLE meeting_mail; PRAGMA user_version = 2"); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), Options{Path: h.path, Now: h.now, Rand: h.rand})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if _, err := s.Subscribe(t.Context(), "cedar-sec", "m"); err != nil {
		t.Error(err)
	}
}
