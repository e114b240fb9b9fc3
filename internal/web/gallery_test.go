package web

import (
	"encoding/json"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"entente.example/internal/calendar"
	"entente.example/internal/charter"
	"entente.example/internal/line"
	"entente.example/internal/redline"
	"entente.example/internal/search"
	"entente.example/internal/signon"
	"entente.example/internal/staff"
	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// The gallery shows every page with the sample data of an invented mechanism.

type gallery struct {
	Names []charter.Name
	Sides []struct {
		ID      string
		Label   lang.Text
		Parties []charter.PartyID
	}
	Parties []struct {
		ID    charter.PartyID
		Side  string
		Names lang.Text
	}
	Title      lang.Text
	Paragraphs []struct {
		ID    text.ParaID
		Kind  string
		Text  lang.Text
		Cites []string
		Annex string
	}
	Alternatives map[string]lang.Text
	Meetings     []view.Meeting
	Parallel     struct {
		Names    []charter.Name
		Meetings []view.Meeting
	}
	Documents []struct {
		ID, Date, Kind string
		InForce        string `json:"in_force"`
		Place          lang.Text
		Titles         lang.Text
	}
	parties []view.Party
}

var galleryNow = time.Date(2025, 1, 9, 9, 12, 0, 0, time.UTC)

func loadGallery(t testing.TB) *gallery {
	t.Helper()
	b, err := os.ReadFile("testdata/gallery.json")
	if err != nil {
		t.Fatal(err)
	}
	g := new(gallery)
	if err := json.Unmarshal(b, g); err != nil {
		t.Fatal(err)
	}
	if len(g.Paragraphs) != 12 || len(g.Meetings) != 10 || len(g.Parties) != 3 {
		t.Fatal("the sample data are not what they were")
	}
	for _, p := range g.Parties {
		g.parties = append(g.parties, view.Party{ID: p.ID, Side: p.Side, Names: everybodys(p.Names)})
	}
	return g
}

func everybodys(t lang.Text) []charter.Name {
	var out []charter.Name
	for _, tag := range t.Tags() {
		out = append(out, charter.Name{Lang: tag, Full: t[tag]})
	}
	return out
}

func (g *gallery) party(id charter.PartyID) view.Party {
	return g.parties[view.ByParty(g.parties, id)]
}

func (g *gallery) chrome() view.Chrome {
	return view.Chrome{Ref: "valley", Mech: strings.Repeat("7f3a9c2e01b4d8aa", 4), Names: g.Names, Self: g.party("cedar"), Illustration: true, InForce: true, Lines: []view.Line{
		{Party: g.party("millstone"), Connected: false, Ours: 41, Holds: 38, Receipt: 36, ReceiptAt: galleryNow.Add(-3 * time.Hour), Theirs: 52, Waiting: 1},
		{Party: g.party("lantern"), Connected: true, Ours: 41, Holds: 41, Receipt: 41, ReceiptAt: galleryNow.Add(-time.Minute), Theirs: 27},
	}}
}

func (g *gallery) sides() []view.Side {
	var out []view.Side
	for _, s := range g.Sides {
		side := view.Side{ID: s.ID, Label: s.Label}
		for _, p := range s.Parties {
			side.Parties = append(side.Parties, g.party(p))
		}
		out = append(out, side)
	}
	return out
}

// status is the state of the paragraphs in the middle of the negotiation.
var galleryStatus = map[text.ParaID]string{"PP1": view.Agreed, "PP2": view.Agreed, "PP3": view.Agreed, "1": view.Agreed, "2": view.Agreed, "3": view.Agreed, "8": view.Agreed,
	"9": view.Agreed, "7": view.AdRef, "5": view.Bracketed, "6": view.Bracketed, "4": view.Proposed}

func (g *gallery) card() view.TextCard {
	c := view.TextCard{ID: "js-9", Title: g.Title, Kind: "joint statement", Symbol: "VALLEY/9/JS", Stage: "negotiation", Document: "VALLEY/9/L.1/Rev.1", LastAct: galleryNow,
		Counts: view.Counts{Total: 12, Proposed: 1, Bracketed: 2, AdRef: 1, Agreed: 8, Reservations: 1, Concordance: 1}}
	for _, p := range g.Paragraphs {
		c.Cells = append(c.Cells, view.Cell{ID: p.ID, Label: string(p.ID), Status: galleryStatus[p.ID]})
	}
	return c
}

func versions(t lang.Text) []view.Version {
	var out []view.Version
	for _, tag := range t.Tags() {
		out = append(out, view.Version{Lang: tag, Parts: []view.Part{{Text: t[tag]}}})
	}
	return out
}

func (g *gallery) text() view.Text {
	t := view.Text{Tabled: view.Voice{ID: "cedar-9", Key: "act.text.table", Party: g.party("cedar"), Member: "cedar-draft", At: galleryNow.AddDate(0, -1, 0)}, Chrome: g.chrome(), TextCard: g.card(), Drafting: lang.English, Languages: []lang.Tag{lang.Chinese, lang.Japanese, lang.English}, Parties: g.parties, Revision: "1",
		Packages: []view.Package{{ID: "cedar-20", Labels: []string{"5", "6"}, Party: g.party("cedar")}},
		Alerts:   []view.Alert{{ID: "cedar-30", Party: g.party("cedar"), Paragraph: "6", Linked: []string{"5"}, Reason: "sixty days are too short", At: galleryNow}},
		Issued:   []view.Issued{{Symbol: "VALLEY/9/L.1", At: galleryNow.AddDate(0, -1, 0), Party: g.party("cedar"), Kind: "draft"}, {Symbol: "VALLEY/9/L.1/Rev.1", At: galleryNow.AddDate(0, 0, -17), Party: g.party("lantern"), Kind: "compilation", Note: "all that came <b>"}},
		Missing:  []refusal.Error{{Key: "web.no_paragraph", Params: refusal.Params{"paragraph": "5"}}},
		Annexes:  []text.Annex{{ID: "A", Title: lang.Text{"en": "Exchange programmes", "zh-Hans": "交流项目", "ja": "交流事業"}}},
		May:      map[string]bool{"text.accept": true, "text.confirm": true, "text.propose": true, "text.support": true, "text.reserve": true, "text.reopen": true, "text.lift": true, "text.drop": true, "text.flag": true, "text.resolve": true, "thread.open": true, "thread.say": true}}
	t.May["text.prevail"], t.May["text.designate"] = true, true
	t.Designate = view.Said[string]{Value: "VALLEY/9/JS", Open: true, Own: "VALLEY/9/JS", Words: []view.SaidBy[string]{{Party: g.party("cedar"), Value: "VALLEY/9/JS"}, {Party: g.party("lantern"), Entry: "lantern-33", Note: "no number yet"}}}
	t.Prevail = view.Said[lang.Tag]{Open: true, Words: []view.SaidBy[lang.Tag]{{Party: g.party("cedar"), Value: lang.English, Entry: "cedar-32", Note: "as usual"}, {Party: g.party("lantern")}}}
	for _, s := range g.Paragraphs {
		t.Paragraphs = append(t.Paragraphs, g.paragraph(s.ID, s.Kind, s.Text, s.Cites, s.Annex))
	}
	p, _ := t.Paragraph("3")
	p.Talks = []view.Talk{{ID: "js-9.3", Said: 2, Last: view.Voice{ID: "lantern-41", Key: "act.thread.say", Party: g.party("lantern"), Member: "lantern-draft", At: galleryNow, Text: lang.Text{"ja": "<b>確認しました。"}}}, {ID: "silent"}}
	t.Open = []view.OpenAt{{Key: "web.status_bracketed", Cells: t.Cells[7:9]}, {Key: "web.reservations_open", Cells: t.Cells[8:9]}}
	return t
}

// revised is the table with changes of the paragraphs themselves.
func (g *gallery) revised() view.Text {
	t := g.text()
	t.May["text.revise"] = true
	p := &t.Paragraphs[5]
	p.New, p.NewBy, p.From, p.Final = true, g.party("lantern"), []string{"4"}, "6"
	p.Alternatives = append(p.Alternatives, view.Wording{ID: "lantern-31", Label: "5 ter", By: g.party("lantern"), State: "alternative", Omit: true, Into: "4", With: []string{"4"}, Whole: true},
		view.Wording{ID: "lantern-32", Label: "5 quater", By: g.party("lantern"), State: "alternative", Placed: true, Of: "5", Orphan: true, Marks: []view.Mark{{Key: "conflict.same_words", Labels: []string{"5 bis"}, Languages: []lang.Tag{"en"}}, {Key: "conflict.moved"}}, Versions: versions(lang.Text{"en": "Elsewhere <b>"})})
	t.Paragraphs[0].Asked = []view.Asked{{Kind: "date", Words: "2025年<b>1月", In: "ja", Missing: []lang.Tag{"en", "zh-Hans"}}}
	t.Ending = view.Ending{Kind: "superseded", Other: &view.Ref{ID: "js-10"}, Acts: []string{"resume", "lapse"}, Others: []view.Ref{{ID: "js-8", Title: lang.Text{"ja": "第八回<b>共同声明"}}},
		Words: []view.Parting{{Party: g.party("lantern"), Kind: "lapse", Other: &view.Ref{ID: "js-8", Title: lang.Text{"ja": "第八回<b>共同声明"}}, Reason: "<b>", At: galleryNow, Entry: "lantern-40", Stands: true}}}
	t.Aside = []view.Paragraph{t.Paragraphs[6]}
	t.Aside[0].ID, t.Aside[0].Main.State = "lantern.1", "withdrawn"
	return t
}

func (g *gallery) paragraph(id text.ParaID, kind string, wording lang.Text, cites []string, annex string) view.Paragraph {
	p := view.Paragraph{ID: id, Kind: kind, Label: string(id), Status: galleryStatus[id], Annex: annex,
		Main: view.Wording{ID: "millstone-3", Label: string(id), By: g.party("millstone"), Member: "millstone-draft", State: "tabled", Versions: versions(wording)}}
	level := map[string]string{view.Agreed: "confirmed", view.AdRef: "ad_ref", view.Proposed: "none", view.Bracketed: "none"}[p.Status]
	for _, party := range g.parties {
		p.Standings = append(p.Standings, view.Standing{Party: party, Kind: level})
	}
	for _, d := range g.Documents {
		if slices.Contains(cites, d.ID) {
			p.Cites = append(p.Cites, view.Cite{Document: view.Document{ID: d.ID, Titles: everybodys(d.Titles)}})
		}
	}
	switch id {
	case "4":
		p.Reservations = []view.Reservation{{Label: "scrutiny-millstone-4", Kind: "scrutiny", Party: g.party("millstone")}}
		p.Standings[1].Kind = "support"
	case "5":
		g.bracket(&p)
	case "6":
		p.Package = []string{"5"}
		p.Alternatives = []view.Wording{{ID: "millstone-9", Label: "6 bis", By: g.party("millstone"), Member: "millstone-draft", State: "alternative", Note: "drops the time limit", Versions: versions(g.Alternatives["6 bis"])}}
		p.Standings[0] = view.Standing{Party: g.party("millstone"), Kind: "support", Label: "6 bis"}
		p.Standings[1] = view.Standing{Party: g.party("cedar"), Kind: "reopened"}
		p.Flags = []view.Flag{{ID: "lantern-14", Language: lang.Japanese, Party: g.party("lantern"), Note: "draft had 懸案 (pending issue) where en has concern and zh 关切; should be 懸念"},
			{ID: "lantern-12", Language: lang.Chinese, Party: g.party("lantern"), Note: "关心 or 关切", Resolved: true, Answer: "关切 throughout"}}
	case "7":
		p.Alternatives = []view.Wording{{ID: "lantern-5", Label: "7 bis", By: g.party("lantern"), Member: "lantern-draft", State: "withdrawn", Supporters: []view.Party{g.party("cedar")}, Versions: versions(g.Alternatives["7 bis"])}}
		p.Main.Versions[2].SignedOff = []view.Party{g.party("millstone")}
	case "8":
		p.Main.Versions = p.Main.Versions[:2]
	case "9":
		p.Main.Versions[1].Contested = true
		p.Main.Courtesy = []view.Version{{Lang: lang.Japanese, Parts: []view.Part{{Text: wording[lang.Japanese]}}}}
	}
	return p
}

// bracket opens the main verb of paragraph 5.
func (g *gallery) bracket(p *view.Paragraph) {
	p.Package = []string{"6"}
	a, b := lang.Text{"en": "encourage", "zh-Hans": "鼓励", "ja": "促す"}, lang.Text{"en": "call upon", "zh-Hans": "呼吁", "ja": "求める"}
	p.Brackets = []view.Bracket{{Party: g.party("cedar"), Where: "main verb", Options: []view.BracketOption{{Text: a, By: g.parties[:1]}, {Text: b, By: g.parties[1:]}}}}
	p.Standings[1].Kind = "bracket"
	for i, v := range p.Main.Versions {
		before, after, _ := strings.Cut(v.Parts[0].Text, a[v.Lang])
		p.Main.Versions[i].Parts = []view.Part{{Text: before}, {Options: []view.Option{{Text: a[v.Lang], By: g.parties[:1]}, {Text: b[v.Lang], By: g.parties[1:]}}}, {Text: after}}
	}
}

// adopted is the same text at its end.
func (g *gallery) adopted() view.Text {
	t := g.text()
	t.Stage, t.Alerts, t.Missing, t.Document, t.PublicAt = "adopted", nil, nil, "", galleryNow.Add(48*time.Hour)
	t.Counts = view.Counts{Total: 12, Agreed: 12}
	for i := range t.Cells {
		t.Cells[i].Status = view.Agreed
		p := &t.Paragraphs[i]
		p.Status, p.Brackets, p.Flags, p.Reservations, p.Package = view.Agreed, nil, nil, nil, nil
		p.Main.Versions = versions(g.Paragraphs[i].Text)
		p.Main.State = "settled"
		for j := range p.Standings {
			p.Standings[j] = view.Standing{Party: g.parties[j], Kind: "confirmed"}
		}
		for j := range p.Alternatives {
			p.Alternatives[j].State = "not_taken"
		}
	}
	r := view.Round{Number: 1, Manifest: strings.Repeat("5d41402abc4b2a76", 4), Verdict: "adopted"}
	for i, p := range g.parties {
		r.Initials = append(r.Initials, view.Initials{Party: p, Member: string(p.ID) + "-draft", At: galleryNow})
		r.Seals = append(r.Seals, view.Seal{Party: p, State: "sealed", Member: string(p.ID) + "-seal1", At: galleryNow.Add(time.Hour), Acknowledged: true, Entry: string(p.ID) + "-40", Fingerprints: []string{"SHA256:" + strings.Repeat("aZ3"[i:i+1], 43)}})
	}
	r.Signings = []view.Signing{{Party: g.parties[0], Day: "2009-03-31", Place: lang.Text{"en": "Harbour <Town>", "ja": "港町"}, Office: lang.Text{"en": "Minister for Foreign Affairs"}, Note: "after the meeting", Member: "cedar-sec"}, {Party: g.parties[1], Day: "2009-03-31", Place: lang.Text{"ja": "港町"}, Member: "lantern-sec"}}
	t.Rounds = []view.Round{r}
	g.rectified(&t)
	return t
}

// rectified has one correction made and one proposed.
func (g *gallery) rectified(t *view.Text) {
	t.May = map[string]bool{"text.rectify": true, "text.declare": true, "text.sign": true}
	t.Statements = []view.Statement{{ID: "cedar-31", Party: g.party("cedar"), Label: "4", Text: lang.Text{"en": "Understood to bind nobody."}, Travels: true, Retract: true}, {ID: "lantern-30", Party: g.party("lantern"), Text: lang.Text{"ja": "撤回した声明。"}}}
	v := &t.Paragraphs[3].Main.Versions[0]
	v.Corrected = &view.Corrected{Sealed: v.Parts[0].Text + " [sic]", By: []view.Correction{{ID: "lantern-44", Symbol: "VALLEY/9/JS/Corr.1"}}}
	said := func(kinds ...string) (out []view.Word) {
		for i, k := range kinds {
			out = append(out, view.Word{Party: g.parties[i], Kind: k, At: galleryNow, Entry: string(g.parties[i].ID) + "-50"})
		}
		return out
	}
	t.Rectifications = []view.Rectification{
		{ID: "lantern-44", Symbol: "VALLEY/9/JS/Corr.1", Status: "corrected", By: g.party("lantern"), Member: "lantern-trans", At: galleryNow, Until: galleryNow, Said: said("attests", "attests", "attests"),
			Errata: []view.Erratum{{Paragraph: "2", Label: "2", Lang: lang.English, Defective: "intenational", Corrected: "international"}}},
		{ID: "lantern-46", Status: "proposed", By: g.party("lantern"), Member: "lantern-trans", At: galleryNow, Until: galleryNow, Note: "a doubled word", Said: said("none", "objects", "attests"), Attests: true, Objects: true,
			Errata: []view.Erratum{{Paragraph: "2", Label: "2", Lang: lang.Japanese, Defective: "立脚する立脚する", Corrected: "立脚する"}}},
		{ID: "lantern-48", Status: "objected", By: g.party("lantern"), Member: "lantern-trans", At: galleryNow, Until: galleryNow, Said: said("none", "objects", "none")},
	}
}

// asides are papers off the record, one of each direction.
func (g *gallery) asides() view.Asides {
	return view.Asides{Chrome: g.chrome(), Reactions: []string{"welcome", "changes", "not_now"}, Papers: []view.Aside{{ID: "00ff", Party: g.parties[1], Gone: galleryNow.Add(time.Hour), Text: "An <offer>\n\nin two lines", Sounding: &view.Sounding{By: "2025-01-10", State: "unanswered"}},
		{ID: "11ee", Party: g.parties[1], Out: true, Waiting: true, Gone: galleryNow.Add(48 * time.Hour), Text: "An answer"},
		{ID: "22dd", Party: g.parties[1], Out: true, Gone: galleryNow.Add(48 * time.Hour), Text: "A draft", Sounding: &view.Sounding{By: "2025-01-10", State: "changes", Reaction: "changes", Words: "not <two>", Waiting: true}}}}
}

// sealing is the sealing table of the adopted text, before our own seal.
func (g *gallery) sealing() view.Sealing {
	ad := g.adopted()
	ad.Stage = "sealing"
	ad.Rounds[0].Verdict = "pending"
	ad.Rounds[0].Seals[0] = view.Seal{Party: g.parties[0], State: "none"}
	side := g.sides()[0]
	return view.Sealing{Chrome: ad.Chrome, TextCard: ad.TextCard, Drafting: ad.Drafting, Round: ad.Rounds[0], Statement: "entente seal v1\n", Digest: strings.Repeat("0a", 32), Threshold: 2, Sides: g.sides(),
		Papers: []view.Paper{{Path: "text/en.txt", Lang: "en", Text: "Joint statement <1>\n"}, {Path: "rendering/ja/east.txt", Lang: "ja", Side: &side, Text: "共同声明\n"}},
		Keys:   []view.SealKey{{Name: "seal1"}, {Name: "agent:SHA256:x", Agent: true}},
		May:    map[string]bool{"seal.affix": true, "seal.decline": true, "seal.withdraw": true, "text.initial": true}}
}

func (g *gallery) mechanism() view.Mechanism {
	main := view.Series{ID: "main", Main: true, Meetings: g.Meetings, Breaks: []view.Break{{After: 4, Before: 5, Years: 6, Months: 10}, {After: 8, Before: 9, Years: 6, Months: 3}}}
	main.Meetings[9].Status = "agreed in principle at meeting 9"
	main.Meetings[8].Agenda = []lang.Text{g.Title}
	over := g.card()
	over.ID, over.Stage, over.Over = "js-7", "public", true
	m := view.Mechanism{Chrome: g.chrome(), Sides: g.sides(), Founded: "2006-02-21", Languages: []lang.Tag{lang.Chinese, lang.Japanese, lang.English}, Drafting: lang.English,
		Rules: charter.Rules{HostRotation: "alternate"}, Fingerprint: "4821 0937 5510 2268 7743 9051 3362 8817", Digest: strings.Repeat("c0ffee1234567890", 4), Entries: 120,
		Awaits: g.awaits(), Texts: []view.TextCard{g.card(), over}, Series: []view.Series{main, {ID: "birch-series", Names: g.Parallel.Names, Meetings: g.Parallel.Meetings}}}
	for _, d := range g.Documents {
		doc := view.Document{ID: d.ID, Date: d.Date, Place: d.Place, Kind: d.Kind, InForce: d.InForce, Titles: everybodys(d.Titles)}
		if d.ID == "fd-1998" {
			doc.Conflicts = []view.Conflict{{Date: "1998-11-28", Source: "S25"}}
			doc.Titles = append(doc.Titles, charter.Name{Lang: lang.English, UsedBy: "side-west", Full: "Declaration of the Autumn of 1998"})
		}
		m.Documents = append(m.Documents, doc)
	}
	m.Logs = g.logs()
	return m
}

func (g *gallery) logs() []view.Log {
	return []view.Log{
		{Party: g.parties[0], Size: 52, Applied: 51, Confirmed: []view.Confirmed{{Party: g.parties[1], Size: 52}, {Party: g.parties[2], Size: 52}}},
		{Party: g.parties[1], Size: 41, Applied: 41, Confirmed: []view.Confirmed{{Party: g.parties[0], Size: 36}, {Party: g.parties[2], Size: 41}}},
		{Party: g.parties[2], Size: 27, Applied: 27, Confirmed: []view.Confirmed{{Party: g.parties[0], Size: 27}, {Party: g.parties[1], Size: 27}}},
	}
}

func (g *gallery) awaits() []view.Await {
	return []view.Await{
		{Ref: "valley", Matter: "text/js-9", What: "awaits.confirm", Params: refusal.Params{"text": "js-9", "paragraphs": "7", "n": "1"}, Title: g.Title, Yours: true, Due: "2025-01-08", Overdue: true, Held: "ours/act-4"},
		{Ref: "valley", Matter: "charter", What: "awaits.charter_seal"},
	}
}

// terms are a word that is agreed and missing somewhere, one that is proposed, and one that each side has its own of.
func (g *gallery) terms() []view.TermHit {
	words := lang.Text{"en": "exchange", "ja": "交流"}
	own := []view.OwnWord{{Party: g.parties[0], Language: "ja", Term: "交流協議会", Stands: true}, {Party: g.parties[1], Language: "en", Term: "visits <"}}
	return []view.TermHit{{Path: "/glossary/x", Title: words, Term: words, Agreed: true, Missing: []lang.Tag{"ja"}}, {Path: "/glossary/y", Title: words, Term: words, Own: own},
		{Path: "/topics/t-1", Title: g.Title, Contested: true, Own: own}}
}

// found is what is found of the adopted text in its paragraphs.
// dues are a commitment with every standing that there is, two of them on milestones and one without a day.
func (g *gallery) dues() *view.Dues {
	row := view.DueRow{ID: "k-1", Title: lang.Text{"en": "Meet <b> each year", "ja": "毎年会う"}, Side: g.sides()[0], Marks: []view.DueMark{{ID: "m-1", Title: lang.Text{"en": "Desk <named>"}, Day: "2024-12-01", At: "5.00%", Standing: "overdue"},
		{ID: "m-2", Day: "2025-02-01", At: "30.00%", Standing: "done"}, {ID: "m-3", Standing: "open"}, {Day: "2025-06-01", At: "90.00%", Standing: "assessed"}}}
	other := view.DueRow{ID: "k-2", Side: g.sides()[1], Marks: []view.DueMark{{Day: "2025-04-01", At: "60.00%", Standing: "reported"}}}
	return &view.Dues{Rows: []view.DueRow{row, other}, Ticks: []view.DueTick{{Day: "2025-01", At: "20.00%"}}, Today: "2025-01-09", Now: "22.00%"}
}

// precedents are one passage of an adopted text that has hostile markup, in another mechanism also one without a word in the text's languages.
func (g *gallery) precedents(everywhere bool) []view.Precedents {
	one := view.Precedent{Text: lang.Text{"en": "Both sides <b> will talk.", "ja": "対話を維持する。"}, Hit: view.Hit{Names: everybodys(g.Title), Symbol: "Valley/JS/7", Path: "/texts/js-7#p-2", What: "text.table", Label: "2",
		Versions: []view.HitVersion{{Lang: "en", Spans: search.Phrase(lang.Text{"en": "Both sides <b> will"}).Shared("en", "Both sides <b> will talk."), Share: "46"}, {Lang: "ja", Spans: search.Phrase(lang.Text{"ja": "対話を維持する。"}).Shared("ja", "対話を維持する。"), Share: "100"}},
		Seals:    []view.HitSeal{{Party: g.parties[0], Member: "cedar-head <", At: galleryNow}}}}
	out := []view.Precedents{{Chrome: g.chrome(), Behind: 12_345, Hits: []view.Precedent{one}}}
	if everywhere {
		other := g.chrome()
		other.Ref = "ridge"
		foreign := one
		foreign.Text = lang.Text{"fr": "Les deux parties"}
		out = append(out, view.Precedents{Chrome: other, Hits: []view.Precedent{foreign}})
	}
	return out
}

func (g *gallery) found(ask view.Ask) (view.Found, error) {
	out := view.Found{Chrome: g.chrome(), Scope: ask.Scope, Next: 7, Over: true, Counts: []view.Count{{Key: "text", All: 1990}, {Key: "concern", All: 9}, {Key: "unheard-of", All: 1}}}
	q, err := search.Parse(ask.Words)
	if err != nil {
		return out, err
	}
	for _, p := range g.Paragraphs {
		h := view.Hit{Names: everybodys(g.Title), Symbol: "Valley/JS/9", Path: "/texts/js-9#p-" + string(p.ID), What: "text.table", Label: string(p.ID)}
		for _, tag := range p.Text.Tags() {
			h.Versions = append(h.Versions, view.HitVersion{Lang: tag, Spans: search.Mark(p.Text[tag], q, false)})
		}
		if !(search.Passage{Text: p.Text}).Finds(q, false) {
			continue
		}
		for _, party := range g.parties {
			h.Seals = append(h.Seals, view.HitSeal{Party: party, Member: string(party.ID) + "-head", At: galleryNow})
		}
		if ask.Scope == search.Record {
			h.Seals, h.Party, h.At, h.Day, h.OneSided = nil, &g.parties[0], galleryNow, "2025-01-09", true
			h.Alone = &g.sides()[0]
		}
		out.Hits = append(out.Hits, h)
	}
	return out, nil
}

// ours is one of everything that our side keeps for itself.
func (g *gallery) ours() view.Ours {
	place := view.OurPlace{Matter: "text/js-9", Place: "5"}
	stand := view.OfficeStand{Office: "Legal <office>", Members: []string{"cedar-legal"}, Verdict: "changes", Words: "shorter <b>", Member: "cedar-legal", At: galleryNow}
	round := view.Clearance{OurPlace: place, ID: "clearance-2", Title: "Our proposal", Lang: lang.English, Member: "cedar-sec", At: galleryNow, Due: galleryNow, Late: true, Standing: "changes", Yours: true, Answers: []string{"Legal <office>"},
		Stands: []view.OfficeStand{stand, {Office: "Treaty", Members: []string{"cedar-hod"}, Verdict: "awaited"}},
		Drafts: []view.OurDraft{{Number: 2, Words: "the second", At: galleryNow, Answers: []view.OfficeStand{stand}}, {Number: 1, Words: "the first", At: galleryNow}}}
	held := view.HeldAct{OurPlace: view.OurPlace{Matter: "text/js-9"}, ID: "act-4", Member: "cedar-hod", At: galleryNow, State: "waiting", Open: true, May: true,
		Acts: []view.HeldEntry{{Type: "text.propose", Source: "{\n  \"note\": \"</script>\"\n}", Lines: []view.HeldLine{{Of: []string{"note"}, Text: "</script>"}, {Of: []string{"2", "unnamed", "text"}, Lang: lang.Japanese, Text: "適切に"}}}}}
	unclear := held
	unclear.ID, unclear.State, unclear.May, unclear.Yours, unclear.Second, unclear.Reason, unclear.Posted, unclear.Acts = "act-5", "unclear", false, true, "cedar-sec", "why <", []string{"cedar-7"}, []view.HeldEntry{{Type: "text.freeze"}}
	return view.Ours{Chrome: g.chrome(), Members: []string{"cedar-hod", "cedar-sec"}, Kinds: []string{"instruction", "brief", "fallback", "minutes", "comment"}, Acts: []view.HeldAct{held, unclear}, OursOn: view.OursOn{Matter: "text/js-9",
		Notes: []view.OurNote{{OurPlace: place, ID: "note-1", Kind: "fallback", Lang: lang.English, Words: "If they insist: <sixty>", Office: "Treaty office", Member: "cedar-sec", At: galleryNow, Was: []string{"ninety"}, Yours: true}},
		Tasks: []view.OurTask{{OurPlace: place, ID: "task-3", Words: "Ask the ministry", For: "cedar-sec", Due: "2025-01-02", Overdue: true, Member: "cedar-hod", Yours: true, Asked: true}}, Rounds: []view.Clearance{round},
		Asked: []view.OurGuest{{Meeting: "main.10", ID: "asked-6", Who: "Mori <mori@example.org>", Asked: true, From: "2025-11-04", Until: "2025-11-06", Says: "accepted", Old: true, Was: "2025-10-28", WasEnd: "2025-10-30", Comment: "late <b>", Sender: "office@example.org", At: galleryNow},
			{Meeting: "main.10", ID: "asked-7", Who: "<tani@example.org>", Asked: true, From: "2025-11-04"}, {Meeting: "main.10", ID: "asked-8", Who: "<x@example.org>", Says: "tentative", At: galleryNow}},
		Came: []view.OurGuest{{Meeting: "main.10", Who: "Mori <mori@example.org>", Asked: true, Says: "declined", Outdone: true}, {Meeting: "main.10", Who: "Abe <abe@example.org>", Says: "counter", For: "mori@example.org", Proposed: &calendar.Proposal{From: "2025-11-11", Until: "2025-11-13", Clock: "09:00–17:00 <Tokyo>"}},
			{Meeting: "main.10", Who: "Mori <mori@example.org>", Asked: true, Says: "delegated", Delegate: "abe@example.org"}}}}
}

// trace has a long pause and an act that is void.
func (g *gallery) trace() view.Trace {
	t := view.Trace{Chrome: g.chrome(), OurPlace: view.OurPlace{Matter: "text/js-9", Place: "5"}, Ours: g.ours().OursOn}
	for i, r := range g.rows() {
		t.Steps = append(t.Steps, view.TraceStep{ID: r.ID, Party: r.Party, Member: r.Member, At: r.At, Type: r.Type, Void: r.Void, Pause: view.Length{Years: i / 3}, On: lang.Text{"en": "sentence <q>"}, Said: lang.Text{"en": "words <b>", "ja": "文"}, Note: "why <", Day: "2009-03-31"})
	}
	return t
}

func (g *gallery) rows() []view.Row {
	at := galleryNow
	out := []view.Row{}
	for i, typ := range []string{"text.reopen", "text.flag", "text.confirm", "seal.affix", "text.propose", "later.kind", "text.table"} {
		p := g.parties[i%3]
		out = append(out, view.Row{ID: string(p.ID) + "-4", Party: p, Turn: 4, At: at.Add(-time.Duration(i*i) * 3 * time.Hour), Member: string(p.ID) + "-draft", Type: typ, Matter: "text/js-9", Title: g.Title})
	}
	out[3].Void = refusal.New(refusal.Conflict, "web.no_paragraph", "paragraph", "13")
	out[5].Waiting = true
	return out
}

// galleryPages are all pages, by name.
func galleryPages(t testing.TB) map[string]page {
	g := loadGallery(t)
	inside := func(c view.Chrome, title string) frame {
		return frame{Chrome: &c, Title: title, Member: "cedar-sec", Node: "cedar", Live: "/m/valley/events", Matter: "text/js-9", Now: galleryNow}
	}
	plain := frame{Title: "Entente", Member: "cedar-sec", Node: "cedar", Now: galleryNow}
	m, tx, ad := g.mechanism(), g.text(), g.adopted()
	tx.May["text.initial"] = true
	young := m
	young.Chrome.InForce, young.Chrome.Illustration, young.Texts, young.Series, young.Documents, young.Awaits, young.Rules.Silence = false, false, nil, nil, nil, nil, true
	many := m
	many.AwaitsCut, many.TextsCut = view.Cut{From: 40, To: 42, All: 2042, Most: 40}, view.Cut{To: 1, All: 2040, Most: 12}
	changes := []view.Change{}
	for _, r := range g.rows() {
		changes = append(changes, view.Change{Ref: "valley", Row: r})
	}
	form := &actForm{Act: "propose", Paragraph: "6", Note: "a note", Text: lang.Text{"en": "Agree to <b>speed up</b>"}}
	refused := inside(tx.Chrome, "Refused")
	copied := inside(tx.Chrome, "Copy")
	copied.Keep, copied.Copy, copied.Live, copied.Until = true, true, "", galleryNow
	refused.Problem, refused.Status, refused.Notice = "The paragraph is settled.", 409, "web.done_accept"
	round := g.adopted()
	round.Stage, round.Rounds[0].Verdict = "sealing", "pending"
	round.Rounds[0].Seals[0] = view.Seal{Party: g.parties[0], State: "none"}
	round.Rounds[0].Seals[1].State = "declined"
	rows := g.rows()
	sealing := g.sealing()
	sealed := g.sealing()
	sealed.Chosen = true
	worded := g.text()
	worded.Paragraphs[0].Terms = g.terms()
	agreed, _ := g.found(view.Ask{Words: "の", Scope: search.Agreed})
	onRecord, _ := g.found(view.Ask{Words: "の", Scope: search.Record})
	onRecord.Loose, onRecord.Behind = true, 12_345
	ours := g.ours()
	beside := g.text()
	beside.Ours = ours.OursOn
	matter := g.matter("concern")
	matter.Ours = ours.OursOn
	revised := g.revised()
	chosen := func(ids ...int) (out []*view.Paragraph) {
		for _, i := range ids {
			out = append(out, &revised.Paragraphs[i])
		}
		return out
	}
	return map[string]page{
		"compare":     &comparePage{Frame: inside(tx.Chrome, "Compare"), T: tx, From: "tabled", Shown: tx.Languages, All: true, Found: redline.Compare(text.Reading{}, text.Reading{Title: tx.Title, Paragraphs: []text.Read{{ID: "6", Label: "6", Text: lang.Text{"en": "New <b>", "ja": "新"}}}}, tx.Languages, redline.Words)},
		"dues":        &mattersPage{Frame: inside(g.chrome(), "Commitments"), M: view.Matters{Chrome: g.chrome(), Kind: "commitment", Dues: g.dues(), Groups: []view.Group{{Rows: []view.MatterRow{{ID: "k-1"}}}}}},
		"precedents":  &precedentsPage{Frame: inside(tx.Chrome, "Agreed before"), T: tx, P: &tx.Paragraphs[0], W: &tx.Paragraphs[0].Main, Shown: tx.Languages, Everywhere: true, Found: g.precedents(true), Takes: &action{Act: "propose"}},
		"unresembled": &precedentsPage{Frame: inside(tx.Chrome, "Agreed before"), T: tx, P: &tx.Paragraphs[0], W: &tx.Paragraphs[0].Main, Shown: tx.Languages, Found: []view.Precedents{{Chrome: tx.Chrome}}},
		"no-compare":  &comparePage{Frame: refused, T: tx, From: "never <", Shown: tx.Languages},
		"revised":     &textPage{Frame: inside(revised.Chrome, "Text"), T: revised, Shown: revised.Languages},
		"revise":      &revisePage{Frame: inside(revised.Chrome, "Revise"), T: revised},
		"revise-one":  &revisePage{Frame: refused, T: revised, Chosen: chosen(4), Form: &actForm{Act: "split", Text: lang.Text{"en": "One <b>"}, Rest: lang.Text{"en": "Two <b>"}, Note: "why <"}},
		"revise-more": &revisePage{Frame: inside(revised.Chrome, "Revise"), T: revised, Chosen: chosen(4, 5)},
		"ours":        &oursPage{Frame: inside(g.chrome(), "Ours"), O: ours, Form: url.Values{"do": {"note"}, "matter": {"text/js-9"}, "words": {"kept <"}}},
		"no-ours":     &oursPage{Frame: inside(g.chrome(), "Ours"), O: view.Ours{Chrome: g.chrome(), Members: ours.Members, Kinds: ours.Kinds}},
		"clearance":   &clearancePage{Frame: inside(g.chrome(), "Clearance"), C: view.ClearancePage{Chrome: g.chrome(), Clearance: ours.Rounds[0]}},
		"held":        &heldPage{Frame: inside(g.chrome(), "Held"), H: view.HeldPage{Chrome: g.chrome(), HeldAct: ours.Acts[0]}},
		"unclear":     &heldPage{Frame: inside(g.chrome(), "Held"), H: view.HeldPage{Chrome: g.chrome(), HeldAct: ours.Acts[1]}},
		"beside":      &textPage{Frame: inside(beside.Chrome, "Text"), T: beside, Shown: beside.Languages},
		"matter":      &matterPage{Frame: inside(matter.Chrome, "Matter"), M: matter},
		"agreed":      &searchPage{Frame: inside(m.Chrome, "Search"), Words: "の", Scope: search.Agreed, To: "/m/valley/search", Found: []view.Found{agreed}},
		"searched":    &searchPage{Frame: plain, Words: "の", Scope: search.Record, To: "/search", Found: []view.Found{onRecord, {Chrome: m.Chrome, Scope: search.Record}}},
		"unsearched":  &searchPage{Frame: plain, Scope: search.Agreed, To: "/search"},
		"words":       &textPage{Frame: inside(worded.Chrome, "Text"), T: worded, Shown: worded.Languages},
		"sealingroom": &sealingPage{Frame: inside(sealing.Chrome, "Sealing"), S: sealing, Opened: "affix"},
		"sealed":      &sealingPage{Frame: inside(sealed.Chrome, "Sealing"), S: sealed, Opened: "withdraw", Reason: "not yet <"},
		"papers":      &papersPage{Frame: inside(g.chrome(), "Papers"), P: g.asides(), To: string(g.parties[1].ID), Text: "kept <", Hours: 72, By: "2025-01-20", On: "00ff", React: "changes", Words: "kept, too <"},
		"draft":       &draftPage{Frame: refused, Ref: "valley", ID: "js-10", Draft: "# Kept <"},
		"home":        &homePage{Frame: plain, Home: view.Home{Member: "cedar-sec", Awaits: g.awaits(), Since: galleryNow.Add(-48 * time.Hour), Changes: changes, Mechanisms: []view.Card{{Chrome: g.chrome(), Sides: g.sides(), Texts: []view.TextCard{g.card()}}}}},
		"empty":       &homePage{Frame: plain},
		"reading":     &homePage{Frame: plain, Home: view.Home{Member: "cedar-sec", Unread: 60}},
		"beginning":   &homePage{Frame: plain, Steps: []firstStep{{"help.step_enter", "/sessions#passkeys", true}, {"help.step_awaits", "#awaits", false}, {"help.step_text", "/m/valley/texts/js-9", false}, {"help.step_record", "/m/valley/record", false}}},
		"help":        &helpPage{Frame: frame{Title: "Help", Member: "cedar-sec", Shortcuts: true}},
		"guide":       &guidePage{Frame: frame{Title: "Guide", Member: "cedar-sec"}, G: guides()["ja"]},
		"help-still":  &helpPage{Frame: plain},
		"mechanism":   &mechanismPage{Frame: inside(m.Chrome, "Mechanism"), M: m, Timeline: view.NewTimeline(m.Series, m.Sides)},
		"many":        &mechanismPage{Frame: inside(m.Chrome, "Mechanism"), M: many, Timeline: view.NewTimeline(m.Series, m.Sides)},
		"crowded":     &homePage{Frame: plain, Home: view.Home{Member: "cedar-sec", Awaits: g.awaits(), AwaitsCut: many.AwaitsCut, Mechanisms: []view.Card{{Chrome: g.chrome(), Texts: []view.TextCard{g.card()}, TextsCut: many.TextsCut}}, All: 40, MechanismsCut: view.CutAt(12, 40, 12)}},
		"found":       &homePage{Frame: plain, Home: view.Home{Member: "cedar-sec", Mechanisms: []view.Card{{Chrome: g.chrome()}}, All: 40, Find: "high valley", MechanismsCut: view.CutAt(0, 1, 12)}},
		"barred":      &homePage{Frame: plain, Home: view.Home{Member: "cedar-sec", Barred: true}},
		"not found":   &homePage{Frame: plain, Home: view.Home{Member: "cedar-sec", All: 40, Find: "lowland", MechanismsCut: view.CutAt(0, 0, 12)}},
		"founding":    &mechanismPage{Frame: inside(young.Chrome, "Founding"), M: young},
		"text":        &textPage{Frame: inside(tx.Chrome, "Text"), T: tx, Shown: tx.Languages},
		"refused":     &textPage{Frame: refused, T: tx, Shown: tx.Languages[1:], Form: form, Chosen: true},
		"adopted":     &textPage{Frame: inside(ad.Chrome, "Text"), T: ad, Shown: ad.Languages},
		"sealing":     &textPage{Frame: inside(round.Chrome, "Text"), T: round, Shown: ad.Languages},
		"record":      &recordPage{Frame: inside(m.Chrome, "Record"), R: view.Record{Chrome: m.Chrome, Digest: m.Digest, Logs: m.Logs, Rows: rows, Older: 12, Parties: g.parties}},
		"entry": &entryPage{Frame: inside(m.Chrome, "Entry"), E: view.Entry{Chrome: m.Chrome, Row: rows[3], Role: "custodian", Reference: "entente/7f3a9c2e01b4d8aa/millstone/1#4@" + m.Mech[:32], LeafHash: m.Mech, Bytes: 612,
			JSON: "{\n  \"type\": \"seal.affix\",\n  \"note\": \"</script>\"\n}", Seen: []view.Seen{{Party: "cedar", Size: 40}}, Confirmed: g.parties[1:]}},
		"press":    &pressPage{Frame: inside(m.Chrome, "Press"), P: g.press()},
		"no-press": &pressPage{Frame: inside(m.Chrome, "Press"), P: view.Press{Chrome: m.Chrome}},
		"keys":     &keysPage{Frame: inside(m.Chrome, "Keys"), K: g.keys()},
		"pouch":    &pouchPage{Frame: inside(m.Chrome, "Pouch"), P: g.pouches()},
		"no-pouch": &pouchPage{Frame: inside(m.Chrome, "Pouch"), P: view.Pouches{Chrome: m.Chrome, Denied: refusal.New(refusal.Denied, "charter.not_on_duty", "member", "cedar-press", "who", "cedar-duty")}},
		"hotline":  &hotLinePage{Frame: inside(m.Chrome, "Line"), L: g.hotLine(), Rows: line.Runs(g.hotLine().Rows)},
		"newline":  &hotLinePage{Frame: inside(m.Chrome, "Line"), L: view.HotLine{Chrome: g.chrome(), ID: "main", Parties: g.parties}},
		"board":    &boardPage{Frame: inside(m.Chrome, "Board"), B: g.board()},
		"parties":  g.partiesPage(true),
		"joined":   g.partiesPage(false),
		"sign-in":  &signInPage{Frame: frame{Title: "Sign in"}},
		"link":     &signInPage{Frame: frame{Title: "Sign in"}, For: "cedar-sec", Link: "secret"},
		"bad-link": &signInPage{Frame: frame{Title: "Sign in"}, Sentence: "This link was used."},
		"sessions": &sessionsPage{Frame: plain, Current: 1, Sessions: gallerySessions(), Password: galleryNow, Trail: []staff.Step{{ID: 2, At: galleryNow, What: staff.SignedIn, Detail: "link: Mozilla/5.0"}, {ID: 1, At: galleryNow, What: staff.LinkMade}}},
		"bound":    &sessionsPage{Frame: plain, Bind: true, SignOn: staff.SignOn{Issuer: "https://house.example", Subject: "4711", Created: galleryNow}},
		"unbound":  &sessionsPage{Frame: plain, Bind: true, Only: true},
		"kept":     &keptPage{Frame: frame{Title: "Copies", Scripted: true}},
		"kept-far": &keptPage{Frame: frame{Title: "Copies", Scripted: true, Copy: true}},
		"not-kept": &keptPage{Frame: plain},
		"copy":     &textPage{Frame: copied, T: tx, Shown: tx.Languages},
		"by-house": &signInPage{Frame: frame{Title: "Sign in"}, SignOn: true, Only: true},
		"sign-on":  &signOnPage{Frame: plain, Issuer: "https://house.example", Answer: signon.Answer{State: "s", Code: "c\"<", Issuer: "https://house.example"}},
		"binding":  &signOnPage{Frame: plain, Bind: true, Issuer: "https://house.example"},
		"password": &passwordPage{Frame: plain, Secret: "ABCD EFGH", Code: "M4 4h1v1h-1z", Size: 29},
		"error":    &errorPage{Frame: plain, Kind: "internal", Sentence: "Something went wrong.", ID: "a1b2c3"},
	}
}

// keys are those of a party that has had everything happen to it.
func (g *gallery) keys() view.Keys {
	m := g.mechanism()
	print := view.Print{Digits: "3041 1385 2560 4363 3649 3532 9152 4609", QR: "M4 4h1v1h-1z", Size: 29}
	out := view.Keys{Chrome: m.Chrome, Fingerprint: print,
		Forks:     []view.ForkedLog{{Party: g.parties[0], Ours: true, Common: 41, Make: "entente evidence settle", Settle: "entente evidence settle settlement CONSENT…"}, {Party: g.parties[1], Common: 7}},
		Witnesses: []view.OutsideWitness{{Name: "witness.example/w1", Size: 40, Of: 41, At: galleryNow}, {Name: "witness.example/w2", Of: 41, Problem: refusal.New(refusal.Conflict, "witness.unknown_log", "name", "witness.example/w2")}},
		SealKeys:  []view.SealKey{{Name: "seal1"}, {Name: "agent:SHA256:x", Agent: true}}}
	asks := view.Petition{Party: g.parties[1], Lost: "the safe", Keys: []view.PetitionKey{{Fingerprint: "SHA256:c5DgCBjFgOKwUy5JmZJwni6a0ib+9UsA4eaYkEjDAGw", Digits: print.Digits}}, Needed: 1, Text: strings.Repeat("0a", 32), Block: "good",
		Command: "entente key consent FILE --text " + strings.Repeat("0a", 32), By: "cedar-sec", At: galleryNow}
	answered := asks
	answered.Settlement, answered.Size, answered.Needed, answered.Text, answered.Answer, answered.SealedBy, answered.Sealed = true, 41, 0, strings.Repeat("0b", 32), "-----BEGIN ENTENTE CONSENT-----", "cedar-custodian", galleryNow
	out.Petition, out.Asked = &asks, []view.Petition{asks, answered}
	for i, p := range g.parties {
		k := view.PartyKeys{Party: p, Nodes: []view.NodeKey{{Generation: 1, Print: print, Newest: i > 0}}, Seals: []view.SealKeySet{{Fingerprints: []string{"SHA256:c5DgCBjFgOKwUy5JmZJwni6a0ib+9UsA4eaYkEjDAGw"}, Threshold: 1}},
			Mandates: []view.MandateList{{Mandates: []charter.Mandate{{Member: string(p.ID) + "-hod", From: "2020-01-01", To: "2024-12-31"}}}}}
		if i == 0 {
			for n, reason := range []string{"rotation", "loss", "theft", "restore"} {
				k.Nodes = append(k.Nodes, view.NodeKey{Since: view.Since{Act: "cedar.2-0", At: galleryNow}, Generation: n + 2, Reason: reason, Lost: "the safe", Print: print, Stated: 41,
					Confirmed: []view.Confirmation{{Party: g.parties[1], Size: 41}}, Newest: n == 3})
			}
		}
		out.Parties = append(out.Parties, k)
	}
	return out
}

// pouches are one of each state.
func (g *gallery) pouches() view.Pouches {
	p := view.Pouches{Chrome: g.chrome(), Next: []view.NextPouch{{Party: g.party("millstone"), Entries: 12, Carried: 5}, {Party: g.party("lantern")}}}
	for i, state := range []string{"on_the_way", "acknowledged", "taken", "unfinished"} {
		p.History = append(p.History, view.Pouch{Party: g.party("millstone"), Out: i < 2, Made: galleryNow.AddDate(0, 0, -i), Bytes: 34_567, Entries: 12, Part: 1, Of: int64(1 + i%2*2), State: state})
	}
	p.History[3].Missing, p.History[3].Gaps = []int64{2, 3}, []view.Earlier{{Party: "millstone", From: "millstone-8", To: "millstone-19"}}
	return p
}

func pageNames(m map[string]page) []string { return slices.Sorted(maps.Keys(m)) }
