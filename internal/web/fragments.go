package web

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"sync"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/locale"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// What stands on a page hundreds of times is put together here, because each step of a template costs more than its words. Whatever is not written in this file goes through esc or attr.

// fragment is HTML that grows.
type fragment struct {
	strings.Builder
	err error // of a template that drew a part of it
}

// add writes HTML that stands in this file.
func (f *fragment) add(html string) { f.WriteString(html) }

// esc writes anybody's words.
func (f *fragment) esc(words string) { f.WriteString(template.HTMLEscapeString(words)) }

// attr writes an attribute.
func (f *fragment) attr(name, value string) {
	f.add(" " + name + `="`)
	f.esc(value)
	f.add(`"`)
}

// lang writes what says of words which language they are in, and which way they run.
func (f *fragment) lang(tag lang.Tag) {
	f.attr("lang", string(tag))
	if tag.RightToLeft() {
		f.add(` dir="rtl"`)
	}
}

func (f *fragment) html() template.HTML { return template.HTML(f.String()) }

// icons draws an icon of the set.
func icons(a *assets) func(string) template.HTML {
	set := a.url("icons.svg")
	var drawn sync.Map // by name; templates name a few dozen
	return func(name string) template.HTML {
		if known, ok := drawn.Load(name); ok {
			return known.(template.HTML)
		}
		var f fragment
		f.add(`<svg class="icon" aria-hidden="true"><use href="`)
		f.esc(set + "#" + name)
		f.add(`"/></svg>`)
		html := f.html()
		drawn.Store(name, html)
		return html
	}
}

// full is a long name.
func (p printer) full(names []charter.Name) template.HTML {
	var f fragment
	n := p.name(names)
	f.add("<bdi")
	f.lang(n.Lang)
	f.add(">")
	f.esc(n.Full)
	f.add("</bdi>")
	p.mixed(&f, n.Full)
	return f.html()
}

// mixed flags words with letters of several scripts: a name may be another one than it seems.
func (p printer) mixed(f *fragment, words string) {
	if odd := lang.Mixed(words); odd != nil {
		p.warn(f, "web.mixed_scripts", refusal.Params{"words": strings.Join(odd, " · ")})
	}
}

func (p printer) warn(f *fragment, key string, params refusal.Params) {
	f.add(` <small class="mark"`)
	f.lang(p.tag)
	f.add(">")
	f.esc(locale.Message(p.tag, key, params))
	f.add("</small>")
}

// hidden says of a paper that is to be sealed what a reader may not see in it.
func (p printer) hidden(words string) template.HTML {
	var f fragment
	p.mixed(&f, words)
	if unseen := lang.Unseen(words); unseen != nil {
		p.warn(&f, "web.unseen_characters", refusal.Params{"characters": strings.Join(unseen, ", ")})
	}
	return f.html()
}

// short is a party's short name as of the time of what is shown, and what it is called now.
func (p printer) short(party view.Party) template.HTML {
	var f fragment
	p.shortIn(&f, party)
	return f.html()
}

func (p printer) shortIn(f *fragment, party view.Party) {
	n := p.name(party.Names)
	f.add("<bdi")
	f.lang(n.Lang)
	f.attr("title", n.Full)
	f.add(">")
	f.esc(n.Short)
	f.add("</bdi>")
	p.mixed(f, n.Short)
	if len(party.Now) == 0 {
		return
	}
	now := p.name(party.Now)
	f.add(" <small>")
	f.esc(locale.Message(p.tag, "web.now_called", nil))
	f.add(" <bdi")
	f.lang(now.Lang)
	f.add(">")
	f.esc(now.Short)
	f.add("</bdi></small>")
}

// shorts are short names side by side.
func (p printer) shorts(parties []view.Party) template.HTML {
	var f fragment
	for i, party := range parties {
		if i > 0 {
			f.add(`<span class="sep">·</span>`)
		}
		p.shortIn(&f, party)
	}
	return f.html()
}

// leaves is the last look before a form is sent: to whom what it says goes.
func (p printer) leaves(c view.Chrome) template.HTML {
	if len(c.Lines) == 0 {
		return ""
	}
	var f fragment
	f.add(`<p class="soft leaves">`)
	others := make([]view.Party, len(c.Lines))
	for i, l := range c.Lines {
		others[i] = l.Party
	}
	f.esc(locale.Message(p.tag, "site.leaves", map[string]string{"parties": p.names(others)}))
	f.add("</p>")
	return f.html()
}

// said is wording in the reader's language, else in any that there is.
func (p printer) said(t lang.Text) template.HTML {
	s := p.say(t)
	if s.Text == "" {
		return ""
	}
	var f fragment
	f.add("<span")
	f.lang(s.Lang)
	f.add(">")
	f.esc(s.Text)
	f.add("</span>")
	return f.html()
}

// tongued is the catalogue's sentence with names of languages in it, each in its own language and marked as that.
func (p printer) tongued(key string, kv ...any) (template.HTML, error) {
	params, marked := refusal.Params{}, []string{}
	for i := 0; i+1 < len(kv); i += 2 {
		name, ok := kv[i].(string)
		tag, is := kv[i+1].(lang.Tag)
		if !ok || !is {
			return "", fmt.Errorf("web: %s wants names and languages", key)
		}
		var f fragment
		f.add("<bdi")
		f.lang(tag)
		f.add(">")
		f.esc(locale.OwnName(tag))
		f.add("</bdi>")
		params[name] = "\x01" + name + "\x01" // no words have it
		marked = append(marked, params[name], f.String())
	}
	var f fragment
	f.esc(locale.Message(p.tag, key, params))
	return template.HTML(strings.NewReplacer(marked...).Replace(f.String())), nil
}

