package node

import (
	"testing"

	"entente.example/refusal"
)

// What is not seen does not leave in any member of an act, with the character's own place; what is quoted from the record may have it, so that it can be corrected. SPEC wording-leaves.
func TestNothingHiddenLeaves(t *testing.T) {
	for body, want := range map[string]string{
		`{"note":"Plain, 日本語","n":[1,true]}`:                                     "",
		"{\"text\":{\"en\":\"ab\u2800\"}}":                                       "3",
		"{\"items\":[{\"note\":\"\U0001BCA0\"}]}":                                "1",
		"{\"items\":[{\"corrected\":\"ab\",\"defective\":\"a\u2800b\"}]}":        "",
		"{\"items\":[{\"corrected\":\"ab\u2800c\",\"defective\":\"a\u2800b\"}]}": "3",
		"{\"defective\":\"a\u2800b\",\"x\":{\"a\u2800\":1}}":                     "2",
		"{\"text\":{\"mn\":\"\u1820\u180b\"}}":                                   "",
		"{\"quoted\":\"\\\"\",\"text\":\"\\n\u180b\"}":                           "2",
	} {
		err := refusal.As(visible([]byte(body)))
		switch {
		case want == "" && err != nil:
			t.Errorf("%s is refused: %v", body, err)
		case want != "" && (err == nil || err.Key != "lang.invisible" || err.Params["place"] != want):
			t.Errorf("%s: %v", body, err)
		}
	}
}
