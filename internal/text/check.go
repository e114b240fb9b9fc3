package text

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
	"entente.example/seal"
)

// act is a typed body that can judge itself against a state and change one.
type act interface {
	entry.Body
	check(s *State, c *charter.State, a *charter.Act) error
	apply(s *State, c *charter.State, a *charter.Act)
}

// acts makes an empty body for each type of act.
var acts = map[string]func() act{
	"text.table": func() act { return new(Table) }, "text.continue": func() act { return new(Continue) }, "text.propose": func() act { return new(Propose) },
	"text.support": func() act { return new(Support) }, "text.drop": func() act { return new(Drop) }, "text.bracket": func() act { return new(Bracket) },
	"text.accept": func() act { return new(Accept) }, "text.confirm": func() act { return new(Confirm) }, "text.reopen": func() act { return new(Reopen) },
	"text.reserve": func() act { return new(Reserve) }, "text.lift": func() act { return new(Lift) }, "text.link": func() act { return new(Link) },
	"text.unlink": func() act { return new(Unlink) }, "text.translate": func() act { return new(Translate) }, "text.concord": func() act { return new(Concord) },
	"text.flag": func() act { return new(Flag) }, "text.resolve": func() act { return new(Resolve) }, "text.compile": func() act { return new(Compile) },
	"text.freeze": func() act { return new(Freeze) }, "text.initial": func() act { return new(Initial) }, "text.release": func() act { return new(Release) },
	"text.declare": func() act { return new(Declare) }, "text.retract": func() act { return new(Retract) },
	"text.rectify": func() act { return new(Rectify) }, "text.object": func() act { return new(Object) }, "text.attest": func() act { return new(Attest) },
	"text.revise": func() act { return new(Revise) }, "text.refuse": func() act { return new(Refuse) }, "text.withdraw": func() act { return new(Withdraw) },
	"text.lapse": func() act { return new(Lapse) }, "text.resume": func() act { return new(Resume) }, "text.supersede": func() act { return new(Supersede) },
	"text.prevail": func() act { return new(Prevail) }, "text.designate": func() act { return new(Designate) }, "text.dissent": func() act { return new(Dissent) },
	"text.sign": func() act { return new(Sign) },
}

// afterFreeze are the acts that change neither wording nor standing.
var afterFreeze = []string{"text.initial", "text.release", "text.freeze", "text.rectify", "text.object", "text.attest", "text.supersede", "text.dissent", "text.sign"}

// Check judges an act against the state at its past.
func (s *State) Check(c *charter.State, a *charter.Act) error {
	if strings.HasPrefix(a.Entry.Type, "seal.") {
		if err := s.theirs(c, a); err != nil {
			return err
		}
		return s.Rounds.Check(s.Sealers(c), a, seal.Policy{RequirePIN: c.Document().Rules.RequirePIN}, func(round int, digest string) ([]byte, error) {
			return s.statementFor(c, round, digest)
		})
	}
	b, err := decode(a)
	if err != nil {
		return err
	}
	if _, table := b.(*Table); !table {
		if s.Tabled == nil {
			return refusal.New(refusal.Missing, "text.unknown_text", "text", s.ID)
		}
		if err := s.theirs(c, a); err != nil {
			return err
		}
	}
	if s.Frozen(c) != nil && !slices.Contains(afterFreeze, a.Entry.Type) {
		if t, ok := b.(*Translate); !ok || !t.Courtesy {
			return refusal.New(refusal.Conflict, "text.frozen", "text", s.ID)
		}
	}
	if t, ok := b.(*Translate); !slices.Contains(afterEnd, a.Entry.Type) && !(ok && t.Courtesy) {
		if err := s.whyEnded(c); err != nil {
			return err
		}
	}
	return b.check(s, c, a)
}

// Apply folds a valid act.
func (s *State) Apply(c *charter.State, a *charter.Act) {
	if strings.HasPrefix(a.Entry.Type, "seal.") {
		s.Rounds.Apply(a)
		return
	}
	b, err := decode(a)
	if err != nil {
		return // Check has read it: never
	}
	if _, table := b.(*Table); len(s.Clash) > 0 && !table && (s.theirs(c, a) != nil || b.check(s, c, a) != nil) {
		return // it speaks of the draft that did not become the text
	}
	b.apply(s, c, a)
}

