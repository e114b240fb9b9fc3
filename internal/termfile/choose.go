package termfile

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"entente.example/entry"
	"entente.example/internal/glossary"
	"entente.example/internal/topic"
	"entente.example/lang"
	"entente.example/refusal"
)

// What can be done with a row of a comparison.
const (
	Propose = "propose" // put its words forward in common; what it has as our party's own goes with them
	Concur  = "concur"  // stand behind what another party has proposed; likewise
	Own     = "own"     // record words as our party's own, without prejudice
)

// Chosen is what a member chose of a comparison.
type Chosen struct {
	Rows []Choice `json:"rows"`
}

// Choice is a row of a comparison and what is to be done with it. Kind and Seen say what the member looked at: what has moved since is looked at again first.
type Choice struct {
	Entry  Listed `json:"entry"`
	Kind   string `json:"kind" enum:"new,same,concurs,differs"`
	Matter string `json:"matter" doc:"As the row names it; for what is new, any that is free"`
	Seen   string `json:"seen,omitzero"`
	Do     string `json:"do" enum:"propose,concur,own"`
}

// Acts are what a party does to one matter.
type Acts struct {
	Matter string
	Bodies []entry.Body
}

// Acts makes of a choice what the record has for it; r is the row as it is now. What is not as the member saw it is refused.
func (c Choice) Acts(r Row, taken func(matter string) bool) (Acts, error) {
	if r.Problem != nil {
		return Acts{}, r.Problem
	}
	if r.Kind != c.Kind || r.Seen != c.Seen || c.Kind != New && r.Matter != c.Matter {
		return Acts{}, refusal.New(refusal.Conflict, "termfile.moved", "word", r.Word(), "line", number(c.Entry.Line))
	}
	if !slices.Contains(r.Can, c.Do) {
		return Acts{}, refusal.New(refusal.Invalid, "termfile.cannot", "word", r.Word(), "line", number(c.Entry.Line))
	}
	if c.Kind == New {
		id, ok := strings.CutPrefix(c.Matter, "term/")
		switch {
		case !ok || !entry.ValidID(id):
			return Acts{}, refusal.New(refusal.Invalid, "dialogue.bad_id", "id", clip(id))
		case taken(c.Matter):
			return Acts{}, refusal.New(refusal.Conflict, "dialogue.taken", "matter", c.Matter)
		}
	}
	out := Acts{Matter: c.Matter}
	own := r.Own
	switch c.Do {
	case Propose:
		out.Bodies = append(out.Bodies, glossary.Enter{Term: r.After.Term, Definition: r.After.Definition})
	case Concur:
		out.Bodies = append(out.Bodies, glossary.Concur{Entered: r.Seen})
	case Own:
		if len(own) == 0 {
			own = r.Instead
		}
	}
	for _, w := range own {
		if strings.HasPrefix(c.Matter, "topic/") {
			out.Bodies = append(out.Bodies, topic.Term{Language: w.Language, Term: w.Term, Note: w.Note})
		} else {
			out.Bodies = append(out.Bodies, glossary.Own{Language: w.Language, Term: w.Term, Note: w.Note})
		}
	}
	return out, nil
}

// Word is a word by which a message names a row.
func (r *Row) Word() string { return r.Entry.Words[0].Term }

// free is an id that nothing of the glossary and of the file has yet: the file's own if it is one of a glossary, else one made of a word in Latin letters.
func (k *comparing) free(e Listed, words lang.Text) string {
	id, _ := strings.CutPrefix(e.Matter, "term/")
	if !entry.ValidID(id) {
		_, word := words.Pick(lang.English)
		id = cmp.Or(slug(word), "word-"+number(e.Line))
	}
	for n, try := 2, id; ; n++ {
		if _, taken := k.ids[try]; !taken && k.terms["term/"+try] == nil {
			k.ids[try] = true
			return try
		}
		try = id + "-" + strconv.Itoa(n)
	}
}

// slug keeps the letters and digits of a word that an id may have, with hyphens between them.
func slug(word string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(word) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() == 40 {
			break
		}
	}
	return strings.Trim(b.String(), "-")
}

func spellings(w Worded) string {
	var b strings.Builder
	for _, t := range []lang.Text{w.Term, w.Definition} {
		for _, tag := range t.Tags() {
			b.WriteString("\n" + string(tag) + " " + t[tag])
		}
	}
	return b.String()
}

func number(n int) string { return strconv.Itoa(n) }
