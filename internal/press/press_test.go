package press

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"entente.example/lang"
	"entente.example/proof"
)

// sample is a communiqué whose words try to break whatever they are put into.
func sample(id string, hostile string) *Communique {
	return &Communique{Key: Key{"valley", id}, Statement: strings.Repeat("ab", 32), Public: time.Date(2025, 1, 14, 8, 0, 0, 0, time.UTC), Headline: lang.Text{"en": "Headline " + hostile, "ja": "見出し"},
		Lead: lang.Text{"en": "Lead " + hostile}, Seals: []Seal{{Party: "cedar", Names: lang.Text{"en": "Cedar " + hostile}}}, Topics: map[string]lang.Text{"t-law": {"en": "Law " + hostile}},
		Cited: []Document{{ID: "fd-1972", Titles: lang.Text{"en": "Statement of 1972"}, Date: "1972-09-29", Paragraphs: []string{"1"}}},
		Content: &proof.Content{Title: lang.Text{"en": "Joint Statement of the Ninth Meeting", "zh-Hans": "第九次会议联合声明"}, Languages: []proof.Language{{Tag: "en", Status: "authentic"}, {Tag: "zh-Hans", Status: "authentic"}},
			Paragraphs: []proof.Paragraph{{ID: "1", Label: "1", Text: lang.Text{"en": "The parties keep their channel open, whatever the situation; they will not close it.", "zh-Hans": "各政党无论局势如何都保持渠道畅通，不予关闭。"}},
				{ID: "2", Label: "2", Text: lang.Text{"en": "They will meet again in 2026. Each side will name a host.", "zh-Hans": "各政党将于2026年再次会晤。各方将确定东道主。"}}}}}
}

// Feeds stay well-formed whatever stands in them, and what is read back is what was put in: attack 38.
func TestFeedsAreWellFormed(t *testing.T) {
	const hostile = "]]> & <script>alert(1)</script> \" ' %s \u202egnp.exe \u05d0\u05d1"
	f := Feed{Base: "https://press.example", Lang: "en", Title: "Press room " + hostile, Page: "/en/", Self: "/en/feed", All: []*Communique{sample("js-9", hostile)}}
	atom, err := f.Atom()
	if err != nil {
		t.Fatal(err)
	}
	var a struct {
		Lang    string `xml:"lang,attr"`
		Title   string `xml:"title"`
		Entries []struct {
			ID    string `xml:"id"`
			Title string `xml:"title"`
			Links []struct {
				Href string `xml:"href,attr"`
			} `xml:"link"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal(atom, &a); err != nil {
		t.Fatal(err)
	}
	if a.Title != f.Title || len(a.Entries) != 1 || a.Entries[0].Title != "Headline "+hostile || a.Lang != "en" || a.Entries[0].Links[0].Href != "https://press.example/en/valley/js-9/" {
		t.Errorf("Atom: %+v", a)
	}
	rss, err := f.RSS()
	if err != nil {
		t.Fatal(err)
	}
	var r struct {
		Items []struct {
			Title string `xml:"title"`
			GUID  string `xml:"guid"`
		} `xml:"channel>item"`
	}
	if err := xml.Unmarshal(rss, &r); err != nil || len(r.Items) != 1 || r.Items[0].Title != "Headline "+hostile {
		t.Errorf("RSS: %v %+v", err, r)
	}
	b, err := f.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var j struct {
		Items []struct{ ID, Title string }
	}
	if err := json.Unmarshal(b, &j); err != nil || j.Items[0].Title != "Headline "+hostile {
		t.Errorf("JSON Feed: %v %+v", err, j)
	}
	if want := "ni:///sha-256;q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s?lang=en"; a.Entries[0].ID != want || r.Items[0].GUID != want || j.Items[0].ID != want {
		t.Errorf("the id changes with the form: %s, %s, %s", a.Entries[0].ID, r.Items[0].GUID, j.Items[0].ID)
	}
}

// A title of a hundred thousand characters, lines of every kind and a hundred thousand texts make no other feed: as many items as it holds, each readable: attack 38.
func TestFeedsHaveTheirBounds(t *testing.T) {
	c := sample("js-9", "")
	c.Headline["en"] = "a\r\nb\rc\x00 " + strings.Repeat("很长&<", 25_000)
	f := Feed{Base: "https://press.example", Lang: "en", Page: "/en/", Self: "/en/feed", All: slices.Repeat([]*Communique{c}, 100_000)}
	atom, err1 := f.Atom()
	rss, err2 := f.RSS()
	var a struct {
		Titles []string `xml:"entry>title"`
	}
	var r struct {
		Titles []string `xml:"channel>item>title"`
	}
	if err := errors.Join(err1, err2, xml.Unmarshal(atom, &a), xml.Unmarshal(rss, &r)); err != nil {
		t.Fatal(err)
	}
	_, title := c.Title("en")
	want := slices.Repeat([]string{strings.NewReplacer("\r", "", "\x00", "").Replace(title)}, feedLength)
	if !slices.Equal(a.Titles, want) || !slices.Equal(r.Titles, want) {
		t.Errorf("%d and %d items, %.40q", len(a.Titles), len(r.Titles), a.Titles[0])
	}
}

// An id says what was sealed and nothing else: an old text served from elsewhere, later or under another headline is not a new one: attack 36.
func TestFeedIDsStay(t *testing.T) {
	old := sample("js-9", "")
	again := sample("js-9", "breaking")
	again.Public = old.Public.AddDate(1, 0, 0)
	a, b := Feed{Base: "https://a.example", Lang: "en"}, Feed{Base: "https://b.example", Lang: "en"}
	if a.id(old) != b.id(again) {
		t.Errorf("%s became %s", a.id(old), b.id(again))
	}
}

func TestSchemaNamesWhatItRestsOn(t *testing.T) {
	b, err := json.Marshal(sample("js-9", "").Schema("https://press.example", "en"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"@type":"NewsArticle"`, `"isBasedOn":[{"@type":"CreativeWork"`, `"inLanguage":"en"`, `"alternativeHeadline":"Joint Statement of the Ninth Meeting"`, `"datePublished":"2025-01-14T08:00:00Z"`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%s is missing in %s", want, b)
		}
	}
}

