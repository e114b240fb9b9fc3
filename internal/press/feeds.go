package press

import (
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"strings"
	"time"

	"entente.example/lang"
	"entente.example/proof"
)

func unpadded(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// Feed is a list of communiqués in one language for programs that follow it. Base is the site's address without a slash at its end.
type Feed struct {
	Base     string
	Lang     lang.Tag
	Title    string
	Page     string // path of the page that the feed follows
	Self     string // path of the feed without its ending
	All      []*Communique
	Accounts []*Account // readouts, also those that stand below a text
	Hubs     []string   // WebSub hubs that pass on what is new, by address
	// Said is what stands above a communiqué that is superseded, in the feed's language.
	Said func(*Superseded) string
	// OneSide is what stands above a communiqué that is one side's own text.
	OneSide func(*Communique) string
	// Told is what stands for a readout: what it is, and its sentences with everything that was said against each.
	Told func(*Account) (is, whole string)
}

// id stays what it is wherever the feed is served.
func (f *Feed) id(c *Communique) string { return c.Name() + "?lang=" + string(f.Lang) }

// notice is what a reader has to know before anything else of a communiqué; "" while it stands.
func (f *Feed) notice(c *Communique) string {
	above := ""
	if c.Content.Parallel != nil && f.OneSide != nil {
		above = f.OneSide(c) + "\n\n"
	}
	if c.Superseded == nil || f.Said == nil {
		return above
	}
	said := above + f.Said(c.Superseded)
	if c.Superseded.Public() {
		said += " " + f.Base + c.Superseded.By.Path(f.Lang)
	}
	return said + "\n\n"
}

// Links names the hubs and the feed's own address, which hubs know it by, for a Link header; "" without hubs.
func (f *Feed) Links(ending string) string {
	if len(f.Hubs) == 0 {
		return ""
	}
	out := "<" + f.Base + f.Self + "." + ending + `>; rel="self"`
	for _, hub := range f.Hubs {
		out += ", <" + hub + `>; rel="hub"`
	}
	return out
}

// hubs are the same inside a feed.
func (f *Feed) hubs() (out []atomLink) {
	for _, hub := range f.Hubs {
		out = append(out, atomLink{Rel: "hub", Href: hub})
	}
	return out
}

// Summary is the lead, or the first paragraph.
func (c *Communique) Summary(tag lang.Tag) string {
	if _, s := c.Lead.Pick(tag); s != "" {
		return s
	}
	return c.reads(c.Content.Paragraphs[0], tag)
}

type atomLink struct {
	Rel      string `xml:"rel,attr,omitempty"`
	Type     string `xml:"type,attr,omitempty"`
	Hreflang string `xml:"hreflang,attr,omitempty"`
	Href     string `xml:"href,attr"`
}

type atomName struct {
	Name string `xml:"name"`
}

type atomTerm struct {
	Term  string `xml:"term,attr"`
	Label string `xml:"label,attr,omitempty"`
}

type atomEntry struct {
	ID        string     `xml:"id"`
	Title     string     `xml:"title"`
	Updated   string     `xml:"updated"`
	Published string     `xml:"published"`
	Authors   []atomName `xml:"author"`
	Terms     []atomTerm `xml:"category"`
	Links     []atomLink `xml:"link"`
	Summary   string     `xml:"summary"`
}

// Atom is the feed in Atom (RFC 4287).
func (f *Feed) Atom() ([]byte, error) {
	out := struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Lang    string      `xml:"xml:lang,attr"`
		ID      string      `xml:"id"`
		Title   string      `xml:"title"`
		Updated string      `xml:"updated"`
		Links   []atomLink  `xml:"link"`
		Entries []atomEntry `xml:"entry"`
	}{Lang: string(f.Lang), ID: f.Base + f.Page, Title: visible(f.Title), Updated: f.updated().UTC().Format(time.RFC3339),
		Links: []atomLink{{Rel: "self", Type: "application/atom+xml", Href: f.Base + f.Self + ".atom"}, {Rel: "alternate", Type: "text/html", Hreflang: string(f.Lang), Href: f.Base + f.Page}}}
	out.Links = append(out.Links, f.hubs()...)
	for _, x := range f.items() {
		e := atomEntry{ID: x.id, Title: visible(x.title), Updated: x.modified.UTC().Format(time.RFC3339), Published: x.public.UTC().Format(time.RFC3339), Summary: visible(x.summary),
			Links: []atomLink{{Rel: "alternate", Type: "text/html", Hreflang: string(f.Lang), Href: f.Base + x.path}}}
		if x.successor != "" {
			e.Links = append(e.Links, atomLink{Rel: "successor-version", Type: "text/html", Hreflang: string(f.Lang), Href: f.Base + x.successor})
		}
		for _, name := range x.by {
			e.Authors = append(e.Authors, atomName{visible(name)})
		}
		for _, t := range x.topics {
			e.Terms = append(e.Terms, atomTerm{t.Term, visible(t.Label)})
		}
		out.Entries = append(out.Entries, e)
	}
	return marshalXML(out)
}

