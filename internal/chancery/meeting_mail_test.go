package chancery

import (
	"testing"

	"entente.example/internal/charter"
	"entente.example/internal/meeting"
	"entente.example/internal/staff"
)

// Days are sent when all agreed on them and when they or the place change, and called off when they are agreed no more; nothing is sent twice, of what is over, of what was held, or to call off what nobody was asked to.
func TestWhatIsSentOfAMeeting(t *testing.T) {
	const today = "2025-01-14"
	parties := charter.New(&charter.Document{Parties: []charter.Party{{ID: "cedar"}, {ID: "birch"}}})
	state := func(status string, days ...meeting.Offer) *meeting.State {
		st := &meeting.State{Meeting: &meeting.Enter{Status: status, Start: "2025-05-01"}}
		for _, d := range days {
			st.Offered = append(st.Offered, meeting.Offered{By: charter.By{Party: "cedar"}, Offer: d, Answered: []meeting.Answer{{By: charter.By{Party: "birch"}, Accepts: true}}})
		}
		return st
	}
	spring, over, lasts := meeting.Offer{From: "2025-03-03", Until: "2025-03-05"}, meeting.Offer{From: "2025-01-13"}, meeting.Offer{From: "2025-01-12", Until: today}
	had := staff.MeetingSent{Matter: "m", Sequence: 4, From: "2025-03-03", Until: "2025-03-05", Place: "Nara"}
	off := had
	off.Cancelled = true
	past := staff.MeetingSent{Matter: "m", Sequence: 4, From: "2025-01-13", Place: "Nara"}
	for name, c := range map[string]struct {
		st       *meeting.State
		had      *staff.MeetingSent
		sequence int64
		place    string
		due      bool
		want     staff.MeetingSent
	}{
		"agreed":                        {state("planned", spring), nil, 4, "Nara", true, had},
		"sent already":                  {state("planned", spring), &had, 4, "Nara", false, had},
		"an act that moves nothing":     {state("planned", spring), &had, 9, "Nara", false, had},
		"moved":                         {state("planned", spring, meeting.Offer{From: "2025-04-04"}), &had, 6, "Nara", true, staff.MeetingSent{Matter: "m", Sequence: 6, From: "2025-04-04", Place: "Nara"}},
		"at another place":              {state("planned", spring), &had, 6, "Kyoto", true, staff.MeetingSent{Matter: "m", Sequence: 6, From: "2025-03-03", Until: "2025-03-05", Place: "Kyoto"}},
		"no newer than what was sent":   {state("planned", meeting.Offer{From: "2025-04-04"}), &had, 4, "Nara", false, had},
		"put off":                       {state("planned"), &had, 6, "Kyoto", true, staff.MeetingSent{Matter: "m", Sequence: 6, Cancelled: true, From: "2025-03-03", Until: "2025-03-05", Place: "Nara"}},
		"put off, and that was sent":    {state("planned"), &off, 9, "Nara", false, had},
		"agreed again on the same days": {state("planned", spring), &off, 9, "Nara", true, staff.MeetingSent{Matter: "m", Sequence: 9, From: "2025-03-03", Until: "2025-03-05", Place: "Nara"}},
		"only entered":                  {state("planned"), nil, 4, "Nara", false, had},
		"held":                          {state("held", spring), &had, 9, "Nara", false, had},
		"over":                          {state("planned", over), nil, 4, "Nara", false, had},
		"on its last day":               {state("planned", lasts), nil, 4, "Nara", true, staff.MeetingSent{Matter: "m", Sequence: 4, From: "2025-01-12", Until: today, Place: "Nara"}},
		"put off after it was over":     {state("planned"), &past, 9, "Nara", false, had},
	} {
		known := map[string]staff.MeetingSent{}
		if c.had != nil {
			known["m"] = *c.had
		}
		got, due := owed(parties, c.st, staff.MeetingSent{Matter: "m", Sequence: c.sequence, Place: c.place}, known, today)
		if due != c.due || due && got != c.want {
			t.Errorf("%s: %v %+v", name, due, got)
		}
	}
}
