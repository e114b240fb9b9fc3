package web

import (
	"bytes"
	"html"
	"html/template"
	"io"
	"path"
	"strings"
	"sync"
	"unicode"

	"github.com/russross/blackfriday/v2"

	"entente.example/docs"
	"entente.example/lang"
	"entente.example/refusal"
)

// guideFiles are the user's guide by the language of its reader.
var guideFiles = map[lang.Tag]string{"en": "guide.md", "zh-Hans": "guide.zh.md", "ja": "guide.ja.md"}

// guidePage is the user's guide, as the program came with it.
type guidePage struct {
	Frame frame
	G     *guide
}

func (p *guidePage) template() string { return "guide" }
func (p *guidePage) frame() *frame    { return &p.Frame }

// guide is the guide in one language, drawn.
type guide struct {
	Title    string
	Chapters []chapter
	Body     template.HTML
}

type chapter struct{ ID, Title string }

// guides are drawn when somebody first reads them.
var guides = sync.OnceValue(func() map[lang.Tag]*guide {
	out := map[lang.Tag]*guide{}
	for tag, name := range guideFiles {
		text, err := docs.Files.ReadFile(name)
		if err != nil {
			panic("web: " + err.Error()) // embedded
		}
		out[tag] = newGuide(text)
	}
	return out
})

func (s *Site) guide(v *visit) (page, error) {
	g := guides()[v.lang]
	if g == nil {
		g = guides()[lang.English]
	}
	return &guidePage{Frame: frame{Title: g.Title}, G: g}, nil
}

// guidePicture sends a picture of the guide. The page asks for one when its reader does.
func (s *Site) guidePicture(v *visit) (page, error) {
	b, err := docs.Files.ReadFile(path.Join("pictures", path.Base(v.r.PathValue("file"))))
	if err != nil {
		return nil, refusal.New(refusal.Missing, "web.no_page")
	}
	v.w.Header().Set("Content-Type", "image/png")
	v.w.Header().Set("Cache-Control", "private, max-age=86400")
	_, err = v.w.Write(b)
	if err != nil {
		v.site.o.Log.Debug("sending a picture", "error", err)
	}
	return nil, nil
}

// newGuide draws Markdown as our pages are drawn. Nothing in it is taken for markup of a page, and what it links to beside itself is named and not linked: a node does not have it.
func newGuide(text []byte) *guide {
	tree := blackfriday.New(blackfriday.WithExtensions(blackfriday.Tables | blackfriday.FencedCode | blackfriday.SpaceHeadings)).Parse(text)
	g, plain := &guide{}, blackfriday.NewHTMLRenderer(blackfriday.HTMLRendererParameters{Flags: blackfriday.SkipHTML})
	var b bytes.Buffer
	tree.Walk(func(n *blackfriday.Node, entering bool) blackfriday.WalkStatus {
		return g.draw(&b, plain, n, entering)
	})
	g.Body = template.HTML(b.String()) //nolint:gosec // drawn from our own document, which is embedded
	return g
}

// draw writes a part of the document; what our pages draw like everybody is left to plain.
func (g *guide) draw(w *bytes.Buffer, plain blackfriday.Renderer, n *blackfriday.Node, entering bool) blackfriday.WalkStatus {
	switch n.Type {
	case blackfriday.Heading:
		return g.heading(w, n)
	case blackfriday.Paragraph:
		if leads(n) || pictured(n) != nil {
			if p := pictured(n); p != nil {
				picture(w, p)
			}
			return blackfriday.SkipChildren
		}
	case blackfriday.Link:
		if !strings.HasPrefix(string(n.Destination), "#") {
			return blackfriday.GoToNext
		}
	case blackfriday.Table:
		if entering {
			write(w, `<div class="scroll" tabindex="0" role="region" aria-label="`, html.EscapeString(g.last()), `"><table class="rows">`)
		} else {
			write(w, "</table></div>\n")
		}
		return blackfriday.GoToNext
	}
	return plain.RenderNode(w, n, entering)
}

func (g *guide) heading(w io.Writer, n *blackfriday.Node) blackfriday.WalkStatus {
	title := words(n)
	if n.Level == 1 {
		g.Title = title
		return blackfriday.SkipChildren
	}
	c := chapter{headingID(title), title}
	tag := "h3"
	if n.Level == 2 {
		g.Chapters, tag = append(g.Chapters, c), "h2"
	}
	write(w, "<", tag, ` id="`, html.EscapeString(c.ID), `">`, html.EscapeString(title), "</", tag, ">\n")
	return blackfriday.SkipChildren
}

// last is the chapter that is being drawn.
func (g *guide) last() string {
	if n := len(g.Chapters); n > 0 {
		return g.Chapters[n-1].Title
	}
	return g.Title
}

// leads reports whether a paragraph does nothing but lead to the guide in other languages, as the page itself does.
func leads(n *blackfriday.Node) bool {
	found := false
	for c := n.FirstChild; c != nil; c = c.Next {
		switch {
		case c.Type == blackfriday.Link && strings.HasPrefix(string(c.Destination), "guide"):
			found = true
		case c.Type != blackfriday.Text || strings.Trim(string(c.Literal), " ·\n") != "":
			return false
		}
	}
	return found
}

// pictured is the picture that a paragraph consists of, nil if it says anything.
func pictured(n *blackfriday.Node) (found *blackfriday.Node) {
	for c := n.FirstChild; c != nil; c = c.Next {
		switch {
		case c.Type == blackfriday.Image:
			found = c
		case c.Type != blackfriday.Text || strings.TrimSpace(string(c.Literal)) != "":
			return nil
		}
	}
	return found
}

// picture is fetched when its reader opens it: each weighs more than the whole guide.
func picture(w io.Writer, n *blackfriday.Node) {
	says := html.EscapeString(words(n))
	write(w, `<details class="picture"><summary>`, says, `</summary><img loading="lazy" src="/help/`, html.EscapeString(string(n.Destination)), `" alt="`, says, "\"></details>\n")
}

// words are a part's text without its marks.
func words(n *blackfriday.Node) string {
	var b strings.Builder
	n.Walk(func(c *blackfriday.Node, entering bool) blackfriday.WalkStatus {
		if entering && (c.Type == blackfriday.Text || c.Type == blackfriday.Code) {
			b.Write(c.Literal)
		}
		return blackfriday.GoToNext
	})
	return b.String()
}

// headingID is the name by which links in the document call a heading.
func headingID(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r) || unicode.IsNumber(r) || r == '-' || r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(title))
}

// write fills a buffer, which does not fail.
func write(w io.Writer, parts ...string) {
	for _, p := range parts {
		_, _ = io.WriteString(w, p)
	}
}
