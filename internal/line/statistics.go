package line

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
)

// Count is how a line did in one month, or by one route.
type Count struct {
	Of      string         `json:"of"`             // "2025-02", or a route; "" where no route is known
	Calls   int            `json:"calls"`          // that were made
	States  map[string]int `json:"states"`         // by state, notices and times without a call too
	InTime  int            `json:"in_time"`        // answered by a person within the agreed minutes
	Median  float64        `json:"median_minutes"` // from call to answer, of those that did not travel by hand; 0 if there are none
	seconds []int64
}

// Statistics are counts of a history.
type Statistics struct {
	Months []Count `json:"months"` // the newest first
	Routes []Count `json:"routes"`
	All    Count   `json:"all"`
}

// Count counts a history.
func Counts(rows []Row) Statistics {
	s := Statistics{All: Count{States: map[string]int{}}}
	for _, r := range rows {
		s.All.add(r)
		s.Months = addTo(s.Months, r.At[:len(month)], r)
		if r.Check != "" {
			s.Routes = addTo(s.Routes, r.Route, r)
		}
	}
	slices.SortFunc(s.Months, func(a, b Count) int { return strings.Compare(b.Of, a.Of) })
	slices.SortFunc(s.Routes, func(a, b Count) int { return strings.Compare(a.Of, b.Of) })
	s.All.finish()
	for _, list := range [][]Count{s.Months, s.Routes} {
		for i := range list {
			list[i].finish()
		}
	}
	return s
}

func addTo(list []Count, of string, r Row) []Count {
	i := slices.IndexFunc(list, func(c Count) bool { return c.Of == of })
	if i < 0 {
		i, list = len(list), append(list, Count{Of: of, States: map[string]int{}})
	}
	list[i].add(r)
	return list
}

func (c *Count) add(r Row) {
	c.States[r.State]++
	if r.Check == "" {
		return
	}
	c.Calls++
	if r.State != Answered {
		return
	}
	if !r.Late {
		c.InTime++
	}
	if r.Route != pouch {
		c.seconds = append(c.seconds, r.Seconds)
	}
}

// Typical is how many minutes an answer took, "–" where there was none whose time counts.
func (c Count) Typical() string {
	if c.Median == 0 {
		return "–"
	}
	return strconv.FormatFloat(c.Median, 'f', 1, 64)
}

// finish takes the median: of an even number, the mean of the two in the middle.
func (c *Count) finish() {
	n := len(c.seconds)
	if n == 0 {
		return
	}
	slices.Sort(c.seconds)
	c.Median = float64(c.seconds[(n-1)/2]+c.seconds[n/2]) / 2 / 60
}

// columns of the exported table.
var columns = []string{"at", "due", "caller", "callee", "state", "late", "seconds", "minutes", "received", "answered", "route", "back", "unmanned", "notice", "until", "check", "answer", "by"}

// CSV writes a history as a table, one row a line, for programs that know nothing of this one.
func CSV(rows []Row) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(columns) // a buffer takes everything
	for _, r := range rows {
		cells := []string{r.At, r.Due, string(r.Caller), string(r.Callee), r.State, strconv.FormatBool(r.Late), strconv.FormatInt(r.Seconds, 10), strconv.Itoa(r.Minutes), r.Received, r.Answered,
			r.Route, r.Back, strconv.FormatBool(r.Unmanned), r.Notice, r.Until, r.Check, r.Answer, r.By}
		for i, c := range cells {
			cells[i] = inert(c)
		}
		_ = w.Write(cells)
	}
	w.Flush()
	return b.Bytes()
}

// inert puts an apostrophe before what a spreadsheet would take for a formula; it shows the rest as it stands.
func inert(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
