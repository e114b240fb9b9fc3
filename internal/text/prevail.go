package text

import (
	"slices"

	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// Prevail is a party's word on which language of the text decides if its languages come to differ; none: all are equally authentic. It counts once every party says the same. docs/protocol.md 4.8.
type Prevail struct {
	Language lang.Tag `json:"language,omitzero"` // one of the text's; "": none
	Note     string   `json:"note,omitzero"`
}

func (Prevail) EntryType() string { return "text.prevail" }

// PrevailWord is what a party said of the language that prevails.
type PrevailWord struct {
	Word
	Language lang.Tag `json:"language,omitzero"`
}

func (w PrevailWord) said() (Word, lang.Tag) { return w.Word, w.Language }

func (s *State) prevail(c *charter.State) register[lang.Tag, PrevailWord] {
	return register[lang.Tag, PrevailWord]{c, s.parties(c), s.Tabled.Prevails, s.PrevailWords}
}

// Prevailing is the language that prevails, "" for none, as all parties have it; a party that said nothing has it as it was tabled. While they differ, agreed is false and it is as tabled.
func (s *State) Prevailing(c *charter.State) (tag lang.Tag, agreed bool) {
	return s.prevail(c).agreed(s.seen(c))
}

// PrevailSaid is a party's last word on the language that prevails, nil if it said none.
func (s *State) PrevailSaid(c *charter.State, party charter.PartyID) *PrevailWord {
	return s.prevail(c).last(party, s.seen(c))
}

// checkPrevails refuses a language that the text does not have: a courtesy translation never prevails.
func checkPrevails(tag lang.Tag, languages []lang.Tag) error {
	if tag != "" && !slices.Contains(languages, tag) {
		return refusal.New(refusal.Invalid, "text.prevail_language", "language", string(tag))
	}
	return nil
}

func (b *Prevail) check(s *State, c *charter.State, a *charter.Act) error {
	if err := checkPrevails(b.Language, s.Tabled.Languages); err != nil {
		return err
	}
	words := s.prevail(c)
	if last := words.last(a.Party, nil); last != nil && words.idle(a, b.Language) {
		return refusal.New(refusal.Conflict, "text.prevail_said", "text", s.ID, "entry", last.Act)
	}
	return lang.CheckText(b.Note)
}

func (b *Prevail) apply(s *State, _ *charter.State, a *charter.Act) {
	spoken(&s.PrevailWords, a.Party, PrevailWord{Word{by(a), b.Note, a.Past}, b.Language})
}
