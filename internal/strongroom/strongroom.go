// Package strongroom keeps bodies: papers that entries commit to, sealed each under a key of its own.
//
// It promises that no byte of a body lies on the disk in the clear; that nothing is read or passed on that was not verified against its commitment; that a body whose key is lost is as good
// as burnt, in every backup too; and that memory stays flat whatever the size. Keys and salts lie apart from the bodies, in a directory that no backup of the node holds. It knows no
// party and no right: who may attach, read or drop is decided elsewhere. docs/protocol.md 11.
package strongroom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"entente.example/enclosure"
	"entente.example/internal/durable"
	"entente.example/internal/store"
	"entente.example/refusal"
)

// Limits are what the operator allows, in bytes.
type Limits struct {
	File      int64 // of one file
	Mechanism int64 // of all bodies of a mechanism
	Reserve   int64 // of the disk, left free for the record
}

// Options are what a room is made of. All are required but Free.
type Options struct {
	Bodies store.Bodies
	Keys   string // directory of the keys
	Rand   io.Reader
	Now    func() time.Time
	Limits Limits
	Free   func() (int64, error) // bytes free on the disk; asks the system if nil
}

// Room is an opened strongroom. Its methods may be called from many goroutines.
type Room struct {
	o    Options
	keys keyring
	mu   sync.Mutex     // guards beginning and erasing: a body has one key
	left []store.BodyID // what earlier lives left and could not be reached; guarded by mu
}

// addAtOnce is how many pieces share one transaction.
const addAtOnce = 16

