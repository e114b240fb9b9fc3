package press

import (
	"slices"
	"time"

	"entente.example/lang"
)

// feedLength is how many things a feed holds; the archive has all.
const feedLength = 50

// item is one thing in a feed, whatever the feed's form.
type item struct {
	id, title, path  string
	public, modified time.Time
	summary, whole   string
	by               []string
	topics           []atomTerm
	lang             lang.Tag // of the words
	successor        string   // path of the text in its place; "" if it stands
}

// items are texts and readouts together, the newest first.
func (f *Feed) items() []item {
	var out []item
	for _, c := range f.All {
		out = append(out, f.text(c))
	}
	for _, a := range f.Accounts {
		out = append(out, f.account(a))
	}
	slices.SortStableFunc(out, func(a, b item) int { return b.public.Compare(a.public) })
	return out[:min(len(out), feedLength)]
}

func (f *Feed) text(c *Communique) item {
	_, title := c.Title(f.Lang)
	x := item{id: f.id(c), title: title, path: c.Path(f.Lang), public: c.Public, modified: c.Modified(), summary: f.notice(c) + c.Summary(f.Lang), whole: f.notice(c) + c.wording(f.Lang), lang: c.Shown(f.Lang)}
	for _, s := range c.Seals {
		_, name := s.Names.Pick(f.Lang, lang.English)
		x.by = append(x.by, name)
	}
	for _, id := range c.topicIDs() {
		_, label := c.Topics[id].Pick(f.Lang, lang.English)
		x.topics = append(x.topics, atomTerm{id, label})
	}
	if c.Superseded != nil && c.Superseded.Public() {
		x.successor = c.Superseded.By.Path(f.Lang)
	}
	return x
}

// account is a readout. No sentence of it stands in the summary, where what is said against it would not.
func (f *Feed) account(a *Account) item {
	_, title := a.Title.Pick(f.Lang, lang.English)
	_, by := a.By.Pick(f.Lang, lang.English)
	x := item{id: named(a.Digest) + "?readout=" + a.Name() + "&lang=" + string(f.Lang), title: title, path: a.Path(f.Lang), public: a.At, modified: a.Modified(), by: []string{by}}
	x.lang, _ = a.Sentences[0].Text.Pick(f.Lang, lang.English)
	if f.Told != nil {
		x.summary, x.whole = f.Told(a)
	}
	return x
}

func (f *Feed) updated() time.Time {
	at := time.Unix(0, 0).UTC()
	for _, c := range f.All {
		if m := c.Modified(); m.After(at) {
			at = m
		}
	}
	for _, a := range f.Accounts {
		if m := a.Modified(); m.After(at) {
			at = m
		}
	}
	return at
}
