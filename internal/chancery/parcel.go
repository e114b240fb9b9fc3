package chancery

import (
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/keys"
	"entente.example/internal/link"
	"entente.example/internal/node"
	"entente.example/internal/parcel"
	"entente.example/internal/spans"
	"entente.example/internal/store"
	"entente.example/ledger"
	"entente.example/refusal"
)

// Roads that a parcel can take.
const (
	ByPouch = "pouch"
	ByRelay = "relay"
)

// PackOptions say what goes into a parcel.
type PackOptions struct {
	MaxBytes int64 // of one encrypted parcel; zero: all goes into one
	// SinceLast leaves out what an earlier parcel carries that is on its way. Without it everything goes that the other side has not acknowledged: whatever was lost goes again.
	SinceLast bool
	// Carried leaves out what other parcels of the same road carry, by log; nil says nothing. It is how a courier that knows what it has sent goes on from there.
	Carried map[string]int64
	// WithoutAttachments leaves the bodies of attachments out; Asked takes those only that the other side has asked for, MostBodies at most so many bytes of them (zero: all).
	WithoutAttachments, Asked bool
	MostBodies                int64

	Via      string                  // ByPouch or ByRelay, for the history
	Progress func(done, total int64) // in bytes, now and then
}

// Parcel is what this node knows of a parcel that it made or opened.
type Parcel struct {
	Mech      string           `json:"mech"`
	Party     string           `json:"party"` // the other party
	Out       bool             `json:"out"`   // made by us
	Via       string           `json:"via"`
	Sequence  int64            `json:"sequence"`
	First     int64            `json:"first"` // sequences of the parcels that were packed as one
	Last      int64            `json:"last"`
	Made      time.Time        `json:"made"`
	Done      time.Time        `json:"done"`  // when we had made or opened it
	Bytes     int64            `json:"bytes"` // encrypted
	Entries   int64            `json:"entries"`
	Receipts  int64            `json:"receipts"`
	Logs      []Run            `json:"logs"`                // what it carries
	Holds     map[string]int64 `json:"holds"`               // what its sender held, by log
	Whole     bool             `json:"whole"`               // made to the end; opened to the end and all of it taken in
	New       int64            `json:"new,omitzero"`        // entries that we did not have
	Gaps      []Run            `json:"gaps,omitempty"`      // entries that have to come before what it carries
	LeftAside int64            `json:"left_aside,omitzero"` // members of kinds that this version does not know
	Bodies    []parcel.BodyRun `json:"bodies,omitempty"`    // pieces of attachments that it carries
	BodyBytes int64            `json:"body_bytes,omitzero"`
	NewPieces int64            `json:"new_pieces,omitzero"` // of attachments, that we did not have
	Unwanted  int64            `json:"unwanted,omitzero"`   // members with pieces of attachments that we do not take
	More      bool             `json:"more,omitzero"`       // there were more entries than fit into one
	Later     bool             `json:"later,omitzero"`      // there were more pieces of attachments
}

// Run is entries From, … To−1 of a party's log.
type Run struct {
	Party  string `json:"party"`
	Origin string `json:"origin"`
	From   int64  `json:"from"`
	To     int64  `json:"to"`
}

// Attachments is how many attachments it carries, whole or in part.
func (p *Parcel) Attachments() int {
	seen := map[string]bool{}
	for _, run := range p.Bodies {
		seen[run.Body] = true
	}
	return len(seen)
}

// piece is one member of a parcel to be: how to read it again, and what it was.
type piece struct {
	parcel.Member
	stretch *node.Stretch // of entries
	body    *bodyRun      // of bodies; neither: content is at hand
	from    int64
	entries int64
	content []byte
}

// plan is everything that is to go to a party, divided into parcels.
type plan struct {
	credential     []byte // by what right our key speaks
	mech, self, to string
	key            []byte // the recipient's
	holds          []link.Head
	pieces         []piece
	parts          [][]piece
	chunk          int
	enough         int64 // bytes after which nothing more is gathered; zero: all is
	gathered       int64 // bytes of entries
	next           int64 // sequence
}

const (
	// smallestParcel is the least room that a medium has to offer.
	smallestParcel = 1_000_000
	parcelChunk    = 2 << 20
	// envelopeRoom is what encryption adds, with its 16 bytes for every 64 KiB.
	envelopeRoom = 4 << 10
)

