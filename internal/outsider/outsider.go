// Package outsider owns the outside witnesses that the parties name: whoever runs one, where it is asked, and the keys that verify what it cosigns.
//
// It promises that a witness is named only once every party has agreed to exactly that proposal, and that any party ends it alone. Naming one makes nothing depend on it: what it cosigns is a plus.
package outsider

import (
	"regexp"
	"slices"
	"strings"

	"entente.example/internal/assent"
	"entente.example/internal/charter"
	"entente.example/internal/subject"
	"entente.example/lang"
	"entente.example/ledger"
	"entente.example/refusal"
)

// Kind is the kind of these matters.
const Kind = "witness"

type (
	// Propose asks all parties to have the heads of their logs cosigned by somebody outside.
	Propose struct {
		Operator lang.Text `json:"operator" form:"wording,required"`   // who runs it
		URL      string    `json:"submissions" form:"line,required"`   // submission prefix
		Keys     []string  `json:"verifier_keys" form:"list,required"` // printed, all under one name
	}
	// Agree stands behind a proposal as it is.
	Agree struct {
		Proposal string `json:"proposal" form:"ref=proposal,required"` // act id
	}
	// Decline does not.
	Decline struct {
		Proposal string    `json:"proposal" form:"ref=proposal,required"`
		Reason   lang.Text `json:"reason,omitempty" form:"wording"`
	}
	// Withdraw ends a naming, or takes a proposal off the table, for good.
	Withdraw struct {
		Proposal string    `json:"proposal" form:"ref=proposal,required"`
		Reason   lang.Text `json:"reason,omitempty" form:"wording"`
	}
)

// EntryType implements entry.Body.
func (Propose) EntryType() string  { return "witness.propose" }
func (Agree) EntryType() string    { return "witness.agree" }
func (Decline) EntryType() string  { return "witness.decline" }
func (Withdraw) EntryType() string { return "witness.withdraw" }

// State is one witness. It has several proposals only where parties chose one id without knowing of each other: each stands by itself.
type State struct {
	ID        string     `json:"id"`
	Proposals []Proposal `json:"proposals,omitempty"` // in the order of the record
}

// Proposal is a witness with what the parties said.
type Proposal struct {
	charter.By
	Propose
	Words []assent.Word `json:"words,omitempty"` // in the order of the record
}

// Limits of a proposal.
const (
	maxKeys = 4
	maxURL  = 200
)

// address is written out because what is valid may not depend on how a library reads addresses.
var address = regexp.MustCompile(`^https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[1-9][0-9]{0,4})?(/[A-Za-z0-9._~-]+)*$`)

// ours begins the names under which parties sign themselves.
const ours = "entente/"

var acts = subject.Of(func() subject.Act[State] { return new(Propose) }, func() subject.Act[State] { return new(Agree) },
	func() subject.Act[State] { return new(Decline) }, func() subject.Act[State] { return new(Withdraw) })

// Check judges an act.
func (s *State) Check(c *charter.State, a *charter.Act) error { return acts.Check(s, c, a) }

// Apply folds a valid act.
func (s *State) Apply(c *charter.State, a *charter.Act) { acts.Apply(s, c, a) }

// Check implements subject.Act.
func (b *Propose) Check(s *State, _ *charter.State, a *charter.Act) error {
	if len(s.Proposals) > 0 {
		return subject.Taken(a)
	}
	if len(b.URL) > maxURL || !address.MatchString(b.URL) {
		return refusal.New(refusal.Invalid, "witness.bad_url", "url", b.URL)
	}
	if len(b.Keys) == 0 || len(b.Keys) > maxKeys {
		return refusal.New(refusal.Invalid, "witness.no_key")
	}
	name := ""
	for i, v := range b.Keys {
		k, err := ledger.ParseNoteKey(v)
		if err != nil {
			return err
		}
		if i == 0 {
			name = k.Name()
		}
		if !k.Witnesses() || k.Name() != name || strings.HasPrefix(name, ours) || slices.Contains(b.Keys[:i], v) {
			return refusal.New(refusal.Invalid, "witness.bad_key", "key", v)
		}
	}
	return subject.Words(b.Operator, "operator")
}

