// Package guest owns admissions: who may see one meeting or one text for a time without being a party, as an observer, a secretariat, a mediator or an expert.
//
// It promises that nobody is admitted unless every party has agreed to exactly that proposal, and that any party ends it alone. A guest writes nothing and has no log. Who was admitted stays on the
// record for ever; how a person is reached does not stand there. Whether an admission is in force depends on a day that the reader names; nothing valid does.
package guest

import (
	"slices"
	"strings"

	"entente.example/entry"
	"entente.example/internal/assent"
	"entente.example/internal/charter"
	"entente.example/internal/subject"
	"entente.example/lang"
	"entente.example/refusal"
)

type (
	// Propose asks all parties to admit somebody to one matter.
	Propose struct {
		Name     lang.Text `json:"institution" form:"wording,required"` // of an institution; a person's particulars have no place on the record
		Capacity string    `json:"admitted_as" form:"choice=observer|secretariat|mediator|expert,required"`
		Shown    string    `json:"shown" form:"ref=shown,required"`                                    // the matter: meeting/<series>/<number> or text/<id>
		Parts    []string  `json:"parts,omitempty" form:"list=agenda|programme|dossier|interventions"` // of a meeting; none: all
		From     string    `json:"from" form:"day,required"`                                           // first day
		Until    string    `json:"until" form:"day,required"`                                          // last day
		House    string    `json:"house,omitzero" form:"ref=party"`                                    // party whose node shows it; "" for the author
		Purpose  lang.Text `json:"purpose,omitempty" form:"wording"`                                   // why
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
	// Withdraw ends an admission, or takes a proposal off the table, for good.
	Withdraw struct {
		Proposal string    `json:"proposal" form:"ref=proposal,required"`
		Reason   lang.Text `json:"reason,omitempty" form:"wording"`
	}
)

// EntryType implements entry.Body.
func (Propose) EntryType() string  { return "guest.propose" }
func (Agree) EntryType() string    { return "guest.agree" }
func (Decline) EntryType() string  { return "guest.decline" }
func (Withdraw) EntryType() string { return "guest.withdraw" }

// Statuses of an admission. Whether an admitted guest's days have come or are over is InForce's to say.
const (
	Proposed  = assent.Proposed
	Declined  = assent.Declined
	Admitted  = "admitted"
	Withdrawn = assent.Withdrawn
)

// Parts of a meeting that a guest can be shown.
var Parts = []string{"agenda", "programme", "dossier", "interventions"}

// State is one admission. It has several proposals only where parties chose one id without knowing of each other: each stands by itself.
type State struct {
	ID        string      `json:"id"`
	Proposals []Admission `json:"proposals,omitempty"` // in the order of the record
}

// Admission is a proposal with what the parties said.
type Admission struct {
	charter.By
	Propose
	Words []assent.Word `json:"words,omitempty"` // in the order of the record
}

var acts = subject.Of(func() subject.Act[State] { return new(Propose) }, func() subject.Act[State] { return new(Agree) },
	func() subject.Act[State] { return new(Decline) }, func() subject.Act[State] { return new(Withdraw) })

// Check judges an act.
func (s *State) Check(c *charter.State, a *charter.Act) error { return acts.Check(s, c, a) }

// Apply folds a valid act.
func (s *State) Apply(c *charter.State, a *charter.Act) { acts.Apply(s, c, a) }

// Check implements subject.Act.
func (b *Propose) Check(s *State, c *charter.State, a *charter.Act) error {
	if len(s.Proposals) > 0 {
		return subject.Taken(a)
	}
	kind, _, _ := strings.Cut(b.Shown, "/")
	switch {
	case !entry.ValidMatter(b.Shown) || kind != "meeting" && kind != "text" || strings.Count(b.Shown, "/") != map[string]int{"meeting": 2, "text": 1}[kind]:
		return refusal.New(refusal.Invalid, "guest.shown", "matter", b.Shown)
	case kind == "text" && len(b.Parts) > 0:
		return refusal.New(refusal.Invalid, "guest.text_has_no_parts")
	case b.From == "" || b.Until == "":
		return refusal.New(refusal.Invalid, "guest.days_needed")
	case b.Until < b.From:
		return refusal.New(refusal.Invalid, "guest.ends_before")
	}
	if _, ok := c.Document().Party(charter.PartyID(b.House)); b.House != "" && !ok {
		return refusal.New(refusal.Invalid, "guest.no_such_party", "party", b.House)
	}
	for _, part := range b.Parts {
		if err := subject.Choice(part, "parts", Parts...); err != nil {
			return err
		}
	}
	for _, err := range []error{subject.Choice(b.Capacity, "admitted_as", "observer", "secretariat", "mediator", "expert"), subject.Words(b.Name, "institution"), subject.Day(b.From), subject.DueDay(b.Until, a), b.Purpose.Check()} {
		if err != nil {
			return err
		}
	}
	return nil
}

// Apply implements subject.Act.
func (b *Propose) Apply(s *State, _ *charter.State, a *charter.Act) {
	p := Admission{By: a.By(), Propose: *b}
	if p.House == "" {
		p.House = string(a.Party)
	}
	s.Proposals = append(s.Proposals, p)
}

// open finds a proposal.
func (s *State) open(id string, a *charter.Act) (*Admission, error) {
	p := s.Proposal(id)
	switch {
	case len(s.Proposals) == 0:
		return nil, subject.Unknown(a)
	case p == nil:
		return nil, assent.None(id)
	}
	return p, nil
}

// Check implements subject.Act.
func (b *Agree) Check(s *State, _ *charter.State, a *charter.Act) error {
	p, err := s.open(b.Proposal, a)
	if err != nil {
		return err
	}
	return p.poll().MayAgree(a.Party)
}

// Apply implements subject.Act.
func (b *Agree) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.say(b.Proposal, assent.Word{By: a.By(), Word: assent.Agrees})
}

