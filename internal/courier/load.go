package courier

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"entente.example/enclosure"
	"entente.example/internal/charter"
	"entente.example/internal/keys"
	"entente.example/internal/link"
	"entente.example/internal/node"
	"entente.example/internal/parcel"
	"entente.example/internal/porter"
	"entente.example/internal/store"
)

// Limits of parcels.
const (
	// Largest bounds what one parcel may carry.
	Largest = 64 << 30
	// Smallest is the least room that a medium has to offer.
	Smallest = 1_000_000
	// Chunk is how many bytes of entries or pieces one member holds at most.
	Chunk = 2 << 20
	// envelopeRoom is what encryption adds, with its 16 bytes for every 64 KiB.
	envelopeRoom = 4 << 10
)

// Piece is one member of a parcel to be: what it was, and how to read it again.
type Piece struct {
	parcel.Member
	Content []byte // at hand; or
	Body    *Body  // pieces of a body; or
	entries *node.Stretch
	from    int64
}

// Entries reports whether a piece is one of a log.
func (x Piece) Entries() bool { return x.entries != nil }

// Body is pieces of a body that a party needs.
type Body struct {
	Of   enclosure.Commitment
	Span porter.Span
}

// Load is everything that is to go to a party, divided into parcels.
type Load struct {
	Mech, Self, To string
	Credential     []byte // by what right our key speaks
	Key            []byte // the recipient's
	Chunk          int    // bytes of a member
	Enough         int64  // bytes of entries after which nothing more is gathered; zero: all is
	Parts          [][]Piece
	Next           int64 // sequence of the first
	holds          []link.Head
	pieces         []Piece
	gathered       int64 // bytes of entries
}

// Recipient is the key to which a party's node takes mail: that of its newest generation.
func Recipient(s *node.Snapshot, party string) ([]byte, error) {
	keys, err := s.NodeKeys(s.Newest(charter.PartyID(party)))
	if err != nil {
		return nil, err
	}
	raw, err := keys.Raw()
	return raw.Pouch, err
}

// Leave adds what is on its way to what is acknowledged: it is left out.
func Leave(acked, carried map[string]int64) {
	for origin, size := range carried {
		acked[origin] = max(acked[origin], size)
	}
}

// Add puts one more piece behind the others.
func (l *Load) Add(x Piece) { l.pieces = append(l.pieces, x) }

// Full reports whether there is enough, and nothing is to be put behind it.
func (l *Load) Full() bool { return l.Enough > 0 && l.gathered > l.Enough }

// Gather lists the pieces: every log from where the party holds it, then all receipts. It reads every entry once, for the digests; writing reads them again, so that nothing is kept.
func (l *Load) Gather(s *node.Snapshot, acked map[string]int64) error {
	var leaves []byte
	for i, log := range s.All {
		st, err := s.Stretch(i)
		if err != nil {
			return err
		}
		l.holds = append(l.holds, link.Head{Origin: log.Origin, Size: log.Size})
		from := acked[log.Origin]
		for from < st.Size() && !l.Full() { // one piece beyond what is enough says that there is more
			var ch link.Chunk
			if ch, leaves, err = st.Chunk(s.Reader(), from, l.Chunk, leaves); err != nil {
				return err
			}
			b, err := link.EncodeChunk(ch)
			if err != nil {
				return err
			}
			l.gathered += int64(len(b))
			n := int64(len(ch.Entries))
			l.Add(Piece{Member: parcel.NewMember(parcel.LogPath(log.Origin, from, from+n), b), entries: &st, from: from})
			from += n
		}
	}
	for _, log := range s.All {
		receipts, err := s.Receipts(log)
		if err != nil {
			return err
		}
		for _, rc := range receipts {
			if rc.Party != l.To {
				l.Add(Piece{Member: parcel.NewMember(parcel.ReceiptPath(log.Origin, rc.Party), rc.Note), Content: rc.Note})
			}
		}
	}
	slices.SortFunc(l.holds, func(a, b link.Head) int { return strings.Compare(a.Origin, b.Origin) })
	return nil
}

