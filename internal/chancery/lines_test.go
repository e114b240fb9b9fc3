package chancery

import (
	"testing"

	"entente.example/internal/link"
)

// Without a bound by number one counterpart fills the core's queue with small frames, and without one by bytes our memory with a few large ones.
func TestWhatWaitsOfOneConnectionIsBounded(t *testing.T) {
	for name, c := range map[string]struct {
		kind   byte
		size   int
		frames int // with which one has to wait
	}{
		"small frames":     {link.KindHave, 2, pendingFrames},
		"frames of 4 KiB":  {link.KindReceipt, 4 << 10, pendingBytes / (4 << 10)},
		"one large frame":  {link.KindReceipt, 8 << 20, 1},
		"one with entries": {link.KindEntries, 2, 1},
	} {
		var p pending
		for round := range 3 {
			for n := 1; n <= c.frames; n++ {
				if got := p.enough(c.kind, c.size); got != (n == c.frames) {
					t.Fatalf("%s, round %d: waits after %d frames: %v", name, round, n, got)
				}
			}
		}
	}
}
