package chancery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"entente.example/internal/index"
	"entente.example/internal/node"
	"entente.example/internal/readout"
	"entente.example/internal/search"
	"entente.example/internal/store"
	"entente.example/refusal"
)

// library keeps the search index at what the record says. It reads behind the node's core and never holds it up; how far it has read is part of the index, so nothing is missed whatever is
// missed by the way, and a missing index is made anew by reading from the beginning.
type library struct {
	c  *Chancery
	mu sync.Mutex // one reading at a time
	x  *index.Index
	// seen is what each mechanism's logs and receipts were when everything of them was read: while they are the same, the index is left alone and a node at rest keeps none of it in memory.
	seen   map[string]string
	looked looked // what everything was read of
}

// Rhythm of the library.
const (
	libraryLook  = 30 * time.Second // everything is looked at: changes may have been missed
	libraryRest  = 200 * time.Millisecond
	libraryWaits = 10 * time.Second // at most, for a burst of changes to end
	libraryBatch = 2000             // entries in one transaction
	evidenceMark = ""               // where the index notes how much evidence of two histories it knows of: each piece can change what earlier entries come to
)

// run works until ctx ends. It lets a burst of entries pass before it reads them, and takes at most half of the time then.
func (l *library) run(ctx context.Context) error {
	changes, stop := l.c.Watch()
	defer stop()
	tick := time.NewTicker(libraryLook)
	defer tick.Stop()
	due := map[string]bool{} // mechanisms of which something may be unread
	l.all(ctx, due)
	for ctx.Err() == nil {
		begun := time.Now()
		for mech := range due {
			if behind, err := l.read(ctx, mech); err != nil || behind == 0 {
				l.warn(ctx, err)
				delete(due, mech)
			}
		}
		note := func(c node.Changed) { due[c.Mech] = true }
		var rested <-chan time.Time
		if len(due) > 0 {
			rested = time.After(max(libraryRest, time.Since(begun)))
		}
		select {
		case <-ctx.Done():
		case <-rested:
		case <-tick.C:
			l.all(ctx, due)
		case c := <-changes:
			note(c)
			Lull(ctx, changes, libraryWaits, note)
		}
	}
	return nil
}

func (l *library) all(ctx context.Context, due map[string]bool) {
	mechs, err := l.c.node.Mechanisms(ctx)
	l.warn(ctx, err)
	for _, mech := range mechs {
		due[mech] = true
	}
}

func (l *library) warn(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		l.c.log.Warn("the search index could not be brought up to date", "error", err)
	}
}

// index opens the index when it is first needed.
func (l *library) index(ctx context.Context) (*index.Index, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.opened(ctx)
}

func (l *library) opened(ctx context.Context) (x *index.Index, err error) {
	if l.x == nil {
		l.x, err = index.Open(ctx, l.c.path(IndexFile))
		if err != nil {
			l.x = nil
		}
	}
	return l.x, err
}

func (l *library) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.x == nil {
		return nil
	}
	return l.x.Close()
}

// read brings the index on by one batch of entries, and says how many are left.
func (l *library) read(ctx context.Context, mech string) (behind int64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	told := l.c.node.ToldOf(mech)
	if l.looked.idle(mech, told) {
		return 0, nil
	}
	heads, err := l.heads(ctx, mech)
	if err != nil || heads == l.seen[mech] {
		l.looked.note(mech, told, err == nil)
		return 0, err
	}
	x, err := l.opened(ctx)
	if err != nil {
		return 0, err
	}
	for again := true; again && err == nil; {
		again, behind, err = l.batch(ctx, x, mech)
	}
	if err == nil && behind == 0 {
		l.seen[mech] = heads
		l.looked.note(mech, told, true)
	}
	return behind, l.mend(ctx, x, err)
}