// Check implements subject.Act.
func (b *Decline) Check(s *State, _ *charter.State, a *charter.Act) error {
	p, err := s.open(b.Proposal, a)
	if err == nil {
		err = p.poll().MayDecline(a.Party)
	}
	if err != nil {
		return err
	}
	return b.Reason.Check()
}

// Apply implements subject.Act.
func (b *Decline) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.say(b.Proposal, assent.Word{By: a.By(), Word: assent.Declines, Reason: b.Reason})
}

// Check implements subject.Act.
func (b *Withdraw) Check(s *State, _ *charter.State, a *charter.Act) error {
	p, err := s.open(b.Proposal, a)
	if err == nil {
		err = p.poll().Open()
	}
	if err != nil {
		return err
	}
	return b.Reason.Check()
}

// Apply implements subject.Act.
func (b *Withdraw) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.say(b.Proposal, assent.Word{By: a.By(), Word: assent.Withdraws, Reason: b.Reason})
}

func (s *State) say(proposal string, w assent.Word) {
	if p := s.Proposal(proposal); p != nil {
		p.Words = append(p.Words, w)
	}
}

// Proposal finds a proposal by its act, nil if there is none.
func (s *State) Proposal(act string) *Admission {
	if i := slices.IndexFunc(s.Proposals, func(p Admission) bool { return p.Act == act }); i >= 0 {
		return &s.Proposals[i]
	}
	return nil
}

func (p *Admission) poll() assent.Poll { return assent.Poll{Author: p.Party, Words: p.Words} }

// Agrees reports whether a party stands behind the admission.
func (p *Admission) Agrees(party charter.PartyID) bool { return p.poll().Agrees(party) }

// Status is where the admission stands, whatever day it is.
func (p *Admission) Status(c *charter.State) string {
	if st := p.poll().Status(c); st != assent.Agreed {
		return st
	}
	return Admitted
}

// InForce reports whether the guest may see the matter on a day: every party agrees, nobody has withdrawn, and the day is one of those that were agreed.
func (p *Admission) InForce(c *charter.State, day string) bool {
	return p.Status(c) == Admitted && p.From <= day && day <= p.Until
}

// Since is the first day on which the guest could see the matter: that of the last agreement, if it came after the first day that was proposed.
func (p *Admission) Since() string {
	since := p.From
	for _, w := range p.Words {
		if w.Word == assent.Agrees {
			since = max(since, w.Day())
		}
	}
	return since
}

// Sees reports whether a part of a meeting is shown.
func (p *Admission) Sees(part string) bool {
	return len(p.Parts) == 0 || slices.Contains(p.Parts, part)
}

// Awaits are the proposals that a party has not answered, and that can still come to something.
func (s *State) Awaits(c *charter.State, me charter.PartyID) (out []*Admission) {
	for i := range s.Proposals {
		if p := &s.Proposals[i]; p.poll().Awaits(c, me) {
			out = append(out, p)
		}
	}
	return out
}

// Now is the proposal that readers look at first: the newest that is admitted, else the newest. Nothing is decided by it.
func (s *State) Now(c *charter.State) *Admission {
	var out *Admission
	for i := range s.Proposals {
		if p := &s.Proposals[i]; out == nil || p.Status(c) == Admitted || out.Status(c) != Admitted {
			out = p
		}
	}
	return out
}

// Offers lists the acts that make sense for a party now, what it most likely came for first.
func (s *State) Offers(c *charter.State, me charter.PartyID) []string {
	var polls []assent.Poll
	for i := range s.Proposals {
		polls = append(polls, s.Proposals[i].poll())
	}
	return assent.Offers("guest", me, polls)
}
