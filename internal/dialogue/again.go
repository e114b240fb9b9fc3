package dialogue

import (
	"bytes"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/lang"
)

// Repeating is a state of which some acts take the place of what stands: whoever writes one begins with that.
type Repeating interface {
	// Again is what stands as an act of this type would say it again for a party; nil if nothing does.
	Again(me charter.PartyID, typ string) entry.Body
}

// Unfill is what somebody would enter to say an act, with the rows' own language; nil if no form can say it. So nothing that stands is ever lost by sending a form as it came.
func (a Act) Unfill(body entry.Body, own lang.Tag) Values {
	v, from := Values{}, reflect.Indirect(reflect.ValueOf(body))
	for _, f := range a.Fields {
		f.unfill(from.Field(f.index), v, own)
	}
	again, err := a.Fill(v)
	if err != nil {
		return nil
	}
	x, err := entry.Canonical(body)
	if err != nil {
		return nil
	}
	if y, err := entry.Canonical(again); err != nil || !bytes.Equal(x, y) {
		return nil
	}
	return v
}

func (f Field) unfill(from reflect.Value, v Values, own lang.Tag) {
	switch f.Form {
	case Wording:
		for tag, s := range from.Interface().(lang.Text) {
			v[f.Name+":"+string(tag)] = []string{s}
		}
	case Items:
		said := map[lang.Tag][]string{}
		for _, item := range from.Interface().([]lang.Text) {
			for tag, s := range item {
				said[tag] = append(said[tag], s)
			}
		}
		for tag, lines := range said {
			v[f.Name+":"+string(tag)] = []string{strings.Join(lines, "\n")}
		}
	case Rows:
		f.unfillRows(from, v, own)
	case Number:
		if n := from.Int(); n != 0 {
			v[f.Name] = []string{strconv.FormatInt(n, 10)}
		}
	case Flag:
		if from.Bool() {
			v[f.Name] = []string{"true"}
		}
	case Sides:
		v[f.Name] = slices.Clone(from.Interface().([]string))
	case Lines:
		v[f.Name] = []string{strings.Join(from.Interface().([]string), "\n")}
	case List:
		if v[f.Name] = slices.Clone(from.Interface().([]string)); len(f.Choices) == 0 {
			v[f.Name] = []string{strings.Join(v[f.Name], ", ")}
		}
	default:
		v[f.Name] = []string{from.String()}
	}
}

// unfillRows writes rows in one language, and beside them what they say in others.
func (f Field) unfillRows(from reflect.Value, v Values, own lang.Tag) {
	rows, others := []string{}, map[string][]string{}
	for n := range from.Len() {
		said := Values{}
		for _, c := range f.Columns {
			c.unfill(from.Index(n).Field(c.index), said, own)
		}
		var cells []string
		for _, c := range f.Columns {
			cells = append(cells, said.said(c, string(own)))
		}
		rows = append(rows, strings.TrimRight(strings.Join(cells, " | "), " |"))
		for tag := range said.tags(f.Worded()) {
			if tag != string(own) && others[tag] == nil {
				others[tag] = slices.Repeat([]string{nothingSaid}, from.Len())
			}
		}
		for tag, lines := range others {
			var cells []string
			for _, c := range f.Worded() {
				cells = append(cells, said.said(c, tag))
			}
			if line := strings.TrimRight(strings.Join(cells, " | "), " |"); line != "" {
				lines[n] = line
			}
		}
	}
	v[f.Name], v[f.Name+":lang"] = []string{strings.Join(rows, "\n")}, []string{string(own)}
	for tag, lines := range others {
		v[f.Name+":"+tag] = []string{strings.Join(lines, "\n")}
	}
}

// said is what stands in a cell.
func (v Values) said(column Field, tag string) string {
	switch column.Form {
	case Wording:
		return v.one(column.Name + ":" + tag)
	case Items:
		return strings.ReplaceAll(v.one(column.Name+":"+tag), "\n", "; ")
	}
	return v.one(column.Name)
}

// tags are the languages in which something is said in some columns.
func (v Values) tags(columns []Field) map[string]bool {
	out := map[string]bool{}
	for name := range maps.Keys(v) {
		for _, c := range columns {
			if tag, ok := strings.CutPrefix(name, c.Name+":"); ok {
				out[tag] = true
			}
		}
	}
	return out
}
