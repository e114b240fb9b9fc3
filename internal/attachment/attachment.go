// Package attachment owns papers that belong to a matter and travel beside the record: who put which on it, until when it is kept, and who wants it gone.
//
// It promises that an entry never holds the paper, only a commitment (docs/protocol.md 11); that nothing is due to be erased without an act of a member; and that every
// party's wish is its own register, so that no decision depends on the order of concurrent acts. It holds no bytes and reads no clock.
package attachment

import (
	"slices"
	"strings"
	"time"

	"entente.example/enclosure"
	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// Grounds on which a party drops an attachment.
const (
	Agreement = "agreement" // it goes once every party says so
	Retention = "retention" // its time is over
	Law       = "law"       // the party must, alone; the others are asked
)

// The acts. Matter of the entry: attachment/<party>.<id>, the party being the one that attaches.
type (
	// Attach puts a paper on the record, beside a matter.
	Attach struct {
		Body      enclosure.Commitment `json:"body"`
		Of        string               `json:"of"`                 // the matter it belongs to
		Title     lang.Text            `json:"title,omitempty"`    // part of the record for ever: nothing personal
		Retention string               `json:"retention,omitzero"` // a class of the charter's rules
		Until     string               `json:"until,omitzero"`     // or the first day on which it may go
		Under     string               `json:"under,omitzero"`     // matter of the text that says so
	}
	// Drop says that the party wants the paper gone, and on what ground.
	Drop struct {
		Ground string `json:"ground"`
		Law    string `json:"law,omitzero"` // the provision, for the ground law
		Reason string `json:"reason,omitzero"`
	}
	// Keep answers a wish to drop: the party keeps the paper, and says why. It also takes back the party's own wish.
	Keep struct {
		Reason string `json:"reason"`
	}
	// Erased is written by a node once nothing of the paper is left on it.
	Erased struct {
		Ground string `json:"ground"`
	}
)

// EntryType implements entry.Body.
func (Attach) EntryType() string { return "attachment.attach" }
func (Drop) EntryType() string   { return "attachment.drop" }
func (Keep) EntryType() string   { return "attachment.keep" }
func (Erased) EntryType() string { return "attachment.erased" }

// Prefix begins the matter of every attachment.
const Prefix = "attachment/"

// idDigits is how many digits of the commitment name an attachment.
const idDigits = 16

// ID names the attachment of a body by a party. The same body attached twice is one attachment.
func ID(p charter.PartyID, c enclosure.Commitment) string {
	return string(p) + "." + c.Commit[:idDigits]
}

// Wish is what a party last said about dropping.
type Wish struct {
	Drop   string `json:"drop,omitzero"` // ground, "" for keep
	Law    string `json:"law,omitzero"`
	Reason string `json:"reason,omitzero"`
	At     string `json:"at"` // the entry's claim, RFC 3339
	Act    string `json:"act"`
}

// Erasure is a party's word that it has nothing left.
type Erasure struct {
	Ground string `json:"ground"`
	At     string `json:"at"`
	Act    string `json:"act"`
}

// State is one attachment.
type State struct {
	ID     string                      `json:"id"`
	By     charter.PartyID             `json:"by,omitzero"`
	At     string                      `json:"at,omitzero"`
	Act    string                      `json:"act,omitzero"`
	Attach *Attach                     `json:"attach,omitempty"`
	Wishes map[charter.PartyID]Wish    `json:"wishes,omitempty"`
	Erased map[charter.PartyID]Erasure `json:"erased,omitempty"`
}

// Check judges an act on an attachment.
func (s *State) Check(c *charter.State, a *charter.Act) error {
	switch a.Entry.Type {
	case "attachment.attach":
		return s.checkAttach(c, a)
	case "attachment.drop", "attachment.keep", "attachment.erased":
	default:
		return refusal.New(refusal.Invalid, "entry.newer")
	}
	if s.Attach == nil {
		return refusal.New(refusal.Missing, "attachment.unknown", "attachment", s.ID)
	}
	if _, gone := s.Erased[a.Party]; gone {
		return refusal.New(refusal.Conflict, "attachment.erased_already", "attachment", s.ID)
	}
	switch a.Entry.Type {
	case "attachment.drop":
		var b Drop
		if err := entry.DecodeBody(&a.Entry, &b); err != nil {
			return err
		}
		return s.checkDrop(c, b, a.Entry.At)
	case "attachment.keep":
		var b Keep
		if err := entry.DecodeBody(&a.Entry, &b); err != nil {
			return err
		}
		if strings.TrimSpace(b.Reason) == "" {
			return refusal.New(refusal.Invalid, "attachment.keep_reason")
		}
		return lang.CheckText(b.Reason)
	}
	var b Erased
	if err := entry.DecodeBody(&a.Entry, &b); err != nil {
		return err
	}
	if ground, ok := s.Due(c, a.Party, a.Entry.At); !ok || ground != b.Ground {
		return refusal.New(refusal.Conflict, "attachment.not_due", "attachment", s.ID)
	}
	return nil
}

func (s *State) checkAttach(c *charter.State, a *charter.Act) error {
	var b Attach
	if err := entry.DecodeBody(&a.Entry, &b); err != nil {
		return err
	}
	if err := b.Body.Check(); err != nil {
		return err
	}
	if s.ID != ID(a.Party, b.Body) {
		return refusal.New(refusal.Invalid, "attachment.identity", "attachment", s.ID)
	}
	if s.Attach != nil {
		return refusal.New(refusal.Conflict, "attachment.exists", "attachment", s.ID)
	}
	if !entry.ValidMatter(b.Of) || strings.HasPrefix(b.Of, Prefix) || b.Under != "" && !entry.ValidMatter(b.Under) {
		return refusal.New(refusal.Invalid, "attachment.of")
	}
	if b.Body.Class == enclosure.Permanent && (b.Retention != "" || b.Until != "") {
		return refusal.New(refusal.Invalid, "attachment.permanent")
	}
	if _, ok := c.Document().Rules.RetentionOf(b.Retention); b.Retention != "" && !ok {
		return refusal.New(refusal.Invalid, "attachment.no_class", "class", b.Retention, "classes", strings.Join(c.Document().Rules.RetentionClasses(), ", "))
	}
	if _, err := time.Parse(dayLayout, b.Until); b.Until != "" && err != nil {
		return refusal.New(refusal.Invalid, "attachment.no_such_day", "day", b.Until)
	}
	for _, tag := range b.Title.Tags() {
		if err := lang.CheckLine(b.Title[tag]); err != nil {
			return err
		}
	}
	return b.Title.Check()
}

func (s *State) checkDrop(c *charter.State, b Drop, at time.Time) error {
	if !slices.Contains([]string{Agreement, Retention, Law}, b.Ground) {
		return refusal.New(refusal.Invalid, "attachment.ground")
	}
	if (b.Ground == Law) != (strings.TrimSpace(b.Law) != "") {
		return refusal.New(refusal.Invalid, "attachment.law")
	}
	for _, t := range []string{b.Law, b.Reason} {
		if err := lang.CheckText(t); err != nil {
			return err
		}
	}
	if b.Ground == Retention {
		if day, ok := s.Until(c); !ok {
			return refusal.New(refusal.Conflict, "attachment.no_date", "attachment", s.ID)
		} else if at.UTC().Format(dayLayout) < day {
			return refusal.New(refusal.Conflict, "attachment.too_early", "attachment", s.ID, "day", day)
		}
	}
	return nil
}

// Apply folds a valid act.
func (s *State) Apply(_ *charter.State, a *charter.Act) {
	at, act := a.Entry.At.Format(time.RFC3339), charter.ActID(a.Party, a.Gen, a.Entry.Index)
	wish := func(w Wish) {
		if s.Wishes == nil {
			s.Wishes = map[charter.PartyID]Wish{}
		}
		w.At, w.Act = at, act
		s.Wishes[a.Party] = w
	}
	switch a.Entry.Type { // Check has read the bodies
	case "attachment.attach":
		var b Attach
		_ = entry.DecodeBody(&a.Entry, &b)
		s.Attach, s.By, s.At, s.Act = &b, a.Party, at, act
	case "attachment.drop":
		var b Drop
		_ = entry.DecodeBody(&a.Entry, &b)
		wish(Wish{Drop: b.Ground, Law: b.Law, Reason: b.Reason})
	case "attachment.keep":
		var b Keep
		_ = entry.DecodeBody(&a.Entry, &b)
		wish(Wish{Reason: b.Reason})
	case "attachment.erased":
		var b Erased
		_ = entry.DecodeBody(&a.Entry, &b)
		if s.Erased == nil {
			s.Erased = map[charter.PartyID]Erasure{}
		}
		s.Erased[a.Party] = Erasure{Ground: b.Ground, At: at, Act: act}
	}
}
