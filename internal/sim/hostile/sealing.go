package hostile

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/internal/link"
	core "entente.example/internal/node"
	"entente.example/internal/text"
)

// What is sealed in a story: the text that all have from the beginning. The cheat may keep to the rules in it for a while, which is when lying is worth something.

const common = "common"

// frozen brings the common text to where it is sealed: a cheat that lied before could keep it from coming there, and nothing would be at stake.
func (w *world) frozen() error {
	words := []text.Item{{Paragraph: "1", Wording: ""}}
	err := w.houses[0].look(func(s *core.Snapshot) error {
		st, err := s.Text(common)
		if err == nil {
			words[0].Wording = st.Paragraphs[0].Wordings[0].ID
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, body := range []entry.Body{text.Accept{Items: words}, text.Confirm{Items: words}} {
		for _, h := range w.houses {
			if err := errors.Join(h.must("text/"+common, body), w.quiet()); err != nil {
				return err
			}
		}
	}
	var freeze entry.Body
	err = w.houses[0].look(func(s *core.Snapshot) error {
		st, err := s.Text(common)
		if err == nil {
			freeze, err = st.FreezeBody(s.Charter())
		}
		return err
	})
	if err != nil {
		return err
	}
	return errors.Join(w.houses[0].must("text/"+common, freeze), w.quiet())
}

// next is what a party would do with the common text, as somebody sees it who holds what the snapshot holds: agree, freeze, seal, and now and then refuse. nil: nothing.
func (w *world) next(s *core.Snapshot, me string) (entry.Body, error) {
	st, err := s.Text(common)
	if err != nil {
		return nil, err
	}
	if round := st.Rounds.Last(); round != nil && round.Verdict(s.Charter(), s.Held).Outcome != adoption.Failed {
		if _, chosen := round.Choices[charter.PartyID(me)]; chosen {
			return nil, nil
		}
		if w.Only == "" && w.rng.IntN(12) == 0 { // where one way to cheat is looked at alone, nothing else is to go wrong
			return adoption.Decline{Round: round.Number, Reason: "not now"}, nil
		}
		b, err := st.Statement(s.Charter(), round.Number, "")
		if err != nil {
			return nil, nil // the freeze has not come
		}
		return affix(sealSeed(int(me[0]-'a')), round.Number, b), nil
	}
	if b, err := st.FreezeBody(s.Charter()); err == nil {
		return b, nil
	}
	items := []text.Item{}
	for _, p := range st.Paragraphs {
		if len(p.Wordings) > 0 {
			items = append(items, text.Item{Paragraph: p.ID, Wording: p.Wordings[0].ID})
		}
	}
	if w.rng.IntN(2) == 0 {
		return text.Confirm{Items: items}, nil
	}
	return text.Accept{Items: items}, nil
}

// negotiate lets a member of an honest party do that. Not everything is allowed at every moment, which is no news.
func (w *world) negotiate(h *house) error {
	var body entry.Body
	err := h.look(func(s *core.Snapshot) (err error) {
		body, err = w.next(s, h.party)
		return err
	})
	if err != nil || body == nil {
		return err
	}
	_, err = h.do("text/"+common, body)
	return err
}

// fair lets the cheat keep to the rules towards one party: it acts as a member would, and its node acknowledges and gives its receipts.
func (f *face) fair() {
	var bodies []entry.Body
	err := f.r.w.houses[f.to].look(func(s *core.Snapshot) error {
		st, err := s.Text(common)
		if err != nil {
			return err
		}
		for _, l := range s.All {
			if theirs := f.r.theirs[l.Origin]; theirs != nil && theirs.size() < l.Size {
				return nil // what that party sees is more than an act of the cheat's could have seen
			}
		}
		all := func(charter.PartyID, int) int64 { return math.MaxInt64 }
		if bodies = st.Due(s.Charter(), cheat, all); len(bodies) > 0 {
			return nil
		}
		b, err := f.r.w.next(s, cheat)
		if b != nil {
			bodies = []entry.Body{b}
		}
		return err
	})
	if err != nil {
		return
	}
	for _, b := range bodies {
		if f.wrote(b) {
			continue // it has not reached that party yet
		}
		switch b.(type) {
		case adoption.Acknowledge, adoption.Receipt:
			f.write(f.node("text/"+common, b))
		default:
			f.write(f.entry("text/"+common, b))
		}
	}
	f.receipts()
}

// wrote reports whether this branch has an act of this kind on the common text since it was frozen; a party chooses once.
func (f *face) wrote(b entry.Body) bool {
	kind := func(typ string) string {
		if typ == (adoption.Decline{}).EntryType() {
			return (adoption.Affix{}).EntryType()
		}
		return typ
	}
	return slices.ContainsFunc(f.branch.leaves[len(f.r.w.cheated):], func(leaf []byte) bool {
		e, err := entry.Decode(leaf)
		return err == nil && kind(e.Type) == kind(b.EntryType()) && e.Matter == "text/"+common
	})
}

// receipts confirms to a party what came of the honest logs.
func (f *face) receipts() {
	for _, origin := range slices.Sorted(maps.Keys(f.r.notes)) {
		f.send(link.KindReceipt, f.r.cosign(f.r.notes[origin]))
	}
}

// seenBy is what an honest party sees of the round: how it ends by what that party holds, and what each party chose.
type seenBy struct {
	outcome adoption.Outcome
	digest  string
	choices map[charter.PartyID]string
}

func (h *house) rounds() (out []seenBy, err error) {
	err = h.look(func(s *core.Snapshot) error {
		st, err := s.Text(common)
		if err != nil {
			return err
		}
		for i := range st.Rounds.List {
			r := &st.Rounds.List[i]
			v := r.Verdict(s.Charter(), s.Held)
			b := seenBy{v.Outcome, v.Statement, map[charter.PartyID]string{}}
			for p, c := range r.Choices {
				b.choices[p] = c.Statement
			}
			out = append(out, b)
		}
		return err
	})
	return out, err
}

// decided holds what the honest nodes show of each round against what either has ever shown. Adopted here is never failed there, neither is ever taken back, and only what both honest parties have sealed
// is adopted: A1, A2, A4 with a party that lies.
func (w *world) decided() error {
	if w.fatal != nil {
		return w.fatal
	}
	for _, h := range w.houses[1:] {
		rounds, err := h.rounds()
		if err != nil {
			return w.broken("%s cannot be read: %v", h.party, err)
		}
		for i, was := range w.shownBy[h.party] {
			if was != adoption.Pending && (i >= len(rounds) || rounds[i].outcome == adoption.Pending) {
				return w.broken("%s has shown round %d as %s, and does not any more", h.party, i+1, was)
			}
		}
		w.shownBy[h.party] = nil
		for i, r := range rounds {
			w.shownBy[h.party] = append(w.shownBy[h.party], r.outcome)
			key := fmt.Sprintf("round %d", i+1)
			was := w.adopted[key]
			switch {
			case r.outcome == adoption.Adopted && was == "":
				if w.failed[key] {
					return w.broken("%s shows %s as adopted, which was shown as failed", h.party, key)
				}
				for _, o := range w.houses[1:] {
					theirs, err := o.rounds()
					if err != nil || len(theirs) <= i || theirs[i].choices[charter.PartyID(o.party)] != r.digest {
						return w.broken("%s shows %s as adopted with a seal that %s does not know of", h.party, key, o.party)
					}
				}
				w.adopted[key] = r.digest
				w.Adopted++
				w.say("%s is adopted at %s", key, h.party)
			case r.outcome == adoption.Adopted && was != r.digest:
				return w.broken("%s shows another statement as adopted in %s", h.party, key)
			case r.outcome == adoption.Failed && was != "":
				return w.broken("%s shows %s as failed, which was shown as adopted", h.party, key)
			case r.outcome == adoption.Failed && !w.failed[key]:
				w.failed[key] = true
				w.Failed++
				w.say("%s has failed at %s", key, h.party)
			}
		}
	}
	return nil
}

// agreed checks at the end that both honest nodes say the same of every round.
func (w *world) agreed() error {
	if err := w.decided(); err != nil {
		return err
	}
	b, err := w.houses[1].rounds()
	if err != nil {
		return err
	}
	c, err := w.houses[2].rounds()
	if err != nil {
		return err
	}
	if len(b) != len(c) {
		return w.broken("one honest node has %d rounds and the other %d", len(b), len(c))
	}
	for i := range b {
		if b[i].outcome != c[i].outcome || b[i].digest != c[i].digest {
			return w.broken("round %d is %s at b and %s at c after everything", i+1, b[i].outcome, c[i].outcome)
		}
	}
	return nil
}
