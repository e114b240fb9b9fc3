package worked

import "testing"

func TestBounded(t *testing.T) {
	for n, want := range map[int]bool{0: false, 1: true, 9: true, 10: false} {
		if bounded(n) != want {
			t.Error(n)
		}
	}
}
