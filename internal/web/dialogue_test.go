package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"entente.example/internal/charter"
	"entente.example/internal/concern"
	"entente.example/internal/delegation"
	"entente.example/internal/dialogue"
	"entente.example/internal/meeting"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

func (g *gallery) desk(kind string) view.Desk {
	k, _ := dialogue.Find(kind)
	d := view.Desk{Languages: []lang.Tag{"zh-Hans", "en", "ja"}, Own: "zh-Hans", Sides: g.sides(), May: map[string]bool{},
		Refs: map[string][]view.Ref{"topic": {{ID: "t-1", Title: g.Title}}, "message": {{ID: "cedar-4", Title: g.Title}}}}
	for _, a := range k.Acts {
		d.May[a.Type] = true
	}
	return d
}

func (g *gallery) voices(key string) []view.Voice {
	words := g.Paragraphs[0].Text
	return []view.Voice{{ID: "cedar-4", Key: key, Party: g.parties[0], Member: "cedar-sec", At: galleryNow, Text: words, Day: "2025-11-04", DayEnd: "2025-11-06"},
		{ID: "birch-2", Key: key, Party: g.parties[1], Member: "birch-sec", At: galleryNow, Text: words, Line: "25-031", Choice: "limited", Past: true}}
}

func (g *gallery) columns(key string) []view.Column {
	sides := g.sides()
	return []view.Column{{Side: sides[0], Voices: g.voices(key)}, {Side: sides[1]}}
}

func (g *gallery) matters(kind string) view.Matters {
	k, _ := dialogue.Find(kind)
	return view.Matters{Chrome: g.chrome(), Kind: kind, Next: "cedar-2", Desk: g.desk(kind), Groups: []view.Group{{Key: "web.we_owe", Rows: []view.MatterRow{
		{ID: "x-1", Title: g.Title, Symbol: map[bool]string{true: "VALLEY/DEC/3"}[kind == "silence"], Status: map[bool]string{false: "answered", true: "agreed"}[kind == "term"], Due: "2025-03-15", Overdue: true, By: g.sides()[:1], OneSided: true, Unread: 2, Party: &g.parties[0], Disputed: 1, Columns: g.columns("act." + k.Acts[0].Type)},
		{ID: "x-2", Due: "2025-12-31", Day: "2025-11", By: g.sides()}}}}}
}

func (g *gallery) matter(kind string) view.Matter {
	k, _ := dialogue.Find(kind)
	key := "act." + k.Acts[0].Type
	m := view.Matter{Chrome: g.chrome(), Kind: kind, ID: "x-1", Title: g.Title, Status: "raised", Due: "2025-03-15", Notes: []string{"web.one_sided", "web.without_prejudice"}, Words: g.Paragraphs[1].Text,
		Facts: []view.Fact{{Key: "web.raised_by", Sides: g.sides()}, {Key: "field.to", Text: g.Title}, {Key: "field.due", Day: "2025-03-15"}, {Key: "field.kind", Choice: "other"}, {Key: "kind.topic", Line: "t-1", Link: "/topics/t-1"},
			{Key: "web.silence_ends", At: galleryNow}, {Key: "web.receipt_missing", Parties: g.parties}},
		Columns: g.columns(key), Items: []view.Item{{ID: "v1", Title: g.Title, Facts: []view.Fact{{Key: "field.from", Day: "2025-08-25"}}, Track: g.voices(key)}}, Track: g.voices(key), Desk: g.desk(kind)}
	m.Beside = &view.Beside{Of: kind + "/x-1", May: true, List: []view.Attachment{{ID: "00aa", Title: lang.Text{"ja": "日程 <案>"}, By: g.parties[1], At: galleryNow, Media: "text/plain", Size: "70 B", Where: "here"},
		{ID: "00bb", By: g.parties[0], At: galleryNow, Media: "application/pdf", Size: "2 MiB", Where: "coming", Percent: 40}}}
	for _, a := range k.Acts {
		m.Offers = append(m.Offers, a.Type)
	}
	switch kind {
	case "meeting":
		m.Assembly, m.Items[0].ID = g.assembly(), "1"
		m.Outcomes = []view.Outcome{{Kind: "web.a_readout", Path: "/readouts/x-1", Title: g.Title, Status: "choice.unilateral", Party: g.parties[1], Disputed: 1}, {Kind: "web.a_text", Path: "/texts/js-9", Title: g.Title, Symbol: "VALLEY/9/JS", Status: "web.stage_adopted", Party: g.parties[0]}}
		m.Items[0].Track[0].Side, m.Items[0].Track[0].Capacity = g.sides()[0].Label, lang.Text{"en": "Head of delegation"}
	case "commitment":
		at := view.Fact{Key: "web.review_at", Matter: "meeting/main/10", Line: "meeting/main/10", Link: "/meetings/main.10"}
		m.Reviews = []view.Item{{Title: g.sides()[0].Label, Facts: []view.Fact{at, {Key: "web.review_agreed", Choice: "limited"}}, Track: g.voices("act.commitment.review")},
			{Title: g.sides()[1].Label, Facts: []view.Fact{at, {Key: "web.review_apart", Parties: g.parties}}, Track: g.voices("act.commitment.review")}}
	case "membership":
		side := g.sides()[1]
		m.Called = []view.Called{{Name: charter.Name{Lang: "en", Full: "Lantern Union", Short: "LU", From: "2024-09-01"}, Since: "2024-09-01"}, {Name: charter.Name{Lang: "en", Full: "Lantern Party"}, Former: true}, {Name: charter.Name{Lang: "ja", Full: "灯火連合"}, By: &side}}
	case "readout":
		m.Status = "unilateral"
		dispute := view.Voice{ID: "birch-8", Party: g.parties[1], Member: "birch-sec", At: galleryNow, Choice: "not_said", Text: lang.Text{"en": "This was not said.", "ja": "当該発言を行っていない。"}}
		m.Passages = []view.Passage{{ID: "s1", Text: g.Paragraphs[0].Text}, {ID: "s2", Text: g.Paragraphs[1].Text, To: g.sides()[1:], Disputes: []view.Voice{dispute}}, {ID: "s3", Text: g.Paragraphs[2].Text}}
	case "minutes":
		m.Status = "open"
		m.Passages = []view.Passage{{ID: "1", Text: g.Paragraphs[0].Text, Agreed: true}, {ID: "2", Rivals: []view.Rival{{Voice: g.voices(key)[0], Behind: g.parties[:1]}, {Voice: g.voices(key)[1], Behind: g.parties[1:]}}}}
	}
	return m
}

