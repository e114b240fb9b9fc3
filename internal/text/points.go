package text

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/proof"
	"entente.example/refusal"
)

// A sub-paragraph is a paragraph of the kind Point, (a), or Subpoint, (i), behind the one that it belongs to: the nearest before it that is less deep. So each has an id, a link, wordings and standings of its own, is agreed by itself or in one act
// with the others, and goes wherever its paragraph goes. docs/protocol.md 4.11.

// Deep is how far below a paragraph a kind stands, as readers of a sealed text see it.
func Deep(kind string) int { return proof.Deep(kind) }

// below is where what belongs to the paragraph at i ends: behind its sub-paragraphs.
func below(list []*Para, i int) int { return behindBlock(list, i, list[i].Kind) }

// above is the paragraph to which the sub-paragraph at i belongs; nil if there is none.
func above(list []*Para, i int) *Para {
	deep := Deep(list[i].Kind)
	for j := i - 1; j >= 0 && deep > 0; j-- {
		if Deep(list[j].Kind) < deep {
			return list[j]
		}
	}
	return nil
}

// bears reports whether something of a kind can stand directly below another: (a) below a paragraph, (i) below (a). A heading is a title and has nothing below it.
func bears(upper, kind string) bool { return Deep(upper) == Deep(kind)-1 && upper != Heading }

// Below are the sub-paragraphs that each paragraph has as the text stands, of all depths, in order. A paragraph without any is not there.
func (s *State) Below(c *charter.State) map[ParaID][]ParaID {
	out := map[ParaID][]ParaID{}
	list := s.Stands(c)
	for i, p := range list {
		for _, q := range list[i+1 : below(list, i)] {
			out[p.ID] = append(out[p.ID], q.ID)
		}
	}
	return out
}

// lone is a sub-paragraph that stands though what it belongs to does not, or that nothing can bear; nil if there is none.
func (s *State) lone(c *charter.State, h horizon) *Para {
	list := s.ordered(c, h)
	for i, p := range list {
		if Deep(p.Kind) == 0 || p.current(c, h).Omit {
			continue
		}
		if up := above(list, i); up == nil || !bears(up.Kind, p.Kind) || up.current(c, h).Omit {
			return p
		}
	}
	return nil
}

// behindBlock is where something of a kind is put that is to stand behind the paragraph at i: behind everything there that is deeper.
func behindBlock(list []*Para, i int, kind string) int {
	for i++; i < len(list) && Deep(list[i].Kind) > Deep(kind); i++ {
	}
	return i
}

var (
	pointLabel    = regexp.MustCompile(`^(.+) \(([a-z]{1,4})\)$`)
	subpointLabel = regexp.MustCompile(`^(.+ \([a-z]{1,4}\)(?: [a-z]+)?) \(([ivxl]{1,8})\)$`)
)

// stem is the label to which a sub-paragraph's own adds its (a) or (i), and which of them it is, from 1; n is 0 if the label is none of that kind.
func stem(kind, label string) (upper string, n int) {
	label = plain(label)
	switch Deep(kind) {
	case 1:
		if m := pointLabel.FindStringSubmatch(label); m != nil {
			return m[1], letterAt(m[2])
		}
	case 2:
		if m := subpointLabel.FindStringSubmatch(label); m != nil {
			return m[1], lang.OfRoman(strings.ToUpper(m[2]))
		}
	}
	return "", 0
}

// letter counts (a) … (z), (aa), (bb) …, and letterAt counts back; 0 if it is no such letter.
func letter(n int) string { return strings.Repeat(string(rune('a'+(n-1)%26)), 1+(n-1)/26) }

func letterAt(s string) int {
	if strings.Trim(s, s[:1]) != "" {
		return 0
	}
	return int(s[0]-'a') + 1 + 26*(len(s)-1)
}

// deeper is a label one deeper than another.
func deeper(kind, upper string, n int) string {
	if Deep(kind) == 2 {
		return upper + " (" + strings.ToLower(lang.Roman(n)) + ")"
	}
	return upper + " (" + letter(n) + ")"
}

