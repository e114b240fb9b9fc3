package web

import (
	"errors"
	"fmt"
	"html/template"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"

	"entente.example/internal/locale"
	"entente.example/internal/text"
	"entente.example/internal/together"
	"entente.example/internal/view"
	"entente.example/lang"
)

// rows draws the paragraphs on the table: the head of each, its wordings, where the parties stand, the buttons that need no words, and ways to other pages. What few of them have is drawn by templates.
type rows struct {
	printer
	icon func(string) template.HTML
	set  *template.Template
}

// paragraph is one paragraph with everything that stands beside it.
func (r rows) paragraph(f *fragment, k piece) {
	p := k.P
	f.add(string(r.begin(p)))
	if p.New || p.Final != "" || len(p.Package) > 0 {
		r.part(f, "parahead", k)
	}
	f.add(`</header><div class="wordings">`)
	if len(p.Alternatives) > 0 { // whose the wording is that stands among them: it stays that party's when all have agreed to it
		r.althead(f, p.Main, k)
	}
	r.wordings(f, p.Main, k, "mainwording")
	if len(p.Brackets) > 0 {
		r.part(f, "parabrackets", k)
	}
	for _, w := range p.Alternatives {
		f.add("<div")
		f.attr("class", "alternative state-"+w.State)
		f.add(">")
		r.althead(f, w, k)
		r.wordings(f, w, k, "")
		f.add("</div>")
	}
	if k.below() {
		r.part(f, "parabelow", k)
	}
	if len(p.Talks) > 0 {
		r.part(f, "talks", k)
	}
	switch {
	case !k.Speaks():
	case k.Unfold != "":
		r.comment(f, k)
	default:
		r.part(f, "commentform", k)
	}
	f.add(`<div class="parafoot"><ul class="standings"`)
	f.attr("aria-label", locale.Message(r.tag, "web.standings", nil))
	f.add(">")
	r.standings(f, p.Standings)
	f.add("</ul>")
	if len(k.Acts) > 0 {
		f.add(`<div class="actions" role="group"`)
		f.attr("aria-label", locale.Message(r.tag, "web.actions_on", map[string]string{"label": p.Label}))
		f.add(">")
		r.buttons(f, k)
		if k.Unfold == "" {
			r.part(f, "moreacts", k)
		}
		f.add("</div>")
	}
	r.ways(f, k)
	f.add("</div></div></article>")
}

// atOnce is how many paragraphs are drawn one after the other.
const atOnce = 16

// paragraphs draws the rows of a table with all processors: of a long text they are nearly all of the page.
func (r rows) paragraphs(all []piece) (template.HTML, error) {
	lots := slices.Collect(slices.Chunk(all, atOnce))
	drawn := make([]fragment, len(lots))
	together.Each(len(lots), func(i int) {
		defer func() {
			if fault := recover(); fault != nil { // nobody else would: this is not the goroutine of the request
				drawn[i].err = fmt.Errorf("web: drawing paragraphs: %v\n%s", fault, debug.Stack())
			}
		}()
		drawn[i].Grow(atOnce * 4096)
		for _, k := range lots[i] {
			r.paragraph(&drawn[i], k)
		}
	})
	var out fragment
	size := 0
	for i := range drawn {
		size += drawn[i].Len()
	}
	out.Grow(size)
	for i := range drawn {
		out.err = errors.Join(out.err, drawn[i].err)
		out.add(drawn[i].String())
	}
	return out.html(), out.err
}

// part is drawn by a template.
func (r rows) part(f *fragment, name string, data any) {
	f.err = errors.Join(f.err, r.set.ExecuteTemplate(f, name, data))
}

// wordings are a wording and what is to be known of it as a proposal.
func (r rows) wordings(f *fragment, w view.Wording, k piece, class string) {
	r.wordingIn(f, w, k.Shown, class)
	if w.Placed || len(w.With) > 0 || w.Of != "" || w.Orphan || len(w.RestsMore) > 0 || len(w.RestsLess) > 0 || len(w.Marks) > 0 {
		r.part(f, "revised", map[string]any{"W": w, "Ref": k.T.Ref})
	}
}

