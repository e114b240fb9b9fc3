package record

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"entente.example/entry"
	"entente.example/internal/charter"
)

// Bodies of acts as anybody may send them. A course of acts is one act a line: party, type, matter, body, with $n for the id of the act of line n; "--" lets everybody hear everything
// first, and a star behind a party is its node. Whatever the bodies are, nothing breaks, and:
//
//   - what an honest node refuses to write is void to everybody if a dishonest one writes it, and nothing else is;
//   - all replicas come to the same states and verdicts, in whatever order entries arrive;
//   - a state that was written down and read again is the same.
const maxCourse = 17

var mention = regexp.MustCompile(`\$\d{1,2}`)

// course plays acts and returns how many of them are valid.
func course(t *testing.T, acts string) (valid, all int) {
	lines := strings.Split(strings.TrimSpace(acts), "\n")
	if len(lines) > maxCourse {
		return 0, 0
	}
	u := foundedOnce().again(t)
	rs := []*replica{u.started(0), u.started(1), u.started(2)}
	ids := make([]string, len(lines))
	for n, l := range lines {
		if l == "--" {
			settle(rs)
			continue
		}
		part := strings.SplitN(l, " ", 4)
		party, node := strings.CutSuffix(part[0], "*")
		who := slices.Index([]string{"a", "b", "c"}, party)
		if who < 0 || len(part) < 4 || !entry.ValidType(part[1]) || !entry.ValidMatter(part[2]) {
			return valid, all
		}
		body, err := entry.Canonicalise([]byte(mention.ReplaceAllStringFunc(part[3], func(s string) string {
			if k, err := strconv.Atoi(s[1:]); err == nil && k < n {
				return ids[k]
			}
			return s
		})))
		if err != nil || body[0] != '{' {
			return valid, all
		}
		r := rs[who]
		ids[n] = fmt.Sprintf("%s-%d", party, len(u.logs[who]))
		all++
		refused := r.writeRaw(node, part[1], part[2], body)
		if t.Logf("%d: %s: %v", n, l, refused); refused == nil {
			valid++
		}
	}
	settle(rs)
	want, voids := rs[0].states(), rs[0].voids
	other, rng := u.started(0), rand.New(rand.NewPCG(1, uint64(len(acts))))
	other.hear(rng)
	for i, r := range append(slices.Clone(rs[1:]), other) {
		if got := r.states(); !maps.Equal(got, want) || !maps.Equal(r.voids, voids) {
			t.Fatalf("replica %d of %q has\n%v\n%v\nnot\n%v\n%v", i+1, acts, got, r.voids, want, voids)
		}
	}
	replaysAlike(t, other)
	for key, stored := range want {
		s := fresh(key)
		if _, ok := s.(unknown); ok {
			continue
		}
		r := u.started(0)
		r.state[key] = Stored{Key: key, State: []byte(stored)}
		m, err := r.fold.matter(r, key)
		if err != nil {
			t.Fatal(err)
		}
		r.fold.changed[m.Key] = true
		again := ""
		for d, err := range r.fold.Dirty() {
			if err != nil {
				t.Fatal(err)
			}
			again = string(d.State)
		}
		if again != stored {
			t.Fatalf("%s is %s, and read again %s", key, stored, again)
		}
	}
	return valid, all
}

// begun is a universe whose charter is in force. Others begin from it as a node starts from its store, because founding takes longer than what is tried.
type begun struct {
	*universe
	rs   []*replica                // that began it; later ones are like them
	acts map[[32]byte]*charter.Act // what they have at hand: those of one story are not another's, which may be told beside it
}

var foundedOnce = sync.OnceValue(func() *begun { return newBegun(3) })

func newBegun(parties int) *begun {
	u := newUniverseOf(&testing.B{}, parties)
	rs := u.found()
	for _, r := range rs {
		r.states()
	}
	return &begun{u, rs, nil}
}

func (b *begun) again(t testing.TB) *begun {
	u := *b.universe
	u.t, u.hash, u.logs, u.trees, u.roots = t, map[*byte][32]byte{}, slices.Clone(u.logs), slices.Clone(u.trees), slices.Clone(u.roots)
	for i := range u.logs {
		u.logs[i], u.trees[i], u.roots[i] = slices.Clone(u.logs[i]), u.trees[i].Clone(), slices.Clone(u.roots[i])
	}
	acts := maps.Clone(b.rs[0].fold.acts)
	for hash, a := range acts {
		copied := *a
		acts[hash] = &copied
	}
	return &begun{&u, b.rs, acts}
}

