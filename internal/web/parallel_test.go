package web

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// A text that is one side's own says so above everything else, stands beside what the others have or says that they have nothing, is issued and never adopted, and carries what others say against it where they say it. A form for
// that is only there for other sides; words that are refused come back.
func TestTheTableSaysWhoseATextIs(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	if page := b.get("/m/valley/texts/js-9").body; strings.Contains(page, "without joint authority") || strings.Contains(page, `id="pair"`) {
		t.Fatal("a joint text is shown as one side's own")
	}
	x := src.g.text()
	sides := src.g.sides()
	x.Stage, x.Alone = "adopted", &sides[1]
	twin := view.Twin{TextCard: view.TextCard{ID: "lantern.bay", Title: lang.Text{"en": "On the bay"}, Stage: "adopted", Alone: &sides[1]}, Side: sides[1], Self: true, Paragraphs: []view.TwinParagraph{{ID: "1", Label: "1", Text: lang.Text{"en": "We fish <there>."}}}}
	x.Pair = &view.Pair{ID: "bay", Twins: []view.Twin{twin}, Absent: []view.Party{src.g.party("cedar")}, Ready: "cedar.bay", Say: true,
		Said: []view.Dissent{{Party: src.g.party("cedar"), Paragraph: "2", Label: "2", Text: lang.Text{"en": "Nobody fishes there."}, Entry: "cedar-50", At: galleryNow}}}
	src.table = &x
	page := b.get("/m/valley/texts/js-9").body
	for _, want := range []string{"own text of one side, without joint authority", "Issued by one side", "has no text of its own on this matter yet", "<code>cedar.bay</code>", "We fish &lt;there&gt;.", `name="act" value="dissent"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the table does not say %q", want)
		}
	}
	if strings.Contains(page, ">Adopted<") || strings.Count(page, "Nobody fishes there.") != 2 {
		t.Errorf("adopted, or the disagreement stands %d times: at its paragraph and in the list", strings.Count(page, "Nobody fishes there."))
	}
	src.acts = nil
	res := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", url.Values{"act": {"dissent"}, "paragraph": {"2"}, "text:en": {"Nobody fishes there."}}, nil)
	if res.StatusCode != http.StatusSeeOther || !strings.HasSuffix(res.Header.Get("Location"), "#dissents") || len(src.acts) != 1 || !reflect.DeepEqual(src.acts[0], text.Dissent{Paragraph: "2", Text: lang.Text{"en": "Nobody fishes there."}}) {
		t.Errorf("%d %s %+v", res.StatusCode, res.Header.Get("Location"), src.acts)
	}
	src.refuse = refusal.New(refusal.Conflict, "text.dissent_early", "text", "js-9")
	if res := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", url.Values{"act": {"dissent"}, "text:en": {"Too soon."}}, nil); res.StatusCode != http.StatusConflict || !strings.Contains(res.body, "Too soon.</textarea>") {
		t.Errorf("refused: %d", res.StatusCode)
	}
	src.refuse = nil
	x.Pair.Say = false
	if strings.Contains(b.get("/m/valley/texts/js-9").body, `value="dissent"`) {
		t.Error("whoever may not dissent has a form for it")
	}
}
