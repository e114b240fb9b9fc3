package record

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/internal/text"
	"entente.example/ledger"
	"entente.example/seal"
)

var (
	logic      = flag.Int("logic", 300, "how many stories TestLogic plays")
	logicFirst = flag.Uint64("first", 1, "the seed of the first")
)

// Stories of the rules alone: three to five parties whose logs lie in memory, no disk, no line and no clock. Honest ones write what their fold lets them, in whatever knowledge they have of each other; in
// two stories of three one party lies, and writes whatever it likes. Whatever becomes of it:
//
//   - no two honest parties are shown opposite verdicts of a round, and what one was shown stays (A1, A2, A4);
//   - what an honest node refuses to write is void, with the same reason, to everybody who receives it from somebody else;
//   - once everything has arrived, all have the same states and verdicts, byte for byte, in whatever order it came (C1, O2, O3).
func TestLogic(t *testing.T) {
	n := *logic
	if testing.Short() {
		n = min(n, 60)
	}
	var mu sync.Mutex
	sum := map[string]int{}
	t.Run("", func(t *testing.T) { // returns when all of those in it have ended
		for hand := range runtime.GOMAXPROCS(0) {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				for i := hand; i < n; i += runtime.GOMAXPROCS(0) {
					played := playLogic(t, *logicFirst+uint64(i))
					mu.Lock()
					for what, n := range played {
						sum[what] += n
					}
					mu.Unlock()
				}
			})
		}
	})
	t.Logf("%d stories from seed %d: %v", n, *logicFirst, sum)
	for _, what := range []string{"written", "void", "lies", "adopted", "failed"} {
		if sum[what] < n/20 {
			t.Errorf("%d %s in %d stories: this test looks at too little", sum[what], what, n)
		}
	}
}

var logicBegun = [...]func() *begun{3: sync.OnceValue(func() *begun { return newBegun(3) }), 4: sync.OnceValue(func() *begun { return newBegun(4) }), 5: sync.OnceValue(func() *begun { return newBegun(5) })}

// logicStory is one of them.
type logicStory struct {
	*begun
	t      *testing.T
	seed   uint64
	rng    *rand.Rand
	rs     []*replica
	liar   int  // -1: all are honest
	refuse bool // rounds are refused, and seals taken back
	shown  map[string]adoption.Outcome
	saw    []map[string]adoption.Outcome // by replica
	ids    []string                      // of acts
	lines  [][]string                    // courses that are under way
	count  map[string]int
}

func playLogic(t *testing.T, seed uint64) map[string]int {
	rng := rand.New(rand.NewPCG(seed, 17))
	s := &logicStory{begun: logicBegun[3+rng.IntN(3)]().again(t), t: t, seed: seed, rng: rng, liar: -1, shown: map[string]adoption.Outcome{}, count: map[string]int{}}
	for i := range s.doc.Parties {
		s.rs, s.saw = append(s.rs, s.started(i)), append(s.saw, map[string]adoption.Outcome{})
	}
	table(t, s.rs, 2)
	if rng.IntN(3) > 0 {
		s.liar = rng.IntN(len(s.rs))
	}
	s.refuse = rng.IntN(3) == 0
	for _, name := range slices.Sorted(maps.Keys(courses)) {
		if rng.IntN(5) == 0 {
			s.lines = append(s.lines, strings.Split(strings.TrimSpace(courses[name]), "\n"))
		}
	}
	if rng.IntN(2) == 0 { // straight to a round
		for _, r := range s.rs {
			for _, p := range r.text().Paragraphs {
				items := []text.Item{{Paragraph: p.ID, Wording: p.Wordings[0].ID}}
				must(t, r.write(r.all(), theText, text.Accept{Items: items}))
				must(t, r.write(r.all(), theText, text.Confirm{Items: items}))
			}
		}
		settle(s.rs)
		freeze(t, s.rs)
	}
	for range 60 {
		r := s.rs[rng.IntN(len(s.rs))]
		r.receive(rng.IntN(len(r.have)), rng.Int64N(4))
		switch waits := r.fold.Applied().At(r.own) < int64(len(r.logs[r.own])); { // for what it has said that it saw
		case r.me != s.liar:
			s.act(r)
		case waits && rng.IntN(4) == 0:
			s.mangled(r)
		case waits:
		case rng.IntN(2) == 0:
			s.lie(r)
		default:
			s.act(r)
		}
		s.look()
	}
	s.rest()
	return s.count
}

