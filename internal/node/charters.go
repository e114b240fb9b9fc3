package node

import (
	"context"
	"hash/maphash"
	"slices"
	"sync"
	"unique"

	"entente.example/internal/charter"
	"entente.example/internal/store"
)

// parsed is a charter as it is understood, and the sum of its bytes. Documents are read-only.
type parsed struct {
	sum uint64
	doc *charter.Document
}

// charters remembers what this process has parsed: a charter never changes, and reading one takes longer than most of what is done with it.
var charters = struct {
	sync.Mutex
	known map[string]parsed
	heirs map[string][]string // by mechanism, those whose charters say that they continue it: few do, and who asks for them does not look through a thousand
}{known: map[string]parsed{}, heirs: map[string][]string{}}

var charterSeed = maphash.MakeSeed()

// mostCharters bounds what is remembered. Without the keys, which the charters of the same parties share, one takes a few kilobytes.
const mostCharters = 4096

// charterOf parses a mechanism's charter, once.
func charterOf(m store.Mechanism) (*charter.Document, error) {
	sum := maphash.Bytes(charterSeed, m.Charter)
	charters.Lock()
	p, ok := charters.known[m.ID]
	charters.Unlock()
	if ok && p.sum == sum {
		return p.doc, nil
	}
	d, err := charter.Reread(m.ID, m.Charter)
	if err != nil {
		return nil, err
	}
	for i := range d.Parties {
		shareKeys(&d.Parties[i].Keys)
	}
	charters.Lock()
	defer charters.Unlock()
	if len(charters.known) >= mostCharters {
		clear(charters.known)
	}
	charters.known[m.ID] = parsed{sum, d}
	if from := d.Succeeds; from != nil && !slices.Contains(charters.heirs[from.Mechanism], m.ID) {
		charters.heirs[from.Mechanism] = append(charters.heirs[from.Mechanism], m.ID)
	}
	return d, nil
}

// heirsOf are the mechanisms that continue one, of all that this process has parsed: of another node in this process perhaps, or such as were never joined.
func heirsOf(mech string) []string {
	charters.Lock()
	defer charters.Unlock()
	return slices.Clone(charters.heirs[mech])
}

// shareKeys puts in the place of a party's keys those that another charter has already: they are most of a charter, and the same in all mechanisms in which it takes part.
func shareKeys(k *charter.Keys) {
	for _, s := range []*string{&k.LogEd25519, &k.LogMLDSA44, &k.WitnessEd25519, &k.WitnessMLDSA44, &k.TLS, &k.Pouch} {
		*s = unique.Make(*s).Value()
	}
	for i, s := range k.Seal {
		k.Seal[i] = unique.Make(s).Value()
	}
}

// charterIn is the charter of a mechanism, which is read only if it is not remembered: the id is its digest.
func charterIn(r store.Reader, id string) (*charter.Document, error) {
	charters.Lock()
	p, ok := charters.known[id]
	charters.Unlock()
	if ok {
		return p.doc, nil
	}
	row, err := r.Mechanism(id)
	if err != nil {
		return nil, err
	}
	return charterOf(row)
}

// Named is a mechanism by its id and the short name that its charter gives it.
type Named struct{ ID, Name string }

// names are the mechanisms that a node is in, which hardly ever change and are asked for with every page.
type names struct {
	sync.Mutex
	listed int64 // what the core's count was before the store was looked at
	all    []Named
}

// Names lists the mechanisms this node is in, in the order it joined them. The store is read only if there may be other ones than when it was read last. The list is not the caller's to change.
func (n *Node) Names(ctx context.Context) (all []Named, err error) {
	k, listed := &n.names, n.core.listed.Load()
	k.Lock()
	all, known := k.all, k.listed == listed
	k.Unlock()
	if known {
		return all, ctx.Err()
	}
	all = nil
	err = n.View(ctx, func(r store.Reader) error {
		ids, err := r.Mechanisms()
		for _, id := range ids {
			doc, err := charterIn(r, id)
			if err != nil {
				return err
			}
			all = append(all, Named{id, doc.ID})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	k.Lock()
	defer k.Unlock()
	if listed > k.listed {
		k.listed, k.all = listed, all
	}
	return all, nil
}