func (g *gallery) assembly() view.Assembly {
	v := g.voices("act.meeting.delegation")
	people := []delegation.Delegate{{Order: 1, Role: "head", Name: lang.Text{"ja": "渡瀬 岸", "zh-Hans": "渡濑岸"}, Reading: "わたせ きし", Romanised: "WATASE Kishi", Capacities: []lang.Text{{"ja": "代表団長"}, {"en": "Chair"}}},
		{Order: 2, Role: "interpreter", Name: lang.Text{"ja": "谷 澪"}}}
	a := view.Assembly{Zone: "Asia/Tokyo", Days: []view.ProgrammeDay{{Day: "2025-11-04", Slots: []meeting.Slot{{Day: "2025-11-04", From: "09:30", Until: "11:00", What: g.Title, Place: g.Title, Item: 1}, {From: "18:30", What: g.Title}}}},
		Dossier: []view.DossierItem{{Voice: v[0], Symbol: "VALLEY/10/CEDAR/WP.1", Nature: "working_paper", Matter: "text/js-9", Link: "/texts/js-9", Old: true, Languages: []lang.Tag{"ja"}}, {Voice: v[1], Symbol: "VALLEY/10/CEDAR/WP.1/Rev.1", Nature: "working_paper", Matter: "document/x", Version: "cedar-3"}}}
	for i, where := range []string{"here", "coming", "withheld", "erased", "unreadable"} {
		d := view.Delegation{Voice: v[0], Version: i + 1, Final: i == 0, Count: 2, Where: where, Language: "ja"}
		d.ID = fmt.Sprint("cedar-", i+30)
		if where == "here" {
			d.Delegates = people
		}
		a.Delegations = append(a.Delegations, d)
	}
	return a
}

// A reading stands above the characters that it belongs to, and nowhere else: the other side's characters for the same name have another reading.
func TestAReadingStandsAboveItsOwnCharacters(t *testing.T) {
	site, _, people := newSite(t)
	res := enter(t, site, people, "cedar-sec").get("/m/valley/meetings/x-1")
	_, form, _ := strings.Cut(res.body, `value="meeting.intervene"`)
	if form, _, _ = strings.Cut(form, "</form>"); !strings.Contains(form, `<select name="side"><option value=""></option>`) {
		t.Error("what is said cannot be recorded without a side, as it must be where nothing is attributed")
	}
	for _, want := range []string{`<b lang="ja"><ruby>渡瀬 岸<rp>(</rp><rt>わたせ きし</rt><rp>)</rp></ruby></b>`, `<b lang="zh-Hans">渡濑岸</b>`, "WATASE Kishi", "The names were erased.", "VALLEY/10/CEDAR/WP.1/Rev.1", `<time>09:30–11:00</time>`, `href="#i-1"`} {
		if !strings.Contains(res.body, want) {
			t.Errorf("the page of a meeting has no %s", want)
		}
	}
}