// althead says whose an alternative is, who supports it, and what has become of it.
func (r rows) althead(f *fragment, w view.Wording, k piece) {
	f.add(`<p class="althead"><b>`)
	f.esc(w.Label)
	f.add("</b> ")
	r.shortIn(f, w.By)
	f.add(" <small>")
	f.esc(w.Member)
	f.add("</small>")
	if len(w.Supporters) > 0 {
		f.add(` <span class="support">`)
		r.t(f, "web.supported_by")
		f.add(" " + string(r.shorts(w.Supporters)) + "</span>")
	}
	if w.State != "alternative" {
		f.add(" <em>")
		r.t(f, "web.wording_"+w.State)
		f.add("</em>")
	}
	if w.Note != "" {
		f.add(" <q>")
		f.esc(w.Note)
		f.add("</q>")
	}
	if w.State == "alternative" {
		f.add(" <a")
		f.attr("href", "/m/"+k.T.Ref+"/texts/"+k.T.ID+"/compare?from=now&to=with:"+url.QueryEscape(string(w.ID)))
		f.add(">")
		r.t(f, "compare.marked")
		f.add("</a>")
		if k.Revises() && !w.Omit {
			f.add(" <a")
			f.attr("href", "/m/"+k.T.Ref+"/texts/"+k.T.ID+"/revise?paragraphs="+url.QueryEscape(string(k.P.ID))+"&of="+url.QueryEscape(string(w.ID)))
			f.add(">")
			r.t(f, "revise.amend")
			f.add("</a>")
		}
	}
	f.add("</p>")
}

// t writes a sentence of the catalogue.
func (r rows) t(f *fragment, key string) { f.esc(locale.Message(r.tag, key, nil)) }

// mark begins a remark of ours on somebody's wording.
func (r rows) mark(f *fragment, icon, words string) {
	f.add(`<p class="mark"`)
	f.attr("lang", string(r.tag))
	f.add(">" + string(r.icon(icon)))
	f.esc(words)
}

// begin opens a paragraph: where it stands in the text, and how far it is.
func (r rows) begin(p *view.Paragraph) template.HTML {
	var f fragment
	place, status := r.placed(p), locale.Message(r.tag, "web.status_"+p.Status, nil)
	f.add("<article")
	f.attr("class", "para status-"+p.Status+" kind-"+p.Kind)
	f.attr("id", "p-"+string(p.ID))
	f.add(` tabindex="-1"`)
	f.attr("aria-label", place+" "+status)
	f.add(" data-piece><header><h2")
	if p.In != "" || p.Kind == text.Heading {
		f.add(` class="inannex"`)
	}
	f.add("><a")
	f.attr("href", "#p-"+string(p.ID))
	f.add(">")
	f.esc(place)
	f.add(`</a></h2><p class="status">` + string(r.icon(mark(p.Status))) + "<span>")
	f.esc(status)
	f.add("</span></p>")
	return f.html()
}

// wording is a wording in the languages that are shown, or that the paragraph is left out.
func (r rows) wording(w view.Wording, shown []lang.Tag, class string) template.HTML {
	var f fragment
	r.wordingIn(&f, w, shown, class)
	return f.html()
}

func (r rows) wordingIn(f *fragment, w view.Wording, shown []lang.Tag, class string) {
	switch {
	case w.Omit && w.Into != "":
		f.add(`<p class="absent omitted">`)
		f.esc(locale.Message(r.tag, "revise.omitted_into", map[string]string{"paragraph": w.Into}))
		f.add("</p>")
	case w.Omit:
		f.add(`<p class="absent omitted">`)
		r.t(f, "revise.omitted")
		f.add("</p>")
	default:
		f.add("<div")
		f.attr("class", strings.TrimSpace("versions "+class))
		f.add(">")
		for _, tag := range shown {
			r.version(f, w, tag)
		}
		f.add("</div>")
		for _, c := range w.Courtesy {
			if !slices.Contains(shown, c.Lang) && len(w.Version(c.Lang).Parts) == 0 {
				r.courtesy(f, c, true) // into a language that the text does not have
			}
		}
	}
}

