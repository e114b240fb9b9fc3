package text

import (
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// Sign is a party's word that the frozen text was signed on paper for it: on what day, where and in what office. It is a fact beside the seals, which it neither needs nor replaces. Its later word on the same round replaces it; one
// without a day takes it back. docs/protocol.md 4.13.
type Sign struct {
	Round    int       `json:"round,omitzero"`    // left out by a member: the text as it is frozen
	Manifest string    `json:"manifest,omitzero"` // … and its bytes
	Day      string    `json:"day,omitzero"`      // 2009-03-31, at the place; "": it was not signed
	Place    lang.Text `json:"place,omitempty"`
	Office   lang.Text `json:"office,omitempty"` // in which it was signed; a person is never named
	Note     string    `json:"note,omitzero"`
}

func (Sign) EntryType() string { return "text.sign" }

// SignedPaper is a party's word on its signature on paper. Without a day it says that there is none.
type SignedPaper struct {
	By
	Round  int       `json:"round"`
	Day    string    `json:"day,omitzero"`
	Place  lang.Text `json:"place,omitempty"`
	Office lang.Text `json:"office,omitempty"`
	Note   string    `json:"note,omitzero"`
}

// Signed is what a party last said of its signature on paper in a round; nil if it said nothing, or took it back.
func (s *State) Signed(party charter.PartyID, round int) *SignedPaper {
	for i := len(s.Papers) - 1; i >= 0; i-- {
		if p := &s.Papers[i]; p.Party == party && p.Round == round {
			if p.Day == "" {
				return nil
			}
			return p
		}
	}
	return nil
}

// SignBody completes the word with the text as it is frozen.
func (s *State) SignBody(c *charter.State, b Sign) (entry.Body, error) {
	f := s.Frozen(c)
	if f == nil {
		return nil, refusal.New(refusal.Conflict, "text.not_frozen", "text", s.ID)
	}
	if b.Round == 0 {
		b.Round, b.Manifest = f.Round, f.Manifest
	}
	return b, nil
}

// ahead is how far the day of the place where it is latest is ahead of that in UTC.
const ahead = 14 * time.Hour

func (b *Sign) check(s *State, c *charter.State, a *charter.Act) error {
	f := s.Frozen(c)
	if f == nil || f.Round != b.Round || f.Manifest != b.Manifest {
		return refusal.New(refusal.Conflict, "text.not_frozen", "text", s.ID)
	}
	if err := lang.CheckText(b.Note); err != nil {
		return err
	}
	if b.Day == "" {
		if len(b.Place) > 0 || len(b.Office) > 0 {
			return refusal.New(refusal.Invalid, "text.sign_day")
		}
		if s.Signed(a.Party, b.Round) == nil {
			return refusal.New(refusal.Conflict, "text.sign_none", "text", s.ID)
		}
		return nil
	}
	if _, err := time.Parse(time.DateOnly, b.Day); err != nil {
		return refusal.New(refusal.Invalid, "text.sign_no_such_day", "day", b.Day)
	}
	if b.Day > a.Entry.At.UTC().Add(ahead).Format(time.DateOnly) {
		return refusal.New(refusal.Invalid, "text.sign_ahead", "day", b.Day)
	}
	if _, place := b.Place.Pick(); place == "" {
		return refusal.New(refusal.Invalid, "text.sign_place")
	}
	if err := checkLines(b.Place, "text.sign_place_long"); err != nil {
		return err
	}
	return checkLines(b.Office, "text.sign_office_long")
}

// checkLines demands one line in each language, not empty and no longer than a heading.
func checkLines(words lang.Text, long string) error {
	if err := words.Check(); err != nil {
		return err
	}
	for _, tag := range words.Tags() {
		if err := lang.CheckLine(words[tag]); err != nil {
			return err
		}
		if n := len(words[tag]); n == 0 || n > maxHeading {
			return refusal.New(refusal.Invalid, long)
		}
	}
	return nil
}

func (b *Sign) apply(s *State, _ *charter.State, a *charter.Act) {
	s.Papers = append(s.Papers, SignedPaper{By: by(a), Round: b.Round, Day: b.Day, Place: b.Place, Office: b.Office, Note: b.Note})
}
