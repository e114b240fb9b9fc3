package text

import (
	"fmt"
	"slices"
	"strings"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/proof"
	"entente.example/refusal"
	"entente.example/seal"
)

// Frozen is the newest freeze whose round has not failed, or nil: while there is one, wording and standings are fixed.
func (s *State) Frozen(c *charter.State) *Frozen {
	last := s.Rounds.Last()
	if last == nil || last.Verdict(s.Sealers(c), nil).Outcome == adoption.Failed {
		return nil
	}
	for i := len(s.Freezes) - 1; i >= 0; i-- {
		if s.Freezes[i].Round == last.Number {
			return &s.Freezes[i]
		}
	}
	return nil
}

// whyNotFreeze says what stands in the way, or nil.
func (s *State) whyNotFreeze(c *charter.State) error {
	switch {
	case s.Tabled == nil:
		return refusal.New(refusal.Missing, "text.unknown_text", "text", s.ID)
	case len(s.Clash) > 0:
		return refusal.New(refusal.Conflict, "text.tabled_twice", "text", s.ID)
	case len(s.Tabled.Have) < s.Tabled.Parts:
		return refusal.New(refusal.Conflict, "text.incomplete", "text", s.ID)
	case s.Frozen(c) != nil:
		return refusal.New(refusal.Conflict, "text.frozen_already", "text", s.ID)
	}
	if err := s.whyEnded(c); err != nil {
		return err
	}
	open := map[string][]string{}
	for id, st := range s.statuses(c, nil) {
		if st != Agreed && st != Omitted && st != Withdrawn {
			open[st] = append(open[st], string(id))
		}
	}
	if len(s.stands(c, nil)) == 0 {
		return refusal.New(refusal.Conflict, "text.freeze_empty", "text", s.ID)
	}
	for _, st := range []string{InBracket, Proposed, AdRef} {
		if len(open[st]) > 0 {
			return refusal.New(refusal.Conflict, "text.freeze_"+st, "paragraphs", s.inOrder(open[st]))
		}
	}
	if p := s.lone(c, nil); p != nil {
		return refusal.New(refusal.Conflict, "text.freeze_point", "paragraph", p.Label)
	}
	for _, r := range s.Reservations {
		if r.Lifted == "" {
			return refusal.New(refusal.Conflict, "text.freeze_reserved", "reservation", r.Label)
		}
	}
	if _, agreed := s.prevail(c).agreed(nil); !agreed {
		return refusal.New(refusal.Conflict, "text.freeze_prevail", "text", s.ID)
	}
	if _, agreed := s.symbol(c).agreed(nil); !agreed {
		return refusal.New(refusal.Conflict, "text.freeze_symbol", "text", s.ID)
	}
	return s.languagesReady(c)
}

// FreezeMissing says what stands in the way of a freeze, or nil. People are told more than the verdict on an act that tried, which stays spelled as it was: a node holds what it once stored against what it makes of the entry.
func (s *State) FreezeMissing(c *charter.State) error {
	err := s.whyNotFreeze(c)
	if r := refusal.As(err); r == nil || r.Key != "text.freeze_reserved" {
		return err
	}
	open := s.Reservations[slices.IndexFunc(s.Reservations, func(r Reservation) bool { return r.Lifted == "" })]
	if p := s.Para(open.Paragraph); p != nil && !slices.Contains(s.stands(c, nil), p) {
		return refusal.New(refusal.Conflict, "text.freeze_reserved_gone", "reservation", open.Label, "paragraph", p.Label, "party", string(open.Party))
	}
	return err
}

// inOrder lists the labels of paragraphs in document order: what people call them.
func (s *State) inOrder(ids []string) string {
	var out []string
	for _, p := range s.Paragraphs {
		if slices.Contains(ids, string(p.ID)) {
			out = append(out, p.Label)
		}
	}
	return join(out)
}