// version is a wording in one language, with what has been said of it in that language.
func (r rows) version(f *fragment, w view.Wording, tag lang.Tag) {
	v := w.Version(tag)
	f.add(`<div class="version`)
	if v.Contested {
		f.add(" contested")
	}
	f.add(`"`)
	f.lang(tag)
	f.add(">")
	r.words(f, v)
	if v.By.ID != "" && v.By.ID != w.By.ID {
		r.mark(f, "none", locale.Message(r.tag, "web.version_by", nil))
		f.add(" " + string(r.short(v.By)) + "</p>")
	}
	if v.Corrected != nil {
		r.corrected(f, v.Corrected, tag)
	}
	if v.Doubted() {
		doubted, _ := r.tongued("web.language_doubted", "language", v.Lang) // these are a name and a language
		r.mark(f, "flag", "")
		f.add(string(doubted) + "</p>")
	}
	if odd := lang.Mixed(w.Plain(tag)); odd != nil {
		r.mark(f, "flag", r.told("web.mixed_scripts", map[string]string{"words": strings.Join(odd, " · ")}))
		f.add("</p>")
	}
	if v.Contested {
		r.mark(f, "flag", locale.Message(r.tag, "web.contested", nil))
		f.add("</p>")
	}
	if len(v.SignedOff) > 0 {
		r.mark(f, "confirmed", locale.Message(r.tag, "web.signed_off_by", nil))
		f.add(" " + string(r.shorts(v.SignedOff)) + "</p>")
	}
	if c := w.CourtesyIn(tag); c != nil {
		r.courtesy(f, *c, false)
	}
	f.add("</div>")
}

// courtesy is a translation without authority, and who attached it; named if the language is not that of its column.
func (r rows) courtesy(f *fragment, c view.Version, named bool) {
	name := ""
	if named {
		name = locale.OwnName(c.Lang)
	}
	r.folded(f, "web.courtesy", name, c.Lang, func() {
		for _, part := range c.Parts {
			f.esc(part.Text)
		}
		if c.By.ID != "" {
			f.add(" <small>")
			r.shortIn(f, c.By)
			f.add("</small>")
		}
	})
}

// words are the text itself, its brackets open.
func (r rows) words(f *fragment, v view.Version) {
	if len(v.Parts) == 0 {
		f.add(`<p class="absent"`)
		f.attr("lang", string(r.tag))
		f.add(">")
		r.t(f, "web.language_to_come")
		f.add("</p>")
		return
	}
	f.add("<p>")
	for _, part := range v.Parts {
		if len(part.Options) == 0 {
			f.esc(part.Text)
			continue
		}
		f.add(`<span class="open"><span class="brk" aria-hidden="true">[</span>`)
		for i, o := range part.Options {
			if i > 0 {
				f.add(`<span class="slash"> / </span>`)
			}
			f.add(`<span class="option">`)
			f.esc(o.Text)
			f.add("<small")
			f.attr("lang", string(r.tag))
			f.add(">")
			for j, by := range o.By {
				if j > 0 {
					f.add(" · ")
				}
				r.shortIn(f, by)
			}
			f.add("</small></span>")
		}
		f.add(`<span class="brk" aria-hidden="true">]</span></span>`)
	}
	f.add("</p>")
}

// corrected says by what a sealed text was corrected here, and how it was sealed.
func (r rows) corrected(f *fragment, c *view.Corrected, tag lang.Tag) {
	r.mark(f, "notice", locale.Message(r.tag, "web.corrected_by", nil))
	f.add(" ")
	for i, k := range c.By {
		if i > 0 {
			f.esc(locale.Comma(r.tag))
		}
		f.add("<a")
		f.attr("href", "#r-"+k.ID)
		f.add(">")
		if k.Symbol != "" {
			f.esc(k.Symbol)
		} else {
			f.esc(k.ID)
		}
		f.add("</a>")
	}
	f.add("</p>")
	r.folded(f, "web.as_sealed", "", tag, func() { f.esc(c.Sealed) })
}

