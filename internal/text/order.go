package text

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// withdrawn reports whether a wording was taken back, as far as h sees.
func (w *Wording) withdrawn(c *charter.State, h horizon) bool {
	if w.Dropped == "" {
		return false
	}
	party, gen, index, ok := charter.ParseActID(w.Dropped)
	return !ok || h.sees(c, By{Party: party, Gen: gen, Index: index})
}

// gone reports whether a paragraph is not there as far as h sees: not put in yet, or put in and taken back with everything that was proposed for it.
func (p *Para) gone(c *charter.State, h horizon) bool {
	if p.Inserted == nil {
		return false
	}
	return !h.sees(c, p.Inserted.By) || !slices.ContainsFunc(p.Wordings, func(w *Wording) bool { return h.sees(c, w.By) && !w.withdrawn(c, h) })
}

// basis is the wording that stands as long as the parties do not name another: the tabled one, or the oldest that is left of a paragraph that was put in later.
func (p *Para) basis(c *charter.State, h horizon) *Wording {
	if p.Inserted != nil {
		for _, w := range p.Wordings {
			if h.sees(c, w.By) && !w.withdrawn(c, h) {
				return w
			}
		}
	}
	return p.Wordings[0]
}

// ordered are the paragraphs that are there, each where the parties have it, those left out included.
func (s *State) ordered(c *charter.State, h horizon) []*Para {
	out := make([]*Para, 0, len(s.Paragraphs))
	for _, p := range s.Paragraphs {
		if !p.gone(c, h) {
			out = append(out, p)
		}
	}
	for _, k := range s.Proposals {
		if !h.sees(c, k.By) {
			continue
		}
		for _, id := range k.Paragraphs {
			p := s.Para(id)
			if w := p.Wording(WordingID(k.Act)); w.Place != nil && p.current(c, h) == w {
				out = moved(out, p, w.Place.After)
			}
		}
	}
	return out
}

// moved puts a paragraph, with its sub-paragraphs, behind another one and what belongs to that. If that is not there any more, it stays where it is.
func moved(list []*Para, p *Para, after ParaID) []*Para {
	if after != "" && !slices.ContainsFunc(list, func(q *Para) bool { return q.ID == after }) {
		return list
	}
	if p.Kind == Heading {
		return movedAnnex(list, p, after)
	}
	block := []*Para{p}
	if from := slices.Index(list, p); from >= 0 {
		to := below(list, from)
		if block = slices.Clone(list[from:to]); slices.ContainsFunc(block, func(q *Para) bool { return q.ID == after }) {
			return list // behind a part of itself
		}
		list = slices.Delete(list, from, to)
	}
	at := 0
	if after != "" {
		at = behindBlock(list, slices.IndexFunc(list, func(q *Para) bool { return q.ID == after }), p.Kind)
	}
	return slices.Insert(list, at, block...)
}

// Moved is a list of paragraphs in the order that it has once all parties agree to put one of them behind another, first if after is none. It is the same list if that moves nothing.
func Moved(list []*Para, p *Para, after ParaID) []*Para { return moved(slices.Clone(list), p, after) }

// CheckPlace refuses to put a paragraph behind another, nil for before all, to which it cannot belong there.
func (p *Para) CheckPlace(behind *Para) error {
	switch {
	case behind != nil:
		return checkBelow(p.ID, p.Kind, behind.Kind)
	case p.Kind == Heading:
		return refusal.New(refusal.Invalid, "text.heading_first", "paragraph", string(p.ID))
	}
	return checkBelow(p.ID, p.Kind, "")
}

// stands are the paragraphs that the text consists of, in order: those that the parties agree to leave out are not among them.
func (s *State) stands(c *charter.State, h horizon) []*Para {
	return slices.DeleteFunc(s.ordered(c, h), func(p *Para) bool { return p.current(c, h).Omit })
}

// Ordered are the paragraphs in the order in which the parties have them, those that they agree to leave out included.
func (s *State) Ordered(c *charter.State) []*Para { return s.ordered(c, s.seen(c)) }

// Stands are the paragraphs that the text consists of today, in order; of a frozen text those that are frozen.
func (s *State) Stands(c *charter.State) []*Para { return s.stands(c, s.seen(c)) }

// seen is what counts for what the text consists of: all of it, or what the freeze had seen.
func (s *State) seen(c *charter.State) horizon {
	if f := s.Frozen(c); f != nil {
		return pastOf(f.Past)
	}
	return nil
}

// counted splits a label into what stands before its number, the number, and what follows: "P7 (a)" into "P", 7, " (a)".
var counted = regexp.MustCompile(`^([^0-9]*)([0-9]{1,6})(.*)$`)

