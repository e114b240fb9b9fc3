// Package text owns the joint text: how wording is tabled, bracketed, agreed ad referendum, confirmed, made concordant, frozen and sealed.
//
// It promises that the state of a text is a function of the set of acts alone: every standing of a party is that party's own register, in its own log's
// order, so no decision depends on which of two concurrent acts came first. It does no I/O and reads no clock. docs/protocol.md 4 and 6.
package text

import (
	"entente.example/enclosure"
	"entente.example/lang"
	"entente.example/proof"
)

// ParaID names a paragraph for ever; display labels may change. [A-Za-z0-9][A-Za-z0-9._-]{0,31}
type ParaID string

// WordingID names one wording of a paragraph: the id of the act that brought it, as in "cpc-3".
type WordingID string

// Kinds of paragraph.
const (
	Preambular = "preambular"
	Operative  = "operative"
	Heading    = proof.Heading
	Point      = proof.Point
	Subpoint   = proof.Subpoint
)

// Paragraph is a paragraph as it is tabled.
type Paragraph struct {
	ID     ParaID    `json:"id"`
	Kind   string    `json:"kind"`
	Label  string    `json:"label,omitzero"` // display number; ID if empty
	Text   lang.Text `json:"text"`
	Cites  []string  `json:"cites,omitempty"`  // founding documents and adopted texts it rests on: proof.CitedText
	Topics []string  `json:"topics,omitempty"` // topics it speaks of
	Annex  string    `json:"annex,omitzero"`   // annex it refers to
}

// Annex is a part of the text outside its paragraphs.
type Annex struct {
	ID    string      `json:"id"`
	Title lang.Text   `json:"title"`
	Items []AnnexItem `json:"items,omitempty"`
	// Attachment is the id of a permanent attachment that is the annex, Body what its entry commits to: the seal covers it.
	Attachment string                `json:"attachment,omitzero"`
	Body       *enclosure.Commitment `json:"body,omitempty"`
}

// AnnexItem is one line of an annex.
type AnnexItem struct {
	ID   string    `json:"id"`
	Text lang.Text `json:"text"`
}

// Pair is a passage that each party's copy orders its own way (the alternat). In wording it stands as it does in the neutral text; a rendering for a
// side replaces Neutral by ForSide[side].
type Pair struct {
	Paragraph ParaID            `json:"paragraph"` // "" for the title
	Lang      lang.Tag          `json:"lang"`
	Neutral   string            `json:"neutral"`
	ForSide   map[string]string `json:"for_side"`
}

// Item points at one wording of one paragraph.
type Item struct {
	Paragraph ParaID    `json:"paragraph"`
	Wording   WordingID `json:"wording"`
}

