package press

import (
	"encoding/json"
	"encoding/xml"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"entente.example/lang"
	"entente.example/proof"
)

func (c *Communique) topicIDs() []string { return slices.Sorted(maps.Keys(c.Topics)) }

// thing is something in the words of schema.org.
type thing map[string]any

// Schema describes a communiqué in a language as a NewsArticle of schema.org.
func (c *Communique) Schema(base string, tag lang.Tag) thing {
	_, headline := c.Title(tag)
	at := c.Public.UTC().Format(time.RFC3339)
	out := thing{"@context": "https://schema.org", "@type": "NewsArticle", "@id": base + c.Path(tag), "url": base + c.Path(tag), "headline": headline, "inLanguage": c.Shown(tag),
		"datePublished": at, "dateModified": c.Modified().UTC().Format(time.RFC3339), "identifier": c.Name(), "isAccessibleForFree": true, "image": base + c.Path(tag) + "card.png", "description": c.Summary(tag), "articleBody": c.wording(tag)}
	_, title := c.Content.Title.Pick(c.Shown(tag))
	out["alternativeHeadline"] = title
	if _, s := c.Category.Pick(tag, lang.English); s != "" {
		out["articleSection"] = s
	}
	var authors []thing
	for _, s := range c.Seals {
		_, name := s.Names.Pick(tag, lang.English)
		authors = append(authors, thing{"@type": "Organization", "name": name})
	}
	out["author"], out["publisher"] = authors, authors
	var cited []thing
	for _, d := range c.Cited {
		_, title := d.Titles.Pick(tag, lang.English)
		cited = append(cited, thing{"@type": "CreativeWork", "name": title, "dateCreated": d.Date})
	}
	if len(cited) > 0 {
		out["isBasedOn"] = cited
	}
	var corrections []thing
	for _, k := range c.Corrections {
		for _, x := range k.Changes {
			corrections = append(corrections, thing{"@type": "CorrectionComment", "text": x.Label + ": " + x.After, "inLanguage": x.Lang, "datePublished": k.At.UTC().Format(time.RFC3339)})
		}
	}
	if len(corrections) > 0 {
		out["correction"] = corrections
	}
	if c.Content.Parallel != nil {
		out["disambiguatingDescription"] = proof.OneSide
	}
	if c.Superseded != nil {
		out["creativeWorkStatus"] = "Superseded" // by what, schema.org has no word for: links of the page and feeds say it
	}
	var about []thing
	for _, id := range c.topicIDs() {
		_, name := c.Topics[id].Pick(tag, lang.English)
		about = append(about, thing{"@type": "Thing", "name": name})
	}
	if len(about) > 0 {
		out["about"] = about
	}
	if _, place := c.place(tag); place != "" {
		out["contentLocation"] = thing{"@type": "Place", "name": place}
	}
	return out
}

// place is the first place, by name.
func (c *Communique) place(tag lang.Tag) (lang.Tag, string) {
	if len(c.Places) == 0 {
		return "", ""
	}
	return c.Places[0].Pick(tag, lang.English)
}

// Ninjs describes it for agencies, in ninjs 1.3 of the IPTC, which every later 1.x takes as it is.
func (c *Communique) Ninjs(base string, tag lang.Tag) ([]byte, error) {
	_, headline := c.Title(tag)
	at, version := c.Public.UTC().Format(time.RFC3339), 1+len(c.Corrections)
	var notes []string
	if c.Content.Illustration {
		notes = append(notes, "Illustration: not a statement of anybody.")
	}
	if c.Content.Parallel != nil {
		notes = append(notes, proof.OneSide+".")
	}
	version += len(c.Dissents)
	if s := c.Superseded; s != nil {
		version++
		notes = append(notes, "Superseded since "+s.At.UTC().Format(time.DateOnly)+".")
		if s.Public() {
			notes = append(notes, "In its place: "+base+s.By.Home())
		}
	}
	_, title := c.Content.Title.Pick(c.Shown(tag))
	out := thing{"$standard": thing{"name": "ninjs", "version": "1.3", "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_1.3.json#"}, "uri": base + c.Path(tag), "type": "text", "representationtype": "complete", "profile": "text", "version": strconv.Itoa(version), "versioncreated": c.Modified().UTC().Format(time.RFC3339), "firstcreated": at, "pubstatus": "usable",
		"language": c.Shown(tag), "title": title, "headline": headline, "description_text": c.Summary(tag), "body_text": c.wording(tag),
		"trustindicator": []thing{{"title": "What each party that sealed it sealed, with the proof", "href": base + strings.TrimSuffix(c.Home(), "/") + ".zip"}}}
	var by, about []thing
	var names []string
	for _, s := range c.Seals {
		_, name := s.Names.Pick(tag, lang.English)
		by, names = append(by, thing{"name": name}), append(names, name)
	}
	out["organisation"], out["byline"] = by, strings.Join(names, " · ")
	for _, id := range c.topicIDs() {
		_, name := c.Topics[id].Pick(tag, lang.English)
		about = append(about, thing{"name": name, "code": id})
	}
	if len(about) > 0 {
		out["subject"] = about
	}
	if _, place := c.place(tag); place != "" {
		out["located"] = place
	}
	if len(notes) > 0 {
		out["ednote"] = strings.Join(notes, " ")
	}
	b, err := json.MarshalIndent(out, "", " ")
	return append(b, '\n'), err
}

type alternate struct {
	Rel  string `xml:"rel,attr"`
	Lang string `xml:"hreflang,attr"`
	Href string `xml:"href,attr"`
}

type sitePage struct {
	Loc        string      `xml:"loc"`
	Modified   string      `xml:"lastmod,omitempty"`
	Alternates []alternate `xml:"http://www.w3.org/1999/xhtml link"`
}

// Sitemap lists the pages of an edition with their languages.
func (e *Edition) Sitemap(base string, languages []lang.Tag) ([]byte, error) {
	out := struct {
		XMLName xml.Name   `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		Pages   []sitePage `xml:"url"`
	}{}
	add := func(modified, standing string, path func(lang.Tag) string) {
		var alternates []alternate
		for _, tag := range languages {
			alternates = append(alternates, alternate{"alternate", string(tag), base + path(tag)})
		}
		alternates = append(alternates, alternate{"alternate", "x-default", base + standing})
		for _, tag := range languages {
			out.Pages = append(out.Pages, sitePage{base + path(tag), modified, alternates})
		}
	}
	add("", "/", func(tag lang.Tag) string { return "/" + string(tag) + "/" })
	for _, c := range e.All {
		add(c.Modified().UTC().Format(time.RFC3339), c.Home(), c.Path)
	}
	for _, a := range e.Alone() {
		add(a.Modified().UTC().Format(time.RFC3339), a.Home(), a.Path)
	}
	return marshalXML(out)
}
