// Package store states what the node asks of its ground, cut by guarantee.
//
// Who must be trusted: the operator of the ground can delete everything and read what is not encrypted; they cannot make a node accept altered entries, because
// every read that matters is checked against a signed tree. Grounds live in subpackages; this one is contract only.
package store

import (
	"context"
	"errors"
	"iter"
)

// Hash is a SHA-256 digest.
type Hash = [32]byte

// LogID is a log's number within one database. 1 … 2^20-1.
type LogID int64

// Errors every ground returns, wrapped.
var (
	ErrMissing    = errors.New("not in the store")
	ErrConflict   = errors.New("the log's head moved")                             // compare-and-swap lost
	ErrFull       = errors.New("the disk is full or failing")                      // nothing was stored; read-only until it is mended
	ErrBarred     = errors.New("a file of the record cannot be opened or written") // though its disk has room; with ErrFull
	ErrReadsOnly  = errors.New("the database server takes no writes")              // with ErrFull
	ErrNewer      = errors.New("the database is of a newer version")
	ErrOlder      = errors.New("the database was written by an older version, and nobody has said that there is a copy")
	ErrLocked     = errors.New("another node uses this directory")
	ErrDamaged    = errors.New("the database is damaged")
	ErrClosed     = errors.New("the store is closed")
	ErrAway       = errors.New("it does not serve us")                   // what was under way is there as a whole or not at all, as after ErrFull
	ErrFenced     = errors.New("another process has taken the pen over") // nothing is ever written again by this one
	ErrMoved      = errors.New("the record was moved out of this database")
	ErrUnfinished = errors.New("a record is being moved into this database, and is not all there")
	ErrTaken      = errors.New("there is a record in this database already")
	ErrForeign    = errors.New("the database belongs to another node")
)

// Mechanism is a row of the mechanisms this node takes part in.
type Mechanism struct {
	ID      string // 64 hex
	Charter []byte // canonical bytes
	Self    string // our party id in it
	Joined  int64  // unix seconds
}

// Log is the head of one log as this node holds it.
type Log struct {
	ID         LogID
	Mech       string
	Origin     string
	Party      string
	Gen        int
	Own        bool
	Size       int64  // entries stored and verified
	Root       Hash   // root at Size
	Applied    int64  // entries folded, ≤ Size
	Checkpoint []byte // newest verified signed note; its size may be ahead of Size during catch-up
	Tail       []byte // then: the consistency proof from Size to it, 32 bytes a hash; else empty
}

// Entry is one stored entry. The fields from Matter on are known once it is applied; Lam 0 means it waits for its past.
type Entry struct {
	Log    LogID
	Index  int64
	Leaf   []byte
	Matter string  // key, "" while waiting
	Lam    int64   // 0 while waiting
	Past   []int64 // see charter.Act
	Void   []byte  // JSON of the refusal that made it void; nil if valid
}

// Matter is the folded state of one matter.
type Matter struct {
	Key   string  // "text/js-9"
	State []byte  // canonical JSON
	Past  []int64 // join of the pasts of its entries, their own positions included
	Lam   int64   // of its last entry in the total order
	Last  string  // act id of that entry
	Acts  int64   // how many entries, void ones included
	Owes  bool    // a node that starts has to look at it
}

// Tile is one Merkle tile of up to 256 hashes; W is how many are there.
type Tile struct {
	Level int
	N     int64
	Data  []byte // W*32 bytes
}

// Receipt is the newest cosigned checkpoint of a log by one party.
type Receipt struct {
	Log   LogID
	Party string
	Size  int64
	Time  int64 // unix seconds of the cosignature
	Note  []byte
}

// Confirmed is a receipt without its note, which is most of it: how much of a log a party has confirmed, and when.
type Confirmed struct {
	Log   LogID
	Party string
	Size  int64
	Time  int64
}

// Parcel is what this node remembers of a parcel that it made for a party, or opened from one. Rows live beside the record: no log and no digest rests on them.
type Parcel struct {
	Mech     string
	Party    string // the other party
	Out      bool   // made by us
	Sequence int64
	Data     []byte // what the chancery has to say about it
}

// KeptParcels is how many parcels of each direction and party are remembered, the newest ones.
const KeptParcels = 256

