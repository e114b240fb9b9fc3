package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"entente.example/internal/dialogue"
	"entente.example/internal/locale"
	"entente.example/internal/view"
	"entente.example/lang"
)

// Whoever has no mandate in force is told so, and whom to ask; they are not told to found a mechanism, nor anything of the record, not even that nothing happens there.
func TestWithoutAMandateHomeSaysWhomToAsk(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	site.o.Source = homeOf{src, view.Home{Member: "cedar-sec", Barred: true, Changes: []view.Change{{Ref: "valley", Row: view.Row{ID: "cedar-77", Type: "text.table"}}}, Awaits: []view.Await{{Ref: "valley", What: "awaits.confirm", Matter: "text/js-9"}}}}
	page := b.get("/").body
	for _, want := range []string{"No mandate in force", "“cedar-sec” has no mandate", "Ask a custodian", "entente --as CUSTODIAN mandate"} {
		if !strings.Contains(page, want) {
			t.Errorf("home does not say %q", want)
		}
	}
	for _, no := range []string{"cedar-77", "js-9", locale.Message("en", "web.no_changes", nil), `id="changes"`, `id="awaits"`} {
		if strings.Contains(page, no) {
			t.Errorf("home says %q to whoever may see nothing", no)
		}
	}
	if strings.Contains(page, "charter draft") {
		t.Error("home tells whoever may see nothing to found a mechanism")
	}
}

// A form that is larger than a form may be is refused with how large that is; nothing is written.
func TestAFormSaysHowLargeItMayBe(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	res := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", url.Values{"act": {"accept"}, "note": {strings.Repeat("x", maxForm)}}, nil)
	if !strings.Contains(res.body, "larger than the 2 MiB that it may have") || strings.Contains(res.body, "damaged on the way") {
		t.Errorf("%d %s", res.StatusCode, res.body)
	}
	for n, want := range map[int64]string{maxForm: "2 MiB", 64 << 20: "64 MiB", 3 << 19: "1.5 MiB"} {
		if got := mebibytes(n); got != want {
			t.Errorf("%d is %s", n, got)
		}
	}
}

// A mechanism's names stand with who uses each of them: none is shown as the name for everybody if it is not.
func TestAMechanismsNamesSayWhoUsesThem(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	page := b.get("/m/valley").body
	_, rest, _ := strings.Cut(page, `<ul class="othernames"`)
	names, _, _ := strings.Cut(rest, "</ul>")
	shared := 0
	for _, n := range src.g.Names {
		if !strings.Contains(names, ">"+n.Full) {
			t.Errorf("%s is not listed: %s", n.Full, names)
		}
		if n.UsedBy == "" {
			shared++
		}
	}
	if got := strings.Count(names, "used by everybody"); got != shared || strings.Count(names, "used by") != len(src.g.Names) || shared == len(src.g.Names) {
		t.Errorf("%d of %d names are said to be everybody's, want %d: %s", got, len(src.g.Names), shared, names)
	}
}

// The trace shows a dispute below the sentence that it disputes.
func TestTheTraceQuotesWhatIsDisputed(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	page := b.get("/m/valley/trace?matter=readout/x-1").body
	if i, j := strings.Index(page, "sentence &lt;q&gt;"), strings.Index(page, "words &lt;b&gt;"); i < 0 || j < i {
		t.Errorf("the sentence stands at %d, what is said against it at %d", i, j)
	}
}

// A matter is chosen by its title where there are few, and can be typed where the form does not offer it; what was entered is never lost.
func TestAMatterIsChosen(t *testing.T) {
	for _, of := range []struct{ kind, act, field, to string }{{"readout", "readout.put", "of", "shown"}, {"minutes", "minutes.circulate", "of", "session"}, {"thread", "thread.open", "about", "matter"}, {"meeting", "meeting.document", "of_matter", "matter"}} {
		k, _ := dialogue.Find(of.kind)
		a, ok := k.Act(of.act)
		if !ok {
			t.Fatalf("no act %s", of.act)
		}
		found := false
		for _, f := range a.Fields {
			if f.Name == of.field {
				found = f.Form == dialogue.Ref && f.To == of.to
			}
		}
		if !found {
			t.Errorf("%s of %s is typed", of.field, of.act)
		}
	}
	desk := &view.Desk{Refs: map[string][]view.Ref{"session": {{ID: "meeting/main/9", Title: lang.Text{"en": "Ninth meeting"}}}}}
	f := dialogue.Field{Name: "of", Form: dialogue.Ref, To: "session"}
	for value, want := range map[string]bool{"": false, "meeting/main/9": false, "meeting/main/3": true} {
		if got := (deed{Desk: desk, Values: dialogue.Values{"of": {value}}}).Typed(f); got != want {
			t.Errorf("%q can be typed: %t", value, got)
		}
	}
}

// Whoever publishes a readout is told before that everybody can read it, whoever replies to a dispute what a reply without words is; a published readout's page leads to its address in the press room.
func TestAReadoutSaysWhoReadsIt(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	for status, want := range map[string][]string{"draft": {"readable by everybody"}, "unilateral": {"Everybody can read this", `href="https://press.example/r/valley/x-1/"`, "take note without replying"}} {
		src.again = func(m *view.Matter) {
			m.Status, m.Public, m.Offers = status, "https://press.example/r/valley/x-1/", map[string][]string{"draft": {"readout.publish"}, "unilateral": {"readout.reply"}}[status]
			m.Passages = []view.Passage{{ID: "1", Text: lang.Text{"en": "Open."}}}
		}
		page := b.get("/m/valley/readouts/x-1").body
		for _, w := range want {
			if !strings.Contains(page, w) {
				t.Errorf("%s: without %q", status, w)
			}
		}
		if status == "draft" && strings.Contains(page, "Everybody can read this") {
			t.Error("a draft is said to be public")
		}
	}
}
