package conflict

import (
	"slices"
	"strings"
	"testing"

	"entente.example/internal/redline"
	"entente.example/internal/subject/subjecttest"
	"entente.example/internal/text"
	"entente.example/lang"
)

// change is a stretch of a wording with what is put in its place.
type change struct {
	span
	put string
}

// changes are those of a proposal, in order.
func changes(was, is string) (out []change) {
	at := 0
	for _, p := range redline.Words(was, is) {
		last := len(out) - 1
		switch {
		case p.Kind == redline.Same:
			at += len(p.Text)
		case last >= 0 && out[last].to == at && out[last].put == "" && p.Kind == redline.In:
			out[last].put = p.Text
		case p.Kind == redline.In:
			out = append(out, change{span{at, at}, p.Text})
		case last >= 0 && out[last].to == at && out[last].from == at: // it was put in before what goes
			out[last].to = at + len(p.Text)
			at = out[last].to
		default:
			out = append(out, change{span{at, at + len(p.Text)}, ""})
			at += len(p.Text)
		}
	}
	return out
}

// roughly is a proposal's change as the quick look has it: one stretch, from the first word that changes to the last.
func roughly(was, is string) change {
	s := coarse(was, is)
	return change{s, is[s.from : len(is)-(len(was)-s.to)]}
}

// both is a wording with the changes of two proposals, in the order in which they are given.
func both(was string, changes ...[]change) string {
	all := slices.Concat(changes...)
	slices.SortStableFunc(all, func(a, b change) int { return a.from - b.from })
	var out strings.Builder
	at := 0
	for _, c := range all {
		if c.from < at {
			return "two over the same words"
		}
		out.WriteString(was[at:c.from] + c.put)
		at = c.to
	}
	out.WriteString(was[at:])
	return out.String()
}

// Two proposals for one paragraph: what is not said to exclude each other can be taken together, and comes to the same whichever is taken first; it is said of both or of neither, whoever proposed first; and
// that is so, too, of the pairs that a quick look tells apart, which are most.
func FuzzMeet(f *testing.F) {
	for _, c := range [][2]string{{"sixty", "thirty"}, {"each year", "every year"}, {"answer", "reply to"}, {"", "x"}, {tabled, ""}, {"days, and", "days and"}} {
		f.Add(tabled, strings.Replace(tabled, c[0], c[1], 1), strings.Replace(tabled, "sixty", "ninety", 1))
		f.Add(tabled, strings.Replace(tabled, c[0], c[1], 1), strings.Replace(tabled, "written", "oral", 1))
	}
	f.Add("双方应保持密切对话。", "双方应保持对话。", "双方应当保持密切对话。")
	f.Add("葛\U000E0100城", "葛城", "城")
	f.Add("a b", "a x b", "a y b")
	f.Fuzz(func(t *testing.T, was, one, other string) {
		mine, theirs := changes(was, one), changes(was, other)
		if both(was, mine) != one || both(was, theirs) != other {
			t.Fatalf("%q to %q and %q: what is changed does not come to that", was, one, other)
		}
		meet := slices.ContainsFunc(mine, func(a change) bool {
			return slices.ContainsFunc(theirs, func(b change) bool { return a.meets(b.span) })
		})
		if a, b := roughly(was, one), roughly(was, other); !a.meets(b.span) { // words that stay between two changes may count as changed in the careful look, not in this one
			meet, mine, theirs = false, []change{a}, []change{b}
		}
		if both(was, mine) != one || both(was, theirs) != other {
			t.Fatalf("%q to %q and %q: what is changed, roughly, does not come to that", was, one, other)
		}
		if !meet && both(was, mine, theirs) != both(was, theirs, mine) {
			t.Fatalf("%q to %q and %q: taken together they come to %q or to %q", was, one, other, both(was, mine, theirs), both(was, theirs, mine))
		}
		for _, s := range []string{was, one, other} {
			if s == "" || strings.TrimSpace(s) != s || lang.CheckText(s) != nil {
				return
			}
		}
		if one == was || other == was {
			return // that is no proposal
		}
		var said [2]string
		for turn, order := range [2][2]string{{one, other}, {other, one}} {
			p := subjecttest.New(t, "text/t-1", func() subjecttest.State { return &text.State{ID: "t-1"} })
			draft := text.Draft{Table: text.Table{Title: lang.Text{"en": "Statement"}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1}}
			draft.Paragraphs = []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": was}}}
			for _, b := range draft.Acts() {
				p.Does("cedar", b)
			}
			p.Does("birch", text.Propose{Paragraph: "1", Label: "1 bis", Text: lang.Text{"en": order[0]}})
			p.Does("willow", text.Propose{Paragraph: "1", Label: "1 ter", Text: lang.Text{"en": order[1]}})
			marked := Of(p.Charter, p.State().(*text.State))
			for _, m := range marked {
				for _, k := range m.Marks {
					said[turn] += k.Kind
				}
			}
			if len(marked)%2 != 0 {
				t.Fatalf("%q to %q and %q: it is said of one alone: %+v", was, one, other, marked)
			}
		}
		if said[0] != said[1] || (said[0] != "") != (meet && one != other) {
			t.Fatalf("%q to %q and %q: said is %q and %q; they change the same words: %v", was, one, other, said[0], said[1], meet)
		}
	})
}
