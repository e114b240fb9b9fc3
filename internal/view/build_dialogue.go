package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/clocks"
	"entente.example/internal/commitment"
	"entente.example/internal/concern"
	"entente.example/internal/conversation"
	"entente.example/internal/dialogue"
	"entente.example/internal/document"
	"entente.example/internal/glance"
	"entente.example/internal/glossary"
	"entente.example/internal/guest"
	"entente.example/internal/meeting"
	"entente.example/internal/membership"
	"entente.example/internal/minutes"
	"entente.example/internal/outsider"
	"entente.example/internal/paper"
	"entente.example/internal/programme"
	"entente.example/internal/readout"
	"entente.example/internal/record"
	"entente.example/internal/silence"
	"entente.example/internal/text"
	"entente.example/internal/topic"
	"entente.example/internal/workdays"
	"entente.example/lang"
	"entente.example/refusal"
)

// desk is what the forms of a kind need for a member.
func (f From) desk(k dialogue.Kind, member string) (Desk, error) {
	doc := f.Charter().Document()
	own, _ := doc.Party(charter.PartyID(f.Self))
	d := Desk{Languages: []lang.Tag{own.Language}, Sides: f.sides(), Own: own.Language, Refs: map[string][]Ref{}, May: map[string]bool{}}
	for _, l := range doc.Languages {
		if l != own.Language {
			d.Languages = append(d.Languages, l)
		}
	}
	for _, a := range k.Acts {
		d.May[a.Type] = f.Charter().May(charter.PartyID(f.Self), member, a.Type, f.Now) == nil
		for _, field := range a.Fields {
			if field.Form == dialogue.Ref && d.Refs[field.To] == nil {
				refs, err := f.refs(field.To)
				if err != nil {
					return d, err
				}
				d.Refs[field.To] = refs
			}
		}
	}
	return d, nil
}

// Repeat lets the form of an act begin with what stands, nil for nothing.
func (d *Desk) Repeat(k dialogue.Kind, typ string, stands entry.Body) {
	a, ok := k.Act(typ)
	if !ok || stands == nil {
		return
	}
	if d.Again == nil {
		d.Again = map[string]dialogue.Values{}
	}
	if v := a.Unfill(stands, d.Own); v != nil {
		d.Again[typ] = v
	}
}

// refs lists what a field can point at, if that is a matter.
func (f From) refs(kind string) ([]Ref, error) {
	switch kind {
	case "party":
		return f.partyRefs(), nil
	case "shown":
		meetings, err := f.matterRefs("meeting", "meeting/")
		if err != nil {
			return nil, err
		}
		texts, err := f.textRefs("text/")
		return append(meetings, texts...), err
	case "session":
		return f.matterRefs("meeting", "meeting/")
	case "matter":
		return f.anyRefs()
	case "text":
		return f.textRefs("")
	}
	return f.matterRefs(kind, "")
}

// anyRefs are matters of the kinds that others speak of. A form takes what is typed as well, so of many it is enough to offer some.
func (f From) anyRefs() ([]Ref, error) {
	out, err := f.refs("shown")
	for _, kind := range []string{"topic", "concern", "commitment", "paper", "minutes", "readout"} {
		if err != nil || len(out) > RefsShown {
			break
		}
		var more []Ref
		more, err = f.matterRefs(kind, kind+"/")
		out = append(out, more...)
	}
	return out[:min(len(out), RefsShown+1)], err
}

