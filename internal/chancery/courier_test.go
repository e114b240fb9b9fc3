package chancery

import "testing"

// A paper off the record that is handed over while the courier is on its way with others goes with its next walk: the courier forgot it when it came back, and whoever withdrew a sounding in that moment was not heard
// until something else was said.
func TestAPaperHandedOverMeanwhileIsNotForgotten(t *testing.T) {
	k := &messenger{wake: make(chan struct{}, 1)}
	if k.takeAsides() {
		t.Error("papers wait before there are any")
	}
	k.bring(true)
	if !k.takeAsides() {
		t.Fatal("the first is not taken up")
	}
	k.bring(true) // the first is on its way
	if !k.takeAsides() || len(k.wake) != 1 {
		t.Error("the second is forgotten")
	}
	if k.takeAsides() {
		t.Error("papers wait after all were taken up")
	}
}