// anew makes the index again beside the one that answers meanwhile, and puts it in its place when it knows as much. told hears how many entries it has read.
func (l *library) anew(ctx context.Context, mechs []string, sizes map[string]int64, told func(indexed int64)) (err error) {
	beside := l.c.path(besideIndexFile)
	if err := index.Remove(beside); err != nil { // a process that was killed left it
		return err
	}
	y, err := index.Open(ctx, beside)
	if err != nil {
		return errors.Join(err, index.Remove(beside))
	}
	var done int64
	for i := 0; i < len(mechs) && err == nil; i++ {
		size := sizes[mechs[i]]
		err = l.whole(ctx, y, mechs[i], func(behind int64) { told(done + max(size-behind, 0)) })
		done += size
	}
	if err := errors.Join(err, y.Close()); err != nil {
		return errors.Join(err, index.Remove(beside))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	x, err := l.opened(ctx)
	if err != nil {
		return errors.Join(err, index.Remove(beside))
	}
	l.forget() // what came while it was made is read as always
	return x.Replace(ctx, beside)
}

// whole reads all of a mechanism into an index. told hears how many entries are left.
func (l *library) whole(ctx context.Context, x *index.Index, mech string, told func(behind int64)) error {
	for {
		again, behind, err := l.batch(ctx, x, mech)
		if err != nil {
			return err
		}
		if again {
			continue
		}
		if told(behind); behind == 0 {
			return nil
		}
	}
}

// forget says that nothing is known of what the index has.
func (l *library) forget() {
	clear(l.seen)
	clear(l.looked)
}

// mend puts an empty index in the place of one that an error says is damaged. The error stays one: what was asked was not answered.
func (l *library) mend(ctx context.Context, x *index.Index, err error) error {
	if !index.Damaged(err) {
		return err
	}
	l.forget()
	l.c.log.Warn("the search index is damaged and is made anew", "error", err)
	return refusal.New(refusal.Unavailable, "search.made_anew").Because(errors.Join(err, x.Renew(ctx)))
}

// heads is everything on which the index of a mechanism rests.
func (l *library) heads(ctx context.Context, mech string) (string, error) {
	var b strings.Builder
	err := l.c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		evidence, err := s.Reader().Evidence(mech)
		fmt.Fprint(&b, len(evidence))
		for _, lg := range s.All {
			fmt.Fprintf(&b, " %s:%d", lg.Origin, lg.Applied)
		}
		for _, r := range s.Confirmed {
			fmt.Fprintf(&b, " %d/%s:%d", r.Log, r.Party, r.Size)
		}
		return err
	})
	return b.String(), err
}

// batch indexes what a batch of entries changed. again: the index did not fit the record, as after a backup was restored, and begins anew.
func (l *library) batch(ctx context.Context, x *index.Index, mech string) (again bool, behind int64, err error) {
	have, err := x.State(ctx, mech)
	if err != nil {
		return false, 0, err
	}
	var matters []search.Matter
	logs := map[string]int64{}
	err = l.c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		evidence, err := s.Reader().Evidence(mech)
		if err != nil {
			return err
		}
		known, begun := have.Logs[evidenceMark]
		again = begun && known != int64(len(evidence)) || slices.ContainsFunc(s.All, func(lg store.Log) bool { return lg.Applied < have.Logs[lg.Origin] })
		if again {
			return nil
		}
		if !begun || known != int64(len(evidence)) {
			logs[evidenceMark] = int64(len(evidence))
		}
		keys, left, err := changed(s, have, logs)
		if err != nil {
			return err
		}
		behind = left
		matters, err = cut(s, keys, have.Undecided)
		return err
	})
	switch {
	case err != nil:
		return false, behind, err
	case again:
		return true, behind, x.Forget(ctx, mech)
	case len(matters)+len(logs) == 0:
		return false, behind, nil
	}
	return false, behind, x.Update(ctx, mech, matters, logs)
}

// changed lists the matters of the next batch of entries in the order in which they last changed, and notes in logs how far that reads.
func changed(s *node.Snapshot, have index.State, logs map[string]int64) (keys []string, behind int64, err error) {
	last := map[string]int64{}
	room := int64(libraryBatch)
	for _, lg := range s.All {
		from := have.Logs[lg.Origin]
		to := min(lg.Applied, from+room)
		behind += lg.Applied - to
		if to == from {
			continue
		}
		for e, err := range s.Reader().Entries(lg.ID, from, to) {
			if err != nil {
				return nil, 0, err
			}
			last[e.Matter] = max(last[e.Matter], e.Lam)
		}
		room -= to - from
		logs[lg.Origin] = to
	}
	keys = slices.SortedFunc(maps.Keys(last), func(a, b string) int { return cmp.Or(cmp.Compare(last[a], last[b]), cmp.Compare(a, b)) })
	return keys, behind, nil
}

