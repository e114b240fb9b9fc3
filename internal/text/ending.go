package text

import (
	"slices"
	"strings"

	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// How work on a text ends without its being adopted, and how an adopted text gives place to another: docs/protocol.md 4.7. Nothing here removes anything, and nothing but an adoption is for good.
type (
	// Refuse says that a party does not work on this text. One party's word is enough; only that party takes it back.
	Refuse struct {
		Reason string `json:"reason"`
	}
	// Withdraw takes a draft back by the party that tabled it, as long as nobody else has a part in it.
	Withdraw struct {
		Reason string `json:"reason,omitzero"`
	}
	// Lapse says that a party regards the text as lapsed, perhaps in favour of another one. The text has lapsed when every party has said so.
	Lapse struct {
		For    string `json:"for,omitzero"` // id of the text in its place
		Reason string `json:"reason,omitzero"`
	}
	// Resume takes one's own refusal, withdrawal or word on the lapse back.
	Resume struct {
		Reason string `json:"reason,omitzero"`
	}
	// Supersede says of an adopted text that another adopted one has taken its place. It has when every party has said so of the same one; a party's word is for good.
	Supersede struct {
		By     string `json:"by"` // id of a text
		Reason string `json:"reason,omitzero"`
	}
)

func (Refuse) EntryType() string    { return "text.refuse" }
func (Withdraw) EntryType() string  { return "text.withdraw" }
func (Lapse) EntryType() string     { return "text.lapse" }
func (Resume) EntryType() string    { return "text.resume" }
func (Supersede) EntryType() string { return "text.supersede" }

// RestsOn is the text that has to be adopted as far as the author's past shows.
func (b Supersede) RestsOn() string { return b.By }

// What a text has come to when it is not, or no longer, what the parties work on or hold to.
const (
	EndRefused    = "refused"
	EndWithdrawn  = "withdrawn"
	EndLapsed     = "lapsed"
	EndSuperseded = "superseded"
)

// Parting is a party's word on the end of a text. Kind is the act, as in "refuse".
type Parting struct {
	By
	Kind   string `json:"kind"`
	Text   string `json:"text,omitzero"` // in whose favour, or by which text
	Reason string `json:"reason,omitzero"`
}

// End is what a text has come to; Kind is "" while it is worked on, or stands adopted.
type End struct {
	Kind string `json:"kind"`
	Text string `json:"text,omitzero"` // in whose place or favour
}

// LastParting is a party's word on the end of a text that was not adopted: its last. nil if it has none, or took it back.
func (s *State) LastParting(party charter.PartyID) *Parting {
	list := s.Partings[party]
	for i := len(list) - 1; i >= 0; i-- {
		switch list[i].Kind {
		case "supersede":
		case "resume":
			return nil
		default:
			return &list[i]
		}
	}
	return nil
}

// Ended is what the text has come to, of each party's own words: the order between parties does not matter.
func (s *State) Ended(c *charter.State, held adoption.Held) End {
	if s.Tabled == nil || len(s.Partings) == 0 {
		return End{}
	}
	if s.Outcome(c, held) == adoption.Adopted {
		if by := s.supersededBy(c); by != "" {
			return End{EndSuperseded, by}
		}
		return End{}
	}
	parties := s.parties(c)
	lapsed, favour := 0, map[string]bool{}
	for _, p := range parties {
		switch w := s.LastParting(p.ID); {
		case w == nil:
		case w.Kind == "refuse":
			return End{Kind: EndRefused}
		case w.Kind == "lapse":
			lapsed++
			favour[w.Text] = true
		}
	}
	if w := s.LastParting(s.Tabled.Party); w != nil && w.Kind == "withdraw" {
		return End{Kind: EndWithdrawn}
	}
	if lapsed < len(parties) {
		return End{}
	}
	for other := range favour {
		if len(favour) == 1 && other != "" {
			return End{EndSuperseded, other}
		}
	}
	return End{Kind: EndLapsed}
}

// Since is when the text came to an end that Ended gives, as the words that made it claim: of one party's word, that party's; of a word that all have to say, the last.
func (s *State) Since(c *charter.State, e End) (at string) {
	replaced := e.Kind == EndSuperseded && s.supersededBy(c) == e.Text
	for _, p := range s.parties(c) {
		switch last := s.LastParting(p.ID); {
		case replaced:
			for _, w := range s.Partings[p.ID] {
				if w.Kind == "supersede" && w.Text == e.Text {
					at = max(at, w.At)
				}
			}
		case last == nil:
		case e.Kind == EndRefused && last.Kind == "refuse":
			if at == "" || last.At < at {
				at = last.At
			}
		case e.Kind == EndWithdrawn && p.ID == s.Tabled.Party, last.Kind == "lapse" && (e.Kind == EndLapsed || e.Kind == EndSuperseded):
			at = max(at, last.At)
		}
	}
	return at
}

// supersededBy is the adopted text that every party says has taken this one's place: of several, the one that all had named first by the order of the words.
func (s *State) supersededBy(c *charter.State) string {
	parties := s.parties(c)
	for _, w := range s.Partings[parties[0].ID] {
		if w.Kind == "supersede" && !slices.ContainsFunc(parties, func(p charter.Party) bool { return !s.supersedes(p.ID, w.Text) }) {
			return w.Text
		}
	}
	return ""
}

func (s *State) supersedes(party charter.PartyID, by string) bool {
	return slices.ContainsFunc(s.Partings[party], func(w Parting) bool { return w.Kind == "supersede" && w.Text == by })
}

// part keeps a party's word.
func (s *State) part(a *charter.Act, kind, other, reason string) {
	if s.Partings == nil {
		s.Partings = map[charter.PartyID][]Parting{}
	}
	s.Partings[a.Party] = append(s.Partings[a.Party], Parting{By: by(a), Kind: kind, Text: other, Reason: reason})
}

// parts refuses a word on the end of a text that is adopted, or while another word of its party stands; a lapse may be in favour of another text than was said first.
func (s *State) parts(c *charter.State, a *charter.Act, kind, other, reason string) error {
	if s.Outcome(c, nil) == adoption.Adopted {
		return refusal.New(refusal.Conflict, "text.end_adopted", "text", s.ID)
	}
	if w := s.LastParting(a.Party); w != nil && (w.Kind != "lapse" || kind != "lapse" || w.Text == other) {
		return refusal.New(refusal.Conflict, "text.end_said", "text", s.ID, "entry", w.Act)
	}
	return lang.CheckText(reason)
}

func (b *Refuse) check(s *State, c *charter.State, a *charter.Act) error {
	if strings.TrimSpace(b.Reason) == "" {
		return refusal.New(refusal.Invalid, "text.reason_needed")
	}
	return s.parts(c, a, "refuse", "", b.Reason)
}

func (b *Refuse) apply(s *State, _ *charter.State, a *charter.Act) {
	s.part(a, "refuse", "", b.Reason)
}

func (b *Withdraw) check(s *State, c *charter.State, a *charter.Act) error {
	if s.Tabled.Party != a.Party {
		return refusal.New(refusal.Denied, "text.withdraw_other", "party", string(s.Tabled.Party))
	}
	for _, p := range s.Paragraphs {
		if p.othersIn(c, a.Party) {
			return refusal.New(refusal.Conflict, "text.withdraw_shared", "text", s.ID, "paragraph", p.Label)
		}
	}
	return s.parts(c, a, "withdraw", "", b.Reason)
}

// othersIn reports whether another party has a part in the paragraph: wording of its own that it did not take back, or an agreement.
func (p *Para) othersIn(c *charter.State, me charter.PartyID) bool {
	if slices.ContainsFunc(p.Wordings, func(w *Wording) bool { return w.Party != me && w.Dropped == "" }) {
		return true
	}
	for _, o := range p.parties(c) {
		if st, ok := p.standing(c, o.ID, nil); ok && o.ID != me && st.accepted() {
			return true
		}
	}
	return false
}

func (b *Withdraw) apply(s *State, _ *charter.State, a *charter.Act) {
	s.part(a, "withdraw", "", b.Reason)
}

func (b *Lapse) check(s *State, c *charter.State, a *charter.Act) error {
	if b.For != "" {
		if err := s.another(b.For); err != nil {
			return err
		}
	}
	return s.parts(c, a, "lapse", b.For, b.Reason)
}

func (b *Lapse) apply(s *State, _ *charter.State, a *charter.Act) {
	s.part(a, "lapse", b.For, b.Reason)
}

// another demands the id of another text.
func (s *State) another(id string) error {
	if id == s.ID || id == "" || len(id) > 64 || strings.ContainsFunc(id, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("-._", r))
	}) {
		return refusal.New(refusal.Invalid, "text.end_other", "text", s.ID)
	}
	return nil
}

