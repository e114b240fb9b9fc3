package chancery

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"entente.example/enclosure"
	"entente.example/entry"
	"entente.example/internal/attachment"
	"entente.example/internal/carrier/direct"
	"entente.example/internal/charter"
	"entente.example/internal/link"
	"entente.example/internal/node"
	"entente.example/internal/porter"
	"entente.example/internal/store"
	"entente.example/refusal"
)

// keeper keeps the strongroom at what the record says: it fetches what was attached, gives to counterparts what they ask for, and erases what is due. It works beside the node's core and
// never holds it up: an entry whose attachment has not come is folded all the same. docs/protocol.md 11.
type keeper struct {
	c      *Chancery
	porter *porter.Porter      // the loop's
	wants  map[porter.Key]want // the loop's

	tidied time.Time // the loop's
	looked looked    // mechanisms without attachments; the loop's

	erasing sync.Mutex // held while a body goes, and while one comes that no line brings

	wake   chan struct{}
	mu     sync.Mutex // guards what follows
	talks  map[link.Peer]*talk
	of     map[string]map[link.Peer]*talk // the same by mechanism
	inbox  []porter.Event
	came   []cameIn
	words  []said
	stale  map[string]bool   // mechanisms in which our word on bodies may be another now
	tokens map[string]string // of our last word, by mechanism
	told   time.Time         // when it was looked at last
	heard  time.Time         // when words of others were kept last
}

// said is a party's word on bodies that came over a line.
type said struct {
	mech, party string
	word        *porter.Word
}

// want is a body that the loop fetches.
type want struct {
	id   string // of the attachment
	body enclosure.Commitment
}

// talk is a conversation about bodies on a connection.
type talk struct {
	shared
	heard string // our word on bodies, as it was said last
	conn  *direct.Conn
	tag   direct.Tag
	asked int    // pieces that may still come: more than we asked for is not read
	serve []wish // what the other side asked for and has not got
	busy  bool   // somebody is serving
}

// wish is one piece that a counterpart asks for.
type wish struct {
	commit enclosure.Digest
	n      int64
}

// cameIn is a piece that came, not verified yet.
type cameIn struct {
	peer  link.Peer
	key   porter.Key
	piece enclosure.Piece
}

// Rhythm of the loop.
const (
	keeperTick  = time.Second
	keeperLook  = 30 * time.Second // everything is looked at: changes may have been missed, days have passed
	takeAtOnce  = 16               // pieces in one transaction
	orphanAfter = 7 * 24 * time.Hour
	tidyEvery   = 24 * time.Hour
	tellEvery   = keeperTick / 2 // our word on bodies, at most
	maxInbox    = 4096           // what comes faster than it is taken in is dropped, and asked for again
)

func newKeeper(c *Chancery) *keeper {
	return &keeper{c: c, porter: porter.New(), wants: map[porter.Key]want{}, looked: looked{}, wake: make(chan struct{}, 1), talks: map[link.Peer]*talk{}, of: map[string]map[link.Peer]*talk{}, stale: map[string]bool{}, tokens: map[string]string{}}
}

func (k *keeper) rouse() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// run works until ctx ends.
func (k *keeper) run(ctx context.Context) error {
	changes, stop := k.c.Watch()
	defer stop()
	tick := time.NewTicker(keeperTick)
	defer tick.Stop()
	looked := time.Time{}
	for ctx.Err() == nil {
		var events []porter.Event
		if now := time.Now(); now.Sub(looked) >= keeperLook {
			looked = now
			events = append(events, k.lookAtAll(ctx)...)
		}
		events = append(events, k.takeIn(ctx)...)
		k.ask(k.porter.Step(time.Now(), events...))
		k.hearWords(ctx)
		k.tellWords(ctx)
		select {
		case <-ctx.Done():
		case <-k.wake:
		case <-tick.C:
			k.ask(k.porter.Step(time.Now(), porter.Tick{}))
		case c := <-changes:
			if slices.ContainsFunc(c.Matters, isAttachment) {
				k.ask(k.porter.Step(time.Now(), k.look(ctx, c.Mech, c.Matters)...))
			}
		}
	}
	return nil
}

func isAttachment(matter string) bool {
	return len(matter) > len(attachment.Prefix) && matter[:len(attachment.Prefix)] == attachment.Prefix
}

