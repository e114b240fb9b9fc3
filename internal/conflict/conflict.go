// Package conflict owns what a reader should know of a proposal before anybody decides on it: that it has lost the ground on which it was made, and which other proposals cannot be taken together with it.
//
// It promises that every proposal that is still on the table is looked at, that a conflict is said of both, and that nothing follows from it: parties decide, and may take either, both or neither.
package conflict

import (
	"cmp"
	"slices"
	"unicode"
	"unicode/utf8"

	"entente.example/internal/charter"
	"entente.example/internal/redline"
	"entente.example/internal/text"
	"entente.example/lang"
)

// What can be said of a proposal. The first six are of its ground, the others of another proposal.
const (
	BaseWithdrawn = "base_withdrawn" // the wording that it starts from was withdrawn
	BaseNewer     = "base_newer"     // that wording has another version in a language since
	LeftOut       = "left_out"       // its paragraph is to be left out, as agreed
	Split         = "split"          // its paragraph was divided, as agreed
	Moved         = "moved"          // its paragraph stands elsewhere, as agreed
	NoPlace       = "no_place"       // it stands behind, or goes into, a paragraph that is to be left out or was taken back
	SameWords     = "same_words"     // another proposal changes the same words
	Omission      = "omission"       // one of the two leaves the paragraph out
	OtherPlace    = "other_place"    // the two put the paragraph at different places
)

// Mark is one thing to know of a wording.
type Mark struct {
	Kind       string           `json:"kind" enum:"base_withdrawn,base_newer,left_out,split,moved,no_place,same_words,omission,other_place"`
	Wordings   []text.WordingID `json:"wordings,omitempty"`   // of the same paragraph
	Paragraphs []text.ParaID    `json:"paragraphs,omitempty"` // other ones
	Labels     []string         `json:"labels,omitempty"`     // of all these
	Languages  []lang.Tag       `json:"languages,omitempty"`  // in which the other wording is newer
}

// Marked is a wording with what is to be known of it.
type Marked struct {
	Paragraph text.ParaID    `json:"paragraph"`
	Wording   text.WordingID `json:"wording"`
	Label     string         `json:"label"`
	Marks     []Mark         `json:"marks"`
}

// Of looks at every proposal of a text.
func Of(c *charter.State, t *text.State) []Marked {
	l := Look(c, t, t.Status(c, nil))
	out := []Marked{}
	for _, p := range t.Ordered(c) {
		marks := l.Paragraph(p)
		for _, w := range p.Wordings {
			if m := marks[w.ID]; len(m) > 0 {
				out = append(out, Marked{p.ID, w.ID, w.Label, m})
			}
		}
	}
	return out
}

// Table looks at the proposals of one paragraph after the other.
type Table struct {
	c    *charter.State
	t    *text.State
	gone map[text.ParaID]bool // to be left out, or taken back
	done map[text.ParaID]bool // agreed
	shut bool                 // the text is frozen or has ended: nothing is on the table

	changes map[version][]span
}

// Look prepares to look at the proposals of a text, whose status the caller has.
func Look(c *charter.State, t *text.State, st text.Status) *Table {
	l := &Table{c: c, t: t, gone: map[text.ParaID]bool{}, done: map[text.ParaID]bool{}, changes: map[version][]span{}, shut: t.Frozen(c) != nil || st.Ended != nil}
	for _, list := range [][]string{st.Omitted, st.Withdrawn} {
		for _, id := range list {
			l.gone[text.ParaID(id)] = true
		}
	}
	for _, list := range [][]string{st.Agreed, st.AdRef} {
		for _, id := range list {
			l.done[text.ParaID(id)] = true
			if p := t.Para(text.ParaID(id)); p.Current(c).Omit {
				l.gone[p.ID] = true
			}
		}
	}
	return l
}

