package node

import (
	"time"

	"entente.example/entry"
	"entente.example/internal/keys"
	"entente.example/internal/link"
	"entente.example/internal/party"
	"entente.example/internal/spans"
)

// Events.
type (
	// Do: a member acts.
	Do struct {
		Mech   string
		Actor  entry.Actor
		Drafts []Draft
		To     chan<- Reply
		span   spans.Span
		judge  bool // say only why the first draft would be refused
	}
	// Join: the node enters a mechanism.
	Join struct {
		Charter []byte
		Self    string
		// Replaced: the charter's node keys for us are lost; the node reads, and writes once the next generation is opened under its own key.
		Replaced bool
		To       chan<- Reply
	}
	// Begin: our party opens the next generation of its log, under a key of this node.
	Begin struct {
		Mech string
		Body party.Generation
		Key  *keys.NodeKey
		To   chan<- Reply
		span spans.Span
	}
	// Line: a carrier reports.
	Line struct {
		Mech  string
		Event link.Event
		span  spans.Span
	}
	// Refold: what a mechanism has come to is to be made again from its entries, since this program may make something else of them than the one that did.
	Refold struct {
		Mech string
		Told func(folded int64) error // hears after each batch how many entries are folded; an error ends it, and everything is as before
		To   chan<- Reply
		span spans.Span
	}
	// Arrived: a body that seals may cover is here whole.
	Arrived struct{ Mech string }
	// Tick: a second has passed.
	Tick struct{}

	// offer: a chunk or a receipt came by another road than a line.
	offer struct {
		mech    string
		chunk   link.Chunk
		receipt []byte
		route   string
		verdict *verdict
		to      chan<- Reply
		span    spans.Span
	}

	// heard: so did a party's word about how much it holds.
	heard struct {
		mech, party string
		route       string
		heads       []link.Head
		at          time.Time
	}

	// inspect: somebody looks; mech says behind whose events, "" nobody's. only: nothing changes by that.
	inspect struct {
		mech string
		only bool
		f    func(*Core)
		to   chan<- Reply
	}
)

// Effects.
type (
	// Reply answers a Do or a Join.
	Reply struct {
		To     chan<- Reply
		Posted []Posted
		Mech   string
		Err    error
	}
	// ToPeer is a frame or a hang-up for a carrier.
	ToPeer struct {
		Mech   string
		Effect link.Effect // link.Send, link.Hangup or link.Alive
	}
	// PassedOn: news of a party came over the line of another.
	PassedOn struct{ Mech, Party, Via string }
	// Changed names the matters and logs that grew.
	Changed struct {
		Mech    string
		Matters []string
		More    bool // of a log that grew, its author has signed more than we hold: the rest of a backlog is on its way
	}
)

// Event and Effect are closed sets of the types above.
type (
	Event  interface{ nodeEvent() }
	Effect interface{ nodeEffect() }
)

func (Do) nodeEvent()        {}
func (Join) nodeEvent()      {}
func (Refold) nodeEvent()    {}
func (Begin) nodeEvent()     {}
func (Line) nodeEvent()      {}
func (Tick) nodeEvent()      {}
func (inspect) nodeEvent()   {}
func (offer) nodeEvent()     {}
func (heard) nodeEvent()     {}
func (Reply) nodeEffect()    {}
func (ToPeer) nodeEffect()   {}
func (PassedOn) nodeEffect() {}
func (Changed) nodeEffect()  {}
func (Arrived) nodeEvent()   {}
