// Package minutes owns agreed minutes: circulated, corrected paragraph by paragraph, agreed, and locked by every party.
//
// It promises that a paragraph is agreed only in a wording that every party stands behind; that what is not agreed stays side by side with who stands behind what; and that what was locked does not change:
// each party's hand is locked by itself, and the minutes are when all are. docs/protocol.md 15.
package minutes

import (
	"slices"
	"strconv"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/subject"
	"entente.example/lang"
	"entente.example/refusal"
)

type (
	// Circulate puts a draft of the minutes before all parties. Its author stands behind it.
	Circulate struct {
		Title      lang.Text   `json:"title" form:"wording,required"`
		Of         string      `json:"of,omitzero" form:"ref=session"` // meeting/main/9
		Paragraphs []Paragraph `json:"paragraphs" form:"rows,required"`
	}
	// Paragraph is one paragraph of the draft.
	Paragraph struct {
		ID   string    `json:"id" form:"line,required"`
		Text lang.Text `json:"text" form:"wording,required"`
	}
	// Correct offers other wording of a paragraph, a paragraph that the draft left out, or that one should be left out. Its author stands behind it.
	Correct struct {
		Paragraph string    `json:"paragraph" form:"line,required"`
		Text      lang.Text `json:"text,omitempty" form:"wording"`
		Out       bool      `json:"out,omitzero" form:"flag"`            // leave it out: no words
		After     string    `json:"after,omitzero" form:"ref=paragraph"` // of a new one: behind which it stands; "" for the end
		Note      string    `json:"note,omitzero" form:"remark"`
	}
	// Agree stands behind a wording: the one that this act brought.
	Agree struct {
		Paragraph string `json:"paragraph" form:"ref=paragraph,required"`
		Wording   string `json:"wording" form:"ref=wording,required"`
	}
	// Accept agrees to every paragraph of which its author knows only one wording.
	Accept struct{}
	// Lock ends one's own part: what is not agreed then stands side by side.
	Lock struct{}
)

// EntryType implements entry.Body.
func (Circulate) EntryType() string { return "minutes.circulate" }
func (Correct) EntryType() string   { return "minutes.correct" }
func (Agree) EntryType() string     { return "minutes.agree" }
func (Accept) EntryType() string    { return "minutes.accept" }
func (Lock) EntryType() string      { return "minutes.lock" }

// Statuses of minutes.
const (
	Open   = "open"
	Locked = "locked"
)

// MaxParagraphs is how many paragraphs minutes may have.
const MaxParagraphs = 500

// State is the minutes of one meeting.
type State struct {
	ID         string                         `json:"id"`
	Circulated *Paper                         `json:"circulated,omitempty"`
	Clash      []string                       `json:"clash,omitempty"` // further Circulate acts that did not know of the first
	Paragraphs []*Para                        `json:"paragraphs,omitempty"`
	Locks      map[charter.PartyID]charter.By `json:"locks,omitempty"`
}

// Paper is what was circulated.
type Paper struct {
	charter.By
	Title lang.Text `json:"title"`
	Of    string    `json:"of,omitzero"`
}

// Para is a paragraph with all its wordings, and the wording behind which each party stands: its own last word.
type Para struct {
	ID       string                     `json:"id"`
	Wordings []Wording                  `json:"wordings"`
	Behind   map[charter.PartyID]string `json:"behind"` // act that brought the wording
}

// Wording is one wording.
type Wording struct {
	charter.By
	Text lang.Text `json:"text"`
	Out  bool      `json:"out,omitzero"` // the paragraph left out
	Note string    `json:"note,omitzero"`
}

var acts = subject.Of(
	func() subject.Act[State] { return new(Circulate) }, func() subject.Act[State] { return new(Correct) }, func() subject.Act[State] { return new(Agree) },
	func() subject.Act[State] { return new(Accept) }, func() subject.Act[State] { return new(Lock) })

// Check judges an act.
func (s *State) Check(c *charter.State, a *charter.Act) error { return acts.Check(s, c, a) }

// Apply folds a valid act.
func (s *State) Apply(c *charter.State, a *charter.Act) { acts.Apply(s, c, a) }

// Check implements subject.Act.
func (b *Circulate) Check(s *State, _ *charter.State, a *charter.Act) error {
	if s.Circulated != nil {
		return subject.Taken(a)
	}
	if err := subject.Words(b.Title, "title"); err != nil {
		return err
	}
	if err := subject.Line(b.Of, "of", false); err != nil {
		return err
	}
	if len(b.Paragraphs) == 0 {
		return refusal.New(refusal.Invalid, "dialogue.words_needed", "field", "paragraphs")
	}
	if len(b.Paragraphs) > MaxParagraphs {
		return refusal.New(refusal.Invalid, "minutes.too_long", "limit", strconv.Itoa(MaxParagraphs))
	}
	seen := map[string]bool{}
	for _, p := range b.Paragraphs {
		if !entry.ValidID(p.ID) || seen[p.ID] {
			return refusal.New(refusal.Invalid, "minutes.paragraph_id", "paragraph", p.ID)
		}
		seen[p.ID] = true
		if err := subject.Words(p.Text, "text"); err != nil {
			return err
		}
	}
	return nil
}

// Apply implements subject.Act.
func (b *Circulate) Apply(s *State, _ *charter.State, a *charter.Act) {
	if s.Circulated != nil {
		s.Clash = append(s.Clash, a.ID())
		return
	}
	s.Circulated = &Paper{By: a.By(), Title: b.Title, Of: b.Of}
	for _, p := range b.Paragraphs {
		s.offer(p.ID, "", Wording{By: a.By(), Text: p.Text})
	}
}

