package lang

import (
	"fmt"
	"testing"
)

// However many tags there are, each is answered for, and few are remembered.
func TestScriptsOfManyTags(t *testing.T) {
	for i := range 4 * manyScripts {
		region := Tag(fmt.Sprintf("ar-x-%d", i))
		for range 2 { // looked up, and remembered
			if !region.RightToLeft() {
				t.Fatalf("%s runs from right to left", region)
			}
		}
	}
	if len(scripts.of) > manyScripts {
		t.Errorf("%d tags are remembered", len(scripts.of))
	}
	for tag, want := range map[Tag]bool{"he": true, "uz-Arab": true, "uz": false, "en": false, "zh-Hans": false} {
		if got := tag.RightToLeft(); got != want {
			t.Errorf("%s runs from right to left: %v", tag, got)
		}
	}
}
