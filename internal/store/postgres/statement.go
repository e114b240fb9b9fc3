package postgres

import (
	"fmt"
	"slices"
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
	row       row                  // what it writes, if it asks for nothing that others of its transaction write; none: it has to stand alone
	looks     bool                 // it writes nothing
	open      bool                 // a condition may follow its last word
}

func says(sql string, args ...any) statement { return statement{sql: sql, args: args} }

// must is a statement that fails on the server unless it yields so many rows.
func must(rows int64, otherwise error, sql string, args ...any) statement {
	return statement{sql: sql, args: args, reaches: rows, otherwise: otherwise}
}

// row is what a statement writes: which table, and where in it.
type row struct {
	table     string
	number    int64
	key, more string
}

// writing says what a statement writes: others that write something else may be carried out together with it.
func (s statement) writing(r row) statement {
	s.row = r
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
//
// What the texts of its parts come to is remembered in said: a node says the same few again and again.
func joined(all []statement, said map[string]string) (one statement, ok bool) {
	if len(all) > mostJoined {
		return one, false
	}
	var parts [mostJoined]statement
	texts := make([]byte, 0, 4096) // on the stack
	one.args = make([]any, 0, 4*mostJoined)
	main := -1
	for i, s := range all {
		s = s.spelled()
		if !s.looks && (s.row == row{} || slices.ContainsFunc(parts[:i], func(p statement) bool { return p.row == s.row })) {
			return one, false
		}
		if s.open && main < 0 && s.reaches == 0 {
			main = i
		} else {
			one.args = append(one.args, s.args...)
		}
		parts[i] = s
		texts = strconv.AppendInt(append(texts, s.sql...), s.reaches, 10)
	}
	if main >= 0 {
		one.args = append(one.args, parts[main].args...)
	}
	if one.sql = said[string(texts)]; one.sql == "" {
		if len(said) >= mostSaid {
			clear(said)
		}
		one.sql = inOne(parts[:len(all)], main)
		said[string(texts)] = one.sql
	}
	return one, true
}

// mostSaid bounds how many statements are remembered.
const mostSaid = 64

// inOne is the text of a statement of several, main being the place of the one that is open, if there is one.
func inOne(parts []statement, main int) string {
	var with, reached strings.Builder // what must yield one row stands in one look, which yields one row if all do
	checks, args := "1", 0
	for i, s := range parts {
		if i == main {
			continue
		}
		from := fmt.Sprintf("s%d", i)
		switch {
		case s.looks && s.reaches == 1:
			from = fmt.Sprintf("(%s) s%d", shifted(s.sql, args), i)
		default:
			fmt.Fprintf(&with, "%s s%d AS (%s)", []string{"WITH", ","}[min(with.Len(), 1)], i, shifted(s.sql, args))
		}
		switch s.reaches {
		case 0:
		case 1:
			fmt.Fprintf(&reached, "%s %s", []string{"", ","}[min(reached.Len(), 1)], from)
		default:
			checks += fmt.Sprintf("/((SELECT count(*) FROM s%d)=%d)::int", i, s.reaches)
		}
		args += len(s.args)
	}
	if reached.Len() > 0 {
		checks += "/coalesce((SELECT 1 FROM" + reached.String() + "), 0)"
	}
	if main < 0 {
		return with.String() + " SELECT " + checks
	}
	return with.String() + " " + shifted(parts[main].sql, args) + " WHERE 1=" + checks
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
