package premises

import (
	"context"
	"iter"
	"slices"
	"time"

	"entente.example/internal/awaiting"
	"entente.example/internal/node"
	"entente.example/internal/staff"
	"entente.example/internal/view"
	"entente.example/refusal"
)

// newChanges is how many entries of one mechanism the home page lists.
const newChanges = 12

// homePatience is after how long home is shown without mechanisms that it would still have to read. A node that has started reads all of them by itself; on a large record that takes a minute.
const homePatience = time.Second

// Mechanisms implements web.Source. What awaits us and what changed is of all mechanisms; the rest is read of those only that this part of the page shows.
func (h house) Mechanisms(ctx context.Context, member string, at view.At) (view.Home, error) {
	home := view.Home{Member: member}
	names, err := h.c.Node().Names(ctx)
	if err != nil {
		return home, err
	}
	grounds, err := h.grounds(ctx) // before anything is looked at: what changes meanwhile is looked at again
	if err != nil {
		return home, err
	}
	visits, err := h.c.Staff().Visits(ctx, member)
	if err != nil {
		return home, err
	}
	pens, all := h.pens(ctx), make([]*said, 0, len(names))
	began, unread := time.Now(), 0
	for _, m := range names {
		id := m.ID
		if time.Since(began) > h.patience && !h.hasRead(id) {
			unread++
			continue
		}
		s, last, err := h.said(ctx, member, id, visits, grounds)
		if err != nil {
			return home, err
		}
		if !s.admitted {
			continue
		}
		if last.After(home.Since) {
			home.Since = last
		}
		all = append(all, s)
		home.Awaits = append(append(home.Awaits, view.PenAwaits(s.listed.Ref, s.self, h.held(pens[id]))...), s.awaits...)
	}
	if err := visits.Note(ctx, marks(all)); err != nil {
		return home, err
	}
	if soonest := func(a, b view.Await) int { return awaiting.Soonest(a.What, a.Due, b.What, b.Due) }; !slices.IsSortedFunc(home.Awaits, soonest) {
		slices.SortStableFunc(home.Awaits, soonest)
	}
	home.Awaits, home.AwaitsCut = view.CutAwaits(home.Awaits, at.Awaits)
	home.Changes = view.CutChanges(each(all, func(s *said) []view.Change { return s.changes }))
	home.All, home.Find, home.Barred = len(all), at.Find, len(names) > 0 && len(all) == 0 && unread == 0
	if unread > 0 {
		home.Unread = max(1, 100*unread/len(names))
	}
	shown, cut := view.CutMechanisms(each(all, func(s *said) *view.Listed { return &s.listed }), at)
	home.MechanismsCut = cut
	home.Mechanisms, err = h.cards(ctx, member, shown, grounds.day)
	return home, err
}

// marks says how far the record of each mechanism has come.
func marks(all []*said) iter.Seq2[string, string] {
	return func(yield func(mech, mark string) bool) {
		for _, s := range all {
			if !yield(s.listed.Mech, s.mark) {
				return
			}
		}
	}
}

// each is one thing of each of them.
func each[T any](all []*said, thing func(*said) T) []T {
	out := make([]T, len(all))
	for i, s := range all {
		out[i] = thing(s)
	}
	return out
}

// A member may be in a thousand mechanisms, and in most of them nothing has happened since they looked last. What home said of a mechanism to a member is remembered, with what it rests on: the record, as far as
// watchers were told of it, and of mechanisms that continue it; what our side says to itself; the replies of readers that wait; the day; and the member's own visits. Until one of these is another, the answer is the same.
// Where it may change by the clock, within a day, it is not remembered. Nothing of it leaves this process, and what one member was told is remembered for that member alone.

// said is what home says of one mechanism to one member.
type said struct {
	rests
	admitted bool // the rest is empty if not
	self     string
	mark     string // how far the record has come
	listed   view.Listed
	awaits   []view.Await // but for the pen
	changes  []view.Change
}

// rests are what it rests on.
type rests struct {
	told    int64
	ours    int64
	replies int
	papers  bool // there are papers off the record
	day     string
	since   string // mark of the visit before
}

// grounds is what all mechanisms' answers rest on, as it was asked for once.
type grounds struct {
	replies map[string]int  // that wait, by short name
	papers  map[string]bool // mechanisms with papers off the record, which vanish by the clock
	day     string
}

func (h house) grounds(ctx context.Context) (g grounds, err error) {
	g.day = h.now().UTC().Format(time.DateOnly)
	if h.desk != nil {
		g.papers = h.desk.Mechanisms()
	}
	if h.letters != nil {
		g.replies, err = h.letters.WaitingEach(ctx)
	}
	return g, err
}

// rests is what an answer about a mechanism rests on now, but for the replies, which go by its short name; and when the member's visit before this one ended.
func (h house) rests(mech string, visits *staff.Visits, g grounds) (r rests, last time.Time) {
	r = rests{told: h.c.Node().ToldAround(mech), papers: g.papers[mech], day: g.day}
	last, r.since = visits.Before(mech)
	if h.ours != nil {
		r.ours = h.ours.Changes(mech)
	}
	return r, last
}

// said finds or works out what home says of a mechanism to a member, and when the member's visit before this one ended.
func (h house) said(ctx context.Context, member, mech string, visits *staff.Visits, g grounds) (*said, time.Time, error) {
	r, last := h.rests(mech, visits, g)
	if s := h.homes.find(member, mech); s != nil {
		r.replies = g.replies[s.listed.Ref]
		if s.rests == r {
			return s, last, nil
		}
		if s.nothingSince(r) {
			s = &said{rests: r, admitted: s.admitted, self: s.self, mark: s.mark, listed: s.listed, awaits: s.awaits}
			h.homes.keep(member, mech, s)
			return s, last, nil
		}
	}
	s, err := h.saidAnew(ctx, member, mech, r, g)
	return s, last, err
}

// saidAnew works it out. It is apart, so that nothing is allocated for what was found.
func (h house) saidAnew(ctx context.Context, member, mech string, r rests, g grounds) (*said, error) {
	s, steady := &said{}, true
	err := h.without(ctx, mech, node.Pen{}, h.admitting(member, mech, mech, func(f view.From) (err error) {
		doc := f.Charter().Document()
		s.admitted, s.self, s.mark, s.listed = true, f.Self, f.Mark(), view.Listed{Mech: mech, Ref: doc.ID, Names: doc.Names}
		if s.awaits, err = f.Awaits(member); err == nil {
			s.changes, err = f.Changes(member, r.since, newChanges)
		}
		if err == nil {
			steady, err = f.Steady()
		}
		steady = steady && !(f.Confers && g.papers[mech])
		return err
	}))
	if err != nil && refusal.As(err).Kind != refusal.Missing {
		return nil, err
	}
	r.replies = g.replies[s.listed.Ref]
	s.rests = r
	if !steady {
		h.homes.keep(member, mech, nil)
		return s, nil
	}
	h.homes.keep(member, mech, s)
	return s, nil
}

func (s *said) heavy() int { return 1 + len(s.awaits) + len(s.changes) }

// nothingSince reports whether only the member's visits have gone on, and nothing has happened since the one before this.
func (s *said) nothingSince(r rests) bool {
	since := r.since
	r.since = s.since
	return s.rests == r && since == s.mark
}
