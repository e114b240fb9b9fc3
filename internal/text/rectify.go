package text

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// The acts that correct an error in an adopted text: docs/protocol.md 4.3.
type (
	// Rectify proposes to correct errors. It changes nothing until every party has attested it.
	Rectify struct {
		Symbol string    `json:"symbol,omitzero"` // of the procès-verbal: RPEM/9/JS/Corr.1
		Items  []Erratum `json:"items"`
		Note   string    `json:"note,omitzero"`
	}
	// Erratum is one passage of one paragraph in one language. Other languages are not concerned.
	Erratum struct {
		Paragraph ParaID   `json:"paragraph"`
		Language  lang.Tag `json:"language"`
		Defective string   `json:"defective"` // stands there exactly once
		Corrected string   `json:"corrected"`
	}
	// Object ends a proposed rectification. It needs no reason.
	Object struct {
		Rectification string `json:"rectification"` // id of the Rectify act
		Reason        string `json:"reason,omitzero"`
	}
	// Attest agrees for good: when every party has, the corrected wording stands from the start.
	Attest struct {
		Rectification string `json:"rectification"`
	}
)

// Wordings are the words that come into the place of others.
func (e Erratum) Wordings() []lang.Text { return []lang.Text{{e.Language: e.Corrected}} }

func (Rectify) EntryType() string { return "text.rectify" }
func (Object) EntryType() string  { return "text.object" }
func (Attest) EntryType() string  { return "text.attest" }

// Statuses of a rectification.
const (
	RectificationProposed = "proposed"
	RectificationObjected = "objected"
	RectificationMade     = "corrected"
)

// Rectification is a proposed correction and what each party said of it.
type Rectification struct {
	By
	Symbol string                   `json:"symbol,omitzero"`
	Items  []Erratum                `json:"items"`
	Note   string                   `json:"note,omitzero"`
	Until  string                   `json:"until"` // end of the time for objection
	Said   map[charter.PartyID]Said `json:"said,omitempty"`
	Side   string                   `json:"side,omitzero"` // whose parties alone attest it; "": all do
}

// Said is a party's only word on a rectification: its first.
type Said struct {
	By
	Objects bool   `json:"objects"`
	Reason  string `json:"reason,omitzero"`
}

// Status is what the rectification has come to. No clock is in it: it is made when every party has attested it, and ended when one has objected.
func (r *Rectification) Status(c *charter.State) string {
	attested := 0
	for _, s := range r.Said {
		if s.Objects {
			return RectificationObjected
		}
		attested++
	}
	if attested == len(partiesOf(c, r.Side)) {
		return RectificationMade
	}
	return RectificationProposed
}

// concerns reports whether two rectifications speak of one paragraph in one language.
func (r *Rectification) concerns(o *Rectification) bool {
	return slices.ContainsFunc(r.Items, func(a Erratum) bool {
		return slices.ContainsFunc(o.Items, func(b Erratum) bool { return a.Paragraph == b.Paragraph && a.Language == b.Language })
	})
}

// Rectification finds one by the id of its act.
func (s *State) Rectification(id string) *Rectification {
	i := slices.IndexFunc(s.Rectifications, func(r *Rectification) bool { return r.Act == id })
	if i < 0 {
		return nil
	}
	return s.Rectifications[i]
}

// NextSymbol is the symbol for the next rectification of a text with a symbol, "" if it has none, or one of earlier times that has no room for more: then the correction goes by its act.
func (s *State) NextSymbol(symbol string) string {
	if next := symbol + "/Corr." + strconv.Itoa(len(s.Rectifications)+1); symbol != "" && !badDocument(next) {
		return next
	}
	return ""
}

// Correction is a rectification that every party attested, with the paragraphs that it changed, whole.
type Correction struct {
	Act     string   `json:"act"` // the Rectify act
	Symbol  string   `json:"symbol,omitzero"`
	At      string   `json:"at"` // of the last attestation, as it claims
	Changes []Change `json:"changes"`
}

