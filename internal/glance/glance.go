// Package glance owns what is known of a matter without reading its state: what it is called, and what it waits for, from whom.
//
// It promises that a glance says what the state would: Of is a function of state and charter, and a Book only remembers what Of said. A book looks again at matters that entries came for, so that
// a page on a large record costs what has changed since the last one. Nothing is stored: a node that starts looks through everything once.
package glance

import (
	"fmt"
	"slices"
	"strings"

	"entente.example/internal/charter"
	"entente.example/internal/commitment"
	"entente.example/internal/concern"
	"entente.example/internal/conversation"
	"entente.example/internal/dialogue"
	"entente.example/internal/document"
	"entente.example/internal/founding"
	"entente.example/internal/guest"
	"entente.example/internal/meeting"
	"entente.example/internal/minutes"
	"entente.example/internal/paper"
	"entente.example/internal/readout"
	"entente.example/internal/record"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/proof"
)

// Wait is one thing that a matter waits for.
type Wait struct {
	Matter string            // as pages and lists name it
	What   string            // message key, as in "awaits.seal"
	Params map[string]string // of the message
	Title  lang.Text         // of the matter, if it has one
	Due    string            // day, "" if none
	From   string            // instant before which nothing waits yet, "" if there is none
	Until  string            // instant from which nothing waits, "" if there is none

	Named map[string]lang.Text // parameters of the message that are words in several languages
}

// Matter is what is known of one matter.
type Matter struct {
	Key    string
	ID     string   // as lists have it
	Lam    int64    // place of its last entry in the order
	Text   *Text    // nil: it is none, or it has not been tabled
	Turn   *Turn    // of a concern
	Talk   *Talk    // about a paragraph; nil of a thread about anything else
	Points []string // matters that it points at: what a note answers, what a guest is shown, what meeting a text, minutes or a readout are of, which issue a concern falls under
	From   string   // of a commitment: the paragraph that it comes from, as in "js-9#7"
	Note   *Note    // of a paper that was sent and not withdrawn
	Days   *Session // of a meeting, unless none are known
	Recurs []Recurring
	rank   int      // of its kind; negative: there is nothing to know of it without its state
	sum    [32]byte // of its stored state
	awaits map[charter.PartyID][]Wait
}

// About lists the matters whose pages show something of this one: what it points at, and the text that it talks of.
func (m *Matter) About() []string {
	if m.Talk == nil {
		return m.Points
	}
	return append(slices.Clone(m.Points), "text/"+m.Talk.Text)
}

// Turn is where a concern stands, and whose turn it is.
type Turn struct {
	Status string
	Owes   []charter.PartyID
}

// Note is a paper that passed: who sent it, and of whom it asks an answer.
type Note struct {
	By   charter.PartyID
	Asks []Asking
}

// Asking is an answer that is asked of a party.
type Asking struct {
	Party charter.PartyID
	From  []charter.PartyID // an answer of any of these is enough
	Wait  Wait
}

// Talk is how far a thread about a paragraph of a text has come.
type Talk struct {
	Text      string
	Paragraph text.ParaID
	Said      int                   // messages
	Last      *conversation.Message // nil: nothing was said yet
}

// Text is what is known of a text that has been tabled.
type Text struct {
	ID     string
	titles string    // see titles
	Last   string    // newest claim of time in it
	Frozen bool      // it has a round of sealing, whatever came of it
	Topics []Spoken  // what its paragraphs speak of
	Cites  []Resting // what its paragraphs cite of founding documents and of adopted texts
	Own    *Own      // nil: it is a joint text
}

// titles are a title's languages and words in one piece. A map would take ten times as much of each of some hundred thousand texts.
func titles(of lang.Text) string {
	var b strings.Builder
	for _, tag := range of.Tags() {
		fmt.Fprintf(&b, "%s\x00%s\x00", tag, of[tag]) // words that may stand on the record have no such character
	}
	return b.String()
}

// Title is the text's title in every language that it has one in, those that came with a translation too.
func (t *Text) Title() lang.Text {
	out := lang.Text{}
	for rest := t.titles; rest != ""; {
		tag, after, _ := strings.Cut(rest, "\x00")
		words, next, _ := strings.Cut(after, "\x00")
		out[lang.Tag(tag)], rest = words, next
	}
	return out
}

