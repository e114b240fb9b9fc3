package courier

import (
	"bytes"
	"errors"
	"io"

	"entente.example/enclosure"
	"entente.example/entry"
	"entente.example/internal/link"
	"entente.example/internal/node"
	"entente.example/internal/parcel"
	"entente.example/internal/porter"
	"entente.example/refusal"
)

// Taker is where what a parcel holds is taken in.
type Taker interface {
	Entries(c link.Chunk) (node.Taken, error)
	Receipt(note []byte) error
	// Word is which bodies the sender wants.
	Word(w *porter.Word) error
	// Body reports how many of some pieces were new. taken is false for those that nobody here wants.
	Body(pieces []*enclosure.Piece) (fresh int64, taken bool, err error)
}

// TakeIn takes the members of a parcel in one by one, each durable before the next is read, and notes in out what became of them. What is refused of one log or body keeps nothing of
// another out and is the first answer; what has to come after entries that are not here is a gap, and no error. Whatever else stops it is the second, and loses nothing: opening the parcel
// again goes on. progress may be nil.
func TakeIn(p *parcel.Reader, out *Parcel, to Taker, progress func()) (refused, err error) {
	in := &intake{to: to, out: out, late: map[string]bool{}}
	for {
		m, b, err := p.Next()
		if errors.Is(err, io.EOF) {
			return in.refused, nil
		}
		if err == nil {
			err = in.take(m, b)
		}
		if err != nil {
			return in.refused, err
		}
		if progress != nil {
			progress()
		}
	}
}

type intake struct {
	to      Taker
	out     *Parcel
	late    map[string]bool // logs of which something has to come first, or of which a piece was refused
	refused error
}

func (in *intake) take(m parcel.Member, b []byte) error {
	switch m.Kind() {
	case parcel.KindReceipt:
		return in.to.Receipt(bytes.Clone(b))
	case parcel.KindWord:
		if w, ok := porter.DecodeWord(b); ok && m.Path == parcel.WordPath {
			return in.to.Word(w)
		}
	case parcel.KindBody:
		return in.bodies(m, b)
	case parcel.KindLog:
		ch, ok := link.DecodeChunk(bytes.Clone(b)) // the fold may keep parts of an entry
		if !ok || m.Path != parcel.LogPath(ch.Origin, ch.From, ch.From+int64(len(ch.Entries))) {
			return refusal.New(refusal.Unverified, "pouch.bad_piece", "piece", m.Path)
		}
		return in.entries(ch)
	}
	in.out.LeftAside++
	return nil
}

// bodies keeps pieces of an attachment.
func (in *intake) bodies(m parcel.Member, b []byte) error {
	pieces, err := parcel.DecodePieces(m.Path, b)
	fresh, taken := int64(0), false
	if err == nil {
		fresh, taken, err = in.to.Body(pieces)
	}
	in.out.NewPieces += fresh
	switch {
	case err != nil && refusal.As(err).Kind == refusal.Unverified:
		in.refused = errors.Join(in.refused, err)
	case err != nil:
		return err
	case !taken:
		in.out.Unwanted++
	}
	return nil
}

// entries hands on a run of entries.
func (in *intake) entries(ch link.Chunk) error {
	if in.late[ch.Origin] {
		return nil
	}
	taken, err := in.to.Entries(ch)
	r := refusal.As(err)
	switch {
	case err == nil:
		in.out.New += taken.Holds - taken.Before
	case r.Key == "line.gap":
		in.late[ch.Origin] = true
		_, party, _, _ := entry.ParseOrigin(ch.Origin) // a log of the mechanism: the node has found it
		in.out.Gaps = append(in.out.Gaps, Run{Party: party, Origin: ch.Origin, From: taken.Holds, To: ch.From})
	case r.Kind == refusal.Unverified || r.Key == "line.generation_waits":
		in.late[ch.Origin] = true
		in.refused = errors.Join(in.refused, err)
	default:
		return err
	}
	return nil
}