// folded is wording that is shown on demand.
func (r rows) folded(f *fragment, key, name string, tag lang.Tag, words func()) {
	f.add(`<details class="courtesy"`)
	f.attr("lang", string(r.tag))
	f.add("><summary>")
	r.t(f, key)
	if name != "" {
		f.add(" · <bdi")
		f.lang(tag)
		f.add(">")
		f.esc(name)
		f.add("</bdi>")
	}
	f.add("</summary><p")
	f.lang(tag)
	f.add(">")
	words()
	f.add("</p></details>")
}

// standings says where each party stands.
func (r rows) standings(f *fragment, all []view.Standing) {
	for _, s := range all {
		f.add("<li")
		f.attr("class", "stand-"+s.Kind)
		f.add(">" + string(r.icon(mark(s.Kind))))
		r.shortIn(f, s.Party)
		f.add(" <span>")
		r.t(f, "web.stand_"+s.Kind)
		if s.Label != "" {
			f.esc(" " + s.Label)
		}
		f.add("</span></li>")
	}
}

// buttons are the acts that need no words, each a form of its own, and the way to the others where the page does not have their forms. What leaves by them is said once, above the table.
func (r rows) buttons(f *fragment, k piece) {
	to := "/m/" + k.T.Ref + "/texts/" + k.T.ID + "/acts"
	for _, a := range k.Acts {
		if !a.Plain {
			continue
		}
		f.add(`<form method="post"`)
		f.attr("action", to)
		f.add(`><input type="hidden" name="paragraph"`)
		f.attr("value", string(k.P.ID))
		f.add(`><input type="hidden" name="wording"`)
		f.attr("value", string(a.Wording))
		if isGuarded(a.Act) {
			items := takes(k.T, a.Act, text.Item{Paragraph: k.P.ID, Wording: a.Wording})
			f.add(`><input type="hidden" name="read"`)
			f.attr("value", reading(k.T, items...))
			if len(items) > 1 {
				f.add(`><input type="hidden" name="items"`)
				f.attr("value", written(items))
			}
		}
		f.add(`><button type="submit" aria-describedby="leaves" name="act"`)
		f.attr("value", a.Act)
		if a.First {
			f.add(` class="primary"`)
		}
		f.add(">")
		r.t(f, "web.do_"+a.Act)
		if a.Label != "" {
			f.esc(" " + a.Label)
		}
		f.add("</button></form>")
	}
	if k.Unfold != "" {
		r.unfold(f, k, "button", "web.more_acts")
	}
}

// unfold is the way to the forms of a paragraph that are shown elsewhere.
func (r rows) unfold(f *fragment, k piece, class, key string) {
	f.add("<a")
	f.attr("class", class)
	f.attr("href", k.Unfold)
	f.add(">")
	r.t(f, key)
	f.add(`<span class="sr"> `)
	f.esc(k.P.Label)
	f.add("</span></a>")
}

// comment is the way to the form in which one comments on the record.
func (r rows) comment(f *fragment, k piece) {
	f.add("<p>")
	r.unfold(f, k, "comment", "web.do_comment")
	f.add("</p>")
}

// ways lead from a paragraph to its change, our side's remarks, its history, and the agreed language beside it.
func (r rows) ways(f *fragment, k piece) {
	id := url.QueryEscape(string(k.P.ID))
	mech := "/m/" + k.T.Ref
	text, of := mech+"/texts/"+k.T.ID, "?matter=text/"+k.T.ID+"&place="+id
	way := func(class, to, rest, icon, key string) {
		f.add("<a")
		f.attr("class", class)
		f.attr("href", to)
		f.add(rest + ">")
		if icon != "" {
			f.add(string(r.icon(icon)))
		}
		r.t(f, key)
		f.add("</a> ")
	}
	if k.Revises() {
		way("oursadd", text+"/revise?paragraphs="+id, "", "", "revise.link")
	}
	way("oursadd", mech+"/ours"+of+"#notes", "", "ours", "ours.add")
	way("oursadd trace", mech+"/trace"+of, "", "", "trace.title")
	if k.P.Status != view.Withdrawn {
		way("oursadd trace", text+"/precedents?paragraph="+id, ` data-beside="precedents"`, "", "precedents.link")
	}
}