// row is a matter in a list.
func (f From) matterRow(st any) MatterRow {
	c := f.Charter()
	switch s := st.(type) {
	case *meeting.State:
		return f.meetingRow(s)
	case *topic.State:
		title, _ := s.Neutral(c)
		by := s.RaisedBy(c)
		return MatterRow{ID: s.ID, Title: title, By: f.sidesOf(by), OneSided: len(by) == 1}
	case *concern.State:
		if s.Raised == nil {
			return MatterRow{ID: s.ID}
		}
		return MatterRow{ID: s.ID, Title: s.Raised.Text, Status: s.Status(c), Due: s.Due(c), Overdue: s.Overdue(c, f.today()), By: f.sidesOf([]string{s.Raised.Side})}
	case *commitment.State:
		now, _ := s.Standing(c)
		if now == nil {
			return MatterRow{ID: s.ID}
		}
		return MatterRow{ID: s.ID, Title: now.Title, Due: now.Due, Overdue: s.Overdue(c, f.today()), By: f.sidesOf(now.Owners), Columns: f.matrix(s)}
	case *programme.State:
		if now := s.Now(); now != nil {
			return MatterRow{ID: s.ID, Title: now.Title, Status: now.Track, By: f.sidesOf(now.Owners)}
		}
		return MatterRow{ID: s.ID}
	case *paper.State:
		if s.Sent == nil {
			return MatterRow{ID: s.ID}
		}
		r := MatterRow{ID: s.ID, Title: s.Sent.Title, Status: s.Sent.Kind, Party: f.by(s.Sent.By), By: f.sidesOf([]string{s.Sent.Side})}
		if s.Withdrawn != nil {
			r.Status = concern.Withdrawn
		}
		return r
	case *silence.State:
		return f.silenceRow(s)
	case *readout.State:
		return f.readoutRow(s)
	case *minutes.State:
		return f.minutesRow(s)
	case *glossary.State:
		return f.termRow(s)
	case *workdays.State:
		return f.yearRow(s)
	case *membership.State:
		return f.membershipRow(s)
	case *guest.State:
		return f.guestRow(s)
	case *outsider.State:
		return f.witnessRow(s)
	case *document.State:
		return f.foundingRow(s)
	case *conversation.State:
		if s.Opened == nil {
			return MatterRow{ID: s.ID}
		}
		return MatterRow{ID: s.ID, Title: s.Opened.Title, Unread: s.Unread(charter.PartyID(f.Self)), By: f.sidesOf([]string{c.SideOf(s.Opened.Party)})}
	}
	return MatterRow{}
}

// subject is the state of a matter. A party's place in the mechanism is there before anything is said of it.
func (f From) subject(k dialogue.Kind, id string) (record.Subject, error) {
	if k.ID == membership.Kind && f.Charter().Ordinal(charter.PartyID(id)) >= 0 {
		return f.Snapshot.Membership(charter.PartyID(id))
	}
	return f.Subject(k.Matter(id))
}

// Matter builds the page of one matter.
func (f From) Matter(kind, id, member string, at At) (Matter, error) {
	k, ok := dialogue.Find(kind)
	if !ok {
		return Matter{}, refusal.New(refusal.Missing, "dialogue.no_kind", "kind", kind)
	}
	st, err := f.subject(k, id)
	if err != nil {
		return Matter{}, err
	}
	chrome, err := f.ChromeOf(k.Matter(id))
	if err != nil {
		return Matter{}, err
	}
	row := f.matterRow(st)
	m := Matter{Chrome: chrome, Kind: kind, ID: id, Title: row.Title, Status: row.Status, Due: row.Due, Overdue: row.Overdue}
	if m.Desk, err = f.desk(k, member); err != nil {
		return m, err
	}
	for _, typ := range st.(dialogue.Offering).Offers(f.Charter(), charter.PartyID(f.Self)) {
		if m.May[typ] {
			m.Offers = append(m.Offers, typ)
		}
	}
	if r, ok := st.(dialogue.Repeating); ok {
		for _, typ := range m.Offers {
			m.Repeat(k, typ, r.Again(charter.PartyID(f.Self), typ))
		}
	}
	err = f.fill(&m, st)
	slices.SortStableFunc(m.Track, func(a, b Voice) int { return a.At.Compare(b.At) })
	m.Track, m.TrackCut = PartBefore(m.Track, at.Track, trackShown)
	return m, err
}

// fill puts on a page what its kind of matter has.
func (f From) fill(m *Matter, st record.Subject) error {
	if err := f.fillIn(m, st); err != nil {
		return err
	}
	return f.name(m.Facts)
}

func (f From) fillIn(m *Matter, st record.Subject) error {
	switch s := st.(type) {
	case *meeting.State:
		return f.meeting(m, s)
	case *topic.State:
		return f.topic(m, s)
	case *concern.State:
		f.concern(m, s)
	case *commitment.State:
		return f.commitment(m, s)
	case *programme.State:
		f.programme(m, s)
	case *paper.State:
		return f.paper(m, s)
	case *silence.State:
		f.silence(m, s)
	case *readout.State:
		f.readout(m, s)
	case *minutes.State:
		f.minutes(m, s)
	case *glossary.State:
		f.term(m, s)
	case *workdays.State:
		f.year(m, s)
	case *membership.State:
		return f.membership(m, s)
	case *guest.State:
		f.guest(m, s)
	case *outsider.State:
		f.witness(m, s)
	case *document.State:
		return f.founding(m, s)
	case *conversation.State:
		f.thread(m, s)
	}
	return nil
}

