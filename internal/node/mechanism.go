package node

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/keys"
	"entente.example/internal/link"
	"entente.example/internal/marks"
	"entente.example/internal/record"
	"entente.example/internal/store"
	"entente.example/ledger"
	"entente.example/refusal"
)

// mechanism is one mechanism as the core holds it in memory. Everything here can be rebuilt from the store, but for what goOn takes over.
type mechanism struct {
	id   string
	used int64 // the step in which it was last reached
	self int   // our ordinal
	doc  *charter.Document
	fold *record.Record
	line *link.Line
	logs []*logState // all generations, by slot: the first ones are the parties' first logs in the charter's order

	owing        map[string]bool // matters that are looked at whenever it is opened
	touched      map[string]bool // matters changed since reactions were last computed
	maybeDue     map[string]bool // matters in which receipts of ours may make something due
	untold       map[string]bool // … and since watchers were last told
	grown        map[int]bool    // logs to announce, by slot
	cosignedNow  [][]byte        // receipts to pass on
	early, again []receipt       // of logs or by keys that are not known yet; to be looked at again
	// receipts to be written with the next transaction
	receipts []store.Receipt
	asking   string              // the origin of our log, while the pen waits since this start for what other parties hold of it
	waited   int                 // for so many ticks
	opened   bool                // it was here at the start
	contacts map[string]*contact // by party
	proven   map[headName]bool   // of one that was put away: its heads that were

	evidence  []kept          // of two histories, by age
	contested map[int]bool    // logs that signed two histories
	found     []kept          // evidence to be written with the next transaction
	news      []link.Event    // for the line, once what they are about is stored
	confirmed map[int][]int64 // sizes of contested logs that we have confirmed as common
	// disbelieved are generations whose opening vouched for entries and was refused once those were folded.
	disbelieved map[string]bool
	commons     [][]byte      // our receipts for what is common of them
	refolded    bool          // folded again in this transaction
	spent       map[int]spent // by party: what was taken of it today
	charged     bool          // spent has more than stored
	stored      map[int]spent // as spent was after the last transaction that was stored; nil: nothing was
	exhausted   int64         // until when somebody's entries have to wait; zero: nobody's
}

// logState is one generation of a party's log.
type logState struct {
	store.Log
	party    int // ordinal
	slot     int // charter.Slot
	keys     charter.NodeKeys
	key      *keys.NodeKey // ours, if the log is ours and we have its key
	tree     *ledger.Builder
	verifier ledger.LogVerifier
	witness  ledger.WitnessVerifier
	pending  []store.Entry // appended to tree, not yet handed to the transaction
	note     []byte        // newest verified checkpoint
	tail     []ledger.Hash // the proof from what we hold to it, while it is ahead
	noteSize int64
	unsaved  bool // note is newer than the stored one
	cosigned int64
	// fenced: our own log is behind what this node once signed. It reads and takes back its entries, and writes nothing.
	fenced bool
	// forgotten: somebody has shown that our marks went back, too.
	forgotten bool
	// astray: our own copy does not end as what we signed, so that nothing may be signed from it.
	astray bool
	due    marks.Mark               // a mark ahead of the store: what the log must come to
	held   map[string]store.Receipt // newest receipt by party, of the history that we hold
	ahead  map[string]store.Receipt // newer ones than our copy: whether they are of its history will be seen
	roots  map[int64]ledger.Hash    // of the history that we hold, by size, as far as they were asked for
	// positions of recent entries, of first and those after it
	first     int64
	positions []record.Position
	route     string      // by which its newest entries came, "" if they came before this start
	written   justWritten // to a log of ours
	making    making      // of a log of ours
}

// unwritten reports whether something waits for the next transaction.
func (m *mechanism) unwritten() bool {
	if len(m.receipts) > 0 {
		return true
	}
	for _, k := range m.contacts {
		if k.unsaved {
			return true
		}
	}
	for _, l := range m.logs {
		if l.unsaved {
			return true
		}
	}
	return false
}

// unsigned reports whether entries are stored that we have not signed for, as after a crash or a failing disk under the marks.
func (m *mechanism) unsigned() bool {
	return slices.ContainsFunc(m.logs, m.maySign)
}

// maySign reports whether a log has entries that we wrote and have not signed for. The end of an older generation may have been written just before the next was opened;
// after a restore it may be behind what was signed for it, and stay so if nobody has the rest.
func (m *mechanism) maySign(l *logState) bool {
	return l.key != nil && l.Size > l.noteSize && l.Size >= l.due.Size && !m.own().fenced && !m.asks()
}

