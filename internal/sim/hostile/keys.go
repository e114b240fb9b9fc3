package hostile

import (
	"crypto/ed25519"
	"encoding/hex"
	"strings"

	"golang.org/x/crypto/ssh"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/internal/keys"
	"entente.example/internal/link"
	"entente.example/internal/party"
	"entente.example/ledger"
	"entente.example/seal"
)

// withSeals are ways to cheat where something is at stake: while a text is sealed.
func withSeals() []Behaviour {
	return []Behaviour{
		{"a seal shown to one, a refusal to the other", Contested, func(f *face) {
			f.twoFaced(adoption.Decline{Round: 1, Reason: "to you, no"})
		}},
		{"an acknowledgement shown to one, a withdrawal to the other", Contested, func(f *face) {
			f.fair()
			f.twoFaced(adoption.Withdraw{Round: 1, Reason: "to you, no"})
		}},
		{"a withdrawal after its acknowledgement", Void, func(f *face) {
			f.fair()
			f.fair()
			f.write(f.entry("text/"+common, adoption.Withdraw{Round: 1, Reason: "after all"}))
		}},
		{"an acknowledgement that nobody is shown for a while", Nothing, func(f *face) {
			f.fair()
			f.keep(0, 1, false)
			f.fair()
		}},
		{"receipts for one and none for the other", Nothing, func(f *face) { f.receipts() }},
	}
}

// twoFaced shows one party what the rules ask for, and the other this instead.
func (f *face) twoFaced(otherwise entry.Body) {
	f.fork()
	f.r.faces[1].fair()
	o := f.r.faces[2]
	o.write(o.entry("text/"+common, otherwise))
	f.honest("branch")
}

// withKeys are ways to cheat with keys.
func withKeys() []Behaviour {
	return []Behaviour{
		{"a new generation that its seal keys did not sign", Nothing, func(f *face) {
			f.generation(party.Loss, f.branch.size(), sealSeed(9))
		}},
		{"a new generation after a head that it never had", Nothing, func(f *face) {
			f.generation(party.Loss, f.branch.size()+3, sealSeed(0))
		}},
		{"a key revoked for a time before what others hold", Nothing, func(f *face) {
			f.generation(party.Theft, max(1, f.branch.size()/2), sealSeed(0))
		}},
		{"a seal by a key that it has replaced", Void, func(f *face) {
			f.succeed()
			f.write(f.entry("text/"+common, affix(sealSeed(0), 1, []byte("x"))))
		}},
	}
}

// generation offers the next generation of the cheat's log, after so many entries of the first, with a statement signed by the seal key of this seed.
func (f *face) generation(reason party.Reason, size int64, by [32]byte) {
	b := f.branch.clone()
	for b.size() < size {
		b.add([]byte("never"))
	}
	_, root := b.tree(size)
	seed := sealSeed(0)
	seed[2] = byte(1 + f.r.w.rng.IntN(200))
	key := keys.FromSeed(seed)
	p := key.Public()
	k := charter.NodeKeys{LogEd25519: p.LogEd25519, LogMLDSA44: p.LogMLDSA44, WitnessEd25519: p.WitnessEd25519, WitnessMLDSA44: p.WitnessMLDSA44, TLS: p.TLS, Pouch: p.Pouch}
	st := party.NewStatement(f.r.w.mech, cheat, 2, reason, k, party.Head{Size: size, Root: hex.EncodeToString(root[:])}, "")
	message, err := st.Message()
	must(err)
	signer, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(by[:]))
	must(err)
	armor, err := seal.Sign(signer, seal.NamespaceKeys, message)
	must(err)
	e := f.entry("party/"+cheat, party.Generation{Signatures: []string{armor}, Statement: st})
	e.Actor, e.Index, e.Log = entry.Node, 0, entry.Origin(f.r.w.mech, cheat, 2)
	leaf, err := e.Encode()
	must(err)
	log, err := key.LogSigner(e.Log)
	must(err)
	tree := ledger.NewBuilder()
	tree.Append(ledger.LeafHash(leaf))
	note, err := ledger.SignCheckpoint(ledger.Checkpoint{Origin: e.Log, Size: 1, Root: tree.Root()}, log, f.r.w.now.Unix())
	must(err)
	f.send(link.KindHave, []byte(`[["`+e.Log+`",1]]`))
	f.send(link.KindEntries, chunkFrame(link.Chunk{Origin: e.Log, Entries: [][]byte{leaf}, Note: note}))
}

// succeed replaces the cheat's seal key by another, as it may.
func (f *face) succeed() {
	var signers [2]ssh.Signer
	for i, n := range []int{0, 10} {
		seed := sealSeed(n)
		var err error
		signers[i], err = ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(seed[:]))
		must(err)
	}
	next := charter.SealKeys{Keys: []string{strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signers[1].PublicKey())))}, Threshold: 1}
	message, err := party.SuccessionMessage(f.r.w.mech, cheat, 1, next)
	must(err)
	old, err := seal.Sign(signers[0], seal.NamespaceKeys, message)
	must(err)
	fresh, err := seal.Sign(signers[1], seal.NamespaceKeys, message)
	must(err)
	f.write(f.entry("party/"+cheat, party.Succeed{Number: 1, Seal: next.Keys, Signatures: []string{old}, Successors: []string{fresh}, Threshold: 1}))
}

// must holds what cannot fail.
func must(err error) {
	if err != nil {
		panic("hostile: " + err.Error())
	}
}
