package text

import (
	"slices"
	"strings"

	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// An annex under negotiation is a paragraph of the kind Heading, whose wording is the annex's title, and the paragraphs behind it up to the next heading. So it is proposed, placed, bracketed, agreed and left out like anything else.
// Its label is a Roman numeral, and its paragraphs are counted by themselves: "II", "II.1", "II.2". docs/protocol.md 4.9.

func validKind(kind string) bool {
	return slices.Contains([]string{Preambular, Operative, Heading, Point, Subpoint}, kind)
}

// divided are the paragraphs of the text itself, and those of each annex, its heading first.
func divided(list []*Para) (body []*Para, annexes [][]*Para) {
	for _, p := range list {
		switch {
		case p.Kind == Heading:
			annexes = append(annexes, []*Para{p})
		case len(annexes) == 0:
			body = append(body, p)
		default:
			annexes[len(annexes)-1] = append(annexes[len(annexes)-1], p)
		}
	}
	return body, annexes
}

// end is where the annex ends in which the paragraph at i stands, or the text itself.
func end(list []*Para, i int) int {
	for i++; i < len(list) && list[i].Kind != Heading; i++ {
	}
	return i
}

// movedAnnex puts an annex behind the annex in which another paragraph stands, or behind the text itself.
func movedAnnex(list []*Para, heading *Para, after ParaID) []*Para {
	from := slices.Index(list, heading)
	if from < 0 {
		return list
	}
	annex := slices.Clone(list[from:end(list, from)])
	if slices.ContainsFunc(annex, func(q *Para) bool { return q.ID == after }) {
		return list // behind a part of itself
	}
	list = slices.Delete(list, from, from+len(annex))
	behind := slices.IndexFunc(list, func(q *Para) bool { return q.ID == after })
	return slices.Insert(list, end(list, behind), annex...)
}

// within is the label of a paragraph without that of the annex in which it stands, or stood, as far as h sees.
func (s *State) within(c *charter.State, label string, h horizon) string {
	for _, p := range s.Paragraphs {
		if rest, ok := strings.CutPrefix(label, p.Label+"."); ok && p.Kind == Heading && (p.Inserted == nil || h.sees(c, p.Inserted.By)) {
			return rest
		}
	}
	return label
}

// Within is a label without that of the annex in which the paragraph stands.
func Within(heading, label string) string { return strings.TrimPrefix(label, heading+".") }

// headingLabel is the numeral of another annex. taken are labels in use beside.
func (s *State) headingLabel(taken ...string) string {
	for _, p := range s.Paragraphs {
		taken = append(taken, p.Label)
	}
	for n := 1; ; n++ {
		if label := lang.Roman(n); !slices.Contains(taken, label) {
			return label
		}
	}
}

// firstLabel is the label of a new paragraph directly behind a heading.
func (s *State) firstLabel(heading string, taken ...string) string {
	first := heading + ".1"
	for _, p := range s.Paragraphs {
		taken = append(taken, p.Label)
	}
	if !slices.Contains(taken, first) {
		return first
	}
	return nextLabel(first, taken)
}

// headed is the label of a heading that is proposed with these items; "" if the paragraph is none of them.
func headed(items []Revision, id ParaID) string {
	for _, r := range items {
		if r.Paragraph == id && r.New != nil && r.New.Kind == Heading {
			return r.Label
		}
	}
	return ""
}

// omitBelow are the items of a Revise act with the paragraphs of each annex whose heading is to be left out, and the sub-paragraphs of each paragraph that is, all of them or none: otherwise they would stand in the annex, or below the
// paragraph, before. What goes into another is only united with it.
func (s *State) omitBelow(c *charter.State, b *Revise) []Revision {
	items := slices.Clone(b.Items)
	list := s.ordered(c, nil)
	for _, r := range b.Items {
		i := slices.IndexFunc(list, func(p *Para) bool { return p.ID == r.Paragraph })
		if i < 0 || !r.Omit || r.Into != "" {
			continue
		}
		to := below(list, i)
		if list[i].Kind == Heading {
			to = end(list, i)
		}
		for _, p := range list[i+1 : to] {
			if p.current(c, nil).Omit || slices.ContainsFunc(items, func(o Revision) bool { return o.Paragraph == p.ID }) {
				continue
			}
			items, b.Whole = append(items, Revision{Paragraph: p.ID, Omit: true}), true
		}
	}
	return items
}

// checkHeading refuses a heading of an annex whose label is no Roman numeral.
func checkHeading(id ParaID, kind, label string) error {
	if kind == Heading && lang.OfRoman(label) == 0 {
		return refusal.New(refusal.Invalid, "text.heading_label", "paragraph", string(id), "label", label)
	}
	return nil
}

// Annexed are the headings of the annexes in which paragraphs stand, by paragraph; one of the text itself is not there.
func (s *State) Annexed(c *charter.State) map[ParaID]ParaID {
	out := map[ParaID]ParaID{}
	_, annexes := divided(s.Stands(c))
	for _, annex := range annexes {
		for _, p := range annex[1:] {
			out[p.ID] = annex[0].ID
		}
	}
	return out
}
