package record

import (
	"bytes"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/internal/party"
	"entente.example/ledger"
	"entente.example/seal"
)

// cheat is one way in which the liar breaks a rule. It reports whether it could.
type cheat struct {
	name string
	play func(s *logicStory, r *replica) bool
}

// envelopes are acts whose envelope says what is not so.
var envelopes = []struct {
	name   string
	change func(s *logicStory, r *replica, e *entry.Entry, other int)
}{
	{"a wrong index", func(s *logicStory, _ *replica, e *entry.Entry, _ int) { e.Index += 1 + s.rng.Int64N(3) }},
	{"another party's log", func(s *logicStory, r *replica, e *entry.Entry, _ int) {
		e.Log = r.origin((r.me + 1) % len(s.doc.Parties))
	}},
	{"another mechanism", func(_ *logicStory, _ *replica, e *entry.Entry, _ int) { e.Mech = strings.Repeat("0", 64) }},
	{"a clock a year behind", func(_ *logicStory, _ *replica, e *entry.Entry, _ int) { e.At = e.At.AddDate(-1, 0, 0) }},
	{"a clock ten years behind", func(_ *logicStory, _ *replica, e *entry.Entry, _ int) { e.At = e.At.AddDate(-10, 0, 0) }},
	{"a clock ten years ahead", func(_ *logicStory, _ *replica, e *entry.Entry, _ int) { e.At = e.At.AddDate(10, 0, 0) }},
	{"a clock two hundred years ahead", func(_ *logicStory, _ *replica, e *entry.Entry, _ int) { e.At = e.At.AddDate(200, 0, 0) }},
	{"the past of another mechanism", func(_ *logicStory, _ *replica, e *entry.Entry, _ int) {
		e.Seen = []entry.Seen{{Origin: "entente/0/x/1", Size: 1}}
	}},
	{"a past that goes back", func(_ *logicStory, r *replica, e *entry.Entry, other int) {
		e.Seen = []entry.Seen{{Origin: r.origin(other), Size: 1, Root: r.roots[other][1]}}
	}},
	{"a past without what it rests on", func(_ *logicStory, r *replica, e *entry.Entry, other int) {
		n := int64(len(r.logs[other]))
		e.Seen = []entry.Seen{{Origin: r.origin(other), Size: n, Root: r.roots[other][n]}}
	}},
	{"a past that names its own log", func(_ *logicStory, r *replica, e *entry.Entry, _ int) {
		n := int64(len(r.logs[r.own]))
		e.Seen = []entry.Seen{{Origin: r.origin(r.own), Size: n, Root: r.roots[r.own][n]}}
	}},
	{"another root than everybody knows", func(_ *logicStory, r *replica, e *entry.Entry, other int) {
		if e.Seen == nil {
			e.Seen = []entry.Seen{{Origin: r.origin(other), Size: int64(len(r.logs[other]))}}
		}
		e.Seen[0].Root = ledger.Hash{7}
	}},
	{"a past in the future", func(s *logicStory, r *replica, e *entry.Entry, other int) {
		e.Seen = []entry.Seen{{Origin: r.origin(other), Size: int64(len(r.logs[other])) + 1 + s.rng.Int64N(3), Root: ledger.Hash{8}}}
	}},
	{"a past with a generation that nobody has", func(s *logicStory, r *replica, e *entry.Entry, other int) {
		e.Seen = []entry.Seen{{Origin: r.origin(other + 2*len(s.doc.Parties)), Size: 1, Root: ledger.Hash{9}}}
	}},
	{"another party's member", func(_ *logicStory, r *replica, e *entry.Entry, other int) {
		e.Actor.Member = string(r.doc.Parties[other].ID) + "-all"
	}},
	{"a member without the mandate", func(_ *logicStory, r *replica, e *entry.Entry, _ int) {
		e.Actor.Member = string(r.doc.Parties[r.me].ID) + "-idle"
	}},
	{"an act that is unheard of", func(_ *logicStory, _ *replica, e *entry.Entry, _ int) { e.Type = "text.unheard_of" }},
	{"a matter that is unheard of", func(_ *logicStory, _ *replica, e *entry.Entry, _ int) { e.Matter = "tomorrow/1" }},
	{"a newer form", func(_ *logicStory, _ *replica, e *entry.Entry, _ int) { e.V = 2 }},
	{"what must be understood and is not", func(_ *logicStory, _ *replica, e *entry.Entry, _ int) { e.Crit = []string{"x-1", "x-2"} }},
}