func TestFindSaysWhatStandsThere(t *testing.T) {
	x := NewIndex([]*Communique{sample("js-9", "")})
	for quote, want := range map[string]string{
		"The parties keep their channel open, whatever the situation; they will not close it.":                                          Complete,
		"the PARTIES keep their channel open – whatever the situation":                                                                  Complete, // the reader sees what follows
		"the situation; they will close it.":                                                                                            Not,      // a word is missing inside
		"1 The parties keep their channel open, whatever the situation; they will not close it.\n2 They will meet again in 2026.":       Complete,
		"9 The parties keep their channel open, whatever the situation; they will not close it.":                                        Partly, // under another number
		"They will meet again in 2026. […] The parties keep their channel open, whatever the situation":                                 Scattered,
		"The parties keep their channel open, whatever the situation. They will build a bridge together. They will meet again in 2026.": Partly,
		"各政党无论局势如何都保持渠道畅通":                                                                                                              Complete,
		"各政党决定关闭渠道，不再会晤":                                                                                                                Not,
		"The parties will close their channel for good and all.":                                                                        Not,
		"2026": TooShort,
		"":     TooShort,
	} {
		if got := x.Find(quote); got.Verdict != want {
			t.Errorf("%q: %s, want %s %+v", quote, got.Verdict, want, got.Pieces)
		}
	}
	p := x.Find("they will not close it").Pieces[0].Places[0]
	if p.Before != "The parties keep their channel open, whatever the situation; " || p.Words != "they will not close it." || p.After != "" || p.Paragraph != "1" {
		t.Errorf("%+v", p)
	}
	if hits := x.Search("host 2026", "en"); len(hits) != 1 || hits[0].Paragraph != "2" {
		t.Errorf("search: %+v", hits)
	}
}

