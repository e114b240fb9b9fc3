package view

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/dialogue"
	"entente.example/internal/line"
	"entente.example/internal/table"
	"entente.example/lang"
	"entente.example/refusal"
)

// Lists that are no kind of matter.
const (
	ListTexts       = "texts"
	ListTimeline    = "timeline"
	ListAwaiting    = "awaiting"
	ListChecks      = "checks"
	ListAttachments = "attachments"
	ListDelegations = "delegations"
	ListRecord      = "record"
	ListNotes       = "our-notes" // these four are our side's alone
	ListTasks       = "our-tasks"
	ListClearances  = "our-clearances"
	ListAsked       = "our-asked"
)

// ListNames are the lists that can be had as a table. What is off the record is in none: a table would outlive it, with a name beside each paper.
func ListNames() (out []string) {
	for _, k := range dialogue.Kinds {
		out = append(out, k.Plural)
	}
	return append(out, ListTexts, ListTimeline, ListAwaiting, ListChecks, ListAttachments, ListDelegations, ListRecord, ListNotes, ListTasks, ListClearances, ListAsked)
}

// Table is a list as its page shows it.
func (f From) Table(name, member string) (table.Table, error) {
	i := slices.IndexFunc(dialogue.Kinds, func(k dialogue.Kind) bool { return k.Plural == name })
	if i >= 0 {
		return f.mattersTable(dialogue.Kinds[i], member)
	}
	switch name {
	case ListChecks:
		return f.checksTable(member)
	case ListAwaiting:
		all, err := f.Awaits(member)
		return awaitingTable(all), err
	case ListTexts:
		all, err := f.Texts()
		return Mechanism{Texts: all}.textsTable(), err
	case ListTimeline:
		m, err := f.Mechanism(member, At{})
		return m.timelineTable(), err
	case ListRecord:
		rows, err := f.wholeRecord()
		return recordTable(rows), err
	}
	return table.Table{}, refusal.New(refusal.Missing, "table.no_list", "list", name)
}

// grid collects rows; its columns come in the order in which they are first filled.
type grid struct {
	name    string
	columns []table.Value
	at      map[string]int
	rows    [][]table.Cell
}

// row begins a row.
func (g *grid) row() { g.rows = append(g.rows, make([]table.Cell, len(g.columns))) }

// put adds to the cell under a message key.
func (g *grid) put(key string, c table.Cell) { g.under(key, table.Value{Key: key}, c) }

func (g *grid) under(id string, head table.Value, c table.Cell) {
	i, ok := g.at[id]
	if !ok {
		if g.at == nil {
			g.at = map[string]int{}
		}
		i = len(g.columns)
		g.at[id] = i
		g.columns = append(g.columns, head)
	}
	last := &g.rows[len(g.rows)-1]
	for len(*last) <= i {
		*last = append(*last, nil)
	}
	(*last)[i] = append((*last)[i], c...)
}

// table leaves out the columns in which nothing stands.
func (g *grid) table() table.Table {
	out := table.Table{Name: g.name, Rows: make([][]table.Cell, len(g.rows))}
	for i, head := range g.columns {
		if !slices.ContainsFunc(g.rows, func(r []table.Cell) bool { return i < len(r) && !r[i].Empty() }) {
			continue
		}
		out.Columns = append(out.Columns, head)
		for n, r := range g.rows {
			var c table.Cell
			if i < len(r) {
				c = r[i]
			}
			out.Rows[n] = append(out.Rows[n], c)
		}
	}
	return out
}

func (f From) mattersTable(k dialogue.Kind, member string) (table.Table, error) {
	g := grid{name: k.Plural}
	m, err := f.Matters(k.ID, member, At{Whole: true})
	if err != nil {
		return table.Table{}, err
	}
	for _, group := range m.Groups {
		for _, r := range group.Rows {
			g.row()
			g.matter(group.Key, r)
			st, err := f.subject(k, r.ID)
			if err != nil {
				return table.Table{}, err
			}
			page := Matter{Desk: Desk{Refs: map[string][]Ref{}, May: map[string]bool{}}}
			if err := f.fill(&page, st); err != nil {
				return table.Table{}, err
			}
			for _, fact := range page.Facts {
				g.put(fact.Key, factCell(fact))
			}
			for _, c := range r.Columns {
				g.side(c, k.ID != "term")
			}
		}
	}
	return g.table(), nil
}