// Own is what is known of a text that is one side's own.
type Own struct {
	Pair    string
	Party   charter.PartyID   // that tabled it
	Parties []charter.PartyID // of that side
	Asks    []charter.PartyID // those who have heard it, once it is issued, and have said nothing against it
}

// Spoken is a paragraph that speaks of a topic.
type Spoken struct {
	Topic     string
	Paragraph text.ParaID
	Label     string
}

// rank is the place of a matter's kind in every list, negative for kinds that nothing is known of without their state.
func rank(key string) int {
	kind, _, _ := strings.Cut(key, "/")
	switch kind {
	case founding.Matter:
		return 0
	case "text":
		return 1
	}
	if n := slices.IndexFunc(dialogue.Kinds, func(k dialogue.Kind) bool { return k.ID == kind }); n >= 0 {
		return n + 2
	}
	return -1
}

// Of says what is known of a matter from its state.
func Of(c *charter.State, key string, st record.Subject) *Matter {
	m := &Matter{Key: key, rank: rank(key)}
	kind, rest, _ := strings.Cut(key, "/")
	m.ID = dialogue.IDOf(kind, rest)
	switch s := st.(type) {
	case *text.State:
		if s.Tabled != nil {
			m.Text = textOf(c, s)
			m.pointAt(s.Tabled.Meeting)
		}
	case *concern.State:
		m.Turn = turnOf(c, s)
		if s.Raised != nil && s.Raised.Topic != "" {
			m.pointAt("topic/" + s.Raised.Topic)
		}
	case *commitment.State:
		if now, _ := s.Standing(c); now != nil && now.Text != "" {
			m.From = now.Text + "#" + now.Paragraph
		}
		m.Recurs = recurringOf(c, key, s)
	case *meeting.State:
		m.Days = sessionOf(c, s)
	case *paper.State:
		if s.Sent != nil && s.Sent.ReplyTo != "" {
			m.Points = []string{"paper/" + s.Sent.ReplyTo}
		}
		m.Note = noteOf(c, key, s)
	case *conversation.State:
		m.Talk = talkOf(s)
	case *readout.State:
		if s.Put != nil {
			m.pointAt(s.Put.Of)
		}
	case *minutes.State:
		if s.Circulated != nil {
			m.pointAt(s.Circulated.Of)
		}
	case *guest.State:
		for _, p := range s.Proposals {
			m.Points = append(m.Points, p.Shown)
		}
	}
	for _, p := range c.Document().Parties {
		if waits := m.waits(c, p.ID, st); len(waits) > 0 {
			if m.awaits == nil {
				m.awaits = map[charter.PartyID][]Wait{}
			}
			m.awaits[p.ID] = waits
		}
	}
	return m
}

func (m *Matter) pointAt(matter string) {
	if matter != "" {
		m.Points = append(m.Points, matter)
	}
}

// waits says what a matter waits for from a party. What waits is for each subject to say.
func (m *Matter) waits(c *charter.State, me charter.PartyID, st record.Subject) (out []Wait) {
	switch s := st.(type) {
	case *founding.State:
		if !s.InForce() && s.Rounds.Awaits(c, me) {
			out = append(out, Wait{Matter: m.Key, What: "awaits.charter_seal"})
		}
	case *text.State:
		for _, w := range s.Awaits(c, me) {
			out = append(out, Wait{Matter: m.Key, What: w.What, Params: w.Params}) // its title is what the text has
		}
	default:
		kind, _, _ := strings.Cut(m.Key, "/")
		k, known := dialogue.Find(kind)
		if !known {
			return nil
		}
		for _, a := range dialogue.Awaits(c, me, st) {
			out = append(out, Wait{Matter: k.Matter(a.ID), What: a.What, Params: a.Params, Named: a.Named, Title: a.Title, Due: a.Due, Until: a.Until})
		}
	}
	return out
}

