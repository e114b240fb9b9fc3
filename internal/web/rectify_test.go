package web

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"entente.example/internal/text"
	"entente.example/refusal"
)

// A correction has room for several passages, without script: rows in which nothing was written are none, and a refusal brings back every row as it was, the filled ones unfolded.
func TestACorrectionHasSeveralPassages(t *testing.T) {
	site, src, people := newSite(t)
	table := src.g.adopted()
	src.table = &table
	b := enter(t, site, people, "cedar-sec")
	if page := b.get("/m/valley/texts/js-9").body; strings.Count(page, `name="defective"`) != passages || strings.Count(page, `name="corrected"`) != passages {
		t.Fatalf("the form has %d passages", strings.Count(page, `name="defective"`))
	}
	form := url.Values{"act": {"rectify"}, "note": {"typing"}, "paragraph": {"2", "1", "1", "4"}, "language": {"en", "en", "en", "ja"}, "defective": {"intenational", "", " ", "立脚する立脚する"}, "corrected": {"international", "", "", "立脚する"}}
	want := []text.Erratum{{Paragraph: "2", Language: "en", Defective: "intenational", Corrected: "international"}, {Paragraph: "4", Language: "ja", Defective: "立脚する立脚する", Corrected: "立脚する"}}
	res := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", form, nil)
	if got, ok := src.acts[0].(text.Rectify); res.StatusCode != http.StatusSeeOther || !ok || got.Note != "typing" || !reflect.DeepEqual(got.Items, want) {
		t.Fatalf("%d %+v", res.StatusCode, src.acts)
	}
	src.refuse = refusal.New(refusal.Conflict, "text.rectify_passage", "paragraph", "4", "language", "ja", "passage", "立脚する立脚する")
	res = b.do(http.MethodPost, "/m/valley/texts/js-9/acts", form, nil)
	for _, kept := range []string{">intenational<", ">international<", ">立脚する立脚する<", ">立脚する<", `value="typing"`} {
		if !strings.Contains(res.body, kept) {
			t.Errorf("the refused form does not bring %q back", kept)
		}
	}
	if before := res.body[:max(0, strings.LastIndex(res.body, ">立脚する立脚する<"))]; !strings.HasPrefix(before[max(0, strings.LastIndex(before, "<details")):], `<details class="act" open`) {
		t.Error("the last row that was filled in is folded")
	}
	if res.StatusCode != http.StatusConflict || strings.Count(res.body, `name="defective"`) != passages {
		t.Errorf("refused: %d", res.StatusCode)
	}
}
