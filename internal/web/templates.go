package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"sync"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/dialogue"
	"entente.example/internal/fingerprint"
	"entente.example/internal/line"
	"entente.example/internal/locale"
	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

//go:embed templates
var templateFiles embed.FS

// templates holds the parsed set per language and side: functions of a set know whose words to choose. A set is parsed when somebody first reads in it; tests read in all of them.
type templates struct {
	assets *assets
	mu     sync.Mutex
	sets   map[printer]*template.Template
}

func newTemplates(a *assets) *templates {
	return &templates{assets: a, sets: map[printer]*template.Template{}}
}

func (t *templates) set(p printer) *template.Template {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.sets[p]; s != nil {
		return s
	}
	s := p.parsed(t.assets)
	rows{p, icons(t.assets), s}.settled(s, t.assets)
	t.sets[p] = s
	return s
}

func (p printer) parsed(a *assets) *template.Template {
	s := template.New("").Option("missingkey=error")
	return template.Must(s.Funcs(p.funcs(a, s)).ParseFS(templateFiles, "templates/*.html"))
}

func (t *templates) render(b *bytes.Buffer, p page) error {
	f := p.frame()
	return t.set(printer{f.Lang, f.side()}).ExecuteTemplate(b, p.template(), p)
}

// printer chooses words and names for a reader: the language of the interface, and the side whose names are shown.
type printer struct {
	tag  lang.Tag
	side string
}

func (p printer) funcs(a *assets, set *template.Template) template.FuncMap {
	row := rows{p, icons(a), set}
	return template.FuncMap{
		"begin":       row.begin,
		"wording":     row.wording,
		"paragraphs":  row.paragraphs,
		"reading":     readingOf,
		"guarded":     isGuarded,
		"signOffPath": signOffPath,
		"t":           p.message,
		"told":        p.told,
		"tongued":     p.tongued,
		"awaited":     p.awaited,
		"explain":     func(err *refusal.Error) string { return locale.Explain(p.tag, err) },
		"tlang":       func() lang.Tag { return p.tag },
		"languages":   func() []lang.Tag { return locale.Languages },
		"own":         locale.OwnName,
		"zone":        locale.Zone,
		"placed":      p.placed,
		"rtl":         lang.Tag.RightToLeft,
		"doubts":      lang.Tag.Doubts,
		"looks":       func(words string) lang.Tag { return lang.Looks(p.tag, words) },
		"icon":        row.icon,
		"look":        a.look,
		"browser":     browserOf,
		"beside":      p.beside,
		"full":        p.full,
		"hidden":      p.hidden,
		"short":       p.short,
		"shorts":      p.shorts,
		"said":        p.said,
		"leaves":      p.leaves,
		"stamp":       p.stamp,
		"crumbs":      p.crumbs,
		"entry":       p.entry,
		"options":     p.options,
		"name":        p.name,
		"say":         p.say,
		"names":       p.names,
		"list":        func(items []string) string { return locale.List(p.tag, items) },
		"comma":       func() string { return locale.Comma(p.tag) },
		"num":         number,
		"date":        func(t time.Time) string { return locale.Date(p.tag, t) },
		"instant":     func(t time.Time) string { return locale.Instant(p.tag, t.UTC()) },
		"inzone":      p.inZone,
		"moment":      p.moment,
		"statekey":    line.StateKey,
		"iso":         func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"days":        func(start, end string) string { return locale.Days(p.tag, start, end) },
		"span":        func(years, months int) string { return locale.Span(p.tag, years, months) },
		"apart":       func(d time.Duration) string { return locale.Apart(p.tag, d) },
		"clock": func(party string, ahead int64) string {
			key, apart := locale.Ahead(ahead)
			return locale.Message(p.tag, key, refusal.Params{"party": party, "length": locale.Apart(p.tag, apart)})
		},
		"counted":          p.counted,
		"elapsed":          func(l view.Length) string { return locale.Elapsed(p.tag, l.Years, l.Months, l.Days) },
		"asset":            a.url,
		"lookAlone":        func() template.HTML { return a.inline },
		"words":            func(digits string) string { return fingerprint.Words(p.tag, digits) },
		"dict":             dict,
		"params":           params,
		"add":              func(a, b int) int { return a + b },
		"has":              func(s string) bool { return locale.Has(s) },
		"groups":           func(s string) []string { return groups(s, 8) },
		"strip":            p.strip,
		"share":            share,
		"mark":             mark,
		"plural":           plural,
		"stages":           func() []string { return stages },
		"isStage":          func(s string) bool { return slices.Contains(stages, s) },
		"reservationKinds": func() []string { return reservationKinds },
	}
}