// decode reads an act's body, once for judging and folding it.
func decode(a *charter.Act) (act, error) {
	if b, ok := a.Body.(act); ok {
		return b, nil
	}
	make := acts[a.Entry.Type]
	if make == nil {
		return nil, refusal.New(refusal.Invalid, "entry.newer")
	}
	b := make()
	if err := entry.DecodeBody(&a.Entry, b); err != nil {
		return nil, err
	}
	a.Body = b
	return b, nil
}

// Due is what a node must write about the text by itself.
func (s *State) Due(c *charter.State, me charter.PartyID, cosigned adoption.Cosigned) []entry.Body {
	if !s.Takes(c, me) {
		return nil
	}
	return s.Rounds.Due(s.Sealers(c), me, cosigned)
}

// MayFallDue reports whether receipts that a node gives may make something due in the text.
func (s *State) MayFallDue(c *charter.State, me charter.PartyID) bool {
	return s.Takes(c, me) && s.Rounds.MayFallDue(s.Sealers(c), me)
}

// Find is the paragraph of that id, standing or not; whoever names another is told so.
func (s *State) Find(id ParaID) (*Para, error) {
	if p := s.Para(id); p != nil {
		return p, nil
	}
	return nil, unknownParagraph(id)
}

func unknownParagraph(id ParaID) error {
	return refusal.New(refusal.Missing, "text.unknown_paragraph", "paragraph", string(id))
}

// item finds a wording that is not withdrawn.
func (s *State) item(i Item) (*Para, *Wording, error) {
	p, err := s.Find(i.Paragraph)
	if err != nil {
		return nil, nil, err
	}
	w := p.Wording(i.Wording)
	if w == nil {
		return nil, nil, refusal.New(refusal.Missing, "text.unknown_wording", "paragraph", string(p.ID), "wording", string(i.Wording))
	}
	if w.Dropped != "" {
		return nil, nil, refusal.New(refusal.Conflict, "text.withdrawn_wording", "paragraph", string(p.ID), "wording", w.Label)
	}
	return p, w, nil
}

// items checks a list of items: not empty, each paragraph once.
func (s *State) items(list []Item, each func(p *Para, w *Wording) error) error {
	if len(list) == 0 {
		return refusal.New(refusal.Invalid, "text.no_paragraphs")
	}
	for n, i := range list {
		p, w, err := s.item(i)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(list[:n], func(o Item) bool { return o.Paragraph == i.Paragraph }) {
			return refusal.New(refusal.Invalid, "text.paragraph_twice", "paragraph", string(p.ID))
		}
		if each != nil {
			if err := each(p, w); err != nil {
				return err
			}
		}
	}
	return nil
}

// omitted refuses words for a wording that has none.
func omitted(p *Para, w *Wording) error {
	return refusal.New(refusal.Conflict, "text.omitted_wording", "paragraph", string(p.ID), "wording", w.Label)
}

func (b *Table) check(s *State, _ *charter.State, a *charter.Act) error {
	if s.Tabled != nil {
		return refusal.New(refusal.Conflict, "text.exists", "text", s.ID)
	}
	if err := b.checkParallel(s, a); err != nil {
		return err
	}
	if b.Parts < 1 || len(b.Languages) == 0 || !slices.Contains(b.Languages, b.Drafting) || len(b.Paragraphs) == 0 {
		return refusal.New(refusal.Invalid, "text.bad_table")
	}
	for _, t := range b.Languages {
		if err := t.Check(); err != nil {
			return err
		}
	}
	if err := b.Title.Check(); err != nil {
		return err
	}
	// The symbol is looked at before the draft leaves, in Draft.Check, and not here: earlier versions took tables with any symbol, and to find them void now would take their texts, adopted ones among them,
	// from the record. A party that wants another symbol says so by Designate.
	if err := checkPrevails(b.Prevails, b.Languages); err != nil {
		return err
	}
	if err := checkFirst(b.Paragraphs[0]); err != nil {
		return err
	}
	if err := checkAnnexes(b.Annexes); err != nil {
		return err
	}
	return checkParagraphs(b.Paragraphs, b.Languages)
}

// checkFirst refuses a draft that begins with what belongs to something before it.
func checkFirst(p Paragraph) error {
	if p.Kind == Heading {
		return refusal.New(refusal.Invalid, "text.heading_first", "paragraph", string(p.ID))
	}
	return checkBelow(p.ID, p.Kind, "")
}

