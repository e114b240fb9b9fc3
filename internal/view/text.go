package view

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// States of a paragraph, as message keys end.
const (
	Proposed  = "proposed"
	Bracketed = "bracketed"
	AdRef     = "ad_ref"
	Agreed    = "agreed"
	Omitted   = "omitted"
	Withdrawn = "withdrawn"
)

// Overtaken is where a party stands that agreed to an earlier wording.
const Overtaken = "overtaken"

// Counts are the numbers that a head of delegation asks for.
type Counts struct {
	Total        int
	Proposed     int
	Bracketed    int
	AdRef        int
	Agreed       int
	Reservations int
	Concordance  int
}

// Cell is one paragraph in the picture of a text's progress.
type Cell struct {
	ID     text.ParaID
	Label  string
	Status string
}

// OpenAt is what is open in a text, as a message key, and the paragraphs in which it is.
type OpenAt struct {
	Key   string
	Cells []Cell
}

// TextCard is a text in a list.
type TextCard struct {
	ID       string
	Title    lang.Text
	Kind     string
	Symbol   string
	Over     bool   // adopted, or issued by one side, and another such text has taken its place
	Stage    string // "negotiation", "frozen", "sealing", "adopted", "failed", "public"; "refused", "withdrawn", "lapsed", "superseded" without having been adopted
	Counts   Counts
	Cells    []Cell
	LastAct  time.Time
	Document string    // newest document symbol
	Alone    *Side     // whose own text it is, without joint authority; nil for a joint text
	PublicAt time.Time // when it becomes public, if that is still to come: its stage is another then, though nothing happens
}

// Text is the negotiating table.
type Text struct {
	Chrome
	TextCard
	Tabled       Voice // who put the draft before the parties, and when
	Drafting     lang.Tag
	Languages    []lang.Tag // authentic
	Parties      []Party    // in the charter's order
	Paragraphs   []Paragraph
	Reservations []Reservation // on the whole text
	Packages     []Package
	Alerts       []Alert
	Issued       []Issued
	Rounds       []Round
	Missing      []refusal.Error // what the freeze still lacks
	Open         []OpenAt
	PublicAt     time.Time // zero: not released by all
	Annexes      []text.Annex
	Papers       []Attachment // beside the text, the newest of them
	PapersCut    Cut
	Ours         OursOn          // what our side says to itself about it
	Revision     string          // changes whenever the text does
	May          map[string]bool // what the reader may do, by entry type
	Statements   []Statement     // interpretative; they travel with the text
	// Rectifications are corrections of the adopted text, made or proposed.
	Rectifications []Rectification
	NextSymbol     string // for the next one; "" if the text has none
	Ending         Ending
	Prevail        Said[lang.Tag]
	Designate      Said[string]
	Pair           *Pair  // nil for a joint text
	Rests          []Rest // paragraphs of other texts that cite this one
	// Aside are paragraphs that were put in later and taken back, or came too late for the freeze.
	Aside []Paragraph
}

// Paragraph is one paragraph with everything that was said about its wording.
type Paragraph struct {
	ID           text.ParaID
	Kind         string
	Label        string
	Status       string
	Main         Wording   // what the parties look at first: the settled wording, or the original
	Alternatives []Wording // the others, in the order they came
	Brackets     []Bracket
	Standings    []Standing // by party, in the charter's order
	Reservations []Reservation
	Statements   []Statement // on it, that travel with the text
	Flags        []Flag
	Package      []string // labels of the paragraphs it is linked with
	Cites        []Cite
	Topics       []string
	Terms        []TermHit // of the glossary, in the main wording
	Talks        []Talk    // threads about it
	Asked        []Asked   // what a machine found in one language of the main wording and not in another
	Annex        string
	New          bool     // put in after the text was tabled
	NewBy        Party    // who proposed it, if it is new
	From         []string // labels of the paragraphs that it is split from
	Final        string   // label once the text is frozen, if it is another
	Beside       []string // labels of other paragraphs that begin with its own
	In           string   // label of the annex in which it stands; "": the text itself
}

// Talk is a thread about a paragraph: how much was said in it, and what last.
type Talk struct {
	ID   string
	Said int
	Last Voice // nothing, if nothing was said yet
}

