package link

import (
	"maps"
	"slices"
	"strings"

	"entente.example/entry"
	"entente.example/ledger"
)

// Config says whose line this is. All fields are required.
type Config struct {
	Mech    string
	Self    string
	Parties []string // in the charter's order
	// ChunkBytes is about how many bytes of entries one chunk carries; 1 MiB if zero.
	ChunkBytes int
	// Fold is the version by which this node's program makes state of entries; the other side is told it and compares. 0: nothing is said of it.
	Fold int
}

// Limits of a conversation.
const (
	// Version of the conversation.
	Version    = 1
	chunkBytes = 1 << 20
	// maxHeads bounds the heads in one message.
	maxHeads = 1024
)

// Line holds all conversations of one mechanism. One goroutine uses it.
type Line struct {
	cfg    Config
	book   Book
	author map[string]string // origin → party, of every log that we or a peer have named
	size   map[string]int64  // what we hold, of every log that we have
	later  map[string]bool   // postponed until some log has grown
	peers  map[Peer]*peer
	source map[string]Peer  // origin → whom we asked for it
	next   map[string]int64 // what we hold or have handed to the node: the next chunk continues here
	holds  map[string]map[string]int64
	frozen map[string]bool  // logs with two histories
	over   map[string]int64 // logs that wait at their author's side, until when
	out    []Effect
}

// peer is one connected counterpart.
type peer struct {
	id     Peer
	party  string
	route  string
	hello  bool             // theirs arrived
	met    bool             // and could be believed
	full   map[string]int64 // our logs of which it takes no more for now, until when
	newer  bool             // it speaks a newer version or folds by one, or has said something that only a newer one can read
	older  bool             // it folds by an older version, or by one that does not say so yet
	heads  map[string]int64 // what they hold
	told   map[string]int64 // what we have said that we can give
	wants  map[string]int64 // origin → next index to send
	shun   map[string]bool  // logs of which they hold another history than we do
	queued bool             // a chunk is on its way to the carrier; the next one waits for Drained
}

// NewLine starts with no conversation.
func NewLine(cfg Config, book Book) *Line {
	l := &Line{cfg: cfg, book: book, author: map[string]string{}, size: map[string]int64{}, later: map[string]bool{}, peers: map[Peer]*peer{},
		source: map[string]Peer{}, next: map[string]int64{}, holds: map[string]map[string]int64{}, frozen: map[string]bool{}, over: map[string]int64{}}
	if cfg.ChunkBytes == 0 {
		l.cfg.ChunkBytes = chunkBytes
	}
	for _, p := range cfg.Parties {
		l.author[entry.Origin(cfg.Mech, p, 1)] = p
		l.size[entry.Origin(cfg.Mech, p, 1)] = 0
	}
	return l
}

// names reports whether an origin is that of a log of this mechanism, and remembers its author. Later generations are heard of from whoever has them.
func (l *Line) names(origin string) bool {
	if l.author[origin] != "" {
		return true
	}
	mech, party, _, err := entry.ParseOrigin(origin)
	if err != nil || !strings.HasPrefix(l.cfg.Mech, mech) || !slices.Contains(l.cfg.Parties, party) || len(l.author) >= maxHeads {
		return false
	}
	l.author[origin] = party
	return true
}

// due reports whether a log may be asked for: one that we have, or the generation that follows one.
func (l *Line) due(origin string) bool {
	if _, ok := l.size[origin]; ok {
		return true
	}
	_, party, gen, err := entry.ParseOrigin(origin)
	if err != nil || l.later[origin] {
		return false
	}
	_, ok := l.size[entry.Origin(l.cfg.Mech, party, gen-1)]
	return ok
}

// PartyStatus is what a line knows of one party.
type PartyStatus struct {
	Party     string
	Connected bool
	Route     string // of the conversation; "" if there is none
	Newer     bool   // its program is newer than ours
	Older     bool   // its program is older than ours: it does not make of all entries what we make of them
	Over      int64  // until when, in Unix seconds, we take no more of its entries, which wait at its side; zero: we do
	Full      int64  // until when it takes no more of ours
	Holds     []Head // as it last said, also from earlier connections
}

// Status lists the other parties in the charter's order.
func (l *Line) Status() []PartyStatus {
	var out []PartyStatus
	for _, p := range l.cfg.Parties {
		if p == l.cfg.Self {
			continue
		}
		st := PartyStatus{Party: p, Over: l.overUntil(p)}
		for _, c := range l.peers {
			if c.party == p && c.hello {
				st.Connected, st.Newer, st.Older = true, st.Newer || c.newer, st.Older || c.older
				for _, until := range c.full {
					st.Full = max(st.Full, until)
				}
				if st.Route == "" || c.route == Direct {
					st.Route = c.route
				}
			}
		}
		for _, o := range sorted(l.holds[p]) {
			st.Holds = append(st.Holds, Head{o, l.holds[p][o]})
		}
		out = append(out, st)
	}
	return out
}

