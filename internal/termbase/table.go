package termbase

import (
	"slices"

	"entente.example/internal/table"
	"entente.example/lang"
)

// CSVFormat is the glossary as a table, every language beside the others.
const CSVFormat = "csv"

// Table is a glossary with a column for each language: the common words, whether all parties stand behind them, definitions, and each party's own words, in columns that name the party. Its headings are
// the same for every reader, since programs go by them: "ja", "definition (ja)", "own (cedar, ja)". A column that would be empty is left out.
func Table(name string, working lang.Tag, concepts []Concept) table.Table {
	rows, heads := make([]map[string]string, len(concepts)), map[string][]string{}
	for i, k := range concepts {
		rows[i] = map[string]string{}
		put := func(group, head, words string) {
			if words == "" {
				return
			}
			rows[i][head] = words
			if !slices.Contains(heads[group], head) {
				heads[group] = append(heads[group], head)
			}
		}
		put("id", "id", k.Matter)
		_, title := k.Title.Pick(working)
		put("title", "title", title)
		for tag, t := range k.Term {
			put("term", string(tag), t)
		}
		if len(k.Term) > 0 {
			put("status", "status", map[bool]string{true: "agreed", false: "proposed"}[k.Agreed])
		}
		for tag, d := range k.Definition {
			put("definition", "definition ("+string(tag)+")", d)
		}
		for _, o := range k.Own {
			whose := " (" + string(o.Party) + ", " + string(o.Language) + ")"
			put("own", "own"+whose, o.Term)
			put("note", "note"+whose, o.Note)
		}
	}
	out := table.Table{Name: name}
	var columns []string
	for _, group := range []string{"id", "title", "term", "status", "definition", "own", "note"} {
		slices.Sort(heads[group])
		columns = append(columns, heads[group]...)
	}
	for _, c := range columns {
		out.Columns = append(out.Columns, table.Value{Line: c})
	}
	for _, r := range rows {
		cells := make([]table.Cell, len(columns))
		for i, c := range columns {
			cells[i] = table.Line(r[c])
		}
		out.Rows = append(out.Rows, cells)
	}
	return out
}
