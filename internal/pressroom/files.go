package pressroom

import (
	"strconv"
	"strings"

	"entente.example/internal/card"
	"entente.example/internal/locale"
	"entente.example/internal/press"
	"entente.example/refusal"
)

// file is a file of the export, as it is.
func (s *Site) file(v *visit) (*sheet, error) {
	c, err := v.about()
	if err != nil {
		return nil, err
	}
	name := v.r.PathValue("file")
	b, ok := c.Files[name]
	if !ok {
		return nil, refusal.New(refusal.Missing, "press.no_page")
	}
	return &sheet{media: media(name), body: b}, nil
}

// feed is a feed of a language, of everything or of a topic.
func (s *Site) feed(ending string) func(*visit) (*sheet, error) {
	return func(v *visit) (*sheet, error) {
		if err := v.spoken(nil); err != nil {
			return nil, err
		}
		at := "/" + string(v.tag) + "/"
		f := press.Feed{Base: s.o.URL, Lang: v.tag, Title: locale.Message(v.ui, "press.press_room", nil) + " · " + pick(v.Names, v.ui).Text, Page: at, Self: at + "feed", All: v.All, Accounts: v.Accounts, Told: v.told, Said: v.superseded, OneSide: v.oneSide, Hubs: s.o.Hubs}
		if id := v.r.PathValue("topic"); id != "" {
			title, ok := v.Topics()[id]
			if !ok {
				return nil, refusal.New(refusal.Missing, "press.no_page")
			}
			f.Page, f.Self, f.All, f.Accounts = at+"topics/"+id+"/", at+"topics/"+id+"/feed", v.On(id), nil
			f.Title += " · " + pick(title, v.ui).Text
		}
		write, media := f.Atom, "application/atom+xml; charset=utf-8"
		switch ending {
		case "rss":
			write, media = f.RSS, "application/rss+xml; charset=utf-8"
		case "json":
			write, media = f.JSON, "application/feed+json; charset=utf-8"
		}
		b, err := write()
		return &sheet{media: media, body: b, links: f.Links(ending)}, err
	}
}

// oneSide says in the reader's language whose own text a communiqué is.
func (v *visit) oneSide(c *press.Communique) string {
	return locale.Message(v.ui, "parallel.public", refusal.Params{"side": pick(c.Alone(), v.ui).Text})
}

// told says in the reader's language whose readout it is and what it counts for, and gives its sentences, each with everything that was said against it.
func (v *visit) told(a *press.Account) (is, whole string) {
	is = locale.Message(v.ui, "press.readout_by", refusal.Params{"party": pick(a.By, v.ui).Text}) + ". " + locale.Message(v.ui, "web.readout_is_"+a.As, nil)
	if n := a.Disputed(); n > 0 {
		is += " " + locale.Message(v.ui, "press.readout_disputed", refusal.Params{"n": strconv.Itoa(n)})
	}
	if r := a.Retracted; r != nil {
		is += " " + locale.Message(v.ui, "press.retracted", refusal.Params{"day": locale.Date(v.ui, r.At)}) + " " + pick(r.Reason, v.tag).Text
		if r.Home != "" {
			is += " " + locale.Message(v.ui, "press.retracted_for", nil) + " " + pick(r.Title, v.ui).Text
		}
	}
	whole = is
	for _, s := range a.Sentences {
		whole += "\n\n" + strconv.Itoa(s.Position) + " "
		if s.To != nil {
			whole += locale.Message(v.ui, "web.words_of", nil) + " " + pick(s.To, v.ui).Text + ": "
		}
		whole += pick(s.Text, v.tag).Text
		for _, d := range s.Disputes {
			whole += "\n– " + pick(d.By, v.ui).Text + " " + locale.Message(v.ui, "choice."+d.Kind, nil) + ": " + pick(d.Text, v.tag).Text
			for _, x := range d.Answers {
				whole += "\n– " + pick(x.By, v.ui).Text + " " + locale.Message(v.ui, "choice."+x.Kind, nil) + strings.TrimSuffix(": "+pick(x.Text, v.tag).Text, ": ")
			}
		}
	}
	return is, whole
}

// superseded says in the reader's language that another text has taken a communiqué's place, and which, if that is public.
func (v *visit) superseded(s *press.Superseded) string {
	said := locale.Message(v.ui, "press.superseded", refusal.Params{"day": locale.Date(v.ui, s.At)})
	if s.Public() {
		said += " " + locale.Message(v.ui, "press.superseded_by", nil) + " " + pick(s.Title, v.ui).Text
	}
	return said
}

func (s *Site) ninjs(v *visit) (*sheet, error) {
	c, err := v.about()
	if err == nil {
		err = v.spoken(c)
	}
	if err != nil {
		return nil, err
	}
	b, err := c.Ninjs(s.o.URL, v.tag)
	return &sheet{media: "application/json", body: b}, err
}

// card is the picture of a link to a communiqué, in a language.
func (s *Site) card(v *visit) (*sheet, error) {
	c, err := v.about()
	if err == nil {
		err = v.spoken(c)
	}
	if err != nil {
		return nil, err
	}
	var by []string
	for _, x := range c.Seals {
		by = append(by, pick(x.Names, v.ui).Text)
	}
	title, headline := c.Title(v.tag)
	w := card.Words{Lang: title, Category: pick(c.Category, v.ui).Text, Headline: headline, Byline: locale.List(v.ui, by), Day: locale.Date(v.ui, c.Public)}
	if c.Content.Parallel != nil {
		w.Category = strings.TrimPrefix(w.Category+" · "+locale.Message(v.ui, "parallel.short", nil), " · ")
	}
	fonts, err := s.o.Fonts()
	if err != nil {
		return nil, err
	}
	b, _, err := fonts.Draw(w)
	return &sheet{media: "image/png", body: b}, err
}

func (s *Site) sitemap(v *visit) (*sheet, error) {
	b, err := v.Sitemap(s.o.URL, locale.Languages)
	return &sheet{media: "application/xml; charset=utf-8", body: b}, err
}

func (s *Site) robots(*visit) (*sheet, error) {
	return &sheet{media: "text/plain; charset=utf-8", body: []byte("User-agent: *\nAllow: /\nSitemap: " + s.o.URL + "/sitemap.xml\n")}, nil
}
