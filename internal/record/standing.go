package record

import (
	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/internal/conversation"
	"entente.example/internal/meeting"
	"entente.example/internal/membership"
	"entente.example/internal/programme"
	"entente.example/internal/text"
	"entente.example/internal/topic"
	"entente.example/refusal"
)

// What a party has said of its place in the mechanism (docs/protocol.md 4.6) binds the party itself: who goes on elsewhere, or leaves, opens nothing new here. A matter's acts are judged by another matter for
// this, for what takes the place of an adopted text (4.7), and for a thread about a paragraph (its section on threads), and only by what the author's own past shows.

// standing refuses what opens a matter after its party's word, and a word that rests on a text that is not adopted.
func (r *Record) standing(src Source, c *charter.State, a *charter.Act, state Subject) (*refusal.Error, error) {
	if opens(a.Entry.Type, state) {
		m, err := r.matter(src, membership.Matter(a.Party))
		if err != nil {
			return nil, err
		}
		if w := m.state.(*membership.State).Spoken(c, a.Past); w != nil {
			return refusal.New(refusal.Conflict, "membership.closed_"+w.Status, "party", string(a.Party), "entry", w.Act), nil
		}
		return nil, nil
	}
	if b, ok := a.Body.(*conversation.Open); ok {
		return r.placed(src, b, a.Past)
	}
	b, ok := a.Body.(membership.Resting)
	if !ok || b.RestsOn() == "" {
		return nil, nil
	}
	of, _ := state.(*text.State) // nil: what rests on it is everybody's
	adopted, err := r.adopted(src, c, b.RestsOn(), a.Past, of)
	if err != nil || adopted {
		return nil, err
	}
	if _, ok := a.Body.(*text.Supersede); ok {
		return refusal.New(refusal.Conflict, "text.supersede_by", "other", b.RestsOn()), nil
	}
	return refusal.New(refusal.Conflict, "membership.not_adopted", "text", b.RestsOn()), nil
}

// opens reports whether an act begins a text, a meeting, an issue, a concern or a programme. Everything else belongs to what is open, or tells what was.
func opens(verb string, state Subject) bool {
	switch verb {
	case "text.table", "concern.raise":
		return true
	case "topic.raise":
		t, ok := state.(*topic.State)
		return ok && len(t.Raised) == 0
	case "meeting.enter":
		m, ok := state.(*meeting.State)
		return ok && m.Meeting == nil
	case "programme.enter":
		p, ok := state.(*programme.State)
		return ok && p.Now() == nil
	}
	return false
}

// placed refuses a thread about a paragraph that its author does not know of. SPEC thread-paragraph
func (r *Record) placed(src Source, b *conversation.Open, past charter.Past) (*refusal.Error, error) {
	id, paragraph := b.Place()
	if id == "" {
		return nil, nil
	}
	t, err := r.textAt(src, id, past)
	if err != nil || t.Para(text.ParaID(paragraph)) != nil {
		return nil, err
	}
	return refusal.New(refusal.Missing, "text.unknown_paragraph", "paragraph", paragraph), nil
}

// adopted reports whether a text was adopted as far as a past shows, by all or, where it is to take the place of one side's own text, by that side. SPEC parallel-authority
func (r *Record) adopted(src Source, c *charter.State, id string, past charter.Past, like *text.State) (bool, error) {
	t, err := r.textAt(src, id, past)
	if err != nil || t.Outcome(c, nil) != adoption.Adopted {
		return false, err
	}
	return !t.Parallel() || like != nil && t.SameVoice(c, like), nil
}

// textAt is a text as a past shows it: an empty one if it shows none.
func (r *Record) textAt(src Source, id string, past charter.Past) (*text.State, error) {
	key := "text/" + id
	m, err := r.matter(src, key)
	if err != nil {
		return nil, err
	}
	state, err := r.stateAt(src, m, past)
	if err != nil {
		return nil, err
	}
	return state.(*text.State), nil
}
