package dialogue

import (
	"iter"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"entente.example/entry"
	"entente.example/lang"
	"entente.example/refusal"
)

// Forms in which a field is entered.
const (
	Wording  = "wording"  // in one or several languages
	Language = "language" // a language tag
	Line     = "line"
	Remark   = "remark" // plain text of several lines
	Day      = "day"
	Instant  = "instant"
	Number   = "number"
	Flag     = "flag"
	Choice   = "choice"
	Side     = "side"
	Sides    = "sides"
	Ref      = "ref"   // the id of something else
	Rows     = "rows"  // one thing a line, its columns divided by "|"
	List     = "list"  // words divided by commas or spaces; of closed ones, boxes
	Items    = "items" // in one or several languages, one item a line
	Lines    = "lines" // plain text, one thing a line
)

// Field is one thing to enter.
type Field struct {
	Name     string // as in the entry's body, or as its tag says: a form has a field "act" of its own
	Form     string
	Required bool
	Choices  []string // of Choice, and of a List of closed words
	To       string   // of Ref: what it points at
	Columns  []Field  // of Rows
	index    int
}

// Key is the message that says what the field is.
func (f Field) Key() string {
	if f.Form == Ref && f.Name == "text" { // elsewhere it is wording
		return "field.which_text"
	}
	return "field." + f.Name
}

// ChoiceKey is the message that says what one of its choices is.
func (f Field) ChoiceKey(choice string) string {
	if f.Form == List { // each is a part of something
		return "choice.part_" + choice
	}
	return "choice." + choice
}

// Flag is the field's name on the command line.
func (f Field) Flag() string { return strings.ReplaceAll(f.Name, "_", "-") }

func fields[B any]() []Field { return fieldsOf(reflect.TypeFor[B]()) }

// fieldsOf reads the form tags of a body: the form, then what it needs, then "required", then another name.
func fieldsOf(t reflect.Type) []Field {
	var out []Field
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		tag := f.Tag.Get("form")
		if tag == "-" { // known from elsewhere
			continue
		}
		if tag == "" {
			panic("dialogue: " + t.String() + "." + f.Name + " has no form")
		}
		tag, as, _ := strings.Cut(tag, ",as=")
		if as != "" {
			name = as
		}
		form, required := strings.CutSuffix(tag, ",required")
		form, detail, _ := strings.Cut(form, "=")
		fd := Field{Name: name, Form: form, Required: required, index: i}
		switch form {
		case Choice, List:
			if detail != "" {
				fd.Choices = strings.Split(detail, "|")
			}
		case Ref:
			fd.To = detail
		case Rows:
			fd.Columns = fieldsOf(f.Type.Elem())
		}
		out = append(out, fd)
	}
	return out
}

// Workdays ends a due day that is given as a number of working days of all parties from today, as in "10wd". A node counts it before it writes the day.
const Workdays = "wd"

// Due is a day that is given in working days: where the day belongs, and how many they are.
type Due struct {
	Day *string
	In  int
}

// DuesIn reads the due days of an act, and of its rows, that are given in working days.
func DuesIn(b entry.Body) []Due {
	v := reflect.ValueOf(b)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return nil
	}
	out := dueIn(v.Elem())
	for i := range v.Elem().NumField() {
		rows := v.Elem().Field(i)
		if rows.Kind() != reflect.Slice || rows.Type().Elem().Kind() != reflect.Struct {
			continue
		}
		for n := range rows.Len() {
			out = append(out, dueIn(rows.Index(n))...)
		}
	}
	return out
}

func dueIn(v reflect.Value) []Due {
	f := v.FieldByName("Due")
	if !f.IsValid() || f.Kind() != reflect.String {
		return nil
	}
	day := f.Addr().Interface().(*string)
	number, given := strings.CutSuffix(*day, Workdays)
	n, err := strconv.Atoi(number)
	if !given || err != nil {
		return nil
	}
	return []Due{{day, n}}
}

// Values are what somebody entered: by field name, wording by "name:tag", the language of rows by "name:lang", and what rows say in other languages by "name:tag".
type Values map[string][]string

func (v Values) one(name string) string {
	if len(v[name]) == 0 {
		return ""
	}
	return lang.Normalise(strings.TrimSpace(strings.ReplaceAll(v[name][0], "\r\n", "\n")))
}

// Fill makes an act's body of what somebody entered. What cannot be read is refused by the field's name; whether it is right is the subject's to say.
func (a Act) Fill(v Values) (entry.Body, error) {
	body := a.New()
	into := reflect.ValueOf(body).Elem()
	for _, f := range a.Fields {
		if err := f.fill(into.Field(f.index), v); err != nil {
			return nil, err
		}
	}
	return body, nil
}

