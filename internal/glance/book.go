package glance

import (
	"cmp"
	"crypto/sha256"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/membership"
	"entente.example/internal/node"
	"entente.example/internal/paper"
	"entente.example/internal/record"
	"entente.example/internal/store"
)

// Glance is what is known of all matters of a mechanism as one snapshot has them. It is read-only and may be kept.
type Glance struct {
	applied map[store.LogID]int64        // how many entries of each log it is made from
	folds   int64                        // … after so many times of folding again
	keys    []*Matter                    // all, by key
	waiting []*Matter                    // those that wait for somebody, as lists have them
	texts   []*Text                      // those that have been tabled, by id
	own     []*Matter                    // those of them that are one side's own
	asking  []*Matter                    // papers that ask an answer of somebody
	replies map[string][]charter.PartyID // who sent papers in reply to one that stand, by its matter
	asked   asked

	recurring []*Matter             // commitments of which reports are owed to each meeting
	sessions  map[string][]*Session // by series, as they follow each other
}

// asked is what somebody wanted to know of all matters. It is worked out once: it stays as long as the record does.
type asked struct {
	mu     sync.Mutex
	awaits map[charter.PartyID][]Wait
	newest *stretch
	lately []*Text
}

// Sums are the SHA-256 of all matters' stored states, by key, as the record digest has them.
func (g *Glance) Sums() iter.Seq2[string, [32]byte] {
	return func(yield func(string, [32]byte) bool) {
		for _, m := range g.keys {
			if !yield(m.Key, m.sum) {
				return
			}
		}
	}
}

// Awaits lists what all matters wait for from a party at some time: the charter, the texts, then the kinds of the dialogue. The list is not the caller's to change.
func (g *Glance) Awaits(p charter.PartyID) []Wait {
	g.asked.mu.Lock()
	defer g.asked.mu.Unlock()
	if out, known := g.asked.awaits[p]; known {
		return out
	}
	var out []Wait
	for _, m := range g.waiting {
		for _, w := range m.awaits[p] {
			if m.Text != nil {
				w.Title = m.Text.Title()
			}
			out = append(out, w)
		}
	}
	out = slices.Clip(slices.Concat(out, g.unreplied(p), g.unanswered(p), g.unreported(p)))
	if g.asked.awaits == nil {
		g.asked.awaits = map[charter.PartyID][]Wait{}
	}
	g.asked.awaits[p] = out
	return out
}

// Lapses reports whether something waits for a party at one instant and not at another, though nobody acts.
func (g *Glance) Lapses(p charter.PartyID, after, by time.Time) bool {
	return slices.ContainsFunc(g.Awaits(p), func(w Wait) bool { return w.Open(after) != w.Open(by) })
}

// State is the state of a matter in the snapshot that this is the glance of. One that is decoded already is not read again.
func (g *Glance) State(s *node.Snapshot, key string) (record.Subject, error) {
	if m := g.Matter(key); m != nil {
		if st := s.Known(key, m.sum); st != nil {
			return st, nil
		}
	}
	return s.Subject(key)
}

// Texts lists the texts that have been tabled, by id. The list is not the caller's to change.
func (g *Glance) Texts() []*Text { return g.texts }

// Lately lists the same by what was done in them last, the newest first. The list is not the caller's to change.
func (g *Glance) Lately() []*Text {
	g.asked.mu.Lock()
	defer g.asked.mu.Unlock()
	if g.asked.lately == nil {
		g.asked.lately = slices.Clone(g.texts)
		slices.SortFunc(g.asked.lately, func(a, b *Text) int { return cmp.Or(strings.Compare(b.Last, a.Last), strings.Compare(a.ID, b.ID)) })
	}
	return g.asked.lately
}

// Text finds a text that has been tabled by its matter, nil if there is none.
func (g *Glance) Text(matter string) *Text {
	if m := g.Matter(matter); m != nil {
		return m.Text
	}
	return nil
}

// Matter finds a matter by its key, nil if there is none.
func (g *Glance) Matter(key string) *Matter {
	if i, ok := g.find(key); ok {
		return g.keys[i]
	}
	return nil
}