func (f From) topic(m *Matter, s *topic.State) error {
	c := f.Charter()
	_, agreed := s.Neutral(c)
	if !agreed {
		m.Notes = append(m.Notes, "web.title_not_agreed")
	}
	if len(s.RaisedBy(c)) == 1 {
		m.Notes = append(m.Notes, "web.one_sided")
	}
	m.Facts = append(m.Facts, Fact{Key: "web.raised_by", Sides: f.sidesOf(s.RaisedBy(c))})
	for _, r := range s.Raised {
		m.Track = append(m.Track, f.said(r.By, "act.topic.raise", r.Note))
	}
	contested := false
	for _, side := range f.sides() {
		col := Column{Side: side}
		for _, p := range side.Parties {
			if said, ok := s.Position(p.ID); ok {
				col.Voices = append(col.Voices, f.said(said.By, "act.topic.position", said.Text))
			}
			for _, t := range s.Terms(p.ID) {
				v := f.said(t.By, "act.topic.term", lang.Text{t.Language: t.Term})
				v.Line, contested = t.Note, true
				col.Voices = append(col.Voices, v)
			}
			f.topicHistory(m, s.Own[p.ID])
		}
		m.Columns = append(m.Columns, col)
	}
	if contested {
		m.Notes = append(m.Notes, "web.without_prejudice")
	}
	g, err := f.glance()
	if err != nil {
		return err
	}
	for _, t := range g.Texts() {
		for _, p := range t.Topics {
			if p.Topic == s.ID {
				m.Facts = append(m.Facts, Fact{Key: "web.spoken_of_in", Text: t.Title(), Line: "¶ " + p.Label, Link: "/texts/" + t.ID + "#p-" + string(p.Paragraph)})
			}
		}
	}
	return f.underTopic(m, g, s.ID)
}

// underTopic lists the concerns raised under an issue, those that are still open first.
func (f From) underTopic(m *Matter, g *glance.Glance, id string) error {
	over := func(c *glance.Matter) int {
		return map[bool]int{true: 1}[c.Turn.Status == concern.Settled || c.Turn.Status == concern.Withdrawn]
	}
	all := g.Pointing("concern", "topic/"+id)
	slices.SortStableFunc(all, func(a, b *glance.Matter) int { return over(a) - over(b) })
	for _, c := range all {
		st, err := g.State(f.Snapshot, c.Key)
		if err != nil {
			return err
		}
		if s, ok := st.(*concern.State); ok && s.Raised != nil {
			m.Facts = append(m.Facts, Fact{Key: "web.concern_under", Text: s.Raised.Text, Choice: c.Turn.Status, Link: "/concerns/" + c.ID})
		}
	}
	return nil
}

func (f From) topicHistory(m *Matter, o *topic.Corner) {
	if o == nil {
		return
	}
	for i, p := range o.Positions {
		v := f.said(p.By, "act.topic.position", p.Text)
		v.Past = i < len(o.Positions)-1
		m.Track = append(m.Track, v)
	}
	for _, p := range o.Titles {
		m.Track = append(m.Track, f.said(p.By, "act.topic.title", p.Text))
	}
	for i, w := range o.Terms {
		v := f.said(w.By, "act.topic.term", lang.Text{w.Language: w.Term})
		v.Line, v.Past = w.Note, slices.ContainsFunc(o.Terms[i+1:], func(later topic.Termed) bool { return later.Language == w.Language })
		m.Track = append(m.Track, v)
	}
	for _, r := range o.Rests {
		key := "act.topic.rest"
		if !r.Rest {
			key = "act.topic.resume"
		}
		v := f.voice(r.By, key)
		v.Line = r.Reason
		m.Track = append(m.Track, v)
	}
}

func (f From) concern(m *Matter, s *concern.State) {
	if s.Raised == nil {
		return
	}
	m.Words = s.Raised.Text
	m.Facts = append(m.Facts, Fact{Key: "web.raised_by", Sides: f.sidesOf([]string{s.Raised.Side})}, Fact{Key: "field.to", Sides: f.sidesOf(s.Raised.To)})
	if s.Raised.Topic != "" {
		m.Facts = append(m.Facts, pointsAt("kind.topic", "topic/"+s.Raised.Topic))
	}
	if s.Due(f.Charter()) == "" {
		m.Facts = append(m.Facts, Fact{Key: "field.due", Day: s.Raised.Due})
	}
	m.Track = append(m.Track, f.said(s.Raised.By, "act.concern.raise", s.Raised.Text))
	for _, r := range s.Receipts {
		v := f.voice(r.By, "act.concern.acknowledge")
		v.Line = r.Note
		m.Track = append(m.Track, v)
	}
	for _, a := range s.Answers {
		m.Track = append(m.Track, f.said(a.By, "act.concern.answer", a.Text))
	}
	for _, t := range s.Turns {
		m.Track = append(m.Track, f.said(t.By, map[string]string{concern.Settled: "act.concern.settle", concern.Reopened: "act.concern.reopen", concern.Withdrawn: "act.concern.withdraw"}[t.Status], t.Text))
	}
}

