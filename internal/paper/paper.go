// Package paper owns the papers that pass between the sides: notes, aide-mémoires, memorandums, records of démarches, and exchanges of notes.
//
// It promises that each writes in its own language, that a translation never replaces what was sent, that receipt is an act of a person with the receiver's own registry number, and that an
// exchange of notes makes an agreement only when every party to which it is put repeats exactly the digest of the note that proposes it. A non-paper has no place here: it stands on no record.
package paper

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/subject"
	"entente.example/lang"
	"entente.example/refusal"
)

// Kinds of paper.
var Kinds = []string{"note_verbale", "first_person_note", "aide_memoire", "memorandum", "exchange_of_notes", "demarche"}

type (
	// Send hands a paper to other sides.
	Send struct {
		Kind     string    `json:"kind" form:"choice=note_verbale|first_person_note|aide_memoire|memorandum|exchange_of_notes|demarche,required"`
		To       []string  `json:"to" form:"sides,required"`
		Title    lang.Text `json:"title" form:"wording,required"`
		Text     lang.Text `json:"text" form:"wording,required"` // in the sender's own language, as a rule
		Purpose  string    `json:"purpose,omitzero" form:"choice=information|action|reply_expected|agreement"`
		Registry string    `json:"registry,omitzero" form:"line"` // the sender's number
		ReplyTo  string    `json:"reply_to,omitzero" form:"ref=paper"`
		Agrees   string    `json:"agrees,omitzero" form:"line"`      // digest of the proposing note that this reply agrees to
		Deadline string    `json:"deadline,omitzero" form:"instant"` // UTC
		Zone     string    `json:"zone,omitzero" form:"line"`        // in which the deadline was meant, as in Asia/Tokyo
	}
	// Receive is receipt by a person.
	Receive struct {
		Registry string `json:"registry,omitzero" form:"line"` // the receiver's number
	}
	// Translate attaches a translation. It has no authority.
	Translate struct {
		Language lang.Tag `json:"language" form:"language,required"`
		Title    string   `json:"title,omitzero" form:"line"`
		Text     string   `json:"text" form:"remark,required"`
	}
	// Withdraw takes a paper back. It stays readable.
	Withdraw struct {
		Reason string `json:"reason" form:"remark,required"`
	}
)

// EntryType implements entry.Body.
func (Send) EntryType() string      { return "paper.send" }
func (Receive) EntryType() string   { return "paper.receive" }
func (Translate) EntryType() string { return "paper.translate" }
func (Withdraw) EntryType() string  { return "paper.withdraw" }

// State is one paper.
type State struct {
	ID           string     `json:"id"`
	Sent         *Sent      `json:"sent,omitempty"`
	Clash        []string   `json:"clash,omitempty"` // further Send acts that did not know of the first
	Receipts     []Received `json:"receipts,omitempty"`
	Translations []Version  `json:"translations,omitempty"`
	Withdrawn    *Withdrawn `json:"withdrawn,omitempty"`
}

// Sent is the paper as it was handed over.
type Sent struct {
	charter.By
	Send
	Side   string `json:"side"`
	Digest string `json:"digest"` // SHA-256 of the canonical spelling of kind, title and text
}

// Received is a receipt.
type Received struct {
	charter.By
	Registry string `json:"registry,omitzero"`
}

// Version is a translation.
type Version struct {
	charter.By
	Language lang.Tag `json:"language"`
	Title    string   `json:"title,omitzero"`
	Text     string   `json:"text"`
}

// Withdrawn is the end of a paper.
type Withdrawn struct {
	charter.By
	Reason string `json:"reason"`
}

var acts = subject.Of(
	func() subject.Act[State] { return new(Send) }, func() subject.Act[State] { return new(Receive) },
	func() subject.Act[State] { return new(Translate) }, func() subject.Act[State] { return new(Withdraw) })

// Check judges an act.
func (s *State) Check(c *charter.State, a *charter.Act) error { return acts.Check(s, c, a) }

// Apply folds a valid act.
func (s *State) Apply(c *charter.State, a *charter.Act) { acts.Apply(s, c, a) }

// Digest is what a reply in an exchange of notes names: of the note's kind, title and wording.
func (b *Send) Digest() (string, error) {
	c, err := entry.Canonical(struct {
		Kind  string    `json:"kind"`
		Text  lang.Text `json:"text"`
		Title lang.Text `json:"title"`
	}{b.Kind, b.Text, b.Title})
	if err != nil {
		return "", err
	}
	d := sha256.Sum256(c)
	return hex.EncodeToString(d[:]), nil
}

// Check implements subject.Act.
func (b *Send) Check(s *State, c *charter.State, a *charter.Act) error {
	if s.Sent != nil {
		return subject.Taken(a)
	}
	if err := subject.Choice(b.Kind, "kind", Kinds...); err != nil {
		return err
	}
	if err := subject.Sides(c, b.To, "to", true); err != nil {
		return err
	}
	if slices.Contains(b.To, c.SideOf(a.Party)) && len(b.To) == 1 && len(ownParties(c, a.Party)) == 1 {
		return refusal.New(refusal.Invalid, "paper.to_oneself")
	}
	if err := cmp.Or(subject.Words(b.Title, "title"), subject.Words(b.Text, "text")); err != nil {
		return err
	}
	if b.Purpose != "" {
		if err := subject.Choice(b.Purpose, "purpose", "information", "action", "reply_expected", "agreement"); err != nil {
			return err
		}
	}
	if b.Agrees != "" && (b.Kind != "exchange_of_notes" || b.ReplyTo == "") {
		return refusal.New(refusal.Invalid, "paper.agrees_to_nothing")
	}
	return cmp.Or(subject.Line(b.Registry, "registry", false), subject.Line(b.Zone, "zone", false), subject.Line(b.ReplyTo, "reply_to", false), subject.Instant(b.Deadline))
}

