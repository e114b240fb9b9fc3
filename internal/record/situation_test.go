package record

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"entente.example/internal/charter"
	"entente.example/internal/line"
	"entente.example/internal/situation"
	"entente.example/internal/text"
	"entente.example/lang"
)

// Whatever the parties declare about the situation, everything else comes out the same: the same acts are allowed, the same ones are refused, and every other state is the same to the
// byte, on every replica and in every order of arrival. A rule, a line or a check that looked at the board would differ for some declaration. SPEC situation-alone.
func TestNothingElseDependsOnADeclaration(t *testing.T) {
	told := func(said func(round, party int) situation.Declare) (map[string]string, map[string]string) {
		u := newUniverse(t)
		rs := u.found()
		script := rand.New(rand.NewPCG(3, 3))
		refused := map[string]string{}
		for round := range 12 {
			for i, r := range rs {
				must(t, r.write(r.all(), situation.Matter(u.doc.Parties[i].ID), said(round, i)))
				if err := r.someAct(script, round); err != nil {
					refused[fmt.Sprintf("%d %d", round, i)] = key(err)
				}
				if script.IntN(2) == 0 {
					settle(rs, "text/x", theMonth)
				}
			}
		}
		settle(rs, "text/x", theMonth)
		replayed := u.replay(1, script)
		states := rs[0].states()
		if again := replayed.states(); !maps.Equal(states, again) {
			t.Fatal("two replicas differ")
		}
		maps.DeleteFunc(states, func(k, _ string) bool { return strings.HasPrefix(k, "situation/") })
		if len(states) < 5 || len(refused) == 0 {
			t.Fatalf("only %d matters and %d refusals: this test looks at nothing", len(states), len(refused))
		}
		maps.Copy(refused, replayed.voids)
		return states, refused
	}
	calm := func(int, int) situation.Declare {
		return situation.Declare{Level: "calm", Text: lang.Text{"en": "Nothing new."}, From: "2025-01-01"}
	}
	states, refused := told(calm)
	rng := rand.New(rand.NewPCG(1, 2))
	words := []string{"war", "peace", "suspended by notice", "unreachable", "break off", "frozen", "\u6212\u4e25", "\u7a4f\u3084\u304b"}
	for range 8 {
		s, r := told(func(round, party int) situation.Declare {
			return situation.Declare{Level: words[rng.IntN(len(words))], Text: lang.Text{"en": strings.Repeat(words[rng.IntN(len(words))]+" ", 1+rng.IntN(40)) + "."}, From: fmt.Sprintf("20%02d-0%d-11", rng.IntN(90)+10, rng.IntN(9)+1)}
		})
		if !maps.Equal(s, states) || !maps.Equal(r, refused) {
			for _, k := range slices.Sorted(maps.Keys(states)) {
				if s[k] != states[k] {
					t.Errorf("%s:\n%s\n%s", k, s[k], states[k])
				}
			}
			t.Fatalf("refused %v, and otherwise %v", r, refused)
		}
	}
}

const theMonth = "line/main/2025-01"

// someAct does one of many things, some of which are not allowed.
func (r *replica) someAct(rng *rand.Rand, round int) error {
	to := r.doc.Parties[(r.me+1)%3].ID
	switch rng.IntN(6) {
	case 0:
		return r.write(r.all(), fmt.Sprintf("text/t%d", round), text.Table{Title: lang.Text{"en": "T"}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1,
			Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": "Decide to go on;"}}}})
	case 1:
		return r.write(r.all(), theMonth, line.Check{To: []charter.PartyID{to}, Payload: line.Draw(nil, int64(round), "en")})
	case 2:
		return r.write(r.all(), theMonth, line.Answer{Check: fmt.Sprintf("%s-%d", to, round), Payload: line.Draw(nil, 1, "en")})
	case 3:
		return r.write(r.all(), "line/main", line.Suspend{From: "2025-01-01T00:00:00Z"})
	case 4:
		return r.write(string(r.doc.Parties[r.me].ID)+"-idle", "line/main", line.Suspend{From: "2025-01-01T00:00:00Z"})
	}
	return r.write(r.all(), "line/main", line.Propose{Callers: []charter.PartyID{r.doc.Parties[r.me].ID, to}, From: "2025-01-01", Minutes: 15})
}

// A party writes only on its own part of the board, in its own language; a new declaration replaces the old one, which stays readable; and what was taken back stands no more.
func TestDeclarations(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	a, b := rs[0], rs[1]
	good := situation.Declare{Level: "calm", Text: lang.Text{"en": "As before."}, From: "2025-01-01"}
	must(t, a.write("a-all", "situation/a", good))
	settle(rs)
	for name, c := range map[string]struct {
		matter, member, want string
		change               func(*situation.Declare)
	}{
		"on another's part":        {"situation/a", "b-all", "situation.not_yours", func(*situation.Declare) {}},
		"without a mandate":        {"situation/b", "b-idle", "charter.no_mandate", func(*situation.Declare) {}},
		"in another language only": {"situation/b", "b-all", "situation.own_language", func(d *situation.Declare) { d.Text = lang.Text{"ja": "従前どおり。"} }},
		"on a day that is none":    {"situation/b", "b-all", "situation.no_such_day", func(d *situation.Declare) { d.From = "2025-02-30" }},
		"without a level":          {"situation/b", "b-all", "situation.no_level", func(d *situation.Declare) { d.Level = "" }},
	} {
		d := good
		c.change(&d)
		if err := b.write(c.member, c.matter, d); key(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	second := good
	second.Level = "tense"
	must(t, a.write("a-all", "situation/a", second))
	settle(rs)
	st := b.fold.Cached("situation/a").(*situation.State)
	if d := st.Stands(); d == nil || d.Said.Level != "tense" || len(st.Declarations) != 2 || st.Declarations[0].Until == "" {
		t.Fatalf("%+v", st)
	}
	if err := a.write("a-all", "situation/a", situation.Withdraw{Declaration: st.Declarations[0].ID}); key(err) != "situation.does_not_stand" {
		t.Errorf("taking back what was replaced: %v", err)
	}
	must(t, a.write("a-all", "situation/a", situation.Withdraw{Declaration: st.Stands().ID}))
	settle(rs)
	if st := b.fold.Cached("situation/a").(*situation.State); st.Stands() != nil || len(st.Declarations) != 2 {
		t.Errorf("%+v", st)
	}
}