// Asked is a figure, a date or a name that stands in one language and was not found in others.
type Asked struct {
	Kind    string // "figure", "date", "name"
	Words   string
	In      lang.Tag
	Missing []lang.Tag
}

// Wording is one wording in its languages.
type Wording struct {
	ID         text.WordingID
	Label      string // "7", "7 bis"
	By         Party
	Member     string
	Note       string
	Supporters []Party
	State      string // "tabled", "settled", "alternative", "not_taken", "withdrawn"
	Versions   []Version
	Courtesy   []Version
	Omit       bool     // the paragraph left out
	Into       string   // label of the paragraph that takes up what it says
	Placed     bool     // the paragraph elsewhere: behind Behind, or first
	Behind     string   // label
	With       []string // labels of the other paragraphs of the proposal
	Whole      bool     // the proposal is agreed whole or not at all
	RestsMore  []Cite   // what the paragraph would rest on beside what it does
	RestsLess  []Cite   // what it would rest on no more
	Of         string   // label of the wording that it starts from
	Orphan     bool     // that wording was withdrawn
	Marks      []Mark   // what else has become of its ground, and what cannot be taken together with it
}

// Mark is something to know of a proposal before anybody decides on it; Key is a message, Labels are those of other wordings or paragraphs.
type Mark struct {
	Key       string
	Labels    []string
	Languages []lang.Tag
}

// Version is the wording in a language, with no parts if it is still to come.
func (w Wording) Version(l lang.Tag) Version {
	for _, v := range w.Versions {
		if v.Lang == l {
			return v
		}
	}
	return Version{Lang: l}
}

// CourtesyIn is the courtesy translation into a language, or nil.
func (w Wording) CourtesyIn(l lang.Tag) *Version {
	for i := range w.Courtesy {
		if w.Courtesy[i].Lang == l {
			return &w.Courtesy[i]
		}
	}
	return nil
}

// Plain is the wording in a language without its brackets' options: a bracket reads as its first option.
func (w Wording) Plain(l lang.Tag) string {
	var b strings.Builder
	for _, part := range w.Version(l).Parts {
		if len(part.Options) > 0 {
			b.WriteString(part.Options[0].Text)
		}
		b.WriteString(part.Text)
	}
	return b.String()
}

// Version is a wording in one language.
type Version struct {
	Lang      lang.Tag
	Parts     []Part // empty: this language is still to come
	By        Party
	SignedOff []Party
	Contested bool
	Acts      []string   // that brought what stands: more than one are rivals
	Corrected *Corrected // since the text was sealed; nil if it was not
}

// Doubted reports whether the wording looks like another language than its tag says.
func (v Version) Doubted() bool {
	var s strings.Builder
	for _, p := range v.Parts {
		s.WriteString(p.Text)
		for _, o := range p.Options {
			s.WriteString(o.Text)
		}
	}
	return v.Lang.Doubts(s.String())
}

// Part is a stretch of text; with Options it is a bracket.
type Part struct {
	Text    string
	Options []Option
}

// Option is a choice inside a bracket, in one language.
type Option struct {
	Text string
	By   []Party
}

// Bracket is what a party holds open.
type Bracket struct {
	Party   Party
	Where   string
	Options []BracketOption
}

// BracketOption is a choice in every language.
type BracketOption struct {
	Text lang.Text
	By   []Party
}

// Standing is where a party stands on a paragraph.
type Standing struct {
	Party Party
	Kind  string // "none", "support", "bracket", "ad_ref", "confirmed", "reopened"
	Label string // of the wording, if it is not the main one
}

// Reservation is a reservation that is open or was lifted.
type Reservation struct {
	Label  string
	Kind   string
	Party  Party
	Note   string
	Lifted bool
	// Paragraph is the one that it is on, "" for the whole text.
	Paragraph text.ParaID
}

// Flag is a question about a language version.
type Flag struct {
	ID       string
	Wording  text.WordingID
	Language lang.Tag
	Party    Party
	Note     string
	Resolved bool
	Answer   string
}

// Package is a set of paragraphs agreed only together.
type Package struct {
	ID     string
	Labels []string
	Party  Party
	Note   string
}

// Alert is what every party is told: something agreed was taken back. Linked are the paragraphs that fall back with it.
type Alert struct {
	ID        string
	Party     Party
	Paragraph string // label
	Linked    []string
	Reason    string
	At        time.Time
}