// Divide lays the pieces into parcels that fit a medium; zero: into one. Each is whole in itself, so that a lost one takes only what was in it.
func (l *Load) Divide(medium int64) {
	head := int64(512 + 128*len(l.holds))
	limit := int64(Largest) / 2 // whoever opens it takes no larger one
	if medium > 0 {
		limit = medium - envelopeRoom - medium/4096
	}
	var part []Piece
	room := parcel.Room(head)
	for _, x := range l.pieces {
		need := x.Room()
		if len(part) > 0 && (room+need > limit || len(part) == parcel.MaxMembers) {
			l.Parts = append(l.Parts, part)
			part, room = nil, parcel.Room(head)
		}
		part, room = append(part, x), room+need
	}
	l.Parts = append(l.Parts, part)
}

// First leaves the first parcel only, and says what the others would have had: more that is urgent, be it receipts that had no room behind entries, and pieces of attachments that go later.
func (l *Load) First() (more, later bool) {
	entries := slices.ContainsFunc(l.Parts[0], Piece.Entries)
	for _, part := range l.Parts[1:] {
		more = more || slices.ContainsFunc(part, func(x Piece) bool { return x.Entries() || entries && x.Body == nil })
		later = later || slices.ContainsFunc(part, func(x Piece) bool { return x.Body != nil })
	}
	l.Parts = l.Parts[:1]
	return more, later
}

// Bytes are those of some pieces.
func Bytes(part []Piece) (n int64) {
	for _, x := range part {
		n += x.Size
	}
	return n
}

// Read reads a piece of a log again. spare is memory to be used again, and comes back.
func (l *Load) Read(r store.Reader, x Piece, spare []byte) (b, left []byte, err error) {
	ch, left, err := x.entries.Chunk(r, x.from, l.Chunk, spare)
	if err == nil {
		b, err = link.EncodeChunk(ch)
	}
	return b, left, err
}

// Write encrypts one of the parcels, signed by our node's key. read says what a piece holds.
func (l *Load) Write(n int, w io.Writer, own *keys.NodeKey, made time.Time, read func(Piece) ([]byte, error)) (Parcel, error) {
	part := l.Parts[n]
	m := &parcel.Manifest{Mech: l.Mech, From: l.Self, To: l.To, Sequence: l.Next + int64(n), First: l.Next, Last: l.Next + int64(len(l.Parts)) - 1,
		Made: made.UTC().Truncate(time.Second), Holds: l.holds, Credential: l.Credential}
	for _, x := range part {
		m.Members = append(m.Members, x.Member)
	}
	out := Described(m)
	out.Out, out.Party = true, l.To
	manifest, err := m.Format()
	if err != nil {
		return out, err
	}
	signer, err := own.LogSigner(m.Name())
	if err != nil {
		return out, err
	}
	note, err := parcel.Sign(m, manifest, signer)
	if err != nil {
		return out, err
	}
	count := &counter{w: w}
	sealed, err := keys.Seal(count, l.Key)
	if err != nil {
		return out, err
	}
	err = parcel.Write(sealed, note, manifest, m.Members, func(i int) ([]byte, error) {
		if part[i].entries == nil && part[i].Body == nil {
			return part[i].Content, nil
		}
		return read(part[i])
	})
	if err == nil {
		err = sealed.Close()
	}
	out.Bytes, out.Whole = count.n, err == nil
	return out, err
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

// News is what a party is to be told of the record, in one word that changes when there is more: how far we are with every log, and which receipts we hold that are not its own.
func News(s *node.Snapshot, party string) (string, error) {
	news := ""
	for i := range s.All {
		st, err := s.Stretch(i)
		if err != nil {
			return "", err
		}
		news += fmt.Sprint(st.Size(), " ")
	}
	for _, rc := range s.Confirmed {
		if rc.Party != party {
			news += fmt.Sprint(rc.Log, rc.Party, rc.Size, " ")
		}
	}
	return news, nil
}
