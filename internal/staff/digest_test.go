package staff

import (
	"testing"
	"time"

	"entente.example/refusal"
)

// A letter comes once a day, at the hour in the reader's own zone, to nobody who did not ask, and not at once when somebody asks in the evening.
func TestDigests(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	d := Digest{Member: "cedar-sec", Address: "sec@cedar.example", Language: "ja", Hour: 8, Zone: "+09:00"}
	if err := h.SetDigest(ctx, d); err == nil || refusal.As(err).Key != "reminder.no_account" {
		t.Errorf("nobody has this account: %v", err)
	}
	for _, member := range []string{"cedar-sec", "cedar-hod"} {
		if _, err := h.Invite(ctx, member, "ja", LinkLife); err != nil {
			t.Fatal(err)
		}
	}
	for _, bad := range []Digest{{Member: "cedar-sec", Hour: 24, Zone: "Z"}, {Member: "cedar-sec", Hour: -1, Zone: "Z"}, {Member: "cedar-sec", Zone: "Tokyo"}} {
		if err := h.SetDigest(ctx, bad); err == nil || refusal.As(err).Key != "reminder.bad_hour" {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if err := h.SetDigest(ctx, d); err != nil {
		t.Fatal(err)
	}
	all, err := h.Digests(ctx, "")
	if err != nil || len(all) != 1 || all[0].Address != d.Address || all[0].Language != "ja" {
		t.Fatalf("%+v %v", all, err)
	}
	if other, _ := h.Digests(ctx, "cedar-hod"); len(other) != 0 {
		t.Error("who did not ask gets one")
	}
	d.Sent = "2025-01-14"
	for at, due := range map[string]bool{"2025-01-14T22:59:00Z": false, "2025-01-14T23:00:00Z": true, "2025-01-15T14:59:00Z": true, "2025-01-14T01:00:00Z": false} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if _, is := d.Due(now); is != due {
			t.Errorf("at %s: due %v", at, is)
		}
	}
	if err := h.DigestSent(ctx, "cedar-sec", "2025-02-01"); err != nil {
		t.Fatal(err)
	}
	if all, _ := h.Digests(ctx, "cedar-sec"); all[0].Sent != "2025-02-01" {
		t.Errorf("%+v", all)
	}
	if err := h.EndDigest(ctx, "cedar-sec"); err != nil {
		t.Fatal(err)
	}
	if all, _ := h.Digests(ctx, ""); len(all) != 0 {
		t.Error("the address is not forgotten")
	}
}
