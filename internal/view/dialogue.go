package view

import (
	"slices"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/dialogue"
	"entente.example/lang"
)

// Matters is the page that lists all matters of a kind.
type Matters struct {
	Chrome
	Kind   string
	Groups []Group
	Counts []Count // how many there are in each group
	Only   string  // the one group that is shown; "" for all
	Cut    Cut
	Next   string      // an id that nobody has used yet, for a new one
	Place  *Membership // of the parties, on their page
	Dues   *Dues       // of the commitments that are listed
	Desk
}

// Count is how many matters a group has.
type Count struct {
	Key string
	All int
}

// Group is a part of a list under a heading of its own; Key is a message key, "" for none.
type Group struct {
	Key  string
	Rows []MatterRow
}

// MatterRow is one matter in a list.
type MatterRow struct {
	ID       string
	Title    lang.Text
	Symbol   string // "" if it has none
	Status   string // as in "choice.answered"; "" if its kind has none
	Due      string // day
	Overdue  bool
	Day      string // on which it is, as far as it is known; DayEnd is its last one
	DayEnd   string
	By       []Side // sides that raised it, or whose it is
	Party    *Party // who put it there, where a party speaks for itself
	Disputed int    // sentences of a readout that somebody disagrees with
	OneSided bool   // raised by one side only: it must not look agreed
	Columns  []Column
	Unread   int
}

// Matter is the page of one matter.
type Matter struct {
	Chrome
	Kind    string
	ID      string
	Title   lang.Text
	Status  string
	Due     string
	Overdue bool
	Notes   []string  // message keys of what a reader must know, as in "web.one_sided"
	Words   lang.Text // what it says, if it is a paper or a concern
	Facts   []Fact
	Columns []Column // what stands side by side
	Items   []Item   // visits, milestones
	Reviews []Item   // what review sessions came to, of a commitment
	Dues    *Dues    // of a commitment
	// Passages are sentences of a readout, or paragraphs of minutes; Excerpt says what the page leaves out, nil if nothing.
	Passages []Passage
	Excerpt  *Excerpt
	Public   string    // where a readout, once published, stands in our press room; "" if there is none
	Assembly Assembly  // of a meeting
	Outcomes []Outcome // of a meeting
	Called   []Called  // names of a party
	Track    []Voice   // everything that happened, in the order of the record
	TrackCut Cut       // or the part of it that is shown
	Offers   []string  // acts that make sense for our side now, and that the reader may take
	Begins   []Begin   // other matters of this kind that the reader can begin from here
	Next     string    // an id that nobody has used yet, for one of these
	Ours     OursOn
	Founding *Founding // of a founding document
	Passes   *Passes   // of a guest that our node receives; nil for who makes none
	Beside   *Beside   // papers beside it
	Desk
}

// Begin is a form that begins another matter, as a reply to a paper. Key says what for.
type Begin struct {
	Key    string
	Values dialogue.Values
}

// CanAgree reports whether the reader may stand behind wordings of minutes now.
func (m Matter) CanAgree() bool { return slices.Contains(m.Offers, "minutes.agree") }

// Passes are a guest's links and sessions on our node.
type Passes struct {
	Proposals []Ref // in force today, for which a link can be made
	List      []Pass
	Made      string // address of a link just made: it is shown once
}

// Pass is one of them.
type Pass struct {
	ID            int64
	Person, By    string
	Made, Expires time.Time
	Entered, Seen time.Time // zero: the link was not opened yet
}

// Desk is what forms need.
type Desk struct {
	Languages []lang.Tag
	Sides     []Side
	Own       lang.Tag // our own language comes first
	Refs      map[string][]Ref
	May       map[string]bool // by entry type
	// Again is what a form begins with whose act takes the place of what stands, by entry type.
	Again map[string]dialogue.Values
}

// Ref is something that a field can point at.
type Ref struct {
	ID    string
	Title lang.Text
}

// Fact is one line about a matter. Key is a message key; one of the others is set, and beside a text stand its days, or where it stands as a choice.
type Fact struct {
	Key       string
	Text      lang.Text
	Line      string
	Day       string
	Until     string // last day
	Choice    string
	Sides     []Side
	Languages []lang.Tag
	// Parties are named, At is an instant: shown in UTC and in the reader's zone.
	Parties []Party
	At      time.Time
	Link    string // address of what Line names
	Matter  string // that it points at, as in "meeting/main/9": Text is what that is called
}

// Column is what one side says, or what is said of it.
type Column struct {
	Side   Side
	Voices []Voice
}

// Voice is what somebody said, and when.
type Voice struct {
	ID     string // act
	Key    string // message key of what was done, as in "act.topic.position"
	Party  Party
	Member string
	At     time.Time
	Text   lang.Text
	Line   string
	Choice string
	Day    string // of which it speaks; DayEnd is the last one
	DayEnd string
	Place  lang.Text
	Host   lang.Text // side that a meeting is to be hosted by, as this voice has it
	Past   bool      // a later one of the same party replaced it
	// Side and Capacity are whose words these are, where somebody else put them on the record.
	Side     lang.Text
	Capacity lang.Text
	// Milestone is the title of what a report is on, if it is not on the whole.
	Milestone lang.Text
}

// Item is a part of a matter with a state of its own.
type Item struct {
	ID    string
	Title lang.Text
	Facts []Fact
	Track []Voice
}

// Path is a matter's address within its mechanism.
func matterPath(kind, id string) string {
	if kind == "attachment" {
		return attachmentPath(id)
	}
	if k, ok := dialogue.Find(kind); ok {
		return "/" + k.Plural + "/" + dialogue.IDOf(kind, id)
	}
	return ""
}

func (f From) sidesOf(ids []string) []Side {
	var out []Side
	for _, s := range f.sides() {
		for _, id := range ids {
			if s.ID == id {
				out = append(out, s)
			}
		}
	}
	return out
}

func (f From) voice(by charter.By, key string) Voice {
	at, _ := time.Parse(time.RFC3339, by.At)
	return Voice{ID: by.Act, Key: key, Party: f.partyOn(by.Party, by.Day()), Member: by.Member, At: at}
}

func (f From) said(by charter.By, key string, text lang.Text) Voice {
	v := f.voice(by, key)
	v.Text = text
	return v
}

// Today is the house's day.
func (f From) Today() string { return f.today() }

func (f From) today() string { return f.Now.UTC().Format("2006-01-02") }
