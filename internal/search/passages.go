package search

import (
	"strconv"
	"strings"

	"entente.example/internal/adoption"
	"entente.example/internal/attachment"
	"entente.example/internal/charter"
	"entente.example/internal/commitment"
	"entente.example/internal/concern"
	"entente.example/internal/conversation"
	"entente.example/internal/document"
	"entente.example/internal/glossary"
	"entente.example/internal/meeting"
	"entente.example/internal/minutes"
	"entente.example/internal/paper"
	"entente.example/internal/programme"
	"entente.example/internal/readout"
	"entente.example/internal/silence"
	"entente.example/internal/situation"
	"entente.example/internal/text"
	"entente.example/internal/topic"
	"entente.example/lang"
)

// Matter is a matter cut into passages.
type Matter struct {
	Key      string
	Source   Source
	Passages []Passage
	// Undecided says that what is agreed of it may change by receipts alone, without an entry on the matter.
	Undecided bool
}

// Of cuts a matter's state into passages. A kind of matter that nobody looks for by its words has none.
func Of(c *charter.State, held adoption.Held, key string, state any) Matter {
	m := Matter{Key: key}
	switch s := state.(type) {
	case *text.State:
		m.text(c, held, s)
	case *meeting.State:
		m.meeting(c, s)
	case *document.State:
		m.document(s)
	case *topic.State:
		m.topic(c, s)
	case *concern.State:
		m.concern(s)
	case *commitment.State:
		m.commitment(s)
	case *programme.State:
		m.programme(s)
	case *paper.State:
		m.paper(s)
	case *silence.State:
		m.silence(s)
	case *readout.State:
		m.readout(s)
	case *minutes.State:
		m.minutes(s)
	case *glossary.State:
		m.term(c, s)
	case *conversation.State:
		m.thread(s)
	case *attachment.State:
		m.attachment(s)
	case *situation.State:
		m.situation(s)
	}
	return m
}

// add adds a passage of the record, unless there is nothing to read in it.
func (m *Matter) add(by charter.By, what, place, anchor string, words lang.Text, also ...string) {
	if _, s := words.Pick(); s == "" {
		return
	}
	m.Passages = append(m.Passages, Passage{Scope: Record, Place: place, Anchor: anchor, What: what, Text: words, Also: also, Party: by.Party, Member: by.Member, At: by.At})
}

// act is add for what has its place in the matter by its act.
func (m *Matter) act(by charter.By, what string, words lang.Text, also ...string) {
	m.add(by, what, by.Act, "track", words, also...)
}

// names are names that everybody uses, of wording by language.
func names(t lang.Text) []charter.Name {
	var out []charter.Name
	for _, tag := range t.Tags() {
		out = append(out, charter.Name{Lang: tag, Full: t[tag]})
	}
	return out
}

// MainSeries is the series that the mechanism itself counts.
const MainSeries = meeting.MainSeries

func (m *Matter) meeting(c *charter.State, s *meeting.State) {
	e := s.Meeting
	if e == nil {
		return
	}
	from, until := s.Days(c)
	m.Source = Source{Names: names(e.SeriesName), Day: from}
	if e.Series == MainSeries {
		m.Source.Names = c.Document().Names
	}
	const anchor = "top"
	by := charter.By{Party: charter.PartyID(s.By)}
	words := lang.Text{}
	where := s.Where(c)
	for _, tag := range []lang.Tag{lang.English, lang.Chinese, lang.Japanese} {
		parts := []string{ordinal(tag, e.Number)}
		for _, v := range where {
			parts = append(parts, v.City[tag])
		}
		words[tag] = strings.Join(compact(append(parts, e.Theme[tag])), " · ")
	}
	for tag, theme := range e.Theme {
		if words[tag] == "" {
			words[tag] = theme
		}
	}
	also := append(ordinals(e.Number), from, until, e.Start, e.End) // who knows where and when it was to be before it moved finds it, too
	if off := s.PutOff(c); off != nil {
		also = append(also, off.Days.From, off.Days.Until)
	}
	for _, v := range e.Venues {
		for _, tag := range v.City.Tags() {
			also = append(also, v.City[tag])
		}
	}
	m.add(by, "meeting.enter", "meeting", anchor, words, compact(also)...)
	if s.Agenda != nil {
		for i, item := range s.Agenda.Items {
			m.add(by, "meeting.agenda", "agenda/"+strconv.Itoa(i+1), anchor, item)
		}
	}
}

func compact(list []string) []string {
	var out []string
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

func (m *Matter) document(s *document.State) {
	if s.First() == nil {
		return
	}
	m.Source.Day = s.First().Date
	for _, t := range s.Titles() {
		m.Source.Names = append(m.Source.Names, t.Name())
	}
	for i, d := range s.Deposits {
		m.deposit(d.By, "d-"+s.ID, i, &d.Document)
	}
}

// deposit takes in a document as one party has it; nth tells those of several apart.
func (m *Matter) deposit(by charter.By, anchor string, nth int, d *document.Deposit) {
	place := func(what string) string {
		if nth > 0 {
			return what + "@" + string(by.Party)
		}
		return what
	}
	words := lang.Text{}
	var also []string
	for _, t := range d.Titles {
		if words[t.Lang] == "" {
			words[t.Lang] = t.Full
		} else {
			also = append(also, t.Full)
		}
		also = append(also, t.Short)
	}
	m.add(by, "document.deposit", place("titles"), anchor, words, append(compact(also), d.Date)...)
	for i, p := range d.Principles {
		m.add(by, "document.deposit", place("principle/"+strconv.Itoa(i+1)), anchor, p)
	}
}

func (m *Matter) attachment(s *attachment.State) {
	if s.Attach != nil {
		m.Source.Names = names(s.Attach.Title)
		m.add(charter.By{Party: s.By, At: s.At, Act: s.Act}, "attachment.attach", "title", "a-"+s.ID, s.Attach.Title)
	}
}

func (m *Matter) situation(s *situation.State) {
	for _, d := range s.Declarations {
		by := charter.By{Act: d.ID, Party: s.Party, Member: d.Member, At: d.At}
		m.add(by, "situation.declare", d.ID, "situation-"+string(s.Party), d.Said.Text, d.Said.Level)
	}
}