// sortFacts puts facts that came in no order into one.
func sortFacts(all []Fact) {
	slices.SortFunc(all, func(a, b Fact) int { return strings.Compare(a.Key, b.Key) })
}

// cited is how a paragraph is called that is cited by its id, and whether its text still has it. Of a text that is not on this record nothing is said: the citation stands as it was written.
func (f From) cited(id string, paragraph text.ParaID) (label string, stands bool, err error) {
	if paragraph == "" {
		return "", true, nil
	}
	t, err := f.Snapshot.Tabled(id)
	if err != nil && refusal.As(err).Kind == refusal.Missing {
		return string(paragraph), true, nil
	}
	if err != nil {
		return "", false, err
	}
	label = string(paragraph)
	p := t.Para(paragraph)
	if p == nil {
		return label, false, nil
	}
	if label = p.Label; t.Frozen(f.Charter()) != nil {
		label = cmp.Or(t.FinalLabels(f.Charter())[p.ID], label)
	}
	return label, slices.Contains(t.Stands(f.Charter()), p), nil
}

func (f From) programme(m *Matter, s *programme.State) {
	now := s.Now()
	if now == nil {
		return
	}
	m.Facts = append(m.Facts, Fact{Key: "field.track", Choice: now.Track}, Fact{Key: "field.owners", Sides: f.sidesOf(now.Owners)})
	if len(now.Frequency) > 0 {
		m.Facts = append(m.Facts, Fact{Key: "field.frequency", Text: now.Frequency})
	}
	if now.PerSide > 0 {
		m.Facts = append(m.Facts, Fact{Key: "field.per_side", Line: fmt.Sprint(now.PerSide)})
	}
	for _, e := range s.Entered {
		m.Track = append(m.Track, f.said(e.By, "act.programme.enter", e.Title))
	}
	for _, t := range s.Visits {
		v := t.Now()
		m.Refs["visit"] = append(m.Refs["visit"], Ref{t.ID, v.Purpose})
		item := Item{ID: t.ID, Title: v.Purpose, Facts: []Fact{{Key: "field.status", Choice: v.Status}, {Key: "field.host", Sides: f.sidesOf([]string{v.Host})}}}
		if v.From != "" {
			item.Facts = append(item.Facts, Fact{Key: "field.from", Day: v.From})
		}
		if v.Until != "" {
			item.Facts = append(item.Facts, Fact{Key: "field.until", Day: v.Until})
		}
		if len(v.Places) > 0 {
			item.Facts = append(item.Facts, Fact{Key: "field.places", Text: v.Places})
		}
		for i, h := range t.History {
			x := f.said(h.By, "act.programme.visit", h.Reason)
			x.Choice, x.Day, x.DayEnd, x.Past = h.Status, h.From, h.Until, i < len(t.History)-1
			item.Track = append(item.Track, x)
		}
		for _, p := range f.parties() {
			if who, ok := t.Participants[string(p.ID)]; ok {
				x := f.said(who.By, "act.programme.participants", who.Capacities)
				x.Line = fmt.Sprint(who.Count)
				item.Track = append(item.Track, x)
			}
		}
		for _, r := range t.Reports {
			item.Track = append(item.Track, f.said(r.By, "act.programme.report", r.Text))
		}
		m.Items = append(m.Items, item)
	}
}

// deadline is an instant, and beside it what the clocks of the zone in which it was meant show then.
func deadline(instant, zone string) Fact {
	at, err := time.Parse(time.RFC3339, instant)
	if err != nil {
		return Fact{Key: "web.deadline", Line: strings.TrimSpace(instant + " " + zone)}
	}
	out := Fact{Key: "web.deadline", At: at, Line: zone}
	if where, ok := clocks.Of(zone); ok {
		out.Line = at.In(where).Format(clocks.Wall) + " " + zone
	}
	return out
}

