package view

import (
	"slices"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/minutes"
	"entente.example/internal/readout"
	"entente.example/lang"
	"entente.example/refusal"
)

// Passage is one sentence of a readout or one paragraph of minutes. What is said against it is part of it: there is no way to show the one without the other.
type Passage struct {
	ID       string
	Text     lang.Text // nil if parties stand behind different wordings
	To       []Side    // whose words it reports
	Disputes []Voice
	Rivals   []Rival // what stands side by side, with who stands behind it
	Agreed   bool
	Out      bool // agreed: the paragraph is left out
}

// Rival is one of several wordings.
type Rival struct {
	Voice
	Behind []Party
	Out    bool // the paragraph left out: no words
	Ours   bool // our party stands behind it
}

// Excerpt says what a page leaves out.
type Excerpt struct {
	Shown, Of int
	Left      []int // positions
}

func (f From) readoutRow(s *readout.State) MatterRow {
	if s.Put == nil {
		return MatterRow{ID: s.ID}
	}
	return MatterRow{ID: s.ID, Title: s.Put.Title, Status: s.Status(), Party: f.by(s.Put.By), Disputed: s.Disputed(), By: f.sidesOf([]string{s.Put.Side})}
}

func (f From) readout(m *Matter, s *readout.State) {
	if s.Put == nil {
		return
	}
	if m.Status == readout.Retracted {
		m.Notes = append(m.Notes, "web.readout_is_"+s.Published.As)
	}
	m.Notes = append(m.Notes, "web.readout_is_"+m.Status)
	m.Facts = append(m.Facts, Fact{Key: "web.readout_by", Parties: []Party{*f.by(s.Put.By)}})
	f.of(m, s.Put.Of)
	if until, err := time.Parse(time.RFC3339, s.Put.Until); err == nil {
		m.Facts = append(m.Facts, Fact{Key: "field.until", At: until})
	}
	f.takenBack(m, s.Withdrawn)
	now := s.Now()
	m.Facts = append(m.Facts, Fact{Key: "web.digest_of_whole", Line: now.Digest})
	for _, x := range now.Sentences {
		m.Passages = append(m.Passages, Passage{ID: x.ID, Text: x.Text, To: f.sidesOf([]string{x.To}), Disputes: f.disputes(x.Disputes)})
		m.Refs["sentence"] = append(m.Refs["sentence"], Ref{x.ID, x.Text})
	}
	m.Refs["dispute"] = f.disputed(s)
	m.Refs["readout"] = slices.DeleteFunc(m.Refs["readout"], func(r Ref) bool { return r.ID == s.ID }) // nothing stands in its own place
	m.Refs["version"] = []Ref{{now.Act, s.Put.Title}}
	for i, v := range s.Versions {
		key := "act.readout.revise"
		if i == 0 {
			key = "act.readout.put"
		}
		voice := f.voice(v.By, key)
		voice.Past, voice.Line = i < len(s.Versions)-1, v.Digest
		m.Track = append(m.Track, voice)
		for _, a := range v.Answers {
			x := f.said(a.By, "act.readout.compare", a.Note)
			x.Choice, x.Past = a.Outcome, voice.Past
			m.Track = append(m.Track, x)
		}
	}
	if s.Published != nil {
		v := f.voice(s.Published.By, "act.readout.publish")
		v.Choice = s.Published.As
		m.Track = append(m.Track, v)
	}
}

// takenBack says why a readout was withdrawn, and what stands in its place.
func (f From) takenBack(m *Matter, w *readout.TakenBack) {
	if w == nil {
		return
	}
	m.Words = w.Reason
	m.Track = append(m.Track, f.said(w.By, "act.readout.withdraw", w.Reason))
	if w.Instead != "" {
		m.Facts = append(m.Facts, pointsAt("field.instead", "readout/"+w.Instead))
	}
}

// disputed are the disputes of a readout, those that wait for our side first: a form begins with the first.
func (f From) disputed(s *readout.State) (out []Ref) {
	for _, d := range s.Unanswered(f.Charter(), charter.PartyID(f.Self)) {
		out = append(out, Ref{d.Act, d.Text})
	}
	waiting := out
	for _, x := range s.Now().Sentences {
		for _, d := range x.Disputes {
			if r := (Ref{d.Act, d.Text}); !slices.ContainsFunc(waiting, func(w Ref) bool { return w.ID == r.ID }) {
				out = append(out, r)
			}
		}
	}
	return out
}

