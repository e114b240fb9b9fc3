// Package search owns what can be found: it cuts a matter into passages, and says where in a passage the words somebody looks for are.
//
// It promises that what is agreed and what is merely on the record are two scopes that never mix: a passage is agreed only if it is part of a text that every party sealed, as sealed. Words
// are found inside others, in any language, with one character or many, and without spaces. It keeps nothing: an index of passages is derived, and its loss costs only time.
package search

import (
	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// Scope is where somebody looks.
type Scope string

// The scopes.
const (
	Agreed Scope = "agreed" // the adopted texts, as sealed
	Record Scope = "record" // everything on the record
)

// ParseScope reads a scope; "" is the agreed language.
func ParseScope(s string) (Scope, error) {
	switch Scope(s) {
	case "", Agreed:
		return Agreed, nil
	case Record:
		return Record, nil
	}
	return "", refusal.New(refusal.Invalid, "search.scope", "scope", s)
}

// Source is what all passages of a matter have in common.
type Source struct {
	Names    []charter.Name `json:"names,omitempty"` // by language and user
	Symbol   string         `json:"symbol,omitzero"`
	Day      string         `json:"day,omitzero"` // of a meeting or a founding document, as far as it is known
	Seals    []Seal         `json:"seals,omitempty"`
	OneSided bool           `json:"one_sided,omitzero"` // one side alone raised it: nothing of it is agreed
	Alone    string         `json:"alone,omitzero"`     // the side whose own text it is, without joint authority
}

// Seal says who sealed an adopted text, and when by its own claim.
type Seal struct {
	Party  charter.PartyID `json:"party"`
	Member string          `json:"member"`
	At     string          `json:"at"`
	Act    string          `json:"act"`
}

// Passage is what is found as one: a paragraph, a position, a message.
type Passage struct {
	Scope  Scope           `json:"scope"`
	Place  string          `json:"place"`           // in the matter, unique within the scope
	Anchor string          `json:"anchor,omitzero"` // on the matter's page
	What   string          `json:"what"`            // type of the act that put it there
	Label  string          `json:"label,omitzero"`  // as in "7 bis"
	Text   lang.Text       `json:"text"`            // in every language that there is, one beside the other
	Also   []string        `json:"also,omitempty"`  // other words by which it is found
	Party  charter.PartyID `json:"party,omitzero"`
	Member string          `json:"member,omitzero"`
	At     string          `json:"at,omitzero"`
}

// MaxWords bounds what can be looked for, in characters.
const MaxWords = 200

// Query is what somebody looks for.
type Query struct {
	Phrase []rune   // all of it, as spelt for comparison
	Words  [][]rune // its words, if it has several
}

// Parse reads what somebody typed.
func Parse(s string) (Query, error) {
	q := Query{Phrase: Fold(s)}
	switch {
	case len(q.Phrase) == 0:
		return q, refusal.New(refusal.Invalid, "search.nothing")
	case len(q.Phrase) > MaxWords:
		return q, refusal.New(refusal.Invalid, "search.too_long", "max", "200")
	}
	from := 0
	for i := 0; i <= len(q.Phrase); i++ {
		if i == len(q.Phrase) || q.Phrase[i] == ' ' {
			q.Words = append(q.Words, q.Phrase[from:i])
			from = i + 1
		}
	}
	if len(q.Words) == 1 {
		q.Words = nil
	}
	return q, nil
}