// begun lets the pen wait for the word of the others, once after each start.
func (m *mechanism) begun(patience int) {
	m.opened = true
	if own := m.own(); patience > 0 && own.key != nil && own.Size > 0 {
		m.asking = own.Origin
	}
}

// goOn takes over what this process knows and the store does not, when the store is read again.
func (m *mechanism) goOn(was *mechanism) {
	m.line, m.contacts = was.line, was.contacts
	m.asking, m.opened, m.waited, m.used = was.asking, was.opened, was.waited, was.used
	m.exhausted, m.disbelieved = was.exhausted, was.disbelieved
	if was.stored != nil {
		m.spent, m.stored = maps.Clone(was.stored), was.stored
	}
}

// undone takes over what a transaction that came to nothing has not undone: the fence of a log of which somebody has shown that our marks went back, and receipts. Those that were not stored yet
// are looked at again, for those who gave them have no reason to send them a second time.
func (m *mechanism) undone(was *mechanism) {
	if own, then := m.own(), was.own(); own.Origin == then.Origin && then.forgotten {
		own.fenced, own.forgotten, own.due = true, true, then.due
	}
	m.early = was.early
	for _, l := range was.logs {
		for _, known := range []map[string]store.Receipt{l.held, l.ahead} {
			for _, party := range sorted(known) {
				if now := m.log(l.Origin); now == nil || known[party].Size > now.held[party].Size {
					m.again = append(m.again, receipt{m, link.DeliverReceipt{Note: known[party].Note}})
				}
			}
		}
	}
}

// newest is the newest generation of a party's log.
func (m *mechanism) newest(party int) *logState {
	for i := len(m.logs) - 1; ; i-- {
		if m.logs[i].party == party {
			return m.logs[i]
		}
	}
}

// own is the log that we write.
func (m *mechanism) own() *logState { return m.newest(m.self) }

// bySlot finds a log by its place in a past.
func (m *mechanism) bySlot(slot int) *logState {
	i, ok := slices.BinarySearchFunc(m.logs, slot, func(l *logState, slot int) int { return l.slot - slot })
	if !ok {
		return nil
	}
	return m.logs[i]
}

// touch notes that a matter changed, for reactions and for watchers.
func (m *mechanism) touch(key string) { m.touched[key], m.untold[key] = true, true }

// current reports whether our own log is folded to its end. After a restore, entries that came back may wait for others that they had seen; a new one must not pass them.
func (m *mechanism) current() bool {
	own := m.own()
	return m.fold.Applied()[own.slot] == own.tree.Size()
}

// open rebuilds a mechanism from the store. What was proven before it was put away need not be proven again: a signature takes longer than all the rest.
func (c *Core) open(r store.Reader, id string) (*mechanism, error) {
	m, err := c.unfold(r, id)
	if err == nil {
		heads := m.heads()
		if was := c.away[id]; was != nil {
			heads = slices.DeleteFunc(heads, func(h storedHead) bool { return was.proven[h.name()] })
		}
		err = proven(heads)
	}
	if err != nil {
		return nil, fmt.Errorf("opening mechanism %s: %w", id, err)
	}
	return m, nil
}

func (c *Core) unfold(r store.Reader, id string) (*mechanism, error) {
	row, err := r.Mechanism(id)
	if err != nil {
		return nil, err
	}
	doc, err := charterOf(row)
	if err != nil {
		return nil, err
	}
	m := &mechanism{id: row.ID, doc: doc, self: -1, owing: map[string]bool{}, touched: map[string]bool{}, maybeDue: map[string]bool{}, untold: map[string]bool{}, grown: map[int]bool{}, spent: map[int]spent{},
		contested: map[int]bool{}, confirmed: map[int][]int64{}, disbelieved: map[string]bool{}}
	if m.contacts, err = loadContacts(r, row.ID); err != nil {
		return nil, err
	}
	rows, err := r.Logs(row.ID)
	if err != nil {
		return nil, err
	}
	m.self = slices.IndexFunc(doc.Parties, func(p charter.Party) bool { return string(p.ID) == row.Self })
	if m.self < 0 {
		return nil, fmt.Errorf("party %q is not in the charter", row.Self)
	}
	var folded []record.Head
	for _, row := range rows {
		l, err := c.openLog(r, row, doc)
		if err != nil {
			return nil, err
		}
		m.logs = append(m.logs, l)
		h, err := foldedHead(r, l, len(doc.Parties))
		if err != nil {
			return nil, err
		}
		folded = append(folded, h)
	}
	slices.SortFunc(m.logs, func(a, b *logState) int { return a.slot - b.slot })
	for i, p := range doc.Parties {
		if m.bySlot(i) == nil {
			return nil, fmt.Errorf("the log of %s is missing from the store", p.ID)
		}
	}
	m.forgetReceipts()
	m.fold = record.New(row.ID, doc, folded)
	if err := m.fold.Load(&session{m: m, Reader: r}); err != nil {
		return nil, err
	}
	for key, err := range r.Owing(m.id) {
		if err != nil {
			return nil, err
		}
		m.touched[key] = true
		m.owing[key] = true
	}
	m.line = c.newLine(m)
	if err := m.loadEvidence(r); err != nil {
		return nil, err
	}
	for slot := range m.contested {
		l := m.bySlot(slot)
		m.line.Step(link.Contested{Origin: l.Origin})                        // nobody is connected yet: it has nothing to say
		if limit := m.common(l); m.fold.Standing(slot, limit) == l.Applied { // the stored states are what folding came to under this limit
			m.fold.Contest(slot, limit)
		}
	}
	own := m.own()
	c.using = max(c.using, slices.Index(c.keys, own.key))
	if c.outlived(m) || c.unmarked(m) {
		own.fenced = true
	}
	return m, c.overtaken(own)
}

