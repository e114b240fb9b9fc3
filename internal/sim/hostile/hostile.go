// Package hostile plays a mechanism in which one party of three cheats: the real core of the two honest nodes against a counterpart that follows no rule, from a seed.
//
// It promises that after every story the honest nodes hold the same record, go on working, show nothing that is false, and that whatever evidence they hold accuses the cheat and never
// one of them. What the cheat can do is one list: Behaviours. Only tests import it.
package hostile

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/internal/courier"
	"entente.example/internal/founding"
	"entente.example/internal/keys"
	"entente.example/internal/marks"
	core "entente.example/internal/node"
	"entente.example/internal/sim/disk"
	"entente.example/internal/store/sqlite"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/seal"
)

// The parties. The first one cheats once the charter is in force.
const (
	cheat   = "a"
	parties = 3
)

func name(i int) string { return string(rune('a' + i)) }

// house is one party's machine with the real core.
type house struct {
	w      *world
	i      int
	party  string
	key    *keys.NodeKey
	seal   ssh.Signer
	disk   *disk.Disk
	db     *sqlite.DB
	marks  *marks.Store
	core   *core.Core
	ground *evident // its store, as the core sees it
	reply  chan core.Reply
	acked  []core.Posted  // acts whose author was told that they are durable
	rows   courier.Posted // what it remembers of parcels
	next   int64          // the least sequence of its next parcel
}

// sealSeed is the secret of party i, whose seal key and node key come from it: stories are made to be played again.
func sealSeed(i int) [32]byte { return [32]byte{byte(i + 1), 0xb2} }

func newHouse(i int) (*house, error) {
	seed := sealSeed(i)
	signer, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(seed[:]))
	return &house{i: i, party: name(i), key: keys.FromSeed(seed), seal: signer, reply: make(chan core.Reply, 64)}, err
}

func (h *house) listed() charter.Party {
	pub := h.key.Public()
	return charter.Party{ID: charter.PartyID(h.party), Side: "side-" + h.party, Names: []charter.Name{{Lang: "en", Full: "Party " + h.party}}, Language: "en", Addresses: []string{},
		Keys: charter.Keys{LogEd25519: pub.LogEd25519, LogMLDSA44: pub.LogMLDSA44, WitnessEd25519: pub.WitnessEd25519, WitnessMLDSA44: pub.WitnessMLDSA44, TLS: pub.TLS, Pouch: pub.Pouch,
			Threshold: 1, Seal: []string{strings.TrimSpace(string(ssh.MarshalAuthorizedKey(h.seal.PublicKey())))}},
		Mandates: []charter.Mandate{{Member: h.party + "-all", Roles: charter.Roles()}}}
}

func charterOf(houses []*house) *charter.Document {
	d := &charter.Document{Format: charter.Format, ID: "hostile", Languages: []lang.Tag{"en"}, Drafting: "en", Names: []charter.Name{{Lang: "en", Full: "Hostile"}},
		Rules: charter.Rules{Adoption: "all-parties", HostRotation: "none", Concordance: "flags"}}
	for _, h := range houses {
		d.Sides = append(d.Sides, charter.Side{ID: "side-" + h.party, Label: lang.Text{"en": "Side " + h.party}, Parties: []charter.PartyID{charter.PartyID(h.party)}})
		d.Parties = append(d.Parties, h.listed())
	}
	return d
}

// open starts a house on a disk that holds files.
func (h *house) open(w *world, files disk.Files) error {
	h.w, h.disk = w, disk.New(w.Dir, files)
	ctx := context.Background()
	var err error
	if h.db, err = sqlite.Open(ctx, sqlite.Options{Path: "/record.db", VFS: h.disk.Name(), Alone: true}); err != nil {
		return err
	}
	if h.marks, err = marks.OpenOn(h.disk.Marks("/marks")); err != nil {
		return err
	}
	h.ground = &evident{Record: h.db}
	h.core, err = core.Open(ctx, core.Ground{Store: h.ground, Marks: h.marks, Key: h.key, Now: func() time.Time { return w.now }, Log: w.Log.With("party", h.party), Chunk: 1500})
	if err != nil {
		return err
	}
	return h.step()
}

func (h *house) close() {
	if h.db != nil {
		_ = h.db.Close()
	}
	if h.marks != nil {
		_ = h.marks.Close()
	}
	if h.disk != nil {
		h.disk.Close()
	}
}

// restart is a machine that is switched off and on again.
func (h *house) restart() error {
	for _, c := range slices.Clone(h.w.conns) {
		if c.ends[0] == h.i || c.ends[1] == h.i {
			h.w.cut(c)
		}
	}
	if err := h.core.Flush(context.Background()); h.disk.Dark() {
		return h.fall()
	} else if err != nil {
		return err
	}
	files := h.disk.Files()
	h.close()
	return h.open(h.w, files)
}

