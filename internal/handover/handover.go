// Package handover owns the form of what a party gives to the next person in charge: one document of sections, as Markdown and as HTML.
//
// It promises that both say the same, that nothing in anybody's words is taken for markup, and that every piece of wording carries its language. What stands in it is for the house to say.
package handover

import (
	"html"
	"strings"

	"entente.example/lang"
)

// Files of a pack.
const (
	Markdown = "handover.md"
	HTML     = "handover.html"
)

// Pack is the document.
type Pack struct {
	Lang     lang.Tag
	Title    string
	Warning  string // whom it is for
	Sections []Section
}

// Section is one heading with what stands under it.
type Section struct {
	Title string
	None  string // said if there is nothing
	Items []Item
}

// Item is one thing.
type Item struct {
	Head  string
	Notes []string // what else is known, in the reader's language
	Words []Words
}

// Words are somebody's wording.
type Words struct {
	Whose string
	Lang  lang.Tag
	Text  string
}

// Say adds every language version of a wording.
func (i *Item) Say(whose string, t lang.Text) {
	for _, tag := range t.Tags() {
		i.Words = append(i.Words, Words{whose, tag, t[tag]})
	}
}

// Files are both forms by name.
func (p Pack) Files() map[string][]byte {
	return map[string][]byte{Markdown: []byte(p.markdown()), HTML: []byte(p.html())}
}

var plain = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "#", `\#`, "|", `\|`, "&", "&amp;", "!", `\!`)

func (p Pack) markdown() string {
	var b strings.Builder
	b.WriteString("# " + plain.Replace(p.Title) + "\n\n**" + plain.Replace(p.Warning) + "**\n")
	for _, s := range p.Sections {
		b.WriteString("\n## " + plain.Replace(s.Title) + "\n\n")
		if len(s.Items) == 0 {
			b.WriteString(plain.Replace(s.None) + "\n")
		}
		for _, i := range s.Items {
			b.WriteString("- **" + line(i.Head) + "**")
			for _, n := range i.Notes {
				b.WriteString(" · " + line(n))
			}
			b.WriteString("\n")
			for _, w := range i.Words {
				whose := ""
				if w.Whose != "" {
					whose = line(w.Whose) + ": "
				}
				b.WriteString("\n  > " + whose + strings.ReplaceAll(plain.Replace(w.Text), "\n", "  \n  > ") + "\n")
			}
		}
	}
	return b.String()
}

func line(s string) string { return plain.Replace(strings.ReplaceAll(s, "\n", " ")) }

const style = "body{font:1rem/1.55 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}.warning{border-inline-start:6px solid #5b3f8c;padding:.4rem .8rem;font-weight:600}blockquote{margin:.3rem 0 .6rem;padding-inline-start:.8rem;border-inline-start:2px solid;white-space:pre-wrap}small{opacity:.8}"

func (p Pack) html() string {
	var b strings.Builder
	e := html.EscapeString
	b.WriteString(`<!doctype html><html lang="` + e(string(p.Lang)) + `"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>` + e(p.Title) + "</title><style>" + style + "</style></head><body><main><h1>" + e(p.Title) +
		`</h1><p class="warning">` + e(p.Warning) + "</p>\n")
	for _, s := range p.Sections {
		b.WriteString("<h2>" + e(s.Title) + "</h2>\n")
		if len(s.Items) == 0 {
			b.WriteString("<p>" + e(s.None) + "</p>\n")
			continue
		}
		b.WriteString("<ul>")
		for _, i := range s.Items {
			b.WriteString("<li><b>" + e(i.Head) + "</b>")
			for _, n := range i.Notes {
				b.WriteString(" · <small>" + e(n) + "</small>")
			}
			for _, w := range i.Words {
				if w.Whose != "" {
					b.WriteString("<p><small>" + e(w.Whose) + "</small></p>")
				}
				b.WriteString("<blockquote")
				if w.Lang != "" {
					b.WriteString(` lang="` + e(string(w.Lang)) + `"`)
				}
				b.WriteString(">" + e(w.Text) + "</blockquote>")
			}
			b.WriteString("</li>\n")
		}
		b.WriteString("</ul>\n")
	}
	b.WriteString("</main></body></html>\n")
	return b.String()
}
