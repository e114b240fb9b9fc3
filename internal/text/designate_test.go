package text

import (
	"strings"
	"testing"

	"entente.example/lang"
	"entente.example/refusal"
)

// A word on the symbol is kept in one form, however it was typed; the symbol as it was tabled is kept to the byte, since a party that says nothing has it so.
func TestAWordOnTheSymbolIsKeptInOneForm(t *testing.T) {
	for _, k := range []struct{ tabled, typed, kept string }{
		{"V/9/JS", " ＧＲＯＶＥ/1/JS　", "GROVE/1/JS"}, {"V/9/JS ", "V/9/JS", "V/9/JS "}, {"Ｖ/9/JS", "Ｖ/9/JS", "Ｖ/9/JS"}, {"Ｖ/9/JS", "V/9/JS", "V/9/JS"}, {"V\u202e/9", "V\u202e/9", "V\u202e/9"},
		{"V/9/JS", "V 9", "V 9"}, {"V/9/JS", " ", ""}, {" ", "", " "},
	} {
		s := &State{Tabled: &Tabled{Symbol: k.tabled}}
		if got := s.Designated(Designate{k.typed, "n"}); got != (Designate{k.kept, "n"}) {
			t.Errorf("tabled as %q, %q is kept as %q", k.tabled, k.typed, got)
		}
	}
}

// Behind a symbol that leaves there is room for that of any correction; a longer one, as earlier programs sent it, is corrected without a symbol, never not at all.
func TestASymbolLeavesRoomForItsCorrections(t *testing.T) {
	longest := strings.Repeat("长", 18)
	draft := Draft{Table{Title: lang.Text{"en": "T"}, Languages: []lang.Tag{"en"}, Drafting: "en", Symbol: longest, Paragraphs: []Paragraph{{ID: "1", Kind: Operative, Text: lang.Text{"en": "Decide;"}}}}}
	if err := draft.Check(); err != nil {
		t.Error(err)
	}
	hidden := draft
	hidden.Paragraphs = []Paragraph{{ID: "1", Kind: Operative, Text: lang.Text{"en": "De\u2800cide;"}}}
	if r := refusal.As(hidden.Check()); r == nil || r.Key != "text.bad_character" || r.Params["place"] != "3" || r.Params["paragraph"] != "1" {
		t.Errorf("a draft with a blank of Braille: %v", r)
	}
	draft.Symbol += "X"
	if r := refusal.As(draft.Check()); r == nil || r.Key != "text.long_symbol" || r.Params["have"] != "55" {
		t.Errorf("55 bytes: %v", r)
	}
	s := &State{Rectifications: make([]*Rectification, 9998)}
	if got := s.NextSymbol(longest); got != longest+"/Corr.9999" || badDocument(got) {
		t.Errorf("the correction bears %q", got)
	}
	s.Rectifications = nil
	for symbol, want := range map[string]string{strings.Repeat("X", 57): strings.Repeat("X", 57) + "/Corr.1", strings.Repeat("X", 58): "", "two\nlines": "", "": ""} {
		if got := s.NextSymbol(symbol); got != want {
			t.Errorf("the correction of %q bears %q", symbol, got)
		}
	}
}