// lookAtAll compares the strongroom with the whole record.
func (k *keeper) lookAtAll(ctx context.Context) (events []porter.Event) {
	mechs, err := k.c.node.Mechanisms(ctx)
	for _, mech := range mechs {
		if !k.looked.idle(mech, k.c.node.ToldOf(mech)) {
			events = append(events, k.look(ctx, mech, nil)...)
		}
	}
	if err == nil {
		err = errors.Join(k.c.makeUnmade(), k.sweep(ctx), k.c.room.Tidy(ctx))
	}
	if now := k.c.now(); err == nil && now.Sub(k.tidied) >= tidyEvery {
		k.tidied = now
		err = k.c.tidy(ctx)
	}
	switch {
	case err == nil || ctx.Err() != nil:
	case errors.Is(err, store.ErrAway):
		k.c.log.Warn("attachments cannot be reached where they lie; all else is served, and it is tried again", "place", nameOfPlace(k.c.placed.Place), "reason", err)
	default:
		k.c.log.Warn("attachments could not be compared with the record", "error", err)
	}
	return events
}

// look compares the strongroom with some attachments of a mechanism, or with all: what is due is erased, what is missing is wanted.
func (k *keeper) look(ctx context.Context, mech string, matters []string) (events []porter.Event) {
	var states []*attachment.State
	told, none := k.c.node.ToldOf(mech), false
	burnt := map[string]bool{}
	var ch *charter.State
	var self charter.PartyID
	err := k.c.node.Snapshot(ctx, mech, func(s *node.Snapshot) (err error) {
		ch, self = s.Charter(), charter.PartyID(s.Self)
		all, err := s.Attachments()
		if err != nil {
			return err
		}
		burnt, none = erasedHere(self, all), len(all) == 0
		if matters == nil {
			states = all
			return nil
		}
		for _, m := range matters {
			if isAttachment(m) {
				st, err := s.Attachment(m[len(attachment.Prefix):])
				if err != nil {
					return err
				}
				states = append(states, st)
			}
		}
		return nil
	})
	k.looked.note(mech, told, none)
	k.outdated(mech)
	for _, st := range states {
		if st.Attach == nil {
			continue
		}
		e, lookErr := k.lookAt(ctx, mech, ch, self, st, burnt[st.Attach.Body.Commit])
		err = errors.Join(err, lookErr)
		events = append(events, e)
	}
	if err != nil && ctx.Err() == nil {
		k.c.log.Warn("attachments could not be brought to what the record says; they are looked at again", "error", err)
	}
	return events
}

// erasedHere are the commitments that our side has erased. Whoever attaches one of them again, as another party can that has kept the body, does not bring it back here.
func erasedHere(self charter.PartyID, all []*attachment.State) map[string]bool {
	out := map[string]bool{}
	for _, st := range all {
		if _, gone := st.Erased[self]; gone && st.Attach != nil {
			out[st.Attach.Body.Commit] = true
		}
	}
	return out
}

// lookAt brings one attachment to what the record says.
func (k *keeper) lookAt(ctx context.Context, mech string, ch *charter.State, self charter.PartyID, st *attachment.State, burnt bool) (porter.Event, error) {
	key := porter.Key{Mech: mech, Commit: st.Attach.Body.Digest()}
	_, erased := st.Erased[self]
	ground, due := st.Due(ch, self, k.c.now())
	if erased || due || burnt {
		delete(k.wants, key)
		k.erasing.Lock()
		defer k.erasing.Unlock()
		err := k.c.room.Erase(ctx, mech, key.Commit)
		if err == nil && !erased && due {
			_, err = k.c.node.Do(ctx, mech, entry.Node, node.Draft{Matter: attachment.Prefix + st.ID, Body: attachment.Erased{Ground: ground}})
		}
		return porter.Unwanted{Key: key}, err
	}
	missing, err := k.c.room.Missing(ctx, mech, st.Attach.Body)
	if err != nil || len(missing) == 0 {
		delete(k.wants, key)
		return porter.Unwanted{Key: key}, err
	}
	if k.c.room.Fits(ctx, mech, st.Attach.Body, int64(len(missing))) != nil {
		delete(k.wants, key)
		return porter.Unwanted{Key: key}, nil // over a limit, or no room; looked at again, and the page says so
	}
	k.wants[key] = want{st.ID, st.Attach.Body}
	return porter.Wanted{Key: key, Missing: missing}, nil
}

