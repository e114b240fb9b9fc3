package view

import (
	"entente.example/internal/charter"
	"entente.example/internal/text"
	"entente.example/lang"
)

// Prevail is which language of a text decides if its languages come to differ, and who said what of it.
type Prevail struct {
	Language lang.Tag // "": all are equally authentic
	Open     bool     // the parties differ; Language is as tabled
	Words    []PrevailWord
	Own      lang.Tag // as the reader's side has it
}

// PrevailWord is a party's word on the language that prevails; without an entry it is as tabled.
type PrevailWord struct {
	Party    Party
	Language lang.Tag
	Entry    string
	Note     string
}

func (f From) prevail(t *text.State, out *Text) {
	c := f.Charter()
	tag, agreed := t.Prevailing(c)
	v := Prevail{Language: tag, Open: !agreed}
	for _, p := range t.Sealers(c).Document().Parties {
		word := PrevailWord{Party: f.party(p.ID), Language: t.Tabled.Prevails}
		if w := t.PrevailSaid(c, p.ID); w != nil {
			word.Language, word.Entry, word.Note = w.Language, w.Act, w.Note
		}
		if p.ID == charter.PartyID(f.Self) {
			v.Own = word.Language
		}
		v.Words = append(v.Words, word)
	}
	out.Prevail = v
}
