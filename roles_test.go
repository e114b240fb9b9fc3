package entente

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"

	"entente.example/internal/charter"
	"entente.example/refusal"
)

var writeRoles = flag.Bool("write-roles", false, "write docs/roles.md from the code")

const rolesHead = `# Who may do what

Each member of a party has one or more roles, from a day to a day, under the party's seal keys. A role allows acts; what no role of a member allows is refused where it is written, and void if
another party's node let it through. Nobody acts for another party. This table is made from the code, and a test holds it against every member of every role.

Acts that a node writes by itself, such as receipts, are in no row: no member may write them.

`

// Attack 7: each role may do exactly what docs/roles.md says, nobody may act without a mandate in force, and no member of one party acts for another.
func TestRolesAreAsWritten(t *testing.T) {
	acts := actNames(t)
	doc := &charter.Document{Parties: []charter.Party{{ID: "cedar"}, {ID: "birch"}}}
	for _, r := range charter.Roles() {
		doc.Parties[0].Mandates = append(doc.Parties[0].Mandates, charter.Mandate{Member: "m-" + string(r), Roles: []charter.Role{r}, From: "2025-01-01", To: "2025-12-31"})
	}
	s := charter.New(doc)
	day := time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC)
	var out strings.Builder
	out.WriteString(rolesHead + "| act | |")
	for _, r := range charter.Roles() {
		fmt.Fprintf(&out, " %s |", r)
	}
	out.WriteString("\n|---|---|" + strings.Repeat(":-:|", len(charter.Roles())) + "\n")
	rows := 0
	for _, subject := range slices.Sorted(maps.Keys(acts)) {
		for _, name := range slices.Sorted(maps.Keys(acts[subject])) {
			verb, row, some := subject+"."+name, "", false
			for _, r := range charter.Roles() {
				member, mark := "m-"+string(r), " |"
				err := s.May("cedar", member, verb, day)
				switch {
				case err == nil:
					mark, some = " ● |", true
				case refusal.As(err).Key != "charter.no_mandate":
					t.Errorf("%s, %s: %v", verb, r, err)
				}
				row += mark
				for who, err := range map[string]error{"for another party": s.May("birch", member, verb, day), "a day too early": s.May("cedar", member, verb, day.AddDate(-1, 0, 0)), "a day too late": s.May("cedar", member, verb, day.AddDate(1, 0, 0)), "nobody": s.May("cedar", "m-nobody", verb, day)} {
					if err == nil {
						t.Errorf("%s, %s: may %s", verb, r, who)
					}
				}
			}
			if some {
				rows++
				fmt.Fprintf(&out, "| `%s` | %s |%s\n", verb, acts[subject][name], row)
			}
		}
	}
	if rows < 80 {
		t.Errorf("only %d acts: the list is not read", rows)
	}
	if *writeRoles {
		if err := os.WriteFile("docs/roles.md", []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile("docs/roles.md")
	if err != nil || string(kept) != out.String() {
		t.Errorf("docs/roles.md is not what the code does; look at what changed, then: go test . -run TestRolesAreAsWritten -write-roles (%v)", err)
	}
}

// actNames are what kinds of entry are called, by subject and name, from the catalogue.
func actNames(t *testing.T) map[string]map[string]string {
	t.Helper()
	files, err := filepath.Glob("internal/locale/catalogue/en/*.toml")
	if err != nil {
		t.Fatal(err)
	}
	acts := map[string]map[string]string{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		words := map[string]any{}
		if err := toml.Unmarshal(b, &words); err != nil {
			t.Fatal(err)
		}
		subjects, _ := words["act"].(map[string]any)
		for subject, names := range subjects {
			acts[subject] = map[string]string{}
			for name, text := range names.(map[string]any) {
				acts[subject][name] = fmt.Sprint(text)
			}
		}
	}
	return acts
}
