package hostile

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/internal/founding"
	"entente.example/internal/link"
	"entente.example/internal/party"
	"entente.example/internal/text"
	"entente.example/ledger"
	"entente.example/seal"
)

// Behaviour is one way to cheat.
type Behaviour struct {
	Name string
	// Expect is what comes of it when it is the only one.
	Expect Outcome
	do     func(f *face)
}

// Outcome is what honest nodes make of a way to cheat.
type Outcome string

// Outcomes. In every one of them the honest nodes hold the same record and go on.
const (
	Contested Outcome = "contested" // the cheat's log has two histories, and that is proved
	Accused   Outcome = "accused"   // evidence against the cheat as a witness, or against one of two
	Void      Outcome = "void"      // an entry without effect
	Waits     Outcome = "waits"     // entries that wait for what is not there
	HungUp    Outcome = "hung up"   // the conversation is ended
	Nothing   Outcome = "nothing"   // no trace
)

// Behaviours are everything the cheat can do. Each is a story of its own in the tests, and all but those that stand apart mix in the others.
func Behaviours() []Behaviour {
	return slices.Concat(withLines(), withRoads(), apart())
}

// apart are those that only have stories of their own: what the others tell by their seeds stays what it was.
func apart() []Behaviour {
	return []Behaviour{{"lines in others' names on whatever it passes on", Nothing, func(f *face) {
		f.r.adds = true
		f.honest("with lines added")
		for _, note := range f.r.heard {
			f.send(link.KindReceipt, f.r.added(note))
		}
	}}}
}

// withLines are those that need no parcels.
func withLines() []Behaviour {
	return slices.Concat(withHeads(), withEntries(), withFrames(), withSeals(), withKeys())
}

// withHeads are ways to cheat with what is signed for logs.
func withHeads() []Behaviour {
	return []Behaviour{
		{"two histories of one size", Contested, forkSame},
		{"two histories of two sizes", Contested, forkOther},
		{"a second history shown to one only, by its head", Contested, forkHead},
		{"a rewound log", Contested, rewind},
		{"a head ahead of the entries", Nothing, func(f *face) { f.keep(3, 0, false); f.tell(); f.honest("ahead") }},
		{"entries withheld", Nothing, func(f *face) { f.keep(0, 2, false); f.honest("withheld"); f.honest("withheld"); f.tell() }},
		{"everything withheld", Nothing, func(f *face) { f.keep(0, 0, true); f.honest("mute") }},
		{"a head signed by a stranger's key", Nothing, strangersKey},
		{"an old head again", Nothing, func(f *face) {
			n := f.branch.size() / 2
			_, root := f.branch.tree(n)
			f.send(link.KindReceipt, f.r.sign(n, root))
		}},
		{"a receipt for a head that it never saw", Nothing, unseenReceipt},
		{"two receipts for one size", Accused, twoReceipts},
		{"a receipt for a history of an honest log that it made up", Accused, falseReceipt},
		{"an extension line", Nothing, extensionLine},
		{"the post-quantum signature left out", Nothing, strippedSignature},
	}
}

