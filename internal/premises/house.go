// Package premises opens a chancery to people: it serves the members' site and the API, each on its own listener, and answers what the pages ask.
//
// It promises that a member sees only mechanisms in which they have a mandate, and that every act on a page is the same act as by command or API. It holds no rule of its own.
package premises

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"entente.example/entry"
	"entente.example/internal/aside"
	"entente.example/internal/attachment"
	"entente.example/internal/awaiting"
	"entente.example/internal/backroom"
	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/delegation"
	"entente.example/internal/dialogue"
	"entente.example/internal/link"
	"entente.example/internal/margin"
	"entente.example/internal/node"
	"entente.example/internal/paper"
	"entente.example/internal/press"
	"entente.example/internal/replies"
	"entente.example/internal/subscribers"
	"entente.example/internal/view"
	"entente.example/internal/web"
	"entente.example/lang"
	"entente.example/refusal"
)

// house answers the members' pages.
type house struct {
	c           *chancery.Chancery
	desk        *aside.Desk
	letters     *replies.Store
	subscribers *subscribers.Store
	ours        *backroom.Store
	homes       *memory[*said]     // nil: nothing is remembered
	keptCards   *memory[*keptCard] // nil: likewise
	margins     *margin.Memory     // nil: likewise
	patience    time.Duration      // how long home goes on reading mechanisms that have not been read since the process started
	hasRead     func(mech string) bool
	now         func() time.Time
}

var _ web.Source = house{}

// in runs f on a mechanism in which the member has a mandate. For anybody else it does not exist.
func (h house) in(ctx context.Context, member, ref string, f func(view.From) error) error {
	mech, err := h.c.Mechanism(ctx, ref)
	if unsure(err) {
		return err // nobody knows whether it exists
	}
	if err != nil || ref == "" {
		return unknownMechanism(ref)
	}
	return h.inside(ctx, member, ref, mech, f)
}

// inside is in for a mechanism whose id is known.
func (h house) inside(ctx context.Context, member, ref, mech string, f func(view.From) error) error {
	return h.over(ctx, mech, h.admitting(member, ref, mech, h.among(member, f)))
}

// among adds the mechanisms that one continues and those that continue it.
func (h house) among(member string, f func(view.From) error) func(view.From) error {
	return func(v view.From) (err error) {
		if v.Elders, v.Heirs, err = kin(v.Snapshot, member, h.now()); err != nil {
			return err
		}
		return f(v)
	}
}

// admitting runs f if the member has a mandate in force. For anybody else the mechanism does not exist: what they are told holds nothing but the reference that they gave.
func (h house) admitting(member, ref, mech string, f func(view.From) error) func(view.From) error {
	return func(v view.From) error {
		if !v.Charter().Admits(charter.PartyID(v.Self), member, h.now()) {
			return unknownMechanism(ref)
		}
		if v.Confers = h.c.MayConfer(v.Snapshot, member); v.Confers && h.desk != nil {
			v.Aside = func() []awaiting.Item { return soundings(h.desk.List(mech)) }
		}
		return f(v)
	}
}

// unsure reports whether an error leaves open what was asked: it is none that says no.
func unsure(err error) bool {
	return err != nil && (refusal.As(err).Kind == refusal.Unavailable || refusal.As(err).Kind == refusal.Internal)
}

func unknownMechanism(ref string) error {
	return refusal.New(refusal.Missing, "node.unknown_mechanism", "mechanism", ref)
}

// over hands out a mechanism whoever asks: somebody else has looked whether they may.
func (h house) over(ctx context.Context, mech string, f func(view.From) error) error {
	return h.given(ctx, mech, h.known(ctx, mech)[mech], f)
}

// given hands it out with what the core was asked about it before.
func (h house) given(ctx context.Context, mech string, k known, f func(view.From) error) error {
	return h.without(ctx, mech, k.pen, func(v view.From) error {
		v.Lines, v.Contacts, v.Ways = k.lines, k.contacts, h.ways(ctx, v.Snapshot)
		return f(v)
	})
}

