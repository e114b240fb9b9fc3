package view

import (
	"slices"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/glance"
	"entente.example/internal/text"
	"entente.example/lang"
)

// Press is the desk of a press officer.
type Press struct {
	Chrome
	Site        string // address of the press room; "" if this node has none
	Texts       []PressText
	TextsCut    Cut
	Replies     []PressReply
	RepliesCut  Cut
	Counts      []Count  // of replies by state, as in "web.reply_held"
	Only        string   // the state that is listed; "" for all
	Reasons     []string // for declining, as message keys end
	Officer     bool     // the reader may moderate
	Mail        bool     // the press room writes letters, to that many
	Subscribers int
}

// PressText is a text that is, or may become, public.
type PressText struct {
	TextCard
	Languages []lang.Tag
	PublicAt  time.Time // zero: not released by all
	Released  []Party
	Waiting   []Party // whose release is to come
	NotBefore time.Time
	Front     text.Front // of our own release, else of one that another party made
	Differ    bool       // every party has released, with words for its front that are not the same
	Public    bool
	May       bool // the reader may release it
	Until     time.Time
	Coverage  []PressCoverage
}

// Adopted reports whether it can be previewed.
func (t PressText) Adopted() bool { return t.Stage == "adopted" || t.Stage == "public" }

// PressCoverage is what somebody published about it.
type PressCoverage struct {
	ID, Outlet, Day, Link, Headline string
	Lang                            lang.Tag // of the headline
}

// PressReply is a reader's reply.
type PressReply struct {
	ID, Text, Name, Words    string
	Answers                  *PressAnswered // nil: none, or it was erased
	Lang                     lang.Tag
	At                       time.Time
	State                    string
	Reason                   string
	Appeal                   string
	Reports                  []string
	Links, Earlier, Declined int
}

// PressAnswered is a reply that another one answers.
type PressAnswered struct {
	Name, Words string
	Lang        lang.Tag
}

// PressAct is what a press officer does beside the record.
type PressAct struct {
	Do       string // "approve", "decline", "hold", "erase", "cover", "uncover", "close", "forget"
	ID       string // of a reply or an entry of coverage
	Text     string
	Reason   string
	Outlet   string
	Day      string
	Link     string
	Headline string
	Lang     lang.Tag // of the headline
	Email    string   // under which somebody wrote, and whose words are to go
	Until    time.Time
}

// PressPreview asks how a text will look to the public.
type PressPreview struct {
	Text  string
	Under string      // the address below which the preview lies
	Query string      // that its pages keep
	Path  string      // in the press room
	Front *text.Front // what is meant to stand above it; nil: what the releases say
	At    time.Time   // from when on; zero: what the releases say
}

// PressAnswer is what stands there.
type PressAnswer struct {
	Status                    int
	Media, Language, Location string
	Body                      []byte
}

// frozenOf are those of a list of texts that have a round of sealing.
func frozenOf(all []*glance.Text) []*glance.Text {
	return slices.DeleteFunc(slices.Clone(all), func(t *glance.Text) bool { return !t.Frozen })
}

// Press builds the desk without what readers wrote.
func (f From) Press(member string, at At) (Press, error) {
	chrome, err := f.ChromeOurs()
	if err != nil {
		return Press{}, err
	}
	out := Press{Chrome: chrome}
	g, err := f.glance()
	if err != nil {
		return out, err
	}
	frozen := frozenOf(g.Texts())
	if len(frozen) > textsShown {
		frozen = frozenOf(g.Lately())
	}
	frozen, out.TextsCut = PartFrom(frozen, at.Texts, textsShown)
	for _, known := range frozen {
		t, err := f.textOf(g, known.ID)
		if err != nil {
			return out, err
		}
		out.Texts = append(out.Texts, f.pressText(t, member))
	}
	return out, nil
}

// public is from when on a text is public, and the same once it is; zero while not.
func (f From) public(t *text.State, now time.Time) (at, since time.Time) {
	from, ok := t.PublicAt(f.Charter(), f.Held)
	if !ok {
		return at, since
	}
	if at = t.PublicSince(from); !now.Before(from) {
		since = at
	}
	return at, since
}

func (f From) pressText(t *text.State, member string) PressText {
	c := f.Charter()
	out := PressText{TextCard: f.textCard(t), Languages: t.Tabled.Languages, May: t.Takes(c, charter.PartyID(f.Self)) && c.May(charter.PartyID(f.Self), member, "text.release", f.Now) == nil}
	at, since := f.public(t, f.Now)
	out.PublicAt, out.Public = at, !since.IsZero()
	for _, p := range f.partiesIn(t) {
		r, ok := t.Releases[p.ID]
		if !ok {
			out.Waiting = append(out.Waiting, p)
			continue
		}
		out.Released = append(out.Released, p)
		if r.Front != nil && (string(p.ID) == f.Self || out.NotBefore.IsZero()) {
			out.Front = *r.Front
		}
		if at, err := time.Parse(time.RFC3339, r.NotBefore); err == nil && (string(p.ID) == f.Self || out.NotBefore.IsZero()) {
			out.NotBefore = at
		}
	}
	out.Differ = len(out.Waiting) == 0 && t.FrontsDiffer(c)
	return out
}