// Paragraph is what is to be known of each proposal of a paragraph that is on the table.
func (l *Table) Paragraph(p *text.Para) map[text.WordingID][]Mark {
	out := map[text.WordingID][]Mark{}
	if l.shut {
		return out
	}
	main := p.Current(l.c)
	settled := l.done[p.ID] || l.gone[p.ID]
	var open []*text.Wording
	for _, w := range p.Wordings {
		if w.Dropped != "" || w == main && settled || w == p.Wordings[0] && p.Inserted == nil {
			continue
		}
		out[w.ID] = l.ground(p, w, main, settled)
		if !settled {
			open = append(open, w)
		}
	}
	base := p.Wordings[0]
	for i, a := range open {
		for _, b := range open[i+1:] {
			if kind := l.pair(base, a, b); kind != "" {
				out[a.ID] = with(out[a.ID], kind, b.ID)
				out[b.ID] = with(out[b.ID], kind, a.ID)
			}
		}
	}
	for _, marks := range out {
		for i := range marks {
			l.label(p, &marks[i])
		}
	}
	return out
}

// label names what a mark speaks of.
func (l *Table) label(p *text.Para, m *Mark) {
	for _, id := range m.Wordings {
		m.Labels = append(m.Labels, p.Wording(id).Label)
	}
	for _, id := range m.Paragraphs {
		if q := l.t.Para(id); q != nil {
			m.Labels = append(m.Labels, q.Label)
		} else {
			m.Labels = append(m.Labels, string(id))
		}
	}
}

// with adds another wording to the mark of a kind.
func with(marks []Mark, kind string, other text.WordingID) []Mark {
	i := slices.IndexFunc(marks, func(m Mark) bool { return m.Kind == kind })
	if i < 0 {
		return append(marks, Mark{Kind: kind, Wordings: []text.WordingID{other}})
	}
	marks[i].Wordings = append(marks[i].Wordings, other)
	return marks
}

// ground says what has become of that on which a proposal was made.
func (l *Table) ground(p *text.Para, w, main *text.Wording, settled bool) (out []Mark) {
	base := p.Wording(w.Of)
	if p.Orphan(w) {
		out = append(out, Mark{Kind: BaseWithdrawn, Wordings: []text.WordingID{base.ID}})
	}
	if tags := newer(cmp.Or(base, p.Wordings[0]), w); len(tags) > 0 && w != p.Wordings[0] {
		out = append(out, Mark{Kind: BaseNewer, Wordings: []text.WordingID{cmp.Or(base, p.Wordings[0]).ID}, Languages: tags})
	}
	if settled && main.Omit && !w.Omit {
		m := Mark{Kind: LeftOut}
		if main.Into != "" {
			m.Paragraphs = []text.ParaID{main.Into}
		}
		out = append(out, m)
	}
	if settled && main.Place != nil && (w.Place == nil || w.Place.After != main.Place.After) {
		out = append(out, Mark{Kind: Moved})
	}
	if parts := l.parts(p, w); len(parts) > 0 {
		out = append(out, Mark{Kind: Split, Paragraphs: parts})
	}
	var lost []text.ParaID
	for _, id := range []text.ParaID{w.Into, after(w)} {
		if id != "" && (l.gone[id] || l.t.Para(id) == nil) {
			lost = append(lost, id)
		}
	}
	if len(lost) > 0 {
		out = append(out, Mark{Kind: NoPlace, Paragraphs: lost})
	}
	return out
}

func after(w *text.Wording) text.ParaID {
	if w.Place == nil {
		return ""
	}
	return w.Place.After
}

// parts are the paragraphs, agreed, into which a paragraph was divided by another proposal.
func (l *Table) parts(p *text.Para, w *text.Wording) (out []text.ParaID) {
	for _, q := range l.t.Paragraphs {
		if q.Inserted == nil || !l.done[q.ID] || !slices.Contains(q.Inserted.From, p.ID) || q.Wording(w.ID) != nil {
			continue
		}
		out = append(out, q.ID)
	}
	return out
}

