package node

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"entente.example/internal/attachment"
	"entente.example/internal/charter"
	"entente.example/internal/document"
	"entente.example/internal/founding"
	"entente.example/internal/guest"
	"entente.example/internal/meeting"
	"entente.example/internal/party"
	"entente.example/internal/record"
	"entente.example/internal/store"
	"entente.example/internal/text"
	"entente.example/ledger"
	"entente.example/refusal"
)

// Snapshot is one consistent view of a mechanism. It is valid only inside the call it was handed to; the states it returns are read-only and may be kept.
type Snapshot struct {
	store.Mechanism
	Logs      []store.Log       // the newest generation of each party's log, by party ordinal
	All       []store.Log       // every generation, by slot (charter.Slot)
	Confirmed []store.Confirmed // of all logs
	r         store.Reader
	states    *stateCache
	charter   *charter.State
	parties   map[charter.PartyID]*party.State // of those that have changed something about themselves
	folds     int64
}

// Folds says how often this process had folded a mechanism again when the snapshot was taken. Logs that are folded as far as before have the same states only as long as this is the same.
func (s *Snapshot) Folds() int64 { return s.folds }

// Snapshot runs f on one consistent view of a mechanism.
func (n *Node) Snapshot(ctx context.Context, mech string, f func(*Snapshot) error) error {
	folds := n.core.folds.Load() // before the store is looked at: a fold that ends in between is counted with the next snapshot
	return n.View(ctx, func(r store.Reader) error {
		s, err := newSnapshot(r, mech, &n.states, folds)
		if err != nil {
			return err
		}
		return f(s)
	})
}

// Mechanisms lists the ids of the mechanisms this node is in, in the order it joined them.
func (n *Node) Mechanisms(ctx context.Context) (ids []string, err error) {
	err = n.View(ctx, func(r store.Reader) (err error) {
		ids, err = r.Mechanisms()
		return err
	})
	return ids, err
}

// Snapshot is Node.Snapshot for whoever runs a core without a node, as a simulator does.
func (c *Core) Snapshot(ctx context.Context, mech string, f func(*Snapshot) error) error {
	return c.store.View(ctx, func(r store.Reader) error {
		s, err := newSnapshot(r, mech, &c.states, c.folds.Load())
		if err != nil {
			return err
		}
		c.states.digests = nil // a simulator asks what is there, not what was
		return f(s)
	})
}

func newSnapshot(r store.Reader, mech string, cache *stateCache, folds int64) (*Snapshot, error) {
	row, err := r.Mechanism(mech)
	if errors.Is(err, store.ErrMissing) {
		return nil, refusal.New(refusal.Missing, "node.no_mechanism")
	}
	if err != nil {
		return nil, err
	}
	s := &Snapshot{Mechanism: row, r: r, states: cache, parties: map[charter.PartyID]*party.State{}, folds: folds}
	doc, err := charterOf(s.Mechanism)
	if err != nil {
		return nil, err
	}
	s.charter = charter.NewAs(mech, doc)
	logs, err := r.Logs(mech)
	if err != nil {
		return nil, err
	}
	s.All = logs
	slices.SortFunc(s.All, func(a, b store.Log) int { return s.Slot(a) - s.Slot(b) })
	if s.Confirmed, err = r.Confirmed(mech); err != nil {
		return nil, err
	}
	for _, p := range doc.Parties {
		last := store.Log{}
		for _, l := range s.All {
			if l.Party == string(p.ID) {
				last = l
			}
		}
		if last.Gen == 0 {
			return nil, fmt.Errorf("no log of %s in the store", p.ID)
		}
		s.Logs = append(s.Logs, last)
	}
	return s, errors.Join(s.settleParties(), s.settleNames())
}

// Charter is the charter with the mandates given since.
func (s *Snapshot) Charter() *charter.State { return s.charter }

// Held says how many entries of a generation of p's log party y attests, for the rule of adoption: by receipts, and of a closed generation also by what y wrote when it took the next one up. A receipt for a
// later generation says nothing before that is known here, for y may hold more of the earlier one than we do. SPEC one-line
func (s *Snapshot) Held(y, p charter.PartyID, gen int) int64 {
	rc, _ := s.Receipt(y, p, gen)
	if s.Newest(p).Gen == 1 {
		return rc.Size
	}
	of := s.Party(p)
	if _, taken := of.Confirmed(y, gen); gen > 1 && !taken {
		return 0
	}
	cut, _ := of.Confirmed(y, gen+1)
	return max(rc.Size, cut)
}