func (f Field) fill(into reflect.Value, v Values) error {
	switch f.Form {
	case Wording:
		t := lang.Text{}
		for name := range v {
			if tag, ok := strings.CutPrefix(name, f.Name+":"); ok && v.one(name) != "" {
				t[lang.Tag(tag)] = v.one(name)
			}
		}
		if len(t) > 0 {
			into.Set(reflect.ValueOf(t))
		}
	case Number:
		s := v.one(f.Name)
		if s == "" {
			return nil
		}
		n, err := strconv.Atoi(s)
		if err != nil {
			return refusal.New(refusal.Invalid, "dialogue.no_number", "value", s, "field", f.Name)
		}
		into.SetInt(int64(n))
	case Flag:
		into.SetBool(v.one(f.Name) != "" && v.one(f.Name) != "false")
	case Sides:
		var sides []string
		for _, s := range v[f.Name] {
			if s = strings.TrimSpace(s); s != "" {
				sides = append(sides, s)
			}
		}
		into.Set(reflect.ValueOf(sides))
	case List:
		if words := strings.FieldsFunc(strings.Join(v[f.Name], " "), func(r rune) bool { return r == ',' || unicode.IsSpace(r) }); len(words) > 0 {
			into.Set(reflect.ValueOf(words))
		}
	case Lines:
		var all []string
		for _, s := range v[f.Name] {
			for line := range lines(s) {
				all = append(all, lang.Normalise(line))
			}
		}
		if len(all) > 0 {
			into.Set(reflect.ValueOf(all))
		}
	case Items:
		return f.fillItems(into, v)
	case Rows:
		return f.fillRows(into, v)
	case Instant:
		s := v.one(f.Name)
		if t, err := time.Parse(time.RFC3339, s); err == nil { // with any distance from UTC
			s = t.UTC().Format("2006-01-02T15:04:05Z")
		}
		into.SetString(s)
	default:
		into.SetString(v.one(f.Name))
	}
	return nil
}

// fillItems reads one item a line. The items of each language stand in the same order, so every language that has any has all.
func (f Field) fillItems(into reflect.Value, v Values) error {
	var items []lang.Text
	for name := range v {
		tag, ok := strings.CutPrefix(name, f.Name+":")
		if !ok || v.one(name) == "" {
			continue
		}
		said := slices.Collect(lines(v.one(name)))
		if items == nil {
			items = make([]lang.Text, len(said))
		}
		if len(said) != len(items) {
			return refusal.New(refusal.Invalid, "dialogue.items", "field", f.Name)
		}
		for i, line := range said {
			if items[i] == nil {
				items[i] = lang.Text{}
			}
			items[i][lang.Tag(tag)] = line
		}
	}
	into.Set(reflect.ValueOf(items))
	return nil
}

// fillRows reads one row a line; wording is in the language that was chosen for the rows. What the rows say in other languages stands apart, under the field's name and the language: the wording of each
// row on a line of its own, in the rows' order, and a line with nothing but a hyphen where a row says nothing in that language.
func (f Field) fillRows(into reflect.Value, v Values) error {
	tag := v.one(f.Name + ":lang")
	var rows [][]string
	for line := range lines(v.one(f.Name)) {
		cells := strings.Split(line, "|")
		if len(cells) > len(f.Columns) {
			return refusal.New(refusal.Invalid, "dialogue.row", "line", line, "field", f.Name)
		}
		rows = append(rows, cells)
	}
	others, err := f.others(v, len(rows))
	if err != nil {
		return err
	}
	for n, cells := range rows {
		row, values := reflect.New(into.Type().Elem()).Elem(), Values{}
		for i, c := range cells {
			values.cell(f.Columns[i], tag, c)
		}
		for other, said := range others {
			for i, c := range said[n] {
				values.cell(f.Worded()[i], other, c)
			}
		}
		for _, c := range f.Columns {
			if err := c.fill(row.Field(c.index), values); err != nil {
				return err
			}
		}
		into.Set(reflect.Append(into, row))
	}
	return nil
}

// cell puts in what stands in a cell: wording in the language of its line, several items divided by semicolons.
func (v Values) cell(column Field, tag, said string) {
	name := column.Name
	switch column.Form {
	case Wording:
		name += ":" + tag
	case Items:
		name, said = name+":"+tag, strings.ReplaceAll(said, ";", "\n")
	}
	v[name] = []string{said}
}

// others are the cells of wording that n rows have in other languages than their own, by language.
func (f Field) others(v Values, n int) (map[string][][]string, error) {
	out := map[string][][]string{}
	for name := range v {
		tag, ok := strings.CutPrefix(name, f.Name+":")
		if !ok || tag == "lang" || tag == v.one(f.Name+":lang") || v.one(name) == "" {
			continue
		}
		for line := range lines(v.one(name)) {
			var cells []string
			if line != nothingSaid {
				cells = strings.Split(line, "|")
			}
			if len(cells) > len(f.Worded()) {
				return nil, refusal.New(refusal.Invalid, "dialogue.row", "line", line, "field", f.Name)
			}
			out[tag] = append(out[tag], cells)
		}
		if len(out[tag]) != n {
			return nil, refusal.New(refusal.Invalid, "dialogue.items", "field", f.Name)
		}
	}
	return out, nil
}

// nothingSaid is a line of wording in another language for a row that has none in it.
const nothingSaid = "-"

// Worded are the columns of Rows that hold wording.
func (f Field) Worded() []Field {
	return slices.DeleteFunc(slices.Clone(f.Columns), func(c Field) bool { return c.Form != Wording && c.Form != Items })
}

// lines are the lines that say something.
func lines(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range strings.Lines(s) {
			if line = strings.TrimSpace(line); line != "" && !yield(line) {
				return
			}
		}
	}
}
