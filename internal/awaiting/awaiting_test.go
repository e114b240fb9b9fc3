package awaiting

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"

	"entente.example/internal/charter"
	"entente.example/internal/glance"
)

func TestByDay(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"2025-01-01", "2025-01-02", -1}, {"2025-01-01", "", -1}, {"", "2025-01-01", 1}, {"", "", 0}} {
		if got := ByDay(c.a, c.b); got != c.want {
			t.Errorf("%q and %q: %d", c.a, c.b, got)
		}
	}
}

// Whoever is called is waited for by a person at this moment: that comes before what is overdue, and all else by its day.
func TestACallComesFirst(t *testing.T) {
	got := []Item{{What: "awaits.seal"}, {What: "awaits.concern_answer", Due: "2025-01-02"}, {What: "awaits.line_agree"}, {What: "awaits.line_answer"}, {What: "awaits.concern_answer", Due: "2025-01-01"}, {What: "awaits.line_call"}}
	slices.SortStableFunc(got, func(a, b Item) int { return Soonest(a.What, a.Due, b.What, b.Due) })
	said := ""
	for _, i := range got {
		said += i.What + i.Due + " "
	}
	if want := "awaits.line_answer awaits.line_call awaits.concern_answer2025-01-01 awaits.concern_answer2025-01-02 awaits.seal awaits.line_agree "; said != want {
		t.Errorf("%s", said)
	}
}

// Every reason that the catalogue knows has an act that answers it, and some role may do that act: otherwise something would wait for nobody.
func TestEveryReasonHasItsAnswer(t *testing.T) {
	b, err := os.ReadFile("../locale/catalogue/en/awaits.toml")
	if err != nil {
		t.Fatal(err)
	}
	var catalogue struct{ Awaits map[string]string }
	if err := toml.Unmarshal(b, &catalogue); err != nil {
		t.Fatal(err)
	}
	if len(catalogue.Awaits) < 15 {
		t.Fatalf("only %d reasons were read", len(catalogue.Awaits))
	}
	doc := &charter.Document{Sides: []charter.Side{{ID: "east", Parties: []charter.PartyID{"cedar"}}}, Parties: []charter.Party{{ID: "cedar", Side: "east"}}}
	for _, r := range charter.Roles() {
		doc.Parties[0].Mandates = append(doc.Parties[0].Mandates, charter.Mandate{Member: "cedar-" + string(r), Roles: []charter.Role{r}})
	}
	c := charter.NewAs("m", doc)
	now := time.Date(2025, 1, 14, 0, 0, 0, 0, time.UTC)
	for what := range catalogue.Awaits {
		i := Item{Act: answers["awaits."+what]}
		some := false
		for _, r := range charter.Roles() {
			some = some || For(c, "cedar", "cedar-"+string(r), now)(i)
		}
		if i.Act == "" || !some {
			t.Errorf("nobody answers awaits.%s", what)
		}
	}
	for what := range answers {
		if _, ok := catalogue.Awaits[strings.TrimPrefix(what, "awaits.")]; !ok {
			t.Errorf("there is no reason %s", what)
		}
	}
	may := func(member string) bool { return For(c, "cedar", member, now)(Item{Act: "seal.affix"}) }
	if may("cedar-drafter") || !may("cedar-custodian") || may("stranger") {
		t.Error("who may not seal is asked to, or who may is not")
	}
}

// Silence can be broken until its time is over, and waits for nobody from that second on, though nobody has acted.
func TestASilenceThatIsOverWaitsNoMore(t *testing.T) {
	end := time.Date(2025, 3, 3, 12, 0, 0, 0, time.UTC)
	waits := []glance.Wait{{Matter: "silence/s-1", What: "awaits.silence_break", Until: end.Format(time.RFC3339)}, {Matter: "silence/s-2", What: "awaits.silence_receive"}}
	for _, c := range []struct {
		now  time.Time
		want []string
	}{{end.Add(-time.Second), []string{"silence/s-1", "silence/s-2"}}, {end, []string{"silence/s-2"}}, {end.AddDate(7, 0, 0), []string{"silence/s-2"}}} {
		var got []string
		for _, i := range still(waits, c.now) {
			got = append(got, i.Matter)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("at %v %v wait", c.now, got)
		}
	}
}

// Whoever has acted and waits for a colleague's consent is told so where the thing stands that they have answered, and nowhere else.
func TestWhatIsHeldSaysSo(t *testing.T) {
	out := []Item{{Matter: "text/js-9", Act: "text.confirm"}, {Matter: "text/js-9", Act: "text.translate"}, {Matter: "text/js-8", Act: "text.confirm"}, {Matter: "charter"}}
	held(out, []Item{{Matter: "ours/task-1"}, {Matter: "ours/act-4", About: "text/js-9", Acts: []string{"text.confirm", ""}}})
	for i, want := range []string{"ours/act-4", "", "", ""} {
		if out[i].Held != want {
			t.Errorf("%d: %q", i, out[i].Held)
		}
	}
}
