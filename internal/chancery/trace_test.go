package chancery

import "testing"

// An act is part of a paragraph's trace if it names the paragraph, alone or among others, at any depth, or if it is about the whole text.
func TestSpeaksOf(t *testing.T) {
	for body, want := range map[string]bool{
		`{"paragraph":"5","note":"x"}`:                                     true,
		`{"paragraph":"6"}`:                                                false,
		`{"paragraphs":["5","6"]}`:                                         true,
		`{"paragraphs":["6","7"]}`:                                         false,
		`{"items":[{"paragraph":"6"},{"paragraph":"5"}]}`:                  true,
		`{"items":[{"paragraph":"6"}]}`:                                    false,
		`{"title":{"en":"x"},"paragraphs":[{"id":"5","text":{}}]}`:         true,
		`{"title":{"en":"x"},"paragraphs":[{"id":"9","text":{"en":"5"}}]}`: false,
		`{"round":1,"statement":"00"}`:                                     true,
		`{}`:                                                               true,
	} {
		if got := speaksOf([]byte(body), "5"); got != want {
			t.Errorf("%s: %v", body, got)
		}
	}
}
