package text

import (
	"slices"

	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/lang"
)

// State is a joint text as the acts of all parties made it. Nothing in it is ever removed: what was withdrawn, replaced or not taken stays readable.
type State struct {
	ID           string                       `json:"id"`
	Tabled       *Tabled                      `json:"tabled,omitempty"`
	Clash        []string                     `json:"clash,omitempty"` // further Table acts that did not see the first
	Paragraphs   []*Para                      `json:"paragraphs,omitempty"`
	Reservations []Reservation                `json:"reservations,omitempty"`
	Packages     []Package                    `json:"packages,omitempty"`
	Issued       []Issued                     `json:"issued,omitempty"` // documents with symbols: drafts, compilations
	Alerts       []Alert                      `json:"alerts,omitempty"`
	Freezes      []Frozen                     `json:"freezes,omitempty"`
	Initials     []Initialled                 `json:"initials,omitempty"`
	Papers       []SignedPaper                `json:"papers,omitempty"` // what each party said of its signature on paper
	Rounds       adoption.Rounds              `json:"rounds"`
	Releases     map[charter.PartyID]Released `json:"releases,omitempty"`
	Declarations []Declaration                `json:"declarations,omitempty"`
	// Corrected are the rectifications that every party attested, by act, in the order in which they took effect.
	Rectifications []*Rectification `json:"rectifications,omitempty"`
	Corrected      []string         `json:"corrected,omitempty"`
	// Proposals are the Revise acts, in the order of the record.
	Proposals []Proposal `json:"proposals,omitempty"`
	// Partings are each party's words on the end of the text, in its own log's order.
	Partings map[charter.PartyID][]Parting `json:"partings,omitempty"`
	// PrevailWords are each party's words on the language that prevails, in its own log's order.
	PrevailWords map[charter.PartyID][]PrevailWord `json:"prevail_words,omitempty"`
	// SymbolWords are each party's words on the symbol of the text, in its own log's order.
	SymbolWords map[charter.PartyID][]SymbolWord `json:"symbol_words,omitempty"`
	// Dissents are what other sides said against an issued parallel text, in the order of the record.
	Dissents []Dissented `json:"dissents,omitempty"`
}

// By says whose act something was.
type By = charter.By

// Tabled is the draft as it was put before the parties.
type Tabled struct {
	By
	Title     lang.Text  `json:"title"`
	Languages []lang.Tag `json:"languages"`
	Drafting  lang.Tag   `json:"drafting"`
	Prevails  lang.Tag   `json:"prevails,omitzero"`
	Parallel  bool       `json:"parallel,omitzero"`
	Kind      string     `json:"kind,omitzero"`
	Symbol    string     `json:"symbol,omitzero"`
	Meeting   string     `json:"meeting,omitzero"`
	Annexes   []Annex    `json:"annexes,omitempty"`
	Pairs     []Pair     `json:"pairs,omitempty"`
	Parts     int        `json:"parts"`
	Have      []int      `json:"have"` // parts that are there, sorted
	// Titles that came later with a translation, newest last.
	Titles []TitleVersion `json:"titles,omitempty"`
}

// TitleVersion is the title in a language that the draft did not have.
type TitleVersion struct {
	By
	Lang lang.Tag `json:"lang"`
	Text string   `json:"text"`
}

// Para is a paragraph with everything that happened to it.
type Para struct {
	ID       ParaID                         `json:"id"`
	Kind     string                         `json:"kind"`
	Label    string                         `json:"label"`
	Cites    []string                       `json:"cites,omitempty"` // what it rested on from the first
	Topics   []string                       `json:"topics,omitempty"`
	Annex    string                         `json:"annex,omitzero"`
	Wordings []*Wording                     `json:"wordings"`           // the tabled one first
	Standing map[charter.PartyID][]Standing `json:"standing,omitempty"` // per party, in its own log's order; the last counts
	Brackets []Bracketed                    `json:"brackets,omitempty"`
	Flags    []Flagged                      `json:"flags,omitempty"`
	Inserted *Inserted                      `json:"inserted,omitempty"` // nil: it was tabled
	After    ParaID                         `json:"after,omitzero"`     // of one that was inserted
	Side     string                         `json:"side,omitzero"`      // whose parties alone agree on it; "": all do
}

// Wording is one wording of a paragraph in its languages.
type Wording struct {
	By
	ID       WordingID `json:"id"`
	Label    string    `json:"label"` // "7 bis"; the paragraph's own label for the tabled one
	Note     string    `json:"note,omitzero"`
	Dropped  string    `json:"dropped,omitzero"` // act that withdrew it
	Versions []Version `json:"versions"`
	Courtesy []Version `json:"courtesy,omitempty"` // without authority
	SignOffs []SignOff `json:"sign_offs,omitempty"`
	Omit     bool      `json:"omit,omitzero"`   // the paragraph left out
	Into     ParaID    `json:"into,omitzero"`   // that takes up what it says
	Place    *Place    `json:"place,omitempty"` // the paragraph elsewhere
	Of       WordingID `json:"of,omitzero"`     // wording that it starts from
	Cites    *[]string `json:"cites,omitzero"`  // what the paragraph rests on with it; nil: Para.Cites
}

// Version is a wording in one language. It replaces the versions of that language that its author had seen.
type Version struct {
	By
	Lang     lang.Tag `json:"lang"`
	Text     string   `json:"text"`
	Replaces []string `json:"replaces,omitempty"` // acts
}

// SignOff says that a party's translator found a version concordant.
type SignOff struct {
	By
	Lang   lang.Tag `json:"lang"`
	Unseen []string `json:"unseen,omitempty"` // acts: versions that its author had not seen, in it or in the drafting language
}

