package view

import (
	"slices"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/line"
	"entente.example/internal/situation"
	"entente.example/lang"
)

// HotLine is the page of one line: what is agreed and announced, what it asks of our side, and everything that happened on it.
type HotLine struct {
	Chrome
	ID         string
	Others     []string // ids of the mechanism's other lines
	Parties    []Party
	Languages  []lang.Tag // of the mechanism
	InForce    *line.Proposal
	Notices    []line.Notice // suspensions that are running or are to come
	Turn       line.Turn
	Rows       []line.Row
	Statistics line.Statistics
	May        map[string]bool // by kind of act
}

// Party finds a party as the page names it.
func (h HotLine) Party(id charter.PartyID) Party { return partyIn(h.Parties, id) }

func partyIn(all []Party, id charter.PartyID) Party {
	if i := slices.IndexFunc(all, func(p Party) bool { return p.ID == id }); i >= 0 {
		return all[i]
	}
	return Party{ID: id, Names: []charter.Name{{Full: string(id)}}}
}

// lineActs are the acts that a page of a line offers.
var lineActs = []string{"line.propose", "line.agree", "line.desk", "line.suspend", "line.resume", "line.check", "line.answer"}

// HotLine builds the page of a line.
func (f From) HotLine(id, member string) (HotLine, error) {
	chrome, err := f.ChromeOf("")
	if err != nil {
		return HotLine{}, err
	}
	v, err := f.Line(id, f.Now)
	if err != nil {
		return HotLine{}, err
	}
	me := charter.PartyID(f.Self)
	h := HotLine{Chrome: chrome, ID: id, Parties: f.parties(), Languages: f.Charter().Document().Languages, InForce: v.Line.InForce(f.Now), Turn: v.Turn(me), Rows: v.History(), May: f.may(member, lineActs)}
	h.Notices = v.Line.Standing(f.Now)
	h.Statistics = line.Counts(h.Rows)
	ids, err := f.LineIDs()
	for _, other := range ids {
		if other != id {
			h.Others = append(h.Others, other)
		}
	}
	return h, err
}

// may says which kinds of act a member has a mandate for now.
func (f From) may(member string, acts []string) map[string]bool {
	out := map[string]bool{}
	for _, act := range acts {
		_, err := f.Charter().RoleFor(charter.PartyID(f.Self), member, act, f.Now)
		out[act] = err == nil
	}
	return out
}

// Board is the page of the situation board.
type Board struct {
	Chrome
	Columns []Declared
	Levels  []charter.Level // of the charter; none: each party uses its own words
	Own     lang.Tag        // our own language, in which we declare
	Ours    string          // act id of what we have declared, "" if nothing stands
	May     map[string]bool
	Today   string
}

// Declared is one party's part of the board: what stands, and what it said before, the newest first.
type Declared struct {
	Party  Party
	Stands *situation.Declaration
	Before []situation.Declaration
}

// Label is what a level is called, nil if the charter has none of this name.
func (b Board) Label(level string) lang.Text {
	for _, l := range b.Levels {
		if l.ID == level {
			return l.Label
		}
	}
	return nil
}

// Board builds the situation board.
func (f From) Board(member string) (Board, error) {
	chrome, err := f.ChromeOf("")
	if err != nil {
		return Board{}, err
	}
	doc := f.Charter().Document()
	b := Board{Chrome: chrome, Levels: doc.Rules.SituationLevels, May: f.may(member, []string{"situation.declare", "situation.withdraw"}), Today: f.Now.UTC().Format(time.DateOnly)}
	states, err := f.Situations()
	for _, s := range states {
		c := Declared{Party: f.party(s.Party), Stands: s.Stands()}
		for _, d := range slices.Backward(s.Declarations) {
			if d.Until != "" {
				c.Before = append(c.Before, d)
			}
		}
		if string(s.Party) == f.Self && c.Stands != nil {
			b.Ours = c.Stands.ID
		}
		b.Columns = append(b.Columns, c)
	}
	if p, ok := doc.Party(charter.PartyID(f.Self)); ok {
		b.Own = p.Language
	}
	return b, err
}
