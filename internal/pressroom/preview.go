package pressroom

import (
	"bytes"
	"context"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"entente.example/internal/locale"
	"entente.example/internal/press"
	"entente.example/lang"
)

// Preview is a text that is not public yet, for pages that the public site does not have: whoever shows them asks first who is looking.
type Preview struct {
	Under    string // the address below which everything of the preview lies, without a slash at its end
	Query    string // that its pages keep
	Text     press.Key
	At       time.Time // zero: not known
	Waiting  []lang.Text
	Disagree bool
}

// Parties are those whose release is to come, in a language.
func (p *Preview) Parties(tag lang.Tag) (out []string) {
	for _, x := range p.Waiting {
		out = append(out, pick(x, tag).Text)
	}
	return out
}

// Answer is what stands at an address of a site, for whoever passes it on.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Show gives a page of a preview: the public page itself, with its links kept inside the preview.
func (s *Site) Show(ctx context.Context, path string) (Answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, (&url.URL{Path: path}).String(), nil)
	if err != nil {
		return Answer{}, err
	}
	p := &paper{header: http.Header{}, status: http.StatusOK}
	s.ServeHTTP(p, r)
	out := Answer{p.status, p.header, p.Bytes()}
	under := s.o.Preview.Under
	if to := out.Header.Get("Location"); strings.HasPrefix(to, "/") {
		out.Header.Set("Location", under+to)
	}
	if out.Header.Get("Content-Type") == html {
		out.Body = s.o.Preview.inside(out.Body)
	}
	return out, nil
}

// inside moves the links of a page. A quotation mark in words is always escaped on a page, so that what looks like the beginning of an address is one.
func (p *Preview) inside(page []byte) []byte {
	if p.Query != "" {
		for _, tag := range locale.Languages {
			at := p.Text.Path(tag)
			page = bytes.ReplaceAll(page, []byte(`="`+at+`"`), []byte(`="`+at+`?`+template.HTMLEscapeString(p.Query)+`"`))
		}
	}
	return bytes.ReplaceAll(page, []byte(`="/`), []byte(`="`+p.Under+`/`))
}
