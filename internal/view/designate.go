package view

import (
	"entente.example/internal/charter"
	"entente.example/internal/text"
)

// Designate is the symbol of a text, and who said what of it.
type Designate struct {
	Symbol string // "": it bears none
	Open   bool   // the parties differ; Symbol is as tabled
	Words  []SymbolWord
	Own    string // as the reader's side has it
}

// SymbolWord is a party's word on the symbol; without an entry it is as tabled.
type SymbolWord struct {
	Party  Party
	Symbol string
	Entry  string
	Note   string
}

// worded shows what every party has a word on beside the paragraphs: the language that prevails, and the symbol.
func (f From) worded(t *text.State, out *Text) {
	f.prevail(t, out)
	f.designate(t, out)
}

func (f From) designate(t *text.State, out *Text) {
	c := f.Charter()
	symbol, agreed := t.Symbol(c)
	v := Designate{Symbol: symbol, Open: !agreed}
	for _, p := range t.Sealers(c).Document().Parties {
		word := SymbolWord{Party: f.party(p.ID), Symbol: t.Tabled.Symbol}
		if w := t.SymbolSaid(c, p.ID); w != nil {
			word.Symbol, word.Entry, word.Note = w.Symbol, w.Act, w.Note
		}
		if p.ID == charter.PartyID(f.Self) {
			v.Own = word.Symbol
		}
		v.Words = append(v.Words, word)
	}
	out.Designate = v
}
