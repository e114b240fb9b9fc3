// Package reminder tells people and programs outside the node that something awaits our side: a letter a day to whoever asked for one, the days of meetings to the calendars of those who asked for them, and a signed word to addresses that the operator wrote into the configuration.
//
// It promises that a letter or a word says how much awaits and where to look, and neither a title nor a meeting unless the operator said so; that nobody gets a letter who did not ask; that it speaks to no address but those of the
// configuration, follows no redirect, and reaches no private network unless the operator said so; and that what cannot be delivered is tried again in a bounded way and then given up, never queued without end.
package reminder

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"net"
	"net/mail"
	"os"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"entente.example/internal/config"
	"entente.example/internal/locale"
	"entente.example/lang"
	"entente.example/refusal"
)

// Item is one thing that awaits, in the words of a page.
type Item struct {
	Where   string // short name of the mechanism
	Words   string
	Due     string // day, "" if none
	Overdue bool   // that day is over where the letter is read
}

// Letter is what one person is told.
type Letter struct {
	To    string
	Lang  lang.Tag
	Items []Item
	Link  string // where to look
}

// maxLines is how many things a letter lists, if it may list any.
const maxLines = 50

// words are the subject and the text of a letter.
func (l Letter) words(titles bool) (subject, body string) {
	n := refusal.Params{"n": strconv.Itoa(len(l.Items))}
	subject = locale.Message(l.Lang, "reminder.subject", n)
	var b strings.Builder
	b.WriteString(locale.Message(l.Lang, "reminder.awaits", n) + "\n")
	if late := l.overdue(); late > 0 {
		b.WriteString(locale.Message(l.Lang, "reminder.overdue", refusal.Params{"n": strconv.Itoa(late)}) + "\n")
	}
	if titles {
		l.list(&b)
	}
	b.WriteString("\n" + l.Link + "\n\n" + locale.Message(l.Lang, "reminder.ends", nil) + "\n")
	return subject, b.String()
}

// overdue counts what is late.
func (l Letter) overdue() (n int) {
	for _, item := range l.Items {
		if item.Overdue {
			n++
		}
	}
	return n
}

// list writes what awaits, mechanism by mechanism. A day that the words name already is not named again.
func (l Letter) list(b *strings.Builder) {
	where := ""
	for i, item := range l.Items {
		if i == maxLines {
			b.WriteString("…\n")
			return
		}
		if item.Where != where || i == 0 {
			where = item.Where
			b.WriteString("\n" + where + "\n")
		}
		b.WriteString("- " + item.Words)
		switch day := locale.Days(l.Lang, item.Due, ""); {
		case item.Overdue:
			b.WriteString(" (" + locale.Message(l.Lang, "web.overdue_since", refusal.Params{"day": day}) + ")")
		case item.Due != "" && !strings.Contains(item.Words, day):
			b.WriteString(" (" + day + ")")
		}
		b.WriteString("\n")
	}
}

// CheckAddress refuses what is no address of one person.
func CheckAddress(s string) error {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 || lang.CheckLine(s) != nil {
		return refusal.New(refusal.Invalid, "reminder.bad_address")
	}
	return nil
}

// Post sends letters by the operator's mail server.
type Post struct {
	Mail config.Mail
	Now  func() time.Time
	TLS  *tls.Config // of tests; nil: the system's authorities
}

const mailTimeout = 30 * time.Second

// Notice is a letter in somebody else's words. Ends is an address where one POST ends such letters (RFC 8058), "" if none does. Calendar is the same for calendar programs, with its method; none if it is empty.
type Notice struct {
	To, Subject, Body, Ends string
	Method                  string
	Calendar                []byte
}

// Send sends one letter. Nothing is kept of one that fails.
func (p Post) Send(ctx context.Context, l Letter) error {
	subject, body := l.words(p.Mail.Titles)
	return p.Tell(ctx, Notice{To: l.To, Subject: subject, Body: body})
}

// Tell sends one notice.
func (p Post) Tell(ctx context.Context, n Notice) error {
	m, err := p.message(n)
	if err != nil {
		return err
	}
	c, err := p.client()
	if err != nil {
		return err
	}
	if err := c.DialAndSendWithContext(ctx, m); err != nil {
		return refusal.New(refusal.Unavailable, "reminder.not_sent").Because(err)
	}
	return nil
}

// message is a letter as it is sent.
func (p Post) message(n Notice) (*gomail.Msg, error) {
	if err := CheckAddress(n.To); err != nil {
		return nil, err
	}
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := m.From(p.Mail.From); err != nil {
		return nil, refusal.New(refusal.Invalid, "config.bad_value", "setting", "mail.from").Because(err)
	}
	if err := m.To(n.To); err != nil {
		return nil, refusal.New(refusal.Invalid, "reminder.bad_address").Because(err)
	}
	m.Subject(n.Subject)
	m.SetBodyString(gomail.TypeTextPlain, n.Body)
	if len(n.Calendar) > 0 { // RFC 6047: the method stands in both places; base64, since mail servers may change the ends of lines
		m.AddAlternativeString(gomail.ContentType("text/calendar; method="+n.Method), string(n.Calendar), gomail.WithPartEncoding(gomail.EncodingB64), gomail.WithPartCharset(gomail.CharsetUTF8))
	}
	m.SetDateWithValue(p.Now())
	var id [16]byte
	_, _ = rand.Read(id[:])
	_, domain, _ := strings.Cut(p.Mail.From, "@")
	m.SetMessageIDWithValue(hex.EncodeToString(id[:]) + "@" + domain) // the library's own would tell the machine's name
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	if n.Ends != "" {
		m.SetGenHeader("List-Unsubscribe", "<"+n.Ends+">")
		m.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	return m, nil
}

func (p Post) client() (*gomail.Client, error) {
	host, port, err := net.SplitHostPort(p.Mail.Server)
	n, bad := strconv.Atoi(port)
	if err != nil || bad != nil {
		return nil, refusal.New(refusal.Invalid, "config.bad_address", "address", p.Mail.Server)
	}
	_, domain, _ := strings.Cut(p.Mail.From, "@")
	o := []gomail.Option{gomail.WithPort(n), gomail.WithTimeout(mailTimeout), gomail.WithHELO(domain)}
	switch p.Mail.TLS {
	case "tls":
		o = append(o, gomail.WithSSL())
	case "none":
		o = append(o, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		o = append(o, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if p.TLS != nil {
		o = append(o, gomail.WithTLSConfig(p.TLS))
	}
	if p.Mail.User != "" {
		secret, err := Secret(p.Mail.PasswordFile)
		if err != nil {
			return nil, err
		}
		o = append(o, gomail.WithSMTPAuth(gomail.SMTPAuthPlain), gomail.WithUsername(p.Mail.User), gomail.WithPassword(secret))
	}
	return gomail.NewClient(host, o...)
}

// Secret reads a file that holds one secret and is for its owner alone.
func Secret(file string) (string, error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", refusal.New(refusal.Missing, "keys.no_file", "file", file).Because(err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", refusal.New(refusal.Denied, "keys.open_mode", "file", file)
	}
	b, err := os.ReadFile(file)
	return strings.TrimRight(string(b), "\r\n"), err
}