// leaves are bytes that are no entry.
var leaves = map[string][]byte{
	"another spelling":     []byte(`{"b":1, "a":2}`),
	"no bytes":             {},
	"an oversized entry":   bytes.Repeat([]byte("x"), 65536),
	"half of an entry":     []byte(`{"actor":{"member":"a-all","role":"x"},"at":"2025-01-01T00:00:00Z","body":{`),
	"an entry that nests":  []byte(strings.Repeat("[", 40) + strings.Repeat("]", 40)),
	"a member given twice": []byte(`{"actor":1,"actor":2}`),
}

// sealings are what the liar does in a round.
var sealings = []cheat{
	{"a seal by another party's key", func(s *logicStory, r *replica) bool { return s.seals(r, s.keys[(r.me+1)%len(s.rs)]) }},
	{"a seal by a stranger's key", func(s *logicStory, r *replica) bool { return s.seals(r, spare(s.t, 9)) }},
	{"a seal of other bytes, well signed", func(s *logicStory, r *replica) bool {
		other := []byte("entente seal v1\n")
		s.false(r, adoption.Affix{Round: s.round(r), Statement: seal.FileOf("", other).Hex(), Signatures: s.signs(s.keys[r.me], seal.NamespaceSeal, other)})
		return true
	}},
	{"a seal that is none", func(s *logicStory, r *replica) bool {
		s.false(r, adoption.Affix{Round: s.round(r) + s.rng.IntN(2), Statement: nothing, Signatures: []string{"x"}})
		return true
	}},
	{"a seal under another namespace", func(s *logicStory, r *replica) bool {
		b, err := r.text().Statement(r.fold.Charter(), s.round(r), "")
		if err != nil {
			return false
		}
		s.false(r, adoption.Affix{Round: s.round(r), Statement: seal.FileOf("", b).Hex(), Signatures: s.signs(s.keys[r.me], seal.NamespaceKeys, b)})
		return true
	}},
	{"an acknowledgement without seals", func(s *logicStory, r *replica) bool {
		statement := nothing
		if b, err := r.text().Statement(r.fold.Charter(), s.round(r), ""); err == nil && s.rng.IntN(4) > 0 {
			statement = seal.FileOf("", b).Hex()
		}
		s.false(r, adoption.Acknowledge{Round: s.round(r), Statement: statement, Seals: []string{"a-1", "b-1"}})
		return true
	}},
	{"a refusal for no reason", func(s *logicStory, r *replica) bool {
		s.false(r, adoption.Decline{Round: s.round(r), Reason: "no"})
		return true
	}},
	{"a withdrawal at any time", func(s *logicStory, r *replica) bool {
		s.false(r, adoption.Withdraw{Round: s.round(r), Reason: "no"})
		return true
	}},
	{"a receipt at any time", func(s *logicStory, r *replica) bool {
		s.false(r, adoption.Receipt{Round: s.round(r)})
		return true
	}},
	{"a round twice", func(s *logicStory, r *replica) bool {
		if len(r.text().Freezes) == 0 {
			return false
		}
		f := r.text().Freezes[len(r.text().Freezes)-1]
		_ = r.writeRaw(false, "text.freeze", theText, canonical(s, map[string]any{"manifest": f.Manifest, "round": f.Round}))
		return true
	}},
}

// seconds are what the liar does in a round where it has done something before.
var seconds = []cheat{
	{"a withdrawal after its acknowledgement", func(s *logicStory, r *replica) bool {
		if ch, ok := s.own(r); !ok || ch.Ack < 0 {
			return false
		}
		s.false(r, adoption.Withdraw{Round: s.round(r), Reason: "no"})
		return true
	}},
	{"a refusal, and then a seal", func(s *logicStory, r *replica) bool {
		if ch, ok := s.own(r); !ok || !ch.Declined() {
			return false
		}
		return s.seals(r, s.keys[r.me])
	}},
	{"a seal, and then a refusal", func(s *logicStory, r *replica) bool {
		ch, ok := s.own(r)
		if !ok || ch.Declined() {
			return false
		}
		s.false(r, adoption.Decline{Round: s.round(r), Reason: "no"})
		return true
	}},
	{"a seal by a key that was replaced", func(s *logicStory, r *replica) bool {
		st, _ := r.fold.Cached(party.Matter(r.doc.Parties[r.me].ID)).(*party.State)
		if st == nil || st.Successions == 0 {
			return false
		}
		return s.seals(r, logicKeys(len(s.doc.Parties))[r.me])
	}},
}

