// Package readout owns readouts: what a party publishes of a meeting, sentence by sentence, and what others say of a sentence.
//
// It promises that a readout says of itself whether others made it their own, compared it beforehand or did neither, by what its author knew when it was published; that a disagreement is part of the
// sentence it speaks of, so that nothing that shows the one can leave out the other; that an excerpt names what it leaves out; and that what its author withdraws stays readable and says so. docs/protocol.md 14.
package readout

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/subject"
	"entente.example/lang"
	"entente.example/refusal"
)

type (
	// Put shows a draft to the others. Until Until, if there is one, they may compare; sooner only when every other side has answered.
	Put struct {
		Title     lang.Text  `json:"title" form:"wording,required"`
		Of        string     `json:"of,omitzero" form:"ref=shown"` // meeting/main/9, or text/js-9
		Sentences []Sentence `json:"sentences" form:"rows,required"`
		Until     string     `json:"until,omitzero" form:"instant"`
	}
	// Sentence is one sentence. To is the side whose words it reports, if it does.
	Sentence struct {
		ID   string    `json:"id" form:"line,required"`
		Text lang.Text `json:"text" form:"wording,required"`
		To   string    `json:"to,omitzero" form:"side"`
	}
	// Revise replaces the draft before it is published.
	Revise struct {
		Sentences []Sentence `json:"sentences" form:"rows,required"`
	}
	// Compare is another party's answer to a draft.
	Compare struct {
		Version string    `json:"version" form:"ref=version,required"` // act that brought it
		Outcome string    `json:"outcome" form:"choice=joint|compared|declined,required"`
		Note    lang.Text `json:"note,omitempty" form:"wording"`
	}
	// Publish makes the newest draft public.
	Publish struct{}
	// Dispute hangs on a sentence of a published readout for ever.
	Dispute struct {
		Sentence string    `json:"sentence" form:"ref=sentence,required"`
		Kind     string    `json:"kind" form:"choice=disagrees|not_said|incomplete,required"`
		Text     lang.Text `json:"text" form:"wording,required"`
	}
)

// EntryType implements entry.Body.
func (Put) EntryType() string     { return "readout.put" }
func (Revise) EntryType() string  { return "readout.revise" }
func (Compare) EntryType() string { return "readout.compare" }
func (Publish) EntryType() string { return "readout.publish" }
func (Dispute) EntryType() string { return "readout.dispute" }

// What a readout is. The last three are said of one that is published.
const (
	Draft      = "draft"
	Joint      = "joint"      // every other party made it its own
	Compared   = "compared"   // somebody of every other side compared it beforehand
	Unilateral = "unilateral" // neither
	Declined   = "declined"   // an answer: no comparison
)

// MaxSentences is how many sentences a readout may have.
const MaxSentences = 200

// State is one readout.
type State struct {
	ID        string     `json:"id"`
	Put       *Paper     `json:"put,omitempty"`
	Clash     []string   `json:"clash,omitempty"` // further Put acts that did not know of the first
	Versions  []Version  `json:"versions,omitempty"`
	Published *Published `json:"published,omitempty"`
	Withdrawn *TakenBack `json:"withdrawn,omitempty"`
}

// Paper is what is the same in every version.
type Paper struct {
	charter.By
	Side  string    `json:"side"`
	Title lang.Text `json:"title"`
	Of    string    `json:"of,omitzero"`
	Until string    `json:"until,omitzero"`
}

// Version is the wording of one act.
type Version struct {
	charter.By
	Sentences []Said   `json:"sentences"`
	Answers   []Answer `json:"answers,omitempty"`
	Digest    string   `json:"digest"` // of all its sentences: what an excerpt is compared with
}

// Said is a sentence with everything that was said against it.
type Said struct {
	Sentence
	Digest   string     `json:"digest"` // SHA-256 of its canonical spelling
	Disputes []Disputed `json:"disputes,omitempty"`
}

// Disputed is a disagreement.
type Disputed struct {
	charter.By
	Kind    string    `json:"kind"`
	Text    lang.Text `json:"text"`
	Replies []Replied `json:"replies,omitempty"` // of the readout's side
}

// Answer is another party's answer to a version.
type Answer struct {
	charter.By
	Outcome string    `json:"outcome"`
	Note    lang.Text `json:"note,omitempty"`
}

// Published is the publication of the last version.
type Published struct {
	charter.By
	As string `json:"as"` // Joint, Compared or Unilateral
}

