// Package commitment owns what the parties undertook in an adopted text: who does what by when, each owner's own reports, the counterpart's assessments beside them, and reviews.
//
// It promises that a report speaks only of one's own side and an assessment only of another's, that both are shown side by side, and that nothing here ever makes an average of them.
// The scale has five steps, as the Open Government Partnership's independent reporting has them.
package commitment

import (
	"slices"
	"strings"

	"entente.example/internal/charter"
	"entente.example/internal/subject"
	"entente.example/lang"
	"entente.example/refusal"
)

// Scale of completion. No evidence is a step of its own, not a low one.
var Scale = []string{"no_evidence", "not_started", "limited", "substantial", "completed"}

type (
	// Enter puts a commitment into the common list. It stands as entered by one party until the parties of every owner concur.
	Enter struct {
		Text       string      `json:"text,omitzero" form:"ref=text"` // id of the text it comes from
		Paragraph  string      `json:"paragraph,omitzero" form:"line"`
		Title      lang.Text   `json:"title" form:"wording,required"`
		Owners     []string    `json:"owners" form:"sides,required"`
		Indicator  lang.Text   `json:"indicator,omitempty" form:"wording"`
		Due        string      `json:"due,omitzero" form:"day"`
		Recurring  lang.Text   `json:"recurring,omitempty" form:"wording"` // "at each meeting"
		WordsOnly  bool        `json:"words_only" form:"flag"`             // a political sentence: reported in words, never by a step
		Milestones []Milestone `json:"milestones,omitempty" form:"rows"`
	}
	// Milestone is a step on the way.
	Milestone struct {
		ID    string    `json:"id" form:"line"`
		Title lang.Text `json:"title" form:"wording"`
		Due   string    `json:"due,omitzero" form:"day"`
	}
	// Concur agrees with the commitment as a certain act entered it.
	Concur struct {
		Entered string `json:"entered" form:"ref=entered,required"` // act id
	}
	// Report says what one's own side has done.
	Report struct {
		Status    string    `json:"status,omitzero" form:"choice=no_evidence|not_started|limited|substantial|completed"`
		Milestone string    `json:"milestone,omitzero" form:"ref=milestone"`
		Text      lang.Text `json:"text" form:"wording,required"`
	}
	// Assess says how one sees what another side has done.
	Assess struct {
		Side   string    `json:"side" form:"side,required"`
		Status string    `json:"status,omitzero" form:"choice=no_evidence|not_started|limited|substantial|completed"`
		Text   lang.Text `json:"text" form:"wording,required"`
	}
	// Acknowledge takes note of what another side reported or how it assessed: it was read, and nothing more is said by it.
	Acknowledge struct {
		Judgment string `json:"judgment" form:"ref=judgment,required"` // act id of the report or assessment
		Note     string `json:"note,omitzero" form:"remark"`
	}
	// Review is a party's assessment in a review session. It is an agreed one if every party's is the same.
	Review struct {
		Meeting string    `json:"meeting" form:"ref=session,required"` // matter of the session, as in meeting/main/10
		Side    string    `json:"side" form:"side,required"`
		Status  string    `json:"status,omitzero" form:"choice=no_evidence|not_started|limited|substantial|completed"`
		Text    lang.Text `json:"text,omitempty" form:"wording"`
	}
)

// EntryType implements entry.Body.
func (Enter) EntryType() string  { return "commitment.enter" }
func (Concur) EntryType() string { return "commitment.concur" }
func (Report) EntryType() string { return "commitment.report" }
func (Assess) EntryType() string { return "commitment.assess" }
func (Review) EntryType() string { return "commitment.review" }

// EntryType implements entry.Body.
func (Acknowledge) EntryType() string { return "commitment.acknowledge" }

// State is one commitment.
type State struct {
	ID      string     `json:"id"`
	Entered []Entered  `json:"entered,omitempty"` // as first entered and as amended, in the order of the record
	Reports []Judgment `json:"reports,omitempty"`
	Views   []Judgment `json:"views,omitempty"`   // assessments of one side by another
	Reviews []Judgment `json:"reviews,omitempty"` // of sessions
	Noted   []Noted    `json:"noted,omitempty"`   // by persons of the sides that are spoken to
}

// Entered is one version of the commitment.
type Entered struct {
	charter.By
	Enter
	Concurs []charter.By `json:"concurs,omitempty"`
}

