package text

import (
	"slices"

	"entente.example/internal/charter"
)

// CitesOf is what the paragraph rests on if this wording stands.
func (p *Para) CitesOf(w *Wording) []string {
	if w != nil && w.Cites != nil {
		return *w.Cites
	}
	return p.Cites
}

// Rests is what the paragraph rests on as it stands.
func (p *Para) Rests(c *charter.State) []string { return p.CitesOf(p.current(c, nil)) }

// inherits is what a new wording rests on whose author says nothing of it: what the wording does that it starts from, or else the one that stood for its author. nil if the paragraph rested on that from the first.
func (p *Para) inherits(c *charter.State, a *charter.Act, of WordingID) *[]string {
	from := p.Wording(of)
	if from == nil {
		from = p.current(c, pastOf(a.Past))
	}
	if from == nil || from.Cites == nil {
		return nil
	}
	cites := slices.Clone(*from.Cites)
	return &cites
}

// SameCites reports whether two paragraphs rest on the same, in whatever order and however often each is named.
func SameCites(a, b []string) bool {
	once := func(cites []string) []string { return slices.Compact(slices.Sorted(slices.Values(cites))) }
	return slices.Equal(once(a), once(b))
}
