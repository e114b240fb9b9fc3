package chancery

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"entente.example/entry"
	"entente.example/internal/awaiting"
	"entente.example/internal/calendar"
	"entente.example/internal/charter"
	"entente.example/internal/locale"
	"entente.example/internal/node"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// HeldKey is the key of the refusal that tells a member that their act waits for a second one. Nothing has left, and nothing is lost.
const HeldKey = "ours.held"

// Outgoing is what a member wants to put on the record.
type Outgoing struct {
	Matter string
	Member string
	Acts   []OutgoingAct
	Read   text.Known // what stood when it was written, of a text whose versions the acts are of; nil: they are of none
}

// OutgoingAct is one entry that is to be written: its type, and its body as it will stand there.
type OutgoingAct struct {
	Type string
	Body jsontext.Value
}

// EntryType implements entry.Body.
func (a OutgoingAct) EntryType() string { return a.Type }

// MarshalJSON writes the body as it was shown.
func (a OutgoingAct) MarshalJSON() ([]byte, error) { return a.Body, nil }

// Backroom is where acts wait for a second member, and where answers to our invitations are kept. The chancery knows what it is asked to keep there and nothing else of it.
type Backroom interface {
	Hold(ctx context.Context, mech string, o Outgoing) (id string, err error)
	Waits(ctx context.Context, mech, id string) (Outgoing, error)
	Claim(ctx context.Context, mech, member, id string) (Outgoing, error)
	Settle(ctx context.Context, mech, id string, posted []string) error
	Doubt(ctx context.Context, mech, id string) error
	Awaits(ctx context.Context, mech string) ([]awaiting.Item, error)
	Ask(ctx context.Context, mech, member string, r Request, who []calendar.Address) error
	Answered(ctx context.Context, mech, member, matter string, r calendar.Reply) (Came, error)
	Petition(ctx context.Context, mech, member, matter string, k KeptPetition, over []string) error
	Consented(ctx context.Context, mech, member, text string, answer []byte) error
	Unanswer(ctx context.Context, mech, text string, answer []byte) error
	Petitions(ctx context.Context, mech string) ([]KeptPetition, error)
	DropPetition(ctx context.Context, mech, text string) error
}

// UseBackroom hands the chancery a place where acts wait. It is called before the node runs.
func (c *Chancery) UseBackroom(b Backroom) { c.backroom = b }

// needsSecond reports whether the operator demands a second member's consent for any of some acts.
func (c *Chancery) needsSecond(bodies []entry.Body) bool {
	return slices.ContainsFunc(bodies, func(b entry.Body) bool {
		_, needed := c.cfg.Consent.Of(b.EntryType())
		return needed
	})
}

// hold lets acts wait. A node that has no place for that lets nothing out. What the record would not take as it stands is refused to its author, who can still mend it; of several acts
// only the first can be judged, since the others may rest on it. What its author had read is kept with it as it was when that was judged.
func (c *Chancery) hold(ctx context.Context, mech string, actor entry.Actor, matter string, bodies []entry.Body, stood *int64) error {
	if c.backroom == nil {
		return refusal.New(refusal.Unavailable, "ours.closed")
	}
	if err := c.node.Judge(ctx, mech, actor, drafts(matter, bodies, nil)[0]); err != nil {
		return err
	}
	o := Outgoing{Matter: matter, Member: actor.Member}
	for _, b := range bodies {
		canonical, err := entry.Canonical(b)
		if err != nil {
			return err
		}
		o.Acts = append(o.Acts, OutgoingAct{b.EntryType(), canonical})
	}
	if slices.ContainsFunc(bodies, text.Of) {
		if _, err := c.complete(ctx, mech, matter, func(t *text.State, _ *charter.State, _ charter.PartyID) (entry.Body, error) {
			o.Read = t.Known()
			return nil, nil
		}); err != nil {
			return err
		}
	}
	if err := c.still(ctx, mech, matter, stood); err != nil {
		return err
	}
	id, err := c.backroom.Hold(ctx, mech, o)
	if err != nil {
		return err
	}
	return refusal.New(refusal.Conflict, HeldKey, "id", id)
}

// Second writes an act that waits, in the name of its author, because a second member consents. What its author could not mean any more is refused before; if the record refuses it, it waits again.
func (c *Chancery) Second(ctx context.Context, mech, member, id string) ([]node.Posted, error) {
	if err := c.MayConsent(ctx, mech, member, id); err != nil {
		return nil, err
	}
	return again(func() ([]node.Posted, error) { return c.second(ctx, mech, member, id) })
}

func (c *Chancery) second(ctx context.Context, mech, member, id string) ([]node.Posted, error) {
	waits, err := c.backroom.Waits(ctx, mech, id)
	if err != nil {
		return nil, err
	}
	judged := []entry.Body{}
	for _, a := range waits.Acts {
		if b, ok := soundBody(a.Type); ok {
			judged = append(judged, b)
		}
	}
	stood, err := c.stood(ctx, mech, waits.Matter, judged)
	if err != nil {
		return nil, err
	}
	if err := c.Sound(ctx, mech, id); err != nil {
		return nil, err
	}
	o, err := c.backroom.Claim(ctx, mech, member, id)
	if err != nil {
		return nil, err
	}
	bodies := make([]entry.Body, len(o.Acts))
	for i, a := range o.Acts {
		bodies[i] = a
	}
	actor, err := c.actor(ctx, mech, o.Member, bodies)
	var posted []node.Posted
	if err == nil {
		posted, err = c.write(ctx, mech, actor, drafts(o.Matter, bodies, stood))
	}
	if err != nil && (refusal.As(err).Kind == refusal.Internal || refusal.As(err).Key == "node.unsigned") {
		return nil, errors.Join(err, c.backroom.Doubt(context.WithoutCancel(ctx), mech, id)) // it may be on the record: who looks next decides
	}
	ids := []string{}
	for _, p := range posted {
		ids = append(ids, p.ID)
	}
	if settled := c.backroom.Settle(context.WithoutCancel(ctx), mech, id, ids); err == nil {
		err = settled
	}
	return posted, err
}

