package chancery

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"strings"
	"time"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/internal/clocks"
	"entente.example/internal/commitment"
	"entente.example/internal/concern"
	"entente.example/internal/conversation"
	"entente.example/internal/document"
	"entente.example/internal/line"
	"entente.example/internal/meeting"
	"entente.example/internal/minutes"
	"entente.example/internal/node"
	"entente.example/internal/paper"
	"entente.example/internal/programme"
	"entente.example/internal/readout"
	"entente.example/internal/silence"
	"entente.example/internal/subject"
	"entente.example/internal/text"
	"entente.example/proof"
	"entente.example/refusal"
)

// instantLayout is how acts write instants.
const instantLayout = "2006-01-02T15:04:05Z"

// sound refuses what the record would take and its author cannot mean: a zone that does not exist, an instant that has passed by the clock of the house, a paragraph that the text has no more, a meeting or another matter on which nobody has acted. The
// fold cannot say any of it: it knows no clock and no zones, and the text may change on another node at the same time. So no entry becomes void by it; who writes is told before it leaves.
func (c *Chancery) sound(ctx context.Context, mech, matter string, b entry.Body) error {
	if b, ok := body[paper.Send](b); ok {
		return cmp.Or(zoned(b.Deadline, b.Zone), c.ahead(b.Deadline))
	}
	if b, ok := body[readout.Put](b); ok {
		return cmp.Or(ofWhat(b.Of), c.ahead(b.Until))
	}
	if b, ok := body[minutes.Circulate](b); ok {
		return ofWhat(b.Of)
	}
	if b, ok := body[minutes.Correct](b); ok {
		return c.corrects(ctx, mech, matter, b)
	}
	if b, ok := body[readout.Withdraw](b); ok && b.Instead != "" {
		return c.named(ctx, mech, "readout/"+b.Instead, "readout.instead", "readout", b.Instead)
	}
	if b, ok := body[document.Deposit](b); ok && b.Act != "" {
		return subject.Choice(b.Act, "made", document.Acts...)
	}
	if b, ok := body[meeting.Programme](b); ok {
		return zone(b.Zone)
	}
	if b, ok := body[line.Propose](b); ok {
		return forward(b.Holidays)
	}
	if b, ok := body[commitment.Enter](b); ok {
		return c.cited(ctx, mech, b.Text, b.Paragraph)
	}
	if b, ok := body[text.Declare](b); ok {
		return c.cited(ctx, mech, strings.TrimPrefix(matter, "text/"), string(b.Paragraph))
	}
	if b, ok := body[text.Reserve](b); ok {
		return c.cited(ctx, mech, strings.TrimPrefix(matter, "text/"), string(b.Paragraph))
	}
	if b, ok := body[text.Confirm](b); ok {
		_, err := c.complete(ctx, mech, matter, func(t *text.State, ch *charter.State, me charter.PartyID) (entry.Body, error) {
			return nil, t.WhyNotConfirm(ch, me, b)
		})
		return err
	}
	if b, ok := body[meeting.Enter](b); ok {
		return c.daysStand(ctx, mech, matter, b)
	}
	if b, ok := body[concern.Raise](b); ok && b.Topic != "" {
		return c.named(ctx, mech, "topic/"+b.Topic, "concern.no_topic", "topic", b.Topic)
	}
	if b, ok := body[programme.Enter](b); ok && b.Text != "" {
		return c.named(ctx, mech, "text/"+b.Text, "programme.no_text", "text", b.Text)
	}
	if matter, meeting := spokenOf(b); matter != "" {
		if meeting && !strings.HasPrefix(matter, "meeting/") {
			return refusal.New(refusal.Invalid, "dialogue.no_meeting", "matter", matter)
		}
		return c.Stands(ctx, mech, matter)
	}
	return c.restsOn(ctx, mech, b)
}

// ofWhat refuses a readout or minutes of what is no meeting and no text. They may be of a meeting that nobody has put on the record, but nobody would find those of a name that the record never writes.
func ofWhat(matter string) error {
	kind, _, _ := strings.Cut(matter, "/")
	if deep := map[string]int{"meeting": 2, "text": 1}[kind]; matter == "" || entry.ValidMatter(matter) && deep > 0 && strings.Count(matter, "/") == deep {
		return nil
	}
	return refusal.New(refusal.Invalid, "dialogue.of_what", "matter", matter)
}

// forward refuses days without calls that end before they begin: the record takes them, and there would be calls on each of them.
func forward(days []line.Holiday) error {
	for _, d := range days {
		if d.To < d.From {
			return refusal.New(refusal.Invalid, "line.ends_before", "from", d.From, "to", d.To)
		}
	}
	return nil
}

