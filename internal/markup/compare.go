package markup

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// Kinds of what a file has beside the text as it stands.
const (
	Reworded    = "reworded"    // another wording of what is there: to be proposed beside it
	Alternative = "alternative" // a wording of its own
	Version     = "version"     // a language that a wording did not have yet
	Opened      = "opened"      // a bracket
	Added       = "added"       // a paragraph that the text does not have
	Recited     = "recited"     // what a paragraph rests on, and nothing else of it
	Moved       = "moved"       // a paragraph that stands elsewhere in the file, behind another
	MovedFirst  = "moved_first" // … or before all
	Omitted     = "omitted"     // a paragraph that the file does not have, or that it says is to be left out
)

// Change is one thing that a file has and the text has not. Only a member's own act makes a proposal of it.
type Change struct {
	Kind      string         `json:"kind"`
	Paragraph text.ParaID    `json:"paragraph"`
	Of        string         `json:"of,omitzero"`     // label of the wording that it starts from
	Behind    string         `json:"behind,omitzero"` // of a paragraph that moves: label of the one behind which it is to stand
	Label     string         `json:"label"`           // label that it takes
	Wording   text.WordingID `json:"wording,omitzero"`
	Before    lang.Text      `json:"before,omitempty"`
	After     lang.Text      `json:"after,omitempty"`
	Bracket   *Bracket       `json:"bracket,omitempty"`
	// Cites is what the paragraph is to rest on, Rested what it rests on; nil if the file says nothing else of it.
	Cites  *[]string `json:"cites,omitzero"`
	Rested []string  `json:"rested,omitempty"`
	// Place and New are of a paragraph that is added, Place of one that moves, too.
	Place   *text.Place        `json:"place,omitempty"`
	New     *text.NewParagraph `json:"new,omitempty"`
	From    []string           `json:"from,omitempty"` // editors by the file, or the party that it ascribes the wording to
	Stale   bool               `json:"stale,omitzero"` // the file was made from a wording that has changed since
	Problem *refusal.Error     `json:"problem,omitempty"`
}

// Rests reports whether the paragraph is to rest on something else.
func (ch Change) Rests() bool { return ch.Cites != nil && !text.SameCites(*ch.Cites, ch.Rested) }

// Weighs reports whether a change changes what the text consists of, or its order: it may follow from nothing more than an older file, so nobody proposes it without having marked it.
func (ch Change) Weighs() bool {
	return ch.Kind == Omitted || ch.Kind == Moved || ch.Kind == MovedFirst
}

// Comparison is what a file has beside the text as it stands.
type Comparison struct {
	Text    string   `json:"text"`
	Changes []Change `json:"changes"`
	// Read is what of the text the file was compared with, for whoever proposes what they chose.
	Read     text.Known `json:"read,omitempty"`
	Comments []Comment  `json:"comments,omitempty"`
	Doubts   []Doubt    `json:"doubts,omitempty"`
	Ignored  []string   `json:"ignored,omitempty"` // message keys
	Absent   []string   `json:"absent,omitempty"`  // labels of paragraphs that the file, an excerpt, does not have; nothing follows from it
}

// Chosen is what a member chose of a comparison.
type Chosen struct {
	Changes  []Change   `json:"changes"`
	Comments []Comment  `json:"comments,omitempty"`
	Whole    bool       `json:"whole,omitzero"` // the changes are one proposal, agreed whole or not at all
	Read     text.Known `json:"read,omitempty"` // of the comparison
}

