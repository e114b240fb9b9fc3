package contrib

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/proof"
)

// Whatever two parties said of witnesses outside, in whatever order and form, both verifiers take the same ones for named: those to whose proposal both agree by their own last words, and that neither withdrew. SPEC witness-read.
func TestVerifiersKnowWhichWitnessesAreNamed(t *testing.T) {
	q := &asker{Rand: rand.New(rand.NewPCG(11, 12)), t: t, mech: strings.Repeat("ab", 32)}
	good := map[string]any{"operator": map[string]any{"en": "Institute"}, "submissions": "https://witness.example/w1", "verifier_keys": []string{q.outside("w").key}}
	with := func(keys ...any) map[string]any {
		return map[string]any{"operator": good["operator"], "submissions": good["submissions"], "verifier_keys": keys}
	}
	on := func(act string) map[string]any { return map[string]any{"proposal": act} }
	agree, decline, withdraw := "witness.agree", "witness.decline", "witness.withdraw"
	type said struct {
		typ  string
		body map[string]any
	}
	propose := said{"witness.propose", good}
	for what, c := range map[string]struct {
		a, b []said
		want int
	}{
		"both agree":                      {[]said{propose}, []said{{agree, on("a-0")}}, 1},
		"nobody answers":                  {[]said{propose}, nil, 0},
		"one declines":                    {[]said{propose}, []said{{decline, on("a-0")}}, 0},
		"one comes round":                 {[]said{propose}, []said{{decline, on("a-0")}, {agree, on("a-0")}}, 1},
		"its author withdraws":            {[]said{propose, {withdraw, on("a-0")}}, []said{{agree, on("a-0")}}, 0},
		"withdrawn, then agreed":          {[]said{propose}, []said{{agree, on("a-0")}, {withdraw, on("a-0")}, {agree, on("a-0")}}, 0},
		"agreed to something else":        {[]said{propose}, []said{{agree, on("a-1")}}, 0},
		"two, each by itself":             {[]said{propose, propose}, []said{{agree, on("a-1")}, {decline, on("a-0")}}, 1},
		"the key of a party":              {[]said{{"witness.propose", with(q.party("a").asV.VKeys()[0])}}, []said{{agree, on("a-0")}}, 0},
		"no key":                          {[]said{{"witness.propose", with()}}, []said{{agree, on("a-0")}}, 0},
		"a key that is none":              {[]said{{"witness.propose", with("witness.example/w1+00000000+AAAA")}}, []said{{agree, on("a-0")}}, 0},
		"keys that are no keys":           {[]said{{"witness.propose", with(7, map[string]any{})}}, []said{{agree, on("a-0")}}, 0},
		"an answer to what is no act":     {[]said{propose}, []said{{agree, on("a-0")}, {agree, map[string]any{"proposal": []any{"a-0"}}}}, 1},
		"an act that nobody knows of yet": {[]said{propose}, []said{{"witness.other", on("a-0")}}, 0},
	} {
		files := q.archiveOf(func(i int, p party) (out [][]byte) {
			for n, s := range append([][]said{c.a, c.b}[i], said{"topic.raise", map[string]any{}}) {
				out = append(out, q.must(entry.Canonical(map[string]any{"actor": map[string]any{"m": p.id + "-all", "r": "secretary"}, "at": "2025-01-14T08:00:00Z", "body": s.body, "idx": n, "log": p.logV.Name(), "matter": "witness/w", "mech": q.mech, "seen": []any{}, "type": s.typ, "v": 1})))
			}
			return out
		})
		r, err := proof.VerifyArchive(folder(files), nil, nil)
		if err != nil {
			t.Fatal(what, err)
		}
		if len(r.Witnesses) != c.want || r.Logs[0].Unreadable != 0 {
			t.Errorf("%s: %+v named, and %d entries are not read", what, r.Witnesses, r.Logs[0].Unreadable)
		}
		dir := t.TempDir()
		if err := os.CopyFS(dir, folder(files)); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), "python3", "verify.py", dir).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", what, err, out)
		}
		if got := len(regexp.MustCompile(`(?m)^witness: all parties named witness\.example/w1$`).FindAll(out, -1)); got != c.want {
			t.Errorf("%s: the other verifier says\n%s", what, out)
		}
	}
}
