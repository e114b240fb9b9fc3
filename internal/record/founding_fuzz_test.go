package record

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/founding"
	"entente.example/seal"
)

// Acts on the charter, by which a mechanism begins. A course of them is one a line, as in courses; what has to be right to the byte has a name: $charter, $statement and $seal, which is the signature of whoever's line it is.
// Nobody is made to react; whether all comes to a charter in force is up to the lines.
const foundingCourse = `
a* charter.join charter {"charter":$charter}
b* charter.join charter {"charter":$charter}
a seal.affix charter {"round":1,"signatures":["$seal"],"statement":"$statement"}
c* charter.join charter {"charter":$charter}
--
b seal.affix charter {"round":1,"signatures":["$seal"],"statement":"$statement"}
c seal.affix charter {"round":1,"signatures":["$seal"],"statement":"$statement"}
--
a* seal.acknowledge charter {"round":1,"seals":["b-1","c-1"],"statement":"$statement"}
b* seal.acknowledge charter {"round":1,"seals":["a-1","c-1"],"statement":"$statement"}
c* seal.acknowledge charter {"round":1,"seals":["a-1","b-1"],"statement":"$statement"}
--
a* seal.receipt charter {"round":1}
b* seal.receipt charter {"round":1}
c* seal.receipt charter {"round":1}
--
a topic.raise topic/x {"title":{"en":"Water"}}`

var foundingCourses = map[string]string{
	"found": foundingCourse,
	"refused": `
a* charter.join charter {"charter":$charter}
b* charter.join charter {"charter":$charter}
c* charter.join charter {"charter":{"format":"entente-charter/1"}}
a* charter.join charter {"charter":$charter}
--
a seal.affix charter {"round":1,"signatures":["$seal"],"statement":"$statement"}
b seal.affix charter {"round":2,"signatures":["$seal"],"statement":"$statement"}
b seal.decline charter {"round":1,"reason":"not this one"}
a seal.withdraw charter {"round":1,"reason":"after all"}
--
a* seal.acknowledge charter {"round":1,"seals":["b-1","c-1"],"statement":"$statement"}
c topic.raise topic/x {"title":{"en":"Water"}}`,
}

// playFounding plays a founding and returns how many of its acts are valid, and whether the charter is in force.
func playFounding(t *testing.T, acts string) (valid, all int, force bool) {
	lines := strings.Split(strings.TrimSpace(acts), "\n")
	if len(lines) > maxCourse+4 {
		return 0, 0, false
	}
	u := newUniverse(t)
	st, err := founding.Statement(u.doc)
	must(t, err)
	rs := []*replica{u.replica(0), u.replica(1), u.replica(2)}
	elsewhere := false
	for n, l := range lines {
		if l == "--" {
			settle(rs)
			continue
		}
		part := strings.SplitN(l, " ", 4)
		party, node := strings.CutSuffix(part[0], "*")
		who := strings.Index("abc", party)
		if len(party) != 1 || who < 0 || len(part) < 4 || !entry.ValidType(part[1]) || !entry.ValidMatter(part[2]) {
			return valid, all, false
		}
		armor := strings.ReplaceAll(u.signs(u.keys[who], seal.NamespaceSeal, st.Format())[0], "\n", `\n`)
		body, err := entry.Canonicalise([]byte(strings.NewReplacer("$charter", string(u.bytes), "$statement", st.Digest(), "$seal", armor).Replace(part[3])))
		if err != nil || body[0] != '{' {
			return valid, all, false
		}
		all++
		refused := rs[who].writeRaw(node, part[1], part[2], bytes.Clone(body))
		if t.Logf("%d: %s: %v", n, l, refused); refused == nil {
			valid++
			elsewhere = elsewhere || part[2] != founding.Matter && !strings.HasPrefix(part[2], "party/")
		}
	}
	settle(rs)
	want := rs[0].states()
	late := u.replay(0, rand.New(rand.NewPCG(1, uint64(len(acts)))))
	for i, r := range []*replica{rs[1], rs[2], late} {
		if got := r.states(); !maps.Equal(got, want) || !maps.Equal(r.voids, rs[0].voids) {
			t.Fatalf("replica %d of %q has\n%v\n%v\nnot\n%v\n%v", i+1, acts, got, r.voids, want, rs[0].voids)
		}
	}
	s, _ := rs[0].fold.Cached(founding.Matter).(*founding.State)
	force = s != nil && s.InForce()
	if force && (len(s.Rounds.List[0].Choices) != 3 || s.Rounds.List[0].Verdict(rs[0].fold.Charter(), nil).Outcome != adoption.Adopted) {
		t.Fatalf("%q is in force with %+v", acts, s)
	}
	if elsewhere && !force {
		t.Fatalf("%q is not in force, and something else was done", acts)
	}
	return valid, all, force
}

func FuzzFoundingActs(f *testing.F) {
	for _, acts := range foundingCourses {
		f.Add(strings.TrimSpace(acts))
	}
	f.Fuzz(func(t *testing.T, acts string) { playFounding(t, acts) })
}

// The seeds lead where they are to lead.
func TestFoundingSeedsAreActs(t *testing.T) {
	for name, want := range map[string]struct {
		refused int
		force   bool
	}{"found": {0, true}, "refused": {5, false}} {
		if valid, all, force := playFounding(t, foundingCourses[name]); valid != all-want.refused || force != want.force {
			t.Errorf("%s: %d acts of %d are valid, in force: %v", name, valid, all, force)
		}
	}
}