// Judgment is what a party reported or how it assessed. Side is whose doing it speaks of.
type Judgment struct {
	charter.By
	Side      string    `json:"side"`
	Status    string    `json:"status,omitzero"`
	Milestone string    `json:"milestone,omitzero"`
	Meeting   string    `json:"meeting,omitzero"`
	Text      lang.Text `json:"text,omitempty"`

	Past charter.Past `json:"past,omitempty"` // which judgments it knew of
}

// Noted says that a person took note of a judgment.
type Noted struct {
	charter.By
	Judgment string `json:"judgment"`
	Note     string `json:"note,omitzero"`
}

var acts = subject.Of(
	func() subject.Act[State] { return new(Enter) }, func() subject.Act[State] { return new(Concur) }, func() subject.Act[State] { return new(Report) },
	func() subject.Act[State] { return new(Assess) }, func() subject.Act[State] { return new(Review) }, func() subject.Act[State] { return new(Acknowledge) })

// Check judges an act.
func (s *State) Check(c *charter.State, a *charter.Act) error { return acts.Check(s, c, a) }

// Apply folds a valid act.
func (s *State) Apply(c *charter.State, a *charter.Act) { acts.Apply(s, c, a) }

// Check implements subject.Act.
func (b *Enter) Check(s *State, c *charter.State, a *charter.Act) error {
	if err := subject.Words(b.Title, "title"); err != nil {
		return err
	}
	if err := subject.Sides(c, b.Owners, "owners", true); err != nil {
		return err
	}
	for _, t := range []lang.Text{b.Indicator, b.Recurring} {
		if err := t.Check(); err != nil {
			return err
		}
	}
	if err := s.due(b.Due, a); err != nil {
		return err
	}
	if err := subject.Line(b.Paragraph, "paragraph", false); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, m := range b.Milestones {
		if err := subject.Line(m.ID, "milestones", true); err != nil {
			return err
		}
		if seen[m.ID] {
			return refusal.New(refusal.Invalid, "commitment.milestone_twice", "milestone", m.ID)
		}
		seen[m.ID] = true
		if err := subject.Words(m.Title, "milestones"); err != nil {
			return err
		}
		if err := subject.Day(m.Due); err != nil {
			return err
		}
	}
	return nil
}

// due refuses a due day that has passed, unless it is one that the commitment has had already: what is overdue can be amended in everything else.
func (s *State) due(day string, a *charter.Act) error {
	if slices.ContainsFunc(s.Entered, func(e Entered) bool { return e.Due == day }) {
		return nil
	}
	return subject.DueDay(day, a)
}

// Apply implements subject.Act.
func (b *Enter) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.Entered = append(s.Entered, Entered{By: a.By(), Enter: *b})
}

// Check implements subject.Act.
func (b *Concur) Check(s *State, _ *charter.State, a *charter.Act) error {
	e := s.entered(b.Entered)
	switch {
	case len(s.Entered) == 0:
		return subject.Unknown(a)
	case e == nil:
		return subject.NoAct(a, b.Entered)
	case e.Party == a.Party || slices.ContainsFunc(e.Concurs, func(by charter.By) bool { return by.Party == a.Party }):
		return refusal.New(refusal.Conflict, "commitment.concurs_already")
	}
	return nil
}

// Apply implements subject.Act.
func (b *Concur) Apply(s *State, _ *charter.State, a *charter.Act) {
	if e := s.entered(b.Entered); e != nil {
		e.Concurs = append(e.Concurs, a.By())
	}
}

func (s *State) entered(act string) *Entered {
	i := slices.IndexFunc(s.Entered, func(e Entered) bool { return e.Act == act })
	if i < 0 {
		return nil
	}
	return &s.Entered[i]
}

// step refuses a step that is none, and any step on a commitment that is reported in words only.
func (s *State) step(c *charter.State, a *charter.Act, status string) error {
	now, _ := s.Standing(c)
	switch {
	case now == nil:
		return subject.Unknown(a)
	case now.WordsOnly && status != "":
		return refusal.New(refusal.Invalid, "commitment.words_only")
	case now.WordsOnly:
		return nil
	}
	return subject.Choice(status, "status", Scale...)
}