// Open opens the room and clears away what earlier lives left: uploads that were cut off, bodies whose key is gone, keys whose body is. What lies where it cannot be reached now waits for Tidy.
func Open(ctx context.Context, o Options) (*Room, error) {
	if o.Free == nil {
		o.Free = func() (int64, error) { return FreeBytes(o.Keys) }
	}
	r := &Room{o: o, keys: keyring{o.Keys, o.Rand}}
	labels, err := r.keys.open()
	if err != nil {
		return nil, err
	}
	all, err := o.Bodies.List(ctx)
	if err != nil {
		return nil, err
	}
	for _, b := range all {
		label := string(b.Label)
		if !b.Staged && labels[label] {
			delete(labels, label)
			continue
		}
		if len(r.left) == 0 { // where one cannot be reached, no node waits for each of the others before it starts
			err = o.Bodies.Drop(ctx, b.ID)
		}
		if errors.Is(err, store.ErrAway) {
			r.left = append(r.left, b.ID)
		} else if err != nil {
			return nil, err
		}
	}
	for label := range labels {
		if err := r.keys.burn([]byte(label)); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// Tidy clears away what Open could not reach.
func (r *Room) Tidy(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.left) > 0 {
		if err := r.o.Bodies.Drop(ctx, r.left[0]); err != nil {
			return full(err)
		}
		r.left = r.left[1:]
	}
	return nil
}

// full names the failures of where bodies lie.
func full(err error) error {
	switch {
	case errors.Is(err, store.ErrFull):
		return refusal.New(refusal.Unavailable, "body.disk_full").Because(err)
	case errors.Is(err, store.ErrAway):
		return refusal.New(refusal.Unavailable, "body.away").Because(err)
	}
	return err
}

// room refuses what would exceed a limit: bytes more in a mechanism.
func (r *Room) room(ctx context.Context, mech string, bytes int64) error {
	free, err := r.o.Free()
	if err != nil {
		return err
	}
	if free-bytes < r.o.Limits.Reserve {
		return refusal.New(refusal.Unavailable, "body.disk_full")
	}
	all, err := r.o.Bodies.List(ctx)
	if err != nil {
		return full(err)
	}
	used := bytes
	for _, b := range all {
		if b.Mech == mech {
			used += b.Bytes
		}
	}
	if used > r.o.Limits.Mechanism {
		return refusal.New(refusal.Unavailable, "body.quota", "limit", Measure(r.o.Limits.Mechanism))
	}
	return nil
}

// MaxFile is the largest file that may be staged.
func (r *Room) MaxFile() int64 { return min(r.o.Limits.File, enclosure.MaxFile) }

// Fits refuses a body of which so many pieces are still to come, if it is over the operator's limits or there is no room.
func (r *Room) Fits(ctx context.Context, mech string, c enclosure.Commitment, pieces int64) error {
	if c.Size > r.MaxFile()+enclosure.MaxHeader {
		return TooLarge(r.MaxFile())
	}
	return r.room(ctx, mech, min(c.Size, pieces*enclosure.PieceBytes))
}

// TooLarge says to whoever sends a file that it is over the operator's limit for one.
func TooLarge(limit int64) *refusal.Error {
	return refusal.New(refusal.Invalid, "body.too_large", "limit", Measure(limit))
}

// Measure writes a number of bytes as people read it: 1 GiB, 1.4 MiB, 12 KiB, 7 B.
func Measure(n int64) string {
	for _, u := range []struct {
		name  string
		bytes int64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if n >= u.bytes {
			return strings.TrimSuffix(strconv.FormatFloat(float64(n)/float64(u.bytes), 'f', 1, 64), ".0") + " " + u.name
		}
	}
	return fmt.Sprint(n) + " B"
}

// Stage takes a file in as it streams by, and gives its commitment once it is whole and durable. Nothing is left of one that breaks off or is over a limit.
func (r *Room) Stage(ctx context.Context, mech, class, media string, h enclosure.Header, file io.Reader) (c enclosure.Commitment, err error) {
	prefix, err := h.Prefix()
	if err != nil {
		return c, err
	}
	if err := r.room(ctx, mech, 0); err != nil {
		return c, err
	}
	label, k, err := r.keys.make()
	if err != nil {
		return c, full(err)
	}
	id, err := r.o.Bodies.Begin(ctx, store.Body{Mech: mech, Staged: true, Label: label, Began: r.o.Now().Unix()})
	if err != nil {
		return c, full(errors.Join(err, r.keys.burn(label)))
	}
	defer func() {
		if err != nil {
			clean := context.WithoutCancel(ctx)
			err = errors.Join(full(err), r.keys.burn(label), r.o.Bodies.Drop(clean, id))
		}
	}()
	s := &stage{room: r, ctx: ctx, mech: mech, id: id, key: k, tree: enclosure.NewTree(), prefix: int64(len(prefix))}
	if err := s.fill(io.MultiReader(bytes.NewReader(prefix), file)); err != nil {
		return c, err
	}
	return s.settle(class, media)
}

// Read gives a piece with everything that verifies it, ready to be passed on. Errors: store.ErrMissing.
func (r *Room) Read(ctx context.Context, mech string, commit enclosure.Digest, n int64) (*enclosure.Piece, error) {
	b, k, err := r.find(ctx, mech, commit)
	if err != nil {
		return nil, err
	}
	return r.piece(ctx, b.ID, k, commit, n)
}

func (r *Room) piece(ctx context.Context, id store.BodyID, k key, commit enclosure.Digest, n int64) (*enclosure.Piece, error) {
	sealed, err := r.o.Bodies.Piece(ctx, id, n)
	if err != nil {
		return nil, full(err)
	}
	p := &enclosure.Piece{Commit: commit, N: n, Salt: k.salt}
	if p.Bytes, err = k.open(kindPiece, n, sealed.Data); err != nil {
		return nil, err
	}
	proof, err := k.open(kindProof, n, sealed.Proof)
	if err != nil {
		return nil, err
	}
	p.Root, p.Proof, err = splitProof(proof)
	return p, err
}

// find looks a body and its key up.
func (r *Room) find(ctx context.Context, mech string, commit enclosure.Digest) (store.Body, key, error) {
	b, err := r.o.Bodies.Body(ctx, mech, commit)
	if err != nil {
		return b, key{}, full(err)
	}
	k, err := r.keys.load(b.Label)
	if durable.Refused(err) {
		err = refusal.New(refusal.Unavailable, "node.disk_full").Because(err)
	}
	return b, k, err
}

// Take keeps pieces of a body that an entry commits to. Each is verified first; one that does not verify fails them all. It says how many of the body's pieces are there.
func (r *Room) Take(ctx context.Context, mech string, c enclosure.Commitment, pieces []*enclosure.Piece) (held int64, err error) {
	for _, p := range pieces {
		if err := c.Verify(p); err != nil {
			return 0, err
		}
	}
	if len(pieces) == 0 {
		return 0, nil
	}
	b, k, err := r.begin(ctx, mech, c, pieces[0].Salt)
	if err != nil {
		return 0, full(err)
	}
	sealed := make([]store.BodyPiece, len(pieces))
	for i, p := range pieces {
		sealed[i] = store.BodyPiece{N: p.N, Data: k.seal(kindPiece, p.N, p.Bytes), Proof: k.seal(kindProof, p.N, joinProof(p.Root, p.Proof))}
	}
	held, err = r.o.Bodies.Add(ctx, b.ID, sealed)
	return held, full(err)
}

// begin finds a body, or makes it with a key. The salt is that of a piece that was verified: the commitment has only one.
func (r *Room) begin(ctx context.Context, mech string, c enclosure.Commitment, salt enclosure.Salt) (store.Body, key, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b, k, err := r.find(ctx, mech, c.Digest())
	if !errors.Is(err, store.ErrMissing) {
		return b, k, err
	}
	if err := r.Fits(ctx, mech, c, c.Pieces()); err != nil {
		return b, k, err
	}
	label, k, err := r.keys.makeWith(salt)
	if err != nil {
		return b, k, err
	}
	b = store.Body{Mech: mech, Commit: c.Digest(), Label: label, Began: r.o.Now().Unix()}
	if b.ID, err = r.o.Bodies.Begin(ctx, b); err != nil {
		err = errors.Join(err, r.keys.burn(label))
	}
	return b, k, err
}

// Held says how many pieces of a body are there.
func (r *Room) Held(ctx context.Context, mech string, commit enclosure.Digest) (int64, error) {
	b, err := r.o.Bodies.Body(ctx, mech, commit)
	if errors.Is(err, store.ErrMissing) {
		return 0, nil
	}
	return b.Held, full(err)
}

// Missing lists the numbers of the pieces that are not there.
func (r *Room) Missing(ctx context.Context, mech string, c enclosure.Commitment) ([]int64, error) {
	b, err := r.o.Bodies.Body(ctx, mech, c.Digest())
	var have []int64
	if err == nil {
		have, err = r.o.Bodies.Proven(ctx, b.ID)
	}
	if err != nil && !errors.Is(err, store.ErrMissing) {
		return nil, full(err)
	}
	var out []int64
	for n := range c.Pieces() {
		if len(have) > 0 && have[0] == n {
			have = have[1:]
			continue
		}
		out = append(out, n)
	}
	return out, nil
}

// Erase leaves nothing of a body: first its key and salt, so that nobody can read it any more, then its bytes. It may be repeated.
func (r *Room) Erase(ctx context.Context, mech string, commit enclosure.Digest) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	b, err := r.o.Bodies.Body(ctx, mech, commit)
	if errors.Is(err, store.ErrMissing) {
		return nil
	}
	if err != nil {
		return full(err)
	}
	if err := r.keys.burn(b.Label); err != nil {
		return err
	}
	return full(r.o.Bodies.Drop(ctx, b.ID))
}

// Commitments lists what a mechanism has here, whole or in part.
func (r *Room) Commitments(ctx context.Context, mech string) ([]enclosure.Digest, error) {
	all, err := r.o.Bodies.List(ctx)
	var out []enclosure.Digest
	for _, b := range all {
		if b.Mech == mech && !b.Staged {
			out = append(out, b.Commit)
		}
	}
	return out, err
}