// PackParcel writes what a party has not acknowledged as one encrypted parcel, as much as fits. It remembers it when it is written.
func (c *Chancery) PackParcel(ctx context.Context, mech, party string, w io.Writer, o PackOptions) (Parcel, error) {
	p, err := c.planParcels(ctx, mech, party, o)
	if err != nil {
		return Parcel{}, err
	}
	more, later := false, false
	for _, part := range p.parts[1:] {
		more = more || slices.ContainsFunc(part, func(x piece) bool { return x.stretch != nil })
		later = later || slices.ContainsFunc(part, func(x piece) bool { return x.body != nil })
	}
	p.parts = p.parts[:1]
	out, err := c.writePart(ctx, p, 0, w, o.Progress)
	if err != nil {
		return out, err
	}
	out.Via, out.More, out.Later = o.Via, more, later
	return out, c.remember(ctx, out)
}

// planParcels decides what goes to a party.
func (c *Chancery) planParcels(ctx context.Context, mech, party string, o PackOptions) (*plan, error) {
	if o.MaxBytes != 0 && o.MaxBytes < smallestParcel {
		return nil, refusal.New(refusal.Invalid, "pouch.small_medium", "least", "1M")
	}
	if err := c.node.Settle(ctx, mech); err != nil {
		return nil, err
	}
	p := &plan{mech: mech, to: party, chunk: parcelChunk}
	if o.MaxBytes > 0 {
		p.chunk = int(min(parcelChunk, o.MaxBytes/8))
	}
	said := c.lineStatus(ctx)[mech].said(party)
	err := c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		p.self = s.Self
		if s.Charter().Ordinal(charter.PartyID(party)) < 0 || party == s.Self {
			return refusal.New(refusal.Missing, "pouch.no_party", "party", party, "parties", strings.Join(others(s), ", "))
		}
		own, err := credentialOf(s)
		if err != nil {
			return err
		}
		if p.credential, err = encode([]credential{own}); err != nil {
			return err
		}
		if p.key, err = pouchKey(s, party); err != nil {
			return err
		}
		rows, err := parcels(s)
		if err != nil {
			return err
		}
		rows = append(rows, c.posted.of(mech, party)...)
		p.next = max(c.now().Unix(), 1)
		for _, r := range rows {
			if r.Out && r.Party == party {
				p.next = max(p.next, r.Sequence+1)
			}
		}
		acked := acknowledged(s, rows, party, said)
		switch {
		case o.SinceLast:
			goOn(acked, onTheWay(rows, party))
		case o.Carried != nil:
			goOn(acked, o.Carried)
			p.enough = o.MaxBytes
		}
		word, err := c.wordOn(ctx, s)
		if err != nil {
			return err
		}
		said := word.Encode()
		p.pieces = append(p.pieces, piece{Member: parcel.NewMember(parcel.WordPath, said), content: said})
		if err := p.gather(s, acked); err != nil {
			return err
		}
		return c.gatherBodies(ctx, s, p, o, rows)
	})
	if err != nil {
		return nil, err
	}
	p.divide(o.MaxBytes)
	p.next = c.sequences.take(mech+" "+party, p.next, int64(len(p.parts)))
	return p, nil
}

// sequences gives every parcel of this process its own, also to those that are packed at once.
type sequences struct {
	mu   sync.Mutex
	next map[string]int64 // by mechanism and party
}

func (s *sequences) take(whom string, from, n int64) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.next == nil {
		s.next = map[string]int64{}
	}
	from = max(from, s.next[whom])
	s.next[whom] = from + n
	return from
}

// pouchKey is the key to which a party's node takes mail: that of its newest generation.
func pouchKey(s *node.Snapshot, party string) ([]byte, error) {
	keys, err := s.NodeKeys(s.Newest(charter.PartyID(party)))
	if err != nil {
		return nil, err
	}
	raw, err := keys.Raw()
	return raw.Pouch, err
}

// goOn leaves out what is on its way.
func goOn(acked, carried map[string]int64) {
	for origin, size := range carried {
		acked[origin] = max(acked[origin], size)
	}
}

// others are the parties that one can send to.
func others(s *node.Snapshot) (out []string) {
	for _, p := range s.Charter().Document().Parties {
		if string(p.ID) != s.Self {
			out = append(out, string(p.ID))
		}
	}
	return out
}