// checkParagraphs checks what can be checked of tabled paragraphs by themselves.
func checkParagraphs(ps []Paragraph, languages []lang.Tag) error {
	for i, p := range ps {
		if !validPara(p.ID) {
			return refusal.New(refusal.Invalid, "text.bad_paragraph_id", "paragraph", string(p.ID))
		}
		if slices.ContainsFunc(ps[:i], func(o Paragraph) bool { return o.ID == p.ID }) {
			return refusal.New(refusal.Invalid, "text.paragraph_twice", "paragraph", string(p.ID))
		}
		if !validKind(p.Kind) {
			return refusal.New(refusal.Invalid, "text.bad_kind", "paragraph", string(p.ID))
		}
		if err := checkHeading(p.ID, p.Kind, p.called()); err != nil {
			return err
		}
		if err := checkWording(p.ID, p.Text, languages); err != nil {
			return err
		}
	}
	return checkPoints(ps)
}

// MaxWording is the longest wording of one paragraph in one language, in bytes of UTF-8. It fits into an entry however it is escaped.
const MaxWording = 48_000

// checkWording checks wording in some of the text's languages.
func checkWording(id ParaID, t lang.Text, languages []lang.Tag) error {
	if len(t) == 0 {
		return refusal.New(refusal.Invalid, "text.no_wording", "paragraph", string(id))
	}
	for _, tag := range t.Tags() {
		if !slices.Contains(languages, tag) {
			return refusal.New(refusal.Invalid, "text.other_language", "paragraph", string(id), "language", string(tag))
		}
		if err := checkVersion(id, tag, t[tag]); err != nil {
			return err
		}
	}
	return nil
}

// CheckVersion checks wording in one language, as an act of ours that brings it would be.
func CheckVersion(id ParaID, tag lang.Tag, s string, languages []lang.Tag) error {
	if err := checkWording(id, lang.Text{tag: s}, languages); err != nil {
		return err
	}
	return checkSeen(id, tag, s)
}

// checkSeen refuses what does not leave, though records have it.
func checkSeen(id ParaID, tag lang.Tag, s string) error {
	if err := lang.Visible(s); err != nil {
		return badCharacter(id, tag, err)
	}
	return nil
}

func badCharacter(id ParaID, tag lang.Tag, err error) error {
	r := refusal.As(err)
	return refusal.New(refusal.Invalid, "text.bad_character", "paragraph", string(id), "language", string(tag), "character", r.Params["character"], "place", r.Params["place"]).Because(err)
}

func checkVersion(id ParaID, tag lang.Tag, s string) error {
	switch err := lang.CheckText(s); {
	case err != nil:
		return badCharacter(id, tag, err)
	case strings.TrimSpace(s) == "":
		return refusal.New(refusal.Invalid, "text.empty_wording", "paragraph", string(id), "language", string(tag))
	case len(s) > MaxWording:
		return refusal.New(refusal.Invalid, "text.long_wording", "paragraph", string(id), "language", string(tag), "bytes", fmt.Sprint(len(s)), "limit", fmt.Sprint(MaxWording))
	}
	return nil
}

func validPara(id ParaID) bool {
	if id == "" || len(id) > 32 {
		return false
	}
	for i, c := range id {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || i > 0 && strings.ContainsRune("._-", c)) {
			return false
		}
	}
	return true
}

func (b *Continue) check(s *State, _ *charter.State, a *charter.Act) error {
	t := s.Tabled
	if t.Party != a.Party {
		return refusal.New(refusal.Conflict, "text.other_table")
	}
	if b.Part < 2 || b.Part > t.Parts || slices.Contains(t.Have, b.Part) {
		return refusal.New(refusal.Invalid, "text.bad_part")
	}
	return checkParagraphs(b.Paragraphs, t.Languages)
}

func (b *Propose) check(s *State, _ *charter.State, _ *charter.Act) error {
	if _, err := s.Find(b.Paragraph); err != nil {
		return err
	}
	if b.Label == "" || len(b.Label) > 64 || lang.CheckLine(b.Label) != nil {
		return refusal.New(refusal.Invalid, "text.bad_label")
	}
	if p := s.Para(b.Paragraph); slices.ContainsFunc(p.Wordings, func(w *Wording) bool { return w.Label == b.Label }) {
		return refusal.New(refusal.Conflict, "text.label_taken", "label", b.Label)
	}
	return checkWording(b.Paragraph, b.Text, s.Tabled.Languages)
}

func (b *Support) check(s *State, _ *charter.State, _ *charter.Act) error {
	return s.items(b.Items, nil)
}