// Change is one paragraph in one language before and after a correction.
type Change struct {
	Paragraph ParaID   `json:"paragraph"`
	Language  lang.Tag `json:"language"`
	Before    string   `json:"before"`
	After     string   `json:"after"`
}

// Corrections are the corrections in force, in the order in which they took effect. What they replaced stays: it is what the seals cover.
func (s *State) Corrections(c *charter.State) []Correction {
	var out []Correction
	words := s.sealedWords(c)
	for _, id := range s.Corrected {
		r := s.Rectification(id)
		k := Correction{Act: r.Act, Symbol: r.Symbol}
		for _, said := range r.Said {
			k.At = max(k.At, said.At)
		}
		for _, e := range r.Items {
			before := words(e.Paragraph, e.Language)
			after, ok := e.correct(before)
			if i := slices.IndexFunc(k.Changes, func(x Change) bool { return x.Paragraph == e.Paragraph && x.Language == e.Language }); i >= 0 && ok {
				k.Changes[i].After = after
			} else if ok {
				k.Changes = append(k.Changes, Change{e.Paragraph, e.Language, before, after})
			}
			words = words.with(e, after)
		}
		out = append(out, k)
	}
	return out
}

// StandsAs is a paragraph of an adopted text as it stands today, and as the parties sealed it.
func (s *State) StandsAs(c *charter.State, id ParaID, tag lang.Tag) (now, sealed string) {
	sealed = s.sealedWords(c)(id, tag)
	now = sealed
	for _, k := range s.Corrections(c) {
		for _, x := range k.Changes {
			if x.Paragraph == id && x.Language == tag {
				now = x.After
			}
		}
	}
	return now, sealed
}

// words gives a paragraph in a language; "" for none.
type words func(ParaID, lang.Tag) string

func (w words) with(e Erratum, text string) words {
	return func(id ParaID, tag lang.Tag) string {
		if id == e.Paragraph && tag == e.Language {
			return text
		}
		return w(id, tag)
	}
}

// sealedWords are the words that were sealed.
func (s *State) sealedWords(c *charter.State) words {
	f := s.Frozen(c)
	return func(id ParaID, tag lang.Tag) string {
		p := s.Para(id)
		if f == nil || p == nil {
			return ""
		}
		text, _ := p.current(c, pastOf(f.Past)).text(c, tag, pastOf(f.Past))
		return text
	}
}

// standingWords are the words with every correction in force.
func (s *State) standingWords(c *charter.State) words {
	w := s.sealedWords(c)
	for _, k := range s.Corrections(c) {
		for _, x := range k.Changes {
			w = w.with(Erratum{Paragraph: x.Paragraph, Language: x.Language}, x.After)
		}
	}
	return w
}

// correct replaces the passage; ok is false if it does not stand there exactly once.
func (e Erratum) correct(text string) (string, bool) {
	if e.Defective == "" || strings.Count(text, e.Defective) != 1 {
		return text, false
	}
	return strings.Replace(text, e.Defective, e.Corrected, 1), true
}

// fits refuses a correction of what does not stand in the text.
func (s *State) fits(c *charter.State, items []Erratum) error {
	if len(items) == 0 {
		return refusal.New(refusal.Invalid, "text.no_paragraphs")
	}
	w := s.standingWords(c)
	for _, e := range items {
		if _, err := s.Find(e.Paragraph); err != nil {
			return err
		}
		if !slices.Contains(s.Tabled.Languages, e.Language) {
			return refusal.New(refusal.Invalid, "text.not_authentic", "language", string(e.Language))
		}
		after, ok := e.correct(w(e.Paragraph, e.Language))
		if !ok {
			return refusal.New(refusal.Conflict, "text.rectify_passage", "paragraph", string(e.Paragraph), "language", string(e.Language), "passage", e.Defective)
		}
		if e.Corrected == e.Defective {
			return refusal.New(refusal.Invalid, "text.rectify_same", "paragraph", string(e.Paragraph), "language", string(e.Language))
		}
		if err := checkVersion(e.Paragraph, e.Language, after); err != nil {
			return err
		}
		w = w.with(e, after)
	}
	return nil
}

