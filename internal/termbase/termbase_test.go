package termbase

import (
	"slices"
	"testing"

	"entente.example/internal/charter"
	"entente.example/internal/glossary"
	"entente.example/internal/topic"
	"entente.example/lang"
)

func concepts() []Concept {
	return []Concept{
		{Matter: "term/trust", Term: lang.Text{"en": "mutual trust", "zh-Hans": "互信", "ja": "相互信頼"}, Agreed: true, Definition: lang.Text{"en": "reliance on <each other's> word", "fr": "confiance"}},
		{Matter: "term/law", Term: lang.Text{"en": "law", "ja": "法"}, Own: []Own{{"cedar", "en", "rule", "as in its <constitution>"}}},
		{Matter: "topic/weir", Title: lang.Text{"en": "Works at the mouth"}, Own: []Own{{"cedar", "ja", "締切工事", ""}, {"birch", "ja", "河口整備", ""}}},
	}
}

func TestWhatStandsInAParagraph(t *testing.T) {
	b := New(concepts())
	hits := func(p lang.Text) map[string]Hit {
		out := map[string]Hit{}
		for _, h := range b.In(p) {
			out[h.Concept.Matter] = h
		}
		return out
	}
	got := hits(lang.Text{"en": "Deepen Mutual  Trust and the laws;", "zh-Hans": "增进互信，遵守法律", "ja": "信頼を深め、法を守り、河口整備を行う"})
	trust := got["term/trust"]
	if !slices.Equal(trust.Common, []lang.Tag{"en", "zh-Hans"}) || !slices.Equal(trust.Missing, []lang.Tag{"ja"}) {
		t.Errorf("the agreed word is missing in Japanese: %+v", trust)
	}
	if law := got["term/law"]; !slices.Equal(law.Common, []lang.Tag{"en", "ja"}) || law.Missing != nil || law.Own != nil {
		t.Errorf("a plural, and a word inside others where there are no spaces: %+v", law)
	}
	if weir := got["topic/weir"]; len(weir.Own) != 1 || weir.Own[0].Party != "birch" || weir.Common != nil {
		t.Errorf("one side's own word: %+v", weir)
	}
	for _, p := range []lang.Text{{"en": "outlaw the lawn and flaws"}, {"en": "lawless"}, {"zh-Hans": "law?"}, {"ja": ""}, {}} {
		if got := hits(p); len(got) > 0 {
			t.Errorf("%v: %+v", p, got)
		}
	}
	if got := hits(lang.Text{"en": "by-law, (law) and law's"}); len(got) != 1 {
		t.Errorf("marks end a word: %+v", got)
	}
	// A word that is only proposed is not missed anywhere.
	if got := hits(lang.Text{"en": "the law", "ja": "何もない"})["term/law"]; got.Missing != nil {
		t.Errorf("%+v", got)
	}
}

func TestConceptsOfMatters(t *testing.T) {
	doc := &charter.Document{Sides: []charter.Side{{ID: "east", Parties: []charter.PartyID{"cedar"}}, {ID: "west", Parties: []charter.PartyID{"birch"}}},
		Parties: []charter.Party{{ID: "cedar", Side: "east"}, {ID: "birch", Side: "west"}}}
	c := charter.NewAs("m", doc)
	word := &glossary.State{ID: "trust", Entered: []glossary.Entered{{By: charter.By{Party: "cedar"}, Enter: glossary.Enter{Term: lang.Text{"en": "trust"}}, Concurs: []charter.By{{Party: "birch"}}}},
		Own: map[charter.PartyID][]glossary.Word{"birch": {{Language: "en", Term: "faith"}}}}
	issue := &topic.State{ID: "weir", Raised: []topic.Raised{{Title: lang.Text{"en": "Works"}}}, Own: map[charter.PartyID]*topic.Corner{"cedar": {Terms: []topic.Termed{{Language: "en", Term: "dam"}}}}}
	states := map[string][]any{"term": {word, &glossary.State{ID: "empty"}}, "topic": {issue, &topic.State{ID: "plain", Raised: []topic.Raised{{Title: lang.Text{"en": "x"}}}}}}
	got, err := Gather(c, func(kind string) ([]any, error) { return states[kind], nil })
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v %v", got, err)
	}
	if k := got[0]; k.Matter != "term/trust" || !k.Agreed || k.Own[0].Party != "birch" || k.Own[0].Term != "faith" {
		t.Errorf("%+v", k)
	}
	if k := got[1]; k.Matter != "topic/weir" || k.Agreed || len(k.Term) > 0 || k.Own[0].Term != "dam" {
		t.Errorf("%+v", k)
	}
}
