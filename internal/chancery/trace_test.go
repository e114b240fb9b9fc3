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
		if named, found := speaksOf([]byte(body), "5"); (found || !named) != want {
			t.Errorf("%s: %v, %v", body, named, found)
		}
	}
}

// Acts on the whole text belong to the trace of each of its paragraphs, and make none of a paragraph that nobody named.
func TestNoTraceOfAParagraphThatNobodyNamed(t *testing.T) {
	rows := func() []LogEntry {
		return []LogEntry{{Body: []byte(`{"paragraphs":[{"id":"5","text":{}}]}`)}, {Body: []byte(`{"paragraph":"6"}`)}, {Body: []byte(`{"round":1}`)}}
	}
	for paragraph, want := range map[string]int{"5": 2, "6": 2, "7": 0, "": 0} {
		if got := touching(rows(), paragraph); len(got) != want {
			t.Errorf("%q: %d acts, not %d", paragraph, len(got), want)
		}
	}
}
