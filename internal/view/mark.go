package view

import (
	"encoding/json"

	"entente.example/internal/charter"
	"entente.example/internal/store"
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
	known := map[store.LogID]int64{} // entries that were there at the last visit, by log
	news := mark == ""
	for _, l := range f.All {
		known[l.ID] = max(seen[charter.PartyID(l.Party)]-charter.Turn(l.Gen, 0), 0)
		news = news || l.Applied > known[l.ID]
	}
	if !news {
		return nil, nil
	}
	entries, err := f.Recent(0, changesRead)
	if err != nil {
		return nil, err
	}
	g, err := f.glance()
	if err != nil {
		return nil, err
	}
	var out []Change
	for _, e := range entries {
		if len(out) == limit {
			break
		}
		if mark != "" && e.Index < known[e.Log] {
			continue
		}
		r := f.row(e, g)
		if r.Member == "node" || string(r.Party.ID) == f.Self && r.Member == member {
			continue
		}
		out = append(out, Change{Ref: f.Charter().Document().ID, Row: r})
	}
	return out, nil
}

// changesRead is among how many of the newest entries a member's news are looked for.
const changesRead = 100