// Compare finds what a file has beside the text. Nothing is decided: paragraphs that a file lacks stay until every party agrees to leave them out, brackets that it lacks stay open.
func Compare(c *charter.State, s *text.State, file *Sheet) *Comparison {
	out := &Comparison{Text: s.ID, Read: s.Known(), Changes: []Change{}, Comments: file.Comments, Ignored: file.Ignored, Doubts: file.Doubts()}
	have := map[text.ParaID]bool{}
	var order []text.ParaID         // paragraphs of the text as the file has them
	var last text.ParaID            // the last of them
	fresh := map[text.ParaID]bool{} // those that stand behind one that the text does not have
	behindNew := false
	for _, p := range file.Paragraphs {
		to := find(s, p)
		taken := to == nil // in before, if it is there
		if taken {
			to = brought(c, s, p, file.Covers, have)
		}
		if to == nil {
			for _, w := range p.Wordings[:min(1, len(p.Wordings))] {
				out.Changes = append(out.Changes, added(c, s, p, w, last))
			}
			behindNew = true
			continue
		}
		if !have[to.ID] {
			order, fresh[to.ID] = append(order, to.ID), behindNew
		}
		have[to.ID], last, behindNew = true, to.ID, false
		if taken {
			continue
		}
		k := comparing{c: c, s: s, p: to, covers: file.Covers, taken: map[string]bool{}}
		for _, w := range p.Wordings {
			k.wording(w)
		}
		k.cites(p.Cites)
		out.Changes = append(out.Changes, k.out...)
	}
	out.moves(c, s, order, fresh)
	var absent []Change
	stands := s.Stands(c)
	for _, p := range stands {
		if have[p.ID] {
			continue
		}
		out.Absent = append(out.Absent, p.Label)
		if w := p.Current(c); !leftOut(c, p) {
			absent = append(absent, Change{Kind: Omitted, Paragraph: p.ID, Of: w.Label, Label: p.Label, Before: wordingOf(c, s.Tabled, p, w).Text})
		}
	}
	if len(out.Absent)*2 <= len(stands) { // more would be an excerpt
		out.Changes, out.Absent = append(out.Changes, absent...), nil
	}
	return out
}

// added is a paragraph that the text does not have, behind the one that it follows in the file.
func added(c *charter.State, s *text.State, p Paragraph, w Wording, behind text.ParaID) Change {
	ch := Change{Kind: Added, Label: p.Label, After: w.Text, From: w.Editors, Place: &text.Place{After: behind},
		New: &text.NewParagraph{Kind: cmp.Or(p.Kind, text.Operative), Cites: p.Cites, Topics: p.Topics}}
	if len(ch.After) == 0 {
		ch.Problem = refusal.New(refusal.Invalid, "text.no_wording", "paragraph", p.Label)
	}
	for _, tag := range ch.After.Tags() {
		if err := text.CheckVersion(p.ID, tag, ch.After[tag], s.Tabled.Languages); err != nil && ch.Problem == nil {
			ch.Problem = refusal.As(err)
		}
	}
	return ch
}

// find is the paragraph that a file means: by id, else by label.
func find(s *text.State, p Paragraph) *text.Para {
	if to := s.Para(p.ID); to != nil {
		return to
	}
	if i := slices.IndexFunc(s.Paragraphs, func(q *text.Para) bool { return q.Label == p.Label }); i >= 0 {
		return s.Paragraphs[i]
	}
	return nil
}

// brought is the paragraph that was put in already, word for word, where the text has none of this id or label: files that were taken in before add nothing again. nil if there is none.
func brought(c *charter.State, s *text.State, p Paragraph, covers []lang.Tag, have map[text.ParaID]bool) *text.Para {
	for _, q := range s.Paragraphs {
		k := comparing{c: c, s: s, p: q, covers: covers}
		if q.Inserted == nil || have[q.ID] || len(p.Wordings) == 0 {
			continue
		}
		if words := k.within(p.Wordings[0].Text); len(words) > 0 && k.like(words) != nil {
			return q
		}
	}
	return nil
}

// leftOut reports whether it is on the table to leave a paragraph out.
func leftOut(c *charter.State, p *text.Para) bool {
	return slices.ContainsFunc(p.Wordings, func(w *text.Wording) bool { return w.Omit && p.OnTheTable(c, w) })
}

// comparing goes through the wordings of one paragraph.
type comparing struct {
	c      *charter.State
	s      *text.State
	p      *text.Para
	covers []lang.Tag
	taken  map[string]bool // labels that changes before this one take
	out    []Change
}

