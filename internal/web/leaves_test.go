package web

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"entente.example/internal/view"
	"entente.example/lang"
)

// staying are forms by which nothing leaves the node, by something that stands in each of them.
var staying = []string{
	`action="/language"`, `action="/sign-`, `action="/sessions/`, `action="/digest"`, `action="/meeting-mail"`, `action="/passkeys`, `action="/password"`, `action="/habits"`, `class="undo"`, // one's own account
	`/ours"`, `/invitation.ics"`, `/replies"`, `/calendar"`, `/passes"`, // for our own side
	`/non-papers/{{.ID}}/drop"`, `/non-papers/pack"`, `/non-papers/open"`, `action="{{$at}}/pack"`, `action="{{$at}}/open"`, // carried by hand, if at all
	`/keys/read#`, `value="set_aside"`, `/keys/compare#`, `/compare" enctype`, // read here
	`value="answer"><input type="hidden" name="office"`, `value="revise"><label>`, `name="outcome"`, `value="refuse"><label>{{t "web.reason"}}<textarea`, `value="take"`, `value="take_back"`, // clearances and acts that wait
	`value="uncover"`, `value="close"`, `value="decline">{{t "web.reply`, `value="hold"`, `value="erase"`, `value="forget"`, // the press desk: takes words away
}

// A form by which something crosses the line, or comes before the public, says what goes to whom before it is sent: in itself, or above the table whose buttons act at once. A new form is in neither list.
func TestFormsSayWhatLeaves(t *testing.T) {
	form := regexp.MustCompile(`(?s)<form[^>]*method="post".*?</form>`)
	n := 0
	err := fs.WalkDir(templateFiles, "templates", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(templateFiles, path)
		s := string(b)
		if strings.HasSuffix(path, "revise.html") { // its forms begin and end in two templates
			s = strings.NewReplacer(`{{end}}`+"\n\n"+`{{define "reviseend"}}`, "").Replace(s)
		}
		for _, f := range form.FindAllString(s, -1) {
			n++
			says := strings.Contains(f, "{{leaves ") || strings.Contains(f, `class="soft leaves"`)
			stays := false
			for _, mark := range staying {
				stays = stays || strings.Contains(f, mark)
			}
			if says == stays {
				t.Errorf("%s: says %t, stays %t: %.180s", path, says, stays, f)
			}
		}
		return err
	})
	if err != nil || n < 60 {
		t.Errorf("%d forms: %v", n, err)
	}
}

// Whom it goes to is named in the reader's language; the freeze takes a second step, and the buttons of the table point at what is said above it.
func TestTheTableSaysWhatLeaves(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	page := b.get("/m/valley/texts/js-9").body
	at := strings.Index(page, `<div id="leaves"><p class="soft leaves">Goes to `)
	if at < 0 || !strings.Contains(page, `aria-describedby="leaves" name="act" value="accept"`) {
		t.Error("the table does not say what its buttons send, or they do not point at it")
	}
	g := loadGallery(t)
	chrome := g.chrome()
	for tag, want := range map[lang.Tag]string{"en": "Goes to ", "zh-Hans": "将送达", "ja": "に届き"} {
		p := printer{tag: tag}
		html := string(p.leaves(chrome))
		for _, l := range chrome.Lines {
			if !strings.Contains(html, want) || !strings.Contains(html, p.name(l.Party.Names).Short) {
				t.Errorf("%s: %s", tag, html)
			}
		}
	}
	if html := (printer{tag: "en"}).leaves(view.Chrome{}); html != "" {
		t.Errorf("with nobody to send to: %s", html)
	}
}

// What a press officer, a secretary and whoever holds papers off the record do by the newer forms reaches the house, and a refused form keeps its words.
func TestFormsThatTheAPIHad(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	form := map[string][]string{"act": {"document.deposit"}, "matter_id": {"1972-statement"}, "kind": {"joint statement"}, "made": {"signed"}, "date": {"1972-09-29"},
		"titles": {"en | side-west | Joint Statement | Statement\nja | | 共同声明"}, "place:en": {"Capital"}, "other_dates": {"1972-09-30 | White paper, vol. 2"}, "principles:en": {"Peace\nGood faith"}, "principles:ja": {"平和\n誠実"}, "sources": {"White paper, vol. 1\nArchive"}}
	if res := b.do("POST", "/m/valley/documents", form, nil); res.StatusCode != 303 || len(src.acts) != 1 {
		t.Fatalf("a founding document: %d %v", res.StatusCode, src.acts)
	}
	got := spell(src.acts[0])
	for _, want := range []string{`"date":"1972-09-29"`, `{"full":"共同声明","lang":"ja"}`, `"used_by":"side-west"`, `"act":"signed"`, `{"date":"1972-09-30","source":"White paper, vol. 2"}`, `{"en":"Good faith","ja":"誠実"}`, `["White paper, vol. 1","Archive"]`} {
		if !strings.Contains(got, want) {
			t.Errorf("it was deposited without %s: %s", want, got)
		}
	}
	form["matter_id"] = []string{"Not An Id"}
	if res := b.do("POST", "/m/valley/documents", form, nil); res.StatusCode != 400 || len(src.acts) != 1 {
		t.Errorf("a bad id: %d", res.StatusCode)
	}
	if res := b.do("POST", "/m/valley/keys/compare", map[string][]string{"note": {"x"}}, nil); res.StatusCode != 200 || !strings.Contains(res.body, "contradicts the history") {
		t.Errorf("a checkpoint that contradicts: %d", res.StatusCode)
	}
	if res := b.get("/m/valley/texts/js-9/proof.zip"); res.Header.Get("Content-Type") != "application/zip" || !strings.Contains(res.Header.Get("Content-Disposition"), "js-9.proof.zip") {
		t.Errorf("the proof: %v", res.Header)
	}
	if res := b.do("POST", "/m/valley/non-papers/pack", map[string][]string{"to": {"lantern"}}, nil); res.Header.Get("Content-Type") != "application/zip" {
		t.Errorf("papers to carry: %d", res.StatusCode)
	}
}
