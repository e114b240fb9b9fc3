package chancery

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/node"
	"entente.example/internal/store"
	"entente.example/internal/witness"
	"entente.example/ledger"
	"entente.example/refusal"
)

// WitnessesFile lists the outside witnesses of our logs. It is read anew whenever there is something to show them.
const WitnessesFile = "witnesses"

// WitnessStatus is what an outside witness has cosigned of our log in a mechanism.
type WitnessStatus struct {
	Name    string         `json:"name"`
	URL     string         `json:"url,omitempty"`
	Named   string         `json:"named,omitempty"` // id under which all parties named it; empty: one of our operator's own
	Keys    []string       `json:"keys"`
	Origin  string         `json:"origin"` // of our log
	Size    int64          `json:"size"`   // of the newest head that it has cosigned; 0: none
	At      time.Time      `json:"at,omitzero"`
	Of      int64          `json:"of"` // of our newest head
	Tried   time.Time      `json:"tried,omitzero"`
	Problem *refusal.Error `json:"problem,omitempty"` // why it did not cosign the newest
}

// Witnesses is what outside witnesses say of our log in a mechanism, and the keys of that log, for their operators.
type Witnesses struct {
	LogKeys   []string        `json:"log_keys"`
	Witnesses []WitnessStatus `json:"witnesses"`
}

// witnessing shows the heads of our own logs to outside witnesses. It stands beside everything: whatever a witness does or fails to do holds nothing up and decides nothing.
type witnessing struct {
	c      *Chancery
	client *http.Client
	named  *http.Client
	looked looked // where nobody is to be asked; the loop's
	mu     sync.Mutex
	tried  map[shown]attempt
}

// shown is a log, and whom it was shown.
type shown struct {
	log  store.LogID
	name string
}

// attempt is how showing a head went last.
type attempt struct {
	at      time.Time
	failed  int // times in a row
	problem *refusal.Error
}

// Rhythm: a head that a witness did not take is shown again after a time that doubles up to an hour.
const (
	witnessLook  = 10 * time.Second
	witnessWaits = 5 * time.Second // at most, for a burst of changes to end
	witnessAgain = 30 * time.Second
	witnessLast  = time.Hour
)

func newWitnessing(c *Chancery) *witnessing {
	return &witnessing{c: c, client: witness.NewClient(), named: witness.NewNamedClient(c.cfg.Witnesses.Private), looked: looked{}, tried: map[shown]attempt{}}
}

// Peers reads the list of outside witnesses.
func (c *Chancery) Peers() ([]witness.Peer, error) {
	b, err := os.ReadFile(c.path(WitnessesFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return witness.ParseList(b)
}

// run works until ctx ends.
func (x *witnessing) run(ctx context.Context) error {
	changes, stop := x.c.Watch()
	defer stop()
	tick := time.NewTicker(witnessLook)
	defer tick.Stop()
	for ctx.Err() == nil {
		if err := x.round(ctx); err != nil && ctx.Err() == nil {
			x.c.log.Warn("outside witnesses could not be asked", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		case <-changes:
			Lull(ctx, changes, witnessWaits, func(node.Changed) {})
		}
	}
	return nil
}

// round shows every witness what it has not cosigned.
func (x *witnessing) round(ctx context.Context) error {
	peers, err := x.c.Peers()
	if err != nil {
		return err
	}
	mechs, err := x.c.node.Mechanisms(ctx)
	for _, mech := range mechs {
		told := x.c.node.ToldOf(mech)
		if len(peers) == 0 && x.looked.idle(mech, told) {
			continue
		}
		var all []asked
		failed := x.c.node.Snapshot(ctx, mech, func(s *node.Snapshot) (err error) {
			all, err = x.c.askedIn(s, peers)
			return err
		})
		x.looked.note(mech, told, failed == nil && len(all) == 0)
		err = errors.Join(err, failed)
		var work sync.WaitGroup
		for _, p := range all {
			if p.refused != nil {
				continue
			}
			work.Go(func() { // a slow one keeps nobody waiting for another
				if err := x.show(ctx, mech, p); err != nil && ctx.Err() == nil {
					x.c.log.Warn("a head could not be shown to a witness", "witness", p.Name(), "error", err)
				}
			})
		}
		work.Wait()
	}
	return err
}

// offered is our newest head, as a witness may see it, and what this one has cosigned.
type offered struct {
	log  store.LogID
	note []byte
	size int64
	old  int64
}

func newestHead(s *node.Snapshot, name string) (o offered, err error) {
	l := s.Newest(charter.PartyID(s.Self))
	o.log = l.ID
	note, size, err := served(s, l)
	if err != nil {
		if refusal.As(err).Kind == refusal.Missing {
			return o, nil // nothing is signed yet
		}
		return o, err
	}
	log, _, err := verifiersOf(s, l)
	if err != nil {
		return o, err
	}
	if o.note, err = ledger.Bare(note, log); err != nil {
		return o, err
	}
	o.size = size
	all, err := s.Reader().Witnessed(l.ID)
	for _, w := range all {
		if w.Party == name {
			o.old = w.Size
		}
	}
	return o, err
}

// show has our newest head in a mechanism cosigned by one witness, if that is due.
func (x *witnessing) show(ctx context.Context, mech string, p asked) error {
	var o offered
	err := x.c.node.Snapshot(ctx, mech, func(s *node.Snapshot) (err error) {
		o, err = newestHead(s, p.Name())
		return err
	})
	if err != nil || o.size <= o.old || !x.due(shown{o.log, p.Name()}) {
		return err
	}
	prove := func(old int64) (proof []ledger.Hash, err error) {
		err = x.c.node.View(ctx, func(r store.Reader) error {
			proof, err = ledger.ProveConsistency(o.size, old, store.Tiles(r, o.log))
			return err
		})
		return proof, err
	}
	client := x.client
	if p.guarded() {
		client = x.named
	}
	note, at, err := witness.Submit(ctx, client, p.Peer, o.old, witness.Head{Note: o.note, Size: o.size, Prove: prove})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	x.note(shown{o.log, p.Name()}, err)
	if err != nil {
		return err
	}
	err = x.c.record.Update(ctx, func(tx store.Tx) error {
		return tx.PutWitnessed(store.Receipt{Log: o.log, Party: p.Name(), Size: o.size, Time: at, Note: note})
	})
	if err == nil {
		x.c.node.Tell(node.Changed{Mech: mech})
	}
	return err
}

func (x *witnessing) due(k shown) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	a := x.tried[k]
	wait := min(witnessLast, witnessAgain<<min(max(a.failed-1, 0), 10))
	return a.failed == 0 || time.Since(a.at) >= wait
}

func (x *witnessing) note(k shown, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	a := attempt{at: time.Now()}
	if err != nil {
		a.failed, a.problem = x.tried[k].failed+1, refusal.As(err)
	}
	x.tried[k] = a
}

// Witnesses says what outside witnesses have cosigned of our log.
func (c *Chancery) Witnesses(ctx context.Context, mech string) (out Witnesses, err error) {
	peers, err := c.Peers()
	if err != nil {
		return out, err
	}
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		all, err := c.askedIn(s, peers)
		if err == nil {
			out, err = c.witnesses(s, all)
		}
		return err
	})
	return out, err
}