var acts = subject.Of(
	func() subject.Act[State] { return new(Put) }, func() subject.Act[State] { return new(Revise) }, func() subject.Act[State] { return new(Compare) },
	func() subject.Act[State] { return new(Publish) }, func() subject.Act[State] { return new(Dispute) }, func() subject.Act[State] { return new(Reply) }, func() subject.Act[State] { return new(Withdraw) })

// Check judges an act.
func (s *State) Check(c *charter.State, a *charter.Act) error { return acts.Check(s, c, a) }

// Apply folds a valid act.
func (s *State) Apply(c *charter.State, a *charter.Act) { acts.Apply(s, c, a) }

func checkSentences(c *charter.State, list []Sentence) error {
	if len(list) == 0 {
		return refusal.New(refusal.Invalid, "dialogue.words_needed", "field", "sentences")
	}
	if len(list) > MaxSentences {
		return refusal.New(refusal.Invalid, "readout.too_long", "limit", strconv.Itoa(MaxSentences))
	}
	seen := map[string]bool{}
	for _, x := range list {
		if !entry.ValidID(x.ID) || seen[x.ID] {
			return refusal.New(refusal.Invalid, "readout.sentence_id", "sentence", x.ID)
		}
		seen[x.ID] = true
		if err := subject.Words(x.Text, "text"); err != nil {
			return err
		}
		if x.To != "" {
			if err := subject.Sides(c, []string{x.To}, "to", true); err != nil {
				return err
			}
		}
	}
	return nil
}

// Check implements subject.Act.
func (b *Put) Check(s *State, c *charter.State, a *charter.Act) error {
	if s.Put != nil {
		return subject.Taken(a)
	}
	if err := subject.Words(b.Title, "title"); err != nil {
		return err
	}
	if err := subject.Line(b.Of, "of", false); err != nil {
		return err
	}
	if err := subject.Instant(b.Until); err != nil {
		return err
	}
	return checkSentences(c, b.Sentences)
}

// Apply implements subject.Act.
func (b *Put) Apply(s *State, c *charter.State, a *charter.Act) {
	if s.Put != nil {
		s.Clash = append(s.Clash, a.ID())
		return
	}
	s.Put = &Paper{By: a.By(), Side: c.SideOf(a.Party), Title: b.Title, Of: b.Of, Until: b.Until}
	s.version(a, b.Sentences)
}

func (s *State) version(a *charter.Act, list []Sentence) {
	v := Version{By: a.By()}
	for _, x := range list {
		v.Sentences = append(v.Sentences, Said{Sentence: x, Digest: digest(x)})
	}
	v.Digest = whole(v.Sentences)
	s.Versions = append(s.Versions, v)
}

func digest(v any) string {
	b, err := entry.Canonical(v)
	if err != nil {
		return "" // it came out of a canonical entry: never
	}
	d := sha256.Sum256(b)
	return hex.EncodeToString(d[:])
}

// whole is the digest of a version: of the list of its sentences' ids and digests.
func whole(list []Said) string {
	rows := make([][]string, len(list))
	for i, x := range list {
		rows[i] = []string{x.ID, x.Digest}
	}
	return digest(rows)
}

// author refuses who did not put the readout, and everybody once it is published or withdrawn.
func (s *State) author(a *charter.Act) error {
	switch {
	case s.Put == nil:
		return subject.Unknown(a)
	case s.Put.Party != a.Party:
		return subject.NotYours(a, string(s.Put.Party))
	case s.Published != nil:
		return refusal.New(refusal.Conflict, "readout.published")
	case s.Withdrawn != nil:
		return refusal.New(refusal.Conflict, "readout.withdrawn")
	}
	return nil
}

// Check implements subject.Act.
func (b *Revise) Check(s *State, c *charter.State, a *charter.Act) error {
	if err := s.author(a); err != nil {
		return err
	}
	return checkSentences(c, b.Sentences)
}

// Apply implements subject.Act.
func (b *Revise) Apply(s *State, _ *charter.State, a *charter.Act) {
	if s.Put.Party == a.Party {
		s.version(a, b.Sentences)
	}
}

// Check implements subject.Act.
func (b *Compare) Check(s *State, _ *charter.State, a *charter.Act) error {
	switch {
	case s.Put == nil:
		return subject.Unknown(a)
	case s.Put.Party == a.Party:
		return refusal.New(refusal.Denied, "readout.own")
	case s.Published != nil:
		return refusal.New(refusal.Conflict, "readout.published")
	case s.Withdrawn != nil:
		return refusal.New(refusal.Conflict, "readout.withdrawn")
	case s.find(b.Version) == nil:
		return refusal.New(refusal.Missing, "readout.no_version", "version", b.Version)
	}
	if err := subject.Choice(b.Outcome, "outcome", Joint, Compared, Declined); err != nil {
		return err
	}
	return b.Note.Check()
}

