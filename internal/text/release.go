package text

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// Limits of what stands above a text in public, in bytes of one language.
const (
	maxHeading = 300
	maxLead    = 2000
)

// check refuses what cannot stand on a public page.
func (f *Front) check() error {
	if f == nil {
		return nil
	}
	for _, part := range []struct {
		words lang.Text
		limit int
	}{{f.Category, maxHeading}, {f.Headline, maxHeading}, {f.Lead, maxLead}} {
		for _, tag := range part.words.Tags() {
			if err := tag.Check(); err != nil {
				return err
			}
			if err := lang.CheckLine(part.words[tag]); err != nil {
				return err
			}
			if n := len(part.words[tag]); n == 0 || n > part.limit {
				return refusal.New(refusal.Invalid, "text.bad_front", "limit", fmt.Sprint(part.limit))
			}
		}
	}
	return nil
}

func (f *Front) equal(g *Front) bool {
	return f != nil && g != nil && maps.Equal(f.Category, g.Category) && maps.Equal(f.Headline, g.Headline) && maps.Equal(f.Lead, g.Lead)
}

// PublicAt is the instant from which the text may be public: once adopted and released by every party, the latest of their instants.
func (s *State) PublicAt(c *charter.State, held adoption.Held) (time.Time, bool) {
	if s.Outcome(c, held) != adoption.Adopted {
		return time.Time{}, false
	}
	var at time.Time
	for _, p := range s.parties(c) {
		r, ok := s.Releases[p.ID]
		t, err := time.Parse(time.RFC3339, r.NotBefore)
		if !ok || err != nil {
			return time.Time{}, false
		}
		if t.After(at) {
			at = t
		}
	}
	return at, true
}

// PublicSince is what is said of a text that may be public at an instant: since then, or since its last seal, where the parties had named an instant before it. Nothing waits for it: the instant of a seal is its party's word.
func (s *State) PublicSince(at time.Time) time.Time {
	for _, c := range s.Rounds.Last().Choices {
		if sealed, err := time.Parse(time.RFC3339, c.At); err == nil && sealed.After(at) {
			at = sealed
		}
	}
	return at
}

// Front is what stands above the text in public: what every party released in the same words, or nothing. SPEC release-front.
func (s *State) Front(c *charter.State) Front {
	var front *Front
	for _, p := range s.parties(c) {
		r := s.Releases[p.ID]
		if r.Front == nil || front != nil && !front.equal(r.Front) {
			return Front{}
		}
		front = r.Front
	}
	return *front
}

// FrontsDiffer reports whether some party released words for the front, and not every one the same. Where none did, nothing differs.
func (s *State) FrontsDiffer(c *charter.State) bool {
	parties := s.parties(c)
	return slices.ContainsFunc(parties, func(p charter.Party) bool {
		first, front := s.Releases[parties[0].ID].Front, s.Releases[p.ID].Front
		return (front == nil) != (first == nil) || first != nil && !front.equal(first)
	})
}