// Levels of a party's standing on a paragraph.
const (
	LevelSupport   = "support"
	LevelBracket   = "bracket"
	LevelAdRef     = "ad_ref"
	LevelConfirmed = "confirmed"
	LevelReopened  = "reopened"
)

// Standing is where a party stands on a paragraph.
type Standing struct {
	By
	Level   string    `json:"level"`
	Wording WordingID `json:"wording"`
	// Changed is the place in the party's log where the wording that it accepts last became another.
	Changed int64  `json:"changed"`
	Note    string `json:"note,omitzero"`
	// Unseen and Unread are the versions of the wording that its author had not seen: in the drafting language, and in others. Acts.
	Unseen []string `json:"unseen,omitempty"`
	Unread []string `json:"unread,omitempty"`
	// Overtaken says that the party agreed, and the wording changed in the drafting language since: it is the level that is computed, never stored.
	Overtaken bool `json:"-"`
}

// Bracketed is a bracket inside a wording.
type Bracketed struct {
	By
	Wording WordingID       `json:"wording"`
	Where   string          `json:"where"`
	Options []BracketOption `json:"options"`
}

// Flagged is an objection to a language version.
type Flagged struct {
	By
	Wording  WordingID `json:"wording"`
	Language lang.Tag  `json:"language"`
	Note     string    `json:"note"`
	Resolved []By      `json:"resolved,omitempty"`
}

// Reservation is a reservation on a paragraph, or on the whole text.
type Reservation struct {
	By
	Label     string `json:"label"`
	Kind      string `json:"kind"`
	Paragraph ParaID `json:"paragraph,omitzero"`
	Note      string `json:"note,omitzero"`
	Lifted    string `json:"lifted,omitzero"` // act
}

// Package links paragraphs that are agreed only together.
type Package struct {
	By
	Paragraphs []ParaID `json:"paragraphs"`
	Note       string   `json:"note,omitzero"`
	Dissolved  string   `json:"dissolved,omitzero"` // act
}

// Issued is a document symbol given out.
type Issued struct {
	By
	Document string `json:"document"`
	Kind     string `json:"kind"` // "draft" or "compilation"
	Note     string `json:"note,omitzero"`
}

// Alert is something that every party has to be told.
type Alert struct {
	By
	Kind      string   `json:"kind"` // "reopened"
	Paragraph ParaID   `json:"paragraph"`
	Linked    []ParaID `json:"linked,omitempty"` // paragraphs that fall back with it
	Reason    string   `json:"reason,omitzero"`
}

// Frozen is the text at the moment its bytes were fixed.
type Frozen struct {
	By
	Round    int          `json:"round"`
	Manifest string       `json:"manifest"`
	Past     charter.Past `json:"past"` // what its author had seen: the content is the text as of there
}

// Initialled is a party's mark on the frozen text.
type Initialled struct {
	By
	Round    int    `json:"round"`
	Manifest string `json:"manifest"`
}

// Released is a party's leave to publish.
type Released struct {
	By
	NotBefore string `json:"not_before"`
	Front     *Front `json:"front,omitempty"`
}

// horizon says which acts count. nil counts all.
type horizon func(c *charter.State, b By) bool

func (h horizon) sees(c *charter.State, b By) bool { return h == nil || h(c, b) }

// pastOf counts what somebody had seen.
func pastOf(past charter.Past) horizon {
	return func(c *charter.State, b By) bool { return c.Covers(past, b) }
}

// Para finds a paragraph.
func (s *State) Para(id ParaID) *Para {
	i := slices.IndexFunc(s.Paragraphs, func(p *Para) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return s.Paragraphs[i]
}

// Wording finds a wording of the paragraph.
func (p *Para) Wording(id WordingID) *Wording {
	i := slices.IndexFunc(p.Wordings, func(w *Wording) bool { return w.ID == id })
	if i < 0 {
		return nil
	}
	return p.Wordings[i]
}

// standing is a party's standing as it counts, as far as h sees; ok is false if it has none.
func (p *Para) standing(c *charter.State, party charter.PartyID, h horizon) (st Standing, ok bool) {
	list := p.Standing[party]
	for i := len(list) - 1; i >= 0; i-- {
		if h.sees(c, list[i].By) {
			return p.overtaken(c, list[i], h), true
		}
	}
	return Standing{}, false
}

// heads are the versions in a language that no other version replaced: more than one means that two were made without knowing each other.
func (w *Wording) heads(c *charter.State, tag lang.Tag, h horizon) []Version {
	sees := func(v Version) bool { return v.Lang == tag && h.sees(c, v.By) }
	first := slices.IndexFunc(w.Versions, sees)
	if first < 0 {
		return nil
	}
	if v := w.Versions[first]; !slices.ContainsFunc(w.Versions[first+1:], sees) && !slices.Contains(v.Replaces, v.Act) {
		return w.Versions[first : first+1 : first+1] // as nearly always, and this is asked of every wording
	}
	var out []Version
	replaced := map[string]bool{}
	for _, v := range w.Versions {
		if sees(v) {
			for _, r := range v.Replaces {
				replaced[r] = true
			}
		}
	}
	for _, v := range w.Versions {
		if sees(v) && !replaced[v.Act] {
			out = append(out, v)
		}
	}
	return out
}

// Text is a wording in a language: the newest version by the order of the record. ok is false if there is none.
func (w *Wording) Text(c *charter.State, tag lang.Tag) (string, bool) { return w.text(c, tag, nil) }

func (w *Wording) text(c *charter.State, tag lang.Tag, h horizon) (string, bool) {
	v := w.heads(c, tag, h)
	if len(v) == 0 {
		return "", false
	}
	return v[len(v)-1].Text, true
}