// standings are what it says of itself, and acts that no honest node would write.
var standings = []cheat{
	{"a mandate that its seal keys did not sign", func(s *logicStory, r *replica) bool {
		p := r.doc.Parties[r.me]
		m, err := party.Message(s.mech, p.ID, p.Mandates)
		must(s.t, err)
		s.says(r, party.Mandates{Mandates: p.Mandates, Signatures: s.signs(s.keys[(r.me+1)%len(s.rs)], seal.NamespaceMandate, m)})
		return true
	}},
	{"seal keys that the old ones did not sign", func(s *logicStory, r *replica) bool {
		b, m := s.succession(r, spare(s.t, 8))
		b.Signatures, b.Successors = s.signs(spare(s.t, 9), seal.NamespaceKeys, m), s.signs(spare(s.t, 8), seal.NamespaceKeys, m)
		s.says(r, b)
		return true
	}},
	{"seal keys replaced, by a clock of before", func(s *logicStory, r *replica) bool { return s.succeeds(r, true) }},
	{"a generation in a log that goes on", func(s *logicStory, r *replica) bool { return s.opens(r, s.keys[r.me]) }},
	{"a generation that its seal keys did not sign", func(s *logicStory, r *replica) bool { return s.opens(r, s.keys[(r.me+1)%len(s.rs)]) }},
	{"a generation confirmed that nobody has", func(s *logicStory, r *replica) bool {
		other := s.doc.Parties[(r.me+1)%len(s.rs)].ID
		_ = r.writeRaw(true, "party.confirm", party.Matter(other), canonical(s, party.Confirm{Generation: 3}))
		return true
	}},
	{"an act that an honest node refuses", func(s *logicStory, r *replica) bool {
		s.false(r, r.random(s.rng))
		return true
	}},
	{"an act of another matter", func(s *logicStory, r *replica) bool {
		who, typ, matter, body, ok := s.line(r)
		if ok {
			_ = r.writeRaw(who == entry.Node.Member, typ, matter, body)
		}
		return ok
	}},
}

var leafNames = slices.Sorted(maps.Keys(leaves))

// cheatNames are all that have to be played, beside those of whole stories.
func cheatNames() (out []string) {
	out = append(out, leafNames...)
	for _, e := range envelopes {
		out = append(out, e.name)
	}
	for _, c := range slices.Concat(sealings, seconds, standings) {
		out = append(out, c.name)
	}
	return append(out, "entries withheld", "a past that never moves")
}

// lie posts something that no honest node would.
func (s *logicStory) lie(r *replica) {
	s.count["lies"]++
	switch k := s.rng.IntN(12); {
	case k == 0:
		name := leafNames[s.rng.IntN(len(leafNames))]
		s.count["cheat: "+name]++
		r.post(leaves[name])
		r.receive(r.own, 1)
	case k < 4:
		s.mangled(r)
	case k < 6:
		s.cheats(r, seconds)
	case k < 9:
		s.cheats(r, sealings)
	case k == 9: // no lie, but the next seals are by another key
		s.succeeds(r, false)
	default:
		s.cheats(r, standings)
	}
}

func (s *logicStory) cheats(r *replica, ways []cheat) {
	for range 4 { // some are possible only after something else
		if c := ways[s.rng.IntN(len(ways))]; c.play(s, r) {
			s.count["cheat: "+c.name]++
			return
		}
	}
}

// mangled posts an act whose envelope says what is not so.
func (s *logicStory) mangled(r *replica) {
	e := r.envelope(r.all(), theText, r.random(s.rng))
	how := envelopes[s.rng.IntN(len(envelopes))]
	s.count["cheat: "+how.name]++
	how.change(s, r, &e, (r.me+1+s.rng.IntN(len(s.doc.Parties)-1))%len(s.doc.Parties))
	leaf, err := e.Encode()
	must(s.t, err)
	r.post(leaf)
	r.receive(r.own, 1)
}