// Nothing of a readout is met without a word that a sentence of it is disputed, whoever's it is; and a party's page says all its names, with who uses which and which it had before.
func TestWhoseItIsAndWhatItIsCalled(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	for path, want := range map[string][]string{
		"/m/valley/meetings/x-1": {`id="outcomes"`, `href="/m/valley/readouts/x-1"`, "disputed sentences: 1"},
		"/m/valley/readouts":     {"disputed sentences: 1"},
		"/m/valley/parties/x-1":  {"Lantern Union (LU)", `<li class="past"><span lang="en">Lantern Party</span>`, "former name", `<span lang="ja">灯火連合</span>`},
	} {
		page := b.get(path).body
		for _, w := range want {
			if !strings.Contains(page, w) {
				t.Errorf("%s does not have %q", path, w)
			}
		}
	}
}

// Scenario a16 on the page: whole or as an excerpt, the dispute stands directly at its sentence, in the same size; an excerpt says of how many sentences it shows which.
func TestA16TheDisputeStandsAtItsSentence(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	for path, left := range map[string]string{"": "", "?only=s2": "An excerpt: 1 of 3 sentences. Left out: 1 and 3.", "?only=s1&only=s2": "An excerpt: 2 of 3 sentences. Left out: 3."} {
		res := b.get("/m/valley/readouts/x-1" + path)
		_, from, _ := strings.Cut(res.body, `<li id="s-s2">`)
		sentence, _, _ := strings.Cut(from, "</li>")
		if !strings.Contains(sentence, `<p class="wording" lang="en">This was not said.</p>`) || !strings.Contains(sentence, "says that this was not said") {
			t.Errorf("%q: %s", path, sentence)
		}
		if !strings.Contains(res.body, left) || strings.Contains(res.body, `id="s-s3"`) != (path == "") {
			t.Errorf("%q does not say what it leaves out", path)
		}
	}
	if res := b.get("/m/valley/readouts/x-1?only=s1"); strings.Contains(res.body, "This was not said.") || !strings.Contains(res.body, "Left out: 2 and 3.") {
		t.Error("an excerpt without the sentence shows what was said against it, or does not say that it is missing")
	}
	if res := b.get("/m/valley/readouts/x-1?only=s9"); res.StatusCode != http.StatusNotFound {
		t.Errorf("an excerpt of a sentence that there is not: %d", res.StatusCode)
	}
}

// Every kind of matter has its list and its page, also for a reader who may do nothing, and both keep to the rules of all pages.
func TestDialoguePages(t *testing.T) {
	site, _, people := newSite(t)
	ours, stranger := enter(t, site, people, "cedar-sec"), enter(t, site, people, "other-sec")
	for _, k := range dialogue.Kinds {
		for _, tag := range []string{"en", "zh-Hans", "ja"} {
			ours.lang = tag
			for _, path := range []string{"/m/valley/" + k.Plural, "/m/valley/" + k.Plural + "/x-1"} {
				res := ours.get(path)
				if res.StatusCode != http.StatusOK {
					t.Fatalf("%s: %d", path, res.StatusCode)
				}
				for _, complaint := range inspect(res.body) {
					t.Errorf("%s in %s: %s", path, tag, complaint)
				}
			}
		}
		if res := ours.get("/m/valley/" + k.Plural + "/nothing"); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: what there is not: %d", k.ID, res.StatusCode)
		}
		if res := stranger.get("/m/valley/" + k.Plural); res.StatusCode != http.StatusNotFound || strings.Contains(res.body, "Valley") {
			t.Errorf("%s for a stranger: %d", k.ID, res.StatusCode)
		}
	}
}

