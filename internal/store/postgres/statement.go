package postgres

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// statement is one thing that a transaction says to the server.
type statement struct {
	sql       string
	args      []any
	reaches   int64                // how many rows it must yield; 0: however many
	otherwise error                // if it does not
	rows      func(pgx.Rows) error // what it answers, if anybody wants to know
	head      *head                // instead of all this
	row       string               // what it writes, if it asks for nothing that others of its transaction write; "": it has to stand alone
	looks     bool                 // it writes nothing
	open      bool                 // a condition may follow its last word
}

func says(sql string, args ...any) statement { return statement{sql: sql, args: args} }

// must is a statement that fails on the server unless it yields so many rows.
func must(rows int64, otherwise error, sql string, args ...any) statement {
	return statement{sql: sql, args: args, reaches: rows, otherwise: otherwise}
}

// writing says what a statement writes: others that write something else may be carried out together with it.
func (s statement) writing(row ...any) statement {
	s.row = fmt.Sprint(row...)
	return s
}

// looking says that it writes nothing at all: it can be asked in the midst of another statement.
func (s statement) looking() statement {
	s.looks = true
	return s
}

// guarding says that WHERE and a condition may follow what it says.
func (s statement) guarding() statement {
	s.open = true
	return s
}

// spelled is the statement of a head as it has become by now, or this one.
func (s statement) spelled() statement {
	if s.head != nil {
		return s.head.statement()
	}
	return s
}

// checked is the statement as it is sent by itself: it divides by zero if it does not reach what it must.
func (s statement) checked() (sql string, args []any) {
	if s.reaches == 0 {
		return s.sql, s.args
	}
	return fmt.Sprintf("WITH reached AS (%s) SELECT 1/(count(*)=$%d)::int FROM reached", s.sql, len(s.args)+1), append(s.args[:len(s.args):len(s.args)], s.reaches)
}

const dividedByZero = "22012"

// mostJoined bounds how many statements become one: the server remembers a plan for each combination.
const mostJoined = 12

// joined makes one statement of those that a whole transaction consists of, which spares the server most of what it does for each, BEGIN and COMMIT too: a statement is a transaction. All parts of it see the record
// as it was before and are carried out in an order of the server's choosing, so it is made only of such as write different rows and need nothing of each other. It divides by zero if any part does not reach what it must.
//
// One that is open, an entry's as a rule, is the statement itself, on condition of what must be reached, and the others stand before it: the server then has no answer to keep and to send. What a part yields it keeps
// too, so only what is to be checked yields anything, and who only looks is asked in the condition.
func joined(all []statement) (one statement, ok bool) {
	if len(all) > mostJoined {
		return one, false
	}
	var with strings.Builder
	var main *statement
	checks := "1"
	written := map[string]bool{}
	for i, s := range all {
		s = s.spelled()
		if !s.looks && (s.row == "" || written[s.row]) {
			return one, false
		}
		written[s.row] = true
		switch {
		case s.open && main == nil && s.reaches == 0:
			main = &s
			continue
		case s.looks && s.reaches == 1:
			checks += "/coalesce((" + shifted(s.sql, len(one.args)) + "), 0)"
		default:
			fmt.Fprintf(&with, "%s s%d AS (%s)", []string{"WITH", ","}[min(with.Len(), 1)], i, shifted(s.sql, len(one.args)))
			switch s.reaches {
			case 0:
			case 1:
				checks += fmt.Sprintf("/coalesce((SELECT * FROM s%d), 0)", i)
			default:
				checks += fmt.Sprintf("/((SELECT count(*) FROM s%d)=%d)::int", i, s.reaches)
			}
		}
		one.args = append(one.args, s.args...)
	}
	if main == nil {
		one.sql = with.String() + " SELECT " + checks
		return one, true
	}
	one.sql = with.String() + " " + shifted(main.sql, len(one.args)) + " WHERE 1=" + checks
	one.args = append(one.args, main.args...)
	return one, true
}

// shifted is a statement with its parameters counted from by.
func shifted(sql string, by int) string {
	var to strings.Builder
	for {
		before, rest, more := strings.Cut(sql, "$")
		to.WriteString(before)
		if !more {
			return to.String()
		}
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		n, _ := strconv.Atoi(rest[:digits])
		to.WriteString("$" + strconv.Itoa(n+by))
		sql = rest[digits:]
	}
}