// newer are the languages in which a wording was replaced after another one was made from it.
func newer(base, w *text.Wording) (out []lang.Tag) {
	for _, v := range base.Versions {
		if len(v.Replaces) > 0 && v.At > w.At && !slices.Contains(out, v.Lang) {
			out = append(out, v.Lang)
		}
	}
	return out
}

// pair says why two proposals of one paragraph cannot both be taken as they are, if it is so. One that was made from the other is meant to go with it.
func (l *Table) pair(base, a, b *text.Wording) (kind string) {
	switch {
	case a.Of == b.ID || b.Of == a.ID || a.Omit && b.Omit:
		return ""
	case a.Omit != b.Omit:
		return Omission
	}
	if l.sameWords(base, a, b) {
		return SameWords
	}
	if a.Place != nil && b.Place != nil && a.Place.After != b.Place.After {
		return OtherPlace
	}
	return ""
}

// sameWords reports whether two proposals change the same words: in the language of drafting, or in the first one in which they differ.
func (l *Table) sameWords(base, a, b *text.Wording) bool {
	drafting := l.t.Tabled.Drafting
	for _, tag := range slices.Concat([]lang.Tag{drafting}, l.t.Tabled.Languages) {
		was, one, other := l.words(base, tag), l.words(a, tag), l.words(b, tag)
		if one == "" || other == "" || one == other {
			continue
		}
		if !coarse(was, one).meets(coarse(was, other)) { // most pairs end here
			return false
		}
		mine := l.spans(a, tag, was, one)
		return slices.ContainsFunc(l.spans(b, tag, was, other), func(s span) bool { return slices.ContainsFunc(mine, s.meets) })
	}
	return false
}

// version is a wording in a language.
type version struct {
	w   *text.Wording
	tag lang.Tag
}

// spans are what a wording changes, worked out once.
func (l *Table) spans(w *text.Wording, tag lang.Tag, was, is string) []span {
	key := version{w, tag}
	out, ok := l.changes[key]
	if !ok {
		out = spans(was, is)
		l.changes[key] = out
	}
	return out
}

func (l *Table) words(w *text.Wording, tag lang.Tag) string {
	heads := w.Heads(l.c, tag)
	if len(heads) == 0 {
		return ""
	}
	return heads[len(heads)-1].Text
}

// span is a stretch of the wording before, by bytes; an empty one is a place where something was put in.
type span struct{ from, to int }

func (a span) meets(b span) bool {
	if a.from == a.to || b.from == b.to {
		return a.from <= b.to && b.from <= a.to
	}
	return a.from < b.to && b.from < a.to
}

// coarse is from the first to the last change, by whole words.
func coarse(was, is string) span {
	n := 0
	for n < len(was) && n < len(is) && was[n] == is[n] {
		n++
	}
	m := 0
	for m < len(was)-n && m < len(is)-n && was[len(was)-1-m] == is[len(is)-1-m] {
		m++
	}
	end := len(was) - m
	for n > 0 && (!utf8.RuneStart(was[min(n, len(was)-1)]) || joined(utf8.DecodeLastRuneInString(was[:n]))) {
		n--
	}
	for end < len(was) && (!utf8.RuneStart(was[end]) || joined(utf8.DecodeRuneInString(was[end:]))) {
		end++
	}
	return span{n, end}
}

// joined reports whether a character is part of a longer word, as far as scripts with spaces go.
func joined(r rune, _ int) bool {
	return (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

func spans(was, is string) (out []span) {
	at := 0
	for _, p := range redline.Words(was, is) {
		switch p.Kind {
		case redline.Same:
			at += len(p.Text)
		case redline.Out:
			out = append(out, span{at, at + len(p.Text)})
			at += len(p.Text)
		case redline.In:
			if n := len(out); n == 0 || out[n-1].to != at || out[n-1].from == at { // otherwise it takes the place of what went
				out = append(out, span{at, at})
			}
		}
	}
	return out
}
