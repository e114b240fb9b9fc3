package table

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"entente.example/lang"
)

func read(t testing.TB, b []byte) [][]string {
	t.Helper()
	rest, marked := bytes.CutPrefix(b, []byte("\xef\xbb\xbf"))
	if !marked {
		t.Fatal("without a byte order mark")
	}
	rows, err := csv.NewReader(bytes.NewReader(rest)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// A table is in its reader's language, with several values in one field, and lines as they are.
func TestTable(t *testing.T) {
	list := Table{Columns: []Value{{Key: "table.id"}, {Text: lang.Text{"en": "Eastern side", "ja": "東側"}}, {Key: "web.overdue"}}, Rows: [][]Cell{
		{Line("c-1"), {{Text: lang.Text{"ja": "海"}, Beside: Line("2031")}, {Line: ""}, {Line: "2031-02-03"}, {Line: "2031-02-03"}}, Mark(true)},
		{Line(`a,"b"`), Words(lang.Text{"en": "two\nlines"})},
	}}
	b := list.CSV("ja")
	if !bytes.Contains(b, []byte("\r\n")) || bytes.Contains(bytes.ReplaceAll(b, []byte("\r\n"), nil), []byte("\n")) {
		t.Errorf("lines do not end as RFC 4180 has it: %q", b)
	}
	got := read(t, b)
	if want := []string{"c-1", "海 · 2031; 2031-02-03", "はい"}; !slices.Equal(got[1], want) {
		t.Errorf("%q", got[1])
	}
	if want := []string{`a,"b"`, "two\nlines", ""}; !slices.Equal(got[2], want) {
		t.Errorf("%q", got[2])
	}
	if got[0][1] != "東側" || list.CSV("en")[3] != 'I' {
		t.Errorf("%q", got[0])
	}
}

// No cell that somebody wrote is a formula, and nothing that they wrote is lost: attack 38.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", `"=1"`, `a","=1`, "a\r\n=1", "'=1", "", " ", "\ufeff", "海, 川", "x\ry"} {
		f.Add(s, "next")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		list := Table{Columns: []Value{{Line: b}, {Line: "x"}}, Rows: [][]Cell{{Line(a), Line(b)}, {Words(lang.Text{"en": a}), Line("end")}}}
		rows := read(t, list.CSV("en"))
		if len(rows) != 3 {
			t.Fatalf("%d lines of 3", len(rows))
		}
		for i, want := range []string{b, a, a} {
			got := rows[i][0]
			if got != "" && strings.IndexAny(got, "=+-@＝＋－＠\t\r\n") == 0 {
				t.Fatalf("%q is a formula", got)
			}
			// A carriage return is no sign of its own in such a file.
			plain := func(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "") }
			if plain(got) != plain(want) && plain(got) != "'"+plain(want) {
				t.Fatalf("%q became %q", want, got)
			}
		}
	})
}

// What is made harmless can be read as it was, whatever stood before it.
func TestPlainUndoesHarmless(t *testing.T) {
	for _, s := range []string{"", "a", "'", "'a", "=1", "'=1", "''=1", "＝1", "'-", "a=1", "\t", "it's"} {
		if got := Plain(harmless(s)); got != s {
			t.Errorf("%q became %q", s, got)
		}
		if h := harmless(s); formula(h) {
			t.Errorf("%q is a formula", h)
		}
	}
}
