package reminder

import (
	"context"
	"strings"

	"entente.example/internal/locale"
	"entente.example/lang"
	"entente.example/refusal"
)

// Meeting is what one person and their calendar program are told about a meeting: its days, or that they are off.
type Meeting struct {
	To        string
	Lang      lang.Tag
	Where     string // short name of the mechanism
	Name      string // of the meeting
	Days      string // in words
	Place     string // "" if none is known
	Cancelled bool
	Method    string // of File
	File      []byte // iCalendar
	Link      string // where to look
}

// words are the subject and the text.
func (m Meeting) words() (subject, body string) {
	p := refusal.Params{"name": m.Name, "days": m.Days}
	subject = locale.Message(m.Lang, map[bool]string{true: "reminder.meeting_off", false: "reminder.meeting_on"}[m.Cancelled], p)
	var b strings.Builder
	b.WriteString(subject + "\n" + m.Where + "\n")
	if m.Place != "" {
		b.WriteString(m.Place + "\n")
	}
	b.WriteString("\n" + m.Link + "\n\n" + locale.Message(m.Lang, "reminder.ends", nil) + "\n")
	return subject, b.String()
}

// Convene sends what a calendar program takes in (RFC 6047), with the same in words.
func (p Post) Convene(ctx context.Context, m Meeting) error {
	subject, body := m.words()
	return p.Tell(ctx, Notice{To: m.To, Subject: subject, Body: body, Method: m.Method, Calendar: m.File})
}
