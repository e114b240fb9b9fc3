package sim

import (
	"context"
	"slices"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/keys"
	"entente.example/internal/link"
	core "entente.example/internal/node"
	"entente.example/internal/party"
	"entente.example/internal/store"
	"entente.example/internal/store/sqlite"
	"entente.example/ledger"
	"entente.example/seal"
)

// The life of keys in a story: a party rotates its node key, loses it, has it stolen, or comes back with an old backup when nobody can be asked and begins anew.

// maxGenerations is how often a party begins anew in one story.
const maxGenerations = 4

// keyEvent lets something happen to a party's node key.
func (w *world) keyEvent() error {
	n := w.nodes[w.rng.IntN(parties)]
	if n.core == nil || n.disk.Dark() || len(n.later) >= maxGenerations {
		return nil
	}
	switch k := w.rng.IntN(100); {
	case k < 40:
		return w.after(n.renew(party.Rotation))
	case k < 55:
		return w.after(n.renew(party.Loss))
	case k < 80:
		return w.after(n.stolen())
	}
	return w.after(n.incarnate())
}

// renew opens the next generation under a new key.
func (n *node) renew(reason party.Reason) error {
	gen, head, err := n.core.Next(n.w.mech)
	if err != nil {
		return nil // a disk that fails right now
	}
	var seed [32]byte
	seed[0], seed[1], seed[2], seed[3] = byte(n.i+1), 0x5e, byte(gen), byte(len(n.later))
	key := keys.FromSeed(seed)
	n.later = append(n.later, key)
	k := nodeKeys(key)
	if reason == party.Rotation {
		announced := false
		if err := n.do(party.Matter(charter.PartyID(n.party)), party.Announce{Generation: gen, Keys: k}, func(r core.Reply) error { announced = r.Err == nil; return nil }); err != nil || !announced || n.core == nil {
			return err
		}
		if gen, head, err = n.core.Next(n.w.mech); err != nil {
			return nil
		}
	}
	body, err := n.statement(gen, head, reason, k)
	if err != nil {
		return err
	}
	to := make(chan core.Reply, 1)
	n.told[to] = func(r core.Reply) error {
		if r.Err == nil {
			n.w.Generations++
			n.w.say("%s opens generation %d of its log: %s, after %d entries", n.party, gen, reason, head.Size)
			n.keep(r)
		}
		return nil
	}
	return n.step(core.Begin{Mech: n.w.mech, Body: body, Key: key, To: to})
}

func nodeKeys(k *keys.NodeKey) charter.NodeKeys {
	p := k.Public()
	return charter.NodeKeys{LogEd25519: p.LogEd25519, LogMLDSA44: p.LogMLDSA44, WitnessEd25519: p.WitnessEd25519, WitnessMLDSA44: p.WitnessMLDSA44, TLS: p.TLS, Pouch: p.Pouch}
}

// statement seals the opening of a generation.
func (n *node) statement(gen int, head party.Head, reason party.Reason, k charter.NodeKeys) (party.Generation, error) {
	st := party.NewStatement(n.w.mech, charter.PartyID(n.party), gen, reason, k, head, "")
	message, err := st.Message()
	if err != nil {
		return party.Generation{}, err
	}
	armor, err := seal.Sign(n.seal, seal.NamespaceKeys, message)
	return party.Generation{Signatures: []string{armor}, Statement: st}, err
}

// forged is what a thief adds to a log.
type forged struct {
	origin string
	index  int64
	hash   ledger.Hash
}

// byThief reports whether an entry is a thief's.
func (w *world) byThief(origin string, index int64, hash ledger.Hash) bool {
	return slices.Contains(w.forged, forged{origin, index, hash})
}