func join(ids []string) string { return strings.Join(ids, ", ") }

// languagesReady demands every authentic language of every agreed wording, no objection to one, and sign-offs if the charter asks for them.
func (s *State) languagesReady(c *charter.State) error {
	for _, p := range s.stands(c, nil) {
		if s.concordanceOpen(c, p) {
			return refusal.New(refusal.Conflict, "text.freeze_concordance", "paragraph", p.Label)
		}
		w := p.current(c, nil)
		for _, tag := range s.Tabled.Languages {
			if _, ok := w.Text(c, tag); !ok {
				return refusal.New(refusal.Conflict, "text.freeze_language", "paragraph", p.Label, "language", string(tag))
			}
			if c.Document().Rules.Concordance == "sign-off" && !s.signedOff(c, w, tag) {
				return refusal.New(refusal.Conflict, "text.freeze_sign_off", "paragraph", p.Label, "language", string(tag))
			}
		}
	}
	for _, tag := range s.Tabled.Languages {
		if s.Tabled.title(c, tag, nil) == "" {
			return refusal.New(refusal.Conflict, "text.freeze_title", "language", string(tag))
		}
	}
	return nil
}

// signedOff reports whether a translator of each side signed off what stands.
func (s *State) signedOff(c *charter.State, w *Wording, tag lang.Tag) bool {
	if tag == s.Tabled.Drafting {
		return true
	}
	parties := w.SignedOff(c, tag)
	for _, side := range s.sides(c) {
		if !slices.ContainsFunc(parties, func(p charter.PartyID) bool { return c.SideOf(p) == side.ID }) {
			return false
		}
	}
	return true
}

func (b *Freeze) check(s *State, c *charter.State, _ *charter.Act) error {
	if err := s.whyNotFreeze(c); err != nil && s.asBefore(c).whyNotFreeze(c) != nil {
		return err
	}
	if err := s.Rounds.MayOpen(s.Sealers(c), b.Round); err != nil {
		return err
	}
	for _, statements := range [][]Declaration{s.travelling(c, nil), s.declared(c, nil)} { // the second as older programs wrote it
		m, err := s.contentWith(c, nil, statements).Manifest()
		if err != nil {
			return err
		}
		if m.Digest() == b.Manifest {
			return nil
		}
	}
	return refusal.New(refusal.Conflict, "text.other_manifest", "text", s.ID)
}

// content gathers what a seal would cover, as far as h sees.
func (s *State) content(c *charter.State, h horizon) *proof.Content {
	return s.contentWith(c, h, s.travelling(c, h))
}

