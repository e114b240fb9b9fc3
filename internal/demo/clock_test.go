package demo

import (
	"testing"
	"time"
)

// A clock far off is told on both ends, by how much and which way, and refuses nothing: entries come through meanwhile, and it is told no more once it is set right. A machine whose clock
// went back writes on with the time of its newest entry and says so. A node that judged by the clock would refuse the meeting; one that did not compare would tell nothing.
func TestAClockFarOff(t *testing.T) {
	s := stage(t)
	fast, right := s.Actors[0], s.Actors[1]
	meet := func(ahead time.Duration) {
		s.apart(t, fast)
		fast.ahead.Store(int64(ahead))
		s.together(fast)
	}
	told := func(a, of *Actor, want int64) func() bool {
		return func() bool {
			l := lineTo(t, a, of)
			got := l.Ways[0].Ahead
			return l.Connected && (got == 0) == (want == 0) && (got-want) > -60 && (got-want) < 60
		}
	}
	const away = int64(3 * time.Hour / time.Second)
	meet(3 * time.Hour)
	s.eventually(t, told(right, fast, away))
	s.eventually(t, told(fast, right, -away))
	enter(t, s, fast, 4, "2009-02-24")
	if _, err := s.Digests(t.Context()); err != nil {
		t.Fatal(err)
	}
	meet(time.Minute) // within what is usual
	s.eventually(t, told(right, fast, 0))

	st, err := fast.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := st.Mechanisms[0].ClockBehind; got != away-60 {
		t.Errorf("the clock is behind by %d s, said to be %d", away-60, got)
	}
	enter(t, s, fast, 5, "2015-12-03")
	if _, err := s.Digests(t.Context()); err != nil {
		t.Fatal(err)
	}
	if st, err = right.Status(t.Context()); err != nil || st.Mechanisms[0].ClockBehind != 0 {
		t.Errorf("%v, %v", st.Mechanisms[0].ClockBehind, err)
	}
}
