package web

import (
	"bytes"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jba/templatecheck"
	"golang.org/x/net/html"

	"entente.example/internal/dialogue"
	"entente.example/internal/locale"
	"entente.example/internal/staff"
	"entente.example/internal/view"
	"entente.example/lang"
)

var gallerySink = flag.String("gallery", "", "write the gallery's pages into this folder, to be looked at")

func gallerySessions() []staff.Session {
	return []staff.Session{{ID: 1, Member: "cedar-sec", Created: galleryNow, Seen: galleryNow, Agent: "Mozilla/5.0"}, {ID: 2, Member: "cedar-sec", Created: galleryNow, Seen: galleryNow, Agent: "Other"}}
}

// A field that a template names and its page does not have is found here, not by a reader.
func TestTemplatesFitTheirPages(t *testing.T) {
	set := newTemplates(loadAssets()).set(printer{lang.English, ""})
	for _, p := range []page{&homePage{}, &helpPage{}, &mechanismPage{}, &textPage{}, &recordPage{}, &entryPage{}, &hotLinePage{}, &boardPage{}, &signInPage{}, &sessionsPage{}, &passwordPage{}, &errorPage{}, &closedPage{}, &pouchPage{}, &keysPage{}, &mattersPage{}, &matterPage{}, &searchPage{}, &oursPage{}, &tracePage{}, &clearancePage{C: view.ClearancePage{Clearance: view.Clearance{Drafts: []view.OurDraft{{}}}}}, &heldPage{}} {
		tmpl := set.Lookup(p.template())
		if tmpl == nil {
			t.Errorf("no template %s", p.template())
			continue
		}
		if err := templatecheck.CheckHTML(tmpl, p); err != nil {
			t.Errorf("%s: %v", p.template(), err)
		}
	}
}

