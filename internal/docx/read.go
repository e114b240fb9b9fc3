package docx

import (
	"encoding/xml"
	"slices"
	"strings"

	"entente.example/lang"
)

// grid is a cell of the table as it was read: what stands there now, what stood there before the changes that were tracked, and who made them.
type grid struct {
	now, before strings.Builder
	editors     []string
	comments    []string
}

func (g *grid) lines() []string { return linesOf(g.now.String()) }

func linesOf(s string) (out []string) {
	for _, l := range strings.Split(s, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// row is a row of cells, and whether the row was taken away.
type row struct {
	cells   []*grid
	deleted bool
}

// reader goes through the document's main part.
type reader struct {
	rows     []row
	tables   int // how deep in tables
	where    []string
	inserted []string // who inserted what is read now
	deleted  []string
	skip     int // depth below something that is not read
	in       bool
	mark     struct{ inserted, deleted bool } // of the end of the paragraph
	outside  bool                             // words that stand in no table
	loose    []string                         // comments that stand in none
	cell     *grid
}

func (r *reader) parent(n int) string {
	if len(r.where) <= n {
		return ""
	}
	return r.where[len(r.where)-1-n]
}

func (r *reader) start(e xml.StartElement) {
	name := e.Name.Local
	defer func() { r.where = append(r.where, name) }()
	if r.skip > 0 || slices.Contains([]string{"Fallback", "instrText", "txbxContent", "pict", "object"}, name) {
		r.outside = r.outside || name == "txbxContent"
		r.skip++
		return
	}
	switch name {
	case "tbl":
		r.tables++
	case "tr":
		if r.tables == 1 {
			r.rows = append(r.rows, row{})
		}
	case "tc":
		if r.tables == 1 && len(r.rows) > 0 {
			r.cell = new(grid)
			last := &r.rows[len(r.rows)-1]
			last.cells = append(last.cells, r.cell)
		}
	case "p":
		r.mark.inserted, r.mark.deleted = false, false
	case "ins", "moveTo", "del", "moveFrom":
		r.tracked(name, attr(e, "author"))
	case "t", "delText":
		r.in = true
	case "br", "cr":
		r.words("\n")
	case "tab":
		if r.parent(0) == "r" {
			r.words(" ")
		}
	case "noBreakHyphen":
		r.words("\u2011")
	case "commentReference":
		if r.cell != nil {
			r.cell.comments = append(r.cell.comments, attr(e, "id"))
		} else {
			r.loose = append(r.loose, attr(e, "id"))
		}
	}
}

// tracked begins a tracked change: of words, of the end of a paragraph, or of a row.
func (r *reader) tracked(name, author string) {
	gone := name == "del" || name == "moveFrom"
	switch {
	case r.parent(0) == "trPr":
		if len(r.rows) > 0 && gone {
			r.rows[len(r.rows)-1].deleted = true
		}
	case r.parent(0) == "rPr" && r.parent(1) == "pPr":
		r.mark.inserted, r.mark.deleted = r.mark.inserted || !gone, r.mark.deleted || gone
		r.edited(author)
	}
	if gone {
		r.deleted = append(r.deleted, author)
	} else {
		r.inserted = append(r.inserted, author)
	}
}

func (r *reader) edited(author string) {
	if author = strings.TrimSpace(author); r.cell != nil && author != "" && !slices.Contains(r.cell.editors, author) {
		r.cell.editors = append(r.cell.editors, author)
	}
}

func (r *reader) end(e xml.EndElement) {
	r.where = r.where[:len(r.where)-1]
	if r.skip > 0 {
		r.skip--
		return
	}
	switch e.Name.Local {
	case "tbl":
		r.tables--
	case "tc":
		if r.tables == 1 {
			r.cell = nil
		}
	case "p":
		if r.cell != nil {
			r.endLine()
		}
	case "ins", "moveTo":
		r.inserted = r.inserted[:len(r.inserted)-1]
	case "del", "moveFrom":
		r.deleted = r.deleted[:len(r.deleted)-1]
	case "t", "delText":
		r.in = false
	}
}

// endLine ends a line in what stands now and in what stood, unless the mark that ended it was taken away or came later.
func (r *reader) endLine() {
	if !r.mark.deleted {
		r.cell.now.WriteString("\n")
	}
	if !r.mark.inserted {
		r.cell.before.WriteString("\n")
	}
}

func (r *reader) chars(s []byte) {
	if r.in && r.skip == 0 {
		r.words(string(s))
	}
}

func (r *reader) words(s string) {
	if r.cell == nil {
		r.outside = r.outside || strings.TrimSpace(s) != ""
		return
	}
	switch {
	case len(r.deleted) > 0 && len(r.inserted) > 0: // somebody took away what somebody else had put in: it never stood
		r.edited(r.deleted[len(r.deleted)-1])
	case len(r.deleted) > 0:
		r.cell.before.WriteString(s)
		r.edited(r.deleted[len(r.deleted)-1])
	case len(r.inserted) > 0:
		r.cell.now.WriteString(s)
		r.edited(r.inserted[len(r.inserted)-1])
	default:
		r.cell.now.WriteString(s)
		r.cell.before.WriteString(s)
	}
}

// text is a cell's words, and what stood there before; before is "" if nothing was tracked.
func (g *grid) text() (now, before string) {
	now = lang.Normalise(g.now.String())
	if before = lang.Normalise(g.before.String()); before == now {
		before = ""
	}
	return now, before
}

// readTables reads the rows of all tables in the document, and which comments stand in none.
func readTables(p *parts) ([]row, []string, error) {
	b, err := p.archive.Read(p.main)
	if err != nil {
		return nil, nil, err
	}
	r := &reader{}
	err = elements(b, func(e xml.StartElement, _ *xml.Decoder) error { r.start(e); return nil }, func(e xml.EndElement) error { r.end(e); return nil }, r.chars)
	if r.outside {
		p.ignore("file.outside")
	}
	return r.rows, r.loose, err
}