func (f From) paper(m *Matter, s *paper.State) error {
	if s.Sent == nil {
		return nil
	}
	m.Words = s.Sent.Text
	m.Facts = append(m.Facts, Fact{Key: "field.kind", Choice: s.Sent.Kind}, Fact{Key: "web.sent_by", Sides: f.sidesOf([]string{s.Sent.Side})}, Fact{Key: "field.to", Sides: f.sidesOf(s.Sent.To)})
	if s.Sent.Purpose != "" {
		m.Facts = append(m.Facts, Fact{Key: "field.purpose", Choice: s.Sent.Purpose})
	}
	if s.Sent.Registry != "" {
		m.Facts = append(m.Facts, Fact{Key: "web.registry_of_sender", Line: s.Sent.Registry})
	}
	if s.Sent.Deadline != "" {
		m.Facts = append(m.Facts, deadline(s.Sent.Deadline, s.Sent.Zone))
	}
	if s.Sent.ReplyTo != "" {
		m.Facts = append(m.Facts, Fact{Key: "field.reply_to", Line: s.Sent.ReplyTo, Link: matterPath("paper", s.Sent.ReplyTo)})
	}
	m.Track = append(m.Track, f.voice(s.Sent.By, "act.paper.send"))
	for _, r := range s.Receipts {
		v := f.voice(r.By, "act.paper.receive")
		v.Line = r.Registry
		m.Track = append(m.Track, v)
	}
	for _, t := range s.Translations {
		m.Track = append(m.Track, f.said(t.By, "act.paper.translate", lang.Text{t.Language: strings.TrimSpace(t.Title + "\n" + t.Text)}))
	}
	if s.Withdrawn != nil {
		v := f.voice(s.Withdrawn.By, "act.paper.withdraw")
		v.Line = s.Withdrawn.Reason
		m.Track, m.Notes = append(m.Track, v), append(m.Notes, "web.paper_withdrawn")
	}
	g, err := f.glance()
	if err != nil {
		return err
	}
	replies, err := g.Replies(f.Snapshot, s.ID)
	if err != nil {
		return err
	}
	for _, r := range replies {
		m.Facts = append(m.Facts, Fact{Key: "web.answered_by", Line: r.ID, Link: matterPath("paper", r.ID)})
	}
	return f.exchange(m, s, g, replies)
}

// exchange says which answers a paper waits for and what they have come to, and lets our side begin its own.
func (f From) exchange(m *Matter, s *paper.State, g *glance.Glance, replies []*paper.State) error {
	x := s.Exchange(f.Charter(), replies)
	if s.Sent.Kind == "exchange_of_notes" {
		m.Facts = append(m.Facts, Fact{Key: "web.note_digest", Line: s.Sent.Digest})
		if x.Agreement {
			m.Notes = append(m.Notes, "web.notes_agree")
		}
	}
	var awaited []Party
	for _, a := range x.Awaited {
		awaited = append(awaited, f.party(a.Party))
	}
	if len(awaited) > 0 {
		m.Facts = append(m.Facts, Fact{Key: "web.answer_awaited", Parties: awaited})
	}
	me := charter.PartyID(f.Self)
	k, _ := dialogue.Find("paper")
	send := k.Opening()
	if s.Withdrawn != nil || s.Sent.Party == me || !slices.Contains(s.Sent.To, f.Charter().SideOf(me)) || !m.May[send.Type] {
		return nil
	}
	m.Next = f.next(k, g, g.Kind("paper"))
	begin := func(key string, agree bool) {
		b := s.Reply(f.Charter(), me, agree)
		if v := send.Unfill(&b, m.Own); v != nil {
			m.Begins = append(m.Begins, Begin{Key: key, Values: v})
		}
	}
	if s.Asks(f.Charter(), me) == paper.AsksAgreement && !slices.ContainsFunc(x.Replies, func(r paper.Answered) bool { return r.Party == me && r.Agrees && !r.Withdrawn }) {
		begin("kind.paper_agree", true)
	}
	begin("kind.paper_reply", false)
	return nil
}

func (f From) thread(m *Matter, s *conversation.State) {
	if s.Opened == nil {
		return
	}
	if s.Opened.About != "" {
		fact := Fact{Key: "field.about", Line: s.Opened.About}
		kind, id, _ := strings.Cut(s.Opened.About, "/")
		if fact.Link = matterPath(kind, id); kind == "text" {
			fact.Link = "/texts/" + id
		}
		if text, paragraph := s.Opened.Place(); text != "" {
			fact.Line, fact.Link = fact.Line+" ¶ "+paragraph, fact.Link+"#p-"+paragraph
		}
		m.Facts = append(m.Facts, fact)
	}
	m.Track = append(m.Track, f.voice(s.Opened.By, "act.thread.open"))
	for _, msg := range s.Messages {
		v := f.said(msg.By, "act.thread.say", msg.Text)
		for _, r := range s.Reads {
			if r.UpTo == msg.Act {
				v.Line = strings.TrimPrefix(v.Line+", "+r.Member, ", ")
			}
		}
		m.Track = append(m.Track, v)
	}
	if n := len(s.Messages); n > 0 {
		m.Refs["message"] = []Ref{{s.Messages[n-1].Act, s.Messages[n-1].Text}}
	}
}
