package store

import "context"

// BodyID is a body's number within one ground.
type BodyID int64

// Body is one body as the ground knows it: which, how much of it is there, and the label under which its key lies elsewhere.
type Body struct {
	ID     BodyID
	Mech   string
	Commit Hash // zero while it is staged
	Staged bool
	Label  []byte
	Began  int64 // unix seconds
	Held   int64 // pieces
	Bytes  int64 // of its pieces as they are stored
}

// BodyPiece is one piece and its proof, both sealed: the ground cannot read them.
type BodyPiece struct {
	N     int64
	Data  []byte
	Proof []byte

	Apart int64 // bytes of it that lie elsewhere; Data says where. They count among those of its body.
}

// Bodies keeps what travels beside entries, in pieces that were verified and sealed before they come here. It is apart from the record, so that a large body never stands in the way of
// an entry.
//
// Every method returns when its work is durable; on an error nothing of it is there, except that Drop may have begun and is to be repeated, and that a ground that is away (ErrAway) may have
// done what it could not answer. Whatever is repeated changes nothing more. Methods may be called at once from many goroutines.
type Bodies interface {
	// Begin adds a body without pieces, staged if it has no commitment yet: ErrConflict if the mechanism has one with this commitment. A label is one body's: begun again under it, it is the same.
	Begin(ctx context.Context, b Body) (BodyID, error)
	// Add stores pieces, all or none, and says how many there are. One that is there already stays as it is. A piece without a proof gets it by Settle.
	Add(ctx context.Context, id BodyID, pieces []BodyPiece) (held int64, err error)
	// Settle gives a staged body its commitment and its pieces their proofs: ErrConflict if the mechanism has one with this commitment.
	Settle(ctx context.Context, id BodyID, commit Hash, proof func(n int64) ([]byte, error)) error
	// Body finds a body that is not staged: ErrMissing.
	Body(ctx context.Context, mech string, commit Hash) (Body, error)
	// List is all bodies, staged ones too, by number.
	List(ctx context.Context) ([]Body, error)
	// Proven lists the numbers of the pieces that are there with their proofs, rising.
	Proven(ctx context.Context, id BodyID) ([]int64, error)
	// Piece returns one piece; its proof is empty while the body is staged. ErrMissing.
	Piece(ctx context.Context, id BodyID, n int64) (BodyPiece, error)
	// Drop leaves nothing of a body: its bytes are overwritten where they were, in write-ahead logs and free pages too, if the ground is on a disk of ours; on another ground nothing of it can be
	// asked for any more, and what its keepers may still have is sealed. It may be repeated, also for what is not there.
	Drop(ctx context.Context, id BodyID) error
	Close() error
}