// unanswered says which issued texts of other sides a party's own side has nothing beside: neither a text of its own nor a word against it.
func (g *Glance) unanswered(p charter.PartyID) (out []Wait) {
	for _, m := range g.own {
		theirs := m.Text.Own
		if slices.Contains(theirs.Asks, p) && !slices.ContainsFunc(g.own, func(o *Matter) bool { return o.Text.Own.Pair == theirs.Pair && slices.Contains(o.Text.Own.Parties, p) }) {
			out = append(out, Wait{Matter: m.Key, What: "awaits.parallel", Params: map[string]string{"party": string(theirs.Party), "text": m.Text.ID, "own": text.ParallelID(p, theirs.Pair)}, Title: m.Text.Title()})
		}
	}
	return out
}

// unreplied says which papers ask an answer of a party that neither it nor, where one answer is enough, its side has given.
func (g *Glance) unreplied(p charter.PartyID) (out []Wait) {
	for _, m := range g.asking {
		for _, a := range m.Note.Asks {
			if a.Party == p && !slices.ContainsFunc(g.replies[m.Key], func(by charter.PartyID) bool { return slices.Contains(a.From, by) }) {
				out = append(out, a.Wait)
			}
		}
	}
	return out
}

func noteOf(c *charter.State, key string, s *paper.State) *Note {
	if s.Sent == nil || s.Withdrawn != nil {
		return nil
	}
	n := &Note{By: s.Sent.Party}
	for _, p := range c.Document().Parties {
		asked := s.Asks(c, p.ID)
		if asked == "" {
			continue
		}
		w := Wait{Matter: key, What: "awaits.paper_" + asked, Title: s.Sent.Title, Due: s.Due()}
		if w.Due != "" {
			w.What, w.Params = w.What+"_by", map[string]string{"at": s.Sent.Deadline}
		}
		a := Asking{Party: p.ID, Wait: w}
		for _, by := range c.Document().Parties {
			if paper.Answers(c, asked, p.ID, by.ID) {
				a.From = append(a.From, by.ID)
			}
		}
		n.Asks = append(n.Asks, a)
	}
	return n
}

func ownOf(c *charter.State, t *text.State) *Own {
	if !t.Parallel() {
		return nil
	}
	out := &Own{Pair: t.Pair(), Party: t.Tabled.Party}
	spoke := map[string]bool{t.Side(c): true}
	for _, d := range t.Dissents {
		spoke[c.SideOf(d.Party)] = true
	}
	issued := t.Status(c, nil).Issued
	for _, p := range c.Document().Parties {
		switch {
		case t.Takes(c, p.ID):
			out.Parties = append(out.Parties, p.ID)
		case issued && !spoke[p.Side]:
			out.Asks = append(out.Asks, p.ID)
		}
	}
	return out
}

func turnOf(c *charter.State, s *concern.State) *Turn {
	t := &Turn{Status: s.Status(c)}
	for _, p := range c.Document().Parties {
		if s.Owes(c, p.ID) {
			t.Owes = append(t.Owes, p.ID)
		}
	}
	return t
}

func talkOf(s *conversation.State) *Talk {
	if s.Opened == nil {
		return nil
	}
	id, paragraph := s.Opened.Place()
	if id == "" {
		return nil
	}
	t := &Talk{Text: id, Paragraph: text.ParaID(paragraph), Said: len(s.Messages)}
	if t.Said > 0 {
		last := s.Messages[t.Said-1] // not what was said before it
		t.Last = &last
	}
	return t
}

func textOf(c *charter.State, t *text.State) *Text {
	out := &Text{ID: t.ID, Last: t.Newest(), Frozen: t.Rounds.Last() != nil, Own: ownOf(c, t)}
	out.titles = titles(t.Heading())
	for _, p := range t.Stands(c) {
		for _, topic := range p.Topics {
			out.Topics = append(out.Topics, Spoken{topic, p.ID, p.Label})
		}
		for _, cite := range p.Rests(c) {
			r := Resting{Text: t.ID, Paragraph: p.ID, Label: p.Label, Commitments: []string{}}
			if id, place, ok := proof.CitedText(cite); ok {
				r.Earlier, r.Place = id, text.ParaID(place)
			} else {
				r.Document, r.Principle = document.Cited(cite)
			}
			out.Cites = append(out.Cites, r)
		}
	}
	return out
}
