package view

import (
	"encoding/json"

	"entente.example/internal/charter"
)

// Mark says how far the record has come, to be kept as a member's last visit.
func (f From) Mark() string {
	m := map[string]int64{}
	for _, l := range f.Logs {
		m[l.Party] = charter.Turn(l.Gen, l.Applied)
	}
	b, err := json.Marshal(m)
	if err != nil {
		return ""
	}
	return string(b)
}

// Changes lists the newest entries that came after a mark, at most limit; "" lists the newest of all. What the member wrote and what nodes write by rule is left out.
func (f From) Changes(member, mark string, limit int) ([]Change, error) {
	seen := map[charter.PartyID]int64{}
	if mark != "" && json.Unmarshal([]byte(mark), &seen) != nil {
		mark = ""
	}
	rows, err := f.Rows(0, pageRows)
	if err != nil {
		return nil, err
	}
	var out []Change
	for _, r := range rows {
		ours := string(r.Party.ID) == f.Self && r.Member == member
		if r.Member == "node" || ours || mark != "" && r.Turn < seen[r.Party.ID] || len(out) == limit {
			continue
		}
		out = append(out, Change{Ref: f.Charter().Document().ID, Row: r})
	}
	return out, nil
}
