package web

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/conversation"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// A comment is made at its paragraph: the thread about it stands there with its count and last words, the form puts ours on the record and leads back to the same place, and comes back with every word if it is refused.
func TestACommentIsMadeInPlace(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	page := b.get("/m/valley/texts/js-9").body
	third := page[strings.Index(page, `id="p-3"`):strings.Index(page, `id="p-4"`)]
	for _, want := range []string{`href="/m/valley/threads/js-9.3">2 in the conversation`, `lang="ja">&lt;b&gt;確認しました。`, `name="act" value="comment"`, `name="paragraph" value="3"`, `Comment for all parties`, `Write for our side only`} {
		if !strings.Contains(third, want) {
			t.Errorf("the third paragraph does not have %q:\n%s", want, third)
		}
	}
	if strings.Contains(page[strings.Index(page, `id="p-4"`):], "/threads/js-9.3") {
		t.Error("a thread stands at a paragraph that it is not about")
	}
	form := url.Values{"act": {"comment"}, "paragraph": {"3"}, "language": {"ja"}, "version": {"日付を確認したい。"}}
	res := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", form, nil)
	want := []entry.Body{conversation.Open{About: "text/js-9", Paragraph: "3"}, conversation.Say{Text: lang.Text{"ja": "日付を確認したい。"}}}
	if res.StatusCode != http.StatusSeeOther || !strings.HasSuffix(res.Header.Get("Location"), "?done=comment#p-3") || !reflect.DeepEqual(src.acts, want) {
		t.Errorf("%d %s %+v", res.StatusCode, res.Header.Get("Location"), src.acts)
	}
	src.refuse = refusal.New(refusal.Denied, "charter.not_in_force")
	res = b.do(http.MethodPost, "/m/valley/texts/js-9/acts", form, nil)
	at := strings.Index(res.body, `id="p-3"`)
	if at < 0 || !strings.Contains(res.body[at:], `<details class="act" open>`) || !strings.Contains(res.body[at:], "日付を確認したい。</textarea>") || !strings.Contains(res.body[at:], `<option value="ja" lang="ja" selected>`) {
		t.Errorf("what was refused does not come back: %d", res.StatusCode)
	}
}

// Of a long text each paragraph leads to its form, and the one that was asked for has it; whoever may not write on the record has neither.
func TestCommentsOnALongText(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	long := src.g.text()
	for len(long.Paragraphs) <= manyParagraphs {
		p := long.Paragraphs[0]
		p.ID = text.ParaID(fmt.Sprint("x", len(long.Paragraphs)))
		long.Paragraphs = append(long.Paragraphs, p)
	}
	src.table = &long
	if n := strings.Count(b.get("/m/valley/texts/js-9?open=3").body, `value="comment"`); n != 1 {
		t.Errorf("%d forms", n)
	}
	if n := strings.Count(b.get("/m/valley/texts/js-9").body, `class="comment"`); n != len(long.Paragraphs) {
		t.Errorf("%d links for %d paragraphs", n, len(long.Paragraphs))
	}
	long.May = map[string]bool{"thread.say": true}
	if body := b.get("/m/valley/texts/js-9").body; strings.Contains(body, `class="comment"`) || !strings.Contains(body, "/threads/js-9.3") {
		t.Error("who only reads is offered a form, or is not shown the thread")
	}
}