// newLog is a log as a row of the store says, under its keys.
func (c *Core) newLog(row store.Log, doc *charter.Document, k charter.NodeKeys) (*logState, error) {
	l := &logState{Log: row, note: row.Checkpoint, keys: k, held: map[string]store.Receipt{}, ahead: map[string]store.Receipt{}, roots: map[int64]ledger.Hash{}, tree: ledger.NewBuilder()}
	l.party = slices.IndexFunc(doc.Parties, func(p charter.Party) bool { return string(p.ID) == row.Party })
	if l.party < 0 {
		return nil, fmt.Errorf("the store has a log of %q, which is not in the charter", row.Party)
	}
	l.slot = charter.Slot(len(doc.Parties), l.party, row.Gen)
	if row.Own {
		l.key = c.keyFor(k)
	}
	var err error
	l.verifier, l.witness, err = verifiers(row.Mech, row.Party, row.Gen, k)
	return l, err
}

func (c *Core) openLog(r store.Reader, row store.Log, doc *charter.Document) (*logState, error) {
	k, err := keysOf(r, row, doc)
	if err != nil {
		return nil, err
	}
	l, err := c.newLog(row, doc, k)
	if err != nil {
		return nil, err
	}
	l.tree, err = ledger.RestoreBuilder(row.Size, store.Tiles(r, row.ID))
	if err != nil {
		return nil, fmt.Errorf("tree of %s: %w", row.Origin, err)
	}
	if l.tree.Root() != row.Root {
		return nil, fmt.Errorf("the stored tree of %s does not have the stored root: the database is damaged; restore a backup or let the counterparts send the record again", row.Origin)
	}
	if len(l.note) > 0 {
		cp, err := ledger.Claimed(l.note) // who said it is for proven
		if err != nil {
			return nil, fmt.Errorf("stored checkpoint of %s: %w", row.Origin, err)
		}
		l.noteSize = cp.Size
		for b := range slices.Chunk(row.Tail, len(ledger.Hash{})) {
			l.tail = append(l.tail, ledger.Hash(b))
		}
		if cp.Size > row.Size && ledger.CheckConsistency(l.tail, cp.Size, cp.Root, row.Size, row.Root) != nil {
			return nil, fmt.Errorf("the stored end of %s does not belong to its checkpoint: the database is damaged; restore a backup or let the counterparts send the record again", row.Origin)
		}
	}
	receipts, err := r.Receipts(row.ID)
	if err != nil {
		return nil, err
	}
	for _, rc := range receipts {
		l.held[rc.Party] = rc
	}
	return l, c.compareMarks(r, l)
}

// compareMarks holds what the store has of a log against what this node once signed or cosigned of it.
//
// Our own log is fenced if the store is behind the marks, or if the store holds a signature that the marks do not know: a marks file that was lost. A store that has another root than
// the marks at the same place holds another history than the one we spoke for, and nothing may be signed from it.
func (c *Core) compareMarks(r store.Reader, l *logState) error {
	mark, ok := c.marks.Own(l.Origin)
	if !l.Own {
		mark, ok = c.marks.Cosigned(l.Origin)
	}
	switch {
	case !ok:
		l.fenced = l.Own && l.noteSize > 0
		return nil
	case mark.Size > l.Size:
		l.fenced, l.due = l.Own, mark
	default:
		root, err := ledger.RootAt(mark.Size, store.Tiles(r, l.ID))
		if err != nil {
			return err
		}
		if root != mark.Root {
			return refusal.New(refusal.Unverified, "node.other_history", "log", l.Origin)
		}
	}
	if !l.Own {
		l.cosigned = mark.Size
	}
	return nil
}

