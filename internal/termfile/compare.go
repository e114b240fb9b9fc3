package termfile

import (
	"maps"
	"slices"
	"strings"

	"entente.example/internal/charter"
	"entente.example/internal/glossary"
	"entente.example/internal/search"
	"entente.example/internal/topic"
	"entente.example/lang"
	"entente.example/refusal"
)

// Kinds of what a file has beside a glossary.
const (
	New     = "new"     // a thing that the glossary does not have
	Same    = "same"    // what stands, or what our party stands behind already
	Concurs = "concurs" // what another party has proposed, and ours does not stand behind yet
	Differs = "differs" // other words than those that stand
)

// Row is an entry of a file beside the entry of the glossary that it is about.
type Row struct {
	Entry   Listed         `json:"entry"`
	Kind    string         `json:"kind" enum:"new,same,concurs,differs"`
	Matter  string         `json:"matter" doc:"Of the glossary, or the issue whose words are contested; of what is new, one that is free"`
	Seen    string         `json:"seen,omitzero" doc:"The act that put forward what it was compared with"`
	Agreed  bool           `json:"agreed,omitzero" doc:"Every party stands behind what stands"`
	Before  Worded         `json:"before,omitzero" doc:"What stands, or what another party has proposed"`
	After   Worded         `json:"after,omitzero" doc:"What would be proposed: what stands, with the file's words in their languages"`
	Own     []OwnWord      `json:"own,omitempty" doc:"Words that the file has as our party's own, and that are not yet"`
	Instead []OwnWord      `json:"instead,omitempty" doc:"What is recorded if the file's common words are taken as our party's own"`
	Others  []OwnWord      `json:"others,omitempty" doc:"Words that the file has as another party's own and that this party does not use: theirs to say"`
	Left    []OwnWord      `json:"left,omitempty" doc:"More words of the entry, for which a glossary has no place"`
	Can     []string       `json:"can,omitempty" doc:"What can be done with it: propose, concur, own"`
	Problem *refusal.Error `json:"problem,omitempty" doc:"Why nothing can be done with it"`
}

// Worded is what a thing is called in common.
type Worded struct {
	Term       lang.Text `json:"term,omitempty"`
	Definition lang.Text `json:"definition,omitempty"`
}

// OwnWord is a party's own word, or one that is left over.
type OwnWord struct {
	Party    string   `json:"party,omitzero"`
	Language lang.Tag `json:"language"`
	Term     string   `json:"term"`
	Note     string   `json:"note,omitzero"`
	Was      string   `json:"was,omitzero" doc:"What the party says as yet"`
}

// Comparison is what a file has beside a glossary. It changes nothing.
type Comparison struct {
	Rows      []Row    `json:"rows"`
	Languages []Passed `json:"languages,omitempty" doc:"Languages that neither the mechanism nor the entry has, and how many words were left aside for it"`
	Passed    []Passed `json:"passed,omitempty" doc:"Columns or data categories that were passed over"`
}

// Of reports how many rows are of a kind.
func (c *Comparison) Of(kind string) (n int) {
	for i := range c.Rows {
		if c.Rows[i].Kind == kind {
			n++
		}
	}
	return n
}

// comparing is what rows are made with.
type comparing struct {
	c       *charter.State
	me      charter.PartyID
	terms   map[string]*glossary.State // by matter
	topics  map[string]*topic.State
	spelt   map[string][]string // matters by a word in a language
	taken   map[string]string   // matters, or words of new things, by the line of the file that has them
	ids     map[string]bool     // that new things of the file take
	strange *File               // counts the words of languages that have no place
}

// Compare finds for each entry of a file what the glossary has. Subjects are the mechanism's matters by kind. It decides nothing.
func Compare[S any](c *charter.State, me charter.PartyID, f *File, subjects func(kind string) ([]S, error)) (*Comparison, error) {
	k := &comparing{c, me, map[string]*glossary.State{}, map[string]*topic.State{}, map[string][]string{}, map[string]string{}, map[string]bool{}, &File{}}
	for _, kind := range []string{"term", "topic"} {
		states, err := subjects(kind)
		if err != nil {
			return nil, err
		}
		for _, st := range states {
			switch s := any(st).(type) {
			case *glossary.State:
				k.index(s)
			case *topic.State:
				k.topics["topic/"+s.ID] = s
			}
		}
	}
	out := &Comparison{Rows: make([]Row, 0, len(f.Entries)), Passed: f.Passed}
	for _, e := range f.Entries {
		out.Rows = append(out.Rows, k.row(e))
	}
	out.Languages = k.strange.Passed
	return out, nil
}

// index remembers under which words a thing is found: those of every version.
func (k *comparing) index(s *glossary.State) {
	matter := "term/" + s.ID
	k.terms[matter] = s
	for _, e := range s.Entered {
		for tag, w := range e.Term {
			if key := spelling(tag, w); !slices.Contains(k.spelt[key], matter) {
				k.spelt[key] = append(k.spelt[key], matter)
			}
		}
	}
}