// act lets an honest party, or one that is so for once, do one thing.
func (s *logicStory) act(r *replica) {
	if round := len(r.text().Rounds.List); round > 0 && s.rng.IntN(3) > 0 {
		switch k := s.rng.IntN(16); {
		case k == 0 && s.refuse:
			s.wrote(r.write(r.all(), theText, adoption.Decline{Round: round, Reason: "x"}))
		case k == 1 && s.refuse:
			s.wrote(r.write(r.all(), theText, adoption.Withdraw{Round: round, Reason: "x"}))
		case k < 8:
			s.react(r)
		default:
			s.wrote(r.sealText(round))
		}
		return
	}
	switch s.rng.IntN(8) {
	case 0, 1, 2:
		if who, typ, matter, body, ok := s.line(r); ok {
			s.wrote(r.write(who, matter, raw{typ, body}))
		}
	case 3:
		if body, err := r.text().FreezeBody(r.fold.Charter()); err == nil {
			s.wrote(r.write(r.all(), theText, body))
		}
	default:
		s.wrote(r.write(r.all(), theText, r.random(s.rng)))
	}
}

// react is what an honest node does by itself, and a liar's when that is honest for once.
func (s *logicStory) react(r *replica) {
	if r.me != s.liar {
		r.react(theText)
		return
	}
	for _, b := range r.text().Due(r.fold.Charter(), r.doc.Parties[r.me].ID, func(p charter.PartyID, _ int) int64 { return r.have[r.fold.Charter().Ordinal(p)] }) {
		_ = r.write(entry.Node.Member, theText, b)
	}
}

func (s *logicStory) wrote(err error) {
	if err == nil {
		s.count["written"]++
	}
}

// line is the next act of one of the courses, whoever's it was there.
func (s *logicStory) line(r *replica) (who, typ, matter string, body []byte, ok bool) {
	for len(s.lines) > 0 {
		k := s.rng.IntN(len(s.lines))
		l := s.lines[k][0]
		if s.lines[k] = s.lines[k][1:]; len(s.lines[k]) == 0 {
			s.lines = slices.Delete(s.lines, k, k+1)
		}
		if l == "--" {
			continue
		}
		part := strings.SplitN(l, " ", 4)
		s.ids = append(s.ids, fmt.Sprintf("%s-%d", r.doc.Parties[r.me].ID, len(r.logs[r.own])))
		body, err := entry.Canonicalise([]byte(mention.ReplaceAllStringFunc(part[3], func(string) string { return s.ids[s.rng.IntN(len(s.ids))] })))
		if err != nil {
			continue
		}
		if who = r.all(); strings.HasSuffix(part[0], "*") {
			who = entry.Node.Member
		}
		return who, part[1], part[2], body, true
	}
	return "", "", "", nil, false
}

// lie posts something that no honest node would.
func (s *logicStory) lie(r *replica) {
	s.count["lies"]++
	round := max(1, len(r.text().Rounds.List))
	statement := strings.Repeat("ab", 32)
	switch s.rng.IntN(12) {
	case 0:
		r.post([]byte(`{"b":1, "a":2}`)) // not canonical
		r.receive(r.own, 1)
	case 1, 2, 3:
		s.mangled(r)
	case 4: // over the text as it stands, by another party's key
		if b, err := r.text().Statement(r.fold.Charter(), round, ""); err == nil {
			armor, err := seal.Sign(r.keys[(r.me+1)%len(s.rs)], seal.NamespaceSeal, b)
			must(s.t, err)
			s.false(r, adoption.Affix{Round: round, Statement: seal.FileOf("", b).Hex(), Signatures: []string{armor}})
		}
	case 5: // what it may have sealed, before all others have
		if b, err := r.text().Statement(r.fold.Charter(), round, ""); err == nil && s.rng.IntN(4) > 0 {
			statement = seal.FileOf("", b).Hex()
		}
		s.false(r, adoption.Acknowledge{Round: round, Statement: statement, Seals: []string{"a-1", "b-1"}})
	case 6:
		s.false(r, adoption.Decline{Round: round, Reason: "no"})
	case 7:
		s.false(r, adoption.Withdraw{Round: round, Reason: "no"})
	case 8:
		s.false(r, adoption.Affix{Round: round + s.rng.IntN(2), Statement: statement, Signatures: []string{"x"}})
	case 9: // what its node would owe by other verdicts
		s.false(r, adoption.Receipt{Round: round})
	case 10:
		if who, typ, matter, body, ok := s.line(r); ok {
			_ = r.writeRaw(who == entry.Node.Member, typ, matter, body)
		}
	default:
		s.false(r, r.random(s.rng))
	}
}

