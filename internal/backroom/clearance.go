package backroom

import (
	"context"
	"slices"
	"strings"
	"time"

	"entente.example/lang"
	"entente.example/refusal"
)

// Answers of an office to a draft, and where an office that has not answered stands.
const (
	Cleared = "cleared"
	Objects = "objects"
	Changes = "changes"
	Awaited = "awaited"
)

// Clearance is a draft of what we want to say on its way round our offices. Silence clears nothing: an office that has not answered is awaited, however late it is.
type Clearance struct {
	ID string `json:"id"`
	About
	Title   string    `json:"title"`
	Lang    lang.Tag  `json:"lang,omitempty"`
	Member  string    `json:"member" doc:"Who asks for clearance"`
	At      time.Time `json:"at"`
	Due     time.Time `json:"due,omitzero" doc:"When the offices are to have answered"`
	Offices []Office  `json:"offices"`
	Drafts  []Draft   `json:"drafts" doc:"Every draft that went round, the newest last"`
	Ended   time.Time `json:"ended,omitzero"`
	Outcome string    `json:"outcome,omitempty" enum:"cleared,withdrawn"`
}

// Office is one that is asked, and who answers for it.
type Office struct {
	Name    string   `json:"name"`
	Members []string `json:"members"`
}

// Draft is a wording that went round, with every answer to it.
type Draft struct {
	Words   string    `json:"words"`
	At      time.Time `json:"at"`
	Answers []Answer  `json:"answers,omitempty"`
}

// Answer is what an office says of a draft. Its newest one counts.
type Answer struct {
	Office  string    `json:"office"`
	Verdict string    `json:"verdict" enum:"cleared,objects,changes"`
	Words   string    `json:"words,omitempty" doc:"Why not, or what is to be changed"`
	Member  string    `json:"member"`
	At      time.Time `json:"at"`
}

// Stand is where an office stands on the newest draft.
type Stand struct {
	Office
	Verdict string
	Answer  Answer // zero while it is awaited
}

// Stands says where each office stands.
func (c *Clearance) Stands() []Stand {
	out := make([]Stand, len(c.Offices))
	for i, o := range c.Offices {
		out[i] = Stand{Office: o, Verdict: Awaited}
		for _, a := range c.Drafts[len(c.Drafts)-1].Answers {
			if a.Office == o.Name {
				out[i].Verdict, out[i].Answer = a.Verdict, a
			}
		}
	}
	return out
}

// Standing is where the round as a whole stands: an objection outweighs a wish for changes, that an office that is awaited, and that those that cleared.
func (c *Clearance) Standing() string {
	if c.Outcome != "" {
		return c.Outcome
	}
	out := Cleared
	for _, weight := range []string{Awaited, Changes, Objects} {
		if slices.ContainsFunc(c.Stands(), func(s Stand) bool { return s.Verdict == weight }) {
			out = weight
		}
	}
	return out
}

// Awaiting are the offices that have not cleared the newest draft, nor said why not.
func (c *Clearance) Awaiting() []Office {
	var out []Office
	for _, s := range c.Stands() {
		if s.Verdict == Awaited {
			out = append(out, s.Office)
		}
	}
	return out
}

// Late reports whether the time is over and somebody is awaited.
func (c *Clearance) Late(now time.Time) bool {
	return c.Outcome == "" && !c.Due.IsZero() && now.After(c.Due) && len(c.Awaiting()) > 0
}

var clearances = kept[Clearance]{"clearance", func(c *Clearance) *string { return &c.ID }, func(c *Clearance) About { return c.About }, func(c *Clearance) bool { return c.Outcome == "" }}

// Circulate sends a draft round offices.
func (s *Store) Circulate(ctx context.Context, mech, member string, c Clearance, words string) (Clearance, error) {
	now := s.o.Now().UTC()
	c = Clearance{About: c.About, Title: lang.Normalise(c.Title), Lang: c.Lang, Member: member, At: now, Due: c.Due, Offices: c.Offices, Drafts: []Draft{{Words: lang.Normalise(words), At: now}}}
	for _, err := range []error{s.about(ctx, mech, c.About), checkLang(c.Lang), checkLine(c.Title), checkWords(c.Title), checkWords(c.Drafts[0].Words)} {
		if err != nil {
			return c, err
		}
	}
	if !c.Due.IsZero() && c.Due.Before(now) {
		return c, refusal.New(refusal.Invalid, "ours.past", "at", c.Due.UTC().Format(time.RFC3339))
	}
	if len(c.Offices) == 0 || len(c.Offices) > maxList {
		return c, refusal.New(refusal.Invalid, "ours.no_office")
	}
	names := map[string]bool{}
	for i := range c.Offices {
		o := &c.Offices[i]
		o.Name = lang.Normalise(strings.TrimSpace(o.Name))
		if o.Name == "" || checkLine(o.Name) != nil || names[o.Name] || len(o.Members) == 0 || len(o.Members) > maxList {
			return c, refusal.New(refusal.Invalid, "ours.bad_office", "office", o.Name)
		}
		names[o.Name] = true
		if err := s.colleagues(ctx, mech, o.Members...); err != nil {
			return c, err
		}
	}
	return c, clearances.add(ctx, s, mech, &c)
}

// ended refuses what needs a round that goes on.
func (c *Clearance) ended() error {
	if c.Outcome != "" {
		return refusal.New(refusal.Conflict, "ours.clearance_over")
	}
	return nil
}

