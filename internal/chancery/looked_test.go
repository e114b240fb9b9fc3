package chancery

import "testing"

// A look that found nothing holds until something is told; one that found something holds for nothing.
func TestLooked(t *testing.T) {
	l := looked{}
	if l.idle("m", 0) {
		t.Error("nobody has looked, and nothing was told since the start")
	}
	l.note("m", 0, true)
	if !l.idle("m", 0) || l.idle("m", 7) || l.idle("other", 0) {
		t.Errorf("after a look that found nothing: %v, %v, %v", l.idle("m", 0), l.idle("m", 7), l.idle("other", 0))
	}
	l.note("m", 7, false)
	if l.idle("m", 7) || l.idle("m", 0) {
		t.Error("a look that found something lets nobody rest")
	}
}