// Apply implements subject.Act.
func (b *Propose) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.Proposals = append(s.Proposals, Proposal{By: a.By(), Propose: *b})
}

// on finds a proposal and what was said to it.
func (s *State) on(id string, a *charter.Act) (p assent.Poll, err error) {
	switch i := s.index(id); {
	case len(s.Proposals) == 0:
		return p, subject.Unknown(a)
	case i < 0:
		return p, assent.None(id)
	default:
		return s.Proposals[i].poll(), nil
	}
}

// Check implements subject.Act.
func (b *Agree) Check(s *State, _ *charter.State, a *charter.Act) error {
	p, err := s.on(b.Proposal, a)
	if err != nil {
		return err
	}
	return p.MayAgree(a.Party)
}

// Check implements subject.Act.
func (b *Decline) Check(s *State, _ *charter.State, a *charter.Act) error {
	p, err := s.on(b.Proposal, a)
	if err != nil {
		return err
	}
	if err := p.MayDecline(a.Party); err != nil {
		return err
	}
	return b.Reason.Check()
}

// Check implements subject.Act.
func (b *Withdraw) Check(s *State, _ *charter.State, a *charter.Act) error {
	p, err := s.on(b.Proposal, a)
	if err != nil {
		return err
	}
	if err := p.Open(); err != nil {
		return err
	}
	return b.Reason.Check()
}

// Apply implements subject.Act.
func (b *Agree) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.say(b.Proposal, a, assent.Agrees, nil)
}

// Apply implements subject.Act.
func (b *Decline) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.say(b.Proposal, a, assent.Declines, b.Reason)
}

// Apply implements subject.Act.
func (b *Withdraw) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.say(b.Proposal, a, assent.Withdraws, b.Reason)
}

func (s *State) say(proposal string, a *charter.Act, word string, reason lang.Text) {
	if i := s.index(proposal); i >= 0 {
		s.Proposals[i].Words = append(s.Proposals[i].Words, assent.Word{By: a.By(), Word: word, Reason: reason})
	}
}

func (s *State) index(act string) int {
	return slices.IndexFunc(s.Proposals, func(p Proposal) bool { return p.Act == act })
}

func (p *Proposal) poll() assent.Poll { return assent.Poll{Author: p.Party, Words: p.Words} }

// Status is where the proposal stands.
func (p *Proposal) Status(c *charter.State) string { return p.poll().Status(c) }

// Name is the name that the witness cosigns under.
func (p *Proposal) Name() string {
	name, _, _ := strings.Cut(p.Keys[0], "+")
	return name
}

// Named are the witnesses that every party agrees to.
func (s *State) Named(c *charter.State) (out []*Proposal) {
	for i := range s.Proposals {
		if p := &s.Proposals[i]; p.Status(c) == assent.Agreed {
			out = append(out, p)
		}
	}
	return out
}

// Awaits are the proposals that a party has not answered, and that can still come to something.
func (s *State) Awaits(c *charter.State, me charter.PartyID) (out []*Proposal) {
	for i := range s.Proposals {
		if p := &s.Proposals[i]; p.poll().Awaits(c, me) {
			out = append(out, p)
		}
	}
	return out
}

// Now is the proposal that readers look at first: the newest that is agreed, else the newest. Nothing is decided by it.
func (s *State) Now(c *charter.State) *Proposal {
	if named := s.Named(c); len(named) > 0 {
		return named[len(named)-1]
	}
	if len(s.Proposals) == 0 {
		return nil
	}
	return &s.Proposals[len(s.Proposals)-1]
}

// Offers lists the acts that make sense for a party now, what it most likely came for first.
func (s *State) Offers(_ *charter.State, me charter.PartyID) []string {
	var polls []assent.Poll
	for i := range s.Proposals {
		polls = append(polls, s.Proposals[i].poll())
	}
	return assent.Offers(Kind, me, polls)
}
