package node

import (
	"bytes"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"entente.example/lang"
)

// quoting are the members that repeat what is on the record, so that it can be told from what is to stand there instead.
var quoting = []string{"defective"}

// visible refuses an act of ours that holds what is not seen. The fold takes some of it from others, because records have it; what leaves has none. docs/protocol.md 2.1.
func visible(body []byte) error {
	if lang.Visible(string(body)) == nil {
		return nil // in canonical JSON every character that is not plain stands as itself
	}
	d := jsontext.NewDecoder(bytes.NewReader(body))
	for name := ""; ; {
		t, err := d.ReadToken()
		if err != nil {
			return nil // the end of it: what is hidden is quoted
		}
		kind, n := d.StackIndex(d.StackDepth())
		if t.Kind() != '"' {
			continue
		}
		if kind == '{' && n%2 == 1 {
			name = t.String()
		} else if slices.Contains(quoting, name) {
			continue
		}
		if err := lang.Visible(t.String()); err != nil {
			return err
		}
	}
}
