package web

import (
	"bytes"
	"strings"
	"testing"

	"entente.example/internal/locale"
)

// What is put into the templates beforehand is what they would say by themselves, on every page and in every language. Only the plus sign is spelled otherwise, which means the same.
func TestWhatIsSettledIsWhatWouldBeSaid(t *testing.T) {
	a := loadAssets()
	settled, compared := newTemplates(a), 0
	for _, tag := range locale.Languages {
		asking := map[printer]*templates{}
		pages := galleryPages(t)
		for _, name := range pageNames(pages) {
			p := pages[name]
			f := p.frame()
			f.Lang = tag
			by := printer{tag, f.side()}
			if asking[by] == nil {
				asking[by] = newTemplates(a)
				asking[by].sets[by] = by.parsed(a)
			}
			var got, want bytes.Buffer
			if err := settled.render(&got, p); err != nil {
				t.Fatal(name, err)
			}
			if err := asking[by].render(&want, p); err != nil {
				t.Fatal(name, err)
			}
			if is, said := plus(got.String()), plus(want.String()); is != said {
				at := 0
				for at < min(len(is), len(said)) && is[at] == said[at] {
					at++
				}
				t.Errorf("%s in %s: %q, not %q", name, tag, is[max(0, at-40):min(len(is), at+40)], said[max(0, at-40):min(len(said), at+40)])
			}
			compared++
		}
	}
	if compared == 0 {
		t.Error("no page was compared")
	}
}

func plus(html string) string { return strings.ReplaceAll(html, "&#43;", "+") }

// BenchmarkPages draws pages that people look at most. It says how much work a page is without anything that is read for it.
func BenchmarkPages(b *testing.B) {
	pages, ts := galleryPages(b), newTemplates(loadAssets())
	for _, name := range []string{"home", "mechanism", "text", "record"} {
		p := pages[name]
		p.frame().Lang = "en"
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var out bytes.Buffer
				if err := ts.render(&out, p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
