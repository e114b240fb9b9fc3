package premises_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// A new paragraph of the next text rests on a paragraph of the adopted one: ticked on the page, seen at both texts, refused as long as that text is not adopted.
func TestANewParagraphRestsOnAnAdoptedText(t *testing.T) {
	ex, stage, script := invented(t)
	ctx, a := context.Background(), stage.Actors[0]
	sec, adopted := string(a.Party)+"-draft", ex.TextID()
	base := "/m/" + ex.Mechanism.ID + "/texts/"
	table := text.Table{Title: lang.Text{"en": "Next"}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1, Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": "Begin;"}, Cites: []string{"text/" + adopted}}}}
	played := 0
	for ; played < len(script) && script[played].Seq <= 12; played++ {
		play(t, stage, script[played])
	}
	if _, err := a.Act(ctx, stage.Mech, sec, "text/next", table); err == nil || refusal.As(err).Key != "text.cites_unadopted" {
		t.Fatalf("a text under negotiation is cited: %v", err)
	}
	play(t, stage, script[played:]...)
	for key, cite := range map[string]string{"text.cites_paragraph": "text/" + adopted + "#none", "text.unknown_text": "text/nowhere"} {
		table.Paragraphs[0].Cites = []string{cite}
		if _, err := a.Act(ctx, stage.Mech, sec, "text/next", table); err == nil || refusal.As(err).Key != key {
			t.Errorf("%s: %v", cite, err)
		}
	}
	table.Paragraphs[0].Cites = nil
	if _, err := a.Act(ctx, stage.Mech, sec, "text/next", table); err != nil {
		t.Fatal(err)
	}
	b := enter(t, a, sec)
	_, form := b.get(base + "next/revise?paragraphs=1")
	mark := "text/" + adopted + "#5"
	if !strings.Contains(form, `name="cites" value="`+mark+`">`) || strings.Contains(form, `value="text/next"`) {
		t.Fatalf("the form does not offer %s, or the text itself", mark)
	}
	if code, body := b.post(base+"next/acts", url.Values{"act": {"insert"}, "paragraph": {"1"}, "place": {"1"}, "kind": {"operative"}, "text:en": {"Go on;"}, "cites": {mark, ex.Documents[0].ID}}); code != http.StatusOK || !strings.Contains(body, adopted+"#p-5") {
		t.Fatalf("%d: the new paragraph does not show what it rests on", code)
	}
	if _, body := b.get(base + adopted); !strings.Contains(body, `id="rests"`) || !strings.Contains(body, base+"next#p-") {
		t.Error("the adopted text does not show what rests on it")
	}
	list, err := a.RestsOnText(ctx, stage.Mech, adopted)
	if err != nil || len(list) != 1 || list[0].Text != "next" || list[0].Place != "5" {
		t.Errorf("%+v %v", list, err)
	}
}