func (g *Glance) find(key string) (int, bool) {
	return slices.BinarySearchFunc(g.keys, key, func(m *Matter, key string) int { return strings.Compare(m.Key, key) })
}

// Kind lists the matters of a kind, such as "concern", by key. The list is not the caller's to change.
func (g *Glance) Kind(kind string) []*Matter {
	from, _ := g.find(kind + "/")
	to, _ := g.find(kind + "0") // what follows the slash
	return g.keys[from:to]
}

// Pointing lists the matters of a kind that point at another one.
func (g *Glance) Pointing(kind, at string) (out []*Matter) {
	for _, m := range g.Kind(kind) {
		if slices.Contains(m.Points, at) {
			out = append(out, m)
		}
	}
	return out
}

// Replies are the papers in reply to one, by key.
func (g *Glance) Replies(s *node.Snapshot, id string) (out []*paper.State, err error) {
	for _, m := range g.Pointing("paper", "paper/"+id) {
		st, err := g.State(s, m.Key)
		if err != nil {
			return nil, err
		}
		if r, ok := st.(*paper.State); ok {
			out = append(out, r)
		}
	}
	return out, nil
}

// Talks lists the threads about paragraphs of a text, by key.
func (g *Glance) Talks(text string) (out []*Matter) {
	for _, m := range g.Kind("thread") {
		if m.Talk != nil && m.Talk.Text == text {
			out = append(out, m)
		}
	}
	return out
}

// Book remembers glances. A nil book remembers nothing and looks through everything each time.
type Book struct {
	mu      sync.Mutex
	shelves map[string]*shelf
}

// shelf has the glances of one mechanism, the one used last first. They share what did not change between them.
type shelf struct {
	mu   sync.Mutex
	kept []*Glance
}

// keptGlances is enough for readers whose snapshots lie a few transactions apart.
const keptGlances = 3

func (b *Book) shelf(mech string) *shelf {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.shelves == nil {
		b.shelves = map[string]*shelf{}
	}
	if b.shelves[mech] == nil {
		b.shelves[mech] = &shelf{}
	}
	return b.shelves[mech]
}

// Of gives the glance of a snapshot. Readers of one mechanism take turns: what one has looked through, the next has.
func (b *Book) Of(s *node.Snapshot) (*Glance, error) {
	applied := map[store.LogID]int64{}
	for _, l := range s.All {
		applied[l.ID] = l.Applied
	}
	if b == nil {
		return whole(s, applied)
	}
	sh := b.shelf(s.ID)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	old := sh.nearest(applied, s.Folds())
	if old != nil && maps.Equal(old.applied, applied) {
		sh.keep(old)
		return old, nil
	}
	g, err := after(s, applied, old)
	if err == nil {
		sh.keep(g)
	}
	return g, err
}

// Knows reports whether a mechanism has been looked through since the process started. What has happened in it since is not asked.
func (b *Book) Knows(mech string) bool {
	if b == nil {
		return false
	}
	sh := b.shelf(mech)
	if !sh.mu.TryLock() { // somebody is at it
		return false
	}
	defer sh.mu.Unlock()
	return len(sh.kept) > 0
}

// Digest is the record digest of a snapshot. Only matters that have changed since the last one are read.
func (b *Book) Digest(s *node.Snapshot) (string, error) {
	if b == nil {
		return s.Digest()
	}
	g, err := b.Of(s)
	if err != nil {
		return "", err
	}
	return s.DigestOf(g.Sums())
}

// keep puts a glance first.
func (sh *shelf) keep(g *Glance) {
	sh.kept = slices.DeleteFunc(sh.kept, func(k *Glance) bool { return k == g })
	sh.kept = slices.Insert(sh.kept, 0, g)
	sh.kept = slices.Delete(sh.kept, min(len(sh.kept), keptGlances), len(sh.kept))
}

// nearest is the glance from which least has happened. What was known before a mechanism was folded again says nothing: the same entries may have come to something else.
func (sh *shelf) nearest(applied map[store.LogID]int64, folds int64) (best *Glance) {
	least := int64(0)
	for _, g := range sh.kept {
		if g.folds != folds {
			continue
		}
		steps := int64(0)
		for id, n := range g.applied {
			if applied[id] < n {
				steps = -1
				break
			}
			steps += applied[id] - n
		}
		if steps >= 0 && (best == nil || steps < least) {
			best, least = g, steps
		}
	}
	return best
}