// Slot is a log's place in a past.
func (s *Snapshot) Slot(l store.Log) int {
	return charter.Slot(len(s.charter.Document().Parties), s.charter.Ordinal(charter.PartyID(l.Party)), l.Gen)
}

// Log finds a generation of a party's log.
func (s *Snapshot) Log(p charter.PartyID, gen int) (store.Log, bool) {
	i := slices.IndexFunc(s.All, func(l store.Log) bool { return l.Party == string(p) && l.Gen == gen })
	if i < 0 {
		return store.Log{}, false
	}
	return s.All[i], true
}

// Newest is the newest generation of a party's log.
func (s *Snapshot) Newest(p charter.PartyID) store.Log { return s.Logs[s.charter.Ordinal(p)] }

// Receipt says what the newest receipt that party y gave for a generation of p's log confirms.
func (s *Snapshot) Receipt(y, p charter.PartyID, gen int) (store.Confirmed, bool) {
	l, ok := s.Log(p, gen)
	for _, rc := range s.Confirmed {
		if ok && rc.Party == string(y) && rc.Log == l.ID {
			return rc, true
		}
	}
	return store.Confirmed{}, false
}

// Receipts are the newest receipts of all parties for a log, with their notes.
func (s *Snapshot) Receipts(l store.Log) ([]store.Receipt, error) { return s.r.Receipts(l.ID) }

// NodeKeys are the keys of a generation of a party's log, from the charter or from the statement that opens it.
func (s *Snapshot) NodeKeys(l store.Log) (charter.NodeKeys, error) {
	return keysOf(s.r, l, s.charter.Document())
}

// Party is what a party has changed about itself.
func (s *Snapshot) Party(p charter.PartyID) *party.State {
	if st := s.parties[p]; st != nil {
		return st
	}
	return new(party.State)
}

// state decodes a matter, or finds it decoded already.
func (s *Snapshot) state(key string) (record.Subject, error) {
	m, err := s.r.Matter(s.ID, key)
	if err != nil {
		return nil, err
	}
	return s.Decoded(m)
}

// Decoded is the state of a matter that this snapshot has read, decoded once for all who ask. It is read-only.
func (s *Snapshot) Decoded(m store.Matter) (record.Subject, error) { return s.states.decode(s.ID, m) }

// Known is the state of a matter for who knows the SHA-256 of how it is stored, nil if it is not decoded at the moment. It reads nothing.
func (s *Snapshot) Known(key string, sum [32]byte) record.Subject {
	return s.states.known(s.ID, key, sum)
}

// Founding is the state of the charter's own adoption.
func (s *Snapshot) Founding() (*founding.State, error) {
	st, err := s.state(founding.Matter)
	if err != nil {
		return nil, err
	}
	return st.(*founding.State), nil
}

// Text returns the state of a text, or a refusal that names it.
func (s *Snapshot) Text(id string) (*text.State, error) {
	st, err := s.state("text/" + id)
	if errors.Is(err, store.ErrMissing) {
		return nil, refusal.New(refusal.Missing, "text.unknown_text", "text", id)
	}
	if err != nil {
		return nil, err
	}
	return st.(*text.State), nil
}

// Tabled returns the state of a text that was tabled, or a refusal that names it: before that there may be something under its id, and no text.
func (s *Snapshot) Tabled(id string) (*text.State, error) {
	t, err := s.Text(id)
	if err == nil && t.Tabled == nil {
		return nil, refusal.New(refusal.Missing, "text.unknown_text", "text", id)
	}
	return t, err
}

// Texts returns all texts by id.
func (s *Snapshot) Texts() ([]*text.State, error) { return list[*text.State](s, "text/") }

