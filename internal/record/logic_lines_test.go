package record

import (
	"encoding/hex"
	"slices"

	"entente.example/entry"
	"entente.example/internal/party"
	"entente.example/ledger"
	"entente.example/seal"
)

// fork lets the liar go on with two histories of its log, of which some others see the one, and some the other.
func (s *logicStory) fork() {
	was := s.rs[s.liar]
	if was.applied(was.own) < int64(len(was.logs[was.own])) {
		return // it cannot speak itself
	}
	s.common = int64(len(was.logs[s.liar]))
	second := &branch{slot: s.liar, logs: slices.Clone(s.logs[s.liar]), tree: ledger.NewBuilder(), roots: slices.Clone(s.roots[s.liar])}
	for _, leaf := range second.logs {
		second.tree.Append(ledger.LeafHash(leaf))
	}
	others := s.rng.Perm(len(s.rs))
	others = slices.DeleteFunc(others, func(i int) bool { return i == s.liar })
	others = others[:1+s.rng.IntN(len(others)-1)]
	for _, i := range others {
		s.rs[i].shown = second
	}
	s.count["forks"]++
	if len(others) == 1 {
		s.count["shown to one"]++
	}
	s.twin = s.begins(s.liar)
	s.twin.shown, s.twin.blind = second, was.blind
	for slot, n := range was.have {
		s.twin.have[slot] = max(s.twin.have[slot], n)
	}
	s.twin.foldAll()
}

// discover lets all know that there are two. Everybody comes to have what is common, confirms it, and folds anew.
func (s *logicStory) discover() {
	s.known = true
	for i, r := range s.rs {
		if i != s.liar {
			s.rs[i] = s.contested(r)
		}
	}
}

// contested is a replica that folds anew what another has, knowing what of the liar's log counts.
func (s *logicStory) contested(of *replica) *replica {
	r := s.begins(of.me)
	r.shown, r.blind = of.shown, of.blind
	r.fold.Contest(s.liar, s.common)
	copy(r.have, of.have)
	r.have[s.liar] = max(r.have[s.liar], s.common)
	r.foldAll()
	if n := r.applied(r.own); of.me != s.liar && n < int64(len(s.logs[r.own])) {
		s.t.Fatalf("seed %d: %s cannot speak: of its log %d count once it is known that another's has two histories", s.seed, r.all(), n)
	}
	_, err := r.fold.matter(r, theText)
	must(s.t, err)
	return r
}

// lose lets a party begin anew with its backup. Others may have more of its log, and have acted on it.
func (s *logicStory) lose() {
	n := len(s.doc.Parties)
	r, of := s.begins(s.loses), s.doc.Parties[s.loses]
	for slot, had := range s.backup {
		r.have[slot] = max(r.have[slot], had)
	}
	r.foldAll()
	r.own = n + s.loses
	r.fold.AddLog(Head{Party: s.loses, Gen: 2})
	size := r.applied(s.loses)
	st := party.NewStatement(s.mech, of.ID, 2, party.Loss, of.Keys.Node(), party.Head{Root: hex.EncodeToString(s.roots[s.loses][size][:]), Size: size}, "")
	m, err := st.Message()
	must(s.t, err)
	must(s.t, r.write(entry.Node.Member, party.Matter(of.ID), party.Generation{Statement: st, Signatures: s.signs(s.keys[s.loses], seal.NamespaceKeys, m)}))
	s.rs[s.loses] = r
	clear(s.saw[s.loses]) // what it was shown is lost with the rest
	s.count["generations"]++
	s.count["lost"] += len(s.logs[s.loses]) - int(size)
}

// late is a replica that hears of everything in another order, all at once or folding anew.
func (s *logicStory) late() *replica {
	r := s.begins(s.rng.IntN(len(s.rs)))
	if s.known {
		r.fold.Contest(s.liar, s.common)
		if r.shown = nil; s.rng.IntN(2) == 0 {
			r.shown = s.twin.shown
		}
	}
	if next := s.loses + len(s.doc.Parties); s.loses >= 0 && len(s.logs[next]) > 0 {
		e, err := entry.Decode(s.logs[next][0])
		must(s.t, err)
		var b party.Generation
		must(s.t, entry.DecodeBody(&e, &b))
		r.fold.Close(s.loses, b.Statement)
		for _, other := range s.rs {
			if other.me != s.liar && other.applied(s.loses) > b.Statement.Head.Size {
				s.count["beyond an end"]++
				break
			}
		}
	}
	r.hear(s.rng)
	return r
}
