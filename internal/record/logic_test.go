package record

import (
	"flag"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/internal/party"
	"entente.example/internal/text"
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
	defer debug.SetGCPercent(debug.SetGCPercent(1600)) // a story holds little, and throws much away
	var mu sync.Mutex
	sum := map[string]int{}
	t.Run("", func(t *testing.T) { // returns when all of those in it have ended
		for hand := range runtime.GOMAXPROCS(0) {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				for i := hand; i < n; i += runtime.GOMAXPROCS(0) {
					played := playLogic(t, *logicFirst+uint64(i))
					mu.Lock()
					for what, n := range played.count {
						sum[what] += n
					}
					mu.Unlock()
				}
			})
		}
	})
	t.Logf("%d stories from seed %d: %v", n, *logicFirst, sum)
	for what, least := range map[string]int{"written": n, "void": n, "lies": n, "adopted": n / 20, "failed": n / 20, "forks": n / 20, "shown to one": n / 50, "generations": n / 20, "beyond an end": n / 100} {
		if sum[what] < least {
			t.Errorf("%d %s in %d stories: this test looks at too little", sum[what], what, n)
		}
	}
	for _, name := range cheatNames() {
		if n >= 300 && sum["cheat: "+name] == 0 {
			t.Errorf("%q is never played", name)
		}
	}
}

// logicBegun are the mechanisms in which stories begin, by the number of parties: with a text on the table, and with one that is agreed to and frozen.
var logicBegun = [2][6]func() *begun{}

func init() {
	for parties := 3; parties <= 5; parties++ {
		for frozen := range 2 {
			logicBegun[frozen][parties] = sync.OnceValue(func() *begun { return newLogic(parties, frozen == 1) })
		}
	}
}

func newLogic(parties int, frozen bool) *begun {
	b := newBegun(parties)
	table(b.t, b.rs, 2)
	if frozen {
		for _, r := range b.rs {
			for _, p := range r.text().Paragraphs {
				items := []text.Item{{Paragraph: p.ID, Wording: p.Wordings[0].ID}}
				must(b.t, r.write(r.all(), theText, text.Accept{Items: items}))
				must(b.t, r.write(r.all(), theText, text.Confirm{Items: items}))
			}
		}
		settle(b.rs)
		freeze(b.t, b.rs)
	}
	for _, r := range b.rs {
		r.states()
	}
	return b
}

// logicStory is one of them.
type logicStory struct {
	*begun
	t      *testing.T
	seed   uint64
	rng    *rand.Rand
	rs     []*replica
	liar   int  // -1: all are honest
	refuse bool // rounds are refused, and seals taken back
	loses  int  // who loses the end of its log, and goes on as a new generation; -1: nobody
	backup []int64
	forks  bool               // the liar shows two histories of its log
	twin   *replica           // the liar, as it goes on in the second
	common int64              // how much the two have in common
	known  bool               // that there are two
	kept   int                // who is shown nothing of the liar's log before the end; -1: nobody
	tried  map[*replica]int64 // what there was when all that could be folded was
	shown  map[string]adoption.Outcome
	saw    []map[string]adoption.Outcome // by replica
	ids    []string                      // of acts
	lines  [][]string                    // courses that are under way
	count  map[string]int
}