// gather lists the pieces: every log from where the party holds it, then all receipts. It reads every entry once, for the digests; writing reads them again, so that nothing is kept.
func (p *plan) gather(s *node.Snapshot, acked map[string]int64) error {
	var leaves []byte
	for i, l := range s.All {
		st, err := s.Stretch(i)
		if err != nil {
			return err
		}
		p.holds = append(p.holds, link.Head{Origin: l.Origin, Size: l.Size})
		from := acked[l.Origin]
		for from < st.Size() && (p.enough == 0 || p.gathered <= p.enough) { // one piece beyond what is enough says that there is more
			var ch link.Chunk
			if ch, leaves, err = st.Chunk(s.Reader(), from, p.chunk, leaves); err != nil {
				return err
			}
			b, err := link.EncodeChunk(ch)
			if err != nil {
				return err
			}
			p.gathered += int64(len(b))
			n := int64(len(ch.Entries))
			p.pieces = append(p.pieces, piece{Member: parcel.NewMember(parcel.LogPath(l.Origin, from, from+n), b), stretch: &st, from: from, entries: n})
			from += n
		}
	}
	for _, l := range s.All {
		receipts, err := s.Receipts(l)
		if err != nil {
			return err
		}
		for _, rc := range receipts {
			if rc.Party != p.to {
				p.pieces = append(p.pieces, piece{Member: parcel.NewMember(parcel.ReceiptPath(l.Origin, rc.Party), rc.Note), content: rc.Note})
			}
		}
	}
	slices.SortFunc(p.holds, func(a, b link.Head) int { return strings.Compare(a.Origin, b.Origin) })
	return nil
}

// divide lays the pieces into parcels that fit a medium. Each is whole in itself, so that a lost one takes only what was in it.
func (p *plan) divide(medium int64) {
	head := int64(512 + 128*len(p.holds))
	limit := int64(maxParcel) / 2 // whoever opens it takes no larger one
	if medium > 0 {
		limit = medium - envelopeRoom - medium/4096
	}
	var part []piece
	room := parcel.Room(head)
	for _, x := range p.pieces {
		need := x.Room()
		if len(part) > 0 && (room+need > limit || len(part) == parcel.MaxMembers) {
			p.parts = append(p.parts, part)
			part, room = nil, parcel.Room(head)
		}
		part, room = append(part, x), room+need
	}
	p.parts = append(p.parts, part)
}

// writePart encrypts one parcel of a plan.
func (c *Chancery) writePart(ctx context.Context, p *plan, n int, w io.Writer, progress func(done, total int64)) (made Parcel, err error) {
	ctx, span := c.Spans().Begin(ctx, spans.PouchPack)
	defer func() {
		span.Count(spans.Bytes, made.Bytes)
		span.Count(spans.Entries, made.Entries)
		span.End(err)
	}()
	part := p.parts[n]
	m := &parcel.Manifest{Mech: p.mech, From: p.self, To: p.to, Sequence: p.next + int64(n), First: p.next, Last: p.next + int64(len(p.parts)) - 1,
		Made: c.now().UTC().Truncate(time.Second), Holds: p.holds, Credential: p.credential}
	for _, x := range part {
		m.Members = append(m.Members, x.Member)
	}
	out := described(m)
	out.Out, out.Party = true, p.to
	manifest, err := m.Format()
	if err != nil {
		return out, err
	}
	signer, err := c.nodeKey().LogSigner(m.Name())
	if err != nil {
		return out, err
	}
	note, err := parcel.Sign(m, manifest, signer)
	if err != nil {
		return out, err
	}
	count := &counter{w: w}
	sealed, err := keys.Seal(count, p.key)
	if err != nil {
		return out, err
	}
	done, total := int64(0), m.Bytes()
	var leaves []byte
	err = parcel.Write(sealed, note, manifest, m.Members, func(i int) (b []byte, err error) {
		if b = part[i].content; part[i].stretch != nil {
			err = c.node.View(ctx, func(r store.Reader) error {
				var ch link.Chunk
				if ch, leaves, err = part[i].stretch.Chunk(r, part[i].from, p.chunk, leaves); err == nil {
					b, err = link.EncodeChunk(ch)
				}
				return err
			})
		}
		if run := part[i].body; run != nil {
			b, err = c.readPieces(ctx, p.mech, run.body.Digest(), run.span.From, run.span.To)
		}
		if done += int64(len(b)); progress != nil {
			progress(done, total)
		}
		return b, err
	})
	if err == nil {
		err = sealed.Close()
	}
	out.Bytes, out.Whole, out.Done = count.n, err == nil, c.now().UTC()
	return out, err
}