// Says is how much of a log the party at the other end of a conversation says it holds.
func (l *Line) Says(id Peer, origin string) int64 {
	if p := l.peers[id]; p != nil {
		return p.heads[origin]
	}
	return 0
}

// Expects reports whether somebody is connected who has not said yet what it holds.
func (l *Line) Expects() bool {
	for _, p := range l.peers {
		if !p.hello {
			return true
		}
	}
	return false
}

// PartyOf is the party at the other end of a conversation, "" if it is over.
func (l *Line) PartyOf(id Peer) string {
	if p := l.peers[id]; p != nil {
		return p.party
	}
	return ""
}

// Step takes one event and returns what is to be done.
func (l *Line) Step(e Event) []Effect {
	l.out = nil
	switch e := e.(type) {
	case Opened:
		l.opened(e)
	case Frame:
		if p := l.peers[e.Peer]; p != nil {
			l.frame(p, e.Kind, e.Payload)
		}
	case Closed:
		l.closed(e.Peer)
	case Grown:
		l.grown(e.Heads)
	case Cosigned:
		l.passOn(KindReceipt, e.Note, e.From)
	case Accused:
		l.passOn(KindEvidence, e.Evidence, e.From)
	case Contested:
		l.contested(e.Origin)
	case Refused:
		l.refused(e)
	case Heard:
		l.heard(e)
	case Postponed:
		l.postponed(e.Origin)
	case Exhausted:
		l.exhausted(e)
	case Resumed:
		l.resumed()
	case Drained:
		if p := l.peers[e.Peer]; p != nil {
			p.queued = false
			l.serve(p)
		}
	}
	return l.out
}

func (l *Line) send(p *peer, kind byte, payload []byte) {
	l.out = append(l.out, Send{Peer: p.id, Kind: kind, Payload: payload})
}

func (l *Line) hangup(p *peer, reason string) {
	l.out = append(l.out, Hangup{Peer: p.id, Reason: reason})
	l.closed(p.id)
}

func (l *Line) opened(e Opened) {
	if !slices.Contains(l.cfg.Parties, e.Party) || e.Party == l.cfg.Self {
		l.out = append(l.out, Hangup{Peer: e.Peer, Reason: "line.stranger"})
		return
	}
	p := &peer{id: e.Peer, party: e.Party, route: e.Route, heads: map[string]int64{}, told: map[string]int64{}, wants: map[string]int64{}, shun: map[string]bool{}, full: map[string]int64{}}
	if p.route == "" {
		p.route = Direct
	}
	l.peers[e.Peer] = p
	heads := l.book.Heads()
	for _, h := range heads {
		l.size[h.Origin] = h.Size
	}
	l.greet(p, heads, false)
}

func (l *Line) greet(p *peer, heads []Head, reply bool) {
	given := make([]Head, len(heads))
	for i, h := range heads {
		p.told[h.Origin] = max(p.told[h.Origin], l.book.Given(h.Origin))
		given[i] = Head{h.Origin, p.told[h.Origin]}
	}
	l.send(p, KindHello, encodeHello(hello{Version: Version, Fold: l.cfg.Fold, Mech: l.cfg.Mech, Party: l.cfg.Self, Heads: given, Reply: reply}))
}

// tell says which of these logs we can give more of than we have said. SPEC line-heads.
func (l *Line) tell(p *peer, heads []Head) {
	var news []Head
	for _, h := range heads {
		if given := l.book.Given(h.Origin); given > p.told[h.Origin] {
			p.told[h.Origin] = given
			news = append(news, Head{h.Origin, given})
		}
	}
	if len(news) > 0 {
		l.send(p, KindHave, encodeHeads(news))
	}
}

func (l *Line) closed(id Peer) {
	p := l.peers[id]
	if p == nil {
		return
	}
	delete(l.peers, id)
	if p.met {
		l.out = append(l.out, Parted{Party: p.party, Route: p.route})
	}
	for origin, source := range l.source {
		if source == id {
			delete(l.source, origin)
		}
	}
	l.ask()
}

