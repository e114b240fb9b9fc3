package sim

import (
	"context"
	"crypto/ed25519"
	"errors"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/glance"
	"entente.example/internal/keys"
	"entente.example/internal/marks"
	core "entente.example/internal/node"
	"entente.example/internal/sim/disk"
	"entente.example/internal/store/sqlite"
	"entente.example/lang"
	"entente.example/ledger"
)

// Names of the files on a node's disk.
const (
	recordFile = "/record.db"
	marksFile  = "/marks"
)

// node is one party's machine.
type node struct {
	w     *world
	i     int
	party string
	key   *keys.NodeKey   // of the first generation of its log
	later []*keys.NodeKey // of those after it
	seal  ssh.Signer
	disk  *disk.Disk
	db    *sqlite.DB
	marks *marks.Store
	core  *core.Core    // nil while the machine is down
	skew  int           // seconds that the clock is off
	acked []core.Posted // acts whose author was told that they are durable
	told  map[chan core.Reply]func(core.Reply) error
	saw   map[string]bool // rounds whose outcome this node has shown

	backups  []backup
	restored bool // it may show less than it once did, until it has caught up
	markless bool // its marks were lost once
	full     int  // until which event its disk is; 0: it is not
	back     bool // it was put back with its marks, and has not got everything back

	ground *watched                   // its store, as the core sees it
	book   *glance.Book               // what its pages remember of matters, since it started
	trees  map[string]*ledger.Builder // by origin: what the witness has read from its disk since it started
	had    map[string]int64           // by origin: how many entries were on its disk before
	order  ordered
}

// name is how a party is called.
func name(i int) string { return string(rune('a' + i)) }

// newNode makes a machine with these files on its disk.
func (w *world) newNode(i int, files disk.Files) (*node, error) {
	var seed [32]byte
	seed[0], seed[1] = byte(i+1), 0x5e
	signer, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(seed[:]))
	if err != nil {
		return nil, err
	}
	return &node{w: w, i: i, party: name(i), key: keys.FromSeed(seed), seal: signer, disk: disk.New(w.Dir, files), told: map[chan core.Reply]func(core.Reply) error{}, saw: map[string]bool{},
		trees: map[string]*ledger.Builder{}, had: map[string]int64{}, order: ordered{folded: map[string]int64{}}}, nil
}

// listed is the party as the charter lists it.
func (n *node) listed() charter.Party {
	pub := n.key.Public()
	return charter.Party{ID: charter.PartyID(n.party), Side: "side-" + n.party, Names: []charter.Name{{Lang: "en", Full: "Party " + n.party}}, Language: "en", Addresses: []string{},
		Keys: charter.Keys{LogEd25519: pub.LogEd25519, LogMLDSA44: pub.LogMLDSA44, WitnessEd25519: pub.WitnessEd25519, WitnessMLDSA44: pub.WitnessMLDSA44, TLS: pub.TLS, Pouch: pub.Pouch,
			Threshold: 1, Seal: []string{strings.TrimSpace(string(ssh.MarshalAuthorizedKey(n.seal.PublicKey())))}},
		Mandates: []charter.Mandate{{Member: n.party + "-all", Roles: charter.Roles()}}}
}

// document is the charter of the story.
func document(nodes []*node) *charter.Document {
	d := &charter.Document{Format: charter.Format, ID: "story", Languages: []lang.Tag{"en", "ja"}, Drafting: "en", Names: []charter.Name{{Lang: "en", Full: "Story"}},
		Rules: charter.Rules{Adoption: "all-parties", HostRotation: "none", Concordance: "flags"}}
	for _, n := range nodes {
		d.Sides = append(d.Sides, charter.Side{ID: "side-" + n.party, Label: lang.Text{"en": "Side " + n.party}, Parties: []charter.PartyID{charter.PartyID(n.party)}})
		d.Parties = append(d.Parties, n.listed())
	}
	return d
}

// bundleWidth is how many entries share a row: a story's chunks carry three or four.
const bundleWidth = 2

