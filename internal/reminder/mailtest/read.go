package mailtest

import (
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
)

// Letter is a letter of several parts as a mail program shows it.
type Letter struct {
	mail.Header
	To, Subject, Media string
	Parts              []Part
}

// Part is one of them.
type Part struct {
	Media  string
	Params map[string]string
	Body   string
}

// Read reads a letter that was taken.
func Read(t *testing.T, raw string) Letter {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	to, err := m.Header.AddressList("To")
	if err != nil || len(to) != 1 {
		t.Fatal(to, err)
	}
	l := Letter{Header: m.Header, To: to[0].Address}
	if l.Subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	media, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	l.Media = media
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return l
		}
		if err != nil {
			t.Fatal(err)
		}
		l.Parts = append(l.Parts, read(t, p))
	}
}

func read(t *testing.T, p *multipart.Part) (out Part) {
	t.Helper()
	var body io.Reader = p
	switch strings.ToLower(p.Header.Get("Content-Transfer-Encoding")) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, p)
	case "quoted-printable":
		body = quotedprintable.NewReader(p)
	}
	b, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	out.Body = string(b)
	if out.Media, out.Params, err = mime.ParseMediaType(p.Header.Get("Content-Type")); err != nil {
		t.Fatal(err)
	}
	return out
}