// sweep erases bodies that no entry has come to speak of: whoever attached them was refused, or the power went in between.
func (k *keeper) sweep(ctx context.Context) error {
	all, err := k.c.bodies.List(ctx)
	if err != nil {
		return err
	}
	known := map[string]map[store.Hash]bool{}
	for _, b := range all {
		if b.Staged || k.c.now().Sub(time.Unix(b.Began, 0)) < orphanAfter {
			continue
		}
		if known[b.Mech] == nil {
			if known[b.Mech], err = k.known(ctx, b.Mech); err != nil {
				return err
			}
		}
		if !known[b.Mech][b.Commit] {
			err = errors.Join(err, k.c.room.Erase(ctx, b.Mech, b.Commit))
		}
	}
	return err
}

// known are the commitments of a mechanism's attachments.
func (k *keeper) known(ctx context.Context, mech string) (map[store.Hash]bool, error) {
	out := map[store.Hash]bool{}
	err := k.c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		states, err := s.Attachments()
		for _, st := range states {
			if st.Attach != nil {
				out[st.Attach.Body.Digest()] = true
			}
		}
		return err
	})
	return out, err
}

// ask sends wishes out.
func (k *keeper) ask(asks []porter.Ask) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, a := range asks {
		if t := k.talks[link.Peer(a.Peer)]; t != nil {
			t.asked = min(t.asked+len(a.Pieces), porter.MaxWindow)
			t.conn.Send(porter.KindAsk, t.tag, porter.EncodeAsk(a.Key.Commit, a.Pieces), nil)
		}
	}
}

// takeIn keeps the pieces that came, and says what became of them.
func (k *keeper) takeIn(ctx context.Context) []porter.Event {
	k.mu.Lock()
	events, came := k.inbox, k.came
	k.inbox, k.came = nil, nil
	k.mu.Unlock()
	byBody := map[porter.Key][]cameIn{}
	for _, c := range came {
		byBody[c.key] = append(byBody[c.key], c)
	}
	for _, key := range slices.SortedFunc(maps.Keys(byBody), func(a, b porter.Key) int { return slices.Compare(a.Commit[:], b.Commit[:]) }) {
		w, wanted := k.wants[key]
		for batch := range slices.Chunk(byBody[key], takeAtOnce) {
			if wanted {
				events = append(events, k.takePieces(ctx, key, w, batch)...)
			}
		}
	}
	return events
}

// takePieces verifies and keeps pieces of one body.
func (k *keeper) takePieces(ctx context.Context, key porter.Key, w want, came []cameIn) (events []porter.Event) {
	var good []*enclosure.Piece
	for i := range came {
		if err := w.body.Verify(&came[i].piece); err != nil {
			k.c.log.Warn("a piece of an attachment does not verify", "attachment", w.id, "peer", string(came[i].peer))
			events = append(events, porter.Failed{Peer: porter.Peer(came[i].peer), Key: key})
			continue
		}
		good = append(good, &came[i].piece)
		events = append(events, porter.Arrived{Peer: porter.Peer(came[i].peer), Key: key, N: came[i].piece.N})
	}
	held, err := k.c.room.Take(ctx, key.Mech, w.body, good)
	if err != nil {
		if refusal.As(err).Kind != refusal.Unavailable && ctx.Err() == nil {
			k.c.log.Error("pieces of an attachment could not be kept", "attachment", w.id, "error", err)
		}
		delete(k.wants, key) // no room: it is looked at again in a while
		return []porter.Event{porter.Unwanted{Key: key}}
	}
	if held == w.body.Pieces() {
		delete(k.wants, key)
		events = append(events, porter.Unwanted{Key: key})
		k.arrived(key, w)
	}
	return events
}

// arrived tells everybody who may wait for a body that it is whole here.
func (k *keeper) arrived(key porter.Key, w want) {
	k.c.log.Info("an attachment has arrived", "attachment", w.id, "bytes", w.body.Size)
	k.announce(key)
	k.outdated(key.Mech)
	k.c.node.Arrived(key.Mech)
	k.c.node.Tell(node.Changed{Mech: key.Mech, Matters: []string{attachment.Prefix + w.id}})
}

// announce tells the connected parties of a mechanism that we hold a body whole.
func (k *keeper) announce(key porter.Key) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, t := range k.of[key.Mech] {
		t.conn.Send(porter.KindHolds, t.tag, porter.EncodeHolds(key.Commit), nil)
	}
}

