package text

import (
	"entente.example/enclosure"
	"entente.example/refusal"
)

// checkAnnexes refuses an annex whose file is not one that stays.
func checkAnnexes(list []Annex) error {
	for _, a := range list {
		if (a.Body == nil) != (a.Attachment == "") {
			return refusal.New(refusal.Invalid, "text.annex_file", "annex", a.ID)
		}
		if a.Body == nil {
			continue
		}
		if err := a.Body.Check(); err != nil {
			return err
		}
		if a.Body.Class != enclosure.Permanent {
			return refusal.New(refusal.Invalid, "text.annex_erasable", "annex", a.ID)
		}
	}
	return nil
}

// Enclosures are what a seal of the text covers beside the record. A party's node acknowledges the others' seals only once it holds all of them. SPEC ack-bodies.
func (s *State) Enclosures() []enclosure.Commitment {
	if s.Tabled == nil {
		return nil
	}
	var out []enclosure.Commitment
	for _, a := range s.Tabled.Annexes {
		if a.Body != nil {
			out = append(out, *a.Body)
		}
	}
	return out
}
