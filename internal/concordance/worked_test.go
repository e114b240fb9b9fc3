package concordance

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"

	"entente.example/lang"
)

// The worked example says the same in three languages, with days, ordinals and numbers in words. One thing is asked, and rightly: "the three texts" of the final clause are not counted in Japanese. A comparison that cried
// wolf would not be read for long.
func TestTheWorkedExampleRaisesOneQuestion(t *testing.T) {
	b, err := os.ReadFile("../worked/worked_example.json")
	if err != nil {
		t.Fatal(err)
	}
	var all any
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	compared, asked := 0, []string{}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			words := lang.Text{}
			for _, tag := range []lang.Tag{"en", "zh-Hans", "ja"} {
				if s, ok := v[string(tag)].(string); ok {
					words[tag] = s
				}
			}
			if len(words) == 3 {
				compared++
				for _, q := range Questions(words, nil) {
					asked = append(asked, fmt.Sprint(q.In, q.Words, q.Missing))
				}
			}
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(all)
	if want := []string{"enthree[ja]"}; !slices.Equal(asked, want) {
		t.Errorf("asked %q", asked)
	}
	if compared < 50 {
		t.Errorf("only %d texts were compared", compared)
	}
}
