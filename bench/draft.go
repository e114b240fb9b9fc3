package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// draftParagraphs is how long a draft is whose table the members' site shows within its goal.
const draftParagraphs = 300

// paragraphIn is a paragraph of usual length in the three languages of the draft.
var paragraphIn = map[string]string{
	"en": "The Sides reaffirm, with reference to item %d of the programme, that every question between them is considered in good time and on the basis of mutual respect, and that the offices named in the annex meet at least once in each half of the year. ",
	"zh": "双方重申，就方案第%d项而言，双方之间的一切问题均应在相互尊重的基础上及时加以审议，附件所列各机构每半年至少会晤一次。",
	"ja": "双方は、計画の第%d項に関し、双方の間のすべての問題を相互尊重の精神に基づいて速やかに検討すること、及び附属書に掲げる各部局が半年に少なくとも一度会合することを再確認する。",
}

// draft tables the text "bench-draft" at a node as a secretary does: each paragraph with an alternative.
func (b *bench) draft(ctx context.Context, p *process, mech string) error {
	type alternative struct {
		Label string            `json:"label"`
		Text  map[string]string `json:"text"`
	}
	type paragraph struct {
		ID           string            `json:"id"`
		Label        string            `json:"label"`
		Text         map[string]string `json:"text"`
		Alternatives []alternative     `json:"alternatives"`
	}
	file := struct {
		Title      map[string]string `json:"title"`
		Languages  []string          `json:"languages"`
		Paragraphs []paragraph       `json:"paragraphs"`
	}{Title: map[string]string{"en": "A long draft", "zh": "长篇草案", "ja": "長い草案"}, Languages: []string{"en", "zh", "ja"}}
	for i := range draftParagraphs {
		words, other := map[string]string{}, map[string]string{}
		for tag, s := range paragraphIn {
			words[tag] = strings.TrimSpace(fmt.Sprintf(s, i+1))
			other[tag] = strings.TrimSpace(fmt.Sprintf(s, i+1001))
		}
		label := fmt.Sprint(i + 1)
		file.Paragraphs = append(file.Paragraphs, paragraph{label, label, words, []alternative{{label + " bis", other}}})
	}
	body, err := json.Marshal(file)
	if err != nil {
		return err
	}
	return p.send(ctx, http.MethodPost, "/mechanisms/"+mech+"/texts/bench-draft/table", "application/octet-stream", body, b.authorParty+"-draft", new(any))
}