// start opens what is on the disk. A machine that cannot start after a power cut has lost what it promised.
func (n *node) start() error {
	ctx := context.Background()
	var err error
	n.empty() // somebody has made room, or it would not start
	n.disk.Failed()
	if n.db, err = sqlite.Open(ctx, sqlite.Options{Path: recordFile, VFS: n.disk.Name(), Alone: n.w.oneConn(), Readers: 1, Bundle: bundleWidth}); err == nil {
		n.marks, err = marks.OpenOn(n.disk.Marks(marksFile))
	}
	if err == nil {
		n.ground, n.book = &watched{Record: n.db, record: true}, &glance.Book{}
		n.core, err = core.Open(ctx, core.Ground{Store: n.ground, Marks: n.marks, Key: n.key, Other: n.later, Now: n.clock, Log: n.w.Log.With("party", n.party), Chunk: 2000, Patience: n.patience(), Quota: n.w.quota,
			Open: n.w.mostOpen()})
	}
	if err != nil {
		if n.disk.Dark() {
			return n.fall()
		}
		if n.disk.Failed() { // somebody starts it again
			n.stop()
			return n.start()
		}
		return n.w.broken("L5", "%s does not start: %v", n.party, err)
	}
	n.w.say("%s starts", n.party)
	return n.step()
}

// clock is the machine's own time.
func (n *node) clock() time.Time { return n.w.now.Add(time.Duration(n.skew) * time.Second) }

// stop ends the process; what it has not been told to keep is gone, and whoever was connected notices.
func (n *node) stop() {
	if n.db != nil {
		_ = n.db.Close()
	}
	if n.marks != nil {
		_ = n.marks.Close()
	}
	n.db, n.marks, n.core = nil, nil, nil
	for origin, t := range n.trees {
		n.had[origin] = max(n.had[origin], t.Size())
	}
	clear(n.trees) // all of it is read again when it starts
	clear(n.told)
	for _, c := range slices.Clone(n.w.conns) {
		if c.ends[0] == n.i || c.ends[1] == n.i {
			n.w.cut(c)
		}
	}
}

// fall is a power cut: the machine goes dark, and comes back with what its disk really had.
func (n *node) fall() error {
	n.w.Cuts++
	n.w.say("%s loses its power", n.party)
	if n.w.fallen != nil {
		if err := n.w.fallen(n); err != nil {
			return err
		}
	}
	files := n.disk.Crashed(n.w.rng)
	n.stop()
	n.disk.Close()
	n.disk = disk.New(n.w.Dir, files)
	return n.start()
}

// step lets the core take events and carries its effects out. Whoever waits for a reply is told only if the power is still there.
func (n *node) step(events ...core.Event) error {
	if n.core == nil {
		return nil
	}
	if n.w.turns++; n.w.turns > enough {
		return n.w.broken("C1", "the nodes do not come to rest")
	}
	effects := n.core.Step(events)
	if n.disk.Dark() {
		return n.fall()
	}
	if err := n.w.seen.stepped(n); err != nil {
		return err
	}
	for _, e := range effects {
		switch e := e.(type) {
		case core.Reply:
			if err := n.answer(e); err != nil {
				return err
			}
		case core.ToPeer:
			if err := n.w.route(n, e.Effect); err != nil {
				return err
			}
		}
	}
	if n.core != nil && n.core.Owes() {
		odds := 30
		if len(n.w.seen.sealing) > 0 {
			odds = 60 // somebody may owe an acknowledgement
		}
		if n.w.Faults && n.w.chance(odds) { // between storing and giving the receipt
			return n.fall()
		}
		return n.step()
	}
	return nil
}

// answer tells whoever asked.
func (n *node) answer(r core.Reply) error {
	for to, f := range n.told {
		if (chan<- core.Reply)(to) == r.To {
			delete(n.told, to)
			return f(r)
		}
	}
	return nil
}

// do lets a member act and hands the answer on.
func (n *node) do(matter string, body entry.Body, then func(core.Reply) error) error {
	to := make(chan core.Reply, 1)
	n.told[to] = then
	return n.step(core.Do{Mech: n.w.mech, Actor: actorOf(n), Drafts: []core.Draft{{Matter: matter, Body: body}}, To: to})
}

// actorOf is the one member that a party has.
func actorOf(n *node) entry.Actor { return entry.Actor{Member: n.party + "-all", Role: "drafter"} }

var errNoReply = errors.New("no reply")

// keep notes what the author was told.
func (n *node) keep(r core.Reply) {
	if r.Err == nil {
		n.acked = append(n.acked, r.Posted...)
	}
}

// oneConn reports whether one connection to the database reads and writes: here nobody reads while another writes. One story in eight has a second one, as a node has.
func (w *world) oneConn() bool { return w.Seed%8 != 1 }

// mostOpen is how many mechanisms stay in a node's memory although nothing waits in them.
func (w *world) mostOpen() int {
	if w.Rest {
		return -1
	}
	return 0
}
