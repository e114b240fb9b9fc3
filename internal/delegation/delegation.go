// Package delegation owns the list of who comes to a meeting for a party: each person's name in its own characters with reading and romanisation, capacities, and place in the protocol order.
//
// It promises that a list has one spelling, that its order is what the party wrote and never an alphabet's, and that it is a paper and no entry: names of people are personal, and the file that
// holds them can be erased.
package delegation

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"entente.example/entry"
	"entente.example/internal/subject"
	"entente.example/lang"
	"entente.example/refusal"
)

// Media is the media type of a list, Format what its first member says.
const (
	Media  = "application/vnd.entente.delegation+json"
	Format = "entente-delegation/1"
)

// Limits of a list.
const (
	MaxDelegates = 300
	MaxBytes     = 1 << 20
)

// Roles that somebody can have in a delegation.
var Roles = []string{"head", "deputy", "member", "adviser", "interpreter", "secretary"}

// Draft is a list as a member enters it. It becomes a paper beside the meeting, and an entry that names the paper.
type Draft struct {
	Delegates []Delegate `json:"delegates" form:"rows,required"`
	Final     bool       `json:"final,omitzero" form:"flag"`
}

// Delegate is one person.
type Delegate struct {
	Order      int         `json:"order" form:"number,required"` // in protocol; equal for equal rank
	Role       string      `json:"role" form:"choice=head|deputy|member|adviser|interpreter|secretary,required"`
	Name       lang.Text   `json:"name" form:"wording,required"`      // in its characters, for each language that writes it its own way
	Reading    string      `json:"reading,omitzero" form:"line"`      // kana or pinyin
	Romanised  string      `json:"romanised,omitzero" form:"line"`    // as in the passport
	Capacities []lang.Text `json:"capacities,omitempty" form:"items"` // offices, the first in protocol first
}

// EntryType implements entry.Body: what a draft becomes on the record.
func (Draft) EntryType() string { return "meeting.delegation" }

type file struct {
	Format    string     `json:"format"`
	Delegates []Delegate `json:"delegates"`
}

// Encode writes the list as a file: canonical JSON, in protocol order.
func (d *Draft) Encode() ([]byte, error) {
	if err := Check(d.Delegates); err != nil {
		return nil, err
	}
	list := slices.Clone(d.Delegates)
	slices.SortStableFunc(list, func(a, b Delegate) int { return a.Order - b.Order })
	return entry.Canonical(file{Format, list})
}

// Parse reads a list that came from anybody.
func Parse(b []byte) ([]Delegate, error) {
	var f file
	if len(b) > MaxBytes {
		return nil, refusal.New(refusal.Invalid, "delegation.unreadable")
	}
	if err := json.Unmarshal(b, &f, json.RejectUnknownMembers(true)); err != nil {
		return nil, refusal.New(refusal.Invalid, "delegation.unreadable").Because(err)
	}
	if f.Format != Format {
		return nil, refusal.New(refusal.Invalid, "delegation.unreadable")
	}
	slices.SortStableFunc(f.Delegates, func(a, b Delegate) int { return a.Order - b.Order })
	return f.Delegates, Check(f.Delegates)
}

// Check judges a list.
func Check(list []Delegate) error {
	if len(list) == 0 {
		return refusal.New(refusal.Invalid, "dialogue.words_needed", "field", "delegates")
	}
	if len(list) > MaxDelegates {
		return refusal.New(refusal.Invalid, "delegation.too_long", "limit", strconv.Itoa(MaxDelegates))
	}
	heads := 0
	for _, d := range list {
		if err := d.check(); err != nil {
			return err
		}
		if d.Role == "head" {
			heads++
		}
	}
	if heads != 1 {
		return refusal.New(refusal.Invalid, "delegation.heads", "n", strconv.Itoa(heads))
	}
	return nil
}

func (d Delegate) check() error {
	if d.Order < 1 || d.Order > MaxDelegates {
		return refusal.New(refusal.Invalid, "delegation.order", "name", d.shown())
	}
	for _, err := range []error{subject.Choice(d.Role, "role", Roles...), subject.Words(d.Name, "name"), subject.Line(d.Reading, "reading", false), subject.Line(d.Romanised, "romanised", false)} {
		if err != nil {
			return err
		}
	}
	if len(d.Capacities) > 16 {
		return refusal.New(refusal.Invalid, "delegation.capacities", "name", d.shown())
	}
	for _, t := range d.Capacities {
		if err := subject.Words(t, "capacities"); err != nil {
			return err
		}
	}
	return nil
}

func (d Delegate) shown() string {
	_, s := d.Name.Pick()
	return strings.TrimSpace(s + " " + d.Romanised)
}

// Head is the office of the head of the delegation, by language: what the record may hold of a list.
func (d *Draft) Head() lang.Text {
	for _, x := range d.Delegates {
		if x.Role == "head" && len(x.Capacities) > 0 {
			return x.Capacities[0]
		}
	}
	return nil
}
