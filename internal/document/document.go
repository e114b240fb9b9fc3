// Package document owns founding documents deposited with the mechanism: their titles by language and user, dates with their sources, and principles.
//
// It promises that no title is chosen for anybody: each side reads its own, with the others at hand.
package document

import (
	"slices"
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// Title is a title as one user of it writes it in one language.
type Title struct {
	Lang      lang.Tag `json:"lang"`
	UsedBy    string   `json:"used_by,omitzero"` // side id, "" for everybody
	Full      string   `json:"full"`
	Short     string   `json:"short,omitzero"`
	Authority string   `json:"authority,omitzero"` // "provisional translation"
}

// OtherDate is a date that a source gives and that differs.
type OtherDate struct {
	Date   string `json:"date"`
	Source string `json:"source"`
}

// Deposit puts a document on the record. A later one of the same matter replaces it.
type Deposit struct {
	Titles     []Title     `json:"titles"`
	Date       string      `json:"date"`
	Place      lang.Text   `json:"place,omitempty"`
	Kind       string      `json:"kind"`
	Act        string      `json:"act"`               // "signed" or "issued"
	InForce    string      `json:"in_force,omitzero"` // day of entry into force
	OtherDates []OtherDate `json:"other_dates,omitempty"`
	Principles []lang.Text `json:"principles,omitempty"`
	Sources    []string    `json:"sources,omitempty"`
	Note       string      `json:"note,omitzero"`
}

// EntryType implements entry.Body.
func (Deposit) EntryType() string { return "document.deposit" }

// State is one document.
type State struct {
	ID       string   `json:"id"`
	Document *Deposit `json:"document,omitempty"`
	By       string   `json:"by,omitzero"` // party that deposited it
}

// Check judges a deposit.
func (s *State) Check(c *charter.State, a *charter.Act) error {
	if a.Entry.Type != "document.deposit" {
		return refusal.New(refusal.Invalid, "entry.newer")
	}
	var b Deposit
	if err := entry.DecodeBody(&a.Entry, &b); err != nil {
		return err
	}
	if len(b.Titles) == 0 {
		return refusal.New(refusal.Invalid, "document.no_title")
	}
	for _, t := range b.Titles {
		if err := t.Lang.Check(); err != nil {
			return err
		}
		if err := lang.CheckLine(t.Full); err != nil {
			return err
		}
		if _, ok := c.Document().Side(t.UsedBy); t.UsedBy != "" && !ok {
			return refusal.New(refusal.Invalid, "document.no_such_side", "side", t.UsedBy)
		}
	}
	for _, day := range []string{b.Date, b.InForce} {
		if _, err := time.Parse("2006-01-02", day); day != "" && err != nil {
			return refusal.New(refusal.Invalid, "document.no_such_day", "day", day)
		}
	}
	if err := b.Place.Check(); err != nil {
		return err
	}
	for _, p := range b.Principles {
		if err := p.Check(); err != nil {
			return err
		}
	}
	return nil
}

// Apply folds a valid deposit.
func (s *State) Apply(_ *charter.State, a *charter.Act) {
	var b Deposit
	_ = entry.DecodeBody(&a.Entry, &b) // Check has read it
	s.Document, s.By = &b, string(a.Party)
}

// TitleFor chooses the title that a side uses in a language: its own, else everybody's, else any in that language, else any.
func (d *Deposit) TitleFor(tag lang.Tag, side string) Title {
	for _, fits := range []func(Title) bool{
		func(t Title) bool { return t.Lang == tag && t.UsedBy == side },
		func(t Title) bool { return t.Lang == tag && t.UsedBy == "" },
		func(t Title) bool { return t.Lang == tag },
		func(t Title) bool { return t.UsedBy == side },
		func(Title) bool { return true },
	} {
		if i := slices.IndexFunc(d.Titles, fits); i >= 0 {
			return d.Titles[i]
		}
	}
	return Title{}
}
