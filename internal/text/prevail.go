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
	By
	Language lang.Tag `json:"language,omitzero"`
	Note     string   `json:"note,omitzero"`
}

// Prevailing is the language that prevails, "" for none, as all parties have it; a party that said nothing has it as it was tabled. While they differ, agreed is false and it is as tabled.
func (s *State) Prevailing(c *charter.State) (tag lang.Tag, agreed bool) {
	return s.prevailing(c, s.seen(c))
}

func (s *State) prevailing(c *charter.State, h horizon) (tag lang.Tag, agreed bool) {
	parties := s.parties(c)
	tag = s.prevailsFor(c, parties[0].ID, h)
	for _, p := range parties[1:] {
		if s.prevailsFor(c, p.ID, h) != tag {
			return s.Tabled.Prevails, false
		}
	}
	return tag, true
}

// prevailsFor is the language that prevails as one party has it.
func (s *State) prevailsFor(c *charter.State, party charter.PartyID, h horizon) lang.Tag {
	if w := s.prevailWord(c, party, h); w != nil {
		return w.Language
	}
	return s.Tabled.Prevails
}

// prevailWord is a party's last word on the language that prevails, nil if it said none.
func (s *State) prevailWord(c *charter.State, party charter.PartyID, h horizon) *PrevailWord {
	list := s.PrevailWords[party]
	for i := len(list) - 1; i >= 0; i-- {
		if h.sees(c, list[i].By) {
			return &list[i]
		}
	}
	return nil
}

// PrevailSaid is a party's last word on the language that prevails, nil if it said none.
func (s *State) PrevailSaid(c *charter.State, party charter.PartyID) *PrevailWord {
	return s.prevailWord(c, party, s.seen(c))
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
	if w := s.prevailWord(c, a.Party, nil); w != nil && w.Language == b.Language {
		return refusal.New(refusal.Conflict, "text.prevail_said", "text", s.ID, "entry", w.Act)
	}
	return lang.CheckText(b.Note)
}

func (b *Prevail) apply(s *State, _ *charter.State, a *charter.Act) {
	if s.PrevailWords == nil {
		s.PrevailWords = map[charter.PartyID][]PrevailWord{}
	}
	s.PrevailWords[a.Party] = append(s.PrevailWords[a.Party], PrevailWord{By: by(a), Language: b.Language, Note: b.Note})
}

// prevailAwaits says that another party's word on the language that prevails waits for a party's own.
func (s *State) prevailAwaits(c *charter.State, me charter.PartyID) []Await {
	if s.prevailWord(c, me, nil) != nil {
		return nil
	}
	for _, p := range s.parties(c) {
		if w := s.prevailWord(c, p.ID, nil); w != nil && w.Language != s.Tabled.Prevails {
			return []Await{{"awaits.prevail", map[string]string{"text": s.ID, "party": string(p.ID)}}}
		}
	}
	return nil
}