func playLogic(t *testing.T, seed uint64) *logicStory {
	rng := rand.New(rand.NewPCG(seed, 17))
	parties, frozen := 3+rng.IntN(3), rng.IntN(2) // straight to a round, or not
	s := &logicStory{begun: logicBegun[frozen][parties]().again(t), t: t, seed: seed, rng: rng, liar: -1, loses: -1, kept: -1, tried: map[*replica]int64{}, shown: map[string]adoption.Outcome{}, count: map[string]int{}}
	if rng.IntN(3) > 0 {
		s.liar = rng.IntN(parties)
	}
	switch k := rng.IntN(8); {
	case k == 0:
		if s.loses = rng.IntN(parties); s.loses == s.liar {
			s.loses = (s.loses + 1) % parties
		}
	case k < 3:
		s.forks = s.liar >= 0
	case k == 3 && s.liar >= 0:
		s.kept = (s.liar + 1 + rng.IntN(parties-1)) % parties
		s.count["cheat: entries withheld"]++
	}
	for i := range s.doc.Parties {
		s.rs, s.saw = append(s.rs, s.begins(i)), append(s.saw, map[string]adoption.Outcome{})
	}
	if s.liar >= 0 && rng.IntN(8) == 0 {
		s.rs[s.liar].blind = true
		s.count["cheat: a past that never moves"]++
	}
	s.refuse = rng.IntN(3) == 0
	for _, name := range courseNames {
		if rng.IntN(5) == 0 {
			s.lines = append(s.lines, strings.Split(strings.TrimSpace(courses[name]), "\n"))
		}
	}
	turn := 15 + rng.IntN(30) // when something is lost, or shown twice
	if s.loses >= 0 {
		s.backup = slices.Clone(s.rs[s.loses].have)
	}
	for step := range 60 {
		if s.forks && step == turn {
			s.fork()
		}
		if s.twin != nil && step == turn+12 && rng.IntN(2) == 0 {
			s.discover()
		}
		if s.loses >= 0 && step < turn && rng.IntN(12) == 0 {
			s.backup = slices.Clone(s.rs[s.loses].have)
		}
		if s.loses >= 0 && step == turn {
			s.lose()
		}
		i := rng.IntN(len(s.rs))
		r := s.rs[i]
		if s.twin != nil && !s.known && i == s.liar && rng.IntN(2) == 0 {
			r = s.twin
		}
		s.receive(r, rng.IntN(len(r.have)), rng.Int64N(4))
		switch waits := r.applied(r.own) < int64(len(r.log(r.own))); { // for what it has said that it saw
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
	return s
}

var courseNames = slices.Sorted(maps.Keys(courses))

// begins is a replica that holds what is there when a story begins.
func (s *logicStory) begins(me int) *replica {
	r := s.started(me)
	if s.loses >= 0 {
		s.begin(2*len(s.doc.Parties)-1, r)
	}
	_, err := r.fold.matter(r, theText)
	must(s.t, err)
	return r
}

// receive takes more of a log. Whoever begins a new generation says so before anything else.
func (s *logicStory) receive(r *replica, slot int, n int64) {
	if slot == s.liar && r.me == s.kept {
		return
	}
	r.have[slot] = min(r.have[slot]+n, int64(len(r.log(slot))))
	if there := r.extent(); there != s.tried[r] { // else all that waits waits still
		r.foldAll()
		s.tried[r] = r.extent()
	}
	s.confirm(r)
}

// extent is how much a replica has and has folded.
func (r *replica) extent() (n int64) {
	for slot, have := range r.have {
		n += have + r.applied(slot)
	}
	return n
}

func (s *logicStory) confirm(r *replica) {
	if s.loses < 0 || r.me == s.liar || r.me == s.loses {
		return
	}
	next := s.loses + len(s.doc.Parties)
	if r.applied(next) == 0 || r.fold.LastPast(r.own).At(next) > 0 {
		return
	}
	must(s.t, r.write(entry.Node.Member, party.Matter(s.doc.Parties[s.loses].ID), party.Confirm{Generation: 2}))
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
			if _, chosen := s.own(r); !chosen || k == 15 { // who has chosen seldom tries again
				s.wrote(r.sealText(round))
			}
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

// react is what a node does by itself. Everything that is folded counts as cosigned, of a log that was closed no more than its cut.
func (s *logicStory) react(r *replica) {
	cosigned := func(p charter.PartyID, gen int) int64 {
		slot := r.fold.Slot(r.fold.Charter().Ordinal(p), gen)
		if gen > 1 && r.fold.LastPast(r.own).At(slot) == 0 {
			return 0
		}
		k, ok, err := r.fold.cutOf(r, r.own, slot)
		must(s.t, err)
		if ok {
			return k.size
		}
		return r.applied(slot)
	}
	for range 4 {
		due := r.text().Due(r.fold.Charter(), r.doc.Parties[r.me].ID, cosigned)
		for _, b := range due {
			if err := r.write(entry.Node.Member, theText, b); err != nil && r.me != s.liar {
				s.t.Fatalf("seed %d: %s owes %+v and may not write it: %v", s.seed, r.all(), b, err)
			}
		}
		if len(due) == 0 || r.me == s.liar {
			return
		}
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

// look compares what the honest are shown.
func (s *logicStory) look() {
	for i, r := range s.rs {
		if i == s.liar {
			continue
		}
		for n := range r.text().Rounds.List {
			key := rounds[min(n, len(rounds)-1)]
			v := r.text().Rounds.List[n].Verdict(r.fold.Charter(), nil)
			was, ever := s.saw[i][key]
			switch {
			case v.Outcome == adoption.Pending && ever && s.known && s.saidByTheLiar(r, n) == was:
				s.count["unshown"]++
				delete(s.saw[i], key)
				continue
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

// saidByTheLiar is what a round would have come to if the liar had said that it holds everything. That is all that a verdict may lose when a second history of its log comes to light: what the liar chose and acknowledged
// counted only because every other party had said that it holds that, and so it is common to both histories. Its word alone may have been said to some, and these stories have no receipts, which are all that people are shown.
func (s *logicStory) saidByTheLiar(r *replica, round int) adoption.Outcome {
	liar, of, c := s.doc.Parties[s.liar].ID, r.text().Rounds.List[round], r.fold.Charter()
	return of.Verdict(c, func(y, p charter.PartyID, gen int) (n int64) {
		if y == liar {
			return math.MaxInt64
		}
		for c.Has(of.Held[y], p, gen, n) {
			n++
		}
		return n
	}).Outcome
}

var rounds = func() (out []string) {
	for n := range 60 {
		out = append(out, fmt.Sprint("round ", n+1))
	}
	return out
}()

// rest lets everything arrive, and compares.
func (s *logicStory) rest() {
	s.kept = -1
	if s.twin != nil && !s.known {
		s.discover()
	}
	lies := 3 // with which the liar ends, knowing everything
	for moved, turns := true, 0; moved; turns++ {
		if turns == 300 {
			s.t.Fatalf("seed %d: what is said in answer has no end", s.seed)
		}
		before := s.extent()
		for i, r := range s.rs {
			for slot := range r.have {
				r.have[slot] = int64(len(r.log(slot)))
			}
			s.receive(r, r.own, 0)
			if i != s.liar {
				s.react(r)
			}
		}
		s.look()
		if s.liar >= 0 && lies > 0 {
			lies--
			if r := s.rs[s.liar]; r.applied(r.own) == int64(len(r.logs[r.own])) {
				s.react(r)
				s.lie(r)
			}
		}
		moved = s.extent() != before || s.liar >= 0 && lies > 0
	}
	honest := s.rs[map[bool]int{true: 1}[s.liar == 0]]
	want := honest.states()
	s.count["void"] += len(honest.voids)
	for i, r := range append(slices.Clone(s.rs), s.late()) {
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

// extent is how much is written and folded.
func (s *logicStory) extent() (n int64) {
	for _, log := range s.logs {
		n += int64(len(log))
	}
	for _, r := range s.rs {
		n += r.extent()
	}
	return n
}
