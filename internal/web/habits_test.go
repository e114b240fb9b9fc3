package web

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"entente.example/internal/dialogue"
	"entente.example/internal/locale"
	"entente.example/internal/view"
	"entente.example/lang"
)

// A shortcut that the help page does not name, or names and is not there, would mislead; so would a script that can send something.
func TestShortcutsAreAsListed(t *testing.T) {
	script := string(loadAssets().files["keys.js"])
	var there, listed []string
	for _, m := range regexp.MustCompile(`(?m)^  \["([^"]+)", `).FindAllStringSubmatch(script, -1) {
		there = append(there, m[1])
	}
	for _, s := range slices.Concat(shortcuts.Everywhere, shortcuts.AtTheTable) {
		listed = append(listed, strings.Join(s.Keys, " "))
	}
	if !slices.Equal(there, listed) {
		t.Errorf("keys.js has %q, the help page %q", there, listed)
	}
	for _, word := range []string{"submit", "fetch", "innerHTML", "XMLHttpRequest"} {
		if strings.Contains(script, word) {
			t.Errorf("keys.js has %q", word)
		}
	}
}

// The help page is for members, in three languages. Who switches single keys off is given no script for them on any page, until they switch them on again (WCAG 2.1.4).
func TestShortcutsCanBeSwitchedOff(t *testing.T) {
	site, _, people := newSite(t)
	nobody := &browser{t: t, site: site, lang: "en"}
	if res := nobody.get("/sign-in"); strings.Contains(res.body, "keys.js") || strings.Contains(res.body, "/help") {
		t.Error("nobody is offered what members have")
	}
	b := enter(t, site, people, "cedar-sec")
	for _, tag := range locale.Languages {
		b.lang = string(tag)
		res := b.get("/help")
		if res.StatusCode != http.StatusOK || !strings.Contains(res.body, locale.Message(tag, "help.key_reserve", nil)) || !strings.Contains(res.body, "<kbd>Esc</kbd>") {
			t.Errorf("%s: %d\n%s", tag, res.StatusCode, res.body)
		}
		if bad := inspect(res.body); len(bad) > 0 {
			t.Errorf("%s: %q", tag, bad)
		}
	}
	b.lang = "en"
	for _, step := range []struct {
		do string
		on bool
	}{{"", true}, {"shortcuts_off", false}, {"shortcuts_on", true}} {
		if step.do != "" {
			res := b.do(http.MethodPost, "/habits", url.Values{"do": {step.do}}, nil)
			if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/help?done="+step.do+"#keys" {
				t.Fatalf("%s: %d %s", step.do, res.StatusCode, res.Header.Get("Location"))
			}
			b.take(res)
		}
		for _, path := range []string{"/", "/help", "/m/valley", "/m/valley/texts/js-9", "/sessions"} {
			if body := b.get(path).body; strings.Contains(body, "keys.js") != step.on || !strings.Contains(body, `<a href="/help">`) {
				t.Errorf("%s after %q: want the script: %t", path, step.do, step.on)
			}
		}
		if body := b.get("/help").body; strings.Contains(body, `value="shortcuts_off"`) != step.on || strings.Contains(body, `value="shortcuts_on"`) == step.on {
			t.Errorf("after %q the page offers the wrong switch", step.do)
		}
	}
	if body := b.get("/m/valley/texts/js-9?copy=1").body; strings.Contains(body, "keys.js") || strings.Contains(body, `"/help"`) {
		t.Error("a copy answers to keys, or leads to what is not kept")
	}
	if res := b.do(http.MethodPost, "/habits", url.Values{"do": {"everything"}}, nil); res.StatusCode != http.StatusBadRequest || len(res.Cookies()) > 0 {
		t.Errorf("a habit that there is not: %d", res.StatusCode)
	}
}

// take keeps cookies as a browser does: the newest of a name, and none that has ended.
func (b *browser) take(res answer) {
	for _, c := range res.Cookies() {
		b.cookie = slices.DeleteFunc(b.cookie, func(o *http.Cookie) bool { return o.Name == c.Name })
		if c.MaxAge >= 0 {
			b.cookie = append(b.cookie, c)
		}
	}
}

// A paragraph can be gone to, has a name that is heard, and is no station on the way of the tabulator.
func TestParagraphsTakeTheFocus(t *testing.T) {
	site, src, people := newSite(t)
	body := enter(t, site, people, "cedar-sec").get("/m/valley/texts/js-9").body
	text := src.g.text()
	for _, p := range text.Paragraphs {
		want := `id="p-` + string(p.ID) + `" tabindex="-1" aria-label="` + p.Label + " " + locale.Message(lang.English, "web.status_"+p.Status, nil) + `"`
		if !strings.Contains(body, want) {
			t.Errorf("paragraph %s lacks %s", p.Label, want)
		}
	}
}