// witnessStatus is what the status says of them: nothing where there are none.
func (c *Chancery) witnessStatus(s *node.Snapshot, own []witness.Peer) ([]WitnessStatus, error) {
	all, err := c.askedIn(s, own)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	out, err := c.witnesses(s, all)
	return out.Witnesses, err
}

func (c *Chancery) witnesses(s *node.Snapshot, peers []asked) (out Witnesses, err error) {
	l := s.Newest(charter.PartyID(s.Self))
	keys, err := logFile(s, l, "vkeys")
	if err != nil {
		return out, err
	}
	for line := range bytes.Lines(keys) {
		out.LogKeys = append(out.LogKeys, string(bytes.TrimSpace(line)))
	}
	all, err := s.Reader().Witnessed(l.ID)
	if err != nil {
		return out, err
	}
	out.Witnesses = []WitnessStatus{}
	if len(peers) == 0 {
		return out, nil // whose cosignatures nobody is asked for needs no reading of what they would cosign
	}
	o, err := newestHead(s, "")
	if err != nil {
		return out, err
	}
	for _, p := range peers {
		w := WitnessStatus{Name: p.Name(), URL: p.URL, Named: p.named, Problem: p.refused, Origin: l.Origin, Of: o.size}
		for _, k := range p.Keys {
			w.Keys = append(w.Keys, k.String())
		}
		if i := slices.IndexFunc(all, func(r store.Receipt) bool { return r.Party == w.Name }); i >= 0 {
			w.Size, w.At = all[i].Size, time.Unix(all[i].Time, 0).UTC()
		}
		c.witnessing.mu.Lock()
		if a, ok := c.witnessing.tried[shown{l.ID, w.Name}]; ok && p.refused == nil {
			w.Tried, w.Problem = a.at.UTC(), a.problem
		}
		c.witnessing.mu.Unlock()
		out.Witnesses = append(out.Witnesses, w)
	}
	return out, nil
}

// witnessed adds to a note of a log the lines of outside witnesses that have cosigned the same head.
func witnessed(s *node.Snapshot, l store.Log, note []byte) ([]byte, error) {
	cp, err := ledger.Claimed(note)
	if err != nil {
		return nil, err
	}
	all, err := s.Reader().Witnessed(l.ID)
	if err != nil {
		return nil, err
	}
	for _, w := range all {
		if other, err := ledger.Claimed(w.Note); err != nil || other != cp {
			continue
		}
		if more, err := ledger.Merge(note, w.Note); err == nil { // as long as there is room in a note: what nobody outside has seen is no less valid
			note = more
		}
	}
	return note, nil
}