func marshalXML(v any) ([]byte, error) {
	b, err := xml.MarshalIndent(v, "", " ")
	return append(append([]byte(xml.Header), b...), '\n'), err
}

type rssGUID struct {
	Permanent bool   `xml:"isPermaLink,attr"`
	Value     string `xml:",chardata"`
}

type rssItem struct {
	Title       string   `xml:"title"`
	Link        string   `xml:"link"`
	GUID        rssGUID  `xml:"guid"`
	Date        string   `xml:"pubDate"`
	Categories  []string `xml:"category"`
	Description string   `xml:"description"`
}

// RSS is the feed in RSS 2.0.
func (f *Feed) RSS() ([]byte, error) {
	type channel struct {
		Title       string     `xml:"title"`
		Link        string     `xml:"link"`
		Description string     `xml:"description"`
		Language    string     `xml:"language"`
		Built       string     `xml:"lastBuildDate"`
		Links       []atomLink `xml:"http://www.w3.org/2005/Atom link"`
		Items       []rssItem  `xml:"item"`
	}
	out := struct {
		XMLName xml.Name `xml:"rss"`
		Version string   `xml:"version,attr"`
		Channel channel  `xml:"channel"`
	}{Version: "2.0", Channel: channel{Title: visible(f.Title), Link: f.Base + f.Page, Description: visible(f.Title), Language: string(f.Lang), Built: f.updated().UTC().Format(time.RFC1123Z),
		Links: append([]atomLink{{Rel: "self", Type: "application/rss+xml", Href: f.Base + f.Self + ".rss"}}, f.hubs()...)}}
	for _, x := range f.items() {
		i := rssItem{Title: visible(x.title), Link: f.Base + x.path, GUID: rssGUID{false, x.id}, Date: x.public.UTC().Format(time.RFC1123Z), Description: visible(x.summary)}
		for _, t := range x.topics {
			i.Categories = append(i.Categories, visible(t.Label))
		}
		out.Channel.Items = append(out.Channel.Items, i)
	}
	return marshalXML(out)
}

// JSON is the feed in JSON Feed 1.1.
func (f *Feed) JSON() ([]byte, error) {
	type name struct {
		Name string `json:"name"`
	}
	type item struct {
		ID        string   `json:"id"`
		URL       string   `json:"url"`
		Title     string   `json:"title"`
		Text      string   `json:"content_text"`
		Summary   string   `json:"summary"`
		Published string   `json:"date_published"`
		Modified  string   `json:"date_modified"`
		Authors   []name   `json:"authors"`
		Tags      []string `json:"tags,omitempty"`
		Language  lang.Tag `json:"language"`
	}
	type hub struct {
		Type string `json:"type"`
		URL  string `json:"url"`
	}
	out := struct {
		Version  string   `json:"version"`
		Title    string   `json:"title"`
		Home     string   `json:"home_page_url"`
		Feed     string   `json:"feed_url"`
		Language lang.Tag `json:"language"`
		Hubs     []hub    `json:"hubs,omitempty"`
		Items    []item   `json:"items"`
	}{"https://jsonfeed.org/version/1.1", f.Title, f.Base + f.Page, f.Base + f.Self + ".json", f.Lang, nil, []item{}}
	for _, h := range f.Hubs {
		out.Hubs = append(out.Hubs, hub{"WebSub", h})
	}
	for _, x := range f.items() {
		i := item{ID: x.id, URL: f.Base + x.path, Title: x.title, Text: x.whole, Summary: x.summary, Published: x.public.UTC().Format(time.RFC3339), Modified: x.modified.UTC().Format(time.RFC3339), Language: x.lang}
		for _, n := range x.by {
			i.Authors = append(i.Authors, name{n})
		}
		for _, t := range x.topics {
			i.Tags = append(i.Tags, t.Term)
		}
		out.Items = append(out.Items, i)
	}
	b, err := json.MarshalIndent(out, "", " ")
	return append(b, '\n'), err
}

// reads is a paragraph as it reads today in the language in which the text is shown.
func (c *Communique) reads(p proof.Paragraph, tag lang.Tag) string {
	if now, ok := c.Now(p.ID, c.Shown(tag)); ok {
		return now
	}
	return p.Text[c.Shown(tag)]
}

// wording is the text as lines, with corrections in force: who takes it over prints what holds.
func (c *Communique) wording(tag lang.Tag) string {
	var b strings.Builder
	for _, p := range c.Content.Paragraphs {
		b.WriteString(p.Label + " " + c.reads(p, tag) + "\n\n")
	}
	return strings.TrimSpace(b.String())
}

// visible leaves out what XML cannot hold. Wording of the record has none of it; names that people type may.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' && r != '\t' || r == 0xfffe || r == 0xffff || r >= 0xd800 && r <= 0xdfff {
			return -1
		}
		return r
	}, s)
}