func TestEveryPageInEveryLanguage(t *testing.T) {
	ts := newTemplates(loadAssets())
	pages := galleryPages(t)
	for _, name := range pageNames(pages) {
		for _, tag := range locale.Languages {
			p := pages[name]
			p.frame().Lang = tag
			var b bytes.Buffer
			if err := ts.render(&b, p); err != nil {
				t.Errorf("%s in %s: %v", name, tag, err)
				continue
			}
			if *gallerySink != "" {
				if err := os.WriteFile(filepath.Join(*gallerySink, name+"."+string(tag)+".html"), b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			for _, complaint := range inspect(b.String()) {
				t.Errorf("%s in %s: %s", name, tag, complaint)
			}
			if size := b.Len(); size > 200_000 {
				t.Errorf("%s in %s has %d bytes", name, tag, size)
			}
		}
	}
}

// voidTags have no end.
const voidTags = " area base br col embed hr img input link meta source track wbr use circle line path rect "

// brought is the style that a page may bring along; there is no other.
var brought = sync.OnceValue(func() string { return string(loadAssets().inline) })

// structure is how a structure or a table of the program looks where somebody printed it whole.
var structure = regexp.MustCompile(`\{[\w-]+ [\w-]+ \[.{0,40}|map\[[\w-]+:.{0,40}`)

// inspect checks what a browser would forgive and a reader with a screen reader or a strict policy would not.
func inspect(page string) []string {
	var out []string
	page = strings.Replace(page, brought(), "", 1)
	say := func(s string) { out = append(out, s) }
	if strings.Contains(page, "⟨") {
		say("a message is missing: " + page[strings.Index(page, "⟨"):min(len(page), strings.Index(page, "⟨")+60)])
	}
	if found := structure.FindString(page); found != "" {
		say("a value of the program stands on the page: " + found)
	}
	if strings.Contains(page, "ZgotmplZ") || strings.Contains(page, "<no value>") || strings.Contains(page, "%!") {
		say("a value did not make it into the page")
	}
	ids, refs, heads := map[string]bool{}, []string{}, 0
	var open []string
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		tok := z.Token()
		switch kind {
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != tok.Data {
				say("</" + tok.Data + "> closes " + strings.Join(open, ">"))
				return out
			}
			open = open[:len(open)-1]
		case html.StartTagToken, html.SelfClosingTagToken:
			if tok.Data == "label" && slices.Contains(open, "label") {
				say("a label stands in another one: whoever touches its words comes to the other's field")
			}
			if kind == html.StartTagToken && !strings.Contains(voidTags, " "+tok.Data+" ") {
				open = append(open, tok.Data)
			}
			if tok.Data == "h1" {
				heads++
			}
			inspectTag(tok, ids, &refs, say)
		}
	}
	if len(open) > 0 {
		say("not closed: " + strings.Join(open, ">"))
	}
	if heads != 1 {
		say("a page has one first heading")
	}
	for _, r := range refs {
		if id, err := url.PathUnescape(r); err != nil || !ids[id] {
			say("#" + r + " leads nowhere")
		}
	}
	return out
}

func inspectTag(tok html.Token, ids map[string]bool, refs *[]string, say func(string)) {
	has := map[string]string{}
	for _, a := range tok.Attr {
		has[a.Key] = a.Val
	}
	if id, ok := has["id"]; ok {
		if ids[id] && id != "hatch" {
			say("the id " + id + " is there twice")
		}
		ids[id] = true
	}
	if _, ok := has["style"]; ok || tok.Data == "style" {
		say("inline style")
	}
	for k, v := range has {
		if strings.HasPrefix(k, "on") || strings.HasPrefix(v, "javascript:") {
			say("inline script " + k)
		}
		if k == "lang" && lang.Tag(v).Check() != nil {
			say("lang=" + v)
		}
		if (k == "src" || k == "href") && strings.Contains(v, "//") && !(tok.Data == "a" && strings.HasPrefix(v, "https://press.example/")) {
			say("loads from elsewhere: " + v)
		}
	}
	if tok.Data == "script" && has["src"] == "" {
		say("inline script")
	}
	if href := has["href"]; tok.Data == "a" && strings.HasPrefix(href, "#") {
		*refs = append(*refs, href[1:])
	}
	if tok.Data == "svg" && has["aria-hidden"] == "" && has["aria-label"] == "" {
		say("a picture without words")
	}
}

// Margins and borders follow the direction of writing, and nothing is loaded from elsewhere.
func TestStyleIsLogical(t *testing.T) {
	b, err := os.ReadFile("static/site.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"margin-left", "margin-right", "padding-left", "padding-right", "text-align: left", "text-align: right", "border-left", "border-right", "url(http", "@import", "@font-face", "!important"} {
		if bytes.Contains(b, []byte(word)) {
			t.Errorf("site.css has %q", word)
		}
	}
	if n := bytes.Count(b, []byte("{")) - bytes.Count(b, []byte("}")); n != 0 {
		t.Errorf("site.css has %d braces too many", n)
	}
	js, err := os.ReadFile("static/live.js")
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(js, []byte("\n")); n > 100 {
		t.Errorf("live.js has %d lines", n)
	}
}

// Every icon that a template names is in the sprite.
func TestIconsAreThere(t *testing.T) {
	sprite, err := os.ReadFile("static/icons.svg")
	if err != nil {
		t.Fatal(err)
	}
	ts := newTemplates(loadAssets())
	found := 0
	for name, p := range galleryPages(t) {
		p.frame().Lang = lang.English
		var b bytes.Buffer
		if err := ts.render(&b, p); err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split(b.String(), "icons.svg#")[1:] {
			id, _, _ := strings.Cut(part, `"`)
			found++
			if !bytes.Contains(sprite, []byte(`id="`+id+`"`)) {
				t.Errorf("%s uses the icon %q, which is not there", name, id)
			}
		}
	}
	if found < 50 {
		t.Errorf("only %d icons found: this test looks at nothing", found)
	}
}

// Every kind of matter is found from the top of a page, once: a kind that is in no menu is a page that nobody reaches.
func TestEveryKindIsInAMenu(t *testing.T) {
	found := map[string]int{}
	for _, m := range menus {
		for _, i := range m.Items {
			found[i.Path]++
		}
	}
	for _, k := range dialogue.Kinds {
		if found[k.Plural] != 1 {
			t.Errorf("%s is in %d menus", k.Plural, found[k.Plural])
		}
	}
}

// Lists that grow without end are shown in parts, each reached by a link: backwards and forwards, with whatever was chosen beside.
func TestEveryLongListCanBeLeafedThrough(t *testing.T) {
	g := loadGallery(t)
	m, middle := g.mechanism(), view.Cut{From: 20, To: 40, All: 60, Most: 20}
	frame := frame{Lang: "en", Chrome: &m.Chrome}
	ours, trace, press, pouches := g.ours(), g.trace(), g.press(), g.pouches()
	pouches.Cut = middle
	drawn := newTemplates(loadAssets())
	ours.ActsCut, ours.NotesCut, ours.TasksCut, ours.RoundsCut, trace.Cut, press.TextsCut, press.RepliesCut, press.Only = middle, middle, middle, middle, middle, middle, middle, "web.reply_held"
	press.Counts = []view.Count{{Key: "web.reply_held", All: 60}, {Key: "web.reply_shown", All: 3}}
	text := g.text()
	text.PapersCut = view.Cut{From: 20, To: 40, All: 40, Most: 20}
	for name, c := range map[string]struct {
		p    page
		want []string
	}{
		"ours":        {&oursPage{Frame: frame, O: ours}, []string{"?acts=0#acts", "?acts=40#acts", "?rounds=40#clearances", "?tasks=0#tasks", "?notes=20#notes", "?notes=60#notes"}},
		"trace":       {&tracePage{Frame: frame, T: trace}, []string{"track=20#track", "track=60#track"}},
		"press":       {&pressPage{Frame: frame, P: press}, []string{"?texts=40#", "?only=reply_held&replies=0#replies", "?only=reply_held&replies=40#replies", "?only=reply_shown#replies", `/press#replies`}},
		"attachments": {&attachmentsPage{Frame: frame, A: view.Attachments{Chrome: m.Chrome, Of: "text/js-9", Cut: middle}}, []string{"?of=text%2Fjs-9&track=20#papers", "?of=text%2Fjs-9&track=60#papers"}},
		"a text":      {&textPage{Frame: frame, T: text, Shown: text.Languages}, []string{"/attachments?of=text/js-9&track=20#papers"}},
		"papers":      {&papersPage{Frame: frame, P: view.Asides{Chrome: m.Chrome, Cut: middle}}, []string{"/non-papers?list=0#", "/non-papers?list=40#"}},
		"pouch":       {&pouchPage{Frame: frame, P: pouches}, []string{"/pouch?list=0#history", "/pouch?list=40#history"}},
		"line":        {&hotLinePage{Frame: frame, L: g.hotLine(), Cut: middle}, []string{"/line/main?list=0#history", "/line/main?list=40#history"}},
		"record":      {&recordPage{Frame: frame, R: view.Record{Chrome: m.Chrome, Newer: 120, Older: 20}}, []string{`/record"`, "/record?before=120", "/record?before=20"}},
		"its end":     {&recordPage{Frame: frame, R: view.Record{Chrome: m.Chrome, Older: 20, Newest: true}}, []string{"/record?before=20"}},
	} {
		var b bytes.Buffer
		if err := drawn.render(&b, c.p); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		body := html.UnescapeString(b.String())
		for _, link := range c.want {
			if !strings.Contains(body, link) {
				t.Errorf("%s: no link to %s", name, link)
			}
		}
	}
}
