package worked

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// fictional maps the example to invented names by the rules that the file itself gives: ids, dropped sources, document titles, then replacements in order, each in its
// language.
func fictional(raw map[string]any) any {
	p := raw["profiles"].(map[string]any)["fictional"].(map[string]any)
	delete(raw, "profiles")
	delete(raw, "notice")
	f := &mapping{ids: texts(p["ids"]), replace: map[string][][2]string{}}
	f.idPattern = idPattern(f.ids)
	for tag, list := range p["replacements"].(map[string]any) {
		for _, pair := range list.([]any) {
			from, to := pair.([]any)[0].(string), pair.([]any)[1].(string)
			f.replace[tag] = append(f.replace[tag], [2]string{from, to})
		}
	}
	titles := p["founding_documents"].(map[string]any)
	for _, d := range raw["founding_documents"].([]any) {
		doc := d.(map[string]any)
		var own []any
		for _, tag := range slices.Sorted(maps.Keys(texts(titles[doc["id"].(string)]))) {
			own = append(own, map[string]any{"lang": tag, "full": texts(titles[doc["id"].(string)])[tag]})
		}
		doc["titles"] = own
		delete(doc, "note")
	}
	return f.walk(raw, "en")
}

func texts(v any) map[string]string {
	out := map[string]string{}
	for k, s := range v.(map[string]any) {
		out[k], _ = s.(string)
	}
	return out
}

type mapping struct {
	ids       map[string]string
	idPattern *regexp.Regexp
	replace   map[string][][2]string
}

// idPattern finds an id standing alone or as a part of another, the longest first.
func idPattern(ids map[string]string) *regexp.Regexp {
	keys := slices.SortedFunc(maps.Keys(ids), func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for i, k := range keys {
		keys[i] = regexp.QuoteMeta(k)
	}
	return regexp.MustCompile(`\b(?i:` + strings.Join(keys, "|") + `)\b`)
}

// dropped members say where facts come from; invented names have no sources.
var dropped = []string{"sources", "source", "sources_note", "url", "certainty"}

var tags = []string{"en", "zh-Hans", "ja"}

// walk maps a value; tag is the language that its strings are in.
func (f *mapping) walk(v any, tag string) any {
	switch v := v.(type) {
	case map[string]any:
		if own, ok := v["lang"].(string); ok {
			tag = own
		}
		out := map[string]any{}
		for k, member := range v {
			if slices.Contains(dropped, k) {
				continue
			}
			in := tag
			if slices.Contains(tags, k) {
				in = k
			}
			out[f.id(k)] = f.walk(member, in)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = f.walk(e, tag)
		}
		return out
	case string:
		return f.text(v, tag)
	}
	return v
}

// id maps ids in a string that is one: no white space, ASCII.
func (f *mapping) id(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return s
	}
	return f.idPattern.ReplaceAllStringFunc(s, f.oneID)
}

func (f *mapping) oneID(m string) string {
	switch m {
	case strings.ToLower(m):
		return f.ids[m]
	case strings.ToUpper(m):
		return strings.ToUpper(f.ids[strings.ToLower(m)])
	}
	return m // a name that looks like an id, as in Komeito
}

func (f *mapping) text(s, tag string) string {
	for _, r := range f.replace[tag] {
		if s == r[0] {
			return r[1]
		}
	}
	if !strings.Contains(s, " ") {
		if mapped := f.id(s); mapped != s {
			return mapped
		}
	}
	for _, r := range f.replace[tag] {
		s = strings.ReplaceAll(s, r[0], r[1])
	}
	return f.idPattern.ReplaceAllStringFunc(s, f.oneID) // ids inside sentences and document symbols
}