// step lets the core take events and carries out what it wants.
func (h *house) step(events ...core.Event) error {
	for again := true; again; again = h.core.Owes() {
		effects := h.core.Step(events)
		if h.disk.Dark() {
			return h.fall()
		}
		h.accused()
		for _, e := range effects {
			switch e := e.(type) {
			case core.Reply:
				if e.To != nil { // somebody waits for it
					e.To <- e
				}
			case core.ToPeer:
				h.w.route(h.i, e.Effect)
			}
		}
		events = nil
	}
	return h.core.Broken()
}

// fall is a power cut: what the core would have done is gone, and the machine comes back with what its disk really had.
func (h *house) fall() error {
	h.w.Cuts++
	h.w.say("%s loses its power", h.party)
	files := h.disk.Crashed(h.w.rng)
	h.close()
	if err := h.open(h.w, files); err != nil {
		h.w.fail("%s does not start after a power cut: %v", h.party, err)
		return h.w.fatal
	}
	for _, c := range slices.Clone(h.w.conns) {
		if c.ends[0] == h.i || c.ends[1] == h.i {
			h.w.cut(c)
		}
	}
	return nil
}

// errFell is what somebody hears who was waiting for a machine that has lost its power.
var errFell = errors.New("the power is cut")

// do lets a member act and returns what came of it.
func (h *house) do(matter string, body entry.Body) (core.Reply, error) {
	err := h.step(core.Do{Mech: h.w.mech, Actor: entry.Actor{Member: h.party + "-all", Role: "drafter"}, Drafts: []core.Draft{{Matter: matter, Body: body}}, To: h.reply})
	if err != nil {
		return core.Reply{}, err
	}
	select {
	case r := <-h.reply:
		if r.Err == nil {
			h.acked = append(h.acked, r.Posted...)
		}
		return r, nil
	default:
		return core.Reply{Err: errFell}, nil
	}
}

// must acts where nothing may refuse.
func (h *house) must(matter string, body entry.Body) error {
	r, err := h.do(matter, body)
	if err == nil && r.Err != nil {
		err = h.w.broken("%s may not %s: %v", h.party, body.EntryType(), r.Err)
	}
	return err
}

// founded is a mechanism in force, made once: every story begins here.
type founded struct {
	doc     *charter.Document
	charter []byte
	mech    string
	files   [parties]disk.Files
	cheated [][]byte // the cheat's log so far
}

// found lets three honest houses bring a charter into force.
func found(dir string) (*founded, error) {
	w := &world{Options: Options{Dir: dir, Log: slog.New(slog.DiscardHandler)}, now: begin, rng: rand.New(rand.NewPCG(1, 1))}
	f := &founded{}
	for i := range parties {
		h, err := newHouse(i)
		if err != nil {
			return nil, err
		}
		w.houses = append(w.houses, h)
	}
	f.doc = charterOf(w.houses)
	var err error
	if f.charter, err = f.doc.Canonical(); err != nil {
		return nil, err
	}
	f.mech = charter.Digest(f.charter)
	w.mech = f.mech
	st, err := founding.Statement(f.doc)
	if err != nil {
		return nil, err
	}
	for _, h := range w.houses {
		if err := h.open(w, nil); err != nil {
			return nil, err
		}
		defer h.close()
		if err := h.step(core.Join{Charter: f.charter, Self: h.party, To: h.reply}); err != nil {
			return nil, err
		}
		if r := <-h.reply; r.Err != nil {
			return nil, r.Err
		}
		armor, err := seal.Sign(h.seal, seal.NamespaceSeal, st.Format())
		if err != nil {
			return nil, err
		}
		body := adoption.Affix{Round: 1, Statement: seal.FileOf("", st.Format()).Hex(), Signatures: []string{armor}}
		if err := h.must(founding.Matter, body); err != nil {
			return nil, err
		}
	}
	for a := range parties {
		for b := range a {
			w.connect(b, a)
		}
	}
	if err := w.quiet(); err != nil {
		return nil, err
	}
	if err := w.houses[0].must("text/common", draft("common")); err != nil { // something of everybody's that all have
		return nil, err
	}
	if err := errors.Join(w.quiet(), w.frozen()); err != nil {
		return nil, err
	}
	for i, h := range w.houses {
		if err := h.step(core.Tick{}); err != nil {
			return nil, err
		}
		if err := h.core.Flush(context.Background()); err != nil {
			return nil, err
		}
		f.files[i] = h.disk.Files()
	}
	return f, w.houses[0].look(func(s *core.Snapshot) error {
		for leaf, err := range s.Reader().Leaves(s.Logs[0].ID, 0, s.Logs[0].Size) {
			if err != nil {
				return err
			}
			f.cheated = append(f.cheated, bytes.Clone(leaf))
		}
		st, err := s.Founding()
		if err == nil && !st.InForce() {
			err = errors.New("the charter did not come into force")
		}
		return err
	})
}

// look reads a house's record as its pages would.
func (h *house) look(f func(*core.Snapshot) error) error {
	return h.core.Snapshot(context.Background(), h.w.mech, f)
}

func draft(title string) text.Table {
	return text.Table{Title: lang.Text{"en": title}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1,
		Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": "Words;"}}}}
}

var begin = time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