func (s *State) find(version string) *Version {
	i := slices.IndexFunc(s.Versions, func(v Version) bool { return v.Act == version })
	if i < 0 {
		return nil
	}
	return &s.Versions[i]
}

// Apply implements subject.Act.
func (b *Compare) Apply(s *State, _ *charter.State, a *charter.Act) {
	if v := s.find(b.Version); v != nil {
		v.Answers = append(v.Answers, Answer{a.By(), b.Outcome, b.Note})
	}
}

// Now is the newest version, nil before there is one.
func (s *State) Now() *Version {
	if len(s.Versions) == 0 {
		return nil
	}
	return &s.Versions[len(s.Versions)-1]
}

// answer is a party's last answer to a version that lies in a past; "" for none.
func (v *Version) answer(c *charter.State, p charter.PartyID, past charter.Past) string {
	out := ""
	for _, x := range v.Answers {
		if x.Party == p && (past == nil || c.Covers(past, x.By)) {
			out = x.Outcome
		}
	}
	return out
}

// standing is what a version is by the answers in a past; answered reports whether somebody of every other side has answered.
func (s *State) standing(c *charter.State, v *Version, past charter.Past) (as string, answered bool) {
	joint, compared, answered := true, true, true
	for _, side := range c.Document().Sides {
		read, any := false, false
		for _, p := range side.Parties {
			x := v.answer(c, p, past)
			joint = joint && (x == Joint || p == s.Put.Party)
			read = read || x == Joint || x == Compared
			any = any || x != ""
		}
		if side.ID != s.Put.Side {
			compared, answered = compared && read, answered && any
		}
	}
	switch {
	case joint:
		return Joint, answered
	case compared:
		return Compared, answered
	}
	return Unilateral, answered
}

// Check implements subject.Act.
func (b *Publish) Check(s *State, c *charter.State, a *charter.Act) error {
	if err := s.author(a); err != nil {
		return err
	}
	if _, answered := s.standing(c, s.Now(), a.Past); !answered && a.By().At < s.Put.Until {
		return refusal.New(refusal.Conflict, "readout.window", "until", s.Put.Until)
	}
	return nil
}

// Apply implements subject.Act.
func (b *Publish) Apply(s *State, c *charter.State, a *charter.Act) {
	if s.Put.Party == a.Party && s.Open() {
		as, _ := s.standing(c, s.Now(), a.Past)
		s.Published = &Published{a.By(), as}
	}
}

// Check implements subject.Act.
func (b *Dispute) Check(s *State, _ *charter.State, a *charter.Act) error {
	switch {
	case s.Put == nil:
		return subject.Unknown(a)
	case s.Put.Party == a.Party:
		return refusal.New(refusal.Denied, "readout.own")
	case s.Published == nil && s.Withdrawn != nil:
		return refusal.New(refusal.Conflict, "readout.withdrawn")
	case s.Published == nil:
		return refusal.New(refusal.Conflict, "readout.not_published")
	case s.sentence(b.Sentence) == nil:
		return refusal.New(refusal.Missing, "readout.no_sentence", "sentence", b.Sentence)
	}
	if err := subject.Choice(b.Kind, "kind", "disagrees", "not_said", "incomplete"); err != nil {
		return err
	}
	return subject.Words(b.Text, "text")
}

func (s *State) sentence(id string) *Said {
	v := s.Now()
	i := slices.IndexFunc(v.Sentences, func(x Said) bool { return x.ID == id })
	if i < 0 {
		return nil
	}
	return &v.Sentences[i]
}

// Apply implements subject.Act.
func (b *Dispute) Apply(s *State, c *charter.State, a *charter.Act) {
	if s.Published == nil || !c.Covers(a.Past, s.Published.By) {
		return // it speaks of another readout that was put under the same id
	}
	if x := s.sentence(b.Sentence); x != nil {
		x.Disputes = append(x.Disputes, Disputed{By: a.By(), Kind: b.Kind, Text: b.Text})
	}
}

