package text

import (
	"slices"
	"strconv"
	"strings"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// An act that names a wording is of its versions as the node has them. Whoever writes it may have read earlier ones: on a page that was open for an hour, or in what a command had printed. So each face says what its reader had before them, and
// what is of other versions is refused before it leaves. docs/protocol.md 4.14.

// Known says what somebody had read of a text: acts, each of them with all that stands before it in its log. nil: they did not say.
type Known []string

// Having is an act that is of versions, by somebody who had read something. What is written is the act.
type Having struct {
	entry.Body
	Read Known
}

// Of reports whether an act of a type is of versions.
func Of(b entry.Body) bool { _, is := b.(ofVersions); return is }

// ofVersions is an act that is of the versions of wordings, in some languages beside the drafting one.
type ofVersions interface {
	of(s *State) (items []Item, also lang.Tag)
}

func (b Accept) of(*State) ([]Item, lang.Tag)  { return b.Items, "" }
func (b Confirm) of(*State) ([]Item, lang.Tag) { return b.Items, "" }
func (b Concord) of(*State) ([]Item, lang.Tag) { return b.Items, b.Language }

func (b Translate) of(*State) (items []Item, _ lang.Tag) {
	for _, i := range b.Items {
		if !b.Courtesy {
			items = append(items, Item{i.Paragraph, i.Wording})
		}
	}
	return items, b.Language
}

func (b Resolve) of(s *State) ([]Item, lang.Tag) {
	p, f := s.flag(b.Flag)
	if f == nil {
		return nil, ""
	}
	return []Item{{p.ID, f.Wording}}, f.Language
}

// Known is the whole text as it stands.
func (s *State) Known() Known {
	last := map[string]int64{}
	for _, p := range s.Paragraphs {
		for _, w := range p.Wordings {
			for _, v := range w.Versions {
				log, _ := place(v.Act)
				last[log] = max(last[log], v.Index)
			}
		}
	}
	out := Known{}
	for log, n := range last {
		out = append(out, log+"-"+strconv.FormatInt(n, 10))
	}
	slices.Sort(out)
	return out
}

// place takes an act's name apart: its log, and where it stands there.
func place(act string) (log string, n int64) {
	i := strings.LastIndexByte(act, '-')
	if i < 0 {
		return act, -1
	}
	n, err := strconv.ParseInt(act[i+1:], 10, 64)
	if err != nil {
		n = -1
	}
	return act[:i], n
}

func (r Known) has(b By) bool {
	log, _ := place(b.Act)
	return slices.ContainsFunc(r, func(act string) bool {
		l, n := place(act)
		return l == log && n >= b.Index
	})
}

// WhyNotRead refuses to write an act that is of other versions than its author had read; and, of somebody who did not say, one of a wording that has had several, of which its name says nothing.
func (s *State) WhyNotRead(c *charter.State, b entry.Body, read Known) error {
	act, is := b.(ofVersions)
	if !is || s.Tabled == nil || s.Frozen(c) != nil {
		return nil
	}
	for _, a := range read {
		if _, n := place(a); n < 0 {
			return refusal.New(refusal.Invalid, "text.bad_read", "given", a)
		}
	}
	items, also := act.of(s)
	for _, i := range items {
		p, w, err := s.item(i)
		if err != nil {
			continue // the record says why
		}
		for _, tag := range []lang.Tag{s.Tabled.Drafting, also} {
			key, heads := "text.changed_since", w.heads(c, tag, nil)
			missed := w.missed(func(t lang.Tag) bool { return t == tag }, read.has)
			of := func(v Version) bool { return slices.Contains(missed, v.Act) }
			if read == nil {
				key, of = "text.which_version", func(Version) bool { return w.several(tag, len(heads)) }
			}
			if n := slices.IndexFunc(heads, of); n >= 0 {
				return refusal.New(refusal.Conflict, key, "paragraph", p.Label, "language", string(tag), "party", string(heads[n].Party), "act", heads[n].Act)
			}
		}
	}
	return nil
}

// several reports whether a wording has had more than one version in a language, of which so many stand.
func (w *Wording) several(tag lang.Tag, stand int) bool {
	return stand > 1 || slices.ContainsFunc(w.Versions, func(v Version) bool { return v.Lang == tag && len(v.Replaces) > 0 && !w.again(v, nil) })
}