// opened begins a conversation about bodies.
func (k *keeper) opened(id link.Peer, sh shared, conn *direct.Conn) {
	t := &talk{shared: sh, conn: conn, tag: tagOf(sh.mech)}
	k.mu.Lock()
	k.forget(id)
	k.talks[id] = t
	if k.of[sh.mech] == nil {
		k.of[sh.mech] = map[link.Peer]*talk{}
	}
	k.of[sh.mech][id] = t
	k.inbox = append(k.inbox, porter.Opened{Peer: porter.Peer(id), Mech: sh.mech})
	k.stale[sh.mech] = true
	k.mu.Unlock()
	k.rouse()
}

func (k *keeper) closed(id link.Peer) {
	k.mu.Lock()
	k.forget(id)
	k.inbox = append(k.inbox, porter.Closed{Peer: porter.Peer(id)})
	k.mu.Unlock()
	k.rouse()
}

// forget ends a conversation, if there is one. mu is held.
func (k *keeper) forget(id link.Peer) {
	t := k.talks[id]
	if t == nil {
		return
	}
	delete(k.talks, id)
	if delete(k.of[t.mech], id); len(k.of[t.mech]) == 0 {
		delete(k.of, t.mech)
	}
}

// frame takes a frame in, on the connection's goroutine, and never waits. What was not asked for is dropped: a hostile peer fills no memory.
func (k *keeper) frame(id link.Peer, kind byte, payload []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	t := k.talks[id]
	if t == nil || len(k.inbox) > maxInbox {
		return
	}
	ok := false
	switch kind {
	case porter.KindAsk:
		ok = k.wished(id, t, payload)
	case porter.KindPiece:
		var p enclosure.Piece
		var err error
		if t.asked == 0 {
			return
		}
		t.asked--
		if p, err = enclosure.DecodePiece(payload); err == nil {
			ok = true
			k.came = append(k.came, cameIn{id, porter.Key{Mech: t.mech, Commit: p.Commit}, p})
		}
	case porter.KindLacks:
		var d enclosure.Digest
		if d, ok = porter.DecodeLacks(payload); ok {
			k.inbox = append(k.inbox, porter.Lacks{Peer: porter.Peer(id), Key: porter.Key{Mech: t.mech, Commit: d}})
		}
	case porter.KindHolds:
		var ds []enclosure.Digest
		if ds, ok = porter.DecodeHolds(payload); ok {
			k.inbox = append(k.inbox, porter.Holds{Peer: porter.Peer(id), Mech: t.mech, Commits: ds})
		}
	case porter.KindWord:
		var w *porter.Word
		if w, ok = porter.DecodeWord(payload); ok {
			k.words = append(k.words, said{t.mech, t.party, w})
			k.words = k.words[max(0, len(k.words)-maxWords):]
		}
	}
	if !ok {
		t.conn.Close()
	}
	k.rouse()
}

// wished notes what a counterpart asks for. More than a window at once is more than was agreed, and is not noted.
func (k *keeper) wished(id link.Peer, t *talk, payload []byte) bool {
	commit, pieces, ok := porter.DecodeAsk(payload)
	if !ok {
		return false
	}
	for _, n := range pieces {
		if len(t.serve) < 2*porter.MaxWindow {
			t.serve = append(t.serve, wish{commit, n})
		}
	}
	if !t.busy {
		t.busy = true
		go k.serve(t)
	}
	return true
}

// serve gives a counterpart what it asked for, piece by piece: the next is read when the connection has taken the last, behind everything that is urgent. SPEC body-behind.
func (k *keeper) serve(t *talk) {
	for {
		k.mu.Lock()
		if len(t.serve) == 0 {
			t.busy = false
			k.mu.Unlock()
			return
		}
		w := t.serve[0]
		t.serve = t.serve[1:]
		k.mu.Unlock()
		p, err := k.c.room.Read(k.c.ctx, t.mech, w.commit, w.n)
		if err != nil {
			if !errors.Is(err, store.ErrMissing) && k.c.ctx.Err() == nil {
				k.c.log.Error("a piece of an attachment cannot be read", "error", err)
			}
			t.conn.Send(porter.KindLacks, t.tag, porter.EncodeLacks(w.commit), nil)
			continue
		}
		raw, err := p.Encode()
		if err != nil || !t.conn.SendBehind(porter.KindPiece, t.tag, raw) {
			k.mu.Lock()
			t.serve, t.busy = nil, false
			k.mu.Unlock()
			return
		}
	}
}
