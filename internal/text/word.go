package text

import "entente.example/internal/charter"

// Word is a party's word on something of the whole text that counts once every party says the same: which language prevails, and the symbol. What it says stands beside it.
type Word struct {
	By
	Note string       `json:"note,omitzero"`
	Past charter.Past `json:"past"` // what its author had seen, so what it answers
}

// register has all parties' words on one such thing. Each party's last one counts; a party that said none has it as it was tabled.
type register[V comparable, W interface{ said() (Word, V) }] struct {
	c       *charter.State
	parties []charter.Party
	tabled  V
	all     map[charter.PartyID][]W
}

// last is a party's last word as far as h sees, nil if it said none.
func (w register[V, W]) last(party charter.PartyID, h horizon) *W {
	list := w.all[party]
	for i := len(list) - 1; i >= 0; i-- {
		if word, _ := list[i].said(); h.sees(w.c, word.By) {
			return &list[i]
		}
	}
	return nil
}

// of is what a party has.
func (w register[V, W]) of(party charter.PartyID, h horizon) V {
	if last := w.last(party, h); last != nil {
		_, v := (*last).said()
		return v
	}
	return w.tabled
}

// agreed is what all parties have. While they differ, ok is false and it is as tabled.
func (w register[V, W]) agreed(h horizon) (v V, ok bool) {
	v = w.of(w.parties[0].ID, h)
	for _, p := range w.parties[1:] {
		if w.of(p.ID, h) != v {
			return w.tabled, false
		}
	}
	return v, true
}

// waits finds a party that has something else than mine, and did not have it yet, as far as mine knew, when mine spoke last: its word waits for ours, and "" if none does. So
// a party that keeps to its word, knowing of the others', is asked again only once one of them has something new.
func (w register[V, W]) waits(mine charter.PartyID, h horizon) charter.PartyID {
	last, own := w.last(mine, h), w.of(mine, h)
	for _, p := range w.parties {
		known := w.tabled
		if last != nil {
			word, _ := (*last).said()
			known = w.of(p.ID, pastOf(word.Past))
		}
		if has := w.of(p.ID, h); has != own && has != known {
			return p.ID
		}
	}
	return ""
}

// idle reports whether an act says what its party has already while nobody's word waits for it. The act's own past decides: every node finds the same.
func (w register[V, W]) idle(a *charter.Act, v V) bool {
	past := pastOf(a.Past)
	return w.of(a.Party, past) == v && w.waits(a.Party, past) == ""
}

// awaits says, under a message key, that another party's word waits for a party's own.
func (w register[V, W]) awaits(text string, mine charter.PartyID, what string) []Await {
	if party := w.waits(mine, nil); party != "" {
		return []Await{{what, map[string]string{"text": text, "party": string(party)}}}
	}
	return nil
}

// spoken adds a party's word to those of all.
func spoken[W any](all *map[charter.PartyID][]W, party charter.PartyID, w W) {
	if *all == nil {
		*all = map[charter.PartyID][]W{}
	}
	(*all)[party] = append((*all)[party], w)
}
