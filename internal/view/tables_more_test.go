package view

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/delegation"
	"entente.example/internal/table"
	"entente.example/lang"
	"entente.example/refusal"
)

func cells(t *testing.T, list table.Table) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(list.CSV("en")), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// What our side keeps comes as tables with everything that its page says: a table without the office that objects, or with one line for a whole round, would let somebody think that nobody is awaited.
func TestOurOwnListsAsTables(t *testing.T) {
	at := time.Date(2025, 1, 14, 9, 0, 0, 0, time.UTC)
	place := OurPlace{Matter: "text/js-9", Place: "4"}
	o := OursOn{Notes: []OurNote{{OurPlace: place, ID: "note-1", Kind: "fallback", Words: "=HYPERLINK(1)", Office: "Treaty office", Member: "cedar-sec", At: at, Was: []string{"EARLIER"}}},
		Tasks: []OurTask{{ID: "task-2", Words: "Call them", For: "cedar-hod", Due: "2025-01-10", Overdue: true, Member: "cedar-sec"}},
		Rounds: []Clearance{{OurPlace: place, ID: "clearance-3", Title: "Paragraph 4", Member: "cedar-draft", Due: at, Drafts: []OurDraft{{Number: 2}, {Number: 1}},
			Stands: []OfficeStand{{Office: "Legal", Verdict: "objects", Words: "Not so", At: at}, {Office: "Press", Verdict: "awaited"}}}}}
	notes := cells(t, o.NotesTable())
	if want := []string{"note-1", "text/js-9", "4", "Fallback wording", "Treaty office", "cedar-sec", "2025-01-14T09:00:00Z", "'=HYPERLINK(1)"}; len(notes) != 2 || !slices.Equal(notes[1], want) {
		t.Errorf("notes: %q", notes)
	}
	tasks := cells(t, o.TasksTable())
	if want := []string{"task-2", "Call them", "cedar-hod", "2025-01-10", "yes", "cedar-sec"}; len(tasks) != 2 || !slices.Equal(tasks[1], want) {
		t.Errorf("tasks: %q", tasks)
	}
	rounds := cells(t, o.ClearancesTable())
	if len(rounds) != 3 || !slices.Contains(rounds[1], "Legal") || !slices.Contains(rounds[1], "objects") || !slices.Contains(rounds[1], "Not so") || !slices.Contains(rounds[2], "Press") || !slices.Contains(rounds[2], "awaited") || !slices.Contains(rounds[2], "2") {
		t.Errorf("clearances: %q", rounds)
	}
}

// The record as a table says of each entry what became of it: a void one listed as if it counted would mislead.
func TestTheRecordAsATable(t *testing.T) {
	rows := cells(t, recordTable([]Row{{ID: "cedar-7", Turn: 7, Member: "cedar-sec", Type: "text.accept", Matter: "text/js-9", Waiting: true}, {ID: "birch-3", Turn: 3, Type: "text.withdraw", Matter: "text/js-9", Void: refusal.New(refusal.Denied, "text.withdraw_other", "party", "cedar")}}))
	if len(rows) != 3 || !slices.Contains(rows[1], "yes") || !slices.Contains(rows[1], "text.accept") || !strings.Contains(strings.Join(rows[2], "|"), "cedar") || slices.Contains(rows[2], "yes") {
		t.Errorf("%q", rows)
	}
}

// A delegation that comes and whose names cannot be read has a line in the table that says so: without it, a party would seem to send nobody.
func TestADelegationWithoutNamesIsInTheTable(t *testing.T) {
	party := func(name string) Party {
		return Party{ID: charter.PartyID(name), Names: []charter.Name{{Lang: "en", Full: name}}}
	}
	rows := cells(t, DelegationsTable([]Coming{{Meeting: "main.10", Delegations: []Delegation{
		{Voice: Voice{Party: party("Cedar")}, Version: 2, Where: "here", Delegates: []delegation.Delegate{{Order: 1, Role: "head", Name: lang.Text{"ja": "谷 澪"}, Romanised: "TANI Mio", Capacities: []lang.Text{{"en": "Chair"}}}}},
		{Voice: Voice{Party: party("Birch")}, Version: 1, Where: "unreadable"},
		{Voice: Voice{Party: party("Linden")}, Version: 1, Where: "erased"}}}}))
	if len(rows) != 4 || !slices.Contains(rows[1], "TANI Mio") || !slices.Contains(rows[1], "Chair") || !slices.Contains(rows[1], "谷 澪") {
		t.Fatalf("%q", rows)
	}
	for i, want := range map[int]string{2: "Birch|The file with the names is not here", 3: "Linden|The names were erased."} {
		who, says, _ := strings.Cut(want, "|")
		if line := strings.Join(rows[i], "|"); !strings.Contains(line, who) || !strings.Contains(line, says) {
			t.Errorf("%q", line)
		}
	}
}
