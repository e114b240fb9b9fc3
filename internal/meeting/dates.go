package meeting

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/subject"
	"entente.example/lang"
	"entente.example/refusal"
)

type (
	// Offer proposes days for a meeting; another one answers it with other days, or moves a meeting whose days were agreed.
	Offer struct {
		From    string    `json:"from" form:"day,required"`
		Until   string    `json:"until,omitzero" form:"day"` // "" for one day
		Places  lang.Text `json:"places,omitempty" form:"wording"`
		Answers string    `json:"answers,omitzero" form:"ref=offer"` // act id of the offer that this one takes the place of
		Reason  lang.Text `json:"reason,omitempty" form:"wording"`
	}
	// Accept stands behind the days of an offer. They are agreed once every party does.
	Accept struct {
		Offer string `json:"offer" form:"ref=offer,required"` // act id
	}
	// Decline says that the days of an offer do not suit, or no longer.
	Decline struct {
		Offer  string    `json:"offer" form:"ref=offer,required"`
		Reason lang.Text `json:"reason,omitempty" form:"wording"`
	}
	// Postpone takes the party's word back from all days: the meeting is put off until every party stands behind other ones.
	Postpone struct {
		Reason lang.Text `json:"reason,omitempty" form:"wording"`
	}
	// Adopt stands behind the agenda exactly as it is. It is adopted once every party does, and no longer when it changes.
	Adopt struct {
		Agenda string `json:"agenda" form:"ref=agenda,required"` // digest of its items
	}
)

// EntryType implements entry.Body.
func (Offer) EntryType() string   { return "meeting.offer" }
func (Accept) EntryType() string  { return "meeting.accept" }
func (Decline) EntryType() string { return "meeting.decline" }
func (Adopt) EntryType() string   { return "meeting.adopt" }

// EntryType implements entry.Body.
func (Postpone) EntryType() string { return "meeting.postpone" }

// Offered is an offer with what the parties answered.
type Offered struct {
	charter.By
	Offer
	Answered []Answer `json:"answered,omitempty"` // in the order of the record; a party's last one counts
}

// Answer is a party's word on an offer.
type Answer struct {
	charter.By
	Accepts bool      `json:"accepts"`
	Reason  lang.Text `json:"reason,omitempty"`
}

// Postponed is the last word of a party that put the meeting off.
type Postponed struct {
	charter.By
	Postpone
	Days Offer `json:"days,omitzero"` // that were agreed before, if any
}

// Adopted is a party's word on an agenda.
type Adopted struct {
	charter.By
	Agenda string `json:"agenda"`
}

// dates are the acts on a meeting that is there, but its agenda.
var dates = subject.Of(func() subject.Act[State] { return new(Offer) }, func() subject.Act[State] { return new(Accept) },
	func() subject.Act[State] { return new(Decline) }, func() subject.Act[State] { return new(Adopt) }, func() subject.Act[State] { return new(Postpone) },
	func() subject.Act[State] { return new(Delegation) }, func() subject.Act[State] { return new(Programme) },
	func() subject.Act[State] { return new(Intervene) }, func() subject.Act[State] { return new(Document) },
	func() subject.Act[State] { return new(Recognise) }, func() subject.Act[State] { return new(StandBack) })

// Check implements subject.Act.
func (b *Offer) Check(s *State, _ *charter.State, a *charter.Act) error {
	switch {
	case s.Meeting == nil:
		return refusal.New(refusal.Missing, "meeting.unknown", "meeting", a.Entry.Matter)
	case s.Meeting.Status == "held":
		return refusal.New(refusal.Conflict, "meeting.held_already")
	case b.From == "":
		return refusal.New(refusal.Invalid, "dialogue.words_needed", "field", "from")
	case b.Until != "" && b.Until < b.From:
		return refusal.New(refusal.Invalid, "meeting.ends_before")
	case b.Answers != "" && s.offer(b.Answers) == nil:
		return refusal.New(refusal.Missing, "meeting.no_offer", "offer", b.Answers)
	}
	for _, err := range []error{subject.DueDay(b.From, a), subject.Day(b.Until), b.Places.Check(), b.Reason.Check()} {
		if err != nil {
			return err
		}
	}
	return nil
}

// Apply implements subject.Act.
func (b *Offer) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.Offered = append(s.Offered, Offered{By: a.By(), Offer: *b})
}

// Check implements subject.Act.
func (b *Accept) Check(s *State, _ *charter.State, a *charter.Act) error {
	o := s.offer(b.Offer)
	switch {
	case o == nil:
		return refusal.New(refusal.Missing, "meeting.no_offer", "offer", b.Offer)
	case o.Accepts(a.Party):
		return refusal.New(refusal.Conflict, "meeting.accepts_already")
	}
	return nil
}