// stolen lets a thief write with a party's key, shows that to somebody or to nobody, and revokes the key.
func (n *node) stolen() error {
	own, leaves, err := n.ownLog()
	if err != nil || own.Size == 0 || !n.wholly(own) {
		return nil
	}
	key := n.keyOf(own.Gen)
	tree := ledger.NewBuilder()
	for _, l := range leaves {
		tree.Append(ledger.LeafHash(l))
	}
	var added [][]byte
	for i := range 1 + n.w.rng.IntN(3) {
		e := entry.Entry{Actor: entry.Actor{Member: n.party + "-all", Role: "drafter"}, At: n.w.now.UTC(), Index: own.Size + int64(i), Log: own.Origin, Mech: n.w.mech, Matter: "text/forged", Type: "text.table", V: 1}
		if e.Body, err = entry.Canonical(n.draft()); err != nil {
			return err
		}
		leaf, err := e.Encode()
		if err != nil {
			return err
		}
		tree.Append(ledger.LeafHash(leaf))
		added = append(added, leaf)
		n.w.forged = append(n.w.forged, forged{own.Origin, e.Index, ledger.LeafHash(leaf)})
	}
	signer, err := key.LogSigner(own.Origin)
	if err != nil {
		return err
	}
	note, err := ledger.SignCheckpoint(ledger.Checkpoint{Origin: own.Origin, Size: tree.Size(), Root: tree.Root()}, signer, n.w.now.Unix())
	if err != nil {
		return err
	}
	ch := link.Chunk{Origin: own.Origin, From: own.Size, Entries: added, Note: note}
	n.w.say("somebody has stolen the key of %s and adds %d entries to its log", n.party, len(added))
	n.w.Thefts++
	n.w.loot = append(n.w.loot, loot{n, ch})
	show := func(m *node) error { return n.w.show(loot{n, ch}, m) }
	if n.w.chance(500) {
		if err := show(n.w.nodes[n.w.rng.IntN(parties)]); err != nil {
			return err
		}
	}
	if revoked, err := n.revoke(own.Gen); err != nil || !revoked {
		return err
	}
	return show(n.w.nodes[n.w.rng.IntN(parties)]) // too late for whoever has heard of it
}

// loot is what a thief has added to somebody's log.
type loot struct {
	of    *node
	chunk link.Chunk
}

// show lets a party see what a thief has written.
func (w *world) show(l loot, to *node) error {
	if to == l.of || to.core == nil {
		return nil
	}
	w.say("%s sees what the thief has written", to.party)
	return to.step(core.Offered(w.mech, l.chunk, make(chan core.Reply, 1)))
}

// thieves show everybody what they have, when everybody knows that their keys are revoked.
func (w *world) thieves() error {
	for _, l := range w.loot {
		for _, n := range w.nodes {
			if err := w.after(w.show(l, n)); err != nil {
				return err
			}
		}
	}
	return nil
}

// revoke does not rest before the key is revoked: a theft that nobody has noticed ends in two histories, which is another story.
func (n *node) revoke(gen int) (bool, error) {
	for range 8 {
		if n.core == nil || n.disk.Dark() || n.core.Broken() != nil {
			n.stop()
			n.disk.Mend()
			if err := n.start(); err != nil {
				return false, err
			}
		}
		if err := n.renew(party.Theft); err != nil {
			return false, err
		}
		if n.core != nil {
			if own, _, err := n.ownLog(); err == nil && own.Gen > gen {
				return true, nil
			}
		}
		n.disk.Mend()
	}
	return false, n.w.broken("X1", "%s cannot revoke its key", n.party)
}

// ownLog is the newest generation of this node's own log, with its leaves.
func (n *node) ownLog() (own store.Log, leaves [][]byte, err error) { return n.ownLogOf(n.db) }

func (n *node) ownLogOf(db *sqlite.DB) (own store.Log, leaves [][]byte, err error) {
	err = db.View(context.Background(), func(r store.Reader) error {
		logs, err := r.Logs(n.w.mech)
		for _, l := range logs {
			if l.Party == n.party && l.Gen > own.Gen {
				own = l
			}
		}
		if err != nil {
			return err
		}
		for leaf, err := range r.Leaves(own.ID, 0, own.Size) {
			if err != nil {
				return err
			}
			leaves = append(leaves, append([]byte(nil), leaf...))
		}
		return nil
	})
	return own, leaves, err
}

