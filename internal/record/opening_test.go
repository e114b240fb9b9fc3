package record

import (
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/party"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/ledger"
	"entente.example/seal"
)

// lines is a mechanism in force whose logs are written entry by entry, by whoever has seen whatever.
type lines struct {
	*begun
	knew []int64 // how long each log was when the charter came into force
	base []int64 // and once each party has written that it knows so: b what a wrote, and c what both did
}

func newLines(t testing.TB) *lines {
	x := &lines{begun: foundedOnce().again(t)}
	x.keys = slices.Clone(x.keys)
	for _, l := range x.logs {
		x.knew, x.base = append(x.knew, int64(len(l))), append(x.base, int64(len(l)+1))
	}
	for me := range x.logs {
		r := x.started(me)
		for slot := range me {
			r.receive(slot, 1)
		}
		r.table(fmt.Sprintf("known-%d", me))
	}
	x.begin(8)
	return x
}

// reader is a replica that holds this much of each log, and what all know.
func (x *lines) reader(me int, have map[int]int64) *replica {
	r := x.started(me)
	x.begin(8, r)
	r.hold(x.base, have)
	return r
}

// hold lets a replica have this much of each log, or more.
func (r *replica) hold(base []int64, have map[int]int64) {
	for slot := range r.have {
		r.have[slot] = max(r.have[slot], have[slot])
		if slot < len(base) {
			r.have[slot] = max(r.have[slot], base[slot])
		}
	}
	r.foldAll()
}

// head is what an entry says that has seen this much of a log.
func (x *lines) head(slot int, size int64) entry.Seen {
	return entry.Seen{Origin: x.origin(slot), Size: size, Root: x.roots[slot][size]}
}

// whole is the head of a log as it is.
func (x *lines) whole(slot int) entry.Seen { return x.head(slot, int64(len(x.logs[slot]))) }

// compose is the next entry of a log.
func (x *lines) compose(slot int, member, matter string, body entry.Body, seen ...entry.Seen) entry.Entry {
	x.t.Helper()
	b, err := entry.Canonical(body)
	must(x.t, err)
	x.at = x.at.Add(time.Second)
	return entry.Entry{Actor: entry.Actor{Member: member, Role: "x"}, At: x.at, Body: b, Index: int64(len(x.logs[slot])), Log: x.origin(slot), Matter: matter, Mech: x.mech, Type: body.EntryType(), V: 1, Seen: seen}
}

// append puts an entry at the end of its log and returns its index.
func (x *lines) append(slot int, e entry.Entry) int64 {
	x.t.Helper()
	leaf, err := e.Encode()
	must(x.t, err)
	x.logs[slot] = append(x.logs[slot], leaf)
	x.trees[slot].Append(ledger.LeafHash(leaf))
	x.roots[slot] = append(x.roots[slot], x.trees[slot].Root())
	return e.Index
}

// tables appends a text that a party tables.
func (x *lines) tables(slot int, member, id string, seen ...entry.Seen) int64 {
	x.t.Helper()
	return x.append(slot, x.compose(slot, member, "text/"+id, text.Table{Title: lang.Text{"en": id}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1,
		Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": "Decide;"}}}}, seen...))
}

// spare is a seal key that no party has yet.
func spare(t testing.TB, n byte) ssh.Signer {
	t.Helper()
	var seed [32]byte
	seed[0] = 100 + n
	s, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(seed[:]))
	must(t, err)
	return s
}

func spelled(s ssh.Signer) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(s.PublicKey())))
}

func (x *lines) sign(message []byte, by ssh.Signer) []string {
	x.t.Helper()
	armor, err := seal.Sign(by, seal.NamespaceKeys, message)
	must(x.t, err)
	return []string{armor}
}

// succeeds appends that a party replaces its seal key, and maybe keeps the old one beside the new one.
func (x *lines) succeeds(slot, number int, by, to ssh.Signer, keeps ...ssh.Signer) int64 {
	x.t.Helper()
	id := x.doc.Parties[slot%3].ID
	b := party.Succeed{Number: number, Seal: []string{spelled(to)}, Threshold: 1}
	for _, k := range keeps {
		b.Seal = append(b.Seal, spelled(k))
	}
	m, err := party.SuccessionMessage(x.mech, id, number, charter.SealKeys{Keys: b.Seal, Threshold: 1})
	must(x.t, err)
	b.Signatures, b.Successors = x.sign(m, by), x.sign(m, to)
	return x.append(slot, x.compose(slot, string(id)+"-all", party.Matter(id), b))
}