// MayConsent asks leave for a member to decide on an act of another that waits. Which roles may is the operator's choice, act by act.
func (c *Chancery) MayConsent(ctx context.Context, mech, member, id string) error {
	if c.backroom == nil {
		return refusal.New(refusal.Unavailable, "ours.closed")
	}
	o, err := c.backroom.Waits(ctx, mech, id)
	if err != nil {
		return err
	}
	var acts []string
	for _, a := range o.Acts {
		acts = append(acts, a.Type)
	}
	return c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		return c.MaySecond(s, member, acts)
	})
}

// MaySecond refuses whoever may not consent to acts of these kinds.
func (c *Chancery) MaySecond(s *node.Snapshot, member string, acts []string) error {
	for _, act := range acts {
		names, _ := c.cfg.Consent.Of(act)
		roles := charter.Roles()
		if len(names) > 0 {
			roles = nil
			for _, n := range names {
				roles = append(roles, charter.Role(n))
			}
		}
		if !s.Charter().Holds(charter.PartyID(s.Self), member, c.now(), roles...) {
			return refusal.New(refusal.Denied, "ours.may_not_second", "member", member, "act", act, "roles", strings.Join(names, ", "))
		}
	}
	return nil
}

// Colleagues are the members of our party in a mechanism.
func (c *Chancery) Colleagues(ctx context.Context, mech string) (out []string, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		out = ColleaguesIn(s)
		return nil
	})
	return out, err
}

// Stands refuses a matter on which nobody has acted.
func (c *Chancery) Stands(ctx context.Context, mech, matter string) error {
	return c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error { return stands(s, matter) })
}

// Holds refuses a matter on which nobody has acted, and a paragraph that a text never had. One that the parties have left out since may well be spoken of.
func (c *Chancery) Holds(ctx context.Context, mech, matter, place string) error {
	return c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		err := stands(s, matter)
		id, is := strings.CutPrefix(matter, "text/")
		if err != nil || place == "" || !is {
			return err
		}
		t, err := s.Tabled(id)
		if err == nil {
			_, err = t.Find(text.ParaID(place))
		}
		return err
	})
}

// stands refuses a matter on which nobody has acted in a snapshot.
func stands(s *node.Snapshot, matter string) error {
	has, err := s.Has(matter)
	if err == nil && !has {
		err = refusal.New(refusal.Missing, "attachment.no_matter", "matter", matter)
	}
	return err
}

// ColleaguesIn are those of a snapshot.
func ColleaguesIn(s *node.Snapshot) (out []string) {
	for _, m := range s.Charter().Mandates(charter.PartyID(s.Self)) {
		out = append(out, m.Member)
	}
	return out
}

// Ours is what waits for members of ours beside the record. Who may consent to an act is named; nobody else is asked to.
func (c *Chancery) Ours(ctx context.Context, s *node.Snapshot) ([]awaiting.Item, error) {
	if c.backroom == nil {
		return nil, nil
	}
	items, err := c.backroom.Awaits(ctx, s.ID)
	if err == nil {
		items, err = c.awaitsConsent(ctx, s, items)
	}
	if err == nil && c.letters != nil {
		items, err = c.awaitsLetters(ctx, s, items)
	}
	for i := range items {
		if len(items[i].Acts) == 0 {
			continue
		}
		if err := c.callHeld(s, &items[i]); err != nil {
			return nil, err
		}
		items[i].Members = []string{}
		for _, m := range s.Charter().Mandates(charter.PartyID(s.Self)) {
			if m.Member != items[i].Not && c.MaySecond(s, m.Member, items[i].Acts) == nil {
				items[i].Members = append(items[i].Members, m.Member)
			}
		}
	}
	return items, err
}

// callHeld says what an act that waits is, and what the text is called that it is about: its matter's id tells a colleague nothing.
func (c *Chancery) callHeld(s *node.Snapshot, i *awaiting.Item) error {
	g, err := c.glances.Of(s)
	if err != nil {
		return err
	}
	matter := i.Params["title"]
	i.About = matter
	if t := g.Text(matter); t != nil {
		i.Title, matter = t.Title(), ""
	}
	what := lang.Text{}
	for _, tag := range locale.Languages {
		var acts []string
		for _, act := range i.Acts {
			if key := "act." + act; locale.Has(key) {
				act = locale.Message(tag, key, nil)
			}
			acts = append(acts, act)
		}
		if what[tag] = locale.List(tag, acts); matter != "" {
			what[tag] += " · " + matter
		}
	}
	i.Named = map[string]lang.Text{"title": what}
	return nil
}

// checkConsent refuses a two-person rule that could never apply: one for an act that nobody writes, or of a role that nobody has.
func (c *Chancery) checkConsent() error {
	for act, roles := range c.cfg.Consent {
		if !charter.Writes(act) {
			return refusal.New(refusal.Invalid, "config.bad_value", "setting", "consent."+act)
		}
		for _, r := range roles {
			if !slices.Contains(charter.Roles(), charter.Role(r)) {
				return refusal.New(refusal.Invalid, "config.bad_value", "setting", "consent."+act)
			}
		}
	}
	return nil
}
