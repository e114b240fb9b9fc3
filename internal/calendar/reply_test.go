package calendar

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"entente.example/lang"
	"entente.example/refusal"
)

// answered is what a calendar program sends back: this one as Outlook writes it, with parts of the request that nobody needs.
func answered(says string, more ...string) string {
	return strings.Join(append(append([]string{"BEGIN:VCALENDAR", "METHOD:REPLY", "PRODID:Microsoft Exchange Server 2010", "VERSION:2.0", "BEGIN:VTIMEZONE", "TZID:Tokyo Standard Time", "BEGIN:STANDARD", "DTSTART:16010101T000000",
		"TZOFFSETFROM:+0900", "TZOFFSETTO:+0900", "END:STANDARD", "END:VTIMEZONE", "BEGIN:VEVENT", `ATTENDEE;PARTSTAT=` + says + `;CN="森, 葉子":mailto:mori@example.org`, "COMMENT;LANGUAGE=ja:遅れて\\n着きます。",
		"UID:meeting-main-10@0123456789abcdef.entente", "SUMMARY:Accepted: 第10回会合", "DTSTART;VALUE=DATE:20251104", "DTSTAMP:20250204T020000Z", "SEQUENCE:4"}, more...), "END:VEVENT", "END:VCALENDAR", ""), "\r\n")
}

// mailed is the whole mail around it.
func mailed(part string) string {
	return strings.Join([]string{"From MAILER Tue Feb  4 02:00:00 2025", "From: =?utf-8?b?5qOu?= <office@example.org>", "To: west@example.org", "Subject: Accepted", "MIME-Version: 1.0", `Content-Type: multipart/mixed; boundary="a"`, "",
		"--a", `Content-Type: multipart/alternative; boundary="b"`, "", "--b", "Content-Type: text/plain; charset=utf-8", "", "Yes.", "--b", `Content-Type: text/calendar; charset="utf-8"; method=REPLY`, "Content-Transfer-Encoding: base64", "",
		base64.StdEncoding.EncodeToString([]byte(part)), "--b--", "--a", `Content-Type: application/octet-stream; name="invite.ics"`, "", "BEGIN:NOTHING", "--a--", ""}, "\r\n")
}