// frame reads what a peer sent. Whatever cannot be read ends the conversation: the other side is broken or hostile, and will say hello again. A kind that we do not know is a newer
// version's, which does not need our answer to it: it is left aside. SPEC line-newer.
func (l *Line) frame(p *peer, kind byte, payload []byte) {
	if !p.hello && kind != KindHello && kind != KindBye {
		return // it was under way to somebody who had not joined yet; the hello that has to come says the same. SPEC line-hello
	}
	var ok bool
	switch kind {
	case KindHello:
		ok = l.gotHello(p, payload)
	case KindHave:
		var heads []Head
		if heads, ok = decodeHeads(payload); ok {
			ok = l.gotHeads(p, heads)
		}
	case KindWant:
		ok = l.gotWant(p, payload)
	case KindStop:
		var origin string
		if origin, ok = decodeStop(payload); ok {
			delete(p.wants, origin)
		}
	case KindEntries:
		ok = l.gotEntries(p, payload)
	case KindReceipt:
		if ok = len(payload) <= ledger.MaxNote; ok {
			l.out = append(l.out, DeliverReceipt{Peer: p.id, Note: payload})
		}
	case KindEvidence:
		if ok = len(payload) <= ledger.MaxFork; ok {
			l.out = append(l.out, DeliverEvidence{Peer: p.id, Evidence: payload})
		}
	case KindFull:
		ok = l.gotFull(p, payload)
	case KindBye:
		l.hangup(p, "line.bye")
		return
	default:
		p.newer, ok = true, true
	}
	if !ok {
		l.hangup(p, "line.malformed")
	}
}

func (l *Line) gotHello(p *peer, payload []byte) bool {
	h, ok := decodeHello(payload)
	if !ok || h.Mech != l.cfg.Mech || h.Party != p.party || h.Version < Version {
		return false
	}
	p.hello, p.newer, p.older = true, h.Version > Version || l.cfg.Fold > 0 && h.Fold > l.cfg.Fold, h.Fold < l.cfg.Fold
	if !h.Reply {
		// The other side begins anew: whatever we asked of it before may have been dropped, as by a party that had not joined yet.
		clear(p.wants)
		maps.DeleteFunc(l.source, func(_ string, source Peer) bool { return source == p.id })
		l.greet(p, l.book.Heads(), true)
	} else {
		l.tell(p, l.book.Heads()) // what has grown since our own hello
	}
	l.repeatFull(p)
	for _, note := range l.book.Receipts() {
		l.send(p, KindReceipt, note)
	}
	for _, evidence := range l.book.Evidence() {
		l.send(p, KindEvidence, evidence)
	}
	if !l.gotHeads(p, h.Heads) {
		return false
	}
	if !p.met {
		p.met = true
		l.out = append(l.out, Greeted{Party: p.party, Route: p.route, Heads: h.Heads})
		l.alive(p.party)
	}
	return true
}

// gotHeads notes what the peer holds, and asks for what we lack.
func (l *Line) gotHeads(p *peer, heads []Head) bool {
	for _, h := range heads {
		if !l.names(h.Origin) || h.Size < p.heads[h.Origin] || h.Size > ledger.MaxSize {
			return false
		}
		if author := l.author[h.Origin]; author != p.party && h.Size > l.size[h.Origin] && h.Size > p.heads[h.Origin] {
			l.alive(author)
		}
		p.heads[h.Origin] = h.Size
		if l.holds[p.party] == nil {
			l.holds[p.party] = map[string]int64{}
		}
		l.holds[p.party][h.Origin] = h.Size
	}
	l.ask()
	return true
}

// heard notes what a party holds that is not connected.
func (l *Line) heard(e Heard) {
	for _, p := range l.peers {
		if p.party == e.Party && p.hello {
			return
		}
	}
	for _, h := range e.Heads {
		if l.names(h.Origin) && h.Size <= ledger.MaxSize {
			if l.holds[e.Party] == nil {
				l.holds[e.Party] = map[string]int64{}
			}
			l.holds[e.Party][h.Origin] = h.Size
		}
	}
}

// ask makes sure that every log somebody holds more of than we do has one source, the author's own connection if the author has more. A source stays when there is nothing more
// to get: the standing wish is what makes the next entry come at once.
func (l *Line) ask() {
	for _, origin := range sorted(l.author) {
		if !l.due(origin) {
			continue
		}
		best := l.best(origin)
		if l.over[origin] > 0 || l.frozen[origin] || best == nil || l.source[origin] == best.id {
			continue
		}
		if old := l.peers[l.source[origin]]; old != nil {
			if old.heads[origin] > l.size[origin] && best.party != l.author[origin] && old.heads[origin] >= best.heads[origin] {
				continue // whom we asked is as good
			}
			l.send(old, KindStop, encodeStop(origin))
		}
		l.source[origin], l.next[origin] = best.id, l.size[origin]
		l.send(best, KindWant, encodeWant(origin, l.size[origin]))
	}
}

// best is who should send us a log: its author if it has more than we do; otherwise the peer that holds most, the lowest-named of them, for an author may have come back with an
// old backup; and if nobody holds more, the author again, who will.
func (l *Line) best(origin string) *peer {
	var author, most *peer
	for _, id := range sorted(l.peers) {
		p := l.peers[id]
		if !p.hello || p.shun[origin] || p.heads[origin] <= l.size[origin] && p.party != l.author[origin] {
			continue
		}
		if p.party == l.author[origin] {
			author = p
		} else if most == nil || p.heads[origin] > most.heads[origin] {
			most = p
		}
	}
	if most == nil || author != nil && author.heads[origin] > l.size[origin] {
		return author
	}
	return most
}

