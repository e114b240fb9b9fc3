package calendar

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"

	"entente.example/refusal"
)

// Limits of a mail: one that answers an invitation has a few short parts.
const (
	MaxMail  = 4 << 20
	maxParts = 64
	maxDeep  = 6
)

// letter is what a mail says beside its calendar: the address that it says it came from.
type letter struct {
	from string
	part []byte
}

// open takes the calendar out of what was brought: an iCalendar file as it is, or the first one in a mail (RFC 6047).
func open(b []byte) (letter, error) {
	if len(b) > MaxMail {
		return letter{}, refusal.New(refusal.Invalid, "calendar.reply_long")
	}
	b = bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\ufeff")), "\r\n\t ")
	if begin := []byte("BEGIN:VCALENDAR"); len(b) >= len(begin) && bytes.EqualFold(b[:len(begin)], begin) {
		return letter{part: b}, nil
	}
	if bytes.HasPrefix(b, []byte("From ")) { // as mailboxes and some mail servers begin
		_, b, _ = bytes.Cut(b, []byte("\n"))
	}
	m, err := mail.ReadMessage(bytes.NewReader(b))
	if err != nil {
		return letter{}, unread(err)
	}
	s := search{left: maxParts}
	if err := s.look(headers{m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Header.Get("Content-Disposition")}, m.Body, maxDeep); err != nil {
		return letter{}, err
	}
	if s.found == nil {
		return letter{}, refusal.New(refusal.Invalid, "calendar.reply_none")
	}
	out := letter{part: s.found}
	if from, err := m.Header.AddressList("From"); err == nil && len(from) == 1 {
		out.from = from[0].Address
	}
	return out, nil
}

func unread(cause error) error {
	return refusal.New(refusal.Invalid, "calendar.reply_unreadable").Because(cause)
}

// headers are those by which a part of a mail is read.
type headers struct{ media, encoding, disposition string }

// search looks through the parts of a mail.
type search struct {
	left  int
	found []byte
}

func (s *search) look(h headers, body io.Reader, deep int) error {
	if s.left--; s.left < 0 || deep == 0 {
		return unread(nil)
	}
	media, params, err := mime.ParseMediaType(h.media)
	if err != nil {
		return nil // a part without a type is no calendar
	}
	if strings.HasPrefix(media, "multipart/") {
		return s.parts(multipart.NewReader(body, params["boundary"]), deep)
	}
	_, placed, err := mime.ParseMediaType(h.disposition)
	named := params["name"]
	if err == nil && named == "" {
		named = placed["filename"]
	}
	if media != "text/calendar" && media != "application/ics" && !strings.HasSuffix(strings.ToLower(named), ".ics") {
		return nil
	}
	switch strings.ToLower(strings.TrimSpace(h.encoding)) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	s.found, err = io.ReadAll(body)
	if err != nil {
		return unread(err)
	}
	return nil
}

func (s *search) parts(r *multipart.Reader, deep int) error {
	for s.found == nil {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return unread(err)
		}
		if err := s.look(headers{p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p.Header.Get("Content-Disposition")}, p, deep-1); err != nil {
			return err
		}
	}
	return nil
}
