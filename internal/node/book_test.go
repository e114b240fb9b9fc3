package node

import (
	"bytes"
	"testing"
)

// What was just written stands in for the store only where it says the same: from an entry that it has, to the end of the log, and only if it was not too much to be remembered.
func TestJustWritten(t *testing.T) {
	few := justWritten{from: 5}
	buffer := []byte("a")
	for _, leaf := range []string{"a", "b", "c"} {
		copy(buffer, leaf)
		few.add(buffer) // the store's own bytes, which it uses again
	}
	many := justWritten{}
	for range 3 {
		many.add(make([]byte, maxWritten/2))
	}
	for name, c := range map[string]struct {
		w          justWritten
		from, size int64
		want       string
	}{
		"all of it":                 {few, 5, 8, "abc"},
		"the rest":                  {few, 7, 8, "c"},
		"an older entry is wanted":  {few, 4, 8, ""},
		"nothing is wanted":         {few, 8, 8, ""},
		"the log has grown since":   {few, 5, 9, ""},
		"the log is shorter":        {few, 5, 7, ""},
		"too much to be remembered": {many, 0, 3, ""},
		"nothing was written":       {justWritten{}, 0, 0, ""},
	} {
		leaves, ok := c.w.to(c.from, c.size)
		if got := string(bytes.Join(leaves, nil)); got != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q, %v", name, got, ok)
		}
	}
}
