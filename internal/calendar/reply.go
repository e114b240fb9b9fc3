package calendar

import (
	"bytes"
	"cmp"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"

	"entente.example/lang"
	"entente.example/refusal"
)

// Answer is the method of RFC 5546 by which a calendar program answers a request.
const Answer = "REPLY"

// Says are the answers that somebody can give for themselves.
var Says = []string{"accepted", "declined", "tentative"}

// Reply is what the calendar program of somebody who was asked answers, with other days if it likes none of ours.
type Reply struct {
	UID      string
	Sequence int64 // of the request that it answers
	Stamp    time.Time
	Attendee Address
	Says     string
	Delegate string   // who goes in their place
	For      string   // in whose place they go
	Proposed Proposal // of a counter-proposal
	Comment  string
	From     string // address that the mail says it came from, if that is not the attendee's
}

// Limits of a file with answers. The parser that reads it takes time that grows with the square of a line.
const (
	maxReply     = 256 << 10
	maxReplyLine = 4 << 10
	maxReplies   = 20
	maxUID       = 300
	maxComment   = 2000
)

// ParseReplies reads answers that came from anybody: an iCalendar file, or a whole mail that has one in it.
func ParseReplies(b []byte) ([]Reply, error) {
	l, err := open(b)
	if err != nil {
		return nil, err
	}
	short, err := brief(l.part)
	if err != nil {
		return nil, err
	}
	cal, err := ics.ParseCalendar(bytes.NewReader(short))
	if err != nil {
		return nil, unread(err)
	}
	method := ""
	for _, p := range cal.CalendarProperties {
		if strings.EqualFold(p.IANAToken, string(ics.PropertyMethod)) {
			method = strings.ToUpper(strings.TrimSpace(p.Value))
		}
	}
	if method != Answer && method != Counter {
		return nil, refusal.New(refusal.Invalid, "calendar.reply_method", "method", cmp.Or(printable(method, 40), Publish))
	}
	events := cal.Events()
	if len(events) == 0 || len(events) > maxReplies {
		return nil, unread(nil)
	}
	var out []Reply
	for _, e := range events {
		r, err := replyOf(e, method, l.from)
		if err != nil {
			return nil, err
		}
		if !strings.EqualFold(l.from, r.Attendee.Mail) {
			r.From = l.from
		}
		out = append(out, r)
	}
	return out, nil
}

// brief leaves out properties that are longer than any that is read here, which would keep the parser busy.
func brief(b []byte) ([]byte, error) {
	if len(b) > maxReply {
		return nil, refusal.New(refusal.Invalid, "calendar.reply_long")
	}
	if !utf8.Valid(b) {
		return nil, unread(nil)
	}
	out := make([]byte, 0, len(b))
	begin := 0 // of a property, which may go on in lines that begin with a space
	for at := 0; at < len(b); {
		next := len(b)
		if n := bytes.IndexByte(b[at:], '\n'); n >= 0 {
			next = at + n + 1
		}
		if at = next; at == len(b) || b[at] != ' ' && b[at] != '\t' {
			if at-begin <= maxReplyLine {
				out = append(out, b[begin:at]...)
			}
			begin = at
		}
	}
	return out, nil
}

func replyOf(e *ics.VEvent, method, sender string) (r Reply, err error) {
	get := func(p ics.ComponentProperty) string {
		if v := e.GetProperty(p); v != nil {
			return strings.TrimSpace(v.Value)
		}
		return ""
	}
	r.UID = get(ics.ComponentPropertyUniqueId)
	if r.UID == "" || len(r.UID) > maxUID {
		return r, unread(nil)
	}
	if s := get(ics.ComponentPropertySequence); s != "" { // without one it is 0
		if r.Sequence, err = strconv.ParseInt(s, 10, 32); err != nil || r.Sequence < 0 {
			return r, unread(err)
		}
	}
	if r.Stamp, err = time.Parse("20060102T150405Z", get(ics.ComponentPropertyDtstamp)); err != nil {
		return r, unread(err)
	}
	who, err := speaker(e, method, sender)
	if err != nil {
		return r, err
	}
	r.Attendee, r.For = who.Address, who.from
	switch {
	case method == Counter:
		r.Says = Countered
		if r.Proposed, err = proposalOf(e); err != nil {
			return r, err
		}
	case who.says == Delegated && who.to == "":
		return r, refusal.New(refusal.Invalid, "calendar.reply_delegate", "address", who.Mail)
	case who.says == Delegated:
		r.Says, r.Delegate = Delegated, who.to
	case slices.Contains(Says, who.says):
		r.Says = who.says
	default:
		return r, refusal.New(refusal.Invalid, "calendar.reply_says", "says", printable(strings.ToUpper(who.says), 40), "address", who.Mail)
	}
	r.Comment = printable(get(ics.ComponentPropertyComment), maxComment)
	return r, nil
}

// mailto reads the address of somebody who answers.
func mailto(s string) (string, error) {
	scheme, rest, ok := strings.Cut(strings.TrimSpace(s), ":")
	a, err := mail.ParseAddress(rest)
	if !ok || !strings.EqualFold(scheme, "mailto") || err != nil || a.Name != "" || len(a.Address) > 254 || lang.CheckLine(a.Address) != nil {
		return "", refusal.New(refusal.Invalid, "calendar.bad_address", "address", printable(s, 254))
	}
	return a.Address, nil
}

// printable is a line that somebody else wrote, without what nobody can see, and cut.
func printable(s string, limit int) string {
	s = strings.Join(strings.Fields(plain(strings.ReplaceAll(s, "\n", " "))), " ")
	s = lang.Normalise(s)
	for len(s) > limit {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	if lang.CheckLine(s) != nil {
		return ""
	}
	return s
}