// wholly reports whether this node has as much of its own log as it ever signed: a thief who begins below that makes a fork, which is another story.
func (n *node) wholly(own store.Log) bool {
	for size := range n.w.seen.heads[own.Origin] {
		if size > own.Size {
			return false
		}
	}
	_, next := n.w.seen.heads[entry.Origin(n.w.mech, n.party, own.Gen+1)]
	return !next && own.Applied == own.Size
}

// keyOf is the key of a generation, by the keys that opened it.
func (n *node) keyOf(gen int) *keys.NodeKey {
	if gen == 1 {
		return n.key
	}
	var out *keys.NodeKey
	_ = n.look(func(s *core.Snapshot) error {
		l, _ := s.Log(charter.PartyID(n.party), gen)
		k, err := s.NodeKeys(l)
		for _, key := range n.later {
			if key.Public().LogEd25519 == k.LogEd25519 {
				out = key
			}
		}
		return err
	})
	return out
}

// incarnate restores an old backup without marks, and begins anew without asking anybody.
func (n *node) incarnate() error {
	if len(n.backups) == 0 || n.core == nil {
		return nil
	}
	own, _, err := n.ownLog()
	if _, next := n.w.seen.heads[entry.Origin(n.w.mech, n.party, own.Gen+1)]; err != nil || next || n.backups[len(n.backups)-1].gen != own.Gen {
		return nil // a generation that the backup does not know must not be opened a second time: docs/operators.md
	}
	held, err := n.heldByOthers()
	if err != nil || !held {
		return nil
	}
	n.w.say("%s restores an old backup, and nobody can be asked", n.party)
	n.w.Restores++
	if err := n.replaceDisk(n.backups[len(n.backups)-1], nil); err != nil || n.core == nil {
		return err
	}
	return n.renew(party.Restore)
}

// cosignedStands checks that what anybody gave a receipt for has effect everywhere, whatever became of the key it was written under; and that nothing counts that a thief wrote and
// nobody had receipted: K1.
func (w *world) cosignedStands(n *node) error {
	type counted struct {
		log   store.Log
		index int64
	}
	var stolen []counted
	err := n.db.View(context.Background(), func(r store.Reader) error {
		logs, err := r.Logs(w.mech)
		for _, l := range logs {
			size := w.seen.receipted[l.Origin]
			if l.Applied < size {
				return w.broken("K1", "%d entries of %s were receipted, and only %d count at %s", size, l.Origin, l.Applied, n.party)
			}
			for _, f := range w.forged {
				if f.origin != l.Origin || f.index >= l.Applied || f.index < size {
					continue
				}
				if e, err := r.Entry(l.ID, f.index); err == nil && ledger.LeafHash(e.Leaf) == f.hash {
					stolen = append(stolen, counted{l, f.index})
				}
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, s := range stolen { // a node has one reader, which is free now
		if !w.seen.vouched(s.log, s.index) {
			return w.broken("K1", "entry %d of %s is a thief's, nobody receipted it, and it counts at %s", s.index, s.log.Origin, n.party)
		}
	}
	return nil
}

// isForged reports whether a thief has written in a log.
func (w *world) isForged(origin string) bool {
	return slices.ContainsFunc(w.forged, func(f forged) bool { return f.origin == origin })
}

// vouched reports whether a node took an entry in before it heard that the key was revoked, without having come to give a receipt for it.
func (s *witness) vouched(l store.Log, index int64) bool {
	for _, n := range s.w.nodes {
		found := false
		_ = n.look(func(v *core.Snapshot) error {
			size, ok := v.Party(charter.PartyID(l.Party)).Confirmed(charter.PartyID(n.party), l.Gen+1)
			found = ok && index < size
			return nil
		})
		if found {
			return true
		}
	}
	return false
}
