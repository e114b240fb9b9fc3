package view

import (
	"entente.example/internal/charter"
	"entente.example/internal/text"
	"entente.example/lang"
)

// Said is something of a text that counts once every party says the same, and who said what of it.
type Said[V any] struct {
	Value V    // the zero value: none
	Open  bool // the parties differ; Value is as tabled
	Words []SaidBy[V]
	Own   V // as the reader's side has it
}

// SaidBy is a party's word on it; without an entry it is as tabled.
type SaidBy[V any] struct {
	Party Party
	Value V
	Entry string
	Note  string
}

// worded shows what every party has a word on beside the paragraphs: which language decides if the text's come to differ ("": all are equally authentic), and the symbol.
func (f From) worded(t *text.State, out *Text) {
	c := f.Charter()
	tag, agreed := t.Prevailing(c)
	out.Prevail = said(f, t, tag, agreed, func(p charter.PartyID) (lang.Tag, *text.Word) {
		if w := t.PrevailSaid(c, p); w != nil {
			return w.Language, &w.Word
		}
		return t.Tabled.Prevails, nil
	})
	symbol, agreed := t.Symbol(c)
	out.Designate = said(f, t, symbol, agreed, func(p charter.PartyID) (string, *text.Word) {
		if w := t.SymbolSaid(c, p); w != nil {
			return w.Symbol, &w.Word
		}
		return t.Tabled.Symbol, nil
	})
}

func said[V any](f From, t *text.State, value V, agreed bool, last func(charter.PartyID) (V, *text.Word)) Said[V] {
	out := Said[V]{Value: value, Open: !agreed}
	for p := range f.ordered(t.Sealers(f.Charter()).Document().Parties) {
		v, w := last(p.ID)
		word := SaidBy[V]{Party: f.party(p.ID), Value: v}
		if w != nil {
			word.Entry, word.Note = w.Act, w.Note
		}
		if p.ID == charter.PartyID(f.Self) {
			out.Own = v
		}
		out.Words = append(out.Words, word)
	}
	return out
}