// withEntries are ways to cheat with what the cheat writes.
func withEntries() []Behaviour {
	return []Behaviour{
		{"a wrong index", Void, func(f *face) { e := f.act("index"); e.Index += 5; f.write(e) }},
		{"the name of another log", Void, func(f *face) { e := f.act("log"); e.Log = entry.Origin(f.r.w.mech, "b", 1); f.write(e) }},
		{"the name of another mechanism", Void, func(f *face) { e := f.act("mech"); e.Mech = strings.Repeat("0", 64); f.write(e) }},
		{"a past in the future", Waits, func(f *face) { e := f.act("future"); e.Seen = f.other(1<<30, ledger.Hash{7}); f.write(e) }},
		{"a past that goes back", Void, func(f *face) { e := f.act("back"); e.Seen = f.other(1, ledger.Hash{7}); f.write(e) }},
		{"a past that never was", Waits, func(f *face) {
			e := f.act("never")
			e.Seen = f.other(max(f.named()[f.otherLog()], f.r.theirs[f.otherLog()].size())+1, ledger.Hash{7})
			f.write(e)
		}},
		{"the past of its own log", Void, func(f *face) { e := f.act("own"); e.Seen = []entry.Seen{{Origin: f.r.origin, Size: 1}}; f.write(e) }},
		{"a past that never moves", Nothing, func(f *face) {
			for range 5 {
				e := f.act("still")
				e.Seen = nil
				f.write(e)
			}
		}},
		{"a seal of other bytes", Void, func(f *face) { f.write(f.entry(founding.Matter, affix(sealSeed(0), 1, []byte("other bytes\n")))) }},
		{"a seal by a key that is not the party's", Void, func(f *face) { f.write(f.entry("text/common", affix([32]byte{}, 1, []byte("x")))) }},
		{"a seal and a refusal", Void, func(f *face) {
			f.write(f.entry(founding.Matter, affix(sealSeed(0), 1, []byte("late"))))
			f.write(f.entry(founding.Matter, adoption.Decline{Round: 1, Reason: "no"}))
		}},
		{"an acknowledgement without seals", Void, func(f *face) {
			f.write(f.node("text/common", adoption.Acknowledge{Round: 1, Statement: strings.Repeat("0", 64), Seals: []string{"b-0", "c-0"}}))
		}},
		{"an acknowledgement, then a withdrawal", Void, func(f *face) { f.write(f.entry(founding.Matter, adoption.Withdraw{Round: 1, Reason: "after all"})) }},
		{"a round twice", Void, func(f *face) {
			for range 2 {
				f.write(f.entry("text/common", text.Freeze{Round: 1, Manifest: strings.Repeat("0", 64)}))
			}
		}},
		{"a mandate that its seal keys did not sign", Void, func(f *face) {
			f.write(f.entry("party/a", party.Mandates{Mandates: []charter.Mandate{}, Signatures: []string{"nothing"}}))
		}},
		{"an act for another party", Void, func(f *face) { e := f.act("for b"); e.Actor.Member = "b-all"; f.write(e) }},
		{"a very long entry", Void, func(f *face) { f.writeRaw(bytes.Repeat([]byte("x"), entry.MaxBytes)) }},
		{"an empty entry", Void, func(f *face) { f.writeRaw(nil) }},
		{"JSON in another spelling", Void, func(f *face) {
			f.honest("spelling")
			last := len(f.branch.leaves) - 1
			f.r.candid() // somebody may have had the entry as it was
			b := append([]byte(" "), f.branch.leaves[last]...)
			f.branch.leaves[last], f.branch.hashes[last] = b, ledger.LeafHash(b)
		}},
		{"deep and broken JSON", Void, func(f *face) { f.writeRaw(bytes.Repeat([]byte(`{"a":[`), 9000)) }},
		{"a flood of what must be understood", Void, func(f *face) {
			for i := range 30 {
				e := f.act("crit")
				e.Crit, e.Matter = []string{"tomorrow"}, fmt.Sprintf("tomorrow/%d", i)
				f.write(e)
			}
		}},
		{"a newer form", Void, func(f *face) { e := f.act("v9"); e.V = 9; f.write(e) }},
		{"a clock ten years ahead", Void, func(f *face) { e := f.act("ahead"); e.At = e.At.AddDate(10, 0, 0); f.write(e) }},
		{"a clock ten years behind", Void, func(f *face) { e := f.act("behind"); e.At = e.At.AddDate(-10, 0, 0); f.write(e) }},
	}
}