// Against is what is said against a sentence in the wording of an act: nothing against a wording that was replaced before it was published.
func (s *State) Against(act, sentence string) []Disputed {
	if v := s.Now(); v == nil || v.Act != act {
		return nil
	}
	if x := s.sentence(sentence); x != nil {
		return x.Disputes
	}
	return nil
}

// Disputed counts the sentences that somebody disagrees with.
func (s *State) Disputed() (n int) {
	if v := s.Now(); v != nil {
		for _, x := range v.Sentences {
			if len(x.Disputes) > 0 {
				n++
			}
		}
	}
	return n
}

// PublicSince is from when on everybody can read it, as its entry claims; "" while it is a draft.
func (s *State) PublicSince() string {
	if s.Published == nil {
		return ""
	}
	return s.Published.At
}

// Status is Draft, what the readout was published as, or that it was withdrawn before or since.
func (s *State) Status() string {
	switch {
	case s.Withdrawn != nil && s.Published != nil:
		return Retracted
	case s.Withdrawn != nil:
		return Withdrawn
	case s.Published == nil:
		return Draft
	}
	return s.Published.As
}

// Excerpt is some sentences of a published readout, with what was said against them, and every sentence that it leaves out.
type Excerpt struct {
	Readout  string `json:"readout"`
	Act      string `json:"act"` // that brought the wording
	As       string `json:"as"`
	Of       int    `json:"of"` // how many sentences there are
	Shown    []Said `json:"shown"`
	Left     []Left `json:"left,omitempty"`
	Digest   string `json:"digest"` // of the whole: of the ids and digests of all sentences in their order
	Position []int  `json:"position"`

	Withdrawn *TakenBack `json:"withdrawn,omitempty"` // its party stands behind it no more
}

// Left is a sentence that is not shown.
type Left struct {
	ID       string `json:"id"`
	Position int    `json:"position"`
	Digest   string `json:"digest"`
}

// Excerpt takes the sentences with these ids out of what was published; all of them if none is named.
func (s *State) Excerpt(ids ...string) (Excerpt, error) {
	switch {
	case s.Published == nil && s.Withdrawn != nil:
		return Excerpt{}, refusal.New(refusal.Conflict, "readout.withdrawn")
	case s.Published == nil:
		return Excerpt{}, refusal.New(refusal.Conflict, "readout.not_published")
	}
	v := s.Now()
	for _, id := range ids {
		if s.sentence(id) == nil {
			return Excerpt{}, refusal.New(refusal.Missing, "readout.no_sentence", "sentence", id)
		}
	}
	out := Excerpt{Readout: s.ID, Act: v.Act, As: s.Published.As, Of: len(v.Sentences), Digest: v.Digest, Withdrawn: s.Withdrawn}
	for i, x := range v.Sentences {
		if len(ids) == 0 || slices.Contains(ids, x.ID) {
			out.Shown, out.Position = append(out.Shown, x), append(out.Position, i+1)
		} else {
			out.Left = append(out.Left, Left{x.ID, i + 1, x.Digest})
		}
	}
	return out, nil
}

// Owes reports whether a party's side has not answered a draft that waits for it.
func (s *State) Owes(c *charter.State, me charter.PartyID) bool {
	if !s.Open() || c.SideOf(me) == s.Put.Side {
		return false
	}
	side, _ := c.Document().Side(c.SideOf(me))
	return !slices.ContainsFunc(side.Parties, func(p charter.PartyID) bool { return s.Now().answer(c, p, nil) != "" })
}

// Offers lists the acts that make sense for a party now, what it most likely came for first.
func (s *State) Offers(c *charter.State, me charter.PartyID) []string {
	switch {
	case s.Put == nil:
		return nil
	case s.Put.Party == me && s.Open():
		return []string{"readout.publish", "readout.revise", "readout.withdraw"}
	case s.Open():
		return []string{"readout.compare"}
	case s.Published == nil:
		return nil
	}
	var out []string
	if len(s.Unanswered(c, me)) > 0 {
		out = append(out, "readout.reply")
	}
	switch {
	case s.Put.Party != me:
		out = append(out, "readout.dispute")
	case s.Withdrawn == nil:
		out = append(out, "readout.withdraw")
	}
	return out
}

// Again is the draft as it stands, for whoever revises it; nil if there is none.
func (s *State) Again(_ charter.PartyID, typ string) entry.Body {
	if typ != (Revise{}).EntryType() || s.Now() == nil {
		return nil
	}
	b := &Revise{}
	for _, x := range s.Now().Sentences {
		b.Sentences = append(b.Sentences, x.Sentence)
	}
	return b
}