// Apply implements subject.Act.
func (b *Accept) Apply(s *State, _ *charter.State, a *charter.Act) {
	if o := s.offer(b.Offer); o != nil {
		o.Answered = append(o.Answered, Answer{By: a.By(), Accepts: true})
	}
}

// Check implements subject.Act.
func (b *Decline) Check(s *State, _ *charter.State, a *charter.Act) error {
	o := s.offer(b.Offer)
	if o == nil {
		return refusal.New(refusal.Missing, "meeting.no_offer", "offer", b.Offer)
	}
	if word, ok := o.word(a.Party); ok && !word.Accepts {
		return refusal.New(refusal.Conflict, "meeting.declines_already")
	}
	return b.Reason.Check()
}

// Apply implements subject.Act.
func (b *Decline) Apply(s *State, _ *charter.State, a *charter.Act) {
	if o := s.offer(b.Offer); o != nil {
		o.Answered = append(o.Answered, Answer{By: a.By(), Reason: b.Reason})
	}
}

// Check implements subject.Act.
func (b *Postpone) Check(s *State, c *charter.State, a *charter.Act) error {
	switch {
	case s.Meeting == nil:
		return s.unknown(a)
	case s.Meeting.Status == "held":
		return refusal.New(refusal.Conflict, "meeting.held_already")
	case s.PutOff(c) != nil:
		return refusal.New(refusal.Conflict, "meeting.postponed_already")
	}
	return b.Reason.Check()
}

// Apply implements subject.Act.
func (b *Postpone) Apply(s *State, c *charter.State, a *charter.Act) {
	p := Postponed{By: a.By(), Postpone: *b}
	if o := s.Agreed(c); o != nil {
		p.Days = o.Offer
	}
	for i := range s.Offered {
		if o := &s.Offered[i]; o.Accepts(a.Party) {
			o.Answered = append(o.Answered, Answer{By: a.By(), Reason: b.Reason})
		}
	}
	s.Postponed = &p
}

// PutOff is who put the meeting off, nil if nobody did or days were agreed since.
func (s *State) PutOff(c *charter.State) *Postponed {
	if s.Postponed == nil || s.Meeting == nil || s.Meeting.Status == "held" || s.Agreed(c) != nil {
		return nil
	}
	return s.Postponed
}

// Check implements subject.Act.
func (b *Adopt) Check(s *State, _ *charter.State, a *charter.Act) error {
	digest := s.Agenda.Digest()
	switch {
	case s.Agenda == nil:
		return refusal.New(refusal.Missing, "meeting.no_agenda")
	case b.Agenda != digest:
		return refusal.New(refusal.Stale, "meeting.other_agenda")
	case s.adopts(a.Party):
		return refusal.New(refusal.Conflict, "meeting.adopts_already")
	}
	return nil
}

// Apply implements subject.Act.
func (b *Adopt) Apply(s *State, _ *charter.State, a *charter.Act) {
	if s.Adopts == nil {
		s.Adopts = map[charter.PartyID]Adopted{}
	}
	s.Adopts[a.Party] = Adopted{a.By(), b.Agenda}
}

