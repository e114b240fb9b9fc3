package web

import (
	"entente.example/internal/dialogue"
	"entente.example/internal/view"
)

// menu is a group of a mechanism's pages, at the top of each of them.
type menu struct {
	Label string // message key
	Items []menuItem
}

type menuItem struct{ Path, Label string }

// For are the pages that a reader is shown.
func (m menu) For(c *view.Chrome) (out []menuItem) {
	for _, i := range m.Items {
		if i.Path != nonPapers || c.Confers {
			out = append(out, i)
		}
	}
	return out
}

// nonPapers is shown only to those who handle them: everybody else is told that they may not.
const nonPapers = "non-papers"

// kindsIn are the pages of kinds of matters.
func kindsIn(ids ...string) (out []menuItem) {
	for _, id := range ids {
		k, _ := dialogue.Find(id) // a test looks for every kind
		out = append(out, menuItem{k.Plural, "kind." + id})
	}
	return out
}

// menus are where a mechanism's pages are found. Every kind of matter stands in one of them.
var menus = []menu{
	{"web.menu_meetings", kindsIn("meeting", "minutes", "readout", "guest", "holidays")},
	{"web.menu_matters", kindsIn("topic", "concern", "commitment", "programme", "document")},
	{"web.menu_letters", append(kindsIn("paper", "thread", "silence"), menuItem{nonPapers, "web.papers"})},
	{"web.menu_language", append([]menuItem{{"search", "search.title"}}, kindsIn("term")...)},
	{"web.menu_line", []menuItem{{"line/main", "web.line_checks"}, {"situation", "web.situation"}, {"pouch", "web.pouch"}, {"keys", "web.keys"}, kindsIn("witness")[0]}},
	{"web.menu_record", append(kindsIn("membership"), menuItem{"record", "web.record"}, menuItem{"press", "web.press"})},
	{"ours.menu", []menuItem{{"ours", "ours.title"}}},
}
