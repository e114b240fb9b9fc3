package config

import (
	"unicode/utf8"

	"entente.example/lang"
)

// Markings are the [markings] section: how our house marks material, by who can read it. The mechanism knows only who can read a thing; what a national rule calls that is each party's own affair,
// so none of this is ever sent, exported or published.
type Markings struct {
	Record    string `toml:"record" comment:"What every party of the mechanism holds."`
	Public    string `toml:"public" comment:"What was released, from its instant on."`
	Ours      string `toml:"ours" comment:"What is our side's alone: instructions, briefs, comments, drafts that go round to be cleared."`
	OffRecord string `toml:"off_record" comment:"Papers off the record."`
}

// maxMarking bounds a marking, in characters: it stands in one line at the head of a page.
const maxMarking = 60

// check names the first setting that is not one.
func (m Markings) check() string {
	for _, s := range []struct{ name, words string }{{"record", m.Record}, {"public", m.Public}, {"ours", m.Ours}, {"off_record", m.OffRecord}} {
		if utf8.RuneCountInString(s.words) > maxMarking || s.words != "" && lang.CheckNewLine(s.words) != nil {
			return "markings." + s.name
		}
	}
	return ""
}

// Of is our marking of material, "" if we have none. what is who can read it, as package readers names it, unless everybody can.
func (m Markings) Of(what string, public bool) string {
	switch {
	case public:
		return m.Public
	case what == "record":
		return m.Record
	case what == "ours":
		return m.Ours
	case what == "off_record":
		return m.OffRecord
	}
	return ""
}
