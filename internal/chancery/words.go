package chancery

import (
	"context"
	"fmt"
	"time"

	"entente.example/internal/node"
	"entente.example/internal/porter"
)

// What is said of bodies: on open lines by the keeper, and in every parcel. A party that has said it can be packed for by whoever has no line to it.

// maxWords bounds the words of others that wait to be kept: of a flood the newest count.
const maxWords = 64

// outdated notes that our word on a mechanism's bodies may be another now.
func (k *keeper) outdated(mech string) {
	k.mu.Lock()
	k.stale[mech] = true
	k.mu.Unlock()
}

// cameWhole notes that a body has become whole by another road than a line.
func (k *keeper) cameWhole(key porter.Key, w want) {
	k.mu.Lock()
	k.inbox = append(k.inbox, porter.Unwanted{Key: key})
	k.mu.Unlock()
	k.arrived(key, w)
	k.rouse()
}

// hearWords keeps what others have said on their lines.
func (k *keeper) hearWords(ctx context.Context) {
	k.mu.Lock()
	if len(k.words) == 0 || time.Since(k.heard) < tellEvery {
		k.mu.Unlock()
		return
	}
	words := map[shared]said{} // of each the newest: whoever says it a thousand times costs one write
	for _, x := range k.words {
		words[shared{mech: x.mech, party: x.party}] = x
	}
	k.words, k.heard = nil, time.Now()
	k.mu.Unlock()
	for _, x := range words {
		if err := k.c.hearWord(ctx, x.mech, x.party, x.word); err != nil && ctx.Err() == nil {
			k.c.log.Warn("what a party wants of attachments could not be kept; it says so again", "party", x.party, "error", err)
		}
	}
}

// tellWords says on open lines what we want of bodies, where it may have changed, and wakes those who carry it on other roads.
func (k *keeper) tellWords(ctx context.Context) {
	k.mu.Lock()
	if len(k.stale) == 0 || time.Since(k.told) < tellEvery {
		k.mu.Unlock()
		return
	}
	stale := k.stale
	k.stale, k.told = map[string]bool{}, time.Now()
	k.mu.Unlock()
	for mech := range stale {
		var w *porter.Word
		err := k.c.node.Snapshot(ctx, mech, func(s *node.Snapshot) (err error) {
			w, err = k.c.wordOn(ctx, s)
			return err
		})
		if err != nil {
			if ctx.Err() == nil {
				k.c.log.Warn("what we want of attachments could not be said; it is looked at again", "error", err)
			}
			k.outdated(mech)
			continue
		}
		if k.tell(mech, w) {
			k.c.offices.each(mech, "", func(c *messenger) { c.bring(false) })
		}
	}
}

// tell says our word on every line that has not heard it, and reports whether it wants something else than before.
func (k *keeper) tell(mech string, w *porter.Word) (news bool) {
	key, b := fmt.Sprint(w.Token(), w.Heads), w.Encode()
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, t := range k.of[mech] {
		if t.heard != key {
			t.heard = key
			t.conn.Send(porter.KindWord, t.tag, b, nil)
		}
	}
	news = k.tokens[mech] != w.Token()
	k.tokens[mech] = w.Token()
	return news
}

// token is what tells our last word on a mechanism's bodies from another.
func (k *keeper) token(mech string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.tokens[mech]
}