// Languages that the interface does not speak are marked as what they are, and Arabic runs from right to left on a page that does not.
func TestOtherLanguagesAreMarked(t *testing.T) {
	site, src, people := newSite(t)
	src.g.Paragraphs[1].Text = lang.Text{"ar": "تُعقد المشاورات سنويًا.", "ru": "Консультации проводятся ежегодно.", "fr": "Les consultations ont lieu chaque année.", "ja": "Consultations take place every year."}
	res := enter(t, site, people, "cedar-sec").get("/m/valley/concerns/x-1")
	for _, want := range []string{`<div lang="ar" dir="rtl">`, `<div lang="ru">`, `<div lang="fr">`, "تُعقد المشاورات سنويًا."} {
		if !strings.Contains(res.body, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if n := strings.Count(res.body, "This does not look like"); n != 1 || !strings.Contains(res.body, `This does not look like <bdi lang="ja">日本語</bdi>.`) {
		t.Errorf("%d languages are doubted, not the one", n)
	}
	for _, complaint := range inspect(res.body) {
		t.Error(complaint)
	}
}

// A remark has no language of its own: one in another script than the page's is marked as what it looks like, so that a reader sees the signs of that language.
func TestARemarkInAnotherScriptIsMarked(t *testing.T) {
	for _, c := range []struct{ page, words, want string }{
		{"en", "この枠組みの固有の名称に限る。", ` lang="ja"`},
		{"zh-Hans", "この枠組みの固有の名称に限る。", ` lang="ja"`},
		{"ja", "この枠組みの固有の名称に限る。", ""},
		{"en", "Only as a name of this mechanism.", ""},
	} {
		set := newTemplates(loadAssets()).set(printer{lang.Tag(c.page), ""})
		var out strings.Builder
		if err := set.ExecuteTemplate(&out, "track", map[string]any{"Ref": "valley", "Track": []view.Voice{{Key: "act.term.own", Line: c.words}}}); err != nil {
			t.Fatal(err)
		}
		if want := `<p class="soft long"` + c.want + ">" + c.words; !strings.Contains(out.String(), want) {
			t.Errorf("a page in %s lacks %s", c.page, want)
		}
	}
}

// Working days are counted on the page; what is left out is shown with for whom, and what cannot be counted comes back with why.
func TestWorkdaysAreCounted(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	res := b.get("/m/valley/days-off?from=2025-10-01&days=3")
	for _, want := range []string{"6 October 2025", "4 October 2025", "birch.2025: nothing is declared", `value="2025-10-01"`} {
		if !strings.Contains(res.body, want) {
			t.Errorf("no %q in %s", want, res.body)
		}
	}
	for _, complaint := range inspect(res.body) {
		t.Error(complaint)
	}
	if res := b.get("/m/valley/days-off?days=x"); res.StatusCode != http.StatusBadRequest || !strings.Contains(res.body, "From 1 to 250") {
		t.Errorf("%d", res.StatusCode)
	}
}

// An act goes onto the record with the words that were written; one that is refused comes back with all of them.
func TestDialogueForms(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	form := url.Values{"matter_id": {"cedar-2"}, "act": {"concern.raise"}, "text:en": {"Asks for a <date>."}, "due": {"2025-03-15"}}
	if res := b.do(http.MethodPost, "/m/valley/concerns", form, nil); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/m/valley/concerns/cedar-2?done=act" {
		t.Errorf("%d %s", res.StatusCode, res.Header.Get("Location"))
	}
	if len(src.acts) != 1 || src.acts[0].EntryType() != "concern.raise" {
		t.Errorf("acts: %v", src.acts)
	}
	src.acts = nil
	counted := url.Values{"matter_id": {"cedar-3"}, "act": {"concern.raise"}, "text:en": {"Asks."}, "due": {""}, "due:workdays": {"10"}}
	b.do(http.MethodPost, "/m/valley/concerns", counted, nil)
	if len(src.acts) != 1 || src.acts[0].(*concern.Raise).Due != "10wd" {
		t.Errorf("due in working days: %v", src.acts)
	}
	src.refuse = refusal.New(refusal.Invalid, "dialogue.day_passed", "day", "2025-03-15")
	res := b.do(http.MethodPost, "/m/valley/concerns", form, nil)
	if res.StatusCode != http.StatusBadRequest || !strings.Contains(res.body, "Asks for a &lt;date&gt;.") || !strings.Contains(res.body, "has passed already") {
		t.Errorf("refused: %d\n%s", res.StatusCode, res.body)
	}
	src.refuse = refusal.New(refusal.Denied, "dialogue.not_yours", "matter", "concern/x-1", "who", "birch")
	res = b.do(http.MethodPost, "/m/valley/concerns/x-1", url.Values{"act": {"concern.answer"}, "text:ja": {"次の結果を共有する。"}}, nil)
	if res.StatusCode != http.StatusForbidden || !strings.Contains(res.body, "次の結果を共有する。") {
		t.Errorf("refused: %d", res.StatusCode)
	}
	for path, form := range map[string]url.Values{"/m/valley/concerns": {"matter_id": {"No Id"}, "text:en": {"x"}}, "/m/valley/concerns/x-1": {"act": {"topic.raise"}}} {
		if res := b.do(http.MethodPost, path, form, nil); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s %v: %d", path, form, res.StatusCode)
		}
	}
}