// disputes are what is said against a sentence, each followed by what the readout's side said to that.
func (f From) disputes(list []readout.Disputed) (out []Voice) {
	for _, d := range list {
		v := f.said(d.By, "act.readout.dispute", d.Text)
		v.Choice = d.Kind
		out = append(out, v)
		for _, r := range d.Replies {
			v := f.said(r.By, "act.readout.reply", r.Text)
			v.Choice = r.Kind()
			out = append(out, v)
		}
	}
	return out
}

// Quotable reports whether it is a readout that was published, whatever became of it.
func (m Matter) Quotable() bool {
	return m.Kind == "readout" && m.Status != readout.Draft && m.Status != readout.Withdrawn
}

// Only leaves an excerpt of a published readout: the sentences named, and which are left out.
func (m *Matter) Only(ids []string) error {
	switch {
	case m.Status == readout.Withdrawn:
		return refusal.New(refusal.Conflict, "readout.withdrawn")
	case !m.Quotable():
		return refusal.New(refusal.Conflict, "readout.not_published")
	}
	e := &Excerpt{Of: len(m.Passages)}
	var shown []Passage
	for i, p := range m.Passages {
		if slices.Contains(ids, p.ID) {
			shown = append(shown, p)
		} else {
			e.Left = append(e.Left, i+1)
		}
	}
	for _, id := range ids {
		if !slices.ContainsFunc(shown, func(p Passage) bool { return p.ID == id }) {
			return refusal.New(refusal.Missing, "readout.no_sentence", "sentence", id)
		}
	}
	e.Shown = len(shown)
	m.Passages, m.Excerpt = shown, e
	return nil
}

// of says of what a readout or minutes are.
func (f From) of(m *Matter, matter string) {
	if matter != "" {
		m.Facts = append(m.Facts, pointsAt("field.of", matter))
	}
}

func (f From) minutesRow(s *minutes.State) MatterRow {
	if s.Circulated == nil {
		return MatterRow{ID: s.ID}
	}
	return MatterRow{ID: s.ID, Title: s.Circulated.Title, Status: s.Status(f.Charter()), Party: f.by(s.Circulated.By), By: f.sidesOf([]string{f.Charter().SideOf(s.Circulated.Party)})}
}

func (f From) minutes(m *Matter, s *minutes.State) {
	if s.Circulated == nil {
		return
	}
	c := f.Charter()
	f.of(m, s.Circulated.Of)
	m.Track = append(m.Track, f.said(s.Circulated.By, "act.minutes.circulate", s.Circulated.Title))
	open := 0
	for _, p := range s.Paragraphs {
		out := Passage{ID: p.ID}
		if w := p.Agreed(c); w != nil {
			out.Text, out.Agreed, out.Out = w.Text, true, w.Out
		} else {
			open++
		}
		for _, w := range p.Wordings {
			r := Rival{Voice: f.said(w.By, "act.minutes.correct", w.Text)}
			r.Line, r.Out, r.Ours = w.Note, w.Out, p.Behind[charter.PartyID(f.Self)] == w.Act
			for party := range f.ordered(c.Document().Parties) {
				if p.Behind[party.ID] == w.Act {
					r.Behind = append(r.Behind, f.party(party.ID))
				}
			}
			if w.Act != s.Circulated.Act {
				m.Track = append(m.Track, r.Voice)
			}
			if !out.Agreed {
				out.Rivals = append(out.Rivals, r)
			}
			if !slices.ContainsFunc(m.Refs["wording"], func(r Ref) bool { return r.ID == w.Act }) { // one act may bring many paragraphs
				m.Refs["wording"] = append(m.Refs["wording"], Ref{w.Act, w.Text})
			}
		}
		m.Passages = append(m.Passages, out)
		m.Refs["paragraph"] = append(m.Refs["paragraph"], Ref{p.ID, p.Wordings[0].Text})
	}
	if open > 0 {
		m.Notes = append(m.Notes, "web.minutes_side_by_side")
	}
	for party := range f.ordered(c.Document().Parties) {
		if by, ok := s.Locks[party.ID]; ok {
			m.Facts = append(m.Facts, Fact{Key: "web.locked_by", Parties: []Party{f.party(party.ID)}})
			m.Track = append(m.Track, f.voice(by, "act.minutes.lock"))
		}
	}
}