// withFrames are ways to cheat on the line itself.
func withFrames() []Behaviour {
	return []Behaviour{
		{"another generation of its log that nobody allowed", Nothing, func(f *face) {
			f.send(link.KindHave, []byte(`[["`+entry.Origin(f.r.w.mech, cheat, 9)+`",5]]`))
		}},
		{"a hello for another mechanism", HungUp, func(f *face) {
			f.send(link.KindHello, []byte(`{"heads":[],"mech":"`+strings.Repeat("0", 64)+`","party":"a","reply":false,"version":1}`))
		}},
		{"a hello for another party", HungUp, func(f *face) {
			f.send(link.KindHello, []byte(`{"heads":[],"mech":"`+f.r.w.mech+`","party":"b","reply":false,"version":1}`))
		}},
		{"more of an honest log than there is", Nothing, func(f *face) {
			f.send(link.KindHave, []byte(`[["`+entry.Origin(f.r.w.mech, "b", 1)+`",1000000]]`))
		}},
		{"very many heads", HungUp, func(f *face) {
			f.send(link.KindHave, []byte("["+strings.Repeat(`["x",1],`, 5000)+`["x",1]]`))
		}},
		{"a very large frame", HungUp, func(f *face) { f.send(link.KindEntries, make([]byte, link.MaxFrame)) }},
		{"a very large note", HungUp, func(f *face) { f.send(link.KindReceipt, bytes.Repeat([]byte("\u2014 a b\n"), 12000)) }},
		{"everything said again, in another order", Nothing, func(f *face) {
			for _, i := range f.r.w.rng.Perm(len(f.r.sent)) {
				f.send(f.r.sent[i].Kind, f.r.sent[i].Payload)
			}
		}},
		{"everything broken off in the middle", HungUp, func(f *face) {
			for _, s := range f.r.sent {
				f.send(s.Kind, s.Payload[:len(s.Payload)/2])
			}
		}},
		{"frames of a kind that nobody knows", Nothing, func(f *face) { f.send(99, []byte("?")) }},
		{"false evidence", Nothing, falseEvidence},
		{"an entry altered on its way", Nothing, func(f *face) {
			c, ok, _ := f.Chunk(entry.Origin(f.r.w.mech, "b", 1), 0, 1<<20)
			if ok {
				c.Entries[0] = append(bytes.Clone(c.Entries[0]), '!')
				f.send(link.KindEntries, chunkFrame(c))
			}
		}},
	}
}

// act is an entry that breaks nothing.
func (f *face) act(title string) entry.Entry {
	f.r.w.made++
	return f.entry(fmt.Sprintf("text/a%d", f.r.w.made), draft(title))
}

func (f *face) honest(title string) { f.write(f.act(title)) }

// node is an entry that a node writes by rule.
func (f *face) node(matter string, body entry.Body) entry.Entry {
	e := f.entry(matter, body)
	e.Actor = entry.Node
	return e
}

func (f *face) otherLog() string { return entry.Origin(f.r.w.mech, name(f.to), 1) }

func (f *face) other(size int64, root ledger.Hash) []entry.Seen {
	return []entry.Seen{{Origin: f.otherLog(), Size: size, Root: root}}
}

// affix seals a statement with the seal key of this seed.
func affix(seed [32]byte, round int, statement []byte) entry.Body {
	signer, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(seed[:]))
	if err != nil {
		panic("hostile: " + err.Error())
	}
	armor, err := seal.Sign(signer, seal.NamespaceSeal, statement)
	if err != nil {
		panic("hostile: " + err.Error())
	}
	return adoption.Affix{Round: round, Statement: seal.FileOf("", statement).Hex(), Signatures: []string{armor}}
}

// forkSame shows each party another entry at one place.
func forkSame(f *face) {
	f.fork()
	for _, o := range f.r.faces[1:] {
		o.honest("branch " + name(o.to))
	}
}

// forkOther lets one history be longer than the other.
func forkOther(f *face) {
	f.fork()
	for _, o := range f.r.faces[1:] {
		for range 1 + f.r.w.rng.IntN(5) {
			o.honest("branch " + name(o.to))
		}
	}
}

// forkHead signs a head that contradicts what the same party has, and gives no entries.
func forkHead(f *face) {
	f.r.candid()
	b := f.branch.clone()
	b.leaves[len(b.leaves)-1], b.hashes[len(b.hashes)-1] = []byte("other"), ledger.LeafHash([]byte("other"))
	_, root := b.tree(b.size())
	f.send(link.KindReceipt, f.r.sign(b.size(), root))
}

// rewind takes the last entries back and writes others in their place, for everybody.
func rewind(f *face) {
	f.r.candid()
	b := &branch{}
	keep := max(1, f.branch.size()-int64(1+f.r.w.rng.IntN(3)))
	for _, leaf := range f.branch.leaves[:keep] {
		b.add(leaf)
	}
	for _, o := range f.r.faces[1:] {
		o.branch = b
	}
	for range 4 {
		f.honest("rewound")
	}
	_, root := b.tree(keep + 1)
	f.send(link.KindReceipt, f.r.sign(keep+1, root))
}

func strangersKey(f *face) {
	stranger, err := newHouse(7)
	if err != nil {
		panic("hostile: " + err.Error())
	}
	signer, err := stranger.key.LogSigner(f.r.origin)
	if err != nil {
		panic("hostile: " + err.Error())
	}
	note, err := ledger.SignCheckpoint(ledger.Checkpoint{Origin: f.r.origin, Size: 2, Root: ledger.Hash{1}}, signer, f.r.w.now.Unix())
	if err != nil {
		panic("hostile: " + err.Error())
	}
	f.send(link.KindReceipt, note)
}

