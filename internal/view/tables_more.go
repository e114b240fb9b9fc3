package view

import (
	"strconv"
	"strings"

	"entente.example/internal/table"
)

// wholeRecord is every entry, the newest first, as the pages of the record list them one after the other.
func (f From) wholeRecord() (out []Row, err error) {
	if out, err = f.waiting(); err != nil {
		return nil, err
	}
	for before := int64(0); ; {
		rows, older, err := f.Rows(before, pageRows)
		if err != nil {
			return nil, err
		}
		if out = append(out, rows...); !older {
			return out, nil
		}
		before = rows[len(rows)-1].lam // all of this place are here
	}
}

func recordTable(rows []Row) table.Table {
	g := grid{name: ListRecord}
	for _, r := range rows {
		g.row()
		g.put("table.id", table.Line(r.ID))
		g.put("table.number", table.Line(strconv.FormatInt(r.Turn, 10)))
		g.put("web.party", table.Cell{partyValue(r.Party)})
		g.put("web.member", table.Line(r.Member))
		g.put("web.when_claimed", table.Line(moment(r.At)))
		g.put("web.what", table.Line(r.Type))
		g.put("web.matter", table.Line(r.Matter))
		g.put("table.title", table.Words(r.Title))
		if r.Void != nil {
			g.put("table.void", table.Cell{{Key: r.Void.Key, Params: r.Void.Params}})
		}
		g.put("table.not_in_effect", table.Mark(r.Waiting))
	}
	return g.table()
}

// about is what something of ours belongs to.
func (g *grid) about(p OurPlace) {
	g.put("web.matter", table.Line(p.Matter))
	g.put("ours.place", table.Line(p.Place))
}

// NotesTable lists what our side wrote.
func (o OursOn) NotesTable() table.Table {
	g := grid{name: ListNotes}
	for _, n := range o.Notes {
		g.row()
		g.put("table.id", table.Line(n.ID))
		g.about(n.OurPlace)
		g.put("ours.kind", table.Says("ours.kind_"+n.Kind))
		g.put("ours.from_office", table.Line(n.Office))
		g.put("web.member", table.Line(n.Member))
		g.put("web.when", table.Line(moment(n.At)))
		g.put("ours.words", table.Line(n.Words))
	}
	return g.table()
}

// TasksTable lists what is to be done.
func (o OursOn) TasksTable() table.Table {
	g := grid{name: ListTasks}
	for _, t := range o.Tasks {
		g.row()
		g.put("table.id", table.Line(t.ID))
		g.about(t.OurPlace)
		g.put("ours.what", table.Line(t.Words))
		g.put("ours.for", table.Line(t.For))
		g.put("table.due", table.Line(t.Due))
		g.put("table.overdue", table.Mark(t.Overdue))
		g.put("web.member", table.Line(t.Member))
	}
	return g.table()
}

// AskedTable lists who was asked to meetings by mail, and who comes.
func (o OursOn) AskedTable() table.Table {
	g := grid{name: ListAsked}
	for _, a := range o.Asked {
		g.row()
		g.put("table.id", table.Line(a.ID))
		g.put("table.meeting", table.Line(a.Meeting))
		g.put("calendar.who", table.Line(a.Who))
		g.put("calendar.days_asked", table.Line(strings.TrimSuffix(a.From+"/"+a.Until, "/")))
		says := "calendar.answer_awaited"
		if a.Says != "" {
			says = "calendar.answer_" + a.Says
		}
		g.put("field.status", table.Says(says))
		g.put("calendar.delegate_who", table.Line(a.Delegate))
		g.put("calendar.for_who", table.Line(a.For))
		if p := a.Proposed; p != nil {
			g.put("calendar.days_proposed", table.Line(strings.TrimSpace(strings.TrimSuffix(p.From+"/"+p.Until, "/")+" "+p.Clock)))
		}
		g.put("calendar.answer_old", table.Mark(a.Old))
		g.put("calendar.answer_unasked", table.Mark(!a.Asked))
		g.put("ours.words", table.Line(a.Comment))
		g.put("table.answered", table.Line(moment(a.At)))
	}
	return g.table()
}

// ClearancesTable lists the drafts that go round, a line for each office.
func (o OursOn) ClearancesTable() table.Table {
	g := grid{name: ListClearances}
	for _, c := range o.Rounds {
		for _, s := range c.Stands {
			g.row()
			g.put("table.id", table.Line(c.ID))
			g.about(c.OurPlace)
			g.put("ours.name", table.Line(c.Title))
			g.put("web.member", table.Line(c.Member))
			g.put("table.version", table.Number(c.Newest().Number))
			g.put("table.due", table.Line(moment(c.Due)))
			g.put("table.overdue", table.Mark(c.Late))
			g.put("ours.asked", table.Line(s.Office))
			g.put("field.status", table.Says("ours.verdict_"+s.Verdict))
			g.put("ours.words", table.Line(s.Words))
			g.put("table.answered", table.Line(moment(s.At)))
		}
	}
	return g.table()
}
