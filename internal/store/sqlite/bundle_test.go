package sqlite

import (
	"encoding/binary"
	"testing"

	"entente.example/internal/store"
)

// A row of many entries comes from a disk: whatever it holds, it is taken apart or refused.
func FuzzBundleRow(f *testing.F) {
	one := func(void string, past ...int64) []byte {
		b := binary.AppendVarint(binary.AppendUvarint(nil, 3), 9)
		b = store.AppendPast(binary.AppendUvarint(b, uint64(len(past))), past)
		if void == "" {
			return append(b, 0)
		}
		return append(binary.AppendUvarint(b, uint64(len(void)+1)), void...)
	}
	f.Add(append(one(""), one("{}", 1, 2)...), []byte("\x00\x01a\x00\x02bc"), int64(2))
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), []byte("\xff\xff"), int64(1))
	f.Fuzz(func(t *testing.T, outcomes, leaves []byte, width int64) {
		b := new(bundle)
		if width < 0 || width > 64 || b.read(outcomes, leaves, width) != nil {
			return
		}
		n := 0
		for _, o := range b.outcomes {
			n += 2 + len(o.leaf)
		}
		if int64(len(b.outcomes)) != width || n != len(leaves) {
			t.Fatalf("%d entries of %d bytes in %d", len(b.outcomes), n, len(leaves))
		}
	})
}
