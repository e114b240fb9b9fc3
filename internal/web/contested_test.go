package web

import (
	"bytes"
	"html"
	"strings"
	"testing"

	"entente.example/internal/charter"
	"entente.example/internal/locale"
)

// What only the other side calls a mechanism or a party, whoever reads is not shown it on any page, in whatever language: neither where they have a name in it themselves nor where they have none.
func TestNoPageChoosesTheOthersName(t *testing.T) {
	ts := newTemplates(loadAssets())
	for _, mine := range []string{"side-east", "side-west"} {
		for _, tag := range locale.Languages {
			for name, p := range galleryPages(t) {
				c := p.frame().Chrome
				if c == nil {
					continue
				}
				theirs := map[string]string{"side-east": "side-west", "side-west": "side-east"}[mine]
				contest := func(names []charter.Name) []charter.Name {
					return append([]charter.Name{{Lang: tag, UsedBy: theirs, Full: "Whatthey callit", Short: "Theyname"}, {Lang: "en", UsedBy: mine, Full: "Whatwe callit", Short: "Wename"}}, names...)
				}
				c.Self.Side = mine
				c.Names = contest(c.Names)
				c.Self.Names = contest(c.Self.Names)
				for i := range c.Lines {
					c.Lines[i].Party.Names = contest(c.Lines[i].Party.Names)
				}
				p.frame().Lang = tag
				shows := func() bool {
					t.Helper()
					var b bytes.Buffer
					if err := ts.render(&b, p); err != nil {
						t.Fatalf("%s in %s: %v", name, tag, err)
					}
					body := html.UnescapeString(b.String())
					return strings.Contains(body, "Whatthey") || strings.Contains(body, "Theyname")
				}
				if shows() {
					t.Errorf("%s in %s for %s shows what only the other side says", name, tag, mine)
				}
				if c.Self.Side = theirs; name == "text" && !shows() {
					t.Errorf("%s in %s does not show %s its own name: the test says nothing", name, tag, theirs)
				}
			}
		}
	}
}