// checkPoint refuses a sub-paragraph whose label is none. SPEC point-labels
func checkPoint(id ParaID, kind, label string) error {
	if _, n := stem(kind, label); Deep(kind) > 0 && n == 0 {
		return refusal.New(refusal.Invalid, "text.point_label", "paragraph", string(id), "label", label)
	}
	return nil
}

// checkBelow refuses a sub-paragraph behind something to which it cannot belong. SPEC point-below
func checkBelow(id ParaID, kind, behind string) error {
	if Deep(kind) > 0 && (behind == Heading || behind == "" || Deep(behind) < Deep(kind)-1) {
		return refusal.New(refusal.Invalid, "text.point_alone", "paragraph", string(id))
	}
	return nil
}

// checkPoints refuses tabled sub-paragraphs that do not follow what they belong to, or whose labels do not say so. A part of a draft may begin with some of a paragraph in the part before.
func checkPoints(ps []Paragraph) error {
	for i, p := range ps {
		if Deep(p.Kind) == 0 {
			continue
		}
		label := p.called()
		if err := checkPoint(p.ID, p.Kind, label); err != nil {
			return err
		}
		up := i - 1
		for up >= 0 && Deep(ps[up].Kind) >= Deep(p.Kind) {
			up--
		}
		if up < 0 {
			continue
		}
		if !bears(ps[up].Kind, p.Kind) {
			return refusal.New(refusal.Invalid, "text.point_alone", "paragraph", string(p.ID))
		}
		if upper, _ := stem(p.Kind, label); upper != ps[up].called() {
			return refusal.New(refusal.Invalid, "text.point_label", "paragraph", string(p.ID), "label", label)
		}
	}
	return nil
}

// called is the label of a tabled paragraph.
func (p Paragraph) called() string { return cmp.Or(p.Label, string(p.ID)) }

// KindOf is what a paragraph is from its label alone, where a file does not say: a sub-paragraph if it is called as one of those that stand before it.
func KindOf(label string, before []string) string {
	for _, kind := range []string{Subpoint, Point} {
		if upper, n := stem(kind, label); n > 0 && slices.Contains(before, upper) {
			return kind
		}
	}
	return Operative
}

// LooksBelow reports whether a label could be that of a sub-paragraph.
func LooksBelow(label string) bool {
	_, n := stem(Point, label)
	return n > 0
}

// numbering counts paragraphs with their sub-paragraphs.
type numbering struct {
	next         counter
	upper        [2]string // labels of the paragraph and of the (a) that were counted last
	points, subs int
}

// label is that of the next paragraph. own counts one that is no sub-paragraph.
func (n *numbering) label(p *Para, own func() string) string {
	switch Deep(p.Kind) {
	case 1:
		n.points, n.subs = n.points+1, 0
		n.upper[1] = deeper(Point, n.upper[0], n.points)
		return n.upper[1]
	case 2:
		n.subs++
		return deeper(Subpoint, n.upper[1], n.subs)
	}
	n.points, n.subs = 0, 0
	n.upper[0] = own()
	n.upper[1] = n.upper[0]
	return n.upper[0]
}

// pointLabel is what a new sub-paragraph is called until the text is frozen: the next letter if that is free, else "7 (a) bis". taken are labels in use beside those of the text.
func (s *State) pointLabel(items []Revision, kind string, after ParaID, taken []string) string {
	behind, upper := "", ""
	if p := s.Para(after); p != nil {
		behind, upper = p.Kind, p.Label
	}
	for _, r := range items {
		if r.Paragraph == after && r.New != nil {
			behind, upper = r.New.Kind, r.Label
		}
	}
	for _, p := range s.Paragraphs {
		taken = append(taken, p.Label)
	}
	n := 1
	for Deep(behind) >= Deep(kind) { // a sibling, or something deeper: the next one behind it
		up, at := stem(behind, upper)
		upper, n = up, at+1
		if Deep(behind) == Deep(kind) {
			break
		}
		behind = Point
	}
	if label := deeper(kind, upper, n); !slices.Contains(taken, label) {
		return label
	}
	return nextLabel(deeper(kind, upper, max(1, n-1)), taken)
}