// corrects refuses to correct a paragraph that the minutes do not have: the record would take it for a new one at the end, which a slip of the pen is not. A new paragraph says behind which one it stands.
func (c *Chancery) corrects(ctx context.Context, mech, matter string, b minutes.Correct) error {
	return c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		st, err := s.Subject(matter)
		if err != nil && refusal.As(err).Kind == refusal.Missing {
			return nil // the record says it
		}
		if err != nil {
			return err
		}
		if m, ok := st.(*minutes.State); ok && m.Circulated != nil && b.After == "" && !m.Has(b.Paragraph) {
			return refusal.New(refusal.Missing, "minutes.no_paragraph", "paragraph", b.Paragraph)
		}
		return nil
	})
}

// named refuses what names a matter on which nobody has acted, in the words of the act.
func (c *Chancery) named(ctx context.Context, mech, matter, key, param, value string) error {
	return c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		has, err := s.Has(matter)
		if err == nil && !has {
			err = refusal.New(refusal.Missing, key, param, value)
		}
		return err
	})
}

// daysStand refuses to put other days into the place of those that another party has entered: they may have come in after the author last looked. Days that are to change are offered, and agreed by all; and so is a city that
// was agreed with them, over which another one would be shown to nobody.
func (c *Chancery) daysStand(ctx context.Context, mech, matter string, b meeting.Enter) error {
	return c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		m, err := meetingIn(s, matter)
		if err != nil {
			if refusal.As(err).Kind == refusal.Missing {
				return nil
			}
			return err
		}
		stand := m.Meeting
		if o := m.Agreed(s.Charter()); o != nil && b.Convening == "" && b.Status == "planned" && stand.Status == "planned" && len(b.Venues) > 0 && !reflect.DeepEqual(b.Venues, stand.Venues) && !o.Names(b.Venues) {
			return refusal.New(refusal.Conflict, "meeting.place_agreed", "offer", o.Act)
		}
		are := func(from, until string) bool { return from == b.Start && cmp.Or(until, from) == cmp.Or(b.End, b.Start) }
		if m.By == "" || m.By == s.Self || b.Convening != "" || b.Status != "planned" || stand.Status != "planned" || stand.Start == "" || are(stand.Start, stand.End) {
			return nil
		}
		if o := m.Agreed(s.Charter()); o != nil { // the days that its author saw
			if are(o.From, o.Until) {
				return nil
			}
			return refusal.New(refusal.Conflict, "meeting.days_agreed", "from", o.From, "until", cmp.Or(o.Until, o.From))
		}
		return refusal.New(refusal.Conflict, "meeting.days_stand", "party", m.By, "from", stand.Start, "until", cmp.Or(stand.End, stand.Start))
	})
}

// whyNotRead refuses an act that is of versions of a text if its author had read others.
func (c *Chancery) whyNotRead(ctx context.Context, mech, matter string, h text.Having) error {
	_, err := c.complete(ctx, mech, matter, func(t *text.State, ch *charter.State, _ charter.PartyID) (entry.Body, error) {
		return nil, t.WhyNotRead(ch, h.Body, h.Read)
	})
	return err
}

// ofHeld says to a second member, who may have read everything, that the author of what waits had not.
func ofHeld(err error, author string) error {
	r := refusal.As(err)
	if r.Key != "text.changed_since" {
		return err
	}
	return refusal.New(refusal.Conflict, "ours.changed_since", "paragraph", r.Params["paragraph"], "language", r.Params["language"], "party", r.Params["party"], "act", r.Params["act"], "member", author).Because(err)
}

// spokenOf is the matter that an act names and that has to be on the record, "" for an act that names none, and whether it has to be a meeting. Readouts and minutes may be of a meeting that nobody has put there.
func spokenOf(b entry.Body) (matter string, meeting bool) {
	if b, ok := body[commitment.Review](b); ok {
		return b.Meeting, true
	}
	if b, ok := body[silence.Announce](b); ok {
		return b.Meeting, true
	}
	if b, ok := body[conversation.Open](b); ok {
		return b.About, false
	}
	return "", false
}

// restsOn looks at what paragraphs are to cite.
func (c *Chancery) restsOn(ctx context.Context, mech string, b entry.Body) error {
	var cites []string
	if b, ok := body[text.Table](b); ok {
		for _, p := range b.Paragraphs {
			cites = append(cites, p.Cites...)
		}
	}
	if b, ok := body[text.Continue](b); ok {
		for _, p := range b.Paragraphs {
			cites = append(cites, p.Cites...)
		}
	}
	if b, ok := body[text.Revise](b); ok {
		for _, r := range b.Items {
			if r.New != nil {
				cites = append(cites, r.New.Cites...)
			}
			if r.Cites != nil {
				cites = append(cites, *r.Cites...)
			}
		}
	}
	for _, cite := range cites {
		if err := c.earlier(ctx, mech, cite); err != nil {
			return err
		}
	}
	return nil
}

