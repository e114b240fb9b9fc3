package worked

import "testing"

func TestBounded(t *testing.T) {
	for n, want := range map[int]bool{0: false, 1: true, 9: true, 10: false} {
		if bounded(n) != want {
			t.Error(n)
		}
	}
}

func TestLoosely(t *testing.T) {
	if !bounded(5) {
		t.Error(5)
	}
}