func (k *comparing) wording(w Wording) {
	i := slices.IndexFunc(k.p.Wordings, func(o *text.Wording) bool { return o.Label == w.Label })
	if i < 0 && w.Omit {
		if leftOut(k.c, k.p) {
			return
		}
		k.out = append(k.out, Change{Kind: Omitted, Paragraph: k.p.ID, Of: k.p.Label, Label: k.free(w.Label), From: k.from(w)})
		return
	}
	if i < 0 {
		after := k.within(w.Text)
		like := k.like(after)
		switch {
		case like != nil:
			k.found(like, w)
		case len(after) > 0:
			k.add(Change{Kind: Alternative, Label: w.Label, After: after, From: k.from(w), Cites: w.Cites, Rested: k.rested(w)}, w)
		}
		return
	}
	to := k.p.Wordings[i]
	before, after, version := lang.Text{}, lang.Text{}, lang.Text{}
	stale := false
	for _, tag := range k.covers {
		s, there := w.Text[tag]
		if !there || s == "" {
			continue
		}
		now, ok := to.Text(k.c, tag)
		switch {
		case !ok:
			version[tag] = s
		case lang.Normalise(now) != s:
			before[tag], after[tag] = now, s
			if was, tracked := w.Before[tag]; tracked && was != lang.Normalise(now) {
				stale = true
			}
		}
	}
	if len(after) > 0 { // of the new words, not of the old ones
		maps.Copy(after, version)
		clear(version)
	}
	for _, tag := range version.Tags() {
		k.add(Change{Kind: Version, Of: to.Label, Label: to.Label, Wording: to.ID, After: lang.Text{tag: version[tag]}, From: w.Editors}, Wording{})
	}
	if like := k.like(after); len(after) > 0 && like != nil && k.agrees(like, k.within(w.Text)) { // it is on the table beside what stands: taken in before, or proposed by somebody else
		k.found(like, w)
		return
	}
	if len(after) > 0 {
		ch := Change{Kind: Reworded, Of: to.Label, Wording: to.ID, Before: before, After: after, From: w.Editors, Stale: stale}
		if rests := k.p.CitesOf(to); w.Cites != nil || !text.SameCites(rests, k.p.Rests(k.c)) { // else it would rest on what the paragraph does as it stands
			if ch.Cites, ch.Rested = w.Cites, rests; ch.Cites == nil {
				ch.Cites = &rests
			}
		}
		k.add(ch, w)
		return
	}
	k.found(to, w)
}

// found compares with a wording whose words the text has what else a file says of it.
func (k *comparing) found(like *text.Wording, w Wording) {
	k.recite(like, w)
	k.brackets(like.ID, like.Label, w, bracketsOf(k.c, k.p, like))
}

// rested is what the paragraph rests on as it stands, if a file says of a wording that it would rest on something else with it.
func (k *comparing) rested(w Wording) []string {
	if w.Cites == nil {
		return nil
	}
	return k.p.Rests(k.c)
}

// recite compares what the paragraph would rest on with a wording whose words the text has; of says where.
func (k *comparing) recite(of *text.Wording, w Wording) {
	if w.Cites == nil || slices.ContainsFunc(k.p.Wordings, func(o *text.Wording) bool {
		return o.Dropped == "" && text.SameCites(k.p.CitesOf(o), *w.Cites) && (o == of || k.says(o, k.within(w.Text)))
	}) {
		return
	}
	label := ""
	if of.Label != w.Label {
		label = w.Label
	}
	k.add(Change{Kind: Recited, Of: of.Label, Label: label, Wording: of.ID, From: k.from(w), Cites: w.Cites, Rested: k.p.CitesOf(of)}, Wording{})
}

