package text

import (
	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// Designate is a party's word on the symbol under which the text is to be adopted; none: it bears none. It counts once every party says the same. docs/protocol.md 4.12.
type Designate struct {
	Symbol string `json:"symbol,omitzero"` // at most MaxSymbol bytes, one line, as in RPEM/9/JS; "": none
	Note   string `json:"note,omitzero"`
}

func (Designate) EntryType() string { return "text.designate" }

// SymbolWord is what a party said of the text's symbol.
type SymbolWord struct {
	By
	Symbol string `json:"symbol,omitzero"`
	Note   string `json:"note,omitzero"`
}

// MaxSymbol is the longest symbol, in bytes of UTF-8.
const MaxSymbol = 64

func badSymbol(s string) bool { return len(s) > MaxSymbol || lang.CheckLine(s) != nil }

// Symbol is the symbol of the text, "" for none, as all parties have it; a party that said nothing has it as it was tabled. While they differ, agreed is false and it is as tabled.
func (s *State) Symbol(c *charter.State) (symbol string, agreed bool) {
	if s.Tabled == nil {
		return "", true
	}
	return s.symbol(c, s.seen(c))
}

func (s *State) symbol(c *charter.State, h horizon) (symbol string, agreed bool) {
	parties := s.parties(c)
	symbol = s.symbolFor(c, parties[0].ID, h)
	for _, p := range parties[1:] {
		if s.symbolFor(c, p.ID, h) != symbol {
			return s.Tabled.Symbol, false
		}
	}
	return symbol, true
}

// symbolFor is the symbol of the text as one party has it.
func (s *State) symbolFor(c *charter.State, party charter.PartyID, h horizon) string {
	if w := s.symbolWord(c, party, h); w != nil {
		return w.Symbol
	}
	return s.Tabled.Symbol
}

// symbolWord is a party's last word on the symbol, nil if it said none.
func (s *State) symbolWord(c *charter.State, party charter.PartyID, h horizon) *SymbolWord {
	list := s.SymbolWords[party]
	for i := len(list) - 1; i >= 0; i-- {
		if h.sees(c, list[i].By) {
			return &list[i]
		}
	}
	return nil
}

// SymbolSaid is a party's last word on the symbol, nil if it said none.
func (s *State) SymbolSaid(c *charter.State, party charter.PartyID) *SymbolWord {
	return s.symbolWord(c, party, s.seen(c))
}

func (b *Designate) check(s *State, c *charter.State, a *charter.Act) error {
	if badSymbol(b.Symbol) {
		return refusal.New(refusal.Invalid, "text.bad_symbol")
	}
	if w := s.symbolWord(c, a.Party, nil); s.symbolFor(c, a.Party, nil) == b.Symbol && (w != nil || s.undisputed(c)) {
		return refusal.New(refusal.Conflict, "text.designate_said", "text", s.ID)
	}
	return lang.CheckText(b.Note)
}

// undisputed reports whether nobody has said another symbol than the one that was tabled. While somebody has, saying that it stays as it was is a word, too.
func (s *State) undisputed(c *charter.State) bool {
	_, agreed := s.symbol(c, nil)
	return agreed
}

func (b *Designate) apply(s *State, _ *charter.State, a *charter.Act) {
	if s.SymbolWords == nil {
		s.SymbolWords = map[charter.PartyID][]SymbolWord{}
	}
	s.SymbolWords[a.Party] = append(s.SymbolWords[a.Party], SymbolWord{By: by(a), Symbol: b.Symbol, Note: b.Note})
}

// symbolAwaits says that another party's word on the symbol waits for a party's own.
func (s *State) symbolAwaits(c *charter.State, me charter.PartyID) []Await {
	if s.symbolWord(c, me, nil) != nil {
		return nil
	}
	for _, p := range s.parties(c) {
		if w := s.symbolWord(c, p.ID, nil); w != nil && w.Symbol != s.Tabled.Symbol {
			return []Await{{"awaits.designate", map[string]string{"text": s.ID, "party": string(p.ID)}}}
		}
	}
	return nil
}