// started is a replica that holds what was there when the charter came into force.
func (b *begun) started(me int) *replica {
	was := b.rs[me]
	r := &replica{universe: b.universe, me: me, own: me, have: slices.Clone(was.have), state: maps.Clone(was.state), rows: slices.Clone(was.rows), voids: maps.Clone(was.voids), matter: slices.Clone(was.matter)}
	var heads []Head
	for p := range r.rows {
		r.rows[p], r.matter[p] = slices.Clone(r.rows[p]), slices.Clone(r.matter[p])
		h := was.fold.heads[p]
		heads = append(heads, Head{Party: p, Gen: 1, Applied: h.applied, Last: h.last, At: h.at})
	}
	r.fold = New(b.mech, b.doc, heads)
	r.fold.acts = maps.Clone(b.acts)
	if err := r.fold.Load(r); err != nil {
		b.t.Fatal(err)
	}
	return r
}

// raw is a body that is sent as it is.
type raw struct {
	typ  string
	body []byte
}

func (b raw) EntryType() string            { return b.typ }
func (b raw) MarshalJSON() ([]byte, error) { return b.body, nil }

// writeRaw writes an act if our own fold lets it, and otherwise posts it all the same, which must make it void with the reason that we were refused with.
func (r *replica) writeRaw(node bool, typ, matter string, body []byte) error {
	b, by := raw{typ, body}, r.all()
	if node {
		by = entry.Node.Member
	}
	err := r.write(by, matter, b)
	if err == nil {
		return nil
	}
	e := r.envelope(by, matter, b)
	leaf, encodeErr := e.Encode()
	if encodeErr != nil {
		return err // no entry at all
	}
	r.post(leaf)
	r.receive(r.me, 1)
	if void := r.voids[fmt.Sprintf("%d-%d", r.me, e.Index)]; void == "" || void != key(err) {
		r.t.Fatalf("%s %s of %s is refused with %v, and void with %q", typ, body, matter, err, void)
	}
	return err
}

func fuzzCourse(f *testing.F, seed string) {
	f.Add(strings.TrimSpace(seed))
	f.Fuzz(func(t *testing.T, acts string) { course(t, acts) })
}

func FuzzMandateActs(f *testing.F)      { fuzzCourse(f, courses["mandates"]) }
func FuzzMeetingActs(f *testing.F)      { fuzzCourse(f, courses["meeting"]) }
func FuzzTopicActs(f *testing.F)        { fuzzCourse(f, courses["topic"]) }
func FuzzNoteActs(f *testing.F)         { fuzzCourse(f, courses["note"]) }
func FuzzTextActs(f *testing.F)         { fuzzCourse(f, courses["text"]) }
func FuzzOwnTextActs(f *testing.F)      { fuzzCourse(f, courses["own"]) }
func FuzzCommitmentActs(f *testing.F)   { fuzzCourse(f, courses["commitment"]) }
func FuzzKeyActs(f *testing.F)          { fuzzCourse(f, courses["key"]) }
func FuzzErasureActs(f *testing.F)      { fuzzCourse(f, courses["erasure"]) }
func FuzzPassageActs(f *testing.F)      { fuzzCourse(f, courses["passages"]) }
func FuzzLineActs(f *testing.F)         { fuzzCourse(f, courses["line"]) }
func FuzzConversationActs(f *testing.F) { fuzzCourse(f, courses["conversation"]) }
func FuzzAssentActs(f *testing.F)       { fuzzCourse(f, courses["assent"]) }

// A seed that nobody would be let write leads nowhere.
func TestSeedsAreActs(t *testing.T) {
	for name, acts := range courses {
		if valid, all := course(t, acts); valid != all-refused[name] {
			t.Errorf("%s: %d acts of %d are valid, and %d should not be", name, valid, all, refused[name])
		}
	}
}

// refused is how many acts of a course are not to be valid: those that need signatures, a freeze, or a rule that this charter has not, and what one party does to another side's own text.
var refused = map[string]int{"key": 3, "mandates": 1, "own": 3, "passages": 3}