// false writes an act, whatever its fold says of it.
func (s *logicStory) false(r *replica, body entry.Body) {
	b, err := entry.Canonical(body)
	must(s.t, err)
	_ = r.writeRaw(slices.Contains([]string{"seal.acknowledge", "seal.receipt"}, body.EntryType()), body.EntryType(), theText, b)
}

// mangled posts an act whose envelope says what is not so.
func (s *logicStory) mangled(r *replica) {
	e := r.envelope(r.all(), theText, r.random(s.rng))
	other := s.rng.IntN(len(r.have))
	switch s.rng.IntN(11) {
	case 0:
		e.Index += 1 + s.rng.Int64N(3)
	case 1:
		e.Log = r.origin((r.me + 1) % len(r.have))
	case 2:
		e.Mech = strings.Repeat("0", 64)
	case 3:
		e.At = e.At.AddDate(-1, 0, 0)
	case 4:
		e.At = e.At.AddDate(200, 0, 0)
	case 5:
		e.Seen = []entry.Seen{{Origin: "entente/0/x/1", Size: 1}}
	case 6: // back to before
		e.Seen = []entry.Seen{{Origin: r.origin(other), Size: 1, Root: r.roots[other][1]}}
	case 7: // all of it, whatever its author has of what that rests on
		e.Seen = []entry.Seen{{Origin: r.origin(other), Size: int64(len(r.logs[other])), Root: r.roots[other][len(r.logs[other])]}}
	case 8: // another root than everybody knows
		if e.Seen == nil {
			e.Seen = []entry.Seen{{Origin: r.origin(other), Size: int64(len(r.logs[other])), Root: ledger.Hash{7}}}
		} else {
			e.Seen[0].Root = ledger.Hash{7}
		}
	case 9:
		e.Actor.Member = r.origin(other)[:4] + "-all"
	default:
		e.Type = "text.unheard_of"
	}
	leaf, err := e.Encode()
	must(s.t, err)
	r.post(leaf)
	r.receive(r.own, 1)
}

// look compares what the honest are shown.
func (s *logicStory) look() {
	for i, r := range s.rs {
		if i == s.liar {
			continue
		}
		for n := range r.text().Rounds.List {
			key := fmt.Sprint("round ", n+1)
			v := r.text().Rounds.List[n].Verdict(r.fold.Charter(), nil)
			was, ever := s.saw[i][key]
			switch {
			case v.Outcome == adoption.Pending && ever:
				s.t.Fatalf("seed %d: %s was shown %s as %s and is shown it as pending", s.seed, r.all(), key, was)
			case v.Outcome == adoption.Pending:
				continue
			case s.shown[key] != "" && s.shown[key] != v.Outcome:
				s.t.Fatalf("seed %d: %s is shown %s as %s; it was shown as %s", s.seed, r.all(), key, v.Outcome, s.shown[key])
			case s.shown[key] == "":
				s.count[string(v.Outcome)]++
			}
			s.shown[key], s.saw[i][key] = v.Outcome, v.Outcome
		}
	}
}

// rest lets everything arrive, and compares.
func (s *logicStory) rest() {
	for range 8 {
		for i, r := range s.rs {
			for slot := range r.have {
				r.receive(slot, 1<<30)
			}
			if i != s.liar {
				s.react(r)
			}
		}
		s.look()
	}
	honest := s.rs[map[bool]int{true: 1}[s.liar == 0]]
	want := honest.states()
	s.count["void"] += len(honest.voids)
	late := s.started(s.rng.IntN(len(s.rs)))
	late.hear(s.rng)
	for i, r := range append(slices.Clone(s.rs), late) {
		if got := r.states(); i != s.liar && (!maps.Equal(got, want) || !maps.Equal(r.voids, honest.voids)) {
			for _, key := range slices.Sorted(maps.Keys(want)) {
				if got[key] != want[key] {
					s.t.Errorf("%s:\n%s\n%s", key, got[key], want[key])
				}
			}
			s.t.Fatalf("seed %d: replica %d has verdicts %v, another %v", s.seed, i, r.voids, honest.voids)
		}
	}
}
