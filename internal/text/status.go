package text

import (
	"slices"

	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/lang"
)

// Status is the state of a text at a glance; paragraphs by id, in document order.
type Status struct {
	Bracketed        []string `json:"bracketed"`
	AdRef            []string `json:"ad_ref"`
	Agreed           []string `json:"agreed"`
	OpenReservations []string `json:"open_reservations"`
	ConcordanceOpen  []string `json:"concordance_open"`
	FreezeAllowed    bool     `json:"freeze_allowed"`
	Adopted          bool     `json:"adopted"`
	Issued           bool     `json:"issued,omitzero"`     // sealed by one side as its own: never adopted
	Omitted          []string `json:"omitted,omitempty"`   // agreed to be left out; not among the agreed
	Withdrawn        []string `json:"withdrawn,omitempty"` // put in later and taken back
	Ended            *End     `json:"ended,omitempty"`     // refused, withdrawn, lapsed, superseded
	Prevails         lang.Tag `json:"prevails,omitzero"`   // the language that decides if they differ; none if empty
	PrevailOpen      bool     `json:"prevail_open,omitzero"`
	Fallen           []string `json:"fallen,omitempty"` // acts: interpretative statements that fell with their paragraph
}

// Statuses of a paragraph.
const (
	Proposed  = "proposed"
	InBracket = "bracketed"
	AdRef     = "ad_ref"
	Agreed    = "agreed"
	Omitted   = "omitted"
	Withdrawn = "withdrawn"
)

// Status computes the summary: by receipts it is what people are shown; nil: what the words in the logs come to.
func (s *State) Status(c *charter.State, held adoption.Held) Status {
	out := Status{Bracketed: []string{}, AdRef: []string{}, Agreed: []string{}, OpenReservations: []string{}, ConcordanceOpen: []string{}}
	all := s.summed(c)
	for _, p := range s.Paragraphs {
		switch all[p.ID] {
		case Withdrawn:
			out.Withdrawn = append(out.Withdrawn, string(p.ID))
			continue
		case Omitted:
			out.Omitted = append(out.Omitted, string(p.ID))
			continue
		case InBracket:
			out.Bracketed = append(out.Bracketed, string(p.ID))
		case AdRef:
			out.AdRef = append(out.AdRef, string(p.ID))
		case Agreed:
			out.Agreed = append(out.Agreed, string(p.ID))
		}
		if s.concordanceOpen(c, p) {
			out.ConcordanceOpen = append(out.ConcordanceOpen, string(p.ID))
		}
	}
	for _, r := range s.Reservations {
		if r.Lifted == "" {
			out.OpenReservations = append(out.OpenReservations, r.Label)
		}
	}
	if s.Tabled != nil {
		prevails, agreed := s.Prevailing(c)
		out.Prevails, out.PrevailOpen = prevails, !agreed
		for _, d := range s.Fallen(c) {
			out.Fallen = append(out.Fallen, d.Act)
		}
	}
	out.FreezeAllowed = s.whyNotFreeze(c) == nil
	sealed := s.Outcome(c, held) == adoption.Adopted
	out.Adopted, out.Issued = sealed && !s.Parallel(), sealed && s.Parallel()
	if e := s.Ended(c, held); e.Kind != "" {
		out.Ended = &e
	}
	return out
}

// Outcome is what the newest round has come to; "" if none is open.
func (s *State) Outcome(c *charter.State, held adoption.Held) adoption.Outcome {
	last := s.Rounds.Last()
	if last == nil {
		return ""
	}
	return last.Verdict(s.Sealers(c), held).Outcome
}

// summed are the statuses of a summary: what a valid freeze fixed was agreed, whatever became of its versions.
func (s *State) summed(c *charter.State) map[ParaID]string {
	if s.Frozen(c) != nil {
		s = s.asBefore(c)
	}
	return s.statuses(c, nil)
}

// statuses computes every paragraph's status, packages included, as far as h sees.
func (s *State) statuses(c *charter.State, h horizon) map[ParaID]string {
	own := map[ParaID]string{}
	for _, p := range s.Paragraphs {
		if own[p.ID] = Withdrawn; !p.gone(c, h) {
			own[p.ID] = p.status(c, h)
		}
	}
	out := make(map[ParaID]string, len(own))
	for _, p := range s.Paragraphs {
		st := own[p.ID]
		switch {
		case st != Agreed:
		case !s.packageHolds(c, p.ID, own, h) || !s.takenWhole(c, p, own, h):
			st = AdRef
		case p.current(c, h).Omit:
			st = Omitted
		}
		out[p.ID] = st
	}
	return out
}

// status is the paragraph's own, packages left aside: each party's last standing counts, whatever the order between parties.
func (p *Para) status(c *charter.State, h horizon) string {
	levels := map[string]int{}
	named := map[WordingID]bool{}
	parties := p.parties(c)
	for _, party := range parties {
		st, ok := p.standing(c, party.ID, h)
		if !ok {
			continue
		}
		w := p.Wording(st.Wording)
		if st.Level == LevelSupport && (w == nil || w.Dropped != "") {
			continue // support of a withdrawn alternative has lapsed
		}
		if st.Level == LevelSupport && w != p.basis(c, h) {
			levels[LevelBracket]++
		}
		levels[st.Level]++
		named[st.Wording] = true
	}
	switch {
	case levels[LevelBracket]+levels[LevelReopened] > 0 || len(named) > 1:
		return InBracket
	case levels[LevelConfirmed] == len(parties):
		return Agreed
	case levels[LevelConfirmed]+levels[LevelAdRef] == len(parties):
		return AdRef
	}
	return Proposed
}