// stamp is an instant for people and programs.
func (p printer) stamp(t time.Time) template.HTML {
	if t.IsZero() {
		return "–"
	}
	var f fragment
	f.add("<time")
	f.attr("datetime", t.UTC().Format(time.RFC3339))
	f.add(">")
	f.esc(locale.Instant(p.tag, t.UTC()))
	f.add("</time>")
	return f.html()
}

// options are what a field can point at.
func (p printer) options(d deed, field string, refs []view.Ref) template.HTML {
	var f fragment
	for _, r := range refs {
		f.add("<option")
		f.attr("value", r.ID)
		if d.Has(field, r.ID) {
			f.add(" selected")
		}
		title := p.say(r.Title)
		if title.Text != "" && title.Lang != p.tag {
			f.lang(title.Lang)
		}
		f.add(">")
		f.esc(r.ID + " " + title.Text)
		f.add("</option>")
	}
	return f.html()
}

// stripWide is how wide the picture of a text's progress is, in its own measure; the page makes it fit.
const stripWide = 1000

const stripHead = `<defs><pattern id="hatch" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-ground" width="9" height="9"/>` +
	`<rect class="hatch-line" width="3.4" height="9"/></pattern></defs>`

// strip is the picture of a text's progress: one cell a paragraph, in the order of the text, with a gap of four behind it.
func (p printer) strip(cells []view.Cell) template.HTML {
	var f fragment
	rect := func(class string, x, y, w, h int) {
		f.add(`<rect class="` + class + `" x="` + strconv.Itoa(x) + `" y="` + strconv.Itoa(y) + `" width="` + strconv.Itoa(w) + `" height="` + strconv.Itoa(h) + `"/>`)
	}
	f.Grow(512 + 256*len(cells))
	f.add(`<svg class="strip" viewBox="0 0 ` + strconv.Itoa(stripWide) + ` 24" preserveAspectRatio="none" role="img"`)
	f.attr("aria-label", locale.Message(p.tag, "web.progress_picture", nil))
	f.add(">" + stripHead)
	for i, c := range cells {
		x, next := i*(stripWide+4)/len(cells), (i+1)*(stripWide+4)/len(cells)
		f.add("<g")
		f.attr("class", "cell cell-"+c.Status)
		f.add("><title>")
		f.esc(c.Label + ": " + locale.Message(p.tag, "web.status_"+c.Status, nil))
		f.add("</title>")
		rect("body", x, 0, max(next-x-4, 1), 24)
		if c.Status == view.AdRef {
			rect("half", x, 12, max(next-x-4, 1), 12)
		}
		f.add("</g>")
	}
	f.add("</svg>")
	return f.html()
}

// crumbs are the menus of a mechanism, which stand on each of its pages; path is the page's.
func (p printer) crumbs(c *view.Chrome, path string) template.HTML {
	var f fragment
	f.Grow(4096)
	f.add(`<nav class="crumbs"`)
	f.attr("aria-label", locale.Message(p.tag, "web.mechanism", nil))
	f.add(">\n")
	for _, m := range menus {
		f.add(`<details class="menu" name="menu"><summary>`)
		f.esc(locale.Message(p.tag, m.Label, nil))
		f.add("</summary><ul>")
		for _, i := range m.For(c) {
			to := "/m/" + c.Ref + "/" + i.Path
			f.add("<li><a")
			f.attr("href", to)
			if to == path {
				f.add(` aria-current="page"`)
			}
			f.add(">")
			f.esc(locale.Message(p.tag, i.Label, nil))
			f.add("</a></li>")
		}
		f.add("</ul></details>")
	}
	f.add("</nav>")
	return f.html()
}

// entry is one row of the record.
func (p printer) entry(ref string, r view.Row) template.HTML {
	var f fragment
	f.Grow(512)
	say := func(key string) { f.esc(locale.Message(p.tag, key, nil)) }
	f.add("<tr")
	if r.Void != nil {
		f.add(` class="void"`)
	}
	if r.Waiting {
		f.add(` class="waiting"`)
	}
	f.add(">\n" + `<td class="when">` + string(p.stamp(r.At)) + "</td>\n<td>")
	p.shortIn(&f, r.Party)
	f.add(" <small>")
	f.esc(r.Member)
	f.add("</small></td>\n<td>")
	if key := "act." + r.Type; locale.Has(key) {
		say(key)
	} else {
		f.add("<code>")
		f.esc(r.Type)
		f.add("</code>")
	}
	if r.Void != nil {
		f.add(`<small class="reason"><b>`)
		say("web.void")
		f.add("</b> ")
		f.esc(locale.Explain(p.tag, r.Void))
		f.add("</small>")
	}
	if r.Waiting {
		f.add(`<small class="reason">`)
		say("web.entry_waits")
		f.add("</small>")
	}
	f.add("</td>\n<td>")
	if len(r.Title) > 0 {
		f.add(string(p.said(r.Title)) + " ")
	}
	f.add("<small><code>")
	f.esc(r.Matter)
	f.add("</code></small></td>\n" + `<td class="ref"><a`)
	f.attr("href", "/m/"+ref+"/record/"+r.ID)
	f.add("><code>")
	f.esc(r.ID)
	f.add("</code></a></td>\n</tr>")
	return f.html()
}
