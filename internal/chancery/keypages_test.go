package chancery

import (
	"strings"
	"testing"
)

// What was pasted together comes apart again, however it was divided by mail, and nothing of it is lost.
func TestBlocksComeApart(t *testing.T) {
	one := "-----BEGIN ENTENTE CONSENT-----\nAAAA\n-----END ENTENTE CONSENT-----"
	for name, c := range map[string]struct {
		in   string
		want int
	}{"none": {" \n", 0}, "one": {one, 1}, "two in a row": {one + one, 2}, "with words between": {"Dear colleague,\n" + one + "\n\nand theirs:\n> " + one + "\n", 2}, "one cut off": {one + "\n-----BEGIN ENTENTE CONSENT-----\nAAA", 2}} {
		got := Blocks([]byte(c.in))
		all := ""
		for _, b := range got {
			all += string(b)
		}
		if len(got) != c.want || strings.TrimSpace(all) != strings.TrimSpace(c.in) {
			t.Errorf("%s: %d blocks, %q", name, len(got), all)
		}
	}
}