// packageHolds reports whether everything linked with a paragraph is agreed, and nobody has changed what they accept of it since they confirmed the paragraph.
func (s *State) packageHolds(c *charter.State, id ParaID, own map[ParaID]string, h horizon) bool {
	for _, q := range s.linked(c, id, h) {
		if own[q] == Withdrawn {
			continue
		}
		if own[q] != Agreed {
			return false
		}
		for _, party := range s.parties(c) {
			mine, _ := s.Para(id).standing(c, party.ID, h)
			other, _ := s.Para(q).standing(c, party.ID, h)
			if other.Changed > mine.Turn() {
				return false
			}
		}
	}
	return true
}

// linked lists the paragraphs in a package with id, itself excluded, in document order.
func (s *State) linked(c *charter.State, id ParaID, h horizon) []ParaID {
	var out []ParaID
	for _, k := range s.Packages {
		if k.Dissolved != "" || !h.sees(c, k.By) || !slices.Contains(k.Paragraphs, id) {
			continue
		}
		for _, q := range k.Paragraphs {
			if q != id && !slices.Contains(out, q) {
				out = append(out, q)
			}
		}
	}
	return out
}

// concordanceOpen reports whether a language version of the paragraph is objected to or exists in two rival forms.
func (s *State) concordanceOpen(c *charter.State, p *Para) bool {
	for _, f := range p.Flags {
		if w := p.Wording(f.Wording); len(f.Resolved) == 0 && w != nil && w.Dropped == "" {
			return true
		}
	}
	for _, w := range p.Wordings {
		if w.Dropped != "" {
			continue
		}
		for _, tag := range s.Tabled.Languages {
			if len(w.heads(c, tag, nil)) > 1 {
				return true
			}
		}
	}
	return false
}

// current is the wording that all parties name, else the one they began with.
func (p *Para) current(c *charter.State, h horizon) *Wording {
	if w := p.named(c, h); w != nil {
		return w
	}
	return p.basis(c, h)
}

// named is the wording that all parties name, nil if they name none or several.
func (p *Para) named(c *charter.State, h horizon) *Wording {
	var id WordingID
	for _, party := range p.parties(c) {
		st, ok := p.standing(c, party.ID, h)
		if !ok || id != "" && st.Wording != id {
			return nil
		}
		id = st.Wording
	}
	return p.Wording(id)
}

// title is the title in a language, translations included.
func (t *Tabled) title(c *charter.State, tag lang.Tag, h horizon) string {
	s := t.Title[tag]
	for _, v := range t.Titles {
		if v.Lang == tag && h.sees(c, v.By) {
			s = v.Text
		}
	}
	return s
}

// Await is something that only our side can do next. What is a message key.
type Await struct {
	What   string
	Params map[string]string
}

// Awaits lists what the text waits for from a party.
func (s *State) Awaits(c *charter.State, me charter.PartyID) []Await {
	if s.Tabled == nil || !s.Takes(c, me) {
		return nil
	}
	var out []Await
	add := func(what string, ids []string) {
		if len(ids) > 0 {
			out = append(out, Await{what, map[string]string{"text": s.ID, "paragraphs": join(ids)}})
		}
	}
	if s.Rounds.Awaits(s.Sealers(c), me) {
		return []Await{{"awaits.seal", map[string]string{"text": s.ID}}}
	}
	if s.Frozen(c) != nil {
		return append(s.rectificationsAwait(c, me), s.partingsAwait(c, me)...)
	}
	if s.whyEnded(c) != nil {
		return nil
	}
	out = append(out, s.partingsAwait(c, me)...)
	out = append(out, s.prevail(c).awaits(s.ID, me, "awaits.prevail")...)
	out = append(out, s.symbol(c).awaits(s.ID, me, "awaits.designate")...)
	var accept, confirm []string
	for _, p := range s.Paragraphs {
		mine, ok := p.standing(c, me, nil)
		switch {
		case p.gone(c, nil):
		case ok && mine.Level == LevelAdRef && p.status(c, nil) == AdRef:
			confirm = append(confirm, p.Label)
		case ok && mine.Overtaken: // asked for below
		case p.othersAccept(c, me) && !(ok && (mine.Level == LevelAdRef || mine.Level == LevelConfirmed)):
			accept = append(accept, p.Label)
		}
	}
	add("awaits.accept", accept)
	add("awaits.confirm", confirm)
	out = append(out, s.overtakenAwaits(c, me)...)
	out = append(out, s.languagesAwait(c, me)...)
	if s.whyNotFreeze(c) == nil {
		out = append(out, Await{"awaits.freeze", map[string]string{"text": s.ID}})
	}
	return out
}

// othersAccept reports whether every other party accepts one and the same wording.
func (p *Para) othersAccept(c *charter.State, me charter.PartyID) bool {
	var id WordingID
	for _, party := range p.parties(c) {
		if party.ID == me {
			continue
		}
		st, ok := p.standing(c, party.ID, nil)
		if !ok || st.Level != LevelAdRef && st.Level != LevelConfirmed || id != "" && st.Wording != id {
			return false
		}
		id = st.Wording
	}
	return true
}

// Current is the wording that all parties name, else the tabled one.
func (p *Para) Current(c *charter.State) *Wording { return p.current(c, nil) }

// Stands is the last that a party said of a paragraph; ok is false if it has not said anything.
func (p *Para) Stands(c *charter.State, party charter.PartyID) (Standing, bool) {
	return p.standing(c, party, nil)
}

// Heads are the versions of a language that stand: more than one are rivals.
func (w *Wording) Heads(c *charter.State, tag lang.Tag) []Version { return w.heads(c, tag, nil) }