func ownParties(c *charter.State, p charter.PartyID) []charter.PartyID {
	side, _ := c.Document().Side(c.SideOf(p))
	return side.Parties
}

// Apply implements subject.Act.
func (b *Send) Apply(s *State, c *charter.State, a *charter.Act) {
	if s.Sent != nil {
		s.Clash = append(s.Clash, a.ID())
		return
	}
	digest, err := b.Digest()
	if err != nil {
		return // it came out of a canonical entry: never
	}
	s.Sent = &Sent{By: a.By(), Send: *b, Side: c.SideOf(a.Party), Digest: digest}
}

// Check implements subject.Act.
func (b *Receive) Check(s *State, c *charter.State, a *charter.Act) error {
	switch {
	case s.Sent == nil:
		return subject.Unknown(a)
	case !slices.Contains(s.Sent.To, c.SideOf(a.Party)) || s.Sent.Party == a.Party:
		return subject.NotYours(a, string(s.Sent.Party))
	case slices.ContainsFunc(s.Receipts, func(r Received) bool { return r.Party == a.Party }):
		return refusal.New(refusal.Conflict, "paper.received_already")
	}
	return subject.Line(b.Registry, "registry", false)
}

// Apply implements subject.Act.
func (b *Receive) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.Receipts = append(s.Receipts, Received{a.By(), b.Registry})
}

// Check implements subject.Act.
func (b *Translate) Check(s *State, _ *charter.State, a *charter.Act) error {
	if s.Sent == nil {
		return subject.Unknown(a)
	}
	if err := b.Language.Check(); err != nil {
		return err
	}
	if err := subject.Line(b.Title, "title", false); err != nil {
		return err
	}
	return subject.Remark(b.Text, "text", true)
}

// Apply implements subject.Act.
func (b *Translate) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.Translations = append(s.Translations, Version{a.By(), b.Language, b.Title, b.Text})
}

// Check implements subject.Act.
func (b *Withdraw) Check(s *State, _ *charter.State, a *charter.Act) error {
	switch {
	case s.Sent == nil:
		return subject.Unknown(a)
	case s.Sent.Party != a.Party:
		return subject.NotYours(a, string(s.Sent.Party))
	case s.Withdrawn != nil:
		return refusal.New(refusal.Conflict, "paper.withdrawn_already")
	}
	return subject.Remark(b.Reason, "reason", true)
}

// Apply implements subject.Act.
func (b *Withdraw) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.Withdrawn = &Withdrawn{a.By(), b.Reason}
}

// Awaits reports whether a party has still to receive the paper.
func (s *State) Awaits(c *charter.State, p charter.PartyID) bool {
	return s.Sent != nil && s.Withdrawn == nil && s.Sent.Party != p && slices.Contains(s.Sent.To, c.SideOf(p)) &&
		!slices.ContainsFunc(s.Receipts, func(r Received) bool { return r.Party == p })
}

// Statuses of a paper.
const (
	Handed   = "sent"     // somebody has still to receive it
	Taken    = "received" // by a person of every party it is put to
	TakenOff = "withdrawn"
)

// Status is where the paper stands.
func (s *State) Status(c *charter.State) string {
	switch {
	case s.Withdrawn != nil:
		return TakenOff
	case slices.ContainsFunc(c.Document().Parties, func(p charter.Party) bool { return s.Awaits(c, p.ID) }):
		return Handed
	}
	return Taken
}

// Constituted reports whether an exchange of notes has become an agreement: every party of the sides it was put to, but its author, has replied agreeing to exactly this note, and nobody
// has withdrawn theirs. replies are the papers that answer this one.
func (s *State) Constituted(c *charter.State, replies []*State) bool {
	if s.Sent == nil || s.Sent.Kind != "exchange_of_notes" || s.Withdrawn != nil {
		return false
	}
	for _, p := range c.Document().Parties {
		if p.ID == s.Sent.Party || !slices.Contains(s.Sent.To, p.Side) {
			continue
		}
		if !slices.ContainsFunc(replies, func(r *State) bool {
			return r.Sent != nil && r.Sent.Party == p.ID && r.Withdrawn == nil && r.Sent.ReplyTo == s.ID && r.Sent.Agrees == s.Sent.Digest
		}) {
			return false
		}
	}
	return true
}

// Offers lists the acts that make sense for a party now, what it most likely came for first.
func (s *State) Offers(c *charter.State, me charter.PartyID) []string {
	if s.Sent == nil {
		return nil
	}
	var out []string
	if s.Awaits(c, me) {
		out = append(out, "paper.receive")
	}
	out = append(out, "paper.translate")
	if s.Sent.Party == me && s.Withdrawn == nil {
		out = append(out, "paper.withdraw")
	}
	return out
}