// offer adds a wording and lets its author stand behind it. A paragraph that is new stands behind another, or at the end.
func (s *State) offer(id, after string, w Wording) {
	p := s.para(id)
	if p == nil {
		p = &Para{ID: id, Behind: map[charter.PartyID]string{}}
		at := len(s.Paragraphs)
		if i := slices.IndexFunc(s.Paragraphs, func(o *Para) bool { return o.ID == after }); i >= 0 {
			at = i + 1
		}
		s.Paragraphs = slices.Insert(s.Paragraphs, at, p)
	}
	p.Wordings = append(p.Wordings, w)
	p.Behind[w.Party] = w.Act
}

func (s *State) para(id string) *Para {
	i := slices.IndexFunc(s.Paragraphs, func(p *Para) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return s.Paragraphs[i]
}

// Has reports whether the minutes have a paragraph.
func (s *State) Has(id string) bool { return s.para(id) != nil }

func (p *Para) wording(act string) *Wording {
	i := slices.IndexFunc(p.Wordings, func(w Wording) bool { return w.Act == act })
	if i < 0 {
		return nil
	}
	return &p.Wordings[i]
}

// unlocked refuses who has locked.
func (s *State) unlocked(a *charter.Act) error {
	if s.Circulated == nil {
		return subject.Unknown(a)
	}
	if _, locked := s.Locks[a.Party]; locked {
		return refusal.New(refusal.Conflict, "minutes.locked")
	}
	return nil
}

// Check implements subject.Act.
func (b *Correct) Check(s *State, _ *charter.State, a *charter.Act) error {
	if err := s.unlocked(a); err != nil {
		return err
	}
	if !entry.ValidID(b.Paragraph) {
		return refusal.New(refusal.Invalid, "minutes.paragraph_id", "paragraph", b.Paragraph)
	}
	is := s.para(b.Paragraph) != nil
	switch {
	case !is && len(s.Paragraphs) >= MaxParagraphs:
		return refusal.New(refusal.Invalid, "minutes.too_long", "limit", strconv.Itoa(MaxParagraphs))
	case b.After != "" && (is || s.para(b.After) == nil):
		return refusal.New(refusal.Missing, "minutes.no_place", "paragraph", b.Paragraph, "after", b.After)
	case b.Out && (!is || len(b.Text) > 0):
		return refusal.New(refusal.Invalid, "minutes.out_alone", "paragraph", b.Paragraph)
	}
	if !b.Out {
		if err := subject.Words(b.Text, "text"); err != nil {
			return err
		}
	}
	return subject.Remark(b.Note, "note", false)
}

// Apply implements subject.Act.
func (b *Correct) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.offer(b.Paragraph, b.After, Wording{By: a.By(), Text: b.Text, Out: b.Out, Note: b.Note})
}

// Check implements subject.Act.
func (b *Agree) Check(s *State, _ *charter.State, a *charter.Act) error {
	if err := s.unlocked(a); err != nil {
		return err
	}
	p := s.para(b.Paragraph)
	if p == nil || p.wording(b.Wording) == nil {
		return refusal.New(refusal.Missing, "minutes.no_wording", "paragraph", b.Paragraph, "wording", b.Wording)
	}
	return nil
}

// Apply implements subject.Act.
func (b *Agree) Apply(s *State, _ *charter.State, a *charter.Act) {
	if p := s.para(b.Paragraph); p != nil && p.wording(b.Wording) != nil {
		p.Behind[a.Party] = b.Wording
	}
}

// Check implements subject.Act.
func (b *Accept) Check(s *State, _ *charter.State, a *charter.Act) error { return s.unlocked(a) }

// Apply implements subject.Act.
func (b *Accept) Apply(s *State, c *charter.State, a *charter.Act) {
	for _, p := range s.Paragraphs {
		var known []string
		for _, w := range p.Wordings {
			if w.Party == a.Party || c.Covers(a.Past, w.By) {
				known = append(known, w.Act)
			}
		}
		if len(known) == 1 {
			p.Behind[a.Party] = known[0]
		}
	}
}

// Check implements subject.Act.
func (b *Lock) Check(s *State, _ *charter.State, a *charter.Act) error { return s.unlocked(a) }

// Apply implements subject.Act.
func (b *Lock) Apply(s *State, c *charter.State, a *charter.Act) {
	if s.Circulated.Party != a.Party && !c.Covers(a.Past, s.Circulated.By) {
		return // it locks other minutes that were circulated under the same id
	}
	if s.Locks == nil {
		s.Locks = map[charter.PartyID]charter.By{}
	}
	s.Locks[a.Party] = a.By()
}

// Agreed is the wording behind which every party stands, nil if there is none.
func (p *Para) Agreed(c *charter.State) *Wording {
	act := ""
	for _, party := range c.Document().Parties {
		behind := p.Behind[party.ID]
		if behind == "" || act != "" && behind != act {
			return nil
		}
		act = behind
	}
	return p.wording(act)
}

// Status is Locked when every party has locked.
func (s *State) Status(c *charter.State) string {
	for _, p := range c.Document().Parties {
		if _, locked := s.Locks[p.ID]; !locked {
			return Open
		}
	}
	return Locked
}

// Owes reports whether the minutes wait for a party: it has not locked.
func (s *State) Owes(me charter.PartyID) bool {
	_, locked := s.Locks[me]
	return s.Circulated != nil && !locked
}

// Offers lists the acts that make sense for a party now, what it most likely came for first.
func (s *State) Offers(_ *charter.State, me charter.PartyID) []string {
	if !s.Owes(me) {
		return nil
	}
	for _, p := range s.Paragraphs {
		if p.Behind[me] == "" {
			return []string{"minutes.accept", "minutes.agree", "minutes.correct", "minutes.lock"}
		}
	}
	return []string{"minutes.agree", "minutes.correct", "minutes.lock"}
}