func (b *Rectify) check(s *State, c *charter.State, _ *charter.Act) error {
	if s.Outcome(c, nil) != adoption.Adopted {
		return refusal.New(refusal.Conflict, "text.rectify_not_adopted", "text", s.ID)
	}
	if badDocument(b.Symbol) {
		return refusal.New(refusal.Invalid, "text.bad_symbol")
	}
	if err := lang.CheckText(b.Note); err != nil {
		return err
	}
	return s.fits(c, b.Items)
}

func (b *Rectify) apply(s *State, c *charter.State, a *charter.Act) {
	until := a.Entry.At.UTC().AddDate(0, 0, c.Document().Rules.Rectification).Format(time.RFC3339)
	s.Rectifications = append(s.Rectifications, &Rectification{By: by(a), Symbol: b.Symbol, Items: b.Items, Note: b.Note, Until: until, Side: s.Side(c)})
}

// open finds a rectification on which a party may still say something: each says one thing, once.
func (s *State) open(c *charter.State, id string, a *charter.Act) (*Rectification, error) {
	r := s.Rectification(id)
	if r == nil {
		return nil, refusal.New(refusal.Missing, "text.unknown_rectification", "rectification", id)
	}
	if _, said := r.Said[a.Party]; said {
		return nil, refusal.New(refusal.Conflict, "text.rectify_said", "rectification", id)
	}
	if r.Status(c) == RectificationObjected {
		return nil, refusal.New(refusal.Conflict, "text.rectify_ended", "rectification", id)
	}
	return r, nil
}

func (b *Object) check(s *State, c *charter.State, a *charter.Act) error {
	if _, err := s.open(c, b.Rectification, a); err != nil {
		return err
	}
	return lang.CheckText(b.Reason)
}

func (b *Object) apply(s *State, c *charter.State, a *charter.Act) {
	s.say(c, b.Rectification, a, Said{By: by(a), Objects: true, Reason: b.Reason})
}

// check also keeps corrections of one paragraph in one language in one order: who has attested one of them attests the next only when the first has come to its end.
func (b *Attest) check(s *State, c *charter.State, a *charter.Act) error {
	r, err := s.open(c, b.Rectification, a)
	if err != nil {
		return err
	}
	if at := a.By().At; at < r.Until {
		return refusal.New(refusal.Conflict, "text.rectify_early", "until", r.Until)
	}
	for _, o := range s.Rectifications {
		if said, ok := o.Said[a.Party]; ok && !said.Objects && o.Status(c) == RectificationProposed && o.concerns(r) {
			return refusal.New(refusal.Conflict, "text.rectify_other_first", "rectification", o.Act)
		}
	}
	return s.fits(c, r.Items)
}

func (b *Attest) apply(s *State, c *charter.State, a *charter.Act) {
	s.say(c, b.Rectification, a, Said{By: by(a)})
}

// say keeps a party's first word; the last word that was missing makes the correction.
func (s *State) say(c *charter.State, id string, a *charter.Act, said Said) {
	r := s.Rectification(id)
	if r == nil {
		return
	}
	if _, before := r.Said[a.Party]; before {
		return
	}
	if r.Said == nil {
		r.Said = map[charter.PartyID]Said{}
	}
	r.Said[a.Party] = said
	if r.Status(c) == RectificationMade {
		s.Corrected = append(s.Corrected, id)
	}
}

// rectificationsAwait lists the rectifications that wait for a party's word.
func (s *State) rectificationsAwait(c *charter.State, me charter.PartyID) []Await {
	var out []Await
	for _, r := range s.Rectifications {
		if _, said := r.Said[me]; !said && r.Status(c) == RectificationProposed {
			out = append(out, Await{"awaits.rectification", map[string]string{"text": s.ID, "party": string(r.Party), "at": r.Until}})
		}
	}
	return out
}