// cut makes passages of matters that changed, and of those of which more is agreed by now.
func cut(s *node.Snapshot, keys, undecided []string) ([]search.Matter, error) {
	var out []search.Matter
	add := func(key string, unless bool) error {
		st, err := s.Subject(key)
		if err != nil {
			if refusal.As(err).Kind == refusal.Missing {
				return nil
			}
			return err
		}
		if m := search.Of(s.Charter(), s.Held, key, st); !unless || !m.Undecided {
			out = append(out, m)
		}
		return nil
	}
	for _, key := range keys {
		if err := add(key, false); err != nil {
			return nil, err
		}
	}
	for _, key := range undecided {
		if !slices.Contains(keys, key) {
			if err := add(key, true); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// Found is what a search came to.
type Found struct {
	Scope  search.Scope `json:"scope"`
	Words  string       `json:"words"`
	Loose  bool         `json:"loose"`          // nothing holds the words as they stand; what is here holds each of them
	Behind int64        `json:"behind"`         // entries that are not indexed yet
	Next   int64        `json:"next,omitempty"` // to go on with: what is older than this number
	// How many passages there are in matters of each kind; Over: at least so many, for not all were counted.
	Kinds []index.Count `json:"kinds"`
	Over  bool          `json:"over"`
	Hits  []FoundHit    `json:"hits"`
	Query search.Query  `json:"-"`
}

// FoundHit is a passage that was found.
type FoundHit struct {
	Number  int64          `json:"number"`
	Matter  string         `json:"matter"`
	Source  search.Source  `json:"source"`
	Passage search.Passage `json:"passage"`

	Disputes  []readout.Disputed `json:"disputes,omitempty"`  // what is said against it, if it is a sentence of a readout
	Withdrawn *readout.TakenBack `json:"withdrawn,omitempty"` // that its party stands behind it no more
}

// SearchQuery is a search.
type SearchQuery struct {
	Scope  string
	Words  string
	Kind   string // of matter, as in "concern"; "" for all
	Before int64
	Limit  int
}

// Pages of a search.
const (
	searchPage    = 20
	maxSearchPage = 100
)

// Search looks for words in the agreed language of a mechanism, or in its whole record.
func (c *Chancery) Search(ctx context.Context, mech string, q SearchQuery) (Found, error) {
	scope, err := search.ParseScope(q.Scope)
	if err != nil {
		return Found{}, err
	}
	out := Found{Scope: scope, Words: q.Words, Kinds: []index.Count{}, Hits: []FoundHit{}}
	if out.Query, err = search.Parse(q.Words); err != nil {
		return out, err
	}
	limit := q.Limit
	if limit <= 0 {
		limit = searchPage
	}
	if out.Behind, err = c.library.fresh(ctx, mech); err != nil {
		return out, err
	}
	x, err := c.library.index(ctx)
	if err != nil {
		return out, err
	}
	f, err := x.Find(ctx, mech, index.Ask{Scope: scope, Query: out.Query, Kind: q.Kind, Before: q.Before, Limit: min(limit, maxSearchPage), Count: true})
	if err != nil {
		c.library.mu.Lock()
		defer c.library.mu.Unlock()
		return out, c.library.mend(ctx, x, err)
	}
	out.Loose, out.Next, out.Over, out.Kinds = f.Loose, f.Next, f.Over, append(out.Kinds, f.Kinds...)
	for _, h := range f.Hits {
		hit := FoundHit{Number: h.ID, Matter: h.Key, Source: h.Source, Passage: h.Passage}
		if hit.Disputes, hit.Withdrawn, err = c.against(ctx, mech, h.Key, h.Passage); err != nil {
			return out, err
		}
		out.Hits = append(out.Hits, hit)
	}
	return out, nil
}

// against is what is said against a passage that is a sentence of a readout, and whether that was withdrawn, which its title says as well: nothing shows the one without the other.
func (c *Chancery) against(ctx context.Context, mech, matter string, p search.Passage) ([]readout.Disputed, *readout.TakenBack, error) {
	act, sentence, ok := strings.Cut(p.Place, "/")
	if !strings.HasPrefix(matter, "readout/") || !ok && p.What != (readout.Put{}).EntryType() {
		return nil, nil, nil
	}
	st, err := c.Subject(ctx, mech, matter)
	if err != nil {
		return nil, nil, err
	}
	r := st.(*readout.State)
	return r.Against(act, sentence), r.Withdrawn, nil
}

// fresh brings the index up to date as far as somebody who searches can wait; while the node does not run, to the end.
func (l *library) fresh(ctx context.Context, mech string) (behind int64, err error) {
	for {
		if behind, err = l.read(ctx, mech); err != nil || behind == 0 {
			return behind, err
		}
		select {
		case <-l.c.running:
			return behind, nil
		default:
		}
	}
}