func spelling(tag lang.Tag, w string) string { return string(tag) + " " + string(search.Fold(w)) }

func (k *comparing) row(e Listed) Row {
	r := Row{Entry: e, Kind: Differs, Matter: e.Matter}
	if strings.HasPrefix(e.Matter, "topic/") {
		k.issue(&r)
	} else if found := k.find(e); len(found) > 1 {
		r.Problem = refusal.New(refusal.Invalid, "termfile.several", "matters", strings.Join(found, ", "))
	} else if len(found) == 1 {
		k.term(&r, found[0])
	} else {
		k.fresh(&r)
	}
	switch {
	case r.Problem != nil:
		r.Can = nil
	case r.Kind == Same && len(r.Own) > 0:
		r.Kind = Differs
	}
	return r
}

// find lists the things that an entry may be about: the one that it names, else those that share its words in most languages.
func (k *comparing) find(e Listed) (found []string) {
	if k.terms[e.Matter] != nil {
		return []string{e.Matter}
	}
	languages := map[string]map[lang.Tag]bool{}
	for _, w := range e.Words {
		if k.party(w.Whose) {
			continue
		}
		tag := k.settle(w.Language, nil)
		for _, m := range k.spelt[spelling(tag, w.Term)] {
			if languages[m] == nil {
				languages[m] = map[lang.Tag]bool{}
			}
			languages[m][tag] = true
		}
	}
	most := 0
	for m, in := range languages {
		switch {
		case len(in) > most:
			found, most = []string{m}, len(in)
		case len(in) == most:
			found = append(found, m)
		}
	}
	slices.Sort(found)
	return found
}

func (k *comparing) party(id string) bool {
	return slices.ContainsFunc(k.c.Document().Parties, func(p charter.Party) bool { return string(p.ID) == id })
}

// settle is the mechanism's own tag, or one of those that an entry has, for a language that a file may name otherwise: zh-CN, en-GB. Another language keeps its tag.
func (k *comparing) settle(tag lang.Tag, has []lang.Tag) lang.Tag {
	ours := slices.Concat(has, k.c.Document().Languages)
	if slices.Contains(ours, tag) {
		return tag
	}
	if i := slices.IndexFunc(ours, tag.Like); i >= 0 {
		return ours[i]
	}
	return tag
}

// sorted are the words of an entry as a glossary has places for them.
type sorted struct {
	common Worded
	own    map[charter.PartyID][]OwnWord
}

// sort puts the words of an entry in their places; has are the languages that the thing has already. What has no place is left, and said.
func (k *comparing) sort(r *Row, has []lang.Tag) sorted {
	out := sorted{Worded{lang.Text{}, lang.Text{}}, map[charter.PartyID][]OwnWord{}}
	belongs := func(tag lang.Tag) bool {
		return slices.Contains(has, tag) || slices.Contains(k.c.Document().Languages, tag)
	}
	for _, w := range r.Entry.Words {
		tag := k.settle(w.Language, has)
		word := OwnWord{w.Whose, tag, w.Term, w.Note, ""}
		switch own := charter.PartyID(w.Whose); {
		case !belongs(tag):
			k.strange.pass(string(tag))
		case k.party(w.Whose) && slices.ContainsFunc(out.own[own], func(o OwnWord) bool { return o.Language == tag }), !k.party(w.Whose) && out.common.Term[tag] != "":
			r.Left = append(r.Left, word)
		case k.party(w.Whose):
			out.own[own] = append(out.own[own], word)
		default:
			out.common.Term[tag] = w.Term
		}
	}
	for tag, d := range r.Entry.Definition {
		if tag = k.settle(tag, has); belongs(tag) {
			out.common.Definition[tag] = d
		}
	}
	return out
}

