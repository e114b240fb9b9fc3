package web

import (
	"bytes"
	"html/template"
	"strings"
	"testing"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// asTemplates is what the fragments would be as templates, which escape by themselves.
const asTemplates = `{{define "icon"}}<svg class="icon" aria-hidden="true"><use href="{{asset "icons.svg"}}#{{.}}"/></svg>{{end}}
{{define "full"}}{{with name .}}<bdi lang="{{.Lang}}"{{if rtl .Lang}} dir="rtl"{{end}}>{{.Full}}</bdi>{{end}}{{end}}
{{define "short"}}{{with name .Names}}<bdi lang="{{.Lang}}"{{if rtl .Lang}} dir="rtl"{{end}} title="{{.Full}}">{{.Short}}</bdi>{{end}}{{if .Now}}{{with name .Now}} <small>{{t "web.now_called"}} <bdi lang="{{.Lang}}"{{if rtl .Lang}} dir="rtl"{{end}}>{{.Short}}</bdi></small>{{end}}{{end}}{{end}}
{{define "shorts"}}{{range $i, $p := .}}{{if $i}}<span class="sep">·</span>{{end}}{{template "short" $p}}{{end}}{{end}}
{{define "said"}}{{with say .}}{{if .Text}}<span lang="{{.Lang}}"{{if rtl .Lang}} dir="rtl"{{end}}>{{.Text}}</span>{{end}}{{end}}{{end}}
{{define "stamp"}}{{if .IsZero}}–{{else}}<time datetime="{{iso .}}">{{instant .}}</time>{{end}}{{end}}
{{define "begin"}}{{$s := t (printf "web.status_%s" .Status)}}<article class="para status-{{.Status}} kind-{{.Kind}}" id="p-{{.ID}}" tabindex="-1" aria-label="{{placed .}} {{$s}}" data-piece><header><h2{{if or .In (eq .Kind "heading")}} class="inannex"{{end}}><a href="#p-{{.ID}}">{{placed .}}</a></h2><p class="status">{{template "icon" (mark .Status)}}<span>{{$s}}</span></p>{{end}}
{{define "wording"}}{{$w := .}}{{if .Omit}}<p class="absent omitted">{{if .Into}}{{t "revise.omitted_into" "paragraph" .Into}}{{else}}{{t "revise.omitted"}}{{end}}</p>{{else}}<div class="versions mainwording">{{range $l := langs}}{{with $w.Version $l}}<div class="version{{if .Contested}} contested{{end}}" lang="{{$l}}"{{if rtl $l}} dir="rtl"{{end}}>{{if .Parts}}<p>{{range .Parts}}{{if .Options}}<span class="open"><span class="brk" aria-hidden="true">[</span>{{range $i, $o := .Options}}{{if $i}}<span class="slash"> / </span>{{end}}<span class="option">{{$o.Text}}<small lang="{{tlang}}">{{range $j, $b := $o.By}}{{if $j}} · {{end}}{{template "short" $b}}{{end}}</small></span>{{end}}<span class="brk" aria-hidden="true">]</span></span>{{else}}{{.Text}}{{end}}{{end}}</p>{{else}}<p class="absent" lang="{{tlang}}">{{t "web.language_to_come"}}</p>{{end}}
{{- if and .By.ID (ne .By.ID $w.By.ID)}}<p class="mark" lang="{{tlang}}">{{template "icon" "none"}}{{t "web.version_by"}} {{template "short" .By}}</p>{{end}}
{{- with .Corrected}}<p class="mark" lang="{{tlang}}">{{template "icon" "notice"}}{{t "web.corrected_by"}} {{range $i, $k := .By}}{{if $i}}{{comma}}{{end}}<a href="#r-{{$k.ID}}">{{if $k.Symbol}}{{$k.Symbol}}{{else}}{{$k.ID}}{{end}}</a>{{end}}</p><details class="courtesy" lang="{{tlang}}"><summary>{{t "web.as_sealed"}}</summary><p lang="{{$l}}"{{if rtl $l}} dir="rtl"{{end}}>{{.Sealed}}</p></details>{{end}}
{{- if .Doubted}}<p class="mark" lang="{{tlang}}">{{template "icon" "flag"}}{{tongued "web.language_doubted" "language" .Lang}}</p>{{end}}
{{- if .Contested}}<p class="mark" lang="{{tlang}}">{{template "icon" "flag"}}{{t "web.contested"}}</p>{{end}}
{{- if .SignedOff}}<p class="mark" lang="{{tlang}}">{{template "icon" "confirmed"}}{{t "web.signed_off_by"}} {{template "shorts" .SignedOff}}</p>{{end}}
{{- with $w.CourtesyIn $l}}<details class="courtesy" lang="{{tlang}}"><summary>{{t "web.courtesy"}}</summary><p lang="{{$l}}"{{if rtl $l}} dir="rtl"{{end}}>{{range .Parts}}{{.Text}}{{end}}{{if .By.ID}} <small>{{template "short" .By}}</small>{{end}}</p></details>{{end}}</div>{{end}}{{end}}</div>{{end}}{{end}}
{{define "options"}}{{$d := .}}{{range refs}}<option value="{{.ID}}"{{if $d.Has "text" .ID}} selected{{end}}{{with say .Title}}{{if and .Text (ne .Lang tlang)}} lang="{{.Lang}}"{{if rtl .Lang}} dir="rtl"{{end}}{{end}}{{end}}>{{.ID}} {{(say .Title).Text}}</option>{{end}}{{end}}
{{define "althead"}}<p class="althead"><b>{{.Label}}</b> {{short .By}} <small>{{.Member}}</small>{{if .Supporters}} <span class="support">{{t "web.supported_by"}} {{shorts .Supporters}}</span>{{end}}{{if ne .State "alternative"}} <em>{{t (printf "web.wording_%s" .State)}}</em>{{end}}{{if .Note}} <q>{{.Note}}</q>{{end}}{{if eq .State "alternative"}} <a href="/m/valley/texts/js-9/compare?from=now&amp;to=with:{{.ID}}">{{t "compare.marked"}}</a>{{if not .Omit}} <a href="/m/valley/texts/js-9/revise?paragraphs=lantern-7.1&amp;of={{.ID}}">{{t "revise.amend"}}</a>{{end}}{{end}}</p>{{end}}
{{define "standings"}}{{range .}}<li class="stand-{{.Kind}}">{{template "icon" (mark .Kind)}}{{template "short" .Party}} <span>{{t (printf "web.stand_%s" .Kind)}}{{if .Label}} {{.Label}}{{end}}</span></li>{{end}}{{end}}
{{define "buttons"}}{{$p := .P}}{{range .Acts}}{{if .Plain}}<form method="post" action="{{to}}"><input type="hidden" name="paragraph" value="{{$p.ID}}"><input type="hidden" name="wording" value="{{.Wording}}">{{if guarded .Act}}<input type="hidden" name="read" value="{{reading $.T $p.ID .Wording}}">{{end}}<button type="submit" aria-describedby="leaves" name="act" value="{{.Act}}"{{if .First}} class="primary"{{end}}>{{t (printf "web.do_%s" .Act)}}{{if .Label}} {{.Label}}{{end}}</button></form>{{end}}{{end}}{{if .Unfold}}<a class="button" href="{{.Unfold}}">{{t "web.more_acts"}}<span class="sr"> {{.P.Label}}</span></a>{{end}}{{end}}
{{define "comment"}}<p><a class="comment" href="{{.Unfold}}">{{t "web.do_comment"}}<span class="sr"> {{.P.Label}}</span></a></p>{{end}}
{{define "ways"}}{{if .Revises}}<a class="oursadd" href="/m/{{.T.Ref}}/texts/{{.T.ID}}/revise?paragraphs={{.P.ID}}">{{t "revise.link"}}</a> {{end}}<a class="oursadd" href="/m/{{.T.Ref}}/ours?matter=text/{{.T.ID}}&amp;place={{.P.ID}}#notes">{{template "icon" "ours"}}{{t "ours.add"}}</a> <a class="oursadd trace" href="/m/{{.T.Ref}}/trace?matter=text/{{.T.ID}}&amp;place={{.P.ID}}">{{t "trace.title"}}</a> {{if ne .P.Status "withdrawn"}}<a class="oursadd trace" href="/m/{{.T.Ref}}/texts/{{.T.ID}}/precedents?paragraph={{.P.ID}}" data-beside="precedents">{{t "precedents.link"}}</a> {{end}}{{end}}
{{define "crumbs"}}<nav class="crumbs" aria-label="{{t "web.mechanism"}}">
{{range menus}}<details class="menu" name="menu"><summary>{{t .Label}}</summary><ul>{{range .For $}}<li><a href="/m/{{$.Ref}}/{{.Path}}"{{if eq "/m/valley/concerns" (printf "/m/%s/%s" $.Ref .Path)}} aria-current="page"{{end}}>{{t .Label}}</a></li>{{end}}</ul></details>{{end}}</nav>{{end}}
{{define "row"}}<tr{{if .Void}} class="void"{{end}}{{if .Waiting}} class="waiting"{{end}}>
<td class="when">{{stamp .At}}</td>
<td>{{short .Party}} <small>{{.Member}}</small></td>
<td>{{$key := printf "act.%s" .Type}}{{if has $key}}{{t $key}}{{else}}<code>{{.Type}}</code>{{end}}{{if .Void}}<small class="reason"><b>{{t "web.void"}}</b> {{explain .Void}}</small>{{end}}{{if .Waiting}}<small class="reason">{{t "web.entry_waits"}}</small>{{end}}</td>
<td>{{if .Title}}{{said .Title}} {{end}}<small><code>{{.Matter}}</code></small></td>
<td class="ref"><a href="/m/valley/record/{{.ID}}"><code>{{.ID}}</code></a></td>
</tr>{{end}}`

// What is put together without a template is what the template engine would have made of it, with words in it that try to be HTML.
func TestFragmentsAreWhatTemplatesWouldBe(t *testing.T) {
	for _, evil := range []string{"plain words", `<script>alert("1")</script>`, `" onload='x' a="`, "a & b &amp; c </p>", "\x00<b", "\u200fאבג <i>", "一段「文字」<"} {
		for _, tag := range []lang.Tag{"en", "zh-Hans", "ja", "ar"} {
			compareFragments(t, evil, tag)
		}
	}
}

// drawn is what a row writes.
func drawn(draw func(f *fragment)) template.HTML {
	var f fragment
	draw(&f)
	return f.html()
}

func compareFragments(t *testing.T, evil string, tag lang.Tag) {
	t.Helper()
	p := printer{tag: "zh-Hans", side: "east"}
	a := loadAssets()
	row := rows{p, icons(a), nil}
	langs := []lang.Tag{tag, "en", "ja"}
	now := charter.Name{Lang: tag, Full: evil + " now", Short: evil}
	party := view.Party{ID: "cedar", Names: []charter.Name{{Lang: tag, Full: evil, Short: "s " + evil}}, Now: []charter.Name{now}}
	parties := []view.Party{party, {ID: "lantern", Names: []charter.Name{now}}}
	words := strings.Repeat(evil+" ", 20)
	w := view.Wording{By: parties[1], Versions: []view.Version{
		{Lang: tag, Parts: []view.Part{{Text: words}, {Options: []view.Option{{Text: evil, By: parties}, {Text: "b"}}}}, SignedOff: parties, Contested: true, By: party, Corrected: &view.Corrected{Sealed: evil, By: []view.Correction{{ID: "x-1", Symbol: evil}, {ID: "x-2"}}}},
		{Lang: "en", Parts: []view.Part{{Text: strings.Repeat("一段文字", 30)}}}},
		Courtesy: []view.Version{{Lang: "ja", Parts: []view.Part{{Text: evil}}, By: party}}}
	stand := []view.Standing{{Party: party, Kind: "ad_ref", Label: evil}, {Party: parties[1], Kind: "none"}}
	para := &view.Paragraph{ID: "lantern-7.1", Label: evil, Status: "ad_ref", Kind: "operative"}
	heading := &view.Paragraph{ID: "A", Label: evil, In: evil, Status: "withdrawn", Kind: text.Heading}
	table := &view.Text{Chrome: view.Chrome{Ref: "valley"}, TextCard: view.TextCard{ID: "js-9", Stage: "negotiation"}, May: map[string]bool{"text.revise": true}}
	table.Paragraphs = []view.Paragraph{{ID: para.ID, Main: view.Wording{ID: text.WordingID(evil), Versions: []view.Version{{Acts: []string{evil, "fir-4"}}}}}}
	k := piece{T: table, P: para, Unfold: "?lang=" + string(tag) + "&open=lantern-7.1#p-lantern-7.1", Acts: []action{{Act: "confirm", Wording: text.WordingID(evil), Plain: true, First: true}, {Act: "accept", Label: evil, Plain: true}, {Act: "reserve"}}}
	at := time.Date(2025, 1, 14, 9, 0, 0, 0, time.FixedZone("", 8*3600))
	funcs := p.funcs(a, nil)
	refs := []view.Ref{{ID: "js-9", Title: lang.Text{tag: evil}}, {ID: evil}}
	chosen := deed{Values: map[string][]string{"text": {"js-9"}}}
	funcs["refs"] = func() []view.Ref { return refs }
	funcs["langs"] = func() []lang.Tag { return langs }
	funcs["menus"] = func() []menu { return menus }
	funcs["to"] = func() string { return "/m/valley/texts/js-9/acts" }
	tmpl := template.Must(template.New("").Funcs(funcs).Parse(asTemplates))
	alternative := view.Wording{ID: "cedar-3", Label: evil, By: party, Member: evil, Supporters: parties, State: "alternative", Note: evil}
	lost := view.Wording{ID: "x-1", Label: evil, By: parties[1], Member: "m", State: "not_taken"}
	chrome := &view.Chrome{Ref: "valley", Confers: tag == "ja"}
	void := view.Row{ID: "cedar-41", Party: party, At: at, Member: evil, Type: evil, Matter: evil, Title: lang.Text{tag: evil}, Void: refusal.New(refusal.Conflict, "party.no_fork", "party", evil)}
	awaited := view.Row{ID: "cedar.2-41", Party: parties[1], Type: "concern.raise", Matter: "concern/x-1", Waiting: true}
	gone, into := view.Wording{Omit: true}, view.Wording{Omit: true, Into: evil}
	for _, c := range []struct {
		name string
		of   any
		got  template.HTML
	}{
		{"icon", "bracket", row.icon("bracket")}, {"full", party.Names, p.full(party.Names)}, {"short", party, p.short(party)}, {"short", parties[1], p.short(parties[1])},
		{"shorts", parties, p.shorts(parties)}, {"said", lang.Text{tag: evil}, p.said(lang.Text{tag: evil})}, {"said", lang.Text{}, p.said(nil)}, {"stamp", at, p.stamp(at)}, {"stamp", time.Time{}, p.stamp(time.Time{})},
		{"begin", para, row.begin(para)}, {"begin", heading, row.begin(heading)}, {"wording", w, row.wording(w, langs, "mainwording")}, {"wording", gone, row.wording(gone, langs, "")}, {"wording", into, row.wording(into, langs, "")}, {"options", chosen, p.options(chosen, "text", refs)}, {"althead", alternative, drawn(func(f *fragment) { row.althead(f, alternative, k) })}, {"althead", lost, drawn(func(f *fragment) { row.althead(f, lost, k) })},
		{"standings", stand, drawn(func(f *fragment) { row.standings(f, stand) })}, {"buttons", k, drawn(func(f *fragment) { row.buttons(f, k) })}, {"crumbs", chrome, p.crumbs(chrome, "/m/valley/concerns")}, {"row", void, p.entry("valley", void)}, {"row", awaited, p.entry("valley", awaited)}, {"comment", k, drawn(func(f *fragment) { row.comment(f, k) })}, {"ways", k, drawn(func(f *fragment) { row.ways(f, k) })}, {"ways", piece{T: table, P: heading}, drawn(func(f *fragment) { row.ways(f, piece{T: table, P: heading}) })},
	} {
		var want bytes.Buffer
		if err := tmpl.ExecuteTemplate(&want, c.name, c.of); err != nil {
			t.Fatal(err)
		}
		if string(c.got) != want.String() {
			t.Errorf("%s of %q in %s:\n%s\nwant\n%s", c.name, evil, tag, c.got, want.String())
		}
	}
}

// A fault of ours in one paragraph ends that page, and nobody else's.
func TestAFaultInARowEndsItsPage(t *testing.T) {
	if html, err := (rows{printer: printer{tag: "en"}}).paragraphs([]piece{{}}); err == nil {
		t.Errorf("a paragraph that is none was drawn: %s", html)
	}
}