// Whatever is asked, nothing breaks, and the paragraph that is shown is the paragraph as it is. What was copied from a paragraph is always found.
func FuzzFind(f *testing.F) {
	c := sample("js-9", "")
	x := NewIndex([]*Communique{c})
	for _, s := range []string{"", "They will meet again in 2026.", "各方将确定东道主", "\xff\xfe […] ...", "1\tThe parties keep", "ﬁ ① Ǻ", strings.Repeat("they will ", 400)} {
		f.Add(s, 3, 40)
	}
	f.Fuzz(func(t *testing.T, quote string, from, to int) {
		for _, p := range append(x.Find(quote).Pieces, Piece{Places: x.Search(quote, "en")}) {
			for _, at := range p.Places {
				want := c.Content.Title[at.Lang]
				for _, para := range c.Content.Paragraphs {
					if para.ID == at.Paragraph {
						want = para.Text[at.Lang]
					}
				}
				if at.Before+at.Words+at.After != want {
					t.Fatalf("%q shows %q, %q, %q", quote, at.Before, at.Words, at.After)
				}
			}
		}
		whole := c.Content.Paragraphs[1].Text["en"]
		if from < 0 || to > len(whole) || to-from < 25 {
			return
		}
		if got := x.Find(whole[from:to]).Verdict; got != Complete {
			t.Errorf("%q is %s", whole[from:to], got)
		}
	})
}

// Feeds can be read by any program whatever words stand in them: one item, with these words and no others.
func FuzzFeeds(f *testing.F) {
	for _, s := range []string{"x", "]]> & <script>", "\x00\x1b[2J\r\n", "\ufffe\uffff\xff", "\u202e\"'<!--", "\n\t "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		feed := Feed{Base: "https://press.example", Lang: "en", Title: s, Page: "/en/", Self: "/en/feed", All: []*Communique{sample("js-9", s)}}
		var atom struct {
			Title   string `xml:"title"`
			Entries []struct {
				Title   string   `xml:"title"`
				Summary string   `xml:"summary"`
				Authors []string `xml:"author>name"`
			} `xml:"entry"`
		}
		var rss struct {
			Items []struct {
				Title      string   `xml:"title"`
				Categories []string `xml:"category"`
			} `xml:"channel>item"`
		}
		var own struct {
			Title string `json:"title"`
			Items []struct {
				Title string `json:"title"`
				Text  string `json:"content_text"`
			} `json:"items"`
		}
		a, err1 := feed.Atom()
		r, err2 := feed.RSS()
		j, err3 := feed.JSON()
		if err := errors.Join(err1, err2, err3, xml.Unmarshal(a, &atom), xml.Unmarshal(r, &rss), json.Unmarshal(j, &own)); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		if len(atom.Entries) != 1 || len(rss.Items) != 1 || len(own.Items) != 1 {
			t.Fatalf("%q makes %d, %d and %d items of one", s, len(atom.Entries), len(rss.Items), len(own.Items))
		}
		said := visible(s)
		if e := atom.Entries[0]; atom.Title != said || e.Title != "Headline "+said || e.Summary != "Lead "+said || !slices.Equal(e.Authors, []string{"Cedar " + said}) {
			t.Errorf("%q is %+v in Atom", s, atom)
		}
		if i := rss.Items[0]; i.Title != "Headline "+said || !slices.Equal(i.Categories, []string{"Law " + said}) {
			t.Errorf("%q is %+v in RSS", s, i)
		}
		if utf8.ValidString(s) && (own.Title != s || own.Items[0].Title != "Headline "+s) {
			t.Errorf("%q is %+v in JSON", s, own)
		}
	})
}

