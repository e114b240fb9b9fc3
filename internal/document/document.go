// Package document owns founding documents deposited with the mechanism: their titles by language and user, dates with their sources, and principles.
//
// It promises that no title is chosen for anybody: each side reads its own, with the others at hand. What one party deposited is never replaced by another.
package document

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// Title is a title as one user of it writes it in one language.
type Title struct {
	Lang      lang.Tag `json:"lang" form:"language"`
	UsedBy    string   `json:"used_by,omitzero" form:"side"` // side id, "" for everybody
	Full      string   `json:"full" form:"line"`
	Short     string   `json:"short,omitzero" form:"line"`
	Authority string   `json:"authority,omitzero" form:"line"` // "provisional translation"
}

// Name is the title as names of parties are written, without what authority it has.
func (t Title) Name() charter.Name {
	return charter.Name{Lang: t.Lang, UsedBy: t.UsedBy, Full: t.Full, Short: t.Short}
}

// OtherDate is a date that a source gives and that differs.
type OtherDate struct {
	Date   string `json:"date" form:"day"`
	Source string `json:"source" form:"line"`
}

// Deposit puts a document on the record as one party has it. A later one of the same party amends its own; what another party deposited stands beside it.
type Deposit struct {
	Titles     []Title     `json:"titles" form:"rows,required"`
	Date       string      `json:"date" form:"day"`
	Place      lang.Text   `json:"place,omitempty" form:"wording"`
	Kind       string      `json:"kind" form:"line"`
	Act        string      `json:"act" form:"choice=signed|issued|adopted,as=made"`
	InForce    string      `json:"in_force,omitzero" form:"day"` // day of entry into force
	OtherDates []OtherDate `json:"other_dates,omitempty" form:"rows"`
	Principles []lang.Text `json:"principles,omitempty" form:"items"` // numbered from 1
	Sources    []string    `json:"sources,omitempty" form:"lines"`
	Note       string      `json:"note,omitzero" form:"remark"`
}

// Acts are what a document can have been made by, which are different facts. Older programs could say something else.
var Acts = []string{"signed", "issued", "adopted"}

// EntryType implements entry.Body.
func (Deposit) EntryType() string { return "document.deposit" }

// State is one document, as each party that deposited it has it.
type State struct {
	ID       string      `json:"id"`
	Deposits []Deposited `json:"deposits,omitempty"` // one of each party, in the order of the record
}

// Deposited is a document as one party has it now.
type Deposited struct {
	Version
	Earlier []Version `json:"earlier,omitempty"` // what the party has amended since, the oldest first
}

// versions are what a party has deposited, the newest last.
func (d *Deposited) versions() []Version { return append(slices.Clone(d.Earlier), d.Version) }

// Version is one deposit and whose act it was.
type Version struct {
	charter.By
	Document Deposit `json:"document"`
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
	if err := checkTitles(c, b.Titles); err != nil {
		return err
	}
	days, lines := []string{b.Date, b.InForce}, append([]string{b.Kind, b.Act}, b.Sources...)
	for _, o := range b.OtherDates {
		days, lines = append(days, o.Date), append(lines, o.Source)
	}
	for _, day := range days {
		if _, err := time.Parse("2006-01-02", day); day != "" && err != nil {
			return refusal.New(refusal.Invalid, "document.no_such_day", "day", day)
		}
	}
	for _, l := range lines {
		if err := lang.CheckLine(l); err != nil {
			return err
		}
	}
	for _, o := range b.OtherDates {
		if o.Date == "" || o.Source == "" {
			return refusal.New(refusal.Invalid, "document.date_without_source")
		}
	}
	for _, t := range append([]lang.Text{b.Place}, b.Principles...) {
		if err := t.Check(); err != nil {
			return err
		}
	}
	return lang.CheckText(b.Note)
}

func checkTitles(c *charter.State, titles []Title) error {
	if len(titles) == 0 {
		return refusal.New(refusal.Invalid, "document.no_title")
	}
	for _, t := range titles {
		if err := t.Lang.Check(); err != nil {
			return err
		}
		if t.Full == "" {
			return refusal.New(refusal.Invalid, "document.no_title")
		}
		for _, l := range []string{t.Full, t.Short, t.Authority} {
			if err := lang.CheckLine(l); err != nil {
				return err
			}
		}
		if _, ok := c.Document().Side(t.UsedBy); t.UsedBy != "" && !ok {
			return refusal.New(refusal.Invalid, "document.no_such_side", "side", t.UsedBy)
		}
	}
	return nil
}