func (g *grid) matter(group string, r MatterRow) {
	g.put("table.id", table.Line(r.ID))
	g.put("table.title", table.Words(r.Title))
	g.put("table.group", table.Says(group))
	if r.Status != "" {
		g.put("field.status", table.Says("choice."+r.Status))
	}
	g.put("field.due", table.Line(r.Due))
	g.put("table.overdue", table.Mark(r.Overdue))
	g.put("table.day", table.Line(r.Day))
	g.put("table.last_day", table.Line(r.DayEnd))
	if r.Party != nil {
		g.put("web.party", table.Cell{partyValue(*r.Party)})
	}
	g.put("table.sides", sidesCell(r.By))
	if r.Disputed > 0 {
		g.put("web.disputed_sentences", table.Number(r.Disputed))
	}
	g.put("web.one_sided_short", table.Mark(r.OneSided))
}

// side is what a side says or what is said of it, as its column stands on the page; brief leaves out the words.
func (g *grid) side(c Column, brief bool) {
	for _, v := range c.Voices {
		said := table.Value{Key: v.Key}
		if !brief && len(v.Text) > 0 {
			said = table.Value{Text: v.Text}
		}
		said.Beside = table.Cell{partyValue(v.Party)}
		if v.Choice != "" {
			said.Beside = append(said.Beside, table.Says("choice."+v.Choice)...)
		}
		g.under("side:"+c.Side.ID, table.Value{Text: c.Side.Label}, table.Cell{said})
	}
}

func sidesCell(sides []Side) (out table.Cell) {
	for _, s := range sides {
		out = append(out, table.Value{Text: s.Label})
	}
	return out
}

func partyValue(p Party) table.Value { return table.Value{Text: namesIn(p.Names)} }

// namesIn takes a name for each language: the short one, and the one for everybody before one side's.
func namesIn(names []charter.Name) lang.Text {
	out := lang.Text{}
	for _, common := range []bool{true, false} {
		for _, n := range names {
			if out[n.Lang] == "" && (n.UsedBy == "") == common {
				out[n.Lang] = n.Full
				if n.Short != "" {
					out[n.Lang] = n.Short
				}
			}
		}
	}
	return out
}

func factCell(f Fact) (out table.Cell) {
	switch {
	case len(f.Sides) > 0:
		return sidesCell(f.Sides)
	case f.Choice != "":
		return table.Says("choice." + f.Choice)
	case len(f.Parties) > 0:
		for _, p := range f.Parties {
			out = append(out, partyValue(p))
		}
		return out
	case !f.At.IsZero():
		return table.Line(moment(f.At))
	}
	return table.Cell{{Text: f.Text, Beside: append(table.Line(span(f.Day, f.Until)), table.Line(f.Line)...)}}
}