// Check implements subject.Act.
func (b *Report) Check(s *State, c *charter.State, a *charter.Act) error {
	if err := s.step(c, a, b.Status); err != nil {
		return err
	}
	now, _ := s.Standing(c)
	if !slices.Contains(now.Owners, c.SideOf(a.Party)) {
		return refusal.New(refusal.Denied, "commitment.not_owner")
	}
	if b.Milestone != "" && !slices.ContainsFunc(now.Milestones, func(m Milestone) bool { return m.ID == b.Milestone }) {
		return refusal.New(refusal.Missing, "commitment.no_milestone", "milestone", b.Milestone)
	}
	return subject.Words(b.Text, "text")
}

// Apply implements subject.Act.
func (b *Report) Apply(s *State, c *charter.State, a *charter.Act) {
	s.Reports = append(s.Reports, Judgment{By: a.By(), Side: c.SideOf(a.Party), Status: b.Status, Milestone: b.Milestone, Text: b.Text, Past: slices.Clone(a.Past)})
}

// Check implements subject.Act.
func (b *Assess) Check(s *State, c *charter.State, a *charter.Act) error {
	if err := s.step(c, a, b.Status); err != nil {
		return err
	}
	if b.Side == c.SideOf(a.Party) {
		return refusal.New(refusal.Denied, "commitment.own_side")
	}
	if now, _ := s.Standing(c); !slices.Contains(now.Owners, b.Side) {
		return refusal.New(refusal.Invalid, "commitment.not_of_side", "side", b.Side)
	}
	return subject.Words(b.Text, "text")
}

// Apply implements subject.Act.
func (b *Assess) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.Views = append(s.Views, Judgment{By: a.By(), Side: b.Side, Status: b.Status, Text: b.Text, Past: slices.Clone(a.Past)})
}

// Check implements subject.Act.
func (b *Review) Check(s *State, c *charter.State, a *charter.Act) error {
	if err := s.step(c, a, b.Status); err != nil {
		return err
	}
	if now, _ := s.Standing(c); !slices.Contains(now.Owners, b.Side) {
		return refusal.New(refusal.Invalid, "commitment.not_of_side", "side", b.Side)
	}
	if err := subject.Line(b.Meeting, "meeting", true); err != nil {
		return err
	}
	return b.Text.Check()
}

// Apply implements subject.Act.
func (b *Review) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.Reviews = append(s.Reviews, Judgment{By: a.By(), Side: b.Side, Status: b.Status, Meeting: b.Meeting, Text: b.Text, Past: slices.Clone(a.Past)})
}

// Standing is the commitment as it stands: the newest version in which the parties of every owner concur, else the first. agreed says which of the two.
func (s *State) Standing(c *charter.State) (now *Entered, agreed bool) {
	for i := len(s.Entered) - 1; i >= 0; i-- {
		if s.Entered[i].agreed(c) {
			return &s.Entered[i], true
		}
	}
	if len(s.Entered) == 0 {
		return nil, false
	}
	return &s.Entered[0], false
}

// Awaits lists the versions in which a party has not said whether it concurs.
func (s *State) Awaits(c *charter.State, p charter.PartyID) []Entered {
	var out []Entered
	for i := range s.Entered {
		if e := &s.Entered[i]; e.wants(c, p) {
			out = append(out, *e)
		}
	}
	return out
}

// agreed reports whether the parties of every owner stand behind this version.
func (e *Entered) agreed(c *charter.State) bool {
	for _, p := range c.Document().Parties {
		if e.wants(c, p.ID) {
			return false
		}
	}
	return true
}

func (e *Entered) wants(c *charter.State, p charter.PartyID) bool {
	return slices.Contains(e.Owners, c.SideOf(p)) && p != e.Party && !slices.ContainsFunc(e.Concurs, func(by charter.By) bool { return by.Party == p })
}

// Cell is what a matrix shows of one side: its own newest report, and the newest assessment by each party of the other sides.
type Cell struct {
	Side     string     `json:"side"`
	Report   *Judgment  `json:"report,omitempty"`
	Assessed []Judgment `json:"assessed,omitempty"`
}

// Matrix is one cell for each owner.
func (s *State) Matrix(c *charter.State) []Cell {
	now, _ := s.Standing(c)
	if now == nil {
		return nil
	}
	var out []Cell
	for _, side := range now.Owners {
		cell := Cell{Side: side}
		for i := range s.Reports {
			if s.Reports[i].Side == side && s.Reports[i].Milestone == "" {
				cell.Report = &s.Reports[i]
			}
		}
		for _, p := range c.Document().Parties {
			for i := len(s.Views) - 1; i >= 0; i-- {
				if v := s.Views[i]; v.Party == p.ID && v.Side == side {
					cell.Assessed = append(cell.Assessed, v)
					break
				}
			}
		}
		out = append(out, cell)
	}
	return out
}

