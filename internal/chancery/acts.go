package chancery

import (
	"context"
	"slices"
	"strings"
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/delegation"
	"entente.example/internal/dialogue"
	"entente.example/internal/node"
	"entente.example/internal/programme"
	"entente.example/internal/text"
	"entente.example/refusal"
)

// Act puts acts of a member on the record, all or none. What needs the consent of a second member waits for it instead; that is a refusal with the key of Held.
func (c *Chancery) Act(ctx context.Context, mech, member, matter string, bodies ...entry.Body) ([]node.Posted, error) {
	return again(func() ([]node.Posted, error) {
		stood, err := c.stood(ctx, mech, matter, bodies)
		if err != nil {
			return nil, err
		}
		actor, ready, err := c.prepared(ctx, mech, member, matter, bodies)
		if err != nil {
			return nil, err
		}
		if c.needsSecond(ready) {
			return nil, c.hold(ctx, mech, actor, matter, ready, stood)
		}
		return c.write(ctx, mech, actor, drafts(matter, ready, stood))
	})
}

// prepared are acts as they will be written, and who writes them. What their author cannot mean is refused.
func (c *Chancery) prepared(ctx context.Context, mech, member, matter string, bodies []entry.Body) (actor entry.Actor, _ []entry.Body, _ error) {
	taken := new(text.Taken)
	for i, b := range bodies {
		if h, is := b.(text.Having); is {
			if _, err := c.actor(ctx, mech, member, []entry.Body{h.Body}); err != nil {
				return actor, nil, err // who may not act is not told what became of the wording
			}
			if err := c.whyNotRead(ctx, mech, matter, h); err != nil {
				return actor, nil, err
			}
			bodies, b = slices.Clone(bodies), h.Body
			bodies[i] = b
		}
		var whole entry.Body
		var err error
		switch b := b.(type) {
		case *delegation.Draft:
			whole, err = c.delegate(ctx, mech, member, matter, b)
		case text.Revise:
			if err := c.restsOn(ctx, mech, b); err != nil {
				return actor, nil, err
			}
			whole, err = c.complete(ctx, mech, matter, func(t *text.State, ch *charter.State, me charter.PartyID) (entry.Body, error) {
				return t.Complete(ch, me, b, taken), nil
			})
		case *programme.Visit:
			whole, err = c.visit(ctx, mech, matter, *b)
		case text.Propose:
			whole, err = c.complete(ctx, mech, matter, func(t *text.State, _ *charter.State, _ charter.PartyID) (entry.Body, error) {
				return t.Labelled(b, taken), nil
			})
		case text.Designate:
			whole, err = c.complete(ctx, mech, matter, func(t *text.State, _ *charter.State, _ charter.PartyID) (entry.Body, error) {
				word := t.Designated(b)
				if word.Symbol == t.Tabled.Symbol {
					return word, nil
				}
				return word, text.Borne(word.Symbol)
			})
		case text.Sign:
			whole, err = c.complete(ctx, mech, matter, func(t *text.State, ch *charter.State, _ charter.PartyID) (entry.Body, error) {
				return t.SignBody(ch, b)
			})
		default:
			if field := dialogue.Lacks(b); field != "" {
				return actor, nil, refusal.New(refusal.Invalid, "dialogue.ref_needed", "field", field, "matter", matter)
			}
			if err := c.count(ctx, mech, b); err != nil {
				return actor, nil, err
			}
			if err := clocked(b); err != nil {
				return actor, nil, err
			}
			if err := c.sound(ctx, mech, matter, b); err != nil {
				return actor, nil, err
			}
			continue
		}
		if err != nil {
			return actor, nil, err
		}
		bodies = slices.Clone(bodies)
		bodies[i] = whole
	}
	actor, err := c.actor(ctx, mech, member, bodies)
	if err != nil {
		return actor, nil, err
	}
	bodies, err = c.completed(ctx, mech, bodies)
	return actor, bodies, err
}

// write puts acts on the record whoever had to consent has consented to.
func (c *Chancery) write(ctx context.Context, mech string, actor entry.Actor, acts []node.Draft) ([]node.Posted, error) {
	return c.node.Do(ctx, mech, actor, acts...)
}

// drafts are acts on one matter, judged when it had so many.
func drafts(matter string, bodies []entry.Body, stood *int64) (out []node.Draft) {
	for _, b := range bodies {
		out = append(out, node.Draft{Matter: matter, Body: b, Stood: stood})
	}
	return out
}