// Apply folds a valid deposit.
func (s *State) Apply(_ *charter.State, a *charter.Act) {
	v := Version{By: a.By()}
	_ = entry.DecodeBody(&a.Entry, &v.Document) // Check has read it
	i := slices.IndexFunc(s.Deposits, func(d Deposited) bool { return d.Party == a.Party })
	if i < 0 {
		s.Deposits = append(s.Deposits, Deposited{Version: v})
		return
	}
	d := &s.Deposits[i]
	d.Version, d.Earlier = v, append(d.Earlier, d.Version)
}

// Offers lists the acts that make sense for a party: any may deposit the document as it has it, or amend that.
func (s *State) Offers(*charter.State, charter.PartyID) []string { return []string{"document.deposit"} }

// Again is a party's own deposit, nil if it has none: whoever amends it begins with that.
func (s *State) Again(me charter.PartyID, typ string) entry.Body {
	if d := s.By(me); d != nil && typ == (Deposit{}).EntryType() {
		return &d.Document
	}
	return nil
}

// By is what a party has deposited, nil if it has nothing here.
func (s *State) By(p charter.PartyID) *Deposited {
	if i := slices.IndexFunc(s.Deposits, func(d Deposited) bool { return d.Party == p }); i >= 0 {
		return &s.Deposits[i]
	}
	return nil
}

// First is what was deposited first, as its party has it now: nil if nothing was. Its day stands in lists; the days of others are listed beside it.
func (s *State) First() *Deposit {
	if len(s.Deposits) == 0 {
		return nil
	}
	return &s.Deposits[0].Document
}

// Titles are the titles of all deposits, each once.
func (s *State) Titles() []Title {
	var out []Title
	for _, d := range s.Deposits {
		for _, t := range d.Document.Titles {
			if !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	return out
}

// Conflict is a day that is not the one that stands in lists: a source gives it, or a party deposited it.
type Conflict struct {
	OtherDate
	By charter.PartyID // whose deposit says so
}

// Conflicts are the days that are given otherwise, in the order of the deposits. A deposit that has another day itself is its own source.
func (s *State) Conflicts() []Conflict {
	var out []Conflict
	add := func(o OtherDate, by charter.PartyID) {
		if o.Date != "" && o.Date != s.First().Date && !slices.ContainsFunc(out, func(x Conflict) bool { return x.OtherDate == o }) {
			out = append(out, Conflict{o, by})
		}
	}
	for _, d := range s.Deposits {
		add(OtherDate{Date: d.Document.Date}, d.Party)
		for _, o := range d.Document.OtherDates {
			add(o, d.Party)
		}
	}
	return out
}

// Worded is a principle as a party words it.
type Worded struct {
	charter.By
	Text lang.Text
}

// Principle is a principle by its number, as each party that has it words it. One that its party has left out since is still what was cited: the last wording of it stands.
func (s *State) Principle(n int) []Worded {
	var out []Worded
	for _, d := range s.Deposits {
		for _, v := range slices.Backward(d.versions()) {
			if n >= 1 && n <= len(v.Document.Principles) {
				out = append(out, Worded{v.By, v.Document.Principles[n-1]})
				break
			}
		}
	}
	return out
}

// Principles is the highest number that any deposit has or had.
func (s *State) Principles() (n int) {
	for _, d := range s.Deposits {
		for _, v := range d.versions() {
			n = max(n, len(v.Document.Principles))
		}
	}
	return n
}

// Cited reads what a paragraph cites: a document by its id, as in "fd-1972", or one principle of it, as in "fd-1972/2". Principle is 0 for the whole document.
func Cited(cite string) (id string, principle int) {
	id, number, one := strings.Cut(cite, "/")
	if n, err := strconv.Atoi(number); one && err == nil && n > 0 {
		return id, n
	}
	return id, 0
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