func (b *Drop) check(s *State, _ *charter.State, a *charter.Act) error {
	p, w, err := s.item(Item(*b))
	switch {
	case err != nil:
		return err
	case w == p.Wordings[0] && p.Inserted == nil || w.Party != a.Party:
		return refusal.New(refusal.Denied, "text.not_your_wording", "paragraph", string(p.ID), "wording", w.Label)
	}
	return nil
}

func (b *Bracket) check(s *State, c *charter.State, _ *charter.Act) error {
	p, w, err := s.item(Item{b.Paragraph, b.Wording})
	if err != nil {
		return err
	}
	if w.Omit {
		return omitted(p, w)
	}
	if len(b.Options) < 2 || b.Where == "" || lang.CheckLine(b.Where) != nil {
		return refusal.New(refusal.Invalid, "text.bad_bracket", "paragraph", string(b.Paragraph))
	}
	for _, o := range b.Options {
		if err := checkWording(b.Paragraph, o.Text, s.Tabled.Languages); err != nil {
			return err
		}
		for _, p := range o.By {
			if c.Ordinal(charter.PartyID(p)) < 0 {
				return refusal.New(refusal.Invalid, "text.unknown_party", "party", p)
			}
		}
	}
	return nil
}

func (b *Accept) check(s *State, _ *charter.State, _ *charter.Act) error {
	return s.items(b.Items, nil)
}

func (b *Confirm) check(s *State, c *charter.State, a *charter.Act) error {
	return s.items(b.Items, func(p *Para, w *Wording) error {
		st, ok := p.standing(c, a.Party, nil)
		if !ok || st.Wording != w.ID || !st.accepted() {
			return refusal.New(refusal.Conflict, "text.not_accepted", "paragraph", string(p.ID))
		}
		return nil
	})
}

func (b *Reopen) check(s *State, c *charter.State, a *charter.Act) error {
	p, err := s.Find(b.Paragraph)
	if err != nil {
		return err
	}
	st, ok := p.standing(c, a.Party, nil)
	if !ok || !st.accepted() {
		return refusal.New(refusal.Conflict, "text.nothing_to_reopen", "paragraph", string(p.ID))
	}
	if strings.TrimSpace(b.Reason) == "" || lang.CheckText(b.Reason) != nil {
		return refusal.New(refusal.Invalid, "text.reason_needed")
	}
	return nil
}

var reservationKinds = []string{"substance", "scrutiny", "linguistic", "parliamentary"}

func (b *Reserve) check(s *State, _ *charter.State, _ *charter.Act) error {
	if b.Paragraph != "" && s.Para(b.Paragraph) == nil {
		return unknownParagraph(b.Paragraph)
	}
	if !slices.Contains(reservationKinds, b.Kind) {
		return refusal.New(refusal.Invalid, "text.reservation_kind", "kind", b.Kind, "kinds", strings.Join(reservationKinds, ", "))
	}
	if lang.CheckLine(b.Label) != nil || lang.CheckText(b.Note) != nil || slices.ContainsFunc(s.Reservations, func(r Reservation) bool { return b.Label != "" && r.Label == b.Label }) {
		return refusal.New(refusal.Conflict, "text.label_taken", "label", b.Label)
	}
	return nil
}

func (b *Lift) check(s *State, _ *charter.State, a *charter.Act) error {
	i := slices.IndexFunc(s.Reservations, func(r Reservation) bool { return r.Label == b.Reservation })
	switch {
	case i < 0:
		return refusal.New(refusal.Missing, "text.unknown_reservation", "reservation", b.Reservation)
	case s.Reservations[i].Party != a.Party:
		return refusal.New(refusal.Denied, "text.not_your_reservation", "reservation", b.Reservation)
	case s.Reservations[i].Lifted != "":
		return refusal.New(refusal.Conflict, "text.lifted_already", "reservation", b.Reservation)
	}
	return nil
}

func (b *Link) check(s *State, _ *charter.State, _ *charter.Act) error {
	if len(b.Paragraphs) < 2 {
		return refusal.New(refusal.Invalid, "text.small_package")
	}
	for i, id := range b.Paragraphs {
		if _, err := s.Find(id); err != nil {
			return err
		}
		if slices.Contains(b.Paragraphs[:i], id) {
			return refusal.New(refusal.Invalid, "text.paragraph_twice", "paragraph", string(id))
		}
	}
	return nil
}

