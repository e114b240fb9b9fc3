// Package link owns the conversation between nodes of one mechanism: who holds how much of whose log, who sends what to whom, and that
// nothing travels twice on a direct line. docs/protocol.md 5.
//
// It is a pure step function: events in, effects out; no socket, no clock, no database. Whatever carries frames (TLS, good offices, pouch) is a carrier.
package link

// Head is how much of a log somebody holds.
type Head struct {
	Origin string
	Size   int64
}

// Chunk is a verified-alone piece of a log.
type Chunk struct {
	Origin  string
	From    int64
	Entries [][]byte
	Note    []byte     // signed checkpoint that covers it
	Proof   [][32]byte // consistency proof from From+len(Entries) to the checkpoint's size; empty if equal
}

// Book is what a line reads from the node, synchronously.
type Book interface {
	// Heads are the sizes of all logs of the mechanism that we hold, by origin.
	Heads() []Head
	// Given is how many entries of a log Chunk can give, zero if we do not have it: less than we hold of one of our own that has yet to be signed for.
	Given(origin string) int64
	// Chunk reads entries of origin from index from on, at most about maxBytes of them, with proof and note, valid until the next call. ok is false if there is nothing to send.
	Chunk(origin string, from int64, maxBytes int) (c Chunk, ok bool, err error)
	// Receipts are the newest cosigned checkpoints we hold.
	Receipts() [][]byte
	// Evidence is what we hold of two histories of one log.
	Evidence() [][]byte
}

// Peer names a connected counterpart conversation.
type Peer string

// Routes by which nodes reach each other, as status, line checks and the record name them.
const (
	Direct = "direct"
	Relay  = "relay" // good offices
	Pouch  = "pouch"
	Third  = "passed_on" // passed on by another party
)

// Events.
type (
	// Opened: a carrier has an authenticated channel to the party. Route is what the channel goes by, Direct if empty.
	Opened struct {
		Peer  Peer
		Party string
		Route string
	}
	// Frame: bytes arrived.
	Frame struct {
		Peer    Peer
		Kind    byte
		Payload []byte
	}
	// Closed: the channel is gone.
	Closed struct {
		Peer Peer
	}
	// Grown: our record grew, by our own act or a peer's; Heads are the logs that did.
	Grown struct {
		Heads []Head
	}
	// Cosigned: a receipt to pass on; From is the peer it came from, "" if it is ours.
	Cosigned struct {
		Note []byte
		From Peer
	}
	// Accused: evidence of two histories to pass on; From is the peer it came from, "" if we found it.
	Accused struct {
		Evidence []byte
		From     Peer
	}
	// Contested: a log has two histories; no more of it is asked for or taken.
	Contested struct {
		Origin string
	}
	// Refused: what Deliver handed over was not accepted; the peer is to be left alone for that log. If what it sent was signed by its log all the same, it may have been deceived
	// like us: the conversation goes on, and Head, the newest head that the log has signed for us, is our answer.
	Refused struct {
		Peer   Peer
		Origin string
		Reason string
		Head   []byte
	}
	// Heard: what a party holds, by its word that came by another road. While it is connected, it says so itself.
	Heard struct {
		Party string
		Heads []Head
	}
	// Postponed: what Deliver handed over begins a generation that cannot be judged yet, for want of entries of other logs. It is asked for again when some log has grown.
	Postponed struct {
		Origin string
	}
	// Exhausted: so much of a log was taken that the rest has to wait at its author's side, until a time in Unix seconds, or until Resumed.
	Exhausted struct {
		Origin string
		Until  int64
	}
	// Resumed: what had to wait may come.
	Resumed struct{}
	// Drained: the carrier's queue for the peer has room again.
	Drained struct {
		Peer Peer
	}
)

// Effects.
type (
	// Send: hand the frame to the carrier.
	Send struct {
		Peer    Peer
		Kind    byte
		Payload []byte
	}
	// Deliver: entries arrived; the node verifies, stores, folds, then sends Grown (or Refused). Route is how their author's words reached us.
	Deliver struct {
		Peer  Peer
		Chunk Chunk
		Route string
	}
	// Greeted: a party said hello: it is there. Heads are what it says it holds.
	Greeted struct {
		Party string
		Route string
		Heads []Head
	}
	// Parted: a conversation with a party that had said hello is over.
	Parted struct {
		Party string
		Route string
	}
	// Alive: there is news of a party that we have no direct line to: whoever waits before trying it again need not wait any longer.
	Alive struct {
		Party string
	}
	// DeliverReceipt: a cosigned checkpoint arrived.
	DeliverReceipt struct {
		Peer Peer
		Note []byte
	}
	// DeliverEvidence: somebody says that a log has two histories.
	DeliverEvidence struct {
		Peer     Peer
		Evidence []byte
	}
	// Hangup: close the channel; Reason is a message key.
	Hangup struct {
		Peer   Peer
		Reason string
	}
)

// Event and Effect are closed sets of the types above.
type (
	Event  interface{ event() }
	Effect interface{ effect() }
)

func (Opened) event()           {}
func (Frame) event()            {}
func (Closed) event()           {}
func (Grown) event()            {}
func (Cosigned) event()         {}
func (Refused) event()          {}
func (Accused) event()          {}
func (Contested) event()        {}
func (Heard) event()            {}
func (Postponed) event()        {}
func (Drained) event()          {}
func (Exhausted) event()        {}
func (Resumed) event()          {}
func (Send) effect()            {}
func (Deliver) effect()         {}
func (DeliverReceipt) effect()  {}
func (DeliverEvidence) effect() {}
func (Greeted) effect()         {}
func (Parted) effect()          {}
func (Alive) effect()           {}
func (Hangup) effect()          {}