// Issued is a numbered document of the text.
type Issued struct {
	Symbol string
	At     time.Time
	Party  Party
	Kind   string // "draft", "compilation"
	Note   string
}

// Round is one round of sealing.
type Round struct {
	Number   int
	Manifest string
	Verdict  string // "pending", "adopted", "failed"
	Initials []Initials
	Seals    []Seal
	Signings []Signing // on paper, in the charter's order
}

// Signing is what a party says of its signature on paper: beside its seal, on another day as a rule.
type Signing struct {
	Party  Party
	Day    string
	Place  lang.Text
	Office lang.Text
	Note   string
	Member string
}

// Signing is a party's signature on paper, without a day if it says of none.
func (r Round) Signing(party charter.PartyID) (own Signing) {
	for _, s := range r.Signings {
		if s.Party.ID == party {
			return s
		}
	}
	return own
}

// AdoptedOn is when the last party sealed; zero while the round is not adopted.
func (r Round) AdoptedOn() (last time.Time) {
	for _, s := range r.Seals {
		if r.Verdict == string(adoption.Adopted) && s.At.After(last) {
			last = s.At
		}
	}
	return last
}

// Initials are a party's under the frozen text: they say which text it is, not that it is agreed.
type Initials struct {
	Party  Party
	Member string
	At     time.Time
}

// Seal is what a party did in a round.
type Seal struct {
	Party        Party
	State        string // "none", "sealed", "declined", "withdrawn"
	Member       string
	At           time.Time // of what it did first: to seal or to decline
	Reason       string    // why it declined
	Acknowledged bool
	Entry        string // its act
	Fingerprints []string
}

// Round is the newest round of sealing, an empty one before the text was ever frozen.
func (t *Text) Round() (last Round) {
	if n := len(t.Rounds); n > 0 {
		last = t.Rounds[n-1]
	}
	return last
}

// Paragraph finds a paragraph.
func (t *Text) Paragraph(id text.ParaID) (*Paragraph, bool) {
	for i := range t.Paragraphs {
		if t.Paragraphs[i].ID == id {
			return &t.Paragraphs[i], true
		}
	}
	return nil, false
}

// suffixes number the alternatives to a paragraph, as the field does.
var suffixes = []string{"bis", "ter", "quater", "quinquies", "sexies", "septies", "octies", "novies", "decies"}

// NextLabel is the label of the next alternative: "7 bis", then "7 ter". After "7 decies" they are counted, "7 alt. 11".
func (p *Paragraph) NextLabel() string {
	taken := map[string]bool{p.Main.Label: true}
	for _, l := range p.Beside {
		taken[l] = true
	}
	for _, w := range p.Alternatives {
		taken[w.Label] = true
	}
	for _, s := range suffixes {
		if l := p.Label + " " + s; !taken[l] {
			return l
		}
	}
	n := len(suffixes) + 2
	for taken[p.Label+" alt. "+strconv.Itoa(n)] {
		n++
	}
	return p.Label + " alt. " + strconv.Itoa(n)
}

// Beside are the authentic languages beside the drafting one.
func (t *Text) Beside() []lang.Tag {
	return slices.DeleteFunc(slices.Clone(t.Languages), func(l lang.Tag) bool { return l == t.Drafting })
}

// SignsOff reports whether the reader may sign off versions now.
func (t *Text) SignsOff() bool {
	return (t.Stage == "negotiation" || t.Stage == "failed") && t.May["text.concord"]
}

// Wording finds a wording of the paragraph; one that it does not have is empty.
func (p *Paragraph) Wording(id text.WordingID) Wording {
	for _, w := range p.Alternatives {
		if w.ID == id {
			return w
		}
	}
	if p.Main.ID == id {
		return p.Main
	}
	return Wording{}
}

// Standing is where a party stands on the paragraph.
func (p *Paragraph) Standing(id charter.PartyID) string {
	for _, s := range p.Standings {
		if s.Party.ID == id {
			return s.Kind
		}
	}
	return "none"
}

// ByParty is the place of a party in a list, or -1.
func ByParty(list []Party, id charter.PartyID) int {
	return slices.IndexFunc(list, func(p Party) bool { return p.ID == id })
}