// Reviewed is what a session came to about a side: one step if every party gave the same, else each party's. Of words alone no two are the same.
type Reviewed struct {
	Meeting string     `json:"meeting"`
	Side    string     `json:"side"`
	Agreed  bool       `json:"agreed"`
	By      []Judgment `json:"by"` // the newest of each party
}

// Sessions lists the reviews by session and side, in the order of the record.
func (s *State) Sessions(c *charter.State) []Reviewed {
	var out []Reviewed
	for _, r := range s.Reviews {
		i := slices.IndexFunc(out, func(x Reviewed) bool { return x.Meeting == r.Meeting && x.Side == r.Side })
		if i < 0 {
			out = append(out, Reviewed{Meeting: r.Meeting, Side: r.Side})
			i = len(out) - 1
		}
		out[i].By = append(slices.DeleteFunc(out[i].By, func(x Judgment) bool { return x.Party == r.Party }), r)
	}
	for i, r := range out {
		other := func(x Judgment) bool { return x.Status == "" || x.Status != r.By[0].Status }
		silent := func(p charter.Party) bool {
			return !slices.ContainsFunc(r.By, func(x Judgment) bool { return x.Party == p.ID })
		}
		out[i].Agreed = !slices.ContainsFunc(r.By, other) && !slices.ContainsFunc(c.Document().Parties, silent)
	}
	return out
}

// Overdue reports whether the commitment was due before a day and not every owner has reported that it is done.
func (s *State) Overdue(c *charter.State, today string) bool {
	now, _ := s.Standing(c)
	if now == nil || now.Due == "" || today <= now.Due {
		return false
	}
	return slices.ContainsFunc(now.Owners, func(side string) bool { return !s.done(now, side, "") })
}

// done reports whether a side's newest report on a milestone, "" for the whole, says that it is completed. Where there are only words, any report does.
func (s *State) done(now *Entered, side, milestone string) bool {
	for i := len(s.Reports) - 1; i >= 0; i-- {
		if r := &s.Reports[i]; r.Side == side && r.Milestone == milestone {
			return now.WordsOnly || r.Status == "completed"
		}
	}
	return false
}

// Owed is a report that a side owes: by a day, on a milestone or, where that is nil, on the whole.
type Owed struct {
	Day       string
	Milestone *Milestone
}

// Owes lists the reports that a party's side owes, what is due first before the rest and milestones before the whole on one day. Nothing is owed on what not all owners' parties concur in, and
// nothing without a day; what is done as a whole is done with its milestones.
func (s *State) Owes(c *charter.State, p charter.PartyID) (out []Owed) {
	now, agreed := s.Standing(c)
	side := c.SideOf(p)
	if !agreed || !slices.Contains(now.Owners, side) || s.done(now, side, "") {
		return nil
	}
	for i := range now.Milestones {
		if m := &now.Milestones[i]; m.Due != "" && !s.done(now, side, m.ID) {
			out = append(out, Owed{Day: m.Due, Milestone: m})
		}
	}
	if now.Due != "" {
		out = append(out, Owed{Day: now.Due})
	}
	slices.SortStableFunc(out, func(a, b Owed) int { return strings.Compare(a.Day, b.Day) })
	return out
}

// Offers lists the acts that make sense for a party now, what it most likely came for first.
func (s *State) Offers(c *charter.State, me charter.PartyID) []string {
	now, _ := s.Standing(c)
	if now == nil {
		return nil
	}
	var out []string
	if len(s.Awaits(c, me)) > 0 {
		out = append(out, "commitment.concur")
	}
	if len(s.Unread(c, me)) > 0 {
		out = append(out, "commitment.acknowledge")
	}
	if slices.Contains(now.Owners, c.SideOf(me)) {
		out = append(out, "commitment.report")
	}
	if slices.ContainsFunc(now.Owners, func(side string) bool { return side != c.SideOf(me) }) {
		out = append(out, "commitment.assess")
	}
	return append(out, "commitment.review", "commitment.enter")
}