// term compares an entry with a thing of the glossary.
func (k *comparing) term(r *Row, matter string) {
	s := k.terms[matter]
	r.Matter = matter
	now, agreed := s.Standing(k.c)
	if now == nil {
		k.fresh(r)
		return
	}
	var has []lang.Tag
	for _, e := range s.Entered {
		has = append(has, slices.Concat(e.Term.Tags(), e.Definition.Tags())...)
	}
	for _, p := range k.c.Document().Parties {
		for _, w := range s.Words(p.ID) {
			has = append(has, w.Language)
		}
	}
	words := k.sort(r, has)
	own := func(p charter.PartyID) (out []OwnWord) {
		for _, w := range s.Words(p) {
			out = append(out, OwnWord{string(p), w.Language, w.Term, w.Note, ""})
		}
		return out
	}
	k.ownWords(r, words, own)
	r.Before, r.Seen, r.Agreed = Worded{now.Term, now.Definition}, now.Act, agreed
	for _, v := range append([]*glossary.Entered{now}, s.Open(k.c)...) {
		if !words.common.within(Worded{v.Term, v.Definition}) {
			continue
		}
		r.Kind, r.Before, r.Seen, r.Agreed = Same, Worded{v.Term, v.Definition}, v.Act, agreed && v == now
		if !r.Agreed && !v.StandsBehind(k.me) {
			r.Kind = Concurs
			r.Can = append(r.Can, Concur)
		}
		break
	}
	if r.Kind == Differs {
		r.After = words.common.over(r.Before)
		r.Can = append(r.Can, Propose)
		for _, tag := range words.common.Term.Tags() {
			w := OwnWord{string(k.me), tag, words.common.Term[tag], "", ""}
			if i := slices.IndexFunc(own(k.me), func(o OwnWord) bool { return o.Language == tag }); i >= 0 {
				w.Was = own(k.me)[i].Term
			}
			if w.Term != r.Before.Term[tag] && w.Term != w.Was {
				r.Instead = append(r.Instead, w)
			}
		}
	}
	if len(r.Own) > 0 || len(r.Instead) > 0 {
		r.Can = append(r.Can, Own)
	}
	k.once(r, matter)
}

// issue compares an entry with the contested words of an issue, of which our party can say its own.
func (k *comparing) issue(r *Row) {
	s := k.topics[r.Matter]
	if s == nil {
		r.Problem = refusal.New(refusal.Missing, "termfile.issue", "matter", clip(r.Matter))
		return
	}
	var has []lang.Tag
	for _, p := range k.c.Document().Parties {
		for _, w := range s.Terms(p.ID) {
			has = append(has, w.Language)
		}
	}
	words := k.sort(r, has)
	for _, tag := range words.common.Term.Tags() {
		r.Left = append(r.Left, OwnWord{Language: tag, Term: words.common.Term[tag]})
	}
	k.ownWords(r, words, func(p charter.PartyID) (out []OwnWord) {
		for _, w := range s.Terms(p) {
			out = append(out, OwnWord{string(p), w.Language, w.Term, w.Note, ""})
		}
		return out
	})
	if r.Kind = Same; len(r.Own) > 0 {
		r.Can = []string{Own}
	}
	k.once(r, r.Matter)
}

// ownWords compares what a file says that parties call a thing with what they say.
func (k *comparing) ownWords(r *Row, words sorted, says func(charter.PartyID) []OwnWord) {
	for _, p := range k.c.Document().Parties {
		now := says(p.ID)
		for _, w := range words.own[p.ID] {
			i := slices.IndexFunc(now, func(o OwnWord) bool { return o.Language == w.Language })
			if i >= 0 {
				w.Was = now[i].Term
			}
			switch {
			case i >= 0 && w.Was == w.Term && (w.Note == "" || w.Note == now[i].Note):
			case p.ID == k.me:
				r.Own = append(r.Own, w)
			default:
				r.Others = append(r.Others, w)
			}
		}
	}
}

// fresh prepares what the glossary does not have.
func (k *comparing) fresh(r *Row) {
	words := k.sort(r, nil)
	r.Kind, r.After = New, words.common
	k.ownWords(r, words, func(charter.PartyID) []OwnWord { return nil })
	r.Matter = "term/" + k.free(r.Entry, words.common.Term)
	switch {
	case len(words.common.Term) > 0:
		r.Can = []string{Propose}
		k.once(r, spellings(words.common))
	case len(words.own) > 0:
		r.Problem = refusal.New(refusal.Invalid, "termfile.own_only")
	default:
		r.Problem = refusal.New(refusal.Invalid, "termfile.no_place")
	}
}

// once refuses the second entry about one thing.
func (k *comparing) once(r *Row, thing string) {
	if line, ok := k.taken[thing]; ok {
		r.Problem = refusal.New(refusal.Invalid, "termfile.again", "line", line)
		return
	}
	k.taken[thing] = number(r.Entry.Line)
}

// within reports whether all that w says is said by v. What it does not say, it does not deny. White space counts for nothing.
func (w Worded) within(v Worded) bool {
	for _, of := range []struct{ w, v lang.Text }{{w.Term, v.Term}, {w.Definition, v.Definition}} {
		for tag, s := range of.w {
			if !slices.Equal(strings.Fields(s), strings.Fields(of.v[tag])) {
				return false
			}
		}
	}
	return true
}

// over is v with the words that w has.
func (w Worded) over(v Worded) Worded {
	lay := func(under, on lang.Text) lang.Text {
		out := lang.Text{}
		maps.Copy(out, under)
		maps.Copy(out, on)
		return out
	}
	return Worded{lay(v.Term, w.Term), lay(v.Definition, w.Definition)}
}