// numbers are the labels of the paragraphs of a text whose paragraphs are not those that were tabled, or stand elsewhere: counted anew, so that no number is missing, bis or twice. nil if nothing has to be counted.
// docs/protocol.md, SPEC revise-numbers.
func (s *State) numbers(c *charter.State, h horizon) map[ParaID]string {
	list := s.stands(c, h)
	var tabled []*Para
	for _, p := range s.Paragraphs {
		if p.Inserted == nil {
			tabled = append(tabled, p)
		}
	}
	if slices.Equal(list, tabled) {
		return nil
	}
	list, annexes := divided(list)
	tabled, _ = divided(tabled)
	next := counter{} // the number before the next one
	for _, p := range tabled {
		if m := counted.FindStringSubmatch(p.Label); m != nil && Deep(p.Kind) == 0 {
			n, _ := strconv.Atoi(m[2])
			if at, ok := next[m[1]]; !ok || n-1 < at {
				next[m[1]] = n - 1
			}
		}
	}
	out := map[ParaID]string{}
	count := numbering{next: next}
	for _, p := range list {
		out[p.ID] = count.label(p, func() string { return count.next.count(p, s.within(c, p.Label, h)) })
	}
	for i, annex := range annexes {
		number := lang.Roman(i + 1)
		out[annex[0].ID] = number
		own := numbering{next: counter{}, upper: [2]string{number, number}}
		for _, p := range annex[1:] {
			out[p.ID] = own.label(p, func() string { return number + "." + own.next.count(p, s.within(c, p.Label, h)) })
		}
	}
	return out
}

// counter counts labels with the same beginning.
type counter map[string]int

// count is the next label of a paragraph. A label without a number stays.
func (next counter) count(p *Para, label string) string {
	shown := label
	if p.Inserted != nil {
		label = plain(label)
	}
	m := counted.FindStringSubmatch(label)
	if m == nil {
		return shown
	}
	if m[3] == "" { // a number of its own; what follows a number, as in 7 (a), belongs to the paragraph before
		next[m[1]]++
	}
	return m[1] + strconv.Itoa(next[m[1]]) + m[3]
}

// plain is the label of an inserted paragraph without what says that it stands between two numbers.
func plain(label string) string {
	for _, o := range ordinals {
		label = strings.TrimSuffix(label, " "+o)
	}
	if at := strings.LastIndex(label, " alt. "); at > 0 {
		label = label[:at]
	}
	return label
}

// FinalLabels are the labels that paragraphs have once the text is frozen, if they differ from those under negotiation; nil if none does.
func (s *State) FinalLabels(c *charter.State) map[ParaID]string { return s.numbers(c, s.seen(c)) }

// takenWhole reports whether the proposal that brought a paragraph's wording, if it is to be agreed whole or not at all, is agreed in its other paragraphs too.
func (s *State) takenWhole(c *charter.State, p *Para, own map[ParaID]string, h horizon) bool {
	w := p.current(c, h)
	k := s.Proposal(w.ID)
	if k == nil || !k.Whole {
		return true
	}
	for _, id := range k.Paragraphs {
		if id == p.ID {
			continue
		}
		q := s.Para(id)
		if own[id] != Agreed || q.current(c, h).ID != w.ID {
			return false
		}
	}
	return true
}

// Gone reports whether a paragraph that was put in later is not part of the text any more, or came too late for the freeze.
func (s *State) Gone(c *charter.State, p *Para) bool { return p.gone(c, s.seen(c)) }

// Fates of a wording.
const (
	FateTabled      = "tabled"      // what the parties look at first
	FateSettled     = "settled"     // agreed, ad referendum or for good
	FateAlternative = "alternative" // beside it
	FateNotTaken    = "not_taken"   // another one is settled
	FateWithdrawn   = "withdrawn"   // by the party that proposed it
)

// Fate is what a wording has come to, given the status of its paragraph.
func (p *Para) Fate(c *charter.State, w *Wording, status string) string {
	settled, main := status == Agreed || status == AdRef || status == Omitted, w == p.current(c, nil)
	switch {
	case main && settled:
		return FateSettled // whatever its author says: only reopening takes an agreement back
	case w.Dropped != "":
		return FateWithdrawn
	case main:
		return FateTabled
	case settled:
		return FateNotTaken
	}
	return FateAlternative
}

// OnTheTable reports whether a wording can still become the paragraph's: it is, or nobody has taken it back or settled on another.
func (p *Para) OnTheTable(c *charter.State, w *Wording) bool {
	fate := p.Fate(c, w, p.status(c, nil))
	return fate != FateWithdrawn && fate != FateNotTaken
}

// Orphan reports whether the wording that this one starts from was withdrawn, so that what it changes is not on the table any more.
func (p *Para) Orphan(w *Wording) bool {
	of := p.Wording(w.Of)
	return of != nil && of.Dropped != ""
}