// Whoever has no way in of their own is told how to make one until they have it; the rest is for the first visit. A step that was taken says so; saying that it is enough ends it, for this member alone.
func TestFirstSteps(t *testing.T) {
	site, src, people := newSite(t)
	card := view.Card{Chrome: src.g.chrome(), Texts: []view.TextCard{src.g.card()}}
	bare := view.Card{Chrome: src.g.chrome()}
	before := galleryNow.Add(-time.Hour)
	steps := func(b *browser, home view.Home) (out []string) {
		site.o.Source = homeOf{src, home}
		body := b.get("/").body
		for _, key := range []string{"help.step_enter", "help.step_awaits", "help.step_text", "help.step_record"} {
			words := locale.Message(lang.English, key, nil)
			if strings.Contains(body, ">"+words+"</a>") {
				out = append(out, strings.TrimPrefix(key, "help.step_"))
			} else if strings.Contains(body, "</svg> "+words) {
				out = append(out, strings.TrimPrefix(key, "help.step_")+" done")
			}
		}
		return out
	}
	expect := func(why string, got []string, want ...string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", why, got, want)
		}
	}
	b := enter(t, site, people, "cedar-sec")
	first := view.Home{Mechanisms: []view.Card{bare, card}, Awaits: src.g.awaits()}
	expect("the first visit", steps(b, first), "enter", "awaits", "text")
	expect("nothing awaits", steps(b, view.Home{Mechanisms: []view.Card{bare}}), "enter", "awaits done", "record")
	expect("no mechanism", steps(b, view.Home{}), "enter")
	later := view.Home{Mechanisms: first.Mechanisms, Awaits: first.Awaits, Since: before}
	expect("back by another link", steps(b, later), "enter")
	if body := b.get("/").body; !strings.Contains(body, `href="/sessions#passkeys"`) {
		t.Error("the step leads nowhere")
	}
	site.o.SignOnOnly = true
	if steps(b, later); !strings.Contains(b.get("/").body, `href="/sessions#sign-on"`) {
		t.Error("where the directory alone opens the site, a passkey is of no use")
	}
	site.o.SignOnOnly = false

	colleague := enter(t, site, people, "cedar-hod")
	colleague.cookie = append(colleague.cookie, &http.Cookie{Name: stepsCookie, Value: "cedar-sec"})
	expect("a colleague at the same browser", steps(colleague, later), "enter")
	res := b.do(http.MethodPost, "/habits", url.Values{"do": {"steps_done"}}, nil)
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/?done=steps_done" {
		t.Fatalf("enough: %d", res.StatusCode)
	}
	expect("enough", steps(b, first))
	if err := people.BindSignOn(t.Context(), "cedar-hod", "https://house.example", "4711"); err != nil {
		t.Fatal(err)
	}
	expect("a way in of their own", steps(colleague, first), "enter done", "awaits", "text")
	expect("settled in", steps(colleague, later))
	expect("a way in, and nowhere to go yet", steps(colleague, view.Home{}))
}

// homeOf is a source with another home page.
type homeOf struct {
	*source
	home view.Home
}

func (h homeOf) Mechanisms(context.Context, string, view.At) (view.Home, error) { return h.home, nil }

// The home page says in words, with a picture, how the line to each counterpart of each mechanism is.
func TestHomeSaysHowEachLineIs(t *testing.T) {
	site, src, people := newSite(t)
	site.o.Source = homeOf{src, view.Home{Mechanisms: []view.Card{{Chrome: src.g.chrome()}}}}
	b := enter(t, site, people, "cedar-sec")
	for _, tag := range locale.Languages {
		b.lang = string(tag)
		body := b.get("/").body
		_, list, _ := strings.Cut(body, `id="lines-valley"`)
		list, _, _ = strings.Cut(list, "</ul>")
		ends := strings.Split(list, "<li")[1:]
		if len(ends) != len(src.g.chrome().Lines) {
			t.Fatalf("%s: %d lines", tag, len(ends))
		}
		for i, l := range src.g.chrome().Lines {
			for _, want := range []string{"#line-" + l.Stage(), ">" + locale.Message(tag, "web.linked_"+l.Stage(), nil) + "<"} {
				if !strings.Contains(ends[i], want) {
					t.Errorf("%s: the line to %s lacks %s", tag, l.Party.ID, want)
				}
			}
		}
		if bad := inspect(body); len(bad) > 0 {
			t.Errorf("%s: %q", tag, bad)
		}
	}
}

// Where there is nothing yet, the page says so, and in a further sentence what to do first; only where nothing is to be done does it stop there.
func TestEmptyPlacesSayWhatToDoFirst(t *testing.T) {
	nothingToDo := []string{"file.same", "ours.acts_none", "ours.no_more", "press.no_replies", "search.nothing_here", "search.nothing_agreed", "search.nothing_record", "web.copies_forbidden", "web.no_changes", "web.nothing_awaits", "web.nothing_said", "web.nothing_yet",
		"web.sign_on_none", "web.situation_nothing", "web.no_mechanisms", "kind.membership_none", "kind.witness_none"}
	var keys []string
	files, err := templateFiles.ReadDir("templates")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := templateFiles.ReadFile("templates/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`class="empty">\{\{t "([^"]+)"`).FindAllStringSubmatch(string(b), -1) {
			keys = append(keys, m[1])
		}
	}
	if len(keys) < 20 {
		t.Fatalf("only %d empty places were found", len(keys))
	}
	keys = append(keys, "web.no_attachments")
	for _, k := range dialogue.Kinds {
		keys = append(keys, "kind."+k.ID+"_none")
	}
	for _, key := range keys {
		for _, tag := range locale.Languages {
			words := locale.Message(tag, key, nil)
			if strings.Count(words, ".")+strings.Count(words, "。") < 2 && !slices.Contains(nothingToDo, key) {
				t.Errorf("%s in %s only says %q", key, tag, words)
			}
		}
	}
}
