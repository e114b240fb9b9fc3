package view

import (
	"maps"
	"slices"
	"time"

	"entente.example/internal/attachment"
	"entente.example/internal/charter"
	"entente.example/lang"
)

// Attachments is the page of the papers beside a matter, or beside all.
type Attachments struct {
	Chrome
	Of      string // "" for all
	List    []Attachment
	Cut     Cut // of those, the newest part first
	Classes []charter.Retention
	Limit   string          // the largest file, as people read it
	May     map[string]bool // what the reader may do, by entry type
}

// Beside are the newest papers beside a matter, as its own page has them.
type Beside struct {
	Of   string // the matter
	List []Attachment
	May  bool // the reader may attach another
}

// Attachment is one paper, as this node has it.
type Attachment struct {
	ID      string
	Of      string
	Title   lang.Text
	By      Party
	At      time.Time
	Act     string
	Class   string
	Media   string
	Size    string
	Where   string // "here", "coming", "withheld" or "erased"
	Percent int
	Until   string // first day on which it may go
	Over    bool
	Asked   bool // another party wants it gone and our side has not answered
	Said    bool // our side has answered, or asked itself
	Wishes  []AttachmentWish
	Erased  []AttachmentErasure
}

// attachmentPath is where a paper stands among all of them.
func attachmentPath(id string) string { return "/attachments?show=" + id + "#a-" + id }

// AttachmentWish is what a party last said about dropping a paper; Ground "" for keeping it.
type AttachmentWish struct {
	Party  Party
	Ground string
	Law    string
	Reason string
	Act    string
}

// AttachmentErasure is a party's word that nothing is left of a paper on its node.
type AttachmentErasure struct {
	Party  Party
	Ground string
	At     time.Time
	Act    string
}

// Attachment shapes what the record says of a paper; where it is, the house knows.
func (f From) Attachment(st *attachment.State) Attachment {
	a := Attachment{ID: st.ID, Of: st.Attach.Of, Title: st.Attach.Title, By: f.party(st.By), Act: st.Act, Class: st.Attach.Body.Class, Media: st.Attach.Body.Media}
	a.At, _ = time.Parse(time.RFC3339, st.At) // the fold wrote it
	_, a.Said = st.Wishes[charter.PartyID(f.Self)]
	for _, p := range slices.Sorted(maps.Keys(st.Wishes)) {
		w := st.Wishes[p]
		a.Wishes = append(a.Wishes, AttachmentWish{Party: f.party(p), Ground: w.Drop, Law: w.Law, Reason: w.Reason, Act: w.Act})
	}
	for _, p := range slices.Sorted(maps.Keys(st.Erased)) {
		e := st.Erased[p]
		at, _ := time.Parse(time.RFC3339, e.At)
		a.Erased = append(a.Erased, AttachmentErasure{Party: f.party(p), Ground: e.Ground, At: at, Act: e.Act})
	}
	return a
}