// without hands it out without its lines.
func (h house) without(ctx context.Context, mech string, pen node.Pen, f func(view.From) error) error {
	pen = h.held(pen)
	return h.c.Node().Snapshot(ctx, mech, func(s *node.Snapshot) error {
		return f(view.From{Snapshot: s, Glances: h.c.Glances(), Margins: h.margins, Pen: pen, Now: h.now(), Marking: h.c.Marking, Ours: func() ([]awaiting.Item, error) { return h.c.Ours(ctx, s) }})
	})
}

// held is a pen with why it does not write while the state is made again.
func (h house) held(pen node.Pen) node.Pen {
	if now := h.c.Rebuilding(); now.Folding() {
		pen.Why = now.Why()
	}
	return pen
}

// kin are the mechanisms that one continues, the nearest first, and those that continue it, as far as the member has a mandate in force in them.
func kin(s *node.Snapshot, member string, at time.Time) (elders, heirs []*node.Snapshot, err error) {
	admitted := func(o *node.Snapshot) bool {
		return o.Charter().Admits(charter.PartyID(o.Self), member, at)
	}
	for old := s; ; elders = append(elders, old) { // a charter names what was there before it, so this ends
		if old, err = old.Predecessor(); err != nil || old == nil || !admitted(old) {
			break
		}
	}
	if err != nil {
		return nil, nil, err
	}
	all, err := s.Successors()
	for _, o := range all {
		if admitted(o) {
			heirs = append(heirs, o)
		}
	}
	return elders, heirs, err
}

// ways are the routes to the other parties of a mechanism.
func (h house) ways(ctx context.Context, s *node.Snapshot) map[string]view.Way {
	out := map[string]view.Way{}
	for _, p := range s.Charter().Document().Parties {
		if string(p.ID) == s.Self {
			continue
		}
		routes, use := h.c.LineOf(ctx, s, string(p.ID))
		w := view.Way{Use: use.Route, Via: use.Via, Since: use.Since}
		for _, r := range routes {
			v := view.Route{Kind: r.Route, Via: r.Via, Open: r.Open, Worked: r.Worked, Heard: r.Heard, Failed: r.Failed}
			if r.Problem != nil {
				v.Problem, v.Params = r.Problem.Key, r.Problem.Params
			}
			w.Routes, w.Ahead = append(w.Routes, v), cmp.Or(w.Ahead, r.Ahead)
		}
		out[string(p.ID)] = w
	}
	return out
}

// known is what the core knows of a mechanism and no store: lines, memory of the others, and whether we write.
type known struct {
	lines    []link.PartyStatus
	contacts map[string]node.Contact
	pen      node.Pen
}

// known asks the core about mechanisms.
func (h house) known(ctx context.Context, mechs ...string) map[string]known {
	return asked(ctx, h, func(core *node.Core) map[string]known {
		out := map[string]known{}
		for _, mech := range mechs {
			out[mech] = known{core.Line(mech), core.ContactsIn(mech), core.Pen(mech)}
		}
		return out
	})
}

// pens says of mechanisms in which we do not write why; the others are not among them.
func (h house) pens(ctx context.Context) map[string]node.Pen {
	return asked(ctx, h, func(core *node.Core) map[string]node.Pen {
		out := map[string]node.Pen{}
		for mech, why := range core.Resting() {
			out[mech] = node.Pen{Why: why}
		}
		return out
	})
}

// asked is what the core answers. One that is busy or does not run has nothing to tell.
func asked[T any](ctx context.Context, h house, question func(*node.Core) T) T {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	answer, _ := node.Look(ctx, h.c.Node(), question)
	return answer
}

// Mechanism implements web.Source.
func (h house) Mechanism(ctx context.Context, member, ref string, at view.At) (out view.Mechanism, err error) {
	err = h.in(ctx, member, ref, func(f view.From) error {
		out, err = f.Mechanism(member, at)
		return err
	})
	return out, err
}

