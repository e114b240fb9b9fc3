package premises

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"entente.example/internal/node"
	"entente.example/internal/view"
)

// cardsAtOnce is how many mechanisms are read at once for one page: with a database elsewhere, most of that is waiting for its answers.
const cardsAtOnce = 4

// keptCard is a card as it was made for a member. Until something happens in its mechanism, in the one that this continues or in one that continues it, another day begins, or a text becomes public at its hour, it is the same; who is connected is no part of it.
type keptCard struct {
	told  int64 // what had been told of, of any mechanism, before it was made
	day   string
	texts int // at most
	card  view.Card
}

func (s *keptCard) heavy() int {
	n := 4
	for _, t := range s.card.Texts {
		n += 2 + len(t.Cells)/6 // which are the most of a long text
	}
	return n
}

// stands reports whether no text of the card has become public since.
func (s *keptCard) stands(now time.Time) bool {
	return !slices.ContainsFunc(s.card.Texts, func(t view.TextCard) bool { return !t.PublicAt.IsZero() && !now.Before(t.PublicAt) })
}

// cards are what the page shows of mechanisms.
func (h house) cards(ctx context.Context, member string, of []*view.Listed, day string) ([]view.Card, error) {
	var ids []string
	for _, m := range of {
		ids = append(ids, m.Mech)
	}
	core, out := h.known(ctx, ids...), make([]view.Card, len(ids))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(cardsAtOnce)
	for i, id := range ids {
		g.Go(func() error {
			card, err := h.card(ctx, member, id, view.TextsOfEach(len(ids)), day)
			if err == nil {
				out[i] = card.Linked(core[id].lines)
			}
			return err
		})
	}
	return out, g.Wait()
}

// card finds or makes the card of a mechanism.
func (h house) card(ctx context.Context, member, mech string, texts int, day string) (view.Card, error) {
	if s := h.keptCards.find(member, mech); s != nil && s.texts == texts && s.day == day && s.stands(h.now()) && h.toldAbout(mech, s.card) <= s.told {
		return s.card, nil
	}
	s := &keptCard{told: h.c.Node().Told(), day: day, texts: texts}
	err := h.without(ctx, mech, node.Pen{}, h.admitting(member, mech, mech, h.among(member, func(f view.From) (err error) {
		s.card, err = f.Card(texts)
		return err
	})))
	if err != nil {
		return view.Card{}, err
	}
	h.keptCards.keep(member, mech, s)
	return s.card, nil
}

// toldAbout is when watchers were told last of what the card of a mechanism rests on.
func (h house) toldAbout(mech string, c view.Card) int64 {
	newest := h.c.Node().ToldAround(mech)
	if c.Before != nil {
		newest = max(newest, h.c.Node().ToldOf(c.Before.Mech))
	}
	return newest
}