// Reader reads one consistent state. Slices it returns may be kept; those an iterator yields are valid until its next step.
type Reader interface {
	// Mechanisms lists the ids of all mechanisms, in the order in which they were joined.
	Mechanisms() ([]string, error)
	Mechanism(id string) (Mechanism, error) // ErrMissing
	Logs(mech string) ([]Log, error)
	Entry(log LogID, index int64) (Entry, error) // ErrMissing
	// Leaves yields stored leaves of [from, to) in order, and ErrMissing if the log ends before to.
	Leaves(log LogID, from, to int64) iter.Seq2[[]byte, error]
	// Entries yields stored entries of [from, to) in order, waiting ones too; fewer if the log ends before.
	Entries(log LogID, from, to int64) iter.Seq2[Entry, error]
	Matter(mech, key string) (Matter, error) // ErrMissing
	// Matters lists matters whose key begins with prefix, in key order.
	Matters(mech, prefix string) iter.Seq2[Matter, error]
	// Owing lists the keys of matters stored with Owes, in key order: without reading what may be many states.
	Owing(mech string) iter.Seq2[string, error]
	// History yields all applied entries of a matter, void ones too, in no particular order.
	History(mech, key string) iter.Seq2[Entry, error]
	// Recent lists applied entries of a mechanism by falling Lam, then falling log number, from those with Lam < before (0: from the newest): limit of them, and those that
	// share the last one's Lam, so that going on with before = the last one's Lam leaves none out.
	Recent(mech string, before int64, limit int) ([]Entry, error)
	Tile(log LogID, level int, n int64) (Tile, error) // ErrMissing
	Receipts(log LogID) ([]Receipt, error)
	// Confirmed lists the receipts for all logs of a mechanism, by log and party, and reads no note.
	Confirmed(mech string) ([]Confirmed, error)
	// Witnessed lists the newest heads of a log that outside witnesses have cosigned; Party is a witness's name.
	Witnessed(log LogID) ([]Receipt, error)
	Evidence(mech string) ([][]byte, error)
	// Parcels lists what is remembered of parcels to and from all parties, by falling sequence.
	Parcels(mech string) ([]Parcel, error)
	// Contacts is what the node remembers of each counterpart's being there, by party.
	Contacts(mech string) (map[string][]byte, error)
	// Words is what each counterpart said last of the bodies that it wants, by party.
	Words(mech string) (map[string][]byte, error)
}

// Tiles reads a log's tiles for proofs and roots: a ledger.ReadTile.
func Tiles(r Reader, log LogID) func(level int, n int64) ([]byte, error) {
	return func(level int, n int64) ([]byte, error) {
		t, err := r.Tile(log, level, n)
		return t.Data, err
	}
}

// Tx is the one write transaction. It reads its own writes.
type Tx interface {
	Reader
	PutMechanism(Mechanism) error
	// AddLog creates an empty log and returns its number.
	AddLog(Log) (LogID, error)
	// Append adds entries at [from, from+len): ErrConflict unless the log's stored size is from. It moves size and root and stores the tiles: those
	// in which the entries have left something, at every level, as they are when the log ends there; what they held before, it has.
	Append(log LogID, from int64, entries []Entry, root Hash, tiles []Tile) error
	// SetApplied stores the outcome of folding entries that had waited: ErrMissing if one is not stored.
	SetApplied(entries []Entry) error
	// SetAppliedSize: ErrConflict unless applied is within the log.
	SetAppliedSize(log LogID, applied int64) error
	SetCheckpoint(log LogID, note, tail []byte) error
	// PutMatter replaces what is kept of a matter. Its state is the caller's again when it returns.
	PutMatter(mech string, m Matter) error
	// PutReceipt keeps a receipt unless one of a larger size is there.
	PutReceipt(Receipt) error
	// PutWitnessed keeps what an outside witness has cosigned, unless a larger size is there. No rule of the record asks for it.
	PutWitnessed(Receipt) error
	// AddEvidence keeps evidence once, however often it comes.
	AddEvidence(mech string, evidence []byte) error
	// PutParcel remembers a parcel, in the place of what was remembered of the same one, and forgets those beyond KeptParcels.
	PutParcel(Parcel) error
	// PutContact replaces what is remembered of a counterpart. It is no part of the record: nothing that is shared depends on it.
	PutContact(mech, party string, contact []byte) error
	// PutWord replaces what a counterpart said of bodies. It is no part of the record either.
	PutWord(mech, party string, word []byte) error
	// Unfold forgets what folding a mechanism has come to: all its entries wait again, and it has no matters.
	Unfold(mech string) error
}

// Record keeps the shared record. One process, one writer: one pen for all of a node's logs.
//
// Update runs f in one transaction and returns when it is durable; on any error, and if f panics, nothing of it is there. At most one Update runs at a time. After
// ErrFull a power cut may still bring the transaction forth, as with any disk: whoever repeats it asks for the head first. View runs f on a consistent state while
// writers go on. Close waits for both.
type Record interface {
	Update(ctx context.Context, f func(Tx) error) error
	View(ctx context.Context, f func(Reader) error) error
	Close() error
}