func (b *Unlink) check(s *State, _ *charter.State, a *charter.Act) error {
	i := slices.IndexFunc(s.Packages, func(k Package) bool { return k.Act == b.Package })
	switch {
	case i < 0:
		return refusal.New(refusal.Missing, "text.unknown_package")
	case s.Packages[i].Party != a.Party:
		return refusal.New(refusal.Denied, "text.not_your_package")
	}
	return nil
}

func (b *Translate) check(s *State, _ *charter.State, _ *charter.Act) error {
	if err := b.Language.Check(); err != nil {
		return err
	}
	if !b.Courtesy && !slices.Contains(s.Tabled.Languages, b.Language) {
		return refusal.New(refusal.Invalid, "text.not_authentic", "language", string(b.Language))
	}
	if len(b.Items) == 0 {
		return refusal.New(refusal.Invalid, "text.no_paragraphs")
	}
	if err := lang.CheckLine(b.Title); err != nil {
		return err
	}
	for _, i := range b.Items {
		p, w, err := s.item(Item{i.Paragraph, i.Wording})
		if err != nil {
			return err
		}
		if w.Omit {
			return omitted(p, w)
		}
		if err := checkVersion(i.Paragraph, b.Language, i.Text); err != nil {
			return err
		}
	}
	return nil
}

func (b *Concord) check(s *State, c *charter.State, _ *charter.Act) error {
	return s.items(b.Items, func(p *Para, w *Wording) error {
		if _, ok := w.Text(c, b.Language); !ok {
			return refusal.New(refusal.Missing, "text.no_version", "paragraph", string(p.ID), "language", string(b.Language))
		}
		return nil
	})
}

func (b *Flag) check(s *State, c *charter.State, _ *charter.Act) error {
	p, w, err := s.item(Item{b.Paragraph, b.Wording})
	if err != nil {
		return err
	}
	if _, ok := w.Text(c, b.Language); !ok {
		return refusal.New(refusal.Missing, "text.no_version", "paragraph", string(p.ID), "language", string(b.Language))
	}
	if strings.TrimSpace(b.Note) == "" || lang.CheckText(b.Note) != nil {
		return refusal.New(refusal.Invalid, "text.reason_needed")
	}
	return nil
}

func (b *Resolve) check(s *State, _ *charter.State, _ *charter.Act) error {
	p, f := s.flag(b.Flag)
	if f == nil {
		return refusal.New(refusal.Missing, "text.unknown_flag", "flag", b.Flag)
	}
	if len(f.Resolved) > 0 {
		return refusal.New(refusal.Conflict, "text.resolved_already", "flag", b.Flag)
	}
	if b.Text != "" {
		return checkVersion(p.ID, f.Language, b.Text)
	}
	return nil
}

func (s *State) flag(id string) (*Para, *Flagged) {
	for _, p := range s.Paragraphs {
		for i := range p.Flags {
			if p.Flags[i].Act == id {
				return p, &p.Flags[i]
			}
		}
	}
	return nil, nil
}

func (b *Compile) check(s *State, _ *charter.State, _ *charter.Act) error {
	if b.Document == "" || badDocument(b.Document) {
		return refusal.New(refusal.Invalid, "text.bad_symbol")
	}
	if slices.ContainsFunc(s.Issued, func(i Issued) bool { return i.Document == b.Document }) {
		return refusal.New(refusal.Conflict, "text.label_taken", "label", b.Document)
	}
	return nil
}

func (b *Initial) check(s *State, c *charter.State, a *charter.Act) error {
	f := s.Frozen(c)
	if f == nil || f.Round != b.Round || f.Manifest != b.Manifest {
		return refusal.New(refusal.Conflict, "text.not_frozen", "text", s.ID)
	}
	if slices.ContainsFunc(s.Initials, func(i Initialled) bool { return i.Party == a.Party && i.Round == b.Round }) {
		return refusal.New(refusal.Conflict, "text.initialled_already", "party", string(a.Party))
	}
	return nil
}

func (b *Release) check(s *State, _ *charter.State, _ *charter.Act) error {
	t, err := time.Parse(time.RFC3339, b.NotBefore)
	if err != nil || t.UTC().Format(time.RFC3339) != b.NotBefore {
		return refusal.New(refusal.Invalid, "text.bad_instant", "write", "2025-01-14T08:00:00Z")
	}
	if s.Rounds.Last() == nil {
		return refusal.New(refusal.Conflict, "text.not_frozen", "text", s.ID)
	}
	return b.Front.check()
}
