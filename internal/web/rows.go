package web

import (
	"html/template"
	"net/url"
	"strings"

	"entente.example/internal/locale"
	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/lang"
)

// rows draws what each paragraph on the table has: its head, its wordings, where the parties stand, the buttons that need no words, and ways to other pages.
type rows struct {
	printer
	icon func(string) template.HTML
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
	switch {
	case w.Omit && w.Into != "":
		f.add(`<p class="absent omitted">`)
		f.esc(locale.Message(r.tag, "revise.omitted_into", map[string]string{"paragraph": w.Into}))
		f.add("</p>")
	case w.Omit:
		f.add(`<p class="absent omitted">`)
		r.t(&f, "revise.omitted")
		f.add("</p>")
	default:
		f.Grow(2048)
		f.add("<div")
		f.attr("class", strings.TrimSpace("versions "+class))
		f.add(">")
		for _, tag := range shown {
			r.version(&f, w, tag)
		}
		f.add("</div>")
	}
	return f.html()
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
		r.folded(f, "web.courtesy", tag, func() {
			for _, part := range c.Parts {
				f.esc(part.Text)
			}
		})
	}
	f.add("</div>")
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
	r.folded(f, "web.as_sealed", tag, func() { f.esc(c.Sealed) })
}

// folded is wording that is shown on demand.
func (r rows) folded(f *fragment, key string, tag lang.Tag, words func()) {
	f.add(`<details class="courtesy"`)
	f.attr("lang", string(r.tag))
	f.add("><summary>")
	r.t(f, key)
	f.add("</summary><p")
	f.lang(tag)
	f.add(">")
	words()
	f.add("</p></details>")
}

// standings says where each party stands.
func (r rows) standings(all []view.Standing) template.HTML {
	var f fragment
	for _, s := range all {
		f.add("<li")
		f.attr("class", "stand-"+s.Kind)
		f.add(">" + string(r.icon(mark(s.Kind))))
		r.shortIn(&f, s.Party)
		f.add(" <span>")
		r.t(&f, "web.stand_"+s.Kind)
		if s.Label != "" {
			f.esc(" " + s.Label)
		}
		f.add("</span></li>")
	}
	return f.html()
}

// buttons are the acts that need no words, each a form of its own, and the way to the others where the page does not have their forms. What leaves by them is said once, above the table.
func (r rows) buttons(k piece) template.HTML {
	var f fragment
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
		r.t(&f, "web.do_"+a.Act)
		if a.Label != "" {
			f.esc(" " + a.Label)
		}
		f.add("</button></form>")
	}
	if k.Unfold != "" {
		r.unfold(&f, k, "button", "web.more_acts")
	}
	return f.html()
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
func (r rows) comment(k piece) template.HTML {
	var f fragment
	f.add("<p>")
	r.unfold(&f, k, "comment", "web.do_comment")
	f.add("</p>")
	return f.html()
}

// ways lead from a paragraph to its change, our side's remarks, its history, and the agreed language beside it.
func (r rows) ways(k piece) template.HTML {
	var f fragment
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
		r.t(&f, key)
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
	return f.html()
}
