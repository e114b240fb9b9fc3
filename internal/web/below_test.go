package web

import (
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/dialogue"
	"entente.example/internal/minutes"
	"entente.example/internal/readout"
	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/lang"
)

// A paragraph is agreed, or confirmed, together with its sub-paragraphs of all depths, in one act: those that our side stands behind already are left out of it, and so are those of the next paragraph.
func TestAParagraphIsAgreedWithItsSubParagraphs(t *testing.T) {
	site, src, people := newSite(t)
	table := src.g.text()
	table.May["text.confirm"] = true
	ids := []text.ParaID{}
	for i, kind := range []string{text.Operative, text.Point, text.Subpoint, text.Point, text.Operative} {
		p := &table.Paragraphs[i]
		p.Kind, p.Standings = kind, nil
		ids = append(ids, p.ID)
	}
	stand := func(i int, how string) {
		table.Paragraphs[i].Standings = []view.Standing{{Party: table.Self, Kind: how}}
	}
	src.table = &table
	b := enter(t, site, people, "cedar-sec")
	act := func(act string, first text.ParaID) []text.Item {
		t.Helper()
		src.acts = nil
		form := url.Values{"act": {act}, "paragraph": {string(first)}, "wording": {string(table.Paragraphs[0].Main.ID)}}
		button := regexp.MustCompile(`name="paragraph" value="` + string(first) + `">[^/]*name="items" value="([^"]*)"><button[^>]* value="` + act + `"`)
		if m := button.FindStringSubmatch(b.get("/m/valley/texts/js-9").body); m != nil {
			form["items"] = m[1:]
		}
		if r := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", form, nil); r.StatusCode != http.StatusSeeOther || len(src.acts) != 1 {
			t.Fatalf("%s: %d, %v", act, r.StatusCode, src.acts)
		}
		switch a := src.acts[0].(type) {
		case text.Accept:
			return a.Items
		case text.Confirm:
			return a.Items
		}
		t.Fatalf("%T", src.acts[0])
		return nil
	}
	of := func(items []text.Item) (out []text.ParaID) {
		for _, i := range items {
			out = append(out, i.Paragraph)
		}
		return out
	}
	if !strings.Contains(b.get("/m/valley/texts/js-9").body, `value="accept_below"`) {
		t.Error("the table does not offer it")
	}
	if got := of(act("accept_below", ids[0])); !reflect.DeepEqual(got, ids[:4]) {
		t.Errorf("accepted with %v", got)
	}
	if got := of(act("accept", ids[0])); !reflect.DeepEqual(got, ids[:1]) {
		t.Errorf("accepted alone with %v", got)
	}
	stand(0, "ad_ref")
	stand(1, "ad_ref")
	stand(2, "confirmed")
	if got := of(act("accept_below", ids[1])); !reflect.DeepEqual(got, ids[1:2]) {
		t.Errorf("what is confirmed is accepted again: %v", got)
	}
	if !strings.Contains(b.get("/m/valley/texts/js-9").body, `value="confirm_below"`) {
		t.Error("the table does not offer to confirm them together")
	}
	if got := of(act("confirm_below", ids[0])); !reflect.DeepEqual(got, ids[:2]) {
		t.Errorf("confirmed with %v: the others are not agreed ad referendum", got)
	}
}

// Minutes and readouts are entered in every language on the page, and what takes the place of something begins with it.
func TestRowsInEveryLanguageOnThePage(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	form := url.Values{"act": {"readout.revise"}, "sentences:lang": {"zh-Hans"}, "sentences": {"s1 | 双方会晤。"}, "sentences:ja": {"双方は会談した。"}, "sentences:en": {"-"}}
	want := []entry.Body{&readout.Revise{Sentences: []readout.Sentence{{ID: "s1", Text: lang.Text{"zh-Hans": "双方会晤。", "ja": "双方は会談した。"}}}}}
	if r := b.do(http.MethodPost, "/m/valley/readouts/x-1", form, nil); r.StatusCode != http.StatusSeeOther || !reflect.DeepEqual(src.acts, want) {
		t.Fatalf("%d %+v", r.StatusCode, src.acts)
	}
	form.Set("sentences:ja", "一。\n二。")
	r := b.do(http.MethodPost, "/m/valley/readouts/x-1", form, nil)
	if r.StatusCode != http.StatusUnprocessableEntity && r.StatusCode != http.StatusBadRequest || !strings.Contains(r.body, "一。\n二。</textarea>") {
		t.Errorf("lines that do not fit come back with every word: %d", r.StatusCode)
	}
	k, _ := dialogue.Find("readout")
	src.again = func(m *view.Matter) { m.Repeat(k, "readout.revise", want[0]) }
	page := b.get("/m/valley/readouts/x-1").body
	for _, words := range []string{`name="sentences" rows="3" lang="zh-Hans">s1 | 双方会晤。</textarea>`, `name="sentences:ja" lang="ja" rows="2">双方は会談した。</textarea>`, `name="sentences:en" lang="en" rows="2"></textarea>`} {
		if !strings.Contains(page, words) {
			t.Errorf("the form does not begin with %s", words)
		}
	}
	src.acts = nil
	page = b.get("/m/valley/agreed-minutes/x-1").body
	if n := strings.Count(page, `<button type="submit" name="act" value="minutes.agree">`); n != 2 {
		t.Errorf("%d wordings can be agreed to where they stand", n)
	}
	if r := b.do(http.MethodPost, "/m/valley/agreed-minutes/x-1", url.Values{"act": {"minutes.agree"}, "paragraph": {"2"}, "wording": {"birch-2"}}, nil); r.StatusCode != http.StatusSeeOther || !reflect.DeepEqual(src.acts, []entry.Body{&minutes.Agree{Paragraph: "2", Wording: "birch-2"}}) {
		t.Errorf("%d %+v", r.StatusCode, src.acts)
	}
}
