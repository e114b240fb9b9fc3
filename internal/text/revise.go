package text

import (
	"fmt"
	"slices"
	"strings"

	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// A change of the paragraphs themselves, or of several of them at once: docs/protocol.md 4.5. Whatever is proposed is a wording of its paragraph, and is accepted, confirmed or withdrawn as any other.
type (
	// Revise proposes changes to paragraphs: other wording, a new paragraph, a paragraph left out or elsewhere. Splitting and merging are made of these.
	Revise struct {
		Items []Revision `json:"items"`
		Whole bool       `json:"whole,omitzero"` // all of it is agreed, or none
		Note  string     `json:"note,omitzero"`
	}
	// Revision is what is proposed for one paragraph.
	Revision struct {
		Paragraph ParaID        `json:"paragraph,omitzero"` // a new one: the party's id, a full stop, and what it likes
		Label     string        `json:"label,omitzero"`     // of the wording, as in "7 bis"; a new paragraph is called so until the text is frozen
		Text      lang.Text     `json:"text,omitempty"`
		Omit      bool          `json:"omit,omitzero"`   // the paragraph is to be left out
		Into      ParaID        `json:"into,omitzero"`   // of one left out: the paragraph that takes up what it says
		Place     *Place        `json:"place,omitempty"` // where it is to stand; a new paragraph has one
		New       *NewParagraph `json:"new,omitempty"`
		Of        WordingID     `json:"of,omitzero"` // the wording that this one starts from
		// Cites is what the paragraph is to rest on, of one that is there; nil: what it rests on already.
		Cites *[]string `json:"cites,omitzero"`
	}
	// Place is where a paragraph stands.
	Place struct {
		After ParaID `json:"after"` // "": first
	}
	// NewParagraph is what a paragraph has beside its wording.
	NewParagraph struct {
		Kind   string   `json:"kind"`
		From   []ParaID `json:"from,omitempty"` // paragraphs that it is split from
		Cites  []string `json:"cites,omitempty"`
		Topics []string `json:"topics,omitempty"`
		Annex  string   `json:"annex,omitzero"`
	}
)

func (Revise) EntryType() string { return "text.revise" }

// Inserted says who put a paragraph into the text after it was tabled.
type Inserted struct {
	By
	From []ParaID `json:"from,omitempty"`
}

// Proposal is a Revise act: which paragraphs it speaks of. Each has a wording with the act's id.
type Proposal struct {
	By
	Paragraphs []ParaID `json:"paragraphs"`
	Whole      bool     `json:"whole,omitzero"`
	Note       string   `json:"note,omitzero"`
}

// MaxLabel is the longest label of a wording, in bytes.
const MaxLabel = 64

func (b *Revise) check(s *State, _ *charter.State, a *charter.Act) error {
	switch {
	case len(s.Tabled.Have) < s.Tabled.Parts:
		return refusal.New(refusal.Conflict, "text.incomplete", "text", s.ID)
	case len(b.Items) == 0:
		return refusal.New(refusal.Invalid, "text.no_paragraphs")
	}
	if err := lang.CheckText(b.Note); err != nil {
		return err
	}
	fresh := map[ParaID]string{} // kinds of the paragraphs that this act has brought so far
	for i, r := range b.Items {
		if slices.ContainsFunc(b.Items[:i], func(o Revision) bool { return o.Paragraph == r.Paragraph }) {
			return refusal.New(refusal.Invalid, "text.paragraph_twice", "paragraph", string(r.Paragraph))
		}
		if err := r.check(s, a.Party, fresh); err != nil {
			return err
		}
		if r.New != nil {
			fresh[r.Paragraph] = r.New.Kind
		}
	}
	return nil
}

func (r *Revision) check(s *State, party charter.PartyID, fresh map[ParaID]string) error {
	p := s.Para(r.Paragraph)
	if p == nil && r.New == nil {
		return unknownParagraph(r.Paragraph)
	}
	if r.Label == "" || len(r.Label) > MaxLabel || lang.CheckLine(r.Label) != nil {
		return refusal.New(refusal.Invalid, "text.bad_label")
	}
	there := func(id ParaID) bool { return fresh[id] != "" || s.Para(id) != nil }
	if r.Place != nil && (r.Place.After == r.Paragraph || r.Place.After != "" && !there(r.Place.After)) {
		return refusal.New(refusal.Invalid, "text.bad_place", "paragraph", string(r.Paragraph), "after", string(r.Place.After))
	}
	if r.Place != nil && r.Place.After == "" && (p != nil && p.Kind == Heading || r.New != nil && r.New.Kind == Heading) {
		return refusal.New(refusal.Invalid, "text.heading_first", "paragraph", string(r.Paragraph))
	}
	if r.Place != nil {
		if err := s.checkBehind(r, fresh); err != nil {
			return err
		}
	}
	if r.Omit {
		if len(r.Text) > 0 || r.Place != nil || r.New != nil || r.Of != "" || r.Cites != nil || r.Into == r.Paragraph {
			return refusal.New(refusal.Invalid, "text.bad_omission", "paragraph", string(r.Paragraph))
		}
	} else if err := checkWording(r.Paragraph, r.Text, s.Tabled.Languages); err != nil {
		return err
	}
	if r.Into != "" && (!r.Omit || !there(r.Into)) {
		return unknownParagraph(r.Into)
	}
	if r.Cites != nil {
		if r.New != nil {
			return refusal.New(refusal.Invalid, "text.cites_of_new", "paragraph", string(r.Paragraph))
		}
		for _, cite := range *r.Cites {
			if cite == "" {
				return refusal.New(refusal.Invalid, "text.empty_cite", "paragraph", string(r.Paragraph))
			}
			if err := lang.CheckLine(cite); err != nil {
				return err
			}
		}
	}
	if r.New != nil {
		return r.checkNew(s, party)
	}
	switch {
	case p.gone(nil, nil):
		return refusal.New(refusal.Conflict, "text.withdrawn_paragraph", "paragraph", p.Label)
	case slices.ContainsFunc(p.Wordings, func(w *Wording) bool { return w.Label == r.Label }):
		return refusal.New(refusal.Conflict, "text.label_taken", "label", r.Label)
	case r.Of != "" && p.Wording(r.Of) == nil:
		return refusal.New(refusal.Missing, "text.unknown_wording", "paragraph", string(p.ID), "wording", string(r.Of))
	}
	return nil
}

// checkBehind refuses to put a sub-paragraph where it belongs to nothing.
func (s *State) checkBehind(r *Revision, fresh map[ParaID]string) error {
	kind, behind := "", fresh[r.Place.After]
	if p := s.Para(r.Paragraph); p != nil {
		kind = p.Kind
	}
	if r.New != nil {
		kind = r.New.Kind
	}
	if p := s.Para(r.Place.After); p != nil {
		behind = p.Kind
	}
	return checkBelow(r.Paragraph, kind, behind)
}

// checkNew keeps ids apart that parties choose without knowing of each other.
func (r *Revision) checkNew(s *State, party charter.PartyID) error {
	rest, own := strings.CutPrefix(string(r.Paragraph), string(party)+".")
	switch {
	case !own || !validPara(ParaID(rest)) || s.Para(r.Paragraph) != nil:
		return refusal.New(refusal.Invalid, "text.new_id", "paragraph", string(r.Paragraph), "prefix", string(party)+".")
	case !validKind(r.New.Kind):
		return refusal.New(refusal.Invalid, "text.bad_kind", "paragraph", string(r.Paragraph))
	case r.Place == nil || r.Of != "":
		return refusal.New(refusal.Invalid, "text.bad_place", "paragraph", string(r.Paragraph), "after", "")
	}
	if err := checkHeading(r.Paragraph, r.New.Kind, r.Label); err != nil {
		return err
	}
	if err := checkPoint(r.Paragraph, r.New.Kind, r.Label); err != nil {
		return err
	}
	for _, from := range r.New.From {
		if _, err := s.Find(from); err != nil {
			return err
		}
	}
	return nil
}

func (b *Revise) apply(s *State, c *charter.State, a *charter.Act) {
	k := Proposal{By: by(a), Whole: b.Whole, Note: b.Note}
	for _, r := range b.Items {
		w := &Wording{By: by(a), ID: WordingID(a.ID()), Label: r.Label, Note: b.Note, Omit: r.Omit, Into: r.Into, Of: r.Of}
		for _, tag := range r.Text.Tags() {
			w.Versions = append(w.Versions, Version{By: by(a), Lang: tag, Text: r.Text[tag]})
		}
		p := s.Para(r.Paragraph)
		if p == nil {
			p = s.insert(c, r, by(a))
		} else {
			w.Place, w.Cites = r.Place, p.inherits(c, a, r.Of)
			if r.Cites != nil {
				w.Cites = r.Cites
			}
		}
		p.Wordings = append(p.Wordings, w)
		s.stand(c, a, p, LevelSupport, w.ID, "")
		k.Paragraphs = append(k.Paragraphs, p.ID)
	}
	s.Proposals = append(s.Proposals, k)
}

// insert puts a new paragraph behind the one it follows with its sub-paragraphs, and behind those that others have put there before. One that is a sub-paragraph stays below the one that it belongs to.
func (s *State) insert(c *charter.State, r Revision, who By) *Para {
	p := &Para{ID: r.Paragraph, Kind: r.New.Kind, Label: r.Label, Cites: r.New.Cites, Topics: r.New.Topics, Annex: r.New.Annex, Inserted: &Inserted{By: who, From: r.New.From}, After: r.Place.After, Side: s.Side(c)}
	at := 1 + slices.IndexFunc(s.Paragraphs, func(q *Para) bool { return q.ID == r.Place.After })
	for ; at < len(s.Paragraphs); at++ {
		q := s.Paragraphs[at]
		under, beside := Deep(q.Kind) > Deep(p.Kind), q.Inserted != nil && s.follows(q, r.Place.After) && Deep(q.Kind) == Deep(p.Kind)
		if !(under && r.Place.After != "") && !beside {
			break
		}
	}
	s.Paragraphs = slices.Insert(s.Paragraphs, at, p)
	return p
}

// follows reports whether an inserted paragraph stands behind another, directly or behind others that do.
func (s *State) follows(p *Para, id ParaID) bool {
	for p != nil && p.Inserted != nil {
		if p.After == id {
			return true
		}
		p = s.Para(p.After)
	}
	return false
}

// Proposal finds the Revise act that brought a wording; nil if another act did.
func (s *State) Proposal(id WordingID) *Proposal {
	i := slices.IndexFunc(s.Proposals, func(k Proposal) bool { return k.Act == string(id) })
	if i < 0 {
		return nil
	}
	return &s.Proposals[i]
}

// NewID is an id for a new paragraph of a party. taken are those that it has chosen beside.
func (s *State) NewID(party charter.PartyID, taken ...ParaID) ParaID {
	for n := 1; ; n++ {
		if id := ParaID(fmt.Sprintf("%s.%d", party, n)); s.Para(id) == nil && !slices.Contains(taken, id) {
			return id
		}
	}
}

// LabelAfter is what a new paragraph behind another is called until the text is frozen: "7 bis". taken are labels in use beside.
func (s *State) LabelAfter(after ParaID, taken ...string) string {
	p := s.Para(after)
	for p != nil {
		var up *Para
		switch {
		case Deep(p.Kind) > 0:
			up = above(s.Paragraphs, slices.Index(s.Paragraphs, p)) // behind its sub-paragraphs is behind it
		case p.Inserted != nil && p.Kind != Heading:
			up = s.Para(p.After)
		}
		if up == nil {
			break
		}
		p = up
	}
	if p == nil && len(s.Paragraphs) > 0 {
		p = s.Paragraphs[0]
	}
	if p.Kind == Heading {
		return s.firstLabel(p.Label, taken...)
	}
	return s.nextLabel(p, taken...)
}

// nextLabel is a label that no wording of a paragraph has, and no paragraph.
func (s *State) nextLabel(p *Para, taken ...string) string {
	for _, w := range p.Wordings {
		taken = append(taken, w.Label)
	}
	for _, q := range s.Paragraphs {
		taken = append(taken, q.Label)
	}
	return nextLabel(p.Label, taken)
}

// Taken is what acts that are written together have used up.
type Taken struct {
	ids    []ParaID
	labels []string
}

// Complete fills in what a member may leave out of a Revise act: the id of a new paragraph, labels, and the words of a paragraph that only moves, or only rests on something else.
func (s *State) Complete(c *charter.State, party charter.PartyID, b Revise, taken *Taken) Revise {
	b.Items = s.omitBelow(c, &b)
	for i := range b.Items {
		r := &b.Items[i]
		if r.New != nil {
			if r.Paragraph == "" {
				r.Paragraph = s.NewID(party, taken.ids...)
			}
			switch {
			case r.Label != "":
			case Deep(r.New.Kind) > 0 && r.Place != nil:
				r.Label = s.pointLabel(b.Items[:i], r.New.Kind, r.Place.After, taken.labels)
			case r.New.Kind == Heading:
				r.Label = s.headingLabel(taken.labels...)
			case r.Place != nil && headed(b.Items[:i], r.Place.After) != "":
				r.Label = s.firstLabel(headed(b.Items[:i], r.Place.After), taken.labels...)
			case r.Place != nil && len(s.Paragraphs) > 0:
				r.Label = s.LabelAfter(r.Place.After, taken.labels...)
			}
			taken.ids, taken.labels = append(taken.ids, r.Paragraph), append(taken.labels, r.Label)
			continue
		}
		p := s.Para(r.Paragraph)
		if p == nil {
			continue
		}
		if r.Label == "" {
			r.Label = s.nextLabel(p, taken.labels...)
			taken.labels = append(taken.labels, r.Label)
		}
		if (r.Place != nil || r.Cites != nil) && len(r.Text) == 0 && !r.Omit {
			w := p.Wording(r.Of)
			if w == nil {
				w = p.current(c, nil)
			}
			r.Of, r.Text = w.ID, w.words(c, s.Tabled.Languages)
		}
	}
	return b
}

// Labelled gives a proposed wording the next label of its paragraph that neither a wording nor a new paragraph has, if it comes without one.
func (s *State) Labelled(b Propose, taken *Taken) Propose {
	if p := s.Para(b.Paragraph); b.Label == "" && p != nil {
		b.Label = s.nextLabel(p, taken.labels...)
		taken.labels = append(taken.labels, b.Label)
	}
	return b
}

// words is a wording in every language that it has.
func (w *Wording) words(c *charter.State, languages []lang.Tag) lang.Text {
	out := lang.Text{}
	for _, tag := range languages {
		if t, ok := w.Text(c, tag); ok {
			out[tag] = t
		}
	}
	return out
}