// Whoever answers is read, from the file alone and from the whole mail, with what they say about it. The mail says who sent it.
func TestAnAnswerIsRead(t *testing.T) {
	want := Reply{UID: "meeting-main-10@0123456789abcdef.entente", Sequence: 4, Stamp: made, Attendee: Address{"森, 葉子", "mori@example.org"}, Says: "accepted", Comment: "遅れて 着きます。"}
	long := "X-ALT-DESC:" + strings.Repeat("<p>", 3000) + "\r\n " + strings.Repeat("a;b=\"c\"", 2000)
	for name, file := range map[string]string{"a file": answered("ACCEPTED"), "with a mark at its head": "\ufeff" + answered("ACCEPTED"), "with a long description": answered("ACCEPTED", long), "with bare line ends": strings.ReplaceAll(answered("ACCEPTED"), "\r\n", "\n")} {
		got, err := ParseReplies([]byte(file))
		if err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	got, err := ParseReplies([]byte(mailed(answered("DECLINED"))))
	want.Says, want.From = "declined", "office@example.org"
	if err != nil || len(got) != 1 || got[0] != want {
		t.Errorf("a mail: %+v, %v", got, err)
	}
	plain := "From: mori@EXAMPLE.org\nContent-Type: text/calendar\nContent-Transfer-Encoding: quoted-printable\n\n" + strings.ReplaceAll(strings.ReplaceAll(answered("TENTATIVE"), "=", "=3D"), "\r\n", "\n")
	want.Says, want.From = "tentative", ""
	if got, err = ParseReplies([]byte(plain)); err != nil || len(got) != 1 || got[0] != want {
		t.Errorf("a mail of one part: %+v, %v", got, err)
	}
}

// counter is a message that proposes other days.
func counter(lines ...string) string {
	s := strings.Replace(answered("TENTATIVE", lines...), "METHOD:REPLY", "METHOD:COUNTER", 1)
	return strings.Replace(s, "DTSTART;VALUE=DATE:20251104\r\nDTSTAMP", "DTSTAMP", 1)
}

// Days that a calendar program proposes instead are those that its writer's clock shows, whole days or hours; of several people in it, whoever sent the mail proposes them.
func TestOtherDaysAreRead(t *testing.T) {
	for _, c := range []struct {
		lines []string
		want  Proposal
	}{
		{[]string{"DTSTART;VALUE=DATE:20251104", "DTEND;VALUE=DATE:20251107"}, Proposal{From: "2025-11-04", Until: "2025-11-06"}},
		{[]string{"DTSTART;VALUE=DATE:20251104", "DTEND;VALUE=DATE:20251105"}, Proposal{From: "2025-11-04"}},
		{[]string{"DTSTART;VALUE=DATE:20251104"}, Proposal{From: "2025-11-04"}},
		{[]string{"DTSTART;VALUE=DATE:20251104", "DURATION:P1W"}, Proposal{From: "2025-11-04", Until: "2025-11-10"}},
		{[]string{"DTSTART;TZID=Tokyo Standard Time:20251104T000000", "DTEND;TZID=Tokyo Standard Time:20251107T000000"}, Proposal{From: "2025-11-04", Until: "2025-11-06"}},
		{[]string{"DTSTART;TZID=Tokyo Standard Time:20251104T090000", "DTEND;TZID=Tokyo Standard Time:20251106T170000"}, Proposal{"2025-11-04", "2025-11-06", "09:00–17:00 Tokyo Standard Time"}},
		{[]string{"DTSTART:20251103T230000Z", "DTEND:20251104T080000Z"}, Proposal{"2025-11-03", "2025-11-04", "23:00–08:00 UTC"}},
	} {
		got, err := ParseReplies([]byte(counter(c.lines...)))
		if err != nil || len(got) != 1 || got[0].Says != Countered || got[0].Attendee.Mail != "mori@example.org" || got[0].Proposed != c.want {
			t.Errorf("%v: %+v, %v", c.lines, got, err)
		}
	}
	got, err := ParseReplies([]byte(mailed(counter("DTSTART;VALUE=DATE:20251104", "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:office@example.org"))))
	if err != nil || got[0].Attendee.Mail != "office@example.org" || got[0].From != "" {
		t.Errorf("of two, the sender: %+v, %v", got, err)
	}
}

// Whoever sends somebody else says whom; the answer of who goes says in whose place, and is theirs.
func TestSomebodyElseIsSent(t *testing.T) {
	const to = `ATTENDEE;PARTSTAT=%s;DELEGATED-FROM="mailto:mori@example.org":mailto:tani@example.org`
	alone := strings.Replace(answered("DELEGATED"), "PARTSTAT=DELEGATED", `PARTSTAT=DELEGATED;DELEGATED-TO="mailto:tani@example.org"`, 1)
	for name, file := range map[string]string{"alone": alone, "with whom": answered("DELEGATED", fmt.Sprintf(to, "NEEDS-ACTION"))} {
		if got, err := ParseReplies([]byte(file)); err != nil || got[0].Says != Delegated || got[0].Attendee.Mail != "mori@example.org" || got[0].Delegate != "tani@example.org" || got[0].For != "" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	own := strings.Replace(answered("ACCEPTED"), "PARTSTAT=ACCEPTED", `PARTSTAT=ACCEPTED;DELEGATED-FROM="mailto:sato@example.org"`, 1)
	if got, err := ParseReplies([]byte(own)); err != nil || got[0].Says != "accepted" || got[0].Attendee.Mail != "mori@example.org" || got[0].For != "sato@example.org" {
		t.Errorf("the delegate alone: %+v, %v", got, err)
	}
	if got, err := ParseReplies([]byte(answered("DELEGATED", fmt.Sprintf(to, "DECLINED")))); err != nil || got[0].Says != "declined" || got[0].Attendee.Mail != "tani@example.org" || got[0].For != "mori@example.org" || got[0].Delegate != "" {
		t.Errorf("the delegate with who sends them: %+v, %v", got, err)
	}
}

// What is no answer is told from what cannot be read, and none of it costs more than its length.
func TestWhatIsNoAnswer(t *testing.T) {
	for key, files := range map[string][]string{
		"calendar.reply_method":   {strings.Replace(answered("ACCEPTED"), "METHOD:REPLY", "METHOD:REFRESH", 1), strings.Replace(answered("ACCEPTED"), "METHOD:REPLY\r\n", "", 1)},
		"calendar.reply_says":     {answered("NEEDS-ACTION"), answered("COUNTER")},
		"calendar.reply_delegate": {answered("DELEGATED")},
		"calendar.reply_days": {counter("DTSTART;VALUE=DATE:202511"), counter("DTSTART:20251104T090000", "DTEND;VALUE=DATE:20251105"), counter("DTSTART;VALUE=DATE:20251105", "DTEND;VALUE=DATE:20251104"),
			counter("DTSTART;VALUE=DATE:20250230"), counter("DTSTART;VALUE=DATE:20251104", "DURATION:P999W"), counter("SUMMARY:x")},
		"calendar.reply_people":     {answered("ACCEPTED", "ATTENDEE;PARTSTAT=DECLINED:mailto:tani@example.org"), answered("DELEGATED", "ATTENDEE;PARTSTAT=DELEGATED:mailto:tani@example.org"), counter("DTSTART;VALUE=DATE:20251104", "ATTENDEE:mailto:tani@example.org"), strings.Replace(answered("ACCEPTED"), "ATTENDEE", "X-ATTENDEE", 1)},
		"calendar.bad_address":      {strings.Replace(answered("ACCEPTED"), "mailto:mori@", "urn:mori@", 1), strings.Replace(answered("ACCEPTED"), "mori@example.org", "mori\u202e@example.org", 1)},
		"calendar.reply_none":       {"From: a@example.org\nContent-Type: text/plain\n\nI come.\n", "From: a@example.org\n\nI come.\n"},
		"calendar.reply_long":       {strings.Repeat("x", MaxMail+1), "BEGIN:VCALENDAR\r\n" + strings.Repeat("X-A:b\r\n", maxReply/7)},
		"calendar.reply_unreadable": {"", "BEGIN:VCALENDAR\r\nMETHOD", "BEGIN:VCALENDAR\xff\r\n", strings.Replace(answered("ACCEPTED"), "SEQUENCE:4", "SEQUENCE:-4", 1), strings.Replace(answered("ACCEPTED"), "DTSTAMP:2025", "DTSTAMP:25", 1), strings.Replace(answered("ACCEPTED"), "UID:", "X-UID:", 1), "Content-Type: multipart/mixed; boundary=a\n\n" + strings.Repeat("--a\nContent-Type: text/plain\n\nx\n", maxParts+1) + "--a--\n"},
	} {
		for _, file := range files {
			if got, err := ParseReplies([]byte(file)); err == nil || refusal.As(err).Key != key {
				t.Errorf("%.80q: %+v, %v and not %s", file, got, err, key)
			}
		}
	}
}

func FuzzParseReplies(f *testing.F) {
	f.Add([]byte(answered("ACCEPTED")))
	f.Add([]byte(mailed(answered("TENTATIVE"))))
	f.Add([]byte(counter("DTSTART;TZID=Tokyo Standard Time:20251104T090000", "DTEND;TZID=Tokyo Standard Time:20251106T170000")))
	f.Add([]byte(answered("DELEGATED", "ATTENDEE;PARTSTAT=ACCEPTED;DELEGATED-FROM=\"mailto:mori@example.org\":mailto:tani@example.org")))
	f.Add([]byte("Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/ics\n\nBEGIN:VCALENDAR\n--b--\n--a--"))
	f.Add([]byte(fmt.Sprintf("BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:a\nDTSTAMP:%s\nATTENDEE;X=%s;PARTSTAT=ACCEPTED:MAILTO:a@b\nEND:VEVENT\nEND:VCALENDAR", made.Format("20060102T150405Z"), strings.Repeat("a,", 50))))
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := ParseReplies(b)
		if err != nil {
			if refusal.As(err).Kind != refusal.Invalid {
				t.Fatalf("no refusal that a person can read: %v", err)
			}
			return
		}
		for _, r := range all {
			if r.UID == "" || r.Sequence < 0 || !slices.Contains(Says, r.Says) && r.Says != Delegated && r.Says != Countered || (r.Says == Countered) != Days(r.Proposed.From, r.Proposed.Until) {
				t.Fatalf("an answer to nothing: %+v", r)
			}
			for _, s := range []string{r.Attendee.Name, r.Attendee.Mail, r.Comment, r.Delegate, r.For, r.Proposed.Clock} {
				if lang.CheckLine(s) != nil {
					t.Fatalf("%q would be shown", s)
				}
			}
		}
	})
}