// The acts on a text. Matter of the entry: text/<id>.
type (
	// Table puts a draft before the parties. It binds nobody. A large draft goes on in Continue acts until Parts are there.
	Table struct {
		Title      lang.Text   `json:"title"`
		Languages  []lang.Tag  `json:"languages"`         // authentic languages
		Drafting   lang.Tag    `json:"drafting"`          // one of Languages
		Prevails   lang.Tag    `json:"prevails,omitzero"` // one of Languages that decides if they differ; "": none
		Parallel   bool        `json:"parallel,omitzero"` // its side's own text, without joint authority; its id is <party>.<pair>
		Kind       string      `json:"kind,omitzero"`     // "joint statement", …
		Symbol     string      `json:"symbol,omitzero"`   // symbol of the adopted text, as in RPEM/9/JS
		Document   string      `json:"document,omitzero"` // symbol of this draft, as in RPEM/9/L.1
		Meeting    string      `json:"meeting,omitzero"`  // matter of the meeting
		Paragraphs []Paragraph `json:"paragraphs"`
		Annexes    []Annex     `json:"annexes,omitempty"`
		Pairs      []Pair      `json:"pairs,omitempty"`
		Parts      int         `json:"parts"` // how many acts carry the draft, this one included
	}
	// Continue carries more of the draft that the same party tabled. A paragraph that is there already gains languages.
	Continue struct {
		Part       int         `json:"part"` // 2…Parts
		Paragraphs []Paragraph `json:"paragraphs"`
	}
	// Propose offers another wording of a paragraph; the party's standing becomes support of it.
	Propose struct {
		Paragraph ParaID    `json:"paragraph"`
		Label     string    `json:"label,omitzero"` // "7 bis"; a node gives it where its member left it out
		Text      lang.Text `json:"text"`
		Note      string    `json:"note,omitzero"`
	}
	// Support stands behind a wording without accepting it.
	Support struct {
		Items []Item `json:"items"`
	}
	// Drop withdraws an alternative by the party that proposed it. It stays readable.
	Drop struct {
		Paragraph ParaID    `json:"paragraph"`
		Wording   WordingID `json:"wording"`
	}
	// Bracket holds words of a wording open, with the options and who is understood to want which.
	Bracket struct {
		Paragraph ParaID          `json:"paragraph"`
		Wording   WordingID       `json:"wording"`
		Where     string          `json:"where"`
		Options   []BracketOption `json:"options"`
	}
	// BracketOption is one choice inside a bracket.
	BracketOption struct {
		Text lang.Text `json:"text"`
		By   []string  `json:"by"` // parties, as the author of the bracket understands them
	}
	// Accept agrees to wordings ad referendum.
	Accept struct {
		Items []Item `json:"items"`
		Note  string `json:"note,omitzero"`
	}
	// Confirm says that headquarters agreed.
	Confirm struct {
		Items []Item `json:"items"`
		Note  string `json:"note,omitzero"`
	}
	// Reopen takes back an acceptance or a confirmation. All parties are alerted.
	Reopen struct {
		Paragraph ParaID `json:"paragraph"`
		Reason    string `json:"reason"`
	}
	// Reserve places a reservation on a paragraph, or on the whole text (Paragraph "").
	Reserve struct {
		Paragraph ParaID `json:"paragraph"`
		Kind      string `json:"kind"`           // substance, scrutiny, linguistic, parliamentary
		Label     string `json:"label,omitzero"` // "scrutiny-cpc-4"; made from kind, party and paragraph if empty
		Note      string `json:"note,omitzero"`
	}
	// Lift ends one's own reservation.
	Lift struct {
		Reservation string `json:"reservation"` // its label
	}
	// Link makes a package: each of these paragraphs is agreed only with the others.
	Link struct {
		Paragraphs []ParaID `json:"paragraphs"`
		Note       string   `json:"note,omitzero"`
	}
	// Unlink dissolves a package by the party that made it.
	Unlink struct {
		Package string `json:"package"` // id of the Link act
	}
	// Translate brings language versions of wordings. A courtesy translation has no authority and touches no state.
	Translate struct {
		Language lang.Tag      `json:"language"`
		Courtesy bool          `json:"courtesy"`
		Items    []Translation `json:"items"`
		Title    string        `json:"title,omitzero"`
	}
	// Translation is one paragraph's version.
	Translation struct {
		Paragraph ParaID    `json:"paragraph"`
		Wording   WordingID `json:"wording"`
		Text      string    `json:"text"`
	}
	// Concord signs a language version off for one's side.
	Concord struct {
		Language lang.Tag `json:"language"`
		Items    []Item   `json:"items"`
	}
	// Flag says that a language version does not say the same.
	Flag struct {
		Paragraph ParaID    `json:"paragraph"`
		Wording   WordingID `json:"wording"`
		Language  lang.Tag  `json:"language"`
		Note      string    `json:"note"`
	}
	// Resolve closes a flag, as a rule with a corrected version.
	Resolve struct {
		Flag string `json:"flag"` // id of the Flag act
		Text string `json:"text,omitzero"`
		Note string `json:"note,omitzero"`
	}
	// Compile issues the state so far as a numbered document with every alternative and its author.
	Compile struct {
		Document string `json:"document"` // RPEM/9/L.1/Rev.1
		Note     string `json:"note,omitzero"`
	}
	// Freeze fixes the exact bytes and opens a round of sealing.
	Freeze struct {
		Round    int    `json:"round"`
		Manifest string `json:"manifest"` // 64 hex, what the author computed; anything else is void
	}
	// Initial marks the frozen text as the one negotiated. It adopts nothing.
	Initial struct {
		Round    int    `json:"round"`
		Manifest string `json:"manifest"`
	}
	// Release allows publication from an instant on; public when every party has, from the latest of their instants.
	Release struct {
		NotBefore string `json:"not_before"` // RFC 3339, UTC, seconds
		// Front is what stands above the text in public. It stands there only if every party released the same.
		Front *Front `json:"front,omitempty"`
	}
	// Front is what a public page says before the text itself.
	Front struct {
		Category lang.Text `json:"category,omitempty"`
		Headline lang.Text `json:"headline,omitempty"`
		Lead     lang.Text `json:"lead,omitempty"`
	}
)

// Wordings are what it brings, under its language.
func (b Translate) Wordings() (out []lang.Text) {
	if b.Title != "" {
		out = append(out, lang.Text{b.Language: b.Title})
	}
	for _, it := range b.Items {
		out = append(out, lang.Text{b.Language: it.Text})
	}
	return out
}

func (Table) EntryType() string     { return "text.table" }
func (Continue) EntryType() string  { return "text.continue" }
func (Propose) EntryType() string   { return "text.propose" }
func (Support) EntryType() string   { return "text.support" }
func (Drop) EntryType() string      { return "text.drop" }
func (Bracket) EntryType() string   { return "text.bracket" }
func (Accept) EntryType() string    { return "text.accept" }
func (Confirm) EntryType() string   { return "text.confirm" }
func (Reopen) EntryType() string    { return "text.reopen" }
func (Reserve) EntryType() string   { return "text.reserve" }
func (Lift) EntryType() string      { return "text.lift" }
func (Link) EntryType() string      { return "text.link" }
func (Unlink) EntryType() string    { return "text.unlink" }
func (Translate) EntryType() string { return "text.translate" }
func (Concord) EntryType() string   { return "text.concord" }
func (Flag) EntryType() string      { return "text.flag" }
func (Resolve) EntryType() string   { return "text.resolve" }
func (Compile) EntryType() string   { return "text.compile" }
func (Freeze) EntryType() string    { return "text.freeze" }
func (Initial) EntryType() string   { return "text.initial" }
func (Release) EntryType() string   { return "text.release" }