func (b *Resume) check(s *State, _ *charter.State, a *charter.Act) error {
	if s.LastParting(a.Party) == nil {
		return refusal.New(refusal.Conflict, "text.nothing_to_resume", "text", s.ID)
	}
	return lang.CheckText(b.Reason)
}

func (b *Resume) apply(s *State, _ *charter.State, a *charter.Act) {
	s.part(a, "resume", "", b.Reason)
}

func (b *Supersede) check(s *State, c *charter.State, a *charter.Act) error {
	if err := s.another(b.By); err != nil {
		return err
	}
	switch {
	case s.Outcome(c, nil) != adoption.Adopted:
		return refusal.New(refusal.Conflict, "text.supersede_not_adopted", "text", s.ID)
	case s.supersedes(a.Party, b.By):
		return refusal.New(refusal.Conflict, "text.supersede_said", "text", s.ID, "other", b.By)
	}
	return lang.CheckText(b.Reason)
}

func (b *Supersede) apply(s *State, _ *charter.State, a *charter.Act) {
	s.part(a, "supersede", b.By, b.Reason)
}

// afterEnd are the acts on a text that has ended: words on its end, and what needs no negotiation.
var afterEnd = []string{"text.refuse", "text.withdraw", "text.lapse", "text.resume", "text.supersede"}

// whyEnded refuses work on a text that has come to its end as far as an act's past shows.
func (s *State) whyEnded(c *charter.State) error {
	if e := s.Ended(c, nil); e.Kind != "" && s.Outcome(c, nil) != adoption.Adopted {
		return refusal.New(refusal.Conflict, "text.ended_"+e.Kind, "text", s.ID, "other", e.Text)
	}
	return nil
}

// partingsAwait lists words of others on the end of the text that wait for a party's own.
func (s *State) partingsAwait(c *charter.State, me charter.PartyID) []Await {
	adopted := s.Outcome(c, nil) == adoption.Adopted
	for _, p := range s.parties(c) {
		if p.ID == me {
			continue
		}
		if !adopted {
			if w := s.LastParting(p.ID); w != nil && w.Kind == "lapse" && s.LastParting(me) == nil {
				return []Await{{"awaits.lapse", map[string]string{"text": s.ID, "party": string(p.ID)}}}
			}
			continue
		}
		for _, w := range s.Partings[p.ID] {
			if w.Kind == "supersede" && !s.supersedes(me, w.Text) && s.supersededBy(c) == "" {
				return []Await{{"awaits.supersede", map[string]string{"text": s.ID, "other": w.Text, "party": string(p.ID)}}}
			}
		}
	}
	return nil
}
