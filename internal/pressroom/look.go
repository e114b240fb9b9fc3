package pressroom

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"mime"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"entente.example/internal/locale"
	"entente.example/internal/web/static"
	"entente.example/lang"
	"entente.example/proof"
	"entente.example/refusal"
	"entente.example/verifier"
)

//go:embed templates
var templateFiles embed.FS

//go:embed static
var ownFiles embed.FS

// outfit are the files of the look, under a name that changes with them.
type outfit struct {
	hash  string
	files map[string][]byte
}

// look is templates, style and scripts.
type look struct {
	outfit
	now  func() time.Time
	mu   sync.Mutex
	sets map[lang.Tag]*template.Template
}

// page is a typed struct with its template.
type page interface{ template() string }

// shared are the files of the members' pages that the public site wears too.
var shared = []string{"site.css", "icons.svg", "mark.svg"}

// worn is the outfit of this program.
var worn = sync.OnceValue(func() outfit {
	o := outfit{files: map[string][]byte{}}
	own, err := fs.Sub(ownFiles, "static")
	if err != nil {
		panic("press room: " + err.Error()) // embedded
	}
	for _, from := range []fs.FS{static.Files, own, verifier.Files} {
		names, err := fs.Glob(from, "*.*")
		if err != nil {
			panic("press room: " + err.Error())
		}
		for _, name := range names {
			if from == fs.FS(static.Files) && !slices.Contains(shared, name) || strings.HasSuffix(name, ".go") {
				continue
			}
			if o.files[name], err = fs.ReadFile(from, name); err != nil {
				panic("press room: " + err.Error())
			}
		}
	}
	h := sha256.New()
	for _, name := range o.names() {
		h.Write(o.files[name])
	}
	o.hash = hex.EncodeToString(h.Sum(nil))[:12]
	return o
})

func newLook(now func() time.Time) *look {
	l := &look{outfit: worn(), now: now, sets: map[lang.Tag]*template.Template{}}
	l.set(lang.English) // a template that does not parse stops the program here
	return l
}

func (o outfit) names() []string { return slices.Sorted(maps.Keys(o.files)) }

func (o outfit) url(file string) string { return "/static/" + o.hash + "/" + file }

// checkers are what checks a text in a reader's browser; the page's own script only says what they find.
var checkers = []string{"export.mjs", "verify.mjs"}

// integrity is what a browser holds bytes against before it runs them.
func integrity(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// integrity is that of a file.
func (o outfit) integrity(file string) string { return integrity(o.files[file]) }

// allowed is an import map: a browser that reads it runs the code that checks only if each byte is the one that the page was made with.
func (o outfit) allowed() string {
	all := map[string]string{}
	for _, name := range checkers {
		all[o.url(name)] = o.integrity(name)
	}
	b, err := json.Marshal(map[string]any{"integrity": all})
	if err != nil {
		panic("press room: " + err.Error()) // strings
	}
	return string(b)
}

// territories are what sites that show links call a language.
var territories = map[lang.Tag]string{lang.English: "en_GB", "zh-Hans": "zh_CN", "ja": "ja_JP", "ko": "ko_KR"}

// asset is a file of the look.
func (s *Site) asset(v *visit) (*sheet, error) {
	name := v.r.PathValue("file")
	b, ok := s.look.files[name]
	if !ok || v.r.PathValue("hash") != s.look.hash {
		return nil, refusal.New(refusal.Missing, "press.no_page")
	}
	return &sheet{media: media(name), body: b, forever: true}, nil
}

// media is what a file of ours is served as. A file of an export is never anything that a browser runs.
func media(name string) string {
	switch path.Ext(name) {
	case ".mjs", ".js":
		return "text/javascript; charset=utf-8"
	case ".json":
		return "application/json"
	case ".txt", ".sig", ".tlog-proof", ".missing", ".salt", "":
		return "text/plain; charset=utf-8"
	case ".css", ".svg":
		return mime.TypeByExtension(path.Ext(name))
	}
	return "application/octet-stream"
}

func (l *look) set(tag lang.Tag) *template.Template {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.sets[tag]; s != nil {
		return s
	}
	s := template.Must(template.New("").Option("missingkey=error").Funcs(l.funcs(tag)).ParseFS(templateFiles, "templates/*.html"))
	l.sets[tag] = s
	return s
}

func (l *look) render(tag lang.Tag, p page) ([]byte, error) {
	var b bytes.Buffer
	err := l.set(tag).ExecuteTemplate(&b, p.template(), p)
	return b.Bytes(), err
}

// spoken is wording with its language.
type spoken struct {
	Lang lang.Tag
	Text string
}

func (l *look) funcs(tag lang.Tag) template.FuncMap {
	return template.FuncMap{
		"t":         func(key string, kv ...any) (string, error) { return message(tag, key, kv) },
		"tlang":     func() lang.Tag { return tag },
		"asset":     l.url,
		"integrity": l.integrity,
		"allowed":   func() template.HTML { return template.HTML(`<script type="importmap">` + l.allowed() + `</script>`) },
		"territory": func(tag lang.Tag) string { return territories[tag] },
		"own":       locale.OwnName,
		"placed":    placed,
		"rtl":       lang.Tag.RightToLeft,
		"say":       func(t lang.Text) spoken { return pick(t, tag) },
		"date":      func(t time.Time) string { return locale.Date(tag, t) },
		"day":       func(s string) string { return locale.Day(tag, s) },
		"instant":   func(t time.Time) string { return locale.Instant(tag, t.UTC()) },
		"ahead":     func(t time.Time) string { return l.ahead(tag, t) },
		"iso":       func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"list":      func(items []string) string { return locale.List(tag, items) },
		"comma":     func() string { return locale.Comma(tag) },
		"groups":    groups,
		"dict":      dict,
		"languages": func() []lang.Tag { return locale.Languages },
	}
}

// ahead is how long it is until an instant; "" once it has come.
func (l *look) ahead(tag lang.Tag, t time.Time) string {
	left := t.Sub(l.now())
	if left <= 0 {
		return ""
	}
	return locale.Apart(tag, left)
}

// dict hands several values to a nested template.
func dict(kv ...any) map[string]any {
	out := map[string]any{}
	for i := 0; i+1 < len(kv); i += 2 {
		out[fmt.Sprint(kv[i])] = kv[i+1]
	}
	return out
}

func pick(t lang.Text, tag lang.Tag) spoken {
	l, s := t.Pick(tag, lang.English)
	return spoken{l, s}
}

func message(tag lang.Tag, key string, kv []any) (string, error) {
	if len(kv)%2 != 0 {
		return "", fmt.Errorf("press room: odd parameters for %s", key)
	}
	params := refusal.Params{}
	for i := 0; i < len(kv); i += 2 {
		params[fmt.Sprint(kv[i])] = fmt.Sprint(kv[i+1])
	}
	return locale.Message(tag, key, params), nil
}

// placed is what a paragraph is called in a language: by its number, and in an annex by the annex's too.
func placed(c *proof.Content, x proof.Paragraph, tag lang.Tag) string {
	if x.Kind == proof.Heading {
		return locale.Annex(tag, x.Label)
	}
	if annex := c.AnnexOf(x.ID); annex != "" {
		return locale.AnnexParagraph(tag, annex, strings.TrimPrefix(x.Label, annex+"."))
	}
	return x.Label
}

// groups cuts a digest into pieces that an eye can compare.
func groups(s string) string {
	var out []string
	for len(s) > 8 {
		out, s = append(out, s[:8]), s[8:]
	}
	return strings.Join(append(out, s), " ")
}
