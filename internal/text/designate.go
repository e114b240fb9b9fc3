package text

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// Designate is a party's word on the symbol under which the text is to be adopted; none: it bears none. It counts once every party says the same. docs/protocol.md 4.12.
type Designate struct {
	Symbol string `json:"symbol,omitzero"` // as in RPEM/9/JS: at most MaxSymbol bytes, no white space, nothing invisible, NFKC; or as it was tabled; "": none
	Note   string `json:"note,omitzero"`
}

func (Designate) EntryType() string { return "text.designate" }

// SymbolWord is what a party said of the text's symbol.
type SymbolWord struct {
	Word
	Symbol string `json:"symbol,omitzero"`
}

func (w SymbolWord) said() (Word, string) { return w.Word, w.Symbol }

func (s *State) symbol(c *charter.State) register[string, SymbolWord] {
	return register[string, SymbolWord]{c, s.parties(c), s.Tabled.Symbol, s.SymbolWords}
}

// MaxSymbol is the longest symbol, in bytes of UTF-8.
const MaxSymbol = 64

// maxBorne is the longest symbol that leaves as a text's: behind it there is room for that of a correction, as in /Corr.9999. What came longer is not void.
const maxBorne = MaxSymbol - len("/Corr.9999")

// Borne refuses a symbol that is too long to leave as that of a text.
func Borne(symbol string) error {
	if len(symbol) > maxBorne {
		return refusal.New(refusal.Invalid, "text.long_symbol", "limit", strconv.Itoa(maxBorne), "have", strconv.Itoa(len(symbol)))
	}
	return nil
}

// badDocument refuses the symbol of a draft, a compilation or a correction. Each is one party's, compared with nobody's, and may have spaces.
func badDocument(s string) bool { return len(s) > MaxSymbol || lang.CheckLine(s) != nil }

// badSymbol refuses the symbol of a text, on which parties agree by its bytes: it has no characters that cannot be seen, or that are others in another width.
func badSymbol(s string) bool {
	return badDocument(s) || !norm.NFKC.IsNormalString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return r == blank || unicode.In(r, unicode.White_Space, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
	})
}

// blank is the one symbol among Unicode's that is drawn as nothing (BRAILLE PATTERN BLANK).
const blank = 0x2800

// Symbolic is a symbol as it was typed or pasted in the form in which it is kept.
func Symbolic(s string) string { return strings.TrimSpace(norm.NFKC.String(s)) }

// Designated is a word on the symbol as it goes on the record: the symbol as it was tabled, whose bytes a party that said nothing has, if it is that but for white space about it.
func (s *State) Designated(b Designate) Designate {
	if strings.TrimSpace(b.Symbol) == strings.TrimSpace(s.Tabled.Symbol) {
		b.Symbol = s.Tabled.Symbol
	} else {
		b.Symbol = Symbolic(b.Symbol)
	}
	return b
}

// Symbol is the symbol of the text, "" for none, as all parties have it; a party that said nothing has it as it was tabled. While they differ, agreed is false and it is as tabled.
func (s *State) Symbol(c *charter.State) (symbol string, agreed bool) {
	if s.Tabled == nil {
		return "", true
	}
	return s.symbol(c).agreed(s.seen(c))
}

// SymbolSaid is a party's last word on the symbol, nil if it said none.
func (s *State) SymbolSaid(c *charter.State, party charter.PartyID) *SymbolWord {
	return s.symbol(c).last(party, s.seen(c))
}

func (b *Designate) check(s *State, c *charter.State, a *charter.Act) error {
	if b.Symbol != s.Tabled.Symbol && badSymbol(b.Symbol) {
		return refusal.New(refusal.Invalid, "text.bad_symbol")
	}
	if s.symbol(c).idle(a, b.Symbol) {
		return refusal.New(refusal.Conflict, "text.designate_said", "text", s.ID)
	}
	return lang.CheckText(b.Note)
}

func (b *Designate) apply(s *State, _ *charter.State, a *charter.Act) {
	spoken(&s.SymbolWords, a.Party, SymbolWord{Word{by(a), b.Note, a.Past}, b.Symbol})
}