// Text implements web.Source.
func (h house) Text(ctx context.Context, member, ref, id string) (out view.Text, err error) {
	err = h.in(ctx, member, ref, func(f view.From) error {
		if out, err = f.Text(id, member, h.now()); err == nil {
			out.Papers, out.PapersCut, err = h.papers(ctx, f, "text/"+id, view.At{})
		}
		if err == nil {
			out.Ours, err = h.oursOn(ctx, f, member, backroom.About{Matter: "text/" + id})
		}
		return err
	})
	return out, err
}

// Foundation implements web.Source.
func (h house) Foundation(ctx context.Context, member, ref string) (out view.Foundation, err error) {
	err = h.in(ctx, member, ref, func(f view.From) error {
		out, err = f.Foundation()
		return err
	})
	return out, err
}

// Citable implements web.Source.
func (h house) Citable(ctx context.Context, member, ref, id string) (out view.Citable, err error) {
	err = h.in(ctx, member, ref, func(f view.From) error {
		out, err = f.Citable(id)
		return err
	})
	return out, err
}

// Matters implements web.Source.
func (h house) Matters(ctx context.Context, member, ref, kind string, at view.At) (out view.Matters, err error) {
	err = h.in(ctx, member, ref, func(f view.From) error {
		out, err = f.Matters(kind, member, at)
		return err
	})
	return out, err
}

// Matter implements web.Source.
func (h house) Matter(ctx context.Context, member, ref, kind, id string, at view.At) (out view.Matter, err error) {
	err = h.in(ctx, member, ref, func(f view.From) error {
		if out, err = f.Matter(kind, id, member, at); err != nil {
			return err
		}
		if kind == "guest" {
			if out.Passes, err = h.passes(ctx, f, member, id); err != nil {
				return err
			}
		}
		if kind == "readout" && h.c.PressURL() != "" {
			a := press.Account{Mechanism: f.Charter().Document().ID, Readout: press.Readout{ID: id}}
			out.Public = h.c.PressURL() + a.Home()
		}
		k, _ := dialogue.Find(kind)
		if out.Beside, err = h.beside(ctx, f, member, k.Matter(id)); err != nil {
			return err
		}
		if out.Ours, err = h.oursOn(ctx, f, member, backroom.About{Matter: oursMatter(kind, id)}); err != nil || kind != "meeting" {
			translated(&out, k)
			return err
		}
		all, err := h.c.DelegationsIn(ctx, f.Snapshot, k.Matter(id))
		for _, d := range all {
			if string(d.Party) == f.Self && len(d.Delegates) > 0 {
				out.Repeat(k, "meeting.delegation", &delegation.Draft{Delegates: d.Delegates})
			}
			out.Assembly.Delegations = append(out.Assembly.Delegations, f.Delegation(d.Version, d.Delegated, d.Where, d.Delegates))
		}
		return err
	})
	return out, err
}

// translated lets the form that attaches a translation to a paper begin with our side's own newest one. It stays ours until the form is sent.
func translated(m *view.Matter, k dialogue.Kind) {
	for _, n := range slices.Backward(m.Ours.Notes) {
		if k.ID == "paper" && n.Kind == "translation" {
			m.Repeat(k, paper.Translate{}.EntryType(), &paper.Translate{Language: cmp.Or(n.Lang, m.Own), Text: n.Words})
			return
		}
	}
}

// Workdays implements web.Source.
func (h house) Workdays(ctx context.Context, member, ref, from string, n int) (out view.Workdays, err error) {
	err = h.in(ctx, member, ref, func(f view.From) error {
		counted, err := h.c.WorkdaysIn(f.Snapshot, from, n)
		out = f.Workdays(counted)
		return err
	})
	return out, err
}