// actor finds the role under which a member may do all of the acts.
func (c *Chancery) actor(ctx context.Context, mech, member string, bodies []entry.Body) (entry.Actor, error) {
	actor := entry.Actor{Member: member}
	err := c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		for _, b := range bodies {
			role, err := s.Charter().RoleFor(charter.PartyID(s.Self), member, b.EntryType(), c.now())
			if err != nil {
				return err
			}
			actor.Role = string(role)
		}
		return nil
	})
	return actor, err
}

// state reads a text's state for building an act from it.
func (c *Chancery) state(ctx context.Context, mech, id string) (st *text.State, ch *charter.State, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		st, err = s.Text(id)
		ch = s.Charter()
		return err
	})
	return st, ch, err
}

// complete fills in what a member may leave out of changes to the paragraphs of a text.
func (c *Chancery) complete(ctx context.Context, mech, matter string, by func(*text.State, *charter.State, charter.PartyID) (entry.Body, error)) (out entry.Body, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		t, err := s.Tabled(strings.TrimPrefix(matter, "text/"))
		if err == nil {
			out, err = by(t, s.Charter(), charter.PartyID(s.Self))
		}
		return err
	})
	return out, err
}

// visit is a visit with what its author left out. Of a programme that nobody has begun it is as it came: the record says so. One that has not begun yet was not held; anywhere on earth it may be tomorrow already.
func (c *Chancery) visit(ctx context.Context, mech, matter string, b programme.Visit) (out entry.Body, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		st, err := s.Subject(matter)
		if err != nil {
			return err
		}
		if p, ok := st.(*programme.State); ok {
			b = p.Filled(b)
		}
		if b.Status == "held" && b.From > c.now().UTC().AddDate(0, 0, 1).Format(time.DateOnly) {
			return refusal.New(refusal.Conflict, "programme.not_yet", "day", b.From)
		}
		return nil
	})
	return &b, err
}

// Freeze fixes the exact bytes of a text and opens a round of sealing.
func (c *Chancery) Freeze(ctx context.Context, mech, member, id string) ([]node.Posted, error) {
	if _, err := c.actor(ctx, mech, member, []entry.Body{text.Freeze{}}); err != nil {
		return nil, err // who may not act is not told how far the text is
	}
	st, ch, err := c.state(ctx, mech, id)
	if err != nil {
		return nil, err
	}
	body, err := st.FreezeBody(ch)
	if err != nil {
		return nil, err
	}
	return c.Act(ctx, mech, member, "text/"+id, body)
}

// Initial marks the frozen text as the one negotiated.
func (c *Chancery) Initial(ctx context.Context, mech, member, id string) ([]node.Posted, error) {
	if _, err := c.actor(ctx, mech, member, []entry.Body{text.Initial{}}); err != nil {
		return nil, err // who may not act is not told how far the text is
	}
	st, ch, err := c.state(ctx, mech, id)
	if err != nil {
		return nil, err
	}
	body, err := st.InitialBody(ch)
	if err != nil {
		return nil, err
	}
	return c.Act(ctx, mech, member, "text/"+id, body)
}

// Mechanism resolves what a person wrote: the charter's short name, a prefix of the id of at least four digits, or nothing if there is only one.
func (c *Chancery) Mechanism(ctx context.Context, ref string) (string, error) {
	all, err := c.node.Names(ctx)
	if err != nil {
		return "", err
	}
	if ref == "" && len(all) == 1 {
		return all[0].ID, nil
	}
	var found []string
	for _, m := range all {
		if ref != "" && (m.Name == ref || len(ref) >= 4 && strings.HasPrefix(m.ID, ref)) {
			found = append(found, m.ID)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(all) == 0:
		return "", refusal.New(refusal.Missing, "node.no_mechanism_yet")
	case len(found) == 0 && ref != "":
		return "", refusal.New(refusal.Missing, "node.unknown_mechanism", "mechanism", ref)
	}
	return "", refusal.New(refusal.Invalid, "node.which_mechanism")
}

// Admitted refuses a member who has no mandate in force in a mechanism, in the same words as if it did not exist.
func (c *Chancery) Admitted(ctx context.Context, mech, member string) error {
	return c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		if !s.Charter().Admits(charter.PartyID(s.Self), member, c.now()) {
			return refusal.New(refusal.Missing, "node.unknown_mechanism", "mechanism", s.Charter().Document().ID)
		}
		return nil
	})
}