// Scenario a08, for programs: who takes a text over prints the corrected wording, is told that it is another version, and finds no correction in other languages.
func TestA08CorrectionReachesPrograms(t *testing.T) {
	c := sample("js-9", "")
	at := c.Public.AddDate(0, 1, 0)
	c.Corrections = []Correction{{Symbol: "Corr.1", At: at, Changes: []Change{{Paragraph: "1", Label: "1", Lang: "en", Before: c.Content.Paragraphs[0].Text["en"], After: "The corrected words."}}}}
	for tag, corrected := range map[lang.Tag]bool{"en": true, "zh-Hans": false} {
		f := Feed{Base: "https://press.example", Lang: tag, All: []*Communique{c}}
		feed, err := f.JSON()
		if err != nil {
			t.Fatal(err)
		}
		ninjs, err := c.Ninjs("https://press.example", tag)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range []string{string(feed), string(ninjs), c.Schema("", tag)["articleBody"].(string)} {
			if strings.Contains(b, "The corrected words.") != corrected || corrected && strings.Contains(b, "keep their channel open") {
				t.Errorf("%s: %s", tag, b)
			}
		}
		if !strings.Contains(string(ninjs), `"version": "2"`) || !strings.Contains(string(ninjs), at.Format(time.RFC3339)) || !strings.Contains(string(feed), `"date_modified": "`+at.Format(time.RFC3339)) {
			t.Errorf("%s: nobody is told of another version: %s", tag, ninjs)
		}
	}
}

// A text whose place another has taken is not passed off as what holds: every program is told so, as a newer version of the item, and led to the other text if that is public. Its words and its id stay.
func TestSupersededReachesPrograms(t *testing.T) {
	c := sample("js-9", "")
	id, words := (&Feed{Lang: "en"}).id(c), c.wording("en")
	at := c.Public.AddDate(0, 2, 0)
	for _, by := range []Key{{}, {"valley", "js-10"}} {
		c.Superseded = &Superseded{At: at, By: by}
		f := Feed{Base: "https://press.example", Lang: "en", All: []*Communique{c}, Said: func(*Superseded) string { return "ANOTHER STANDS." }}
		atom, err1 := f.Atom()
		rss, err2 := f.RSS()
		feed, err3 := f.JSON()
		ninjs, err4 := c.Ninjs("https://press.example", "en")
		schema, err5 := json.Marshal(c.Schema("https://press.example", "en"))
		if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
			t.Fatal(err)
		}
		for form, b := range map[string][]byte{"Atom": atom, "RSS": rss, "JSON": feed} {
			if !strings.Contains(string(b), "ANOTHER STANDS.") || !strings.Contains(string(b), strings.ReplaceAll(id, "&", "&amp;")) {
				t.Errorf("%s: %s", form, b)
			}
		}
		for form, b := range map[string][]byte{"Atom": atom, "RSS": rss, "JSON": feed, "ninjs": ninjs} {
			if strings.Contains(string(b), "/valley/js-10/") != (by != Key{}) {
				t.Errorf("%s, other text %q: %s", form, by, b)
			}
		}
		for form, b := range map[string][]byte{"JSON": feed, "ninjs": ninjs, "schema.org": schema} {
			if !strings.Contains(string(b), at.Format(time.RFC3339)) || !strings.Contains(string(b), strings.Split(words, "\n")[0]) {
				t.Errorf("%s is no newer version with the same words: %s", form, b)
			}
		}
		if !strings.Contains(string(ninjs), `"version": "2"`) || !strings.Contains(string(ninjs), "Superseded since 2025-03-14.") || !strings.Contains(string(schema), `"creativeWorkStatus":"Superseded"`) {
			t.Errorf("agencies are not told: %s\n%s", ninjs, schema)
		}
	}
}

// A communiqué that rests on another names it, and they are related; one that is not public is not named.
func TestEarlierTextsThatArePublic(t *testing.T) {
	old := &Communique{Key: Key{"valley", "js-8"}, Content: &proof.Content{Paragraphs: []proof.Paragraph{{ID: "p5", Label: "5"}}}}
	c := &Communique{Key: Key{"valley", "js-9"}, Content: &proof.Content{Paragraphs: []proof.Paragraph{{ID: "1", Label: "1", Cites: []string{"fd-1972", "text/js-8#p5", "text/js-8", "text/secret#1"}}}}}
	e := &Edition{All: []*Communique{c, old}}
	got := e.Earlier(c, &c.Content.Paragraphs[0])
	if len(got) != 2 || got[0].Communique != old || got[0].Place != "p5" || got[0].Label != "5" || got[1].Place != "" {
		t.Fatalf("%+v", got)
	}
	if a, b := e.Related(c), e.Related(old); len(a) != 1 || a[0] != old || len(b) != 1 || b[0] != c {
		t.Errorf("%v %v", a, b)
	}
}
