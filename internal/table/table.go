// Package table owns lists as tables for other programs: the values of a page, a line for each thing.
//
// It promises that a table is RFC 4180 with a byte order mark, as spreadsheet programs want it, that no cell is a formula to them whatever somebody wrote, and that ids and days are as the
// record has them.
package table

import (
	"bytes"
	"encoding/csv"
	"maps"
	"slices"
	"strconv"
	"strings"

	"entente.example/internal/locale"
	"entente.example/lang"
	"entente.example/refusal"
)

// Media is the type of a table's file.
const Media = "text/csv; charset=utf-8; header=present"

// Table is a list. Name is that of its file.
type Table struct {
	Name    string
	Columns []Value
	Rows    [][]Cell
}

// Cell holds what stands in one field, mostly one value.
type Cell []Value

// Value is a message, words in several languages, or a line as it is; the first that is set.
type Value struct {
	Key    string
	Params refusal.Params
	Named  map[string]lang.Text // parameters that are names, in the reader's language
	Text   lang.Text
	Line   string
	Beside Cell // what stands beside it: who said it, on which day
}

// empty reports whether there is nothing to read.
func (v Value) empty() bool {
	return v.Key == "" && len(v.Text) == 0 && v.Line == "" && v.Beside.Empty()
}

// Empty reports whether there is nothing to read.
func (c Cell) Empty() bool { return !slices.ContainsFunc(c, func(v Value) bool { return !v.empty() }) }

// Says is a message.
func Says(key string) Cell {
	if key == "" {
		return nil
	}
	return Cell{{Key: key}}
}

// Line is a line as it is: an id, a day.
func Line(s string) Cell { return Cell{{Line: s}} }

// Words are in several languages, of which a reader gets one.
func Words(t lang.Text) Cell {
	if len(t) == 0 {
		return nil
	}
	return Cell{{Text: t}}
}

// Number is a count.
func Number(n int) Cell { return Line(strconv.Itoa(n)) }

// Mark says that something is so, or nothing.
func Mark(is bool) Cell {
	if is {
		return Says("table.yes")
	}
	return nil
}

// CSV writes the table in a language.
func (t Table) CSV(tag lang.Tag) []byte {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	head := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		head[i] = harmless(c.in(tag))
	}
	_ = w.Write(head) // a buffer takes everything
	for _, r := range t.Rows {
		fields := make([]string, len(t.Columns))
		for i, c := range r {
			fields[i] = harmless(c.in(tag))
		}
		_ = w.Write(fields)
	}
	w.Flush()
	return b.Bytes()
}

func (c Cell) in(tag lang.Tag) string {
	return c.joined(tag, "; ")
}

// joined leaves out what is empty or stands there already.
func (c Cell) joined(tag lang.Tag, between string) string {
	words := make([]string, 0, len(c))
	for _, v := range c {
		if s := v.in(tag); s != "" && !slices.Contains(words, s) {
			words = append(words, s)
		}
	}
	return strings.Join(words, between)
}

func (v Value) in(tag lang.Tag) string {
	if len(v.Beside) > 0 {
		self := v
		self.Beside = nil
		return append(Cell{self}, v.Beside...).joined(tag, " · ")
	}
	switch {
	case v.Key != "":
		params := refusal.Params{}
		maps.Copy(params, v.Params)
		for name, text := range v.Named {
			_, params[name] = text.Pick(tag, lang.English)
		}
		return locale.Message(tag, v.Key, params)
	case v.Text != nil:
		_, s := v.Text.Pick(tag, lang.English)
		return s
	}
	return v.Line
}

// harmless puts an apostrophe before what a spreadsheet program would take for a formula, full-width signs among them, and before what has one there already, so that Plain can tell.
func harmless(s string) string {
	if formula(strings.TrimLeft(s, "'")) {
		return "'" + s
	}
	return s
}

// Plain is what a field of such a table says, without the apostrophe that makes it harmless.
func Plain(field string) string {
	if rest, ok := strings.CutPrefix(field, "'"); ok && formula(strings.TrimLeft(rest, "'")) {
		return rest
	}
	return field
}

func formula(s string) bool { return strings.IndexAny(s, "=+-@＝＋－＠\t\r\n") == 0 }