func (l *Line) gotWant(p *peer, payload []byte) bool {
	origin, from, ok := decodeWant(payload)
	if !ok || !l.names(origin) || from < 0 || from > ledger.MaxSize {
		return false
	}
	p.wants[origin] = from
	delete(p.full, origin)
	l.serve(p)
	return true
}

// serve sends the peer its next chunk, if one is wanted and the carrier has taken the last.
func (l *Line) serve(p *peer) {
	if p.queued {
		return
	}
	for _, origin := range sorted(p.wants) {
		c, ok, err := l.book.Chunk(origin, p.wants[origin], l.cfg.ChunkBytes)
		if err != nil {
			l.hangup(p, "line.store_failed")
			return
		}
		if !ok {
			continue
		}
		payload, err := EncodeChunk(c)
		if err != nil {
			l.hangup(p, "line.store_failed")
			return
		}
		p.wants[origin] = c.From + int64(len(c.Entries))
		p.queued = true
		l.send(p, KindEntries, payload)
		return
	}
}

func (l *Line) gotEntries(p *peer, payload []byte) bool {
	c, ok := DecodeChunk(payload)
	if !ok || !l.names(c.Origin) {
		return false
	}
	end := c.From + int64(len(c.Entries))
	if l.over[c.Origin] > 0 || l.frozen[c.Origin] || p.shun[c.Origin] || c.From > l.next[c.Origin] || end <= l.next[c.Origin] {
		// The answer to an older wish, from before we asked somebody else; a newer one is on its way. The head it came under may still say something new of its log.
		l.out = append(l.out, DeliverReceipt{Peer: p.id, Note: c.Note})
		return true
	}
	l.next[c.Origin] = end
	route := p.route
	if p.party != l.author[c.Origin] {
		route = Third
	}
	l.out = append(l.out, Deliver{Peer: p.id, Chunk: c, Route: route})
	return true
}

// alive says that there is news of a party, unless we are connected to it directly or it is ourselves.
func (l *Line) alive(party string) {
	if party == l.cfg.Self {
		return
	}
	for _, p := range l.peers {
		if p.party == party && p.route == Direct {
			return
		}
	}
	l.out = append(l.out, Alive{Party: party})
}

// grown tells everybody what we can give now, and sends on what was waited for: also what we held and could not give yet, for want of a signature.
func (l *Line) grown(heads []Head) {
	clear(l.later)
	for _, h := range heads {
		if h.Size > l.size[h.Origin] && l.names(h.Origin) {
			l.size[h.Origin] = h.Size
			l.next[h.Origin] = max(l.next[h.Origin], h.Size)
		}
	}
	for _, id := range sorted(l.peers) {
		if p := l.peers[id]; p != nil && p.hello { // whoever has not joined yet hears of it when it has. SPEC line-hello
			l.serve(p)
			l.tell(p, heads)
		}
	}
	l.ask()
}

// postponed stops asking for a log until another has grown.
func (l *Line) postponed(origin string) {
	if p := l.peers[l.source[origin]]; p != nil {
		l.send(p, KindStop, encodeStop(origin))
	}
	delete(l.source, origin)
	delete(l.next, origin)
	l.later[origin] = true
}

// refused leaves a peer alone for a log that it sent wrongly, and others are asked. If the fault is its own, the conversation ends. Whoever was to send the log may have sent the same
// meanwhile, which was taken for a repetition: it is asked anew, from what we do hold.
func (l *Line) refused(e Refused) {
	p := l.peers[e.Peer]
	if source := l.peers[l.source[e.Origin]]; source != nil && (source != p || e.Head != nil) {
		l.send(source, KindStop, encodeStop(e.Origin))
	}
	delete(l.source, e.Origin)
	switch {
	case p != nil && e.Head == nil:
		l.hangup(p, e.Reason)
		return
	case p != nil:
		p.shun[e.Origin] = true
		l.send(p, KindReceipt, e.Head)
	}
	l.ask()
}

// contested stops asking for a log that has two histories. What we hold of it is still given to whoever asks.
func (l *Line) contested(origin string) {
	l.frozen[origin] = true
	if p := l.peers[l.source[origin]]; p != nil {
		l.send(p, KindStop, encodeStop(origin))
	}
	delete(l.source, origin)
}

// passOn gives a receipt or evidence to everybody but whom it came from.
func (l *Line) passOn(kind byte, payload []byte, from Peer) {
	for _, id := range sorted(l.peers) {
		if p := l.peers[id]; id != from && p.hello {
			l.send(p, kind, payload)
		}
	}
}