func (r *rogue) cosign(note []byte) []byte {
	out, err := ledger.Cosign(note, r.as, r.w.now.Unix())
	if err != nil {
		panic("hostile: " + err.Error())
	}
	return out
}

// unseenReceipt confirms a head that the log never had, with no signature of the log on it.
func unseenReceipt(f *face) {
	note, err := ledger.Confirm(ledger.Checkpoint{Origin: f.otherLog(), Size: 1 << 20, Root: ledger.Hash{3}}, f.r.as, f.r.w.now.Unix())
	if err != nil {
		panic("hostile: " + err.Error())
	}
	f.send(link.KindReceipt, note)
}

// twoReceipts confirms two histories of an honest log at one size; one of them is the true one.
func twoReceipts(f *face) {
	if note := f.r.notes[f.otherLog()]; note != nil {
		f.send(link.KindReceipt, f.r.cosign(note))
	}
	falseReceipt(f)
}

func falseReceipt(f *face) {
	b := f.r.theirs[f.otherLog()]
	note, err := ledger.Confirm(ledger.Checkpoint{Origin: f.otherLog(), Size: max(1, b.size()-1), Root: ledger.Hash{3}}, f.r.as, f.r.w.now.Unix())
	if err != nil {
		panic("hostile: " + err.Error())
	}
	f.send(link.KindReceipt, note)
}

func extensionLine(f *face) {
	note, _, _ := f.note()
	f.send(link.KindReceipt, bytes.Replace(note, []byte("\n\n"), []byte("\nextension\n\n"), 1))
}

func strippedSignature(f *face) {
	note, size, read := f.note()
	if size > int64(len(f.branch.leaves)) {
		return // the head is of another branch
	}
	lines := bytes.SplitAfter(note, []byte("\n"))
	c := link.Chunk{Origin: f.r.origin, From: size - 1, Entries: f.branch.leaves[size-1:], Note: bytes.Join(lines[:len(lines)-2], nil)}
	_, _ = read(0, 0)
	f.send(link.KindEntries, chunkFrame(c))
}

// falseEvidence accuses an honest party with its own true heads, and with a fork of a log that nobody here has.
func falseEvidence(f *face) {
	note := f.r.notes[f.otherLog()]
	f.send(link.KindEvidence, append([]byte("entente-fork@v1\nsigner a b\n\n"), note...))
	f.send(link.KindEvidence, bytes.Repeat([]byte("\n\n"), 100))
	stranger := &rogue{w: f.r.w, origin: "entente/0000000000000000/z/1"}
	var err error
	house, err := newHouse(8)
	if err == nil {
		stranger.log, err = house.key.LogSigner(stranger.origin)
	}
	verifier, err2 := ledger.NewLogVerifier(stranger.origin, raw(house.key.Public().LogEd25519), raw(house.key.Public().LogMLDSA44))
	if err != nil || err2 != nil {
		panic("hostile: no stranger")
	}
	evidence, err := ledger.FormatFork(ledger.Attested{Note: stranger.sign(3, ledger.Hash{1}), By: verifier}, ledger.Attested{Note: stranger.sign(3, ledger.Hash{2}), By: verifier}, ledger.Hash{}, nil)
	if err != nil {
		panic("hostile: " + err.Error())
	}
	f.send(link.KindEvidence, evidence)
}

// chunkFrame spells entries as docs/protocol.md 5 says; link's own spelling is not for others.
func chunkFrame(c link.Chunk) []byte {
	head := fmt.Sprintf(`{"count":%d,"from":%d,"log":"%s","proof":[]}`, len(c.Entries), c.From, c.Origin)
	b := append(binary.BigEndian.AppendUint16(nil, uint16(len(head))), head...)
	b = append(binary.BigEndian.AppendUint16(b, uint16(len(c.Note))), c.Note...)
	for _, e := range c.Entries {
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(e))), e...)
	}
	return b
}

// raw are the bytes of a key as a charter spells it.
func raw(key string) []byte {
	b, err := base64.StdEncoding.DecodeString(key)
	if err != nil {
		panic("hostile: " + err.Error())
	}
	return b
}