// Digest names the items of an agenda: SHA-256 of their canonical spelling, "" if there is none.
func (g *Agenda) Digest() string {
	if g == nil {
		return ""
	}
	b, err := entry.Canonical(struct {
		Items []lang.Text `json:"items"`
	}{g.Items})
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func (s *State) offer(act string) *Offered {
	i := slices.IndexFunc(s.Offered, func(o Offered) bool { return o.Act == act })
	if i < 0 {
		return nil
	}
	return &s.Offered[i]
}

// word is what a party last said on an offer.
func (o *Offered) word(p charter.PartyID) (Answer, bool) {
	for _, a := range slices.Backward(o.Answered) {
		if a.Party == p {
			return a, true
		}
	}
	return Answer{}, false
}

// Accepts reports whether a party stands behind an offer, as its author does unless it says otherwise.
func (o *Offered) Accepts(p charter.PartyID) bool {
	word, said := o.word(p)
	return word.Accepts || !said && o.Party == p
}

// Agreed are the days behind which every party stands, the newest such offer; nil if there are none.
func (s *State) Agreed(c *charter.State) *Offered {
	for i := len(s.Offered) - 1; i >= 0; i-- {
		o := &s.Offered[i]
		if !slices.ContainsFunc(c.Document().Parties, func(p charter.Party) bool { return !o.Accepts(p.ID) }) {
			return o
		}
	}
	return nil
}

// Open lists the offers that can still be agreed: newer than the agreed days, not declined by anybody and not answered by another offer of the same party.
func (s *State) Open(c *charter.State) []*Offered {
	agreed := s.Agreed(c)
	var out []*Offered
	for i := range s.Offered {
		o := &s.Offered[i]
		switch {
		case o == agreed:
			out = nil
		case slices.ContainsFunc(c.Document().Parties, func(p charter.Party) bool { w, said := o.word(p.ID); return said && !w.Accepts }):
		case slices.ContainsFunc(s.Offered, func(n Offered) bool { return n.Answers == o.Act && n.Party == o.Party }):
		default:
			out = append(out, o)
		}
	}
	return out
}

// adopts reports whether a party stands behind the agenda as it is.
func (s *State) adopts(p charter.PartyID) bool {
	a, ok := s.Adopts[p]
	return ok && a.Agenda == s.Agenda.Digest()
}

// AgendaAdopted reports whether every party stands behind the agenda as it is.
func (s *State) AgendaAdopted(c *charter.State) bool {
	return s.Agenda != nil && !slices.ContainsFunc(c.Document().Parties, func(p charter.Party) bool { return !s.adopts(p.ID) })
}

// Awaits says what waits for a party: an answer to an offer of days, or its word on an agenda that is to be adopted.
func (s *State) Awaits(c *charter.State, me charter.PartyID) (offers []*Offered, agenda bool) {
	if s.Meeting == nil || s.Meeting.Status == "held" {
		return nil, false
	}
	for _, o := range s.Open(c) {
		if !o.Accepts(me) {
			offers = append(offers, o)
		}
	}
	return offers, len(s.Adopts) > 0 && !s.adopts(me)
}

// Days are when the meeting is to be: the agreed days while it is planned, otherwise those that were entered.
func (s *State) Days(c *charter.State) (start, end string) {
	if s.Meeting == nil {
		return "", ""
	}
	if o := s.Agreed(c); o != nil && s.Meeting.Status == "planned" {
		return o.From, o.Until
	}
	if s.PutOff(c) != nil {
		return "", ""
	}
	return s.Meeting.Start, s.Meeting.End
}

// Names reports whether the place of an offer is among these, in any language. An offer without a place leaves them all.
func (o *Offered) Names(venues []Venue) bool {
	return len(o.Places) == 0 || slices.ContainsFunc(venues, func(v Venue) bool {
		return slices.ContainsFunc(v.City.Tags(), func(t lang.Tag) bool { return v.City[t] == o.Places[t] })
	})
}

// Where is where the meeting is to be. While it is planned, a place that was agreed with the days stands before those that were entered, unless one of these is that place; and no place has a day on which the meeting is not.
func (s *State) Where(c *charter.State) []Venue {
	if s.Meeting == nil {
		return nil
	}
	out, o, off := s.Meeting.Venues, s.Agreed(c), s.PutOff(c) != nil
	if !off && (o == nil || s.Meeting.Status != "planned") {
		return out
	}
	if !off && !o.Names(out) {
		return []Venue{{City: o.Places}}
	}
	out = slices.Clone(out)
	for i := range out {
		out[i].Days = slices.DeleteFunc(slices.Clone(out[i].Days), func(day string) bool { return off || day < o.From || day > cmp.Or(o.Until, o.From) })
	}
	return out
}

// ID is the meeting's id within its kind, as in "main.10".
func (s *State) ID() string {
	if s.Meeting == nil {
		return ""
	}
	return s.Meeting.Series + "." + strconv.Itoa(s.Meeting.Number)
}

// Place takes the meeting's identity from its id, as in "main.10".
func (b *Enter) Place(id string) {
	if i := strings.LastIndex(id, "."); i >= 0 {
		b.Series = id[:i]
		b.Number, _ = strconv.Atoi(id[i+1:])
	}
}

// Offers lists the acts that make sense for a party now, what it most likely came for first.
func (s *State) Offers(c *charter.State, me charter.PartyID) []string {
	if s.Meeting == nil {
		return nil
	}
	out := s.settlingOffers(me)
	if s.Meeting.Status == "planned" {
		offers, _ := s.Awaits(c, me)
		if len(offers) > 0 {
			out = append(out, "meeting.accept")
		}
		out = append(out, "meeting.offer")
		if len(s.Open(c)) > 0 || s.Agreed(c) != nil {
			out = append(out, "meeting.decline")
		}
		if s.PutOff(c) == nil {
			out = append(out, "meeting.postpone")
		}
	}
	if s.Agenda != nil && !s.adopts(me) {
		out = append(out, "meeting.adopt")
	}
	out = append(out, "meeting.agenda", "meeting.programme")
	if d := s.DelegationOf(me); d == nil || !d.Final {
		out = append(out, "meeting.delegation")
	}
	if s.Agenda != nil {
		out = append(out, "meeting.intervene")
	}
	return append(out, "meeting.document", "meeting.enter")
}