// after looks again at what entries came for since an older glance. The state of a matter is a function of its applied entries and, where parties' mandates and names are asked, of what they changed about
// themselves: if they did, everything is looked at.
func after(s *node.Snapshot, applied map[store.LogID]int64, old *Glance) (*Glance, error) {
	if old == nil {
		return whole(s, applied)
	}
	changed := map[string]bool{}
	for _, l := range s.All {
		for e, err := range s.Reader().Entries(l.ID, old.applied[l.ID], l.Applied) {
			if err != nil {
				return nil, err
			}
			changed[e.Matter] = true
		}
	}
	g := &Glance{applied: applied, folds: s.Folds(), keys: slices.Clone(old.keys)}
	for key := range changed {
		if strings.HasPrefix(key, "party/") || strings.HasPrefix(key, membership.Kind+"/") {
			return whole(s, applied)
		}
		m, err := s.Reader().Matter(s.ID, key)
		if err != nil {
			return nil, err
		}
		known, err := look(s, m, s.Decoded) // whoever makes a page of it reads it next
		if err != nil {
			return nil, err
		}
		known = pack([]*Matter{known})[0]
		if i, there := g.find(key); there {
			g.keys[i] = known
		} else {
			g.keys = slices.Insert(g.keys, i, known)
		}
	}
	g.sort()
	return g, nil
}

// atOnce is how many matters are packed together while all of them are looked through: what is not packed yet takes several times as much.
const atOnce = 1024

// whole looks through every matter.
func whole(s *node.Snapshot, applied map[store.LogID]int64) (*Glance, error) {
	g := &Glance{applied: applied, folds: s.Folds()}
	loose := make([]*Matter, 0, atOnce)
	for m, err := range s.Reader().Matters(s.ID, "") {
		if err != nil {
			return nil, err
		}
		known, err := look(s, m, func(m store.Matter) (record.Subject, error) { return record.State(m.Key, m.State) })
		if err != nil {
			return nil, err
		}
		if loose = append(loose, known); len(loose) == atOnce {
			g.keys, loose = append(g.keys, pack(loose)...), loose[:0]
		}
	}
	g.keys = append(g.keys, pack(loose)...)
	slices.SortFunc(g.keys, func(a, b *Matter) int { return strings.Compare(a.Key, b.Key) })
	g.sort()
	return g, nil
}

// look takes in one matter. It keeps nothing of its state.
func look(s *node.Snapshot, m store.Matter, decode func(store.Matter) (record.Subject, error)) (*Matter, error) {
	known := &Matter{Key: m.Key, rank: -1}
	if rank(m.Key) >= 0 {
		st, err := decode(m)
		if err != nil {
			return nil, err
		}
		known = Of(s.Charter(), m.Key, st)
	}
	known.Lam, known.sum = m.Lam, sha256.Sum256(m.State)
	return known, nil
}

// sort makes the lists that pages ask for, from all matters by key.
func (g *Glance) sort() {
	g.replies, g.sessions = map[string][]charter.PartyID{}, map[string][]*Session{}
	byRank := map[int][]*Matter{}
	for _, m := range g.keys {
		byRank[m.rank] = append(byRank[m.rank], m)
	}
	for _, r := range slices.Sorted(maps.Keys(byRank)) {
		for _, m := range byRank[r] {
			if m.Note != nil {
				if len(m.Note.Asks) > 0 {
					g.asking = append(g.asking, m)
				}
				for _, answered := range m.Points {
					g.replies[answered] = append(g.replies[answered], m.Note.By)
				}
			}
			if len(m.awaits) > 0 {
				g.waiting = append(g.waiting, m)
			}
			if len(m.Recurs) > 0 {
				g.recurring = append(g.recurring, m)
			}
			if d := m.Days; d != nil {
				g.sessions[d.Series] = append(g.sessions[d.Series], d)
			}
			if m.Text != nil {
				g.texts = append(g.texts, m.Text)
				if m.Text.Own != nil {
					g.own = append(g.own, m)
				}
			}
		}
	}
	inOrder(g.sessions)
}