// nothing is the digest of a statement that is none.
var nothing = strings.Repeat("ab", 32)

func logicKeys(parties int) []ssh.Signer { return logicBegun[0][parties]().keys }

func canonical(s *logicStory, v any) []byte {
	b, err := entry.Canonical(v)
	must(s.t, err)
	return b
}

func (s *logicStory) round(r *replica) int { return max(1, len(r.text().Rounds.List)) }

// own is what the liar has chosen in the newest round.
func (s *logicStory) own(r *replica) (adoption.Choice, bool) {
	last := r.text().Rounds.Last()
	if last == nil {
		return adoption.Choice{}, false
	}
	ch, ok := last.Choices[r.doc.Parties[r.me].ID]
	return ch, ok
}

// seals seals the text as it stands, by any key.
func (s *logicStory) seals(r *replica, by ssh.Signer) bool {
	b, err := r.text().Statement(r.fold.Charter(), s.round(r), "")
	if err != nil {
		return false
	}
	s.false(r, adoption.Affix{Round: s.round(r), Statement: seal.FileOf("", b).Hex(), Signatures: s.signs(by, seal.NamespaceSeal, b)})
	return true
}

// false writes an act on the text, whatever its fold says of it.
func (s *logicStory) false(r *replica, body entry.Body) {
	_ = r.writeRaw(slices.Contains([]string{"seal.acknowledge", "seal.receipt"}, body.EntryType()), body.EntryType(), theText, canonical(s, body))
}

// says writes what the liar says of itself, whatever its fold says of it.
func (s *logicStory) says(r *replica, body entry.Body) {
	_ = r.writeRaw(false, body.EntryType(), party.Matter(r.doc.Parties[r.me].ID), canonical(s, body))
}

// succession is the next one of the liar's seal keys, and what is signed for it.
func (s *logicStory) succession(r *replica, to ssh.Signer) (party.Succeed, []byte) {
	id, number := r.doc.Parties[r.me].ID, 1
	if st, _ := r.fold.Cached(party.Matter(id)).(*party.State); st != nil {
		number += st.Successions
	}
	b := party.Succeed{Number: number, Seal: []string{spelled(to)}, Threshold: 1}
	m, err := party.SuccessionMessage(s.mech, id, number, charter.SealKeys{Keys: b.Seal, Threshold: 1})
	must(s.t, err)
	return b, m
}

// succeeds replaces the liar's seal key, as it may; or as of a time before, which it may not.
func (s *logicStory) succeeds(r *replica, before bool) bool {
	if s.twin != nil { // its keys would be others in each history
		return false
	}
	to := spare(s.t, byte(20+s.rng.IntN(4)))
	if spelled(to) == spelled(s.keys[r.me]) {
		return false
	}
	b, m := s.succession(r, to)
	b.Signatures, b.Successors = s.signs(s.keys[r.me], seal.NamespaceKeys, m), s.signs(to, seal.NamespaceKeys, m)
	if before {
		e := r.envelope(r.all(), party.Matter(r.doc.Parties[r.me].ID), b)
		e.At = e.At.AddDate(-1, 0, 0)
		leaf, err := e.Encode()
		must(s.t, err)
		r.post(leaf)
		r.receive(r.own, 1)
		return true
	}
	if r.write(r.all(), party.Matter(r.doc.Parties[r.me].ID), b) == nil {
		s.count["seal keys replaced"]++
		s.universe.keys = slices.Clone(s.keys)
		s.keys[r.me] = to
	}
	return true
}

// opens writes what opens a generation where its log goes on.
func (s *logicStory) opens(r *replica, by ssh.Signer) bool {
	of := r.doc.Parties[r.me]
	size := int64(len(r.log(r.own)))
	root := r.root(r.own, size)
	st := party.NewStatement(s.mech, of.ID, 2, party.Loss, of.Keys.Node(), party.Head{Root: hex.EncodeToString(root[:]), Size: size}, "")
	m, err := st.Message()
	must(s.t, err)
	_ = r.writeRaw(true, "party.generation", party.Matter(of.ID), canonical(s, party.Generation{Statement: st, Signatures: s.signs(by, seal.NamespaceKeys, m)}))
	return true
}