func (s *State) contentWith(c *charter.State, h horizon, statements []Declaration) *proof.Content {
	doc, t := c.Document(), s.Tabled
	out := &proof.Content{Format: proof.ContentFormat, Mechanism: c.Mechanism(), Instrument: "text/" + s.ID, Kind: t.Kind,
		Illustration: doc.Illustration, Title: lang.Text{}}
	for _, n := range doc.Names {
		out.Names = append(out.Names, proof.Name{Lang: n.Lang, UsedBy: n.UsedBy, Full: n.Full})
	}
	out.Symbol, _ = s.symbol(c).agreed(h)
	prevails, _ := s.prevail(c).agreed(h)
	for _, tag := range slices.Sorted(slices.Values(t.Languages)) {
		standing := proof.Authentic
		if tag == prevails {
			standing = proof.Prevailing
		}
		out.Languages = append(out.Languages, proof.Language{Tag: tag, Status: standing})
		out.Title[tag] = t.title(c, tag, h)
	}
	labels := s.numbers(c, h)
	stands := s.stands(c, h)
	for _, p := range stands {
		w, label := p.current(c, h), p.Label
		if n, ok := labels[p.ID]; ok {
			label = n
		}
		para := proof.Paragraph{ID: string(p.ID), Kind: p.Kind, Label: label, Text: lang.Text{}, Cites: p.CitesOf(w), Topics: p.Topics, Annex: p.Annex}
		for _, tag := range t.Languages {
			para.Text[tag], _ = w.text(c, tag, h)
		}
		out.Paragraphs = append(out.Paragraphs, para)
	}
	for _, a := range t.Annexes {
		annex := proof.Annex{ID: a.ID, Title: a.Title}
		for _, i := range a.Items {
			annex.Items = append(annex.Items, i.Text)
		}
		annex.Body = a.Body
		out.Annexes = append(out.Annexes, annex)
	}
	for _, p := range t.Pairs {
		if q := s.Para(p.Paragraph); q != nil && !slices.Contains(stands, q) {
			continue
		}
		out.Pairs = append(out.Pairs, proof.Pair{Paragraph: string(p.Paragraph), Lang: p.Lang, Neutral: p.Neutral, ForSide: p.ForSide})
	}
	out.Statements = sealable(c, statements)
	if s.Parallel() {
		out.Parallel = &proof.Parallel{Pair: s.Pair(), Side: s.Side(c)}
	}
	for _, side := range s.sides(c) {
		ids := make([]string, len(side.Parties))
		for i, p := range side.Parties {
			ids[i] = string(p)
		}
		out.Sides = append(out.Sides, proof.Side{ID: side.ID, Label: side.Label, Parties: ids})
	}
	for _, p := range s.parties(c) {
		names := lang.Text{}
		for _, tag := range t.Languages {
			names[tag] = c.PartyName(p.ID, tag).Full
		}
		out.Parties = append(out.Parties, proof.Party{ID: string(p.ID), Names: names})
	}
	return out
}

// ContentOf is the content that a freeze fixed.
func (s *State) ContentOf(c *charter.State, f *Frozen) *proof.Content {
	return s.contentWith(c, pastOf(f.Past), s.covered(c, f))
}

// Statement is what is to be sealed in a round, by the freeze with this manifest; "" takes the round's newest.
func (s *State) Statement(c *charter.State, round int, manifest string) ([]byte, error) {
	for i := len(s.Freezes) - 1; i >= 0; i-- {
		if f := &s.Freezes[i]; f.Round == round && (manifest == "" || f.Manifest == manifest) {
			st, err := s.ContentOf(c, f).Statement(1, round)
			return st.Format(), err
		}
	}
	return nil, refusal.New(refusal.Conflict, "text.not_frozen", "text", s.ID)
}

// statementFor finds the round's statement with a digest, or the one that is due.
func (s *State) statementFor(c *charter.State, round int, digest string) ([]byte, error) {
	var due []byte
	for i := range s.Freezes {
		if s.Freezes[i].Round != round {
			continue
		}
		st, err := s.ContentOf(c, &s.Freezes[i]).Statement(1, round)
		if err != nil {
			return nil, err
		}
		if due = st.Format(); seal.FileOf("", due).Hex() == digest {
			break
		}
	}
	if due == nil {
		return nil, refusal.New(refusal.Conflict, "seal.no_round", "round", fmt.Sprint(round))
	}
	return due, nil
}

// FreezeBody builds the act that freezes the text as it stands, or says what stands in the way.
func (s *State) FreezeBody(c *charter.State) (entry.Body, error) {
	if err := s.FreezeMissing(c); err != nil {
		return nil, err
	}
	m, err := s.content(c, nil).Manifest()
	if err != nil {
		return nil, err
	}
	return Freeze{Round: len(s.Rounds.List) + 1, Manifest: m.Digest()}, nil
}

// InitialBody builds the act that initials the frozen text.
func (s *State) InitialBody(c *charter.State) (entry.Body, error) {
	f := s.Frozen(c)
	if f == nil {
		return nil, refusal.New(refusal.Conflict, "text.not_frozen", "text", s.ID)
	}
	return Initial{Round: f.Round, Manifest: f.Manifest}, nil
}
