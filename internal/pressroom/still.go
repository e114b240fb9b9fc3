package pressroom

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"entente.example/internal/locale"
	"entente.example/internal/press"
	"entente.example/lang"
)

// choosePage leads to the languages from an address that has none; a server of files cannot choose.
type choosePage struct {
	frame
	To func(lang.Tag) string
}

func (*choosePage) template() string { return "choose" }

// Link is the address in a language.
func (p *choosePage) Link(tag lang.Tag) string { return p.To(tag) }

// Files is the whole site as files by path, for any server. Their verification is the same: the files of an export are.
func (s *Site) Files(ctx context.Context) (map[string][]byte, error) {
	p, err := s.printed(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string][]byte{}
	for _, path := range s.paths(p.Edition) {
		b, err := s.fetch(ctx, path)
		if err != nil {
			return nil, err
		}
		out[filed(path)] = b
	}
	choose := func(path string, to func(lang.Tag) string) error {
		v := &visit{printing: p, site: s, ui: lang.English}
		f := v.frame(locale.Message(lang.English, "press.press_room", nil))
		f.Alternates = nil
		b, err := s.look.render(lang.English, &choosePage{frame: f, To: to})
		out[filed(path)] = b
		return err
	}
	if err := choose("/", func(tag lang.Tag) string { return "/" + string(tag) + "/" }); err != nil {
		return nil, err
	}
	for _, c := range p.All {
		if err := choose(c.Home(), c.Path); err != nil {
			return nil, err
		}
	}
	for _, a := range p.Accounts {
		if err := choose(a.Home(), a.Path); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// filed is the file of a path.
func filed(path string) string {
	path = strings.TrimPrefix(path, "/")
	if path == "" || strings.HasSuffix(path, "/") {
		path += "index.html"
	}
	return path
}

// followed are the addresses of pages that have feeds.
func followed(e *press.Edition) (out []string) {
	for _, tag := range locale.Languages {
		at := "/" + string(tag) + "/"
		out = append(out, at)
		for _, t := range topicLinks(e.Topics()) {
			out = append(out, at+"topics/"+t.ID+"/")
		}
	}
	return out
}

// Feeds are all feeds as anybody gets them now, by their whole address.
func (s *Site) Feeds(ctx context.Context) (map[string][]byte, error) {
	p, err := s.printed(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string][]byte{}
	for _, at := range followed(p.Edition) {
		for _, ending := range endings {
			b, err := s.fetch(ctx, at+"feed."+ending)
			if err != nil {
				return nil, err
			}
			out[s.o.URL+at+"feed."+ending] = b
		}
	}
	return out, nil
}

// paths are all addresses of what everybody sees alike.
func (s *Site) paths(e *press.Edition) []string {
	out := []string{"/robots.txt", "/sitemap.xml"}
	for _, name := range s.look.names() {
		out = append(out, s.look.url(name))
	}
	for _, at := range followed(e) {
		out = append(out, at)
		for _, ending := range endings {
			out = append(out, at+"feed."+ending)
		}
	}
	for _, a := range e.Accounts {
		for _, tag := range spokenIn(a.Languages) {
			out = append(out, a.Path(tag))
		}
	}
	for _, c := range e.All {
		for _, tag := range languages(c) {
			out = append(out, c.Path(tag), c.Path(tag)+"beside/", c.Path(tag)+"ninjs.json", c.Path(tag)+"card.png")
			for _, r := range c.Readouts {
				out = append(out, c.Path(tag)+"readouts/"+r.ID+"/")
			}
		}
		out = append(out, strings.TrimSuffix(c.Home(), "/")+".zip")
		if s.paper(c) != nil {
			out = append(out, archived(c))
		}
		for name := range c.Files {
			out = append(out, c.Folder()+name)
		}
	}
	return out
}

// paper is an answer that is kept instead of sent.
type paper struct {
	header http.Header
	status int
	bytes.Buffer
}

func (p *paper) Header() http.Header    { return p.header }
func (p *paper) WriteHeader(status int) { p.status = status }

func (s *Site) fetch(ctx context.Context, path string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, (&url.URL{Path: path}).String(), nil)
	if err != nil {
		return nil, err
	}
	p := &paper{header: http.Header{}, status: http.StatusOK}
	s.ServeHTTP(p, r)
	if p.status != http.StatusOK {
		return nil, fmt.Errorf("press room: %s answers %d", path, p.status)
	}
	return p.Bytes(), nil
}