// cites compares what the paragraph rests on. It goes with another wording of the same paragraph, if the file has one: both are one proposal then. A file that cites nothing says nothing of it, as one that
// was written in an office program; one that cites what a wording of the paragraph rests on has nothing new: it was written before another was agreed, or was taken in before.
func (k *comparing) cites(said []string) {
	if len(said) == 0 {
		return
	}
	for _, w := range k.p.Wordings {
		if w.Dropped == "" && text.SameCites(k.p.CitesOf(w), said) {
			return
		}
	}
	now := k.p.Rests(k.c)
	w := k.p.Current(k.c)
	for i := range k.out {
		if ch := &k.out[i]; ch.Kind == Reworded && ch.Of == w.Label {
			ch.Cites, ch.Rested = &said, now
			return
		}
	}
	k.add(Change{Kind: Recited, Of: w.Label, Wording: w.ID, Cites: &said, Rested: now}, Wording{})
}

// within keeps the languages that the file covers.
func (k *comparing) within(t lang.Text) lang.Text {
	out := lang.Text{}
	for _, tag := range k.covers {
		if t[tag] != "" {
			out[tag] = t[tag]
		}
	}
	return out
}

// like is a wording of the paragraph that says this already: the one that stands, if it does; nil if there is none.
func (k *comparing) like(t lang.Text) *text.Wording {
	if w := k.p.Current(k.c); k.says(w, t) {
		return w
	}
	if i := slices.IndexFunc(k.p.Wordings, func(o *text.Wording) bool { return k.says(o, t) }); i >= 0 {
		return k.p.Wordings[i]
	}
	return nil
}

// agrees reports whether a wording says nothing else in a language that it has.
func (k *comparing) agrees(o *text.Wording, t lang.Text) bool {
	for tag, s := range t {
		if now, ok := o.Text(k.c, tag); ok && lang.Normalise(now) != s {
			return false
		}
	}
	return true
}

// says reports whether a wording on the table says this, in the languages in which it is given.
func (k *comparing) says(o *text.Wording, t lang.Text) bool {
	for tag, s := range t {
		if now, ok := o.Text(k.c, tag); !ok || lang.Normalise(now) != s {
			return false
		}
	}
	return !o.Omit && k.p.OnTheTable(k.c, o)
}

func (k *comparing) from(w Wording) []string {
	if len(w.Editors) == 0 && w.By != "" {
		return []string{w.By}
	}
	return w.Editors
}

// add lists a change, under a label that is free, and the brackets that a new wording brings.
func (k *comparing) add(ch Change, w Wording) {
	ch.Paragraph = k.p.ID
	if ch.Kind != Version {
		ch.Label = k.free(ch.Label)
		k.taken[ch.Label] = true
	}
	for _, tag := range ch.After.Tags() {
		if err := text.CheckVersion(k.p.ID, tag, ch.After[tag], k.s.Tabled.Languages); err != nil && ch.Problem == nil {
			ch.Problem = refusal.As(err)
		}
	}
	k.out = append(k.out, ch)
	if ch.Kind != Version {
		k.brackets("", ch.Label, w, nil)
	}
}

// free is a label for another wording: the wanted one if nobody has it.
func (k *comparing) free(want string) string {
	q := *k.p
	q.Wordings = slices.Clone(k.p.Wordings)
	for label := range k.taken {
		q.Wordings = append(q.Wordings, &text.Wording{Label: label})
	}
	if want != "" && !slices.ContainsFunc(q.Wordings, func(o *text.Wording) bool { return o.Label == want }) {
		return want
	}
	return q.NextLabel()
}

// brackets lists those that the text does not hold open.
func (k *comparing) brackets(id text.WordingID, label string, w Wording, open []Bracket) {
	for _, b := range w.Brackets {
		if b.Where == "" {
			_, b.Where = b.Options[0].Text.Pick(k.covers...)
			b.Where, _, _ = strings.Cut(b.Where, "\n")
		}
		if slices.ContainsFunc(open, func(o Bracket) bool { return k.equal(o, b) }) {
			continue
		}
		ch := Change{Kind: Opened, Paragraph: k.p.ID, Label: label, Wording: id, Bracket: &b, From: k.from(Wording{By: b.By, Editors: w.Editors})}
		for _, o := range b.Options {
			if len(o.Text) == 0 {
				ch.Problem = refusal.New(refusal.Invalid, "text.bad_bracket", "paragraph", string(k.p.ID))
			}
		}
		k.out = append(k.out, ch)
	}
}

