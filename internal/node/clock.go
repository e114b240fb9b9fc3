package node

import (
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
)

// No rule of the record asks a clock, and nothing is refused because of one. But days, deadlines and embargoes are read from them, so a clock that is far off is told to people.

// FarOff is how far two clocks may be apart without a word.
const FarOff = 2 * time.Minute

// ClockBehind is by how much a clock is behind the time of our own newest entry, or 0 if that is not far. New entries carry that entry's time until the clock has passed it.
func (s *Snapshot) ClockBehind(now time.Time) (time.Duration, error) {
	own := s.Newest(charter.PartyID(s.Self))
	for leaf, err := range s.r.Leaves(own.ID, max(own.Size-1, 0), own.Size) {
		if err != nil {
			return 0, err
		}
		e, err := entry.Decode(leaf)
		if err != nil {
			return 0, err
		}
		if behind := e.At.Sub(now); behind > FarOff {
			return behind, nil
		}
	}
	return 0, nil
}