// opening is the first entry of the generation of a's log with this slot, for which the one before ends at size. Its author knows what a knew then, and what is said.
func (x *lines) opening(slot int, reason party.Reason, size int64, by map[charter.PartyID]ssh.Signer, seen ...entry.Seen) entry.Entry {
	x.t.Helper()
	p := x.doc.Parties[slot%3]
	st := party.NewStatement(x.mech, p.ID, 1+slot/3, reason, p.Keys.Node(), party.Head{Root: hex.EncodeToString(x.roots[slot-3][size][:]), Size: size}, "")
	m, err := st.Message()
	must(x.t, err)
	g := party.Generation{Statement: st, Signatures: x.sign(m, by[p.ID])}
	for id, k := range by {
		if id != p.ID {
			if g.Agreed == nil {
				g.Agreed = map[charter.PartyID][]string{}
			}
			g.Agreed[id] = x.sign(m, k)
		}
	}
	for _, other := range []int{1, 2} {
		if other != slot%3 && !slices.ContainsFunc(seen, func(s entry.Seen) bool { return s.Origin == x.origin(other) }) {
			seen = append(seen, x.head(other, x.knew[other]))
		}
	}
	return x.compose(slot, entry.Node.Member, party.Matter(p.ID), g, append(seen, x.head(slot-3, size))...)
}

// renews appends that b's log goes on as its second generation, after so much of the first.
func (x *lines) renews(size int64, seen ...entry.Seen) {
	x.t.Helper()
	x.append(4, x.opening(4, party.Loss, size, map[charter.PartyID]ssh.Signer{"b": x.keys[1]}, seen...))
}

// first is the first entry of the log with a slot, for Admit.
func (x *lines) first(slot int) Input {
	leaf := x.logs[slot][0]
	return Input{Party: slot % 3, Gen: 1 + slot/3, Leaf: leaf, Hash: ledger.LeafHash(leaf)}
}

// admits asks whether a generation would be begun, and for the reason if not.
func (r *replica) admits(in Input) string {
	r.t.Helper()
	_, ready, err := r.fold.Admit(r, in, 0)
	if err == nil && !ready {
		return "waits"
	}
	return key(err)
}

func (x *lines) confirms(slot int, seen ...entry.Seen) int64 {
	return x.append(slot, x.compose(slot, entry.Node.Member, "party/a", party.Confirm{Generation: 2}, seen...))
}