// Sound asks again of acts that wait for a second member what was asked when they were written: a deadline may have passed meanwhile, or a paragraph be there no more, or say something else.
func (c *Chancery) Sound(ctx context.Context, mech, id string) error {
	o, err := c.backroom.Waits(ctx, mech, id)
	if err != nil {
		return err
	}
	for _, a := range o.Acts {
		b, ok := soundBody(a.Type)
		if !ok {
			continue
		}
		if err := entry.DecodeBody(&entry.Entry{Type: a.Type, Body: a.Body}, b); err != nil {
			return err
		}
		if err := c.sound(ctx, mech, o.Matter, b); err != nil {
			return err
		}
		if o.Read == nil {
			continue
		}
		if err := c.whyNotRead(ctx, mech, o.Matter, text.Having{Body: b, Read: o.Read}); err != nil {
			return ofHeld(err, o.Member)
		}
	}
	return nil
}

// soundBody is an empty act of a type of which something is asked before it leaves.
func soundBody(typ string) (entry.Body, bool) {
	all := []entry.Body{&paper.Send{}, &readout.Put{}, &readout.Withdraw{}, &minutes.Circulate{}, &minutes.Correct{}, &document.Deposit{}, &meeting.Programme{}, &meeting.Enter{}, &concern.Raise{}, &programme.Enter{}, &commitment.Enter{}, &line.Propose{}, &text.Declare{}, &text.Reserve{}, &text.Accept{}, &text.Confirm{}, &text.Concord{}, &text.Translate{}, &text.Resolve{}, &text.Table{}, &text.Continue{}, &text.Revise{}}
	i := slices.IndexFunc(all, func(b entry.Body) bool { return b.EntryType() == typ })
	if i < 0 {
		return nil, false
	}
	return all[i], true
}

// body is an act of a type, whether it came from a form, as a pointer, or from code.
func body[T entry.Body](b entry.Body) (out T, ok bool) {
	if p, is := any(b).(*T); is {
		return *p, true
	}
	out, ok = b.(T)
	return out, ok
}

// ahead refuses an instant that has passed. What is no instant at all the record refuses.
func (c *Chancery) ahead(instant string) error {
	if t, err := time.Parse(instantLayout, instant); err == nil && t.Before(c.now()) {
		return refusal.New(refusal.Invalid, "dialogue.instant_passed", "instant", instant)
	}
	return nil
}

// zoned refuses a zone without an instant that it could be the zone of, and one that does not exist.
func zoned(instant, name string) error {
	switch {
	case name == "":
		return nil
	case instant == "":
		return refusal.New(refusal.Invalid, "dialogue.zone_alone", "zone", name)
	}
	return zone(name)
}

// zone refuses what names no clocks.
func zone(name string) error {
	if _, ok := clocks.Of(name); !ok {
		return noZone(name)
	}
	return nil
}

func noZone(name string) error {
	return refusal.New(refusal.Invalid, "dialogue.no_such_zone", "zone", name)
}

// cited refuses to rest on a paragraph that a text of the record does not have, or has no more. A text that is not of this record is its author's own affair.
func (c *Chancery) cited(ctx context.Context, mech, id, paragraph string) error {
	if id == "" || paragraph == "" {
		return nil
	}
	return c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		t, err := s.Tabled(id)
		if err != nil && refusal.As(err).Kind == refusal.Missing {
			return nil
		}
		if err != nil {
			return err
		}
		p, err := t.Find(text.ParaID(paragraph))
		if err != nil {
			return err
		}
		if !slices.Contains(t.Stands(s.Charter()), p) {
			return refusal.New(refusal.Conflict, "text.deleted_paragraph", "text", id, "paragraph", p.Label)
		}
		return nil
	})
}

// earlier refuses to cite a text that is not adopted here, or a paragraph that it does not have. What cites a document is not looked at: it may be deposited later.
func (c *Chancery) earlier(ctx context.Context, mech, cite string) error {
	id, paragraph, ok := proof.CitedText(cite)
	if !ok {
		return nil
	}
	return c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		t, err := s.Tabled(id)
		if err != nil {
			return err
		}
		if t.Parallel() || t.Outcome(s.Charter(), s.Held) != adoption.Adopted {
			return refusal.New(refusal.Conflict, "text.cites_unadopted", "text", id)
		}
		if paragraph == "" || slices.ContainsFunc(t.Stands(s.Charter()), func(p *text.Para) bool { return string(p.ID) == paragraph }) {
			return nil
		}
		return refusal.New(refusal.Missing, "text.cites_paragraph", "text", id, "paragraph", paragraph)
	})
}