// span is a day, or two as ISO 8601 has them.
func span(day, until string) string {
	if until == "" || until == day {
		return day
	}
	return day + "/" + until
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func awaitingTable(all []Await) table.Table {
	g := grid{name: ListAwaiting}
	for _, a := range all {
		g.row()
		g.put("web.matter", table.Line(a.Matter))
		g.put("table.title", table.Words(a.Title))
		what := table.Value{Key: a.What, Params: a.Params, Named: maps.Clone(a.Named)}
		if len(a.Party) > 0 {
			if what.Named == nil {
				what.Named = map[string]lang.Text{}
			}
			what.Named["party"] = namesIn(a.Party)
		}
		g.put("table.what", table.Cell{what})
		g.put("table.due", table.Line(a.Due))
		g.put("table.overdue", table.Mark(a.Overdue))
		g.put("web.for_others", table.Mark(!a.Yours))
	}
	return g.table()
}

func (m Mechanism) textsTable() table.Table {
	g := grid{name: ListTexts}
	for _, t := range m.Texts {
		g.row()
		g.put("table.id", table.Line(t.ID))
		g.put("table.symbol", table.Line(t.Symbol))
		g.put("table.title", table.Words(t.Title))
		g.put("field.status", table.Says("web.stage_"+t.Named(t.Stage)))
		g.put("web.stage_superseded", table.Mark(t.Over))
		g.put("table.last_act", table.Line(moment(t.LastAct)))
		for _, n := range []struct {
			key string
			n   int
		}{{"table.paragraphs", t.Counts.Total}, {"web.status_agreed", t.Counts.Agreed}, {"web.status_ad_ref", t.Counts.AdRef}, {"web.status_bracketed", t.Counts.Bracketed}} {
			g.put(n.key, table.Number(n.n))
		}
	}
	return g.table()
}

func (m Mechanism) timelineTable() table.Table {
	g := grid{name: ListTimeline}
	for _, s := range m.Series {
		for _, x := range s.Meetings {
			g.row()
			g.put("table.series", table.Line(s.ID))
			g.put("table.number", table.Number(x.Number))
			g.put("table.day", table.Line(x.Start))
			g.put("table.last_day", table.Line(x.End))
			for _, v := range x.Venues {
				g.put("table.place", table.Words(v.City))
			}
			for _, side := range m.Sides {
				if side.ID == x.Host {
					g.put("table.host", table.Words(side.Label))
				}
			}
			g.put("field.theme", table.Words(x.Theme))
			g.put("table.outcome", table.Words(namesIn(x.Outcomes)))
		}
	}
	return g.table()
}

func (f From) checksTable(member string) (table.Table, error) {
	g := grid{name: ListChecks}
	ids, err := f.LineIDs()
	if err != nil {
		return table.Table{}, err
	}
	for _, id := range ids {
		h, err := f.HotLine(id, member)
		if err != nil {
			return table.Table{}, err
		}
		for _, r := range h.Rows {
			g.row()
			g.put("web.line", table.Line(id))
			g.put("web.when", table.Line(r.At))
			g.put("table.caller", table.Cell{partyValue(h.Party(r.Caller))})
			if r.Callee != "" {
				g.put("table.callee", table.Cell{partyValue(h.Party(r.Callee))})
			}
			g.put("field.status", table.Says(line.StateKey(r.State)))
			g.put("line.late", table.Mark(r.Late))
			g.put("table.received", table.Line(r.Received))
			g.put("table.answered", table.Line(r.Answered))
			g.put("web.entry_column", table.Line(r.Check))
		}
	}
	return g.table(), nil
}

// Table is the list as a table.
func (a Attachments) Table() table.Table {
	g := grid{name: ListAttachments}
	for _, x := range a.List {
		g.row()
		g.put("table.id", table.Line(x.ID))
		g.put("web.matter", table.Line(x.Of))
		g.put("table.title", table.Words(x.Title))
		g.put("web.party", table.Cell{partyValue(x.By)})
		g.put("web.when", table.Line(moment(x.At)))
		g.put("table.media", table.Line(x.Media))
		g.put("table.size", table.Line(x.Size))
		if x.Where != "here" {
			g.put("field.status", table.Cell{{Key: "attachment.where_" + x.Where, Params: refusal.Params{"percent": strconv.Itoa(x.Percent)}}})
		}
		g.put("table.until", table.Line(x.Until))
	}
	return g.table()
}

// Coming is who comes to a meeting.
type Coming struct {
	Meeting     string
	Delegations []Delegation
}

// DelegationsTable lists everybody who comes to any meeting. A delegation whose names are not here has a line that says so.
func DelegationsTable(all []Coming) table.Table {
	g := grid{name: ListDelegations}
	for _, c := range all {
		for _, d := range c.Delegations {
			begin := func() {
				g.row()
				g.put("table.meeting", table.Line(c.Meeting))
				g.put("web.party", table.Cell{partyValue(d.Party)})
				g.put("table.version", table.Number(d.Version))
			}
			if d.Where != "here" { // somebody comes, and nobody can read here who
				begin()
				g.put("field.status", table.Says("web.delegation_"+d.Where))
				continue
			}
			for _, x := range d.Delegates {
				begin()
				g.put("field.order", table.Number(x.Order))
				g.put("field.role", table.Says("choice."+x.Role))
				for _, tag := range x.Name.Tags() {
					g.under("name:"+string(tag), table.Value{Key: "table.name_in", Params: refusal.Params{"language": string(tag)}}, table.Line(x.Name[tag]))
				}
				g.put("field.reading", table.Line(x.Reading))
				g.put("field.romanised", table.Line(x.Romanised))
				for _, office := range x.Capacities {
					g.put("field.capacities", table.Words(office))
				}
			}
		}
	}
	return g.table()
}