// A seal key that its party replaced opens no generation with a head from before that, for whoever knows of it; unless another party took the generation up, in an entry that is here, before it could know. What an entry
// has seen that its author wrote earlier counts; the party's own word does not, nor does that of one who knew. SPEC generation-key-replaced.
func TestAReplacedKeyOpensOnlyWhatAnotherTookUpUnknowing(t *testing.T) {
	const refused, taken = "party.key_replaced", ""
	for name, c := range map[string]struct {
		me    int
		waits func(x *lines, late, succession entry.Seen)
		want  string
	}{
		"nobody waits for it":    {1, func(*lines, entry.Seen, entry.Seen) {}, refused},
		"one who could not know": {1, func(x *lines, late, _ entry.Seen) { x.confirms(2, late) }, taken},
		"one whose entry knows":  {1, func(x *lines, late, s entry.Seen) { x.confirms(2, s, late) }, refused},
		"one who knew earlier":   {1, func(x *lines, late, s entry.Seen) { x.tables(2, "c-all", "known", s); x.confirms(2, late) }, refused},
		"its own party": {1, func(x *lines, late, _ entry.Seen) {
			x.append(0, x.compose(0, "a-all", "party/a", party.Confirm{Generation: 2}, late))
		}, refused},
		"its own party, by one more": {1, func(x *lines, late, _ entry.Seen) {
			x.append(6, x.opening(6, party.Loss, late.Size, map[charter.PartyID]ssh.Signer{"a": x.keys[0]}))
		}, refused},
		"one who knew and another":       {0, func(x *lines, late, s entry.Seen) { x.confirms(1, s, late); x.confirms(2, late) }, taken},
		"another, and then one who knew": {0, func(x *lines, late, s entry.Seen) { x.confirms(1, late); x.confirms(2, s, late) }, taken},
		"two who knew":                   {0, func(x *lines, late, s entry.Seen) { x.confirms(1, s, late); x.confirms(2, s, late) }, refused},
		"one who has seen more that is not here": {1, func(x *lines, late, _ entry.Seen) {
			x.confirms(2, late, entry.Seen{Origin: x.origin(4), Size: x.base[0] + 5})
		}, taken},
	} {
		x := newLines(t)
		x.append(3, x.opening(3, party.Loss, x.base[0], map[charter.PartyID]ssh.Signer{"a": x.keys[0]}))
		at := x.succeeds(0, 1, x.keys[0], spare(t, 1))
		c.waits(x, x.whole(3), x.head(0, at+1))
		unknowing := x.reader(c.me, nil)
		if got := unknowing.admits(x.first(3)); got != taken {
			t.Errorf("%s: who knows of no succession: %s", name, got)
		}
		r := x.reader(c.me, map[int]int64{0: int64(len(x.logs[0])), 1: int64(len(x.logs[1])), 2: int64(len(x.logs[2])), 6: int64(len(x.logs[6]))})
		for range 2 {
			if got := r.admits(x.first(3)); got != c.want {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
		}
		r.receive(3, 1)
		if n := r.fold.Applied().At(3); (n == 1) != (c.want == taken) {
			t.Errorf("%s: %d entries of it are folded", name, n)
		}
		if _, _, err := r.fold.Admit(r, x.first(3), 0); c.want == refused && err != nil && !strings.Contains(fmt.Sprint(err), "a") {
			t.Errorf("%s: the refusal does not name the party: %v", name, err)
		}
	}
}

// What the opening itself has seen of successions is none that makes it late, and a witness may know of it, too. SPEC generation-key-replaced.
func TestAWitnessMayKnowWhatTheOpeningKnew(t *testing.T) {
	for _, knew := range []bool{false, true} {
		x := newLines(t)
		second, third := spare(t, 1), spare(t, 2)
		x.succeeds(0, 1, x.keys[0], second)
		between := x.whole(0)
		x.append(3, x.opening(3, party.Loss, between.Size, map[charter.PartyID]ssh.Signer{"a": second}))
		x.succeeds(0, 2, second, third)
		want := ""
		if knew {
			between, want = x.whole(0), "party.key_replaced"
		}
		x.confirms(2, between, x.whole(3))
		if got := x.reader(1, map[int]int64{0: int64(len(x.logs[0]))}).admits(x.first(3)); got != "party.key_replaced" {
			t.Errorf("with nobody who waits: %q", got)
		}
		if got := x.reader(1, map[int]int64{0: int64(len(x.logs[0])), 2: int64(len(x.logs[2]))}).admits(x.first(3)); got != want {
			t.Errorf("a witness who knew of the second succession (%t): %q, want %q", knew, got, want)
		}
	}
}

// A key that is in force where the generation begins and in all that is known opens it: a succession may leave it in its place. SPEC generation-key-replaced.
func TestAKeyThatASuccessionKeptOpens(t *testing.T) {
	x := newLines(t)
	x.append(3, x.opening(3, party.Loss, x.base[0], map[charter.PartyID]ssh.Signer{"a": x.keys[0]}))
	x.succeeds(0, 1, x.keys[0], spare(t, 1), x.keys[0])
	if got := x.reader(1, map[int]int64{0: int64(len(x.logs[0]))}).admits(x.first(3)); got != "" {
		t.Errorf("a key that is in force still: %s", got)
	}
}

// The settlement of a fork is sealed by everybody with the keys that they had where it stands: what they replaced since, or its party did, makes it neither late nor void. SPEC fork-settled, validity-by-position.
func TestASettlementIsJudgedByTheKeysOfItsPlace(t *testing.T) {
	for _, c := range []struct {
		seen, by bool // the settlement has seen that b replaced its key; b signs it with the new one
		want     string
	}{{false, false, ""}, {false, true, "seal.bad_signature"}, {true, false, "seal.bad_signature"}, {true, true, ""}} {
		x := newLines(t)
		next := spare(t, 1)
		x.succeeds(1, 1, x.keys[1], next)
		by := map[charter.PartyID]ssh.Signer{"a": x.keys[0], "b": x.keys[1], "c": x.keys[2]}
		if c.by {
			by["b"] = next
		}
		var seen []entry.Seen
		if c.seen {
			seen = append(seen, x.whole(1))
		}
		x.append(3, x.opening(3, party.Fork, x.base[0], by, seen...))
		x.succeeds(0, 1, x.keys[0], spare(t, 2))
		r := x.reader(2, map[int]int64{0: int64(len(x.logs[0])), 1: int64(len(x.logs[1]))})
		if got := r.admits(x.first(3)); got != c.want {
			t.Errorf("b's succession seen %t, signed with the new key %t: %q, want %q", c.seen, c.by, got, c.want)
		}
	}
}

// Seal keys that others seal away because they are lost are judged alike: by the keys that the others had where that stands. SPEC seal-keys-agreed, validity-by-position.
func TestAReplacementIsJudgedByTheKeysOfItsPlace(t *testing.T) {
	for _, c := range []struct {
		seen, by bool
		want     string
	}{{false, false, ""}, {false, true, "party.not_agreed"}, {true, false, "party.not_agreed"}, {true, true, ""}} {
		x := newLines(t)
		next, own := spare(t, 1), spare(t, 2)
		x.succeeds(1, 1, x.keys[1], next)
		b := party.Succeed{Number: 1, Seal: []string{spelled(own)}, Threshold: 1, Signatures: []string{}, Lost: "the safe burned"}
		m, err := party.ReplacementText(x.mech, "a", 1, charter.SealKeys{Keys: b.Seal, Threshold: 1}, b.Lost)
		must(t, err)
		b.Agreed, b.Successors = map[charter.PartyID][]string{"b": x.sign(m, x.keys[1]), "c": x.sign(m, x.keys[2])}, x.sign(m, own)
		if c.by {
			b.Agreed["b"] = x.sign(m, next)
		}
		var seen []entry.Seen
		if c.seen {
			seen = append(seen, x.whole(1))
		}
		at := x.append(0, x.compose(0, "a-all", "party/a", b, seen...))
		r := x.reader(2, map[int]int64{1: int64(len(x.logs[1]))}) // it knows of b's succession before
		r.receive(0, 1<<30)
		if got := r.voids[fmt.Sprintf("0-%d", at)]; got != c.want {
			t.Errorf("b's succession seen %t, signed with the new key %t: %q, want %q", c.seen, c.by, got, c.want)
		}
		if keys, _ := r.fold.Charter().SealKeys("a"); (keys[0] == spelled(own)) != (c.want == "") {
			t.Errorf("a's keys are %q", keys)
		}
	}
}

// A party whose generations grow side by side acts under the mandates that its own line knew at the act's place, not under those that came to light since; and once it has seen them, under those. SPEC validity-by-position.
func TestWhoMayActIsJudgedAtTheActsOwnPast(t *testing.T) {
	x := newLines(t)
	list := []charter.Mandate{{Member: "a-new", Roles: charter.Roles()}}
	m, err := party.Message(x.mech, "a", list)
	must(t, err)
	armor, err := seal.Sign(x.keys[0], seal.NamespaceMandate, m)
	must(t, err)
	x.append(0, x.compose(0, "a-all", "party/a", party.Mandates{Mandates: list, Signatures: []string{armor}}))
	lost := x.whole(0)
	x.tables(1, "b-all", "b-vouches", lost) // so it counts, although a lost it
	x.append(3, x.opening(3, party.Loss, x.base[0], map[charter.PartyID]ssh.Signer{"a": x.keys[0]}))
	verdicts := map[int64]string{}
	verdicts[x.tables(3, "a-all", "unknowing")] = ""
	verdicts[x.tables(3, "a-new", "not-yet")] = "charter.unknown_member"
	verdicts[x.tables(3, "a-all", "too-late", lost)] = "charter.unknown_member"
	verdicts[x.tables(3, "a-new", "knowing")] = ""
	all := map[int]int64{0: lost.Size, 1: int64(len(x.logs[1])), 3: int64(len(x.logs[3]))}
	before := x.reader(2, map[int]int64{0: lost.Size, 1: all[1]}) // the mandates first, the new generation after
	for slot := range all {
		before.receive(slot, all[slot])
	}
	after := x.reader(2, map[int]int64{3: 3}) // the new generation first, the mandates of the old one after
	for _, slot := range []int{1, 0, 3} {
		after.receive(slot, all[slot])
	}
	for order, r := range map[string]*replica{"mandates first": before, "generation first": after} {
		for index, want := range verdicts {
			if got := r.voids[fmt.Sprintf("3-%d", index)]; got != want {
				t.Errorf("%s: entry %d is void with %q, want %q", order, index, got, want)
			}
		}
		if r.fold.Applied().At(3) != all[3] || r.fold.Applied().At(0) != lost.Size {
			t.Errorf("%s: %v are folded", order, r.fold.Applied())
		}
		if err := r.fold.Charter().May("a", "a-all", "text.table", x.at); key(err) != "charter.unknown_member" {
			t.Errorf("%s: in the end a-all may still act: %v", order, err)
		}
		if err := r.restarted().Charter().May("a", "a-new", "text.table", x.at); err != nil {
			t.Errorf("%s: after a start a-new may not act: %v", order, err)
		}
	}
}