var courses = map[string]string{
	"assent": `
a guest.propose guest/x {"admitted_as":"observer","from":"2025-01-02","institution":{"en":"Institute"},"shown":"meeting/main/1","until":"2030-12-31"}
b witness.propose witness/x {"operator":{"en":"Institute","ja":"研究所"},"submissions":"https://witness.example/w1","verifier_keys":["witness.example/w1+0ad7d35e+BIqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"]}
--
c guest.decline guest/x {"proposal":"$0","reason":{"en":"No."}}
a witness.agree witness/x {"proposal":"$1"}
c witness.decline witness/x {"proposal":"$1"}
--
c witness.agree witness/x {"proposal":"$1"}
b guest.agree guest/x {"proposal":"$0"}
--
a witness.withdraw witness/x {"proposal":"$1","reason":{"en":"Sold."}}
b guest.withdraw guest/x {"proposal":"$0"}`,
	"mandates": `
a holidays.declare holidays/a.2025 {"off":[{"day":"2025-01-01","name":{"en":"New year"}}],"weekend":["sat","sun"]}
b party.mandate party/b {"mandates":[{"member":"b-all","roles":["drafter"]}],"signatures":[]}
--
c situation.declare situation/c {"level":"calm","text":{"en":"Nothing to report."},"from":"2025-01-02"}
c situation.withdraw situation/c {"declaration":"$3"}`,
	"meeting": `
a meeting.enter meeting/main/1 {"series":"main","number":1,"status":"planned","series_name":{"en":"Meeting"},"host":"east"}
--
b meeting.offer meeting/main/1 {"from":"2025-03-03","until":"2025-03-04","places":{"en":"Here"}}
--
a meeting.accept meeting/main/1 {"offer":"$2"}
c meeting.decline meeting/main/1 {"offer":"$2","reason":{"ja":"不都合"}}
b meeting.agenda meeting/main/1 {"stage":"provisional","items":[{"en":"Opening"}]}
--
c meeting.postpone meeting/main/1 {"reason":{"en":"Weather"}}`,
	"topic": `
a topic.raise topic/x {"title":{"en":"Water","ja":"水"}}
--
b topic.position topic/x {"text":{"en":"Ours."}}
b topic.term topic/x {"language":"ja","term":"水域"}
c topic.title topic/x {"title":{"en":"The waters"}}
a topic.rest topic/x {"reason":"nothing new"}
a topic.resume topic/x {}
c concern.raise concern/y {"text":{"en":"Worried."},"topic":"x"}
--
a concern.acknowledge concern/y {"note":"seen"}
a concern.answer concern/y {"text":{"en":"No need."}}
--
c concern.settle concern/y {}`,
	"note": `
a paper.send paper/n {"kind":"note_verbale","to":["west"],"title":{"en":"Note"},"text":{"en":"The side presents its compliments."},"registry":"1/25"}
--
b paper.receive paper/n {"registry":"E-7"}
c paper.translate paper/n {"language":"ja","title":"口上書","text":"敬意を表する。"}
a paper.withdraw paper/n {"reason":"sent in error"}
b term.enter term/t {"term":{"en":"channel","ja":"経路"}}
--
a term.own term/t {"language":"ja","term":"回線"}
c term.concur term/t {"entered":"$5"}
a term.withdraw term/t {"language":"ja"}`,
	"text": `
a text.table text/x {"title":{"en":"Text"},"languages":["en"],"drafting":"en","parts":1,"paragraphs":[{"id":"1","kind":"operative","text":{"en":"Decide to meet;"}},{"id":"2","kind":"operative","text":{"en":"Agree to go on."}}]}
--
b text.propose text/x {"paragraph":"1","label":"1 bis","text":{"en":"Intend to meet;"}}
c text.accept text/x {"items":[{"paragraph":"1","wording":"$0"}]}
--
a text.support text/x {"items":[{"paragraph":"1","wording":"$2"}]}
a text.bracket text/x {"paragraph":"1","wording":"$0","where":"meet","options":[{"text":{"en":"meet"},"by":["a"]},{"text":{"en":"talk"},"by":["b"]}]}
b text.reserve text/x {"paragraph":"1","kind":"scrutiny"}
c text.link text/x {"paragraphs":["1","2"],"note":"all or nothing"}
--
c text.unlink text/x {"package":"$8"}
c text.declare text/x {"text":{"en":"Without prejudice."}}
a text.prevail text/x {"language":"en"}
a text.designate text/x {"symbol":"V/9/JS"}
b text.revise text/x {"items":[{"paragraph":"b.1","label":"I","text":{"en":"Visits"},"new":{"kind":"heading"},"place":{"after":"2"}}]}`,
	"own": `
c text.table text/a.bay {"title":{"en":"x"},"languages":["en"],"drafting":"en","parts":1,"paragraphs":[{"id":"1","kind":"operative","text":{"en":"Nothing."}}]}
a topic.raise topic/z {"title":{"en":"Hills"}}
a text.table text/a.bay {"title":{"en":"Bay"},"languages":["en"],"drafting":"en","parallel":true,"parts":1,"paragraphs":[{"id":"1","kind":"operative","text":{"en":"We fish there."}}]}
--
b text.accept text/a.bay {"items":[{"paragraph":"1","wording":"$2"}]}
a text.accept text/a.bay {"items":[{"paragraph":"1","wording":"$2"}]}
a text.confirm text/a.bay {"items":[{"paragraph":"1","wording":"$2"}]}
--
b text.dissent text/a.bay {"paragraph":"1","text":{"en":"Not there."}}
a text.prevail text/a.bay {"language":"en"}
a text.sign text/a.bay {"round":1,"manifest":"00","day":"2024-12-30","place":{"en":"Bay"},"office":{"en":"Envoy"}}
a text.refuse text/a.bay {"reason":"no"}`,
	"commitment": `
a commitment.enter commitment/k {"title":{"en":"Report yearly"},"owners":["east","west"],"words_only":false,"milestones":[{"id":"m","title":{"en":"First"},"due":"2026-01-01"}]}
--
b commitment.concur commitment/k {"entered":"$0"}
a commitment.report commitment/k {"status":"limited","milestone":"m","text":{"en":"Begun."}}
--
b commitment.assess commitment/k {"side":"east","status":"no_evidence","text":{"en":"Not seen."}}
c commitment.acknowledge commitment/k {"judgment":"$3","note":"seen"}
c programme.enter programme/p {"title":{"en":"Visits"},"track":"young","owners":["east","west"]}
c programme.visit programme/p {"id":"v1","status":"planned","from":"2025-05-01","host":"west"}
--
a programme.participants programme/p {"visit":"v1","count":12}
a programme.report programme/p {"visit":"v1","text":{"en":"All well."}}`,
	"key": `
a party.announce party/a {"generation":2,"keys":{}}
b party.succeed party/b {"number":1,"seal":[],"signatures":[],"successors":[],"threshold":1}
--
c* party.generation party/c {"signatures":["x"],"statement":{"generation":2,"head":{"root":"","size":3},"keys":{},"lost":"","mechanism":"","party":"c","reason":"rotation","statement":"entente generation v1"}}`,
	"erasure": `
a topic.raise topic/x {"title":{"en":"Water"}}
a attachment.attach attachment/a.0000000000000000 {"body":{"class":"erasable","commit":"0000000000000000000000000000000000000000000000000000000000000000","media":"text/plain","size":900},"of":"topic/x","title":{"en":"Map"}}
--
b attachment.drop attachment/a.0000000000000000 {"ground":"agreement"}
c attachment.keep attachment/a.0000000000000000 {"reason":"needed"}
a attachment.drop attachment/a.0000000000000000 {"ground":"agreement"}
--
c attachment.drop attachment/a.0000000000000000 {"ground":"agreement"}
--
b* attachment.erased attachment/a.0000000000000000 {"ground":"agreement"}`,
	"passages": `
a minutes.circulate minutes/m {"title":{"en":"Minutes"},"paragraphs":[{"id":"1","text":{"en":"They met."}}]}
b readout.put readout/r {"title":{"en":"Readout"},"sentences":[{"id":"1","text":{"en":"We spoke."},"to":"east"}]}
c silence.circulate silence/s {"title":{"en":"Silence"},"text":{"en":"It is decided."}}
--
c minutes.correct minutes/m {"paragraph":"1","text":{"en":"They met twice."}}
a readout.compare readout/r {"version":"$1","outcome":"declined"}
a silence.receive silence/s {}
--
a minutes.agree minutes/m {"paragraph":"1","wording":"$4"}
b silence.break silence/s {"note":{"en":"One word."}}
b readout.publish readout/r {}
--
a readout.dispute readout/r {"sentence":"1","kind":"not_said","text":{"en":"Not in these words."}}
--
b readout.reply readout/r {"dispute":"$12","text":{"en":"As we heard it."}}
c readout.reply readout/r {"dispute":"$12"}
b readout.withdraw readout/r {"reason":{"en":"A slip."},"instead":"r2"}`,
	"line": `
a line.propose line/hot {"callers":["a","b"],"from":"2025-02-03","times":[{"at":"09:00","zone":"Z"}],"minutes":30}
--
b line.agree line/hot {"proposal":"$0"}
a line.desk line/hot {"from":"2025-02-03T00:00:00Z","to":"2025-02-04T00:00:00Z","manned":false}
b line.suspend line/hot {"from":"2025-02-05T00:00:00Z","note":{"en":"Works."}}
b line.resume line/hot {"notice":"$4"}`,
	"conversation": `
a thread.open thread/t {"title":{"en":"Hello"},"about":"charter"}
a thread.say thread/t {"text":{"en":"Is anybody there?"}}
--
b thread.say thread/t {"text":{"ja":"はい"},"reply_to":"$1"}
c thread.read thread/t {"up_to":"$1"}
a text.table text/talked {"title":{"en":"x"},"languages":["en"],"drafting":"en","parts":1,"paragraphs":[{"id":"1","kind":"operative","text":{"en":"Word."}}]}
--
b thread.open thread/p {"title":{"en":"On it"},"about":"text/talked","paragraph":"1"}
b thread.say thread/p {"text":{"en":"Which word?"}}`,
}