// moment writes an instant that the record spells.
func (p printer) moment(s string) string {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return s
	}
	return locale.Instant(p.tag, t.UTC())
}

// inZone writes an instant in the reader's zone, "" if none was chosen.
func (p printer) inZone(t time.Time, zone string) string {
	loc, ok := offset(zone)
	if !ok {
		return ""
	}
	return locale.Instant(p.tag, t.In(loc))
}

// counted lists numbers.
func (p printer) counted(n []int) string {
	out := make([]string, len(n))
	for i, x := range n {
		out[i] = locale.Number(int64(x))
	}
	return locale.List(p.tag, out)
}

// message is the catalogue's sentence; kv are names and values of its parameters.
func (p printer) message(key string, kv ...any) (string, error) {
	if len(kv)%2 != 0 {
		return "", fmt.Errorf("web: odd parameters for %s", key)
	}
	params := refusal.Params{}
	for i := 0; i < len(kv); i += 2 {
		params[fmt.Sprint(kv[i])] = fmt.Sprint(kv[i+1])
	}
	return locale.Message(p.tag, key, params), nil
}

// told is a sentence with its parameters; a day among them is written as the language writes days.
func (p printer) told(key string, params refusal.Params) string {
	if day, ok := params["day"]; ok {
		params = maps.Clone(params)
		params["day"] = locale.Days(p.tag, day, "")
	}
	return locale.Message(p.tag, key, params)
}

// awaited is what waits for us, with the party's name as the reader's side uses it and the instant as the language writes it.
func (p printer) awaited(a view.Await) string {
	params := refusal.Params{}
	maps.Copy(params, a.Params)
	if at, ok := params["at"]; ok {
		params["at"] = p.moment(at)
	}
	if len(a.Party) > 0 {
		params["party"] = p.name(a.Party).Short
	}
	for name, words := range a.Named {
		params[name] = p.say(words).Text
	}
	return p.told(a.What, params)
}

// params makes the parameters of a message from a dict.
func params(d map[string]any) refusal.Params {
	out := refusal.Params{}
	for k, v := range d {
		out[k] = fmt.Sprint(v)
	}
	return out
}

// spoken is wording with its language, for a lang attribute.
type spoken struct {
	Lang  lang.Tag
	Text  string
	Short string
}

// Full is the long form.
func (s spoken) Full() string { return s.Text }

// name chooses the name that the reader's side uses in the reader's language.
func (p printer) name(names []charter.Name) charter.Name {
	n := charter.PickName(names, p.tag, p.side)
	if n.Short == "" {
		n.Short = n.Full
	}
	return n
}

// say chooses wording in the reader's language, else in any that there is.
func (p printer) say(t lang.Text) spoken {
	tag, s := t.Pick(p.tag, lang.English)
	return spoken{Lang: tag, Text: s}
}

// names are the short names of parties, joined.
func (p printer) names(parties []view.Party) string {
	var out []string
	for _, party := range parties {
		out = append(out, p.name(party.Names).Short)
	}
	return locale.List(p.tag, out)
}

func number(n any) (string, error) {
	switch n := n.(type) {
	case int:
		return locale.Number(int64(n)), nil
	case int64:
		return locale.Number(n), nil
	}
	return "", fmt.Errorf("web: %T is no number", n)
}

// placed is what a paragraph is called: by its number, and in an annex by the annex's too.
func (p printer) placed(x *view.Paragraph) string {
	switch {
	case x.Kind == text.Heading:
		return locale.Annex(p.tag, x.Label)
	case x.In != "":
		return locale.AnnexParagraph(p.tag, x.In, text.Within(x.In, x.Label))
	}
	return x.Label
}

// plural is a kind's name in addresses.
func plural(kind string) (string, error) {
	k, ok := dialogue.Find(kind)
	if !ok {
		return "", fmt.Errorf("web: no kind of matter %q", kind)
	}
	return k.Plural, nil
}

// dict hands several values to a nested template.
func dict(kv ...any) (map[string]any, error) {
	out := map[string]any{}
	for i := 0; i+1 < len(kv); i += 2 {
		k, ok := kv[i].(string)
		if !ok {
			return nil, fmt.Errorf("web: %v is no key", kv[i])
		}
		out[k] = kv[i+1]
	}
	return out, nil
}

// groups cuts a digest into pieces that an eye can compare.
func groups(s string, n int) []string {
	var out []string
	for len(s) > n {
		out, s = append(out, s[:n]), s[n:]
	}
	return append(out, s)
}

// share is the length of a bar for part of whole; the bar for all of nothing is full.
func share(part, whole, width int64) int64 {
	if whole <= 0 {
		return width
	}
	return min(part, whole) * width / whole
}