// Verifiers are the keys that speak for a generation of a party's log, and for its receipts.
func Verifiers(mech, party string, gen int, k charter.NodeKeys) (ledger.LogVerifier, ledger.WitnessVerifier, error) {
	return verifiers(mech, party, gen, k)
}

// foldedHead finds where the fold of a log stands: the position of its last folded entry, and the last time that its entries claim.
func foldedHead(r store.Reader, l *logState, parties int) (record.Head, error) {
	h := record.Head{Party: l.party, Gen: l.Gen, Applied: l.Applied, Last: record.Position{Past: make(charter.Past, parties)}}
	for i := l.Applied - 1; i >= 0; i-- {
		e, err := r.Entry(l.ID, i)
		if err != nil {
			return h, err
		}
		if i == l.Applied-1 {
			h.Last = record.Position{Lam: e.Lam, Past: e.Past}
		}
		if d, err := entry.Decode(e.Leaf); err == nil && d.Log == l.Origin && d.Index == i && !strings.Contains(string(e.Void), "entry.time_went_back") {
			h.At = d.At.Unix()
			break
		}
	}
	return h, nil
}

// save hands everything that waits to the transaction: entries, states, notes, receipts.
func (m *mechanism) save(tx store.Tx) error {
	for d, err := range m.fold.Dirty() { // before the entries, which refer to them: otherwise the store would have to write each new one twice
		if err != nil {
			return err
		}
		if err := tx.PutMatter(m.id, storedMatter(d)); err != nil {
			return err
		}
		m.touch(d.Key)
	}
	for _, l := range m.logs {
		if err := l.flush(tx); err != nil {
			return err
		}
		if l.unsaved {
			if err := tx.SetCheckpoint(l.ID, l.note, flat(l.tail)); err != nil {
				return err
			}
			l.unsaved = false
		}
	}
	applied := m.fold.Applied()
	for _, l := range m.logs {
		if n := applied[l.slot]; n != l.Applied {
			if err := tx.SetAppliedSize(l.ID, n); err != nil {
				return err
			}
			l.Applied = n
		}
	}
	for _, rc := range m.receipts {
		if err := tx.PutReceipt(rc); err != nil {
			return err
		}
		m.untold[receiptsChanged] = true
	}
	m.receipts = nil
	return m.saveContacts(tx)
}

func flat(hashes []ledger.Hash) []byte {
	var out []byte
	for _, h := range hashes {
		out = append(out, h[:]...)
	}
	return out
}

// grow adds a folded entry. Tree and rows grow together: folding may look into the store in the middle of a chunk, which flushes both as they are.
func (l *logState) grow(row store.Entry, hash ledger.Hash) {
	l.tree.Append(hash)
	l.pending = append(l.pending, row)
}

// flush hands appended entries to the transaction.
func (l *logState) flush(tx store.Tx) error {
	if len(l.pending) == 0 {
		return nil
	}
	tiles := l.tree.TakeTiles()
	out := make([]store.Tile, len(tiles))
	for i, t := range tiles {
		out[i] = store.Tile{Level: t.Level, N: t.N, Data: t.Data}
	}
	if err := tx.Append(l.ID, l.Size, l.pending, l.tree.Root(), out); err != nil {
		return err
	}
	l.Size, l.Root, l.pending = l.tree.Size(), l.tree.Root(), nil
	return nil
}

func storedMatter(s record.Stored) store.Matter {
	return store.Matter{Key: s.Key, State: s.State, Past: s.Tops, Lam: s.Last.Lam,
		Last: fmt.Sprintf("%d.%d.%d", s.Last.Party, s.Last.Gen, s.Last.Index), Acts: s.Acts, Owes: s.Owes}
}

func loadedMatter(m store.Matter) (record.Stored, error) {
	s := record.Stored{Key: m.Key, State: m.State, Tops: m.Past, Acts: m.Acts, Last: record.Place{Lam: m.Lam}}
	parts := strings.Split(m.Last, ".")
	if len(parts) != 3 {
		return s, fmt.Errorf("stored place of %s: %q", m.Key, m.Last)
	}
	var err [3]error
	s.Last.Party, err[0] = strconv.Atoi(parts[0])
	s.Last.Gen, err[1] = strconv.Atoi(parts[1])
	s.Last.Index, err[2] = strconv.ParseInt(parts[2], 10, 64)
	for _, e := range err {
		if e != nil {
			return s, fmt.Errorf("stored place of %s: %w", m.Key, e)
		}
	}
	return s, nil
}