// Invitation implements web.Source.
func (h house) Invitation(ctx context.Context, member, ref, id string, tag lang.Tag, in web.Invite) ([]byte, error) {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return nil, err
	}
	k, _ := dialogue.Find("meeting")
	b, err := h.c.Invitation(ctx, mech, k.Matter(id), tag, chancery.Invite{Organizer: in.Organizer, Attendees: in.Attendees, Offer: in.Offer})
	if err == nil && in.Keep && in.Offer == "" { // whoever proposes other days asks nobody
		err = h.c.Ask(ctx, mech, member, k.Matter(id), in.Attendees)
	}
	return b, err
}

// Replies implements web.Source.
func (h house) Replies(ctx context.Context, member, ref string, files ...[]byte) (out []view.OurGuest, err error) {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		all, err := h.c.Replies(ctx, mech, member, file)
		for _, came := range all {
			g := view.OurGuest{Matter: came.Matter, Meeting: meetingID(came.Matter), Who: addressed(came.Name, came.Mail), Asked: !came.Unasked, Says: came.Says, Old: came.Kept && came.Old, Outdone: !came.Kept, Sender: came.Sender, Delegate: came.Delegate, For: came.For, Proposed: came.Proposed}
			if g.Old {
				g.Was, g.WasEnd = came.From, came.Until
			}
			out = append(out, g)
		}
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// Record implements web.Source.
func (h house) Record(ctx context.Context, member, ref string, before int64) (out view.Record, err error) {
	err = h.in(ctx, member, ref, func(f view.From) error {
		out, err = f.Record(before)
		return err
	})
	return out, err
}

// Entry implements web.Source.
func (h house) Entry(ctx context.Context, member, ref, id string) (out view.Entry, err error) {
	err = h.in(ctx, member, ref, func(f view.From) error {
		out, err = f.Entry(id)
		return err
	})
	return out, err
}

// Evidence implements web.Source.
func (h house) Evidence(ctx context.Context, member, ref, id string) ([]byte, error) {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return nil, err
	}
	return h.c.EvidenceFile(ctx, mech, id)
}

// Act implements web.Source.
func (h house) Act(ctx context.Context, member, ref, matter string, bodies ...entry.Body) error {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return err
	}
	_, err = h.c.Act(ctx, mech, member, matter, bodies...)
	return err
}

// Told implements web.Source.
func (h house) Told() int64 { return h.c.Node().Told() }

// Subscribe implements web.Source.
func (h house) Subscribe(ctx context.Context, member, ref string) (<-chan []string, error) {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return nil, err
	}
	changes, stop := h.c.Watch()
	out := make(chan []string, 1)
	go func() {
		defer close(out)
		defer stop()
		for {
			select {
			case <-ctx.Done():
				return
			case c := <-changes:
				if c.Mech != mech {
					continue
				}
				select {
				case out <- h.shown(ctx, mech, c.Matters):
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return out, nil
}

// beside are the kinds of matters of which pages of other matters show something.
var beside = []string{attachment.Prefix, "thread/", "guest/", "paper/"}

// shown adds to matters that changed those whose pages show something of them. If that cannot be told, everything may have changed.
func (h house) shown(ctx context.Context, mech string, changed []string) []string {
	isBeside := func(m string) bool {
		return slices.ContainsFunc(beside, func(kind string) bool { return strings.HasPrefix(m, kind) })
	}
	if !slices.ContainsFunc(changed, isBeside) {
		return changed
	}
	out := slices.Clone(changed)
	err := h.c.Node().Snapshot(ctx, mech, func(s *node.Snapshot) error {
		g, err := h.c.Glances().Of(s)
		if err != nil {
			return err
		}
		for _, m := range changed {
			if id, ok := strings.CutPrefix(m, attachment.Prefix); ok {
				st, err := s.Attachment(id)
				if err != nil {
					return err
				}
				if st.Attach != nil {
					out = append(out, st.Attach.Of)
				}
			} else if known := g.Matter(m); known != nil {
				out = append(out, known.About()...)
			}
		}
		return nil
	})
	if err != nil {
		out = append(out, "*")
	}
	return out
}
