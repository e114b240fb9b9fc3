package premises

import (
	"errors"
	"testing"

	"entente.example/refusal"
)

// A node whose record cannot be read just now is opened anew; one that ended for any other reason, or was told to end, is not.
func TestWhatANodeIsOpenedAnewAfter(t *testing.T) {
	closing := errors.New("the files beside it")
	for _, c := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{errors.Join(nil, nil), false},
		{errors.Join(refusal.New(refusal.Unavailable, "node.store_lost"), closing), true},
		{errors.Join(refusal.New(refusal.Unavailable, "node.store_away"), closing), true},
		{refusal.New(refusal.Unavailable, "node.fenced"), false},
		{closing, false},
	} {
		if got := away(c.err); got != c.want {
			t.Errorf("%v: %v", c.err, got)
		}
	}
}
