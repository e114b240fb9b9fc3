package dialogue

import (
	"slices"
	"testing"

	"entente.example/internal/concern"
	"entente.example/internal/minutes"
	"entente.example/internal/paper"
	"entente.example/internal/text"
	"entente.example/lang"
)

// Wording under the tag of another language is asked about wherever in an act it stands; what its tag claims, and what is too short to tell, is not.
func TestDoubts(t *testing.T) {
	const zh = "我们关切这一地区最近发生的事情。"
	for name, c := range map[string]struct {
		body any
		want []Doubt
	}{
		"a concern":           {&concern.Raise{Text: lang.Text{"en": zh, "zh-Hans": zh}}, []Doubt{{"en", zh}}},
		"a paper":             {&paper.Send{Title: lang.Text{"ja": "A note about the visit"}, Text: lang.Text{"zh-Hans": zh}}, []Doubt{{"ja", "A note about the visit"}}},
		"minutes, within":     {minutes.Circulate{Paragraphs: []minutes.Paragraph{{ID: "1", Text: lang.Text{"en": "Both sides met."}}, {ID: "2", Text: lang.Text{"en": zh}}}}, []Doubt{{"en", zh}}},
		"what its tag claims": {&concern.Raise{Text: lang.Text{"zh-Hans": zh, "en": "We are concerned."}}, nil},
		"a name":              {&concern.Raise{Text: lang.Text{"ja": "OECD"}}, nil},
		"nothing":             {nil, nil},
		"a translation":       {text.Having{Body: text.Translate{Language: "en", Items: []text.Translation{{Paragraph: "1", Text: "Both sides met."}, {Paragraph: "2", Text: zh}}}}, []Doubt{{"en", zh}}},
		"a translated title":  {&text.Translate{Language: "ja", Title: "Joint text of the meeting"}, []Doubt{{"ja", "Joint text of the meeting"}}},
		"a correction":        {&text.Rectify{Items: []text.Erratum{{Language: "en", Defective: "x", Corrected: zh}}}, []Doubt{{"en", zh}}},
	} {
		if got := Doubts(c.body); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v", name, got)
		}
	}
}
