package view

import (
	"encoding/json"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/glance"
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
	g, err := f.glance()
	if err != nil {
		return nil, err
	}
	passed, _, err := g.Passed(f.Snapshot, 0, changesRead)
	if err != nil {
		return nil, err
	}
	own := map[store.LogID]bool{}
	for _, l := range f.All {
		own[l.ID] = l.Party == f.Self
	}
	out := make([]Change, 0, limit)
	for _, e := range passed {
		if len(out) == limit {
			break
		}
		if mark != "" && e.Index < known[e.Log] || e.Member == "node" || own[e.Log] && e.Member == member {
			continue
		}
		out = append(out, Change{Ref: f.Charter().Document().ID, Row: f.row(e, g)})
	}
	return out, nil
}

// changesRead is among how many of the newest entries a member's news are looked for.
const changesRead = glance.NewestKept

// Steady reports whether what waits stays as it is until something happens or another day begins. What a line asks for comes and goes by the minute, and a silence may end today.
func (f From) Steady() (bool, error) {
	g, err := f.glance()
	if err != nil {
		return false, err
	}
	tomorrow := f.Now.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
	return len(g.Kind("line")) == 0 && !g.Lapses(charter.PartyID(f.Self), f.Now, tomorrow), nil
}
