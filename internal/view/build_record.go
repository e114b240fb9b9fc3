package view

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/glance"
	"entente.example/internal/node"
	"entente.example/internal/store"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// pageRows is how many entries a page of the record shows.
const pageRows = 50

// Record builds the page of entries, newest first, from those before a place in the order (0: the newest).
func (f From) Record(before int64) (Record, error) {
	chrome, err := f.ChromeOf("")
	if err != nil {
		return Record{}, err
	}
	out := Record{Chrome: chrome, Parties: f.parties()}
	if out.Logs, err = f.logs(); err != nil {
		return out, err
	}
	if out.Digest, err = f.Glances.Digest(f.Snapshot); err != nil {
		return out, err
	}
	if out.Newest = before == 0; out.Newest {
		out.Rows, err = f.waiting()
	} else {
		out.Newer, err = f.newer(before)
	}
	if err != nil {
		return out, err
	}
	rows, older, err := f.Rows(before, pageRows)
	if err != nil {
		return out, err
	}
	out.Rows = append(out.Rows, rows...)
	if older {
		out.Older = rows[len(rows)-1].lam // all of this place are here
	}
	return out, nil
}

// newer is before which place the page ends that comes after the one before a place; 0: it is the newest one.
func (f From) newer(before int64) (int64, error) {
	var after []int64
	for _, l := range f.All {
		from, err := f.firstFrom(l, before)
		if err != nil {
			return 0, err
		}
		for e, err := range f.Reader().Entries(l.ID, from, min(from+pageRows+1, l.Applied)) {
			if err != nil {
				return 0, err
			}
			after = append(after, e.Lam)
		}
	}
	if len(after) <= pageRows {
		return 0, nil
	}
	slices.Sort(after)
	return max(after[pageRows], after[0]+1), nil // the page holds every entry from the place on, unless more than a page has one place
}

// firstFrom finds by halving the first entry in effect of a log that is not before a place: within a log places rise.
func (f From) firstFrom(l store.Log, place int64) (int64, error) {
	from, to := int64(0), l.Applied
	for from < to {
		mid := (from + to) / 2
		e, err := f.Reader().Entry(l.ID, mid)
		if err != nil {
			return 0, err
		}
		if e.Lam < place {
			from = mid + 1
		} else {
			to = mid
		}
	}
	return from, nil
}

// waitingRows is how many entries of each log that are not in effect yet are shown.
const waitingRows = 20

func (f From) waiting() ([]Row, error) {
	g, err := f.glance()
	if err != nil {
		return nil, err
	}
	var out []Row
	for _, l := range f.All {
		for e, err := range f.Reader().Entries(l.ID, l.Applied, min(l.Size, l.Applied+waitingRows)) {
			if err != nil {
				return nil, err
			}
			out = append(out, f.row(glance.Pass(e), g))
		}
	}
	return out, nil
}

// Rows lists entries, newest first, from those before a place in the order (0: the newest), and says whether there are others behind them.
func (f From) Rows(before int64, limit int) (rows []Row, older bool, err error) {
	g, err := f.glance()
	if err != nil {
		return nil, false, err
	}
	passed, older, err := g.Passed(f.Snapshot, before, limit)
	if err != nil {
		return nil, false, err
	}
	rows = make([]Row, 0, len(passed))
	for _, e := range passed {
		rows = append(rows, f.row(e, g))
	}
	return rows, older, nil
}

// glance is what is known of all matters without reading their states.
func (f From) glance() (*glance.Glance, error) { return f.Glances.Of(f.Snapshot) }

// title is a text's title by its matter, nil for what is no text or has none.
func title(g *glance.Glance, matter string) lang.Text {
	if t := g.Text(matter); t != nil {
		return t.Title()
	}
	return nil
}

// textOf is the state of a text that a glance knows.
func (f From) textOf(g *glance.Glance, id string) (*text.State, error) {
	st, err := g.State(f.Snapshot, "text/"+id)
	if err != nil {
		return nil, err
	}
	t, ok := st.(*text.State)
	if !ok { // the store is damaged
		return nil, fmt.Errorf("text/%s is no text", id)
	}
	return t, nil
}

func (f From) row(e glance.Passed, g *glance.Glance) Row {
	var party charter.PartyID
	gen := 1
	for _, l := range f.All {
		if l.ID == e.Log {
			party, gen = charter.PartyID(l.Party), l.Gen
		}
	}
	r := Row{ID: charter.ActID(party, gen, e.Index), Party: f.party(party), Turn: charter.Turn(gen, e.Index), Matter: e.Matter, Title: title(g, e.Matter), Waiting: e.Lam == 0, lam: e.Lam}
	if e.Readable {
		r.At, r.Member, r.Type = e.At, e.Member, e.Type
		r.Party = f.partyOn(party, e.At.UTC().Format("2006-01-02"))
	}
	if e.Void != nil {
		r.Void = reason(e.Void)
	}
	return r
}

// reason reads why an entry is void. Only what a reader is told is read; the cause stays in the log of the node that judged it.
func reason(stored []byte) *refusal.Error {
	var v struct {
		Kind   refusal.Kind
		Key    string
		Params refusal.Params
	}
	if json.Unmarshal(stored, &v) != nil || v.Key == "" {
		return refusal.New(refusal.Internal, "internal")
	}
	return &refusal.Error{Kind: v.Kind, Key: v.Key, Params: v.Params}
}

// Entry builds the page of one entry. id is an act id, as in "cpc-41".
func (f From) Entry(id string) (Entry, error) {
	log, e, err := f.Snapshot.Entry(id)
	if err != nil {
		return Entry{}, err
	}
	chrome, err := f.ChromeOf("")
	if err != nil {
		return Entry{}, err
	}
	g, err := f.glance()
	if err != nil {
		return Entry{}, err
	}
	party := charter.PartyID(log.Party)
	hash := leafHash(e.Leaf)
	out := Entry{Chrome: chrome, Row: f.row(glance.Pass(e), g), LeafHash: fmt.Sprintf("%x", hash), Bytes: len(e.Leaf)}
	if out.Settled, err = f.settled(e.Lam); err != nil {
		return Entry{}, err
	}
	ref := entry.Ref{Origin: log.Origin, Index: e.Index}
	copy(ref.Hash[:], hash[:])
	out.Reference = ref.String()
	var pretty bytes.Buffer
	if json.Indent(&pretty, e.Leaf, "", "  ") != nil {
		pretty.Reset()
		pretty.WriteString(hex.Dump(e.Leaf)) // no JSON: the bytes as they are
	}
	out.JSON = pretty.String()
	if d, err := entry.Decode(e.Leaf); err == nil {
		out.Role = d.Actor.Role
		for _, s := range d.Seen {
			for _, l := range f.All {
				if l.Origin == s.Origin {
					out.Seen = append(out.Seen, Seen{charter.PartyID(l.Party), s.Size})
				}
			}
		}
	}
	for _, p := range f.parties() {
		if p.ID != party && f.Held(p.ID, party, log.Gen) > e.Index {
			out.Confirmed = append(out.Confirmed, p)
		}
	}
	return out, nil
}

// settled reports whether no entry that is still to come can sort before a place.
func (f From) settled(lam int64) (bool, error) {
	upto, err := node.Settled(f.Reader(), f.Logs)
	return lam > 0 && lam <= upto, err
}
