package view

import (
	"slices"
	"time"

	"entente.example/internal/calendar"
	"entente.example/lang"
)

// Ours is the page of what our side says to itself. Nobody else ever sees any of it.
type Ours struct {
	Chrome
	OursOn
	Acts    []HeldAct // that wait, and those that did lately
	ActsCut Cut
	Members []string // of our party
	Kinds   []string // of notes
}

// OursOn is what our side wrote about one matter, or one paragraph of it.
type OursOn struct {
	Matter string
	Place  string
	Notes  []OurNote
	Tasks  []OurTask
	Rounds []Clearance
	Asked  []OurGuest // to a meeting, by mail
	Came   []OurGuest // answers that came just now
	// Which part of each is here, on the page of everything.
	NotesCut, TasksCut, RoundsCut Cut
}

// At is what is about a place of the matter.
func (o OursOn) At(place string) OursOn {
	out := OursOn{Matter: o.Matter, Place: place}
	for _, n := range o.Notes {
		if n.Place == place {
			out.Notes = append(out.Notes, n)
		}
	}
	for _, t := range o.Tasks {
		if t.Place == place {
			out.Tasks = append(out.Tasks, t)
		}
	}
	for _, c := range o.Rounds {
		if c.Place == place {
			out.Rounds = append(out.Rounds, c)
		}
	}
	return out
}

// OurGuest is somebody whom our side asked to a meeting by mail, and what their calendar program answered.
type OurGuest struct {
	Matter  string
	Meeting string // its id within its kind
	ID      string
	Who     string // name and address
	Asked   bool
	From    string // days of the newest request
	Until   string
	Says    string // "" while the answer is awaited
	Old     bool   // it answers an earlier request
	Was     string // days of that earlier request, if it is known here
	WasEnd  string
	Outdone bool // a newer answer of theirs is here already, and stands
	Comment string
	Sender  string // another address, from which the answer came
	At      time.Time

	Delegate string             // who goes in their place
	For      string             // in whose place they go
	Proposed *calendar.Proposal // days that they propose instead, which is nobody's offer
}

// Coming is how many said that they come.
func (o OursOn) Coming() (n int) {
	for _, a := range o.Asked {
		if a.Says == "accepted" {
			n++
		}
	}
	return n
}

// Count is how much there is.
func (o OursOn) Count() int { return len(o.Notes) + len(o.Tasks) + len(o.Rounds) }

// OurPlace is where something of ours belongs.
type OurPlace struct {
	Matter string
	Place  string
}

// Path is the address of that place within the mechanism.
func (p OurPlace) Path() string {
	path := Await{Matter: p.Matter}.Path()
	if path != "" && p.Place != "" {
		path += "#p-" + p.Place
	}
	return path
}

// OurNote is an instruction, a brief, fallback wording, own minutes or a comment.
type OurNote struct {
	OurPlace
	ID     string
	Kind   string
	Lang   lang.Tag
	Words  string
	Office string
	Member string
	At     time.Time
	Was    []string // what it said before
	Yours  bool     // the reader wrote it
}

// OurTask is something that one of us is to do.
type OurTask struct {
	OurPlace
	ID      string
	Words   string
	For     string
	Due     string
	Overdue bool
	Member  string
	Done    time.Time
	DoneBy  string
	Yours   bool // the reader may say that it is done
	Asked   bool // the reader asked for it
}

// Clearance is a draft on its way round our offices.
type Clearance struct {
	OurPlace
	ID       string
	Title    string
	Lang     lang.Tag
	Member   string
	At       time.Time
	Due      time.Time
	Late     bool
	Standing string
	Stands   []OfficeStand // on the newest draft
	Drafts   []OurDraft    // the newest first
	Yours    bool          // the reader asked for it
	Answers  []string      // offices for which the reader answers
	Last     bool          // what was done last was done by the reader, who can take it back
	Over     bool
}

// Newest is the draft that is asked about.
func (c Clearance) Newest() OurDraft { return c.Drafts[0] }

// OfficeStand is where an office stands.
type OfficeStand struct {
	Office  string
	Members []string
	Verdict string
	Words   string
	Member  string
	At      time.Time
}

// OurDraft is a wording that went round.
type OurDraft struct {
	Number  int
	Words   string
	At      time.Time
	Answers []OfficeStand
}

// ClearancePage is the page of one round.
type ClearancePage struct {
	Chrome
	Clearance
}

// HeldAct is an act that waits for a second member: exactly what will be written.
type HeldAct struct {
	OurPlace
	Title   lang.Text // of the matter, if it has one
	ID      string
	Member  string
	At      time.Time
	State   string
	Second  string
	Decided time.Time
	Reason  string
	Posted  []string
	Acts    []HeldEntry
	May     bool // the reader may consent or refuse
	Yours   bool
	Open    bool
}

// HeldEntry is one entry that is to be written.
type HeldEntry struct {
	Type   string
	Lines  []HeldLine
	Source string // the body as it will stand, indented
}

// HeldLine is one value of a body, with its place in it.
type HeldLine struct {
	Of   []string // names of values, and numbers in lists, from the outside in
	Lang lang.Tag // of wording; "" otherwise
	Text string
}

// HeldPage is the page of one such act.
type HeldPage struct {
	Chrome
	HeldAct
	Unsound error // why it can no longer be written as it is; nil while it can
}

// OursAct is what a form about something of ours asks for.
type OursAct struct {
	Do string
	ID string
	OurPlace
	Kind, Office, Words, Title, For, Verdict, Outcome string
	Lang                                              lang.Tag
	Due                                               time.Time
	Draft                                             int
	Offices                                           []OurOffice
}

// OurOffice is one that is asked.
type OurOffice struct {
	Name    string
	Members []string
}

// Mine reports whether the reader answers for an office.
func (c Clearance) Mine(office string) bool { return slices.Contains(c.Answers, office) }
