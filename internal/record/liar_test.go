package record

import (
	"encoding/hex"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/party"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/seal"
)

// tale is a mechanism in which c lies, and a begins anew with an old backup while somebody may have its key. Honest nodes write what they have folded; c and the thief write that they have seen whatever they like.
type tale struct {
	*lines
	rng    *rand.Rand
	knows  [][]charter.Past // by slot and entry: what the entry says to have seen, its own log included
	honest []*replica       // a's node and b's
	backup []int64          // what a's had
	lost   bool
	names  int
}

func newTale(t *testing.T, seed uint64) *tale {
	x := &tale{lines: newLines(t), rng: rand.New(rand.NewPCG(seed, 7))}
	r := x.reader(0, nil)
	for slot := range x.logs {
		x.knows = append(x.knows, nil)
		for i := range x.logs[slot] {
			x.knows[slot] = append(x.knows[slot], r.rows[slot][i].Position.Past.With(3, slot, int64(i+1)))
		}
	}
	for me := range 2 {
		x.honest = append(x.honest, x.reader(me, nil))
	}
	x.backup = slices.Clone(x.honest[0].have)
	return x
}

func (x *tale) text() (string, text.Table) {
	x.names++
	id := fmt.Sprintf("t-%d", x.names)
	return "text/" + id, text.Table{Title: lang.Text{"en": id}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1, Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": "Decide;"}}}}
}

// writes lets an honest node write; first what it owes about new generations.
func (x *tale) writes(r *replica, member, matter string, body entry.Body) {
	x.t.Helper()
	must(x.t, r.write(member, matter, body))
	at := int64(len(x.logs[r.own])) - 1
	x.knows[r.own] = append(x.knows[r.own], r.rows[r.own][at].Position.Past.With(3, r.own, at+1))
}

func (x *tale) confirm(r *replica) {
	for slot := 3; slot < 6; slot++ {
		p := x.doc.Parties[slot%3].ID
		s, _ := r.fold.Cached(party.Matter(p)).(*party.State)
		if slot%3 == r.me || r.fold.Applied().At(slot) == 0 || r.fold.LastPast(r.own).At(slot) > 0 || s == nil {
			continue
		}
		x.writes(r, entry.Node.Member, party.Matter(p), party.Confirm{Generation: 2})
	}
}

func (x *tale) hears(r *replica) {
	slot := x.rng.IntN(6)
	r.receive(slot, x.rng.Int64N(4))
	if r.me != 0 || x.lost == (r.own == 3) {
		x.confirm(r)
	}
}

// claim makes up what an entry of a log has seen.
func (x *tale) claim(slot int) (seen []entry.Seen, all charter.Past) {
	var before charter.Past
	if n := len(x.knows[slot]); n > 0 {
		before = x.knows[slot][n-1]
	}
	all = before.With(3, slot, int64(len(x.logs[slot])+1))
	for range 1 + x.rng.IntN(2) {
		of := x.rng.IntN(6)
		if of == slot || len(x.logs[of]) == 0 {
			continue
		}
		n := all.At(of) + 1
		if have := int64(len(x.logs[of])); n <= have {
			n += x.rng.Int64N(have - n + 1)
		} else if n = have; x.rng.IntN(12) == 0 {
			n += 2
		}
		if n > all.At(of) {
			all = all.With(3, of, n)
		}
		if n <= int64(len(x.logs[of])) && x.rng.IntN(6) > 0 {
			all = all.Join(x.knows[of][n-1]) // a past that is closed
		}
	}
	all = all.With(3, slot, int64(len(x.logs[slot])+1))
	for of, n := range all {
		if of == slot || n <= before.At(of) {
			continue
		}
		s := entry.Seen{Origin: x.origin(of), Size: n}
		if n < int64(len(x.roots[of])) {
			s.Root = x.roots[of][n]
		}
		if x.rng.IntN(40) == 0 {
			s.Root[0] ^= 1
		}
		seen = append(seen, s)
	}
	slices.SortFunc(seen, func(a, b entry.Seen) int { return strings.Compare(a.Origin, b.Origin) })
	return seen, all
}

func (x *tale) lies(slot int) {
	seen, all := x.claim(slot)
	matter, body := x.text()
	x.append(slot, x.compose(slot, string(x.doc.Parties[slot%3].ID)+"-all", matter, body, seen...))
	x.knows[slot] = append(x.knows[slot], all)
}

// opens is the opening of a party's second generation.
func (x *tale) opens(p int, size int64) party.Generation {
	x.t.Helper()
	of := x.doc.Parties[p]
	st := party.NewStatement(x.mech, of.ID, 2, party.Loss, of.Keys.Node(), party.Head{Root: hex.EncodeToString(x.roots[p][size][:]), Size: size}, "")
	m, err := st.Message()
	must(x.t, err)
	armor, err := seal.Sign(x.keys[p], seal.NamespaceKeys, m)
	must(x.t, err)
	return party.Generation{Statement: st, Signatures: []string{armor}}
}

func (x *tale) step() {
	switch k := x.rng.IntN(20); {
	case k < 8:
		x.hears(x.honest[x.rng.IntN(2)])
	case k < 12:
		r := x.honest[x.rng.IntN(2)]
		x.confirm(r)
		matter, body := x.text()
		x.writes(r, r.all(), matter, body)
	case k < 15:
		x.lies(2)
	case k < 17 && len(x.logs[5]) > 0:
		x.lies(5)
	case k == 17 && x.lost:
		x.lies(0) // the thief
	case k == 18 && !x.lost:
		if x.rng.IntN(2) == 0 {
			x.backup = slices.Clone(x.honest[0].have)
			return
		}
		x.lost = true
		r := x.reader(0, nil)
		copy(r.have, x.backup)
		r.foldAll()
		r.own = 3
		r.fold.AddLog(Head{Party: 0, Gen: 2})
		x.honest[0] = r
		x.writes(r, entry.Node.Member, "party/a", x.opens(0, r.fold.Applied()[0]))
		x.confirm(r)
	case k == 19 && len(x.logs[5]) == 0:
		seen, all := x.claim(5)
		end := x.base[2] + x.rng.Int64N(int64(len(x.logs[2]))-x.base[2]+1)
		all = all.With(3, 2, end)
		seen = slices.DeleteFunc(seen, func(s entry.Seen) bool { return s.Origin == x.origin(2) })
		for _, of := range []int{0, 1} {
			if all.At(of) < x.base[of] {
				all = all.With(3, of, x.base[of])
				seen = slices.DeleteFunc(seen, func(s entry.Seen) bool { return s.Origin == x.origin(of) })
				seen = append(seen, x.head(of, x.base[of]))
			}
		}
		seen = append(seen, x.head(2, end))
		slices.SortFunc(seen, func(a, b entry.Seen) int { return strings.Compare(a.Origin, b.Origin) })
		x.append(5, x.compose(5, entry.Node.Member, "party/c", x.opens(2, end), seen...))
		x.knows[5] = append(x.knows[5], all)
	}
}

// anew folds everything as a node does that folds anew: all logs are there, and where they ended is said before.
func (x *tale) anew(of *replica, said bool) *replica {
	r := x.started(2)
	r.fold = New(x.mech, x.doc, nil)
	x.begin(8, r)
	*r = replica{universe: r.universe, me: 2, own: 2, fold: r.fold, have: make([]int64, 9), rows: make([][]Past, 9), matter: make([][]string, 9), state: map[string]Stored{}, voids: map[string]string{}}
	for slot := range 6 {
		if slot < 3 || of.fold.Applied().At(slot) > 0 {
			r.fold.AddLog(Head{Party: slot % 3, Gen: 1 + slot/3})
			if !said {
				r.have[slot] = of.fold.Applied().At(slot)
			}
		}
	}
	for slot := 3; slot < 6 && said; slot++ {
		if of.fold.Applied().At(slot) > 0 {
			e, err := entry.Decode(x.logs[slot][0])
			must(x.t, err)
			var b party.Generation
			must(x.t, entry.DecodeBody(&e, &b))
			r.fold.Close(slot%3, b.Statement)
		}
	}
	for said && !slices.Equal(r.have[:6], sizes(x.logs)) {
		if slot := x.rng.IntN(6); of.fold.Applied().At(slot) > 0 {
			r.receive(slot, x.rng.Int64N(6))
		} else {
			r.have[slot] = int64(len(x.logs[slot]))
		}
	}
	r.foldAll()
	return r
}

func sizes(logs [][][]byte) (out []int64) {
	for _, l := range logs[:6] {
		out = append(out, int64(len(l)))
	}
	return out
}

func (r *replica) counts() (out [6]int64) {
	copy(out[:], r.fold.Applied())
	return out
}

// vouched is how much other parties' entries that count vouch for of a generation.
func (r *replica) vouched(slot int) (n int64) {
	for q, rows := range r.rows {
		for i, row := range rows {
			if q%3 != slot%3 && (i == 0 || rows[i-1].Position.Past.At(slot+3) == 0) {
				n = max(n, row.Position.Past.At(slot))
			}
		}
	}
	return n
}

// Whatever c and a thief of a's key claim, the honest nodes come to the same, each in the order in which it heard of things; so does whoever folds anew, in any order, and whoever verifies, which knows no end before it comes to
// it. What counts beyond an end is vouched for by entries that count. SPEC generation-vouched, void-everywhere.
func TestWhateverALiarHasSeenAllCountTheSame(t *testing.T) {
	beyond, cutOff := map[int]int{}, map[int]int{} // by log: in how many stories some of it counts that lies beyond its end, and some does not
	for seed := range uint64(24) {
		x := newTale(t, seed)
		for range 60 {
			x.step()
		}
		for range 6 {
			for _, r := range x.honest {
				for range 8 {
					for slot := range 6 {
						r.receive(slot, 1<<30)
					}
				}
				x.confirm(r)
				matter, body := x.text()
				x.writes(r, r.all(), matter, body)
			}
		}
		for range 2 {
			for _, r := range x.honest {
				for slot := range 6 {
					r.receive(slot, 1<<30)
				}
			}
		}
		want := x.honest[1]
		for slot, n := range want.counts() {
			stated, closed := int64(0), false
			if slot < 3 {
				stated, closed = want.fold.Closed(slot, 1)
			}
			if closed && n > stated && n > want.vouched(slot) {
				t.Fatalf("story %d: %d entries of log %d count, which ends at %d, and others vouch for %d", seed, n, slot, stated, want.vouched(slot))
			}
			if closed && n > stated {
				beyond[slot]++
			}
			if closed && n < int64(len(x.logs[slot])) {
				cutOff[slot]++
			}
		}
		others := map[string]*replica{"a": x.honest[0], "verify": x.anew(want, false)}
		for i := range 4 {
			others[fmt.Sprint("order ", i)] = x.anew(want, true)
		}
		for name, r := range others {
			if got := r.counts(); got != want.counts() {
				t.Fatalf("story %d: %s counts %v, b counts %v of %v", seed, name, got, want.counts(), sizes(x.logs))
			}
			if !maps.Equal(r.states(), want.states()) {
				t.Fatalf("story %d: %s has other states", seed, name)
			}
		}
	}
	for _, slot := range []int{0, 2} {
		if beyond[slot] < 4 || cutOff[slot] < 4 {
			t.Errorf("log %d goes on beyond its end and counts in %d stories, and does not in %d: this test looks at too little", slot, beyond[slot], cutOff[slot])
		}
	}
}
