package view

import (
	"slices"

	"entente.example/internal/charter"
	"entente.example/internal/commitment"
	"entente.example/internal/text"
	"entente.example/lang"
)

// matrix puts each owner's own report beside the others' assessments.
func (f From) matrix(s *commitment.State) []Column {
	var out []Column
	for _, cell := range s.Matrix(f.Charter()) {
		sides := f.sidesOf([]string{cell.Side})
		if len(sides) == 0 {
			continue
		}
		col := Column{Side: sides[0]}
		if cell.Report != nil {
			col.Voices = append(col.Voices, f.judgment(s, *cell.Report, "act.commitment.report"))
		}
		for _, a := range cell.Assessed {
			col.Voices = append(col.Voices, f.judgment(s, a, "act.commitment.assess"))
		}
		out = append(out, col)
	}
	return out
}

func (f From) judgment(s *commitment.State, j commitment.Judgment, key string) Voice {
	v := f.said(j.By, key, j.Text)
	v.Choice, v.Line = j.Status, j.Meeting
	if j.Milestone != "" {
		v.Milestone = s.Step(f.Charter(), j.Milestone)
	}
	return v
}

func (f From) commitment(m *Matter, s *commitment.State) error {
	now, agreed := s.Standing(f.Charter())
	if now == nil {
		return nil
	}
	if !agreed {
		m.Notes = append(m.Notes, "web.not_concurred")
	}
	m.Facts = append(m.Facts, Fact{Key: "field.owners", Sides: f.sidesOf(now.Owners)})
	if now.Text != "" {
		label, stands, err := f.cited(now.Text, text.ParaID(now.Paragraph))
		if err != nil {
			return err
		}
		m.Facts = append(m.Facts, Fact{Key: "field.paragraph", Line: now.Text + " ¶ " + label, Link: "/texts/" + now.Text + "#p-" + now.Paragraph})
		if !stands {
			m.Notes = append(m.Notes, "web.paragraph_gone")
		}
	}
	for key, t := range map[string]lang.Text{"field.indicator": now.Indicator, "field.recurring": now.Recurring} {
		if len(t) > 0 {
			m.Facts = append(m.Facts, Fact{Key: key, Text: t})
		}
	}
	sortFacts(m.Facts)
	m.Columns = f.matrix(s)
	m.Dues = newDues(f.dueRows(s), f.today())
	for _, r := range s.Sessions(f.Charter()) {
		item, err := f.reviewed(s, r)
		if err != nil {
			return err
		}
		m.Reviews = append(m.Reviews, item)
	}
	for _, ms := range now.Milestones {
		item := Item{ID: ms.ID, Title: ms.Title}
		if ms.Due != "" {
			item.Facts = append(item.Facts, Fact{Key: "field.due", Day: ms.Due})
		}
		for _, r := range s.Reports {
			if r.Milestone == ms.ID {
				item.Track = append(item.Track, f.judgment(s, r, "act.commitment.report"))
			}
		}
		m.Items = append(m.Items, item)
	}
	for i, e := range s.Entered {
		v := f.said(e.By, "act.commitment.enter", e.Title)
		v.Past = i > 0 && e.Act != now.Act
		m.Track = append(m.Track, v)
		for _, by := range e.Concurs {
			m.Track = append(m.Track, f.voice(by, "act.commitment.concur"))
		}
	}
	for _, r := range s.Reports {
		m.Track = append(m.Track, f.judgment(s, r, "act.commitment.report"))
	}
	for _, a := range s.Views {
		m.Track = append(m.Track, f.judgment(s, a, "act.commitment.assess"))
	}
	for _, r := range s.Reviews {
		m.Track = append(m.Track, f.judgment(s, r, "act.commitment.review"))
	}
	for _, n := range s.Noted {
		v := f.voice(n.By, "act.commitment.acknowledge")
		v.Line = n.Note
		m.Track = append(m.Track, v)
	}
	for _, x := range now.Milestones {
		m.Refs["milestone"] = append(m.Refs["milestone"], Ref{x.ID, x.Title})
	}
	for _, j := range s.Unread(f.Charter(), charter.PartyID(f.Self)) {
		m.Refs["judgment"] = append(m.Refs["judgment"], Ref{j.Act, j.Text})
	}
	for _, e := range s.Awaits(f.Charter(), charter.PartyID(f.Self)) {
		m.Refs["entered"] = append(m.Refs["entered"], Ref{e.Act, e.Title})
	}
	return nil
}

// reviewed is what a review session came to about a side: what all parties agree on, or what each of them says.
func (f From) reviewed(s *commitment.State, r commitment.Reviewed) (Item, error) {
	item := Item{Facts: []Fact{pointsAt("web.review_at", r.Meeting)}}
	if sides := f.sidesOf([]string{r.Side}); len(sides) > 0 {
		item.Title = sides[0].Label
	}
	switch {
	case r.Agreed:
		item.Facts = append(item.Facts, Fact{Key: "web.review_agreed", Choice: r.By[0].Status})
	case slices.ContainsFunc(r.By, func(j commitment.Judgment) bool { return j.Status != "" }): // where there are only words, there is no step to agree on
		var by []charter.PartyID
		for _, j := range r.By {
			by = append(by, j.Party)
		}
		item.Facts = append(item.Facts, Fact{Key: "web.review_apart", Parties: f.partiesOf(by)})
	}
	for _, j := range r.By {
		v := f.judgment(s, j, "act.commitment.review")
		v.Line = ""
		item.Track = append(item.Track, v)
	}
	return item, f.name(item.Facts)
}