// equal reports whether two brackets say the same in the languages that the file covers.
func (k *comparing) equal(a, b Bracket) bool {
	return slices.EqualFunc(a.Options, b.Options, func(x, y text.BracketOption) bool {
		for _, tag := range k.covers {
			if lang.Normalise(x.Text[tag]) != y.Text[tag] {
				return false
			}
		}
		return slices.Equal(x.By, y.By)
	})
}

// Bodies are the acts that propose changes, in two steps: brackets may stand in wordings that the first step brings. then makes the second, from the ids of the acts of the first. If they are whole, one act
// proposes everything but brackets and languages.
func Bodies(changes []Change, whole bool) (first []entry.Body, then func(ids []string) []entry.Body) {
	wordings := map[string]int{}
	one := text.Revise{Whole: true}
	key := func(ch Change) string { return string(ch.Paragraph) + "\x00" + ch.Label }
	var brackets []Change
	for _, ch := range together(changes, whole) {
		if ch.Problem != nil {
			continue
		}
		if r, ok := ch.revision(); ok && whole {
			one.Items = append(one.Items, r)
			continue
		}
		switch ch.Kind {
		case Version:
			for _, tag := range ch.After.Tags() {
				first = append(first, text.Translate{Language: tag, Items: []text.Translation{{Paragraph: ch.Paragraph, Wording: ch.Wording, Text: ch.After[tag]}}})
			}
		case Recited, Moved, MovedFirst:
			wordings[key(ch)] = len(first)
			r, _ := ch.revision()
			first = append(first, text.Revise{Items: []text.Revision{r}, Note: strings.Join(ch.From, ", ")})
		case Reworded, Alternative:
			wordings[key(ch)] = len(first)
			if r, _ := ch.revision(); r.Cites != nil {
				first = append(first, text.Revise{Items: []text.Revision{r}, Note: strings.Join(ch.From, ", ")})
				continue
			}
			first = append(first, text.Propose{Paragraph: ch.Paragraph, Label: ch.Label, Text: ch.After, Note: strings.Join(ch.From, ", ")})
		case Added, Omitted:
			r, _ := ch.revision()
			first = append(first, text.Revise{Items: []text.Revision{r}, Note: strings.Join(ch.From, ", ")})
		case Opened:
			brackets = append(brackets, ch)
		}
	}
	if len(one.Items) > 0 {
		for _, r := range one.Items {
			wordings[string(r.Paragraph)+"\x00"+r.Label] = len(first)
		}
		first = append(first, one)
	}
	return first, func(ids []string) []entry.Body {
		var out []entry.Body
		for _, ch := range brackets {
			id := ch.Wording
			if n, ok := wordings[key(ch)]; id == "" && ok && n < len(ids) {
				id = text.WordingID(ids[n])
			}
			if id != "" {
				out = append(out, text.Bracket{Paragraph: ch.Paragraph, Wording: id, Where: ch.Bracket.Where, Options: ch.Bracket.Options})
			}
		}
		return out
	}
}

// revision is a change as an item of a proposal; ok is false for brackets and languages. A new paragraph gets its id and label from the node.
func (ch *Change) revision() (r text.Revision, ok bool) {
	switch ch.Kind {
	case Reworded, Alternative:
		return text.Revision{Paragraph: ch.Paragraph, Label: ch.Label, Text: ch.After, Cites: ch.Cites}, true
	case Recited, Moved, MovedFirst:
		return text.Revision{Paragraph: ch.Paragraph, Label: ch.Label, Text: ch.After, Of: ch.Wording, Place: ch.Place, Cites: ch.Cites}, true
	case Added:
		return text.Revision{Text: ch.After, Place: ch.Place, New: ch.New}, true
	case Omitted:
		return text.Revision{Paragraph: ch.Paragraph, Omit: true}, true
	}
	return r, false
}