// Answer is an office's answer to the newest draft. draft is how many drafts the member had seen, so that nobody clears words that they did not read.
func (s *Store) Answer(ctx context.Context, mech, member, id string, draft int, a Answer) (Clearance, error) {
	a = Answer{Office: a.Office, Verdict: a.Verdict, Words: lang.Normalise(a.Words), Member: member, At: s.o.Now().UTC()}
	if !slices.Contains([]string{Cleared, Objects, Changes}, a.Verdict) {
		return Clearance{}, refusal.New(refusal.Invalid, "ours.bad_verdict", "verdict", a.Verdict)
	}
	if a.Words != "" || a.Verdict != Cleared {
		if err := checkWords(a.Words); err != nil {
			return Clearance{}, err
		}
	}
	return clearances.change(ctx, s, mech, id, func(c *Clearance) error {
		if err := c.ended(); err != nil {
			return err
		}
		i := slices.IndexFunc(c.Offices, func(o Office) bool { return o.Name == a.Office })
		if i < 0 {
			return refusal.New(refusal.Missing, "ours.unknown_office", "office", a.Office)
		}
		if !slices.Contains(c.Offices[i].Members, member) {
			return refusal.New(refusal.Denied, "ours.not_your_office", "office", a.Office, "members", strings.Join(c.Offices[i].Members, ", "))
		}
		if draft != len(c.Drafts) {
			return refusal.New(refusal.Stale, "ours.draft_changed")
		}
		d := &c.Drafts[len(c.Drafts)-1]
		if len(d.Answers) >= maxList*maxList {
			return refusal.New(refusal.Conflict, "ours.many", "limit", "2500")
		}
		d.Answers = append(d.Answers, a)
		return nil
	})
}

// Revise sends other words round. Every office is asked again: what one cleared was another draft.
func (s *Store) Revise(ctx context.Context, mech, member, id, words string) (Clearance, error) {
	words = lang.Normalise(words)
	if err := checkWords(words); err != nil {
		return Clearance{}, err
	}
	return clearances.change(ctx, s, mech, id, func(c *Clearance) error {
		if err := c.ended(); err != nil {
			return err
		}
		if err := own(c.Member, member); err != nil {
			return err
		}
		if len(c.Drafts) >= maxList {
			return refusal.New(refusal.Conflict, "ours.many", "limit", "50")
		}
		c.Drafts = append(c.Drafts, Draft{Words: words, At: s.o.Now().UTC()})
		return nil
	})
}

// EndClearance ends a round: as cleared, which needs every office, or withdrawn.
func (s *Store) EndClearance(ctx context.Context, mech, member, id, outcome string) (Clearance, error) {
	return clearances.change(ctx, s, mech, id, func(c *Clearance) error {
		if err := c.ended(); err != nil {
			return err
		}
		if err := own(c.Member, member); err != nil {
			return err
		}
		switch outcome {
		case Cleared:
			var lack []string
			for _, st := range c.Stands() {
				if st.Verdict != Cleared {
					lack = append(lack, st.Name)
				}
			}
			if len(lack) > 0 {
				return refusal.New(refusal.Conflict, "ours.not_cleared", "offices", strings.Join(lack, ", "))
			}
		case "withdrawn":
		default:
			return refusal.New(refusal.Invalid, "ours.bad_outcome", "outcome", outcome)
		}
		c.Outcome, c.Ended = outcome, s.o.Now().UTC()
		return nil
	})
}

// Last is who did what was done last in a round: nobody but them can take it back.
func (c *Clearance) Last() string {
	if answers := c.Drafts[len(c.Drafts)-1].Answers; c.Outcome == "" && len(answers) > 0 {
		return answers[len(answers)-1].Member
	}
	return c.Member
}

// last refuses whoever did not do what was done last.
func (c *Clearance) last(member string) error {
	if by := c.Last(); by != member {
		return refusal.New(refusal.Conflict, "ours.not_last", "member", by)
	}
	return nil
}

// begun reports whether nothing has happened in a round since it began.
func (c *Clearance) begun() bool {
	return c.Outcome == "" && len(c.Drafts) == 1 && len(c.Drafts[0].Answers) == 0
}

// UndoRound undoes what was done last in a round: its end, an answer, other words, or the round itself, of which then nothing is left.
func (s *Store) UndoRound(ctx context.Context, mech, member, id string) (c Clearance, left bool, err error) {
	c, err = clearances.change(ctx, s, mech, id, func(c *Clearance) error {
		if err := c.last(member); err != nil {
			return err
		}
		left = !c.begun()
		n := len(c.Drafts)
		switch d := &c.Drafts[n-1]; {
		case c.Outcome != "":
			c.Outcome, c.Ended = "", time.Time{}
		case len(d.Answers) > 0:
			d.Answers = d.Answers[:len(d.Answers)-1]
		case n > 1:
			c.Drafts = c.Drafts[:n-1]
		}
		return nil
	})
	if err != nil || left {
		return c, left, err
	}
	return c, false, clearances.drop(ctx, s, mech, id, func(c *Clearance) error {
		if !c.begun() { // somebody has answered just now
			return refusal.New(refusal.Conflict, "ours.not_last", "member", c.Last())
		}
		return nil
	})
}

// Clearances lists the rounds about something, oldest first; only those that go on if open.
func (s *Store) Clearances(ctx context.Context, mech string, of About, open bool) ([]Clearance, error) {
	all, err := clearances.list(ctx, s, mech, open)
	return clearances.only(all, of), err
}

// Clearance is one round.
func (s *Store) Clearance(ctx context.Context, mech, id string) (Clearance, error) {
	return clearances.one(ctx, s, mech, id)
}
