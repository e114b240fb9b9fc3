package web

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"entente.example/internal/locale"
	"entente.example/refusal"
)

// Wording that does not look like its language is asked about before it is on the record, at its field, in the reader's language; whoever says that it is right sends it, and other wording is asked about anew.
func TestWordingInAnotherLanguageIsAskedAboutBeforeItIsSent(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	const zh = "我们关切这一地区最近发生的事情。"
	box := regexp.MustCompile(`<input type="checkbox" name="as_it_stands" value="([0-9a-f]{16})">`)
	for name, c := range map[string]struct {
		page, act, field string
		typed            url.Values
	}{
		"a concern":         {"/m/valley/concerns", "concern.raise", "text:en", url.Values{"matter_id": {"c-1"}, "to": {"east"}, "text:en": {zh}}},
		"a wording":         {"/m/valley/texts/js-9", "propose", "text:en", url.Values{"text:en": {zh}}},
		"a comment":         {"/m/valley/texts/js-9", "comment", "version", url.Values{"language": {"ja"}, "version": {"Both sides meet every year."}}},
		"of the situation":  {"/m/valley/situation", "declare", "words", url.Values{"level": {"calm"}, "words": {"يجتمع الطرفان كل عام"}}},
		"a line of minutes": {"/m/valley/agreed-minutes", "minutes.circulate", "paragraphs:en", url.Values{"matter_id": {"m-1"}, "title:en": {"Minutes"}, "paragraphs": {"1 | 会议开始。\r\n2 | 会议结束。"}, "paragraphs:en": {"Opened.\r\n" + zh}}},
	} {
		b.lang = "en"
		all := tokens([]byte(b.get(c.page).body))
		on := formsOn(all, c.page)
		at := slices.IndexFunc(on, func(f sentForm) bool {
			does := append(f.fixed["act"], f.buttons["act"]...)
			return slices.Contains(does, c.act) && slices.ContainsFunc(f.controls, func(k control) bool { return k.name == c.field })
		})
		if at < 0 {
			t.Fatalf("%s: there is no form for it at %s", name, c.page)
		}
		path, form := on[at].to, maps.Clone(on[at].fixed)
		form.Set("act", c.act)
		maps.Copy(form, c.typed)
		for _, tag := range locale.Languages {
			src.acts = nil
			b.lang = string(tag)
			r := b.do(http.MethodPost, path, form, nil)
			m := box.FindStringSubmatch(r.body)
			if r.StatusCode != http.StatusBadRequest || m == nil || len(src.acts) > 0 {
				t.Errorf("%s in %s: %d, box %v, %d acts", name, tag, r.StatusCode, m, len(src.acts))
				continue
			}
			if !strings.Contains(r.body, locale.Message(tag, "web.as_it_stands", nil)) {
				t.Errorf("%s: the box has no words in %s", name, tag)
			}
			if wrong := regexp.MustCompile(`name="` + regexp.QuoteMeta(c.field) + `"[^>]* aria-invalid="true"`); !wrong.MatchString(r.body) {
				t.Errorf("%s: it is not asked at %s", name, c.field)
			}
			for _, complaint := range inspect(r.body) {
				t.Errorf("%s: %s", name, complaint)
			}
			form.Set(asIs, m[1])
			src.refuse = refusal.New(refusal.Conflict, "dialogue.closed")
			if r = b.do(http.MethodPost, path, form, nil); name != "a comment" && (r.StatusCode != http.StatusConflict || !strings.Contains(r.body, `<input type="hidden" name="as_it_stands" value="`+m[1]+`">`)) {
				t.Errorf("%s: %d, and it will be asked once more", name, r.StatusCode)
			}
			src.refuse = nil
			if r = b.do(http.MethodPost, path, form, nil); r.StatusCode != http.StatusSeeOther {
				t.Errorf("%s cannot be sent as it stands: %d", name, r.StatusCode)
			}
			was := form.Get(c.field)
			form.Set(c.field, was+was)
			if r = b.do(http.MethodPost, path, form, nil); r.StatusCode != http.StatusBadRequest {
				t.Errorf("%s: other words are not asked about: %d", name, r.StatusCode)
			}
			form.Set(c.field, was)
			form.Del(asIs)
		}
	}
}

// Each language is asked about by itself, with all that stands under it: whoever says that a quotation is right has not said it of a wording in another language's place, and is not asked about the quotation again.
func TestEachLanguageIsAskedAboutByItself(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	b.lang = "en"
	form := url.Values{"act": {"suspend"}, "from": {"2025-03-11T08:00"}, "zone": {"Z"}, "note": {"会议期间暂停线路，恢复时间另行通知。"}}
	if r := b.do(http.MethodPost, "/m/valley/line/main/acts", form, nil); r.StatusCode != http.StatusBadRequest || len(src.acts) > 0 || !strings.Contains(r.body, `name="as_it_stands"`) {
		t.Errorf("a note to those at the line: %d", r.StatusCode)
	}
	form = url.Values{"act": {"concern.raise"}, "matter_id": {"c-1"}, "to": {"east"}, "text:en": {"我们关切这一地区最近发生的事情。"}, "text:ja": {"We are concerned about what happened."}}
	marks := regexp.MustCompile(`name="as_it_stands" value="([0-9a-f]{16})"`)
	for _, want := range []string{"aria-invalid", "aria-invalid", ""} {
		r := b.do(http.MethodPost, "/m/valley/concerns", form, nil)
		field, boxes := len(form[asIs]), strings.Count(r.body, `type="checkbox" name="as_it_stands"`)
		switch {
		case want == "" && r.StatusCode != http.StatusSeeOther:
			t.Errorf("with %d answers: %d", field, r.StatusCode)
		case want != "" && (r.StatusCode != http.StatusBadRequest || boxes != 1 || !regexp.MustCompile(`name="text:`+[]string{"en", "ja"}[field]+`"[^>]* `+want).MatchString(r.body)):
			t.Errorf("with %d answers: %d, %d boxes", field, r.StatusCode, boxes)
		}
		form.Del(asIs)
		for _, m := range marks.FindAllStringSubmatch(r.body, -1) {
			form.Add(asIs, m[1])
		}
	}
	if len(src.acts) != 1 {
		t.Errorf("%d acts", len(src.acts))
	}
}
