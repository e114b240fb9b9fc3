package staff

import (
	"testing"

	"entente.example/refusal"
)

// Who wishes meetings by mail is known with what they were sent, until they end it, take another address, or their account is shut. Nothing is noted of who ended it while a message was on its way.
func TestMeetingMail(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	m := MeetingMail{Member: "cedar-sec", Address: "sec@cedar.example", Language: "ja"}
	if err := h.SetMeetingMail(ctx, m); err == nil || refusal.As(err).Key != "reminder.no_account" {
		t.Errorf("nobody has this account: %v", err)
	}
	for _, member := range []string{"cedar-sec", "cedar-hod"} {
		if _, err := h.Invite(ctx, member, "en", LinkLife); err != nil {
			t.Fatal(err)
		}
		m.Member = member
		if err := h.SetMeetingMail(ctx, m); err != nil {
			t.Fatal(err)
		}
	}
	sent := MeetingSent{Mech: "m", Matter: "meeting/main/10", Sequence: 4, From: "2025-11-04", Until: "2025-11-06", Place: "Nara"}
	note := func(address string, s MeetingSent) {
		t.Helper()
		if err := h.NoteMeetingSent(ctx, "cedar-sec", address, s); err != nil {
			t.Fatal(err)
		}
	}
	had := func(member string, want ...MeetingSent) {
		t.Helper()
		got, err := h.MeetingsSent(ctx, member, "m")
		if err != nil || len(got) != len(want) {
			t.Fatalf("%s: %+v %v", member, got, err)
		}
		for _, w := range want {
			if got[w.Matter] != w {
				t.Errorf("%s: %+v, want %+v", member, got[w.Matter], w)
			}
		}
	}
	note(m.Address, sent)
	had("cedar-sec", sent)
	had("cedar-hod")
	sent.Sequence, sent.Cancelled = 7, true
	note(m.Address, sent)
	note("before@cedar.example", MeetingSent{Mech: "m", Matter: "meeting/main/11", Sequence: 1})
	had("cedar-sec", sent)

	m = MeetingMail{Member: "cedar-sec", Address: "sec@cedar.example", Language: "en"}
	if err := h.SetMeetingMail(ctx, m); err != nil {
		t.Fatal(err)
	}
	had("cedar-sec", sent)
	if got, err := h.MeetingMails(ctx, "cedar-sec"); err != nil || len(got) != 1 || got[0].Language != "en" || got[0].Since.IsZero() {
		t.Errorf("%+v %v", got, err)
	}
	m.Address = "other@cedar.example"
	if err := h.SetMeetingMail(ctx, m); err != nil {
		t.Fatal(err)
	}
	had("cedar-sec")
	note(m.Address, sent)
	if err := h.EndMeetingMail(ctx, "cedar-sec"); err != nil {
		t.Fatal(err)
	}
	note(m.Address, sent)
	had("cedar-sec")
	if err := h.Shut(ctx, "cedar-hod"); err != nil {
		t.Fatal(err)
	}
	if left, err := h.MeetingMails(ctx, ""); err != nil || len(left) != 0 {
		t.Errorf("%+v %v", left, err)
	}
}