// EachText yields all texts by id, one at a time: for who looks at all of them and keeps none.
func (s *Snapshot) EachText() iter.Seq2[*text.State, error] {
	return func(yield func(*text.State, error) bool) {
		for m, err := range s.r.Matters(s.ID, "text/") {
			var st record.Subject
			if err == nil {
				st, err = s.states.decode(s.ID, m)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(st.(*text.State), nil) {
				return
			}
		}
	}
}

// Meetings returns all meetings by series and number as text.
func (s *Snapshot) Meetings() ([]*meeting.State, error) { return list[*meeting.State](s, "meeting/") }

// Guests returns all admissions of those who are no party.
func (s *Snapshot) Guests() ([]*guest.State, error) { return list[*guest.State](s, "guest/") }

// Documents returns all deposited documents by id.
func (s *Snapshot) Documents() ([]*document.State, error) {
	return list[*document.State](s, "document/")
}

// Attachments returns all attachments by id.
func (s *Snapshot) Attachments() ([]*attachment.State, error) {
	return list[*attachment.State](s, attachment.Prefix)
}

// Attachment returns one attachment, or a refusal that names it.
func (s *Snapshot) Attachment(id string) (*attachment.State, error) {
	st, err := s.state(attachment.Prefix + id)
	if errors.Is(err, store.ErrMissing) {
		return nil, refusal.New(refusal.Missing, "attachment.unknown", "attachment", id)
	}
	if err != nil {
		return nil, err
	}
	return st.(*attachment.State), nil
}

// Has reports whether a matter has entries.
func (s *Snapshot) Has(matter string) (bool, error) {
	_, err := s.r.Matter(s.ID, matter)
	if errors.Is(err, store.ErrMissing) {
		return false, nil
	}
	return err == nil, err
}

// Subjects returns all matters of a kind, such as "concern", by id.
func (s *Snapshot) Subjects(kind string) ([]record.Subject, error) {
	return list[record.Subject](s, kind+"/")
}

// Subject returns the state of a matter, or a refusal that names it.
func (s *Snapshot) Subject(key string) (record.Subject, error) {
	st, err := s.state(key)
	if errors.Is(err, store.ErrMissing) {
		return nil, refusal.New(refusal.Missing, "dialogue.unknown", "matter", key)
	}
	return st, err
}

func list[T record.Subject](s *Snapshot, prefix string) ([]T, error) {
	var out []T
	for m, err := range s.r.Matters(s.ID, prefix) {
		if err != nil {
			return nil, err
		}
		st, err := s.states.decode(s.ID, m)
		if err != nil {
			return nil, err
		}
		t, ok := st.(T)
		if !ok { // the store is damaged
			return nil, fmt.Errorf("%s stands among %s", m.Key, prefix)
		}
		out = append(out, t)
	}
	return out, nil
}

// Recent yields folded entries by falling place in the record, those with lam below before (0: the newest).
func (s *Snapshot) Recent(before int64, limit int) ([]store.Entry, error) {
	return s.r.Recent(s.ID, before, limit)
}

// Entry finds an entry by its act id, as in "cpc-41", and the log it stands in.
func (s *Snapshot) Entry(act string) (l store.Log, e store.Entry, err error) {
	p, gen, index, ok := charter.ParseActID(act)
	if ok {
		l, ok = s.Log(p, gen)
	}
	if !ok || index < 0 || index >= l.Size {
		return l, e, refusal.New(refusal.Missing, "entry.unknown", "entry", act)
	}
	e, err = s.r.Entry(l.ID, index)
	return l, e, err
}

// Evidence is what this node holds of two histories of one log, by age: the files and what they prove.
func (s *Snapshot) Evidence() (files [][]byte, forks []*ledger.Fork, err error) {
	rows, err := s.r.Evidence(s.ID)
	for _, raw := range rows {
		if f, err := ledger.VerifyFork(raw); err == nil {
			files, forks = append(files, raw), append(forks, f)
		}
	}
	return files, forks, err
}

// Contested says by slot which logs have two histories, and how many of their entries count.
func (s *Snapshot) Contested() (map[int]int64, error) {
	_, forks, err := s.Evidence()
	if err != nil || len(forks) == 0 {
		return nil, err
	}
	pasts := map[charter.PartyID]charter.Past{}
	for _, l := range s.All {
		if l.Applied == 0 {
			continue
		}
		e, err := s.r.Entry(l.ID, l.Applied-1)
		if err != nil {
			return nil, err
		}
		pasts[charter.PartyID(l.Party)] = pasts[charter.PartyID(l.Party)].Join(e.Past)
	}
	out := map[int]int64{}
	for _, f := range forks {
		if !contests(f) {
			continue
		}
		for _, l := range s.All {
			if l.Origin == f.Origin {
				slot := s.Slot(l)
				out[slot] = common(s.charter.Document(), l, func(y charter.PartyID) int64 {
					rc, _ := s.Receipt(y, charter.PartyID(l.Party), l.Gen)
					return max(rc.Size, pasts[y].At(slot))
				})
			}
		}
	}
	return out, nil
}

// Reader gives what is not decoded here: tiles, leaves, evidence.
func (s *Snapshot) Reader() store.Reader { return s.r }

// Digest is the record digest: equal on every node that holds the same logs and folded them to the same states; docs/protocol.md 2.
func (s *Snapshot) Digest() (string, error) { return s.digest(nil) }

// DigestOf is Digest for who knows the SHA-256 of every matter's stored state, by key.
func (s *Snapshot) DigestOf(sums iter.Seq2[string, [32]byte]) (string, error) {
	return s.digestBy(true, func(line func(string, [32]byte)) error {
		for key, sum := range sums {
			line(key, sum)
		}
		return nil
	})
}

// heads are the lines of the digest's text that tell of the logs.
func (s *Snapshot) heads() (string, error) {
	var heads strings.Builder
	fmt.Fprintf(&heads, "entente record v1\nmechanism %s\n", s.ID)
	logs := slices.Clone(s.All)
	contested, err := s.Contested()
	if err != nil {
		return "", err
	}
	for i := range logs { // what is behind the common part differs by whom it was shown to
		l := &logs[i]
		limit, ok := contested[s.Slot(*l)]
		if !ok {
			continue
		}
		l.Size, l.Applied = limit, min(l.Applied, limit)
		if l.Root, err = ledger.RootAt(limit, store.Tiles(s.r, l.ID)); err != nil {
			return "", err
		}
	}
	slices.SortFunc(logs, func(a, b store.Log) int { return strings.Compare(a.Origin, b.Origin) })
	for _, l := range logs {
		fmt.Fprintf(&heads, "log %s %d %x %d\n", l.Origin, l.Size, l.Root, l.Applied)
	}
	return heads.String(), nil
}

// digest gives each matter that it reads to see, if there is one to look.
func (s *Snapshot) digest(see func(store.Matter) error) (string, error) {
	return s.digestBy(see == nil, func(line func(string, [32]byte)) error {
		for m, err := range s.r.Matters(s.ID, "") {
			if err == nil && see != nil {
				err = see(m)
			}
			if err != nil {
				return err
			}
			line(m.Key, sha256.Sum256(m.State))
		}
		return nil
	})
}

// digestBy writes the digest's text: each gives line every matter's key, in order, and the SHA-256 of its stored state. remembered says whether a digest that is known already will do.
func (s *Snapshot) digestBy(remembered bool, each func(line func(key string, sum [32]byte)) error) (string, error) {
	heads, err := s.heads()
	if err != nil {
		return "", err
	}
	if digest, ok := s.states.digested(s.ID, s.folds, heads); ok && remembered {
		return digest, nil
	}
	h := sha256.New()
	h.Write([]byte(heads))
	var line []byte
	if err := each(func(key string, sum [32]byte) {
		line = append(append(append(line[:0], "matter "...), key...), ' ')
		h.Write(append(hex.AppendEncode(line, sum[:]), '\n'))
	}); err != nil {
		return "", err
	}
	digest := hex.EncodeToString(h.Sum(nil))
	s.states.digest(s.ID, digested{s.folds, heads, digest})
	return digest, nil
}

// stateCache keeps decoded states by mechanism, key and stored bytes.
type stateCache struct {
	mu      sync.Mutex
	kept    map[string]cachedState
	bytes   int                 // of the JSON of what is kept
	digests map[string]digested // by mechanism: the same logs, folded as far, have the same states
}

type cachedState struct {
	sum   [32]byte // SHA-256 of the stored bytes
	state record.Subject
}

type digested struct {
	folds         int64
	heads, digest string
}

func (c *stateCache) digested(mech string, folds int64, heads string) (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.digests[mech]
	return d.digest, d.heads == heads && d.folds == folds
}

func (c *stateCache) digest(mech string, d digested) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.digests == nil {
		c.digests = map[string]digested{}
	}
	c.digests[mech] = d
}

// cachedBytes bounds the cache by the JSON of what it keeps, which takes about four times as much memory; it is emptied when full, which costs a few milliseconds now and then.
const cachedBytes = 2 << 20

func (c *stateCache) known(mech, key string, sum [32]byte) record.Subject {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.kept[mech+"/"+key]; ok && e.sum == sum {
		return e.state
	}
	return nil
}

func (c *stateCache) decode(mech string, m store.Matter) (record.Subject, error) {
	key := mech + "/" + m.Key
	c.mu.Lock()
	defer c.mu.Unlock()
	sum := sha256.Sum256(m.State)
	if e, ok := c.kept[key]; ok && e.sum == sum {
		return e.state, nil
	}
	st, err := record.State(m.Key, m.State)
	if err != nil {
		return nil, err
	}
	if c.bytes += len(m.State); c.kept == nil || c.bytes > cachedBytes {
		c.kept, c.bytes = map[string]cachedState{}, len(m.State)
	}
	c.kept[key] = cachedState{sum, st}
	return st, nil
}
