package text

import (
	"slices"
	"strings"

	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/proof"
	"entente.example/refusal"
)

// Interpretative statements: they block nothing, and every seal covers them. docs/protocol.md 4.4.
type (
	// Declare makes a statement that travels with the text: how its party understands a paragraph, or the whole.
	Declare struct {
		Paragraph ParaID    `json:"paragraph,omitzero"` // "" for the whole text
		Text      lang.Text `json:"text"`
	}
	// Retract takes one's own statement back before the text is frozen.
	Retract struct {
		Declaration string `json:"declaration"` // id of the Declare act
	}
)

func (Declare) EntryType() string { return "text.declare" }
func (Retract) EntryType() string { return "text.retract" }

// Declaration is a statement of one party.
type Declaration struct {
	By
	Paragraph ParaID    `json:"paragraph,omitzero"`
	Text      lang.Text `json:"text"`
	Retracted *By       `json:"retracted,omitempty"`
}

func (b *Declare) check(s *State, _ *charter.State, _ *charter.Act) error {
	if b.Paragraph != "" && s.Para(b.Paragraph) == nil {
		return unknownParagraph(b.Paragraph)
	}
	if _, words := b.Text.Pick(); strings.TrimSpace(words) == "" {
		return refusal.New(refusal.Invalid, "text.declare_words")
	}
	for _, tag := range b.Text.Tags() {
		if !slices.Contains(s.Tabled.Languages, tag) {
			return refusal.New(refusal.Invalid, "text.not_authentic", "language", string(tag))
		}
		if err := checkVersion(b.Paragraph, tag, b.Text[tag]); err != nil {
			return err
		}
	}
	return nil
}

func (b *Declare) apply(s *State, _ *charter.State, a *charter.Act) {
	s.Declarations = append(s.Declarations, Declaration{By: by(a), Paragraph: b.Paragraph, Text: b.Text})
}

// declaration finds a statement by the act that made it.
func (s *State) declaration(id string) *Declaration {
	i := slices.IndexFunc(s.Declarations, func(d Declaration) bool { return d.Act == id })
	if i < 0 {
		return nil
	}
	return &s.Declarations[i]
}

func (b *Retract) check(s *State, _ *charter.State, a *charter.Act) error {
	d := s.declaration(b.Declaration)
	switch {
	case d == nil:
		return refusal.New(refusal.Missing, "text.unknown_declaration", "declaration", b.Declaration)
	case d.Party != a.Party:
		return refusal.New(refusal.Denied, "text.not_your_declaration", "declaration", b.Declaration)
	case d.Retracted != nil:
		return refusal.New(refusal.Conflict, "text.retracted_already", "declaration", b.Declaration)
	}
	return nil
}

func (b *Retract) apply(s *State, _ *charter.State, a *charter.Act) {
	if d := s.declaration(b.Declaration); d != nil && d.Party == a.Party && d.Retracted == nil {
		by := by(a)
		d.Retracted = &by
	}
}

// declared are the statements that were not taken back, as far as h sees.
func (s *State) declared(c *charter.State, h horizon) []Declaration {
	var out []Declaration
	for _, d := range s.Declarations {
		if h.sees(c, d.By) && (d.Retracted == nil || !h.sees(c, *d.Retracted)) {
			out = append(out, d)
		}
	}
	return out
}

// fell reports whether a statement is on a paragraph that is not part of the text, as far as h sees: there is nothing left that it could be about.
func (s *State) fell(c *charter.State, d Declaration, h horizon) bool {
	return d.Paragraph != "" && !slices.Contains(s.stands(c, h), s.Para(d.Paragraph))
}

// travelling are the statements that a freeze covers, as far as h sees: a statement falls with its paragraph, and stands again with it. SPEC statement-falls
func (s *State) travelling(c *charter.State, h horizon) []Declaration {
	return slices.DeleteFunc(s.declared(c, h), func(d Declaration) bool { return s.fell(c, d, h) })
}

// coversFallen reports whether a freeze covers statements that fell: those that were written before the rule that they fall do, and stay what they are.
func (s *State) coversFallen(c *charter.State, f *Frozen) bool {
	h := pastOf(f.Past)
	if !slices.ContainsFunc(s.declared(c, h), func(d Declaration) bool { return s.fell(c, d, h) }) {
		return false
	}
	m, err := s.contentWith(c, h, s.declared(c, h)).Manifest()
	return err == nil && m.Digest() == f.Manifest
}

// covered are the statements that a freeze covers.
func (s *State) covered(c *charter.State, f *Frozen) []Declaration {
	if s.coversFallen(c, f) {
		return s.declared(c, pastOf(f.Past))
	}
	return s.travelling(c, pastOf(f.Past))
}

// Declared are the statements that travel with the text: those that the seals cover once it is frozen. One that its author made without knowing of the freeze is not among them, and its party sees so before it seals.
func (s *State) Declared(c *charter.State) []Declaration {
	if f := s.Frozen(c); f != nil {
		return s.covered(c, f)
	}
	return s.travelling(c, nil)
}

// Fallen are the statements that were not taken back and do not travel because their paragraph is not part of the text.
func (s *State) Fallen(c *charter.State) (out []Declaration) {
	travel, h := s.Declared(c), s.seen(c)
	for _, d := range s.declared(c, h) {
		if s.fell(c, d, h) && !slices.ContainsFunc(travel, func(t Declaration) bool { return t.Act == d.Act }) {
			out = append(out, d)
		}
	}
	return out
}

// interpretative is the kind of a statement in content.json.
const interpretative = "interpretative"

// sealable are statements as the seals cover them, in the order of the parties, each party's in its own log's order: concurrent statements of different parties have no other.
func sealable(c *charter.State, list []Declaration) []proof.Declaration {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Declaration) int {
		if a.Party != b.Party {
			return c.Ordinal(a.Party) - c.Ordinal(b.Party)
		}
		return int(a.Turn() - b.Turn())
	})
	var out []proof.Declaration
	for _, d := range list {
		out = append(out, proof.Declaration{Party: string(d.Party), Paragraph: string(d.Paragraph), Kind: interpretative, Text: d.Text})
	}
	return out
}
