package chancery

import (
	"slices"
	"strings"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/meeting"
	"entente.example/internal/node"
	"entente.example/internal/press"
	"entente.example/internal/readout"
	"entente.example/internal/search"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/proof"
	"entente.example/refusal"
)

// readouts are the published readouts of a text, or of the meeting that it comes from, the earliest first. Drafts, and who wrote what for a party, stay inside.
func readouts(s *node.Snapshot, t *text.State, content *proof.Content) (out []press.Readout, err error) {
	all, err := s.Subjects("readout")
	if err != nil {
		return nil, err
	}
	for _, x := range all {
		r, ok := x.(*readout.State)
		if !ok || r.Published == nil || r.Put.Of == "" || r.Put.Of != t.Tabled.Meeting && r.Put.Of != "text/"+t.ID {
			continue
		}
		p, err := ofReadout(s, content, r)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b press.Readout) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out, nil
}

// ofReadout is a published readout as the public reads it.
func ofReadout(s *node.Snapshot, content *proof.Content, r *readout.State) (press.Readout, error) {
	c := s.Charter()
	whole, err := r.Excerpt()
	if err != nil {
		return press.Readout{}, err
	}
	p := press.Readout{ID: r.ID, Of: r.Put.Of, By: spoke(c, content, r.Published.By), Title: r.Put.Title, At: instant(r.Published.At), As: whole.As, Act: whole.Act, Digest: whole.Digest}
	for i, said := range whole.Shown {
		p.Sentences = append(p.Sentences, sentence(c, content, i+1, said))
	}
	p.Retracted, err = retraction(s, r)
	return p, err
}

// retraction is a party's word that it stands behind its readout no more; nil if there is none. What it puts in its place is named if that is public, whoever's it is.
func retraction(s *node.Snapshot, r *readout.State) (*press.Retraction, error) {
	w := r.Withdrawn
	if w == nil {
		return nil, nil
	}
	out := &press.Retraction{At: instant(w.At), Reason: w.Reason}
	if w.Instead == "" {
		return out, nil
	}
	x, err := s.Subject("readout/" + w.Instead)
	if err != nil && refusal.As(err).Kind == refusal.Missing {
		return out, nil
	}
	if o, ok := x.(*readout.State); ok && err == nil && o.Published != nil {
		out.Title, out.Home = o.Put.Title, press.HomeOf(s.Charter().Document().ID, o.ID)
	}
	return out, err
}

// accounts are all published readouts of a mechanism by themselves: each is public from the moment its party published it, and waits for no text. Parties are called as the charter does.
func accounts(s *node.Snapshot) (out []*press.Account, err error) {
	all, err := s.Subjects("readout")
	if err != nil {
		return nil, err
	}
	doc := s.Charter().Document()
	content := &proof.Content{}
	for _, tag := range doc.Languages {
		content.Languages = append(content.Languages, proof.Language{Tag: tag})
	}
	for _, x := range all {
		r, ok := x.(*readout.State)
		if !ok || r.Published == nil {
			continue
		}
		p, err := ofReadout(s, content, r)
		if err != nil {
			return nil, err
		}
		a := &press.Account{Mechanism: doc.ID, Readout: p, Languages: doc.Languages, Illustration: doc.Illustration}
		if a.Meeting, err = ofMeeting(s, p.Of); err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// ofMeeting names the meeting of a readout, as its author did by publishing it. Where and when that was is not its author's alone to say, and stays inside.
func ofMeeting(s *node.Snapshot, matter string) (lang.Text, error) {
	if !strings.HasPrefix(matter, "meeting/") {
		return nil, nil
	}
	x, err := s.Subject(matter)
	if err != nil && refusal.As(err).Kind == refusal.Missing {
		return nil, nil
	}
	m, ok := x.(*meeting.State)
	if err != nil || !ok || m.Meeting == nil {
		return nil, err
	}
	return search.MeetingNameIn(m.Meeting), nil
}

func sentence(c *charter.State, content *proof.Content, position int, x readout.Said) press.Sentence {
	out := press.Sentence{ID: x.ID, Position: position, Text: x.Text, Side: x.To, Digest: x.Digest}
	if side, ok := c.Document().Side(x.To); ok && x.To != "" {
		out.To = side.Label
	}
	for _, d := range x.Disputes {
		dispute := press.Dispute{By: spoke(c, content, d.By), Kind: d.Kind, Text: d.Text, At: instant(d.At)}
		for _, r := range d.Replies {
			dispute.Answers = append(dispute.Answers, press.Answer{By: spoke(c, content, r.By), Kind: r.Kind(), Text: r.Text, At: instant(r.At)})
		}
		out.Disputes = append(out.Disputes, dispute)
	}
	return out
}

// instant reads the time of an entry, which is always of this form.
func instant(s string) time.Time {
	t, _ := time.Parse(time.RFC3339, s)
	return t.UTC()
}

// called is what the public page calls a party: as the sealed text does, or the charter where the text is one side's own and does not name the party.
func called(c *charter.State, content *proof.Content, id charter.PartyID) lang.Text {
	if names := named(content, id); names != nil {
		return names
	}
	out := lang.Text{}
	for _, l := range content.Languages {
		out[l.Tag] = c.PartyName(id, l.Tag).Full
	}
	return out
}

// spoke is what the public page calls a party that said something of its own on a day: as the sealed text does, unless it had gone by another name since.
func spoke(c *charter.State, content *proof.Content, by charter.By) lang.Text {
	out := lang.Text{}
	for tag, name := range called(c, content, by.Party) {
		if then := c.NameOn(by.Party, tag, by.Day()).Full; then != c.PartyName(by.Party, tag).Full {
			name = then
		}
		out[tag] = name
	}
	return out
}

// named is what the sealed text calls a party, by language.
func named(content *proof.Content, id charter.PartyID) lang.Text {
	i := slices.IndexFunc(content.Parties, func(p proof.Party) bool { return p.ID == string(id) })
	if i < 0 {
		return nil
	}
	return content.Parties[i].Names
}