// described is what a manifest says of its parcel.
func described(m *parcel.Manifest) Parcel {
	out := Parcel{Mech: m.Mech, Party: m.From, Sequence: m.Sequence, First: m.First, Last: m.Last, Made: m.Made, Holds: map[string]int64{}, Logs: []Run{}}
	for _, h := range m.Holds {
		out.Holds[h.Origin] = h.Size
	}
	for _, e := range m.Members {
		switch e.Kind() {
		case parcel.KindReceipt:
			out.Receipts++
		case parcel.KindLog:
			run, ok := runOf(m.Mech, e.Path)
			if last := len(out.Logs) - 1; ok && last >= 0 && out.Logs[last].Origin == run.Origin && out.Logs[last].To == run.From {
				out.Logs[last].To = run.To
			} else if ok {
				out.Logs = append(out.Logs, run)
			}
			out.Entries += run.To - run.From
		case parcel.KindBody:
			run, ok := parcel.ParseBodyPath(e.Path)
			if last := len(out.Bodies) - 1; ok && last >= 0 && out.Bodies[last].Body == run.Body && out.Bodies[last].To == run.From {
				out.Bodies[last].To = run.To
			} else if ok {
				out.Bodies = append(out.Bodies, run)
			}
			out.BodyBytes += e.Size
		}
	}
	return out
}

// counter counts what passes.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

// remember keeps what is to be known of a parcel.
func (c *Chancery) remember(ctx context.Context, p Parcel) error {
	if p.Via == ByRelay {
		c.posted.keep(p)
		return nil
	}
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return c.record.Update(ctx, func(tx store.Tx) error {
		return tx.PutParcel(store.Parcel{Mech: p.Mech, Party: p.Party, Out: p.Out, Sequence: p.Sequence, Data: b})
	})
}

// parcels reads what is remembered of parcels, the newest first.
func parcels(s *node.Snapshot) ([]Parcel, error) {
	rows, err := s.Parcels()
	if err != nil {
		return nil, err
	}
	out := make([]Parcel, len(rows))
	for i, r := range rows {
		if err := json.Unmarshal(r.Data, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// acknowledged is how much of each log a party holds, by its newest word: a manifest that it signed, a receipt, whichever road it came by, or what it says on the open line. A newer
// word counts even if it says less, for a party may have come back with an old backup.
func acknowledged(s *node.Snapshot, rows []Parcel, party string, said map[string]int64) map[string]int64 {
	out, at := map[string]int64{}, map[string]int64{}
	word := func(origin string, size, time int64) {
		if time > at[origin] || time == at[origin] && size > out[origin] {
			out[origin], at[origin] = size, time
		}
	}
	for _, r := range rows {
		if !r.Out && r.Party == party {
			for origin, size := range r.Holds {
				word(origin, size, r.Made.Unix())
			}
		}
	}
	for _, l := range s.All {
		if cp, err := ledger.Claimed(l.Checkpoint); err == nil && l.Party == party { // it held what it signed for
			word(l.Origin, cp.Size, ledger.ClaimedTime(l.Checkpoint))
		}
		for _, rc := range s.Confirmed {
			if rc.Log == l.ID && rc.Party == party {
				word(l.Origin, rc.Size, rc.Time)
			}
		}
		if size, ok := said[l.Origin]; ok {
			out[l.Origin] = size
		}
	}
	return out
}

// onTheWay is how far parcels to a party carry each log.
func onTheWay(rows []Parcel, party string) map[string]int64 {
	out := map[string]int64{}
	for _, r := range rows {
		for _, run := range r.Logs {
			if r.Out && r.Whole && r.Party == party {
				out[run.Origin] = max(out[run.Origin], run.To)
			}
		}
	}
	return out
}

// said is what a party that is connected says that it holds; nil if it is not.
func (k known) said(party string) map[string]int64 {
	for _, l := range k.lines {
		if l.Party == party && l.Connected {
			return holdings(l.Holds)
		}
	}
	return nil
}
