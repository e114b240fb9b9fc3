package proof

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"entente.example/entry"
	"entente.example/ledger"
)

// NamedWitness is an outside witness that every party has named, as their own entries in an archive say. SPEC witness-read.
type NamedWitness struct {
	ID   string // as in witness/<id>
	Name string
	Keys []string
}

// naming is an entry that speaks of an outside witness.
type naming struct {
	party, act, typ, matter string
	gen                     int
	body                    []byte
}

// namingOf keeps an entry if it speaks of an outside witness.
func namingOf(l ArchivedLog, e entry.Entry) (naming, bool) {
	if !strings.HasPrefix(e.Type, "witness.") {
		return naming{}, false
	}
	act := l.Party + "-"
	if l.Generation > 1 {
		act = l.Party + "." + strconv.Itoa(l.Generation) + "-"
	}
	return naming{l.Party, act + strconv.FormatInt(e.Index, 10), e.Type, e.Matter, l.Generation, bytes.Clone(e.Body)}, true
}

// maxWitnessKeys is how many keys a proposal may have.
const maxWitnessKeys = 4

// named adds up what the parties say. Words are in each party's own order, which is all that counts.
func (v *archiveVerification) named() (out []NamedWitness) {
	slices.SortStableFunc(v.namings, func(a, b naming) int { return a.gen - b.gen })
	type word struct{ proposal, party string }
	words, withdrawn := map[word]string{}, map[string]bool{}
	for _, n := range v.namings {
		var body struct {
			Proposal string `json:"proposal"`
		}
		if json.Unmarshal(n.body, &body) != nil || n.typ == "witness.propose" {
			continue
		}
		words[word{body.Proposal, n.party}] = n.typ
		withdrawn[body.Proposal] = withdrawn[body.Proposal] || n.typ == "witness.withdraw"
	}
	for _, n := range v.namings {
		w, ok := n.proposal()
		if !ok || withdrawn[n.act] || slices.ContainsFunc(v.charter.Parties, func(p partyView) bool {
			said := words[word{n.act, p.ID}]
			return said != "witness.agree" && (said != "" || p.ID != n.party)
		}) {
			continue
		}
		out = append(out, w)
	}
	slices.SortStableFunc(out, func(a, b NamedWitness) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// proposal reads a proposal whose keys are those of one witness outside.
func (n naming) proposal() (w NamedWitness, ok bool) {
	var body struct {
		Keys []string `json:"verifier_keys"`
	}
	id, is := strings.CutPrefix(n.matter, "witness/")
	if n.typ != "witness.propose" || !is || json.Unmarshal(n.body, &body) != nil || len(body.Keys) == 0 || len(body.Keys) > maxWitnessKeys {
		return w, false
	}
	w = NamedWitness{ID: id, Keys: body.Keys}
	for i, s := range body.Keys {
		k, err := ledger.ParseNoteKey(s)
		if err != nil || !k.Witnesses() || i > 0 && k.Name() != w.Name || strings.HasPrefix(k.Name(), "entente/") {
			return w, false
		}
		w.Name = k.Name()
	}
	return w, true
}
